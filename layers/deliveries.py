"""Loading: a delivery of a layer, or of routes, appears whole or not at all, and the same one twice is one.

Which rows are *current* after it is decided in :mod:`layers.replacing`; older deliveries stay readable.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import sqlalchemy as sa
from geoalchemy2 import WKBElement
from geoalchemy2.shape import from_shape
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from geo.city import VECTOR_LAYERS, City
from geo.errors import BadGeometry, BadInput, BadValue, MissingColumn, UnknownCrs, UnknownLayer
from geo.schema import LAYERS, ROUTES, SPANS, LayerSpec
from layers.cities import city_settings, srid_of
from layers.copying import Progress, copy_in, digest
from layers.models import MAY_BE_BLANK, SHAPES, DeliveryRow
from layers.people.audit import Actor, note
from layers.readers.columns import conform
from layers.replacing import give_way, replace
from layers.rights.squares import refresh

LOADED = "delivery.load"
"""The action under which the audit keeps who loaded a delivery; its subject is the delivery's number."""


@dataclass(frozen=True)
class Delivery:
    """What is said of one load. ``coverage``: the area (work CRS) in which no row means nothing there; None: not stated.
    ``complete_since``: nothing older than this day is promised. ``sha256``: of the file (:func:`file_sha256`)."""

    source: str = ""
    owner: str = ""
    licence: str = ""
    as_of: date | None = None
    complete_since: date | None = None
    coverage: BaseGeometry | None = None
    stated_by: str = ""
    rows_expected: int | None = None  # with the rows that could not be read; None: as many as the frame has
    sha256: str = ""
    file_name: str = ""


@dataclass(frozen=True)
class Loaded:
    """What a load did. ``already``: this very delivery was there and nothing was written; ``replaced``: rows of
    earlier deliveries that are no longer current; ``outdated``: rows of this one that a newer delivery outshines."""

    delivery_id: str
    layer: str
    rows: int
    already: bool
    replaced: int
    outdated: int


def file_sha256(path: Path) -> str:
    """SHA-256 of a file; of a shapefile or a folder, of all that belongs to it, names and bytes."""
    path = Path(path)
    if path.is_dir():
        members = sorted(each for each in path.rglob("*") if each.is_file())
    elif path.suffix.lower() == ".shp":
        members = sorted(
            each for each in path.parent.iterdir() if each.is_file() and each.name.split(".")[0] == path.name.split(".")[0]
        )
    else:
        return _sha256(path)
    total = hashlib.sha256()
    for each in members:
        total.update(f"{each.relative_to(path.parent).as_posix()}\0{_sha256(each)}\n".encode())
    return total.hexdigest()


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def load_layer(
    engine: sa.Engine,
    name: str,
    frame: pd.DataFrame,
    delivery: Delivery,
    progress: Progress | None = None,
    spans: pd.DataFrame | None = None,
    actor: Actor | None = None,
) -> Loaded:
    """Load a layer of :data:`geo.schema.LAYERS` (in the city's work CRS) or ``routes``, all or nothing.

    ``progress(done, total)`` counts rows sent. Columns the layer does not know are left out, except that routes keep
    ``raw`` (a dict, or JSON text) and bring their ``spans``, and that ``unclear`` stays. ``actor``: who loads it, as the
    audit shall have it (None: nothing is noted). Raises UnknownLayer, UnknownCrs,
    MissingColumn, BadValue, BadGeometry; Conflict without a city.
    """
    spec = _spec(name)
    with engine.begin() as connection:
        city = city_settings(connection)
        rows = _checked(name, spec, frame, delivery.file_name, city)
        # One load of a layer at a time: the later of two must see what the earlier one left.
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(f"waixian load {name}"))))
        more = [_numbered(conform(spans, SPANS))] if spans is not None and len(spans) else []
        answers = [column for column, each in spec.columns.items() if each.blank_is_none and column in rows]
        twin = _same(connection, name, delivery, answers, [rows, *more], srid_of(city))
        if twin:
            return Loaded(str(twin), name, len(rows), True, 0, 0)
        number = register(connection, name, delivery, len(rows), city, answers)
        content = [_send(connection, name, rows, number, city, progress)]
        content += [_send(connection, "spans", each, number, city, None) for each in more]
        connection.execute(sa.text(f'ANALYZE "{name}"'))  # the joins of `replace` are planned with these counts
        replaced, outdated = replace(connection, name, spec, number)
        if name == "pipes":
            refresh(connection)
        done = sa.update(DeliveryRow).where(DeliveryRow.id == number)
        connection.execute(done.values(rows_loaded=_count(connection, name, number), content=_joined(content)))
        if actor is not None:  # last of all: while it is being written, no other change of anything can be noted
            _note(connection, actor, name, number, delivery, len(rows), replaced)
        return Loaded(str(number), name, len(rows), False, replaced, outdated)


def load_one(
    connection: sa.Connection,
    frame: gpd.GeoDataFrame,
    spans: pd.DataFrame | None,
    delivery: Delivery,
    replaces: int | None = None,
) -> int:
    """A delivery of one route in the caller's transaction, with its spans; it takes the place of the stored route ``replaces``
    and of no other, whatever numbers they bear. Returns the id of the new route. Raises as :func:`load_layer`."""
    city = city_settings(connection)
    line = _checked("routes", ROUTES, frame, delivery.file_name, city)
    number = _first_of_a_load(connection, delivery, 1, city)
    content = [_send(connection, "routes", line, number, city, None)]
    if spans is not None and len(spans):
        content.append(_send(connection, "spans", _numbered(conform(spans, SPANS)), number, city, None))
    done = sa.update(DeliveryRow).where(DeliveryRow.id == number).values(rows_loaded=1, content=_joined(content))
    connection.execute(done)
    if replaces is not None:
        give_way(connection, replaces, number)
    query = sa.text("SELECT id FROM routes WHERE delivery_id = :delivery")
    return int(connection.execute(query, {"delivery": number}).scalar_one())


def retire(connection: sa.Connection, route: int, delivery: Delivery) -> None:
    """A stored route that was taken back: a delivery without rows takes its place, in the caller's transaction, so that whoever
    keeps what was current looks again."""
    give_way(connection, route, _first_of_a_load(connection, delivery, 0, city_settings(connection)))


def _first_of_a_load(connection: sa.Connection, delivery: Delivery, rows: int, city: City) -> int:
    """The number of a new delivery of routes; no other of them is numbered before this transaction ends."""
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext("waixian load routes"))))
    return register(connection, "routes", delivery, rows, city)


def _note(connection: sa.Connection, actor: Actor, name: str, number: int, delivery: Delivery, count: int, replaced: int) -> None:
    said = {
        "layer": name,
        "file": delivery.file_name,
        "sha256": delivery.sha256,
        "owner": delivery.owner,
        "source": delivery.source,
    }
    day = None if delivery.as_of is None else delivery.as_of.isoformat()
    note(connection, actor, LOADED, str(number), None, {**said, "as_of": day, "rows": count, "replaced": replaced})


def _spec(name: str) -> LayerSpec:
    if name == "routes":
        return ROUTES
    if name not in VECTOR_LAYERS:
        raise UnknownLayer(layer=name, known=", ".join([*VECTOR_LAYERS, "routes"]))
    return LAYERS[name]


def _checked(name: str, spec: LayerSpec, frame: pd.DataFrame, file: str, city: City) -> gpd.GeoDataFrame:
    """The frame in its one form, in the order it was given, with row numbers; or the reason why it can't be loaded."""
    words = {"file": file or name}
    numbers = frame["row_no"] if "row_no" in frame else pd.Series(np.arange(1, len(frame) + 1), index=frame.index)
    for column, each in spec.columns.items():
        if not each.required:
            continue
        if column not in frame:
            raise MissingColumn(field=column, label=each.zh, found="、".join(map(str, frame.columns)), **words)
        blank = frame[column].isna().to_numpy()
        if blank.any() and column not in MAY_BE_BLANK.get(name, ()):
            row = int(numbers.iloc[int(blank.argmax())])
            raise BadValue(row=row, field=column, why_zh="不能为空", why_en="must not be empty", **words)
    if spec.geometry != "none":
        _check_shapes(spec, frame, numbers, words, city)
    try:
        tidy = conform(frame.assign(row_no=numbers), spec, city.work_crs, keep=("row_no",))
        for column, each in spec.columns.items():
            if each.kind == "integer":
                tidy[column] = tidy[column].astype("Int64")
    except (ValueError, TypeError, OverflowError) as error:
        raise BadInput(why_zh=f"{words['file']}：{error}", why_en=f"{words['file']}: {error}") from error
    if "geometry" in tidy:
        tidy["geometry"] = shapely.force_2d(tidy["geometry"].to_numpy())
    if name == "routes" and "raw" in frame:
        tidy["raw"] = _json(frame["raw"])
    if "unclear" in frame:
        tidy["unclear"] = _arrays(frame["unclear"])
    return tidy


def _check_shapes(spec: LayerSpec, frame: pd.DataFrame, numbers: "pd.Series[int]", words: dict[str, str], city: City) -> None:
    if not isinstance(frame, gpd.GeoDataFrame) or "geometry" not in frame:
        raise MissingColumn(field="geometry", label="图形", found="、".join(map(str, frame.columns)), **words)
    if frame.crs is None or CRS.from_user_input(frame.crs) != CRS.from_user_input(city.work_crs):
        raise UnknownCrs(
            why_zh=f"数据为 {frame.crs}，应先转到 {city.work_crs}",
            why_en=f"the rows are in {frame.crs}, not in {city.work_crs}",
            **words,
        )
    shapes = frame["geometry"].to_numpy()
    allowed = [_TYPE_ID[kind] for kind in SHAPES[spec.geometry]]
    finite = np.isfinite(shapely.bounds(shapes)).all(axis=1)
    bad = ~np.isin(shapely.get_type_id(shapes), allowed) | shapely.is_empty(shapes) | ~finite
    if bad.any():
        at = int(bad.argmax())
        found = "none" if shapes[at] is None or shapes[at].is_empty else shapes[at].geom_type
        raise BadGeometry(
            row=int(numbers.iloc[at]),
            why_zh=f"图形应为 {spec.geometry}，实为 {found}，或坐标无效",
            why_en=f"expected {spec.geometry} with finite coordinates, found {found}",
            **words,
        )


_TYPE_ID = {"POINT": 0, "LINESTRING": 1, "POLYGON": 3, "MULTILINESTRING": 5, "MULTIPOLYGON": 6}


def _numbered(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(row_no=np.arange(1, len(frame) + 1))


def _json(values: "pd.Series[Any]") -> "pd.Series[str]":
    texts = [
        value if isinstance(value, str) or value is None else json.dumps(value, ensure_ascii=False, default=str)
        for value in values
    ]
    return pd.Series(texts, dtype="str")


def _arrays(values: "pd.Series[Any]") -> "pd.Series[str]":
    """Names of fields as PostgreSQL writes an array; what is no list of names is NULL."""
    texts = ["{" + ",".join(value) + "}" if isinstance(value, (tuple, list)) and value else None for value in values]
    return pd.Series(texts, dtype="str")


def _metadata(name: str, delivery: Delivery) -> dict[str, Any]:
    names = ("source", "owner", "licence", "as_of", "complete_since", "stated_by", "sha256")
    return {"layer": name} | {each: getattr(delivery, each) for each in names}


def same_words(name: str, delivery: Delivery) -> list[sa.ColumnElement[bool]]:
    """That a stored delivery says the same of itself and comes from the same file."""
    return [getattr(DeliveryRow, each).is_not_distinct_from(value) for each, value in _metadata(name, delivery).items()]


def _same(
    connection: sa.Connection, name: str, delivery: Delivery, answers: list[str], frames: list[pd.DataFrame], srid: int
) -> int | None:
    """The delivery that this one repeats: same file, same words, same columns and rows, and not wholly replaced since."""
    if not delivery.sha256:
        return None
    query = sa.select(DeliveryRow.id, DeliveryRow.content, sa.func.ST_AsBinary(DeliveryRow.coverage).label("coverage"))
    query = query.where(*same_words(name, delivery), DeliveryRow.state != "replaced", DeliveryRow.blank_is_none == answers)
    found = connection.execute(query.order_by(DeliveryRow.id.desc())).all()
    if not found:
        return None
    content = _joined([digest(frame, srid) for frame in frames])
    for row in found:
        coverage = None if row.coverage is None else shapely.from_wkb(bytes(row.coverage))
        if row.content == content and _equal(coverage, delivery.coverage):
            return int(row.id)
    return None


def _equal(a: BaseGeometry | None, b: BaseGeometry | None) -> bool:
    return a is b if a is None or b is None else bool(shapely.equals_exact(a, shapely.force_2d(b), 0.0))


def _joined(digests: list[str]) -> str:
    return "+".join(digests)


def register(
    connection: sa.Connection, name: str, delivery: Delivery, rows: int, city: City, blank_is_none: Sequence[str] = ()
) -> int:
    """A new delivery in the caller's transaction; its number. ``blank_is_none``: columns in which its blanks are answers."""
    values = _metadata(name, delivery) | {"file_name": delivery.file_name, "content": "", "rows_loaded": 0}
    values["blank_is_none"] = list(blank_is_none)
    values["rows_expected"] = rows if delivery.rows_expected is None else delivery.rows_expected
    if delivery.coverage is not None:
        values["coverage"] = shape(delivery.coverage, city)
    return int(connection.execute(sa.insert(DeliveryRow).values(**values).returning(DeliveryRow.id)).scalar_one())


def shape(area: BaseGeometry, city: City) -> WKBElement:
    """An area of the work CRS as PostGIS takes it."""
    return from_shape(shapely.force_2d(area), srid=srid_of(city))


def _send(connection: sa.Connection, table: str, rows: pd.DataFrame, number: int, city: City, progress: Progress | None) -> str:
    """COPY the rows. Their delivery's number is the column's default, read from a setting of this transaction: so the
    text that is sent, and its fingerprint, is the same whenever the same rows come."""
    connection.execute(sa.select(sa.func.set_config("waixian.delivery", str(number), True)))
    return copy_in(connection, table, rows, srid_of(city), progress)


def _count(connection: sa.Connection, table: str, number: int) -> int:
    return int(
        connection.execute(sa.text(f'SELECT count(*) FROM "{table}" WHERE delivery_id = :id'), {"id": number}).scalar_one()
    )
