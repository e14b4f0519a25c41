"""Finding things of the city by name or number."""

from typing import Any

import sqlalchemy as sa

from layers.cities import city_settings
from layers.rights.reader import reading
from layers.rights.scope import Scope
from layers.route_store import like, with_boxes

# kind → table and the columns that may match, the first of them that is filled being the name to show
_PLACES = {
    "road": ("roads", ("name", "road_id")),
    "route": ("routes_seen", ("route_id", "project", "applicant", "project_code")),
    "green": ("green", ("name", "green_id")),
    "heritage": ("heritage", ("name", "heritage_id")),
    "tree": ("trees", ("tree_id", "species")),
    "highway": ("highways", ("ref",)),
    "planning": ("planning", ("name", "zone_id")),
    "district": ("districts", ("name", "district_id")),
    "event": ("events", ("name", "event_id")),
    "pipe": ("pipes_full", ("pipe_id",)),
    "pipe_point": ("pipe_points_full", ("point_id",)),
}
_EDGES = (("min", "XMin", "x0"), ("min", "YMin", "y0"), ("max", "XMax", "x1"), ("max", "YMax", "y1"))


def search(engine: sa.Engine, scope: Scope, q: str, limit: int = 20) -> list[dict[str, Any]]:
    """Places that somebody of this scope may see, whose name or number contains ``q``: kind, name, id (of a route, else None)
    and bbox in degrees.

    Rows of one kind and name are one place (a road has many pieces). Whole names come first, then beginnings.
    """
    q = q.strip()
    if not q:
        return []
    parts = [_query(kind, table, names) for kind, (table, names) in _PLACES.items()]
    order = "(lower(name) = lower(:q)) DESC, starts_with(lower(name), lower(:q)) DESC, length(name), name, kind"
    query = f"SELECT * FROM ({' UNION ALL '.join(parts)}) places ORDER BY {order} LIMIT :limit"
    with reading(engine, scope) as connection:
        city = city_settings(connection)
        rows = connection.execute(sa.text(query), {"q": q, "like": like(q), "limit": limit}).mappings().all()
    return with_boxes([dict(row) for row in rows], city)


def _query(kind: str, table: str, names: tuple[str, ...]) -> str:
    name = f"coalesce({', '.join(f't.{each}' for each in names)})"
    hit = " OR ".join(f"t.{each} ILIKE :like" for each in names)
    # A route is one thing of its own, whatever others are called like it; of all else the name is what people mean.
    number, group = ("t.id", "t.id, 2") if kind == "route" else ("NULL::bigint", "2")
    edges = ", ".join(f"{pick}(ST_{edge}(t.geometry)) AS {name}" for pick, edge, name in _EDGES)
    return (
        f"(SELECT '{kind}' AS kind, {name} AS name, {number} AS id, {edges} FROM {table} t"
        f" WHERE t.replaced_by IS NULL AND ({hit}) GROUP BY {group} LIMIT 200)"
    )
