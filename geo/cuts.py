"""Stretches of many axes at once, as lines; places on them, as points."""

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geo.axis import Axes, cut, edges_at, points_at

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
# Vertices this close are one; what was stored in whole millimetres comes back as such.
SAME_M = 1e-6


def cuts(axes: Axes, axis: Ints, from_m: Floats, to_m: Floats) -> npt.NDArray[Any]:
    """The stretch of axis ``axis[k]`` from ``from_m[k]`` to ``to_m[k]`` (metres, from < to), as :func:`geo.axis.cut` gives it:
    a line, or a multi-line where the axis has a gap there."""
    out: npt.NDArray[Any] = np.empty(len(axis), dtype=object)
    if not len(axis):
        return out
    first, last = edges_at(axes, axis, from_m), edges_at(axes, axis, to_m)
    inner = np.repeat(first, last - first) + _counted(last - first) + 1  # the edges behind the first: their starts
    owner = np.repeat(np.arange(len(axis)), last - first)
    e = axes.edges
    gap = np.hypot(e.x0[inner] - e.x1[inner - 1], e.y0[inner] - e.y1[inner - 1]) > SAME_M
    broken = np.zeros(len(axis), dtype=np.bool_)
    broken[owner[gap]] = True
    start, end = points_at(axes, axis, from_m), points_at(axes, axis, to_m)
    xy = np.concatenate([start, np.column_stack([e.x0[inner], e.y0[inner]]), end])
    line = np.concatenate([np.arange(len(axis)), owner, np.arange(len(axis))])
    turn = np.concatenate([np.full(len(axis), -1), inner, np.full(len(axis), len(e.x0))])
    order = np.lexsort((turn, line))
    lines: npt.NDArray[Any] = np.asarray(shapely.linestrings(xy[order], indices=line[order]), dtype=object)
    out[~broken] = lines[~broken]
    out[broken] = [cut(axes, int(axis[k]), float(from_m[k]), float(to_m[k])) for k in np.flatnonzero(broken)]
    return out


def places(axes: Axes, axis: Ints, at_m: Floats) -> npt.NDArray[Any]:
    """The point of axis ``axis[k]`` at ``at_m[k]`` metres."""
    return np.asarray(shapely.points(points_at(axes, axis, at_m)), dtype=object)


def _counted(sizes: Ints) -> Ints:
    """0, 1, 2 … within each run of the given sizes."""
    ends = np.cumsum(sizes)
    return np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - sizes, sizes)
