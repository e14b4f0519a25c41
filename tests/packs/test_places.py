"""Lines on a small city against the pack of Kaifeng: what a lawyer would try, one sentence a case."""

from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from api.review import Review, review
from geo.city import City, Layer
from geo.crs import to_work
from layers.packs import read_packs
from tests.packs import places
from tests.packs.places import ON, at, box, city, line, route, routes, spans

PACK = read_packs(Path(__file__).parents[2] / "data" / "packs")["kaifeng-2022-6"]
GROUND = city()


def answer(one: gpd.GeoDataFrame, ground: City = GROUND, on: date = ON, bored: pd.DataFrame | None = None) -> Review:
    return review(one, ground, PACK, on, spans=bored)


def bent(length_m: float, y: float = 0.0, step: float = 0.5) -> shapely.LineString:
    """A 30-vertex bent line along the road at ``y`` whose planar length is exact to a micrometre."""
    x = np.linspace(0, 1, 30)
    zigzag = np.where(np.arange(30) % 2 == 0, -step, step)
    low, high = 1.0, 2000.0
    for _ in range(200):
        reach = (low + high) / 2
        shape = line(*zip(x * reach, y + zigzag, strict=True))
        low, high = (reach, high) if shape.length < length_m else (low, reach)
    return shape


# ── the nine lines of the regulations ────────────────────────────────────────────────────────────────────────────────

NINE = [
    ("water, 499.9 m on an old branch", route(bent(499.9)), "exempt", [], None),
    ("water, 500.0 m: within, at the limit", route(bent(500.0)), "exempt", [], None),
    ("gas, 500.1 m", route(bent(500.1), "gas"), "parallel", [], None),
    (
        "0.4 kV, 80 m in the footway of a secondary road",
        route(line((0, 208), (80, 208)), "power", voltage_kv=0.4),
        "exempt",
        [],
        "text",
    ),
    ("0.4 kV, 620 m", route(bent(620), "power", voltage_kv=0.4), "parallel", [], "reading"),
    ("10 kV, 60 m: the text is silent below 500 m", route(bent(60), "power", voltage_kv=10), "parallel", [], "reading"),
    ("heat, 120 m on a road delivered 2024-05-01", route(bent(120, 400), "heat"), "parallel", ["gov_approval"], "reading"),
    ("comms, 200 m, along the verge", route(line((110, 7), (310, 7)), "comms"), "parallel", [], "reading"),
    (
        "water, 90 m, 12 m from the land of a national highway",
        route(line((0, -568), (90, -568))),
        "parallel",
        ["highway_permit"],
        None,
    ),
]


@pytest.mark.parametrize(("one", "outcome", "conditions", "certainty"), [c[1:] for c in NINE], ids=[c[0] for c in NINE])
def test_nine_lines(one: gpd.GeoDataFrame, outcome: str, conditions: list[str], certainty: str | None) -> None:
    verdicts = answer(one).verdicts
    assert verdicts.outcome(0) == outcome
    assert set(conditions) <= set(verdicts.conditions(0))
    if certainty:
        assert verdicts.certainty(0) == certainty


# ── length ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("length_m", "outcome", "certainty"),
    [(499.999, "exempt", "text"), (500.0, "exempt", "reading"), (500.001, "parallel", "text")],
)
@pytest.mark.parametrize("stored_in", ["EPSG:4547", "EPSG:4490"])
def test_the_limit_is_exact_to_the_millimetre(length_m: float, outcome: str, certainty: str, stored_in: str) -> None:
    shape = bent(length_m)
    stored = to_work(to_work(shape, "EPSG:4547", stored_in), stored_in, "EPSG:4547")
    found = answer(route(stored))
    assert found.rows.length_m[0] == length_m
    assert (found.verdicts.outcome(0), found.verdicts.certainty(0)) == (outcome, certainty)
    finding = next(f for f in found.verdict(0)["findings"] if f["rule"] == "length-limit")
    assert finding["at_limit"]
    assert finding["margin"] == pytest.approx(500 - length_m, abs=1e-9)


@pytest.mark.parametrize(("accuracy_m", "at_limit"), [(None, False), (0.5, False), (0.6, True), (5.0, True)])
def test_at_limit_is_judged_by_the_stated_accuracy(accuracy_m: float | None, at_limit: bool) -> None:
    found = answer(route(bent(499.4), accuracy_m=accuracy_m)).verdict(0)
    assert next(f for f in found["findings"] if f["rule"] == "length-limit")["at_limit"] == at_limit


def test_the_part_inside_the_site_is_left_out() -> None:
    found = answer(route(line((-55, 37), (-55, 0), (440, 0))))
    length = found.verdict(0)["length"]
    assert (length["planar_m"], length["counted_m"]) == (532.0, 507.0)
    assert found.verdicts.outcome(0) == "parallel"
    shorter = answer(route(line((-55, 37), (-55, 0), (430, 0))))
    assert shorter.verdict(0)["length"]["counted_m"] == 497.0
    assert shorter.verdicts.outcome(0) == "exempt"


def test_lines_of_one_project_and_utility_are_summed() -> None:
    two = routes(*(route(line((0, y), (300, y)), project_code="410200-1") for y in (1, -1)))
    found = answer(two)
    assert list(found.rows.sum_length_m) == [600.0, 600.0]
    assert list(found.rows.outcome) == ["parallel", "parallel"]
    other = two.assign(utility=["water", "gas"])
    assert list(answer(other).rows.outcome) == ["exempt", "exempt"]


def test_a_line_without_project_stands_alone() -> None:
    two = routes(*(route(line((0, y), (300, y))) for y in (1, -1)))
    assert list(answer(two).rows.sum_length_m) == [300.0, 300.0]


def test_a_work_cut_into_slices_is_noticed() -> None:
    slices = routes(*(route(line((x, 0), (x + 190, 0)), applicant="甲公司", project=f"第{x}期") for x in (0, 190, 380)))
    found = answer(slices)
    assert all(found.verdicts.answer("slicing", i) == "yes" for i in range(3))
    assert all("officer_confirms" in c for c in found.rows.conditions)
    apart = slices.assign(applicant=["甲公司", "乙公司", "丙公司"])
    assert all(answer(apart).verdicts.answer("slicing", i) == "no" for i in range(3))


# ── roads ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_along_a_branch_and_straight_across_an_arterial() -> None:
    found = answer(route(line((900, 0), (1100, 0))))
    assert found.verdicts.outcome(0) == "parallel"
    assert found.verdicts.answer("arterial-road", 0) == "yes"
    finding = next(f for f in found.verdict(0)["findings"] if f["rule"] == "arterial-road")
    assert finding["value"] == pytest.approx(40.8)  # 40 m of road and half a trench on each side
    assert [(s["id"], s["from_m"], s["to_m"]) for s in finding["stretches"]] == [("A1", 79.6, 120.4)]
    owners = [(p["id"], p["from_m"], p["to_m"]) for p in found.pieces(0)]
    assert owners == [("B0", 0.0, 80.0), ("A1", 80.0, 120.0), ("B0", 120.0, 200.0)]


@pytest.mark.parametrize(("gap_m", "met"), [(0.3, "yes"), (0.4, "no"), (0.5, "no")])
def test_a_trench_beside_a_road_edge(gap_m: float, met: str) -> None:
    x = 980 - gap_m
    assert answer(route(line((x, 250), (x, 350)))).verdicts.answer("arterial-road", 0) == met


@pytest.mark.parametrize(("gap_m", "met"), [(0.3, "yes"), (0.4, "no"), (0.5, "no")])
def test_a_trench_beside_a_verge(gap_m: float, met: str) -> None:
    assert answer(route(line((120, 6 - gap_m), (220, 6 - gap_m)))).verdicts.answer("green-land", 0) == met


@pytest.mark.parametrize(("gap_m", "met"), [(0.3, "yes"), (0.4, "no"), (0.5, "no")])
def test_a_trench_beside_a_tree_range(gap_m: float, met: str) -> None:
    y = 100 - 9 - gap_m  # canopy 4 m and 5 m beyond it
    assert answer(route(line((60, y), (140, y)))).verdicts.answer("tree-range", 0) == met


def test_expressway() -> None:
    found = answer(route(line((1150, 300), (1250, 300))))
    assert (found.verdicts.outcome(0), found.verdicts.answer("expressway", 0)) == ("parallel", "yes")


def test_a_road_without_class_leaves_it_open_and_says_who_knows() -> None:
    found = answer(route(line((0, 800), (100, 800))))
    assert found.verdicts.outcome(0) == "undetermined"
    assert found.verdicts.could_be(0)[0] == "parallel"
    finding = next(f for f in found.verdict(0)["findings"] if f["rule"] == "arterial-road")
    assert finding["answer"] == "unknown"
    assert finding["missing"]["office"] == "roads局"


def test_a_settled_answer_is_not_hidden_by_an_unknown() -> None:
    found = answer(route(line((0, 800), (600, 800)), "gas"))
    assert found.verdicts.outcome(0) == "parallel"


def test_internal_roads_ask_for_the_owner() -> None:
    found = answer(route(line((0, -200), (100, -200))))
    assert (found.verdicts.outcome(0), found.verdicts.conditions(0)) == ("exempt", ["owner_consent"])
    assert not found.verdicts.immediate(0)


def test_open_ground_meets_nothing() -> None:
    found = answer(route(line((0, 100), (60, 100), (60, 120)), "water"))
    assert found.verdicts.permits(0) == {}
    assert found.verdicts.conditions(0) == ["owner_consent"]
    assert any("不涉及" in note["zh"] for note in found.verdict(0)["notes"])


def test_a_width_that_is_only_a_default_makes_the_answer_shaky() -> None:
    beside = answer(route(line((1409, 300), (1409, 400))))
    assert beside.verdicts.certainty(0) in ("data-missing", "text")
    wide = city(roads=places.roads().assign(width_m=lambda t: t.width_m.where(t.road_id != "A1")))
    edge = answer(route(line((982, 250), (982, 350))), wide)
    assert edge.verdicts.certainty(0) == "data-missing"
    middle = answer(route(line((960, 300), (1040, 300))), wide)  # it crosses the centre line: no width can undo that
    assert middle.verdicts.answer("arterial-road", 0) == "yes"


def test_a_class_that_is_only_a_hint_proves_nothing() -> None:
    found = answer(route(line((1600, 300), (1600, 400))))
    assert (found.verdicts.outcome(0), found.verdicts.certainty(0)) == ("exempt", "data-missing")
    assert not found.verdicts.immediate(0)


def test_a_bridge_is_not_dug() -> None:
    found = answer(route(line((0, 1200), (100, 1200))))
    assert found.verdicts.answer("city-road", 0) == "no"


# ── locks ────────────────────────────────────────────────────────────────────────────────────────────────────────────

LOCKS = [
    ("B1", "2029-04-30", "2029-05-01", "yes"),
    ("B1", "2029-05-01", "2029-05-09", "yes"),
    ("B1", "2029-05-02", "2029-05-09", "no"),
    ("B1", "2024-04-01", "2024-04-30", "no"),
    ("B1", "2024-04-01", "2024-05-01", "yes"),
    ("B1", None, None, "unknown"),
    ("B2", "2027-06-30", "2027-07-09", "yes"),
    ("B2", "2027-07-01", "2027-07-09", "no"),
    ("B2", "2027-06-01", None, "yes"),
    ("B2", None, "2027-07-01", "unknown"),
    ("B2", None, "2027-06-30", "yes"),
    ("N2", "2026-12-01", "2026-12-09", "unknown"),
    ("B0", None, None, "no"),
    ("B0", "2026-12-01", "2026-12-20", "no"),
]


@pytest.mark.parametrize(("road", "start", "end", "expected"), LOCKS)
def test_locks_on_both_sides_of_every_day(road: str, start: str | None, end: str | None, expected: str) -> None:
    y = {"B0": 0, "B1": 400, "B2": 600, "N2": 1000}[road]
    rule = "lock-overhaul" if road == "B2" else "lock-new"
    found = answer(route(line((0, y), (100, y)), start=start, end=end))
    assert found.verdicts.answer(rule, 0) == expected
    assert ("gov_approval" in found.verdicts.conditions(0)) == (expected == "yes")
    assert (found.verdicts.outcome(0) == "exempt") == (expected == "no")


def ledger(*rows: tuple[str, float | None, float | None, str, str | None], since: date | None = None) -> Layer:
    table = places.frame(
        "road_ledger", [dict(zip(("road_id", "from_m", "to_m", "kind", "finished"), r, strict=True)) for r in rows], None
    )
    return Layer("road_ledger", table, GROUND.bounds_polygon, date(2026, 10, 1), since, owner="市政局", delivery_id="L1")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("new", "yes"), ("rebuild", "yes"), ("extend", "yes"), ("patch", "no"), ("overhaul", "no"), (None, "unknown")],
)
def test_only_the_ledger_kinds_of_the_law_start_a_lock(kind: str, expected: str) -> None:
    ground = city(road_ledger=ledger(("B0", 150, 250, kind, "2023-01-01")))
    assert answer(route(line((0, 0), (100, 0))), ground).verdicts.answer("lock-new", 0) == expected


def test_a_ledger_stretch_locks_only_its_stretch() -> None:
    ground = city(road_ledger=ledger(("B0", 400, 500, "rebuild", "2023-01-01")))
    inside, outside = route(line((150, 0), (250, 0))), route(line((350, 0), (450, 0)))
    assert answer(inside, ground).verdicts.answer("lock-new", 0) == "yes"
    assert answer(outside, ground).verdicts.answer("lock-new", 0) == "no"
    finding = next(f for f in answer(inside, ground).verdict(0)["findings"] if f["rule"] == "lock-new")
    assert finding["stretches"][0]["locked_until"] == "2028-01-01"


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        (date(2018, 1, 1), "no"),
        (date(2021, 12, 1), "no"),
        (date(2021, 12, 2), "no"),
        (date(2021, 12, 3), "unknown"),
        (None, "unknown"),
    ],
)
def test_a_street_absent_from_a_complete_ledger(since: date | None, expected: str) -> None:
    ground = city(road_ledger=ledger(since=since))
    found = answer(route(line((0, 1000), (100, 1000)), start="2026-12-02", end="2026-12-09"), ground)
    assert found.verdicts.answer("lock-new", 0) == expected


# ── bored spans ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("shape", "rule", "span"),
    [
        (line((900, 300), (1100, 300)), "arterial-road", (60, 140)),
        (line((200, -20), (200, 40)), "green-land", (15, 45)),
        (line((60, 100), (140, 100)), "tree-range", (15, 65)),
        (line((1100, 300), (1300, 300)), "expressway", (50, 150)),
    ],
)
def test_bored_beneath_with_the_pits_outside(shape: Any, rule: str, span: tuple[float, float]) -> None:
    found = answer(route(shape), bored=spans((*span, 4.0, 4.0)))
    assert found.verdicts.answer(rule, 0) == "no"
    assert found.verdicts.outcome(0) == "exempt"
    if rule != "green-land":  # boring under green occupies none of it; under the others it is a reading
        assert not found.verdicts.immediate(0)
        assert found.verdicts.certainty(0) == "reading"
        assert "officer_confirms" in found.verdicts.conditions(0) or "avoid_or_report" in found.verdicts.conditions(0)


def test_a_pit_inside_the_road_is_excavation() -> None:
    inside = answer(route(line((900, 300), (1100, 300))), bored=spans((81, 140, 4.0, 4.0)))
    assert inside.verdicts.answer("arterial-road", 0) == "yes"
    beside = answer(route(line((900, 300), (1100, 300))), bored=spans((78, 140, 4.0, 4.0)))
    assert beside.verdicts.answer("arterial-road", 0) == "no"


def test_bored_throughout_with_unknown_pits_is_estimated() -> None:
    found = answer(route(line((978.5, 300), (900, 300)), burial="bored"))
    assert found.verdicts.certainty(0) == "data-missing"


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


# ── scope ────────────────────────────────────────────────────────────────────────────────────────────────────────────

SCOPE = [
    ("water", None, "exempt"),
    ("gas", None, "exempt"),
    ("heat", None, "exempt"),
    ("comms", None, "exempt"),
    ("drain", None, "out_of_scope"),
    ("other", None, "out_of_scope"),
    (None, None, "undetermined"),
    ("power", None, "undetermined"),
    ("power", 0.22, "exempt"),
    ("power", 0.38, "exempt"),
    ("power", 0.4, "exempt"),
    ("power", 0.66, "out_of_scope"),
    ("power", 6.0, "out_of_scope"),
    ("power", 10.0, "parallel"),
    ("power", 20.0, "out_of_scope"),
    ("power", 35.0, "out_of_scope"),
]


@pytest.mark.parametrize(("utility", "voltage_kv", "outcome"), SCOPE)
def test_scope_by_utility_and_voltage(utility: str | None, voltage_kv: float | None, outcome: str) -> None:
    assert answer(route(bent(80), utility, voltage_kv=voltage_kv)).verdicts.outcome(0) == outcome


def test_out_of_scope_still_shows_what_it_meets() -> None:
    found = answer(route(line((900, 0), (1100, 0)), "drain"))
    assert found.verdicts.outcome(0) == "out_of_scope"
    assert found.verdicts.answer("arterial-road", 0) == "yes"
    assert found.verdicts.permits(0)["road_excavation"] == "owed"


# ── what is missing ──────────────────────────────────────────────────────────────────────────────────────────────────

DECISIVE = ("roads", "green", "trees", "highways", "heritage")


@pytest.mark.parametrize("layer", DECISIVE)
@pytest.mark.parametrize("how", ["absent", "no coverage", "not covering"])
def test_without_a_layer_nothing_becomes_exempt(layer: str, how: str) -> None:
    kept = GROUND.layer(layer)
    changed = {
        "absent": Layer(layer, None),
        "no coverage": Layer(layer, kept.frame),
        "not covering": Layer(layer, kept.frame, box(500, 0, 900, 400)),
    }[how]
    found = answer(route(bent(80, 1.0)), city(**{layer: changed}))
    if layer == "heritage":  # a condition, not a tier: the outcome stands, the condition is open
        assert found.verdicts.certainty(0) == "data-missing"
    else:
        assert found.verdicts.outcome(0) == "undetermined"
        assert found.verdicts.could_be(0)[0] == "parallel"
    assert not found.verdicts.immediate(0)
    assert found.rows.missing[0]


@pytest.mark.parametrize("layer", DECISIVE)
def test_an_empty_layer_that_covers_is_a_no(layer: str) -> None:
    if layer == "roads":
        pytest.skip("without roads there is no line in a road to judge: see test_open_ground_meets_nothing")
    kept = GROUND.layer(layer)
    empty = city(**{layer: Layer(layer, kept.frame.iloc[:0], kept.coverage)})
    assert answer(route(bent(80, 1.0)), empty).verdicts.outcome(0) == "exempt"


@pytest.mark.parametrize("layer", ["planning", "pipes", "districts", "events", "road_surfaces"])
def test_other_absent_layers_only_warn(layer: str) -> None:
    assert answer(route(bent(80, 1.0)), city(**{layer: None})).verdicts.outcome(0) == "exempt"


def test_an_old_street_without_window_needs_no_dates() -> None:
    found = answer(route(bent(80), start=None, end=None))
    assert (found.verdicts.outcome(0), found.verdicts.certainty(0), found.verdicts.immediate(0)) == ("exempt", "text", True)


def test_outline_instead_of_line() -> None:
    found = answer(route(box(120, -0.5, 220, 0.5)))
    assert found.rows.length_m[0] == pytest.approx(100, abs=0.5)
    assert any("面状" in note["zh"] for note in found.verdict(0)["notes"])
    green = answer(route(box(120, 5, 220, 6.01)))
    assert green.verdicts.answer("green-land", 0) == "yes"
    beside = answer(route(box(120, 5, 220, 6.0)))
    assert beside.verdicts.answer("green-land", 0) == "no"


def test_every_finding_can_be_pointed_at() -> None:
    verdict = answer(route(line((900, 0), (1100, 0)))).verdict(0, geometry=True)
    for finding in verdict["findings"]:
        assert finding["citation"]["title"]
        assert finding["answer"] in ("yes", "no", "unknown")
        for stretch in finding["stretches"]:
            assert len(stretch["coordinates"]) >= 2
            assert 0 <= stretch["from_m"] < stretch["to_m"]
