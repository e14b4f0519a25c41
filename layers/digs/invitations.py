"""Invitations to a joint dig: each party gets a link with a token that nobody can guess, of which the hash alone is kept.

When the dig changes, everybody is asked anew: a new *round*, with a new deadline on the clock of working days. So is who gets
a new link and has not answered.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from geo.errors import BadInput, Conflict, NotFound
from geo.law.workdays import WorkCalendar
from layers.calendars import read_calendar
from layers.day import today
from layers.digs.news import tell
from layers.digs.states import log, settle
from layers.people.audit import Actor, note
from layers.rows import Row, column, row, rows, run

LINK_DAYS = 180
"""Days after which a link ends by itself, counted from the last time its party was asked."""


@lru_cache(maxsize=1)
def working_days() -> WorkCalendar:
    """The calendar of deadlines; beyond the published years weekends alone decide, and the deadline says so."""
    return read_calendar().provisional()


def deadline(answer_days: int, asked: date) -> tuple[date, bool]:
    """The last day for an answer to what was ``asked`` that day (not counted), and whether weekends alone decided a day of it."""
    due = working_days().add_workdays(asked, answer_days)
    return date.fromisoformat(str(due.day)), bool(due.provisional)


@dataclass(frozen=True)
class Asked:
    """An invitation; ``token`` only where it was made just now."""

    row: Row
    token: str | None


def invite(
    engine: sa.Engine, dig: int, parties: Sequence[str] | None, by: str, renew: bool = False, actor: Actor | None = None
) -> list[Asked]:
    """Ask these parties of a dig (all of them if None); who was asked already is left as is, unless the link is renewed.

    Raises NotFound, Conflict for a dig that was taken apart, BadInput for a party that has no work in it.
    """
    with engine.begin() as connection:
        held = _held(connection, dig)
        there = column(
            connection, "SELECT DISTINCT party FROM dig_members WHERE dig = :dig AND party IS NOT NULL ORDER BY 1", dig=dig
        )
        wrong = sorted(set(parties or ()) - set(there))
        if wrong:
            zh, en = "、".join(wrong), ", ".join(wrong)
            raise BadInput(why_zh=f"{zh} 不是该同步开挖的参与方", why_en=f"{en}: no party of this dig", parties=wrong)
        out = [_ask(connection, held, party, by, renew) for party in (there if parties is None else dict.fromkeys(parties))]
        new = [one.row["party"] for one in out if one.token is not None]
        if actor is not None and new:
            note(connection, actor, "invitation.renew" if renew else "invitation.send", f"dig {dig}", None, {"parties": new})
        settle(connection, dig)
        tell(connection, "dig", dig)
        return out


def _held(connection: sa.Connection, dig: int) -> Row:
    """A live dig with its plan's settings, locked."""
    query = "SELECT d.*, p.settings FROM digs d JOIN plans p ON p.id = d.plan WHERE d.id = :dig FOR UPDATE OF d"
    found = row(connection, query, dig=dig)
    if found is None:
        raise NotFound(what_zh="同步开挖", what_en="joint dig", id=dig)
    if found["dropped_at"] is not None:
        raise Conflict(why_zh="该同步开挖已随计划改动而取消", why_en="a later move took this dig apart")
    return found


_NEW = (
    "INSERT INTO invitations (dig, party, token_hash, state, deadline, deadline_provisional, expires_at)"
    " VALUES (:dig, :party, :hash, 'asked', :due, :provisional, now() + make_interval(days => :days)) RETURNING *"
)
# A new link ends the old one. An answer that was given stays; who has said nothing yet, was taken back, or was silent too long
# is asked again: a new round, with nothing seen in it.
_RENEWED = (
    "UPDATE invitations SET token_hash = :hash, expires_at = now() + make_interval(days => :days)"
    " WHERE dig = :dig AND party = :party RETURNING *"
)
_ROUND = (
    "UPDATE invitations SET token_hash = :hash, expires_at = now() + make_interval(days => :days), sent_at = now(),"
    " state = 'asked', round = round + 1, seen_at = NULL, answered_at = NULL, answered_by = NULL, reason_code = NULL,"
    ' reason = NULL, start = NULL, "end" = NULL, deadline = :due, deadline_provisional = :provisional'
    " WHERE dig = :dig AND party = :party RETURNING *"
)
ANSWERED = ("joins", "declines", "counters")


def _ask(connection: sa.Connection, dig: Row, party: str, by: str, renew: bool) -> Asked:
    whose: dict[str, Any] = {"dig": dig["id"], "party": party}
    before = row(connection, "SELECT * FROM invitations WHERE dig = :dig AND party = :party FOR UPDATE", **whose)
    if before is not None and not renew:
        return Asked(before, None)
    token = secrets.token_urlsafe(32)
    due, provisional = deadline(int(dig["settings"]["answer_days"]), today())
    values = {"hash": hashed(token), "due": due, "provisional": provisional, "days": LINK_DAYS}
    query = _NEW if before is None else _RENEWED if before["state"] in ANSWERED else _ROUND
    (made,) = rows(connection, query, **whose, **values)
    log(connection, dig["id"], by, "asked" if before is None else "renewed", made, {"deadline": made["deadline"].isoformat()})
    return Asked(made, token)


def hashed(token: str) -> str:
    """What is kept of a token. It is long and random: a plain hash cannot be searched."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def holds(engine: sa.Engine, token: str) -> bool:
    """Is this the token of an invitation that was not taken back and is not over?"""
    query = "SELECT 1 AS one FROM invitations WHERE token_hash = :hash AND expires_at > now() AND state <> 'revoked'"
    return row(engine, query, hash=hashed(token)) is not None


def revoke(engine: sa.Engine, dig: int, invitation: int, by: str, actor: Actor | None = None) -> None:
    """End an invitation and its link. Raises NotFound."""
    with engine.begin() as connection:
        _held(connection, dig)
        before = row(connection, "SELECT * FROM invitations WHERE dig = :dig AND id = :id", dig=dig, id=invitation)
        if before is None:
            raise NotFound(what_zh="邀请", what_en="invitation", id=invitation)
        if before["state"] != "revoked":
            _revoked(connection, before, by)
            if actor is not None:
                note(connection, actor, "invitation.revoke", f"dig {dig}", {"party": before["party"], "state": before["state"]})
            settle(connection, dig)
            tell(connection, "dig", dig)


def _revoked(connection: sa.Connection, invitation: Row, by: str) -> None:
    run(connection, "UPDATE invitations SET state = 'revoked' WHERE id = :id", id=invitation["id"])
    log(connection, invitation["dig"], by, "revoked", invitation)


_AGAIN = (
    "UPDATE invitations SET state = 'asked', round = round + 1, sent_at = now(), seen_at = NULL, answered_at = NULL,"
    " deadline = :due, deadline_provisional = :provisional, expires_at = now() + make_interval(days => :days), why = :why,"
    ' reason_code = NULL, reason = NULL, start = NULL, "end" = NULL, answered_by = NULL WHERE id = :id RETURNING *'
)


def reopen(connection: sa.Connection, dig: int, why: str, by: str) -> None:
    """Ask every party of a dig anew, because it changed (``why``: moved, changed); who has no work in it any more is left
    out. The dig is locked by the caller."""
    query = "SELECT i.*, p.settings FROM invitations i JOIN digs d ON d.id = i.dig JOIN plans p ON p.id = d.plan"
    parties = set(column(connection, "SELECT party FROM dig_members WHERE dig = :dig", dig=dig))
    for one in rows(connection, f"{query} WHERE i.dig = :dig AND i.state <> 'revoked' ORDER BY i.id", dig=dig):
        if one["party"] not in parties:
            _revoked(connection, one, by)
            continue
        due, provisional = deadline(int(one["settings"]["answer_days"]), today())
        given = {"id": one["id"], "due": due, "provisional": provisional, "why": why, "days": LINK_DAYS}
        (again,) = rows(connection, _AGAIN, **given)
        log(connection, dig, by, "reopened", again, {"why": why, "deadline": due.isoformat()})
    settle(connection, dig)
