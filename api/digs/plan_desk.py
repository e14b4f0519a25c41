"""Plans as they are asked for: made, shown, dragged and kept. No web framework here; jobs and endpoints call it alike."""

import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Any

import sqlalchemy as sa

from api.digs import by_hand, plan_view
from api.digs.planning import (
    Arranged,
    Case,
    around,
    broken,
    case_of,
    checked,
    made_json,
    merged,
    present,
    put_together,
    read_case,
    settings_of,
    solved,
    with_labels,
)
from api.errors import BadRequest
from api.jobs.orders import PLAN, Tell
from geo.city import City
from geo.errors import Conflict
from geo.law.coordination import Coordination
from geo.law.pack import Pack
from layers import jobs
from layers.digs.states import answers
from layers.digs.store import (
    Draft,
    NewPlan,
    add_plan,
    digs_of,
    keep_moves,
    keep_plan,
    made_by_hand,
    plan_waits,
    queue_plan,
    same_digs,
)
from layers.digs.store import plan as plan_row
from layers.people.audit import Actor

JSON = dict[str, Any]
MOST_AT_ONCE = 200
"""A plan of so many works is made while the visitor waits; more is a job."""
REFUSED = ("firm", "undated")
KEPT = 8


@dataclass(frozen=True, eq=False)
class Order:
    """What was asked for."""

    on: date
    scope: Mapping[str, Any]
    settings: Mapping[str, Any]
    by: str
    owner: jobs.Owner | None = None


def make(engine: sa.Engine, city: City, pack: Pack, order: Order) -> tuple[str, str | None]:
    """Make a plan; its id. One that would take long is queued: the id of its job is the second. Raises :class:`BadRequest`."""
    settings = settings_of(pack, order.settings)
    case = read_case(engine, city, pack, order.on, settings, order.scope)
    asked = NewPlan(
        order.on, pack.label, dict(order.scope), settings.model_dump(mode="json"), order.by, order.owner and order.owner.actor
    )
    if len(case.works) > MOST_AT_ONCE:
        plan_id = queue_plan(engine, asked)
        order_ = {"plan": plan_id, "pack": pack.label, "on": order.on.isoformat(), "works": len(case.works)}
        job = jobs.enqueue(engine, PLAN, order_, order.owner)
        plan_waits(engine, plan_id, job)
        return plan_id, job
    return add_plan(engine, asked, *_kept(solved(case))), None


def make_queued(engine: sa.Engine, plan_id: str, city: City, pack: Pack, tell: Tell) -> JSON:
    """Make a plan that waits; what is told of it at its end. ``tell`` hears how far it is."""
    began = time.monotonic()
    row = plan_row(engine, plan_id, whole=False)
    tell.phase("读取工程与共用路段", "reading works and shared stretches")
    case = read_case(engine, city, pack, row["on"], Coordination.model_validate(row["settings"]), row["scope"])
    n = len(case.works)
    tell.phase(f"排期：{n} 项工程", f"planning {n} works", n)
    one = solved(case, tell.steps)
    tell.phase("整理同步开挖", "putting the joint digs together")
    kept = _kept(one)
    keep_plan(engine, plan_id, *kept)
    about = {"digs": len(kept[2]), "metres_saved": one.totals()["metres"], "unjoined": len(one.plan.unjoined)}
    return {"rows_in": n, "rows_out": n, **about, "pack": pack.label, "seconds": round(time.monotonic() - began, 3)}


def _kept(one: Arranged) -> tuple[JSON, JSON, list[Draft]]:
    return one.case.json(), made_json(one) | {"unjoined": plan_view.unjoined(one)}, plan_view.drafts(one)


@dataclass(frozen=True, eq=False)
class _Hand:
    """A revision of a plan at hand: what it was made from, what the planner said, how it stands, which rules it breaks."""

    case: Case
    made: JSON
    now: Arranged
    broken: list[JSON]


class Desk:
    """The plans of one database, the latest kept at hand: a preview costs no reading of the whole case."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._kept: OrderedDict[tuple[str, int], _Hand] = OrderedDict()
        self._lock = Lock()

    def show(self, plan_id: str, events: str) -> JSON:
        """The whole plan; one that is not made yet by its head alone. ``events``: the present delivery of closures."""
        row = plan_row(self._engine, plan_id)
        if row["state"] != "done":
            row = self._given_up(row)
            names = ("id", "state", "error", "on", "pack", "created_at", "created_by", "revision", "scope", "settings", "job")
            return {name: row[name] for name in names}
        kept = digs_of(self._engine, plan_id)
        given = answers(self._engine, [one["id"] for one in kept])
        hand = self._at_hand(row)
        one = with_labels(hand.now, plan_view.labels(hand.now, kept, _continued(kept, hand.now)))
        digs = [plan_view.dig(each, given[each["id"]]) for each in kept]
        digs.sort(key=lambda each: (-float(each["savings"]["points"]), each["id"]))
        stale = bool(row["stale"]) or row["case"]["events"] != events
        return plan_view.plan(row, one, digs, stale, hand.broken, self._unjoined(row, hand))

    def _unjoined(self, row: Mapping[str, Any], hand: "_Hand") -> list[JSON]:
        """What is not together: as the planner told it, and since somebody moved bars as it is now."""
        made: list[JSON] = hand.made.get("unjoined", [])
        if not row["moves"]:
            return made
        before = present(hand.case, hand.made, {})
        return by_hand.unjoined(made, before, hand.now, row["moves"], made_by_hand(self._engine, str(row["id"])))

    def preview(self, plan_id: str, moves: Mapping[str, date | None]) -> JSON:
        """What moves on top of those that are kept would amount to; nothing is written."""
        row = self._done(plan_id)
        hand = self._at_hand(row)
        checked(hand.case, moves)
        together = merged(row["moves"], moves)
        kept = digs_of(self._engine, plan_id)
        before = with_labels(hand.now, plan_view.labels(hand.now, kept, _continued(kept, hand.now)))
        some = around(hand.case, moves)
        part = present(hand.case, hand.made, together, some)
        mine = [one for one in kept if {hand.case.position[name] for name in one["works"]} <= some]
        part = with_labels(part, plan_view.labels(part, mine, _continued(mine, part)))
        wrong = [one for one in hand.broken if one["work"] not in some] + broken(part)
        number = {str(each["label"]): int(each["id"]) for each in kept}
        now = put_together(part, before, some)
        given = answers(self._engine, list(number.values()))
        nothing = plan_view.failed(kept, given, now), plan_view.failed(kept, given, before)
        return plan_view.preview(now, before, together, number, row["revision"], wrong, nothing)

    def move(self, plan_id: str, moves: Mapping[str, date | None], revision: int, by: str, actor: Actor | None = None) -> None:
        """Keep moves. What breaks a rule is kept and shown, but firm days do not move. Raises Conflict, BadRequest."""
        row = self._done(plan_id)
        hand = self._at_hand(row)
        case = hand.case
        checked(case, moves)
        together = merged(row["moves"], moves)
        now = present(case, hand.made, together)
        mine = {case.position[name] for name, day in moves.items() if day is not None}
        wrong = [one for one in broken(now) if one["rule"] in REFUSED and one["work"] in mine]
        if wrong:
            name = case.works["work_id"].iloc[wrong[0]["work"]]
            raise BadRequest(
                why_zh=f"{name} 日期已定，不能移动", why_en=f"the days of {name} are firm and do not move", work_id=name,
                rule=wrong[0]["rule"],
            )  # fmt: skip
        keep_moves(self._engine, plan_id, revision, together, plan_view.drafts(now), by, actor)

    def _given_up(self, row: Mapping[str, Any]) -> Mapping[str, Any]:
        """A plan whose job ended without it has failed."""
        if row["state"] == "queued" and row["job"]:
            job = jobs.job(self._engine, row["job"])
            if job.ended and job.state != "done":
                error = job.error or {"zh": "任务已取消", "en": "the job was cancelled"}
                return {**row, "state": "failed", "error": {lang: error[lang] for lang in ("zh", "en")}}
        return row

    def _done(self, plan_id: str) -> Mapping[str, Any]:
        row = plan_row(self._engine, plan_id, whole=False)
        if row["state"] != "done":
            raise Conflict(why_zh="计划尚未完成", why_en="the plan is not made yet", state=row["state"])
        return row

    def _at_hand(self, row: Mapping[str, Any]) -> "_Hand":
        key = (str(row["id"]), int(row["revision"]))
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        whole = row if "case" in row else plan_row(self._engine, key[0])
        case = case_of(whole["case"], whole["settings"], whole["on"])
        now = present(case, whole["made"], row["moves"])
        found = _Hand(case, whole["made"], now, broken(now))
        with self._lock:
            self._kept[key] = found
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return found


def _continued(kept: Any, one: Arranged) -> list[int | None]:
    ids = one.case.works["work_id"]
    now = [[str(ids.iloc[i]) for i in works] for works in one.plan.digs["works"]]
    return same_digs([(int(row["id"]), row["works"]) for row in kept], now)
