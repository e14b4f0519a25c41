"""The appointment: times that the organiser offers, who can come when, and who has not said anything."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from geo.errors import BadInput, Conflict
from layers.people.accounts import Person
from layers.people.audit import Actor, note
from layers.rows import Source, column, row, rows, run
from layers.survey.store import led

Reply = Literal["yes", "no", "maybe"]
MOST_TIMES = 20


def offer(engine: sa.Engine, person: Person, actor: Actor, survey: int, times: Sequence[datetime]) -> None:
    """Offer these times beside those that were offered. Raises NotFound, Forbidden; Conflict once a time is agreed; BadInput for
    a time that is over, or more than :data:`MOST_TIMES` in all."""
    with engine.begin() as connection:
        found = led(connection, person, survey)
        if found["state"] != "planned":
            raise Conflict(why_zh="踏勘时间已经约定或踏勘已结束", why_en="a time is agreed already, or the survey has ended")
        if min(times).timestamp() <= connection.execute(sa.select(sa.func.now())).scalar_one().timestamp():
            raise BadInput(
                why_zh="times：有的时间已经过去，请改选以后的时间", why_en="times: one of them is over: offer later ones"
            )
        for each in times:
            query = "INSERT INTO survey_times (survey, starts_at) VALUES (:survey, :at) ON CONFLICT DO NOTHING"
            run(connection, query, survey=survey, at=each)
        (count,) = column(connection, "SELECT count(*) FROM survey_times WHERE survey = :survey", survey=survey)
        if count > MOST_TIMES:
            raise BadInput(
                why_zh=f"times：最多可提供 {MOST_TIMES} 个时间", why_en=f"times: at most {MOST_TIMES} can be offered in all"
            )
        told = [each.isoformat() for each in times]
        note(connection, actor, "survey.times", f"survey {survey}", None, {"times": told})


_REPLY = (
    "INSERT INTO survey_replies (time, participant, answer) VALUES (:time, :participant, :answer)"
    " ON CONFLICT (time, participant) DO UPDATE SET answer = excluded.answer, at = now()"
)


def reply(engine: sa.Engine, survey: int, participant: int, answers: Mapping[int, Reply]) -> None:
    """Keep what a participant says to offered times; the newest answer to each stands. Raises Conflict once a time is agreed,
    BadInput for a time that was not offered here."""
    with engine.begin() as connection:
        found = row(connection, "SELECT state FROM surveys WHERE id = :survey FOR UPDATE", survey=survey)
        if found is None or found["state"] != "planned":
            raise Conflict(why_zh="踏勘时间已经约定或踏勘已结束", why_en="a time is agreed already, or the survey has ended")
        known = column(connection, "SELECT id FROM survey_times WHERE survey = :survey", survey=survey)
        if not answers.keys() <= set(known):
            raise BadInput(why_zh="answers：有的时间不在候选之中，请刷新后重选", why_en="answers: one was not offered: reload")
        for time, answer in answers.items():
            run(connection, _REPLY, time=time, participant=participant, answer=answer)


_TIMES = (
    "SELECT t.id, t.starts_at, coalesce(json_agg(json_build_object('participant', r.participant, 'answer', r.answer)"
    " ORDER BY r.participant) FILTER (WHERE r.participant IS NOT NULL), '[]') AS answers FROM survey_times t"
    " LEFT JOIN (survey_replies r JOIN survey_participants p ON p.id = r.participant AND p.removed_at IS NULL) ON r.time = t.id"
    " WHERE t.survey = :survey GROUP BY t.id ORDER BY t.starts_at"
)
_SILENT = (
    "SELECT p.id FROM survey_participants p WHERE p.survey = :survey AND p.removed_at IS NULL AND EXISTS"
    " (SELECT FROM survey_times t WHERE t.survey = :survey AND NOT EXISTS"
    " (SELECT FROM survey_replies r WHERE r.time = t.id AND r.participant = p.id))"
    " AND p.person IS DISTINCT FROM (SELECT s.organiser FROM surveys s WHERE s.id = :survey) ORDER BY p.id"
)


def offered(source: Source, survey: int) -> dict[str, Any]:
    """``times`` with the answers of who still takes part, and the ``silent``: participants beside the organiser who have not
    answered all of them."""
    return {"times": rows(source, _TIMES, survey=survey), "silent": column(source, _SILENT, survey=survey)}
