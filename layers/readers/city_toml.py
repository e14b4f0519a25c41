"""``city.toml``: what a city says of itself and of its layers. Every key is known; a misspelt one is an error."""

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from geo.crs import to_work
from geo.errors import BadInput, UnknownLayer
from geo.schema import LAYERS
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
    default_pack: str = ""


DATES = ("as_of", "complete_since")
TOP = ("name", "synthetic", "work_crs", "bounds", "layers", "default_pack")


def read_settings(path: Path) -> Settings:
    """Read and check ``path``. Raises BadInput that names the key."""
    try:
        said = tomllib.loads(path.read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _bad(path, "", f"不是有效的 TOML（{error}）", f"it is not valid TOML ({error})") from None
    for key in said:
        if key not in TOP:
            raise _bad(path, key, f"没有这个设置；可用：{'、'.join(TOP)}", f"there is no such setting; known: {', '.join(TOP)}")
    name, synthetic, pack = said.get("name", path.parent.name), said.get("synthetic", False), said.get("default_pack", "")
    if not isinstance(name, str) or not isinstance(synthetic, bool) or not isinstance(pack, str):
        raise _bad(path, "name/synthetic/default_pack", "类型不对", "it has the wrong type")
    layers = said.get("layers", {})
    entries = {layer: _entry(path, layer, entry) for layer, entry in layers.items()}
    return Settings(name, _work_crs(path, said.get("work_crs")), _bounds(path, said.get("bounds")), synthetic, entries, pack)


def _bad(path: Path, key: str, zh: str, en: str) -> BadInput:
    return BadInput(why_zh=f"{path.name}：{key}：{zh}", why_en=f"{path.name}: {key}: {en}")


def _work_crs(path: Path, said: Any) -> str:
    """A code of a projected CRS in metres, as "EPSG:4547"."""
    code = re.fullmatch(r"EPSG:(\d{4,6})", str(said).strip().upper())
    try:
        crs = CRS.from_epsg(int(code[1])) if code else None
    except CRSError:
        crs = None
    if crs is None or not crs.is_projected or any(axis.unit_conversion_factor != 1.0 for axis in crs.axis_info):
        raise _bad(
            path,
            "work_crs",
            '应为以米为单位的投影坐标系，如 work_crs = "EPSG:4547"',
            'it must be a projected CRS in metres: work_crs = "EPSG:4547"',
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
    raise _bad(path, "bounds", "应为 [西, 南, 东, 北]（经纬度）", "it must be [west, south, east, north] in degrees")


def _entry(path: Path, layer: str, said: Any) -> LayerEntry:
    if layer not in LAYERS:
        raise UnknownLayer(layer=layer, known="、".join(LAYERS))
    if not isinstance(said, dict):
        raise _bad(path, f"layers.{layer}", "应写作 [layers.…]", "it must be a table, [layers.…]")
    known = {f.name for f in fields(LayerEntry)}
    values: dict[str, Any] = {}
    for key, value in said.items():
        where = f"layers.{layer}.{key}"
        if key not in known:
            raise _bad(
                path,
                where,
                f"没有这个设置；可用：{'、'.join(sorted(known))}",
                f"there is no such setting; known: {', '.join(sorted(known))}",
            )
        if key in DATES:
            values[key] = _date(path, where, value)
        elif key == "map":
            if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
                raise _bad(path, where, '应为 {"列名" = "字段"}', 'it must be {"column" = "field"}')
            values[key] = value
        elif isinstance(value, str):
            values[key] = value.strip()
        else:
            raise _bad(path, where, "应为文字", "it must be text")
    return LayerEntry(**values)


def _date(path: Path, where: str, value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise _bad(path, where, f"“{value}”不是日期（如 2026-10-01）", f"'{value}' is not a date (2026-10-01)") from None


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
