"""The audit: who did what, from where, with what stood before and after; added to, never changed, each row bound to the last.

A row's hash is SHA-256 of the hash before it and of the row as canonical JSON. A row that was changed or taken out breaks
the chain where it stood; rows cut off at the end do not, so that the last hash, kept elsewhere, is part of a check.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from psycopg.types.json import Jsonb

from layers.copying import driver
from layers.people.personal import masked_address
from layers.rows import Source, row, rows

FIRST = "0" * 64
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('waixian audit'))"
_COLUMNS = "id, at, actor, address, action, subject, before, after, previous, hash"
PAGE = 1000


@dataclass(frozen=True)
class Actor:
    """Who acts, and from where: a login (or ``system``, ``console``, ``anonymous``) and a network address ("" where none)."""

    login: str
    address: str = ""


CONSOLE = Actor("console")


def note(
    connection: sa.Connection,
    actor: Actor,
    action: str,
    subject: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """One row, in the transaction of what it tells: both are there, or neither. Writers wait for one another.

    It stays for ever: what is personal in ``before`` and ``after`` comes here masked (:mod:`layers.people.personal`)."""
    connection.execute(sa.text(_LOCK))
    last = row(connection, "SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1") or {"id": 0, "hash": FIRST}
    one = {
        "id": last["id"] + 1, "at": datetime.now(UTC), "actor": actor.login, "address": masked_address(actor.address),
        "action": action, "subject": subject, "before": None if before is None else dict(before),
        "after": None if after is None else dict(after), "previous": last["hash"],
    }  # fmt: skip
    values = [Jsonb(value) if name in ("before", "after") and value is not None else value for name, value in one.items()]
    places = ", ".join(["%s"] * (len(one) + 1))
    driver(connection).execute(f"INSERT INTO audit ({_COLUMNS}) VALUES ({places})", [*values, _hash(one)])


def told(engine: sa.Engine, actor: Actor, action: str, subject: str, after: Mapping[str, Any] | None = None) -> None:
    """One row about something that changed nothing in the database (something taken away, something looked at)."""
    with engine.begin() as connection:
        note(connection, actor, action, subject, None, after)


def _hash(one: Mapping[str, Any]) -> str:
    said = {name: value for name, value in one.items() if name != "hash"}
    said["at"] = one["at"].astimezone(UTC).isoformat(timespec="microseconds")
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Wanted:
    """Rows of one actor, of actions that begin like ``action``, of subjects that hold ``subject``, at and after ``since`` and
    before ``until``; what is empty asks for all."""

    actor: str = ""
    action: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None


def page(
    source: Source, before: int | None = None, actor: str = "", action: str = "", limit: int = 100, wanted: Wanted | None = None
) -> list[dict[str, Any]]:
    """Rows, the newest first: older than the row ``before``, of one actor, of actions that begin like ``action``; or
    as ``wanted`` says."""
    one = wanted or Wanted(actor, action)
    return rows(
        source,
        f"SELECT {_COLUMNS} FROM audit WHERE (:before < 0 OR id < :before) AND (:actor = '' OR actor = :actor)"
        " AND starts_with(action, :action) AND (:subject = '' OR strpos(lower(subject), lower(:subject)) > 0)"
        " AND (CAST(:since AS timestamptz) IS NULL OR at >= :since) AND (CAST(:until AS timestamptz) IS NULL OR at < :until)"
        " ORDER BY id DESC LIMIT :limit",
        before=-1 if before is None else before, actor=one.actor, action=one.action, subject=one.subject, since=one.since,
        until=one.until, limit=limit,
    )  # fmt: skip


def pages(source: Source, wanted: Wanted) -> Iterator[dict[str, Any]]:
    """All rows that are wanted, the newest first, a part at a time."""
    last: int | None = None
    while part := page(source, last, limit=PAGE, wanted=wanted):
        yield from part
        last = part[-1]["id"]


@dataclass(frozen=True)
class Checked:
    """``rows`` that fit; ``broken``: the first that does not (None: all do); ``head``: the last hash; ``has_head``: the hash that
    was asked about is one of the chain (true where none was)."""

    rows: int
    broken: int | None
    head: str
    has_head: bool


def verify(engine: sa.Engine, head: str = "") -> Checked:
    """Reckon the whole chain anew. ``head``: a hash that was once its last, kept elsewhere."""
    previous, seen, has_head = FIRST, 0, head in ("", FIRST)
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        while True:
            part = rows(
                connection, f"SELECT {_COLUMNS} FROM audit WHERE id > :seen ORDER BY id LIMIT :page", seen=seen, page=PAGE
            )
            for one in part:
                if one["id"] != seen + 1 or one["previous"] != previous or _hash(one) != one["hash"]:
                    return Checked(seen, seen + 1, previous, has_head)
                previous, seen = one["hash"], one["id"]
                has_head |= previous == head
            if not part:
                return Checked(seen, None, previous, has_head)
