"""Compiled loops: where on an axis a shape lies within a distance, and who owns each metre. Numbers in, numbers out.

Exact, not sampled: a point of a straight piece lies within ``r`` of an edge for one interval of its measure (a capsule
is convex: two discs and a rectangle), and a polygon adds the intervals between crossings whose middle is inside.
Everything runs without the GIL, so chunks run in threads.
"""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from geo.compiled import jit

Array = npt.NDArray[Any]

# What only touches an edge is outside: a micrometre is far below any survey and far above the noise of coordinates.
TOUCH_M = 1e-6


@jit
def _disc(ax: float, ay: float, ux: float, uy: float, length: float, cx: float, cy: float, r: float) -> tuple[float, float]:
    """Interval of t in [0, length] where a + t·u lies within r of c; (1, 0) if none."""
    b = (ax - cx) * ux + (ay - cy) * uy
    c = (ax - cx) ** 2 + (ay - cy) ** 2 - r * r
    root = b * b - c
    if root <= 0.0:
        return 1.0, 0.0
    root = math.sqrt(root)
    lo, hi = max(0.0, -b - root), min(length, -b + root)
    return (lo, hi) if lo < hi else (1.0, 0.0)


@jit
def _slab(value: float, slope: float, low: float, high: float, lo: float, hi: float) -> tuple[float, float]:
    """Narrow [lo, hi] to the t where low < value + slope·t < high."""
    if abs(slope) < 1e-15:
        return (lo, hi) if low < value < high else (1.0, 0.0)
    a, b = (low - value) / slope, (high - value) / slope
    if a > b:
        a, b = b, a
    return max(lo, a), min(hi, b)


@jit
def capsule(
    ax: float, ay: float, ux: float, uy: float, length: float, x0: float, y0: float, x1: float, y1: float, r: float
) -> tuple[float, float]:
    """Interval of t in [0, length] where a + t·u lies nearer than r to the edge (x0,y0)-(x1,y1); (1, 0) if none."""
    lo, hi = _disc(ax, ay, ux, uy, length, x0, y0, r)
    lo2, hi2 = _disc(ax, ay, ux, uy, length, x1, y1, r)
    if lo2 < hi2:
        lo, hi = (min(lo, lo2), max(hi, hi2)) if lo < hi else (lo2, hi2)
    ex, ey = x1 - x0, y1 - y0
    size = math.hypot(ex, ey)
    if size > 0.0:
        ex, ey = ex / size, ey / size
        a, b = _slab((ax - x0) * ex + (ay - y0) * ey, ux * ex + uy * ey, -1e-12, size + 1e-12, 0.0, length)
        if a < b:
            a, b = _slab((ay - y0) * ex - (ax - x0) * ey, uy * ex - ux * ey, -r, r, a, b)
            if a < b:
                lo, hi = (min(lo, a), max(hi, b)) if lo < hi else (a, b)
    return lo, hi


@jit
def _inside(px: float, py: float, x0: Array, y0: Array, x1: Array, y1: Array, a: int, b: int) -> bool:
    """Even-odd test of a point against all rings of one polygon."""
    inside = False
    for k in range(a, b):
        if (y0[k] > py) != (y1[k] > py) and px < (x1[k] - x0[k]) * (py - y0[k]) / (y1[k] - y0[k]) + x0[k]:
            inside = not inside
    return inside


@jit
def _bounds(x0: Array, y0: Array, x1: Array, y1: Array, a: int, b: int) -> tuple[float, float, float, float]:
    """Least and greatest coordinates of the edges a to b: west, south, east, north."""
    west, south, east, north = math.inf, math.inf, -math.inf, -math.inf
    for k in range(a, b):
        west, east = min(west, x0[k], x1[k]), max(east, x0[k], x1[k])
        south, north = min(south, y0[k], y1[k]), max(north, y0[k], y1[k])
    return west, south, east, north


@jit
def _crossing(ax: float, ay: float, ux: float, uy: float, length: float, x0: float, y0: float, x1: float, y1: float) -> float:
    """t where the piece crosses the edge, or -1."""
    ex, ey = x1 - x0, y1 - y0
    det = ux * ey - uy * ex
    if det == 0.0:
        return -1.0
    t = ((x0 - ax) * ey - (y0 - ay) * ex) / det
    s = ((x0 - ax) * uy - (y0 - ay) * ux) / det
    return t if 0.0 <= t <= length and -1e-12 <= s <= 1.0 + 1e-12 else -1.0


@jit
def _grow(a: Array, n: int) -> Array:
    if n < len(a):
        return a
    out = np.empty(max(2 * len(a), n + 1), a.dtype)
    out[: len(a)] = a
    return out


@jit
def _merge(lo: Array, hi: Array, n: int) -> int:
    """Union of n intervals in place; returns how many are left, in order."""
    if n < 2:
        return n
    order = np.argsort(lo[:n])
    slo, shi = lo[:n][order], hi[:n][order]
    k = 0
    lo[0], hi[0] = slo[0], shi[0]
    for i in range(1, n):
        if slo[i] <= hi[k] + 1e-9:
            hi[k] = max(hi[k], shi[i])
        else:
            k += 1
            lo[k], hi[k] = slo[i], shi[i]
    return k + 1


@jit
def meet(
    a_off: Array, ax0: Array, ay0: Array, ax1: Array, ay1: Array, am: Array,
    b_off: Array, bx0: Array, by0: Array, bx1: Array, by1: Array, solid: Array,
    pair_a: Array, pair_b: Array, radius: Array,
) -> tuple[Array, Array, Array]:  # fmt: skip
    """For each pair (axis, shape): the intervals of the axis nearer than ``radius`` to the shape (inside it, if solid).

    Returns (pair, from_m, to_m), pairs in order, intervals of a pair in order and disjoint.
    """
    out_pair, out_lo, out_hi = np.empty(len(pair_a) + 16, np.int64), np.empty(len(pair_a) + 16), np.empty(len(pair_a) + 16)
    lo, hi, cross = np.empty(64), np.empty(64), np.empty(64)
    n_out = 0
    for p in range(len(pair_a)):
        a, b, r = pair_a[p], pair_b[p], radius[p]
        if not r >= 0.0:
            continue
        n = 0
        west, south, east, north = _bounds(bx0, by0, bx1, by1, b_off[b], b_off[b + 1])
        for i in range(a_off[a], a_off[a + 1]):
            x, y = ax0[i], ay0[i]
            if max(x, ax1[i]) + r < west or min(x, ax1[i]) - r > east or max(y, ay1[i]) + r < south or min(y, ay1[i]) - r > north:
                continue
            length = math.hypot(ax1[i] - x, ay1[i] - y)
            if length == 0.0:
                continue
            ux, uy = (ax1[i] - x) / length, (ay1[i] - y) / length
            w, e = min(x, ax1[i]) - r, max(x, ax1[i]) + r
            s, t = min(y, ay1[i]) - r, max(y, ay1[i]) + r
            n_cross = 0
            for k in range(b_off[b], b_off[b + 1]):
                if (
                    (bx0[k] < w and bx1[k] < w)
                    or (bx0[k] > e and bx1[k] > e)
                    or (by0[k] < s and by1[k] < s)
                    or (by0[k] > t and by1[k] > t)
                ):
                    continue
                if r > 0.0:
                    c, d = capsule(x, y, ux, uy, length, bx0[k], by0[k], bx1[k], by1[k], r)
                    if c < d:
                        lo, hi = _grow(lo, n), _grow(hi, n)
                        lo[n], hi[n] = am[i] + c, am[i] + d
                        n += 1
                if solid[b]:
                    c = _crossing(x, y, ux, uy, length, bx0[k], by0[k], bx1[k], by1[k])
                    if c >= 0.0:
                        cross = _grow(cross, n_cross + 2)
                        cross[n_cross] = c
                        n_cross += 1
            if solid[b]:
                cross = _grow(cross, n_cross + 2)
                cross[n_cross], cross[n_cross + 1] = 0.0, length
                n_cross += 2
                cross[:n_cross].sort()
                for k in range(n_cross - 1):
                    c, d = cross[k], cross[k + 1]
                    middle = (c + d) / 2
                    if d - c > 1e-9 and _inside(x + middle * ux, y + middle * uy, bx0, by0, bx1, by1, b_off[b], b_off[b + 1]):
                        lo, hi = _grow(lo, n), _grow(hi, n)
                        lo[n], hi[n] = am[i] + c, am[i] + d
                        n += 1
        n = _merge(lo, hi, n)
        out_pair, out_lo, out_hi = _grow(out_pair, n_out + n), _grow(out_lo, n_out + n), _grow(out_hi, n_out + n)
        for k in range(n):
            out_pair[n_out], out_lo[n_out], out_hi[n_out] = p, lo[k], hi[k]
            n_out += 1
    return out_pair[:n_out], out_lo[:n_out], out_hi[:n_out]


@jit
def _chord(side: float, u0: float, v0: float, u1: float, v1: float, r: float) -> tuple[float, float]:
    """Interval of u where the line v = side lies nearer than r to the edge (on it, if r = 0); lo > hi if nowhere."""
    if r > 0.0:
        start = min(u0, u1) - r - 1.0
        lo, hi = capsule(start, side, 1.0, 0.0, abs(u1 - u0) + 2.0 * r + 2.0, u0, v0, u1, v1, r)
        return start + lo, start + hi
    if v0 != v1 and (v0 - side) * (v1 - side) <= 0.0:
        u = u0 + (side - v0) / (v1 - v0) * (u1 - u0)
        return u, u
    return 1.0, 0.0


@jit
def shadow(u0: float, v0: float, u1: float, v1: float, half: float, r: float) -> tuple[float, float]:
    """Interval of u where some v in [-half, half] lies nearer than r to the edge (u0,v0)-(u1,v1); lo > hi if none.

    The edge with r about it is convex, and so is what the strip leaves of it: its ends lie where it ends itself (at an
    end of the edge, if that is in the strip) or on the sides of the strip.
    """
    lo, hi = np.inf, -np.inf
    for u, v in ((u0, v0), (u1, v1)):
        if abs(v) <= half:
            lo, hi = min(lo, u - r), max(hi, u + r)
    for side in (-half, half):
        a, b = _chord(side, u0, v0, u1, v1, r)
        if a <= b:
            lo, hi = min(lo, a), max(hi, b)
    return lo, hi


@jit
def meet_squares(
    ax: Array, ay: Array, ux: Array, uy: Array,
    b_off: Array, bx0: Array, by0: Array, bx1: Array, by1: Array, solid: Array,
    pair_a: Array, pair_b: Array, half: Array, radius: Array,
) -> tuple[Array, Array, Array]:  # fmt: skip
    """For each pair (square, shape): the shadow on the square's middle line of what lies nearer than ``radius`` to the
    shape (inside it, if solid). Squares: middle, unit direction of the middle line; ``half`` side by pair, nan for none.

    Returns (pair, from_m, to_m) counted from the middle, pairs in order, intervals of a pair in order and disjoint.
    """
    out_pair, out_lo, out_hi = np.empty(len(pair_a) + 16, np.int64), np.empty(len(pair_a) + 16), np.empty(len(pair_a) + 16)
    lo, hi = np.empty(64), np.empty(64)
    n_out = 0
    for p in range(len(pair_a)):
        a, b, h, r = pair_a[p], pair_b[p], half[p], radius[p]
        if not h > 0.0:
            continue
        n = 0
        for k in range(b_off[b], b_off[b + 1]):
            x0, y0, x1, y1 = bx0[k] - ax[a], by0[k] - ay[a], bx1[k] - ax[a], by1[k] - ay[a]
            c, d = shadow(
                x0 * ux[a] + y0 * uy[a], y0 * ux[a] - x0 * uy[a], x1 * ux[a] + y1 * uy[a], y1 * ux[a] - x1 * uy[a], h, r
            )
            c, d = max(c, -h), min(d, h)
            if c <= d:
                lo, hi = _grow(lo, n), _grow(hi, n)
                lo[n], hi[n] = c, d
                n += 1
        n = _merge(lo, hi, n)
        if solid[b]:
            # Between the shadows of the edges the square is cut by none: all of it is inside, or nothing.
            edges, at = n, -h
            for k in range(edges + 1):
                until = lo[k] if k < edges else h
                x, y = ax[a] + (at + until) / 2 * ux[a], ay[a] + (at + until) / 2 * uy[a]
                if until - at > 1e-9 and _inside(x, y, bx0, by0, bx1, by1, b_off[b], b_off[b + 1]):
                    lo, hi = _grow(lo, n), _grow(hi, n)
                    lo[n], hi[n] = at, until
                    n += 1
                at = hi[k] if k < edges else h
            n = _merge(lo, hi, n)
        out_pair, out_lo, out_hi = _grow(out_pair, n_out + n), _grow(out_lo, n_out + n), _grow(out_hi, n_out + n)
        for k in range(n):
            out_pair[n_out], out_lo[n_out], out_hi[n_out] = p, lo[k], hi[k]
            n_out += 1
    return out_pair[:n_out], out_lo[:n_out], out_hi[:n_out]


@jit
def nearest(px: float, py: float, x0: Array, y0: Array, x1: Array, y1: Array, a: int, b: int) -> tuple[float, float]:
    """Squared distance from a point to the nearest of the edges a:b, and on which side of it the point lies (> 0 left)."""
    best, side = np.inf, 0.0
    for k in range(a, b):
        ex, ey = x1[k] - x0[k], y1[k] - y0[k]
        size = ex * ex + ey * ey
        t = 0.0 if size == 0.0 else min(1.0, max(0.0, ((px - x0[k]) * ex + (py - y0[k]) * ey) / size))
        dx, dy = px - x0[k] - t * ex, py - y0[k] - t * ey
        d = dx * dx + dy * dy
        if d < best:
            best = d
            side = (ex * (py - y0[k]) - ey * (px - x0[k])) / math.sqrt(size) if size > 0.0 else 0.0
    return best, side


@jit
def nearest_many(
    px: Array, py: Array, shape: Array, off: Array, x0: Array, y0: Array, x1: Array, y1: Array
) -> tuple[Array, Array]:
    """:func:`nearest` for many points, each with its own shape: (squared distances, sides)."""
    square, side = np.empty(len(px)), np.empty(len(px))
    for i in range(len(px)):
        square[i], side[i] = nearest(px[i], py[i], x0, y0, x1, y1, off[shape[i]], off[shape[i] + 1])
    return square, side
