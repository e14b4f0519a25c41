"""One item under review as people see it: line, verdict, numbered rows, answers, tasks, decisions, log, and what may be done."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import shapely

from api.deps import House
from api.digs.neighbours import neighbours
from api.located import located
from api.reviewing.changes import changed
from api.reviewing.intersections import Part, intersections, lock_rules
from api.rights import Visitor
from api.wire import plain
from geo.axis import axes_of, cut
from geo.crs import to_degrees
from geo.errors import Conflict, NotFound
from geo.law.pack import Pack
from geo.outlines import derived_axis
from layers.people.offices import offices
from layers.reviewing.deeds import doubts
from layers.reviewing.item import Item, item, pavement_days, verdict_objects
from layers.reviewing.seats import signatures, signatures_of
from layers.reviewing.tasks import tasks_of
from layers.rights.scope import EVERYTHING
from layers.route_store import StoredRoute, route

FILING = {"zh": "免审批外线备案", "en": "Filing of a line that needs no permit"}


def pack_of(house: House, label: str | None, day: Any) -> Pack:
    """The pack of a judgement; a version that is no longer here gives way to the one in force on its day."""
    try:
        return house.pack(label) if label else house.pack_for(day)
    except NotFound:
        return house.pack_for(day)


def shown(house: House, now: Visitor, route_id: int) -> dict[str, Any]:
    """Everything of one item. Raises NotFound; Conflict where the line was never judged whole."""
    one = item(house.engine, now.scope, route_id)
    found = route(house.engine, EVERYTHING, route_id)  # whether they see it, the item has said
    if found.verdict is None or found.pieces is None or found.judged is None:
        raise Conflict(why_zh="这条外线尚无完整判定，请先判定", why_en="this line has no whole verdict yet: judge it first")
    pack = pack_of(house, found.judged["pack"], found.judged["on"])
    shape = found.frame.geometry.iloc[0]
    verdict, pieces = located(found.verdict, found.pieces, shape, str(found.frame.crs))
    works = _works(house, found, pack)
    roads = sorted({str(piece["id"]) for piece in pieces if piece["id"] is not None})
    part = _part(shape, str(found.frame.crs))
    rows = intersections(verdict, pieces, works, part, pavement_days(house.engine, roads), lock_rules(pack))
    names = "review" in now.person.may
    with house.engine.connect() as connection:
        open_ones = doubts(connection, one.head["version_id"], now.person.role) if one.head["proposal"] else []
        tasks = tasks_of(connection, one.head["proposal"]) if one.head["proposal"] else []
    said: dict[str, Any] = plain({
        **{name: value for name, value in one.head.items() if name not in ("items", "owed", "author")},
        "route_feature": _feature(found), "judgement": verdict | {"matches": works}, "pieces": pieces, "rows": rows,
        "findings": verdict["findings"], "rests_on": verdict["rests_on"], "works_known": works is not None, "pipes": None,
        "answers": [_named(answer, names) for answer in one.answers], "tasks": [_named(task, names) for task in tasks],
        "items": items(one, verdict, now), "log": [_named(line, names) for line in one.log],
        "history": _history(house, one, route_id), "doubts": open_ones, "can_return": _can_return(one),
    })  # fmt: skip
    return said


def _works(house: House, found: StoredRoute, pack: Pack) -> list[dict[str, Any]] | None:
    """Who digs on the same stretch now: others come and go after a verdict was kept."""
    company = neighbours(found.frame, house.standing.city(), pack, lambda: house.standing.works(pack))
    return None if company is None else company(0)


def _part(shape: Any, work_crs: str) -> Part:
    line = derived_axis(shape) if shape.geom_type in ("Polygon", "MultiPolygon") else shape
    axes = axes_of(np.array([line], dtype=object))

    def part(low: float, high: float) -> list[list[float]]:
        stretch = to_degrees(cut(axes, 0, low, max(high, low + 0.001)), work_crs)
        spots: list[list[float]] = np.round(shapely.get_coordinates(stretch), 7).tolist()
        return spots

    return part


def _feature(found: StoredRoute) -> dict[str, Any]:
    row = found.frame.drop(columns=["geometry", "id", "delivery", "row_no", "unclear"]).iloc[0].to_dict()
    judged = found.judged or {}
    properties = {name: plain(value) for name, value in row.items()} | {"outcome": judged.get("outcome")}
    return {"type": "Feature", "id": found.id, "geometry": found.geometry, "properties": properties}


def items(one: Item, verdict: Mapping[str, Any], now: Visitor) -> list[dict[str, Any]]:
    """What is to be decided and by whom: each of ``seats`` with the offices of which one signs for it, and what was decided;
    ``mine`` where one's own office may decide it now."""
    permits = {permit["item"]: permit for permit in verdict["permits"]}
    done = {(each["item"], each["seat"]): each for each in one.decisions if each["holds"]}
    own = set(signatures_of(now.person.role)) & set(one.waiting) if "review" in now.person.may else set()
    title = {name: role.title.model_dump() for name, role in offices().roles.items()}
    out = []
    for name in one.head["items"]:
        permit = permits.get(name, {"title": FILING})
        seats = [
            {"deciders": [title[each] for each in seat], "decision": done.get((name, key))}
            for key, seat in offices().seats(name).items()
        ]
        out.append({
            "item": name, "title": permit["title"], "authority": permit.get("authority"), "term": permit.get("term"),
            "authority_en": permit.get("authority_en"), "term_en": permit.get("term_en"), "seats": seats,
            "mine": not own.isdisjoint(signatures([name])), "recorded": _recorded(name),
        })  # fmt: skip
    return out


def _recorded(item: str) -> dict[str, Any] | None:
    """The authority elsewhere whose paper an item wants; None where an office here decides it."""
    found = offices().recorded.get(item)
    return None if found is None else {"authority": found.authority.model_dump(), "cite": found.cite}


def _named(line: Mapping[str, Any], names: bool) -> dict[str, Any]:
    """Who acted by name is said among offices; others see the role."""
    hidden = () if names else ("name", "opened_by", "answered_by", "person")
    return {name: value for name, value in line.items() if name not in hidden}


def _history(house: House, one: Item, route_id: int) -> list[dict[str, Any]]:
    """Judgements, the newest first, each with what it changed; whole objects are opened only where there are several."""
    if len(one.history) < 2:
        return [{**each, "changes": None} for each in one.history]
    whole = verdict_objects(house.engine, route_id)
    compared = [None, *(changed(a, b) for a, b in pairwise(whole))]
    return [{**each, "changes": change} for each, change in zip(one.history, compared, strict=True)][::-1]


def _can_return(one: Item) -> bool:
    return bool(one.head["author"]) and one.head["state"] in ("submitted", "under_review")
