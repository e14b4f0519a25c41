"""Doubt that must not read as no: a bridge and a burial left blank; a class that is only a hint."""

import pandas as pd
import pytest

from tests.packs import places
from tests.packs.asked import answer
from tests.packs.places import box, city, line, route

# ── along a bridge ───────────────────────────────────────────────────────────────────────────────────────────────────

ALONG = line((0, 1200), (100, 1200))


def spans_of(*rows: tuple[float, float, str]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["from_m", "to_m", "burial"])
    return table.assign(route_id="R1", pit_from_m2=4.0, pit_to_m2=4.0)


def test_along_a_bridge_without_burial_it_may_hang() -> None:
    found = answer(route(ALONG))
    hung = found.facts.columns["bridge.hung_m"]
    assert (hung.value[0], hung.low[0], hung.high[0]) == (0.0, 0.0, 100.0)
    assert found.verdicts.answer("bridge-attached", 0) == "unknown"
    assert found.verdicts.permits(0)["pipe_on_bridge"] == "unknown"
    assert not found.verdicts.immediate(0)
    finding = next(f for f in found.verdict(0)["findings"] if f["rule"] == "bridge-attached")
    assert "埋设方式" in finding["missing"]["zh"] and "burial" in finding["missing"]["en"]
    assert [(s["id"], s["from_m"], s["to_m"], s["certain"]) for s in finding["stretches"]] == [("X1", 0.0, 100.0, False)]


@pytest.mark.parametrize(
    ("burial", "answered", "permit"),
    [("overhead", "yes", "owed"), ("open", "no", None), ("bored", "no", None), ("tunnel", "no", None)],
)
def test_a_stated_burial_settles_it(burial: str, answered: str, permit: str | None) -> None:
    found = answer(route(ALONG, burial=burial))
    assert found.verdicts.answer("bridge-attached", 0) == answered
    assert found.verdicts.permits(0).get("pipe_on_bridge") == permit


def test_spans_settle_their_own_stretch() -> None:
    across = line((-300, 1200), (100, 1200))  # the bridge begins at x = -200
    assert answer(route(across), bored=spans_of((90, 400, "overhead"))).verdicts.answer("bridge-attached", 0) == "yes"
    assert answer(route(across), bored=spans_of((90, 400, "open"))).verdicts.answer("bridge-attached", 0) == "no"
    half = answer(route(across), bored=spans_of((90, 300, "open")))
    assert half.verdicts.answer("bridge-attached", 0) == "unknown"
    assert half.facts.columns["bridge.hung_m"].high[0] == pytest.approx(100.0, abs=0.5)


def test_elsewhere_a_blank_burial_is_open_cut() -> None:
    found = answer(route(line((0, 0), (100, 0))))
    assert found.verdicts.answer("bridge-attached", 0) == "no"
    assert (found.verdicts.answer("city-road", 0), found.verdicts.immediate(0)) == ("yes", True)
    assert found.rows.dug_m[0] == 100.0


def test_an_outline_along_a_bridge() -> None:
    assert answer(route(box(0, 1199, 100, 1201))).verdicts.answer("bridge-attached", 0) == "unknown"
    assert answer(route(box(0, 1199, 100, 1201), burial="open")).verdicts.answer("bridge-attached", 0) == "no"


# ── a hint ───────────────────────────────────────────────────────────────────────────────────────────────────────────

ON_HINT = line((1600, 300), (1600, 400))


def test_a_hinted_branch_may_be_an_arterial() -> None:
    found = answer(route(ON_HINT))
    assert (found.verdicts.outcome(0), found.verdicts.could_be(0)[0]) == ("undetermined", "parallel")
    assert found.verdicts.certainty(0) == "data-missing"
    arterial, branch = found.facts.columns["arterial.open_m"], found.facts.columns["city_road.open_m"]
    assert (arterial.value[0], arterial.low[0], arterial.high[0]) == (0.0, 0.0, 100.0)
    assert (branch.value[0], branch.low[0], branch.high[0]) == (100.0, 0.0, 100.0)
    finding = next(f for f in found.verdict(0)["findings"] if f["rule"] == "arterial-road")
    assert "推断" in finding["missing"]["zh"] and "inferred" in finding["missing"]["en"]
    assert [(s["id"], s["certain"]) for s in finding["stretches"]] == [("H1", False)]


def test_a_hinted_arterial_may_be_a_branch() -> None:
    roads = places.roads()
    roads.loc[roads.road_id == "H1", "class"] = "arterial"
    found = answer(route(ON_HINT), city(roads=roads))
    assert (found.verdicts.outcome(0), found.verdicts.could_be(0)[0]) == ("undetermined", "parallel")
    arterial = found.facts.columns["arterial.open_m"]
    assert (arterial.value[0], arterial.low[0], arterial.high[0]) == (100.0, 0.0, 100.0)
    assert found.verdicts.answer("expressway", 0) == "unknown"


def test_a_hinted_internal_road_may_be_locked() -> None:
    roads = places.roads()
    roads.loc[roads.road_id == "H1", ["class", "delivered"]] = ["internal", pd.Timestamp("2025-05-01")]
    found = answer(route(ON_HINT), city(roads=roads))
    assert found.verdicts.answer("lock-new", 0) == "unknown"
    roads.loc[roads.road_id == "H1", "delivered"] = pd.Timestamp("2010-05-01")
    assert answer(route(ON_HINT), city(roads=roads)).verdicts.answer("lock-new", 0) == "no"


def test_a_stated_arterial_is_not_hidden_by_a_hint() -> None:
    found = answer(route(line((1000, 300), (1600, 300), (1600, 350)), "gas", voltage_kv=None))
    finding = next(f for f in found.verdict(0)["findings"] if f["rule"] == "arterial-road")
    assert (finding["answer"], finding["estimated"], found.verdicts.outcome(0)) == ("yes", False, "parallel")


def test_the_length_along_roads_keeps_the_doubt() -> None:
    total = answer(route(ON_HINT)).facts.columns["sum.project_utility.road_m"]
    assert (total.value[0], total.low[0], total.high[0]) == (100.0, 0.0, 100.0)
    unseen = answer(route(ON_HINT), city(roads=None)).facts.columns["sum.project_utility.road_m"]
    assert (unseen.low[0], unseen.high[0]) == (0.0, float("inf"))
