"""Lines on a small city: roads and their locks, bored spans."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from geo.city import Layer
from tests.packs import places
from tests.packs.asked import GROUND, answer
from tests.packs.places import box, city, line, route, spans

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
    assert (found.verdicts.outcome(0), found.verdicts.certainty(0)) == ("undetermined", "data-missing")
    assert not found.verdicts.immediate(0)


def test_a_bridge_is_not_dug() -> None:
    found = answer(route(line((0, 1200), (100, 1200))))
    assert found.verdicts.answer("city-road", 0) == "no"


# ── locks ────────────────────────────────────────────────────────────────────────────────────────────────────────────

LOCKS = [
    ("B1", "2029-04-30", "2029-05-01", "yes"),
    ("B1", "2029-05-01", "2029-05-09", "yes"),
    ("B1", "2029-05-02", "2029-05-09", "no"),
    ("B1", "2024-04-01", "2024-04-30", "unknown"),  # over when it was filed: no plan
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


def test_a_ledger_that_covers_another_place_proves_nothing_here() -> None:
    far = replace(ledger(since=date(2010, 1, 1)), coverage=box(500, 0, 900, 400))
    found = answer(route(line((0, 1000), (100, 1000))), city(road_ledger=far))
    assert found.verdicts.answer("lock-new", 0) == "unknown"
    assert found.verdicts.outcome(0) == "undetermined"
