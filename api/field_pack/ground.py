"""The ground of the pack: the city's layers around the site and the line, and of pipes what the one who asks may see."""

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from api.deps import House
from api.field_pack import words
from api.field_pack.table import Look, Shape, Symbol, Table
from api.styles import styles
from geo.crs import to_degrees
from geo.schema import LAYERS
from layers.features import taken
from layers.rights.scope import Scope

BUFFER_M = 200.0
"""How far around the site and the line the pack reaches."""
PIPES = ("pipe_points", "pipes")
GROUND = ("trees", "heritage", "planning", "roads", "highways", "road_surfaces", "green")
"""From the top of the map to its bottom."""
_SHAPES: tuple[Shape, ...] = ("Point", "LineString", "Polygon")
_KEY: Mapping[str, str] = {"roads": "name", "trees": "species", "heritage": "name", "green": "name"}


def area_of(site: Any, line: Any | None) -> Any:
    """What the pack reaches: :data:`BUFFER_M` around the site and the line, all in the work CRS."""
    return shapely.union_all([shapely.buffer(one, BUFFER_M) for one in (site, line) if one is not None and not one.is_empty])


def ground_tables(house: House, scope: Scope, area: Any, crs: str, delivered: set[str]) -> list[Table]:
    """Tables of the layers that were ever delivered, cut at the edge of ``area`` (work CRS ``crs``); pipes of this scope alone.
    A layer of two kinds of shapes is two tables, for a phone draws one kind in one. Raises BadInput for too large an area."""
    around = to_degrees(shapely.segmentize(shapely.box(*area.bounds), 100.0), crs)
    box = tuple(shapely.bounds(around).tolist())
    shapely.prepare(area)
    out: list[Table] = []
    for name in (*PIPES, *GROUND):
        if name in delivered:
            frame = cut(taken(house.engine, scope, name, box).drop(columns="id"), area)  # type: ignore[arg-type]
            out += _tables(name, frame)
    return out


def cut(frame: gpd.GeoDataFrame, area: Any) -> gpd.GeoDataFrame:
    """Rows that meet ``area``, lines and areas cut at its edge; what only touches it from outside is left out."""
    near = frame[shapely.intersects(frame.geometry.array, area)].copy()
    shapes = np.asarray(near.geometry.array, dtype=object)
    broken = ~shapely.is_valid(shapes)
    shapes[broken] = shapely.make_valid(shapes[broken])
    parts = [_alike(shapely.intersection(one, area), shapely.get_dimensions(one)) for one in shapely.force_2d(shapes)]
    near = near.set_geometry(gpd.GeoSeries(parts, index=near.index, crs=frame.crs))
    return near[~(near.geometry.is_empty | near.geometry.isna())].reset_index(drop=True)


def _alike(shape: Any, dimension: int) -> Any:
    """The parts of this dimension: an area that touches the edge leaves lines and points behind."""
    if shape.geom_type != "GeometryCollection":
        return shape if shapely.get_dimensions(shape) == dimension else None
    return shapely.union_all([one for one in shapely.get_parts(shape) if shapely.get_dimensions(one) == dimension])


def _tables(name: str, frame: gpd.GeoDataFrame) -> list[Table]:
    spec, dimensions = LAYERS[name], shapely.get_dimensions(np.asarray(frame.geometry.array, dtype=object))
    kinds = [("point", "line", "polygon").index(one) for one in spec.geometry.split("|")]
    aliases = {key: f"{column.zh} {column.unit}".strip() for key, column in spec.columns.items()}
    values = {
        key: {code: next(iter(spelt), code) for code, spelt in column.values.items()}
        for key, column in spec.columns.items() if column.values
    }  # fmt: skip
    out = []
    for at, kind in enumerate(kinds):
        rows = frame[dimensions == kind]
        if at and not len(rows):
            continue
        own = name if at == 0 else f"{name}_areas"
        group = words.PIPES if name in PIPES else words.GROUND
        out.append(
            Table(own, (spec.zh, spec.en), group, _SHAPES[kind], rows.reset_index(drop=True), aliases, _look(name, kind), values)
        )
    return out


def _look(name: str, dimension: int) -> Look:
    """Pipes in the colours of CJJ 61, the rest as the reports draw it."""
    ground, label = styles()["ground"], _KEY.get(name, "")
    if name in PIPES:
        names = LAYERS["pipes"].columns["utility"].values
        size = 0.5 if name == "pipes" else 1.8
        known = {code: (names[code][0], Symbol(colour, size)) for code, colour in words.CJJ61.items()}
        return Look(Symbol(words.CJJ61["other"], size), "utility", known)
    if name == "roads":
        known = {
            code: (spelt[0], Symbol(ground["roads"].get(code, ground["roads"]["unknown"])["casing"], 0.9))
            for code, spelt in LAYERS["roads"].columns["class"].values.items()
        }  # fmt: skip
        return Look(Symbol(ground["roads"]["unknown"]["casing"], 0.6, dash=True), "class", known, label)
    drawn = {
        "highways": Symbol(ground["highways"]["casing"], 1.2, None if dimension < 2 else ground["highways"]["colour"]),
        "green": Symbol(ground["green"]["line"], 0.3, ground["green"]["fill"]),
        "trees": Symbol(ground["trees"]["line"], 2.6 if dimension == 0 else 0.3, ground["trees"]["fill"]),
        "heritage": Symbol(ground["heritage"]["line"], 0.5, dash=True),
        "planning": Symbol(ground["planning"]["line"], 0.4, dash=True),
        "road_surfaces": Symbol("#C9C0B1", 0.2, "#FBFAF8"),
    }  # fmt: skip
    return Look(drawn[name], label=label)


def rows_of(tables: list[Table], name: str) -> int:
    """How many rows of a layer are in the pack."""
    return sum(len(one.frame) for one in tables if one.name == name)
