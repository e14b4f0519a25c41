"""What is set by hand is told in the words of the planner: the same digs, order, lead and savings for the same days."""

import pandas as pd
import pytest

from geo.schedule.check import violations
from geo.schedule.openings import OPENINGS, arranged, openings
from geo.schedule.savings import points
from tests.geo.digs import CN, GB, ON, SETTINGS, closed, frame, matches, on_street, pair, planned, work

WORKS = [
    work("2026-03-02", "2026-04-10", 5, party="甲", owed=["a"]),
    work("2026-03-02", "2026-04-10", 9, party="乙", owed=["b", "a"]),
    work("2026-03-09", "2026-04-10", 4, party="丙", utility="gas"),
    work("2026-05-04", "2026-05-29", 12, kind="paving", firm=True),
    work(None, None, None), work("2026-06-01", "2026-06-05", 2),
]  # fmt: skip
PAIRS = [*on_street([(0, 100), (20, 180), (60, 200)]), pair(0, 3, 100.0), pair(2, 4), pair(1, 5)]


def test_the_planners_own_days_make_the_planners_own_digs() -> None:
    made = planned(WORKS, PAIRS)
    again, saved = arranged(frame(WORKS), matches(PAIRS), made.members[list(OPENINGS)], SETTINGS, GB)
    same = [name for name in made.digs.columns if name not in ("component", "status", "gap")]
    assert len(made.digs)
    pd.testing.assert_frame_equal(made.digs[same], again.digs[same], check_dtype=False)
    columns = [name for name in made.members.columns if name != "component"]
    pd.testing.assert_frame_equal(made.members[columns], again.members[columns], check_dtype=False)
    assert points(saved, again.members, SETTINGS) == made.solved["points"].sum()
    assert again.digs["owed"].iloc[0] == ["a", "b"] and again.digs["paved_by"].iloc[0] == [3]


def test_a_start_by_hand_takes_its_working_days() -> None:
    """Saturday 7 March 2026 is no working day: the work begins on Monday and takes its five days."""
    opened = openings(frame(WORKS), {0: "2026-03-07", 3: "2026-05-06", 4: "2026-03-02"}, CN)
    assert opened["work"].tolist() == [0, 3]  # nobody can say until when a work without a window is open
    first, paving = opened.to_dict("records")
    assert (str(first["start"].date()), str(first["end"].date()), first["open_days"], first["shift_days"]) == (
        "2026-03-09",
        "2026-03-13",
        5,
        0,
    )
    assert (str(paving["start"].date()), str(paving["end"].date()), paving["firm"]) == ("2026-05-06", "2026-05-31", True)


@pytest.mark.parametrize(
    ("start", "rule"), [("2026-03-02", None), ("2026-02-26", "past"), ("2026-04-20", "window"), ("2026-03-17", "closure")]
)
def test_the_checker_judges_what_was_set(start: str, rule: str | None) -> None:
    table, rows = frame(WORKS), matches(PAIRS)
    shut = closed((0, "2026-03-18", "2026-03-19", "灯会"))
    plan, _ = arranged(table, rows, openings(table, {0: start}, CN.provisional()), SETTINGS, GB)
    found = violations(table, rows, CN.provisional(), shut, SETTINGS, ON, plan)
    assert set(found["rule"]) - {"window"} == ({rule} - {"window"} if rule else set())
    assert plan.digs.empty and plan.members["role"].tolist() == ["alone"]


def test_nothing_set_is_nothing_planned() -> None:
    plan, saved = arranged(frame(WORKS), matches(PAIRS), openings(frame(WORKS), {}, CN), SETTINGS, GB)
    assert plan.members.empty and plan.digs.empty and saved.digs.empty
