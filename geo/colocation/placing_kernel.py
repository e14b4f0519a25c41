"""Compiled loops of placing and matching: which stretch of a road lies square beside a work, and who else lies there.

A work lies *along* a road where the foot of its axis on the centre line falls within the road's reach and both run the
same way, give or take the angle tolerance. Everything is exact: foot and offset are linear between two bends.
"""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from geo.compiled import jit

Array = npt.NDArray[Any]


@jit
def _room(table: Array, n: int) -> Array:
    if n < table.shape[1]:
        return table
    out = np.empty((table.shape[0], max(2 * table.shape[1], n + 1)))
    out[:, : table.shape[1]] = table
    return out


@jit
def _beside(
    x: float, y: float, ux: float, uy: float, length: float, px: float, py: float, qx: float, qy: float, reach: float, turn: float
) -> tuple[float, float, float, float, float, float]:
    """Interval of t where the point x + t·u stands square beside the edge p–q: (t0, t1, foot at 0, its slope, offset, its slope).

    ``turn``: cosine of the angle tolerance. (1, 0, …) where there is none.
    """
    ex, ey = qx - px, qy - py
    size = math.hypot(ex, ey)
    if size == 0.0:
        return 1.0, 0.0, 0.0, 0.0, 0.0, 0.0
    ex, ey = ex / size, ey / size
    along = ux * ex + uy * ey
    if abs(along) < turn:
        return 1.0, 0.0, 0.0, 0.0, 0.0, 0.0
    foot, off = (x - px) * ex + (y - py) * ey, ex * (y - py) - ey * (x - px)
    slope = ex * uy - ey * ux
    lo, hi = -foot / along, (size - foot) / along
    if lo > hi:
        lo, hi = hi, lo
    lo, hi = max(lo, 0.0), min(hi, length)
    if abs(slope) > 1e-15:
        a, b = (-reach - off) / slope, (reach - off) / slope
        lo, hi = max(lo, min(a, b)), min(hi, max(a, b))
    elif abs(off) > reach:
        return 1.0, 0.0, 0.0, 0.0, 0.0, 0.0
    return lo, hi, foot, along, off, slope


@jit
def place(
    a_off: Array, ax0: Array, ay0: Array, ax1: Array, ay1: Array, am: Array,
    b_off: Array, bx0: Array, by0: Array, bx1: Array, by1: Array, bm: Array,
    pair_off: Array, pair_b: Array, reach: Array, turn: float,
) -> tuple[Array, Array, Array]:  # fmt: skip
    """Stretches of works (a) along lines (b): ``pair_b[pair_off[i]:pair_off[i + 1]]`` are the candidates of work ``i``, each
    with its own reach. Each metre of a work goes to the nearest line that runs its way, then to the first.

    Returns (work, line, table): rows of the table are work measure, line measure and offset, each at both ends; metres.
    """
    n_works = len(pair_off) - 1
    work, line, out = np.empty(1024, np.int64), np.empty(1024, np.int64), np.empty((6, 1024))
    n = 0
    found = np.empty((6, 64))  # t0, t1, measure at t=0, its slope, offset at t=0, its slope
    owner = np.empty((1, 64))
    cuts = np.empty((1, 256))
    for i in range(n_works):
        for k in range(a_off[i], a_off[i + 1]):
            x, y = ax0[k], ay0[k]
            length = math.hypot(ax1[k] - x, ay1[k] - y)
            if length == 0.0:
                continue
            ux, uy = (ax1[k] - x) / length, (ay1[k] - y) / length
            w, e, s, t = min(x, ax1[k]), max(x, ax1[k]), min(y, ay1[k]), max(y, ay1[k])
            m = 0
            for p in range(pair_off[i], pair_off[i + 1]):
                b, r = pair_b[p], reach[p]
                for j in range(b_off[b], b_off[b + 1]):
                    if min(bx0[j], bx1[j]) > e + r or max(bx0[j], bx1[j]) < w - r:
                        continue
                    if min(by0[j], by1[j]) > t + r or max(by0[j], by1[j]) < s - r:
                        continue
                    lo, hi, foot, along, off, slope = _beside(x, y, ux, uy, length, bx0[j], by0[j], bx1[j], by1[j], r, turn)
                    if hi - lo > 1e-9:
                        found, owner = _room(found, m), _room(owner, m)
                        found[0, m], found[1, m], found[2, m], found[3, m] = lo, hi, bm[j] + foot, along
                        found[4, m], found[5, m], owner[0, m] = off, slope, b
                        m += 1
            if m == 0:
                continue
            c, cuts = _cuts(found, m, cuts)
            last = -1
            for q in range(c - 1):
                lo, hi = cuts[0, q], cuts[0, q + 1]
                if hi - lo <= 1e-9:
                    continue
                best = _nearest(found, owner, m, (lo + hi) / 2)
                if best < 0:
                    last = -1
                    continue
                if last == best:
                    out[1, n - 1], out[3, n - 1] = am[k] + hi, found[2, best] + hi * found[3, best]
                    out[5, n - 1] = found[4, best] + hi * found[5, best]
                    continue
                if n == len(work):
                    work = np.concatenate((work, np.empty(n, np.int64)))
                    line = np.concatenate((line, np.empty(n, np.int64)))
                    out = _room(out, 2 * n)
                work[n], line[n] = i, int(owner[0, best])
                out[0, n], out[1, n] = am[k] + lo, am[k] + hi
                out[2, n], out[3, n] = found[2, best] + lo * found[3, best], found[2, best] + hi * found[3, best]
                out[4, n], out[5, n] = found[4, best] + lo * found[5, best], found[4, best] + hi * found[5, best]
                n += 1
                last = best
    return work[:n], line[:n], out[:, :n]


@jit
def _cuts(found: Array, m: int, cuts: Array) -> tuple[int, Array]:
    """All places where the nearest line may change: ends, and where two offsets are equal. Sorted."""
    n = 0
    for i in range(m):
        cuts = _room(cuts, n + 2)
        cuts[0, n], cuts[0, n + 1] = found[0, i], found[1, i]
        n += 2
        for j in range(i):
            for sign in (-1.0, 1.0):
                slope = found[5, i] + sign * found[5, j]
                if abs(slope) > 1e-15:
                    at = -(found[4, i] + sign * found[4, j]) / slope
                    if max(found[0, i], found[0, j]) < at < min(found[1, i], found[1, j]):
                        cuts = _room(cuts, n + 1)
                        cuts[0, n] = at
                        n += 1
    cuts[0, :n].sort()
    return n, cuts


@jit
def _nearest(found: Array, owner: Array, m: int, at: float) -> int:
    """The entry that covers ``at`` with the least offset; within a micrometre, the lower line."""
    best, least = -1, np.inf
    for i in range(m):
        if found[0, i] <= at <= found[1, i]:
            off = abs(found[4, i] + at * found[5, i])
            if off < least - 1e-6 or (off < least + 1e-6 and best >= 0 and owner[0, i] < owner[0, best]):
                best, least = i, min(off, least)
    return best


@jit
def overlaps(
    rank_a: Array, work_a: Array, line_a: Array, seg_a: Array,
    rank_b: Array, work_b: Array, seg_b: Array, off_b: Array, top_b: Array, distance: float, same: bool,
) -> tuple[Array, Array, Array]:  # fmt: skip
    """Pairs of stretches on the same line that overlap with no more than ``distance`` between them.

    ``seg``: (6, n) line measure, work measure, offset, each at the lower and the upper end of the line measure; of ``b``
    sorted by line and lower end, ``off_b`` its ranges by line and ``top_b`` the running highest end. ``same``: both sets
    are one, so that a pair is found once. The lower rank comes first. Returns (index into a, index into b, table): rows are
    from, to along the line, then for the first and the second: work measure and offset, each at both ends.
    """
    left, right, out = np.empty(1024, np.int64), np.empty(1024, np.int64), np.empty((10, 1024))
    n = 0
    for i in range(len(work_a)):
        lo_i, hi_i = seg_a[0, i], seg_a[1, i]
        first, end = off_b[line_a[i]], off_b[line_a[i] + 1]
        j, stop = first, end
        while j < stop:  # the first stretch that ends beyond where this one begins
            middle = (j + stop) // 2
            if top_b[middle] > lo_i:
                stop = middle
            else:
                j = middle + 1
        while j < end and seg_b[0, j] < hi_i:
            keep = seg_b[1, j] > lo_i and rank_a[work_a[i]] != rank_b[work_b[j]]
            if keep and not (same and rank_a[work_a[i]] > rank_b[work_b[j]]):
                if n == len(left):
                    left, right = np.concatenate((left, np.empty(n, np.int64))), np.concatenate((right, np.empty(n, np.int64)))
                    out = _room(out, 2 * n)
                first_is_a = rank_a[work_a[i]] < rank_b[work_b[j]]
                if (
                    _shared(seg_a[:, i], seg_b[:, j], distance, out, n)
                    if first_is_a
                    else _shared(seg_b[:, j], seg_a[:, i], distance, out, n)
                ):
                    left[n], right[n] = i, j
                    n += 1
            j += 1
    return left[:n], right[:n], out[:, :n]


@jit
def _shared(p: Array, q: Array, distance: float, out: Array, n: int) -> bool:
    """Write the stretch on which both lie within the distance; False where there is none."""
    lo, hi = max(p[0], q[0]), min(p[1], q[1])
    slope_p, slope_q = (p[5] - p[4]) / (p[1] - p[0]), (q[5] - q[4]) / (q[1] - q[0])
    gap = (p[4] + (lo - p[0]) * slope_p) - (q[4] + (lo - q[0]) * slope_q)
    slope = slope_p - slope_q
    if abs(slope) > 1e-15:
        a, b = lo + (-distance - gap) / slope, lo + (distance - gap) / slope
        lo, hi = max(lo, min(a, b)), min(hi, max(a, b))
    elif abs(gap) > distance:
        return False
    if hi - lo <= 1e-9:
        return False
    out[0, n], out[1, n] = lo, hi
    run_p, run_q = (p[3] - p[2]) / (p[1] - p[0]), (q[3] - q[2]) / (q[1] - q[0])
    out[2, n], out[3, n] = p[2] + (lo - p[0]) * run_p, p[2] + (hi - p[0]) * run_p
    out[4, n], out[5, n] = p[4] + (lo - p[0]) * slope_p, p[4] + (hi - p[0]) * slope_p
    out[6, n], out[7, n] = q[2] + (lo - q[0]) * run_q, q[2] + (hi - q[0]) * run_q
    out[8, n], out[9, n] = q[4] + (lo - q[0]) * slope_q, q[4] + (hi - q[0]) * slope_q
    return True


@jit
def closest(
    a_off: Array, ax0: Array, ay0: Array, ax1: Array, ay1: Array, am: Array,
    b_off: Array, bx0: Array, by0: Array, bx1: Array, by1: Array, bm: Array,
    pair_a: Array, pair_b: Array, limit: Array,
) -> tuple[Array, Array, Array]:  # fmt: skip
    """Least distance of each pair of axes, and the measure on each where it lies: (metres, on a, on b); inf beyond the limit."""
    n = len(pair_a)
    gap, on_a, on_b = np.full(n, np.inf), np.zeros(n), np.zeros(n)
    for p in range(n):
        a, b, r = pair_a[p], pair_b[p], limit[p]
        best = r * r
        for i in range(a_off[a], a_off[a + 1]):
            w, e, s, t = min(ax0[i], ax1[i]) - r, max(ax0[i], ax1[i]) + r, min(ay0[i], ay1[i]) - r, max(ay0[i], ay1[i]) + r
            for j in range(b_off[b], b_off[b + 1]):
                if (bx0[j] < w and bx1[j] < w) or (bx0[j] > e and bx1[j] > e):
                    continue
                if (by0[j] < s and by1[j] < s) or (by0[j] > t and by1[j] > t):
                    continue
                square, u, v = _apart(ax0[i], ay0[i], ax1[i], ay1[i], bx0[j], by0[j], bx1[j], by1[j])
                if square < best or (square == best and gap[p] == np.inf):
                    best = square
                    gap[p], on_a[p], on_b[p] = math.sqrt(square), am[i] + u, bm[j] + v
    return gap, on_a, on_b


@jit
def _apart(ax: float, ay: float, bx: float, by: float, cx: float, cy: float, dx: float, dy: float) -> tuple[float, float, float]:
    """Squared distance of two straight bits, and where on each it lies, metres from its start."""
    ux, uy, vx, vy = bx - ax, by - ay, dx - cx, dy - cy
    det = ux * vy - uy * vx
    size_u, size_v = math.hypot(ux, uy), math.hypot(vx, vy)
    if det != 0.0:
        s = ((cx - ax) * vy - (cy - ay) * vx) / det
        t = ((cx - ax) * uy - (cy - ay) * ux) / det
        if 0.0 <= s <= 1.0 and 0.0 <= t <= 1.0:
            return 0.0, s * size_u, t * size_v
    best, on_u, on_v = np.inf, 0.0, 0.0
    for end in range(2):
        s = _foot(cx + end * vx, cy + end * vy, ax, ay, ux, uy)
        square = (ax + s * ux - cx - end * vx) ** 2 + (ay + s * uy - cy - end * vy) ** 2
        if square < best:
            best, on_u, on_v = square, s * size_u, end * size_v
        t = _foot(ax + end * ux, ay + end * uy, cx, cy, vx, vy)
        square = (cx + t * vx - ax - end * ux) ** 2 + (cy + t * vy - ay - end * uy) ** 2
        if square < best:
            best, on_u, on_v = square, end * size_u, t * size_v
    return best, on_u, on_v


@jit
def _foot(px: float, py: float, x: float, y: float, ux: float, uy: float) -> float:
    """Share of the bit at which the foot of a point lies, kept on the bit."""
    size = ux * ux + uy * uy
    return 0.0 if size == 0.0 else min(1.0, max(0.0, ((px - x) * ux + (py - y) * uy) / size))
