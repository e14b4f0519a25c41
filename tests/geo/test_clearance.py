"""Clearances: crossings and stretches beside existing pipes, against shapely, reversed, shuffled, and on both sides of limits."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st
from shapely.ops import substring

from geo.city import City, Layer
from geo.clearance import CROSSINGS, PARALLELS, Clearances, clearances, prepare, prepared
from geo.law.standard import Standard
from tests.geo.digs import GB
from tests.geo.ground_strategies import X0, Y0, lines

CRS = "EPSG:4547"
EVERYWHERE = shapely.box(X0 - 5000, Y0 - 5000, X0 + 5000, Y0 + 5000)
WATER = {"utility": "water", "diameter_mm": 200.0, "depth_m": 1.0}
DRAIN = {"utility": "drain", "diameter_mm": 600.0, "depth_m": 3.0}
GAS = {"utility": "gas", "diameter_mm": 200.0, "depth_m": 1.0, "pressure_mpa": 0.3}
COLUMNS = ("utility", "kind", "diameter_mm", "depth_m", "pressure_mpa", "voltage_kv", "owner", "state")


def frame(rows: list[dict[str, Any]], shapes: list[Any], name: str) -> gpd.GeoDataFrame:
    table = pd.DataFrame([{column: one.get(column) for column in COLUMNS} | {name: f"{k:03d}"} for k, one in enumerate(rows)])
    return gpd.GeoDataFrame(table, geometry=shapes, crs=CRS)


def straight(x0: float, y0: float, x1: float, y1: float) -> shapely.LineString:
    return shapely.LineString([(X0 + x0, Y0 + y0), (X0 + x1, Y0 + y1)])


def city(pipes: gpd.GeoDataFrame | None, coverage: Any = EVERYWHERE, **more: Any) -> City:
    return City("", CRS, (114.0, 34.0, 115.0, 35.0), {"pipes": Layer("pipes", pipes, coverage, **more)})


def asked(ours: dict[str, Any], line: Any, *theirs: tuple[dict[str, Any], Any]) -> Clearances:
    pipes = frame([one for one, _ in theirs], [shape for _, shape in theirs], "pipe_id")
    found = clearances(frame([ours], [line], "route_id"), city(pipes), GB)
    assert found is not None
    return found


def beside(ours: dict[str, Any], theirs: dict[str, Any], clear_m: float) -> pd.DataFrame:
    apart = clear_m + (ours["diameter_mm"] + theirs["diameter_mm"]) / 2000
    return asked(ours, straight(0, 0, 100, 0), (theirs, straight(20, apart, 60, apart))).parallels


@pytest.mark.parametrize(("ours", "theirs", "least"), [
    (WATER, DRAIN, 1.0), ({**WATER, "diameter_mm": 300.0}, DRAIN, 1.5), (WATER, GAS, 0.5), (GAS, DRAIN, 1.2),
])  # fmt: skip
def test_both_sides_of_the_least_clear_distance(ours: dict[str, Any], theirs: dict[str, Any], least: float) -> None:
    assert beside(ours, theirs, least).empty
    (row,) = beside(ours, theirs, least - 0.001).to_dict("records")
    assert (row["answer"], row["least_m"], row["gap_m"]) == ("below_minimum", least, round(least - 0.001, 3))
    assert row["from_m"] <= 20 and row["to_m"] >= 60 and row["missing"] is None


def across(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    (row,) = asked(ours, straight(0, 0, 100, 0), (theirs, straight(40, -50, 40, 50))).crossings.to_dict("records")
    return row


def test_both_sides_of_the_least_vertical_distance() -> None:
    # a drain's depth may be its invert: both readings must keep the number
    for deep, answer in ((2.2, "ok"), (2.199, "check"), (1.599, "below_minimum")):
        row = across(WATER, {**DRAIN, "depth_m": deep})
        assert (row["answer"], row["at_m"], row["angle_deg"]) == (answer, 40.0, 90.0)
        assert (row["gap_m"], row["gap_most_m"]) == (round(deep - 1.8, 3), round(deep - 1.2, 3)) or answer == "below_minimum"
    assert across(WATER, {**DRAIN, "depth_m": 2.0})["missing"] == "depth_reading"
    assert across({**DRAIN, "depth_m": 3.0}, {**DRAIN, "depth_m": 6.0})["least_m"] == 0.15


def test_an_unchecked_number_says_check_and_one_pipe_in_the_other_says_below() -> None:
    row = across(WATER, {**GAS, "depth_m": 2.0})
    assert (row["answer"], row["missing"], row["gap_m"], row["conf"]) == ("check", "not_checked", 0.8, "M")
    assert across(WATER, {**GAS, "depth_m": 1.1})["answer"] == "below_minimum"


@pytest.mark.parametrize(("blank", "why"), [
    ("depth_m", "missing_depth"), ("diameter_mm", "missing_diameter"), ("utility", "missing_utility"),
])  # fmt: skip
def test_what_is_not_stated_is_named_and_never_ok(blank: str, why: str) -> None:
    for ours, theirs in (
        ({**WATER, blank: None}, {**DRAIN, "depth_m": 1.0}),
        ({**WATER, "depth_m": 9.0}, {**DRAIN, blank: None}),
    ):
        row = across(ours, theirs)
        if not (blank == "utility" and row["answer"] == "below_minimum"):
            assert (row["answer"], row["missing"]) == ("check", why)
        if blank != "depth_m":
            (near,) = asked({**WATER, **ours}, straight(0, 0, 100, 0), (theirs, straight(20, 0.9, 60, 0.9))).parallels.to_dict(
                "records"
            )
            assert (near["answer"], near["missing"]) == ("check", why)


def test_gas_without_pressure_waits_for_it_only_where_it_matters() -> None:
    gas = {**GAS, "pressure_mpa": None}
    apart = 0.6 + 0.2
    (row,) = asked(WATER, straight(0, 0, 100, 0), (gas, straight(20, apart, 60, apart))).parallels.to_dict("records")
    assert (row["answer"], row["missing"]) == ("check", "missing_pressure")


def test_a_pipe_that_is_only_crossed_or_joined_is_not_beside() -> None:
    found = asked(WATER, straight(0, 0, 100, 0), (DRAIN, straight(40, -50, 60, 50)), (WATER, straight(100, -50, 100, 50)))
    assert found.parallels.empty
    assert found.crossings["meets"].tolist() == ["crossing", "end"]
    assert found.crossings["missing"].tolist()[1] == "joins"
    flat = asked(WATER, straight(0, 0, 100, 0), (DRAIN, straight(0, -2, 100, 2)))
    assert len(flat.crossings) == 1 and len(flat.parallels) == 1


@pytest.mark.parametrize(("off", "meets"), [(0.049, 1), (0.051, 0)])
def test_an_end_that_was_snapped_in_degrees_still_joins(off: float, meets: int) -> None:
    found = asked(WATER, straight(0, 0, 100 - off, 0), (WATER, straight(100, -50, 100, 50)))
    assert len(found.crossings) == meets and (found.crossings["missing"] == "joins").all()


def test_abandoned_pipes_are_told_apart() -> None:
    found = asked(
        WATER,
        straight(0, 0, 100, 0),
        ({**DRAIN, "state": "abandoned"}, straight(40, -5, 40, 5)),
        (DRAIN, straight(50, -5, 50, 5)),
    )
    assert found.crossings["abandoned"].tolist() == [True, False]


def test_what_nobody_delivered_is_unknown_and_no_row_is_no_proof() -> None:
    routes, none = (
        frame([WATER], [straight(0, 0, 100, 0)], "route_id"),
        frame([], [], "pipe_id").reindex(columns=[*COLUMNS, "pipe_id", "geometry"]),
    )
    none = gpd.GeoDataFrame(none, geometry=[], crs=CRS)
    assert clearances(routes, city(None), GB) is None
    for ground, known in (
        (city(none), True),
        (city(none, None), False),
        (city(none, straight(0, 0, 9, 0).buffer(5)), False),
        (city(none, lost=1), False),
    ):
        found = clearances(routes, ground, GB)
        assert found is not None and found.known.tolist() == [known]
        assert found.crossings.empty and list(found.crossings) == list(CROSSINGS) and list(found.parallels) == list(PARALLELS)
    hidden = clearances(routes, city(none), GB, prepare(none), withheld=True)
    assert hidden is not None and hidden.withheld and not hidden.known.any()


def test_the_pipes_of_a_city_are_prepared_once() -> None:
    here = city(frame([WATER], [straight(0, 5, 9, 5)], "pipe_id"))
    assert prepared(here) is prepared(here) and prepared(city(None)) is None


some_pipes = st.lists(
    st.tuples(lines(2, 4), st.sampled_from([WATER, DRAIN, GAS, {**DRAIN, "diameter_mm": None}])), min_size=1, max_size=6
)


@settings(max_examples=120, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(lines(2, 5), some_pipes)
def test_reversing_the_line_turns_its_measures_round(line: shapely.LineString, theirs: list[Any]) -> None:
    one, two = (asked(WATER, shape, *[(pipe, other) for other, pipe in theirs]) for shape in (line, line.reverse()))
    for name, first, last in (("crossings", "at_m", "at_m"), ("parallels", "from_m", "to_m")):
        there = getattr(one, name)
        back = getattr(two, name).assign(
            **{first: line.length - getattr(two, name)[last], last: line.length - getattr(two, name)[first]}
        )
        key = ["pipe", first, "answer"]
        there, back = (t.assign(**{first: t[first].round(2)}).sort_values(key, ignore_index=True) for t in (there, back))
        assert len(there) == len(back)
        for column in ("answer", "missing", "pipe_id"):
            assert there[column].fillna("").tolist() == back[column].fillna("").tolist()
        for column in {first, last, "gap_m"}:
            assert np.allclose(there[column], back[column], atol=0.011, equal_nan=True)


@settings(max_examples=60, deadline=None)
@given(lines(2, 5), some_pipes, st.randoms())
def test_the_order_of_pipes_does_not_matter(line: shapely.LineString, theirs: list[Any], random: Any) -> None:
    pipes = frame([pipe for _, pipe in theirs], [shape for shape, _ in theirs], "pipe_id")
    turn = list(range(len(pipes)))
    random.shuffle(turn)
    routes = frame([WATER], [line], "route_id")
    one, two = (clearances(routes, city(each), GB) for each in (pipes, pipes.iloc[turn]))
    assert one is not None and two is not None
    for name in ("crossings", "parallels"):
        pd.testing.assert_frame_equal(getattr(one, name).drop(columns="pipe"), getattr(two, name).drop(columns="pipe"))


@settings(max_examples=150, deadline=None)
@given(lines(2, 5), lines(2, 4))
def test_crossings_are_those_that_shapely_finds(line: shapely.LineString, other: shapely.LineString) -> None:
    parts = shapely.get_parts(shapely.intersection(line, other))
    assume(all(part.geom_type == "Point" for part in parts))
    rows = asked(WATER, line, (DRAIN, other)).crossings
    rows = rows[rows["angle_deg"].notna()]
    ours = shapely.MultiPoint(rows[["x", "y"]].to_numpy()) if len(rows) else shapely.MultiPoint()
    theirs = shapely.MultiPoint([(p.x, p.y) for p in parts])
    assert ours.is_empty == theirs.is_empty
    assert ours.is_empty or shapely.hausdorff_distance(ours, theirs) < 0.005
    on_line = shapely.line_interpolate_point(line, rows["at_m"].to_numpy())
    assert np.allclose(shapely.get_coordinates(on_line), rows[["x", "y"]].to_numpy().reshape(-1, 2), atol=0.005)


@settings(max_examples=150, deadline=None)
@given(lines(2, 5), lines(2, 4), st.sampled_from([DRAIN, {**DRAIN, "diameter_mm": None}, GAS]))
def test_stretches_beside_are_those_that_shapely_finds(
    line: shapely.LineString, other: shapely.LineString, pipe: dict[str, Any]
) -> None:
    assume(line.is_simple and other.is_simple and shapely.distance(line, other) > 0.05)
    least = {("drain", 600.0): 1.0, ("gas", 200.0): 0.5}.get((str(pipe["utility"]), float(pipe["diameter_mm"] or 0)), 1.0)
    radius = least + 0.1 + (pipe["diameter_mm"] or 0) / 2000
    found = asked(WATER, line, (pipe, other)).parallels
    near = shapely.intersection(line, shapely.buffer(other, radius, quad_segs=200))
    assert (found["to_m"] - found["from_m"]).sum() == pytest.approx(near.length, abs=0.05)
    for row in found.to_dict("records"):
        stretch = substring(line, row["from_m"], row["to_m"])
        assert row["apart_m"] == pytest.approx(shapely.distance(stretch, other), abs=0.003)
        assert row["answer"] == ("check" if pipe["diameter_mm"] is None else "below_minimum")


def test_many_routes_are_answered_as_one_by_one() -> None:
    random = np.random.default_rng(5)
    shapes = [straight(*random.uniform(-80, 80, 4)) for _ in range(40)]
    pipes = frame([(WATER, DRAIN, GAS)[k % 3] for k in range(20)], shapes[20:], "pipe_id")
    ground = city(pipes)
    routes = frame([(GAS, WATER)[k % 2] for k in range(20)], shapes[:20], "route_id")
    every = clearances(routes, ground, GB)
    assert every is not None and len(every.crossings) > 20
    for k in range(20):
        one = clearances(routes.iloc[[k]], ground, GB)
        assert one is not None
        for name in ("crossings", "parallels"):
            whole = getattr(every, name).query("route == @k").drop(columns="route").reset_index(drop=True)
            pd.testing.assert_frame_equal(whole, getattr(one, name).drop(columns="route"), check_dtype=False)


def test_a_standard_without_vertical_numbers_leaves_crossings_to_be_checked() -> None:
    pipes = frame([DRAIN], [straight(40, -50, 40, 50)], "pipe_id")
    found = clearances(frame([WATER], [straight(0, 0, 100, 0)], "route_id"), city(pipes), replace_vertical())
    assert found is not None and found.crossings["answer"].tolist() == ["check"]


def replace_vertical() -> Standard:
    return Standard.model_validate(GB.model_dump() | {"vertical": ()})
