"""Pages of works and of matches, one match with its stretches and history, and what the planner takes from them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
import sqlalchemy as sa
from psycopg import sql

from geo.city import City
from geo.colocation.works import COLUMNS
from geo.crs import to_degrees, transformer
from geo.errors import NotFound
from layers.cities import city_settings, srid_of
from layers.copying import copy_out
from layers.digs.match_store import PARTS, last_run
from layers.rights.reader import reading
from layers.rights.scope import Scope
from layers.route_store import BOX, like, with_boxes
from layers.rows import column, row, rows

_WORK = ("work_id", "kind", "party", "project", "utility", "start", "end")
_MATCH = (
    "match_id", "version", "kind", "status", "shared_m", "stretches", "road_names", "days_in_common", "first_common",
    "last_common", "same_party", "note", "note_day", "valid_from AS since",
)  # fmt: skip
_HISTORY = (
    "version", "valid_from", "valid_to", "ended", "pack", "kind", "shared_m", "stretches", "days_in_common", "status", "change",
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What is asked for; None: whatever. ``bbox``: degrees; ``gone``: also pairs that ended, since ``since`` if given."""

    kind: Sequence[str] | None = None
    status: Sequence[str] | None = None
    party: str | None = None
    utility: str | None = None
    road: str | None = None
    work: str | None = None
    q: str | None = None
    bbox: tuple[float, float, float, float] | None = None
    since: date | None = None
    gone: bool = False

    def given(self) -> dict[str, Any]:
        """As parameters of a query."""
        return {one.name: getattr(self, one.name) for one in fields(self)}


# ── works ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def works(engine: sa.Engine, scope: Scope, asked: Asked, limit: int, offset: int) -> dict[str, Any]:
    """A page of the present works that somebody of this scope may see: total, counts by kind (whatever ``kind`` is asked), items
    with bbox in degrees."""
    with reading(engine, scope) as connection:
        city = city_settings(connection)
        where, given = _work_filter(asked, city)
        counted = rows(connection, f"SELECT kind, count(*) AS n FROM works_seen t WHERE {where} GROUP BY 1", **given)
        counts = {str(one["kind"]): int(one["n"]) for one in counted}
        matches = (
            "(SELECT count(*) FROM matches_seen m WHERE m.valid_to IS NULL AND (m.a = t.work_id OR m.b = t.work_id)) AS matches"
        )
        columns = ", ".join(f't."{name}"' for name in (*COLUMNS, "owed", "route"))
        page = f"SELECT {columns}, {matches}, {BOX} FROM works_seen t WHERE {where}{_one_of('kind', asked.kind)}"
        order = ' ORDER BY t.work_id COLLATE "C" LIMIT :limit OFFSET :offset'
        given |= {"limit": limit, "offset": offset, "kind": list(asked.kind or ())}
        found = rows(connection, page + order, **given)
    total = sum(n for kind, n in counts.items() if asked.kind is None or kind in asked.kind)
    return {"total": total, "counts": counts, "items": with_boxes(found, city)}


def _work_filter(asked: Asked, city: City) -> tuple[str, dict[str, Any]]:
    where, given = "t.gone_at IS NULL", asked.given()
    for name in ("party", "utility"):
        where += f" AND t.{name} = :{name}" if getattr(asked, name) else ""
    if asked.q:
        where += " AND concat_ws(' ', t.work_id, t.project, t.party) ILIKE :like"
        given["like"] = like(asked.q)
    return where + _in_box(asked, city, given, "t.geometry"), given


def _one_of(column: str, some: Sequence[str] | None) -> str:
    return "" if some is None else f" AND t.{column} = ANY(:{column})"


def _in_box(asked: Asked, city: City, given: dict[str, Any], shape: str) -> str:
    if asked.bbox is None:
        return ""
    box = transformer("EPSG:4490", city.work_crs).transform_bounds(*asked.bbox, densify_pts=21)
    given |= dict(zip(("x0", "y0", "x1", "y1"), map(float, box), strict=True)) | {"srid": srid_of(city)}
    return f" AND ST_Intersects({shape}, ST_MakeEnvelope(:x0, :y0, :x1, :y1, :srid))"


def names(engine: sa.Engine, scope: Scope) -> dict[str, list[str]]:
    """Parties of the present works, and names of roads that have a match: what a filter offers."""
    parties = "SELECT DISTINCT party FROM works_seen WHERE gone_at IS NULL AND party IS NOT NULL ORDER BY 1"
    roads = "SELECT DISTINCT unnest(road_names) FROM matches_seen WHERE valid_to IS NULL ORDER BY 1"
    with reading(engine, scope) as connection:
        return {"parties": column(connection, parties), "roads": column(connection, roads)}


# ── matches ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def matches(engine: sa.Engine, scope: Scope, asked: Asked, limit: int, offset: int) -> dict[str, Any]:
    """A page of matches of works that one may see, shared stretches first, the longest first: total, counts by kind and (of
    shared ones) by status."""
    with reading(engine, scope) as connection:
        city, run = city_settings(connection), last_run(connection)
        where, given = _match_filter(asked, city)
        source = f"FROM matches_seen t JOIN works_seen a ON a.work_id = t.a JOIN works_seen b ON b.work_id = t.b WHERE {where}"
        counted = rows(connection, f"SELECT t.kind, t.status, count(*) AS n {source} GROUP BY 1, 2", **given)
        given |= {"limit": limit, "offset": offset}
        which = _one_of("kind", asked.kind) + _one_of("status", asked.status)
        order = " ORDER BY t.kind DESC, t.shared_m DESC NULLS LAST, t.match_id, t.version LIMIT :limit OFFSET :offset"
        found = rows(connection, f"SELECT {_match_columns()} {source}{which}{order}", **given)
    counts: dict[str, Counter[str]] = {"kind": Counter(), "status": Counter()}
    for one in counted:
        counts["kind"][one["kind"]] += one["n"]
        counts["status"][one["status"]] += one["n"] if one["kind"] == "shared" else 0
    total = sum(one["n"] for one in counted if _wanted(one["kind"], asked.kind) and _wanted(one["status"], asked.status))
    judged = None if run is None else {"at": run["at"], "pack": run["pack"]}
    counts["status"] = +counts["status"]  # without those of crossings alone
    return {"total": total, "counts": counts, "judged": judged, "items": [_item(one) for one in with_boxes(found, city)]}


def _wanted(value: str, some: Sequence[str] | None) -> bool:
    return some is None or value in some


def _match_filter(asked: Asked, city: City) -> tuple[str, dict[str, Any]]:
    given = asked.given() | {"kind": list(asked.kind or ()), "status": list(asked.status or ())}
    where = "t.valid_to IS NULL"
    if asked.gone:
        where = "(t.valid_to IS NULL OR t.ended = 'gone')"
    if asked.since:
        began = "(CAST(:since AS timestamp) AT TIME ZONE 'Asia/Shanghai')"
        where += f" AND coalesce(t.valid_to, t.valid_from) >= {began}"
    where += " AND :party IN (a.party, b.party)" if asked.party else ""
    where += " AND :work IN (t.a, t.b)" if asked.work else ""
    where += " AND :road = ANY(t.road_names)" if asked.road else ""
    if asked.bbox is not None:
        shape = _in_box(asked, city, given, "p.geometry")
        where += f" AND EXISTS (SELECT FROM match_parts p WHERE p.match = t.id{shape})"
    return where, given


def _match_columns() -> str:
    sides = [f'{side}."{name}" AS {side}_{name}' for side in "ab" for name in _WORK]
    ended = "CASE WHEN t.ended = 'gone' THEN t.valid_to END AS gone_at"
    edges = ", ".join(
        f"(SELECT {pick}(ST_{edge}(p.geometry)) FROM match_parts p WHERE p.match = t.id) AS {name}"
        for pick, edge, name in (("min", "XMin", "x0"), ("min", "YMin", "y0"), ("max", "XMax", "x1"), ("max", "YMax", "y1"))
    )
    return ", ".join([*(f"t.{name}" for name in _MATCH), ended, edges, *sides])


def _item(found: Mapping[str, Any]) -> dict[str, Any]:
    rest = {name: value for name, value in found.items() if name[:2] not in ("a_", "b_")}
    return rest | {side: {name: found[f"{side}_{name}"] for name in _WORK} for side in "ab"}


def match(engine: sa.Engine, scope: Scope, match_id: str) -> dict[str, Any]:
    """One pair as it is now (or was when it ended), with ``rows`` (stretches with their geometry in degrees) and ``history``
    (newest version first). Raises NotFound."""
    with reading(engine, scope) as connection:
        city = city_settings(connection)
        source = (
            "FROM matches_seen t JOIN works_seen a ON a.work_id = t.a JOIN works_seen b ON b.work_id = t.b WHERE t.match_id = :id"
        )
        query = f"SELECT {_match_columns()}, t.id AS number {source} ORDER BY t.version DESC LIMIT 1"
        found = row(connection, query, id=match_id)
        if found is None:
            raise NotFound(what_zh="同路段配对", what_en="match", id=match_id[:100])
        columns = ", ".join(PARTS)
        parts = f"SELECT {columns}, ST_AsBinary(geometry) AS shape FROM match_parts WHERE match = :number ORDER BY at"
        placed = rows(connection, parts, number=found.pop("number"))
        past = f"SELECT {', '.join(_HISTORY)} FROM matches_seen WHERE match_id = :id ORDER BY version DESC"
        history = rows(connection, past, id=match_id)
    (one,) = with_boxes([found], city)
    shapes = degrees([bytes(part["shape"]) for part in placed], city)
    told = [name for name in PARTS if name != "chain"]
    stretches = [{**{name: part[name] for name in told}, "geometry": shape} for part, shape in zip(placed, shapes, strict=True)]
    return _item(one) | {"rows": stretches, "history": history}


def degrees(wkb: Sequence[bytes], city: City) -> list[dict[str, Any]]:
    """Shapes of the work CRS (WKB) as GeoJSON in longitude and latitude."""
    if not wkb:
        return []
    shapes = to_degrees(shapely.from_wkb(np.array(wkb, dtype=object)), city.work_crs)
    return [shapely.geometry.mapping(shape) for shape in shapely.transform(shapes, lambda xy: np.round(xy, 7))]


# ── for planning ─────────────────────────────────────────────────────────────────────────────────────────────────────

_OF_PAIR = {
    "match_id": pa.string(), "a_id": pa.string(), "b_id": pa.string(), "status": pa.string(), "days_in_common": pa.float64(),
    "first_common": pa.date32(), "last_common": pa.date32(), "note": pa.string(), "note_day": pa.date32(),
}  # fmt: skip
_SIDES = {"a_id": "a", "b_id": "b"}
_OF_PART = {name: pa.float64() if name.endswith("_m") else pa.string() for name in PARTS if name != "chain"}


def shared_parts(
    connection: sa.Connection, city: City, parties: Sequence[str] = (), roads: Sequence[str] = (), works: Sequence[str] = (),
    bbox: tuple[float, float, float, float] | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Shared stretches of the valid matches, in the order of the pairs: match_id, a_id, b_id, what the dates say, the columns
    of :data:`layers.digs.match_store.PARTS` (all but ``chain``) and ``geometry`` (work CRS).

    Asked for are pairs with a work of these parties, on these roads, with one of these works, in the box (degrees); nothing
    asked is everything."""
    where, given = "m.valid_to IS NULL AND p.kind = 'shared'", dict[str, Any]()
    if parties:
        where += " AND (a.party = ANY(:parties) OR b.party = ANY(:parties))"
        given["parties"] = list(parties)
    if roads:
        where += " AND m.road_names && CAST(:roads AS text[])"
        given["roads"] = list(roads)
    if works:
        where += " AND (m.a = ANY(:works) OR m.b = ANY(:works))"
        given["works"] = list(works)
    where += _in_box(Asked(bbox=bbox), city, given, "p.geometry")
    source = "matches m JOIN match_parts p ON p.match = m.id JOIN works a ON a.work_id = m.a JOIN works b ON b.work_id = m.b"
    ids = column(connection, f"SELECT DISTINCT m.id FROM {source} WHERE {where}", **given)
    columns = [f"m.{_SIDES.get(name, name)}" for name in _OF_PAIR] + [f"p.{name}" for name in _OF_PART]
    query = sql.SQL(
        "SELECT {}, encode(ST_AsBinary(p.geometry), 'hex') FROM matches m JOIN match_parts p ON p.match = m.id"
        " WHERE m.id = ANY({}) AND p.kind = 'shared' ORDER BY m.match_id, p.at"
    ).format(sql.SQL(", ".join(columns)), sql.Literal(list(ids)))
    return copy_out(connection, query, {**_OF_PAIR, **_OF_PART, "geometry": pa.string()})
