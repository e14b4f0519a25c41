"""Compiled loops for lines against lines: where they cross or meet, and how near they come on a stretch."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from geo.compiled import jit
from geo.kernel import TOUCH_M

Array = npt.NDArray[Any]


@jit
def _to_edge(px: float, py: float, x0: float, y0: float, x1: float, y1: float) -> float:
    """Squared distance from a point to an edge."""
    ex, ey = x1 - x0, y1 - y0
    size = ex * ex + ey * ey
    t = 0.0 if size == 0.0 else min(1.0, max(0.0, ((px - x0) * ex + (py - y0) * ey) / size))
    return (px - x0 - t * ex) ** 2 + (py - y0 - t * ey) ** 2


@jit
def _cross(ax: float, ay: float, bx: float, by: float, cx: float, cy: float, dx: float, dy: float) -> float:
    """Share of a–b at which it meets c–d, ends included; -1 where it does not, or where both run in one line."""
    ux, uy, vx, vy = bx - ax, by - ay, dx - cx, dy - cy
    det = ux * vy - uy * vx
    la, lc = math.hypot(ux, uy), math.hypot(vx, vy)
    if la == 0.0 or lc == 0.0 or abs(det) < 1e-9 * la * lc:
        return -1.0
    t = ((cx - ax) * vy - (cy - ay) * vx) / det
    s = ((cx - ax) * uy - (cy - ay) * ux) / det
    if t * la < -TOUCH_M or (t - 1.0) * la > TOUCH_M or s * lc < -TOUCH_M or (s - 1.0) * lc > TOUCH_M:
        return -1.0
    return min(1.0, max(0.0, t))


@jit
def crossings(
    a_off: Array, ax0: Array, ay0: Array, ax1: Array, ay1: Array, am: Array,
    b_off: Array, bx0: Array, by0: Array, bx1: Array, by1: Array, pair_a: Array, pair_b: Array,
) -> tuple[Array, Array, Array]:  # fmt: skip
    """Where the axis of each pair crosses or meets the line: (pair, at_m, angle in degrees 0–90), in order along the pair.

    A crossing at a vertex is found by both edges and told once (to the millimetre), with the steeper angle."""
    room = len(pair_a) + 16
    out_pair, out_at, out_angle = np.empty(room, np.int64), np.empty(room), np.empty(room)
    n = 0
    for p in range(len(pair_a)):
        first = n
        for i in range(a_off[pair_a[p]], a_off[pair_a[p] + 1]):
            length = math.hypot(ax1[i] - ax0[i], ay1[i] - ay0[i])
            for j in range(b_off[pair_b[p]], b_off[pair_b[p] + 1]):
                t = _cross(ax0[i], ay0[i], ax1[i], ay1[i], bx0[j], by0[j], bx1[j], by1[j])
                if t < 0.0:
                    continue
                cosine = abs((ax1[i] - ax0[i]) * (bx1[j] - bx0[j]) + (ay1[i] - ay0[i]) * (by1[j] - by0[j]))
                cosine /= length * math.hypot(bx1[j] - bx0[j], by1[j] - by0[j])
                angle, at = math.degrees(math.acos(min(1.0, cosine))), am[i] + t * length
                k = first
                while k < n and abs(out_at[k] - at) > 1e-3:
                    k += 1
                if k < n:
                    out_angle[k] = max(out_angle[k], angle)
                    continue
                if n == len(out_at):
                    more = np.empty(n, np.int64)
                    out_pair = np.concatenate((out_pair, more))
                    out_at, out_angle = np.concatenate((out_at, np.empty(n))), np.concatenate((out_angle, np.empty(n)))
                out_pair[n], out_at[n], out_angle[n] = p, at, angle
                n += 1
    return out_pair[:n], out_at[:n], out_angle[:n]


@jit
def least_between(
    a_off: Array, ax0: Array, ay0: Array, ax1: Array, ay1: Array, am: Array,
    b_off: Array, bx0: Array, by0: Array, bx1: Array, by1: Array, pair_a: Array, pair_b: Array, lo: Array, hi: Array,
) -> Array:  # fmt: skip
    """Least distance, metres, between the stretch ``lo``–``hi`` of each axis and the line of its pair."""
    out = np.full(len(pair_a), np.inf)
    for p in range(len(pair_a)):
        best = np.inf
        for i in range(a_off[pair_a[p]], a_off[pair_a[p] + 1]):
            length = math.hypot(ax1[i] - ax0[i], ay1[i] - ay0[i])
            start, stop = max(0.0, lo[p] - am[i]), min(length, hi[p] - am[i])
            if length == 0.0 or stop < start:
                continue
            ux, uy = (ax1[i] - ax0[i]) / length, (ay1[i] - ay0[i]) / length
            sx, sy, ex, ey = ax0[i] + ux * start, ay0[i] + uy * start, ax0[i] + ux * stop, ay0[i] + uy * stop
            for j in range(b_off[pair_b[p]], b_off[pair_b[p] + 1]):
                if _cross(sx, sy, ex, ey, bx0[j], by0[j], bx1[j], by1[j]) >= 0.0:
                    best = 0.0
                    break
                best = min(best, _to_edge(sx, sy, bx0[j], by0[j], bx1[j], by1[j]))
                best = min(best, _to_edge(ex, ey, bx0[j], by0[j], bx1[j], by1[j]))
                best = min(best, _to_edge(bx0[j], by0[j], sx, sy, ex, ey))
                best = min(best, _to_edge(bx1[j], by1[j], sx, sy, ex, ey))
        out[p] = math.sqrt(best)
    return out
