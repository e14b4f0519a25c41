"""The first tables: the city, deliveries, every layer, routes with their verdicts, rasters, jobs."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Column = sa.Column[Any]

_TYPES = {"text": sa.Text, "number": sa.Double, "integer": sa.Integer, "date": sa.Date}
_LINES, _AREAS = "'LINESTRING', 'MULTILINESTRING'", "'POLYGON', 'MULTIPOLYGON'"
_SHAPES = {"line": _LINES, "polygon": _AREAS, "point": "'POINT'", "line|polygon": f"{_LINES}, {_AREAS}"}
_SHAPES["point|polygon"] = f"'POINT', {_AREAS}"
_CURRENT = sa.text("replaced_by IS NULL")
_NOW = sa.text("now()")


def upgrade() -> None:
    _cities_and_deliveries()
    _layers()
    _verdicts()
    _rasters()
    _jobs()


def downgrade() -> None:
    for table in ("jobs", "rasters", "verdicts", *_LAYERS, "deliveries", "cities"):
        op.drop_table(table)


_LAYERS = (
    "roads",
    "road_ledger",
    "road_surfaces",
    "highways",
    "green",
    "trees",
    "heritage",
    "pipes",
    "planning",
    "districts",
    "events",
    "routes",
    "spans",
)


def _id() -> Column:
    return sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True)


def _time(name: str, nullable: bool = True) -> Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, server_default=None if nullable else _NOW)


def _texts(*names: str) -> list[Column]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _geometry(name: str = "geometry", nullable: bool = False) -> Column:
    return sa.Column(name, Geometry("GEOMETRY", srid=-1, spatial_index=False), nullable=nullable)


def _delivery_id(table: str) -> Column:
    return sa.Column(
        "delivery_id", sa.BigInteger, sa.ForeignKey("deliveries.id", name=f"{table}_delivery_id_fkey"), nullable=False
    )


def _raw() -> Column:
    return sa.Column("raw", JSONB)


def _layer(name: str, shape: str, indexed: list[str], columns: str, *more: Column) -> None:
    """A layer's table: what every row has, then ``column:type`` with ! where a value must be given, then the shape."""
    delivery_id = _delivery_id(name)
    delivery_id.server_default = sa.DefaultClause(sa.text("current_setting('waixian.delivery')::bigint"))
    parts: list[sa.schema.SchemaItem] = [_id(), delivery_id, sa.Column("replaced_by", sa.BigInteger)]
    parts.append(sa.Column("row_no", sa.Integer, nullable=False))
    for each in columns.split():
        column, kind = each.split(":")
        parts.append(sa.Column(column, _TYPES[kind.rstrip("!")], nullable=not kind.endswith("!")))
    parts += more
    if shape != "none":
        parts += [_geometry(), sa.CheckConstraint(f"geometrytype(geometry) IN ({_SHAPES[shape]})", name=op.f(f"{name}_shape"))]
    op.create_table(name, *parts)
    op.create_index(f"{name}_delivery_id", name, ["delivery_id"])
    for column in indexed:
        op.create_index(f"{name}_{column}_current", name, [column], postgresql_where=_CURRENT)
    if shape != "none":
        op.create_index(f"{name}_geometry_current", name, ["geometry"], postgresql_using="gist", postgresql_where=_CURRENT)


def _cities_and_deliveries() -> None:
    op.create_table(
        "cities",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        *_texts("name"),
        sa.Column("work_srid", sa.Integer, nullable=False),
        sa.Column("bounds", ARRAY(sa.Double), nullable=False),
        sa.Column("synthetic", sa.Boolean, nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("cities_only_one")),
    )
    op.create_table(
        "deliveries",
        _id(),
        *_texts("layer", "source", "owner", "licence"),
        sa.Column("as_of", sa.Date),
        sa.Column("complete_since", sa.Date),
        _geometry("coverage", nullable=True),
        *_texts("stated_by"),
        sa.Column("rows_expected", sa.Integer, nullable=False),
        sa.Column("rows_loaded", sa.Integer, nullable=False),
        *_texts("sha256", "content", "file_name"),
        _time("loaded_at", nullable=False),
        sa.Column("state", sa.Text, nullable=False, server_default="current"),
    )
    op.create_index("deliveries_layer_sha256", "deliveries", ["layer", "sha256"])


def _layers() -> None:
    _layer(
        "roads",
        "line",
        ["road_id"],
        "road_id:text! name:text class:text class_source:text authority:text district:text level:text "
        "delivered:date overhauled:date width_m:number pavement:text",
    )
    _layer(
        "road_ledger",
        "none",
        ["road_id"],
        "road_id:text! from_m:number to_m:number part:text kind:text finished:date owner:text",
    )
    _layer(
        "road_surfaces",
        "polygon",
        ["road_id"],
        "road_id:text! part:text pavement:text",
    )
    _layer(
        "highways",
        "line|polygon",
        [],
        "ref:text! class:text land_offset_m:number ditch_offset_m:number",
    )
    _layer(
        "green",
        "polygon",
        ["green_id"],
        "green_id:text! name:text kind:text",
    )
    _layer(
        "trees",
        "point|polygon",
        ["tree_id"],
        "tree_id:text! species:text grade:text canopy_radius_m:number dbh_cm:number",
    )
    _layer(
        "heritage",
        "polygon",
        ["heritage_id"],
        "heritage_id:text! name:text kind:text",
    )
    _layer(
        "pipes",
        "line",
        ["pipe_id"],
        "pipe_id:text! utility:text kind:text diameter_mm:number material:text depth_m:number "
        "pressure_mpa:number voltage_kv:number owner:text state:text",
    )
    _layer(
        "planning",
        "polygon",
        ["zone_id"],
        "zone_id:text! kind:text name:text",
    )
    _layer(
        "districts",
        "polygon",
        ["district_id"],
        "district_id:text! name:text",
    )
    _layer(
        "events",
        "line|polygon",
        ["event_id"],
        "event_id:text! name:text kind:text start:date end:date",
    )
    _layer(
        "routes",
        "line|polygon",
        ["route_id", "project", "applicant"],
        "route_id:text project:text project_code:text applicant:text utility:text voltage_kv:number "
        "capacity_kva:number diameter_mm:number pressure_mpa:number burial:text trench_width_m:number "
        "depth_m:number occupied_m2:number trees_to_fell:integer start:date end:date filed:date "
        "accuracy_m:number",
        _raw(),
    )
    _layer(
        "spans",
        "none",
        ["route_id"],
        "route_id:text! from_m:number! to_m:number! burial:text! pit_from_m2:number pit_to_m2:number",
    )


def _verdicts() -> None:
    op.create_table(
        "verdicts",
        _id(),
        sa.Column("route", sa.BigInteger, sa.ForeignKey("routes.id", name="verdicts_route_fkey"), nullable=False),
        sa.Column("current", sa.Boolean, nullable=False),
        *_texts("pack"),
        sa.Column("on", sa.Date, nullable=False),
        *_texts("outcome"),
        sa.Column("conditions", ARRAY(sa.Text), nullable=False),
        sa.Column("could_be", sa.Text),
        sa.Column("could_be_conditions", ARRAY(sa.Text), nullable=False),
        *_texts("certainty"),
        sa.Column("immediate", sa.Boolean, nullable=False),
        sa.Column("length_m", sa.Double, nullable=False),
        sa.Column("dug_m", sa.Double),
        sa.Column("sum_length_m", sa.Double),
        *[sa.Column(name, ARRAY(sa.Text), nullable=False) for name in ("reasons", "owed", "waived", "missing")],
        sa.Column("verdict", JSONB),
        sa.Column("pieces", JSONB),
        _time("judged_at", nullable=False),
    )
    op.create_index("verdicts_route", "verdicts", ["route"])
    op.create_index("verdicts_current", "verdicts", ["route"], unique=True, postgresql_where=sa.text("current"))
    op.create_index("verdicts_outcome_current", "verdicts", ["outcome"], postgresql_where=sa.text("current"))


def _rasters() -> None:
    op.create_table(
        "rasters",
        _id(),
        _delivery_id("rasters"),
        *_texts("layer", "path", "crs"),
        sa.Column("bounds", ARRAY(sa.Double), nullable=False),
        *[sa.Column(name, sa.Integer, nullable=False) for name in ("width", "height", "bands")],
        *_texts("dtype"),
        sa.Column("nodata", sa.Double),
        sa.Column("resolution_m", sa.Double, nullable=False),
        *_texts("transparency"),
    )
    op.create_index("rasters_delivery_id", "rasters", ["delivery_id"])
    op.create_index("rasters_layer", "rasters", ["layer"])


def _jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", UUID(as_uuid=False), primary_key=True, server_default=sa.text("gen_random_uuid()")),
        *_texts("kind"),
        sa.Column("state", sa.Text, nullable=False, server_default="queued"),
        sa.Column("params", JSONB, nullable=False),
        sa.Column("done", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("total", sa.BigInteger),
        *[sa.Column(name, JSONB) for name in ("phase", "result", "error")],
        sa.Column("attempt", sa.Integer, nullable=False, server_default="0"),
        sa.Column("worker", sa.Text),
        sa.Column("cancel", sa.Boolean, nullable=False, server_default=sa.false()),
        _time("created_at", nullable=False),
        *[_time(name) for name in ("started_at", "finished_at", "heartbeat")],
    )
    op.create_index("jobs_waiting", "jobs", ["created_at"], postgresql_where=sa.text("state = 'queued'"))
