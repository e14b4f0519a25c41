"""Working days: which days offices and crews work, and terms counted in them. Values in, values out.

Monday to Friday are working days, less the rest days and plus the made-up weekend days of the State Council's yearly
notice. A year whose notice is not loaded is *unknown*: asking for it raises :class:`geo.errors.NoCalendar`. Planning
looks further ahead than notices reach; for that there is :meth:`WorkCalendar.provisional`, which goes by weekends alone
beyond the known years, and every answer then marks what rests on that.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from geo.errors import NoCalendar

Days = npt.NDArray[np.datetime64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
DayLike = dt.date | str | np.datetime64 | npt.ArrayLike

DAY = "datetime64[D]"
FRIDAY = 4


class Due(NamedTuple):
    """Days reached by counting, and whether a day on the way was judged by weekends alone."""

    day: Days
    provisional: Bools


class Count(NamedTuple):
    """Numbers of working days, and whether one of the days between was judged by weekends alone."""

    n: Ints
    provisional: Bools


@dataclass(frozen=True, eq=False)
class WorkCalendar:
    """Rest days and made-up working days (``datetime64[D]``) of the years that are known.

    ``beyond_by_weekend``: days of other years are judged by weekends alone, and marked; else they raise
    :class:`NoCalendar`. All methods take one day or an array of any shape and give that shape; NaT stays NaT where a day
    is the answer, and is refused where the answer is yes or no.
    """

    rest: Days
    work: Days
    years: frozenset[int]
    beyond_by_weekend: bool = False

    def provisional(self) -> "WorkCalendar":
        """The same calendar, for planning: beyond the known years weekends alone decide, and answers say where."""
        return replace(self, beyond_by_weekend=True)

    def is_guess(self, days: DayLike) -> Bools:
        """True where a day (not NaT) lies outside the known years."""
        array = as_days(days)
        return ~np.isin(_years(array), self._years) & ~np.isnat(array)

    def is_workday(self, days: DayLike) -> Bools:
        """True on working days. Raises :class:`NoCalendar` for a day that is unknown or outside the known years."""
        array = as_days(days)
        self._known(array, np.isnat(array) | (self.is_guess(array) & (not self.beyond_by_weekend)))
        return self._works(array)

    def add_workdays(self, start: DayLike, n: npt.ArrayLike) -> Due:
        """The ``n``-th working day after ``start``, which is not counted itself (民法典 art. 201); ``n`` = 0 is ``start``.

        ``start`` and ``n`` (whole numbers from 0) broadcast; a rest day may be the start. Raises :class:`NoCalendar`
        where the count leaves the known years.
        """
        first, count = np.broadcast_arrays(as_days(start), np.asarray(n, np.int64))
        if (count < 0).any():
            raise ValueError("working days are counted forward: n must not be negative")
        out, guess = first.copy(), np.zeros(first.shape, np.bool_)
        known = ~np.isnat(first)
        if known.any():
            out[known], guess[known] = self._counted(first[known], count[known])
        return Due(out, guess)

    def count(self, start: DayLike, end: DayLike) -> Count:
        """Working days after ``start`` up to and with ``end``: what :meth:`add_workdays` counts; 0 if ``end`` is not later.

        Raises :class:`NoCalendar` for NaT and where a counted day lies outside the known years.
        """
        first, last = np.broadcast_arrays(as_days(start), as_days(end))
        self._known(last, np.isnat(first) | np.isnat(last))
        if not first.size:
            return Count(np.zeros(first.shape, np.int64), np.zeros(first.shape, np.bool_))
        low, high = first.min(), max(first.max(), last.max())
        works, guesses = self._table(low, high)
        a, b = (first - low).astype(np.int64), np.maximum(last - low, first - low).astype(np.int64)
        guess = guesses[b] > guesses[a]
        self._known(last, guess & (not self.beyond_by_weekend))
        return Count(works[b] - works[a], guess)

    def days(self, first: DayLike, last: DayLike) -> Days:
        """All working days from ``first`` to ``last``, both included, in order. Raises as :meth:`is_workday`."""
        span = _span(as_days(first).flat[0], as_days(last).flat[0])
        return span[np.flatnonzero(self.is_workday(span))]

    @cached_property
    def _years(self) -> Ints:
        return np.array(sorted(self.years), np.int64)

    def _works(self, days: Days) -> Bools:
        # 1 January 1970, day 0, was a Thursday.
        weekday = (days.astype(np.int64) + 3) % 7
        return np.asarray(((weekday <= FRIDAY) & ~np.isin(days, self.rest)) | np.isin(days, self.work))

    def _table(self, first: np.datetime64, last: np.datetime64) -> tuple[Ints, Ints]:
        """Running numbers of working days and of guessed days from ``first`` on, the first day itself counting 0."""
        span = _span(first, last)
        works, guesses = self._works(span).astype(np.int64), self.is_guess(span).astype(np.int64)
        works[0] = guesses[0] = 0
        return np.cumsum(works), np.cumsum(guesses)

    def _counted(self, first: Days, count: Ints) -> tuple[Days, Bools]:
        low = first.min()
        # Two days for each working day and a long holiday: enough in any year so far, and doubled where it is not.
        reach = 2 * int(count.max()) + 30
        while True:
            works, guesses = self._table(low, first.max() + reach)
            a = (first - low).astype(np.int64)
            wanted = works[a] + count
            if wanted.max() <= works[-1]:
                break
            reach *= 2
        b = np.where(count > 0, np.searchsorted(works, wanted, side="left"), a)
        guess = guesses[b] > guesses[a]
        self._known(low + b, guess & (not self.beyond_by_weekend))
        return low + b, guess

    def _known(self, days: Days, refused: Bools) -> None:
        if refused.any():
            day = np.broadcast_to(days, refused.shape)[refused].flat[0]
            known = "、".join(map(str, sorted(self.years))) or "—"
            raise NoCalendar(day="—" if np.isnat(day) else str(day), known=known)


def calendar(rest: Iterable[dt.date], work: Iterable[dt.date], years: Iterable[int]) -> WorkCalendar:
    """A calendar from plain dates."""
    return WorkCalendar(as_days(sorted(rest)), as_days(sorted(work)), frozenset(years))


def as_days(days: DayLike) -> Days:
    """Dates, ISO text, pandas or numpy times as ``datetime64[D]``, in the same shape; None is NaT."""
    return np.asarray(days, dtype=DAY)


def _span(first: np.datetime64, last: np.datetime64) -> Days:
    return np.arange(first.astype(np.int64), last.astype(np.int64) + 1).astype(DAY)


def _years(days: Days) -> Ints:
    return np.where(np.isnat(days), 0, days.astype("datetime64[Y]").astype(np.int64) + 1970)
