"""The clock of a survey: from the agreed time, stopped while a cause that the document names holds it up (踏勘时间顺延).

How long it runs, and whether in days or working days, stands in the pack that is in force on the agreed day (clock
``joint_survey``, ``unit``: day or working_day): the document says 1天 and does not say which.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from geo.errors import Conflict
from geo.law.workdays import WorkCalendar
from layers.people.accounts import Person
from layers.people.audit import Actor, note
from layers.rows import Source, row, rows, run
from layers.survey.store import led

Cause = Literal["customer", "force_majeure"]
CHINA = ZoneInfo("Asia/Shanghai")
CLOCK = "joint_survey"


@dataclass(frozen=True)
class Due:
    """``at``: the end of the term, None where it is not known yet; ``why_zh``, ``why_en``: then why."""

    at: datetime | None
    why_zh: str = ""
    why_en: str = ""


def due(
    agreed_for: datetime | None, at_most: int, unit: str, pauses: Sequence[Mapping[str, Any]], calendar: WorkCalendar
) -> Due:  # fmt: skip
    """When the survey must be done. ``pauses``: ``began_at``, ``ended_at`` (None: still held up), in their order; one that begins
    after the term has ended does not bring it back. A day is 24 hours; a working day ends at the same hour of the next one.

    Raises NoCalendar where the calendar of a day that counts has not been published.
    """
    if agreed_for is None:
        return Due(None, "尚未约定时间", "no time is agreed yet")
    if unit not in ("day", "working_day"):
        return Due(None, f"规则包的踏勘期限单位为 {unit}，不按天计", f"the pack counts the survey by {unit}, which is no day")
    held = timedelta(0)
    end = _end(agreed_for, at_most, unit, calendar)
    for one in pauses:
        if one["began_at"] >= end:
            break
        if one["ended_at"] is None:
            return Due(None, "踏勘暂停中，恢复后顺延", "held up: the time goes on when it is resumed")
        held += max(timedelta(0), one["ended_at"] - max(one["began_at"], agreed_for))
        end = _end(agreed_for + held, at_most, unit, calendar)
    return Due(end)


def _end(begins: datetime, at_most: int, unit: str, calendar: WorkCalendar) -> datetime:
    if unit == "day":
        return begins + timedelta(days=at_most)
    local = begins.astimezone(CHINA)
    last = calendar.add_workdays(local.date(), at_most).day
    return datetime.combine(datetime.fromisoformat(str(last)).date(), local.timetz())


def pauses(source: Source, survey: int) -> list[dict[str, Any]]:
    """All pauses of a survey in their order; ``ended_at`` is null in the one that goes on."""
    query = "SELECT cause, note, began_at, ended_at FROM survey_pauses WHERE survey = :survey ORDER BY began_at, id"
    return rows(source, query, survey=survey)


_BEGIN = "INSERT INTO survey_pauses (survey, cause, note, person) VALUES (:survey, :cause, :note, :person)"
_GOES_ON = "SELECT id FROM survey_pauses WHERE survey = :survey AND ended_at IS NULL"


def pause(engine: sa.Engine, person: Person, actor: Actor, survey: int, cause: Cause, words: str) -> None:
    """Stop the clock, by the organiser. Raises NotFound, Forbidden; Conflict where no time is agreed, it has ended, or it is
    stopped already."""
    with engine.begin() as connection:
        if led(connection, person, survey)["state"] not in ("agreed", "open"):
            raise Conflict(
                why_zh="只有已约定或进行中的踏勘可以暂停", why_en="only a survey that is agreed or open can be held up"
            )
        if row(connection, _GOES_ON, survey=survey) is not None:
            raise Conflict(why_zh="踏勘已经暂停", why_en="the survey is held up already")
        run(connection, _BEGIN, survey=survey, cause=cause, note=words.strip(), person=person.id)
        note(connection, actor, "survey.pause", f"survey {survey}", None, {"cause": cause, "note": words.strip()})


def resume(engine: sa.Engine, person: Person, actor: Actor, survey: int) -> None:
    """Let the clock go on. Raises NotFound, Forbidden, Conflict where it is not stopped."""
    with engine.begin() as connection:
        led(connection, person, survey)
        found = row(connection, _GOES_ON, survey=survey)
        if found is None:
            raise Conflict(why_zh="踏勘没有暂停", why_en="the survey is not held up")
        run(connection, "UPDATE survey_pauses SET ended_at = now() WHERE id = :id", id=found["id"])
        note(connection, actor, "survey.resume", f"survey {survey}")
