"""Planning joint digs: which works open together, on which days, in which order, and who leads.

Rules. A work is open for its working days without a break, inside its window or at most its shift away, not before the day
of planning, not before the day of its last owed permit, and never across a closure. Firm works keep their days. Paving
and road projects come after every dig on the same stretch, with the pack's spare days between: dig before it, or wait;
paving that was over before the day of planning binds nobody. Two works on one stretch are *joined* where one's opening lies
inside the other's (:mod:`geo.schedule.savings`); a dig is a set of works that hang together by joins. Nobody has to join: a plan
always exists, and each connected set of works is solved by itself.

What cannot be placed, or is not joined, is listed with the constraint that binds and the smallest change that would help
(:mod:`geo.schedule.why`). The objective is :func:`geo.schedule.savings.points`.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.law.coordination import Coordination
from geo.law.standard import Standard
from geo.law.workdays import DAY, WorkCalendar
from geo.schedule.case import Case, case_of, problems
from geo.schedule.model import Problem, Solution, solve
from geo.schedule.savings import joined, savings
from geo.schedule.tables import DIGS, MEMBERS, dig_rows, in_digs, in_order
from geo.schedule.why import undone

Ints = npt.NDArray[np.int64]
Progress = Callable[[int, int], None]

# One component per core; each is solved by one worker.
THREADS = 2
# Of the time: so much for planning, the rest for finding out what would help those who are not joined.
PLANNING = 0.7
# A small component is solved in milliseconds; a share of less would only make its answer depend on how busy the machine is.
LEAST_SECONDS = 1.0
NOT_A_DAY = np.datetime64("NaT", "D")

SOLVED = (
    "component", "works", "pairs", "joined", "status", "points", "bound", "gap", "openings_saved", "metres_saved",
    "area_saved_m2", "days_saved", "shift_days", "weight_metres", "weight_area", "weight_days", "weight_shift",
)  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """A plan, as tables. Works are named by position; days are ``datetime64[D]``.

    ``members`` (:data:`MEMBERS`): one row for each work that shares a stretch and is placed. ``dig_id``: None where it opens
    alone, or paves; ``role``: lead, joins, alone, paves; ``order``: of laying within the dig, 1 first, with backfill and
    paving after the last (0 for paving); ``open_days``: working days; ``shift_days``: calendar days out of its own window;
    ``provisional``: a day of it was judged by weekends alone.

    ``digs`` (:data:`DIGS`): one row for each set of two or more joined works. ``works``: in the order of laying; ``lead``;
    ``road_names`` and ``match_ids`` of the joined pairs; ``owed``: what its members say that they still owe, together;
    ``paved_by``: the paving that follows; the savings of :class:`geo.schedule.savings.Savings`; ``status`` (optimal,
    feasible) and ``gap`` of its component.

    ``unjoined`` (:data:`geo.schedule.why.UNJOINED`): works that are not placed, and pairs that are not in one dig.

    ``solved`` (:data:`SOLVED`): one row for each component. ``pairs`` share a stretch, ``joined`` of them are; ``points``: the
    objective; ``gap``: by how many points a better plan might beat it, 0 where ``status`` is optimal.
    """

    digs: pd.DataFrame
    members: pd.DataFrame
    unjoined: pd.DataFrame
    solved: pd.DataFrame


def plan(
    works: pd.DataFrame,
    matches: pd.DataFrame,
    calendar: WorkCalendar,
    closures: pd.DataFrame,
    settings: Coordination,
    on: npt.ArrayLike,
    standard: Standard | None = None,
    seconds: float = 8.5,
    progress: Progress | None = None,
) -> Plan:
    """A plan for the works that share a stretch with another (columns of :mod:`geo.colocation.works`, rows of the matches).

    ``closures``: one row per closure and work: work (position), start, end (both included; a blank one has no end on that
    side), name, kind (closure, festival, moratorium). ``on``: the day of planning. ``standard``: the order of laying where
    depths are not stated. A firm work that was over before ``on`` takes no part. Works without a match are not planned:
    nothing is to be agreed. ``progress`` is told (done, total) works as their components are solved; what it raises ends the
    planning. The same input gives the same plan, as long as ``seconds`` suffices. Raises
    :class:`geo.errors.NoCalendar` for a window beyond the calendar's years, unless the calendar is provisional.
    """
    deadline = time.monotonic() + seconds
    case = case_of(works, matches, calendar, closures, settings, np.asarray(on, dtype=DAY).flat[0])
    groups = list(problems(case))
    solutions = _solutions(groups, PLANNING * seconds, progress or (lambda done, total: None))
    placed = _placed(case, groups, solutions, calendar)
    members = in_order(in_digs(works, case.matches, placed), works, settings.lead_rule, standard)
    found = savings(works, case.matches, members, settings).digs
    solved = _solved(case, groups, solutions, members, found)
    digs = dig_rows(works, case.matches, members, found).drop(columns=["status", "gap"])
    digs = digs.merge(solved[["component", "status", "gap"]], on="component", how="left")[list(DIGS)]
    unjoined = undone(case, members, deadline)
    return Plan(digs, members[list(MEMBERS)], unjoined, solved)


def _solutions(groups: Sequence[Problem], seconds: float, tell: Progress) -> list[Solution]:
    """Each component in its share of the time, the largest first, two at a time."""
    sizes = [len(group.slots) for group in groups]
    shares = [max(min(1.0, THREADS * size / sum(sizes)) * seconds, min(LEAST_SECONDS, seconds)) for size in sizes]
    order = sorted(range(len(groups)), key=lambda k: -sizes[k])
    with ThreadPoolExecutor(THREADS) as pool:
        running = {pool.submit(solve, groups[k], shares[k]): k for k in order}
        done = 0
        try:
            for one in as_completed(running):
                done += sizes[running[one]]
                tell(done, sum(sizes))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        found = {k: one.result() for one, k in running.items()}
    return [found[k] for k in range(len(groups))]


def _placed(case: Case, groups: Sequence[Problem], solutions: Sequence[Solution], calendar: WorkCalendar) -> pd.DataFrame:
    """One row for each placed work, in the order of the works."""
    rows = [
        (k, i, int(way.first[row]), int(way.last[row]), way.open_days, int(way.moved[row]))
        for k, (group, solution) in enumerate(zip(groups, solutions, strict=True))
        for i, way in group.slots.items()
        for row in (solution.row[i],)
    ]
    table = np.array(sorted(rows, key=lambda one: one[1]), np.int64).reshape(-1, 6)
    start, end = table[:, 2].astype(DAY), table[:, 3].astype(DAY)
    guessed = calendar.count(start - 1, end).provisional
    return pd.DataFrame({
        "component": table[:, 0], "work": table[:, 1], "start": start, "end": end, "open_days": table[:, 4],
        "shift_days": table[:, 5], "firm": case.works["firm"].to_numpy(dtype=bool)[table[:, 1]], "provisional": guessed,
    })  # fmt: skip


def _solved(
    case: Case, groups: Sequence[Problem], solutions: Sequence[Solution], members: pd.DataFrame, found: pd.DataFrame
) -> pd.DataFrame:
    weights = case.settings.weights
    component = dict(zip(members["work"], members["component"], strict=True))
    pairs = pd.DataFrame({
        "match_id": case.matches["match_id"], "made": joined(case.matches, members[members["dig_id"].notna()]),
        "one": case.matches["a"].map(component), "two": case.matches["b"].map(component),
    }).query("one == two")  # fmt: skip
    shared = pairs.groupby("one")["match_id"].nunique().to_dict()
    made = pairs[pairs["made"]].groupby("one")["match_id"].nunique().to_dict()
    saved = found.assign(component=found["dig_id"].map(members.groupby("dig_id")["component"].first())).groupby("component")
    summed = saved[["points", "openings_saved", "metres_saved", "area_saved_m2", "days_saved"]].sum()
    sums = dict(zip(summed.index.tolist(), summed.to_numpy(dtype=float).tolist(), strict=True))
    moved = members.groupby("component")["shift_days"].sum().to_dict()
    rows: list[tuple[Any, ...]] = []
    for k, (group, solution) in enumerate(zip(groups, solutions, strict=True)):
        worth, *others = sums.get(k, [0.0] * summed.shape[1])
        points = worth - weights.shift * moved[k]
        gap = 0.0 if solution.optimal else max(0.0, round(solution.bound - points, 1))
        status = "feasible" if gap else "optimal"
        row = (k, len(group.slots), shared.get(k, 0), made.get(k, 0), status, points, points + gap, gap)
        rows.append((*row, *others, moved[k], *_weights(weights)))
    return pd.DataFrame(rows, columns=list(SOLVED))


def _weights(weights: Any) -> tuple[int, ...]:
    return weights.metres, weights.area, weights.days, weights.shift
