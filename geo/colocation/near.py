"""Two sets of works side by side, and which of their works come near each other."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.axis import Axes, Edges
from geo.colocation.placing import Placed
from geo.colocation.placing_kernel import closest
from geo.hits import CORES, THREAD_PAIRS

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Sets:
    """One set of works against itself, or new works against those that stand. Works are numbered through both: first the
    first set, then (if it is another) the second. ``rank``: the order of their ids; one id is one work."""

    first: Placed
    second: Placed
    rank: Ints

    @staticmethod
    def of(first: Placed, second: Placed) -> "Sets":
        """The two sets with the order of their ids; the larger second one keeps what it knows of its own."""
        known, place_of = second.ids
        if first is second:
            return Sets(first, second, place_of)
        new = first.works["work_id"].astype(str).to_numpy(dtype=object)
        order = np.argsort(np.argsort(new, kind="stable"), kind="stable")
        at = np.searchsorted(known, new)
        same = known[np.minimum(at, len(known) - 1)] == new if len(known) else np.zeros(len(new), dtype=np.bool_)
        step = np.int64(len(new) + 2)  # room between two known ids for every new one
        rank = np.where(same, (at + 1) * step, at * step + 1 + order)
        return Sets(first, second, np.concatenate([rank, (place_of + 1) * step]))

    @property
    def alone(self) -> bool:
        """The set is matched against itself."""
        return self.first is self.second

    @property
    def shift(self) -> int:
        """Number of the first work of the second set."""
        return 0 if self.alone else self.first.n

    def works(self, number: Ints) -> pd.DataFrame:
        """Rows of some works, in the order asked, without their shapes."""
        if self.alone:
            return self.first.table.take(number)
        late = number >= self.shift
        rows = pd.concat([self.first.table.take(number[~late]), self.second.table.take(number[late] - self.shift)])
        back = np.empty(len(number), dtype=np.int64)
        back[np.concatenate([np.flatnonzero(~late), np.flatnonzero(late)])] = np.arange(len(number))
        return rows.take(back)

    def column(self, name: str) -> Any:
        """A column of :class:`Placed` for all works."""
        one = getattr(self.first, name)
        return one if self.alone else np.concatenate([one, getattr(self.second, name)])

    def canonical(self, one: Ints, two: Ints) -> tuple[Ints, Ints]:
        """Pairs with the lower id first."""
        swap = self.rank[one] > self.rank[two]
        return np.where(swap, two, one), np.where(swap, one, two)

    def road_at(self, work: Ints, at_m: Floats) -> Ints:
        """The road along which each work runs at a measure of its axis, -1 where none."""
        late = work >= self.shift if not self.alone else np.ones(len(work), dtype=np.bool_)
        out = np.empty(len(work), dtype=np.int64)
        out[~late] = self.first.road_at(work[~late], at_m[~late])
        out[late] = self.second.road_at(work[late] - self.shift, at_m[late])
        return out

    def axes(self, work: Ints) -> Axes:
        """Axes of some works, repeated as asked."""
        if self.alone:
            return taken(self.first.axes, work)
        late = work >= self.shift
        one, two = taken(self.first.axes, work[~late]), taken(self.second.axes, work[late] - self.shift)
        count = np.concatenate([np.diff(one.edges.offsets), np.diff(two.edges.offsets)])
        ends = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
        columns = [np.concatenate([getattr(one.edges, name), getattr(two.edges, name)]) for name in ("x0", "y0", "x1", "y1")]
        back = np.empty(len(work), dtype=np.int64)
        back[np.concatenate([np.flatnonzero(~late), np.flatnonzero(late)])] = np.arange(len(work))
        return taken(Axes(Edges(ends, *columns), np.concatenate([one.measure, two.measure])), back)


def taken(axes: Axes, which: Ints) -> Axes:
    """Some axes, repeated as asked."""
    off = axes.edges.offsets
    count = off[which + 1] - off[which]
    ends = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    index = np.repeat(off[which] - ends[:-1], count) + np.arange(ends[-1])
    e = axes.edges
    return Axes(Edges(ends, e.x0[index], e.y0[index], e.x1[index], e.y1[index]), axes.measure[index])


@dataclass(frozen=True)
class Near:
    """Pairs of works, the lower id first, metres between their footprints, and the measure on each axis of the closest
    place."""

    a: Ints
    b: Ints
    apart_m: Floats
    on_a: Floats
    on_b: Floats

    def where(self, keep: npt.NDArray[Any]) -> "Near":
        """The pairs that a mask picks."""
        return Near(*(getattr(self, field.name)[keep] for field in fields(self)))


def near_pairs(sets: Sets, off_road_m: float) -> Near:
    """Pairs whose footprints come within the distance."""
    first, second = sets.first, sets.second
    reach = off_road_m + first.half_m
    bounds = shapely.bounds(first.shapes) + reach[:, None] * np.array([-1, -1, 1, 1])
    one, two = second.tree.query(shapely.box(*bounds.T)).astype(np.int64)
    rank = sets.rank[one], sets.rank[two + sets.shift]
    keep = rank[0] < rank[1] if sets.alone else rank[0] != rank[1]
    one, two = one[keep], two[keep]
    half = first.half_m[one] + second.half_m[two]
    gap, on_one, on_two = _closest(first.axes, second.axes, one, two, off_road_m + half)
    shaped = np.flatnonzero(first.outline[one] | second.outline[two])
    if len(shaped):
        gap[shaped], on_one[shaped], on_two[shaped] = _closest_shapes(first, second, one[shaped], two[shaped])
    close = gap <= off_road_m + half
    one, two, on_one, on_two = one[close], two[close], on_one[close], on_two[close]
    a, b = sets.canonical(one, two + sets.shift)
    swapped = a != one
    apart = np.maximum(gap[close] - half[close], 0.0)
    return Near(a, b, apart, np.where(swapped, on_two, on_one), np.where(swapped, on_one, on_two))


def _closest(first: Axes, second: Axes, a: Ints, b: Ints, limit: Floats) -> tuple[Floats, Floats, Floats]:
    e, f = first.edges, second.edges
    lines = e.offsets, e.x0, e.y0, e.x1, e.y1, first.measure, f.offsets, f.x0, f.y0, f.x1, f.y1, second.measure
    gap, on_a, on_b = in_chunks(len(a), lambda pick: closest(*lines, a[pick], b[pick], limit[pick]))
    return gap, on_a, on_b


def in_chunks(n: int, run: Callable[[slice], tuple[Floats, ...]]) -> Any:
    """``run`` over slices of ``n`` rows in threads (the kernels hold no lock), the columns joined again."""
    if n < THREAD_PAIRS:
        return run(slice(0, n))
    cuts = np.linspace(0, n, 4 * CORES + 1).astype(int)
    with ThreadPoolExecutor(CORES) as pool:
        done = list(pool.map(run, [slice(s, e) for s, e in pairwise(cuts)]))
    return tuple(np.concatenate(columns) for columns in zip(*done, strict=True))


def _closest_shapes(first: Placed, second: Placed, a: Ints, b: Ints) -> tuple[Floats, Floats, Floats]:
    """As :func:`_closest` for pairs with an outline: between the shapes; the measure is that of the foot on each axis."""
    meet = shapely.shortest_line(first.shapes[a], second.shapes[b])
    feet = []
    for axes, work, end in ((first.axes, a, 0), (second.axes, b, 1)):
        spot = shapely.get_point(meet, end)
        feet.append(_foot(taken(axes, work), shapely.get_x(spot), shapely.get_y(spot)))
    return shapely.length(meet), feet[0], feet[1]


def _foot(axes: Axes, x: Floats, y: Floats) -> Floats:
    """Measure of the foot of one point on each axis."""
    e, owner = axes.edges, axes.edges.owner
    dx, dy = e.x1 - e.x0, e.y1 - e.y0
    size = np.maximum(dx * dx + dy * dy, 1e-18)
    t = np.clip(((x[owner] - e.x0) * dx + (y[owner] - e.y0) * dy) / size, 0.0, 1.0)
    square = (e.x0 + t * dx - x[owner]) ** 2 + (e.y0 + t * dy - y[owner]) ** 2
    order = np.lexsort((square, owner))
    best = order[np.concatenate([[True], owner[order][1:] != owner[order][:-1]])] if len(order) else order
    return np.asarray(axes.measure[best] + t[best] * np.sqrt(size[best]))
