"""Works given as an outline instead of a line: the polygon is the footprint, and an axis is derived from it.

The axis runs midway between the two long sides: the ring is cut where walking both halves in step stays closest
together (the two narrow ends), each point of one half is paired with the nearest of the other, and the axis passes
through the middles of the pairs. Every verdict on an outline says so.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geo.areas import AreaSet
from geo.axis import MM
from geo.hits import NONE, Hits

Floats = npt.NDArray[np.float64]

STEPS = np.linspace(0.0, 1.0, 33)


def derived_axis(outline: Any) -> Any:
    """Centre line of one polygon (the longest parts first for a multi-polygon), work CRS."""
    polygons = [p for p in shapely.get_parts(outline) if p.area > 0] or list(shapely.get_parts(outline))
    lines = [_axis(polygon) for polygon in polygons]
    return lines[0] if len(lines) == 1 else shapely.MultiLineString(lines)


def _axis(polygon: Any) -> Any:
    ring = shapely.get_exterior_ring(polygon)
    size = ring.length
    if size == 0:
        return shapely.LineString(shapely.get_coordinates(ring)[:2])
    width = max(size / 2 - np.sqrt(max(size**2 / 4 - 4 * polygon.area, 0.0)), 1e-3) / 2
    if width > size / 8:  # a patch rather than a strip: nothing to follow
        return _middle_of_box(polygon)
    head = _narrow_end(ring)
    tail = (head + size / 2) % size
    # As many pairs as the strip has half widths, so that a bend is not cut off.
    share = np.linspace(0.0, 1.0, int(np.clip(size / width, 33, 400)))
    one = shapely.line_interpolate_point(ring, (head + share * size / 2) % size)
    other = shapely.linestrings(shapely.get_coordinates(shapely.line_interpolate_point(ring, (head - share * size / 2) % size)))
    facing = shapely.get_coordinates(shapely.line_interpolate_point(other, shapely.line_locate_point(other, one)))
    near = shapely.get_coordinates(one)
    apart = np.hypot(*(facing - near).T)
    across = apart > 0.8 * np.median(apart)  # near the ends a point faces the end itself
    ends = shapely.get_coordinates(shapely.line_interpolate_point(ring, [head, tail]))
    middle = np.vstack([ends[:1], ((near + facing) / 2)[across], ends[1:]])
    return shapely.simplify(shapely.LineString(middle), 0.05)


def _middle_of_box(polygon: Any) -> Any:
    corner = shapely.get_coordinates(shapely.minimum_rotated_rectangle(polygon))
    if np.hypot(*(corner[1] - corner[0])) < np.hypot(*(corner[2] - corner[1])):
        corner = np.roll(corner[:4], -1, axis=0)
    return shapely.LineString([(corner[0] + corner[3]) / 2, (corner[1] + corner[2]) / 2])


def _narrow_end(ring: Any) -> float:
    """Where on the ring one narrow end lies: the middle of the edge from which both halves run closest together."""
    xy = shapely.get_coordinates(ring)
    edge = np.hypot(*np.diff(xy, axis=0).T)
    middles = np.cumsum(edge) - edge / 2
    size = ring.length
    out = [_apart(ring, at, size) for at in middles]
    return float(middles[int(np.argmin(out))])


def _apart(ring: Any, at: float, size: float) -> float:
    one = shapely.line_interpolate_point(ring, (at + STEPS * size / 2) % size)
    other = shapely.line_interpolate_point(ring, (at - STEPS * size / 2) % size)
    return float(shapely.distance(one, other).mean())


def outline_hits(
    route: npt.NDArray[np.int64],
    outlines: npt.NDArray[Any],
    axes: npt.NDArray[Any],
    mode: npt.NDArray[np.int8],
    areas: AreaSet,
    radius: Floats,
) -> Hits:
    """Hits of outlines: where the polygon shares ground with an area; the stretch is its shadow on the derived axis.
    ``mode``: how each outline is laid (:mod:`geo.footprint`)."""
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
    return Hits(route[left], right.astype(np.int64), start, stop, mode[left])


def _shapes(areas: AreaSet, index: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
    """The shapes of some areas, made from their edges again."""
    used, back = np.unique(index, return_inverse=True)
    e = areas.edges
    out = []
    for i in used:
        a, b = e.offsets[i], e.offsets[i + 1]
        lines: Any = shapely.linestrings(
            np.stack([np.column_stack([e.x0[a:b], e.y0[a:b]]), np.column_stack([e.x1[a:b], e.y1[a:b]])], axis=1)
        )
        out.append(shapely.build_area(shapely.multilinestrings(lines)) if areas.solid[i] else shapely.union_all(lines))
    return np.array(out, dtype=object)[back]
