"""Calendar years and windows: both ends, last day inclusive, and never "no" out of silence."""

import numpy as np
import pytest

from geo.areas import MAYBE, NO, SURE
from geo.locks import Window, add_years, locked, unrecorded


def day(text: str | None) -> np.ndarray:
    return np.array([text or "NaT"], dtype="datetime64[D]")


@pytest.mark.parametrize(
    ("finished", "years", "last"),
    [
        ("2021-03-10", 5, "2026-03-10"),
        ("2020-02-29", 5, "2025-02-28"),
        ("2020-02-29", 4, "2024-02-29"),
        ("2023-12-31", 3, "2026-12-31"),
    ],
)
def test_the_last_day_is_the_corresponding_one(finished: str, years: int, last: str) -> None:
    assert str(add_years(day(finished), years)[0]) == last


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-03-10", "2026-03-20", SURE),
        ("2026-03-11", "2026-03-20", NO),
        ("2021-01-01", "2021-03-09", MAYBE),
        ("2021-01-01", "2021-03-10", SURE),
        ("2020-01-01", "2030-01-01", SURE),
        (None, None, MAYBE),
        (None, "2026-03-10", SURE),
        (None, "2026-03-11", MAYBE),
        ("2026-03-10", None, SURE),
        ("2026-03-11", None, NO),
        ("2020-01-01", None, MAYBE),
    ],
)
def test_windows_about_a_lock_that_ends_on_2026_03_10(start: str | None, end: str | None, expected: int) -> None:
    assert locked(day("2021-03-10"), 5, Window(day(start), day(end), day("2025-06-01")))[0] == expected


def test_a_stated_day_inside_the_lock_wins_over_a_contradiction() -> None:
    assert locked(day("2021-03-10"), 5, Window(day("2026-03-20"), day("2026-03-01"), day("2025-06-01")))[0] == SURE
    assert locked(day("2021-03-10"), 5, Window(day(None), day("2026-03-01"), day("2026-11-22")))[0] == SURE


@pytest.mark.parametrize(("start", "end"), [("2036-01-01", "2026-03-01"), ("2036-01-01", "2020-03-01")])
def test_days_in_the_wrong_order_free_nothing(start: str, end: str) -> None:
    window = Window(day(start), day(end), day("2025-06-01"))
    assert locked(day("2021-03-10"), 5, window)[0] != NO
    assert unrecorded(np.datetime64("2023-01-01"), 5, window)[0] == MAYBE


def test_days_that_were_over_when_the_line_was_filed_are_no_plan() -> None:
    """1970-01-01 is how some tables write that nothing was written."""
    for start, end in (("1970-01-01", "1970-01-01"), ("2016-03-01", "2016-03-20")):
        assert locked(day("2024-05-01"), 5, Window(day(start), day(end), day("2026-11-22")))[0] == MAYBE
        assert locked(day("2018-05-01"), 5, Window(day(start), day(end), day("2026-11-22")))[0] == NO
    before = Window(day("2021-01-01"), day("2021-03-09"), day("2020-12-01"))
    assert locked(day("2021-03-10"), 5, before)[0] == NO


def test_without_a_window_only_a_lock_that_ended_before_the_filing_is_a_no() -> None:
    assert locked(day("2021-03-10"), 5, Window(day(None), day(None), day("2026-03-11")))[0] == NO
    assert locked(day("2021-03-10"), 5, Window(day(None), day(None), day("2026-03-10")))[0] == MAYBE


def test_a_missing_date_is_never_a_no() -> None:
    assert locked(day(None), 5, Window(day("2026-12-01"), day("2026-12-09"), day("2026-11-22")))[0] == MAYBE


def test_silence_counts_only_where_records_are_complete_long_enough() -> None:
    window = Window(day("2026-12-02"), day("2026-12-09"), day("2026-11-22"))
    assert unrecorded(np.datetime64("2021-12-02"), 5, window)[0] == NO
    assert unrecorded(np.datetime64("2021-12-03"), 5, window)[0] == MAYBE
    assert unrecorded(np.datetime64("NaT", "D"), 5, window)[0] == MAYBE
