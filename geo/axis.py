"""Lines as columns: every straight piece of every axis with its running measure.

An *axis* is the centre line of one work. Parts of a multi-line follow one another without a gap in the measure,
but the ground between them belongs to nobody: it is simply not a piece.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MM = 1000.0


@dataclass(frozen=True)
class Edges:
    """Straight edges of ``n`` shapes in CSR form: shape ``i`` owns ``offsets[i]:offsets[i+1]``. Metres, work CRS."""

    offsets: Ints
    x0: Floats
    y0: Floats
    x1: Floats
    y1: Floats

    @property
    def n(self) -> int:
        """Number of shapes."""
        return len(self.offsets) - 1

    @property
    def owner(self) -> Ints:
        """The shape of each edge."""
        return np.repeat(np.arange(self.n), np.diff(self.offsets))

    def lengths(self) -> Floats:
        """Length of each edge, metres."""
        return np.hypot(self.x1 - self.x0, self.y1 - self.y0)

    def boxes(self) -> Floats:
        """(n, 4) bounding boxes; ``nan`` for a shape without edges."""
        out = np.full((self.n, 4), np.nan)
        full = np.diff(self.offsets) > 0
        if full.any():
            starts = self.offsets[:-1][full]
            out[full, 0] = np.minimum.reduceat(np.minimum(self.x0, self.x1), starts)
            out[full, 1] = np.minimum.reduceat(np.minimum(self.y0, self.y1), starts)
            out[full, 2] = np.maximum.reduceat(np.maximum(self.x0, self.x1), starts)
            out[full, 3] = np.maximum.reduceat(np.maximum(self.y0, self.y1), starts)
        return out


@dataclass(frozen=True)
class Axes:
    """Axes of ``n`` works: their edges, and the measure (metres from the start) at which each edge begins."""

    edges: Edges
    measure: Floats

    @property
    def n(self) -> int:
        """Number of axes."""
        return self.edges.n

    def length_m(self) -> Floats:
        """Planar length of each axis, metres, not rounded."""
        length: Floats = np.bincount(self.edges.owner, self.edges.lengths(), minlength=self.n).astype(np.float64)
        return length

    def length_mm(self) -> Ints:
        """Planar length of each axis rounded once to whole millimetres."""
        return np.rint(self.length_m() * MM).astype(np.int64)


def edges_of(geometries: npt.NDArray[Any]) -> Edges:
    """Edges of an array of lines, multi-lines, polygons (all rings), points (one edge of no length) or None."""
    rings, shape = _rings(geometries)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    start, end = xy[:-1][same], xy[1:][same]
    owner = shape[ring[:-1][same]]
    points = shapely.get_type_id(rings) == 0
    if points.any():
        spot = shapely.get_coordinates(rings[points])
        start, end = np.vstack([start, spot]), np.vstack([end, spot])
        owner = np.concatenate([owner, shape[points]])
        order = np.argsort(owner, kind="stable")
        start, end, owner = start[order], end[order], owner[order]
    offsets = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=len(geometries)))]).astype(np.int64)
    return Edges(offsets, *(np.ascontiguousarray(c) for c in (start[:, 0], start[:, 1], end[:, 0], end[:, 1])))


def _rings(geometries: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], Ints]:
    parts, shape = shapely.get_parts(geometries, return_index=True)
    polygons = np.isin(shapely.get_type_id(parts), (3, 6))
    if not polygons.any():
        return parts, shape.astype(np.int64)
    rings, within = shapely.get_rings(parts[polygons], return_index=True)
    lines = np.concatenate([parts[~polygons], rings])
    owner = np.concatenate([shape[~polygons], shape[polygons][within]])
    order = np.argsort(owner, kind="stable")
    return lines[order], owner[order].astype(np.int64)


def axes_of(lines: npt.NDArray[Any]) -> Axes:
    """Axes of an array of (multi-)lines in the work CRS."""
    return measured(edges_of(lines))


def measured(edges: Edges) -> Axes:
    """The edges of lines with their running measure."""
    length = edges.lengths()
    ends = np.cumsum(length)
    before = np.concatenate([[0.0], ends])[edges.offsets[:-1]]
    measure = ends - length - np.repeat(before, np.diff(edges.offsets))
    # A running sum over a whole file loses digits; within one axis it does not.
    return Axes(edges, _restart(measure, length, edges.offsets))


def _restart(measure: Floats, length: Floats, offsets: Ints) -> Floats:
    """The running measure of each axis summed from its own start, exact to the last digit of its own length."""
    index = np.arange(len(measure)) - np.repeat(offsets[:-1], np.diff(offsets))
    out = np.zeros_like(measure)
    for step in range(1, int(index.max(initial=0)) + 1):
        at = np.flatnonzero(index == step)
        if len(at) * 50 < len(measure):  # few long axes left: finish them one by one
            return _restart_rest(out, length, offsets, step)
        out[at] = out[at - 1] + length[at - 1]
    return out


def _restart_rest(out: Floats, length: Floats, offsets: Ints, step: int) -> Floats:
    for i in np.flatnonzero(np.diff(offsets) > step):
        a, b = offsets[i], offsets[i + 1]
        out[a + 1 : b] = np.cumsum(length[a : b - 1])
    return out


def points_at(axes: Axes, axis: Ints, at_m: Floats) -> Floats:
    """(k, 2) positions on the given axes at the given measures (clamped to the ends)."""
    edge = edges_at(axes, axis, at_m)
    e = axes.edges
    length = np.hypot(e.x1[edge] - e.x0[edge], e.y1[edge] - e.y0[edge])
    t = np.clip((at_m - axes.measure[edge]) / np.where(length > 0, length, 1.0), 0.0, 1.0)
    return np.column_stack([e.x0[edge] + t * (e.x1[edge] - e.x0[edge]), e.y0[edge] + t * (e.y1[edge] - e.y0[edge])])


def edges_at(axes: Axes, axis: Ints, at_m: Floats) -> Ints:
    """The edge of each given axis on which each given measure lies; at a vertex the one that begins there."""
    low, high = axes.edges.offsets[axis], axes.edges.offsets[axis + 1] - 1
    while True:
        open_ = low < high
        if not open_.any():
            return low
        middle = (low + high + 1) // 2
        right = axes.measure[np.minimum(middle, len(axes.measure) - 1)] <= at_m
        low = np.where(open_ & right, middle, low)
        high = np.where(open_ & ~right, middle - 1, high)


def cut(axes: Axes, axis: int, from_m: float, to_m: float) -> Any:
    """The stretch of one axis between two measures as a shapely (multi-)line."""
    a, b = axes.edges.offsets[axis], axes.edges.offsets[axis + 1]
    e, measure = axes.edges, axes.measure[a:b]
    length = np.hypot(e.x1[a:b] - e.x0[a:b], e.y1[a:b] - e.y0[a:b])
    lines: list[list[tuple[float, float]]] = []
    for k in np.flatnonzero((length > 0) & (measure < to_m) & (measure + length > from_m)):
        t0 = max(0.0, (from_m - measure[k]) / length[k])
        t1 = min(1.0, (to_m - measure[k]) / length[k])
        x0, y0, dx, dy = e.x0[a + k], e.y0[a + k], e.x1[a + k] - e.x0[a + k], e.y1[a + k] - e.y0[a + k]
        start, end = (x0 + t0 * dx, y0 + t0 * dy), (x0 + t1 * dx, y0 + t1 * dy)
        if lines and lines[-1][-1] == start:
            lines[-1].append(end)
        else:
            lines.append([start, end])
    if len(lines) == 1:
        return shapely.LineString(lines[0])
    return shapely.MultiLineString(lines)
