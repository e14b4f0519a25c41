"""The ground partition: each metre of an axis belongs to exactly one road, or to off-road. It answers for quantities.

Never feed rules from it: a line that crosses an arterial along a branch road may own none of the arterial.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from geo import partition_kernel as kernel
from geo.axis import MM, Axes, points_at
from geo.ground import Roads
from geo.hits import CORES, HitSet, intervals
from geo.intervals import offsets
from geo.kernel import nearest_many

Ints = npt.NDArray[np.int64]

SLIVER_MM = 100
SIDES = ("left", "right", "across")


@dataclass(frozen=True)
class Pieces:
    """Stretches of the partition, in order. ``road``: row of the roads frame, or -1 off the road. Millimetres."""

    route: Ints
    road: Ints
    lo: Ints
    hi: Ints


def ground_pieces(axes: Axes, met: HitSet, roads: Roads) -> Pieces:
    """Owner of every metre of every axis; lengths add up exactly to the rounded length of the route."""
    areas = met.areas
    # An axis lies only in roads that its footprint meets: the hits hold every pair worth asking.
    code = np.unique(met.most.route * np.int64(max(areas.n, 1)) + met.most.area)
    left, right = code // max(areas.n, 1), code % max(areas.n, 1)
    pair, lo, hi = intervals(axes, areas, left, right, areas.radius[right])
    axis, road = left[pair], roads.area_road[right[pair]]
    length = axes.length_m()
    h_off = offsets(axis, axes.n)
    chunks = np.linspace(0, axes.n, (4 * CORES if axes.n > 2000 else 1) + 1).astype(int)

    def run(k: int) -> tuple[Ints, Ints, Ints]:
        return _run(axes, length, roads, slice(int(chunks[k]), int(chunks[k + 1])), (h_off, road, lo, hi))

    with ThreadPoolExecutor(CORES) as pool:
        done = list(pool.map(run, range(len(chunks) - 1))) if len(chunks) > 2 else [run(0)]
    axis, road, cut = (np.concatenate(column) for column in zip(*done, strict=True))
    axis, road, start, stop = kernel.join_slivers(axis, road, cut, SLIVER_MM)
    row = np.concatenate([roads.row, [-1]])[road]
    return Pieces(axis, row, start, stop)


def _run(
    axes: Axes, length: npt.NDArray[np.float64], roads: Roads, rows: slice, hits: tuple[Any, ...]
) -> tuple[Ints, Ints, Ints]:
    e, off, r = axes.edges, axes.edges.offsets, roads.edges
    h_off, h_road, h_lo, h_hi = hits
    a, b = off[rows.start], off[rows.stop]
    c, d = h_off[rows.start], h_off[rows.stop]
    axis, road, lo, hi = kernel.partition(
        off[rows.start : rows.stop + 1] - a, e.x0[a:b], e.y0[a:b], e.x1[a:b], e.y1[a:b], axes.measure[a:b], length[rows],
        h_off[rows.start : rows.stop + 1] - c, h_road[c:d], h_lo[c:d], h_hi[c:d], roads.rank,
        r.offsets, r.x0, r.y0, r.x1, r.y1,
    )  # fmt: skip
    cut = np.rint(np.column_stack([lo, hi]) * MM).astype(np.int64)
    return axis + rows.start, road, cut


def sides(axes: Axes, route: Ints, lo: Ints, hi: Ints, road: Ints, roads: Roads) -> npt.NDArray[np.object_]:
    """Side of the road (in its digitised direction) on which each stretch runs: left, right, across; None off the road."""
    position = np.full(int(roads.row.max(initial=-1)) + 2, -1, dtype=np.int64)
    position[roads.row] = np.arange(len(roads.row))
    shape = np.where(road >= 0, position[road], -1)
    out = np.full(len(route), None, dtype=object)
    on = np.flatnonzero(shape >= 0)
    signs = []
    for share in (0.02, 0.5, 0.98):
        xy = points_at(axes, route[on], (lo[on] + share * (hi[on] - lo[on])) / MM)
        e = roads.edges
        signs.append(nearest_many(xy[:, 0].copy(), xy[:, 1].copy(), shape[on], e.offsets, e.x0, e.y0, e.x1, e.y1)[1])
    same_left = np.all([s >= 0 for s in signs], axis=0)
    same_right = np.all([s <= 0 for s in signs], axis=0)
    out[on] = np.where(same_left, "left", np.where(same_right, "right", "across"))
    return out
