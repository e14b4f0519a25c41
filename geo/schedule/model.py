"""One connected set of works as a problem for OR-tools CP-SAT: who joins whom, and when each is open.

Everything is a whole number: places on the axis of working days, and tenths of points. A work with several places is one
variable; a firm one is a constant. For each pair that could be open together there is one yes/no, *joined*, and then the
guest lies inside the host. The objective is that of :func:`geo.schedule.savings.points`. A second, quick solve keeps the
joins and the days moved, and opens everything as early as it can, so that the days of a plan do not depend on how the
solver walked.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
from ortools.sat.python import cp_model

from geo.law.coordination import Weights
from geo.schedule.savings import TENTHS, Offers
from geo.schedule.start import first_plan
from geo.schedule.windows import Slots

SEED = 20221223
# One worker: two of them finish in an order that changes from run to run.
WORKERS = 1
# Deterministic time for each second allowed: the same on every machine. The clock itself is only a guard.
UNITS = 0.4
# From so many pairs on, simplifying the model takes longer than it saves.
MANY_PAIRS = 1000
EARLIEST_SECONDS = 0.5

Pair = tuple[int, int]


@dataclass(frozen=True)
class Problem:
    """``slots``: ways to place each work. ``offers``: what pairs save that could lie one inside the other. ``paved``: (dig,
    paving) on one stretch: the dig ends ``spare`` working days before the paving begins. ``must``: pairs (guest, host) that
    are to be joined. ``most``: tenths of points if everybody could join, where ``offers`` are only the best of very many: then
    nobody can say that a plan is the best one."""

    slots: Mapping[int, Slots]
    offers: Offers
    paved: Sequence[Pair]
    spare: int
    weights: Weights
    must: Sequence[Pair] = ()
    most: int | None = None

    def changed(self, work: int, slots: Slots) -> "Problem":
        """The same problem with other ways to place one work."""
        return replace(self, slots={**self.slots, work: slots})


@dataclass(frozen=True)
class Solution:
    """``row``: the row of each work's slots that was chosen. ``bound``: no plan is worth more points; reached if ``optimal``."""

    row: Mapping[int, int]
    bound: float
    optimal: bool


@dataclass
class _Model:
    """The variables of one problem. ``place``: first working day of each work; ``pairs``: (guest, host) → joined; ``moved``:
    calendar days out of its window; ``taken``: for a piece, which joined pair saves it; ``is_guest``: for a work, is it joined to
    any host. ``most``: tenths of points if everybody could join."""

    model: cp_model.CpModel
    place: dict[int, cp_model.LinearExprT]
    pairs: dict[Pair, cp_model.IntVar]
    moved: dict[int, cp_model.IntVar]
    taken: list[dict[Pair, cp_model.IntVar]]
    is_guest: dict[int, cp_model.IntVar]
    gain: list[cp_model.LinearExprT]
    most: int


def solve(problem: Problem, seconds: float, early: bool = True) -> Solution:
    """The best plan found within ``seconds``, and how good any could be. ``early``: of the best ones, the earliest."""
    if not len(problem.offers.piece) and not problem.paved:
        return _alone(problem)
    built = _build(problem)
    start = first_plan(problem.slots, worth_of(problem.offers), problem.paved, problem.spare)
    _hint(built, start, problem)
    total, moved = cp_model.LinearExpr.sum(built.gain), cp_model.LinearExpr.sum(list(built.moved.values()))
    # Of plans that are worth the same, the one with more pairs together: less than a tenth of a point for all of them.
    scale = len(built.pairs) + 1
    together = cp_model.LinearExpr.sum(list(built.pairs.values()))
    built.model.maximize(scale * (total - problem.weights.shift * TENTHS * moved) + together)
    solver = _solver(seconds)
    if len(built.pairs) > MANY_PAIRS:
        solver.parameters.cp_model_presolve = False
        solver.parameters.linearization_level = 1
    status = solver.solve(built.model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Solution(start, built.most / TENTHS, False)
    bound = min(solver.best_objective_bound // scale, built.most) / TENTHS
    row = _earliest(built, solver, problem) if early else None
    if problem.most is not None:
        return Solution(row or _rows(solver, built, problem), problem.most / TENTHS, False)
    return Solution(row or _rows(solver, built, problem), bound, status == cp_model.OPTIMAL)


def _solver(seconds: float) -> cp_model.CpSolver:
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = WORKERS
    solver.parameters.random_seed = SEED
    solver.parameters.linearization_level = 2
    solver.parameters.cp_model_probing_level = 0
    solver.parameters.symmetry_level = 0
    solver.parameters.max_deterministic_time = seconds * UNITS
    solver.parameters.max_time_in_seconds = seconds
    return solver


def worth_of(offers: Offers) -> dict[Pair, int]:
    """Tenths of points of the pieces of each pair (guest, host), by itself."""
    pairs, at = offers.pairs
    worth = np.zeros(len(pairs), np.int64)
    np.add.at(worth, at, offers.points)
    return dict(zip(map(tuple, pairs.tolist()), worth.tolist(), strict=True))


def _hint(built: _Model, row: Mapping[int, int], problem: Problem) -> None:
    """Tell the solver where to begin."""
    ways = {i: way.where(np.array([row[i]])) for i, way in problem.slots.items()}
    for i, place in built.place.items():
        if isinstance(place, cp_model.IntVar):
            built.model.add_hint(place, int(ways[i].host_from[0]))
    for i, moved in built.moved.items():
        built.model.add_hint(moved, int(ways[i].moved[0]))
    joined = {pair for pair in built.pairs if nestable(ways[pair[0]], ways[pair[1]])}
    for pair, join in built.pairs.items():
        built.model.add_hint(join, pair in joined)
    for taken in built.taken:
        best = next((pair for pair in taken if pair in joined), None)
        for pair, one in taken.items():
            built.model.add_hint(one, pair == best)
    for guest, is_guest in built.is_guest.items():
        built.model.add_hint(is_guest, any(pair[0] == guest for pair in joined))


def _build(problem: Problem) -> _Model:
    model = cp_model.CpModel()
    place: dict[int, cp_model.LinearExprT] = {}
    moved: dict[int, cp_model.IntVar] = {}
    for i, slots in problem.slots.items():
        if len(slots) == 1:
            place[i] = int(slots.host_from[0])
        else:
            place[i] = model.new_int_var_from_domain(cp_model.Domain.from_values(slots.host_from.tolist()), f"place {i}")
        if slots.moved.max() > 0:
            moved[i] = model.new_int_var(int(slots.moved.min()), int(slots.moved.max()), f"moved {i}")
            rows = np.column_stack([slots.host_from, slots.moved]).tolist()
            model.add_allowed_assignments([place[i], moved[i]], rows)
    built = _Model(model, place, _joins(model, problem, place), moved, [], {}, [], 0)
    for dig, paving in problem.paved:
        after = _edge(problem.slots[dig], place[dig], "after")
        model.add(after + problem.spare <= _edge(problem.slots[paving], place[paving], "host_from"))
    _piece_gains(built, problem)
    _day_gains(built, problem)
    return built


def _edge(slots: Slots, place: cp_model.LinearExprT, name: str) -> cp_model.LinearExprT:
    """An end of an opening: a fixed distance from the first working day, for each row of the slots the same."""
    return place + int(getattr(slots, name)[0] - slots.host_from[0])


def _joins(model: cp_model.CpModel, problem: Problem, place: Mapping[int, cp_model.LinearExprT]) -> dict[Pair, cp_model.IntVar]:
    pairs: dict[Pair, cp_model.IntVar] = {}
    for guest, host in dict.fromkeys(zip(problem.offers.guest.tolist(), problem.offers.host.tolist(), strict=True)):
        a, b = problem.slots[guest], problem.slots[host]
        pairs[guest, host] = join = model.new_bool_var(f"{guest} in {host}")
        if len(a) == len(b) == 1:
            continue
        model.add(_edge(a, place[guest], "guest_from") >= _edge(b, place[host], "host_from")).only_enforce_if(join)
        model.add(_edge(a, place[guest], "guest_to") <= _edge(b, place[host], "host_to")).only_enforce_if(join)
    for guest, host in problem.must:
        for pair in ((guest, host), (host, guest)):
            if pair in pairs:
                model.add(pairs[pair] == 1)
    return pairs


def nestable(guest: Slots, host: Slots) -> bool:
    """Could the guest's opening lie inside the host's?"""
    earliest = np.searchsorted(guest.first, host.first)
    fits = earliest < len(guest)
    return bool((guest.last[earliest[fits]] <= host.last[fits]).any())


def _piece_gains(built: _Model, problem: Problem) -> None:
    """Points for each piece by its best joined host."""
    for choices, worth in _choices(problem.offers, built.pairs).items():
        joins = {pair: built.pairs[pair] for pair in choices}
        built.most += worth[0]
        if len(joins) > 1:
            joins = {pair: built.model.new_bool_var("") for pair in choices}
            built.model.add_at_most_one(joins.values())
            for pair, taken in joins.items():
                built.model.add_implication(taken, built.pairs[pair])
            built.taken.append(joins)
        built.gain.append(cp_model.LinearExpr.weighted_sum(list(joins.values()), worth))


def _day_gains(built: _Model, problem: Problem) -> None:
    """Points for the days of each guest."""
    hosts: dict[int, list[cp_model.IntVar]] = defaultdict(list)
    for (guest, _), join in built.pairs.items():
        hosts[guest].append(join)
    for guest, joins in hosts.items():
        days = problem.weights.days * TENTHS * problem.slots[guest].open_days
        built.most += days
        if len(joins) == 1:
            built.gain.append(days * joins[0])
            continue
        built.is_guest[guest] = is_guest = built.model.new_bool_var("")
        built.model.add_bool_or(joins).only_enforce_if(is_guest)
        built.gain.append(days * is_guest)


def _choices(offers: Offers, pairs: Mapping[Pair, cp_model.IntVar]) -> dict[tuple[Pair, ...], list[int]]:
    """Pieces that offer the same hosts in the same order of worth, as one: hosts → points of each."""
    out: dict[tuple[Pair, ...], list[int]] = {}
    rows = zip(offers.piece.tolist(), offers.guest.tolist(), offers.host.tolist(), offers.points.tolist(), strict=True)
    for _, piece in groupby(rows, key=lambda row: row[0]):
        worth: dict[Pair, int] = {}
        for _, guest, host, points in piece:
            if (guest, host) in pairs:
                worth.setdefault((guest, host), points)
        if worth:
            known = out.setdefault(tuple(worth), [0] * len(worth))
            out[tuple(worth)] = [a + b for a, b in zip(known, worth.values(), strict=True)]
    return out


def _rows(solver: cp_model.CpSolver, built: _Model, problem: Problem) -> dict[int, int]:
    chosen = {i: int(solver.value(place)) for i, place in built.place.items()}
    return {i: int(np.searchsorted(problem.slots[i].host_from, chosen[i])) for i in chosen}


def _earliest(built: _Model, solver: cp_model.CpSolver, problem: Problem) -> dict[int, int] | None:
    """The same joins and no more days moved, everything as early as can be; None if that takes too long."""
    model = built.model
    for join in built.pairs.values():
        if solver.boolean_value(join):
            model.add(join == 1)
    if built.moved:
        model.add(cp_model.LinearExpr.sum(list(built.moved.values())) <= sum(solver.value(m) for m in built.moved.values()))
    free = [place for place in built.place.values() if not isinstance(place, int)]
    if not free:
        return None
    model.minimize(cp_model.LinearExpr.sum(free))
    again = _solver(EARLIEST_SECONDS)
    status = again.solve(model)
    return _rows(again, built, problem) if status == cp_model.OPTIMAL else None


def _alone(problem: Problem) -> Solution:
    """Nobody to heed: each work is moved least, and then as early as it can."""
    row = {i: int(np.argmin(way.moved)) for i, way in problem.slots.items()}
    moved = sum(int(problem.slots[i].moved[k]) for i, k in row.items())
    return Solution(row, -float(problem.weights.shift * moved), True)
