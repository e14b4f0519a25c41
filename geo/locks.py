"""The 5- and 3-year locks: is a road closed to digging on the planned days?

Calendar years: the first day is not counted and the last day is the corresponding one, inclusive (民法典 201–202);
where the month has no such day, its last day. The planned window is tested at both ends. An empty window is never
"not locked": the filing date only shows that a lock had ended before.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.areas import MAYBE, NO, SURE

Days = npt.NDArray[np.datetime64]
Member = npt.NDArray[np.int8]


@dataclass(frozen=True)
class Window:
    """Planned dig of each route and the day on which it was filed. ``datetime64[D]``, NaT = not stated."""

    start: Days
    end: Days
    filed: Days

    def take(self, route: npt.NDArray[np.int64], on_filing: bool) -> "Window":
        """The windows of some routes; with ``on_filing`` the day of filing stands for the dig."""
        filed = self.filed[route]
        return Window(filed, filed, filed) if on_filing else Window(self.start[route], self.end[route], filed)

    def bounds(self) -> tuple[Days, Days]:
        """The days between which the dig lies, whatever order they were given in; NaT where that is not known. Days that
        were over when the line was filed are no plan: they free nothing, and only a lock that had ended by then is over."""
        given = ~(np.isnat(self.start) | np.isnat(self.end))
        first = np.where(given, np.minimum(self.start, self.end), self.start)
        final = np.where(given, np.maximum(self.start, self.end), self.end)
        past = ~np.isnat(final) & (final < self.filed)
        unknown = np.datetime64("NaT", "D")
        return np.where(past, unknown, first), np.where(past, unknown, final)


def add_years(day: Days, years: int) -> Days:
    """The corresponding day ``years`` later, or the last day of its month."""
    month = day.astype("datetime64[M]")
    target = month + np.timedelta64(12 * years, "M")
    last = (target + np.timedelta64(1, "M")).astype("datetime64[D]") - np.timedelta64(1, "D")
    same: Days = target.astype("datetime64[D]") + (day - month.astype("datetime64[D]"))
    return np.where(np.isnat(day), np.datetime64("NaT", "D"), np.minimum(same, last))


def locked(finished: Days, years: int, window: Window) -> Member:
    """Is the road locked in the window: NO, MAYBE, SURE. A NaT ``finished`` is MAYBE."""
    last = add_years(finished, years)
    start, end = window.start, window.end
    has_start, has_end = ~np.isnat(start), ~np.isnat(end)
    first, final = window.bounds()
    after = ~np.isnat(first) & (first > last) | np.isnat(first) & (last < window.filed)
    before = ~np.isnat(final) & (final < finished)
    both = has_start & has_end
    inside = has_start & (start >= finished) & (start <= last) | has_end & (end >= finished) & (end <= last)
    spans = both & (start <= last) & (end >= finished)
    # A stated day inside the lock wins, whatever the other end says: contradictory days never free a road.
    known = np.where(inside | spans, SURE, np.where(after | before, NO, MAYBE))
    return np.where(np.isnat(finished), MAYBE, known).astype(np.int8)


def unrecorded(since: np.datetime64, years: int, window: Window) -> Member:
    """May a road of which no record speaks be locked? Not where records are complete for longer than the lock; ``since``
    NaT: nobody says since when they are."""
    n = len(window.filed)
    if np.isnat(since):
        return np.full(n, MAYBE, dtype=np.int8)
    day: Days = np.full(n, since - np.timedelta64(1, "D"), dtype="datetime64[D]")
    last = add_years(day, years)
    first = window.bounds()[0]
    over = np.where(np.isnat(first), last < window.filed, first > last)
    return np.where(over, NO, MAYBE).astype(np.int8)
