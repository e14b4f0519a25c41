"""The clock of a survey: days and working days, pauses, and what is not known."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from geo.errors import NoCalendar
from geo.law.workdays import calendar
from layers.survey.clock import CHINA, due

DAYS = calendar([date(2026, 10, day) for day in range(1, 8)], [date(2026, 10, 10)], [2026])
HOUR = timedelta(hours=1)


def at(day: int, hour: int = 9, month: int = 9) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=CHINA)


def held(began: datetime, ended: datetime | None) -> dict[str, Any]:
    return {"began_at": began, "ended_at": ended}


@pytest.mark.parametrize(
    ("begins", "unit", "ends"),
    [
        (at(22), "day", at(23)),  # a Tuesday
        (at(22), "working_day", at(23)),
        (at(25), "day", at(26)),  # a Friday
        (at(25), "working_day", at(28)),
        (at(30), "day", at(1, month=10)),  # the day before the holiday
        (at(30), "working_day", at(8, month=10)),
        (at(9, month=10), "working_day", at(10, month=10)),  # a Saturday that is worked
    ],
)
def test_a_day_and_a_working_day(begins: datetime, unit: str, ends: datetime) -> None:
    assert due(begins, 1, unit, [], DAYS).at == ends


@pytest.mark.parametrize("unit", ["day", "working_day"])
def test_a_pause_puts_it_off_by_as_long_as_it_lasts(unit: str) -> None:
    assert due(at(22), 1, unit, [held(at(22, 10), at(22, 13))], DAYS).at == at(23, 12)
    assert due(at(22), 1, unit, [held(at(22, 8), at(22, 10))], DAYS).at == at(23, 10)  # before it began nothing ran
    assert due(at(22), 1, unit, [held(at(21, 8), at(21, 10))], DAYS).at == at(23)
    # the first pause makes room for the second; one after the end brings nothing back
    assert due(at(22), 1, unit, [held(at(23, 8), at(23, 11)), held(at(23, 11), at(23, 12))], DAYS).at == at(23, 13)
    assert due(at(22), 1, unit, [held(at(23), at(23, 12))], DAYS).at == at(23)
    assert due(at(22), 1, unit, [held(at(23) - HOUR, at(23, 12))], DAYS).at == at(23, 13)


def test_what_is_not_known_says_why() -> None:
    for found in (
        due(None, 1, "day", [], DAYS),
        due(at(22), 1, "hour", [], DAYS),
        due(at(22), 1, "day", [held(at(22), None)], DAYS),
    ):
        assert found.at is None and found.why_zh and found.why_en
    with pytest.raises(NoCalendar):
        due(at(31, month=12), 1, "working_day", [], DAYS)
    assert due(at(31, month=12), 1, "day", [], DAYS).at == datetime(2027, 1, 1, 9, tzinfo=CHINA)
