"""Proposals as they are shown: a version with its line and its verdict on the map, and two versions side by side."""

from collections.abc import Mapping
from typing import Any

import shapely

from api.deps import House
from api.located import located
from geo import versions as beside
from geo.crs import to_degrees
from layers.proposals import store
from layers.proposals.reading import Version
from layers.rights.scope import Scope

_BRIEF = (
    "id", "number", "length_m", "outcome", "certainty", "pack", "on", "note", "saved_at", "submitted_at", "route",
)  # fmt: skip


def whole(house: House, scope: Scope, proposal: int, number: int | None = None) -> dict[str, Any]:
    """A proposal with one of its versions (the newest that is seen), its versions and its log. Raises NotFound."""
    with house.engine.connect() as connection:
        one = store.one(connection, scope, proposal)
        held = store.version(connection, scope, proposal, number)
        listed = store.versions(connection, scope, proposal)
        log = store.events(connection, scope, proposal)
    return {**head(one), "present": shown(held, one["number"], house), "versions": listed, "events": log}


def head(one: Mapping[str, Any]) -> dict[str, Any]:
    """A row of proposals: company and author as {id, name}, null where there is none."""
    rest = {name: value for name, value in one.items() if name not in ("company_name", "author_name")}
    return {**rest, "company": _named(one, "company"), "author": _named(one, "author")}


def _named(one: Mapping[str, Any], what: str) -> dict[str, Any] | None:
    return None if one[what] is None else {"id": one[what], "name": one[f"{what}_name"]}


def shown(held: Version, number: str, house: House) -> dict[str, Any]:
    """A version as a GeoJSON feature (properties as ``POST /api/review`` takes them) with its verdict and pieces."""
    crs = house.standing.settings().work_crs
    verdict, pieces = located(held.verdict, held.pieces, held.geometry, crs)
    feature = {
        "type": "Feature", "id": held.route, "geometry": _degrees(held.geometry, crs), "properties": held.properties,
    }  # fmt: skip
    return {**_brief(held), "feature": feature, "verdict": {**verdict, "route_id": number}, "pieces": pieces}


def compared(house: House, scope: Scope, proposal: int, a: int, b: int) -> dict[str, Any]:
    """Two versions side by side: both lines, what was removed and added, findings and permits with what changed."""
    with house.engine.connect() as connection:
        first, second = store.version(connection, scope, proposal, a), store.version(connection, scope, proposal, b)
    crs = house.standing.settings().work_crs
    parts = beside.moved(first.geometry, second.geometry)
    sides = [
        {
            **_brief(each), "geometry": _degrees(each.geometry, crs), "conditions": each.verdict.get("conditions", []),
            "headline": each.verdict.get("headline"), "dug_m": each.verdict["length"]["dug_m"],
            "properties": each.properties,
        }
        for each in (first, second)
    ]  # fmt: skip
    stretches = {name: getattr(parts, name) for name in ("removed", "added", "kept")}
    return {
        "proposal": proposal,
        "a": sides[0],
        "b": sides[1],
        **{name: {"length_m": round(each.length, 3), "geometry": _degrees(each, crs)} for name, each in stretches.items()},
        "findings": beside.findings(first.verdict, second.verdict),
        "permits": beside.permits(first.verdict, second.verdict),
        "properties": _changed(first.properties, second.properties),
    }


def _changed(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[dict[str, Any]]:
    names = [name for name in dict.fromkeys([*a, *b]) if a.get(name) != b.get(name)]
    return [{"name": name, "a": a.get(name), "b": b.get(name)} for name in names]


def _brief(held: Version) -> dict[str, Any]:
    return {name: getattr(held, name) for name in _BRIEF}


def _degrees(shape: Any, crs: str) -> dict[str, Any]:
    if shape.is_empty:
        return {"type": "MultiLineString", "coordinates": []}
    out: dict[str, Any] = shapely.geometry.mapping(shapely.transform(to_degrees(shape, crs), lambda xy: xy.round(9)))
    return out
