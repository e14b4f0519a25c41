"""The road ledger on the ground: what each of its rows speaks of, what no row speaks of, and what silence proves.

A row names a road by its number and a stretch of it. One that names no road, or no stretch of it, is not lost: the
first may be of any road, so that silence proves nothing while it could lock one; the second may be of the whole road.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.areas import MAYBE, NO, SURE, AreaSet, area_set
from geo.axis import axes_of, cut
from geo.city import OPERATOR, City, Layer
from geo.columns import days, frame_of, numbers, unclear, unstated, words
from geo.law.pack import Lock, Pack
from geo.road_space import half_widths, match_ids, surfaces

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Shapes = npt.NDArray[Any]
Days = npt.NDArray[np.datetime64]
NOT_A_DAY = np.datetime64("NaT", "D")
NEVER = np.datetime64("0001-01-01", "D")


@dataclass(frozen=True)
class Placed:
    """Rows of the ledger on their roads.

    ``row``/``road``: row of the ledger and row of the roads; ``from_m``/``to_m`` along that road; ``doubtful``: the row
    names no stretch that the road has, so that it may speak of the whole. ``stray``: rows that name no road at all.
    """

    row: Ints
    road: Ints
    from_m: Floats
    to_m: Floats
    partial: npt.NDArray[np.bool_]
    doubtful: npt.NDArray[np.bool_]
    stray: Ints


@dataclass(frozen=True)
class LockDates:
    """For one lock zone: day and certainty per road (short form) and per ledger area. ``datetime64[D]``, NaT = not stated.

    ``road_murky``: roads whose date was filled in and cannot be read. ``stray_days``: of ledger rows that could be of any road,
    in order, NaT where one is not known (empty where there is none). ``since`` and
    ``until``: the days between which silence proves that nothing was recorded (NaT: it proves nothing). ``ledger_doubt``: the
    entry names no kind, or no stretch that its road has.
    """

    road_day: Days
    road_member: npt.NDArray[np.int8]
    road_murky: npt.NDArray[np.bool_]
    road_in_ledger: npt.NDArray[np.bool_]
    blank_is_none: bool
    ledger_day: Days
    ledger_member: npt.NDArray[np.int8]
    ledger_doubt: npt.NDArray[np.bool_]
    stray_days: Days
    since: np.datetime64
    until: np.datetime64
    ledger_until: np.datetime64
    road_until: np.datetime64


def place(city: City) -> Placed:
    """Every row of the ledger on the road that it names."""
    frame, roads = frame_of(city.layer("road_ledger")), frame_of(city.layer("roads"))
    road = match_ids(words(frame, "road_id"), words(roads, "road_id"))
    row = np.flatnonzero(road >= 0).astype(np.int64)
    road_of = road[row]
    length = shapely.length(roads.geometry.to_numpy()[road_of]) if len(row) else np.zeros(0)
    start, stop = numbers(frame, "from_m")[row], numbers(frame, "to_m")[row]
    start, stop = np.where(np.isnan(start), 0.0, start), np.where(np.isnan(stop), length, np.minimum(stop, length))
    doubtful = (stop <= start) | (unclear(frame, "from_m") | unclear(frame, "to_m"))[row]
    start, stop = np.where(doubtful, 0.0, start), np.where(doubtful, length, stop)
    partial = (start > 0) | (stop < length)
    return Placed(row, road_of, start, stop, partial, doubtful, np.flatnonzero(road < 0).astype(np.int64))


def ledger_areas(city: City, pack: Pack, placed: Placed) -> AreaSet:
    """Stretches of road that the rows speak of, as wide as the road is: about the centre line, and every polygon of it."""
    roads = frame_of(city.layer("roads"))
    lines = roads.geometry.to_numpy()[placed.road].copy()
    some = np.flatnonzero(placed.partial)
    if len(some):
        axes = axes_of(lines[some])
        lines[some] = [cut(axes, i, placed.from_m[k], placed.to_m[k]) for i, k in enumerate(some)]
    half = half_widths(roads, pack.data.measures)[placed.road]
    entry, polygons = _surfaces_of(city, words(roads, "road_id"), placed, lines)
    shapes = np.concatenate([lines, polygons])
    radii = np.vstack([half, np.zeros((len(entry), 3))])
    origin = np.concatenate([np.arange(len(lines)), entry]).astype(np.int64)
    certain = ~placed.doubtful[origin]
    return area_set("ledger", "road_ledger", shapes, radii[:, 0], radii[:, 1], radii[:, 2], placed.row[origin], certain)


def _surfaces_of(city: City, ids: npt.NDArray[np.object_], placed: Placed, lines: Shapes) -> tuple[Ints, Shapes]:
    """(entry, polygon): the surface polygons beside each entry's stretch; of a part, what lies square to that part."""
    at, polygons, _ = surfaces(city, ids)
    left = pd.DataFrame({"entry": np.arange(len(placed.road)), "road": placed.road})
    pairs = left.merge(pd.DataFrame({"polygon": np.arange(len(at)), "road": at}), on="road")
    entry, polygon = pairs["entry"].to_numpy(dtype=np.int64), pairs["polygon"].to_numpy(dtype=np.int64)
    shapes = polygons[polygon]
    part = np.flatnonzero(placed.partial[entry])
    if len(part):
        line = lines[entry[part]]
        reach = shapely.length(shapely.get_exterior_ring(shapely.envelope(shapes[part]))) / 2
        beside = shapely.buffer(line, reach, cap_style="flat")
        shapes[part] = shapely.intersection(shapes[part], beside)
    full = shapely.area(shapes) > 0
    return entry[full], shapes[full]


def lock_dates(
    city: City, lock: Lock, road_member: npt.NDArray[np.int8], pack: Pack, placed: Placed, areas: AreaSet
) -> LockDates:
    """Dates that may lock a road, from the short form on the roads and from the ledger. ``road_member``: may the lock be
    of this road at all."""
    roads, ledger = city.layer("roads"), city.layer("road_ledger")
    frame, rows = frame_of(roads), frame_of(ledger)
    kinds = words(rows, "kind")
    locks = np.where(unstated(kinds), MAYBE, np.where(np.isin(kinds.astype(str), lock.kinds), SURE, NO)).astype(np.int8)
    finished = days(rows, "finished")
    # A row for part of a road says nothing of the rest; one for the whole road settles it.
    settled = np.zeros(len(frame), dtype=np.bool_)
    settled[placed.road[(locks[placed.row] == SURE) & ~placed.partial & ~placed.doubtful]] = True
    road_of = np.full(len(rows), -1, dtype=np.int64)
    road_of[placed.row] = placed.road
    member = np.minimum(locks[areas.row], road_member[road_of[areas.row]])
    member = np.where(areas.certain, member, np.minimum(member, MAYBE)).astype(np.int8)
    lag = np.timedelta64(pack.data.measures.ledger_lag_days, "D")
    stated = ledger if _promises(ledger) else roads
    since = np.datetime64(stated.complete_since, "D") if _promises(stated) and stated.complete_since else NOT_A_DAY
    blank_is_none = lock.short_form == "overhauled" and "overhauled" in frame
    return LockDates(
        days(frame, lock.short_form), road_member, unclear(frame, lock.short_form), settled, blank_is_none,
        finished[areas.row], member, unstated(kinds)[areas.row] | ~areas.certain,
        _stray_days(finished[placed.stray][locks[placed.stray] > NO], ledger.lost),
        since, _fresh_until(stated, lag), _until(ledger, lag), _until(roads, lag),
    )  # fmt: skip


def _promises(layer: Layer) -> bool:
    return layer.proves and layer.complete_since is not None


def _fresh_until(layer: Layer, lag: np.timedelta64) -> np.datetime64:
    """The last day on which silence proves anything. Records that name no day may be of any, unless somebody answers for them."""
    until = _until(layer, lag)
    return NEVER if np.isnat(until) and layer.stated_by != OPERATOR else until


def _until(layer: Layer, lag: np.timedelta64) -> np.datetime64:
    as_of: date | None = layer.as_of
    return NOT_A_DAY if as_of is None else np.datetime64(as_of, "D") + lag


def _stray_days(finished: Days, lost: int) -> Days:
    """Days of rows that may be of any road, in order; a row that could not be read at all may have any day."""
    unknown: Days = np.full(1 if lost else 0, NOT_A_DAY, dtype="datetime64[D]")
    return np.unique(np.concatenate([finished.astype("datetime64[D]"), unknown]))
