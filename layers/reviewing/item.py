"""One item of the queue as stored: the line, its proposal if it has one, its present verdict, and what was said and decided."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from geo.errors import NotFound
from layers.reviewing.districts import place_routes
from layers.reviewing.queue import DISTRICTS, FROM, HERE, ITEMS, NUMBER, SEEN, SINCE, reach_of
from layers.reviewing.seats import signature, signatures
from layers.rights.scope import Scope
from layers.rows import Source, row, rows

_ITEM = f"""
SELECT r.id AS route, v.id AS verdict, p.id AS proposal, pv.id AS version_id, {NUMBER} AS number,
    coalesce(p.number, r.route_id) AS proposal_number,
    coalesce(p.title, r.project) AS title, coalesce(c.name, r.applicant) AS applicant, r.utility,
    coalesce(p.state, 'submitted') AS state, p.version, p.revision, p.author, {SINCE} AS since,
    p.due, p.decided_at, p.decision, {DISTRICTS} AS districts, v.outcome, v.certainty, v.owed, {ITEMS} AS items
{FROM} LEFT JOIN proposal_versions pv ON pv.proposal = p.id AND pv.number = p.version
WHERE {HERE} AND {SEEN}
"""
_ANSWERS = """
SELECT a.id, a.key, a.answer, a.reason, a.role, a.person, n.name, a.at FROM finding_answers a JOIN people n ON n.id = a.person
WHERE a.version = :version ORDER BY a.id
"""
_DECISIONS = """
SELECT d.item, d.seat, d.verdict, d.decision, d.words, d.paper, d.paper_on, d.role,
    d.signed_name, d.at, d.digest, d.verdict = :verdict AS holds
FROM proposal_decisions d WHERE d.version = :version ORDER BY d.id
"""
_LOG = """
SELECT e.at, e.what, e.detail, n.name FROM proposal_events e LEFT JOIN people n ON n.id = e.person
WHERE e.proposal = :proposal ORDER BY e.id
"""
_HISTORY = """
SELECT id, pack, "on", outcome, conditions, certainty, length_m, owed, missing, judged_at, current FROM verdicts
WHERE route = :route ORDER BY id
"""


@dataclass(frozen=True)
class Item:
    """``head``: the row of the queue with ``items`` (what is to be decided); the others as the tables have them, oldest first."""

    head: dict[str, Any]
    answers: list[dict[str, Any]]
    decisions: list[dict[str, Any]]
    log: list[dict[str, Any]]
    history: list[dict[str, Any]]

    @property
    def waiting(self) -> list[str]:
        """Signatures (:mod:`layers.reviewing.seats`) that nobody has given under the present verdict."""
        done = {signature(one["item"], one["seat"]) for one in self.decisions if one["holds"]}
        return [] if self.head["state"] == "decided" else [one for one in signatures(self.head["items"]) if one not in done]


def head_of(source: Source, scope: Scope, route: int) -> dict[str, Any]:
    """The item of a stored route, as far as its reader sees. Raises NotFound: what is not theirs is as if it were not there."""
    found = row(source, f"{_ITEM} AND r.id = :route", route=route, **reach_of(scope))
    if found is None:
        raise NotFound(what_zh="审查事项", what_en="item under review", id=route)
    return found


def route_of(source: Source, scope: Scope, proposal: int) -> int:
    """The stored route of a proposal that its reader sees. Raises NotFound."""
    found = row(source, f"{_ITEM} AND p.id = :proposal", proposal=proposal, **reach_of(scope))
    if found is None:
        raise NotFound(what_zh="方案", what_en="proposal", id=proposal)
    return int(found["route"])


def item(engine: sa.Engine, scope: Scope, route: int) -> Item:
    """Everything of one item. Raises NotFound."""
    place_routes(engine)
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        head = head_of(connection, scope, route)
        return Item(
            head,
            rows(connection, _ANSWERS, version=head["version_id"]),
            rows(connection, _DECISIONS, version=head["version_id"], verdict=head["verdict"]),
            rows(connection, _LOG, proposal=head["proposal"]),
            rows(connection, _HISTORY, route=route),
        )


def verdict_objects(engine: sa.Engine, route: int) -> list[dict[str, Any]]:
    """All judgements of a route, the oldest first, each with its whole object: what is compared before and after."""
    columns = 'id, outcome, conditions, certainty, owed, waived, missing, length_m, pack, "on", judged_at, verdict'
    return rows(engine, f"SELECT {columns} FROM verdicts WHERE route = :route ORDER BY id", route=route)


def pavement_days(engine: sa.Engine, road_ids: list[str]) -> Mapping[str, date]:
    """When roads were last delivered or overhauled, by road: the latest day of the roads and of the ledger of works on them,
    trenches that were closed again left out. A road without any date is not among them: its age is not known."""
    query = (
        "SELECT road_id, max(day) AS day FROM ("
        "SELECT road_id, greatest(delivered, overhauled) AS day FROM roads WHERE replaced_by IS NULL AND road_id = ANY(:ids)"
        " UNION ALL SELECT road_id, finished FROM road_ledger WHERE replaced_by IS NULL AND road_id = ANY(:ids)"
        " AND kind <> 'patch') days WHERE day IS NOT NULL GROUP BY road_id"
    )
    return {one["road_id"]: one["day"] for one in rows(engine, query, ids=road_ids)}
