"""Vector tiles (MVT) of every layer, of routes, works and matches, made by PostGIS, one MVT layer named like the layer, with
what the one who asks may see of it.

The index is asked in the work CRS with a box of constants; only then are shapes turned to Web Mercator. From zoom 12 on
a tile holds everything. Below, lines are simplified to half a pixel, small areas are left out, and of what remains the
most important features are kept, up to a limit: a street map of a province is a blur anyway.
"""

import math
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa

from geo.city import VECTOR_LAYERS, City
from geo.crs import transformer
from geo.errors import NotFound
from geo.schema import LAYERS, ROAD_RANK
from layers.cities import city_settings, srid_of
from layers.digs.tiles import ATTRIBUTES, DIG_LAYERS, IMPORTANCE, SOURCES
from layers.rights.reader import reading
from layers.rights.scope import Scope

FULL_ZOOM = 12
MAX_ZOOM = 22
SHAPES_ZOOM = 15  # from here on a tile's shapes are given whole
LIMIT_BELOW_FULL = 12_000
EXTENT, BUFFER = 4096, 128  # of a tile, in its own units; the buffer hides line ends and cut labels
_EARTH_M = 2 * math.pi * 6_378_137.0
_REACH_DEG = 2.0  # how far beyond the city's bounds tiles are made: further out the work CRS bends too much

# What the map needs of a feature beside its shape: to colour, to label, to look it up.
_ATTRIBUTES = {
    "roads": ("road_id", "name", "class", "class_source", "level", "width_m"),
    "road_surfaces": ("road_id", "part", "pavement"),
    "highways": ("ref", "class"),
    "green": ("green_id", "name", "kind"),
    "trees": ("tree_id", "species", "grade", "canopy_radius_m"),
    "heritage": ("heritage_id", "name", "kind"),
    "pipes": ("pipe_id", "utility", "kind", "diameter_mm", "state"),
    "pipe_points": ("point_id", "utility", "kind", "feature", "state"),
    "planning": ("zone_id", "name", "kind"),
    "districts": ("district_id", "name"),
    "events": ("event_id", "name", "kind", "start", "end"),
}
SQUARES = "pipe_squares"
TILE_LAYERS = (*(name for name in VECTOR_LAYERS if LAYERS[name].geometry != "none"), SQUARES, "routes", *DIG_LAYERS)
# what a visitor may not see all of is asked of the view that knows
_SEEN = {"pipes": "pipes_full", "pipe_points": "pipe_points_full", SQUARES: "pipes_squares", "routes": "routes_seen"}


@dataclass(frozen=True)
class _View:
    """One tile's place: its box in Web Mercator, the box of it in the work CRS, the size of a unit of its grid there."""

    mercator: tuple[float, float, float, float]
    work: tuple[float, float, float, float]
    unit_m: float
    srid: int
    zoom: int


def tile(engine: sa.Engine, scope: Scope, layer: str, z: int, x: int, y: int) -> bytes:
    """The tile z/x/y (XYZ scheme) of a layer, of "pipe_squares", "routes", "works" or "matches", with what somebody of this
    scope may see; empty bytes where nothing is.

    Raises NotFound for a layer without shapes or a tile that does not exist, Conflict without a city.
    """
    if layer not in TILE_LAYERS:
        raise NotFound(what_zh="图层", what_en="layer", id=layer)
    if not (0 <= z <= MAX_ZOOM and 0 <= x < 2**z and 0 <= y < 2**z):
        raise NotFound(what_zh="瓦片", what_en="tile", id=f"{z}/{x}/{y}")
    with reading(engine, scope) as connection:
        view = _view(city_settings(connection), z, x, y)
        if view is None:
            return b""
        return bytes(connection.scalar(sa.text(tile_sql(layer, view))) or b"")


def shapes(engine: sa.Engine, scope: Scope, layer: str, z: int, x: int, y: int) -> bytes:
    """The rows of :func:`tile`, whole and exact, as a GeoJSON FeatureCollection in degrees (1e-9).

    What somebody of this scope may see, with the same attributes. Raises NotFound for a layer without shapes, a tile that
    does not exist or lies below zoom 15 (it would hold too much), Conflict without a city.
    """
    if layer not in TILE_LAYERS:
        raise NotFound(what_zh="图层", what_en="layer", id=layer)
    if not (SHAPES_ZOOM <= z <= MAX_ZOOM and 0 <= x < 2**z and 0 <= y < 2**z):
        raise NotFound(what_zh="瓦片", what_en="tile", id=f"{z}/{x}/{y}")
    with reading(engine, scope) as connection:
        view = _view(city_settings(connection), z, x, y)
        rows = "NULL" if view is None else connection.scalar(sa.text(_shapes_sql(layer, view)))
    return f'{{"type": "FeatureCollection", "features": {rows if view and rows else "[]"}}}'.encode()


def _shapes_sql(layer: str, view: _View) -> str:
    return (
        f"SELECT json_agg(ST_AsGeoJSON(f, 'geometry', 9)::json)::text FROM"
        f" (SELECT {_attributes(layer)}, ST_Transform(t.geometry, 4490) AS geometry FROM ({_candidates(layer, view)}) t) f"
    )


def tile_sql(layer: str, view: _View) -> str:
    """The query of a tile; every value in it is a number of ours. Shapes too small for the grid come out as NULL,
    which ST_AsMVT leaves out."""
    box = ", ".join(f"{edge:.9f}" for edge in view.mercator)
    shape = f"ST_AsMVTGeom(ST_Transform({_shape(view)}, 3857), ST_MakeEnvelope({box}, 3857), {EXTENT}, {BUFFER}, true)"
    return (
        f"SELECT ST_AsMVT(features, '{layer}', {EXTENT}, 'geometry', 'id') FROM"
        f" (SELECT {_attributes(layer)}, {shape} AS geometry FROM ({_candidates(layer, view)}) t) features"
    )


def _candidates(layer: str, view: _View) -> str:
    """The current rows that touch the tile; below the full zoom only the most important of them."""
    work = ", ".join(f"{edge:.3f}" for edge in view.work)
    if layer in DIG_LAYERS:
        some = SOURCES[layer].format(box=f"ST_MakeEnvelope({work}, {view.srid})")
        return some if view.zoom >= FULL_ZOOM else f"{some} ORDER BY {IMPORTANCE[layer]} LIMIT {LIMIT_BELOW_FULL}"
    here = f"t.geometry && ST_MakeEnvelope({work}, {view.srid})"
    if layer == SQUARES:
        # As lines: an area is cut at the rim of the tile, and the cut would be drawn as an edge of the square.
        return f"SELECT t.id, t.holder, t.utility, ST_Boundary(t.geometry) AS geometry FROM {_SEEN[SQUARES]} t WHERE {here}"
    rows = f'FROM "{_SEEN.get(layer, layer)}" t WHERE {here} AND t.replaced_by IS NULL'
    if layer == "routes":
        rows = rows.replace("WHERE", "LEFT JOIN verdicts v ON v.route = t.id AND v.current WHERE", 1)
        return f"SELECT t.*, v.outcome, v.certainty, v.immediate {rows}"
    if view.zoom >= FULL_ZOOM:
        return f"SELECT t.* {rows}"
    if LAYERS[layer].geometry == "polygon":
        rows += f" AND ST_Area(t.geometry) > {(2 * view.unit_m * EXTENT / 512) ** 2:.3f}"
    return f"SELECT t.* {rows} ORDER BY {_importance(layer)} LIMIT {LIMIT_BELOW_FULL}"


def _importance(layer: str) -> str:
    if layer == "roads":
        ranks = " ".join(f"WHEN '{name}' THEN {rank}" for name, rank in ROAD_RANK.items())
        # An unknown class stands with the secondary roads: it may be any.
        return f"CASE t.class {ranks} ELSE {ROAD_RANK['secondary']} END DESC, ST_Length(t.geometry) DESC"
    measure = {"line": "ST_Length", "polygon": "ST_Area", "line|polygon": "ST_Perimeter"}.get(LAYERS[layer].geometry)
    return f"{measure}(t.geometry) DESC" if measure else "t.id"


def _shape(view: _View) -> str:
    return "t.geometry" if view.zoom >= FULL_ZOOM else f"ST_Simplify(t.geometry, {view.unit_m * EXTENT / 1024:.4f}, true)"


def _attributes(layer: str) -> str:
    if layer in DIG_LAYERS:
        return ATTRIBUTES[layer]
    if layer == "routes":
        names = [
            "t.route_id",
            "t.project",
            "t.utility",
            "coalesce(t.outcome, 'unjudged') AS outcome",
            "t.certainty",
            "t.immediate",
        ]
        return ", ".join(["t.id", *names])
    if layer == SQUARES:
        return "t.id, t.holder, t.utility"
    columns = LAYERS[layer].columns
    return ", ".join(
        ["t.id", *(f't."{name}"::text' if columns[name].kind == "date" else f't."{name}"' for name in _ATTRIBUTES[layer])]
    )


def _view(city: City, z: int, x: int, y: int) -> _View | None:
    """Where the tile lies; None where it is far from the city (the whole earth has no place in the work CRS)."""
    size = _EARTH_M / 2**z
    left, top = x * size - _EARTH_M / 2, _EARTH_M / 2 - y * size
    mercator = (left, top - size, left + size, top)
    margin = size * BUFFER / EXTENT
    west, north = _degrees(left - margin, top + margin)
    east, south = _degrees(left + size + margin, top - size - margin)
    w, s, e, n = city.bounds
    west, south = max(west, w - _REACH_DEG), max(south, s - _REACH_DEG)
    east, north = min(east, e + _REACH_DEG), min(north, n + _REACH_DEG)
    if west >= east or south >= north:
        return None
    work = transformer("EPSG:4490", city.work_crs).transform_bounds(west, south, east, north, densify_pts=21)
    # Mercator stretches by 1/cos(latitude): so many metres on the ground is one unit of the tile's grid.
    unit_m = size / EXTENT * math.cos(math.radians((s + n) / 2))
    return _View(mercator, tuple(np.round(work, 3)), unit_m, srid_of(city), z)


def _degrees(x: float, y: float) -> tuple[float, float]:
    return math.degrees(x / 6_378_137.0), math.degrees(2 * math.atan(math.exp(y / 6_378_137.0)) - math.pi / 2)
