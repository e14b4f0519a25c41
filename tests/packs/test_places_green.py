"""Lines on a small city: green land, trees, highways, heritage."""

from typing import Any

import pytest
import shapely

from api.review import review
from tests.packs import places
from tests.packs.asked import GROUND, PACK, answer, bent
from tests.packs.places import ON, at, box, city, line, route

# ── green, trees, highways, heritage ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("shape", "rule"), [(line((120, 310), (180, 310)), "green-land"), (line((420, 310), (480, 310)), "green-planned")]
)
def test_green_of_each_kind(shape: Any, rule: str) -> None:
    found = answer(route(shape))
    assert (found.verdicts.answer(rule, 0), found.verdicts.outcome(0)) == ("yes", "parallel")


def test_attached_green_of_the_own_site_and_of_another() -> None:
    own = answer(route(line((-75, 30), (-75, 0), (50, 0))))
    assert (own.verdicts.answer("green-attached", 0), own.verdicts.answer("green-land", 0)) == ("yes", "no")
    other_way = PACK.flipped("own_green", next(o for o in PACK.switches["own_green"].options if o != PACK.option("own_green")))
    spared = review(route(line((-75, 30), (-75, 0), (50, 0))), GROUND, other_way, ON).verdicts
    assert spared.answer("green-attached", 0) == "no"
    passing = review(route(line((-120, 30), (-40, 30))), GROUND, other_way, ON).verdicts
    assert passing.answer("green-attached", 0) == "yes"


def test_green_of_unknown_kind_is_open() -> None:
    assert answer(route(line((620, 310), (680, 310)))).verdicts.outcome(0) == "undetermined"


@pytest.mark.parametrize(("x", "expected"), [(100, "yes"), (200, "no"), (300, "yes"), (400, "no"), (500, "unknown")])
def test_trees_by_grade(x: float, expected: str) -> None:
    found = answer(route(line((x - 20, 103), (x + 20, 103))))
    assert found.verdicts.answer("tree-range", 0) == expected
    assert ("avoid_or_report" in found.verdicts.conditions(0)) == (expected == "yes")


@pytest.mark.parametrize(("distance_m", "expected"), [(5.3, "yes"), (8.0, "unknown"), (40.0, "no")])
def test_a_tree_without_canopy(distance_m: float, expected: str) -> None:
    y = 100 + distance_m
    assert answer(route(line((280, y), (320, y)))).verdicts.answer("tree-range", 0) == expected


def test_a_reserve_tree_warns_only() -> None:
    found = answer(route(line((180, 102), (220, 102))))
    assert found.verdicts.answer("tree-reserve", 0) == "yes"
    assert found.verdicts.outcome(0) == "exempt"


@pytest.mark.parametrize(("fell", "outcome"), [(0, "exempt"), (None, "exempt"), (1, "parallel")])
def test_trees_to_fell(fell: int | None, outcome: str) -> None:
    assert answer(route(bent(80), trees_to_fell=fell)).verdicts.outcome(0) == outcome


HIGHWAYS = [
    (-600 + 19, "yes", "yes"),
    (-600 + 20.5, "no", "yes"),
    (-600 + 39.9, "no", "yes"),
    (-600 + 40.5, "no", "no"),
    (-800 + 12.5, "no", "yes"),
    (-800 + 21.9, "no", "yes"),
    (-800 + 22.5, "no", "no"),
    (-1000 + 14, "unknown", "yes"),
    (-1000 + 30, "unknown", "unknown"),
]


@pytest.mark.parametrize(("y", "land", "zone"), HIGHWAYS)
def test_highway_land_and_control_zone(y: float, land: str, zone: str) -> None:
    found = answer(route(line((0, y), (90, y)))).verdicts
    assert (found.answer("highway-land", 0), found.answer("highway-zone", 0)) == (land, zone)


def test_an_exempt_line_that_meets_a_highway_zone() -> None:
    found = answer(route(line((0, -568), (90, -568))))
    assert found.verdicts.outcome(0) == "parallel"
    assert "highway_permit" in found.verdicts.conditions(0)
    permits = found.verdicts.permits(0)
    assert permits["highway_control_zone"] == "owed"
    across = answer(route(line((0, -190), (0, -204), (0, -568))))
    assert across.verdicts.permits(0).get("road_excavation", "waived") == "waived"


@pytest.mark.parametrize(("x", "condition"), [(20, "heritage_consent"), (220, "officer_confirms"), (320, "officer_confirms")])
def test_heritage(x: float, condition: str) -> None:
    found = answer(route(line((x - 10, 500), (x + 10, 500))))
    assert condition in found.verdicts.conditions(0)
    assert not found.verdicts.immediate(0)


def test_wall_lock_and_tree_together_hide_nothing() -> None:
    ground = city(
        heritage=places.frame(
            "heritage",
            [
                {"heritage_id": "H", "name": "城墙", "kind": "protection"},
                {"heritage_id": "O", "name": "古城", "kind": "old_city"},
            ],
            [box(0, 380, 100, 420)] * 2,
        ),
        trees=places.frame(
            "trees", [{"tree_id": "G", "species": "槐", "grade": "1", "canopy_radius_m": 4.0}], [shapely.Point(at(50, 405))]
        ),
    )
    found = answer(route(line((0, 400), (100, 400))), ground)
    assert found.verdicts.outcome(0) == "parallel"
    assert {"gov_approval", "avoid_or_report", "heritage_consent", "officer_confirms"} <= set(found.verdicts.conditions(0))


@pytest.mark.parametrize(("gap_m", "met"), [(0.3, "yes"), (0.5, "no")])
def test_a_published_range_is_taken_as_it_is(gap_m: float, met: str) -> None:
    tree = places.frame("trees", [{"tree_id": "G", "species": "槐", "grade": "1"}], [box(80, 80, 120, 120)])
    found = answer(route(line((60, 80 - gap_m), (140, 80 - gap_m))), city(trees=tree))
    assert found.verdicts.answer("tree-range", 0) == met
