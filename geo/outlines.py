"""Works given as an outline instead of a line: the polygon is the footprint, and an axis is derived from it.

The axis runs midway between the two long sides: the ring is cut at the middles of its two narrow ends (the two edges
whose middles lie farthest apart along the ring's minimum rotated rectangle), both halves are walked in step, and the
middle of each pair of points is taken. Every verdict on an outline says so.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geo.axis import MM
from geo.footprint import OPEN
from geo.ground import AreaSet
from geo.hits import NONE, Hits

Floats = npt.NDArray[np.float64]

STEPS = 33


def derived_axis(outline: Any) -> Any:
    """Centre line of one polygon (the longest parts first for a multi-polygon), work CRS."""
    polygons = [p for p in shapely.get_parts(outline) if p.area > 0] or list(shapely.get_parts(outline))
    lines = [_axis(polygon) for polygon in polygons]
    return lines[0] if len(lines) == 1 else shapely.MultiLineString(lines)


def _axis(polygon: Any) -> Any:
    box = shapely.minimum_rotated_rectangle(polygon)
    corner = shapely.get_coordinates(box)
    if len(corner) < 5:
        return shapely.LineString(corner[:2] if len(corner) > 1 else [corner[0], corner[0]])
    first, second = np.hypot(*(corner[1] - corner[0])), np.hypot(*(corner[2] - corner[1]))
    along = (corner[1] - corner[0]) / first if first >= second else (corner[2] - corner[1]) / second
    ring = shapely.get_exterior_ring(polygon)
    xy = shapely.get_coordinates(ring)[:-1]
    at = xy @ along
    head, tail = _end(ring, xy, at, at.max()), _end(ring, xy, at, at.min())
    size = ring.length
    forward, backward = (tail - head) % size, (head - tail) % size
    share = np.linspace(0, 1, STEPS)
    one = shapely.line_interpolate_point(ring, (head + share * forward) % size)
    other = shapely.line_interpolate_point(ring, (head - share * backward) % size)
    middle = (shapely.get_coordinates(one) + shapely.get_coordinates(other)) / 2
    return shapely.simplify(shapely.LineString(middle), 0.02)


def _end(ring: Any, xy: Floats, at: Floats, extreme: float) -> float:
    """Where on the ring the narrow end lies: the middle of its outermost edge or, where it is pointed, its vertex."""
    span = at.max() - at.min()
    near = np.flatnonzero(np.abs(at - extreme) < 0.02 * span + 1e-9)
    spot = xy[near].mean(axis=0)
    return float(shapely.line_locate_point(ring, shapely.Point(spot)))


def outline_hits(route: npt.NDArray[np.int64], outlines: npt.NDArray[Any], axes: npt.NDArray[Any], areas: AreaSet, radius: Floats) -> Hits:
    """Hits of outlines: where the polygon shares ground with an area; the stretch is its shadow on the derived axis."""
    if len(route) == 0 or areas.n == 0:
        return NONE
    left, right = areas.tree.query(outlines)
    shapes = _shapes(areas, right)
    wide = radius[right] > 0
    shapes[wide] = shapely.buffer(shapes[wide], radius[right][wide], quad_segs=64)
    shared = shapely.intersection(outlines[left], shapes)
    meets = shapely.area(shared) > 1e-6
    left, right, shared = left[meets], right[meets], shared[meets]
    if len(left) == 0:
        return NONE
    xy, owner = shapely.get_coordinates(shared, return_index=True)
    measure = shapely.line_locate_point(axes[left][owner], shapely.points(xy)) * MM
    lo, hi = np.full(len(left), np.inf), np.zeros(len(left))
    np.minimum.at(lo, owner, measure)
    np.maximum.at(hi, owner, measure)
    start, stop = np.floor(lo).astype(np.int64), np.ceil(hi).astype(np.int64)
    stop = np.maximum(stop, start + 1)
    return Hits(route[left], right.astype(np.int64), start, stop, np.full(len(left), OPEN, dtype=np.int8))


def _shapes(areas: AreaSet, index: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
    """The shapes of some areas, made from their edges again."""
    used, back = np.unique(index, return_inverse=True)
    e = areas.edges
    out = []
    for i in used:
        a, b = e.offsets[i], e.offsets[i + 1]
        lines = shapely.linestrings(np.stack([np.column_stack([e.x0[a:b], e.y0[a:b]]), np.column_stack([e.x1[a:b], e.y1[a:b]])], axis=1))
        out.append(shapely.build_area(shapely.multilinestrings(lines)) if areas.solid[i] else shapely.union_all(lines))
    return np.array(out, dtype=object)[back]


