"""What changed from one delivery of a layer to another: rows by the layer's key, fields one by one, shapes in metres."""

import json
from typing import Any

import sqlalchemy as sa
from psycopg import sql

from geo.errors import BadInput
from geo.schema import LayerSpec
from layers.copying import driver
from layers.stock.history import delivery_of, spec_of

MOST_ROWS = 2000
FATES = ("added", "removed", "changed", "moved", "same")


def diff(engine: sa.Engine, layer: str, old: int, new: int, limit: int = MOST_ROWS) -> dict[str, Any]:
    """The rows of delivery ``new`` beside those of ``old``, whatever of them holds now.

    ``counts``: rows added, removed, changed (a field, and maybe the shape), moved (the shape alone) and same; ``beyond``: how
    many of the added and removed ones lie outside what the other delivery covers, and so are no change that anybody made.
    ``features``: GeoJSON in degrees, at most ``limit``, of all but the same; ``fields``: {name: [before, after]}; ``moved_m``:
    the discrete Hausdorff distance of the two shapes in the work CRS; ``was``: the shape before. ``by``: the column that
    pairs the rows, None where the layer has none and rows are paired by their whole content.
    Raises UnknownLayer, NotFound, BadInput for a raster or one delivery twice.
    """
    spec = spec_of(layer)
    if spec.geometry == "raster":
        raise BadInput(why_zh="影像和地形没有可比较的行", why_en="a picture has no rows to compare")
    if old == new:
        raise BadInput(why_zh="请选两次不同的送交", why_en="choose two deliveries")
    delivery_of(engine, layer, old)
    delivery_of(engine, layer, new)
    pairs = _pairs(layer, spec, old, new)
    listed = sql.SQL("{} SELECT * FROM pairs WHERE fate <> 'same' ORDER BY fate, key, nth LIMIT {}").format(
        pairs, sql.Literal(limit)
    )
    tally = sql.SQL("{} SELECT fate, count(*), count(*) FILTER (WHERE beyond) FROM pairs GROUP BY fate").format(pairs)
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection, connection.begin():
        cursor = driver(connection)
        counted = cursor.execute(tally).fetchall()
        found = cursor.execute(listed).fetchall()
    counts = dict.fromkeys(FATES, 0) | {fate: int(number) for fate, number, _ in counted}
    beyond = sum(int(out) for _, _, out in counted)
    features = [_feature(row) for row in found]
    return {"type": "FeatureCollection", "by": spec.key, "counts": counts, "beyond": beyond, "features": features}


def _feature(row: tuple[Any, ...]) -> dict[str, Any]:
    key, nth, fate, beyond, fields, moved_m, old_row, new_row, was, now = row
    shape = now if now is not None else was
    return {
        "type": "Feature", "id": f"{key}/{nth}", "geometry": None if shape is None else json.loads(shape),
        "properties": {
            "key": key, "fate": fate, "beyond": beyond, "fields": fields or {},
            "moved_m": None if moved_m is None else round(float(moved_m), 3), "row_before": old_row, "row_after": new_row,
            "was": None if was is None or fate in ("added", "removed") else json.loads(was),
        },
    }  # fmt: skip


def _pairs(layer: str, spec: LayerSpec, old: int, new: int) -> sql.Composable:
    """``pairs``: one row a pair, as a CTE. Rows of one key are told apart by the order in which they came."""
    shaped = spec.geometry != "none"
    key = sql.SQL("coalesce(t.{}, '')").format(sql.Identifier(spec.key)) if spec.key else _content(spec)
    side = "{} AS (SELECT t.*, {} AS k, row_number() OVER (PARTITION BY {} ORDER BY t.row_no, t.id) AS nth FROM {} t"
    sides = [
        sql.SQL(side + " WHERE t.delivery_id = {})").format(
            sql.Identifier(name), key, key, sql.Identifier(layer), sql.Literal(number)
        )
        for name, number in (("a", old), ("b", new))
    ]  # fmt: skip
    changed = sql.SQL(" || ").join(_change(name) for name in spec.columns)
    null = sql.SQL("NULL::text")
    return sql.SQL(
        "WITH {a}, {b}, both_sides AS (SELECT coalesce(a.k, b.k) AS key, nth, a.id AS a_id, b.id AS b_id, {changed} AS fields,"
        " {moved} AS moved, {moved_m} AS moved_m, {beyond} AS beyond, a.row_no AS old_row, b.row_no AS new_row,"
        " {was} AS was, {now} AS now FROM a FULL JOIN b USING (k, nth)),"
        " pairs AS (SELECT key, nth, CASE WHEN a_id IS NULL THEN 'added' WHEN b_id IS NULL THEN 'removed'"
        " WHEN fields <> '{{}}'::jsonb THEN 'changed' WHEN moved THEN 'moved' ELSE 'same' END AS fate, beyond,"
        " CASE WHEN a_id IS NOT NULL AND b_id IS NOT NULL THEN fields END AS fields, moved_m, old_row, new_row, was, now"
        " FROM both_sides)"
    ).format(
        a=sides[0], b=sides[1], changed=changed,
        moved=sql.SQL("NOT ST_OrderingEquals(a.geometry, b.geometry)") if shaped else sql.SQL("false"),
        moved_m=_moved_m() if shaped else sql.SQL("NULL::float8"),
        beyond=_beyond(old, new) if shaped else sql.SQL("false"),
        was=_degrees("a") if shaped else null, now=_degrees("b") if shaped else null,
    )  # fmt: skip


def _content(spec: LayerSpec) -> sql.Composable:
    """A row's whole content as one text: what pairs the rows of a layer without a key."""
    parts: list[sql.Composable] = [sql.SQL("t.{}::text").format(sql.Identifier(name)) for name in spec.columns]
    if spec.geometry != "none":
        parts.append(sql.SQL("md5(ST_AsBinary(t.geometry))"))
    return sql.SQL("array_to_string(ARRAY[{}], ' · ', '—')").format(sql.SQL(", ").join(parts))


def _change(name: str) -> sql.Composable:
    before, after = sql.Identifier("a", name), sql.Identifier("b", name)
    return sql.SQL(
        "CASE WHEN {0} IS DISTINCT FROM {1} THEN jsonb_build_object({2}::text, jsonb_build_array({0}, {1})) ELSE '{{}}' END"
    ).format(before, after, sql.Literal(name))


def _moved_m() -> sql.Composable:
    return sql.SQL(
        "CASE WHEN NOT ST_OrderingEquals(a.geometry, b.geometry) THEN ST_HausdorffDistance(a.geometry, b.geometry) END"
    )


def _beyond(old: int, new: int) -> sql.Composable:
    """An added row outside what the old delivery covers, a removed one outside the new; not stated: cannot be told."""
    area = "(SELECT coverage FROM deliveries WHERE id = {})"
    return sql.SQL(
        "coalesce(CASE WHEN a.id IS NULL THEN NOT ST_Intersects(b.geometry, " + area + ")"
        " WHEN b.id IS NULL THEN NOT ST_Covers(" + area + ", a.geometry) END, false)"
    ).format(sql.Literal(old), sql.Literal(new))


def _degrees(side: str) -> sql.Composable:
    return sql.SQL("ST_AsGeoJSON(ST_Transform({}.geometry, 4326), 7)").format(sql.Identifier(side))
