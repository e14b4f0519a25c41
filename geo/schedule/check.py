"""An independent check of a plan: every rule that it breaks. Plain dates, day by day; no solver and none of its tables."""

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from geo.law.coordination import Coordination
from geo.law.workdays import WorkCalendar
from geo.schedule.solve import Plan

ONE_DAY = dt.timedelta(days=1)
RULES = (
    "undated", "window", "firm", "duration", "past", "permit", "closure", "paving", "dig", "order", "owed", "shift",
)  # fmt: skip


@dataclass(frozen=True)
class Checked:
    """A plan and all that it must heed, with members by position."""

    works: pd.DataFrame
    matches: pd.DataFrame
    calendar: WorkCalendar
    closures: pd.DataFrame
    settings: Coordination
    on: dt.date
    plan: Plan
    members: dict[int, dict[str, Any]]


def violations(
    works: pd.DataFrame,
    matches: pd.DataFrame,
    calendar: WorkCalendar,
    closures: pd.DataFrame,
    settings: Coordination,
    on: dt.date,
    plan: Plan,
) -> pd.DataFrame:
    """Every rule that the plan breaks: ``rule`` (one of :data:`RULES`), ``work``, ``other`` (NA: nobody else), ``detail``."""
    rows = [{str(name): value for name, value in row.items()} for row in plan.members.to_dict("records")]
    members = {int(row["work"]): {**row, "start": _date(row["start"]), "end": _date(row["end"])} for row in rows}
    one = Checked(works, matches, calendar, closures, settings, on, plan, members)
    found = [*_each(one), *_closures(one), *_paving(one), *_digs(one), *_joins(one)]
    table = pd.DataFrame(found, columns=["rule", "work", "other", "detail"])
    return table.astype({"work": "Int64", "other": "Int64"})


Found = tuple[str, int, int | None, str]


def _date(value: Any) -> dt.date | None:
    return None if pd.isna(value) else pd.Timestamp(value).date()


def _number(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def _each(one: Checked) -> Iterator[Found]:
    """Window, days, permit and day of planning of each work by itself."""
    for i, member in one.members.items():
        work = one.works.iloc[i]
        start, end = _date(work["start"]), _date(work["end"])
        if start is None or end is None:
            yield "undated", i, None, "placed, though its window is not stated"
        elif work["firm"]:
            if (member["start"], member["end"]) != (start, end):
                yield "firm", i, None, f"open {member['start']}–{member['end']}, not {start}–{end}"
        else:
            yield from _loose(one, i, start, end)
        ready = _date(work["ready"])
        if ready and member["start"] < ready:
            yield "permit", i, None, f"open on {member['start']}, its last permit is due on {ready}"


def _loose(one: Checked, i: int, start: dt.date, end: dt.date) -> Iterator[Found]:
    member, work = one.members[i], one.works.iloc[i]
    shift, need = int(_number(work["shift_days"]) or 0), _number(work["duration_days"])
    moved = max((start - member["start"]).days, (member["end"] - end).days, 0)
    if moved > shift:
        yield "window", i, None, f"moved by {moved} days, at most {shift} are allowed"
    if moved != member["shift_days"]:
        yield "shift", i, None, f"says that it moved by {member['shift_days']} days, not {moved}"
    if member["start"] < one.on:
        yield "past", i, None, f"opens on {member['start']}, before the day of planning"
    if need is None:
        yield "undated", i, None, "placed, though its duration is not stated"
    elif _workdays(one, member["start"], member["end"]) != math.ceil(need):
        yield "duration", i, None, f"has {_workdays(one, member['start'], member['end'])} working days, needs {need:g}"
    for day in (member["start"], member["end"]):
        if not one.calendar.is_workday(day):
            yield "duration", i, None, f"begins or ends on {day}, a rest day"


def _workdays(one: Checked, first: dt.date, last: dt.date) -> int:
    """Working days from the first to the last day, both counted."""
    count = 0
    while first <= last:
        count += bool(one.calendar.is_workday(first))
        first += ONE_DAY
    return count


def _closures(one: Checked) -> Iterator[Found]:
    for closure in one.closures.to_dict("records"):
        member = one.members.get(int(closure["work"]))
        first, last = _date(closure["start"]) or dt.date.min, _date(closure["end"]) or dt.date.max
        if member and member["start"] <= last and member["end"] >= first:
            yield "closure", int(closure["work"]), None, f"open during {closure['name']}"


def _paving(one: Checked) -> Iterator[Found]:
    """Every dig before the paving of its stretch, with the spare days between."""
    for a, b, kind in one.matches[["a", "b", "kind"]].itertuples(index=False):
        for dig, paving in ((int(a), int(b)), (int(b), int(a))):
            kinds = one.works["kind"].iloc[dig], one.works["kind"].iloc[paving]
            if kind != "shared" or kinds[0] not in ("route", "permit") or kinds[1] not in ("paving", "road_project"):
                continue
            if {dig, paving} <= set(one.members):
                over, begins = one.members[dig]["end"], one.members[paving]["start"]
                if over >= begins or _workdays(one, over + ONE_DAY, begins - ONE_DAY) < one.settings.spare_days:
                    yield "paving", dig, paving, f"ends on {over}, the paving begins on {begins}"


def _digs(one: Checked) -> Iterator[Found]:
    """Each dig: its members, order, days, lead and owed items."""
    for dig in one.plan.digs.to_dict("records"):
        lead = int(dig["lead"])
        members = {i: member for i, member in one.members.items() if member["dig_id"] == dig["dig_id"]}
        if len(members) < 2 or lead not in members or set(dig["works"]) != set(members):
            yield "dig", lead, None, f"{dig['dig_id']} has members {sorted(members)}, says {dig['works']}"
            continue
        days = min(member["start"] for member in members.values()), max(member["end"] for member in members.values())
        if days != (_date(dig["start"]), _date(dig["end"])):
            yield "dig", lead, None, f"{dig['dig_id']} is open {days[0]}–{days[1]}"
        yield from _order(one, [i for i, _ in sorted(members.items(), key=lambda item: item[1]["order"])], members)
        owed = {item for i in members for item in _owed(one, i)}
        if owed != set(dig["owed"]):
            yield "owed", lead, None, f"owes {sorted(owed)}, says {dig['owed']}"


def _owed(one: Checked, i: int) -> list[str]:
    items = one.works["owed"].iloc[i] if "owed" in one.works else None
    return list(items) if isinstance(items, (list, tuple)) else []


def _order(one: Checked, works: list[int], members: dict[int, dict[str, Any]]) -> Iterator[Found]:
    """Numbered from 1; where every depth is stated, none below one that was laid before it."""
    if [members[i]["order"] for i in works] != list(range(1, len(works) + 1)):
        yield "order", works[0], None, "the order of laying is not 1, 2, 3 …"
    depth = [_number(one.works["depth_m"].iloc[i]) for i in works]
    size = [(_number(one.works["diameter_mm"].iloc[i]) or 0.0) / 1000 for i in works]
    bottoms = [np.nan if d is None else d + s for d, s in zip(depth, size, strict=True)]
    for k in range(1, len(works)):
        if not np.isnan(bottoms).any() and bottoms[k] > bottoms[k - 1] + 1e-3:
            yield "order", works[k], works[k - 1], "lies deeper than what is laid before it"


def _joins(one: Checked) -> Iterator[Found]:
    """Two digs on one stretch, one inside the other, are one dig; and a dig hangs together by such pairs alone."""
    links: dict[int, set[int]] = {i: set() for i in one.members}
    for a, b, kind in one.matches[["a", "b", "kind"]].itertuples(index=False):
        first, second = one.members.get(int(a)), one.members.get(int(b))
        if kind != "shared" or not first or not second or "paves" in (first["role"], second["role"]):
            continue
        if _within(first, second) or _within(second, first):
            links[int(a)].add(int(b))
            links[int(b)].add(int(a))
            if first["dig_id"] is None or first["dig_id"] != second["dig_id"]:
                yield "dig", int(a), int(b), "open one inside the other, and not in one dig"
    for i, member in one.members.items():
        together = {k for k, other in one.members.items() if other["dig_id"] == member["dig_id"]}
        if member["dig_id"] is not None and _reached(i, links) != together:
            yield "dig", i, None, f"{member['dig_id']} does not hang together"


def _within(inner: dict[str, Any], outer: dict[str, Any]) -> bool:
    return bool(inner["start"] >= outer["start"] and inner["end"] <= outer["end"])


def _reached(start: int, links: dict[int, set[int]]) -> set[int]:
    seen, todo = {start}, [start]
    while todo:
        for other in links[todo.pop()] - seen:
            seen.add(other)
            todo.append(other)
    return seen
