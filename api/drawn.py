"""One drawn line (GeoJSON, longitude and latitude) → routes as a file would bring them."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from api.errors import BadLine, BadRequest, OutsideCity
from api.i18n import Lang
from api.outlines import why_invalid
from api.schemas import Area, Feature, Geometry, Line
from api.wire import storable
from geo.city import City
from geo.schema import ROUTES, SPANS
from layers.readers.columns import match
from layers.readers.routes import understand_routes
from layers.readers.spans import understand_spans
from layers.readers.table import fill
from layers.readers.words import Raw

MAX_VERTICES = 10_000
MAX_LENGTH_M = 100_000  # a line by hand, which somebody waits for; longer ones come by file, as a job
MAX_PROPERTIES = 200
MAX_TEXT = 1_000
MAX_SPANS = 1_000
DEGREES = "EPSG:4326"


SLACK = 0.05  # of the city's smaller side
SPAN_FIELDS = ("from_m", "to_m", "burial")


@dataclass(frozen=True)
class Drawn:
    """A frame of one row as :func:`layers.readers.read_routes` gives it, its spans, and what was not used or not understood."""

    routes: gpd.GeoDataFrame
    spans: pd.DataFrame | None
    ignored: list[str]
    notes: list[str]


def read_drawn(feature: Feature, city: City, lang: Lang) -> Drawn:
    """The drawn line through the same door as files: same names of columns, same values, same shapes.

    Raises :class:`BadLine` for a shape that cannot be measured or is longer than 100 km, :class:`OutsideCity` naming the bounds,
    :class:`BadRequest` for properties that no file could hold or spans that cannot be used.
    """
    shape = shape_of(feature.geometry)
    edge = _check_inside(shape, city, lang)
    properties = feature.properties or {}
    values = dict(_values(properties))
    raw = _raw(values, shape)
    read = understand_routes(raw, "GeoJSON", work_crs=city.work_crs, bounds=city.bounds)
    if len(read.rejects):
        why = read.rejects.iloc[0]
        raise BadLine(why_zh=str(why["reason_zh"]), why_en=str(why["reason_en"]))
    _check_length(float(read.frame.geometry.length.sum()))
    used, _ = match(values, ROUTES)
    ignored = [name for name in properties if name not in used.values() and name != "spans"]
    notes = [*edge, *(issue.zh if lang == "zh" else issue.en for issue in read.issues)]
    return Drawn(read.frame, _spans(properties.get("spans"), read.frame), ignored, notes)


def _check_length(length_m: float) -> None:
    if length_m > MAX_LENGTH_M:
        told, most = f"{length_m / 1000:,.1f} km", f"{MAX_LENGTH_M / 1000:.0f} km"
        raise BadLine(
            why_zh=f"该线长 {told}，逐条审查上限 {most}：请核对坐标，或拆成几条、用文件批量判定",
            why_en=f"the line is {told} long, at most {most} by hand: check its coordinates, split it, or send it as a file",
        )


def _raw(values: Mapping[str, Any], shape: BaseGeometry | None) -> Raw:
    columns = {name: np.array([value], dtype=object) for name, value in values.items()}
    shapes = None if shape is None else np.array([shape], dtype=object)
    return Raw(columns, 1, shapes, np.zeros(1, dtype=bool), DEGREES, "geojson", "")


def shape_of(geometry: Geometry) -> BaseGeometry:
    """The shape, two-dimensional. Raises :class:`BadLine` for fewer than two distinct vertices or more than 10,000."""
    parts = [geometry.coordinates] if isinstance(geometry, Line) else geometry.coordinates
    total = sum(len(part) for part in parts)
    if total > MAX_VERTICES:
        raise BadLine(
            why_zh=f"该线有 {total} 个顶点，上限 {MAX_VERTICES}",
            why_en=f"the line has {total} vertices, at most {MAX_VERTICES} are taken",
        )
    for number, part in enumerate(parts, 1):
        distinct = len({(p[0], p[1]) for p in part})
        if distinct < (3 if isinstance(geometry, Area) else 2):
            raise BadLine(
                why_zh=f"第 {number} 段只有 {distinct} 个不同的顶点，量不出长度",
                why_en=f"part {number} has {distinct} distinct vertices: there is nothing to measure",
            )
    flat = [[(p[0], p[1]) for p in part] for part in parts]
    if isinstance(geometry, Area):
        return _area(flat)
    return shapely.LineString(flat[0]) if isinstance(geometry, Line) else shapely.MultiLineString(flat)


def shape_inside(geometry: Geometry, city: City) -> BaseGeometry:
    """The shape, in degrees, as :func:`shape_of`; raises :class:`OutsideCity` too."""
    shape = shape_of(geometry)
    _check_inside(shape, city, "zh")
    return shape


def _area(rings: list[list[tuple[float, float]]]) -> BaseGeometry:
    shape = shapely.Polygon(rings[0], rings[1:])
    if not shape.is_valid:
        zh, en = why_invalid(shape)
        raise BadLine(why_zh=f"面不成立：{zh}", why_en=f"the polygon is not valid: {en}")
    return shape


def _check_inside(shape: BaseGeometry, city: City, lang: Lang) -> list[str]:
    """A note where the line reaches a little over the edge (a file's line may, too: what lies there is unknown).

    Raises :class:`OutsideCity` where it lies outside altogether, or goes on further than an edge can explain.
    """
    west, south, east, north = city.bounds
    xy = shapely.get_coordinates(shape)
    beyond = np.maximum.reduce([west - xy[:, 0], xy[:, 0] - east, south - xy[:, 1], xy[:, 1] - north])
    if beyond.max() <= 0:
        return []
    if beyond.max() > SLACK * min(east - west, north - south) or not shapely.box(*city.bounds).intersects(shape):
        lon, lat = (round(float(number), 6) for number in xy[int(beyond.argmax())])
        raise OutsideCity(city=city.name, west=west, south=south, east=east, north=north, lon=lon, lat=lat)
    zh, en = "该线有一段在本市范围之外，那里的情况未知", "part of the line lies outside the city: what is there is unknown"
    return [zh if lang == "zh" else en]


def _values(properties: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Properties as cells of a table; lists and objects (``spans`` apart, which is read on its own) as their text."""
    if len(properties) > MAX_PROPERTIES:
        raise BadRequest(why_zh=f"属性过多，上限 {MAX_PROPERTIES} 个", why_en=f"too many properties, at most {MAX_PROPERTIES}")
    for name, value in properties.items():
        texts = [text for text in (name, value) if isinstance(text, str)]
        if any(len(text) > MAX_TEXT or not storable(text) for text in texts):
            raise BadRequest(
                why_zh=f"属性 {name[:40]!r} 过长（上限 {MAX_TEXT} 字）或含有无效字符",
                why_en=f"property {name[:40]!r} is longer than {MAX_TEXT} characters or holds invalid ones",
            )
        if isinstance(value, float) and not math.isfinite(value):
            yield name, None  # as NaN in a file: not stated
        elif isinstance(value, bool) or (isinstance(value, int) and abs(value) > 1e15):
            yield name, str(value)
        elif value is None or isinstance(value, (str, int, float)):
            yield name, value
        elif name != "spans":
            yield name, json.dumps(value, ensure_ascii=False)[:MAX_TEXT]  # filled in, and no value: never a blank


def _spans(given: Any, routes: gpd.GeoDataFrame) -> pd.DataFrame | None:
    """``spans`` as a table. A span that a file would leave out with a note is an error here: one hand drew both."""
    if given is None or given == []:
        return None
    if not isinstance(given, list) or len(given) > MAX_SPANS or not all(isinstance(span, dict) for span in given):
        raise BadRequest(
            why_zh=f"spans 应为不超过 {MAX_SPANS} 项的列表，每项如 {{from_m, to_m, burial}}",
            why_en=f"spans must be a list of at most {MAX_SPANS} objects such as {{from_m, to_m, burial}}",
        )
    route_id, rows = str(routes["route_id"].iloc[0]), []
    for number, span in enumerate(given, 1):
        values = {**dict(_values(span)), "route_id": route_id}  # a span cannot name another line
        _check_span(number, {name: each[0] for name, each in fill(_raw(values, None), SPANS).fields.items()})
        rows.append(values)
    table = pd.DataFrame(rows, dtype=object)
    columns = {name: table[name].where(table[name].notna(), None).to_numpy(dtype=object) for name in table}
    nothing = np.zeros(0, dtype=object)
    raw = Raw(columns, len(rows), None, np.zeros(len(rows), dtype=bool), None, "geojson", "")
    read = understand_spans(raw, "spans", routes, nothing)
    for issue in read.issues:
        if issue.rejected:
            raise BadRequest(why_zh=f"spans 第 {issue.row_no} 项：{issue.zh}", why_en=f"spans entry {issue.row_no}: {issue.en}")
    return read.frame


def _check_span(number: int, row: Mapping[str, Any]) -> None:
    for name in SPAN_FIELDS:
        if pd.isna(row.get(name)):
            column = SPANS.columns[name]
            raise BadRequest(
                why_zh=f"spans 第 {number} 项：{name}（{column.zh}）缺少或无法识别",
                why_en=f"spans entry {number}: {name} ({column.en}) is missing or cannot be understood",
            )
    if not float(row["from_m"]) < float(row["to_m"]):
        raise BadRequest(
            why_zh=f"spans 第 {number} 项：to_m 应大于 from_m", why_en=f"spans entry {number}: to_m must be more than from_m"
        )
