"""Until when an answer is owed: the term of the pack that runs from the day of submission, on the calendar of working days."""

from datetime import date, timedelta
from functools import cache

from geo.errors import NoCalendar
from geo.law.pack import Pack
from geo.law.workdays import WorkCalendar
from layers.calendars import read_calendar


@cache
def _calendar() -> WorkCalendar:
    return read_calendar()


def due(pack: Pack, outcome: str, submitted: date) -> date | None:
    """The last day of the term; None where the pack names none for the outcome, or its calendar does not reach so far."""
    for clock in pack.data.clocks.values():
        if clock.get("submitted") != outcome or not clock.get("cite"):
            continue
        unit, most = clock["unit"], int(clock["at_most"])
        if unit in ("at_once", "same_day"):
            return submitted
        if unit == "day":
            return submitted + timedelta(days=most)
        if unit == "working_day":
            try:
                last: date = _calendar().add_workdays(submitted, most).day.item()
            except NoCalendar:
                return None
            return last
    return None
