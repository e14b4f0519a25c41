"""Plans of stored works: what they are made from, what they say, and what becomes of them when somebody drags a bar.

    read_case     works, shared stretches and closures out of the store      layers/match_lists, layers/work_store
    solved        the planner's answer                                        geo/schedule
    present       that answer with the starts that people set since           geo/openings
    preview       the same with other starts, judged and not kept             geo/openings, geo/schedule_check

A case is a value that can be kept as JSON, so that a plan is judged by what it was made from, whatever has changed since.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import sqlalchemy as sa
from pydantic import ValidationError

from api.digs.neighbours import scene
from api.errors import BadRequest
from api.wire import plain
from geo.city import City
from geo.colocation.works import COLUMNS
from geo.connected import components
from geo.crs import to_degrees
from geo.law.coordination import Coordination
from geo.law.pack import Pack
from geo.law.standard import Standard
from geo.law.workdays import DAY, WorkCalendar
from geo.schedule.check import violations
from geo.schedule.closures import closures
from geo.schedule.openings import OPENINGS, arranged, openings
from geo.schedule.savings import Savings, joined, points
from geo.schedule.solve import MEMBERS, Plan
from geo.schedule.solve import plan as planned
from layers.digs.invitations import working_days
from layers.digs.match_lists import shared_parts
from layers.digs.works import stored_works
from layers.standards import read_standard

DATES = (*(name for name, how in COLUMNS.items() if how == "day"), "accepted")
WORK = (*COLUMNS, "route", "owed", "accepted", "bbox", "geometry")
ROW = (
    "match_id", "a", "b", "kind", "status", "days_in_common", "road_id", "road_name", "shared_m", "from_m", "to_m", "side_a",
    "side_b", "gap_m", "a_from_m", "a_to_m", "b_from_m", "b_to_m", "pavement", "note", "note_day", "first_common", "last_common",
    "geometry",
)  # fmt: skip
SECONDS, WORKS_IN_THEM, MOST_SECONDS = 9.0, 200, 600.0
"""A plan of so many works takes at most so many seconds; one of more takes more in proportion, up to the last number."""


@dataclass(frozen=True, eq=False)
class Case:
    """What a plan is made from. ``works``: columns :data:`WORK` in the order of their ids (shapes as GeoJSON in degrees), and
    ``route_id`` and ``row_no`` by which the tables of people call them; ``rows``: shared stretches, columns :data:`ROW`, ``a``
    and ``b`` by position; ``closures``: as :func:`geo.schedule.solve.plan` takes them. ``events``: the delivery that they
    came from; ``pack``: whose words name what is owed, None where the case was kept and has said so already."""

    works: pd.DataFrame
    rows: pd.DataFrame
    closures: pd.DataFrame
    settings: Coordination
    on: date
    events: str
    pack: Pack | None = None

    @property
    def calendar(self) -> WorkCalendar:
        """Working days; beyond the published years by weekends, which every answer marks."""
        return working_days()

    @property
    def standard(self) -> Standard:
        """Distances of pipes side by side."""
        return _standard()

    @cached_property
    def position(self) -> Mapping[str, int]:
        """Where each work stands."""
        return {str(name): i for i, name in enumerate(self.works["work_id"])}

    def json(self) -> dict[str, Any]:
        """As it is kept. The settings are kept with the plan."""
        tables = {"works": self.works[list(WORK)], "rows": self.rows[list(ROW)], "closures": self.closures}
        return {name: _records(table) for name, table in tables.items()} | {"events": self.events}


@lru_cache(maxsize=1)
def _standard() -> Standard:
    return read_standard()


def case_of(kept: Mapping[str, Any], settings: Mapping[str, Any], on: date) -> Case:
    """A case as it was kept."""
    works = _frame(kept["works"], WORK, DATES)
    rows = _frame(kept["rows"], ROW, ("note_day", "first_common", "last_common"))
    closed = _frame(kept["closures"], ("work", "start", "end", "name", "kind"), ("start", "end"))
    return Case(_called(works), rows, closed, Coordination.model_validate(settings), on, kept["events"])


def settings_of(pack: Pack, asked: Mapping[str, Any]) -> Coordination:
    """The pack's settings with those that were asked for. Raises :class:`BadRequest`."""
    base = pack.data.coordination
    if base is None:
        raise BadRequest(
            why_zh=f"规则包 {pack.label} 没有同步开挖的设定", why_en=f"pack {pack.label} has no settings of digging once"
        )
    whole = base.model_dump(mode="json") | dict(asked)
    if "weights" in asked:
        whole["weights"] = base.weights.model_dump() | dict(asked["weights"])
    try:
        return Coordination.model_validate(whole)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "settings"
        raise BadRequest(why_zh=f"设定 {where}：{first['msg']}", why_en=f"setting {where}: {first['msg']}") from None


def read_case(
    engine: sa.Engine, city: City, pack: Pack, on: date, settings: Coordination, scope: Mapping[str, Any] | None = None
) -> Case:
    """The works that share a stretch with another, and what closes their streets. ``scope``: parties, roads, work_ids, bbox."""
    asked = dict(scope or {})
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection, connection.begin():
        rows = shared_parts(
            connection, city, asked.get("parties") or (), asked.get("roads") or (), asked.get("work_ids") or (), asked.get("bbox")
        )
        names = sorted({*rows["a_id"], *rows["b_id"]})
        works = stored_works(connection, city, names)
    place = {name: i for i, name in enumerate(works["work_id"])}
    rows = rows.assign(a=rows["a_id"].map(place).astype("int64"), b=rows["b_id"].map(place).astype("int64"))
    here = scene(city, pack)
    shut = closures(here.place(works), here.events, here.ground, settings)
    rows["geometry"] = _degrees(rows["geometry"].to_numpy(), city)
    table = pd.DataFrame(works.drop(columns="geometry")).assign(**_shown_shapes(works, city))
    return Case(_called(table), rows, shut, settings, on, city.layer("events").delivery_id, pack)


def _called(works: pd.DataFrame) -> pd.DataFrame:
    return works.assign(route_id=works["work_id"], row_no=pd.to_numeric(works["route"]).fillna(0).astype("int64"))


def _shown_shapes(works: gpd.GeoDataFrame, city: City) -> dict[str, list[Any]]:
    shapes = to_degrees(works.geometry.to_numpy(), city.work_crs)
    return {"geometry": _degrees(works.geometry.to_numpy(), city), "bbox": shapely.bounds(shapes).round(7).tolist()}


def _degrees(shapes: Any, city: City) -> list[dict[str, Any]]:
    out = shapely.transform(to_degrees(np.asarray(shapes, dtype=object), city.work_crs), lambda xy: np.round(xy, 7))
    return [shapely.geometry.mapping(shape) for shape in out]


# ── what a plan says ─────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, eq=False)
class Arranged:
    """A plan over its case: what :class:`api.digs.objects.Digs` and the tables of :mod:`api.digs.table` are made from."""

    case: Case
    plan: Plan
    saved: Savings

    @property
    def works(self) -> pd.DataFrame:
        """The works of the case."""
        return self.case.works

    @property
    def rows(self) -> pd.DataFrame:
        """The shared stretches."""
        return self.case.rows

    @property
    def pack(self) -> Pack | None:
        """The pack of the case."""
        return self.case.pack

    @property
    def settings(self) -> Coordination:
        """The settings of the plan."""
        return self.case.settings

    @property
    def standard(self) -> Standard:
        """Distances of pipes."""
        return self.case.standard

    def totals(self, without: Collection[str] = ()) -> dict[str, Any]:
        """Savings of all digs together; ``without``: digs that save nothing, since too few of their parties are left."""
        digs = self.saved.digs[~self.saved.digs["dig_id"].isin(without)]
        members = self.plan.members[~self.plan.members["dig_id"].isin(without)]
        names = {
            "openings": "openings_saved", "metres": "metres_saved", "area_m2": "area_saved_m2", "unmeasured_m": "unmeasured_m",
            "days": "days_saved", "yuan": "yuan_saved", "unpriced_m2": "unpriced_m2",
        }  # fmt: skip
        sums = {name: round(float(digs[column].sum()), 3) for name, column in names.items()}
        sums["yuan"] = sums["yuan"] if self.settings.prices else None
        for name in ("openings", "days"):
            sums[name] = int(sums[name])
        worth = points(replace(self.saved, digs=digs), members, self.settings)
        return {**sums, "points": worth, "shift_days": int(members["shift_days"].sum())}

    def pairs(self) -> pd.DataFrame:
        """One row for each pair: ``joined``, and the calendar days on which both are open (NA where one is not placed)."""
        rows, members = self.rows, self.plan.members
        days = members.set_index("work")[["start", "end"]].reindex(range(len(self.works)))
        start, end = (days[name].to_numpy().astype(DAY) for name in ("start", "end"))
        a, b = rows["a"].to_numpy(dtype=np.int64), rows["b"].to_numpy(dtype=np.int64)
        both = (np.minimum(end[a], end[b]) - np.maximum(start[a], start[b])).astype("timedelta64[D]").astype(float) + 1
        both[np.isnat(start[a]) | np.isnat(start[b])] = np.nan
        table = pd.DataFrame({
            "match_id": rows["match_id"], "a": a, "b": b, "days": np.maximum(both, 0.0),
            "joined": joined(rows, members[members["role"] != "paves"]),
        })  # fmt: skip
        return (
            table.groupby("match_id", sort=False)
            .agg({"a": "first", "b": "first", "days": "first", "joined": "any"})
            .reset_index()
        )


def solved(case: Case, progress: Callable[[int, int], None] | None = None) -> Arranged:
    """The planner's answer to a case. ``progress``: (done, total) works."""
    seconds = min(SECONDS * max(1.0, len(case.works) / WORKS_IN_THEM), MOST_SECONDS)
    on = np.datetime64(case.on, "D")
    plan = planned(case.works, case.rows, case.calendar, case.closures, case.settings, on, case.standard, seconds, progress)
    _, saved = arranged(case.works, case.rows, plan.members[list(OPENINGS)], case.settings, case.standard)
    return Arranged(case, plan, saved)


def made_json(one: Arranged) -> dict[str, Any]:
    """What is kept of the planner's answer: the openings, and what it says of components."""
    return {"members": _records(one.plan.members[list(MEMBERS)]), "components": _records(one.plan.solved)}


def present(case: Case, made: Mapping[str, Any], moves: Mapping[str, str], some: set[int] | None = None) -> Arranged:
    """The plan with the starts that were set by hand: ``moves`` by work_id. ``some``: of these works (by position) alone."""
    opened = _frame(made["members"], MEMBERS, ("start", "end"))[list(OPENINGS)]
    if moves:
        starts = {case.position[name]: np.datetime64(day, "D") for name, day in moves.items()}
        moved = openings(case.works, starts, case.calendar)
        rest = opened[~opened["work"].isin(moved["work"])]
        opened = pd.concat([rest, moved], ignore_index=True) if len(rest) else moved
    if some is not None:
        opened = opened[opened["work"].isin(some)]
        case = replace(case, rows=case.rows[case.rows["a"].isin(some)], closures=case.closures[case.closures["work"].isin(some)])
    plan, saved = arranged(case.works, case.rows, opened, case.settings, case.standard)
    return Arranged(case, plan, saved)


def around(case: Case, works: Iterable[str]) -> set[int]:
    """Positions of all works that hang together with some by shared stretches: nothing that one of them does reaches others."""
    group = components(len(case.works), case.rows["a"].to_numpy(dtype=np.int64), case.rows["b"].to_numpy(dtype=np.int64))
    mine = group[[case.position[name] for name in works]]
    return set(np.flatnonzero(np.isin(group, mine)).tolist())


def put_together(part: Arranged, whole: Arranged, some: set[int]) -> Arranged:
    """``whole`` with its part about some works exchanged for ``part``; their digs are called by different names."""
    gone = set(whole.plan.members.loc[whole.plan.members["work"].isin(some), "dig_id"].dropna())

    def both(one: pd.DataFrame, other: pd.DataFrame, keep: Any) -> pd.DataFrame:
        parts = [table for table in (one, other[keep]) if len(table)]
        return pd.concat(parts, ignore_index=True) if parts else one

    def of_digs(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
        return both(one, other, ~other["dig_id"].isin(gone))

    members = both(part.plan.members, whole.plan.members, ~whole.plan.members["work"].isin(some)).sort_values("work")
    plan = replace(whole.plan, digs=of_digs(part.plan.digs, whole.plan.digs), members=members.reset_index(drop=True))
    names = ("digs", "pavement", "guests")
    saved = Savings(*(of_digs(getattr(part.saved, name), getattr(whole.saved, name)) for name in names))
    return Arranged(whole.case, plan, saved)


def checked(case: Case, moves: Mapping[str, date | None]) -> None:
    """Raises :class:`BadRequest` for a work that is not in the plan, or has no window that a bar could be made of."""
    for name, day in moves.items():
        if name not in case.position:
            raise BadRequest(why_zh=f"计划中没有工程 {name}", why_en=f"the plan has no work {name}", work_id=name)
        work = case.works.iloc[case.position[name]]
        known = not pd.isna(work["start"]) and not pd.isna(work["end"])
        if day is not None and not (known and (work["firm"] or work["duration_days"] > 0)):
            raise BadRequest(
                why_zh=f"{name} 未填时段或工期，无法排期", why_en=f"{name} states no window or no duration: it cannot be planned",
                work_id=name, rule="undated",
            )  # fmt: skip


def merged(kept: Mapping[str, str], more: Mapping[str, date | None]) -> dict[str, str]:
    """Moves kept before with further ones on top; None puts a work back."""
    out = dict(kept) | {name: day.isoformat() for name, day in more.items() if day is not None}
    return {name: day for name, day in sorted(out.items()) if name not in more or more[name] is not None}


class Remembered(WorkCalendar):
    """The same calendar for who asks day by day: the checker of a plan asks for each day of each opening."""

    @cached_property
    def _known_days(self) -> dict[date, bool]:
        return {}

    def is_workday(self, days: Any) -> Any:
        """As :meth:`WorkCalendar.is_workday`."""
        if not isinstance(days, date):
            return super().is_workday(days)
        if days not in self._known_days:
            self._known_days[days] = bool(super().is_workday(days))
        return self._known_days[days]


def broken(one: Arranged) -> list[dict[str, Any]]:
    """Every rule that the plan breaks: rule, work (position), other (position or None), detail."""
    case = one.case
    days = Remembered(case.calendar.rest, case.calendar.work, case.calendar.years, case.calendar.beyond_by_weekend)
    found = violations(case.works, case.rows, days, case.closures, case.settings, case.on, one.plan)
    return [
        {**row, "work": int(row["work"]), "other": None if pd.isna(row["other"]) else int(row["other"])}
        for row in found.drop_duplicates().to_dict("records")
    ]


def with_labels(one: Arranged, labels: Mapping[str, str | None]) -> Arranged:
    """The same with its digs called as they are kept."""

    def named(table: pd.DataFrame) -> pd.DataFrame:
        names = [labels.get(name, name) if isinstance(name, str) else None for name in table["dig_id"]]
        return table.assign(dig_id=pd.Series(names, index=table.index, dtype=object))

    plan = replace(one.plan, digs=named(one.plan.digs), members=named(one.plan.members))
    saved = Savings(*(named(table) for table in (one.saved.digs, one.saved.pavement, one.saved.guests)))
    return Arranged(one.case, plan, saved)


# ── tables as JSON ───────────────────────────────────────────────────────────────────────────────────────────────────


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    text = table.copy()
    for name in text.columns:
        if text[name].dtype.kind == "M":
            text[name] = text[name].dt.strftime("%Y-%m-%d").astype(object)
    records: list[dict[str, Any]] = plain(text.astype(object).to_dict("records"))
    return records


def _frame(records: Any, columns: tuple[str, ...], dates: tuple[str, ...]) -> pd.DataFrame:
    table = pd.DataFrame(records, columns=list(columns))
    for name in dates:
        table[name] = pd.to_datetime(table[name])
    numbers = [name for name in columns if name.endswith(("_m", "_days", "_mm", "_kv", "_mpa")) and name not in dates]
    for name in numbers:
        table[name] = pd.to_numeric(table[name])
    for name in ("work", "a", "b", "open_days", "shift_days"):
        if name in columns and table[name].notna().all():
            table[name] = table[name].astype("int64")
    for name in ("firm", "provisional"):
        if name in columns:
            table[name] = table[name].astype(bool)
    return table
