"""Where pipes lie, to the kilometre: all that is told of them where their owner opens no more."""

import sqlalchemy as sa

SQUARE_M = 1000

_FILL = f"""
INSERT INTO pipe_squares (holder, utility, geometry)
SELECT DISTINCT coalesce(p.owner, d.owner, ''), p.utility, s.geom
FROM pipes p JOIN deliveries d ON d.id = p.delivery_id, LATERAL ST_SquareGrid({SQUARE_M}, p.geometry) s
WHERE p.replaced_by IS NULL AND ST_Intersects(p.geometry, s.geom)
"""


def refresh(connection: sa.Connection) -> int:
    """The squares of the current pipes, in the caller's transaction; how many there are."""
    connection.execute(sa.text("DELETE FROM pipe_squares"))
    return connection.execute(sa.text(_FILL)).rowcount
