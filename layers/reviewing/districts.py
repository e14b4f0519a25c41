"""In which districts stored routes lie: looked up once for each route and load of the districts, and kept."""

import sqlalchemy as sa

from layers.rows import rows, run

# as submitting a proposal finds them: a line that touches the border is in both
_FIND = """
INSERT INTO route_districts (route, delivery, districts)
SELECT r.id, :delivery, coalesce((
    SELECT array_agg(DISTINCT d.name ORDER BY d.name) FROM districts d
    WHERE d.replaced_by IS NULL AND d.name IS NOT NULL AND ST_Intersects(d.geometry, r.geometry)), '{}')
FROM routes r LEFT JOIN route_districts k ON k.route = r.id
WHERE (r.replaced_by IS NULL OR EXISTS (SELECT FROM proposals p WHERE p.route = r.id))
  AND k.delivery IS DISTINCT FROM :delivery
ON CONFLICT (route) DO UPDATE SET delivery = excluded.delivery, districts = excluded.districts
"""
_STALE = """
SELECT (SELECT coalesce(max(id), 0) FROM deliveries WHERE layer = 'districts') AS delivery, EXISTS (
    SELECT FROM routes r LEFT JOIN route_districts k ON k.route = r.id
    WHERE (r.replaced_by IS NULL OR EXISTS (SELECT FROM proposals p WHERE p.route = r.id))
      AND k.delivery IS DISTINCT FROM (SELECT coalesce(max(id), 0) FROM deliveries WHERE layer = 'districts')) AS stale
"""


def place_routes(engine: sa.Engine) -> int:
    """Find the districts of routes that have none on record, or whose record is older than the districts; how many those were."""
    with engine.connect() as connection:
        (now,) = rows(connection, _STALE)
    if not now["stale"]:
        return 0
    with engine.begin() as connection:
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext('waixian route districts'))"))
        (now,) = rows(connection, _STALE)  # another may have done it meanwhile
        done = run(connection, _FIND, delivery=now["delivery"]) if now["stale"] else 0
    return done
