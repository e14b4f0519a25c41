"""What given openings amount to: the digs that they make, their order and lead, and what they save. No solver.

The same words as in :mod:`geo.schedule.solve` for days that people set by hand: a plan whose bars were dragged is told apart from
one that was solved only by :func:`geo.schedule.check.violations`, which judges both.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from geo.columns import days, numbers
from geo.law.coordination import Coordination
from geo.law.standard import Standard
from geo.law.workdays import DAY, WorkCalendar
from geo.schedule.savings import Savings, savings
from geo.schedule.solve import SOLVED, Plan
from geo.schedule.tables import MEMBERS, dig_rows, in_digs, in_order
from geo.schedule.why import UNJOINED

OPENINGS = ("work", "start", "end", "open_days", "shift_days", "firm", "provisional")


def openings(works: pd.DataFrame, starts: Mapping[int, Any], calendar: WorkCalendar) -> pd.DataFrame:
    """Columns :data:`OPENINGS` for works (by position) that begin on given days.

    A work that is not firm begins on the first working day that is not before the asked one and is open for its working days;
    a firm one keeps its length in calendar days. Works without a window or a duration are left out: nobody can say until when.
    """
    every = np.array(sorted(starts), np.int64)
    dated = ~(np.isnat(days(works, "start")[every]) | np.isnat(days(works, "end")[every]))
    known = dated & (works["firm"].to_numpy(dtype=bool)[every] | (numbers(works, "duration_days")[every] > 0))
    work = every[known]
    asked = np.array([starts[int(i)] for i in work], DAY)
    first, last, firm = days(works, "start")[work], days(works, "end")[work], works["firm"].to_numpy(dtype=bool)[work]
    more = np.nan_to_num(np.ceil(numbers(works, "duration_days")[work]) - 1).astype(np.int64)  # after the first
    start = np.where(firm, asked, calendar.add_workdays(asked - 1, 1).day)
    end = np.where(firm, asked + (last - first), calendar.add_workdays(start, np.where(firm, 0, more)).day)
    moved = np.maximum(np.maximum((first - start).astype(np.int64), (end - last).astype(np.int64)), 0)
    counted = calendar.count(start - 1, end)
    return pd.DataFrame({
        "work": work, "start": start, "end": end, "open_days": counted.n, "shift_days": np.where(firm, 0, moved), "firm": firm,
        "provisional": counted.provisional,
    })  # fmt: skip


def arranged(
    works: pd.DataFrame, matches: pd.DataFrame, opened: pd.DataFrame, settings: Coordination, standard: Standard | None = None
) -> tuple[Plan, Savings]:
    """The plan that these openings (:data:`OPENINGS`) are, with its savings. ``unjoined`` and ``solved`` are empty; what only a
    solver knows of a dig (status, gap) is blank, and its component is -1."""
    table = opened.sort_values("work").reset_index(drop=True).assign(component=-1)
    members = in_order(in_digs(works, matches, table), works, settings.lead_rule, standard)
    found = savings(works, matches, members, settings)
    nothing = (pd.DataFrame(columns=list(columns)) for columns in (UNJOINED, SOLVED))
    return Plan(dig_rows(works, matches, members, found.digs), members[list(MEMBERS)], *nothing), found
