"""Changes that would let a work be placed, or two works open together: found by counting, tried by planning again."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from geo.connected import components
from geo.schedule.case import REACH_DAYS, Case, problems
from geo.schedule.model import Pair, solve
from geo.schedule.savings import TENTHS
from geo.schedule.windows import Window, inside

Ints = npt.NDArray[np.int64]

# A firm work is tried day by day, this far both ways.
FIRM_REACH_DAYS = 92
# A component is planned again in at most this time; most take milliseconds.
AGAIN_SECONDS = 0.3
# So many times in all: a number, so that the same input gives the same answer.
TRIES = 400

Opens = Callable[[Case], int | None]
"""The day (day number) on which what is wanted would open in a case; None: it still cannot."""
OpenDays = dict[int, tuple[int, int]]
"""First and last day (day numbers) of works by position."""


@dataclass(frozen=True)
class Change:
    """One day of one work moved: ``code`` (:data:`geo.schedule.words.CHANGE`), by ``n`` calendar days to ``day`` (day number),
    the ``window`` that results, and the day on which what was wanted would then open."""

    code: str
    work: int
    n: int
    day: int
    window: Window
    opens: int


class Spent(Exception):
    """No time is left to plan again, or not enough to be sure of the best plan."""


@dataclass
class Again:
    """Plans parts of a case again, within a deadline (:func:`time.monotonic`) and a number of tries. ``near``: the lowest of
    the works that each work hangs together with by shared stretches."""

    near: Ints
    deadline: float
    tries: int = TRIES

    @staticmethod
    def of(case: Case, deadline: float) -> "Again":
        """For the works of a case."""
        a, b = (case.matches[name].to_numpy(dtype=np.int64) for name in ("a", "b"))
        return Again(components(len(case.works), a, b), deadline)

    def time_left(self) -> bool:
        """May another pair be looked at?"""
        return time.monotonic() < self.deadline

    def days(self, case: Case, works: Sequence[int], must: Sequence[Pair] = (), early: bool = False) -> OpenDays:
        """First and last day of all that hang together with some works, planned again; empty where these do not hang together.

        ``must``: pairs that are to be joined whatever it costs the others. ``early``: of the best plans the one that a plan
        would choose, where any of them will do. Raises :class:`Spent` where no try is left, or the best plan is not certain.
        """
        if not self.tries or time.monotonic() + AGAIN_SECONDS > self.deadline:
            raise Spent
        self.tries -= 1
        around = set(np.flatnonzero(self.near == self.near[works[0]]).tolist())
        for problem in problems(case.settled().among(around)):
            if set(works) <= set(problem.slots):
                found = solve(replace(problem, must=tuple(must)), AGAIN_SECONDS, early=early)
                if not found.optimal:
                    raise Spent
                return {i: (int(way.first[found.row[i]]), int(way.last[found.row[i]])) for i, way in problem.slots.items()}
        return {}

    def opens(self, case: Case, works: Sequence[int], else_day: int) -> int:
        """The day on which the first of some works opens in the plan of a case; ``else_day`` where there is no time to plan."""
        try:
            days = self.days(case, works, early=True)
        except Spent:
            return else_day
        return min((days[i][0] for i in works), default=else_day) if days else else_day


def opens_joined(days: OpenDays, pair: Pair) -> int | None:
    """The first day of the joint opening of a pair, None where one is not inside the other."""
    if not days:
        return None
    (a_first, a_last), (b_first, b_last) = days[pair[0]], days[pair[1]]
    nested = (a_first >= b_first and a_last <= b_last) or (b_first >= a_first and b_last <= a_last)
    return min(a_first, b_first) if nested else None


def pair_points(case: Case, pair: Pair) -> int:
    """What joining this pair alone (guest, host) would be worth, in tenths."""
    days = case.settings.weights.days * TENTHS * case.ways[pair[0]].open_days
    return case.worth.get(pair, 0) + days


def pair_opens(case: Case, pair: Pair, at_any_price: bool = False) -> int | None:
    """The first day of the cheapest joint opening of this pair alone; None if there is none that is worth the days moved."""
    guest, host = (case.before_paving(i) for i in pair)
    if not (len(guest) and len(host)):
        return None
    moved = guest.moved[:, None] + host.moved[None, :] - guest.moved.min() - host.moved.min()
    cost = moved * case.settings.weights.shift * TENTHS
    good = inside(guest, host) & (at_any_price | (cost <= pair_points(case, pair)))
    if not good.any():
        return None
    rows = np.argwhere(good)
    return int(host.first[rows[np.lexsort((rows[:, 1], cost[good]))[0], 1]])


def work_opens(case: Case, i: int) -> int | None:
    """The first day on which a work could be open by itself."""
    way = case.before_paving(i)
    return int(way.first[0]) if len(way) else None


def smallest(case: Case, works: Sequence[int], opens: Opens, firm: bool = True) -> list[Change]:
    """For each day of these works that can move, the smallest move that helps: the smallest of all first. ``firm``: are firm
    works moved too?"""
    windows = case.times.windows
    some = [work for work in works if work in windows and (firm or not windows[work].firm)]
    found = [change for work in some for change in _each(case, work, opens)]
    return sorted(found, key=lambda change: change.n)


def _each(case: Case, work: int, opens: Opens) -> Iterator[Change]:
    window = case.times.windows[work]
    if window.firm:
        yield from _firm(case, work, opens)
        return
    for code, moved in _moves(window):
        beyond = case.times.axis.known_to - window.end - window.shift
        n = _least(case, work, moved, opens, min(REACH_DAYS, beyond) if code == "extend_end" else REACH_DAYS)
        day = opens(case.changed(work, moved(n))) if n else None
        if day is not None:
            yield Change(code, work, n, _day(code, moved(n)), moved(n), day)


def _moves(window: Window) -> Iterator[tuple[str, Callable[[int], Window]]]:
    """The days of a work that is not firm that bind it, each with the window that moving it by ``n`` days makes."""
    yield "extend_end", lambda n: replace(window, end=window.end + n)
    own = window.start - window.shift
    if own > max(window.ready, window.earliest):
        yield "start_earlier", lambda n: replace(window, start=window.start - n)
    if window.ready > max(own, window.earliest):
        yield "permit_by", lambda n: replace(window, ready=window.ready - n)


def _least(case: Case, work: int, moved: Callable[[int], Window], opens: Opens, reach: int) -> int:
    """The least number of days that helps, by halving: more room never hurts. 0 if the whole reach does not help."""
    if reach < 1 or opens(case.changed(work, moved(reach))) is None:
        return 0
    low, high = 0, reach
    while high - low > 1:
        middle = (low + high) // 2
        helped = opens(case.changed(work, moved(middle))) is not None
        low, high = (low, middle) if helped else (middle, high)
    return high


def _firm(case: Case, work: int, opens: Opens) -> Iterator[Change]:
    """The nearest other days of a firm work, later ones first."""
    window = case.times.windows[work]
    for n in range(1, FIRM_REACH_DAYS + 1):
        for step in (n, -n):
            moved = replace(window, start=window.start + step, end=window.end + step)
            known = window.earliest <= moved.start and moved.end <= case.times.axis.known_to
            day = opens(case.changed(work, moved)) if known else None
            if day is not None:
                yield Change("move_firm", work, n, moved.start, moved, day)
                return


def _day(code: str, window: Window) -> int:
    return {"extend_end": window.end, "start_earlier": window.start, "permit_by": window.ready}[code]
