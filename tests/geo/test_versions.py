"""Two versions of a line: what went, what came, and which answers are others."""

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString

from geo.versions import SAME_M, findings, moved, permits

STRAIGHT = LineString([(0, 0), (100, 0)])


def test_a_line_drawn_twice_is_the_same_line() -> None:
    same = moved(STRAIGHT, LineString([(0, 0), (40, 0), (100, 0)]))
    assert same.removed.is_empty and same.added.is_empty and same.kept.length == pytest.approx(100)


def test_a_turn_takes_one_half_away_and_brings_another() -> None:
    parts = moved(STRAIGHT, LineString([(0, 0), (50, 0), (50, 30)]))
    assert parts.removed.length == pytest.approx(50, abs=2 * SAME_M) and parts.added.length == pytest.approx(30, abs=2 * SAME_M)
    assert shapely.get_type_id(parts.added) == 5  # a MultiLineString, as all three


@pytest.mark.parametrize(("off", "moved_m"), [(SAME_M - 0.001, 0.0), (SAME_M + 0.001, 100.0)])
def test_a_line_beside_is_another_from_the_tolerance_on(off: float, moved_m: float) -> None:
    parts = moved(STRAIGHT, LineString([(0, off), (100, off)]))
    assert (parts.removed.length, parts.added.length) == (pytest.approx(moved_m), pytest.approx(moved_m))


def test_outlines_are_compared_by_their_axes() -> None:
    parts = moved(shapely.box(0, 0, 100, 2), shapely.box(0, 0, 60, 2))
    assert parts.removed.length == pytest.approx(40, abs=2) and parts.added.length < 2


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=2, max_size=6, unique=True))
def test_what_is_kept_and_what_came_make_up_the_new_line(points: list[tuple[int, int]]) -> None:
    line = LineString(points)
    if not line.is_simple:
        return
    parts = moved(STRAIGHT, line)
    assert parts.kept.length + parts.added.length == pytest.approx(line.length, abs=0.5 * len(points))


def verdict(**answers: object) -> dict[str, object]:
    found = [
        {"rule": k, "title": {"zh": k}, "unit": "m", "answer": v, "value": 1.0, "limit": 2, "margin": 1, "decides": False}
        for k, v in answers.items()
    ]
    return {"findings": found, "permits": [{"item": k, "state": v} for k, v in answers.items()]}


def test_what_changed_stands_first_and_says_what() -> None:
    beside = findings(verdict(a="no", b="no"), verdict(a="no", b="unknown", c="yes"))
    assert [(one["key"], one["changed"]) for one in beside] == [("b", ["answer"]), ("c", ["there"]), ("a", [])]
    assert beside[1]["a"] is None and beside[1]["b"] is not None
    gone = permits(verdict(a="owed"), verdict())
    assert [(one["key"], one["changed"], one["b"]) for one in gone] == [("a", ["there"], None)]
