"""Works on the same stretch: every pair that shares metres of a road (or of a corridor off it), and every crossing.

Two works share a stretch of a road where both run along it (within the angle tolerance), in its space, no further apart
than the pack's distance. Off the road, and across roads that lie side by side, they share the stretch of the longer
axis (of equal ones the lower id's) beside which the other runs. Pairs that come close without sharing a stretch cross.
The record of a pair is one and the same from either side: the lower ``work_id`` is always ``a``.

Stretches chain where they follow one another on one road, or on roads of one name or with a common end; the minimum is
asked of the chain, not of the single road segment.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.colocation.near import Near, Sets, near_pairs
from geo.colocation.placing import Placed, ordered, turn_of
from geo.colocation.placing_kernel import overlaps, place
from geo.colocation.rows import match_rows
from geo.colocation.shared import Raw, Stretches, chain_length_mm, chained, merged, without
from geo.law.coordination import Coordination

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Matches:
    """``rows``: one row per stretch of a pair (:data:`geo.colocation.rows.COLUMNS`). ``a``/``b`` number the works of the
    first set and, after them, those of the second (where there is another). ``left_out``: how many near pairs are no
    match, by reason.
    """

    rows: pd.DataFrame
    left_out: Mapping[str, int]


def match(first: Placed, settings: Coordination, second: Placed | None = None, min_shared_m: float | None = None) -> Matches:
    """Every match among the works of a set, or between new works and those of a second set.

    ``min_shared_m`` replaces the pack's minimum. Both sets must be placed on the same network.
    """
    sets = Sets.of(first, second or first)
    least = settings.min_shared_m if min_shared_m is None else min_shared_m
    roads = merged(_on_roads(sets, settings.distance_m))
    near = near_pairs(sets, settings.off_road_m)
    shared = _joined(roads, merged(_in_corridors(sets, near, roads, settings)))
    net = first.network
    shared = chained(shared, net.name, (net.start, net.end), settings.distance_m)
    enough = (chain_length_mm(shared) >= round(least * 1000)) & (shared.length_mm > 0)
    kept = shared.where(enough)
    n = np.int64(max(len(sets.rank), 1))
    pair, matched = near.a * n + near.b, kept.a * n + kept.b
    short, at = np.unique(shared.a[~enough] * n + shared.b[~enough], return_inverse=True)
    short_mm = np.bincount(at, shared.length_mm[~enough], len(short) + 1)  # the last is nobody's
    # Near pairs that share too little are left out, unless one really meets the other.
    crosses = ~np.isin(pair, matched) & (~np.isin(pair, short) | (near.apart_m <= 0))
    left_out = {"below_minimum": len(np.setdiff1d(short, np.concatenate([matched, pair[crosses]])))}
    crossing = near.where(crosses)
    road = sets.road_at(crossing.b, crossing.on_b)
    road = np.where(road >= 0, road, sets.road_at(crossing.a, crossing.on_a))
    of = np.searchsorted(short, pair[crosses])
    of[~np.isin(pair[crosses], short)] = len(short)
    return Matches(match_rows(sets.works, net, kept, crossing, road, short_mm[of] / 1000, settings), left_out)


def _on_roads(sets: Sets, distance_m: float) -> Raw:
    """Bits of road along which two works both run."""
    first, second = sets.first, sets.second
    left, right, table = overlaps(
        sets.rank[: first.n], first.work, first.road, first.along,
        sets.rank[sets.shift :], second.work, second.along, second.by_road, second.top, distance_m, sets.alone,
    )  # fmt: skip
    a, b = sets.canonical(first.work[left], second.work[right] + sets.shift)
    return Raw(a, b, first.road[left], table)


def _in_corridors(sets: Sets, near: Near, known: Stretches, settings: Coordination) -> Raw:
    """Bits of the longer axis of near pairs beside which the other runs, less what they share on a road already."""
    a, b = near.a, near.b
    length, breadth = sets.column("length_mm"), sets.column("breadth_m")
    lead_is_a = (length[a] > length[b]) | ((length[a] == length[b]) & (sets.rank[a] < sets.rank[b]))
    lead, other = np.where(lead_is_a, a, b), np.where(lead_is_a, b, a)
    works, lines = sets.axes(other), sets.axes(lead)
    w, e = works.edges, lines.edges
    pair, _, table = ordered(*place(
        w.offsets, w.x0, w.y0, w.x1, w.y1, works.measure, e.offsets, e.x0, e.y0, e.x1, e.y1, lines.measure,
        np.arange(len(a) + 1), np.arange(len(a)), settings.off_road_m + breadth[a] + breadth[b], turn_of(settings),
    ))  # fmt: skip
    on_line = np.array([table[0], table[1], np.zeros(len(pair)), np.zeros(len(pair))])
    first = lead_is_a[pair]
    of_a, of_b = np.where(first, on_line, table[2:]), np.where(first, table[2:], on_line)
    raw = Raw(a[pair], b[pair], np.full(len(pair), -1), np.vstack([table[:2], of_a, of_b]))
    return without(raw, known, first, len(sets.rank))


def _joined(one: Stretches, two: Stretches) -> Stretches:
    names = [name for name in one.__dataclass_fields__ if name != "chain"]
    columns = {name: np.concatenate([getattr(one, name), getattr(two, name)]) for name in names}
    return Stretches(**columns, chain=np.arange(len(columns["a"])))
