"""Judging a stored line anew when the ground under it is known better; the judgement before stays as history."""

import json
import logging
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from api.past import past
from api.review import review
from api.reviewing.changes import changed, same
from api.wire import dumps
from geo.city import City
from geo.errors import Conflict, NotFound, WaixianError
from geo.law.pack import Pack
from layers.packs.choice import pack_for, pack_named
from layers.people.audit import Actor, note
from layers.reviewing.item import verdict_objects
from layers.reviewing.log import event
from layers.reviewing.tasks import settle, updated
from layers.rights.scope import EVERYTHING
from layers.route_store import route, routes_to_judge, save_verdicts
from layers.rows import row

log = logging.getLogger("waixian.review")
SYSTEM = Actor("system")


def rejudge(
    engine: sa.Engine, city: City, packs: Mapping[str, Pack], route_id: int, person: int | None = None, actor: Actor = SYSTEM
) -> dict[str, Any]:
    """Judge a route under review on the city as it stands, by the pack and on the day of its filing.

    A verdict that says something else becomes the present one; one that says the same is not kept, so that what was decided on
    it still holds. ``{"changed", "before", "after", "changes"}``, the verdicts by number. Raises NotFound, Conflict where the
    proposal is decided.
    """
    stored = route(engine, EVERYTHING, route_id)
    proposal = row(engine, "SELECT id, state, number FROM proposals WHERE route = :route", route=route_id)
    if proposal and proposal["state"] not in ("submitted", "under_review"):
        raise Conflict(why_zh="方案不在审查中，不再重新判定", why_en="the proposal is not under review: it is not judged again")
    judged = stored.judged or {}
    frame, spans = routes_to_judge(engine, ids=[route_id])
    day, pack = judged.get("on"), _pack(packs, judged, city)
    answer = review(frame, city, pack, day, spans=spans, history=past(engine, frame, pack, day))
    verdict, pieces = json.loads(dumps(answer.verdict(0))), json.loads(dumps(answer.pieces(0)))
    verdict["matches"] = None  # others come and go: who digs there too is asked anew each time
    before = verdict_objects(engine, route_id)[-1]
    if same(before["verdict"], verdict) and stored.pieces == pieces:
        out: dict[str, Any] = {"changed": False, "before": before["id"], "after": before["id"], "changes": None}
    else:
        save_verdicts(engine, [route_id], answer.rows, [verdict], [pieces])
        after = verdict_objects(engine, route_id)[-1]
        out = {"changed": True, "before": before["id"], "after": after["id"], "changes": changed(before, after)}
    with engine.begin() as connection:
        detail = {name: out[name] for name in ("changed", "before", "after")}
        if out["changed"]:
            detail["fields"] = out["changes"]["fields"]
        if proposal:
            event(connection, proposal["id"], person, "rejudged", json.loads(dumps(detail)))
        note(
            connection,
            actor,
            "verdict.rejudge",
            str(proposal["number"] if proposal else route_id),
            None,
            json.loads(dumps(detail)),
        )
    return out


def _pack(packs: Mapping[str, Pack], judged: Mapping[str, Any], city: City) -> Pack:
    """The pack of the judgement; a version that is no longer here gives way to the one in force on its day."""
    try:
        return pack_named(packs, judged["pack"])
    except NotFound:
        return pack_for(packs, judged["on"], city.name)


def data_came(engine: sa.Engine, city: City, packs: Mapping[str, Pack]) -> list[int]:
    """After a load: judge anew what waited for data that have come, and tell those who asked. The routes judged.

    It may be called as often as one likes: a question remembers the delivery that it was told of."""
    done = updated(engine)
    routes = list(dict.fromkeys(int(one["route"]) for one in done))
    judged: list[int] = []
    for one in routes:
        mine = [task for task in done if task["route"] == one]
        try:
            rejudge(engine, city, packs, one)
        except WaixianError as error:
            log.info("route %s is not judged anew: %s", one, error)
            continue
        unknown = {mine[0]["proposal"]: _unknown(verdict_objects(engine, one)[-1]["verdict"])}
        with engine.begin() as connection:
            settle(connection, mine, unknown)
        judged.append(one)
    return judged


def _unknown(verdict: Mapping[str, Any]) -> list[str]:
    return [one["rule"] for one in verdict["findings"] if one["answer"] == "unknown"]
