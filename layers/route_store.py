"""Stored routes: to be judged, listed, looked at, searched; and their verdicts, of which the newest is the current one."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
import sqlalchemy as sa
from psycopg import sql
from psycopg.types.json import Jsonb

from geo.city import City
from geo.crs import to_degrees
from geo.errors import NotFound
from geo.schema import ROUTES, SPANS
from layers.cities import city_settings
from layers.copying import copy_out, driver
from layers.models import DeliveryRow
from layers.readers.columns import conform
from layers.reading import UNCLEAR, columns, said_unclear
from layers.rights.reader import reading
from layers.rights.scope import Scope

VERDICT_COLUMNS = (
    "outcome", "conditions", "could_be", "could_be_conditions", "certainty", "immediate", "length_m", "dug_m", "sum_length_m",
    "reasons", "owed", "waived", "missing", "pack", "on",
)  # fmt: skip
# names of fields: no comma stands in any
_LISTS = {"conditions", "could_be_conditions", "reasons", "owed", "waived", "missing"}


@dataclass(frozen=True)
class StoredRoute:
    """One stored route: as a frame of one row (work CRS) with its spans, its shape in degrees, its newest verdict."""

    id: int
    delivery_id: str
    frame: gpd.GeoDataFrame
    spans: pd.DataFrame
    geometry: dict[str, Any]  # GeoJSON, longitude and latitude
    raw: dict[str, Any] | None
    judged: dict[str, Any] | None  # the row of VERDICT_COLUMNS with judged_at
    verdict: dict[str, Any] | None
    pieces: list[dict[str, Any]] | None


def routes_version(engine: sa.Engine) -> int:
    """Number of the newest delivery of routes: while it stays the same, so do the current routes."""
    with engine.connect() as connection:
        return int(connection.scalar(sa.select(sa.func.max(DeliveryRow.id)).where(DeliveryRow.layer == "routes")) or 0)


def routes_to_judge(
    engine: sa.Engine, ids: Sequence[int] | None = None, delivery_id: str | None = None
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Current routes as :func:`layers.readers.read_routes` gives them, with their store ``id`` in front, and their spans
    (with ``id`` of the route): all of them, those named, or those of one delivery. ``row_no`` counts from 1 here."""
    with engine.connect() as connection:
        city = city_settings(connection)
        which: sql.Composable = sql.SQL("t.replaced_by IS NULL")
        if ids is not None:
            which = sql.SQL("t.id = ANY({})").format(sql.Literal(list(ids)))
        if delivery_id is not None:
            which = sql.SQL("{} AND t.delivery_id = {}").format(which, sql.Literal(int(delivery_id)))
        return _routes(connection, which, city), _spans(connection, which)


def _routes(
    connection: sa.Connection, which: sql.Composable, city: City, more: Mapping[str, Any] | None = None, table: str = "routes"
) -> gpd.GeoDataFrame:
    selected, types = columns(ROUTES)
    extra = {"id": ("t.id", pa.int64()), "delivery": ("t.delivery_id", pa.int64()), "unclear": (UNCLEAR, pa.string())}
    extra |= dict(more or {})
    parts = sql.SQL(", ").join([selected, *(sql.SQL(expression) for expression, _ in extra.values())])
    query = sql.SQL("SELECT {} FROM {} t WHERE {} ORDER BY t.id").format(parts, sql.Identifier(table), which)
    frame = copy_out(connection, query, types | {name: kind for name, (_, kind) in extra.items()})
    frame["row_no"] = np.arange(1, len(frame) + 1)
    frame["unclear"] = said_unclear(frame)
    return conform(frame, ROUTES, city.work_crs, keep=(*extra, "row_no"))


def _spans(connection: sa.Connection, which: sql.Composable) -> pd.DataFrame:
    _, types = columns(SPANS)
    parts = sql.SQL(", ").join(sql.Identifier("s", name) for name in types)
    query = sql.SQL(
        "SELECT {}, t.id FROM routes t JOIN spans s ON s.delivery_id = t.delivery_id AND s.route_id = t.route_id"
        " WHERE {} ORDER BY t.id, s.from_m, s.id"
    ).format(parts, which)
    frame = copy_out(connection, query, types | {"id": pa.int64()})
    return pd.DataFrame(conform(frame, SPANS, keep=("id",)))


def save_verdicts(
    engine: sa.Engine,
    ids: Sequence[int],
    rows: pd.DataFrame,
    verdicts: Iterable[Mapping[str, Any] | None] | None = None,
    pieces: Iterable[Sequence[Mapping[str, Any]] | None] | None = None,
) -> int:
    """Keep one judgement for each stored route: row i of ``rows`` (:data:`VERDICT_COLUMNS`) belongs to ``ids[i]``.

    All or nothing; they become the current ones, earlier ones stay as history. ``verdicts`` and ``pieces`` are the
    whole objects, or None where nobody has made them yet. Returns how many were kept.
    """
    with engine.begin() as connection:
        return keep_verdicts(connection, ids, rows, verdicts, pieces)


def keep_verdicts(
    connection: sa.Connection,
    ids: Sequence[int],
    rows: pd.DataFrame,
    verdicts: Iterable[Mapping[str, Any] | None] | None = None,
    pieces: Iterable[Sequence[Mapping[str, Any]] | None] | None = None,
) -> int:
    """:func:`save_verdicts` in the caller's transaction."""
    table = {name: _plain(rows[name]) for name in VERDICT_COLUMNS}
    whole = iter(verdicts) if verdicts is not None else None
    parts = iter(pieces) if pieces is not None else None
    statement = sql.SQL("COPY verdicts (route, current, {}, verdict, pieces) FROM STDIN").format(
        sql.SQL(", ").join(map(sql.Identifier, VERDICT_COLUMNS))
    )
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext("waixian verdicts"))))
    before = sa.text("UPDATE verdicts SET current = false WHERE current AND route = ANY(:ids)")
    connection.execute(before, {"ids": [int(each) for each in ids]})
    with driver(connection).cursor().copy(statement) as copy:
        for at, route in enumerate(ids):
            values = [table[name][at] for name in VERDICT_COLUMNS]
            objects = (_json(next(whole)) if whole else None, _json(next(parts)) if parts else None)
            copy.write_row((int(route), True, *values, *objects))
    return len(ids)


def _plain(values: "pd.Series[Any]") -> list[Any]:
    """Python values: lists stay lists, NaN and NaT become None."""
    if values.name in _LISTS:
        return [[str(item) for item in value] if isinstance(value, (list, tuple, np.ndarray)) else [] for value in values]
    if values.dtype.kind == "M":
        return [None if pd.isna(value) else value.date() for value in values]
    return [None if value is None or value is pd.NA or value != value else value for value in values.tolist()]


def _json(value: Any) -> Jsonb | None:
    return None if value is None else Jsonb(value, dumps=lambda each: json.dumps(each, ensure_ascii=False, default=str))


def routes(
    engine: sa.Engine,
    scope: Scope,
    outcome: str | None = None,
    q: str | None = None,
    limit: int = 50,
    offset: int = 0,
    delivery_id: str | None = None,
) -> dict[str, Any]:
    """A page of the current routes that somebody of this scope may see, with their newest verdicts: total, counts by outcome,
    items.

    ``counts`` hold for ``q`` whatever ``outcome`` is asked; a route that was never judged counts under "unjudged".
    """
    wanted = "t.replaced_by IS NULL"
    if delivery_id is not None:
        wanted += " AND t.delivery_id = :delivery"
    if q:
        wanted += " AND concat_ws(' ', t.route_id, t.project, t.project_code, t.applicant) ILIKE :like"
    source = f"FROM routes_seen t LEFT JOIN verdicts v ON v.route = t.id AND v.current WHERE {wanted}"
    given = {"like": like(q or ""), "outcome": outcome, "limit": limit, "offset": offset}
    given["delivery"] = None if delivery_id is None else int(delivery_id)
    page = (
        "SELECT t.id, t.route_id, t.project, t.applicant, t.utility, v.outcome, v.conditions, v.could_be, v.certainty,"
        f" v.immediate, coalesce(v.length_m, ST_Length(t.geometry)) AS length_m, {BOX} {source}"
        " AND (CAST(:outcome AS text) IS NULL OR coalesce(v.outcome, 'unjudged') = :outcome)"
        " ORDER BY t.id LIMIT :limit OFFSET :offset"
    )
    with reading(engine, scope) as connection:
        city = city_settings(connection)
        counted = connection.execute(sa.text(f"SELECT coalesce(v.outcome, 'unjudged'), count(*) {source} GROUP BY 1"), given)
        counts = {str(name): int(number) for name, number in counted}
        rows = connection.execute(sa.text(page), given).mappings().all()
    items = [{**row, "conditions": row["conditions"] or []} for row in rows]
    total = sum(counts.values()) if outcome is None else counts.get(outcome, 0)
    return {"total": total, "counts": counts, "items": with_boxes(items, city)}


# The extent of a row, four numbers in the work CRS that `with_boxes` turns into degrees.
BOX = "ST_XMin(t.geometry) AS x0, ST_YMin(t.geometry) AS y0, ST_XMax(t.geometry) AS x1, ST_YMax(t.geometry) AS y1"


def with_boxes(items: list[dict[str, Any]], city: City) -> list[dict[str, Any]]:
    """x0, y0, x1, y1 (work CRS) of each item as ``bbox`` = [west, south, east, north] in degrees."""
    if not items:
        return []
    x0, y0, x1, y1 = (np.array([item.pop(name) for item in items], dtype=float) for name in ("x0", "y0", "x1", "y1"))
    boxes = shapely.box(x0, y0, x1, y1)
    degrees = shapely.bounds(to_degrees(np.atleast_1d(boxes), city.work_crs)).round(7).tolist()
    return [{**item, "bbox": box} for item, box in zip(items, degrees, strict=True)]


def like(words: str) -> str:
    """A LIKE pattern that contains the words as they are."""
    return "%" + words.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_") + "%"


def route(engine: sa.Engine, scope: Scope, route_id: int) -> StoredRoute:
    """One stored route by its store id, current or replaced, that somebody of this scope may see. Raises NotFound."""
    which = sql.SQL("t.id = {}").format(sql.Literal(int(route_id)))
    with reading(engine, scope) as connection:
        city = city_settings(connection)
        frame = _routes(connection, which, city, table="routes_seen")
        if frame.empty:
            raise NotFound(what_zh="外线", what_en="route", id=route_id)
        spans = _spans(connection, which)
        raw = connection.scalar(sa.text("SELECT raw FROM routes WHERE id = :id"), {"id": route_id})
        query = sa.text("SELECT * FROM verdicts WHERE route = :id AND current")
        found = connection.execute(query, {"id": route_id}).mappings().first()
    judged = None if found is None else {name: found[name] for name in (*VERDICT_COLUMNS, "judged_at")}
    degrees = shapely.transform(to_degrees(frame.geometry.iloc[0], city.work_crs), lambda xy: xy.round(9))
    return StoredRoute(
        id=route_id,
        delivery_id=str(frame["delivery"].iloc[0]),
        frame=frame,
        spans=spans,
        geometry=shapely.geometry.mapping(degrees),
        raw=raw,
        judged=judged,
        verdict=None if found is None else found["verdict"],
        pieces=None if found is None else found["pieces"],
    )


def history(engine: sa.Engine, asked: pd.DataFrame, on: date, look_back_days: int) -> gpd.GeoDataFrame:
    """Stored current routes that may be siblings of those asked: of the same project, project code or applicant, filed in
    the days before ``on`` (that day included), and not among those asked (by store ``id``, where they have one).

    Columns as :func:`routes_to_judge`, with ``outcome`` and ``known_on`` (filed, else the day of loading in China: a planned
    start says nothing of when it was filed).
    """
    keys = {name: sorted(set(asked[name].dropna())) for name in ("project", "project_code", "applicant") if name in asked}
    keys = {name: values for name, values in keys.items() if values}
    loaded = "SELECT (d.loaded_at AT TIME ZONE INTERVAL '+08:00')::date FROM deliveries d WHERE d.id = t.delivery_id"
    day = f"coalesce(t.filed, ({loaded}))"
    same = [sql.SQL("{} = ANY({})").format(sql.Identifier("t", name), sql.Literal(values)) for name, values in keys.items()]
    own = [int(each) for each in asked["id"]] if "id" in asked else []
    which = sql.SQL("t.replaced_by IS NULL AND ({}) AND {} BETWEEN {} AND {} AND t.id <> ALL({}::bigint[])").format(
        sql.SQL(" OR ").join(same) if same else sql.SQL("false"),
        sql.SQL(day),
        sql.Literal(on - timedelta(days=look_back_days)),
        sql.Literal(on),
        sql.Literal(own),
    )
    more = {
        "known_on": (day, pa.date32()),
        "outcome": ("(SELECT v.outcome FROM verdicts v WHERE v.route = t.id AND v.current)", pa.string()),
    }
    with engine.connect() as connection:
        return _routes(connection, which, city_settings(connection), more)
