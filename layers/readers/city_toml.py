"""``city.toml``: what a city says of itself and of its layers. Every key is known; a misspelt one is an error."""

import difflib
import math
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from geo.crs import to_work
from geo.errors import BadInput
from geo.schema import LAYERS
from layers.readers.encoding import named
from layers.readers.values import CHINA
from layers.readers.words import Raw


@dataclass(frozen=True)
class LayerEntry:
    """``[layers.X]``: ``coverage`` is "bounds", "none", "" (not stated) or a polygon file or layer; ``map`` {column: field}."""

    as_of: date | None = None
    source: str = ""
    owner: str = ""
    licence: str = ""
    coverage: str = ""
    complete_since: date | None = None
    file: str = ""
    layer: str | None = None
    encoding: str | None = None
    crs: str | None = None
    map: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Settings:
    """The whole file: lon/lat ``bounds`` (west, south, east, north), a projected ``work_crs`` in metres."""

    name: str
    work_crs: str
    bounds: tuple[float, float, float, float]
    synthetic: bool = False
    layers: Mapping[str, LayerEntry] = field(default_factory=dict)
    file: str = "city.toml"

    def bad(self, key: str, zh: str, en: str) -> BadInput:
        """The error for a key of this file: what is wrong, and the cure."""
        return bad_key(self.file, key, zh, en)


DATES = ("as_of", "complete_since")
TOP = ("name", "synthetic", "work_crs", "bounds", "layers")
A_DATE = ("日期写作 2026-10-01", "a date is written 2026-10-01")


def read_settings(path: Path) -> Settings:
    """Read and check ``path``. Raises BadInput that names file, key (or line) and cure."""
    said = _parsed(path)
    for key in said:
        if key not in TOP:
            raise bad_key(path.name, key, *_unknown_key(key, TOP))
    name, synthetic, layers = said.get("name", path.parent.name), said.get("synthetic", False), said.get("layers", {})
    if not isinstance(name, str):
        raise bad_key(path.name, "name", '应为加引号的文字，如 name = "开封"', 'it must be quoted text: name = "Kaifeng"')
    if not isinstance(synthetic, bool):
        raise bad_key(path.name, "synthetic", "应为 true 或 false，不加引号", "it must be true or false, without quotation marks")
    if not isinstance(layers, dict):
        raise bad_key(path.name, "layers", "每个图层应写作 [layers.图层名]", "each layer is a table: [layers.NAME]")
    entries = {layer: _entry(path, layer, entry) for layer, entry in layers.items()}
    return Settings(name, _work_crs(path, said.get("work_crs")), _bounds(path, said.get("bounds")), synthetic, entries, path.name)


def bad_key(file: str, key: str, zh: str, en: str) -> BadInput:
    """The error for one key of a settings file."""
    return BadInput(file=file, field=key, why_zh=f"{file}：{key}：{zh}", why_en=f"{file}: {key}: {en}")


def _unknown_key(key: str, known: Iterable[str]) -> tuple[str, str]:
    names = list(known)
    near = difflib.get_close_matches(key, names, 1)
    zh = f"没有这个设置{f'，是否应为 {near[0]}？' if near else '；'}可用：{'、'.join(names)}"
    return zh, f"there is no such setting{f' (did you mean {near[0]}?)' if near else ''}; known: {', '.join(names)}"


def _parsed(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        zh, en = "不是 UTF-8 文字；请在编辑器中另存为 UTF-8", "it is not UTF-8 text: save it as UTF-8 in your editor"
        raise BadInput(file=path.name, why_zh=f"{path.name}：{zh}", why_en=f"{path.name}: {en}") from None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _not_toml(path, text, str(error)) from None


def _not_toml(path: Path, text: str, why: str) -> BadInput:
    """The line that the parser stopped at, its key, and how such a value is written."""
    lines = text.splitlines() or [""]
    found = re.search(r"at line (\d+)", why)
    number = min(int(found[1]), len(lines)) if found else len(lines)
    number -= int("Invalid value" in why and "column 1)" in why)  # a list or text that an earlier line left open
    line = lines[number - 1].strip()
    key = line.partition("=")[0].strip() if "=" in line else ""
    tables = (re.match(r"\s*\[+([^\]]+)\]", one) for one in lines[:number])
    table = next((found[1].strip() for found in reversed(list(tables)) if found), "")
    where = f"{table}.{key}" if key and table else key or line[:40]
    zh, en = A_DATE if key in DATES else ("文字要加引号，日期写作 2026-10-01", "text is quoted, a date is written 2026-10-01")
    return BadInput(
        file=path.name,
        field=where,
        row=number,
        why_zh=f"{path.name} 第 {number} 行：{where}：“{line[:60]}”不是有效的 TOML（{why}）；{zh}",
        why_en=f"{path.name} line {number}: {where}: '{line[:60]}' is not valid TOML ({why}); {en}",
    )


def measurable(crs: CRS) -> bool:
    """Projected, in metres, and not Web Mercator, which stretches a city by a fifth and more."""
    metres = crs.is_projected and all(axis.unit_conversion_factor == 1.0 for axis in crs.axis_info)
    operation = crs.coordinate_operation
    return metres and not (operation is not None and "Pseudo Mercator" in operation.method_name)


def _work_crs(path: Path, said: Any) -> str:
    """A code of a projected CRS in metres, as "EPSG:4547"."""
    code = re.fullmatch(r"EPSG:(\d{4,6})", str(said).strip().upper())
    try:
        crs = CRS.from_epsg(int(code[1])) if code else None
    except CRSError:
        crs = None
    if crs is None or not measurable(crs):
        seen_zh, seen_en = (
            ("缺少", "it is missing") if said is None else (f"“{said}”不能用来量算", f"'{said}' cannot be measured in")
        )
        raise bad_key(
            path.name,
            "work_crs",
            f'{seen_zh}；应为以米为单位的投影坐标系（经纬度和 Web 墨卡托不行），如 work_crs = "EPSG:4547"',
            f'{seen_en}; it must be a projected CRS in metres (no degrees, no Web Mercator): work_crs = "EPSG:4547"',
        )
    return f"EPSG:{crs.to_epsg()}"


def _bounds(path: Path, said: Any) -> tuple[float, float, float, float]:
    numbers = (
        isinstance(said, list) and len(said) == 4 and all(isinstance(v, int | float) and not isinstance(v, bool) for v in said)
    )
    if numbers:
        west, south, east, north = map(float, said)
        if -180 <= west < east <= 180 and -90 <= south < north <= 90:
            return west, south, east, north
        swapped = -180 <= south < north <= 180 and -90 <= west < east <= 90
        turned = f"[{south:g}, {west:g}, {north:g}, {east:g}]"
        if swapped:
            zh, en = f"经纬度看来颠倒了，应为 {turned}", f"longitude and latitude look swapped; write {turned}"
            raise bad_key(path.name, "bounds", zh, en)
    raise bad_key(
        path.name,
        "bounds",
        f"{'缺少' if said is None else said}；应为 [西, 南, 东, 北]，单位度，西小于东、南小于北，如 [114.0, 34.5, 114.9, 35.1]",
        f"{'missing' if said is None else said}; it must be [west, south, east, north] in degrees, west < east and south < "
        "north, such as [114.0, 34.5, 114.9, 35.1]",
    )


def _entry(path: Path, layer: str, said: Any) -> LayerEntry:
    if layer not in LAYERS:
        near = difflib.get_close_matches(layer, LAYERS, 1)
        zh, en = (f"，是否应为 {near[0]}？", f" (did you mean {near[0]}?)") if near else ("；", "")
        listed = ", ".join(LAYERS)
        raise bad_key(
            path.name, f"layers.{layer}", f"没有这个图层{zh}可用：{listed}", f"there is no such layer{en}; known: {listed}"
        )
    if not isinstance(said, dict):
        raise bad_key(path.name, f"layers.{layer}", f"应写作 [layers.{layer}]", f"it must be a table, [layers.{layer}]")
    known = sorted(f.name for f in fields(LayerEntry))
    for key in said:
        if key not in known:
            raise bad_key(path.name, f"layers.{layer}.{key}", *_unknown_key(key, known))
    return LayerEntry(**{key: _value(path, f"layers.{layer}.{key}", key, value) for key, value in said.items()})


def _value(path: Path, where: str, key: str, value: Any) -> Any:
    """One value of a layer's table, in its type."""
    if key in DATES:
        return _date(path, where, value)
    if key == "map":
        if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
            raise bad_key(path.name, where, '应写作 map = { "列名" = "字段" }', 'it is written map = { "column" = "field" }')
        return value
    if not isinstance(value, str):
        raise bad_key(path.name, where, f'应为加引号的文字，如 {key} = "…"', f'it must be quoted text: {key} = "…"')
    if key == "encoding" and named(value) is None:
        zh, en = "可用 UTF-8、GB18030、BIG5", "use UTF-8, GB18030, BIG5"
        raise bad_key(path.name, where, f"没有编码“{value}”；{zh}", f"there is no encoding '{value}'; {en}")
    return value.strip()


def _date(path: Path, where: str, value: Any) -> date:
    try:
        day = value.date() if isinstance(value, datetime) else date.fromisoformat(str(value))
    except ValueError:
        raise bad_key(path.name, where, f"“{value}”不是日期；{A_DATE[0]}", f"'{value}' is not a date; {A_DATE[1]}") from None
    if day > datetime.now(CHINA).date():
        zh, en = "记录不能晚于今天", "no record is of a day to come"
        raise bad_key(path.name, where, f"{day} 尚未到来；{zh}；{A_DATE[0]}", f"{day} is still to come: {en}; {A_DATE[1]}")
    return day


def template(raw: Raw | None) -> str:
    """A city.toml to paste: bounds and zone from the data where its place is known, else those of an example."""
    bounds, crs = _place(raw) or ((114.0, 34.5, 114.9, 35.1), "EPSG:4547")
    corners = ", ".join(f"{v:g}" for v in bounds)
    return (
        f'name = "…"\nwork_crs = "{crs}"\nbounds = [{corners}]  # lon/lat: west, south, east, north\n\n'
        '[layers.roads]\nas_of = 2026-10-01\nsource = "…"\nowner = "…"\n'
        'coverage = "bounds"  # "bounds", "none", or a polygon file\n'
        "# complete_since = 2018-01-01\n"
    )


def _place(raw: Raw | None) -> tuple[tuple[float, float, float, float], str] | None:
    """Bounds (degrees, outward to 0.01) and the CGCS2000 3-degree zone of a file that states its CRS, inside China."""
    if raw is None or raw.geometry is None or raw.crs is None:
        return None
    try:
        degrees = to_work(raw.geometry, raw.crs, "EPSG:4490")
    except CRSError:
        return None
    west, south, east, north = (float(v) for v in shapely.total_bounds(degrees))
    if not (np.isfinite([west, south, east, north]).all() and 73 < west <= east < 136 and 3 < south <= north < 54):
        return None
    grown = (
        math.floor(west * 100) / 100,
        math.floor(south * 100) / 100,
        math.ceil(east * 100) / 100,
        math.ceil(north * 100) / 100,
    )
    zone = round((west + east) / 6)
    return grown, f"EPSG:{4534 + zone - 25}"
