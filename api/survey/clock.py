"""The clock of a survey as answers tell it: by the pack in force on the agreed day, or why nobody knows."""

from functools import lru_cache
from typing import Any

from api.deps import House
from geo.errors import BadInput, NoCalendar, NotFound, WaixianError
from geo.law.workdays import WorkCalendar
from layers.calendars import read_calendar
from layers.survey import clock


@lru_cache(maxsize=1)
def _calendar() -> WorkCalendar:
    return read_calendar()


def clock_of(house: House, survey: dict[str, Any]) -> dict[str, Any]:
    """``due_at`` (null with ``why_zh``, ``why_en``), the term with its source, and every pause."""
    held = clock.pauses(house.engine, survey["id"])
    out = {"at_most": None, "unit": None, "cite": None, "pauses": held, "paused": any(each["ended_at"] is None for each in held)}
    try:
        term = _term(house, survey)
        found = clock.due(survey["agreed_for"], term["at_most"], term["unit"], held, _calendar())
    except (BadInput, NotFound, NoCalendar) as error:
        return out | _unknown(error)
    told = {name: term[name] for name in ("at_most", "unit", "cite")}
    return out | told | {"due_at": found.at, "why_zh": found.why_zh, "why_en": found.why_en}


def _term(house: House, survey: dict[str, Any]) -> dict[str, Any]:
    """The pack's clock of joint surveys on the agreed day (of calling, before one is agreed). Raises NotFound without one."""
    day = (survey["agreed_for"] or survey["created_at"]).astimezone(clock.CHINA).date()
    term: dict[str, Any] | None = house.pack_for(day).data.clocks.get(clock.CLOCK)
    if term is None:
        raise NotFound(what_zh="踏勘期限", what_en="term of joint surveys", id=clock.CLOCK)
    return term


def _unknown(error: WaixianError) -> dict[str, Any]:
    return {"due_at": None, "why_zh": error.text("zh"), "why_en": error.text("en")}
