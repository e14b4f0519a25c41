"""Matches as they are known over time: one record for each pair, a new version only where something of it is different.

A version says what was found (:class:`layers.digs.models.MatchRow`) with its stretches on the axis of ``a``, from when and
until when. What is found again just the same writes nothing, so that judging anew may be done as often as one likes.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
import sqlalchemy as sa
from psycopg.types.json import Jsonb

from geo.city import City
from layers.cities import srid_of
from layers.copying import copy_in, driver
from layers.digs.works import Kept, array_text
from layers.rows import Row, column, row, rows, run

PARTS = (
    "kind", "road_id", "road_name", "shared_m", "from_m", "to_m", "side_a", "side_b", "gap_m", "a_from_m", "a_to_m", "b_from_m",
    "b_to_m", "pavement", "chain",
)  # fmt: skip
PAIR = (
    "match_id", "a", "b", "kind", "status", "shared_m", "stretches", "days_in_common", "first_common", "last_common",
    "same_party", "road_names", "note", "note_day",
)  # fmt: skip
# What a person is told of a change: (before, after) of each that differs.
TOLD = ("kind", "shared_m", "days_in_common", "status", "first_common", "last_common", "note", "road_names")
Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Run:
    """What one run of matching did. ``opened``: new versions; ``closed``: pairs that are gone; ``touched``: ids of pairs that
    were known before and are different or gone now; ``around``: works of pairs that are new or gone."""

    id: int
    at: datetime
    scope: str
    works: int
    changed: list[str]
    gone: list[str]
    opened: int
    closed: int
    touched: list[str] = field(default_factory=list)
    around: list[str] = field(default_factory=list)


def locked(connection: sa.Connection) -> None:
    """One keeping of works and matches at a time, until the transaction ends."""
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext("waixian matches"))))


def last_run(connection: sa.Connection) -> Row | None:
    """The newest run: id, at, scope, pack, settings, ground; None before the first."""
    return row(connection, "SELECT * FROM match_runs ORDER BY id DESC LIMIT 1")


def standing(engine: sa.Engine) -> dict[str, str]:
    """The pairs that are known now, each with the digest of what is known of it."""
    query = "SELECT match_id, digest FROM matches WHERE valid_to IS NULL"
    return {str(one["match_id"]): str(one["digest"]) for one in rows(engine, query)}


@dataclass(frozen=True)
class About:
    """What a run rests on: the pack's label, settings, the delivery of the roads; ``left_out``: near pairs that are no match."""

    pack: str
    settings: Mapping[str, Any]
    ground: str
    left_out: Mapping[str, int] = field(default_factory=dict)


def keep_matches(
    connection: sa.Connection, found: gpd.GeoDataFrame, kept: Kept, works: int, city: City, about: About, everything: bool
) -> Run:
    """Keep what was found in the caller's transaction.

    ``found``: :data:`geo.colocation.rows.COLUMNS` and the geometry of each in the work CRS: all pairs, or (not ``everything``)
    those with a work of ``kept.changed``. ``works``: how many there are.
    """
    parts = _in_order(found)
    pairs = _pairs(parts)
    before = _before(connection, None if everything else [*kept.changed, *kept.gone])
    pairs = pairs.merge(before.add_suffix("_0"), how="outer", left_on="match_id", right_on="match_id_0", indicator=True)
    fresh = pairs["_merge"] == "left_only"
    gone = pairs["_merge"] == "right_only"
    different = (pairs["_merge"] == "both") & (pairs["digest"] != pairs["digest_0"])
    scope, opened, closed = "all" if everything else "changed", int((fresh | different).sum()), int(gone.sum())
    number, at = _run(connection, kept, works, about, scope, opened, closed)
    _close(connection, pairs.loc[different, "id_0"], at, "changed")
    _close(connection, pairs.loc[gone, "id_0"], at, "gone")
    _open(connection, pairs[fresh | different].reset_index(drop=True), parts, (number, at, about.pack), city)
    if opened:  # what is asked next is planned with these counts
        run(connection, "ANALYZE works, matches, match_parts")
    touched = sorted(pairs.loc[different | gone, "match_id_0"])
    sides = [pairs.loc[which, names].to_numpy().ravel() for which, names in ((fresh, ["a", "b"]), (gone, ["a_0", "b_0"]))]
    around = sorted({str(name) for one in sides for name in one})
    return Run(number, at, scope, works, kept.changed, kept.gone, opened, closed, touched, around)


def _in_order(rows: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Rows by pair, shared ones first, along the axis of ``a``; chains counted within the pair; ``at``: the place in it."""
    keys = [(rows["kind"] != "shared"), rows["a_from_m"], rows["road_id"].fillna(""), rows["b_from_m"]]
    order = np.lexsort([*(np.asarray(key) for key in reversed(keys)), rows["match_id"].to_numpy(dtype=str)])
    out = rows.iloc[order].reset_index(drop=True)
    group = out.groupby("match_id", sort=False)
    first = out.groupby(["match_id", "chain"], sort=False).cumcount() == 0
    chain = np.where(out["chain"] < 0, -1, first.groupby(out["match_id"], sort=False).cumsum() - 1)
    return out.assign(at=group.cumcount(), chain=chain.astype(np.int64))


def _pairs(parts: gpd.GeoDataFrame) -> pd.DataFrame:
    """One row for each pair: :data:`PAIR` and the digest of the whole."""
    group = parts.groupby("match_id", sort=False)
    shared = (parts["kind"] == "shared").groupby(parts["match_id"], sort=False)
    same = ["a_id", "b_id", "kind", "status", "days_in_common", "first_common", "last_common", "same_party", "note"]
    firsts = group[same].first()
    firsts["note"] = group["note"].nth(0).to_numpy() if len(parts) else firsts["note"]
    out = firsts.rename(columns={"a_id": "a", "b_id": "b"}).assign(
        shared_m=group["shared_m"].sum(min_count=1).round(3),
        stretches=shared.sum(),
        road_names=_roads(parts).reindex(firsts.index),
        note_day=group["note_day"].nth(0).to_numpy() if len(parts) else None,
    )
    out["road_names"] = [names if isinstance(names, list) else [] for names in out["road_names"]]
    table = pd.DataFrame(out.reset_index()[list(PAIR)])
    return table.assign(digest=_digests(parts, table))


def _roads(parts: pd.DataFrame) -> "pd.Series[Any]":
    """Names of the roads of each pair, most metres first."""
    filled = parts.assign(shared_m=parts["shared_m"].fillna(0.0))
    metres = filled.groupby(["match_id", "road_name"])["shared_m"].sum().reset_index()
    order = metres.sort_values(["shared_m", "road_name"], ascending=[False, True], kind="stable")
    return order.groupby("match_id")["road_name"].agg(list)


def _digests(parts: gpd.GeoDataFrame, pairs: pd.DataFrame) -> list[str]:
    """A fingerprint of each pair and all its stretches."""
    shapes = shapely.to_wkb(shapely.set_precision(parts.geometry.to_numpy(), 0.001, mode="pointwise"), hex=True)
    each = _hashed(pd.DataFrame(parts[[*PARTS, "at"]]).assign(shape=shapes))
    code = parts["match_id"].map(pd.Series(np.arange(len(pairs)), index=pairs["match_id"])).to_numpy(dtype=np.int64)
    total: Hashes = np.zeros(len(pairs), dtype=np.uint64)
    np.add.at(total, code, each)
    own = pairs.drop(columns=["match_id"]).assign(road_names=["\x1f".join(names) for names in pairs["road_names"]])
    mixed = np.bitwise_xor(_hashed(own), total * np.uint64(0x9E3779B97F4A7C15))
    return [f"{value:016x}" for value in mixed]


def _hashed(table: pd.DataFrame) -> Hashes:
    plain = table.copy()
    for name in plain.columns:
        if plain[name].dtype.kind == "M":
            plain[name] = plain[name].astype("datetime64[s]")
        elif plain[name].dtype.kind not in "iuf":
            plain[name] = [None if value is None or value is pd.NA or value != value else str(value) for value in plain[name]]
    return np.asarray(pd.util.hash_pandas_object(plain, index=False), dtype=np.uint64)


def _before(connection: sa.Connection, works: Sequence[str] | None) -> pd.DataFrame:
    """The valid versions, all of them or those with one of some works."""
    names = ("id", "version", "digest", *PAIR)
    columns = ", ".join(names)
    query = f"SELECT {columns} FROM matches WHERE valid_to IS NULL"
    if works is not None:
        query += " AND (a = ANY(:works) OR b = ANY(:works))"
    found = rows(connection, query, **({} if works is None else {"works": list(works)}))
    return pd.DataFrame(found, columns=list(names), dtype=object)


def _run(
    connection: sa.Connection, kept: Kept, works: int, about: About, scope: str, opened: int, closed: int
) -> tuple[int, datetime]:
    made = driver(connection).execute(
        "INSERT INTO match_runs (scope, pack, settings, ground, left_out, works, changed, opened, closed)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id, at",
        [
            scope, about.pack, Jsonb(dict(about.settings)), about.ground, Jsonb(dict(about.left_out)), works,
            len(kept.changed) + len(kept.gone), opened, closed,
        ],
    ).fetchone()  # fmt: skip
    assert made is not None
    return int(made[0]), made[1]


def _close(connection: sa.Connection, ids: "pd.Series[Any]", at: datetime, how: str) -> None:
    if not len(ids):
        return
    numbers = [int(each) for each in ids]
    run(connection, "UPDATE matches SET valid_to = :at, ended = :how WHERE id = ANY(:ids)", at=at, how=how, ids=numbers)
    run(connection, "UPDATE match_parts SET valid = false WHERE match = ANY(:ids)", ids=numbers)


def _open(
    connection: sa.Connection, pairs: pd.DataFrame, parts: gpd.GeoDataFrame, by: tuple[int, datetime, str], city: City
) -> None:
    """New versions of these pairs, with their parts. ``by``: number and time of the run, and the pack."""
    if not len(pairs):
        return
    number, at, pack = by
    query = "SELECT nextval(pg_get_serial_sequence('matches', 'id')) AS id FROM generate_series(1, :n)"
    ids = np.array(column(connection, query, n=len(pairs)), dtype=np.int64)
    asked = "SELECT match_id, max(version) AS version FROM matches WHERE match_id = ANY(:ids) GROUP BY match_id"
    known = rows(connection, asked, ids=pairs["match_id"].tolist())
    versions = {str(one["match_id"]): int(one["version"]) for one in known}
    table = pairs[[*PAIR, "digest"]].assign(
        id=ids,
        version=[versions.get(name, 0) + 1 for name in pairs["match_id"]],
        change=_changes(pairs, versions),
        road_names=[array_text(names) for names in pairs["road_names"]],
        days_in_common=pairs["days_in_common"].astype("Int64"),
        same_party=pairs["same_party"].astype("boolean"),
        stretches=pairs["stretches"].astype("int64"),
        pack=pack, run=number, valid_from=at.isoformat(),
    )  # fmt: skip
    for name in ("first_common", "last_common", "note_day"):
        table[name] = pd.to_datetime(table[name])
    copy_in(connection, "matches", table, srid_of(city))
    mine = parts.merge(table[["match_id", "id"]], on="match_id").rename(columns={"id": "match"})
    placed = pd.DataFrame(mine[["match", "at", *PARTS]]).assign(valid=True, geometry=mine.geometry.to_numpy())
    copy_in(connection, "match_parts", placed, srid_of(city))


def _changes(pairs: pd.DataFrame, versions: Mapping[str, int]) -> list[str]:
    """What is different, as JSON: {"new": true}, {"again": true} for one that was gone, or (before, after) by column."""
    out = [json.dumps({"again": True} if name in versions else {"new": True}) for name in pairs["match_id"]]
    known = np.flatnonzero(pairs["digest_0"].notna())
    for at, pair in zip(known.tolist(), pairs.iloc[known].to_dict("records"), strict=True):
        both = {name: [_plain(pair[f"{name}_0"]), _plain(pair[name])] for name in TOLD}
        change: dict[str, Any] = {name: two for name, two in both.items() if two[0] != two[1]} or {"place": True}
        out[at] = json.dumps(change, ensure_ascii=False)
    return out


def _plain(value: Any) -> Any:
    """A value as JSON has it, whether it comes from the frame or from the table."""
    if isinstance(value, list):
        return value
    if value is None or value is pd.NA or value != value:
        return None
    if hasattr(value, "isoformat"):
        return value.isoformat()[:10]
    return value.item() if isinstance(value, np.generic) else value


def fingerprint(value: Any) -> str:
    """A short name for settings: equal ones have the same."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
