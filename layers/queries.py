"""The city as it is stored: the whole of it or what lies in a box, now or as it was; and a summary of its layers.

Also the door to the stored routes (:mod:`layers.route_store`) and to the search.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from psycopg import sql
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from geo.city import VECTOR_LAYERS, City, Layer
from geo.schema import LAYERS, LayerSpec
from layers.cities import city_settings, srid_of
from layers.copying import copy_out, driver
from layers.models import DeliveryRow
from layers.readers.columns import conform
from layers.reading import UNCLEAR, columns, said_unclear
from layers.replacing import Claim, claims_of
from layers.route_store import StoredRoute, history, route, routes, routes_to_judge, save_verdicts
from layers.searching import search

__all__ = [
    "StoredRoute",
    "city",
    "city_version",
    "history",
    "layers_summary",
    "route",
    "routes",
    "routes_to_judge",
    "save_verdicts",
    "search",
    "version_in",
]  # fmt: skip

Box = tuple[float, float, float, float]


def city(engine: sa.Engine, bbox: Box | None = None, at: int | None = None) -> City:
    """The city with the current rows of all its vector layers, the same value as read from its folder.

    ``bbox`` (x0, y0, x1, y1 in the work CRS, metres) keeps the rows that touch it, and of the ledger those of such roads
    or of none; coverage stays whole. ``at``: as it stood just after that delivery (:func:`city_version`).
    Raises Conflict without a city.
    """
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection, connection.begin():
        settings = city_settings(connection)
        layers = {name: _layer(connection, name, settings, bbox, at) for name in VECTOR_LAYERS}
    return replace(settings, layers=layers)


def city_version(engine: sa.Engine) -> int:
    """Number of the newest delivery of ground: while it stays the same, so does :func:`city`."""
    with engine.connect() as connection:
        return version_in(connection)


def version_in(connection: sa.Connection) -> int:
    """As :func:`city_version`."""
    newest = sa.select(sa.func.max(DeliveryRow.id)).where(DeliveryRow.layer.in_(VECTOR_LAYERS))
    return int(connection.scalar(newest) or 0)


def layers_summary(engine: sa.Engine, names: Sequence[str] = VECTOR_LAYERS) -> list[dict[str, Any]]:
    """One entry a vector layer: words, current rows (None: never delivered), what it covers, and whose it is."""
    with engine.connect() as connection:
        settings = city_settings(connection)
        return [_summary(connection, name, settings) for name in names]


def told_of(engine: sa.Engine, name: str) -> dict[str, Any]:
    """What its deliveries say of a layer, of pictures too: whether there is one, how old it is, and whose."""
    with engine.connect() as connection:
        claims = claims_of(connection, name)
    layer = joined(name, claims, None) if claims else Layer(name, None)
    words = ("source", "owner", "licence", "as_of")
    spec = LAYERS[name]
    return {
        "name": name, "zh": spec.zh, "en": spec.en, "delivered": bool(claims), **{one: getattr(layer, one) for one in words},
    }  # fmt: skip


def current(at: int | None) -> sql.Composable:
    """The condition that a row is current, or was just after delivery ``at``; ``t`` is the row's table."""
    if at is None:
        return sql.SQL("t.replaced_by IS NULL")
    return sql.SQL("t.delivery_id <= {at} AND (t.replaced_by IS NULL OR t.replaced_by > {at})").format(at=sql.Literal(at))


def _layer(connection: sa.Connection, name: str, settings: City, bbox: Box | None, at: int | None) -> Layer:
    claims = claims_of(connection, name, at)
    if not claims:
        return Layer(name, None)
    spec = LAYERS[name]
    selected, types = columns(spec)
    query = sql.SQL("SELECT {}, {} FROM {} t WHERE {} AND {} ORDER BY t.id").format(
        selected, sql.SQL(UNCLEAR), sql.Identifier(name), current(at), _inside(name, spec, bbox, srid_of(settings), at)
    )
    rows = copy_out(connection, query, types | {"unclear": pa.string()})
    rows = rows.drop(columns=_unanswered(connection, name, spec, claims, at))
    keep = ("unclear",) if rows["unclear"].notna().any() else ()
    return joined(name, claims, conform(rows.assign(unclear=said_unclear(rows)), spec, settings.work_crs, keep))


def _unanswered(connection: sa.Connection, name: str, spec: LayerSpec, claims: list[Claim], at: int | None) -> list[str]:
    """Columns in which a blank would be an answer that some delivery with current rows never gave: left out of the layer.

    The price: one file without the column takes it from all, dates of the others included, and what rests on them is
    unknown, wherever it lies, until that file comes with the column. Stricter, and never milder.
    """
    out = []
    for column in (column for column, each in spec.columns.items() if each.blank_is_none):
        silent = [claim.id for claim in claims if column not in claim.blank_is_none]
        query = sql.SQL("SELECT EXISTS (SELECT FROM {} t WHERE t.delivery_id = ANY({}) AND {})").format(
            sql.Identifier(name), sql.Literal(silent), current(at)
        )
        if silent and (driver(connection).execute(query).fetchone() or (False,))[0]:
            out.append(column)
    return out


def _inside(name: str, spec: LayerSpec, bbox: Box | None, srid: int, at: int | None) -> sql.Composable:
    if bbox is None:
        return sql.SQL("true")
    box = sql.SQL("ST_MakeEnvelope({}, {})").format(sql.SQL(", ").join(map(sql.Literal, bbox)), sql.Literal(srid))
    if spec.geometry != "none":
        return sql.SQL("ST_Intersects(t.geometry, {})").format(box)
    roads = sql.SQL("SELECT t.road_id FROM roads t WHERE {} AND ST_Intersects(t.geometry, {})").format(current(at), box)
    # What names no road may be of one in the box.
    known = sql.SQL("SELECT t.road_id FROM roads t WHERE {}").format(current(at))
    return sql.SQL("(t.road_id IS NULL OR t.road_id IN ({}) OR t.road_id NOT IN ({}))").format(roads, known)


def joined(name: str, claims: list[Claim], frame: Any) -> Layer:
    """One layer out of the deliveries that hold: areas together, lost rows of all; of days the one that is safe to rely on
    (the oldest that is stated: a delivery without a day makes no other one fresher); words side by side."""
    covering = [each for each in claims if each.coverage is not None]
    days = [each.as_of for each in claims if each.as_of is not None]
    since = [each.complete_since for each in (covering or claims)]
    return Layer(
        name,
        frame,
        coverage=_together([each.coverage for each in covering]),
        as_of=min(days, default=None),
        complete_since=None if None in since else max(since),  # type: ignore[type-var]
        source=_words(each.source for each in claims),
        owner=_words(each.owner for each in claims),
        licence=_words(each.licence for each in claims),
        stated_by=_words(each.stated_by for each in claims),
        delivery_id=_words(str(each.id) for each in claims),
        lost=sum(each.lost for each in claims),
    )


def _together(areas: list[Any]) -> BaseGeometry | None:
    if not areas:
        return None
    return areas[0] if len(areas) == 1 else unary_union(areas)


def _words(each: Any) -> str:
    return "; ".join(dict.fromkeys(word for word in each if word))


def _summary(connection: sa.Connection, name: str, settings: City) -> dict[str, Any]:
    spec, claims = LAYERS[name], claims_of(connection, name)
    layer = joined(name, claims, None) if claims else Layer(name, None)
    rows = connection.scalar(sa.text(f'SELECT count(*) FROM "{name}" WHERE replaced_by IS NULL')) if claims else None
    covers = None
    if layer.coverage is not None:
        covers = "bounds" if layer.coverage.covers(settings.bounds_polygon) else "polygon"
    words = ("source", "owner", "licence", "stated_by", "as_of", "complete_since")
    return {
        "name": name, "zh": spec.zh, "en": spec.en, "geometry": spec.geometry,
        "rows": rows, "delivered": bool(claims), "covers": covers,
        **{word: getattr(layer, word) for word in words},
    }  # fmt: skip
