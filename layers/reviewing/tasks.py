"""Questions to the owners of layers: what is missing, what is contested; who answers them, and which delivery settled them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from psycopg.types.json import Jsonb

from geo.errors import BadInput, Conflict, Forbidden, NotFound
from geo.schema import LAYERS
from layers.cities import city_settings
from layers.copying import driver
from layers.people.accounts import Person
from layers.people.audit import Actor, note
from layers.people.offices import offices
from layers.reviewing.log import event
from layers.reviewing.queue import reach_of
from layers.rights.scope import Scope
from layers.route_store import with_boxes
from layers.rows import Source, row, rows, run

Kind = Literal["contest", "ask", "missing"]
STATES = ("open", "answered", "closed")
NEAR_M = 30.0
"""A delivery that does not say how far it reaches is about a place if it has rows so near to it."""
_BOX = ", ".join(
    f"ST_{end}(t.geometry) AS {name}" for end, name in (("XMin", "x0"), ("YMin", "y0"), ("XMax", "x1"), ("YMax", "y1"))
)
_TASKS = f"""
SELECT t.id, t.kind, t.layer, t.owner, t.proposal, t.version, t.key, t.question, t.opened_at, t.state, t.answer, t.answered_at,
    t.delivery, p.number, p.title, p.route, p.districts, o.name AS opened_by, a.name AS answered_by,
    d.loaded_at AS delivered_at, d.source AS delivered_source, {_BOX}
FROM data_tasks t JOIN people o ON o.id = t.opened_by LEFT JOIN people a ON a.id = t.answered_by
LEFT JOIN proposals p ON p.id = t.proposal LEFT JOIN deliveries d ON d.id = t.delivery
"""
# one's own office's questions always; else those about proposals within one's reach
_SEEN = """
(t.owner = ANY(CAST(:owners AS text[])) OR CASE :reach WHEN 'city' THEN true WHEN 'district' THEN :district = ANY(p.districts)
 WHEN 'company' THEN coalesce(p.company = :company, false) ELSE coalesce(p.author = :person, false) END)
"""


@dataclass(frozen=True)
class Question:
    """What is asked. ``layer`` "" : of the applicant; ``words``: zh, en, and what belongs to them; ``wkb``: the place in the work
    CRS, None: the whole line."""

    kind: Kind
    layer: str
    owner: str
    key: str
    words: Mapping[str, Any]
    wkb: bytes | None = None


def names_of(person: Person) -> list[str]:
    """The names under which a layer's owner is this person's office or company."""
    role = offices().roles.get(person.role)
    own = [role.title.zh] if role and "review" in role.may and "manage" not in role.may else []
    return [*own, *([person.company] if person.company else [])]


def open_task(connection: sa.Connection, proposal: int, version: int, person: Person, asked: Question) -> int:
    """Ask the owner of a layer. The same question about the same thing is asked once while it is open: its number."""
    known = row(
        connection,
        "SELECT id FROM data_tasks WHERE version = :version AND key = :key AND kind = :kind AND layer = :layer"
        " AND state <> 'closed'",
        version=version, key=asked.key, kind=asked.kind, layer=asked.layer,
    )  # fmt: skip
    if known:
        return int(known["id"])
    made = driver(connection).execute(
        "INSERT INTO data_tasks (kind, layer, owner, proposal, version, key, question, opened_by, geometry)"
        " SELECT %s, %s, %s, %s, v.id, %s, %s, %s, coalesce(ST_GeomFromWKB(%s, ST_SRID(v.geometry)), v.geometry)"
        " FROM proposal_versions v WHERE v.id = %s RETURNING id",
        [asked.kind, asked.layer, asked.owner, proposal, asked.key, Jsonb({**asked.words, "role": person.role}), person.id,
         asked.wkb, version],
    ).fetchone()  # fmt: skip
    assert made is not None
    event(connection, proposal, person.id, "asked", {"task": made[0], "kind": asked.kind, "key": asked.key, "owner": asked.owner})
    return int(made[0])


def drop_own(connection: sa.Connection, version: int, key: str, person: Person) -> None:
    """What one's office asked about a finding and no longer wonders about is closed."""
    run(
        connection,
        "UPDATE data_tasks SET state = 'closed' WHERE version = :version AND key = :key AND kind <> 'missing'"
        " AND state <> 'closed' AND question->>'role' = :role",
        version=version, key=key, role=person.role,
    )  # fmt: skip


def tasks_of(source: Source, proposal: int | None) -> list[dict[str, Any]]:
    """All questions about a proposal, oldest first; boxes in the work CRS are made degrees."""
    found = rows(source, f"{_TASKS} WHERE t.proposal = :proposal ORDER BY t.id", proposal=proposal)
    return _shown(source, found)


def tasks(
    engine: sa.Engine, scope: Scope, person: Person, state: str = "open", layer: str = "", owner: str = "", mine: bool = False,
    limit: int = 100, offset: int = 0,
) -> dict[str, Any]:  # fmt: skip
    """Questions of one state that somebody sees, the oldest first: ``total``, ``counts`` by state, layer and owner, ``items``.
    ``mine``: only those that one's own office or company is asked."""
    given = {**reach_of(scope), "owners": names_of(person), "state": state, "layer": layer, "owner": owner, "mine": mine}
    seen = f"{_SEEN} AND (NOT :mine OR t.owner = ANY(CAST(:owners AS text[])))"
    which = f"WHERE {seen} AND t.state = :state AND (:layer = '' OR t.layer = :layer) AND (:owner = '' OR t.owner = :owner)"
    source = "FROM data_tasks t LEFT JOIN proposals p ON p.id = t.proposal"
    with engine.connect() as connection:
        total = rows(connection, f"SELECT count(*) AS n {source} {which}", **given)[0]["n"]
        counts = {
            name: {one["value"]: one["n"] for one in rows(
                connection, f"SELECT t.{name} AS value, count(*) AS n {source} WHERE {seen}{more} GROUP BY 1 ORDER BY 2 DESC, 1",
                **given)}
            for name, more in (("state", ""), ("layer", " AND t.state = :state"), ("owner", " AND t.state = :state"))
        }  # fmt: skip
        found = rows(
            connection, f"{_TASKS} {which} ORDER BY t.id LIMIT :limit OFFSET :offset", **given, limit=limit, offset=offset
        )
        return {"total": total, "counts": counts, "items": _shown(connection, found)}


def _shown(source: Source, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if isinstance(source, sa.Engine):
        with source.connect() as connection:
            return _shown(connection, found)
    out = with_boxes(found, city_settings(source))
    return [{**one, "question": {name: one["question"].get(name) for name in ("zh", "en", "reason", "role")}} for one in out]


def _locked(connection: sa.Connection, scope: Scope, person: Person, task: int) -> dict[str, Any]:
    """A question that somebody sees, held until the end of the transaction. Raises NotFound."""
    given = {**reach_of(scope), "owners": names_of(person), "task": task}
    source = "FROM data_tasks t LEFT JOIN proposals p ON p.id = t.proposal"
    found = row(connection, f"SELECT t.* {source} WHERE t.id = :task AND {_SEEN} FOR UPDATE OF t", **given)
    if found is None:
        raise NotFound(what_zh="数据任务", what_en="data task", id=task)
    return found


def answer_task(engine: sa.Engine, scope: Scope, person: Person, actor: Actor, task: int, words: str) -> dict[str, Any]:
    """The owner says something. Raises NotFound, Conflict where it is closed, Forbidden for who is not asked."""
    with engine.begin() as connection:
        one = _locked(connection, scope, person, task)
        if "manage" not in person.may and one["owner"] not in names_of(person):
            raise Forbidden(
                why_zh=f"这个问题由 {one['owner'] or '系统管理员'} 答复",
                why_en=f"{one['owner'] or 'the administrator'} is asked this",
            )
        if one["state"] == "closed":
            raise Conflict(why_zh="这个任务已关闭，不能再答复", why_en="this task is closed: it takes no answer any more")
        run(
            connection,
            "UPDATE data_tasks SET state = 'answered', answer = :words, answered_by = :person, answered_at = now()"
            " WHERE id = :id",
            words=words, person=person.id, id=task,
        )  # fmt: skip
        _told(connection, one, person, actor, "answered", words)
        return tasks_by_id(connection, task)


def close_task(
    engine: sa.Engine, scope: Scope, person: Person, actor: Actor, task: int, words: str, delivery: int | None
) -> dict[str, Any]:
    """Whoever asked (any of the same office), or an administrator, says that it is settled; ``delivery``: by which load.

    Raises NotFound, Forbidden, Conflict where it is closed, BadInput where the delivery is none of that layer."""
    with engine.begin() as connection:
        one = _locked(connection, scope, person, task)
        if "manage" not in person.may and one["question"].get("role") != person.role:
            raise Forbidden(why_zh="由提出问题的部门关闭", why_en="it is closed by the office that asked")
        if one["state"] == "closed":
            raise Conflict(why_zh="这个任务已关闭", why_en="this task is closed already")
        known = "SELECT id FROM deliveries WHERE id = :id AND layer = :layer"
        if delivery is not None and row(connection, known, id=delivery, layer=one["layer"]) is None:
            layer = LAYERS.get(one["layer"])
            raise BadInput(
                why_zh=f"第 {delivery} 次装入不是图层“{layer.zh if layer else one['layer']}”的",
                why_en=f"load {delivery} is not one of the layer {layer.en if layer else one['layer']}",
            )
        run(
            connection,
            "UPDATE data_tasks SET state = 'closed', delivery = coalesce(:delivery, delivery) WHERE id = :id",
            delivery=delivery, id=task,
        )  # fmt: skip
        _told(connection, one, person, actor, "closed", words)
        return tasks_by_id(connection, task)


def _told(connection: sa.Connection, one: Mapping[str, Any], person: Person, actor: Actor, what: str, words: str) -> None:
    if one["proposal"] is not None:
        event(connection, one["proposal"], person.id, f"task_{what}", {"task": one["id"], "words": words})
    note(connection, actor, f"task.{what}", str(one["id"]), {"state": one["state"]}, {"state": what, "words": words})


def tasks_by_id(connection: sa.Connection, task: int) -> dict[str, Any]:
    """One question as lists show it."""
    return _shown(connection, rows(connection, f"{_TASKS} WHERE t.id = :task", task=task))[0]


# ── what a delivery settles ──────────────────────────────────────────────────────────────────────────────────────────


def updated(engine: sa.Engine) -> list[dict[str, Any]]:
    """Questions whose layer has been delivered since, about their place: task, proposal, route, layer and the newest such
    ``delivery``. A delivery that states its coverage is about what that meets; another, about what its rows are near to, and
    one without any place (a ledger) about everything."""
    waiting = rows(
        engine,
        "SELECT t.id, t.layer, t.proposal, p.route FROM data_tasks t JOIN proposals p ON p.id = t.proposal"
        " WHERE t.state <> 'closed' AND t.layer <> '' AND p.route IS NOT NULL AND p.state IN ('submitted', 'under_review')"
        " AND EXISTS (SELECT FROM deliveries d WHERE d.layer = t.layer AND d.loaded_at > t.opened_at"
        " AND d.id > coalesce(t.delivery, 0)) ORDER BY t.id",
    )
    found = [(one, _newest(engine, one)) for one in waiting]
    return [{**one, "delivery": delivery} for one, delivery in found if delivery is not None]


def _newest(engine: sa.Engine, one: Mapping[str, Any]) -> int | None:
    layer = one["layer"]
    placed = layer in LAYERS and LAYERS[layer].geometry not in ("none", "raster")
    near = (
        f'EXISTS (SELECT FROM "{layer}" f WHERE f.delivery_id = d.id AND ST_DWithin(f.geometry, t.geometry, :near))'
        if placed
        else "true"
    )
    found = row(
        engine,
        "SELECT max(d.id) AS id FROM data_tasks t JOIN deliveries d ON d.layer = t.layer AND d.loaded_at > t.opened_at"
        " AND d.id > coalesce(t.delivery, 0)"
        f" WHERE t.id = :task AND CASE WHEN d.coverage IS NULL THEN {near} ELSE ST_Intersects(d.coverage, t.geometry) END",
        task=one["id"], near=NEAR_M,
    )  # fmt: skip
    return None if found is None else found["id"]


def settle(connection: sa.Connection, done: Sequence[Mapping[str, Any]], unknown: Mapping[int, Sequence[str]]) -> None:
    """Note the deliveries of :func:`updated` after re-judging. What was missing and is known now is closed; the rest waits for
    whoever asked, to see what has changed. ``unknown``: rules that are still unknown, by proposal."""
    for one in done:
        run(
            connection,
            "UPDATE data_tasks SET delivery = :delivery, state = CASE WHEN kind = 'missing' AND NOT key = ANY(:unknown)"
            " THEN 'closed' ELSE 'answered' END WHERE id = :id AND state <> 'closed'",
            delivery=one["delivery"], id=one["id"], unknown=list(unknown.get(one["proposal"], [])),
        )  # fmt: skip
        event(connection, one["proposal"], None, "data_updated", {"task": one["id"], "delivery": one["delivery"]})
