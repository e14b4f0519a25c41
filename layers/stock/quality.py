"""How good the rows of a layer are that hold now: which fields are blank or could not be read, and where those rows lie."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import sqlalchemy as sa
from psycopg import sql

from geo.errors import BadInput
from geo.schema import LayerSpec
from layers.copying import driver
from layers.rows import column
from layers.stock.history import spec_of

Lack = Literal["blank", "unclear"]
MOST_ROWS = 1000


def quality(engine: sa.Engine, layer: str) -> dict[str, Any]:
    """Counts over the current rows: ``rows``; ``lost`` (of the deliveries that hold, rows that could not be read); ``fields``:
    for each column ``blank`` (nothing filled in, where a blank is no answer), ``answered_blank`` (a blank that says "there was
    none") and ``unclear`` (filled in and not readable). Raises UnknownLayer."""
    spec = spec_of(layer)
    if spec.geometry == "raster":
        return {"rows": None, "lost": 0, "fields": []}
    names = list(spec.columns)
    parts: list[sql.Composable] = [sql.SQL("count(*)")]
    for name in names:
        parts += [sql.SQL("count(*) FILTER (WHERE {})").format(one) for one in (_blank(name), _answered(name), _unclear(name))]
    query = sql.SQL("SELECT {} FROM {} t JOIN deliveries d ON d.id = t.delivery_id WHERE t.replaced_by IS NULL").format(
        sql.SQL(", ").join(parts), sql.Identifier(layer)
    )
    with engine.connect() as connection:
        counted: Sequence[Any] = driver(connection).execute(query).fetchone() or ()
        lost = column(
            connection,
            "SELECT coalesce(sum(greatest(rows_expected - rows_loaded, 0)), 0) FROM deliveries WHERE layer = :layer"
            " AND state <> 'replaced'", layer=layer,
        )  # fmt: skip
    fields = [
        _field(name, spec, *(int(counted[1 + 3 * k + part]) for part in range(3))) for k, name in enumerate(names)
    ]  # fmt: skip
    return {"rows": int(counted[0]), "lost": int(lost[0]), "fields": fields}


def _field(name: str, spec: LayerSpec, blank: int, answered: int, unclear: int) -> dict[str, Any]:
    one = spec.columns[name]
    return {
        "name": name, "zh": one.zh, "en": one.en, "unit": one.unit, "kind": one.kind, "listed": bool(one.values),
        "required": one.required, "blank": blank, "answered_blank": answered, "unclear": unclear,
    }  # fmt: skip


def lacking(engine: sa.Engine, layer: str, field: str, lack: Lack, limit: int = MOST_ROWS, after: int = 0) -> dict[str, Any]:
    """The current rows whose ``field`` is blank or unclear, as a GeoJSON collection in degrees (null geometry of a table), by id,
    from the row behind ``after``; ``total`` counts all of them. Raises UnknownLayer; BadInput for a field it does not have."""
    spec = spec_of(layer)
    if spec.geometry == "raster" or field not in spec.columns:
        known = "、".join(spec.columns)
        raise BadInput(why_zh=f"{layer} 没有字段 {field}；可用：{known}", why_en=f"{layer} has no field {field}; known: {known}")
    wanted = _unclear(field) if lack == "unclear" else _blank(field)
    shape = sql.SQL("NULL") if spec.geometry == "none" else sql.SQL("ST_AsGeoJSON(ST_Transform(t.geometry, 4326), 7)")
    columns = sql.SQL(", ").join(sql.Identifier("t", name) for name in spec.columns)
    base = sql.SQL("FROM {} t JOIN deliveries d ON d.id = t.delivery_id WHERE t.replaced_by IS NULL AND {}").format(
        sql.Identifier(layer), wanted
    )
    query = sql.SQL("SELECT t.id, t.row_no, t.delivery_id, t.unclear, {}, {} {} AND t.id > {} ORDER BY t.id LIMIT {}").format(
        shape, columns, base, sql.Literal(after), sql.Literal(limit)
    )
    with engine.connect() as connection:
        total = (driver(connection).execute(sql.SQL("SELECT count(*) {}").format(base)).fetchone() or (0,))[0]
        found = driver(connection).execute(query).fetchall()
    return {"type": "FeatureCollection", "total": int(total), "features": [_feature(row, spec) for row in found]}


def _feature(row: tuple[Any, ...], spec: LayerSpec) -> dict[str, Any]:
    number, row_no, delivery, unclear, shape, *values = row
    said: Mapping[str, Any] = dict(zip(spec.columns, values, strict=True))
    geometry = None if shape is None else json.loads(shape)
    own = {"row_no": row_no, "delivery": delivery, "unclear": unclear or [], **said}
    return {"type": "Feature", "id": number, "geometry": geometry, "properties": own}


def _blank(name: str) -> sql.Composable:
    return sql.SQL("{0} IS NULL AND NOT {1} = ANY(d.blank_is_none) AND NOT {1} = ANY(coalesce(t.unclear, '{{}}'))").format(
        sql.Identifier("t", name), sql.Literal(name)
    )


def _answered(name: str) -> sql.Composable:
    return sql.SQL("{0} IS NULL AND {1} = ANY(d.blank_is_none) AND NOT {1} = ANY(coalesce(t.unclear, '{{}}'))").format(
        sql.Identifier("t", name), sql.Literal(name)
    )


def _unclear(name: str) -> sql.Composable:
    return sql.SQL("{} = ANY(t.unclear)").format(sql.Literal(name))
