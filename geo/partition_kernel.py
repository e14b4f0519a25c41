"""Compiled loops of the ground partition: each metre of an axis belongs to one road, or to none.

交叉口归等级高的路，同级归中心线近的路，再同归编号小的: in a crossing the higher class owns, within a class the nearer centre
line, and within a micrometre the lower road number (roads are numbered in the order of their ids).
"""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from geo.compiled import jit
from geo.kernel import _grow, capsule, nearest

Array = npt.NDArray[Any]

OFF_ROAD = -1
SAME_M = 1e-6


@jit
def _add_roots(a: float, b: float, c: float, lo: float, hi: float, breaks: Array, n: int) -> tuple[Array, int]:
    """Roots of a·t² + b·t + c strictly within (lo, hi), double roots too."""
    if abs(a) < 1e-14:
        if abs(b) < 1e-14:
            return breaks, n
        t = -c / b
        if lo < t < hi:
            breaks = _grow(breaks, n + 1)
            breaks[n] = t
            n += 1
        return breaks, n
    root = b * b - 4 * a * c
    if root < 0.0:
        if root < -1e-9 * (b * b + abs(4 * a * c)):
            return breaks, n
        root = 0.0
    root = math.sqrt(root)
    for sign in (-1.0, 1.0):
        t = (-b + sign * root) / (2 * a)
        if lo < t < hi:
            breaks = _grow(breaks, n + 1)
            breaks[n] = t
            n += 1
    return breaks, n


@jit
def _near_edges(
    x: float, y: float, ux: float, uy: float, lo: float, hi: float, roads: Array, n_roads: int,
    off: Array, x0: Array, y0: Array, x1: Array, y1: Array, edges: Array, owners: Array,
) -> tuple[Array, Array, int, bool]:  # fmt: skip
    """Edges of the roads that can be the nearest somewhere on t in [lo, hi], and whether several roads are among them.

    Halfway the nearest lies at a distance d; nowhere on the stretch is it farther than d plus half the stretch.
    """
    px, py, d = x + (lo + hi) / 2 * ux, y + (lo + hi) / 2 * uy, np.inf
    for j in range(n_roads):
        d = min(d, nearest(px, py, x0, y0, x1, y1, off[roads[j]], off[roads[j] + 1])[0])
    reach = math.sqrt(d) + (hi - lo) / 2 + 2 * SAME_M
    sx, sy, n, several = x + lo * ux, y + lo * uy, 0, False
    for j in range(n_roads):
        for k in range(off[roads[j]], off[roads[j] + 1]):
            c, d = capsule(sx, sy, ux, uy, hi - lo, x0[k], y0[k], x1[k], y1[k], reach)
            if c <= d:
                edges, owners = _grow(edges, n + 1), _grow(owners, n + 1)
                edges[n], owners[n] = k, roads[j]
                several = several or owners[0] != roads[j]
                n += 1
    return edges, owners, n, several


@jit
def _break_points(
    x: float, y: float, ux: float, uy: float, lo: float, hi: float, edges: Array, owners: Array, n_edges: int,
    x0: Array, y0: Array, x1: Array, y1: Array, breaks: Array, quadratics: Array, whose: Array,
) -> tuple[Array, Array, Array, int]:  # fmt: skip
    """All t in (lo, hi) where the nearest road may change: projections pass ends, or squared distances are equal."""
    n, m = 0, 0
    for j in range(n_edges):
        k = edges[j]
        ex, ey = x1[k] - x0[k], y1[k] - y0[k]
        size = math.hypot(ex, ey)
        if size == 0.0:
            continue
        ex, ey = ex / size, ey / size
        s0, su = (x - x0[k]) * ex + (y - y0[k]) * ey, ux * ex + uy * ey
        breaks, n = _add_roots(0.0, su, s0, lo, hi, breaks, n)
        breaks, n = _add_roots(0.0, su, s0 - size, lo, hi, breaks, n)
        if m + 3 > len(whose):
            more = np.empty((2 * len(whose), 3))
            more[: len(whose)] = quadratics
            quadratics, whose = more, _grow(whose, len(whose))
        # Which of its three faces does the edge show to this stretch: its side, its start, its end?
        low, high = min(s0 + lo * su, s0 + hi * su), max(s0 + lo * su, s0 + hi * su)
        if high > 0.0 and low < size:
            n0, nu = (y - y0[k]) * ex - (x - x0[k]) * ey, uy * ex - ux * ey
            quadratics[m, 0], quadratics[m, 1], quadratics[m, 2], whose[m] = nu * nu, 2 * n0 * nu, n0 * n0, owners[j]
            m += 1
        if low < 0.0:
            dx, dy = x - x0[k], y - y0[k]
            quadratics[m, 0], quadratics[m, 1], quadratics[m, 2], whose[m] = (
                1.0,
                2 * (dx * ux + dy * uy),
                dx * dx + dy * dy,
                owners[j],
            )
            m += 1
        if high > size:
            dx, dy = x - x1[k], y - y1[k]
            quadratics[m, 0], quadratics[m, 1], quadratics[m, 2], whose[m] = (
                1.0,
                2 * (dx * ux + dy * uy),
                dx * dx + dy * dy,
                owners[j],
            )
            m += 1
    for i in range(m):
        for j in range(i):
            if whose[i] != whose[j]:
                a, b, c = (
                    quadratics[i, 0] - quadratics[j, 0], quadratics[i, 1] - quadratics[j, 1], quadratics[i, 2] - quadratics[j, 2],
                )  # fmt: skip
                breaks, n = _add_roots(a, b, c, lo, hi, breaks, n)
    return breaks, quadratics, whose, n


@jit
def _nearest_road(
    px: float, py: float, edges: Array, owners: Array, n_edges: int, x0: Array, y0: Array, x1: Array, y1: Array
) -> int:
    best, owner = np.inf, -1
    for j in range(n_edges):
        square, _ = nearest(px, py, x0, y0, x1, y1, edges[j], edges[j] + 1)
        distance = math.sqrt(square)
        if distance < best - SAME_M or (distance < best + SAME_M and owners[j] < owner):
            best, owner = min(best, distance), owners[j]
    return owner


@jit
def _emit(
    out_axis: Array, out_road: Array, out_lo: Array, out_hi: Array, n: int, first: int,
    axis: int, road: int, lo: float, hi: float,
) -> tuple[Array, Array, Array, Array, int]:  # fmt: skip
    """Append a piece, or lengthen the last one of this axis if it belongs to the same road."""
    if hi - lo <= 0.0:
        return out_axis, out_road, out_lo, out_hi, n
    if n > first and out_road[n - 1] == road:
        out_hi[n - 1] = hi
        return out_axis, out_road, out_lo, out_hi, n
    out_axis, out_road = _grow(out_axis, n + 1), _grow(out_road, n + 1)
    out_lo, out_hi = _grow(out_lo, n + 1), _grow(out_hi, n + 1)
    # Each piece starts at the stored end of the last: neighbours share one number.
    out_axis[n], out_road[n], out_lo[n], out_hi[n] = axis, road, out_hi[n - 1] if n > first else lo, hi
    return out_axis, out_road, out_lo, out_hi, n + 1


@jit
def partition(
    a_off: Array, ax0: Array, ay0: Array, ax1: Array, ay1: Array, am: Array, total: Array,
    h_off: Array, h_road: Array, h_lo: Array, h_hi: Array, rank: Array,
    r_off: Array, rx0: Array, ry0: Array, rx1: Array, ry1: Array,
) -> tuple[Array, Array, Array, Array]:  # fmt: skip
    """Owner of every metre. ``h_*``: for each axis the intervals that lie in a road space (CSR by axis).

    Returns (axis, road or -1, from_m, to_m): without gap or overlap from 0 to the length of each axis.
    """
    n_axes = len(a_off) - 1
    out_axis, out_road = np.empty(2 * n_axes + 16, np.int64), np.empty(2 * n_axes + 16, np.int64)
    out_lo, out_hi = np.empty(2 * n_axes + 16), np.empty(2 * n_axes + 16)
    n = 0
    roads, edges, owners = np.empty(64, np.int64), np.empty(64, np.int64), np.empty(64, np.int64)
    breaks, quadratics, whose = np.empty(256), np.empty((64, 3)), np.empty(64, np.int64)
    for a in range(n_axes):
        first, h0, h1 = n, h_off[a], h_off[a + 1]
        ends = np.empty(2 * (h1 - h0) + 2)
        ends[0], ends[1] = 0.0, total[a]
        for h in range(h0, h1):
            ends[2 * (h - h0) + 2], ends[2 * (h - h0) + 3] = min(h_lo[h], total[a]), min(h_hi[h], total[a])
        ends.sort()
        for e in range(len(ends) - 1):
            lo, hi = ends[e], ends[e + 1]
            if hi <= lo:
                continue
            middle, best, n_roads = (lo + hi) / 2, -1, 0
            for h in range(h0, h1):
                if h_lo[h] < middle < h_hi[h]:
                    road = h_road[h]
                    if rank[road] > best:
                        best, n_roads = rank[road], 0
                    if rank[road] == best:
                        known = False
                        for j in range(n_roads):
                            known = known or roads[j] == road
                        if not known:
                            roads = _grow(roads, n_roads + 1)
                            roads[n_roads] = road
                            n_roads += 1
            if n_roads < 2:
                owner = roads[0] if n_roads == 1 else OFF_ROAD
                out_axis, out_road, out_lo, out_hi, n = _emit(out_axis, out_road, out_lo, out_hi, n, first, a, owner, lo, hi)
                continue
            for i in range(a_off[a], a_off[a + 1]):
                length = math.hypot(ax1[i] - ax0[i], ay1[i] - ay0[i])
                t0, t1 = max(lo - am[i], 0.0), min(hi - am[i], length)
                if t1 - t0 <= 0.0:
                    continue
                ux, uy = (ax1[i] - ax0[i]) / length, (ay1[i] - ay0[i]) / length
                edges, owners, n_edges, several = _near_edges(
                    ax0[i], ay0[i], ux, uy, t0, t1, roads, n_roads, r_off, rx0, ry0, rx1, ry1, edges, owners
                )
                m = 0
                if several:
                    breaks, quadratics, whose, m = _break_points(
                        ax0[i], ay0[i], ux, uy, t0, t1, edges, owners, n_edges, rx0, ry0, rx1, ry1, breaks, quadratics, whose
                    )
                breaks = _grow(breaks, m + 2)
                breaks[m], breaks[m + 1] = t0, t1
                breaks[: m + 2].sort()
                for k in range(m + 1):
                    c, d = breaks[k], breaks[k + 1]
                    if d <= c:
                        continue
                    t = (c + d) / 2
                    owner = _nearest_road(ax0[i] + t * ux, ay0[i] + t * uy, edges, owners, n_edges, rx0, ry0, rx1, ry1)
                    out_axis, out_road, out_lo, out_hi, n = _emit(
                        out_axis, out_road, out_lo, out_hi, n, first, a, owner, am[i] + c, am[i] + d
                    )
        if n > first:
            out_hi[n - 1] = total[a]
    return out_axis[:n], out_road[:n], out_lo[:n], out_hi[:n]


@jit
def join_slivers(axis: Array, road: Array, cut: Array, sliver: int) -> tuple[Array, Array, Array, Array]:
    """Round-off pieces shorter than ``sliver`` (mm) join their longer neighbour; equal neighbours become one.

    ``cut``: int64 (k, 2) from/to in millimetres, sorted by axis and measure.
    """
    n, k = 0, len(axis)
    out_axis, out_road, lo, hi = np.empty(k, np.int64), np.empty(k, np.int64), np.empty(k, np.int64), np.empty(k, np.int64)
    i = 0
    while i < k:
        first, a = n, axis[i]
        while i < k and axis[i] == a:
            if cut[i, 1] > cut[i, 0]:
                if n > first and out_road[n - 1] == road[i]:
                    hi[n - 1] = cut[i, 1]
                else:
                    out_axis[n], out_road[n], lo[n], hi[n] = a, road[i], cut[i, 0], cut[i, 1]
                    n += 1
            i += 1
        j = first
        while n - first > 1 and j < n:
            if hi[j] - lo[j] >= sliver:
                j += 1
                continue
            left = hi[j - 1] - lo[j - 1] if j > first else np.int64(-1)
            right = hi[j + 1] - lo[j + 1] if j + 1 < n else np.int64(-1)
            if left >= right:
                hi[j - 1] = hi[j]
                keep = j - 1
            else:
                lo[j + 1] = lo[j]
                keep = j + 1
            shift = j
            while shift + 1 < n:
                out_road[shift], lo[shift], hi[shift] = out_road[shift + 1], lo[shift + 1], hi[shift + 1]
                shift += 1
            n -= 1
            keep = keep if keep < j else keep - 1
            while keep > first and out_road[keep - 1] == out_road[keep]:
                hi[keep - 1] = hi[keep]
                for shift in range(keep, n - 1):
                    out_road[shift], lo[shift], hi[shift] = out_road[shift + 1], lo[shift + 1], hi[shift + 1]
                n -= 1
                keep -= 1
            while keep + 1 < n and out_road[keep + 1] == out_road[keep]:
                hi[keep] = hi[keep + 1]
                for shift in range(keep + 1, n - 1):
                    out_road[shift], lo[shift], hi[shift] = out_road[shift + 1], lo[shift + 1], hi[shift + 1]
                n -= 1
            j = first
        for j in range(first, n):
            out_axis[j] = a
    return out_axis[:n], out_road[:n], lo[:n], hi[:n]
