"""Stretches that two works share: numbers from the kernels, merged, chained, and cut where they are already counted."""

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from geo.columns import unstated
from geo.compiled import jit
from geo.intervals import complement, intersect, offsets, union

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
MM = 1000.0
# What two kernels computed of one place may differ by far less than the millimetre that is kept.
TOUCH_M = 2e-3


@dataclass(frozen=True)
class Raw:
    """Straight bits of shared stretches. ``a``/``b``: works, the lower id first; ``line``: road of the network, or -1 where
    the line is the longer axis of the pair. ``table``: (10, n) metres: from and to on the line, then for ``a`` and for
    ``b`` the measure on its axis and its offset from the line (left > 0), each at both ends of the bit."""

    a: Ints
    b: Ints
    line: Ints
    table: Floats

    def where(self, keep: npt.NDArray[Any]) -> "Raw":
        """The bits that a mask or an order picks."""
        return Raw(self.a[keep], self.b[keep], self.line[keep], self.table[:, keep])


@dataclass(frozen=True)
class Stretches:
    """Merged stretches in the order of pair, line and measure. Metres; ``gap``: mean distance between the two axes, square
    to the line; ``*_least``/``*_most``: extremes of the offsets; ``chain``: stretches that follow one another share one."""

    a: Ints
    b: Ints
    line: Ints
    from_m: Floats
    to_m: Floats
    a_from: Floats
    a_to: Floats
    b_from: Floats
    b_to: Floats
    gap: Floats
    a_least: Floats
    a_most: Floats
    b_least: Floats
    b_most: Floats
    chain: Ints

    def where(self, keep: npt.NDArray[Any]) -> "Stretches":
        """The stretches that a mask or an order picks."""
        return replace(self, **{field.name: getattr(self, field.name)[keep] for field in fields(self)})

    @property
    def length_mm(self) -> Ints:
        """Length along the line, whole millimetres."""
        return np.rint(self.to_m * MM).astype(np.int64) - np.rint(self.from_m * MM).astype(np.int64)


def merged(raw: Raw) -> Stretches:
    """Bits of one pair on one line that touch become one stretch."""
    t = raw.table
    order = np.lexsort((t[0], raw.line, raw.b, raw.a))
    a, b, line, t = raw.a[order], raw.b[order], raw.line[order], t[:, order]
    same = (a[1:] == a[:-1]) & (b[1:] == b[:-1]) & (line[1:] == line[:-1])
    first = np.flatnonzero(np.concatenate([[True], ~same | (_gaps(t[0], t[1], same) > TOUCH_M)])) if len(a) else order
    if not len(first):
        none = np.zeros(0)
        return Stretches(a, b, line, none, none, none, none, none, none, none, none, none, none, none, a)
    low, high = np.minimum, np.maximum
    size = t[1] - t[0]
    weight = np.add.reduceat(size, first)
    gap = np.add.reduceat(_mean_gap(t[4] - t[8], t[5] - t[9]) * size, first) / weight
    return Stretches(
        a[first], b[first], line[first], t[0, first], high.reduceat(t[1], first),
        low.reduceat(low(t[2], t[3]), first), high.reduceat(high(t[2], t[3]), first),
        low.reduceat(low(t[6], t[7]), first), high.reduceat(high(t[6], t[7]), first), gap,
        low.reduceat(low(t[4], t[5]), first), high.reduceat(high(t[4], t[5]), first),
        low.reduceat(low(t[8], t[9]), first), high.reduceat(high(t[8], t[9]), first),
        np.arange(len(first)),
    )  # fmt: skip


@jit
def _gaps(lo: Floats, hi: Floats, same: npt.NDArray[np.bool_]) -> Floats:
    """How far each bit begins beyond the furthest end so far of its own pair and line."""
    out = np.empty(len(same))
    top = hi[0] if len(hi) else 0.0
    for i in range(1, len(lo)):
        out[i - 1] = lo[i] - top
        top = max(top, hi[i]) if same[i - 1] else hi[i]
    return out


def _mean_gap(start: Floats, end: Floats) -> Floats:
    """Mean of the absolute value of what runs straight from ``start`` to ``end``."""
    one, two = np.abs(start), np.abs(end)
    crosses = start * end < 0
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(crosses, (one**2 + two**2) / (2 * (one + two)), (one + two) / 2)


def chained(some: Stretches, name: npt.NDArray[np.object_], node: tuple[Ints, Ints], reach_m: float) -> Stretches:
    """Stretches of one pair that follow one another along the axis of ``a`` get one chain number: on one line, on roads of
    one name, or on roads with a common end, no further apart than ``reach_m``. ``name``/``node``: by road of the network."""
    if not len(some.a):
        return some
    order = np.lexsort((some.a_from, some.b, some.a))
    s = some.where(order)
    one, two = s.line[:-1], s.line[1:]
    continues = (one == two) | (one < 0) | (two < 0)
    other = np.flatnonzero(~continues)
    i, j = one[other], two[other]
    common = np.logical_or.reduce([node[p][i] == node[q][j] for p in (0, 1) for q in (0, 1)])
    continues[other] = common | ((name[i] == name[j]) & ~unstated(name[i]))
    pair = (s.a[1:] == s.a[:-1]) & (s.b[1:] == s.b[:-1])
    follows = pair & (_gaps(s.a_from, s.a_to, pair) <= reach_m) & continues  # one may lie within the one before it
    return replace(s, chain=np.cumsum(np.concatenate([[0], ~follows])))


def chain_length_mm(some: Stretches) -> Ints:
    """Shared millimetres of the chain of each stretch."""
    total: Ints = np.zeros(int(some.chain.max(initial=-1)) + 1, dtype=np.int64)
    np.add.at(total, some.chain, some.length_mm)
    return total[some.chain]


def without(raw: Raw, known: Stretches, lead_is_a: npt.NDArray[np.bool_], stride: int) -> Raw:
    """Bits on longer axes less what the pair already shares on a road. ``lead_is_a``: by bit, whose axis the line is."""
    if not len(known.a) or not len(raw.a):
        return raw
    # One number for each pair and each way to lead, so that known stretches are looked up on the right axis.
    wanted = (raw.a * np.int64(stride) + raw.b) * 2 + lead_is_a
    pair = known.a * np.int64(stride) + known.b
    asked, at = np.unique(wanted, return_inverse=True)
    lo, hi, key = [], [], []
    for side, (start, end) in enumerate(((known.b_from, known.b_to), (known.a_from, known.a_to))):
        found = np.searchsorted(asked, pair * 2 + side)
        hit = (found < len(asked)) & (asked[np.minimum(found, len(asked) - 1)] == pair * 2 + side)
        key.append(found[hit])
        lo.append(_down_mm(start[hit]))
        hi.append(np.ceil(end[hit] * MM).astype(np.int64))
    covered = union(np.concatenate(key).astype(np.int64), np.concatenate(lo), np.concatenate(hi))
    bit = _down_mm(raw.table[0]), np.ceil(raw.table[1] * MM).astype(np.int64)
    length = np.full(len(asked), int(max(bit[1].max(), *(h.max(initial=0) for h in hi))) + 1)
    free = complement(*covered, length)
    index, a, b = intersect(at.astype(np.int64), *bit, offsets(free[0], len(asked)), free[1], free[2])
    return _narrowed(raw, index, np.maximum(a / MM, raw.table[0, index]), np.minimum(b / MM, raw.table[1, index]))


def _down_mm(measure_m: Floats) -> Ints:
    """Whole millimetres at or before a measure; the foot of a first vertex may come out a hair below 0."""
    down: Ints = np.maximum(np.floor(measure_m * MM), 0).astype(np.int64)
    return down


def _narrowed(raw: Raw, index: Ints, lo: Floats, hi: Floats) -> Raw:
    t = raw.table[:, index]
    size = t[1] - t[0]
    p, q = (lo - t[0]) / size, (hi - t[0]) / size
    out = t.copy()
    out[0], out[1] = lo, hi
    for k in (2, 4, 6, 8):
        out[k], out[k + 1] = t[k] + (t[k + 1] - t[k]) * p, t[k] + (t[k + 1] - t[k]) * q
    keep = hi - lo > 1e-6
    return Raw(raw.a[index], raw.b[index], raw.line[index], out).where(keep)
