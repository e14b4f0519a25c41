"""Pits of bored spans on a small city: as far as a square reaches, and no farther; stretches named for their own line."""

import pandas as pd
import pytest

from api.review import review
from geo.errors import BadInput
from tests.packs.asked import GROUND, PACK, answer
from tests.packs.places import ON, line, route, routes, spans

# The arterial begins at x = 980. A pit of 9 m² about the end of the span reaches 1.5 m along and across.


@pytest.mark.parametrize(("gap_m", "met"), [(0.01, "no"), (0.0, "no"), (-0.01, "yes")])
def test_a_pit_before_the_arterial(gap_m: float, met: str) -> None:
    start = 80 - 1.5 - gap_m
    found = answer(route(line((900, 300), (1100, 300))), bored=spans((start, 140, 9.0, 9.0)))
    assert found.verdicts.answer("arterial-road", 0) == met
    assert found.verdicts.answer("arterial-met", 0) == "yes"
    assert found.verdicts.outcome(0) == ("parallel" if met == "yes" else "exempt")


@pytest.mark.parametrize(("gap_m", "met"), [(0.01, "no"), (-0.01, "yes")])
def test_a_pit_beside_the_arterial(gap_m: float, met: str) -> None:
    x = 980 - 1.5 - gap_m
    found = answer(route(line((x, 250), (x, 350))), bored=spans((40, 60, 9.0, 9.0)))
    assert found.verdicts.answer("arterial-road", 0) == met
    if met == "yes":
        finding = next(f for f in found.verdict(0)["findings"] if f["rule"] == "arterial-road")
        assert [(s["from_m"], s["to_m"]) for s in finding["stretches"] if not s["bored"]] == [(38.5, 41.5), (58.5, 61.5)]
        assert finding["value"] == 6.0


@pytest.mark.parametrize(("gap_m", "met"), [(0.01, "no"), (-0.01, "yes")])
def test_a_pit_at_the_very_end_of_the_line_is_a_whole_square(gap_m: float, met: str) -> None:
    x = 980 - 1.5 - gap_m
    found = answer(route(line((900, 300), (x, 300))), bored=spans((20, 500, 9.0, 9.0)))
    assert found.verdicts.answer("arterial-road", 0) == met


@pytest.mark.parametrize(
    ("gap_m", "met", "estimated"), [(0.4, "yes", False), (0.6, "yes", True), (2.4, "no", True), (2.6, "no", False)]
)
def test_the_default_pit_is_one_six_or_twenty_five_square_metres(gap_m: float, met: str, estimated: bool) -> None:
    found = answer(route(line((900, 300), (1100, 300))), bored=spans((80 - gap_m, 140, None, 0.0)))
    finding = next(f for f in found.verdict(0)["findings"] if f["rule"] == "arterial-road")
    assert (finding["answer"], finding["estimated"]) == (met, estimated)


def test_no_pit_where_none_is_stated() -> None:
    found = answer(route(line((900, 300), (1100, 300))), bored=spans((81, 110, 0.0, 0.0), (110, 140, 0.0, 9.0)))
    assert found.verdicts.answer("arterial-road", 0) == "yes"  # open cut from 80 to 81
    found = answer(route(line((900, 300), (1100, 300))), bored=spans((79, 110, 0.0, 0.0), (110, 140, 0.0, 9.0)))
    assert found.verdicts.answer("arterial-road", 0) == "no"


def test_what_no_span_covers_of_a_bored_line_has_its_pits() -> None:
    """A bored line with a table that speaks of its first metres only: the rest is bored too, and its pits are a guess."""
    some = line((900, 300), (978.2, 300))
    opened = spans((0, 10, None, None)).assign(burial="open")
    finding = next(
        f for f in answer(route(some, burial="bored"), bored=opened).verdict(0)["findings"] if f["rule"] == "arterial-road"
    )
    assert (finding["answer"], finding["estimated"]) == ("no", True)  # 1.8 m away: the largest pit reaches 2.5 m
    stated = spans((60, 78.2, 4.0, 4.0))  # here the pit is stated: 1 m to each side
    finding = next(
        f for f in answer(route(some, burial="bored"), bored=stated).verdict(0)["findings"] if f["rule"] == "arterial-road"
    )
    assert (finding["answer"], finding["estimated"]) == ("no", False)


# ── whose spans ──────────────────────────────────────────────────────────────────────────────────────────────────────

CROSSING = line((900, 300), (1100, 300))


def test_spans_of_a_number_that_two_lines_bear_are_refused() -> None:
    two = routes(route(CROSSING), route(CROSSING)).assign(route_id="R1")
    with pytest.raises(BadInput, match="R1"):
        answer(two, bored=spans((60, 140, 4.0, 4.0)))
    other = two.assign(route_id=["R1", "R2"])
    assert [answer(other, bored=spans((60, 140, 4.0, 4.0))).verdicts.answer("arterial-road", i) for i in (0, 1)] == ["no", "yes"]


def test_twins_that_no_span_names_are_no_matter() -> None:
    three = routes(route(CROSSING), route(CROSSING), route(CROSSING)).assign(route_id=["R1", "R2", "R2"])
    found = answer(three, bored=spans((60, 140, 4.0, 4.0)))
    assert [found.verdicts.answer("arterial-road", i) for i in range(3)] == ["no", "yes", "yes"]


def test_stored_lines_are_told_apart_by_their_store_number() -> None:
    two = routes(route(CROSSING), route(CROSSING)).assign(route_id="R1", id=[7, 8])
    stored = pd.concat([spans((60, 140, 4.0, 4.0)).assign(id=8)])
    found = answer(two, bored=stored)
    assert [found.verdicts.answer("arterial-road", i) for i in (0, 1)] == ["yes", "no"]


def test_a_line_of_the_history_keeps_its_own_way() -> None:
    """A line filed before that bears the same number is another line: the spans of the file say nothing of it."""
    before = route(CROSSING, project_code="P1", filed="2026-10-01")
    now = route(CROSSING, project_code="P1")
    found = review(now, GROUND, PACK, ON, spans=spans((60, 140, 4.0, 4.0)), history=before)
    assert found.facts.columns["sum.project_utility.dug_m"].value[0] == 200 + 120
