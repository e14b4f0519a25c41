"""Plans and their joint digs in the database: kept, moved by hand, and told when what they rest on has changed.

A dig keeps its number as long as two of its works stay together. Whatever changes who opens when asks its parties anew
(:func:`layers.digs.invitations.reopen`), and only those. Locks are taken in one order: the plan, its digs, their invitations.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from psycopg.types.json import Jsonb

from geo.errors import Conflict, NotFound
from layers.copying import driver
from layers.digs.invitations import reopen
from layers.digs.match_store import fingerprint
from layers.digs.news import tell
from layers.digs.states import log
from layers.people.audit import Actor, note
from layers.rows import Row, Source, column, row, rows, run

WINDOW = ("start", "end", "firm", "duration_days", "shift_days", "ready")
_BRIEF = 'id, state, created_at, created_by, "on", pack, scope, settings, moves, revision, stale, job, error'


@dataclass(frozen=True)
class Member:
    """A work in a dig, as its party is asked about it."""

    work_id: str
    party: str | None
    role: str
    order: int
    start: date
    end: date


@dataclass(frozen=True)
class Draft:
    """A dig as a plan has it. ``shown``: everything else that people see of it, as JSON."""

    start: date
    end: date
    members: Sequence[Member]
    match_ids: Sequence[str]
    metres_saved: float
    shown: Mapping[str, Any]

    @property
    def works(self) -> list[str]:
        """Ids of its works, in the order of laying."""
        return [member.work_id for member in sorted(self.members, key=lambda one: one.order)]

    @property
    def terms(self) -> str:
        """What parties answer to: who opens when."""
        return fingerprint(sorted((one.work_id, one.start.isoformat(), one.end.isoformat()) for one in self.members))


# ── plans ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class NewPlan:
    """What a plan was asked for: day of planning, label of the pack, scope and settings as JSON, and by whom; ``actor``: as the
    audit names them (None: nobody who signed in)."""

    on: date
    pack: str
    scope: Mapping[str, Any]
    settings: Mapping[str, Any]
    by: str
    actor: Actor | None = None


def queue_plan(engine: sa.Engine, asked: NewPlan) -> str:
    """A plan that somebody will make; its id."""
    with engine.begin() as connection:
        return _new(connection, asked)


def add_plan(engine: sa.Engine, asked: NewPlan, case: Mapping[str, Any], made: Mapping[str, Any], digs: Sequence[Draft]) -> str:
    """A plan that is made already; its id."""
    with engine.begin() as connection:
        plan_id = _new(connection, asked)
        _keep(connection, plan_id, case, made, digs, asked.by)
        return plan_id


def _new(connection: sa.Connection, asked: NewPlan) -> str:
    row = driver(connection).execute(
        'INSERT INTO plans (state, "on", pack, scope, settings, created_by) VALUES (%s, %s, %s, %s, %s, %s) RETURNING id',
        ["queued", asked.on, asked.pack, Jsonb(dict(asked.scope)), Jsonb(dict(asked.settings)), asked.by],
    ).fetchone()  # fmt: skip
    assert row is not None
    if asked.actor is not None:
        note(connection, asked.actor, "plan.make", str(row[0]), None, {"on": asked.on.isoformat(), "pack": asked.pack})
    tell(connection, "plan", row[0])
    return str(row[0])


def plan_waits(engine: sa.Engine, plan_id: str, job: str) -> None:
    """The plan is made by this job."""
    with engine.begin() as connection:
        run(connection, "UPDATE plans SET job = :job WHERE id = :id", id=plan_id, job=job)


def plan_failed(engine: sa.Engine, plan_id: str, error: Mapping[str, Any]) -> None:
    """The plan could not be made: words {zh, en}."""
    with engine.begin() as connection:
        driver(connection).execute("UPDATE plans SET state = 'failed', error = %s WHERE id = %s", [Jsonb(dict(error)), plan_id])
        tell(connection, "plan", plan_id)


def keep_plan(engine: sa.Engine, plan_id: str, case: Mapping[str, Any], made: Mapping[str, Any], digs: Sequence[Draft]) -> None:
    """The plan is made. Doing it again (a job that was interrupted) leaves the first one."""
    with engine.begin() as connection:
        (now,) = rows(connection, "SELECT state, created_by FROM plans WHERE id = :id FOR UPDATE", id=plan_id)
        if now["state"] != "done":
            _keep(connection, plan_id, case, made, digs, now["created_by"])


def _keep(
    connection: sa.Connection, plan_id: str, case: Mapping[str, Any], made: Mapping[str, Any], digs: Sequence[Draft], by: str
) -> None:
    driver(connection).execute(
        'UPDATE plans SET state = %s, "case" = %s, made = %s, error = NULL WHERE id = %s',
        ["done", Jsonb(dict(case)), Jsonb(dict(made)), plan_id],
    )
    for k, draft in enumerate(digs, start=1):
        _insert(connection, plan_id, f"dig-{k}", draft, by)
    tell(connection, "plan", plan_id)


def plan(source: Source, plan_id: str, whole: bool = True) -> Row:
    """All columns of a plan, or (not ``whole``) all but what it was made from and what the planner said. Raises NotFound, also
    for what is no id at all."""
    found = row(source, f"SELECT {'*' if whole else _BRIEF} FROM plans WHERE id::text = :id", id=plan_id)
    if found is None:
        raise NotFound(what_zh="计划", what_en="plan", id=plan_id[:100])
    return {**found, "id": str(found["id"]), "job": _text(found["job"])}


def plans(engine: sa.Engine, limit: int = 50, works: Collection[str] | None = None) -> list[dict[str, Any]]:
    """The newest plans, each with the number of its digs (``works``: of those in which one of these lies); one whose job ended
    without it has failed."""
    theirs = "" if works is None else " AND d.works && CAST(:works AS text[])"
    count = f"(SELECT count(*) FROM digs d WHERE d.plan = plans.id AND d.dropped_at IS NULL{theirs}) AS digs"
    ended = "(SELECT count(*) FROM jobs j WHERE j.id = plans.job AND j.state IN ('failed', 'cancelled')) AS ended"
    query = f"SELECT {_BRIEF}, {count}, {ended} FROM plans ORDER BY created_at DESC, id LIMIT :n"
    newest = rows(engine, query, n=limit, **({} if works is None else {"works": sorted(works)}))
    for one in newest:
        if one.pop("ended") and one["state"] == "queued":
            one["state"] = "failed"
    return [{**one, "id": str(one["id"]), "job": _text(one["job"])} for one in newest]


def keep_moves(
    engine: sa.Engine, plan_id: str, revision: int, moves: Mapping[str, str], digs: Sequence[Draft], by: str,
    actor: Actor | None = None,
) -> None:  # fmt: skip
    """Keep starts that were set by hand, and the digs that follow; where nothing moves, nothing is written. Raises Conflict
    where somebody else was faster."""
    with engine.begin() as connection:
        (plan_now,) = rows(connection, "SELECT revision, moves FROM plans WHERE id = :id FOR UPDATE", id=plan_id)
        now = plan_now["revision"]
        if now != revision:
            zh = f"计划已被他人改到第 {now} 版：请刷新后再试"
            en = f"somebody else has changed the plan (revision {now}): look at it again"
            raise Conflict(why_zh=zh, why_en=en, revision=now)
        if plan_now["moves"] == dict(moves):
            return
        driver(connection).execute(
            "UPDATE plans SET revision = revision + 1, moves = %s WHERE id = %s", [Jsonb(dict(moves)), plan_id]
        )
        _settle(connection, plan_id, digs, by)
        if actor is not None:
            before, after = ({"revision": at, "moves": dict(kept)} for at, kept in ((now, plan_now["moves"]), (now + 1, moves)))
            note(connection, actor, "plan.move", plan_id, before, after)
        tell(connection, "plan", plan_id)


# ── digs ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def same_digs(before: Sequence[tuple[int, Sequence[str]]], now: Sequence[Sequence[str]]) -> list[int | None]:
    """For each set of works the dig that it continues: the one with most works in common, two at least; each only once."""
    pairs = [(len(set(works) & set(some)), -k, dig) for k, some in enumerate(now) for dig, works in before]
    out: list[int | None] = [None] * len(now)
    taken: set[int] = set()
    for common, k, dig in sorted(pairs, key=lambda one: (-one[0], -one[1], one[2])):
        if common >= 2 and out[-k] is None and dig not in taken:
            out[-k] = dig
            taken.add(dig)
    return out


def _settle(connection: sa.Connection, plan_id: str, drafts: Sequence[Draft], by: str) -> None:
    """Digs that go on, new ones, and those that are no more."""
    every = rows(connection, "SELECT * FROM digs WHERE plan = :plan ORDER BY id FOR UPDATE", plan=plan_id)
    live = {int(one["id"]): one for one in every if one["dropped_at"] is None}
    numbers = [int(str(one["label"]).removeprefix("dig-")) for one in every]
    next_number = max(numbers, default=0) + 1
    goes_on = same_digs([(dig, one["works"]) for dig, one in live.items()], [draft.works for draft in drafts])
    for draft, dig in zip(drafts, goes_on, strict=True):
        if dig is None:
            _insert(connection, plan_id, f"dig-{next_number}", draft, by)
            next_number += 1
        else:
            _update(connection, dig, draft, live[dig]["terms"], by)
    for dig in sorted(set(live) - set(goes_on)):
        run(connection, "UPDATE digs SET dropped_at = now(), agreed_at = NULL WHERE id = :id", id=dig)
        log(connection, dig, by, "dropped")
        tell(connection, "dig", dig)


def _columns(draft: Draft) -> dict[str, Any]:
    return {
        "terms": draft.terms, "start": draft.start, "end": draft.end, "works": draft.works, "match_ids": list(draft.match_ids),
        "metres_saved": draft.metres_saved, "shown": Jsonb(dict(draft.shown)),
    }  # fmt: skip


def _insert(connection: sa.Connection, plan_id: str, label: str, draft: Draft, by: str) -> None:
    values = {"plan": plan_id, "label": label, **_columns(draft)}
    names, places = ", ".join(f'"{name}"' for name in values), ", ".join(["%s"] * len(values))
    made = driver(connection).execute(f"INSERT INTO digs ({names}) VALUES ({places}) RETURNING id", [*values.values()]).fetchone()
    assert made is not None
    _members(connection, int(made[0]), draft)
    log(connection, int(made[0]), by, "planned", detail={"works": draft.works})
    tell(connection, "dig", made[0])


def _update(connection: sa.Connection, dig: int, draft: Draft, terms: str, by: str) -> None:
    values = _columns(draft)
    sets = ", ".join(f'"{name}" = %s' for name in values)
    if draft.terms == terms:
        driver(connection).execute(f"UPDATE digs SET {sets} WHERE id = %s", [*values.values(), dig])
        return
    driver(connection).execute(
        f"UPDATE digs SET {sets}, revision = revision + 1, changed_at = now() WHERE id = %s", [*values.values(), dig]
    )
    _members(connection, dig, draft)
    days = {"start": draft.start.isoformat(), "end": draft.end.isoformat()}
    log(connection, dig, by, "moved", detail={"works": draft.works, **days})
    reopen(connection, dig, "moved", by)
    tell(connection, "dig", dig)


def _members(connection: sa.Connection, dig: int, draft: Draft) -> None:
    run(connection, "DELETE FROM dig_members WHERE dig = :dig", dig=dig)
    insert = 'INSERT INTO dig_members (dig, work_id, party, role, "order", start, "end") VALUES (%s, %s, %s, %s, %s, %s, %s)'
    members = [(dig, one.work_id, one.party, one.role, one.order, one.start, one.end) for one in draft.members]
    driver(connection).cursor().executemany(insert, members)


def dig(source: Source, dig_id: int) -> Row:
    """All columns of a dig, its members, and its plan's settings. Raises NotFound."""
    found = digs(source, "d.id = :id", id=dig_id)
    if not found:
        raise NotFound(what_zh="同步开挖", what_en="joint dig", id=dig_id)
    return found[0]


def digs_of(source: Source, plan_id: str) -> list[Row]:
    """The live digs of a plan."""
    return digs(source, "d.plan::text = :plan AND d.dropped_at IS NULL", plan=plan_id)


def digs_with(source: Source, match_id: str) -> list[Row]:
    """The live digs that rest on a match, of any plan."""
    return digs(source, ":match = ANY(d.match_ids) AND d.dropped_at IS NULL", match=match_id)


def digs(source: Source, which: str, **given: Any) -> list[Row]:
    """Digs by a condition on ``d`` (a text of ours), with members in the order of laying."""
    members = (
        "(SELECT json_agg(json_build_object('work_id', m.work_id, 'party', m.party, 'role', m.role, 'order', m.\"order\","
        " 'start', m.start, 'end', m.\"end\") ORDER BY m.\"order\", m.work_id) FROM dig_members m WHERE m.dig = d.id) AS members"
    )
    query = f"SELECT d.*, p.settings, {members} FROM digs d JOIN plans p ON p.id = d.plan WHERE {which} ORDER BY d.id"
    return [{**one, "plan": str(one["plan"])} for one in rows(source, query, **given)]


def made_by_hand(source: Source, plan_id: str) -> list[dict[str, Any]]:
    """Every making, moving and dropping of the digs of a plan, oldest first: dig, at, actor, its works then (none: dropped)."""
    query = (
        "SELECT e.dig, e.at, coalesce(p.name, e.actor) AS actor, e.detail->'works' AS works"
        " FROM dig_events e JOIN digs d ON d.id = e.dig LEFT JOIN people p ON p.login = e.actor"
        " WHERE d.plan::text = :plan AND e.what IN ('planned', 'moved', 'dropped') ORDER BY e.id"
    )
    return rows(source, query, plan=plan_id)


# ── when what they rest on changes ───────────────────────────────────────────────────────────────────────────────────


def touch(connection: sa.Connection, matches: Sequence[str], works: Sequence[str], around: Sequence[str] = ()) -> list[int]:
    """Tell plans and digs what is different: ``matches`` that were known and are not the same any more, ``works`` that state
    something else or are gone, ``around``: works of pairs that are new or gone.

    A plan on any of them is stale. A dig is asked anew where something is different that its parties answered to: a stretch
    that they share, its metres, or the window of a work. Other days in common or another note, by other settings, leave it as
    it is. Returns the digs that were touched.
    """
    plans_on = "EXISTS (SELECT FROM jsonb_array_elements(\"case\"->'works') w WHERE w->>'work_id' = ANY(:works))"
    stale = f"UPDATE plans SET stale = true WHERE state = 'done' AND NOT stale AND {plans_on}"
    run(connection, stale, works=sorted({*works, *around}))
    moved, ground = _moved(connection, works), _other_ground(connection, matches)
    query = (
        "SELECT id, match_ids FROM digs WHERE dropped_at IS NULL AND (match_ids && CAST(:ground AS text[]) OR id = ANY(:moved))"
        " ORDER BY id FOR UPDATE"
    )
    touched = rows(connection, query, ground=sorted(ground), moved=sorted(moved))
    for one in touched:
        windows = moved.get(int(one["id"]), {})
        detail = {"matches": sorted(ground & set(one["match_ids"])), "works": sorted(windows), "windows": windows}
        log(connection, one["id"], "matching", "changed", detail=detail)
        reopen(connection, one["id"], "changed", "matching")
        tell(connection, "dig", one["id"])
    return [int(one["id"]) for one in touched]


# Where two works run together, and how: what a dig of both is made of.
_GROUND = (
    "road_id", "shared_m", "from_m", "to_m", "side_a", "side_b", "gap_m", "a_from_m", "a_to_m", "b_from_m", "b_to_m", "pavement",
)  # fmt: skip


def _other_ground(connection: sa.Connection, matches: Sequence[str]) -> set[str]:
    """Of these matches those of live digs that are gone, or whose stretches are not what they were in the version before."""
    if not matches:
        return set()
    columns = ", ".join(f"p.{name}" for name in _GROUND)
    stretches = (
        f"(SELECT jsonb_agg(jsonb_build_array({columns}, ST_AsText(p.geometry, 3)) ORDER BY p.at) FROM match_parts p"
        " WHERE p.match = {which}.id AND p.kind = 'shared')"
    )
    query = (
        "SELECT k.match_id FROM (SELECT DISTINCT unnest(match_ids) AS match_id FROM digs WHERE dropped_at IS NULL) k"
        " LEFT JOIN matches n ON n.match_id = k.match_id AND n.valid_to IS NULL"
        " LEFT JOIN matches o ON o.match_id = k.match_id AND o.version = n.version - 1 WHERE k.match_id = ANY(:matches)"
        f" AND (n.id IS NULL OR {stretches.format(which='n')} IS DISTINCT FROM {stretches.format(which='o')})"
    )
    return set(column(connection, query, matches=list(matches)))


def _moved(connection: sa.Connection, works: Sequence[str]) -> dict[int, dict[str, Any]]:
    """By live dig, those of these works that are gone (None), or that have another window now than the dig was last asked
    about: that of the plan, or of the change that it was told since."""
    if not works:
        return {}
    pairs = ", ".join(f"'{name}', to_jsonb(k.\"{name}\")" for name in WINDOW)
    query = (
        f"SELECT d.id AS dig, k.work_id, k.gone_at IS NOT NULL AS gone, jsonb_build_object({pairs}) AS window, coalesce("
        " (SELECT e.detail->'windows'->k.work_id FROM dig_events e WHERE e.dig = d.id AND e.what = 'changed'"
        " AND e.detail->'windows'->k.work_id IS NOT NULL ORDER BY e.id DESC LIMIT 1),"
        " (SELECT w FROM jsonb_array_elements(p.\"case\"->'works') w WHERE w->>'work_id' = k.work_id LIMIT 1)) AS known"
        " FROM works k JOIN dig_members m ON m.work_id = k.work_id JOIN digs d ON d.id = m.dig AND d.dropped_at IS NULL"
        " JOIN plans p ON p.id = d.plan WHERE k.work_id = ANY(:works)"
    )
    out: dict[int, dict[str, Any]] = {}
    for one in rows(connection, query, works=list(works)):
        known = one["known"] or {}
        if one["gone"] or not known or any(one["window"][name] != known.get(name) for name in WINDOW):
            out.setdefault(int(one["dig"]), {})[str(one["work_id"])] = None if one["gone"] else one["window"]
    return out


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
