"""Surveys: called, agreed, opened, closed; who takes part. Only participants and the organiser know that one exists."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from geo.errors import BadInput, Conflict, Forbidden, NotFound
from layers.cities import city_settings, srid_of
from layers.people.accounts import Person
from layers.people.audit import Actor, note
from layers.people.offices import offices
from layers.proposals.visible import given, visible
from layers.rights.scope import scope_of
from layers.rows import Source, column, row, rows, run
from layers.survey.conclusions import concludes, silent
from layers.survey.journal import add, cut
from layers.survey.kinds import kinds
from layers.survey.presence import HERE
from layers.survey.states import Step, after


@dataclass(frozen=True)
class Call:
    """A survey to be called. ``site``: GeoJSON Point or Polygon in degrees; ``case_id``: the case, as text."""

    kind: str
    mode: str
    title: str
    site: Mapping[str, Any]
    proposal: int | None = None
    case_id: str | None = None


_NEW = (
    "INSERT INTO surveys (kind, mode, title, site, proposal, case_id, organiser) VALUES (:kind, :mode, :title,"
    " ST_Transform(ST_SetSRID(ST_GeomFromGeoJSON(:site), 4326), CAST(:srid AS int)), :proposal, :case_id, :person) RETURNING id"
)


def call(engine: sa.Engine, person: Person, actor: Actor, asked: Call) -> dict[str, Any]:
    """A planned survey with its organiser as the first participant. Raises Forbidden where one's office may not call this
    kind, BadInput for a site outside the city or with crossing edges, NotFound for a proposal that one does not see."""
    kind = kinds()[asked.kind]
    if person.role not in kind.calls:
        raise Forbidden(
            why_zh=f"{kind.title.zh}不由您的单位组织（{kind.cite}）", why_en=f"your office does not organise this ({kind.cite})"
        )
    with engine.begin() as connection:
        city = city_settings(connection)
        _check_site(connection, json.dumps(dict(asked.site)), city.bounds)
        if asked.proposal is not None:
            _check_proposal(connection, person, asked.proposal)
        (made,) = rows(
            connection, _NEW, kind=asked.kind, mode=asked.mode, title=asked.title, site=json.dumps(dict(asked.site)),
            srid=srid_of(city), proposal=asked.proposal, case_id=asked.case_id, person=person.id,
        )  # fmt: skip
        _take_in(connection, made["id"], person.id, person.role)
        note(connection, actor, "survey.call", f"survey {made['id']}", None, {"kind": asked.kind, "title": asked.title})
    return one(engine, person, made["id"])


def _check_site(connection: sa.Connection, site: str, bounds: tuple[float, float, float, float]) -> None:
    query = (
        "SELECT ST_IsValid(g) AND NOT ST_IsEmpty(g) AS valid, ST_CoveredBy(g, ST_MakeEnvelope(:w, :s, :e, :n, 4326)) AS inside"
        " FROM ST_SetSRID(ST_GeomFromGeoJSON(:site), 4326) g"
    )
    west, south, east, north = bounds
    found = row(connection, query, site=site, w=west, s=south, e=east, n=north)
    if found is None or not found["valid"]:
        raise BadInput(why_zh="踏勘范围的边相交或为空，请重画", why_en="the site's edges cross, or it is empty: draw it again")
    if not found["inside"]:
        raise BadInput(
            why_zh="踏勘地点超出本城市范围；请检查坐标顺序（先经度后纬度）",
            why_en="the site lies outside the city; check the order (longitude first)",
        )


def _check_proposal(connection: sa.Connection, person: Person, proposal: int) -> None:
    scope = scope_of(person)
    query = f"SELECT 1 AS one FROM proposals p WHERE p.id = :id AND {visible(scope)}"
    if row(connection, query, id=proposal, **given(scope)) is None:
        raise NotFound(what_zh="方案", what_en="proposal", id=proposal)


_TAKE_IN = (
    "INSERT INTO survey_participants (survey, person, role) VALUES (:survey, :person, :role)"
    " ON CONFLICT (survey, person) DO UPDATE SET removed_at = NULL, role = excluded.role"
)


def _take_in(connection: sa.Connection, survey: int, person: int, role: str) -> None:
    run(connection, _TAKE_IN, survey=survey, person=person, role=role)


_SURVEY = (
    "SELECT s.id, s.kind, s.mode, s.title, s.state, s.proposal, s.case_id, s.organiser, s.agreed_for, s.opened_at, s.ended_at,"
    " (SELECT n.name FROM people n WHERE n.id = s.organiser) AS organiser_name, s.last_seq, s.closed_without, s.created_at,"
    " CAST(ST_AsGeoJSON(ST_Transform(s.site, 4326), 7) AS json) AS site FROM surveys s"
)
_MINE = (
    "(EXISTS (SELECT FROM survey_participants m WHERE m.survey = s.id AND m.person = :person AND m.removed_at IS NULL)"
    " OR EXISTS (SELECT FROM survey_offices o JOIN people q ON o.role = q.role OR o.company = q.company"
    " WHERE o.survey = s.id AND q.id = :person AND NOT EXISTS"
    " (SELECT FROM survey_participants r WHERE r.survey = s.id AND r.person = :person)))"
)
WHO = (
    "SELECT p.id, p.person, p.link, coalesce(n.name, p.name) AS name, p.role, c.name AS company, p.task, p.joined_at,"
    f" p.removed_at, {HERE} AS here FROM survey_participants p LEFT JOIN people n ON n.id = p.person"
    " LEFT JOIN companies c ON c.id = n.company WHERE p.survey = :survey ORDER BY p.id"
)
_OFFICES = (
    "SELECT o.role, o.company AS company_id, c.name AS company FROM survey_offices o LEFT JOIN companies c ON c.id = o.company"
    " WHERE o.survey = :survey ORDER BY o.id"
)


def one(source: Source, person: Person, survey: int) -> dict[str, Any]:
    """A survey with its participants and the offices that were invited whole. Raises NotFound, the same for one that is not
    there and one that is not one's own."""
    found = row(source, f"{_SURVEY} WHERE s.id = :survey AND {_MINE}", survey=survey, person=person.id)
    if found is None:
        raise NotFound(what_zh="踏勘", what_en="survey", id=survey)
    return {
        **found, "participants": rows(source, WHO, survey=survey), "offices": rows(source, _OFFICES, survey=survey),
        "conclusions": concludes(source, survey),
    }  # fmt: skip


def mine(engine: sa.Engine, person: Person, limit: int, offset: int) -> list[dict[str, Any]]:
    """The surveys that one takes part in or one's office is invited to, the newest first, without their participants."""
    query = f"{_SURVEY} WHERE {_MINE} ORDER BY s.id DESC LIMIT :limit OFFSET :offset"
    return rows(engine, query, person=person.id, limit=limit, offset=offset)


def led(connection: sa.Connection, person: Person, survey: int) -> dict[str, Any]:
    """The survey, locked. Raises NotFound, Forbidden where somebody else organises it."""
    run(connection, "SELECT 1 FROM surveys WHERE id = :survey FOR UPDATE", survey=survey)
    found = one(connection, person, survey)
    if found["organiser"] != person.id:
        raise Forbidden(why_zh="这一步由踏勘的组织人进行", why_en="this is for the organiser of the survey")
    return found


_STEP = (
    "UPDATE surveys SET state = :state, agreed_for = coalesce(:time, agreed_for),"
    " opened_at = CASE WHEN :state = 'open' THEN now() ELSE opened_at END,"
    " ended_at = CASE WHEN :state IN ('closed', 'cancelled') THEN now() ELSE ended_at END,"
    " closed_without = coalesce(CAST(:lacking AS jsonb), closed_without) WHERE id = :survey"
)

_WAITING = f"SELECT p.id FROM survey_participants p WHERE p.survey = :survey AND p.removed_at IS NULL AND {HERE} ORDER BY p.id"
_GOES_ON = "UPDATE survey_pauses SET ended_at = now() WHERE survey = :survey AND ended_at IS NULL"


def step(
    engine: sa.Engine, person: Person, actor: Actor, survey: int, asked: Step, agreed_for: datetime | None = None,
    without: str = "",
) -> dict[str, Any]:  # fmt: skip
    """The survey after a step of its organiser. ``without``: why it is closed though units have not concluded. Who waits in the
    room when it opens has come; what held it up ends with it.

    Raises NotFound, Forbidden; Conflict for a step that does not begin here, and for closing while units are silent and nothing
    is said of why; BadInput for agreeing without a time."""
    with engine.begin() as connection:
        found = led(connection, person, survey)
        state = after(found["state"], asked)
        if (asked == "agree") != (agreed_for is not None):
            raise BadInput(
                why_zh="agreed_for：约定时须给出时间，其他步骤不填", why_en="agreed_for: agreeing takes a time, other steps none"
            )
        lacking = _lacking(connection, found, without) if asked == "close" else None
        told = None if lacking is None else json.dumps(lacking)
        run(connection, _STEP, survey=survey, state=state, time=agreed_for, lacking=told)
        if state in ("closed", "cancelled"):
            run(connection, _GOES_ON, survey=survey)
        elif state == "open":
            for each in column(connection, _WAITING, survey=survey):
                arrives(connection, survey, each)
        after_ = {"state": state, **({"without": lacking} if lacking else {})}
        note(connection, actor, f"survey.{asked}", f"survey {survey}", {"state": found["state"]}, after_)
    return one(engine, person, survey)


def _lacking(connection: sa.Connection, found: Mapping[str, Any], without: str) -> dict[str, Any] | None:
    """Units that have not concluded and why it is closed all the same, None where all have. Raises Conflict."""
    names = silent(connection, found["id"], found["kind"])
    if not names:
        return None
    if not without.strip():
        zh, en = "、".join(name for name, _ in names), ", ".join(name for _, name in names)
        raise Conflict(
            why_zh=f"尚未下结论：{zh}。请等待，或写明原因后结束",
            why_en=f"these have not concluded: {en}. Wait for them, or say why it ends without them",
        )
    return {"units": [name for name, _ in names], "reason": without.strip()}


def invite(engine: sa.Engine, person: Person, actor: Actor, survey: int, login: str) -> dict[str, Any]:
    """Take somebody in, again too where they had been removed. Raises NotFound, Forbidden, Conflict once it has ended."""
    with engine.begin() as connection:
        found = led(connection, person, survey)
        if found["state"] in ("closed", "cancelled"):
            raise Conflict(why_zh="踏勘已经结束", why_en="the survey has ended")
        who = row(connection, "SELECT id, role FROM people WHERE login = :login AND disabled_at IS NULL", login=login.lower())
        if who is None:
            raise NotFound(what_zh="帐号", what_en="account", id=login)
        _take_in(connection, survey, who["id"], who["role"])
        note(connection, actor, "survey.invite", f"survey {survey}", None, {"login": login.lower()})
    return one(engine, person, survey)


def invite_office(
    engine: sa.Engine, person: Person, actor: Actor, survey: int, role: str | None = None, company_id: int | None = None
) -> dict[str, Any]:
    """Invite a whole office (its role) or company: whoever of it comes is let in and becomes a participant, except who was
    removed. Raises NotFound, Forbidden, BadInput for a role that is not there, Conflict once it has ended."""
    if (role is None) == (company_id is None) or (role is not None and role not in offices().roles):
        raise BadInput(
            why_zh="请填写一个单位：role（角色）或 company_id（公司）",
            why_en="name one office: a role that there is, or a company_id",
        )
    with engine.begin() as connection:
        found = led(connection, person, survey)
        if found["state"] in ("closed", "cancelled"):
            raise Conflict(why_zh="踏勘已经结束", why_en="the survey has ended")
        if company_id is not None and row(connection, "SELECT 1 AS one FROM companies WHERE id = :id", id=company_id) is None:
            raise NotFound(what_zh="公司", what_en="company", id=company_id)
        query = "INSERT INTO survey_offices (survey, role, company) VALUES (:survey, :role, :company) ON CONFLICT DO NOTHING"
        run(connection, query, survey=survey, role=role, company=company_id)
        note(connection, actor, "survey.invite", f"survey {survey}", None, {"role": role, "company": company_id})
    return one(engine, person, survey)


def uninvite_office(
    engine: sa.Engine, person: Person, actor: Actor, survey: int, role: str | None = None, company_id: int | None = None
) -> dict[str, Any]:
    """Take back the invitation of a whole office: nobody else of it is let in. Who has come already stays until removed.

    Raises NotFound where it was not invited, Forbidden, Conflict once the survey has ended."""
    with engine.begin() as connection:
        if led(connection, person, survey)["state"] in ("closed", "cancelled"):
            raise Conflict(why_zh="踏勘已经结束", why_en="the survey has ended")
        query = (
            "DELETE FROM survey_offices WHERE survey = :survey AND role IS NOT DISTINCT FROM CAST(:role AS text)"
            " AND company IS NOT DISTINCT FROM CAST(:company AS bigint)"
        )
        gone = run(connection, query, survey=survey, role=role, company=company_id)
        if not gone:
            raise NotFound(what_zh="受邀单位", what_en="invited office", id=role or company_id or "")
        note(connection, actor, "survey.uninvite", f"survey {survey}", {"role": role, "company": company_id}, None)
    return one(engine, person, survey)


def remove(engine: sa.Engine, person: Person, actor: Actor, survey: int, participant: int) -> dict[str, Any]:
    """Shut somebody out: an open room's journal says so and every process cuts their sockets. The link by which a guest came lets
    no new device in after that. Raises NotFound, Forbidden, Conflict for the organiser."""
    with engine.begin() as connection:
        found = led(connection, person, survey)
        by_id = {each["id"]: each for each in found["participants"]}
        if participant not in by_id:
            raise NotFound(what_zh="参加人", what_en="participant", id=participant)
        if by_id[participant]["person"] == person.id:
            raise Conflict(why_zh="组织人不能移出自己", why_en="the organiser stays")
        if by_id[participant]["removed_at"] is None:
            run(connection, "UPDATE survey_links SET once = true WHERE id = :link", link=by_id[participant]["link"])
            shut_out(connection, found, person, participant)
            note(connection, actor, "survey.remove", f"survey {survey}", None, {"participant": participant})
    return one(engine, person, survey)


def shut_out(connection: sa.Connection, survey: Mapping[str, Any], person: Person, participant: int) -> None:
    """Remove a participant from a survey (as :func:`one` gives it) that ``person`` leads and the caller has locked."""
    run(connection, "UPDATE survey_participants SET removed_at = now() WHERE id = :id", id=participant)
    if survey["state"] == "open":
        own = next(each["id"] for each in survey["participants"] if each["person"] == person.id)
        add(connection, survey["id"], own, "removed", str(uuid.uuid4()), {"participant": participant})
    else:
        cut(connection, survey["id"], participant)


def joins(engine: sa.Engine, person: Person, survey: int) -> int:
    """The number of the participant, whose first coming the journal of an open room tells; who comes for an invited office
    becomes one. Raises NotFound."""
    with engine.begin() as connection:
        found = one(connection, person, survey)
        if person.id not in [each["person"] for each in found["participants"]]:
            _take_in(connection, survey, person.id, person.role)
            found = one(connection, person, survey)
        own: dict[str, Any] = next(each for each in found["participants"] if each["person"] == person.id)
        arrives(connection, survey, own["id"])
        return int(own["id"])


_ARRIVES = (
    "UPDATE survey_participants p SET joined_at = now() FROM surveys s WHERE p.id = :id AND s.id = p.survey AND s.state = 'open'"
    " AND p.joined_at IS NULL"
)


def arrives(connection: sa.Connection, survey: int, participant: int) -> None:
    """The first coming of a participant into an open room, which its journal tells."""
    if run(connection, _ARRIVES, id=participant):
        add(connection, survey, participant, "joined", str(uuid.uuid4()), {})
