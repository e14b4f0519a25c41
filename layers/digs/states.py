"""Where a joint dig stands: the answers of its parties, what they come to, and the log of all that happened."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from psycopg.types.json import Jsonb

from layers.copying import driver
from layers.rows import Row, Source, rows, run

OPEN, AWAY = ("asked", "seen"), ("declines", "withdrawn", "revoked")
_ANSWER = (
    "id", "dig", "party", "state", "round", "sent_at", "seen_at", "answered_at", "deadline", "deadline_provisional",
    "reason_code", "reason", "start", "end", "answered_by",
)  # fmt: skip


def log(
    connection: sa.Connection, dig: int, actor: str, what: str, invitation: Row | None = None, detail: Row | None = None
) -> None:
    """One line of the log of a dig."""
    one = invitation or {}
    driver(connection).execute(
        "INSERT INTO dig_events (dig, actor, what, invitation, party, round, detail) VALUES (%s, %s, %s, %s, %s, %s, %s)",
        [dig, actor, what, one.get("id"), one.get("party"), one.get("round"), Jsonb(dict(detail or {}))],
    )


def log_of(engine: sa.Engine, dig: int) -> list[dict[str, Any]]:
    """The log of a dig, oldest first."""
    query = "SELECT at, actor, what, party, round, detail, invitation FROM dig_events WHERE dig = :dig ORDER BY id"
    return rows(engine, query, dig=dig)


def answers(source: Source, digs: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """Invitations of some digs in the order in which they were made, each with its ``works``; no token, no hash."""
    columns = ", ".join(f'i."{name}"' for name in _ANSWER)
    works = 'SELECT array_agg(m.work_id ORDER BY m."order") FROM dig_members m WHERE m.dig = i.dig AND m.party = i.party'
    query = f"SELECT {columns}, coalesce(({works}), '{{}}') AS works FROM invitations i WHERE i.dig = ANY(:digs)"
    out: dict[int, list[dict[str, Any]]] = {dig: [] for dig in digs}
    for one in rows(source, f"{query} ORDER BY i.dig, i.id", digs=list(digs)):
        out[one["dig"]].append(one)
    return out


def state_of(members: Sequence[Row], pairs: Sequence[Sequence[str]], given: Sequence[Row], dropped: bool) -> str:
    """Where a dig stands: dropped, proposed, failed, countered, escalated, asking, agreed, reduced.

    ``members``: work_id, party; ``pairs``: works that are joined; ``given``: party and state of its invitations. Works
    without a party cannot be asked: nobody has agreed for them.
    """
    if dropped:
        return "dropped"
    if not given:
        return "proposed"
    state = {one["party"]: one["state"] for one in given}
    stays = {one["work_id"] for one in members if state.get(one["party"]) not in AWAY}
    if not any(set(pair) <= stays for pair in pairs):
        return "failed"
    for wanted, name in (("counters", "countered"), ("escalated", "escalated")):
        if wanted in state.values():
            return name
    if any(state.get(one["party"]) in (None, *OPEN) for one in members):
        return "asking"
    return "agreed" if len(stays) == len(members) else "reduced"


# The same of a dig ``d``, asked of the database: it was put to its parties, and no joined pair of it is left.
FAILED = f"""
(EXISTS (SELECT FROM invitations i WHERE i.dig = d.id) AND NOT EXISTS (
    SELECT FROM jsonb_array_elements(d.shown->'pairs') pair WHERE NOT EXISTS (
        SELECT FROM dig_members m JOIN invitations i ON i.dig = m.dig AND i.party = m.party
        WHERE m.dig = d.id AND pair @> to_jsonb(m.work_id) AND i.state IN {AWAY})))
"""


def settle(connection: sa.Connection, dig: int) -> None:
    """Note when a dig became agreed, and that it no longer is. The dig is locked by the caller."""
    (one,) = rows(connection, "SELECT shown, dropped_at, agreed_at FROM digs WHERE id = :id", id=dig)
    members = rows(connection, "SELECT work_id, party FROM dig_members WHERE dig = :id", id=dig)
    where = state_of(members, one["shown"]["pairs"], answers(connection, [dig])[dig], one["dropped_at"] is not None)
    if (where == "agreed") != (one["agreed_at"] is not None):
        when = "now()" if where == "agreed" else "NULL"
        run(connection, f"UPDATE digs SET agreed_at = {when} WHERE id = :id", id=dig)
