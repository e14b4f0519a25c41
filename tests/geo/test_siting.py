"""A site asked of the city, with numbers alone: nearest mains, what lies around, lines along roads, slopes."""

import random

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, box

from geo.city import City, Layer
from geo.clearance import prepare
from geo.siting import heights, paths
from geo.siting.apart import pipes_at
from geo.siting.around import around
from geo.siting.mains import CLOSED, FOUND, NO_UTILITY, NONE, UNKNOWN, UTILITIES, Known, Nearest, nearest_mains
from geo.siting.silence import NO_COVERAGE, NO_LAYER, OUTSIDE, ROWS_LOST, silent
from layers.packs.read import read_packs
from layers.standards import read_standard
from tests.servers import PACKS

CRS = "EPSG:4547"
X0, Y0 = 530_000.0, 3_850_000.0
WIDE = box(X0 - 9_000, Y0 - 9_000, X0 + 9_000, Y0 + 9_000)
SURE = {name: Known(True, WIDE) for name in UTILITIES}


def at(x: float, y: float) -> Point:
    return Point(X0 + x, Y0 + y)


def line(*xy: tuple[float, float]) -> LineString:
    return LineString([(X0 + x, Y0 + y) for x, y in xy])


def pipes(lines: list[LineString], utility: list[str | None], **more: list[object]) -> gpd.GeoDataFrame:
    said = {"pipe_id": [f"P{i}" for i in range(len(lines))], "utility": utility, "state": [None] * len(lines), **more}
    return gpd.GeoDataFrame(said, geometry=lines, crs=CRS)


def asked(frame: gpd.GeoDataFrame, known: Known, reach: float = 500.0, most: int = 3) -> Nearest:
    return nearest_mains(at(0, 0), frame, {**SURE, "water": known}, reach, most)["water"]


# ── nearest mains ────────────────────────────────────────────────────────────────────────────────────────────────────

spot = st.floats(-600, 600).map(lambda v: round(v, 2))
drawn = st.tuples(spot, spot, spot, spot).filter(lambda p: p[:2] != p[2:])
laid = st.lists(
    st.tuples(drawn, st.sampled_from([*UTILITIES[:3], None]), st.sampled_from(["in_use", "abandoned", None])), max_size=14
)


@settings(max_examples=60, deadline=None)
@given(laid, st.sampled_from([at(0, 0), box(X0 - 30, Y0 - 20, X0 + 40, Y0 + 60)]), st.randoms(use_true_random=False))
def test_nearest_is_nearest_whatever_the_order(
    rows: list[tuple[tuple[float, ...], str | None, str | None]], site: object, dice: random.Random
) -> None:
    """By brute force; the order of rows changes nothing; and what may hide a nearer one is never called certain."""
    frame = pipes([line(p[:2], p[2:]) for p, _, _ in rows], [u for _, u, _ in rows], state=[s for _, _, s in rows])
    found = nearest_mains(site, frame, SURE, 400.0, 2)
    shuffled = list(range(len(rows)))
    dice.shuffle(shuffled)
    again = nearest_mains(site, frame.iloc[shuffled].reset_index(drop=True), SURE, 400.0, 2)
    for name, one in found.items():
        all_of = [
            (round(float(shapely.distance(shape, site)), 3), name_)
            for shape, utility, state, name_ in zip(
                frame.geometry, frame["utility"], frame["state"], frame["pipe_id"], strict=True
            )
            if utility == name and state != "abandoned" and shapely.dwithin(shape, site, 400.0)
        ]
        assert [(float(d), frame["pipe_id"].iloc[row]) for d, row in zip(one.distance_m, one.row, strict=True)] == sorted(all_of)[
            :2
        ]
        there = frame.iloc[shuffled]["pipe_id"].to_numpy()[again[name].row]
        assert list(frame["pipe_id"].to_numpy()[one.row]) == list(there) and one.answer == again[name].answer
        assert np.allclose(shapely.distance(shapely.points(one.xy), site), one.distance_m, atol=2e-3)
        assert (one.answer == NONE) <= one.certain and (one.answer == FOUND) == bool(len(one.row))


@pytest.mark.parametrize(
    ("known", "answer", "missing"),
    [
        (Known(True, WIDE), NONE, ()),
        (Known(False), UNKNOWN, (NO_LAYER,)),
        (Known(True, None), UNKNOWN, (NO_COVERAGE,)),
        (Known(True, WIDE, lost=True), UNKNOWN, (ROWS_LOST,)),
        (Known(True, at(0, 0).buffer(499)), UNKNOWN, (OUTSIDE,)),
        (Known(True, at(0, 0).buffer(505)), NONE, ()),
        (Known(True, WIDE, closed=True), CLOSED, (CLOSED,)),
        (Known(False, closed=True), CLOSED, (CLOSED, NO_LAYER)),
    ],
)
def test_nothing_found_is_none_only_where_the_data_prove_it(known: Known, answer: str, missing: tuple[str, ...]) -> None:
    one = asked(pipes([line((0, 600), (9, 600))], ["water"]), known)
    assert (one.answer, one.missing, one.certain) == (answer, missing, not missing)


def test_a_main_that_is_found_is_the_nearest_only_as_far_as_the_data_reach() -> None:
    frame = pipes([line((-50, 100), (50, 100))], ["water"])
    assert asked(frame, Known(True, at(0, 0).buffer(110))).certain  # beyond the main nobody needs to know
    near = asked(frame, Known(True, at(0, 0).buffer(90)))
    assert (near.answer, near.certain, near.missing) == (FOUND, False, (OUTSIDE,))
    hidden = asked(frame, Known(True, WIDE, closed=True))
    assert (hidden.answer, hidden.certain, float(hidden.distance_m[0])) == (FOUND, False, 100.0)


@pytest.mark.parametrize(("y", "missing"), [(99.0, (NO_UTILITY,)), (101.0, ())])
def test_a_nearer_pipe_of_no_stated_utility_may_be_the_main(y: float, missing: tuple[str, ...]) -> None:
    frame = pipes([line((-50, 100), (50, 100)), line((-50, y), (50, y))], ["water", None])
    assert asked(frame, Known(True, WIDE)).missing == missing


def test_a_pipe_of_no_stated_utility_keeps_none_from_being_said() -> None:
    assert asked(pipes([line((-50, 9), (50, 9))], [None]), Known(True, WIDE)).answer == UNKNOWN


# ── around ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def town(**layers: gpd.GeoDataFrame) -> City:
    return City("", CRS, (114.2, 34.7, 114.5, 34.9), {name: Layer(name, frame, WIDE) for name, frame in layers.items()})


def test_trees_are_measured_from_their_range_and_what_is_missing_is_said() -> None:
    trees = gpd.GeoDataFrame(
        {"tree_id": ["a", "b", "c"], "grade": ["1", "2", "none"], "canopy_radius_m": [4.0, np.nan, 3.0]},
        geometry=[at(30, 0), at(0, 40), at(2, 0)], crs=CRS,
    )  # fmt: skip
    planning = gpd.GeoDataFrame(
        {"zone_id": ["r", "p"], "kind": ["river", "road_red_line"], "name": ["河", "路"]},
        geometry=[box(X0 - 9, Y0 - 9, X0 + 1, Y0 + 1), box(X0 + 20, Y0, X0 + 30, Y0 + 9)], crs=CRS,
    )  # fmt: skip
    pack = read_packs(PACKS)["kaifeng-2022-6"]
    table = around(at(0, 0), town(trees=trees, planning=planning), pack, 60.0)
    by = {(one["layer"], one["row"]): one for one in table.to_dict("records")}
    extra = pack.data.zones["trees_5m"].beyond_canopy_m
    most = pack.data.zones["trees_5m"].canopy_unknown_m
    assert extra is not None and most is not None
    assert by[("trees", 0)]["distance_m"] == 30 - 4 - extra["1"] and by[("trees", 0)]["certain"]
    unsure = by[("trees", 1)]
    assert (unsure["distance_m"], unsure["least_m"], unsure["certain"]) == (40 - extra["2"], 40 - extra["2"] - most, False)
    assert ("trees", 2) not in by  # an ordinary tree
    assert by[("planning", 0)]["zone"] == "planning_river" and by[("planning", 0)]["distance_m"] == 0
    assert by[("planning", 1)]["zone"] is None and by[("planning", 1)]["distance_m"] == 20
    assert list(table["least_m"]) == sorted(table["least_m"])


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        (Layer("trees", None), NO_LAYER), (Layer("trees", gpd.GeoDataFrame(geometry=[]), None), NO_COVERAGE),
        (Layer("trees", gpd.GeoDataFrame(geometry=[]), WIDE, lost=1), ROWS_LOST),
        (Layer("trees", gpd.GeoDataFrame(geometry=[]), at(0, 0).buffer(50)), OUTSIDE),
        (Layer("trees", gpd.GeoDataFrame(geometry=[]), WIDE), None),
    ],
)  # fmt: skip
def test_silence_of_a_layer(layer: Layer, said: str | None) -> None:
    assert silent(layer, at(0, 0), 60.0) == said


# ── lines along roads ────────────────────────────────────────────────────────────────────────────────────────────────

ROADS = np.array([line((0, 0), (200, 0)), line((100, 0), (100, 150)), line((100, 150), (300, 150))], dtype=object)


def ways(site: object, mains: list[LineString], most: int = 2, roads: np.ndarray = ROADS) -> tuple[list[paths.Way], str | None]:
    net = paths.network(site, roads)
    assert isinstance(net, paths.Network)
    return paths.ways_to(net, site, np.array(mains, dtype=object), most)


def test_a_main_in_the_sites_own_road_is_reached_straight() -> None:
    found, why = ways(at(50, 20), [line((0, -4), (200, -4))])
    assert why is None and found[0].along_m == 0 and found[0].line.length == pytest.approx(24)


def test_a_main_in_another_road_is_reached_along_the_roads_and_not_across_the_block() -> None:
    """20 m to the road, 50 m to the corner, 150 m up, and the hop to where the main beside the third road begins."""
    found, _ = ways(at(50, 20), [line((110, 155), (300, 155))])
    assert found[0].along_m == pytest.approx(200) and found[0].line.length == pytest.approx(20 + 200 + np.hypot(10, 5))
    start, end = (shapely.get_point(found[0].line, k) for k in (0, -1))
    assert start.distance(line((110, 155), (300, 155))) < 1e-6 and end.equals_exact(at(50, 20), 1e-6)


def test_of_mains_that_are_led_to_by_one_way_the_nearer_stands() -> None:
    first, second = line((110, 155), (200, 155)), line((200, 155), (290, 155))
    assert [way.main for way in ways(at(50, 20), [second, first])[0]] == [1]


def test_why_there_is_no_line() -> None:
    assert paths.network(at(0, 0), ROADS[:0]) == paths.NO_ROADS
    assert paths.network(at(0, -301), ROADS) == paths.NO_FRONTAGE
    assert isinstance(paths.network(at(0, -299), ROADS), paths.Network)
    assert ways(at(50, 20), [line((0, 20), (200, 20))]) == ([], paths.AT_SITE)
    apart = np.array([*ROADS, line((2000, 0), (2100, 0))], dtype=object)
    net = paths.network(at(50, 20), apart)
    assert isinstance(net, paths.Network)
    assert paths.ways_to(net, at(50, 20), np.array([line((2000, 5), (2100, 5))], dtype=object), 2) == ([], paths.NOT_JOINED)


@settings(max_examples=40, deadline=None)
@given(st.floats(1, 199), st.floats(3, 40), st.permutations(range(3)))
def test_a_way_is_never_shorter_than_straight_and_the_order_of_roads_is_nothing(x: float, y: float, order: list[int]) -> None:
    site, main = at(x, y), line((150, 160), (290, 160))
    lengths = [ways(site, [main], 1, roads)[0][0].line.length for roads in (ROADS, ROADS[order])]
    assert lengths[0] == pytest.approx(lengths[1]) and lengths[0] >= shapely.distance(site, main) - 1e-6


# ── heights ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_slope_of_a_plane_and_which_way_it_falls() -> None:
    xy = heights.samples(box(X0, Y0, X0 + 40, Y0 + 30), 5.0)
    one = heights.slope(xy, 70 + (xy[:, 0] - X0) * 0.03 - (xy[:, 1] - Y0) * 0.04)
    assert one.percent == pytest.approx(5.0) and one.known == 1
    assert one.falls_deg == pytest.approx(np.degrees(np.arctan2(-0.03, 0.04)) % 360)


def test_a_hole_is_unknown_and_never_level() -> None:
    xy = heights.samples(at(0, 0), 10.0)
    z = np.full(len(xy), 70.0)
    assert heights.slope(xy, z).percent == pytest.approx(0, abs=1e-9) and len(xy) == 25
    z[:13] = np.nan  # more than half
    one = heights.slope(xy, z)
    assert np.isnan(one.percent) and one.low_m == 70 and one.known == pytest.approx(12 / 25)
    nothing = heights.slope(xy, np.full(len(xy), np.nan))
    assert np.isnan([nothing.percent, nothing.low_m, nothing.high_m]).all() and nothing.known == 0


# ── pipes at the site ────────────────────────────────────────────────────────────────────────────────────────────────


def test_pipes_at_a_site_are_measured_to_their_surface_and_ask_by_the_standard() -> None:
    standard = read_standard()
    far = standard.most_between_pipes_m + 0.4
    frame = pipes(
        [line((-50, 1), (50, 1)), line((-50, far), (50, far)), line((-50, far + 0.2), (50, far + 0.2))], ["water", "gas", "heat"],
        diameter_mm=[1000.0, 800.0, 200.0], pressure_mpa=[np.nan] * 3, voltage_kv=[np.nan] * 3, depth_m=[np.nan] * 3,
    )  # fmt: skip
    table = pipes_at(at(0, 0), prepare(frame), standard)
    assert list(table["pipe"]) == [0, 1] and list(table["distance_m"]) == [0.5, pytest.approx(standard.most_between_pipes_m)]
    gas = next(one for one in table["asked"].iloc[0] if one["utility"] == "gas")
    assert gas["most_m"] >= gas["least_m"] > 0 and gas["missing"]  # which number holds depends on what is not stated
