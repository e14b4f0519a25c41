"""What a work occupies: the trench along its axis, the pits at the ends of bored spans, nothing along the bored spans.

Parts are stretches of axis with a half width, pits are squares (:mod:`geo.pits`). A rule about excavation looks at
``open`` parts and pits only; a rule about the line itself looks at all. Where width or pit come from a default of the
pack, ``half_low_m`` and ``half_high_m`` bound them. The ``mode`` of a part: open cut, bored, hung (overhead, on a
bridge), housed (in a utility tunnel, under water), unsaid. Only open cut, unsaid and pits excavate: a burial that
nobody stated is open cut, except that along a bridge it may as well hang.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.axis import MM, Axes, Edges
from geo.columns import numbers, positive, unclear, words
from geo.compiled import jit
from geo.intervals import STRIDE
from geo.law.pack import Estimate, Measures
from geo.pits import Pits, pits_at
from geo.spans import place_spans

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Modes = npt.NDArray[np.int8]

OPEN, BORED, HUNG, HOUSED, UNSAID = np.int8(0), np.int8(1), np.int8(2), np.int8(3), np.int8(4)
MODES = {None: UNSAID, "open": OPEN, "bored": BORED, "overhead": HUNG, "tunnel": HOUSED, "underwater": HOUSED}
DUG = (OPEN, UNSAID)


@dataclass(frozen=True)
class Parts:
    """Stretches of axis that a work occupies, and its pits. ``axes`` measures from the start of the whole route."""

    route: Ints
    axes: Axes
    mode: Modes
    half_m: Floats
    half_low_m: Floats
    half_high_m: Floats
    pits: Pits

    @property
    def estimated(self) -> bool:
        """Some trench width is a default."""
        known = self.half_low_m == self.half_high_m
        return not bool(known.all())

    def reach_m(self, n: int) -> Floats:
        """How far the footprint of each of ``n`` routes may reach from its axis, metres."""
        out = np.zeros(n)
        np.maximum.at(out, self.route, np.fmax(self.half_high_m, self.half_m))
        np.maximum.at(out, self.pits.route, self.pits.reach_m())
        return out


@dataclass(frozen=True)
class Footprints:
    """The parts of all routes, and for each route its mode where no span says otherwise, its trench width and how much of
    it is open cut. ``unclear``: what was written of the burial or in the table of spans cannot be read, so that every
    metre may be dug, and none surely is."""

    parts: Parts
    mode: Modes
    unclear: Bools
    trench_m: Floats
    trench_estimated: Bools
    open_route: Ints
    open_mm: npt.NDArray[np.int64]


def footprints(axes: Axes, frame: pd.DataFrame, spans: pd.DataFrame | None, measures: Measures) -> Footprints:
    """Parts of every route: open cut, bored and pits, from ``burial`` and, where there is one, the table of spans.

    Raises BadInput where spans name a number that several routes bear."""
    utility = words(frame, "utility")
    mode = np.array([MODES.get(burial, UNSAID) for burial in words(frame, "burial")], dtype=np.int8).reshape(-1)
    murky = unclear(frame, "burial")
    mode[murky] = UNSAID
    width = positive(frame, "trench_width_m")
    default = {name: _three(estimate) for name, estimate in measures.trench_width_m.items()}
    guess = np.array([default.get(u or "", default["default"]) for u in utility]).reshape(-1, 3)
    given = ~np.isnan(width)
    half = np.where(given[:, None], width[:, None], guess) / 2
    bored = _spans(axes, mode, frame, spans, murky)
    table = _stretches(axes, mode, bored)
    route, part_mode = table["route"].to_numpy(dtype=np.int64), table["mode"].to_numpy(dtype=np.int8)
    dug = np.isin(part_mode, DUG)
    three = np.where(dug[:, None], half[route], 0.0)
    whole = table["whole"].to_numpy(dtype=bool)
    pieces = axes if whole.all() and len(route) == axes.n else cut_many(axes, table)
    parts = Parts(route, pieces, part_mode, three[:, 1], three[:, 0], three[:, 2], _pits(axes, bored, table, measures))
    cut_mm = np.rint(table[["from_m", "to_m"]].to_numpy(dtype=float)[dug] * MM).astype(np.int64)
    return Footprints(parts, mode, murky, half[:, 1] * 2, ~given, route[dug], cut_mm)


def _three(estimate: Estimate) -> tuple[float, float, float]:
    return estimate.low, estimate.value, estimate.high


SPAN_COLUMNS = ["route", "from_m", "to_m", "mode", "pit_from_m2", "pit_to_m2"]
PART_COLUMNS = ["route", "from_m", "to_m", "mode", "spanned", "whole"]


def _spans(axes: Axes, mode: Modes, frame: pd.DataFrame, spans: pd.DataFrame | None, murky: Bools) -> pd.DataFrame:
    """Stretches laid otherwise than by open cut, in order along their routes: those of the table, clipped to their axis,
    and the whole of every bored route that has none there."""
    length = axes.length_m()
    given = pd.DataFrame(columns=SPAN_COLUMNS, dtype=float)
    placed = place_spans(frame, spans)
    if placed is not None and len(placed):
        kind = np.array([MODES.get(burial, UNSAID) for burial in words(placed, "burial")], dtype=np.int8)
        columns = {name: numbers(placed, name) for name in ("from_m", "to_m", "pit_from_m2", "pit_to_m2")}
        given = pd.DataFrame({"route": placed["row"].to_numpy(dtype=np.int64), "mode": kind} | columns)
        end = np.minimum(given["to_m"], length[given["route"].to_numpy(dtype=np.int64)])
        given = given.assign(from_m=given["from_m"].clip(lower=0.0), to_m=end)
        given = given[(given["to_m"] > given["from_m"]) & ~murky[given["route"].to_numpy(dtype=np.int64)]]
    spanned = np.zeros(axes.n, dtype=np.bool_)
    spanned[given["route"].to_numpy(dtype=np.int64)] = True
    plain = np.flatnonzero((mode == BORED) & ~spanned)
    nan = np.full(len(plain), np.nan)
    through = pd.DataFrame(
        {"route": plain, "from_m": 0.0, "to_m": length[plain], "mode": BORED, "pit_from_m2": nan, "pit_to_m2": nan}
    )
    table = pd.concat([one for one in (given, through) if len(one)] or [through])[SPAN_COLUMNS]
    return table.sort_values(["route", "from_m"], kind="stable", ignore_index=True)


def _stretches(axes: Axes, mode: Modes, spans: pd.DataFrame) -> pd.DataFrame:
    """One row a part, in order. Where spans overlap the earlier goes first; what none covers follows the route's mode."""
    length = axes.length_m()
    route = spans["route"].to_numpy(dtype=np.int64)
    before = spans.groupby("route")["to_m"].cummax().groupby(route).shift(fill_value=0.0).to_numpy(dtype=float)
    start, stop = spans["from_m"].to_numpy(dtype=float), spans["to_m"].to_numpy(dtype=float)
    named = np.unique(route)
    last = np.zeros(axes.n)
    np.maximum.at(last, route, stop)
    plain = np.setdiff1d(np.arange(axes.n), named)
    every = [
        (route, np.maximum(start, before), stop, spans["mode"].to_numpy(dtype=np.int8), True, False),
        (route, before, start, mode[route], False, False),
        (named, last[named], length[named], mode[named], False, False),
        (plain, np.zeros(len(plain)), length[plain], mode[plain], False, True),
    ]
    rows = [pd.DataFrame(dict(zip(PART_COLUMNS, one, strict=True))) for one in every]
    table = pd.concat([one[(one["to_m"] > one["from_m"]) | one["whole"]] for one in rows if len(one)] or rows[-1:])
    return table.sort_values(["route", "from_m"], kind="stable", ignore_index=True)


def _pits(axes: Axes, spans: pd.DataFrame, parts: pd.DataFrame, measures: Measures) -> Pits:
    """A square pit of the stated area at each end of every bored span; a default where none is stated, none where it is 0.
    What no span covers of a bored route has default pits where it does not go on in a bored span."""
    bored = spans[spans["mode"] == BORED]
    rest = parts[(parts["mode"] == BORED) & ~parts["spanned"]]
    ends = np.concatenate([_key(bored, "from_m"), _key(bored, "to_m")])
    more = {f"pit_{end}2": np.where(np.isin(_key(rest, end), ends), 0.0, np.nan) for end in ("from_m", "to_m")}
    if len(rest):
        bored = pd.concat([one for one in (bored, rest.assign(**more)) if len(one)])
    route = np.repeat(bored["route"].to_numpy(dtype=np.int64), 2)
    at_m = bored[["from_m", "to_m"]].to_numpy(dtype=float).reshape(-1)
    area = bored[["pit_from_m2", "pit_to_m2"]].to_numpy(dtype=float).reshape(-1)
    three = np.where(np.isnan(area)[:, None], np.array(_three(measures.pit_area_m2)), area[:, None])
    ahead = np.tile([True, False], len(bored))
    there = area != 0
    return pits_at(axes, route[there], at_m[there], ahead[there], three[there])


def _key(table: pd.DataFrame, end: str) -> Ints:
    """One number for each place on a route, to the millimetre."""
    return table["route"].to_numpy(dtype=np.int64) * STRIDE + np.rint(table[end].to_numpy(dtype=float) * MM).astype(np.int64)


def cut_many(axes: Axes, table: pd.DataFrame) -> Axes:
    """The stretches ``from_m``–``to_m`` of the axes ``route`` as axes of their own that keep the measure of the whole."""
    e = axes.edges
    route = table["route"].to_numpy(dtype=np.int64)
    start, stop = table["from_m"].to_numpy(dtype=float), table["to_m"].to_numpy(dtype=float)
    offsets, x0, y0, x1, y1, measure = _cut_many(e.offsets, e.x0, e.y0, e.x1, e.y1, axes.measure, route, start, stop)
    return Axes(Edges(offsets, x0, y0, x1, y1), measure)


@jit
def _cut_many(off: Ints, x0: Floats, y0: Floats, x1: Floats, y1: Floats, m: Floats, route: Ints, start: Floats, stop: Floats
) -> tuple[Ints, Floats, Floats, Floats, Floats, Floats]:  # fmt: skip
    n = 0
    for p in range(len(route)):
        n += off[route[p] + 1] - off[route[p]]
    out_off = np.zeros(len(route) + 1, np.int64)
    ox0, oy0, ox1, oy1, om = np.empty(n), np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    k = 0
    for p in range(len(route)):
        for i in range(off[route[p]], off[route[p] + 1]):
            dx, dy = x1[i] - x0[i], y1[i] - y0[i]
            length = np.sqrt(dx * dx + dy * dy)
            lo, hi = max(start[p] - m[i], 0.0), min(stop[p] - m[i], length)
            if hi > lo:
                ox0[k], oy0[k] = x0[i] + dx * lo / length, y0[i] + dy * lo / length
                ox1[k], oy1[k] = x0[i] + dx * hi / length, y0[i] + dy * hi / length
                om[k] = m[i] + lo
                k += 1
        out_off[p + 1] = k
    return out_off, ox0[:k], oy0[:k], ox1[:k], oy1[:k], om[:k]
