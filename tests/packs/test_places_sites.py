"""The user's own site on a small city: named, held by one end, or not established; and lines in several parts."""

from typing import Any

import geopandas as gpd
import pytest
import shapely

from api.review import review
from geo.city import City
from tests.packs import places
from tests.packs.asked import GROUND, PACK, answer
from tests.packs.places import ON, at, box, city, line, route, routes

# Two plots on B0: the user's from x=-100 to -50, the neighbour's from x=400 to 460; both reach down to the street.
OWN, NEXT = box(-100, -5, -50, 62), box(400, -5, 460, 62)


def plots(*rows: tuple[str, str | None, Any]) -> City:
    table = places.frame(
        "planning", [{"zone_id": i, "kind": "site_red_line", "name": n} for i, n, _ in rows], [shape for *_, shape in rows]
    )
    return city(planning=table)


TWO = plots(("Z1", "甲地块", OWN), ("Z2", "乙地块", NEXT))
THROUGH = line((-90, 0), (450, 0))  # 540 m: 40 inside the one, 50 inside the other


def length_of(one: gpd.GeoDataFrame, ground: City) -> tuple[float, float, float]:
    """(best, least, most) of the length that is summed for the limit."""
    column = answer(one, ground).facts.columns["sum.project_utility.counted_m"]
    return float(column.value[0]), float(column.low[0]), float(column.high[0])


@pytest.mark.parametrize(
    ("stated", "counted"),
    [
        ({"project": "甲地块"}, 500.0),
        ({"project": " 甲地块 "}, 500.0),
        ({"project": "Z2"}, 490.0),
        ({"project_code": "Z1"}, 500.0),
        ({"project": "甲地块", "project_code": "Z2"}, 450.0),
    ],
)
def test_the_own_site_is_the_one_that_bears_the_projects_name(stated: dict[str, str], counted: float) -> None:
    assert length_of(route(THROUGH, **stated), TWO) == (counted, counted, counted)


def test_the_only_site_that_holds_an_end_is_the_own_one() -> None:
    out = line((-90, 0), (395, 0))
    assert length_of(route(out), TWO) == (445.0, 445.0, 445.0)
    assert length_of(route(out.reverse(), project="某项目"), TWO) == (445.0, 445.0, 445.0)


def test_a_site_that_only_lies_on_the_way_is_a_neighbours() -> None:
    assert length_of(route(line((-90, 0), (500, 0))), TWO) == (550.0, 550.0, 550.0)


def test_an_area_of_no_stated_kind_may_be_the_own_site() -> None:
    table = TWO.layer("planning").frame.assign(kind=["site_red_line", None])
    vague = city(planning=table)
    assert length_of(route(THROUGH), vague) == (540.0, 450.0, 540.0)
    assert length_of(route(line((-40, 0), (390, 0))), vague) == (430.0, 430.0, 430.0)


def test_no_site_at_all() -> None:
    assert length_of(route(line((0, 0), (300, 0))), TWO) == (300.0, 300.0, 300.0)


def test_different_sites_at_the_two_ends_are_not_established() -> None:
    found = answer(route(THROUGH), TWO)
    assert length_of(route(THROUGH), TWO) == (540.0, 450.0, 540.0)
    assert found.verdicts.answer("length-limit", 0) == "unknown"
    assert (found.verdicts.outcome(0), found.verdicts.could_be(0)[0]) == ("undetermined", "parallel")
    verdict = found.verdict(0)
    assert verdict["length"]["counted_m"] == 540.0
    finding = next(f for f in verdict["findings"] if f["rule"] == "length-limit")
    assert "红线" in finding["missing"]["zh"] and "red line" in finding["missing"]["en"]
    assert any("无法确定" in note["zh"] and "not established" in note["en"] for note in verdict["notes"])
    assert any("红线" in missing for missing in found.rows.missing[0])


def test_both_ways_within_the_limit_need_no_answer() -> None:
    found = answer(route(line((-70, 0), (420, 0))), TWO)  # 490 m with all, 450 without any
    assert found.verdicts.answer("length-limit", 0) == "yes"
    assert found.verdicts.outcome(0) == "exempt"


def test_both_ways_beyond_the_limit_need_no_answer() -> None:
    far = plots(("Z1", "甲地块", OWN), ("Z2", "乙地块", box(700, -5, 760, 62)))
    assert answer(route(line((-60, 0), (705, 0))), far).verdicts.outcome(0) == "parallel"


def test_one_site_at_both_ends_is_one_site() -> None:
    out_and_in = line((-90, 0), (-20, 0), (-20, 30), (-90, 30))
    assert length_of(route(out_and_in), TWO) == (90.0, 90.0, 90.0)
    halves = plots(("Z1", "甲地块", OWN), ("Z1", "甲地块", NEXT))  # one site, delivered as two shapes
    assert length_of(route(THROUGH), halves) == (450.0, 450.0, 450.0)


def test_two_red_lines_about_one_end_are_not_established() -> None:
    nested = plots(("Z1", "甲地块", OWN), ("Z9", "片区", box(-200, -5, -40, 200)))
    assert length_of(route(line((-90, 0), (460, 0))), nested) == (550.0, 500.0, 550.0)


def test_sums_over_siblings_keep_the_doubt() -> None:
    two = routes(route(THROUGH, project_code="P1"), route(line((0, 0), (30, 0)), project_code="P1"))
    columns = answer(two, TWO).facts.columns
    total = columns["sum.project_utility.counted_m"]
    assert (list(total.low), list(total.value), list(total.high)) == ([480.0] * 2, [570.0] * 2, [570.0] * 2)
    dug = columns["sum.project.dug_m"]
    assert (list(dug.low), list(dug.high)) == ([480.0] * 2, [570.0] * 2)
    assert list(answer(two, TWO).rows.outcome) == ["undetermined", "undetermined"]


def test_attached_green_of_a_site_that_may_be_the_own_one() -> None:
    """Read so that only the green of others counts, green in a plot that may be either is open."""
    green = places.frame(
        "green",
        [{"green_id": "T1", "kind": "attached"}, {"green_id": "T2", "kind": "attached"}],
        [box(-80, -2, -70, 2), box(200, -2, 210, 2)],
    )
    ground = city(planning=TWO.layer("planning").frame, green=green)
    others = PACK.flipped("own_green", "others_only")

    def asked(one: gpd.GeoDataFrame) -> str:
        return review(one, ground, others, ON).verdicts.answer("green-attached", 0)

    near = line((-90, 0), (-60, 0), (-60, 20), (430, 20))
    assert asked(route(near)) == "unknown"
    assert asked(route(near, project="甲地块")) == "no"
    assert asked(route(near, project="乙地块")) == "yes"
    assert asked(route(THROUGH)) == "yes"  # 10 m of it lie in nobody's plot
    stretches = review(route(THROUGH), ground, others, ON).stretches.of_zone("green_attached_others", 0)
    assert [(s["id"], s["from_m"], s["to_m"], s["certain"]) for s in stretches] == [
        ("T1", 9.6, 20.4, False),
        ("T2", 289.6, 300.4, True),
    ]


# ── parts ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def parts(*some: list[tuple[float, float]]) -> shapely.MultiLineString:
    return shapely.MultiLineString([[at(*spot) for spot in part] for part in some])


def note_on_parts(shape: Any) -> list[dict[str, str]]:
    return [note for note in answer(route(shape), GROUND).verdict(0)["notes"] if "parts that do not touch" in note["en"]]


def test_parts_that_do_not_touch_are_said() -> None:
    apart = parts([(0, 0), (100, 0)], [(130, 0), (200, 0)], [(212.5, 0), (300, 0)])
    (note,) = note_on_parts(apart)
    assert "3 parts" in note["en"] and "42.5 m" in note["en"]
    assert "3 段" in note["zh"] and "42.5 米" in note["zh"]
    assert answer(route(apart)).verdict(0)["length"]["planar_m"] == 257.5


@pytest.mark.parametrize(
    "shape",
    [
        line((0, 0), (100, 0)),
        parts([(0, 0), (100, 0)], [(100, 0), (200, 0)]),
        parts([(0, 0), (100, 0)], [(50, 0), (50, 20)]),
        parts([(0, 0), (100, 0)], [(200, 0), (100, 0)]),
    ],
    ids=["one line", "end to end", "a branch", "drawn the other way"],
)
def test_parts_that_touch_need_no_word(shape: Any) -> None:
    assert note_on_parts(shape) == []
