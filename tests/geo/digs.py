"""Works and matches for tests of planning, as plain frames, and a planner that tries everything.

``work(...)`` gives one row of the works, ``pair(a, b, metres)`` one row of the matches: on Long Street, from the start of both
lines unless told. ``tried`` opens every work on every day that the words of the rules allow and keeps the best.
"""

import datetime as dt
import itertools
import math
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from geo.law.coordination import Coordination
from geo.law.workdays import WorkCalendar
from geo.schedule.check import violations
from geo.schedule.savings import points, savings, together
from geo.schedule.solve import Plan, plan
from layers.calendars import read_calendar
from layers.standards import read_standard

CN = read_calendar()
GB = read_standard()
ON = dt.date(2026, 3, 2)
SETTINGS = Coordination()
Row = dict[str, Any]
Opening = tuple[dt.date, dt.date, int]


def work(start: str | None = "2026-03-02", end: str | None = "2026-03-31", days: float | None = 5, **more: Any) -> Row:
    """One work: a water line of 100 m with a trench of 1 m, not firm, unless told."""
    row: Row = {
        "work_id": None, "kind": "route", "party": None, "project": None, "utility": "water", "start": start, "end": end,
        "firm": False, "duration_days": days, "shift_days": np.nan, "ready": None, "owed": [], "diameter_mm": 200.0,
        "depth_m": np.nan, "trench_width_m": 1.0, "length_m": 100.0, "voltage_kv": np.nan, "pressure_mpa": np.nan, "burial": None,
    }  # fmt: skip
    assert not set(more) - set(row) - {"accepted"}
    return row | more


def frame(rows: Sequence[Row]) -> pd.DataFrame:
    """Rows as the works have them; a work without a name is called by its position."""
    table = pd.DataFrame(list(rows))
    table["work_id"] = [name or f"w{k}" for k, name in enumerate(table["work_id"])]
    for name in ("start", "end", "ready", "accepted"):
        if name in table:
            table[name] = pd.to_datetime(table[name]).astype("datetime64[s]")
    for name in ("duration_days", "shift_days", "diameter_mm", "depth_m", "trench_width_m", "length_m"):
        table[name] = pd.to_numeric(table[name])
    return table


def pair(a: int, b: int, metres: float = 50.0, **more: Any) -> Row:
    """One shared stretch of two works."""
    low, high = min(a, b), max(a, b)
    row: Row = {
        "match_id": f"m{low}-{high}", "a": low, "b": high, "kind": "shared", "road_id": "L1", "road_name": "长街",
        "shared_m": metres, "from_m": 0.0, "to_m": metres, "side_a": "left", "side_b": "left", "gap_m": 2.0,
        "a_from_m": 0.0, "a_to_m": metres, "b_from_m": 0.0, "b_to_m": metres, "pavement": "asphalt",
    }  # fmt: skip
    return row | more


def matches(rows: Sequence[Row]) -> pd.DataFrame:
    """Rows as the matches have them."""
    return pd.DataFrame(list(rows), columns=list(pair(0, 1)))


def on_street(lines: Sequence[tuple[float, float]], width: float = 20.0) -> list[Row]:
    """Every pair that shares metres of one street: ``lines`` are from–to of each work along it."""
    rows = []
    for a, b in itertools.combinations(range(len(lines)), 2):
        low, high = max(lines[a][0], lines[b][0]), min(lines[a][1], lines[b][1])
        if high - low >= width:
            ends = {f"{name}_m": value for name, value in (("from", low), ("to", high))}
            of = {
                f"{x}_{end}_m": value - lines[i][0]
                for x, i in (("a", a), ("b", b))
                for end, value in (("from", low), ("to", high))
            }
            rows.append(pair(a, b, high - low, **ends, **of))
    return rows


def closed(*rows: tuple[int, str | None, str | None, str]) -> pd.DataFrame:
    """Closures: (work, first day, last day, name)."""
    table = pd.DataFrame(rows, columns=["work", "start", "end", "name"]).assign(kind="closure")
    for name in ("start", "end"):
        table[name] = pd.to_datetime(table[name])
    return table


def planned(works: Sequence[Row], pairs: Sequence[Row], closures: pd.DataFrame | None = None, **more: Any) -> Plan:
    """The plan; every rule that it breaks fails the test."""
    settings, on, calendar = more.pop("settings", SETTINGS), more.pop("on", ON), more.pop("calendar", CN)
    table, rows, shut = frame(works), matches(pairs), closed() if closures is None else closures
    made = plan(table, rows, calendar, shut, settings, on, GB, **more)
    broken = violations(table, rows, calendar, shut, settings, on, made)
    assert broken.empty, broken.to_string()
    return made


def worth(made: Plan, settings: Coordination = SETTINGS) -> float:
    """Points of a plan by its own tables."""
    return float(made.solved["points"].sum())


# ── trying everything ────────────────────────────────────────────────────────────────────────────────────────────────


def openings(row: Row, closures: pd.DataFrame, i: int, on: dt.date, calendar: WorkCalendar) -> Iterator[Opening]:
    """(first day, last day, days moved) of every opening that the rules allow one work, day by day."""
    day = dt.date.fromisoformat
    start, end = day(row["start"]), day(row["end"])
    ready = day(row["ready"]) if row["ready"] else dt.date.min
    shut = [(a.date(), b.date()) for w, a, b in closures[["work", "start", "end"]].itertuples(index=False) if w == i]
    shift = 0 if math.isnan(row["shift_days"]) else int(row["shift_days"])
    if row["firm"]:
        spans = [(start, end, 0)] if start >= ready else []
    else:
        first = max(start - dt.timedelta(shift), ready, on)
        every = [first + dt.timedelta(k) for k in range(max(0, (end - first).days + shift + 1))]
        worked = [one for one in every if calendar.is_workday(one)]
        need = math.ceil(row["duration_days"])
        spans = [(a, b, max((start - a).days, (b - end).days, 0)) for a, b in zip(worked, worked[need - 1 :], strict=False)]
    yield from (span for span in spans if all(span[1] < a or span[0] > b for a, b in shut))


def tried(
    works: Sequence[Row], pairs: Sequence[Row], closures: pd.DataFrame | None = None, settings: Coordination = SETTINGS,
    on: dt.date = ON, calendar: WorkCalendar = CN,
) -> float:  # fmt: skip
    """The most points of any openings. Works that no opening is left for, alone or before their paving, are left out, as
    the rules say."""
    shut = closed() if closures is None else closures
    sharing = {i for m in pairs for i in (m["a"], m["b"])}
    ways = {i: list(openings(row, shut, i, on, calendar)) if i in sharing else [] for i, row in enumerate(works)}
    paved = [(d, p) for m in pairs for d, p in ((m["a"], m["b"]), (m["b"], m["a"])) if _paves(works, d, p) and ways[p]]
    ways = {
        i: [w for w in way if all(_before(w, ways[p][-1], settings, calendar) for d, p in paved if d == i)]
        for i, way in ways.items()
    }
    ways = {i: way for i, way in ways.items() if way}
    table, rows = frame(works), matches(pairs)
    members = pd.DataFrame({
        "work": np.array(list(ways), np.int64), "open_days": [_workdays(way[0], calendar) for way in ways.values()],
        "firm": table["firm"].to_numpy()[np.array(list(ways), np.int64)], "shift_days": 0,
    })  # fmt: skip
    known: dict[tuple[bool, ...], float] = {}
    best = -math.inf
    for chosen in itertools.product(*ways.values()):
        opened = dict(zip(ways, chosen, strict=True))
        if not all(_before(opened[d], opened[p], settings, calendar) for d, p in paved if d in opened):
            continue
        inside = tuple(_inside(opened, m["a"], m["b"]) for m in pairs)
        if inside not in known:
            known[inside] = _points(opened, members, table, rows, settings)
        best = max(best, known[inside] - settings.weights.shift * sum(way[2] for way in chosen))
    return best


def _inside(opened: dict[int, Opening], a: int, b: int) -> bool:
    if not {a, b} <= set(opened):
        return False
    (a0, a1, _), (b0, b1, _) = opened[a], opened[b]
    return (a0 >= b0 and a1 <= b1) or (b0 >= a0 and b1 <= a1)


def _paves(works: Sequence[Row], dig: int, paving: int) -> bool:
    return works[dig]["kind"] in ("route", "permit") and works[paving]["kind"] in ("paving", "road_project")


def _workdays(way: Opening, calendar: WorkCalendar) -> int:
    return int(calendar.count(way[0] - dt.timedelta(1), way[1]).n)


@cache
def _between(dig: dt.date, paving: dt.date, calendar: WorkCalendar) -> int:
    return int(calendar.count(dig, paving - dt.timedelta(1)).n) if paving > dig else -1


def _before(dig: Opening, paving: Opening, settings: Coordination, calendar: WorkCalendar) -> bool:
    return _between(dig[1], paving[0], calendar) >= settings.spare_days


def _points(
    opened: dict[int, Opening], members: pd.DataFrame, works: pd.DataFrame, rows: pd.DataFrame, settings: Coordination
) -> float:
    """Points of the joins alone, for these openings."""
    start, end = (np.array([opened[i][k] for i in members["work"]], "datetime64[D]") for k in (0, 1))
    members = members.assign(start=start, end=end, dig_id=None).astype({"dig_id": object})
    digs = members[np.isin(works["kind"].to_numpy()[members["work"]], ("route", "permit"))]
    group = together(works, rows, digs)[digs["work"].to_numpy()]
    members.loc[digs.index, "dig_id"] = [f"d{k}" for k in group]
    return points(savings(works, rows, members, settings), members, settings)
