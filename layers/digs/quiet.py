"""Quiet plans: what a party may do, told to nobody. Others learn that something overlaps, and no more, until both have opened.

The tables of quiet plans are read here and nowhere else, and what leaves this module is made key by key: a plan to the holder
of its token; of another one its bare overlap, or what its owner opened. Works are public: towards a work it is enough that
the owner of the quiet plan opens.

Overlaps are told on a coarse footing. Two lie on one another where they come within half the distance (:class:`Near`) of one
and the same square of a fixed grid, and no known day keeps them apart. So whoever enters plan after plan to feel for another
one learns which squares that one touches, and never where in them; the least extent and the window of four weeks (asked by
the endpoint) and the number that one party may have at a time make even that slow. The party's name is what it says of
itself: the number binds who uses one name.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from shapely.geometry.base import BaseGeometry

from geo.city import City
from geo.errors import Conflict, NotFound
from layers.cities import city_settings, srid_of
from layers.digs.invitations import hashed
from layers.digs.match_lists import degrees
from layers.people.audit import Actor, note
from layers.rows import Row, column, row, rows, run

LOCK = sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext("waixian quiet")))
_APART = "({a}.end < {b}.start OR {b}.end < {a}.start)"
# The first line is for the index (on ``a``); the squares that both may touch are those about both of their boxes.
_NEAR = (
    "({a}.geometry && ST_Expand({b}.geometry, :cell_m + :near_m) AND coalesce(NOT " + _APART + ", true) AND EXISTS ("
    "SELECT FROM ST_SquareGrid(:cell_m, ST_Intersection(ST_Expand({a}.geometry, :near_m / 2 + :cell_m),"
    " ST_Expand({b}.geometry, :near_m / 2 + :cell_m))) square WHERE ST_DWithin(square.geom, {a}.geometry, :near_m / 2)"
    " AND ST_DWithin(square.geom, {b}.geometry, :near_m / 2)))"
)


@dataclass(frozen=True)
class Near:
    """How closely overlaps are told: ``near_m`` between works on one stretch, ``cell_m``: side of the squares."""

    near_m: float
    cell_m: float

    def given(self) -> dict[str, Any]:
        """As parameters of a query."""
        return {"near_m": self.near_m, "cell_m": self.cell_m}


@dataclass(frozen=True)
class Quiet:
    """A *maybe*. ``shape``: a rough line or area in the work CRS."""

    party: str
    start: date
    end: date
    shape: BaseGeometry
    utility: str | None = None
    note: str = ""
    contact: str = ""


def enter(engine: sa.Engine, plan: Quiet, most: int, day: date, actor: Actor | None = None) -> str:
    """Keep a quiet plan; the token by which alone it is found again. Raises Conflict where its party has ``most`` already
    that are not over on ``day``. The audit learns that somebody entered one, and nothing of it."""
    token = secrets.token_urlsafe(32)
    with engine.begin() as connection:
        connection.execute(LOCK)
        same = 'lower(btrim(party)) = lower(btrim(:party)) AND "end" >= :day'
        (there,) = column(connection, f"SELECT count(*) AS n FROM quiet_plans WHERE {same}", party=plan.party, day=day)
        if there >= most:
            raise Conflict(
                why_zh=f"一个单位同时至多有 {most} 项意向计划：请先撤回不再需要的",
                why_en=f"one party has at most {most} quiet plans at a time: withdraw what is not needed any more", most=most,
            )  # fmt: skip
        city = city_settings(connection)
        values = {name: getattr(plan, name) for name in ("party", "start", "end", "utility", "note", "contact")}
        values |= {"hash": hashed(token), "shape": plan.shape.wkb, "srid": srid_of(city)}
        statement = (
            'INSERT INTO quiet_plans (token_hash, party, start, "end", utility, note, contact, geometry) VALUES'
            " (:hash, :party, :start, :end, :utility, :note, :contact, ST_GeomFromWKB(:shape, :srid))"
        )
        run(connection, statement, **values)
        if actor is not None:
            note(connection, actor, "quiet.enter", "quiet plan")
    return token


def quiet_plan(engine: sa.Engine, token: str, near: Near) -> dict[str, Any]:
    """The plan of a token with its overlaps. Raises NotFound."""
    with engine.begin() as connection:
        city, own = city_settings(connection), _own(connection, token)
        _find(connection, own["id"], near)
        met = rows(connection, _OVERLAPS, me=own["id"], **near.given())
        keep = ("party", "start", "end", "utility", "note", "contact", "created_at")
        out = {name: own[name] for name in keep} | {"geometry": degrees([bytes(own["shape"])], city)[0]}
        return out | {"overlaps": [_overlap(one, city) for one in met]}


def open_to(engine: sa.Engine, token: str, overlap: str, opened: bool) -> None:
    """Open the plan of a token to the other side of an overlap, or close it again. Raises NotFound."""
    with engine.begin() as connection:
        own = _own(connection, token)
        when = "now()" if opened else "NULL"
        statement = (
            f"UPDATE quiet_overlaps SET opened_at = CASE WHEN quiet = :me THEN {when} ELSE opened_at END,"
            f" other_opened_at = CASE WHEN other = :me THEN {when} ELSE other_opened_at END"
            " WHERE id::text = :overlap AND :me IN (quiet, other)"
        )
        if not run(connection, statement, me=own["id"], overlap=overlap):
            raise NotFound(what_zh="重叠", what_en="overlap", id=overlap[:100])


def withdraw(engine: sa.Engine, token: str) -> None:
    """Forget a quiet plan and everything about it. Raises NotFound."""
    with engine.begin() as connection:
        run(connection, "DELETE FROM quiet_plans WHERE id = :me", me=_own(connection, token)["id"])


def on_work(engine: sa.Engine, work_id: str, near: Near) -> dict[str, Any]:
    """How many quiet plans overlap a present work, and what those say whose owner opened towards it. Raises NotFound."""
    with engine.connect() as connection:
        work = row(connection, "SELECT party FROM works WHERE work_id = :id AND gone_at IS NULL", id=work_id)
        if work is None:
            raise NotFound(what_zh="工程", what_en="work", id=work_id[:100])
        overlap = _NEAR.format(a="q", b="w")
        source = f"FROM quiet_plans q JOIN works w ON w.work_id = :id AND {overlap}"
        given: dict[str, Any] = {"id": work_id, **near.given()}
        (count,) = column(connection, f"SELECT count(*) AS n {source}", **given)
        opened = (
            f'SELECT q.party, q.start, q."end", q.utility, q.contact {source} JOIN quiet_overlaps o'
            " ON o.quiet = q.id AND o.work_id = w.work_id AND o.opened_at IS NOT NULL ORDER BY q.party, q.start"
        )
        return {"work_id": work_id, "party": work["party"], "overlaps": int(count), "opened": rows(connection, opened, **given)}


def counts(engine: sa.Engine, works: list[str], near: Near) -> Mapping[str, int]:
    """For some works, how many quiet plans overlap each: the bare fact."""
    overlap = _NEAR.format(a="q", b="w")
    source = f"works w JOIN quiet_plans q ON {overlap}"
    query = f"SELECT w.work_id, count(*) AS n FROM {source} WHERE w.work_id = ANY(:works) GROUP BY 1"
    return {one["work_id"]: int(one["n"]) for one in rows(engine, query, works=works, **near.given())}


def _own(connection: sa.Connection, token: str) -> Row:
    query = "SELECT *, ST_AsBinary(geometry) AS shape FROM quiet_plans WHERE token_hash = :hash"
    own = row(connection, query, hash=hashed(token))
    if own is None:
        raise NotFound(what_zh="意向计划", what_en="quiet plan", id="…")
    return own


def _find(connection: sa.Connection, me: int, near: Near) -> None:
    """Give every overlap of a plan its number, so that it can be opened."""
    connection.execute(LOCK)
    others = (
        "INSERT INTO quiet_overlaps (quiet, other) SELECT least(q.id, o.id), greatest(q.id, o.id) FROM quiet_plans q"
        f" JOIN quiet_plans o ON o.id <> q.id AND {_NEAR.format(a='o', b='q')} WHERE q.id = :me ON CONFLICT DO NOTHING"
    )
    works = (
        "INSERT INTO quiet_overlaps (quiet, work_id) SELECT q.id, w.work_id FROM quiet_plans q JOIN works w ON w.gone_at IS NULL"
        f" AND {_NEAR.format(a='w', b='q')} WHERE q.id = :me ON CONFLICT DO NOTHING"
    )
    for statement in (others, works):
        run(connection, statement, me=me, **near.given())


_OVERLAPS = f"""
SELECT o.id, o.work_id, CASE WHEN o.quiet = me.id THEN o.opened_at ELSE o.other_opened_at END IS NOT NULL AS mine,
       CASE WHEN o.quiet = me.id THEN o.other_opened_at ELSE o.opened_at END IS NOT NULL AS theirs,
       x.party, x.start, x."end", x.utility, x.contact, ST_AsBinary(x.geometry) AS shape,
       w.party AS work_party, w.project AS work_project, w.utility AS work_utility, w.start AS work_start, w."end" AS work_end
FROM quiet_plans me JOIN quiet_overlaps o ON me.id IN (o.quiet, o.other)
LEFT JOIN quiet_plans x ON x.id = CASE WHEN o.quiet = me.id THEN o.other ELSE o.quiet END AND {_NEAR.format(a="me", b="x")}
LEFT JOIN works w ON w.work_id = o.work_id AND w.gone_at IS NULL AND {_NEAR.format(a="me", b="w")}
WHERE me.id = :me AND (x.id IS NOT NULL OR w.work_id IS NOT NULL) ORDER BY o.work_id NULLS FIRST, o.id
"""


def _overlap(met: Row, city: City) -> dict[str, Any]:
    """What the holder of a token may know of one overlap."""
    public = met["work_id"] is not None
    theirs = public or bool(met["theirs"])
    both = bool(met["mine"]) and theirs
    other: dict[str, Any] | None = None
    if public:
        columns = ("party", "project", "utility", "start", "end")
        other = {"work_id": met["work_id"], **{name: met[f"work_{name}"] for name in columns}}
    elif both:
        other = {name: met[name] for name in ("party", "start", "end", "utility", "contact")}
        other["geometry"] = degrees([bytes(met["shape"])], city)[0]
    said = {"mine_open": bool(met["mine"]), "theirs_open": theirs, "both_open": both}
    return {"overlap": str(met["id"]), "with": other, **said}
