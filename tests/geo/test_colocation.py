"""Works on the same stretch: what is shared, what crosses, and what no change elsewhere may alter."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.colocation.match import match
from geo.colocation.shared import Raw, merged, without
from tests.geo.works_town import SETTINGS, TURN, matched, placed, told, work
from tests.packs.places import box, line

ALONG = [line((0, 3), (300, 3)), line((100, -3), (390, -3))]


def test_two_lines_on_one_street() -> None:
    rows = matched(work("A", ALONG[0]), work("B", ALONG[1], "乙")).rows
    assert told(
        rows, "a_id", "b_id", "kind", "road_id", "road_name", "shared_m", "from_m", "to_m", "side_a", "side_b", "gap_m"
    ) == [("A", "B", "shared", "L1", "长街", 200.0, 100.0, 300.0, "left", "right", 6.0)]
    assert told(rows, "a_from_m", "a_to_m", "b_from_m", "b_to_m") == [(100.0, 300.0, 0.0, 200.0)]
    assert told(rows, "days_in_common", "same_party", "status") == [(20, False, "together")]


@pytest.mark.parametrize(("gap_m", "kinds"), [(19.999, ["shared"]), (20.0, ["shared"]), (20.001, [])])
def test_no_further_apart_than_the_pack_says(gap_m: float, kinds: list[str]) -> None:
    rows = matched(work("A", line((0, -10), (150, -10))), work("B", line((0, gap_m - 10), (150, gap_m - 10)))).rows
    assert rows["kind"].tolist() == kinds


@pytest.mark.parametrize(("shared_m", "n"), [(19.999, 0), (20.0, 1), (20.001, 1)])
def test_a_stretch_is_as_long_as_the_pack_asks(shared_m: float, n: int) -> None:
    found = matched(work("A", line((0, 3), (100, 3))), work("B", line((100 - shared_m, 1), (190, 1))))
    assert (len(found.rows), found.left_out["below_minimum"]) == (n, 1 - n)


def test_what_meets_and_runs_together_for_less_than_that_says_so() -> None:
    """B comes to A and ends beside it after 12 m: a crossing, and it says how far the two run together."""
    works = [
        work("A", line((0, 3), (190, 3))),
        work("B", line((60, 60), (60, 3), (72, 3))),
        work("C", line((120, 60), (120, -60))),
    ]
    rows = matched(*works).rows
    assert sorted(told(rows, "a_id", "b_id", "kind", "shared_m", "short_m")) == [
        ("A", "B", "crossing", None, 12.0),
        ("A", "C", "crossing", None, None),
    ]
    rows = matched(*works, least=10).rows
    assert told(rows, "b_id", "kind", "shared_m", "short_m") == [("B", "shared", 12.0, None), ("C", "crossing", None, None)]


def test_the_minimum_is_asked_of_the_chain_and_not_of_a_segment() -> None:
    """15 m on one segment of the street and 15 m on the next are 30 m of one street."""
    bend = shapely.Point(TURN[0])
    bent = line((300, 2), (400, 2), (415, 5), (440, 9.4))
    other = line((385, -2), (400, -2), (415, 0.6))
    rows = matched(work("A", bent), work("B", other)).rows
    assert bend.x == 400 and rows["road_id"].tolist() == ["L1", "L2"]
    assert rows["chain"].nunique() == 1
    assert rows["shared_m"].between(14, 16).all()


def test_a_number_made_for_a_repeated_one_is_nobody_elses() -> None:
    """A file with W twice, and with a W#1 of its own: three works, and three pairs."""
    works = [work(name, line((0, y), (100, y))) for name, y in (("W", 1), ("W", 2), ("W#1", 3))]
    rows = matched(*works).rows
    assert len(rows) == 3 and len({*rows["a_id"], *rows["b_id"]}) == 3


@pytest.mark.parametrize(("degrees", "kind"), [(29.0, "shared"), (31.0, "crossing")])
def test_lines_that_turn_away_cross(degrees: float, kind: str) -> None:
    slope = np.tan(np.radians(degrees))
    slanted = line((60, -60 * slope), (120, 0), (180, 60 * slope))
    rows = matched(work("A", line((0, 0), (190, 0))), work("B", slanted)).rows
    assert rows["kind"].tolist() == [kind]
    assert rows["shared_m"].isna().tolist() == [kind == "crossing"]


def test_a_crossing_says_where() -> None:
    rows = matched(work("A", line((0, 3), (300, 3))), work("B", line((120, -50), (120, 50)))).rows
    assert told(rows, "kind", "road_id", "shared_m", "a_from_m", "b_from_m") == [("crossing", "L1", None, 120.0, 53.0)]


def test_off_the_road_works_share_the_longer_axis() -> None:
    rows = matched(work("B", line((0, 200), (150, 200))), work("A", line((50, 204), (90, 204)))).rows
    assert told(rows, "a_id", "b_id", "road_id", "shared_m", "from_m", "gap_m", "b_from_m", "b_to_m") == [
        ("A", "B", None, 40.0, None, 4.0, 50.0, 90.0)
    ]
    apart = matched(work("A", line((0, 200), (150, 200))), work("B", line((50, 205.81), (90, 205.81)))).rows
    assert apart.empty  # 5 m between two trenches of 0.8 m


def test_metres_are_counted_once_where_the_street_ends() -> None:
    """Along the street as far as it goes, and on over open ground side by side: each metre is told once."""
    one, two = line((-100, 1), (300, 1)), line((-100, -1), (300, -1))
    rows = matched(work("A", one), work("B", two)).rows
    assert set(told(rows, "road_id", "shared_m")) == {("L1", 300.0), (None, 100.0)}


def test_outlines_are_works_too() -> None:
    rows = matched(work("A", box(50, 100, 150, 102)), work("B", line((60, 104), (140, 104)))).rows
    assert told(rows, "kind", "shared_m") == [("shared", 80.0)]


@pytest.mark.parametrize(
    ("first", "second", "days", "status"),
    [
        (("2026-12-01", "2026-12-10"), ("2026-12-10", "2026-12-20"), 1, "together"),
        (("2026-12-01", "2026-12-10"), ("2026-12-11", "2026-12-20"), 0, "apart"),
        (("2026-12-01", None), ("2026-12-11", "2026-12-20"), None, "undated"),
        ((None, "2026-12-10"), ("2026-12-11", None), 0, "apart"),
        ((None, None), (None, None), None, "undated"),
        (("2026-12-25", "2026-12-10"), ("2026-12-01", "2026-12-31"), None, "undated"),
        (("2026-12-25", "2026-12-10"), ("2027-12-01", "2027-12-31"), None, "undated"),
    ],
)
def test_days_in_common(first: tuple[Any, Any], second: tuple[Any, Any], days: int | None, status: str) -> None:
    rows = matched(work("A", ALONG[0], "甲", *first), work("B", ALONG[1], "乙", *second)).rows
    assert told(rows, "days_in_common", "status") == [(days, status)]


def test_works_that_are_not_firm_have_a_lead_and_a_lag() -> None:
    lag = {"lead_days": {"route": 5}, "lag_days": {"route": 10}}
    works = [work("A", ALONG[0], end="2026-12-10", firm=None), work("B", ALONG[1], start="2026-12-15", end="2026-12-20")]
    assert told(matched(*works, **lag).rows, "days_in_common") == [(6,)]


def test_whether_it_is_the_same_party_is_unknown_where_one_is_silent() -> None:
    parties = [work("A", ALONG[0], "甲"), work("B", ALONG[1], "甲"), work("C", line((0, 0), (300, 0))).assign(applicant=None)]
    assert told(matched(*parties).rows, "same_party") == [(True,), (None,), (None,)]


def test_what_the_order_in_time_means() -> None:
    paving = work("P", line((0, 0), (400, 0)), start="2027-03-01", end="2027-04-01", kind="paving")
    early, late = work("A", ALONG[0]), work("B", ALONG[1], start="2027-05-01", end="2027-05-20")
    notes = {
        (a, b): (note, str(day)[:10])
        for a, b, note, day in told(matched(paving, early, late).rows, "a_id", "b_id", "note", "note_day")
    }
    assert notes == {
        ("A", "B"): ("repeat", "2026-12-20"),
        ("A", "P"): ("before_paving", "2027-03-01"),
        ("B", "P"): ("after_paving", "2027-04-01"),
    }


@pytest.mark.parametrize("firm", ["yes", "no"])
def test_days_that_contradict_are_not_known(firm: str) -> None:
    """From the 15th to the 10th: nobody can say when, and no widening of its window makes days of it."""
    lag = {"lead_days": {"route": 30}, "lag_days": {"route": 30}}
    works = [work("A", ALONG[0], start="2026-12-15", end="2026-12-10", firm=firm), work("B", ALONG[1])]
    rows = matched(*works, **lag).rows
    assert told(rows, "days_in_common", "first_common", "last_common", "status") == [(None, None, None, "undated")]


@pytest.mark.parametrize(
    "days", [(None, None), ("2026-12-01", None), (None, "2026-12-20"), ("2026-12-20", "2026-12-01"), ("1999-03-01", "1999-04-01")]
)
def test_nobody_is_told_to_dig_before_a_paving_whose_days_do_not_say_so(days: tuple[Any, Any]) -> None:
    """Days that are not known, that contradict each other, or were over years ago."""
    paving = work("P", line((0, 0), (400, 0)), start="2027-03-01", end="2027-04-01", kind="paving")
    dig = work("A", ALONG[0], "甲", *days)
    assert told(matched(paving, dig).rows, "note", "note_day") == [(None, None)]
    undated = work("P", line((0, 0), (400, 0)), start=None, end=None, kind="paving")
    assert told(matched(undated, work("A", ALONG[0])).rows, "note", "note_day") == [(None, None)]


def test_one_work_under_two_rows_of_one_number() -> None:
    rows = matched(work("A", ALONG[0]), work("A", ALONG[1])).rows
    assert len(rows) == 1 and rows["a_id"].iloc[0] != rows["b_id"].iloc[0]


# ── what holds for all works ─────────────────────────────────────────────────────────────────────────────────────────


@st.composite
def some_works(draw: st.DrawFn, least: int = 2, most: int = 6) -> list[gpd.GeoDataFrame]:
    """Lines of a few vertices along the streets, across them, and over open ground; dates here and there."""
    out = []
    for k in range(draw(st.integers(least, most))):
        x, y = draw(st.integers(-50, 700)), draw(st.integers(-60, 80))
        spots = [(float(x), float(y))]
        for _ in range(draw(st.integers(1, 4))):
            x, y = x + draw(st.integers(5, 120)), y + draw(st.integers(-25, 25))
            spots.append((float(x), float(y)))
        day = draw(st.sampled_from(["2026-12-01", "2026-12-15", None]))
        out.append(work(f"W{k}", line(*spots), draw(st.sampled_from("甲乙丙")), start=day, end="2026-12-20" if day else None))
    return out


def facts(rows: pd.DataFrame) -> set[tuple[Any, ...]]:
    """What a match says of its pair, whichever way the axes were drawn."""
    return set(
        told(rows, "match_id", "a_id", "b_id", "kind", "road_id", "shared_m", "from_m", "to_m", "days_in_common", "status")
    )


@settings(deadline=None, max_examples=25)
@given(some_works(), st.randoms())
def test_order_of_the_works_is_irrelevant(works: list[gpd.GeoDataFrame], chance: Any) -> None:
    shuffled = works.copy()
    chance.shuffle(shuffled)
    assert facts(matched(*shuffled, least=0).rows) == facts(matched(*works, least=0).rows)


@settings(deadline=None, max_examples=25)
@given(some_works())
def test_direction_of_an_axis_is_irrelevant(works: list[gpd.GeoDataFrame]) -> None:
    turned = [one.set_geometry(one.geometry.reverse()) for one in works]
    forth, back = matched(*works, least=0).rows, matched(*turned, least=0).rows
    assert sums(forth) == pytest.approx(sums(back), abs=2e-3 * (len(forth) + 1))
    assert set(told(forth, "a_id", "b_id", "kind")) == set(told(back, "a_id", "b_id", "kind"))


@settings(deadline=None, max_examples=25)
@given(some_works())
def test_every_shared_row_has_metres_and_no_crossing_has(works: list[gpd.GeoDataFrame]) -> None:
    rows = matched(*works, least=0).rows
    shared = rows["kind"] == "shared"
    assert (rows.loc[shared, "shared_m"] > 0).all() and rows.loc[~shared, "shared_m"].isna().all()
    road = shared & rows["road_id"].notna()
    assert np.allclose(rows.loc[road, "to_m"] - rows.loc[road, "from_m"], rows.loc[road, "shared_m"], atol=1e-9)


@settings(deadline=None, max_examples=25)
@given(some_works())
def test_every_pair_that_comes_near_is_told(works: list[gpd.GeoDataFrame]) -> None:
    """Against shapely alone: footprints within the distance are a match or a crossing at a minimum of 0."""
    rows = matched(*works, least=0).rows
    pairs = set(zip(rows["a_id"], rows["b_id"], strict=True))
    for i, one in enumerate(works):
        for other in works[i + 1 :]:
            gap = one.geometry.iloc[0].distance(other.geometry.iloc[0]) - 0.8
            if gap < SETTINGS.off_road_m - 1e-6:
                assert (one.route_id.iloc[0], other.route_id.iloc[0]) in pairs


@settings(deadline=None, max_examples=25)
@given(some_works(least=3), st.integers(0, 400), st.booleans())
def test_moving_a_work_changes_its_own_matches_alone(works: list[gpd.GeoDataFrame], shift: int, in_time: bool) -> None:
    last = works[-1]
    moved = (
        last.assign(start=pd.Timestamp("2027-06-01"), end=pd.Timestamp("2027-06-30"))
        if in_time
        else last.set_geometry(last.geometry.translate(shift, shift))
    )
    name = last.route_id.iloc[0]

    def others(rows: pd.DataFrame) -> set[tuple[Any, ...]]:
        return facts(rows[(rows["a_id"] != name) & (rows["b_id"] != name)])

    before, after = matched(*works, least=0).rows, matched(*works[:-1], moved, least=0).rows
    assert others(before) == others(after)
    if in_time:
        assert {row[:8] for row in facts(before)} == {row[:8] for row in facts(after)}


@settings(deadline=None, max_examples=40)
@given(some_works(), st.integers(0, 10))
def test_splitting_a_line_at_a_vertex_keeps_the_metres_of_each_party(works: list[gpd.GeoDataFrame], where: int) -> None:
    first = works[0]
    spots = shapely.get_coordinates(first.geometry.iloc[0])
    if len(spots) < 3:
        return
    k = 1 + where % (len(spots) - 2)
    halves = [
        first.assign(route_id=f"W0{part}").set_geometry([shapely.LineString(xy)])
        for part, xy in (("a", spots[: k + 1]), ("b", spots[k:]))
    ]
    whole, split = matched(*works, least=0).rows, matched(*halves, *works[1:], least=0).rows
    split = split[~(split["a_id"].str.startswith("W0") & split["b_id"].str.startswith("W0"))]
    roads_whole, roads_split = (rows[rows["road_id"].notna()] for rows in (whole, split))
    assert roads_split["shared_m"].sum() == pytest.approx(roads_whole["shared_m"].sum(), abs=5e-3 * max(len(roads_split), 1))


@settings(deadline=None, max_examples=25)
@given(some_works(least=2))
def test_a_new_work_finds_what_a_match_of_all_would(works: list[gpd.GeoDataFrame]) -> None:
    together = matched(*works, least=0).rows
    name = works[0].route_id.iloc[0]
    alone = match(placed(works[0]), SETTINGS, placed(*works[1:]), min_shared_m=0).rows
    assert facts(alone) == facts(together[(together["a_id"] == name) | (together["b_id"] == name)])


def sums(rows: pd.DataFrame) -> float:
    """Shared metres of all rows."""
    return float(rows["shared_m"].sum())


def test_a_start_that_is_zero_but_for_its_last_digit() -> None:
    """A foot on the first vertex may come out a hair below 0."""
    bit = np.array([[-1e-13, 50.0, 0.0, 50.0, 1.0, 1.0, -1e-13, 50.0, 0.0, 0.0]]).T
    raw = Raw(np.array([0]), np.array([1]), np.array([-1]), bit)
    known = merged(Raw(np.array([0]), np.array([1]), np.array([3]), bit))
    for lead in (True, False):
        assert len(without(raw, known, np.array([lead]), 2).a) == 0
