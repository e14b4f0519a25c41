"""What a work occupies: the trench along its axis, the pits at the ends of bored spans, nothing along the bored spans.

Parts are stretches of axis with a half width. A rule about excavation looks at ``open`` parts only; a rule about the
line itself looks at all. Where width or pit come from a default of the pack, ``half_low_m`` and ``half_high_m`` bound
them; ``nan`` half width means that the part may not be there at all. The ``mode`` of a part: open cut, bored, hung
(overhead, on a bridge), housed (in a utility tunnel, under water); only open cut and pits excavate.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.axis import Axes, Edges
from geo.ground import positive, words
from geo.kernel import jit
from geo.pack import Measures

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

OPEN, BORED, HUNG, HOUSED = np.int8(0), np.int8(1), np.int8(2), np.int8(3)
MODES = {None: OPEN, "open": OPEN, "bored": BORED, "overhead": HUNG, "tunnel": HOUSED, "underwater": HOUSED}


@dataclass(frozen=True)
class Parts:
    """Stretches of axis that a work occupies. ``axes`` measures from the start of the whole route."""

    route: Ints
    axes: Axes
    mode: npt.NDArray[np.int8]
    pit: Bools
    half_m: Floats
    half_low_m: Floats
    half_high_m: Floats

    @property
    def estimated(self) -> bool:
        """Some width or pit is a default."""
        known = self.half_low_m == self.half_high_m
        return not bool(known.all())


@dataclass(frozen=True)
class Footprints:
    """The parts of all routes, and for each route its trench width and how much of it is open cut."""

    parts: Parts
    trench_m: Floats
    trench_estimated: Bools
    open_route: Ints
    open_mm: npt.NDArray[np.int64]


def footprints(axes: Axes, frame: pd.DataFrame, spans: pd.DataFrame | None, measures: Measures) -> Footprints:
    """Parts of every route: open cut, bored and pits, from ``burial`` and, where there is one, the table of spans."""
    utility, burial = words(frame, "utility"), words(frame, "burial")
    width = positive(frame, "trench_width_m")
    default = measures.trench_width_m
    guess = np.array([_three(default.get(u or "", default["default"])) for u in utility]).reshape(-1, 3)
    given = ~np.isnan(width)
    half = np.where(given[:, None], width[:, None], guess) / 2
    table = _stretches(axes, burial, frame, spans, measures)
    route = table["route"].to_numpy(dtype=np.int64)
    pit = table["pit"].to_numpy(dtype=bool)
    mode = table["mode"].to_numpy(dtype=np.int8)
    is_open = mode == OPEN
    three = np.where(
        pit[:, None],
        table[["pit_low", "pit_mid", "pit_high"]].to_numpy(dtype=float),
        np.where(is_open[:, None], half[route], 0.0),
    )
    whole = table["whole"].to_numpy(dtype=bool)
    pieces = axes if whole.all() and len(route) == axes.n else cut_many(axes, table)
    parts = Parts(route, pieces, mode, pit, three[:, 1], three[:, 0], three[:, 2])
    dug = is_open & ~pit
    cut_mm = np.rint(table[["from_m", "to_m"]].to_numpy(dtype=float)[dug] * 1000).astype(np.int64)
    return Footprints(parts, half[:, 1] * 2, ~given, route[dug], cut_mm)


def _three(estimate: object) -> tuple[float, float, float]:
    return estimate.low, estimate.value, estimate.high  # type: ignore[attr-defined]


COLUMNS = ["route", "from_m", "to_m", "mode", "pit", "pit_low", "pit_mid", "pit_high", "whole"]


def _stretches(
    axes: Axes, burial: npt.NDArray[np.object_], frame: pd.DataFrame, spans: pd.DataFrame | None, measures: Measures
) -> pd.DataFrame:
    """One row a part: the plain routes as columns, those with bored or hung stretches one by one."""
    length = axes.length_m()
    special = np.array([b is not None and b != "open" for b in burial], dtype=bool).reshape(-1)
    by_route: dict[int, pd.DataFrame] = {}
    if spans is not None and len(spans):
        at = pd.Index(words(frame, "route_id"))
        for route_id, group in spans.groupby("route_id", sort=False):
            for i in np.flatnonzero(at == route_id):
                by_route[int(i)] = group
                special[i] = True
    plain = np.flatnonzero(~special)
    rows = [pd.DataFrame({
        "route": plain, "from_m": 0.0, "to_m": length[plain], "mode": OPEN, "pit": False,
        "pit_low": 0.0, "pit_mid": 0.0, "pit_high": 0.0, "whole": True,
    }, columns=COLUMNS)]  # fmt: skip
    made = [
        row for i in np.flatnonzero(special) for row in _special(int(i), length[i], burial[i], by_route.get(int(i)), measures)
    ]
    if made:
        rows.append(pd.DataFrame(made, columns=COLUMNS))
    table = pd.concat([r for r in rows if len(r)] or rows[:1], ignore_index=True)
    return table.sort_values(["route", "from_m"], kind="stable", ignore_index=True)


def _special(
    route: int, length: float, burial: str | None, spans: pd.DataFrame | None, measures: Measures
) -> list[tuple[object, ...]]:
    """Parts of one route with a burial of its own or with spans; what no span covers follows the route's burial."""
    cuts: list[tuple[float, float, str, float, float]] = []
    if spans is not None:
        for _, s in spans.sort_values("from_m").iterrows():
            lo, hi = max(0.0, float(s["from_m"])), min(length, float(s["to_m"]))
            if hi > lo:
                cuts.append((lo, hi, s["burial"], float(s.get("pit_from_m2", np.nan)), float(s.get("pit_to_m2", np.nan))))
    elif burial == "bored":
        cuts.append((0.0, length, "bored", np.nan, np.nan))
    out: list[tuple[object, ...]] = []
    at = 0.0
    for lo, hi, kind, pit_from, pit_to in [*cuts, (length, length, "", np.nan, np.nan)]:
        if lo > at:
            out.append((route, at, lo, MODES.get(burial, OPEN), False, 0.0, 0.0, 0.0, False))
        if hi > max(lo, at):
            out.append((route, max(lo, at), hi, MODES.get(kind, OPEN), False, 0.0, 0.0, 0.0, False))
            if kind == "bored":
                out += [_pit(route, where, area, length, measures) for where, area in ((lo, pit_from), (hi, pit_to)) if area != 0]
        at = max(at, hi)
    return out


def _pit(route: int, where: float, area_m2: float, length: float, measures: Measures) -> tuple[object, ...]:
    """A square pit of the stated area about the end of a bored span; a default where none is stated."""
    default = measures.pit_area_m2
    areas = (area_m2,) * 3 if not np.isnan(area_m2) else (default.low, default.value, default.high)
    half = [np.sqrt(a) / 2 if a > 0 else np.nan for a in areas]
    reach = half[1] if not np.isnan(half[1]) else 0.0
    return (route, max(0.0, where - reach), min(length, where + reach), OPEN, True, half[0], half[1], half[2], False)


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
