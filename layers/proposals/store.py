"""Proposals on their way: drawn up, kept in versions, submitted as a stored route, taken back, handed on.

Every change asks for the ``revision`` that its author saw and raises Conflict where another hand was quicker. Changes take
the row of the proposal first and the locks of loading and judging after it, so that two of them never wait for each other.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import geopandas as gpd
import pandas as pd
import sqlalchemy as sa

from geo.errors import Conflict, Forbidden, NotFound
from layers.cities import city_settings, srid_of
from layers.deliveries import Delivery, load_one, retire
from layers.people.audit import Actor, note
from layers.proposals.reading import companies, events, listed, one, version, versions
from layers.proposals.states import Step, after
from layers.proposals.visible import given, own, visible
from layers.rights.scope import Scope
from layers.route_store import keep_verdicts
from layers.rows import Source, column, row, run

SOURCE = "外线通方案"
SYSTEM = Actor("system")


@dataclass(frozen=True)
class Judged:
    """A line as it was judged: one row (work CRS) with its spans, its properties as they were given, its row of
    :data:`layers.route_store.VERDICT_COLUMNS`, its verdict and pieces without coordinates, as plain JSON."""

    frame: gpd.GeoDataFrame
    spans: pd.DataFrame | None
    properties: Mapping[str, Any]
    rows: pd.DataFrame
    verdict: Mapping[str, Any]
    pieces: list[Any]


def reserve(source: Source, year: int) -> tuple[int, str]:
    """The id and the readable number of a proposal to come: year and serial, never given twice, to however many at once."""
    serial = int(column(source, "SELECT nextval(pg_get_serial_sequence('proposals', 'id'))")[0])
    return serial, f"WX{year}-{serial:05d}"


def create(
    engine: sa.Engine, scope: Scope, actor: Actor, reserved: tuple[int, str], title: str, judged: Judged,
    words: str = "", company: int | None = None,
) -> dict[str, Any]:  # fmt: skip
    """A draft with its first version. ``company``: whose it is, where its author enters it for another. Raises NotFound."""
    proposal, number = reserved
    with engine.begin() as connection:
        if company is not None and not column(connection, "SELECT 1 FROM companies WHERE id = :id", id=company):
            raise NotFound(what_zh="单位", what_en="company", id=company)
        run(
            connection,
            "INSERT INTO proposals (id, number, title, company, author, state, version)"
            " VALUES (:id, :number, :title, :company, :author, 'draft', 0)",
            id=proposal, number=number, title=title, author=scope.person or None,
            company=company if company is not None else scope.company or None,
        )  # fmt: skip
        _add_version(connection, proposal, 1, judged, words, scope.person or None)
        _log(connection, proposal, scope.person or None, "create", {"version": 1})
        note(connection, actor, "proposal.create", number, None, {"title": title, "version": 1})
    return one(engine, scope, proposal)


def save_version(
    engine: sa.Engine,
    scope: Scope,
    actor: Actor,
    proposal: int,
    revision: int,
    judged: Judged,
    words: str = "",
    title: str = "",
) -> dict[str, Any]:
    """The next version of a draft. Raises NotFound, Forbidden, Conflict."""
    with engine.begin() as connection:
        before = _taken(connection, scope, proposal, revision)
        if before["state"] != "draft":
            raise Conflict(
                why_zh="方案已提交，不能改动；请先撤回并重新编辑",
                why_en="the proposal was submitted and cannot be changed; withdraw and reopen it first",
            )
        number = int(before["version"]) + 1
        _add_version(connection, proposal, number, judged, words, scope.person or None)
        if title:
            run(connection, "UPDATE proposals SET title = :title WHERE id = :id", title=title, id=proposal)
        _log(connection, proposal, scope.person or None, "save", {"version": number, "note": words})
        note(connection, actor, "proposal.save", before["number"], {"version": before["version"]}, {"version": number})
    return one(engine, scope, proposal)


def submit(
    engine: sa.Engine, scope: Scope, actor: Actor, proposal: int, revision: int, judged: Judged, due: date | None
) -> dict[str, Any]:
    """The present version becomes the one stored route of the proposal, with the verdict of today; all of it or nothing.

    Its former route is replaced. Matches follow by themselves, as after every load. Raises NotFound, Forbidden, Conflict."""
    with engine.begin() as connection:
        before = _taken(connection, scope, proposal, revision)
        state = after(before["state"], "submit")
        owner = column(connection, "SELECT name FROM companies WHERE id = :id", id=before["company"] or 0)
        said = Delivery(source=SOURCE, owner=owner[0] if owner else "", stated_by=actor.login, file_name=before["number"])
        stored = load_one(connection, judged.frame, judged.spans, said, replaces=before["route"])
        keep_verdicts(connection, [stored], judged.rows, [judged.verdict], [judged.pieces])
        run(
            connection,
            "UPDATE proposal_versions SET submitted_at = now(), route = :route WHERE proposal = :id AND number = :number",
            route=stored, id=proposal, number=before["version"],
        )  # fmt: skip
        _set_judgement(connection, proposal, int(before["version"]), judged)
        run(
            connection,
            "UPDATE proposals SET state = :state, route = :route, submitted_at = now(), due = :due, decided_at = NULL,"
            " decision = NULL WHERE id = :id",
            state=state, route=stored, due=due, id=proposal,
        )  # fmt: skip
        _log(connection, proposal, scope.person or None, "submit", {"version": before["version"], "route": stored})
        note(
            connection, actor, "proposal.submit", before["number"], {"state": before["state"], "route": before["route"]},
            {"state": state, "route": stored, "version": before["version"], "outcome": judged.verdict.get("outcome")},
        )  # fmt: skip
    return one(engine, scope, proposal)


def withdraw(engine: sa.Engine, scope: Scope, actor: Actor, proposal: int, revision: int, reason: str = "") -> dict[str, Any]:
    """Taken back by those whose it is: its route is no longer current. Raises NotFound, Forbidden, Conflict."""
    with engine.begin() as connection:
        before = _taken(connection, scope, proposal, revision)
        step_in(connection, before, "withdraw", scope.person or None, {"reason": reason} if reason else {}, actor)
        if before["route"] is not None:
            said = Delivery(source=f"{SOURCE}（撤回）", stated_by=actor.login, file_name=before["number"])
            retire(connection, before["route"], said)
            run(connection, "UPDATE proposals SET route = NULL WHERE id = :id", id=proposal)
    return one(engine, scope, proposal)


def reopen(engine: sa.Engine, scope: Scope, actor: Actor, proposal: int, revision: int) -> dict[str, Any]:
    """A withdrawn proposal is a draft again. Raises NotFound, Forbidden, Conflict."""
    with engine.begin() as connection:
        before = _taken(connection, scope, proposal, revision)
        step_in(connection, before, "reopen", scope.person or None, {}, actor)
    return one(engine, scope, proposal)


def hand_back(engine: sa.Engine, scope: Scope, actor: Actor, proposal: int, revision: int, reason: str) -> dict[str, Any]:
    """An office returns a proposal that it sees to its author, with the reason. Raises NotFound, Conflict."""
    with engine.begin() as connection:
        before = _taken(connection, scope, proposal, revision, mine=False)
        step_in(connection, before, "return", scope.person or None, {"reason": reason}, actor)
    return one(engine, scope, proposal)


def step(
    engine: sa.Engine, proposal: int, step: Step, revision: int, person: int | None,
    detail: Mapping[str, Any] | None = None, actor: Actor = SYSTEM,
) -> dict[str, Any]:  # fmt: skip
    """One step of an office that has looked up the proposal in its own scope before. Raises NotFound, Conflict.

    ``submit`` and ``withdraw`` have functions of their own, since the stored route goes along with them."""
    with engine.begin() as connection:
        before = locked(connection, proposal)
        _same_revision(before, revision)
        return step_in(connection, before, step, person, dict(detail or {}), actor)


def step_in(
    connection: sa.Connection, before: Mapping[str, Any], step: Step, person: int | None, detail: Mapping[str, Any], actor: Actor
) -> dict[str, Any]:
    """One step in the caller's transaction, of a proposal whose row it holds (:func:`locked`); the row as it is now."""
    state = after(before["state"], step)
    run(
        connection,
        "UPDATE proposals SET state = :state, revision = revision + 1, changed_at = clock_timestamp(),"
        " decided_at = CASE WHEN :state = 'decided' THEN now() END,"
        " decision = CASE WHEN :state = 'decided' THEN CAST(:decision AS text) END WHERE id = :id",
        state=state, decision=detail.get("decision"), id=before["id"],
    )  # fmt: skip
    _event(connection, before["id"], person, step, detail)
    note(connection, actor, f"proposal.{step}", before["number"], {"state": before["state"]}, {"state": state, **detail})
    return locked(connection, before["id"])


def locked(connection: sa.Connection, proposal: int) -> dict[str, Any]:
    """The row of a proposal, held until the transaction ends. Raises NotFound."""
    found = row(connection, "SELECT * FROM proposals WHERE id = :id FOR UPDATE", id=proposal)
    if found is None:
        raise NotFound(what_zh="外线方案", what_en="proposal", id=proposal)
    return found


def _taken(connection: sa.Connection, scope: Scope, proposal: int, revision: int, mine: bool = True) -> dict[str, Any]:
    """The row, held, if somebody sees it, it is theirs to change (``mine``) and it is as they saw it."""
    query = f"SELECT p.*, {own(scope)} IS TRUE AS mine FROM proposals p WHERE p.id = :proposal AND {visible(scope)} FOR UPDATE"
    found = row(connection, query, proposal=proposal, **given(scope))
    if found is None:
        raise NotFound(what_zh="外线方案", what_en="proposal", id=proposal)
    if mine and not found["mine"]:
        raise Forbidden(
            why_zh="只有编制人和所属单位可以改动方案", why_en="only its author and their company may change a proposal"
        )
    _same_revision(found, revision)
    return found


def _same_revision(before: Mapping[str, Any], revision: int) -> None:
    if before["revision"] != revision:
        raise Conflict(
            why_zh="方案刚刚被他人改动，请重新打开后再办",
            why_en="somebody has just changed the proposal: open it again, then go on",
            revision=before["revision"],
        )


def _add_version(connection: sa.Connection, proposal: int, number: int, judged: Judged, words: str, person: int | None) -> None:
    """A row of a version, and its districts and number in the proposal."""
    shape = judged.frame.geometry.iloc[0]
    run(
        connection,
        "INSERT INTO proposal_versions (proposal, number, geometry, properties, length_m, outcome, certainty, pack,"
        ' "on", verdict, pieces, note, saved_by)'
        " VALUES (:proposal, :number, ST_Force2D(ST_GeomFromWKB(:wkb, :srid)), CAST(:properties AS jsonb), 0, '', '', '',"
        " CURRENT_DATE, '{}', '[]', :note, :person)",
        proposal=proposal, number=number, wkb=shape.wkb, srid=srid_of(city_settings(connection)),
        properties=_json(judged.properties), note=words, person=person,
    )  # fmt: skip
    _set_judgement(connection, proposal, number, judged)
    run(
        connection,
        "UPDATE proposals p SET version = :number, districts = ARRAY(SELECT DISTINCT d.name FROM districts d"
        " JOIN proposal_versions v ON v.proposal = p.id AND v.number = :number"
        " WHERE d.replaced_by IS NULL AND d.name IS NOT NULL AND ST_Intersects(d.geometry, v.geometry) ORDER BY d.name)"
        " WHERE p.id = :proposal",
        proposal=proposal, number=number,
    )  # fmt: skip


def _set_judgement(connection: sa.Connection, proposal: int, number: int, judged: Judged) -> None:
    said = judged.rows.iloc[0]
    run(
        connection,
        "UPDATE proposal_versions SET length_m = :length_m, outcome = :outcome, certainty = :certainty, pack = :pack,"
        ' "on" = CAST(:day AS date), verdict = CAST(:verdict AS jsonb), pieces = CAST(:pieces AS jsonb)'
        " WHERE proposal = :proposal AND number = :number",
        length_m=float(said["length_m"]), outcome=str(said["outcome"]), certainty=str(said["certainty"]), pack=str(said["pack"]),
        day=str(said["on"])[:10], verdict=_json(judged.verdict), pieces=_json(judged.pieces), proposal=proposal, number=number,
    )  # fmt: skip


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _log(connection: sa.Connection, proposal: int, person: int | None, what: str, detail: Mapping[str, Any]) -> None:
    """A change that is no step: counted, dated, and in the log."""
    if what != "create":
        run(
            connection,
            "UPDATE proposals SET revision = revision + 1, changed_at = clock_timestamp() WHERE id = :id",
            id=proposal,
        )  # fmt: skip
    _event(connection, proposal, person, what, detail)


def _event(connection: sa.Connection, proposal: int, person: int | None, what: str, detail: Mapping[str, Any]) -> None:
    run(
        connection,
        "INSERT INTO proposal_events (proposal, person, what, detail) VALUES (:proposal, :person, :what, CAST(:detail AS jsonb))",
        proposal=proposal, person=person, what=what, detail=_json(detail),
    )  # fmt: skip


__all__ = [
    "SOURCE", "Judged", "companies", "create", "events", "hand_back", "listed", "locked", "one", "reopen", "reserve",
    "save_version", "step", "step_in", "submit", "version", "versions", "withdraw",
]  # fmt: skip
