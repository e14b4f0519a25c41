"""The ground under the routes, small enough for a page: near the routes only, simplified, coordinates as whole numbers.

Where a city is too large, features far from every route are left out, nearest kept; the page says so."""

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.city import City
from geo.crs import to_degrees

Shapes = npt.NDArray[np.object_]

SIMPLIFY_M = 0.4
MARGIN_M = 250.0
REACHES_M = (1500.0, 600.0, 250.0, 100.0, 40.0)

# How many vertices a page carries of each layer, at most; some 8 bytes each.
BUDGET: Mapping[str, int] = {
    "green": 40_000, "heritage": 8_000, "planning": 25_000, "highways": 10_000, "roads": 70_000, "trees": 5_000,
}  # fmt: skip
KIND: Mapping[str, str] = {"roads": "class", "highways": "class", "green": "kind", "heritage": "kind", "planning": "kind"}
NAME: Mapping[str, str] = {"roads": "name", "highways": "ref", "green": "name", "heritage": "name", "trees": "species"}


def ground(city: City, routes: Shapes) -> list[dict[str, Any]]:
    """One entry a drawn layer: ``{layer, groups: [{kind, width_m, parts}], labels, drawn, near, total, within_m}``.

    ``routes`` in the work CRS. ``parts`` hold longitude and latitude in millionths of a degree, each vertex after the
    first as the difference to the one before; the rings of a polygon follow one another in one part list."""
    there = routes[~(shapely.is_missing(routes) | shapely.is_empty(routes))]
    if not len(there):
        return []
    window = shapely.box(*(shapely.total_bounds(there) + np.array([-1, -1, 1, 1]) * MARGIN_M))
    tree = shapely.STRtree(there)
    drawn = []
    for name, budget in BUDGET.items():
        frame = city.layer(name).frame
        if frame is not None and len(frame):
            drawn.append(_layer(name, frame, window, tree, budget, city.work_crs))
    return drawn


def _layer(name: str, frame: gpd.GeoDataFrame, window: Any, tree: shapely.STRtree, budget: int, work_crs: str) -> dict[str, Any]:
    shapes = np.array(frame.geometry.array, dtype=object)
    if name == "trees":  # a published range is drawn as its tree: the report shows where it stands
        ranges = shapely.get_type_id(shapes) > 0
        shapes[ranges] = shapely.point_on_surface(shapes[ranges])
    rows = np.flatnonzero(shapely.intersects(shapes, window))
    near = len(rows)
    small = shapely.simplify(shapely.force_2d(shapes[rows]), SIMPLIFY_M)
    keep, within_m = _affordable(small, tree, budget)
    rows, small = rows[keep], small[keep]
    return {
        "layer": name,
        "groups": _groups(name, frame.iloc[rows], small, work_crs),
        "labels": _labels(name, frame.iloc[rows], small, work_crs),
        "drawn": len(rows), "near": near, "total": len(frame), "within_m": within_m,
    }  # fmt: skip


def _affordable(shapes: Shapes, tree: shapely.STRtree, budget: int) -> tuple[npt.NDArray[np.intp], float | None]:
    """Rows within the budget, and the reach around the routes that this took (None: all)."""
    sizes = shapely.get_num_coordinates(shapes)
    if sizes.sum() <= budget:
        return np.arange(len(shapes)), None
    for reach in REACHES_M:
        keep = np.unique(tree.query(shapes, predicate="dwithin", distance=reach)[0])
        if sizes[keep].sum() <= budget:
            return keep, reach
    by_size = keep[np.argsort(sizes[keep], kind="stable")]  # the most features for the room that there is
    return np.sort(by_size[np.cumsum(sizes[by_size]) <= budget]), REACHES_M[-1]


def _groups(name: str, frame: gpd.GeoDataFrame, shapes: Shapes, work_crs: str) -> list[dict[str, Any]]:
    """Shapes that look alike are one path: a page draws tens of paths, not tens of thousands."""
    kinds = _texts(frame, KIND.get(name), "unknown")
    widths = _widths(name, frame)
    degrees = to_degrees(shapes, work_crs)
    table = pd.DataFrame({"kind": kinds, "width": widths, "area": np.isin(shapely.get_type_id(shapes), (3, 6))})
    groups = []
    for (kind, width, area), part in table.groupby(["kind", "width", "area"], sort=True):
        chosen = degrees[part.index.to_numpy()]
        parts = encoded(chosen) if not area else [ring for one in chosen for ring in polygon_parts(one)]
        groups.append({"kind": kind, "width_m": float(width), "area": bool(area), "parts": parts})
    return groups


def _widths(name: str, frame: gpd.GeoDataFrame) -> npt.NDArray[np.float64]:
    """What is drawn at true width, metres, in steps; 0 where unknown."""
    if name == "roads" and "width_m" in frame:
        return np.round(pd.to_numeric(frame["width_m"], errors="coerce").fillna(0).to_numpy(float) / 4) * 4
    if name == "trees" and "canopy_radius_m" in frame:
        return np.round(pd.to_numeric(frame["canopy_radius_m"], errors="coerce").fillna(0).to_numpy(float))
    return np.zeros(len(frame))


def encoded(shapes: Shapes, scale: float = 1e6) -> list[list[int]]:
    """Every line part (or point) of every shape in degrees as one list of differences."""
    parts = shapely.get_parts(shapely.get_parts(shapes))
    xy, part = shapely.get_coordinates(parts, return_index=True)
    return _differences(xy, part, scale)


def polygon_parts(shape: Any, scale: float = 1e6) -> list[list[list[int]]]:
    """Each polygon of a shape as its list of rings."""
    out = []
    for polygon in shapely.get_parts(shape):
        rings = shapely.get_rings(polygon)
        xy, ring = shapely.get_coordinates(rings, return_index=True)
        out.append(_differences(xy, ring, scale))
    return out


def _differences(xy: npt.NDArray[np.float64], part: npt.NDArray[np.intp], scale: float) -> list[list[int]]:
    whole = np.rint(xy * scale).astype(np.int64)
    steps = np.diff(whole, axis=0, prepend=whole[:1] * 0)
    first = np.flatnonzero(np.diff(part, prepend=-1))
    steps[first] = whole[first]
    return [one.ravel().tolist() for one in np.split(steps, first[1:])] if len(whole) else []


def _labels(name: str, frame: gpd.GeoDataFrame, shapes: Shapes, work_crs: str) -> list[list[Any]]:
    """[text, kind, lon, lat, degrees of turn, length or root of area in m], longest first, once a name and 500 m square."""
    column = NAME.get(name)
    if column is None or column not in frame or not len(frame):
        return []
    areas = np.isin(shapely.get_type_id(shapes), (3, 6))
    points = shapely.get_type_id(shapes) == 0
    size = np.where(areas, np.sqrt(shapely.area(shapes)), shapely.length(shapes))
    lines = np.where(areas | points, None, _longest(shapes))
    middle = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    middle[areas] = shapely.point_on_surface(shapes[areas])
    middle[points] = shapes[points]
    table = pd.DataFrame({
        "text": _texts(frame, column, ""), "kind": _texts(frame, KIND.get(name), "unknown"), "turn": _turns(lines),
        "size": np.round(size), "x": shapely.get_x(middle), "y": shapely.get_y(middle),
    })  # fmt: skip
    table["cell"] = (table.x // 500).astype("Int64").astype(str) + "/" + (table.y // 500).astype("Int64").astype(str)
    table = table[(table.text != "") & ((table["size"] > 40) | points)]
    table = table.sort_values("size", ascending=False, kind="stable").drop_duplicates(["text", "cell"])[:1500]
    at = to_degrees(shapely.points(table.x.to_numpy(), table.y.to_numpy()), work_crs)
    table["lon"], table["lat"] = np.round(shapely.get_x(at), 6), np.round(shapely.get_y(at), 6)
    return table[["text", "kind", "lon", "lat", "turn", "size"]].to_numpy(dtype=object).tolist()


def _longest(shapes: Shapes) -> Shapes:
    parts, owner = shapely.get_parts(shapes, return_index=True)
    order = np.lexsort((-shapely.length(parts), owner))
    first = order[np.flatnonzero(np.diff(owner[order], prepend=-1))]
    out: Shapes = np.full(len(shapes), None, dtype=object)
    out[owner[first]] = parts[first]
    return out


def _turns(lines: Shapes) -> npt.NDArray[np.float64]:
    """Clockwise turn of a text that runs along the middle of each line, −90 to 90 degrees."""
    a, b = (shapely.line_interpolate_point(lines, at, normalized=True) for at in (0.45, 0.55))
    angle = -np.degrees(np.arctan2(shapely.get_y(b) - shapely.get_y(a), shapely.get_x(b) - shapely.get_x(a)))
    angle = np.where(angle > 90, angle - 180, np.where(angle < -90, angle + 180, angle))
    return np.round(np.nan_to_num(angle))


def _texts(frame: pd.DataFrame, column: str | None, blank: str) -> list[str]:
    if column is None or column not in frame:
        return [blank] * len(frame)
    return [blank if value is None or value != value else str(value) for value in frame[column]]
