"""``read_routes``: proposed lines from a file. No row is lost: each is in the frame or among the rejects, with its reason."""

import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.errors import BadInput, WaixianError
from geo.schema import ROUTES, SPANS
from layers.readers.columns import conform
from layers.readers.crs import Bounds, settle
from layers.readers.intake import is_spans
from layers.readers.raw import Request, read_raw, read_raws
from layers.readers.sandbox import Limits
from layers.readers.shapes import Shapes, clean
from layers.readers.table import Table, duplicates, fill, issues, outside, require, with_shapes
from layers.readers.words import Flags, Issue, Note, Objects, Raw, RoutesRead

REJECTS = ("row_no", "route_id", "field", "reason_zh", "reason_en")
SPAN_NAMES = ("spans", "分段敷设")
TABLES = (".csv", ".xlsx", ".dbf")


def read_routes(
    path: str | Path,
    *,
    work_crs: str,
    bounds: Bounds,
    encoding: str | None = None,
    crs: str | None = None,
    mapping: Mapping[str, str] | None = None,
    layer: str | None = None,
    limits: Limits | None = None,
) -> RoutesRead:
    """Routes from ``path``: ``frame`` has row_no (1-based), the columns of ROUTES (geo.schema), geometry in ``work_crs``.

    Arguments as :func:`layers.readers.read_layer`. A missing route_id reads "#<row_no>"; one that repeats is kept and noted,
    but where spans name it its rows are rejected.
    ``spans`` comes from a GeoPackage layer "spans", or from ``<stem>_spans`` or ``spans`` (.csv, .xlsx, .dbf)
    beside the file or in its zip.
    Raises UnreadableFile, UnknownCrs, BadInput (mapping, no shapes at all).
    """
    source = Path(path)
    wanted = Request(source, encoding, layer, ("routes", ROUTES.zh), theme="routes")
    beside = _spans_request(source, encoding)
    if beside is None:
        raw: Raw | WaixianError = read_raw(wanted, limits)
        extra: Raw | WaixianError | None = None
    else:
        raw, extra = read_raws([wanted, beside], limits)
    if isinstance(raw, WaixianError):
        raise raw
    read = understand_routes(raw, source.name, work_crs=work_crs, bounds=bounds, crs=crs, mapping=mapping)
    spans, unclear, notes, more = _spans(extra, beside, read)
    read = _without(read, unclear)
    return RoutesRead(read.frame, spans, read.rejects, [*read.notes, *notes], [*read.issues, *more])


def understand_routes(
    raw: Raw, file: str, *, work_crs: str, bounds: Bounds, crs: str | None = None, mapping: Mapping[str, str] | None = None
) -> RoutesRead:
    """The second half of :func:`read_routes`: rows that are already open become routes (without spans)."""
    raw = with_shapes(raw, mapping)
    if raw.geometry is None:
        raise BadInput(
            why_zh=f"{file}：没有图形（CSV 可用 WKT 列）", why_en=f"{file}: it has no shapes (a CSV may bring a WKT column)"
        )
    table = fill(raw, ROUTES, mapping)
    source = settle(raw.crs, crs, raw.geometry, work_crs, bounds, file)
    shapes = clean(raw.geometry, raw.damaged, ROUTES.geometry, source, work_crs)
    for row in raw.long_rows:
        shapes.wrong.setdefault(row - 1, ("单元格多于表头，无法对应", "it has more cells than there are columns"))
        shapes.shapes[row - 1] = None
    notes = [*raw.notes, *source.notes, *table.notes, *_ids(table), *shapes.notes]
    notes += outside(shapes, raw.geometry, source, work_crs, bounds)
    found = issues(table, table.fields["route_id"], shapes, _dates_in_order(table))
    rejected = np.array([shape is None for shape in shapes.shapes], dtype=bool)
    frame = _frame(table, shapes, rejected, work_crs)
    kept = [issue for issue in found if not rejected[issue.row_no - 1]]
    return RoutesRead(frame, None, _rejects(table, shapes, rejected), notes, kept)


def _ids(table: Table) -> list[Note]:
    """ "#row" where a row has no id; ids that repeat are kept (one permit, several stretches) and noted."""
    given = table.text("route_id")
    empty = np.array([value is None for value in given], dtype=bool)
    table.fields["route_id"] = np.array(
        [f"#{i + 1}" if e else v for i, (e, v) in enumerate(zip(empty, given, strict=True))], dtype=object
    )
    notes = []
    if empty.any():
        count = int(empty.sum())
        notes.append(
            Note("ids", f"{count} 行没有线路编号，以行号代替（#行号）", f"{count} rows have no route_id and are called #<row>")
        )
    twice = duplicates(given)
    if twice:
        rows = sum(map(len, twice.values()))
        listed = ", ".join(list(twice)[:5])
        notes.append(
            Note(
                "duplicates",
                f"{len(twice)} 个线路编号重复，共 {rows} 行：{listed}",
                f"{len(twice)} route ids repeat, {rows} rows: {listed}",
            )
        )
    return notes


def _dates_in_order(table: Table) -> list[Issue]:
    """An end before its start is reported; both stay, for either may be the wrong one."""
    start, end = table.fields.get("start"), table.fields.get("end")
    if start is None or end is None:
        return []
    keys = table.fields["route_id"]
    zh, en = "完工日期早于开工日期", "the end is before the start"
    return [Issue(int(i) + 1, str(keys[i]), "end", zh, en) for i in np.flatnonzero(end < start)]


def _frame(table: Table, shapes: Shapes, rejected: Flags, work_crs: str) -> gpd.GeoDataFrame:
    columns: dict[str, object] = {"row_no": np.arange(1, table.rows + 1, dtype="int64"), **table.fields}
    frame = pd.DataFrame(columns, index=pd.RangeIndex(table.rows))
    frame["geometry"] = pd.Series(shapes.shapes, dtype=object)
    return conform(frame[~rejected].reset_index(drop=True), ROUTES, work_crs, keep=("row_no",))


def _rejects(table: Table, shapes: Shapes, rejected: Flags) -> pd.DataFrame:
    keys = table.fields["route_id"]
    rows = [(int(i) + 1, str(keys[i]), "geometry", *shapes.wrong[int(i)]) for i in np.flatnonzero(rejected)]
    frame = pd.DataFrame(rows, columns=list(REJECTS))
    return frame.astype({"row_no": "int64"} | dict.fromkeys(REJECTS[1:], object))


def _spans_request(source: Path, encoding: str | None) -> Request | None:
    """Where a table of spans may stand: inside a GeoPackage or zip, or beside the file."""
    suffix = source.suffix.casefold()
    if suffix == ".gpkg":
        return Request(source, None, None, SPAN_NAMES, only_preferred=True, shaped=False, theme="spans")
    if suffix == ".zip":
        stem = _spans_in_zip(source)
        return None if stem is None else Request(source, encoding, stem, shaped=False, theme="spans")
    folder = source if source.is_dir() else source.parent
    stems = list(SPAN_NAMES) if source.is_dir() else [f"{source.stem}_spans", *SPAN_NAMES]
    for table in (folder / f"{stem}{ending}" for stem in stems for ending in TABLES):
        if table != source and table.is_file():
            return Request(table, encoding, shaped=False, theme="spans")
    return None


def _spans_in_zip(source: Path) -> str | None:
    try:
        with zipfile.ZipFile(source) as archive:
            names = [Path(name) for name in archive.namelist()]
    except (zipfile.BadZipFile, OSError):
        return None  # said in full when the routes are read
    return next((name.stem for name in names if is_spans(name.stem) and name.suffix.casefold() in TABLES), None)


def _without(read: RoutesRead, unclear: set[str]) -> RoutesRead:
    """The rows that bear an unclear number are rejected: which of them a span means cannot be told."""
    out = read.frame["route_id"].isin(unclear).to_numpy()
    if not out.any():
        return read
    zh = "编号重复，而分段敷设表按编号指定，所指是哪一条无法确定；请为每条线路编不同的编号"
    en = "its number repeats and the table of spans names it: which row is meant cannot be told; give each row its own number"
    gone = read.frame[out]
    more = [(int(row), str(key), "route_id", zh, en) for row, key in zip(gone["row_no"], gone["route_id"], strict=True)]
    rejects = pd.concat([read.rejects, pd.DataFrame(more, columns=list(REJECTS)).astype(read.rejects.dtypes)])
    rows = set(gone["row_no"])
    return replace(
        read,
        frame=read.frame[~out].reset_index(drop=True),
        rejects=rejects.sort_values("row_no", ignore_index=True),
        issues=[issue for issue in read.issues if issue.row_no not in rows],
    )


def _spans(
    extra: Raw | WaixianError | None, asked: Request | None, read: RoutesRead
) -> tuple[pd.DataFrame | None, set[str], list[Note], list[Issue]]:
    """The table of spans by the columns of :data:`geo.schema.SPANS`, and the numbers in it that several rows bear; rows
    that cannot be used are issues."""
    if extra is None or asked is None:
        return None, set(), [], []
    if isinstance(extra, WaixianError):
        if extra.context.get("absent"):
            return None, set(), [], []
        raise extra
    table = fill(extra, SPANS)
    require(extra, SPANS, table, asked.path.name, [name for name, column in SPANS.columns.items() if column.required])
    twice = set(duplicates(np.concatenate([read.frame["route_id"].to_numpy(), read.rejects["route_id"].to_numpy()])))
    usable, wrong = _usable_spans(table, set(read.frame["route_id"]), twice)
    frame = pd.DataFrame(dict(table.fields), index=pd.RangeIndex(extra.rows))[usable].reset_index(drop=True)
    count = int(usable.sum())
    note = Note(
        "spans",
        f"分段敷设表 {asked.path.name}：{extra.rows} 行，用 {count} 行",
        f"spans from {asked.path.name}: {extra.rows} rows, {count} used",
    )
    keys = np.array([str(k) for k in table.fields["route_id"]], dtype=object)
    return pd.DataFrame(conform(frame, SPANS)), twice & set(keys), [note, *extra.notes], issues(table, keys, None, wrong)


def _usable_spans(table: Table, known: set[str], twice: set[str]) -> tuple[Flags, list[Issue]]:
    keys: Objects = table.fields["route_id"]
    start, end = table.fields["from_m"], table.fields["to_m"]
    checks = [
        (
            "route_id",
            np.array([key is None or key not in known for key in keys], dtype=bool),
            "没有这条线路",
            "there is no such route",
        ),
        (
            "route_id",
            np.array([key in twice for key in keys], dtype=bool),
            "有几条线路用此编号，所指不明",
            "several routes bear this number",
        ),
        ("from_m", pd.isna(start) | pd.isna(end), "起点或终点里程未知", "its from or to is unknown"),
        (
            "to_m",
            np.nan_to_num(end, nan=1.0) <= np.nan_to_num(start, nan=0.0),
            "终点里程不大于起点",
            "its end is not after its start",
        ),
        (
            "burial",
            np.array([value is None for value in table.fields["burial"]], dtype=bool),
            "埋设方式未知",
            "its burial is unknown",
        ),
    ]
    usable = np.ones(table.rows, dtype=bool)
    found: list[Issue] = []
    for name, bad, zh, en in checks:
        found += [Issue(int(i) + 1, str(keys[i]), f"spans.{name}", zh, en, rejected=True) for i in np.flatnonzero(bad & usable)]
        usable &= ~bad
    return usable, found
