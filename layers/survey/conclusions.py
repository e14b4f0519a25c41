"""What each unit of a room concludes: who may, what a conclusion must say, and whose is still missing."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from geo.errors import BadInput, Forbidden
from layers.people.offices import offices
from layers.rows import Source, row, rows
from layers.survey.kinds import kinds

ANSWERS = ("feasible", "needs_visit", "not_feasible")
_UNIT = "coalesce(c.name, p.role)"
_WHO = (
    f"SELECT p.role, s.kind, {_UNIT} AS unit FROM survey_participants p JOIN surveys s ON s.id = p.survey"
    " JOIN people n ON n.id = p.person LEFT JOIN companies c ON c.id = n.company WHERE p.id = :participant"
)
_CONCLUDED = (
    "EXISTS (SELECT FROM survey_events e JOIN survey_participants o ON o.id = e.participant JOIN people m ON m.id = o.person"
    " LEFT JOIN companies d ON d.id = m.company WHERE e.survey = :survey AND e.kind = 'conclusion'"
    " AND coalesce(d.name, o.role) = u.unit)"
)
# who takes part, and offices that were invited whole, whether or not anybody of them came
_UNITS = (
    f"(SELECT {_UNIT} AS unit, p.role FROM survey_participants p"
    " JOIN people n ON n.id = p.person LEFT JOIN companies c ON c.id = n.company"
    " WHERE p.survey = :survey AND p.removed_at IS NULL"
    f" UNION SELECT {_UNIT}, coalesce(p.role, 'utility') FROM survey_offices p LEFT JOIN companies c ON c.id = p.company"
    " WHERE p.survey = :survey) u"
)
_OF_KIND = f"SELECT u.unit, min(u.role) AS role FROM {_UNITS} WHERE u.role = ANY(:roles)"
_NEWEST = (
    "SELECT DISTINCT ON (detail->>'unit') detail->>'unit' AS unit, detail->>'answer' AS answer, detail->>'reason' AS reason,"
    " participant, at FROM survey_events WHERE survey = :survey AND kind = 'conclusion' ORDER BY detail->>'unit', seq DESC"
)


def concluded(connection: sa.Connection, participant: int, detail: Mapping[str, Any]) -> dict[str, Any]:
    """A conclusion as it is kept, under the unit of who says it, whatever unit it names.

    Raises Forbidden for who speaks for no unit of this kind of survey; BadInput for another answer than :data:`ANSWERS`, or one
    that needs a reason and has none.
    """
    unit = unit_of(connection, participant)
    if unit is None:
        raise Forbidden(why_zh="您的单位在本次踏勘中不下结论", why_en="your office does not conclude in this survey")
    answer, reason = detail.get("answer"), str(detail.get("reason") or "").strip()
    if answer not in ANSWERS:
        raise BadInput(why_zh="结论应为可行、需到现场或不可行", why_en=f"a conclusion is one of {', '.join(ANSWERS)}")
    if answer != "feasible" and not reason:
        raise BadInput(
            why_zh="请写明原因：结论不是“可行”时须有原因", why_en="say why: a conclusion that is not feasible has a reason"
        )
    return {"unit": unit, "answer": answer, **({"reason": reason[:2000]} if reason else {})}


def unit_of(connection: sa.Connection, participant: int) -> str | None:
    """The unit for which a participant speaks, None where they speak for none of this kind of survey."""
    who = row(connection, _WHO, participant=participant)
    return who["unit"] if who is not None and who["role"] in kinds()[who["kind"]].units else None


def units(source: Source, survey: int) -> list[tuple[str, str]]:
    """The units of a survey (a company's name, an office's role) with their role."""
    found = row(source, "SELECT kind FROM surveys WHERE id = :survey", survey=survey)
    roles = list(kinds()[found["kind"]].units) if found else []
    return [
        (one["unit"], one["role"]) for one in rows(source, f"{_OF_KIND} GROUP BY u.unit ORDER BY 1", survey=survey, roles=roles)
    ]


def concludes(source: Source, survey: int) -> list[dict[str, Any]]:
    """The newest conclusion of each unit: ``unit, answer, reason, participant, at``."""
    return rows(source, _NEWEST, survey=survey)


def silent(connection: sa.Connection, survey: int, kind: str) -> list[tuple[str, str]]:
    """Units that take part and have not concluded, in Chinese and English: a company by its name, an office by its title."""
    query = f"{_OF_KIND} AND NOT {_CONCLUDED} GROUP BY u.unit ORDER BY 1"
    found = rows(connection, query, survey=survey, roles=list(kinds()[kind].units))
    return [_named(one["unit"], one["role"]) for one in found]


def _named(unit: str, role: str) -> tuple[str, str]:
    known = offices().roles.get(role) if unit == role else None
    return (known.title.zh, known.title.en) if known else (unit, unit)
