"""Works as they stand in the database: each under an id that stays, with what is stated of it now.

A work is recognised by the number, applicant, project, code and utility of its route (the key by which a correction
replaces a route), or by the number of its event. It keeps its id when its file is loaded again, whatever else changes, and
gets the same one back when it returns.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
import sqlalchemy as sa
from psycopg import sql

from geo.city import City
from geo.colocation.works import COLUMNS
from layers.cities import srid_of
from layers.copying import copy_in, copy_out
from layers.rows import rows, run

ROUTE_KEY = ("route_id", "applicant", "project", "project_code", "utility")
MORE = ("route", "owed", "accepted")
_ARROW = {"text": pa.string(), "number": pa.float64(), "day": pa.date32(), "flag": pa.bool_()}
_STATED = tuple(name for name in COLUMNS if name != "work_id")


@dataclass(frozen=True)
class Kept:
    """What a keeping found: ids of works that are new or say something else now, and of those that are gone."""

    changed: list[str]
    gone: list[str]


def route_keys(routes: pd.DataFrame) -> list[str]:
    """By what each stored route (columns of :data:`geo.schema.ROUTES` and ``delivery``) is recognised. A number made up from
    a row number holds for its own delivery alone; of rows that agree in all of it each has its turn."""
    columns = [routes[name].astype(object).where(routes[name].notna(), None) for name in ROUTE_KEY]
    names = zip(*columns, routes["delivery"], strict=True)
    return _in_turn(json.dumps([*key, int(at) if str(key[0]).startswith("#") else 0], ensure_ascii=False) for *key, at in names)


def event_keys(works: pd.DataFrame) -> list[str]:
    """By what each work made from an event is recognised: its number."""
    return _in_turn(json.dumps(["event", str(name)], ensure_ascii=False) for name in works["work_id"])


def _in_turn(keys: Iterable[str]) -> list[str]:
    seen: Counter[str] = Counter()
    out = []
    for key in keys:
        seen[key] += 1
        out.append(key if seen[key] == 1 else f"{key}#{seen[key]}")
    return out


def named(connection: sa.Connection, keys: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """The id of each work: the one that its key has, else the wanted one, with a number behind it where that is taken.

    Call it under the lock of :mod:`layers.digs.match_store`: two callers at once could give one id twice."""
    known = {one["key"]: one["work_id"] for one in rows(connection, "SELECT key, work_id FROM works")}
    taken = set(known.values())
    out = []
    for key, wish in zip(keys, wanted, strict=True):
        name = known.get(key)
        if name is None:
            name, turn = wish, 1
            while name in taken:
                turn += 1
                name = f"{wish}#{turn}"
            taken.add(name)
        out.append(name)
    return out


def keep_works(connection: sa.Connection, works: gpd.GeoDataFrame, keys: Sequence[str], city: City) -> Kept:
    """Make ``works`` (columns of :data:`geo.colocation.works.COLUMNS` and :data:`MORE`, ids by :func:`named`) the present ones.

    Works that say what they said are left as they are (but for the row that they come from); those that are not among them
    are marked as gone."""
    table = works.assign(key=list(keys), digest=digests(works))
    query = "SELECT work_id, digest, gone_at IS NULL AS present FROM works"
    before = {one["work_id"]: (one["digest"], one["present"]) for one in rows(connection, query)}
    said = zip(table["work_id"], table["digest"], strict=True)
    same = np.array([before.get(name) == (digest, True) for name, digest in said], dtype=np.bool_)
    changed = table[~same]
    _point(connection, table[same])
    gone = sorted({name for name, (_, present) in before.items() if present} - set(table["work_id"]))
    if len(changed):
        _write(connection, changed, city)
    if gone:
        run(connection, "UPDATE works SET gone_at = now() WHERE work_id = ANY(:gone)", gone=gone)
    return Kept(sorted(changed["work_id"]), gone)


def digests(works: gpd.GeoDataFrame) -> list[str]:
    """A fingerprint of all that each work states, its shape included."""
    plain = pd.DataFrame({name: works[name] for name in (*_STATED, "accepted")})
    for name in plain.columns:
        if plain[name].dtype.kind == "M":
            plain[name] = plain[name].astype("datetime64[s]")
        elif plain[name].dtype == object:
            plain[name] = plain[name].where(plain[name].notna(), None)
    plain["owed"] = ["\x1f".join(sorted(items)) for items in works["owed"]]
    plain["geometry"] = shapely.to_wkb(works.geometry.to_numpy(), hex=True)
    hashed: pd.Series[Any] = pd.util.hash_pandas_object(plain, index=False)
    return [f"{value:016x}" for value in hashed.to_numpy(dtype=np.uint64)]


def _write(connection: sa.Connection, changed: gpd.GeoDataFrame, city: City) -> None:
    names = ["work_id", "key", "digest", *_STATED, *MORE]
    table = changed[names].assign(owed=[array_text(items) for items in changed["owed"]], route=changed["route"].astype("Int64"))
    run(connection, "CREATE TEMP TABLE coming (LIKE works) ON COMMIT DROP")
    run(connection, "ALTER TABLE coming ALTER changed_at DROP NOT NULL")
    table = table.assign(geometry=shapely.force_2d(changed.geometry.to_numpy()))
    copy_in(connection, "coming", pd.DataFrame(table), srid_of(city))
    columns = ", ".join(f'"{name}"' for name in (*names, "geometry"))
    sets = ", ".join(f'"{name}" = excluded."{name}"' for name in (*names[2:], "geometry"))
    again = f"ON CONFLICT (work_id) DO UPDATE SET {sets}, changed_at = now(), gone_at = NULL"
    run(connection, f"INSERT INTO works ({columns}) SELECT {columns} FROM coming {again}")
    run(connection, "DROP TABLE coming")


def _point(connection: sa.Connection, same: pd.DataFrame) -> None:
    """Routes that were loaded again lie in another row now."""
    some = same[same["route"].notna()]
    run(
        connection,
        "UPDATE works w SET route = n.route FROM unnest(CAST(:names AS text[]), CAST(:routes AS bigint[])) AS n(name, route)"
        " WHERE w.work_id = n.name AND w.route IS DISTINCT FROM n.route",
        names=some["work_id"].tolist(), routes=[int(one) for one in some["route"]],
    )  # fmt: skip


def array_text(items: Iterable[str]) -> str:
    """A list of texts as PostgreSQL writes an array."""
    quoted = ('"' + str(item).replace("\\", "\\\\").replace('"', '\\"') + '"' for item in items)
    return "{" + ",".join(quoted) + "}"


def stored_works(connection: sa.Connection, city: City, some: Sequence[str] | None = None) -> gpd.GeoDataFrame:
    """Present works (all, or those named), in the order of their ids: columns of :data:`geo.colocation.works.COLUMNS`,
    :data:`MORE` and geometry in the work CRS."""
    types = {name: _ARROW[how] for name, how in COLUMNS.items()}
    types |= {"route": pa.int64(), "owed": pa.string(), "accepted": pa.date32()}
    parts = [sql.SQL("to_json(owed)::text") if name == "owed" else sql.Identifier(name) for name in types]
    which: sql.Composable = sql.SQL("gone_at IS NULL")
    if some is not None:
        which = sql.SQL("gone_at IS NULL AND work_id = ANY({})").format(sql.Literal(list(some)))
    shape = sql.SQL("encode(ST_AsBinary(geometry), 'hex')")
    order = sql.SQL('ORDER BY work_id COLLATE "C"')
    query = sql.SQL("SELECT {}, {} FROM works WHERE {} {}").format(sql.SQL(", ").join(parts), shape, which, order)
    frame = copy_out(connection, query, types | {"geometry": pa.string()})
    frame["owed"] = [json.loads(text) for text in frame["owed"]]
    shapes = gpd.GeoSeries(frame.pop("geometry"), crs=city.work_crs)
    return gpd.GeoDataFrame(frame, geometry=shapes)


def owed_of_routes(connection: sa.Connection) -> Mapping[int, list[str]]:
    """Permit items that the newest verdict of each stored route owes, by the route's number; none where nobody judged it."""
    query = "SELECT v.route, v.owed FROM verdicts v JOIN routes t ON t.id = v.route WHERE v.current AND t.replaced_by IS NULL"
    return {one["route"]: one["owed"] for one in rows(connection, query)}
