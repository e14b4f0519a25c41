"""A line that came by file gets its proposal when somebody begins to review it."""

import sqlalchemy as sa

from geo.errors import Conflict
from layers.day import today
from layers.people.audit import Actor, note
from layers.proposals.store import reserve
from layers.reviewing.log import event
from layers.rows import row, run

_ADOPT = """
INSERT INTO proposals (id, number, title, state, version, route, districts, submitted_at)
SELECT :id, :number, coalesce(r.project, r.route_id), 'submitted', 1, r.id, coalesce(k.districts, '{}'), l.loaded_at
FROM routes r JOIN deliveries l ON l.id = r.delivery_id LEFT JOIN route_districts k ON k.route = r.id
WHERE r.id = :route AND r.replaced_by IS NULL RETURNING id
"""
_VERSION = """
INSERT INTO proposal_versions (proposal, number, geometry, properties, length_m, outcome, certainty, pack, "on", verdict, pieces,
    submitted_at, route)
SELECT :proposal, 1, r.geometry, to_jsonb(r) - '{id,delivery_id,replaced_by,row_no,unclear,raw,geometry}'::text[]
    || coalesce((SELECT jsonb_build_object('spans', jsonb_agg(
        to_jsonb(s) - '{id,delivery_id,replaced_by,row_no,unclear,route_id}'::text[] ORDER BY s.from_m, s.id))
       FROM spans s WHERE s.delivery_id = r.delivery_id AND s.route_id = r.route_id HAVING count(*) > 0), '{}'),
    v.length_m, v.outcome, v.certainty, v.pack, v."on", v.verdict, v.pieces, l.loaded_at, r.id
FROM routes r JOIN verdicts v ON v.route = r.id AND v.current JOIN deliveries l ON l.id = r.delivery_id WHERE r.id = :route
"""


def adopt(engine: sa.Engine, route: int, person: int, actor: Actor) -> None:
    """The proposal of a stored route, where there is none: submitted, its first version the route with its verdict.

    Two at once make one. Raises Conflict where the route was never judged whole, or a newer delivery has taken its place.
    """
    with engine.begin() as connection:
        run(connection, "SELECT FROM routes WHERE id = :route FOR UPDATE", route=route)  # who comes second spends no number
        if row(connection, "SELECT id FROM proposals WHERE route = :route", route=route) is not None:
            return
        whole = "SELECT 1 AS whole FROM verdicts WHERE route = :route AND current AND verdict IS NOT NULL AND pieces IS NOT NULL"
        if row(connection, whole, route=route) is None:
            raise Conflict(
                why_zh="这条外线尚无完整判定：请先判定再审查", why_en="this line has no whole verdict yet: judge it first"
            )
        proposal, number = reserve(connection, today().year)
        if row(connection, _ADOPT, id=proposal, number=number, route=route) is None:
            raise Conflict(why_zh="该外线已被新的数据取代", why_en="a newer delivery has taken the place of this line")
        run(connection, _VERSION, proposal=proposal, route=route)
        event(connection, proposal, person, "adopt", {"route": route})
        note(connection, actor, "proposal.adopt", number, None, {"route": route})
