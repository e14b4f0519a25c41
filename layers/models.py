"""The tables. A layer's columns come from :mod:`geo.schema`, so that table, reader and page can't drift apart.

Geometry columns are made without a coordinate system; creating the city (:func:`layers.cities.create_city`) gives
all of them its work CRS, so that PostGIS itself refuses a row in any other.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID
from sqlalchemy.orm import Mapped, mapped_column

from geo.schema import LAYERS, ROUTES, SPANS, Column, LayerSpec, Shape
from layers.base import Base, identity, plane
from layers.digs import models as dig_models
from layers.people import models as people_models
from layers.proposals import models as proposal_models
from layers.reviewing import models as reviewing_models
from layers.rights import models as rights_models
from layers.survey import models as survey_models

SHAPES: Mapping[Shape, tuple[str, ...]] = {
    "line": ("LINESTRING", "MULTILINESTRING"),
    "polygon": ("POLYGON", "MULTIPOLYGON"),
    "point": ("POINT",),
    "point|polygon": ("POINT", "POLYGON", "MULTIPOLYGON"),
    "line|polygon": ("LINESTRING", "MULTILINESTRING", "POLYGON", "MULTIPOLYGON"),
}
_TYPES: Mapping[str, type[sa.types.TypeEngine[Any]]] = {
    "text": sa.Text,
    "number": sa.Double,
    "integer": sa.Integer,
    "date": sa.Date,
}
CURRENT = "replaced_by IS NULL"
# a file must have the column, but a row that leaves it blank is kept: it may speak of any road
MAY_BE_BLANK: Mapping[str, tuple[str, ...]] = {"road_ledger": ("road_id",)}

__all__ = [
    "CURRENT", "LAYER_MODELS", "LOADABLE", "MAY_BE_BLANK", "SHAPES", "Base", "CityRow", "DeliveryRow", "JobRow", "LayerRow",
    "RasterRow", "RouteRow", "SpanRow", "VerdictRow", "dig_models", "people_models", "proposal_models", "reviewing_models",
    "rights_models", "shape_check", "survey_models",
]  # fmt: skip


class CityRow(Base):
    """The one city of this database."""

    __tablename__ = "cities"
    __table_args__ = (sa.CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    name: Mapped[str]
    work_srid: Mapped[int]
    bounds: Mapped[list[float]]  # west, south, east, north in degrees
    synthetic: Mapped[bool]


class DeliveryRow(Base):
    """One load of a layer, of routes or of a raster. ``state``: current, partly or replaced."""

    __tablename__ = "deliveries"
    __table_args__ = (sa.Index(None, "layer", "sha256"),)

    id: Mapped[int] = identity()
    layer: Mapped[str]
    source: Mapped[str]
    owner: Mapped[str]
    licence: Mapped[str]
    as_of: Mapped[date | None]
    complete_since: Mapped[date | None]
    coverage: Mapped[Any] = plane(nullable=True)
    stated_by: Mapped[str]
    rows_expected: Mapped[int]
    rows_loaded: Mapped[int]
    sha256: Mapped[str]  # of the file
    content: Mapped[str]  # of the rows as they were read: another encoding or column map is another delivery
    file_name: Mapped[str]
    loaded_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    state: Mapped[str] = mapped_column(server_default="current")
    # of the columns in which a blank is an answer (geo.schema), those that the file had
    blank_is_none: Mapped[list[str]] = mapped_column(server_default="{}")


class LayerRow(Base):
    """What every row of a layer has. ``replaced_by`` is the delivery that took its place, NULL while it is current."""

    __abstract__ = True

    id: Mapped[int] = identity()
    # The loader says once per transaction which delivery its rows belong to (layers/deliveries.py).
    delivery_id: Mapped[int] = mapped_column(
        sa.ForeignKey("deliveries.id"), index=True, server_default=sa.text("current_setting('waixian.delivery')::bigint")
    )
    replaced_by: Mapped[int | None] = mapped_column(sa.BigInteger)
    row_no: Mapped[int]
    unclear: Mapped[list[str] | None] = mapped_column(ARRAY(sa.Text))  # fields that were filled in and could not be read


def _column(spec: Column, nullable: bool) -> Mapped[Any]:
    return mapped_column(_TYPES[spec.kind], nullable=nullable)


def shape_check(shape: Shape) -> str:
    """SQL that is true for the geometry kinds of a shape."""
    return f"geometrytype(geometry) IN ({', '.join(repr(kind) for kind in SHAPES[shape])})"


def _layer_model(name: str, spec: LayerSpec, also_indexed: tuple[str, ...] = (), **more: Any) -> type[LayerRow]:
    """The table of a layer: its columns in the order of the schema, its shape checked, current rows indexed."""
    body: dict[str, Any] = {"__tablename__": name, "__doc__": f"{spec.zh} {spec.en}", "__module__": __name__}
    stray = MAY_BE_BLANK.get(name, ())
    body |= {column: _column(each, not each.required or column in stray) for column, each in spec.columns.items()} | more
    rules: list[Any] = [
        sa.Index(f"{name}_{column}_current", column, postgresql_where=sa.text(CURRENT))
        for column in (spec.key, *also_indexed)
        if column
    ]
    if spec.geometry != "none":
        body["geometry"] = plane()
        rules.append(sa.Index(f"{name}_geometry_current", "geometry", postgresql_using="gist", postgresql_where=sa.text(CURRENT)))
        rules.append(sa.CheckConstraint(shape_check(spec.geometry), name="shape"))
    body["__table_args__"] = tuple(rules)
    return type(name.title().replace("_", "") + "Row", (LayerRow,), body)


_ALSO_INDEXED = {"road_ledger": ("road_id",), "road_surfaces": ("road_id",)}

LAYER_MODELS: Mapping[str, type[LayerRow]] = {
    name: _layer_model(name, spec, _ALSO_INDEXED.get(name, ())) for name, spec in LAYERS.items() if spec.geometry != "raster"
}
# raw: the row as the file had it, under the file's own names
RouteRow = _layer_model("routes", ROUTES, ("project", "applicant"), raw=mapped_column(JSONB))
SpanRow = _layer_model("spans", SPANS, ("route_id",))

# Every table that deliveries fill, under the name that `load` takes.
LOADABLE: Mapping[str, type[LayerRow]] = {**LAYER_MODELS, "routes": RouteRow, "spans": SpanRow}


class VerdictRow(Base):
    """One judgement of a stored route; the newest of a route is its current one, the others are its history."""

    __tablename__ = "verdicts"
    __table_args__ = (
        sa.Index("verdicts_current", "route", unique=True, postgresql_where=sa.text("current")),
        sa.Index("verdicts_outcome_current", "outcome", postgresql_where=sa.text("current")),
    )

    id: Mapped[int] = identity()
    route: Mapped[int] = mapped_column(sa.ForeignKey("routes.id"), index=True)
    current: Mapped[bool]
    pack: Mapped[str]
    on: Mapped[date]
    outcome: Mapped[str]
    conditions: Mapped[list[str]]
    could_be: Mapped[str | None]
    could_be_conditions: Mapped[list[str]]
    certainty: Mapped[str]
    immediate: Mapped[bool]
    length_m: Mapped[float]
    dug_m: Mapped[float | None]
    sum_length_m: Mapped[float | None]
    reasons: Mapped[list[str]]
    owed: Mapped[list[str]]
    waived: Mapped[list[str]]
    missing: Mapped[list[str]]
    verdict: Mapped[dict[str, Any] | None]
    pieces: Mapped[list[Any] | None]
    at_limit: Mapped[bool | None]  # a finding lies within the accuracy of its limit; set by the database, None: not known
    judged_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())


class RasterRow(Base):
    """One picture or height model, as a COG on disk in the work CRS."""

    __tablename__ = "rasters"

    id: Mapped[int] = identity()
    delivery_id: Mapped[int] = mapped_column(sa.ForeignKey("deliveries.id"), index=True)
    layer: Mapped[str] = mapped_column(index=True)
    path: Mapped[str]
    crs: Mapped[str]  # as delivered
    bounds: Mapped[list[float]]  # west, south, east, north in degrees
    width: Mapped[int]
    height: Mapped[int]
    bands: Mapped[int]
    dtype: Mapped[str]
    nodata: Mapped[float | None]
    resolution_m: Mapped[float]
    transparency: Mapped[str]  # nodata, alpha, mask or none


class JobRow(Base):
    """A piece of work that outlives the process that does it. ``state``: queued, running, done, failed, cancelled.
    ``person``, ``company``: whose it is (None: the command line's)."""

    __tablename__ = "jobs"
    __table_args__ = (
        sa.Index("jobs_waiting", "created_at", postgresql_where=sa.text("state = 'queued'")),
        sa.Index("jobs_person", "person"),
        sa.Index("jobs_company", "company"),
    )

    id: Mapped[str] = mapped_column(UUID(as_uuid=False), primary_key=True, server_default=sa.func.gen_random_uuid())
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="queued")
    params: Mapped[dict[str, Any]]
    done: Mapped[int] = mapped_column(sa.BigInteger, server_default="0")
    total: Mapped[int | None] = mapped_column(sa.BigInteger)
    phase: Mapped[dict[str, Any] | None]
    result: Mapped[dict[str, Any] | None]
    error: Mapped[dict[str, Any] | None]
    attempt: Mapped[int] = mapped_column(server_default="0")
    worker: Mapped[str | None]
    cancel: Mapped[bool] = mapped_column(server_default=sa.false())
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    heartbeat: Mapped[datetime | None]
    person: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    company: Mapped[int | None] = mapped_column(sa.ForeignKey("companies.id"))
