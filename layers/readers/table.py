"""Raw rows → the fields of a layer: columns matched, values parsed, shapes found; shared by layers, routes and spans."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import shapely

from geo.city import City
from geo.errors import MissingColumn
from geo.schema import LayerSpec
from layers.readers.columns import match, plain_name, rivals
from layers.readers.crs import TURNED, Bounds, Source, turned
from layers.readers.shapes import Shapes
from layers.readers.values import head_unit, parse, says_unknown, text_of
from layers.readers.words import Flags, Issue, Note, Objects, Raw

SHAPE_NAMES = {"wkt", "geometry", "geom", "thegeom", "shape", "wktgeom", "几何", "图形", "坐标串"}
WKT = re.compile(r"^\s*(SRID=\d+;)?\s*(MULTI)?(POINT|LINESTRING|POLYGON)\s*(ZM|Z|M)?\s*[(E]", re.IGNORECASE)


@dataclass
class Table:
    """Fields as arrays of one length, which column each came from, and what was wrong with single values."""

    fields: dict[str, Objects]
    sources: dict[str, str]
    rows: int
    wrong: dict[str, dict[int, tuple[str, str]]] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)

    def text(self, name: str) -> Objects:
        """A text field, all None where the file has none."""
        return self.fields.get(name, np.full(self.rows, None, dtype=object))


def fill(raw: Raw, spec: LayerSpec, mapping: Mapping[str, str] | None = None) -> Table:
    """Match and parse every column of ``spec`` that the file has. Raises BadInput for an impossible mapping."""
    sources, notes = match(raw.columns, spec, mapping)
    table = Table({}, {}, raw.rows, notes=notes)
    for name, source in sources.items():
        if name == "geometry":
            continue
        column = spec.columns[name]
        parsed = parse(raw.columns[source], column, head_unit(source, column))
        table.fields[name] = parsed.values
        table.sources[name] = source
        if parsed.why:
            table.wrong[name] = parsed.why
    for name, others in rivals(raw.columns, sources, spec).items():
        for other in others:
            _settle(table, name, other, raw, spec)
    return table


def _settle(table: Table, name: str, other: str, raw: Raw, spec: LayerSpec) -> None:
    """Two columns of a file mean one field: where both say something and not the same, nobody knows which is right."""
    column = spec.columns[name]
    if name == spec.key or (column.kind == "text" and not column.values):
        return
    parsed = parse(raw.columns[other], column, head_unit(other, column))
    mine, theirs = pd.Series(table.fields[name]), pd.Series(parsed.values)
    unlike = (theirs.notna() & ~(mine == theirs)).to_numpy(dtype=bool, copy=True)
    unlike[list(parsed.why)] = True
    if not unlike.any():
        return
    values = table.fields[name].copy()
    values[unlike] = np.datetime64("NaT", "s") if column.kind == "date" else None if values.dtype == object else np.nan
    table.fields[name] = values
    zh = f"字段 {table.sources[name]} 与 {other} 都表示{column.zh}，此行两者不一致；请只留一个，或用 --map 指定；按未知处理"
    en = f"columns {table.sources[name]} and {other} both mean {column.en} and differ here: keep one, or use --map"
    table.wrong.setdefault(name, {}).update(dict.fromkeys(map(int, np.flatnonzero(unlike)), (zh, f"{en}; taken as unknown")))


def unclear(table: Table, columns: Mapping[str, Objects], answers: Iterable[str]) -> Objects:
    """For each row the fields that were filled in and cannot be read, as a tuple; None where all is well. ``answers``: fields
    in which a blank may be an answer, so that "not known" is none."""
    said: dict[int, set[str]] = {}
    for name, wrong in table.wrong.items():
        for i in wrong:
            said.setdefault(i, set()).add(name)
    for name in (name for name in answers if name in table.sources and table.sources[name] in columns):
        for i in np.flatnonzero(says_unknown(columns[table.sources[name]])).tolist():
            said.setdefault(i, set()).add(name)
    out = np.full(table.rows, None, dtype=object)
    for row, names in said.items():
        out[row] = tuple(sorted(names))
    return out


def with_shapes(raw: Raw, mapping: Mapping[str, str] | None) -> Raw:
    """``raw`` with shapes from a WKT column, where the format itself carries none (CSV, spreadsheet, DBF)."""
    if raw.geometry is not None:
        return raw
    name = next((column for column, target in (mapping or {}).items() if target == "geometry" and column in raw.columns), None)
    name = (
        name
        or next((c for c in raw.columns if plain_name(c) in SHAPE_NAMES), None)
        or next((c for c in raw.columns if _is_wkt(raw.columns[c])), None)
    )
    if name is None:
        return raw
    texts = np.array([text_of(v) for v in raw.columns[name]], dtype=object)
    srids = {m[1] for t in texts if t and (m := re.match(r"\s*SRID=(\d+);", t, re.IGNORECASE))}
    bare = np.array([None if t is None else re.sub(r"^\s*SRID=\d+;", "", t, flags=re.IGNORECASE) for t in texts], dtype=object)
    with np.errstate(invalid="ignore"):  # NaN in a coordinate is found, and said, later
        shapes = shapely.from_wkt(bare, on_invalid="ignore")
    damaged = np.array([t is not None for t in bare], dtype=bool) & shapely.is_missing(shapes)
    crs = f"EPSG:{srids.pop()}" if len(srids) == 1 else raw.crs
    rest = {column: values for column, values in raw.columns.items() if column != name}
    note = Note("wkt", f"图形取自字段 {name}（WKT）", f"shapes are from column {name} (WKT)")
    return replace(raw, columns=rest, geometry=shapes, damaged=damaged, crs=crs, notes=(*raw.notes, note))


def _is_wkt(values: Objects) -> bool:
    first = next((v for v in values if isinstance(v, str) and v.strip()), "")
    return bool(WKT.match(first))


def require(raw: Raw, spec: LayerSpec, table: Table, file: str, names: list[str]) -> None:
    """Raise MissingColumn for a field that the layer cannot do without."""
    for name in names:
        if name not in table.fields:
            found = "、".join(raw.columns) or "—"
            raise MissingColumn(file=file, field=name, label=spec.columns[name].zh, found=found)


def issues(table: Table, keys: Objects, shapes: Shapes | None, more: list[Issue]) -> list[Issue]:
    """Every issue of the table and its shapes, by row."""
    found = list(more)
    for name, wrong in table.wrong.items():
        found += [Issue(i + 1, str(keys[i]), name, zh, en) for i, (zh, en) in wrong.items()]
    if shapes is not None:
        found += [Issue(i + 1, str(keys[i]), "geometry", zh, en, rejected=True) for i, (zh, en) in shapes.wrong.items()]
        found += [Issue(i + 1, str(keys[i]), "geometry", zh, en) for i, (zh, en) in shapes.mended.items()]
    return sorted(found, key=lambda issue: (issue.row_no, issue.field))


@dataclass(frozen=True)
class Outside:
    """Rows wholly outside the city, those of them whose axes look swapped, and what to say of both."""

    rows: Flags
    swapped: Flags
    notes: list[Note]


def outside(shapes: Shapes, given: Objects, source: Source, work_crs: str, bounds: Bounds) -> Outside:
    """Rows that lie wholly outside the city: often a wrong CRS, sometimes a neighbour's file; and where their axes look
    swapped, that. ``given``: the shapes as the file had them; a row that was refused has it in its reason."""
    there = ~shapely.is_missing(shapes.shapes)
    city = City("", work_crs, bounds).bounds_polygon
    shapely.prepare(city)
    lost = ~there | ~shapely.intersects(city, shapes.shapes)
    swapped = np.zeros(len(lost), dtype=bool)
    if lost.any():
        swapped[lost] = turned(given[lost], source, work_crs, bounds)
    for i in np.flatnonzero(swapped & ~there):
        zh, en = shapes.wrong[int(i)]
        shapes.wrong[int(i)] = (f"{zh}。{TURNED[0]}", f"{en}: {TURNED[1]}")
    notes, total, count = [], int(there.sum()), int((lost & there).sum())
    if count:
        notes.append(Note("outside", f"{total} 行中有 {count} 行在本市范围之外", f"{count} of {total} rows lie outside the city"))
    if swapped.any():
        rows = int(swapped.sum())
        notes.append(Note("axes-swapped", f"{rows} 行的 {TURNED[0]}", f"{rows} of {len(lost)} rows: {TURNED[1]}"))
    return Outside(lost & there, swapped, notes)


def duplicates(keys: Objects) -> dict[str, list[int]]:
    """Keys that occur more than once, with their 1-based rows; None is no key."""
    series = pd.Series(keys, dtype=object)
    again = series[series.notna() & series.duplicated(keep=False)]
    return {str(key): [int(i) + 1 for i in rows] for key, rows in again.groupby(again, sort=False).groups.items()}
