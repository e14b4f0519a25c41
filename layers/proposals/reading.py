"""Proposals as they are read: one, a page of them, their versions, their log. What a visitor may not see is not there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from geo.errors import NotFound
from layers.proposals.visible import given, own, visible
from layers.rights.scope import Scope
from layers.route_store import like
from layers.rows import Source, row, rows

_SHOWN = (
    "p.id, p.number, p.title, p.company, c.name AS company_name, p.author, a.name AS author_name, p.state, p.route, p.districts,"
    " p.submitted_at, p.due, p.decided_at, p.decision, p.revision, p.created_at, p.changed_at"
)
_FROM = "FROM proposals p LEFT JOIN companies c ON c.id = p.company LEFT JOIN people a ON a.id = p.author"
_VERSION = (
    'v.id, v.number, v.length_m, v.outcome, v.certainty, v.pack, v."on", v.note, v.saved_by, s.name AS saved_by_name,'
    " v.saved_at, v.submitted_at, v.route"
)


@dataclass(frozen=True)
class Version:
    """One version: its shape (work CRS), its properties, its verdict and pieces without coordinates."""

    id: int
    proposal: int
    number: int
    geometry: BaseGeometry
    properties: dict[str, Any]
    length_m: float
    outcome: str
    certainty: str
    pack: str
    on: date
    verdict: dict[str, Any]
    pieces: list[dict[str, Any]]
    note: str
    saved_at: datetime
    submitted_at: datetime | None
    route: int | None


def _seen_version(scope: Scope) -> str:
    """The newest version that somebody sees: what was not submitted is its author's and company's alone."""
    return (
        "(SELECT max(n.number) FROM proposal_versions n WHERE n.proposal = p.id"
        f" AND (n.submitted_at IS NOT NULL OR {own(scope)}))"
    )


def one(source: Source, scope: Scope, proposal: int) -> dict[str, Any]:
    """A proposal with ``version`` (the newest that is seen) and ``mine`` (theirs to change). Raises NotFound."""
    query = f"SELECT {_SHOWN}, {_seen_version(scope)} AS version, {own(scope)} IS TRUE AS mine {_FROM}"
    found = row(source, f"{query} WHERE p.id = :proposal AND {visible(scope)}", proposal=proposal, **given(scope))
    if found is None:
        raise NotFound(what_zh="外线方案", what_en="proposal", id=proposal)
    return found


def listed(
    source: Source,
    scope: Scope,
    states: Sequence[str] = (),
    q: str = "",
    mine: bool = False,
    limit: int = 50,
    offset: int = 0,
) -> dict[str, Any]:
    """A page of proposals, the last changed first: total, counts by state, items with what their seen version came to.

    ``counts`` hold for ``q`` and ``mine`` whatever ``states`` are asked."""
    wanted = own(scope) if mine else visible(scope)
    if q:
        wanted += " AND concat_ws(' ', p.number, p.title, c.name) ILIKE :like"
    asked = {**given(scope), "like": like(q), "states": list(states), "limit": limit, "offset": offset}
    counted = rows(source, f"SELECT p.state, count(*) AS n {_FROM} WHERE {wanted} GROUP BY 1", **asked)
    counts = {str(each["state"]): int(each["n"]) for each in counted}
    page = rows(
        source,
        f"SELECT {_SHOWN}, {own(scope)} IS TRUE AS mine, v.number AS version, v.length_m, v.outcome, v.certainty,"
        " v.verdict -> 'conditions' AS conditions"
        f" {_FROM} JOIN proposal_versions v ON v.proposal = p.id AND v.number = {_seen_version(scope)}"
        f" WHERE {wanted} AND (cardinality(CAST(:states AS text[])) = 0 OR p.state = ANY(:states))"
        " ORDER BY p.changed_at DESC, p.id DESC LIMIT :limit OFFSET :offset",
        **asked,
    )
    total = sum(number for state, number in counts.items() if not states or state in states)
    return {"total": total, "counts": counts, "items": page}


def versions(source: Source, scope: Scope, proposal: int) -> list[dict[str, Any]]:
    """The versions that somebody sees, the newest first, without shape and verdict. Raises NotFound."""
    one(source, scope, proposal)
    return rows(
        source,
        f"SELECT {_VERSION} FROM proposal_versions v JOIN proposals p ON p.id = v.proposal"
        " LEFT JOIN people s ON s.id = v.saved_by"
        f" WHERE p.id = :proposal AND (v.submitted_at IS NOT NULL OR {own(scope)}) ORDER BY v.number DESC",
        proposal=proposal, **given(scope),
    )  # fmt: skip


def version(source: Source, scope: Scope, proposal: int, number: int | None = None) -> Version:
    """One version, the newest that is seen where none is named. Raises NotFound."""
    which = one(source, scope, proposal)["version"] if number is None else number
    found = row(
        source,
        "SELECT v.id, v.proposal, v.number, ST_AsBinary(v.geometry) AS geometry, v.properties, v.length_m, v.outcome,"
        ' v.certainty, v.pack, v."on", v.verdict, v.pieces, v.note, v.saved_at, v.submitted_at, v.route'
        " FROM proposal_versions v JOIN proposals p ON p.id = v.proposal WHERE p.id = :proposal AND v.number = :which"
        f" AND {visible(scope)} AND (v.submitted_at IS NOT NULL OR {own(scope)})",
        proposal=proposal, which=which, **given(scope),
    )  # fmt: skip
    if found is None:
        raise NotFound(what_zh="方案版本", what_en="version of the proposal", id=f"{proposal}/{which}")
    return Version(**{**found, "geometry": shapely.from_wkb(bytes(found["geometry"]))})


def events(source: Source, scope: Scope, proposal: int) -> list[dict[str, Any]]:
    """What happened to a proposal, oldest first. Versions that were only saved are told to those whose it is. Raises NotFound."""
    mine = one(source, scope, proposal)["mine"]
    return rows(
        source,
        "SELECT e.id, e.at, e.person, w.name AS person_name, w.role, e.what, e.detail FROM proposal_events e"
        " LEFT JOIN people w ON w.id = e.person WHERE e.proposal = :proposal AND (:mine OR e.what <> 'save') ORDER BY e.id",
        proposal=proposal, mine=mine,
    )  # fmt: skip


def companies(source: Source) -> list[dict[str, Any]]:
    """Every company by name: {id, name}."""
    return rows(source, "SELECT id, name FROM companies ORDER BY name")
