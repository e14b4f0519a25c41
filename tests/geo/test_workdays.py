"""Working days: terms across holidays and made-up weekends, and a year that nobody has published."""

import datetime as dt
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import NoCalendar
from geo.law.workdays import WorkCalendar
from layers.calendars import read_calendar

CN = read_calendar()

# day 0, then the day after 1, 2, 5 and 10 working days
TERMS = [
    ("2026-09-18", "2026-09-20", "2026-09-21", "2026-09-24", "2026-10-09"),
    ("2026-09-24", "2026-09-28", "2026-09-29", "2026-10-09", "2026-10-15"),
    ("2026-09-30", "2026-10-08", "2026-10-09", "2026-10-13", "2026-10-20"),
    ("2026-02-13", "2026-02-14", "2026-02-24", "2026-02-27", "2026-03-05"),
    ("2026-04-30", "2026-05-06", "2026-05-07", "2026-05-11", "2026-05-18"),
    ("2025-12-31", "2026-01-04", "2026-01-05", "2026-01-08", "2026-01-15"),
]


def day(text: str) -> np.datetime64:
    return np.datetime64(text, "D")


def test_terms_end_on_the_right_day() -> None:
    start = np.array([row[0] for row in TERMS], "datetime64[D]")
    due = CN.add_workdays(start[:, None], [1, 2, 5, 10])
    assert due.day.astype(str).tolist() == [list(row[1:]) for row in TERMS]
    assert not due.provisional.any()
    assert (CN.count(start[:, None], due.day).n == [1, 2, 5, 10]).all()


@pytest.mark.parametrize("year", [2025, 2026])
def test_both_years_have_248_working_days(year: int) -> None:
    assert len(CN.days(f"{year}-01-01", f"{year}-12-31")) == 248


def test_no_working_day_after_the_start_is_the_start_itself() -> None:
    assert CN.add_workdays("2026-10-03", 0).day == day("2026-10-03")
    assert CN.count("2026-10-08", "2026-10-08").n == 0
    assert CN.count("2026-10-09", "2026-10-08").n == 0


def test_a_rest_day_may_be_the_start_but_is_not_counted() -> None:
    assert CN.add_workdays("2026-10-03", 1).day == day("2026-10-08")


@pytest.mark.parametrize("ask", [
    lambda c: c.is_workday("2027-01-04"),
    lambda c: c.is_workday("2024-12-31"),
    lambda c: c.is_workday(np.datetime64("NaT")),
    lambda c: c.add_workdays("2026-12-30", 2),
    lambda c: c.add_workdays("2027-03-01", 1),
    lambda c: c.count("2026-12-01", "2027-01-01"),
    lambda c: c.days("2026-12-01", "2027-01-01"),
])  # fmt: skip
def test_a_year_without_a_notice_is_refused_in_both_languages(ask) -> None:
    with pytest.raises(NoCalendar) as raised:
        ask(CN)
    assert "2025、2026" in raised.value.text("zh") and "2025、2026" in raised.value.text("en")


def test_the_last_known_day_is_still_known() -> None:
    assert CN.add_workdays("2026-12-30", 1).day == day("2026-12-31")
    assert CN.count("2026-12-30", "2026-12-31").n == 1


def test_provisional_counting_goes_on_by_weekends_and_says_so() -> None:
    due = CN.provisional().add_workdays(["2026-12-30", "2026-12-30", "2027-09-30"], [1, 2, 1])
    assert due.day.astype(str).tolist() == ["2026-12-31", "2027-01-01", "2027-10-01"]
    assert due.provisional.tolist() == [False, True, True]
    count = CN.provisional().count("2026-12-30", ["2026-12-31", "2027-01-04"])
    assert count.n.tolist() == [1, 3] and count.provisional.tolist() == [False, True]
    assert CN.provisional().is_workday("2027-01-02") == np.False_
    assert CN.is_guess(["2026-12-31", "2027-01-01"]).tolist() == [False, True]


def test_an_unknown_start_has_an_unknown_end() -> None:
    due = CN.add_workdays(np.array(["NaT", "2026-11-20"], "datetime64[D]"), 1)
    assert np.isnat(due.day[0]) and due.day[1] == day("2026-11-23") and not due.provisional.any()


def test_counting_backwards_is_not_offered() -> None:
    with pytest.raises(ValueError, match="forward"):
        CN.add_workdays("2026-11-20", -1)


def test_a_gap_between_known_years_is_unknown_too() -> None:
    gap = WorkCalendar(CN.rest, CN.work, frozenset({2024, 2026}))
    with pytest.raises(NoCalendar):
        gap.add_workdays("2024-12-31", 300)


@settings(deadline=None)
@given(
    st.dates(dt.date(2025, 1, 1), dt.date(2026, 6, 30)),
    st.integers(0, 120),
)
def test_counting_day_by_day_gives_the_same(start: dt.date, n: int) -> None:
    """Against a walk along the calendar, one day at a time."""
    rest, work = set(CN.rest.astype(object)), set(CN.work.astype(object))
    left, here = n, start
    for step in itertools.count(1):
        if not left:
            break
        here = start + dt.timedelta(step)
        left -= here in work or (here.weekday() < 5 and here not in rest)
    assert CN.add_workdays(start, n).day == np.datetime64(here)
    assert CN.count(start, here).n == n
