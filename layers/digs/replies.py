"""What parties say to an invitation, and what their silence means.

An answer belongs to the round that was looked at: one to older terms is refused. Who says nothing until the deadline has
withdrawn, or is passed to the office, as the plan's settings say.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from geo.errors import BadInput, Conflict, NotFound
from layers.day import today
from layers.digs.invitations import hashed, working_days
from layers.digs.news import tell
from layers.digs.states import log, settle
from layers.people.personal import masked_name, masked_text
from layers.rows import Row, Source, column, row, rows

REASONS: Mapping[str, tuple[str, str]] = {
    "schedule": ("工期不合", "the dates do not suit"),
    "money": ("资金未落实", "no funds"),
    "permit": ("许可未办妥", "permits are not in hand"),
    "technical": ("技术上不可行", "technically not possible"),
    "contract": ("已另行签约", "bound by another contract"),
    "other": ("其他", "other"),
}


def by_token(source: Source, token: str) -> Row:
    """The invitation of a link, with its plan's ``settings`` and its dig's ``dropped_at``. Raises NotFound for a token that
    nobody gave out, Conflict where the link has ended."""
    query = (
        "SELECT i.*, p.settings, d.dropped_at, i.expires_at < now() AS expired FROM invitations i JOIN digs d ON d.id = i.dig"
        " JOIN plans p ON p.id = d.plan WHERE i.token_hash = :hash"
    )
    found = row(source, query, hash=hashed(token))
    if found is None:
        raise NotFound(what_zh="邀请链接", what_en="invitation link", id="…")
    if found["expired"] or found["state"] == "revoked":
        zh, en = "此链接已失效：请向牵头单位索取新的链接", "this link has ended: ask the office for a new one"
        raise Conflict(why_zh=zh, why_en=en, ended=True)
    return found


def late(invitation: Row, day: date) -> bool:
    """Is the deadline over?"""
    return bool(invitation["deadline"] < day)


def answerable(invitation: Row, day: date) -> bool:
    """May the party still answer, or change its answer? After the deadline only where silence goes to the office."""
    if invitation["dropped_at"] is not None or invitation["state"] in ("revoked", "withdrawn"):
        return False
    return not late(invitation, day) or invitation["settings"]["silence"] == "escalate"


def seen(engine: sa.Engine, token: str) -> None:
    """The party has looked at it; noted once a round."""
    with engine.begin() as connection:
        found = _held(connection, token)
        query = (
            "UPDATE invitations SET seen_at = now(), state = CASE WHEN state = 'asked' THEN 'seen' ELSE state END"
            " WHERE id = :id AND seen_at IS NULL RETURNING *"
        )
        looked = row(connection, query, id=found["id"])
        if looked is not None:
            log(connection, looked["dig"], looked["party"], "seen", looked)
            tell(connection, "dig", looked["dig"])


def _held(connection: sa.Connection, token: str) -> Row:
    """The invitation with its dig locked: nobody changes either until the transaction ends."""
    found = by_token(connection, token)
    column(connection, "SELECT id FROM digs WHERE id = :dig FOR UPDATE", dig=found["dig"])
    return by_token(connection, token)


@dataclass(frozen=True)
class Answer:
    """What a party says: joins, declines (with a reason), or counters (with other dates)."""

    answer: str
    round: int
    reason_code: str | None = None
    reason: str | None = None
    start: date | None = None
    end: date | None = None
    by: str | None = None


_SAID = (
    "UPDATE invitations SET state = :answer, answered_at = now(), seen_at = coalesce(seen_at, now()), reason_code = :reason_code,"
    ' reason = :reason, start = :start, "end" = :end, answered_by = :by WHERE id = :id RETURNING *'
)


def answer(engine: sa.Engine, token: str, said: Answer) -> None:
    """Keep an answer. The same one again changes nothing; another one replaces it, and both are in the log.

    Raises NotFound; Conflict where the link has ended, the dig has changed meanwhile, or the deadline is over; BadInput for
    other dates that cannot be: past, reversed, or shorter than the party's works need.
    """
    with engine.begin() as connection:
        now = _held(connection, token)
        _may_answer(now, said)
        if said.start is not None and said.end is not None:
            _could_be(connection, now, said.start, said.end)
        values = {name: getattr(said, name) for name in ("reason_code", "reason", "start", "end")}
        if now["state"] == said.answer and all(now[name] == value for name, value in values.items()):
            return
        (kept,) = rows(connection, _SAID, **values, answer=said.answer, by=said.by, id=now["id"])
        detail = {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items() if value}
        if said.reason:
            detail["reason"] = masked_text(said.reason)  # the log is never changed: no number of a person goes into it
        who = kept["party"] if not said.by else f"{kept['party']} {masked_name(said.by)}"
        log(connection, kept["dig"], who, said.answer, kept, detail)
        settle(connection, kept["dig"])
        tell(connection, "dig", kept["dig"])


def _may_answer(now: Row, said: Answer) -> None:
    if now["dropped_at"] is not None:
        raise Conflict(why_zh="该同步开挖已随计划改动而取消", why_en="a later move took this dig apart")
    if said.round != now["round"]:
        zh, en = "方案已有改动：请刷新，看过新的工期后再答复", "the dig has changed: look at it again, then answer"
        raise Conflict(why_zh=zh, why_en=en, round=now["round"])
    if not answerable(now, today()):
        raise Conflict(
            why_zh=f"答复期限（{now['deadline']}）已过，按沉默处理：如仍要参加，请联系牵头单位",
            why_en=f"the deadline ({now['deadline']}) is over and silence was taken as the answer: ask the office",
            deadline=now["deadline"].isoformat(),
        )


def _could_be(connection: sa.Connection, now: Row, start: date, end: date) -> None:
    """Can the works of a party be open on these days?"""
    if end < start:
        raise BadInput(why_zh=f"完工日 {end} 早于开工日 {start}", why_en=f"the last day {end} is before the first {start}")
    if start < today():
        raise BadInput(why_zh=f"开工日 {start} 已过：请另提今后的日期", why_en=f"{start} is over: propose days that are to come")
    query = (
        "SELECT m->>'work_id' AS work_id, (m->>'open_days')::int AS days FROM digs d, jsonb_array_elements(d.shown->'members') m"
        " WHERE d.id = :dig AND m->>'party' = :party ORDER BY 2 DESC, 1 LIMIT 1"
    )
    longest = row(connection, query, dig=now["dig"], party=now["party"])
    there = int(working_days().count(start - timedelta(1), end).n)
    if longest is not None and there < longest["days"]:
        work, days = longest["work_id"], longest["days"]
        raise BadInput(
            why_zh=f"{start} 至 {end} 只有 {there} 个工作日，而 {work} 需要 {days} 个工作日",
            why_en=f"{start} to {end} has {there} working days, and {work} needs {days}",
            work_id=work, days=days,
        )  # fmt: skip


# ── silence ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def apply_silence(engine: sa.Engine, day: date) -> int:
    """Who was asked and said nothing until the deadline has withdrawn, or goes to the office (``silence`` of the plan's
    settings). Any number of callers may do it at any time: each silence counts once. Returns how many there were."""
    query = (
        "SELECT DISTINCT i.dig FROM invitations i JOIN digs d ON d.id = i.dig"
        " WHERE i.state IN ('asked', 'seen') AND i.deadline < :day AND d.dropped_at IS NULL ORDER BY i.dig"
    )
    return sum(_silent(engine, dig, day) for dig in column(engine, query, day=day))


def _silent(engine: sa.Engine, dig: int, day: date) -> int:
    with engine.begin() as connection:
        query = "SELECT p.settings FROM digs d JOIN plans p ON p.id = d.plan WHERE d.id = :dig FOR UPDATE OF d"
        (settings,) = column(connection, query, dig=dig)
        state = "escalated" if settings["silence"] == "escalate" else "withdrawn"
        update = (
            "UPDATE invitations SET state = :state, answered_at = now()"
            " WHERE dig = :dig AND state IN ('asked', 'seen') AND deadline < :day RETURNING *"
        )
        silent = rows(connection, update, state=state, dig=dig, day=day)
        for one in silent:
            log(connection, dig, "clock", state, one, {"deadline": one["deadline"].isoformat()})
        if silent:
            settle(connection, dig)
            tell(connection, "dig", dig)
        return len(silent)
