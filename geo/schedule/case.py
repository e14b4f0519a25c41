"""What a plan is made from: who takes part, when each could be open, what pairs could save, and which sets hang together."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.columns import days
from geo.connected import components
from geo.law.coordination import Coordination
from geo.law.workdays import WorkCalendar
from geo.schedule.model import Pair, Problem, nestable, worth_of
from geo.schedule.savings import TENTHS, Offers, hosts_first, offers
from geo.schedule.windows import LONG_AGO, Slots, Timetable, Window, slots, timetable, work_kinds

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# How far a change that would help is looked for, calendar days.
REACH_DAYS = 366
# From so many offers of one component on (some 150 works all on one stretch) each work is offered its best hosts alone.
MANY_OFFERS, BEST_HOSTS = 250_000, 12


@dataclass(frozen=True)
class Case:
    """Everything about the works that share a stretch with another.

    ``matches``: the shared rows among them. ``ways``: how each could be placed by itself, empty if it cannot.
    ``open_days``: working days that each work of all is open, 0 where it cannot be; ``offers`` rest on them.
    ``paved``: (dig, paving) on one stretch, both with dates, the paving placeable; ``pavings``: the same by dig.
    ``worth``: tenths of points of each pair (guest, host) by itself, without the guest's days. ``over``: shared rows that are
    not in ``matches``, with the firm ``work`` that was over before the day of planning.
    """

    works: pd.DataFrame
    matches: pd.DataFrame
    closures: pd.DataFrame
    settings: Coordination
    times: Timetable
    ways: dict[int, Slots]
    open_days: Ints
    offers: Offers
    worth: Mapping[Pair, int]
    paved: Sequence[Pair]
    pavings: Mapping[int, Sequence[int]]
    over: pd.DataFrame

    def placeable(self, i: int) -> bool:
        """Has the work days on which it could be open?"""
        return i in self.ways and len(self.before_paving(i)) > 0

    def before_paving(self, i: int) -> Slots:
        """The ways to place a work that leave each paving of its stretch a day."""
        way = self.ways[i]
        if i not in self.pavings:
            return way
        keep = np.ones(len(way), np.bool_)
        for paving in self.pavings[i]:
            late = self.ways[paving]
            latest, first = late.host_from.max(initial=-1), late.first.max(initial=LONG_AGO)
            keep &= (way.after + self.settings.spare_days <= latest) & (way.last < first)
        return way.where(keep)

    def changed(self, i: int, window: Window) -> "Case":
        """The same with another window for one work."""
        return replace(self, ways={**self.ways, i: slots(window, self.times.axis)})

    def settled(self) -> "Case":
        """The same with offers for the openings as they are now: other firm days may be more or fewer working days."""
        open_days = self.open_days.copy()
        for i, way in self.ways.items():
            open_days[i] = way.open_days
        if (open_days == self.open_days).all():
            return self
        offered = _offers(self.works, self.matches, open_days, self.settings)
        return replace(self, offers=offered, worth=worth_of(offered), open_days=open_days)

    def unpaved(self) -> "Case":
        """The same if no paving followed."""
        return replace(self, paved=(), pavings={})

    def among(self, works: set[int]) -> "Case":
        """The same with some of the works alone."""
        here = list(works)
        offered = self.offers.where(np.isin(self.offers.guest, here) & np.isin(self.offers.host, here))
        paved = [pair for pair in self.paved if set(pair) <= works]
        return replace(self, ways={i: way for i, way in self.ways.items() if i in works}, offers=offered, paved=paved)


def case_of(
    works: pd.DataFrame, matches: pd.DataFrame, calendar: WorkCalendar, closures: pd.DataFrame, settings: Coordination,
    on: np.datetime64,
) -> Case:  # fmt: skip
    """The case of these works on the day of planning; see :func:`geo.schedule.solve.plan`."""
    firm = works["firm"].to_numpy(dtype=bool)
    over = firm & (days(works, "end") < on)
    shared = matches[(matches["kind"] == "shared").to_numpy(dtype=bool)]
    a, b = (shared[name].to_numpy(dtype=np.int64) for name in ("a", "b"))
    now = ~(over[a] | over[b])
    past = shared[~now].assign(work=np.where(over[a], a, b)[~now])
    shared, a, b = shared[now], a[now], b[now]
    times = timetable(works, np.unique(np.concatenate([a, b])).tolist(), closures, calendar, on, REACH_DAYS)
    ways = {i: slots(window, times.axis) for i, window in times.windows.items()}
    digs, paves = work_kinds(works)
    mixed = (digs[a] & paves[b]) | (digs[b] & paves[a])
    order = np.column_stack([np.where(digs[a], a, b), np.where(digs[a], b, a)])[mixed]
    paved = [(dig, paving) for dig, paving in np.unique(order, axis=0).tolist() if dig in ways and len(ways.get(paving, ""))]
    open_days = np.zeros(len(works), np.int64)
    for i, way in ways.items():
        open_days[i] = way.open_days
    offered = _offers(works, shared, open_days, settings)
    pavings: dict[int, list[int]] = {}
    for dig, paving in paved:
        pavings.setdefault(dig, []).append(paving)
    return Case(works, shared, closures, settings, times, ways, open_days, offered, worth_of(offered), paved, pavings, past)


def _offers(works: pd.DataFrame, shared: pd.DataFrame, open_days: Ints, settings: Coordination) -> Offers:
    """What pairs of digs could save."""
    digs, _ = work_kinds(works)
    both = digs[shared["a"].to_numpy(dtype=np.int64)] & digs[shared["b"].to_numpy(dtype=np.int64)]
    return offers(works, shared[both], hosts_first(open_days, works["firm"].to_numpy(dtype=bool)), settings.weights)


def problems(case: Case) -> Iterator[Problem]:
    """The connected sets of works that can be placed, in the order of their first work: one problem each.

    Linked are a dig and the paving of its stretch, and two digs of which one could lie inside the other. What a model of very
    many offers would hold grows with the cube of the works on one stretch: there each work is offered its best hosts alone.
    """
    placed = {i: case.before_paving(i) for i in case.ways if case.placeable(i)}
    offered = case.offers.where(_possible(case.offers, placed))
    paved = np.array([pair for pair in case.paved if set(pair) <= set(placed)], np.int64).reshape(-1, 2)
    links = np.concatenate([offered.pairs[0], paved])
    group = components(len(case.works), links[:, 0], links[:, 1])
    for name in np.unique(group[sorted(placed)]) if placed else []:
        here = {i: placed[i] for i in sorted(placed) if group[i] == name}
        pairs = [(int(dig), int(paving)) for dig, paving in paved if group[dig] == name]
        some = offered.where(group[offered.guest] == name)
        rest = case.settings.spare_days, case.settings.weights
        if len(some.piece) <= MANY_OFFERS:
            yield Problem(here, some, pairs, *rest)
        else:
            yield Problem(here, _best_hosts(some), pairs, *rest, most=_most(some, here, case.settings.weights.days))


def _best_hosts(offered: Offers) -> Offers:
    """The offers of the :data:`BEST_HOSTS` hosts of each guest with which it saves most (of equal ones the first)."""
    pair, at = offered.pairs
    worth = np.bincount(at, offered.points, len(pair))
    order = np.lexsort((pair[:, 1], -worth, pair[:, 0]))
    first = np.searchsorted(pair[order, 0], pair[order, 0])
    keep = np.zeros(len(pair), np.bool_)
    keep[order] = np.arange(len(pair)) - first < BEST_HOSTS
    return offered.where(keep[at])


def _most(offered: Offers, placed: Mapping[int, Slots], points_a_day: int) -> int:
    """Tenths of points if each guest had its best host on every piece."""
    best = np.ones(len(offered.piece), np.bool_)
    best[1:] = offered.piece[1:] != offered.piece[:-1]
    days = sum(placed[i].open_days for i in np.unique(offered.guest).tolist())
    return int(offered.points[best].sum()) + points_a_day * TENTHS * days


def _possible(offered: Offers, placed: dict[int, Slots]) -> Bools:
    """Offers of pairs that could be open one inside the other."""
    pairs, at = offered.pairs
    could = (guest in placed and host in placed and nestable(placed[guest], placed[host]) for guest, host in pairs.tolist())
    return np.fromiter(could, np.bool_, len(pairs))[at]
