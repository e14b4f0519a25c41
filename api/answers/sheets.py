"""Answers as tables for people and scripts: CSV and Excel. No cell of either can run as a formula."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import shapely
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font, PatternFill

from api.answers.table import Answer, answer_rows, columns_of, rejects_table, table
from api.styles import outcome_style
from geo.crs import to_degrees
from geo.errors import BadInput
from geo.verdict import Review

BOM = b"\xef\xbb\xbf"  # without it Excel reads Chinese as mojibake

# A cell that begins so is a formula to a spreadsheet; full-width forms count in Chinese and Japanese ones.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
XLSX_ROWS, XLSX_CHARACTERS = 1_048_576, 32_767

LONLAT = {
    "lon": Answer("number", "中点经度", "longitude of the middle (CGCS2000)", "°"),
    "lat": Answer("number", "中点纬度", "latitude of the middle (CGCS2000)", "°"),
}


def write_csv(review: Review, path: Path, work_crs: str) -> None:
    """UTF-8 with BOM; lists joined by ``;``; ``lon``/``lat`` of the middle of the route at the end.

    A text that begins like a formula gets a leading ``'``."""
    write_rows(_with_middle(review, work_crs), path)


def write_rows(rows: pa.Table, path: Path) -> None:
    """Any table of texts and numbers as CSV in that form."""
    for index, field in enumerate(rows.schema):
        if field.type == pa.string():
            rows = rows.set_column(index, field, _disarmed(rows.column(index)))
    with path.open("wb") as file:
        file.write(BOM)
        pa.csv.write_csv(rows, file)


def write_xlsx(review: Review, path: Path, work_crs: str, rejects: Any = None) -> None:
    """Sheet 判定 (one header row with the contract's names, so that scripts read it), sheet 说明 (what they mean), and
    sheet 未接收 where rejects are given. Numbers are numbers, dates dates; outcome cells are tinted.

    Raises :class:`BadInput` where there are more rows than a sheet holds."""
    rows = _with_middle(review, work_crs)
    too_long(rows, path)
    book = openpyxl.Workbook(write_only=True)
    add_sheet(book, "判定", rows)
    words = columns_of(answer_rows(review)) | LONLAT
    notes = [{"字段": name, "中文": a.zh, "English": a.en, "单位": a.unit} for name, a in words.items()]
    notes += [
        {"字段": "", "中文": "多个值用 ; 分隔。超过 32767 字的文字在此截断，GeoJSON 与 Parquet 中完整。", "English": ""},
        {"字段": "", "中文": "辅助判定，不构成行政许可", "English": "An aid to judgement, not an administrative permit"},
    ]
    add_sheet(
        book, "说明", pa.Table.from_pylist(notes, pa.schema([(n, pa.string()) for n in ("字段", "中文", "English", "单位")]))
    )
    if rejects is not None:
        add_sheet(book, "未接收", rejects_table(rejects))
    book.save(path)


def too_long(rows: pa.Table, path: Path) -> None:
    """Raises :class:`BadInput` where there are more rows than a sheet holds."""
    n = rows.num_rows
    if n >= XLSX_ROWS:
        raise BadInput(
            file=path.name,
            why_zh=f"{path.name}：Excel 工作表最多 {XLSX_ROWS - 1} 行，结果有 {n} 行；请改用 .csv、.gpkg 或 .parquet",
            why_en=f"{path.name}: an Excel sheet holds {XLSX_ROWS - 1} rows, there are {n}; use .csv, .gpkg or .parquet",
        )


def _with_middle(review: Review, work_crs: str) -> pa.Table:
    shapes = np.asarray(review.rows.geometry.array, dtype=object)
    areas = np.isin(shapely.get_type_id(shapes), (3, 6))
    middle = shapely.line_interpolate_point(np.where(areas, None, shapes), 0.5, normalized=True)
    middle[areas] = shapely.point_on_surface(shapes[areas])
    degrees = to_degrees(middle, work_crs)
    rows = table(answer_rows(review), joined=True)
    for name, values in (("lon", shapely.get_x(degrees)), ("lat", shapely.get_y(degrees))):
        rows = rows.append_column(name, pa.array(np.round(values, 7), pa.float64(), from_pandas=True))
    return rows


def _disarmed(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    armed = pc.match_substring_regex(texts, "^[" + "".join(f"\\x{{{ord(c):x}}}" for c in FORMULA) + "]")
    return pc.if_else(armed, pc.binary_join_element_wise(pa.scalar("'"), texts, ""), texts)


def add_sheet(book: Any, title: str, rows: pa.Table) -> None:
    """One sheet: a header row that stays in sight, a filter, columns as wide as their first rows."""
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "C2" if title == "判定" else "A2"
    for index, name in enumerate(rows.column_names):
        sheet.column_dimensions[openpyxl.utils.get_column_letter(index + 1)].width = _width(name, rows.column(index))
    if rows.num_rows:
        last = openpyxl.utils.get_column_letter(rows.num_columns)
        sheet.auto_filter.ref = f"A1:{last}{rows.num_rows + 1}"
    sheet.append([_bold(sheet, name) for name in rows.column_names])
    for row in _cells(sheet, rows):
        sheet.append(row)


def _cells(sheet: Any, rows: pa.Table) -> Iterator[list[Any]]:
    texts = [i for i, field in enumerate(rows.schema) if field.type == pa.string()]
    tinted = [i for i, name in enumerate(rows.column_names) if name in ("outcome", "could_be")]
    for batch in rows.to_batches(max_chunksize=2000):
        for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            row = list(values)
            for i in texts:
                value = row[i]
                if value and (value.startswith(FORMULA) or len(value) > XLSX_CHARACTERS):
                    row[i] = _plain(sheet, value)
            for i in tinted:
                row[i] = _tinted(sheet, row[i])
            yield row


def _plain(sheet: Any, value: str) -> Any:
    cell = WriteOnlyCell(sheet, value=value[:XLSX_CHARACTERS])
    cell.data_type = "s"  # openpyxl takes a text with "=" for a formula
    cell.quotePrefix = True  # and so would Excel, as soon as somebody edits the cell
    return cell


def _tinted(sheet: Any, outcome: str | None) -> Any:
    cell = WriteOnlyCell(sheet, value=outcome)
    if outcome:
        cell.fill, cell.font = _paint(outcome)
    return cell


@lru_cache(maxsize=64)
def _paint(outcome: str) -> tuple[PatternFill, Font]:
    style = outcome_style(outcome)
    return PatternFill("solid", fgColor=style["tint"].lstrip("#")), Font(color=style["ink"].lstrip("#"))


def _bold(sheet: Any, name: str) -> Any:
    cell = WriteOnlyCell(sheet, value=name)
    cell.font = Font(bold=True)
    return cell


def _width(name: str, column: pa.ChunkedArray) -> float:
    """Wide enough for the first rows; a Chinese character takes two places."""
    longest = max((sum(2 if ord(c) > 0x2E7F else 1 for c in str(one)) for one in column.slice(0, 200).to_pylist()), default=0)
    return min(max(longest, len(name)) + 3, 60)
