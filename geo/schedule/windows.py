"""When works may be open: their windows on the axis of working days, and the days on which each could begin.

Days are whole numbers (days since 1970) and places on the axis: the ``k``-th working day has place ``k``. A work is open
from the first to the last of its working days without a break; weekends and holidays between them count as open, so that
no closure may touch any of them. A firm work is open on its exact days, working days or not.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.colocation.works import DIGS
from geo.columns import days, numbers, words
from geo.law.workdays import DAY, Days, WorkCalendar

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

PAVES = ("paving", "road_project")
LONG_AGO, FAR_AHEAD = -(10**9), 10**9


@dataclass(frozen=True)
class Axis:
    """Working days in order, as day numbers; ``known_to`` is the last day that it reaches."""

    days: Ints
    known_to: int

    def at_or_after(self, day: npt.ArrayLike) -> Ints:
        """Place of the first working day that is not before ``day``."""
        return np.searchsorted(self.days, day, side="left").astype(np.int64)

    def at_or_before(self, day: npt.ArrayLike) -> Ints:
        """Place of the last working day that is not after ``day``; -1 if there is none."""
        return np.searchsorted(self.days, day, side="right").astype(np.int64) - 1


@dataclass(frozen=True)
class Window:
    """One work: ``start``–``end`` as its party states them, ``need`` working days (0 and ``firm``: the exact days), ``shift``
    calendar days by which it may be moved, ``ready`` the day of its last owed permit, ``earliest`` the day of planning,
    ``closed`` the closures that concern it, (k, 2) first and last days."""

    start: int
    end: int
    firm: bool
    need: int
    shift: int
    ready: int
    earliest: int
    closed: Ints

    def without(self, what: str) -> "Window":
        """The same work if one kind of constraint were not there: closure, permit or past."""
        if what == "closure":
            return replace(self, closed=self.closed[:0])
        if what == "permit":
            return replace(self, ready=LONG_AGO)
        return replace(self, earliest=LONG_AGO)


@dataclass(frozen=True)
class Slots:
    """Ways to place one work, one row each, in order of time. Places on the axis:

    ``host_*``: first and last working day of the opening (what must contain a guest); ``guest_*``: the narrowest working
    days that contain the opening (what must be contained); they differ only where a firm opening begins or ends on a rest
    day. ``after``: first working day after it. ``first``, ``last``: its days as day numbers. ``moved``: calendar days out of
    its own window.
    """

    host_from: Ints
    host_to: Ints
    guest_from: Ints
    guest_to: Ints
    after: Ints
    first: Ints
    last: Ints
    moved: Ints

    def __len__(self) -> int:
        return len(self.first)

    def where(self, keep: npt.NDArray[np.bool_] | Ints) -> "Slots":
        """The rows that a mask or an order picks."""
        return Slots(*(getattr(self, name)[keep] for name in self.__dataclass_fields__))

    @cached_property
    def open_days(self) -> int:
        """Working days of the opening: the same in every row."""
        return int((self.host_to - self.host_from).max(initial=-1)) + 1


def slots(window: Window, axis: Axis) -> Slots:
    """Every way to place one work within its window, shift, permit, closures and the day of planning."""
    if window.firm:
        first, last = np.array([window.start]), np.array([window.end])
        keep = _free(first, last, window) & (first >= window.ready) & (last >= first)
        first, last = first[keep], last[keep]
        return _placed(first, last, np.zeros(len(first), np.int64), axis)
    low = max(window.start - window.shift, window.ready, window.earliest)
    a = int(axis.at_or_after(low))
    b = int(axis.at_or_before(window.end + window.shift)) - window.need + 1
    places = np.arange(a, b + 1)
    first, last = axis.days[places], axis.days[places + window.need - 1]
    moved = np.maximum(np.maximum(window.start - first, last - window.end), 0)
    keep = _free(first, last, window)
    return _placed(first[keep], last[keep], moved[keep], axis)


def _free(first: Ints, last: Ints, window: Window) -> Bools:
    """Openings that no closure touches."""
    touched = (first[:, None] <= window.closed[:, 1]) & (last[:, None] >= window.closed[:, 0])
    return np.asarray(~touched.any(axis=1))


def _placed(first: Ints, last: Ints, moved: Ints, axis: Axis) -> Slots:
    return Slots(
        host_from=axis.at_or_after(first), host_to=axis.at_or_before(last),
        guest_from=axis.at_or_before(first), guest_to=axis.at_or_after(last),
        after=axis.at_or_after(last + 1), first=first, last=last, moved=moved,
    )  # fmt: skip


def inside(guest: Slots, host: Slots) -> Bools:
    """(guests, hosts): is the guest's opening inside the host's, first and last day included?"""
    return np.asarray((guest.first[:, None] >= host.first[None, :]) & (guest.last[:, None] <= host.last[None, :]))


@dataclass(frozen=True)
class Timetable:
    """Windows of some works by position, what is missing of those that have none, and their common axis."""

    windows: dict[int, Window]
    missing: dict[int, list[str]]
    axis: Axis


def timetable(
    works: pd.DataFrame, some: Sequence[int], closures: pd.DataFrame, calendar: WorkCalendar, on: np.datetime64, reach_days: int
) -> Timetable:
    """Windows of the works at positions ``some``. The axis reaches ``reach_days`` further on both sides, as far as the
    calendar is known; raises :class:`geo.errors.NoCalendar` where a window itself lies outside it."""
    start, end, ready = (days(works, name) for name in ("start", "end", "ready"))
    need, shift = numbers(works, "duration_days"), numbers(works, "shift_days")
    firm = works["firm"].to_numpy(dtype=bool)
    missing = {i: _missing(start[i], end[i], need[i], bool(firm[i])) for i in some}
    shut = _by_work(closures)
    earliest = int(on.astype(DAY).astype(np.int64))
    windows = {
        i: Window(
            start=int(start[i].astype(np.int64)),
            end=int(end[i].astype(np.int64)),
            firm=bool(firm[i]),
            need=0 if firm[i] else int(np.ceil(need[i])),
            shift=0 if firm[i] or np.isnan(shift[i]) else int(shift[i]),
            ready=LONG_AGO if np.isnat(ready[i]) else int(ready[i].astype(np.int64)),
            earliest=earliest,
            closed=shut.get(i, np.empty((0, 2), np.int64)),
        )
        for i in some
        if not missing[i]
    }
    return Timetable(windows, {i: what for i, what in missing.items() if what}, _axis(windows, calendar, reach_days))


def _missing(start: np.datetime64, end: np.datetime64, need: float, firm: bool) -> list[str]:
    out = [name for name, day in (("start", start), ("end", end)) if np.isnat(day)]
    return out if firm or need > 0 else [*out, "duration_days"]


def _by_work(closures: pd.DataFrame) -> dict[int, Ints]:
    """Closed days of each work, (k, 2) day numbers. A closure whose first or last day nobody states has no end on that side."""
    start, end = days(closures, "start"), days(closures, "end")
    first = np.where(np.isnat(start), LONG_AGO, start.astype(np.int64))
    last = np.where(np.isnat(end), FAR_AHEAD, end.astype(np.int64))
    work = closures["work"].to_numpy(dtype=np.int64) if len(closures) else np.empty(0, np.int64)
    return {int(i): np.column_stack([first, last])[work == i] for i in np.unique(work)}


def _axis(windows: dict[int, Window], calendar: WorkCalendar, reach_days: int) -> Axis:
    if not windows:
        return Axis(np.empty(0, np.int64), -1)
    low = min(max(w.start - w.shift, w.earliest) if not w.firm else w.start for w in windows.values())
    high = max(w.end + w.shift for w in windows.values())
    low, high = min(low, high), max(low, high)
    calendar.is_workday(_numbered(np.array([low, high])))  # refuses a window beyond the calendar
    span = np.arange(low - reach_days, high + reach_days + 1)
    known = np.ones(len(span), np.bool_) if calendar.beyond_by_weekend else ~calendar.is_guess(_numbered(span))
    unknown_before = np.flatnonzero(~known & (span < low))
    unknown_after = np.flatnonzero(~known & (span > high))
    a = unknown_before[-1] + 1 if len(unknown_before) else 0
    b = unknown_after[0] if len(unknown_after) else len(span)
    span = span[a:b]
    return Axis(span[calendar.is_workday(_numbered(span))], int(span[-1]))


def _numbered(numbered: Ints) -> Days:
    return numbered.astype(np.int64).astype(DAY)


def work_kinds(works: pd.DataFrame) -> tuple[Bools, Bools]:
    """(digs, pavings): which works open the ground, and which renew the surface above it."""
    kind = words(works, "kind")
    return np.isin(kind, DIGS), np.isin(kind, PAVES)
