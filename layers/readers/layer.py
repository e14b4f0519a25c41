"""``read_layer``: one layer of the ground from a file, in the city's work CRS, with everything that is doubtful listed."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from geo.city import VECTOR_LAYERS
from geo.errors import BadInput, BadValue, UnknownLayer
from geo.schema import LAYERS, LayerSpec
from layers.readers import osm
from layers.readers.columns import conform, plain_name
from layers.readers.crs import TURNED, Bounds, settle
from layers.readers.raw import Request, read_raw
from layers.readers.sandbox import Limits
from layers.readers.shapes import Shapes, clean
from layers.readers.table import Outside, Table, duplicates, fill, issues, outside, require, unclear, with_shapes
from layers.readers.values import text_of
from layers.readers.words import Flags, Issue, LayerRead, Note, Objects, Raw

# columns that identify a row in files of others, best first
OTHER_IDS = ("osm_id", "osmid", "osm_way_id", "@id", "full_id", "eid", "fid", "objectid", "id")
EDGE = ("u", "v", "key")
# a blank in these is read as an answer (an old road, one on the ground, a class that its owner stated): "not known" is none
BLANK_ANSWERS = {"roads": ("delivered", "class_source", "level")}
# where a file has the column, a blank is a part that somebody did not fill in; without the column nothing is told of parts
BLANK_IS_UNCLEAR = {"road_surfaces": ("part",)}


def spec_of(name: str) -> LayerSpec:
    """The description of a vector layer. Raises UnknownLayer (rasters have a reader of their own)."""
    if name not in VECTOR_LAYERS:
        raise UnknownLayer(layer=name, known="、".join(VECTOR_LAYERS))
    return LAYERS[name]


def request_for(name: str, path: str | Path, *, encoding: str | None = None, layer: str | None = None) -> Request:
    """What to ask of a file for the city layer ``name``: its own name or its Chinese label is taken unasked."""
    spec = spec_of(name)
    return Request(Path(path), encoding, layer, (name, spec.zh), shaped=spec.geometry != "none", theme=name)


def read_layer(
    name: str,
    path: str | Path,
    *,
    work_crs: str,
    bounds: Bounds,
    encoding: str | None = None,
    crs: str | None = None,
    mapping: Mapping[str, str] | None = None,
    layer: str | None = None,
    limits: Limits | None = None,
) -> LayerRead:
    """Layer ``name`` of :data:`geo.schema.LAYERS` from ``path``: frame in ``work_crs`` by the convention of :mod:`columns`.

    ``bounds`` is the city's lon/lat (west, south, east, north); ``encoding`` and ``crs`` override what the file
    states; ``mapping`` is {column of the file: field}; ``layer`` chooses inside a GeoPackage, zip or folder.
    Raises UnreadableFile, UnknownCrs, UnknownLayer, MissingColumn, BadValue (road_id twice), BadInput (mapping).
    """
    raw = read_raw(request_for(name, path, encoding=encoding, layer=layer), limits)
    return understand(name, raw, Path(path).name, work_crs=work_crs, bounds=bounds, crs=crs, mapping=mapping)


def understand(
    name: str,
    raw: Raw,
    file: str,
    *,
    work_crs: str,
    bounds: Bounds,
    crs: str | None = None,
    mapping: Mapping[str, str] | None = None,
) -> LayerRead:
    """The second half of :func:`read_layer`: rows that are already open become the layer."""
    spec = spec_of(name)
    raw = with_shapes(raw, mapping)
    notes: list[Note] = []
    hints = raw.columns
    if raw.format in ("osm", "pbf"):
        translated, notes = osm.translate(name, dict(raw.columns), raw.rows)
        raw = replace(raw, columns=translated)
    table = fill(raw, spec, mapping)
    if hints is not raw.columns:
        table.notes = [note for note in table.notes if note.code != "columns"]  # they are ours, not the file's
    notes = [*raw.notes, *notes, *table.notes]
    if name == "roads":
        notes += _class_hints(table, hints, raw.rows)
    notes += [*_answers(table, spec), *_keys(table, spec, hints)]
    require(raw, spec, table, file, [f for f, column in spec.columns.items() if column.required])
    shapes = None
    if spec.geometry != "none":
        shapes, more = _shapes(raw, spec, file, work_crs, bounds, crs)
        notes += more
    return _assemble(name, spec, raw, table, shapes, file, notes, work_crs)


def _shapes(raw: Raw, spec: LayerSpec, file: str, work_crs: str, bounds: Bounds, crs: str | None) -> tuple[Shapes, list[Note]]:
    if raw.geometry is None:
        raise BadInput(
            why_zh=f"{file}：没有图形（此图层需要图形；CSV 可用 WKT 列）",
            why_en=f"{file}: it has no shapes (a CSV may bring a WKT column)",
        )
    source = settle(raw.crs, crs, raw.geometry, work_crs, bounds, file)
    shapes = clean(raw.geometry, raw.damaged, spec.geometry, source, work_crs)
    found = outside(shapes, raw.geometry, source, work_crs, bounds)
    _misplaced(shapes, found)
    return shapes, [*source.notes, *shapes.notes, *found.notes]


def _misplaced(shapes: Shapes, found: Outside) -> None:
    """Rows that lie in no place of theirs are lost: what they stand for is somewhere in the city, and the layer must not be
    taken to say that nothing is there. A few rows beyond the edge are a neighbour's; all of them are not."""
    shapes.reject(found.rows & found.swapped, *TURNED)
    if found.rows.any() and (found.rows | shapely.is_missing(shapes.shapes)).all():
        zh = "该图层没有一行在本市范围之内：坐标系或带号有误，或是别处的数据；请用 --crs 指定，或改正数据"
        en = "no row of the layer lies inside the city: the CRS or zone is wrong, or the data are of another place; state --crs"
        shapes.reject(found.rows, zh, en)


def _class_hints(table: Table, columns: Mapping[str, Objects], rows: int) -> list[Note]:
    """``highway=*`` as class where the file states none; every such class is marked as a hint."""
    by_name = {plain_name(column): column for column in columns}
    if "class" in table.fields or "highway" not in by_name:
        return []
    urban = columns.get("highway:CN:urban")
    classes, known = osm.class_hints(columns[by_name["highway"]], urban)
    table.fields["class"] = classes
    table.fields["class_source"] = np.array(["hint" if k else None for k in known], dtype=object)
    gone = np.isin(pd.Series(columns[by_name["highway"]], dtype=object).astype(str), osm.NOT_ROADS)
    for i in np.flatnonzero(gone):
        table.wrong.setdefault("", {})[int(i)] = (
            "highway 标签表明不是现有道路",
            "its highway tag says that it is no existing road",
        )
    kinds = pd.Series(classes[known]).value_counts()
    listed = ", ".join(f"{kind} {count}" for kind, count in kinds.items())
    return [
        Note(
            "class-hint",
            f"道路等级由 highway 标签推断，不能作为依据：{listed}",
            f"classes are hints from highway tags, not proof: {listed}",
        )
    ]


def _answers(table: Table, spec: LayerSpec) -> list[Note]:
    """Where a blank cell says "none", a cell that says something else and is no date is told: its row is not known."""
    notes = []
    for name in (name for name, column in spec.columns.items() if column.blank_is_none and table.wrong.get(name)):
        zh, rows = spec.columns[name].zh, [i + 1 for i in table.wrong[name]]
        listed = ", ".join(map(str, rows[:10])) + (" …" if len(rows) > 10 else "")
        notes.append(
            Note(
                "not-stated",
                f"{zh} {name}：{len(rows)} 行不是日期（行号 {listed}），这些行按未知处理（不当作“没有”）；"
                "请写明日期，确实没有的留空",
                f"{name}: {len(rows)} rows hold no date (rows {listed}): not known for these, and not 'none'; write the date "
                "there, or leave it blank where there is none",
            )
        )
    return notes


def _keys(table: Table, spec: LayerSpec, columns: Mapping[str, Objects]) -> list[Note]:
    """A missing key: another unique id of the file, the ends of a graph's edges, else the row number; always noted."""
    key = spec.key
    if key is None:
        return _other_ids(table, spec)
    if key in table.fields:
        return _fill_gaps(table, key, "#")
    by_name = {plain_name(column): column for column in columns}
    for name in (plain_name(n) for n in OTHER_IDS):
        ids = np.array([text_of(v) for v in columns[by_name[name]]], dtype=object) if name in by_name else None
        if ids is not None and not pd.isna(ids).any() and pd.Series(ids).is_unique:
            table.fields[key] = ids
            return [Note("ids", f"{key} 取自字段 {by_name[name]}", f"{key} is from column {by_name[name]}")]
    if all(part in by_name for part in EDGE):
        parts = [[text_of(v) or "" for v in columns[by_name[part]]] for part in EDGE]
        ids = np.array(["-".join(edge) for edge in zip(*parts, strict=True)], dtype=object)
        if pd.Series(ids).is_unique:
            table.fields[key] = ids
            return [Note("ids", f"{key} 由 u-v-key 组成", f"{key} is made of u-v-key")]
    table.fields[key] = np.array([f"#{i + 1}" for i in range(table.rows)], dtype=object)
    return [
        Note(
            "ids",
            f"文件中没有 {key}：按行号编号（#1、#2 …），文件改动后编号会变",
            f"the file has no {key}: rows are numbered (#1, #2 …); the numbers change when the file does",
        )
    ]


def _other_ids(table: Table, spec: LayerSpec) -> list[Note]:
    """A number that a row must have though it is not its own (whose road a surface is): a blank one is made up too, in a way
    that no road is called. A table without shapes keeps the blank: it may be of any road."""
    if spec.geometry == "none":
        return []
    names = [name for name, column in spec.columns.items() if column.required and name in table.fields]
    return [note for name in names for note in _fill_gaps(table, name, "#?")]


def _fill_gaps(table: Table, key: str, mark: str) -> list[Note]:
    """Rows without a key get their row number behind ``mark``."""
    empty = np.array([value is None for value in table.fields[key]], dtype=bool)
    if not empty.any():
        return []
    table.fields[key] = np.array(
        [f"{mark}{i + 1}" if gap else v for i, (gap, v) in enumerate(zip(empty, table.fields[key], strict=True))], dtype=object
    )
    return [
        Note(
            "ids",
            f"{int(empty.sum())} 行没有 {key}，按行号编号",
            f"{int(empty.sum())} rows have no {key} and got their row number",
        )
    ]


def _assemble(
    name: str, spec: LayerSpec, raw: Raw, table: Table, shapes: Shapes | None, file: str, notes: list[Note], work_crs: str
) -> LayerRead:
    keys = _labels(table, spec)
    rejected, lost, more = _unusable(table, raw, keys)
    if shapes is not None:
        gone = np.array([shape is None for shape in shapes.shapes], dtype=bool)
        rejected, lost = rejected | gone, lost | (gone & ~rejected)
    if spec.key is not None:
        notes = [*notes, *_check_unique(name, spec.key, _unless(rejected, table.fields[spec.key]), file)]
    frame = pd.DataFrame(dict(table.fields), index=pd.RangeIndex(raw.rows))
    if shapes is not None:
        frame["geometry"] = pd.Series(shapes.shapes, dtype=object)
    murky = unclear(table, raw.columns, BLANK_ANSWERS.get(name, ()))
    for field in (field for field in BLANK_IS_UNCLEAR.get(name, ()) if field in table.sources):
        _also(murky, pd.isna(table.fields[field]), field)
    frame["unclear"] = pd.Series(murky, dtype=object)
    kept = frame[~rejected].reset_index(drop=True)
    if rejected.any():
        count = int(rejected.sum())
        notes.append(
            Note(
                "rejected",
                f"{raw.rows} 行中有 {count} 行不可用，未读入",
                f"{count} of {raw.rows} rows cannot be used and were left out",
            )
        )
    keep = ("unclear",) if kept["unclear"].notna().any() else ()
    told = issues(table, keys, shapes, more)
    tidy = conform(kept, spec, work_crs, keep)
    return LayerRead(tidy, told, notes, raw.rows, int(lost.sum()), tuple(map(str, raw.columns)), dict(table.sources))


def _also(murky: Objects, rows: Flags, field: str) -> None:
    """``field`` is unclear in these rows as well."""
    for i in np.flatnonzero(rows):
        murky[i] = tuple(sorted({*(murky[i] or ()), field}))


def _labels(table: Table, spec: LayerSpec) -> Objects:
    name = spec.key or next(iter(spec.columns))
    return np.array([v if v is not None else f"#{i + 1}" for i, v in enumerate(table.text(name))], dtype=object)


def _unusable(table: Table, raw: Raw, keys: Objects) -> tuple[Flags, Flags, list[Issue]]:
    """Rows that no layer can use, and which of them are lost (too many cells), not merely empty or not of the layer (no
    built road).

    A row of a table without what ties it to the ground stays: it may be of any place."""
    lost = np.zeros(raw.rows, dtype=bool)
    lost[[row - 1 for row in raw.long_rows]] = True
    zh, en = "单元格多于表头，无法对应", "it has more cells than there are columns"
    found = [Issue(int(i) + 1, str(keys[i]), "", zh, en, rejected=True) for i in np.flatnonzero(lost)]
    empty = _empty(raw) & ~lost
    found += [Issue(int(i) + 1, str(keys[i]), "", "整行为空", "the row is empty", rejected=True) for i in np.flatnonzero(empty)]
    rejected = lost | empty
    for n, (zh, en) in table.wrong.pop("", {}).items():
        rejected[n] = True
        found.append(Issue(n + 1, str(keys[n]), "class", zh, en, rejected=True))
    return rejected, lost, found


def _empty(raw: Raw) -> Flags:
    """Rows without shape and without a single value: a blank line of a table, which stands for nothing."""
    empty = ~raw.damaged if raw.geometry is None else ~raw.damaged & shapely.is_missing(raw.geometry)
    for values in raw.columns.values():
        rows = np.flatnonzero(empty)
        if not len(rows):
            break
        empty[rows] = [text_of(value) is None for value in values[rows]]
    return empty


def _check_unique(name: str, key: str, keys: Objects, file: str) -> list[Note]:
    """road_id must be unique (ledger and verdicts point at it); elsewhere a key that repeats is noted."""
    twice = duplicates(keys)
    if not twice:
        return []
    listed = "; ".join(
        f"{k}: {', '.join(map(str, rows[:6]))}{' …' if len(rows) > 6 else ''}" for k, rows in list(twice.items())[:5]
    )
    if name == "roads":
        first = next(iter(twice.values()))
        raise BadValue(
            file=file,
            row=first[1],
            field=key,
            why_zh=f"编号重复 {len(twice)} 个（编号：行号）：{listed}",
            why_en=f"{len(twice)} ids occur more than once (id: rows): {listed}",
        )
    return [Note("duplicates", f"{key} 重复 {len(twice)} 个：{listed}", f"{len(twice)} values of {key} repeat: {listed}")]


def _unless(flags: Flags, values: Objects) -> Objects:
    """``values`` with None where flagged."""
    out = values.copy()
    out[flags] = None
    return out
