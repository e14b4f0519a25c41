"""``read_routes``: proposed lines from a file. No row is lost: each is in the frame or among the rejects, with its reason."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.errors import BadInput, WaixianError
from geo.schema import ROUTES
from layers.readers.columns import conform
from layers.readers.crs import Bounds, settle
from layers.readers.raw import Request, read_raws
from layers.readers.sandbox import Limits
from layers.readers.shapes import Shapes, clean
from layers.readers.spans import SpansRead, read_spans, spans_requests
from layers.readers.table import Table, duplicates, fill, issues, outside, unclear, with_shapes
from layers.readers.words import Flags, Issue, Note, Objects, Raw, RoutesRead

SAID = ("project", "project_code", "applicant", "utility")  # by which others may belong to a row that was rejected
REJECTS = ("row_no", "route_id", "field", "reason_zh", "reason_en", *SAID)
# a blank in these may be read as an answer, so that "not known" must not be taken for one
BLANK_ANSWERS = ("trees_to_fell", "burial")


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
    """Routes from ``path``: ``frame`` has row_no (1-based), ``unclear`` (fields that cannot be read), the columns of ROUTES
    (geo.schema), geometry in ``work_crs``.

    Arguments as :func:`layers.readers.read_layer`. A missing route_id reads "#<row_no>"; one that repeats is kept and noted,
    but where spans name it its rows are rejected.
    ``spans`` comes from a GeoPackage layer "spans", or from ``<stem>_spans`` or ``spans`` (.csv, .xlsx, .dbf)
    beside the file or in its zip. A route of which a row of it cannot be used has ``burial`` in ``unclear``.
    Raises UnreadableFile, UnknownCrs, BadInput (mapping, no shapes at all).
    """
    source = Path(path)
    wanted = Request(source, encoding, layer, ("routes", ROUTES.zh), theme="routes")
    tables = spans_requests(source, encoding)
    raw, *extra = read_raws([wanted, *tables], limits)
    if isinstance(raw, WaixianError):
        raise raw
    read = understand_routes(raw, source.name, work_crs=work_crs, bounds=bounds, crs=crs, mapping=mapping)
    spans = read_spans(extra, tables, read.frame, read.rejects["route_id"].to_numpy())
    read = _murky(_without(read, spans), spans.unclear)
    return RoutesRead(read.frame, spans.frame, read.rejects, [*read.notes, *spans.notes], [*read.issues, *spans.issues])


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
    notes += outside(shapes, raw.geometry, source, work_crs, bounds).notes
    found = issues(table, table.fields["route_id"], shapes, _dates_in_order(table))
    rejected = np.array([shape is None for shape in shapes.shapes], dtype=bool)
    frame = _frame(table, shapes, rejected, unclear(table, raw.columns, BLANK_ANSWERS), work_crs)
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


def _frame(table: Table, shapes: Shapes, rejected: Flags, murky: Objects, work_crs: str) -> gpd.GeoDataFrame:
    columns: dict[str, object] = {"row_no": np.arange(1, table.rows + 1, dtype="int64"), **table.fields}
    frame = pd.DataFrame(columns, index=pd.RangeIndex(table.rows))
    frame["unclear"] = pd.Series(murky, dtype=object)
    frame["geometry"] = pd.Series(shapes.shapes, dtype=object)
    return conform(frame[~rejected].reset_index(drop=True), ROUTES, work_crs, keep=("row_no", "unclear"))


def _rejects(table: Table, shapes: Shapes, rejected: Flags) -> pd.DataFrame:
    keys = table.fields["route_id"]
    said = [table.text(name) for name in SAID]
    rows = [
        (int(i) + 1, str(keys[i]), "geometry", *shapes.wrong[int(i)], *(column[i] for column in said))
        for i in np.flatnonzero(rejected)
    ]
    frame = pd.DataFrame(rows, columns=list(REJECTS))
    return frame.astype({"row_no": "int64"} | dict.fromkeys(REJECTS[1:], object))


def _without(read: RoutesRead, spans: SpansRead) -> RoutesRead:
    """The rows that bear a number of several are rejected: which of them a span means cannot be told."""
    out = read.frame["route_id"].isin(spans.of_several).to_numpy()
    if not out.any():
        return read
    zh = "编号重复，而分段敷设表按编号指定，所指是哪一条无法确定；请为每条线路编不同的编号"
    en = "its number repeats and the table of spans names it: which row is meant cannot be told; give each row its own number"
    gone = pd.DataFrame(read.frame[out]).assign(field="route_id", reason_zh=zh, reason_en=en)
    rejects = pd.concat([read.rejects, gone[list(REJECTS)].astype(read.rejects.dtypes)])
    rows = set(gone["row_no"])
    return replace(
        read,
        frame=read.frame[~out].reset_index(drop=True),
        rejects=rejects.sort_values("row_no", ignore_index=True),
        issues=[issue for issue in read.issues if issue.row_no not in rows],
    )


def _murky(read: RoutesRead, ids: set[str]) -> RoutesRead:
    """Routes of which the table of spans says what cannot be used: how they are laid is not known."""
    frame = read.frame
    unclear = frame["unclear"].to_numpy(dtype=object, copy=True)
    for i in np.flatnonzero(frame["route_id"].isin(ids)):
        unclear[i] = tuple(sorted({*(unclear[i] or ()), "burial"}))
    frame["unclear"] = pd.Series(unclear, dtype=object)
    return read
