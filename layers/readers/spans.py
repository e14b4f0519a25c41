"""The table of spans: which stretch of which line is bored. What it says of a line and cannot be read makes that line unclear."""

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.columns import plain_id
from geo.errors import WaixianError
from geo.schema import SPANS
from layers.readers.columns import conform
from layers.readers.intake import is_spans
from layers.readers.raw import Request
from layers.readers.shapes import NO_LENGTH_M
from layers.readers.table import Table, duplicates, fill, issues, require
from layers.readers.words import Flags, Issue, Note, Objects, Raw

SPAN_NAMES = ("spans", "分段敷设")
TABLES = (".csv", ".xlsx", ".dbf")


@dataclass(frozen=True)
class SpansRead:
    """Spans by the columns of :data:`geo.schema.SPANS` (None: no table was found), under the numbers of the routes.

    ``of_several``: numbers in it that several routes bear; ``unclear``: numbers of routes of which a row speaks that cannot
    be used, so that nothing is known of how they are laid.
    """

    frame: pd.DataFrame | None = None
    of_several: set[str] = field(default_factory=set)
    unclear: set[str] = field(default_factory=set)
    notes: list[Note] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)


def spans_requests(source: Path, encoding: str | None) -> list[Request]:
    """Where a table of spans may stand, best first: inside a GeoPackage or zip, or beside the file."""
    suffix = source.suffix.casefold()
    if suffix == ".zip":
        stem = _in_zip(source)
        return [] if stem is None else [Request(source, encoding, stem, shaped=False, theme="spans")]
    inside = Request(source, None, None, SPAN_NAMES, only_preferred=True, shaped=False, theme="spans")
    out = [inside] if suffix == ".gpkg" else []
    folder = source if source.is_dir() else source.parent
    stems = list(SPAN_NAMES) if source.is_dir() else [f"{source.stem}_spans", *SPAN_NAMES]
    tables = (folder / f"{stem}{ending}" for stem in stems for ending in TABLES)
    beside = next((table for table in tables if table != source and table.is_file()), None)
    return out if beside is None else [*out, Request(beside, encoding, shaped=False, theme="spans")]


def _in_zip(source: Path) -> str | None:
    try:
        with zipfile.ZipFile(source) as archive:
            names = [Path(name) for name in archive.namelist()]
    except (zipfile.BadZipFile, OSError):
        return None  # said in full when the routes are read
    return next((name.stem for name in names if is_spans(name.stem) and name.suffix.casefold() in TABLES), None)


def read_spans(
    answers: Sequence[Raw | WaixianError], asked: Sequence[Request], routes: gpd.GeoDataFrame, rejected: Objects
) -> SpansRead:
    """The first table that is there, for the kept ``routes`` and the numbers of the ``rejected`` rows.

    Raises what opening it raised, MissingColumn.
    """
    there = [(raw, one) for raw, one in zip(answers, asked, strict=True) if not _absent(raw)]
    if not there:
        return SpansRead()
    raw, request = there[0]
    if isinstance(raw, WaixianError):
        raise raw
    read = understand_spans(raw, request.path.name, routes, rejected)
    notes = [
        Note("spans-ignored", f"另有 {one.path.name}，未使用", f"there is also {one.path.name}, which was not used")
        for _, one in there[1:]
    ]
    return SpansRead(read.frame, read.of_several, read.unclear, [*read.notes, *notes, *raw.notes], read.issues)


def _absent(raw: Raw | WaixianError) -> bool:
    return isinstance(raw, WaixianError) and bool(raw.context.get("absent"))


def understand_spans(raw: Raw, file: str, routes: gpd.GeoDataFrame, rejected: Objects) -> SpansRead:
    """Rows that are already open become the spans of these routes; ``rejected``: numbers of routes that cannot be used."""
    table = fill(raw, SPANS)
    require(raw, SPANS, table, file, [name for name, column in SPANS.columns.items() if column.required])
    ids = np.concatenate([routes["route_id"].to_numpy(), rejected])
    keys = _as_the_routes(table.fields["route_id"], ids)
    given = np.array([str(key) for key in table.fields["route_id"]], dtype=object)
    table.fields["route_id"] = keys
    twice = set(duplicates(ids))
    usable, of_route, wrong = _usable(table, raw.long_rows, routes, twice, given)
    nameless = np.array([key is None for key in keys], dtype=bool)
    rows = pd.DataFrame(dict(table.fields), index=pd.RangeIndex(raw.rows))[usable].reset_index(drop=True)
    count = int(usable.sum())
    note = Note("spans", f"分段敷设表 {file}：{raw.rows} 行，用 {count} 行", f"spans from {file}: {raw.rows} rows, {count} used")
    return SpansRead(
        pd.DataFrame(conform(rows, SPANS)),
        twice & set(keys),
        set(map(str, routes["route_id"])) if nameless.any() else set(keys[of_route & ~usable]),
        [note],
        issues(table, given, None, wrong),
    )


def _as_the_routes(keys: Objects, ids: Objects) -> Objects:
    """Each number as the routes write it: as it stands, else as a person would compare it, where one route alone fits."""
    known = {str(one) for one in ids}
    alike: dict[str, set[str]] = {}
    for one in known:
        alike.setdefault(plain_id(one), set()).add(one)
    meant = {}
    for key in {key for key in keys if key is not None and key not in known}:
        found = alike.get(plain_id(key), set())
        meant[key] = next(iter(found)) if len(found) == 1 else key
    return np.array([meant.get(key, key) for key in keys], dtype=object)


Check = tuple[str, Flags, str, str]


def _usable(
    table: Table, long_rows: tuple[int, ...], routes: gpd.GeoDataFrame, twice: set[str], given: Objects
) -> tuple[Flags, Flags, list[Issue]]:
    """Rows that can be used, rows that speak of one known route, and what is wrong with the others."""
    usable = np.ones(table.rows, dtype=bool)
    found: list[Issue] = []

    def drop(name: str, bad: Flags, zh: str, en: str) -> None:
        nonlocal usable
        rows = np.flatnonzero(bad & usable)
        found.extend(Issue(int(i) + 1, str(given[i]), f"spans.{name}", zh, en, rejected=True) for i in rows)
        usable = usable & ~bad

    for check in _whose(table.fields["route_id"], routes, twice):
        drop(*check)
    of_route = usable.copy()
    for check in _where(table, long_rows, routes):
        drop(*check)
    zh = "与本线另一段重叠；该线的埋设方式按未知处理"
    drop("from_m", _overlaps(table, usable), zh, "it overlaps another span of its route: how that is laid is unknown")
    return usable, of_route, found


def _whose(keys: Objects, routes: gpd.GeoDataFrame, twice: set[str]) -> list[Check]:
    known = set(routes["route_id"])
    nobody = np.array([key is None or key not in known for key in keys], dtype=bool)
    several = np.array([key in twice for key in keys], dtype=bool)
    return [
        ("route_id", nobody, "没有这条线路", "there is no such route"),
        ("route_id", several, "有几条线路用此编号，所指不明", "several routes bear this number"),
    ]


def _where(table: Table, long_rows: tuple[int, ...], routes: gpd.GeoDataFrame) -> list[Check]:
    start, end = table.fields["from_m"], table.fields["to_m"]
    shapes = routes.geometry.to_numpy()
    far = np.where(np.isin(shapely.get_type_id(shapes), (3, 6)), np.inf, shapely.length(shapes))  # an outline has no axis yet
    length_m = dict(zip(routes["route_id"], far, strict=True))
    beyond = np.array([length_m.get(key, np.inf) for key in table.fields["route_id"]]) - NO_LENGTH_M
    long = np.zeros(table.rows, dtype=bool)
    long[[row - 1 for row in long_rows]] = True
    blank = np.array([value is None for value in table.fields["burial"]], dtype=bool)
    with np.errstate(invalid="ignore"):
        return [
            ("", long, "单元格多于表头，无法对应", "it has more cells than there are columns"),
            ("from_m", pd.isna(start) | pd.isna(end), "起点或终点里程未知", "its from or to is unknown"),
            ("to_m", end <= start, "终点里程不大于起点", "its end is not after its start"),
            ("from_m", start >= beyond, "起点里程超出该线", "it begins beyond the end of its route"),
            ("burial", blank, "埋设方式未知", "its burial is unknown"),
        ]


def _overlaps(table: Table, usable: Flags) -> Flags:
    """Rows that begin before an earlier one of their route has ended."""
    names = ("route_id", "from_m", "to_m")
    rows = pd.DataFrame({name: table.fields[name] for name in names}, index=pd.RangeIndex(table.rows))[usable]
    rows = rows.sort_values(["route_id", "from_m"], kind="stable")
    ended = rows.groupby("route_id")["to_m"].cummax().groupby(rows["route_id"]).shift()
    out = np.zeros(table.rows, dtype=bool)
    out[rows.index[(rows["from_m"] + NO_LENGTH_M < ended).to_numpy(dtype=bool)]] = True
    return out
