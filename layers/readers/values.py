"""Values: texts as people write them → numbers, dates and listed words. What cannot be read is unknown, with a reason."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pandas as pd

from geo.schema import Column
from layers.readers.words import Flags, Objects

Why = tuple[str, str]
CHINA = timezone(timedelta(hours=8))
EXCEL_DAY_0 = np.datetime64("1899-12-30", "s")

# unit of the column → spellings of units a value may carry, and the factor into the column's unit
UNITS: dict[str, dict[str, float]] = {
    "mm": {"mm": 1, "毫米": 1, "cm": 10, "厘米": 10, "m": 1000, "米": 1000},
    "m": {
        "m": 1,
        "米": 1,
        "公尺": 1,
        "cm": 0.01,
        "厘米": 0.01,
        "mm": 0.001,
        "毫米": 0.001,
        "km": 1000,
        "公里": 1000,
        "千米": 1000,
    },
    "cm": {"cm": 1, "厘米": 1, "m": 100, "米": 100, "mm": 0.1, "毫米": 0.1},
    "kV": {"kv": 1, "千伏": 1, "v": 0.001, "伏": 0.001},
    "kVA": {"kva": 1, "千伏安": 1, "mva": 1000, "兆伏安": 1000},
    "MPa": {"mpa": 1, "兆帕": 1, "kpa": 0.001, "千帕": 0.001, "pa": 1e-6, "帕": 1e-6, "bar": 0.1, "巴": 0.1},
    "m²": {"m2": 1, "平方米": 1, "平米": 1, "㎡": 1, "公顷": 10_000, "ha": 10_000, "亩": 2000 / 3},
    "株": {"株": 1, "棵": 1},
}
NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?"
ONE = re.compile(rf"^(dn|de|ø|φ|d)?\s*({NUMBER})\s*([a-z一-鿿²2]*)$")
SECTION = re.compile(r"^(\d+(?:\.\d+)?)\s*(?:mm)?\s*[x×*]\s*(\d+(?:\.\d+)?)\s*(?:mm)?$")
THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?![\d,])")
DATE = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[t ]*(\d{1,2}:\d{2}.*))?$")
NOTHING = {"", "null", "none", "nan", "nat", "n/a", "na", "<null>", "-", "--", "—", "——", "无数据", "不详", "未知"}
# where a blank is an answer ("there was none"), these words are none, and those are not
NONE = {"无", "未大修", "none", "-", "--", "—", "——", "/"}
NOT_KNOWN = {"不详", "未知", "无数据", "n/a", "na"}
# what stands in a free text where nothing was to be said: never a name that two rows could share
NO_TEXT = NOTHING | {"/", "无", "0"}
NO_PIECES = {"无", "没有"}
NULL_DAYS = {"1899-12-30", "1899-12-31", "1900-01-01", "1970-01-01"}  # what exports write where nothing was written
SERIAL = (36_526, 73_050)  # 2000-01-01 to 2099-12-31: other bare numbers are more likely no days at all


@dataclass
class Parsed:
    """A column's values (NaN, NaT or None where unknown) and the reasons, by index, of those that could not be read."""

    values: Objects
    why: dict[int, Why] = field(default_factory=dict)


def text_of(value: object) -> str | None:
    """A value as text without blanks at its ends; nothing (NULL, NaN, '', blanks) is None; 12.0 is '12'."""
    if value is None or value is pd.NA:
        return None
    if isinstance(value, float | np.floating):
        if not np.isfinite(value):
            return None
        number = float(value)
        return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
    text = str(value).strip(" \t\r\n\0\u3000\xa0\ufeff")
    return text or None


def says_unknown(values: Objects) -> Flags:
    """Rows that say in so many words that the value is not known: no blank, wherever a blank is an answer."""
    codes, texts = _distinct(values)
    known = np.array([text is not None and _folded(text) in NOT_KNOWN for text in texts] + [False], dtype=bool)
    out: Flags = known[codes]
    return out


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text.replace("㎡", "m2")).strip().casefold()


def head_unit(name: str, column: Column) -> str:
    """The unit that the head of a column states in brackets, "电压(V)"; "" where it states none that is known."""
    found = re.search(r"[(\[【（]([^)\]】）]*)[)\]】）]\s*$", name)
    unit = _folded(found[1]) if found else ""
    return unit if unit in UNITS.get(column.unit, {}) else ""


def parse(values: Objects, column: Column, head: str = "") -> Parsed:
    """A file's column → the values of ``column``; each distinct value is looked at once. ``head``: the unit of bare numbers
    (:func:`head_unit`)."""
    if head and column.kind in ("number", "integer") and UNITS[column.unit][head] != 1:
        texts = np.array([text_of(value) for value in values], dtype=object)
        bare = np.array([text is not None and re.fullmatch(NUMBER, _folded(text)) is not None for text in texts], dtype=bool)
        values = np.where(bare, [f"{text}{head}" for text in texts], texts).astype(object)
    readers: dict[str, Callable[[Objects, Column], Parsed]] = {
        "text": _texts,
        "number": _numbers,
        "integer": _numbers,
        "date": _dates,
    }
    return readers[column.kind](values, column)


def _distinct(values: Objects) -> tuple[np.ndarray[tuple[int], np.dtype[np.intp]], Objects]:
    """Codes (-1: nothing) and distinct texts."""
    series = pd.Series(values)
    if series.dtype.kind in "if":
        codes, distinct = pd.factorize(series)
        texts = np.array([text_of(v) for v in distinct], dtype=object)
    else:
        codes, distinct = pd.factorize(series.astype(object), use_na_sentinel=True)
        texts = np.array([text_of(v) for v in distinct], dtype=object)
    nothing = np.array([t is None for t in texts], dtype=bool)
    if nothing.any():
        codes = np.where((codes >= 0) & nothing[np.maximum(codes, 0)], -1, codes)
    return codes.astype(np.intp), texts


def _spread(
    codes: np.ndarray[tuple[int], np.dtype[np.intp]], read: list[tuple[object, Why | None]], unknown: object, dtype: str
) -> Parsed:
    """Values read once per distinct text, back on every row."""
    table = np.array([value for value, _ in read] + [unknown], dtype=object)
    parsed = Parsed(table[codes].astype(dtype))
    bad = np.array([why is not None for _, why in read] + [False], dtype=bool)
    for i in np.flatnonzero(bad[codes]):
        why = read[codes[i]][1]
        assert why is not None
        parsed.why[int(i)] = why
    return parsed


def _texts(values: Objects, column: Column) -> Parsed:
    codes, texts = _distinct(values)
    if not column.values:
        said = [None if text is None or _folded(text) in NO_TEXT else text for text in texts]
        return _spread(codes, [(text, None) for text in said], None, "object")
    words = {_folded(word): key for key, spellings in column.values.items() for word in spellings}
    words |= {_folded(key): key for key in column.values}
    return _spread(codes, [_word(text, words, column) for text in texts], None, "object")


def _word(text: str | None, words: dict[str, str], column: Column) -> tuple[object, Why | None]:
    if text is None or _folded(text) in NOTHING - set(words):
        return None, None
    found = words.get(_folded(text))
    if found is not None:
        return found, None
    known = "、".join(f"{key}（{spellings[0]}）" if spellings else key for key, spellings in column.values.items())
    listed = ", ".join(column.values)
    return None, (f"“{text[:40]}”不在可用值之内：{known}；按未知处理", f"'{text[:40]}' is none of {listed}: taken as unknown")


def _numbers(values: Objects, column: Column) -> Parsed:
    if values.dtype.kind in "if":
        return _plain_numbers(values, column)
    codes, texts = _distinct(values)
    return _spread(codes, [_number(text, column) for text in texts], np.nan, "float64")


def _plain_numbers(values: Objects, column: Column) -> Parsed:
    """Numbers that the file already holds as numbers: only those outside the limits are looked at one by one."""
    numbers = values.astype("float64")
    low = -np.inf if column.minimum is None else column.minimum
    high = np.inf if column.maximum is None else column.maximum
    fine = (numbers >= low) & (numbers <= high) & ~np.isin(numbers, column.doubtful)
    if column.kind == "integer":
        fine &= numbers == np.floor(numbers)
    parsed = Parsed(np.where(fine, numbers, np.nan))
    for i in np.flatnonzero(~fine & ~np.isnan(numbers)):
        why = _number(repr(float(numbers[i])), column)[1]
        parsed.why[int(i)] = why or ("不是有限的数；按未知处理", "it is not a finite number: taken as unknown")
    return parsed


def _number(text: str | None, column: Column) -> tuple[object, Why | None]:
    """One number with its unit, in the unit of the column and inside its limits."""
    if text is None or _folded(text) in NOTHING:
        return np.nan, None
    value = 0.0 if column.kind == "integer" and _folded(text) in NO_PIECES else number_in(text, column.unit)
    if value is None:
        unit = f"（{column.unit}）" if column.unit else ""
        return np.nan, (
            f"“{text[:40]}”不是一个数{unit}；按未知处理",
            f"'{text[:40]}' is not one number ({column.unit or 'plain'}): taken as unknown",
        )
    if column.kind == "integer" and value != int(value):
        return np.nan, (f"“{text[:40]}”不是整数；按未知处理", f"'{text[:40]}' is not a whole number: taken as unknown")
    low, high = column.minimum, column.maximum
    if value in column.doubtful:
        return np.nan, (
            f"{value:g} {column.unit} 没有这样的等级，疑为单位写错；请写明单位；按未知处理",
            f"there is no such level as {value:g} {column.unit}, the unit may be another: write it; taken as unknown",
        )
    if (low is not None and value < low) or (high is not None and value > high):
        limits = f"{'' if low is None else f'{low:g}'} – {'' if high is None else f'{high:g}'} {column.unit}".strip()
        return np.nan, (f"{value:g} 超出范围 {limits}；按未知处理", f"{value:g} is outside {limits}: taken as unknown")
    return value, None


def number_in(text: str, unit: str) -> float | None:
    """``text`` as one number in ``unit``: "DN200", "φ200", "200mm", "0.2m", "10kV", "1,200"; None where it is not one.

    A rectangular section in millimetres ("100X200", width by height) counts as its larger side:
    a trench made for it is never too narrow.
    """
    folded = THOUSANDS.sub(lambda found: found[0].replace(",", ""), _folded(text))
    section = SECTION.match(folded)
    if section and unit == "mm":
        return max(float(section[1]), float(section[2]))
    one = ONE.match(folded)
    if one is None or (one[1] and unit != "mm"):
        return None
    factor = 1.0 if not one[3] else UNITS.get(unit, {}).get(one[3])
    value = None if factor is None else float(one[2]) * factor
    return None if value is None or not np.isfinite(value) else round(value, 9)


def _dates(values: Objects, column: Column) -> Parsed:
    codes, texts = _distinct(values)
    read: list[tuple[object, Why | None]] = []
    for text in texts:
        if text is None or _blank_day(text, column):
            read.append((np.datetime64("NaT", "s"), None))
            continue
        day = date_in(text)
        if day is not None and str(day)[:10] in NULL_DAYS:
            read.append((np.datetime64("NaT", "s"), _null_day(text)))
            continue
        read.append((np.datetime64("NaT", "s"), _no_date(text)) if day is None else (day, None))
    return _spread(codes, read, np.datetime64("NaT", "s"), "datetime64[s]")


def _null_day(text: str) -> Why:
    return (
        f"“{text[:40]}”是数据库导出时“未填”的写法；请写明日期或留空；按未知处理",
        f"'{text[:40]}' is how databases export 'nothing': write the day, or leave it blank; taken as unknown",
    )


def _no_date(text: str) -> Why:
    if re.fullmatch(r"\d+(\.\d+)?", _folded(text)) and not re.fullmatch(r"\d{8}", _folded(text)):
        return (
            f"“{text[:40]}”是一个数，不是 2000-01-01 至 2099-12-31 的表格日期序号；请写成 2024-05-01；按未知处理",
            f"'{text[:40]}' is a bare number and no spreadsheet day of 2000-01-01 to 2099-12-31: write 2024-05-01; "
            "taken as unknown",
        )
    return (
        f"“{text[:40]}”不是日期（如 2024-05-01）；按未知处理",
        f"'{text[:40]}' is not a date (2024-05-01): taken as unknown",
    )


def _blank_day(text: str, column: Column) -> bool:
    """Does the text say no more than a blank would? Where a blank is an answer, "not known" is another one."""
    folded = _folded(text)
    return folded in NONE or folded in NOTHING - NOT_KNOWN if column.blank_is_none else folded in NOTHING


def date_in(text: str) -> np.datetime64 | None:
    """A day: 2024-05-01, 20240501, 2024/5/1, 2024年5月1日, with or without a time, or the day number of a spreadsheet
    (:data:`SERIAL`).

    A time with a zone is a day in China (16:00 UTC is the next day there). Years outside 1900-2100, two-digit
    years and days that do not exist are None.
    """
    folded = _folded(text)
    if re.fullmatch(r"\d{8}", folded):
        return _day(int(folded[:4]), int(folded[4:6]), int(folded[6:]))
    if re.fullmatch(r"\d{5}(\.\d+)?", folded):
        serial = int(float(folded))
        return EXCEL_DAY_0 + np.timedelta64(serial, "D") if SERIAL[0] <= serial <= SERIAL[1] else None
    parts = DATE.match(folded)
    if parts is None:
        return None
    day = _day(int(parts[1]), int(parts[2]), int(parts[3]))
    if day is None or parts[4] is None:
        return day
    return _in_china(f"{int(parts[1]):04}-{int(parts[2]):02}-{int(parts[3]):02}t{parts[4].strip()}", day)


def _in_china(text: str, day: np.datetime64) -> np.datetime64 | None:
    """The day in China of a time that carries a zone; a time without one leaves the day as it stands."""
    zoned = re.sub(r"([+-]\d{2})$", r"\1:00", text.upper().replace(" ", "").replace("/", "-"))
    try:
        when = datetime.fromisoformat(zoned)
    except ValueError:
        return day
    if when.tzinfo is None:
        return day
    local = when.astimezone(UTC).astimezone(CHINA)
    return _day(local.year, local.month, local.day)


def _day(year: int, month: int, day: int) -> np.datetime64 | None:
    if not 1900 <= year <= 2100:
        return None
    try:
        return np.datetime64(datetime(year, month, day), "s")
    except ValueError:
        return None
