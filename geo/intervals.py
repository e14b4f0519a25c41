"""Sets of stretches in whole millimetres: union, intersection and complement for many routes at once.

Stretches are parallel arrays ``route, lo, hi`` (int64; millimetres along the route, lo < hi). Whole millimetres make
every sum exact, so nothing here needs a tolerance.
"""

import numpy as np
import numpy.typing as npt

from geo.compiled import jit

Ints = npt.NDArray[np.int64]

# Longer than any route in millimetres: a route's number times this keeps the routes apart on one axis of integers.
STRIDE = np.int64(10**10)


def union(route: Ints, lo: Ints, hi: Ints) -> tuple[Ints, Ints, Ints]:
    """Disjoint stretches in order that cover the same ground; touching ones become one."""
    if len(route) == 0:
        return route, lo, hi
    start, end = route * STRIDE + lo, route * STRIDE + hi
    order = np.argsort(start, kind="stable")
    start, end = start[order], end[order]
    reach = np.maximum.accumulate(end)
    new = np.concatenate([[True], start[1:] > reach[:-1]])
    first = np.flatnonzero(new)
    last = np.concatenate([first[1:], [len(start)]]) - 1
    owner = start[first] // STRIDE
    return owner, start[first] - owner * STRIDE, reach[last] - owner * STRIDE


def total(route: Ints, lo: Ints, hi: Ints, n: int) -> Ints:
    """Millimetres covered on each of ``n`` routes, overlaps counted once."""
    owner, a, b = union(route, lo, hi)
    out = np.zeros(n, dtype=np.int64)
    np.add.at(out, owner, b - a)
    return out


def offsets(route: Ints, n: int) -> Ints:
    """CSR offsets of sorted route numbers."""
    return np.concatenate([[0], np.cumsum(np.bincount(route, minlength=n))]).astype(np.int64)


def intersect(route: Ints, lo: Ints, hi: Ints, keep_off: Ints, keep_lo: Ints, keep_hi: Ints) -> tuple[Ints, Ints, Ints]:
    """Parts of each stretch that lie in the kept stretches of its route: (index of the stretch, lo, hi)."""
    out: tuple[Ints, Ints, Ints] = _intersect(route, lo, hi, keep_off, keep_lo, keep_hi)
    return out


@jit
def _intersect(route: Ints, lo: Ints, hi: Ints, keep_off: Ints, keep_lo: Ints, keep_hi: Ints) -> tuple[Ints, Ints, Ints]:
    n = 0
    for pass_ in range(2):
        if pass_ == 1:
            index, out_lo, out_hi = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
            n = 0
        for i in range(len(route)):
            for k in range(keep_off[route[i]], keep_off[route[i] + 1]):
                a, b = max(lo[i], keep_lo[k]), min(hi[i], keep_hi[k])
                if a < b:
                    if pass_ == 1:
                        index[n], out_lo[n], out_hi[n] = i, a, b
                    n += 1
    return index, out_lo, out_hi


def complement(route: Ints, lo: Ints, hi: Ints, length: Ints) -> tuple[Ints, Ints, Ints]:
    """What the stretches leave free on each route, from 0 to its length."""
    route, lo, hi = union(route, lo, hi)
    n = len(length)
    owner = np.concatenate([route, np.arange(n)])
    order = np.lexsort((np.concatenate([lo, length]), owner))
    start = np.concatenate([hi, length])[order]
    stop = np.concatenate([lo, length])[order]
    owner = owner[order]
    before = np.concatenate([[0], start[:-1]])
    before[np.concatenate([[True], owner[1:] != owner[:-1]])] = 0
    keep = stop > before
    return owner[keep], before[keep], stop[keep]
