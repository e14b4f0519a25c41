"""Hits: the stretches where a footprint meets an area. They answer the rules, whoever owns the metre; they may overlap."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geo.areas import AreaSet
from geo.axis import MM, Axes
from geo.footprint import DUG, OPEN, Parts
from geo.kernel import TOUCH_M, meet
from geo.pits import Pits, meets

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

# Below this many pairs a second thread costs more than it brings.
THREAD_PAIRS = 20_000
CORES = os.cpu_count() or 1


@dataclass(frozen=True)
class Hits:
    """Stretches in whole millimetres; ``area`` indexes the area set; ``mode``: how the work lies there."""

    route: Ints
    area: Ints
    lo: Ints
    hi: Ints
    mode: npt.NDArray[np.int8]

    @property
    def open(self) -> Bools:
        """The footprint there is excavated."""
        return np.isin(self.mode, DUG)

    def where(self, mask: Bools) -> "Hits":
        """The hits that the mask keeps."""
        return Hits(self.route[mask], self.area[mask], self.lo[mask], self.hi[mask], self.mode[mask])

    def stretched(self, index: Ints, lo: Ints, hi: Ints) -> "Hits":
        """Hits ``index`` narrowed to new ends."""
        return Hits(self.route[index], self.area[index], lo, hi, self.mode[index])

    @staticmethod
    def join(some: "list[Hits]") -> "Hits":
        """One table of several, in route order."""
        route = np.concatenate([h.route for h in some])
        order = np.argsort(route, kind="stable")
        columns = [np.concatenate([getattr(h, name) for h in some])[order] for name in ("area", "lo", "hi", "mode")]
        return Hits(route[order], *columns)


_EMPTY = np.zeros(0, dtype=np.int64)
NONE = Hits(_EMPTY, _EMPTY, _EMPTY, _EMPTY, np.zeros(0, dtype=np.int8))


@dataclass(frozen=True)
class HitSet:
    """Hits of one area set: with the best widths, and with the least and the most that the defaults allow."""

    areas: AreaSet
    best: Hits
    least: Hits
    most: Hits


def near(boxes: Floats, areas: AreaSet, reach: Floats) -> tuple[Ints, Ints]:
    """Pairs (box, area) whose boxes come within reach, sorted. ``boxes``: (n, 4)."""
    if len(boxes) == 0 or areas.n == 0:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    grown = shapely.box(boxes[:, 0] - reach, boxes[:, 1] - reach, boxes[:, 2] + reach, boxes[:, 3] + reach)
    left, right = areas.tree.query(grown)
    code = np.sort(left.astype(np.int64) * np.int64(areas.n) + right)  # one sort of whole numbers beats one of pairs
    return code // areas.n, code % areas.n


def hit_set(parts: Parts, areas: AreaSet) -> HitSet:
    """All hits of the parts and of the pits on one area set."""
    found = _part_hits(parts, areas)
    return merged(found, _pit_hits(parts.pits, areas)) if parts.pits.n else found


def _pit_hits(pits: Pits, areas: AreaSet) -> dict[str, Hits]:
    """Hits of the pits, by the names of the tables of a :class:`HitSet`."""
    pit, area = near(pits.boxes(), areas, np.zeros(pits.n))

    def run(half: Floats, radius: Floats) -> Hits:
        pair, lo, hi = meets(pits, areas, pit, area, half, radius)
        return Hits(pits.route[pit[pair]], area[pair], lo, hi, np.full(len(pair), OPEN, dtype=np.int8))

    best = run(pits.half_m, areas.radius)
    if not (pits.estimated or areas.estimated):
        return dict.fromkeys(("best", "least", "most"), best)
    return {"best": best, "least": run(pits.half_low_m, areas.radius_low), "most": run(pits.half_high_m, areas.radius_high)}


def _part_hits(parts: Parts, areas: AreaSet) -> HitSet:
    reach = np.nan_to_num(np.fmax(parts.half_high_m, parts.half_m), nan=0.0)
    pairs = near(parts.axes.edges.boxes(), areas, reach)
    if not (parts.estimated or areas.estimated):
        best, _ = _hits(parts, areas, pairs, parts.half_m, areas.radius)
        return HitSet(areas, best, best, best)
    # The widest first: what it does not meet, narrower widths cannot meet either.
    most, pairs = _hits(parts, areas, pairs, parts.half_high_m, areas.radius_high)
    best, pairs = _hits(parts, areas, pairs, parts.half_m, areas.radius)
    least, _ = _hits(parts, areas, pairs, parts.half_low_m, areas.radius_low)
    return HitSet(areas, best, least, most)


def _hits(parts: Parts, areas: AreaSet, pairs: tuple[Ints, Ints], half: Floats, radius: Floats) -> tuple[Hits, tuple[Ints, Ints]]:
    """Hits of the pairs, and the pairs that hit."""
    part, area = pairs
    reach = half[part] + radius[area]
    index, lo, hi = intervals(parts.axes, areas, part, area, np.where(reach > TOUCH_M, reach - TOUCH_M, reach))
    a, b = np.rint(lo * MM).astype(np.int64), np.rint(hi * MM).astype(np.int64)
    keep = b > a
    index = index[keep]
    hit = index[np.concatenate([[True], index[1:] != index[:-1]])] if len(index) else index  # in order already
    found = Hits(parts.route[part[index]], area[index], a[keep], b[keep], parts.mode[part[index]])
    return found, (part[hit], area[hit])


def intervals(axes: Axes, areas: AreaSet, axis: Ints, area: Ints, radius: Floats) -> tuple[Ints, Floats, Floats]:
    """Where each pair's axis lies nearer than its radius to its area: (pair, from_m, to_m), not rounded."""
    a, b = axes.edges, areas.edges

    def run(pick: slice) -> tuple[Ints, Floats, Floats]:
        pair, lo, hi = meet(
            a.offsets, a.x0, a.y0, a.x1, a.y1, axes.measure, b.offsets, b.x0, b.y0, b.x1, b.y1, areas.solid,
            axis[pick], area[pick], radius[pick],
        )  # fmt: skip
        return pair + pick.start, lo, hi

    if len(axis) < THREAD_PAIRS:
        return run(slice(0, len(axis)))
    cuts = np.linspace(0, len(axis), 4 * CORES + 1).astype(int)
    with ThreadPoolExecutor(CORES) as pool:
        done = list(pool.map(run, [slice(s, e) for s, e in pairwise(cuts)]))
    return tuple(np.concatenate(columns) for columns in zip(*done, strict=True))  # type: ignore[return-value]


def merged(hits: HitSet, extra: dict[str, Hits]) -> HitSet:
    """The set with further hits (of pits, of outlines) added to each of its tables; what was one table stays one."""
    pairs = {name: (getattr(hits, name), more) for name, more in extra.items()}
    joined = {(id(one), id(more)): Hits.join([one, more]) for one, more in pairs.values()}
    tables: dict[str, Any] = {name: joined[id(one), id(more)] for name, (one, more) in pairs.items()}
    return replace(hits, **tables)
