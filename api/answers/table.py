"""The answer to every row as one table: which columns, in which order, of which kind, and what each is called."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa

from geo.law.kleene import YES
from geo.law.rules import evaluate
from geo.schema import ROUTE_COLUMNS
from geo.verdict import Review

Kind = Literal["text", "list", "integer", "number", "truth", "date"]

ARROW: Mapping[Kind, pa.DataType] = {
    "text": pa.string(), "list": pa.list_(pa.string()), "integer": pa.int64(),
    "number": pa.float64(), "truth": pa.bool_(), "date": pa.date32(),
}  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """One column of the answers: kind, words, unit, and the name that fits a shapefile (10 characters)."""

    kind: Kind
    zh: str
    en: str
    unit: str = ""
    short: str = ""


# The order is a contract: scripts read these columns.
CONTRACT: Mapping[str, Answer] = {
    "row_no": Answer("integer", "原文件行号", "row of the file, from 1"),
    "route_id": Answer("text", "线路编号", "route number"),
    "outcome": Answer("text", "判定结果", "outcome"),
    "conditions": Answer("list", "附加条件", "conditions that add to the outcome"),
    "could_be": Answer("text", "未知项全部不利时的结果", "outcome if every unknown came out badly"),
    "certainty": Answer("text", "确定程度", "certainty: text, reading or data-missing"),
    "immediate": Answer("truth", "可即时办理", "can be settled at once"),
    "length_m": Answer("number", "线路长度", "length", "m"),
    "dug_m": Answer("number", "开挖长度", "excavated length", "m"),
    "sum_length_m": Answer("number", "计长（按规则合计）", "length that the rule compares, siblings included", "m", "sum_len_m"),
    "reasons": Answer("list", "起决定作用的规则", "rules that decide"),
    "owed": Answer("list", "应办许可事项", "permit items that are owed"),
    "waived": Answer("list", "免办许可事项", "permit items that are waived"),
    "missing": Answer("list", "缺少的资料", "what is missing"),
    "pack": Answer("text", "规则包", "pack of rules"),
    "on": Answer("date", "申报日期", "filing date"),
    "could_be_conditions": Answer("list", "未知项全部不利时的附加条件", "conditions in that case", short="cb_conds"),
    "headline": Answer("text", "结论", "headline"),
}

_ROUTE_FIRST = ("utility", "project", "project_code", "applicant")
_ROUTE_KIND: Mapping[str, Kind] = {"text": "text", "number": "number", "integer": "integer", "date": "date"}
_ROUTE_SHORT = {
    "project_code": "prj_code", "capacity_kva": "cap_kva", "diameter_mm": "diam_mm", "pressure_mpa": "press_mpa",
    "trench_width_m": "trench_w_m", "occupied_m2": "occup_m2", "trees_to_fell": "trees_fell", "accuracy_m": "accur_m",
}  # fmt: skip


def columns_of(rows: pd.DataFrame) -> dict[str, Answer]:
    """Columns to write, in order: the contract, then the route's own fields that are there, then whatever else is.

    Raises KeyError where the rows lack a column of the contract: that is a mistake of ours, never of a file."""
    optional = {"could_be_conditions", "headline"}
    chosen = {name: answer for name, answer in CONTRACT.items() if name in rows or name not in optional}
    absent = [name for name in chosen if name not in rows]
    if absent:
        raise KeyError(f"rows lack {absent}")
    for name in dict.fromkeys([*_ROUTE_FIRST, *ROUTE_COLUMNS]):
        if name in rows and name not in chosen:
            field = ROUTE_COLUMNS[name]
            chosen[name] = Answer(_ROUTE_KIND[field.kind], field.zh, field.en, field.unit, _ROUTE_SHORT.get(name, ""))
    shape = rows.geometry.name if isinstance(rows, gpd.GeoDataFrame) else None
    rest = [str(name) for name in rows.columns if name not in chosen and name != shape]
    return chosen | {name: Answer(_kind(rows[name]), name, name) for name in rest}


def _kind(values: pd.Series) -> Kind:
    if pd.api.types.is_bool_dtype(values):
        return "truth"
    if pd.api.types.is_integer_dtype(values):
        return "integer"
    if pd.api.types.is_numeric_dtype(values):
        return "number"
    if pd.api.types.is_datetime64_any_dtype(values):
        return "date"
    return "list" if any(isinstance(one, (list, tuple)) for one in values) else "text"


def answer_rows(review: Review) -> gpd.GeoDataFrame:
    """The rows of a review and the headline of each (Chinese), found for all at once: the first of the pack's that holds."""
    told = np.full(review.facts.n, None, dtype=object)
    for headline in review.pack.data.headlines:
        holds = evaluate(headline.when, review.verdicts.reading, review.facts.n, review.pack) == YES
        told[holds & np.equal(told, None)] = headline.zh
    silent = np.equal(told, None)
    told[silent] = [review.pack.outcomes[outcome].zh for outcome in review.rows["outcome"][silent]]
    return review.rows.assign(headline=told)


def table(rows: pd.DataFrame, *, joined: bool) -> pa.Table:
    """The rows as typed columns (no geometry); lists as texts joined by ``;`` where ``joined``, else as lists.

    An empty, NaN or NaT value is null: unknown never becomes 0 or ""."""
    return typed(rows, columns_of(rows), joined=joined)


def typed(rows: pd.DataFrame, columns: Mapping[str, Answer], *, joined: bool) -> pa.Table:
    """These columns of any table, as :func:`table` gives them."""
    arrays = []
    for name, answer in columns.items():
        values = _values(rows[name], answer.kind)
        if answer.kind == "list" and joined:
            told = {id(value): join(value) for value in values}
            arrays.append(pa.array([told[id(value)] for value in values], pa.string()))
        else:
            arrays.append(pa.array(values, ARROW[answer.kind], from_pandas=True))
    return pa.table(arrays, names=list(columns))


def _values(column: pd.Series, kind: Kind) -> Any:
    numpy_kind = getattr(column.dtype, "kind", "O")
    if kind == "number" and numpy_kind in "fiu":
        numbers = column.to_numpy(dtype=float)
        return np.where(np.isfinite(numbers), numbers, np.nan)
    if (kind, numpy_kind) in (("integer", "i"), ("truth", "b")) and isinstance(column.dtype, np.dtype):
        return column.to_numpy()
    if kind == "list":
        return _lists(column, kind)
    known: dict[Any, Any] = {}  # a column of a hundred thousand rows holds few different words and days
    return [known[value] if value in known else known.setdefault(value, _clean(value, kind)) for value in column]


def _lists(column: pd.Series, kind: Kind) -> list[Any]:
    """Rows with the same answer share one list: each is cleaned once."""
    known: dict[int, Any] = {}
    return [known[id(one)] if id(one) in known else known.setdefault(id(one), _clean(one, kind)) for one in column]


def join(items: Iterable[str] | None) -> str | None:
    """One text from a list; a ``;`` inside an item turns into ``；`` so that the list can be split again."""
    return None if items is None else ";".join(item.replace(";", "；") for item in items)


def _clean(value: Any, kind: Kind) -> Any:
    if kind == "list":
        return [text(one) for one in value] if isinstance(value, (list, tuple, np.ndarray)) else None
    if value is None or value is pd.NaT or value is pd.NA or value != value:
        return None
    if kind == "text":
        return text(value)
    if kind == "date":
        return _day(value)
    if kind == "truth":
        return bool(value)
    return int(value) if kind == "integer" else float(value) if np.isfinite(value) else None


def _day(value: Any) -> dt.date | None:
    day = value if isinstance(value, (dt.date, dt.datetime, str)) else pd.Timestamp(value)
    if isinstance(day, str):
        return dt.date.fromisoformat(day) if day else None
    return day.date() if isinstance(day, dt.datetime) else day


def text(value: Any) -> str:
    """A text that every format can hold: no control characters, no half of a surrogate pair."""
    if not isinstance(value, str):
        value = str(value)
    if value.isprintable():
        return value
    whole = value.encode("utf-8", "replace").decode()
    return "".join(" " if (c < " " and c not in "\t\n\r") or c in "\ufffe\uffff" else c for c in whole)


def short_names(names: Sequence[str], columns: Mapping[str, Answer]) -> dict[str, str]:
    """Names of at most 10 bytes, unique whatever their case, for the DBF of a shapefile."""
    taken: set[str] = set()
    out = {}
    for name in names:
        answer = columns.get(name)
        wanted = (answer.short if answer and answer.short else name).encode("ascii", "replace").decode().replace("?", "_")[:10]
        number = 1
        while wanted.lower() in taken:
            number += 1
            wanted = f"{wanted[: 9 - len(str(number))]}_{number}"
        taken.add(wanted.lower())
        out[name] = wanted
    return out


def rejects_table(rejects: pd.DataFrame | None) -> pa.Table:
    """Refused rows: row_no, route_id, field, reason (Chinese) and reason_en; empty where none were given."""
    frame = rejects if rejects is not None else pd.DataFrame()
    source = {"row_no": "row_no", "route_id": "route_id", "field": "field", "reason": "reason_zh", "reason_en": "reason_en"}
    none = [None] * len(frame)
    kinds: Mapping[str, Kind] = {name: "integer" if name == "row_no" else "text" for name in source}
    values = {name: frame[old] if old in frame else frame.get(name, none) for name, old in source.items()}
    return pa.table({name: pa.array([_clean(one, kinds[name]) for one in values[name]], ARROW[kinds[name]]) for name in source})
