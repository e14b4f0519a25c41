"""Proposed routes beside and across existing pipes: hints (提示) about clear distances, never findings of a verdict.

Distances are between outer surfaces. Where a depth, a diameter or whatever would tell which number of the standard holds is
not stated, or the number itself is not checked, the answer is *check*, with what is missing; it is never *ok*.
"""

from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo import clearance_kernel as kernel
from geo.areas import AreaSet, area_set
from geo.axis import Axes, axes_of, points_at
from geo.city import City
from geo.columns import numbers, positive, words
from geo.hits import intervals, near
from geo.kernel import nearest_many
from geo.law.apart import BELOW, CHECK, OK, Laid, Limit, limit_between
from geo.law.standard import Standard
from geo.outlines import derived_axis

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# utility, diameter in mm, pressure in MPa, voltage in kV; None and nan are not stated
Kind = tuple[str | None, float, float, float]
ABANDONED = "abandoned"
# A snapped end that was drawn in degrees of seven places lies up to some centimetres beside its line.
END_M = 0.05
# What lies near a pipe that it meets for no longer than a crossing at 30° would only crosses it: so many radii on each side.
STEEP = 2.0
# A gravity drain is measured to its invert as often as to its top: both readings are asked.
BY_INVERT = "drain"
NOBODY: npt.NDArray[Any] = np.array(None, dtype=object)
CROSS: Any = kernel.crossings
LEAST: Any = kernel.least_between
COMMON = ("route", "pipe", "pipe_id", "utility", "kind", "owner", "state", "abandoned")
TOLD = ("least_m", "checked", "answer", "missing", "conf", "note")
CROSSINGS = (
    *COMMON, "meets", "at_m", "angle_deg", "x", "y", "route_depth_m", "pipe_depth_m", "gap_m", "gap_most_m", *TOLD,
)  # fmt: skip
PARALLELS = (*COMMON, "from_m", "to_m", "apart_m", "gap_m", *TOLD)


@dataclass(frozen=True, eq=False)
class Pipes:
    """Existing pipes prepared for measuring: their lines with an index, and which of them are alike for the standard."""

    frame: gpd.GeoDataFrame
    areas: AreaSet
    kinds: list[Kind]
    kind: Ints
    widest_m: float
    words: dict[str, npt.NDArray[np.object_]]
    depth_m: Floats


@dataclass(frozen=True)
class Clearances:
    """What was found, and where nothing found means that nothing is there.

    ``crossings``: one row for each place where a route crosses (``meets`` crossing) or ends at (end) a pipe, columns
    :data:`CROSSINGS`; ``parallels``: one for each stretch nearer than the standard's number, columns :data:`PARALLELS`.
    ``route``, ``pipe``: rows of the frames; metres; ``x``, ``y`` in the work CRS; ``gap_m`` clear of both outer surfaces, nan
    where not known (vertical for crossings, up to ``gap_most_m`` where a drain's depth is its invert; negative: one would lie
    in the other, which is below any number).
    ``least_m``: the standard's number, nan where there is none; ``checked``: somebody compared it with the text.
    ``known``: of each route, whether silence means that nothing is there (the layer covers it and lost no row).
    ``withheld``: somebody's pipes there are not open to who asks."""

    crossings: pd.DataFrame
    parallels: pd.DataFrame
    known: Bools
    withheld: bool = False


_PREPARED: "WeakKeyDictionary[City, Pipes]" = WeakKeyDictionary()


def prepare(frame: gpd.GeoDataFrame) -> Pipes:
    """Pipes (columns of the layer ``pipes``, lines in the work CRS) ready for any number of questions."""
    frame = frame[frame.geometry.notna().to_numpy()].reset_index(drop=True)
    nothing = np.zeros(len(frame))
    areas = area_set("pipes", "pipes", frame.geometry.to_numpy(), nothing, nothing, nothing, np.arange(len(frame)))
    kinds, kind = _alike(frame)
    size = positive(frame, "diameter_mm")
    widest = float(np.nan_to_num(size).max(initial=0.0)) / 2000
    assert areas.tree is not None  # the index is made now, not by the first who asks
    said = {name: words(frame, name) for name in ("pipe_id", "utility", "kind", "owner", "state")}
    return Pipes(frame, areas, kinds, kind, widest, said, numbers(frame, "depth_m"))


def prepared(city: City) -> Pipes | None:
    """The pipes of a city, prepared once; None where the layer was never delivered."""
    frame = city.layer("pipes").frame
    if frame is None:
        return None
    if city not in _PREPARED:
        _PREPARED[city] = prepare(frame)
    return _PREPARED[city]


def _alike(frame: pd.DataFrame) -> tuple[list[Kind], Ints]:
    """Distinct (utility, diameter, pressure, voltage), and which of them each row is."""
    columns: list[Any] = [words(frame, "utility")]
    columns += [positive(frame, "diameter_mm"), numbers(frame, "pressure_mpa"), positive(frame, "voltage_kv")]
    table = pd.DataFrame(dict(enumerate(columns)))
    code: Ints = table.groupby(list(table), dropna=False, sort=False).ngroup().to_numpy().astype(np.int64)
    first = np.unique(code, return_index=True)[1]
    rows = zip(*(column[first].tolist() for column in columns), strict=True)
    return list(rows), code


def clearances(
    routes: gpd.GeoDataFrame, city: City, standard: Standard, pipes: Pipes | None = None, *, withheld: bool = False
) -> Clearances | None:
    """Where routes (columns of routes, work CRS) cross existing pipes or lie beside them nearer than the standard's number.

    ``pipes``: those that the reader may see; all of the city's if left out. None: nobody delivered pipes, so nothing is known.
    """
    pipes = prepared(city) if pipes is None else pipes
    if pipes is None:
        return None
    routes = routes.reset_index(drop=True)
    shapes = routes.geometry.to_numpy().copy()
    outline = np.isin(shapely.get_type_id(shapes), (3, 6))
    known = _covered(shapes, city) & (not withheld)
    shapes[outline] = [derived_axis(shape) for shape in shapes[outline]]
    axes = axes_of(shapes)
    reach = standard.most_between_pipes_m + pipes.widest_m + np.nan_to_num(positive(routes, "diameter_mm")) / 2000
    pair = near(axes.edges.boxes(), pipes.areas, np.maximum(reach, END_M))
    asked = _Asked(routes, pipes, standard, *pair)
    met = _met(axes, pipes, *pair)
    return Clearances(_crossings(axes, pipes, routes, asked, met), _parallels(axes, pipes, asked, met), known, withheld)


def _covered(shapes: npt.NDArray[Any], city: City) -> Bools:
    layer = city.layer("pipes")
    if not layer.proves:
        return np.zeros(len(shapes), dtype=np.bool_)
    shapely.prepare(layer.coverage)
    return np.asarray(shapely.covers(layer.coverage, shapes), dtype=np.bool_)


class _Asked:
    """What the standard asks of each pair (route, pipe): found once for each two kinds of pipe."""

    def __init__(self, routes: gpd.GeoDataFrame, pipes: Pipes, standard: Standard, route: Ints, pipe: Ints) -> None:
        self.standard, self.route, self.pipe = standard, route, pipe
        ours, of = _alike(routes)
        code = of[route] * np.int64(max(len(pipes.kinds), 1)) + pipes.kind[pipe]
        distinct, self.kind = np.unique(code, return_inverse=True)
        laid = [Laid.of(*one, standard) for one in ours]
        theirs = {int(k): Laid.of(*pipes.kinds[int(k)], standard) for k in np.unique(distinct % max(len(pipes.kinds), 1))}
        pairs = [(laid[int(c) // len(pipes.kinds)], theirs[int(c) % len(pipes.kinds)]) for c in distinct]
        self.beside = _Limits([limit_between(a, b, standard) for a, b in pairs])
        self.across = _Limits([limit_between(a, b, standard, vertical=True) for a, b in pairs])
        self.same = np.array([a.utility is not None and a.utility == b.utility for a, b in pairs], dtype=np.bool_)[self.kind]
        sizes = np.array([(a.diameter_mm, b.diameter_mm) for a, b in pairs], dtype=float).reshape(-1, 2)[self.kind]
        self.sizes_m = sizes / 1000  # of the route, of the pipe; nan is not stated


class _Limits:
    """Limits as columns, one row for each two kinds of pipe."""

    def __init__(self, some: list[Limit]) -> None:
        self.least = np.array([one.least_m for one in some], dtype=float)
        self.most = np.array([one.most_m for one in some], dtype=float)
        self.asked = np.array([one.asked for one in some], dtype=np.bool_)
        self.checked = np.array([one.checked for one in some], dtype=np.bool_)
        self.conf = np.array([one.conf for one in some] + [None], dtype=object)[:-1]
        self.missing = np.array([one.missing for one in some] + [None], dtype=object)[:-1]
        self.note = np.array([one.notes for one in some] + [None], dtype=object)[:-1]

    def told(self, kind: Ints, low: Floats, high: Floats, why: npt.NDArray[np.object_]) -> dict[str, Any]:
        """Columns :data:`TOLD`. ``low``, ``high``: the gap lies between them, nan: not known, and ``why``."""
        with np.errstate(invalid="ignore"):
            ok, below = low >= self.most[kind], high < self.least[kind]
        sure = self.checked[kind] & ~np.isnan(low) & ~np.isnan(high) & ~np.isnan(self.least[kind])
        answer = np.where(sure & ok, OK, np.where(sure & below, BELOW, CHECK)).astype(object)
        blank = np.where(np.isnan(low), why, NOBODY)
        silent = np.where(self.asked[kind], self.missing[kind], "not_asked")
        unsure = np.where(~self.checked[kind], "not_checked", np.where(low != high, "depth_reading", "condition"))
        gap = np.where(blank != None, blank, np.where(silent != None, silent, unsure))  # noqa: E711 (an array of words)
        return {
            "least_m": np.where(answer == OK, self.most[kind], self.least[kind]), "answer": answer,
            "missing": np.where(answer == CHECK, gap, NOBODY), "checked": self.checked[kind],
            "conf": self.conf[kind], "note": self.note[kind],
        }  # fmt: skip


@dataclass(frozen=True)
class _Met:
    """Places where axes cross pipes or end at them, by pair, in order."""

    pair: Ints
    at_m: Floats
    angle: Floats
    end: Bools


def _met(axes: Axes, pipes: Pipes, route: Ints, pipe: Ints) -> _Met:
    length, lines = axes.length_m(), _lines(axes, pipes)
    pair, at, angle = CROSS(*lines, route, pipe)
    every, of = np.tile(np.arange(len(route)), 2), np.tile(route, 2)
    spot = np.repeat([0.0, 1.0], len(route)) * length[of]
    xy, e = points_at(axes, of, spot).reshape(-1, 2), pipes.areas.edges
    ends = np.ascontiguousarray(xy[:, 0]), np.ascontiguousarray(xy[:, 1])
    off = np.sqrt(nearest_many(*ends, np.tile(pipe, 2), e.offsets, e.x0, e.y0, e.x1, e.y1)[0])
    taken = pd.MultiIndex.from_arrays([pair, _is_first(at, length[route[pair]])])[_at_end(at, length[route[pair]])]
    loose = (off <= END_M) & ~pd.MultiIndex.from_arrays([every, spot == 0.0]).isin(taken)
    pair = np.concatenate([pair, every[loose]])
    at, angle = np.concatenate([at, spot[loose]]), np.concatenate([angle, np.full(loose.sum(), np.nan)])
    order = np.lexsort((at, pair))
    pair, at, angle = pair[order], at[order], angle[order]
    return _Met(pair, at, angle, _at_end(at, length[route[pair]]))


def _lines(axes: Axes, pipes: Pipes) -> tuple[Any, ...]:
    a, b = axes.edges, pipes.areas.edges
    return a.offsets, a.x0, a.y0, a.x1, a.y1, axes.measure, b.offsets, b.x0, b.y0, b.x1, b.y1


def _at_end(at: Floats, length: Floats) -> Bools:
    return np.asarray((at <= END_M) | (at >= length - END_M), dtype=np.bool_)


def _is_first(at: Floats, length: Floats) -> Bools:
    return np.asarray(at < length / 2, dtype=np.bool_)


def _common(pipes: Pipes, route: Ints, pipe: Ints) -> dict[str, Any]:
    named = {name: said[pipe] for name, said in pipes.words.items()}
    return {"route": route, "pipe": pipe, **named, "abandoned": named["state"] == ABANDONED}


def _table(names: tuple[str, ...], columns: dict[str, Any]) -> pd.DataFrame:
    """The columns in their order; a word that nobody said stays None."""
    told = {name: np.asarray(columns[name]) for name in names}
    return pd.DataFrame({name: pd.Series(one, dtype=object if one.dtype.kind in "OU" else None) for name, one in told.items()})


def _crossings(axes: Axes, pipes: Pipes, routes: gpd.GeoDataFrame, asked: _Asked, met: _Met) -> pd.DataFrame:
    route, pipe, kind = asked.route[met.pair], asked.pipe[met.pair], asked.kind[met.pair]
    ours, theirs = numbers(routes, "depth_m")[route], pipes.depth_m[pipe]
    d, e = asked.sizes_m[met.pair].T
    drains = words(routes, "utility")[route] == BY_INVERT, pipes.words["utility"][pipe] == BY_INVERT
    gaps = np.stack([
        _between(ours - p * np.where(drains[0], d, 0.0), d, theirs - q * np.where(drains[1], e, 0.0), e)
        for p in (0, 1) for q in (0, 1)
    ])  # fmt: skip
    low, high = np.round(gaps.min(axis=0), 3), np.round(gaps.max(axis=0), 3)  # nan stays nan
    why = np.where(np.isnan(ours) | np.isnan(theirs), "missing_depth", "missing_diameter").astype(object)
    told = asked.across.told(kind, low, high, why)
    joins, inside = met.end & asked.same[met.pair], high < 0  # one pipe inside the other: no number is needed to say so
    told["answer"] = np.where(inside, BELOW, told["answer"])
    told["missing"] = np.where(inside, NOBODY, told["missing"])
    told["least_m"] = np.where(inside & np.isnan(told["least_m"]), 0.0, told["least_m"])
    told["answer"], told["missing"] = np.where(joins, CHECK, told["answer"]), np.where(joins, "joins", told["missing"])
    xy = points_at(axes, route, met.at_m).reshape(-1, 2)
    table = _table(
        CROSSINGS,
        _common(pipes, route, pipe)
        | {"meets": np.where(met.end, "end", "crossing"), "at_m": np.round(met.at_m, 3), "angle_deg": np.round(met.angle, 1)}
        | {"x": np.round(xy[:, 0], 3), "y": np.round(xy[:, 1], 3), "route_depth_m": ours, "pipe_depth_m": theirs}
        | {"gap_m": low, "gap_most_m": high} | told,
    )  # fmt: skip
    return table.iloc[_in_order(table, "at_m", "at_m")].reset_index(drop=True)


def _between(top: Floats, size: Floats, other_top: Floats, other_size: Floats) -> Floats:
    """Vertical gap from the bottom of the upper pipe to the top of the lower, metres; nan where something is not stated."""
    above = top <= other_top
    gap: Floats = np.where(above, other_top - top - size, top - other_top - other_size)
    return gap


def _parallels(axes: Axes, pipes: Pipes, asked: _Asked, met: _Met) -> pd.DataFrame:
    half = np.nan_to_num(asked.sizes_m).sum(axis=1) / 2
    limit = np.where(np.isnan(asked.beside.most), asked.standard.most_between_pipes_m, asked.beside.most)[asked.kind]
    radius = np.where(asked.beside.asked[asked.kind], limit + half, -1.0)  # below 0: nothing is asked
    pair, lo, hi = intervals(axes, pipes.areas, asked.route, asked.pipe, radius)
    apart = LEAST(*_lines(axes, pipes), asked.route[pair], asked.pipe[pair], lo, hi)
    sides = _ways_on(met, pair, lo, hi)
    lo, hi = np.round(lo, 3), np.round(hi, 3)
    keep = (hi > lo) & ((sides == 0) | (hi - lo > sides * STEEP * radius[pair]))
    pair, lo, hi, apart = pair[keep], lo[keep], hi[keep], apart[keep]
    route, pipe = asked.route[pair], asked.pipe[pair]
    gap = np.round(apart - asked.sizes_m[pair].sum(axis=1) / 2, 3)
    told = asked.beside.told(asked.kind[pair], gap, gap, np.full(len(pair), "missing_diameter", dtype=object))
    own = {"from_m": lo, "to_m": hi, "apart_m": np.round(apart, 3), "gap_m": gap}
    table = _table(PARALLELS, _common(pipes, route, pipe) | own | told)
    table = table[(table["answer"] != OK).to_numpy()]  # a rounding at the edge of the number
    return table.iloc[_in_order(table, "from_m", "to_m")].reset_index(drop=True)


def _ways_on(met: _Met, pair: Ints, lo: Floats, hi: Floats) -> Ints:
    """How many ways lead from the pipe where a stretch meets it: two at each crossing, one at an end; 0: they do not meet."""
    start = np.searchsorted(met.pair, pair, side="left")
    count = np.searchsorted(met.pair, pair, side="right") - start
    row = np.repeat(np.arange(len(pair)), count)
    at = np.repeat(start - np.concatenate([[0], np.cumsum(count)[:-1]]) if len(pair) else start, count) + np.arange(len(row))
    inside = (met.at_m[at] >= lo[row] - END_M) & (met.at_m[at] <= hi[row] + END_M)
    return np.bincount(row[inside], np.where(met.end[at[inside]], 1, 2), minlength=len(pair)).astype(np.int64)


def _in_order(table: pd.DataFrame, first: str, then: str) -> Ints:
    """By route and place, whatever the order of the pipes."""
    names = table["pipe_id"].astype(str).to_numpy()
    return np.lexsort((names, table[then].to_numpy(), table[first].to_numpy(), table["route"].to_numpy()))
