"""A line that came by file gets its proposal when somebody begins to review it."""

from collections.abc import Mapping

import sqlalchemy as sa
from psycopg.types.json import Jsonb

from geo.errors import Conflict
from layers.copying import driver
from layers.rows import row, run

_ADOPT = """
INSERT INTO proposals (number, title, company, state, version, route, districts, submitted_at)
SELECT CASE WHEN EXISTS (SELECT FROM proposals WHERE number = r.route_id) THEN r.route_id || '-' || r.id ELSE r.route_id END,
    coalesce(r.project, r.route_id), c.id, 'submitted', 1, r.id, coalesce(k.districts, '{}'), l.loaded_at
FROM routes r JOIN deliveries l ON l.id = r.delivery_id LEFT JOIN companies c ON c.name = r.applicant
LEFT JOIN route_districts k ON k.route = r.id WHERE r.id = :route
ON CONFLICT (route) DO NOTHING RETURNING id
"""
_VERSION = """
INSERT INTO proposal_versions (proposal, number, geometry, properties, length_m, outcome, certainty, pack, "on", verdict, pieces,
    submitted_at, route)
SELECT :proposal, 1, r.geometry, to_jsonb(r) - 'geometry' - 'raw', v.length_m, v.outcome, v.certainty, v.pack, v."on",
    v.verdict, v.pieces, l.loaded_at, r.id
FROM routes r JOIN verdicts v ON v.route = r.id AND v.current JOIN deliveries l ON l.id = r.delivery_id WHERE r.id = :route
"""


def adopt(connection: sa.Connection, route: int, person: int | None) -> int:
    """The proposal of a stored route, made where there is none: submitted, its first version the route with its verdict.

    Two at once get the same one. Raises Conflict where the route was never judged whole.
    """
    known = row(connection, "SELECT id FROM proposals WHERE route = :route", route=route)
    if known:
        return int(known["id"])
    if not row(connection, "SELECT 1 AS whole FROM verdicts WHERE route = :r AND current AND verdict IS NOT NULL", r=route):
        raise Conflict(
            why_zh="这条外线尚无完整判定：请先判定（rejudge）再审查", why_en="this line has no whole verdict yet: judge it first"
        )
    made = row(connection, _ADOPT, route=route)
    if made is None:  # another made it meanwhile
        return adopt(connection, route, person)
    run(connection, _VERSION, proposal=made["id"], route=route)
    event(connection, made["id"], person, "adopted", {"route": route})
    return int(made["id"])


def event(connection: sa.Connection, proposal: int, person: int | None, what: str, detail: Mapping[str, object]) -> None:
    """One line of the log of a proposal."""
    driver(connection).execute(
        "INSERT INTO proposal_events (proposal, person, what, detail) VALUES (%s, %s, %s, %s)",
        [proposal, person, what, Jsonb(dict(detail))],
    )
