"""Columns: from the names that files use to ours, and the one form in which every frame holds them.

The convention, the same for frames from a file and from the database (:func:`conform` makes it):

========  ==================  ==========================================
kind      dtype               unknown
========  ==================  ==========================================
text      object (str)        None
number    float64             NaN
integer   float64             NaN (whole numbers)
date      datetime64[s]       NaT (midnight, no time zone)
========  ==================  ==========================================

Columns stand in the order of :mod:`geo.schema`, then ``geometry`` last, in the work CRS; layers without geometry are
GeoDataFrames with no geometry column. A column in which a blank is an answer (``blank_is_none``) is there only where its
owner's file has it. The index is 0 … n-1. Shapes of one part are single (LineString, not
MultiLineString), whatever the file held.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.errors import BadInput
from geo.schema import LayerSpec
from layers.readers.words import Note

DTYPES = {"text": "object", "number": "float64", "integer": "float64", "date": "datetime64[s]"}


def conform(frame: pd.DataFrame, spec: LayerSpec, crs: str | None = None, keep: Iterable[str] = ()) -> gpd.GeoDataFrame:
    """``frame`` in the convention above: the columns of ``spec`` (absent ones unknown, those of ``blank_is_none`` left out),
    ``keep`` before them, geometry last.

    ``crs`` is set where the geometry has none; values are not parsed here, only brought to their dtype.
    """
    columns: dict[str, Any] = {name: frame[name].to_numpy() for name in keep}
    for name, column in spec.columns.items():
        if column.blank_is_none and name not in frame:
            continue
        columns[name] = _typed(frame.get(name), column.kind, len(frame))
    plain = pd.DataFrame(columns, index=pd.RangeIndex(len(frame)))
    if spec.geometry == "none":
        return gpd.GeoDataFrame(plain)
    shapes = gpd.GeoSeries(np.asarray(frame["geometry"], dtype=object), index=plain.index, crs=getattr(frame, "crs", None) or crs)
    return gpd.GeoDataFrame(plain, geometry=shapes)


def _typed(values: Any, kind: str, rows: int) -> Any:
    """One column as its dtype, NULL, NaN, NaT and pd.NA all as that dtype's unknown."""
    if values is None:
        unknown = {"text": None, "date": "NaT"}.get(kind, np.nan)
        return pd.Series(np.full(rows, unknown, dtype=DTYPES[kind]), dtype=DTYPES[kind])
    if kind == "date":
        when = pd.to_datetime(pd.Series(values.to_numpy(dtype=object)), errors="raise")
        return when.dt.tz_localize(None).dt.normalize().to_numpy(dtype=DTYPES[kind])
    if kind != "text":
        return pd.to_numeric(values).to_numpy(dtype="float64", na_value=np.nan)
    objects = values.to_numpy(dtype=object, copy=True)
    objects[pd.isna(objects)] = None
    return pd.Series(objects, dtype=object)  # an array of texts would become pandas' own text dtype


def plain_name(name: str) -> str:
    """A column name without what people vary: case, full width, spaces, underscores, a unit in brackets at the end."""
    text = unicodedata.normalize("NFKC", name).casefold()
    text = re.sub(r"[(\[【][^)\]】]*[)\]】]\s*$", "", text)
    return re.sub(r"[\s_\-.:：]+", "", text)


def _cuts(name: str) -> set[str]:
    """What ten bytes of a shapefile's field name leave of ``name``, in UTF-8 and in GBK."""
    cuts = set()
    for codec in ("utf-8", "gb18030"):
        whole = name.encode(codec)
        if len(whole) > 10:
            cuts.add(plain_name(whole[:10].decode(codec, "ignore")))
    return cuts


def match(found: Iterable[str], spec: LayerSpec, mapping: Mapping[str, str] | None = None) -> tuple[dict[str, str], list[Note]]:
    """Which column of the file fills which field: ({field: column}, notes). ``mapping`` is {column: field} and comes first.

    Then by English name, label, alias, and the ten bytes that a shapefile leaves. Raises BadInput for a mapping
    that names no column of the file or no field.
    """
    names = [name for name in found if name]
    fields = _mapped(names, spec, mapping or {})
    free = [name for name in names if name not in fields.values()]
    by_name: dict[str, str] = {}
    for name in free:
        by_name.setdefault(plain_name(name), name)
    for rank in (0, 1, 2):
        for field in spec.columns:
            if field in fields:
                continue
            spellings = _spellings(field, spec)[rank]
            column = next((by_name[s] for s in map(plain_name, spellings) if s in by_name), None)
            if column is not None:
                fields[field] = column
                by_name.pop(plain_name(column))
    doubtful = _match_cut(by_name, fields, spec)
    return fields, [_used(fields, names, spec), *doubtful]


def rivals(found: Iterable[str], fields: Mapping[str, str], spec: LayerSpec) -> dict[str, list[str]]:
    """Further columns of the file that spell a field which another column fills already: {field: columns}. Names cut short
    and columns that were mapped by hand are none."""
    by_name: dict[str, list[str]] = {}
    for name in found:
        if name and name not in fields.values():
            by_name.setdefault(plain_name(name), []).append(name)
    out: dict[str, list[str]] = {}
    for field in fields.keys() & spec.columns.keys():
        spellings = {plain_name(s) for rank in _spellings(field, spec) for s in rank}
        others = [name for spelling in sorted(spellings & by_name.keys()) for name in by_name[spelling]]
        if others:
            out[field] = others
    return out


def _spellings(field: str, spec: LayerSpec) -> tuple[tuple[str, ...], ...]:
    column = spec.columns[field]
    return (field,), (column.zh,), column.aliases


def _match_cut(by_name: dict[str, str], fields: dict[str, str], spec: LayerSpec) -> list[Note]:
    """Names cut at ten bytes, where only one field can be meant."""
    open_fields = [field for field in spec.columns if field not in fields]
    meant: dict[str, set[str]] = {}
    for field in open_fields:
        for spelling in (s for rank in _spellings(field, spec) for s in rank):
            for cut in _cuts(spelling) & by_name.keys():
                meant.setdefault(cut, set()).add(field)
    notes = []
    for cut, candidates in meant.items():
        left = candidates - fields.keys()
        if len(candidates) == 1 and left:
            fields[left.pop()] = by_name[cut]
        elif len(candidates) > 1:
            listed = "、".join(sorted(candidates))
            notes.append(
                Note(
                    "columns-unclear",
                    f"字段 {by_name[cut]} 被截断，可能是 {listed}，未使用；请用 --map 指定",
                    f"column {by_name[cut]} was cut and may be any of {listed}: not used; name it with --map",
                )
            )
    return notes


def _mapped(names: list[str], spec: LayerSpec, mapping: Mapping[str, str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for column, field in mapping.items():
        known = next((n for n in names if n == column), None) or next(
            (n for n in names if n.casefold() == column.casefold()), None
        )
        if known is None:
            raise BadInput(
                why_zh=f"--map：文件中没有字段 {column}；有：{'、'.join(names)}",
                why_en=f"--map: the file has no column {column}; it has: {', '.join(names)}",
            )
        if field not in spec.columns and field != "geometry":
            listed = ", ".join(spec.columns)
            raise BadInput(
                why_zh=f"--map：没有名为 {field} 的项；可用：{listed}",
                why_en=f"--map: there is no field {field}; known: {listed}",
            )
        fields[field] = known
    return fields


def _used(fields: Mapping[str, str], names: list[str], spec: LayerSpec) -> Note:
    pairs = ", ".join(f"{column}→{field}" for field, column in fields.items())
    unused = [name for name in names if name not in fields.values()]
    rest_zh = f"；未使用：{'、'.join(unused)}" if unused else ""
    rest_en = f"; not used: {', '.join(unused)}" if unused else ""
    return Note("columns", f"字段对应：{pairs or '无'}{rest_zh}", f"columns: {pairs or 'none'}{rest_en}")
