"""Typed coordinates → points: which system and which order they are in, said in words, asked where it is not clear."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pyproj import CRS

from api.drawing.schemas import CoordinatesAsked
from geo.city import City
from geo.crs import CGCS2000_DEGREES, transformer
from geo.typed import LEAST_METRES, Pair, Unread, read_pairs
from layers.readers.crs import named, zone_shift

DIGITS = 8  # of a degree: a millimetre
ORDERS = ("xy", "yx")
THREE_DEGREE = {zone: f"EPSG:{4513 + zone - 25}" for zone in range(25, 46)}  # CGCS2000, zone number in front of the easting
SIX_DEGREE = {zone: f"EPSG:{4491 + zone - 13}" for zone in range(13, 24)}


@dataclass(frozen=True)
class Reading:
    """One way to understand the numbers: easting and northing (or longitude and latitude) as written, and where that is."""

    crs: str
    order: str
    xy: np.ndarray[Any, np.dtype[np.float64]]
    lonlat: np.ndarray[Any, np.dtype[np.float64]]
    inside: np.ndarray[Any, np.dtype[np.bool_]]


def understand(asked: CoordinatesAsked, city: City) -> dict[str, Any]:
    """What :class:`api.drawing.schemas.CoordinatesRead` holds. Raises UnknownCrs for a system that cannot be reached safely."""
    pairs, unread = read_pairs(asked.text)
    crs = None if asked.crs is None else named(asked.crs, city.work_crs)
    if not pairs:
        return _answer(None, pairs, unread, None)
    chosen, ask = _choose(list(_readings(pairs, crs, asked.order, city)), crs)
    return _answer(chosen, pairs, unread, ask)


def _readings(pairs: Sequence[Pair], crs: str | None, order: str | None, city: City) -> Iterator[Reading]:
    """Every way in which the numbers make sense; letters of the compass settle the order of their line."""
    for one in ORDERS:
        told = {pair.first_is_east for pair in pairs} - {None}
        if (order not in (None, one) and not told) or told == {one == "yx"}:
            continue
        xy = np.array([_turned(pair, one) for pair in pairs])
        for name in [crs] if crs else _systems(xy, all(pair.angles for pair in pairs), city):
            reading = _reading(name, one, xy, city)
            if reading is not None:
                yield reading


def _turned(pair: Pair, order: str) -> tuple[float, float]:
    east_first = order == "xy" if pair.first_is_east is None else pair.first_is_east
    return (pair.a, pair.b) if east_first else (pair.b, pair.a)


def _systems(xy: np.ndarray[Any, Any], angles: bool, city: City) -> Iterator[str]:
    """The systems that such numbers can be in: degrees, a zone by its number, else the city's own."""
    if angles or np.abs(xy).max() <= 360:
        yield CGCS2000_DEGREES
        return
    zone = int(np.median(xy[:, 0]) // 1e6)
    if zone in THREE_DEGREE:
        yield THREE_DEGREE[zone]
    elif zone in SIX_DEGREE:
        yield SIX_DEGREE[zone]
    elif LEAST_METRES <= np.median(xy[:, 0]) < 1e6:
        yield city.work_crs


def _reading(crs: str, order: str, xy: np.ndarray[Any, Any], city: City) -> Reading | None:
    """Those numbers in that system; None where it cannot hold them."""
    if CRS.from_user_input(crs).is_geographic:
        if np.abs(xy[:, 1]).max() > 90 or np.abs(xy[:, 0]).max() > 180:
            return None
        lonlat = np.column_stack(transformer(crs, CGCS2000_DEGREES).transform(xy[:, 0], xy[:, 1]))
    else:
        shift, _ = zone_shift(crs, np.hstack([xy, xy]))
        lonlat = np.column_stack(transformer(crs, CGCS2000_DEGREES).transform(xy[:, 0] + shift, xy[:, 1]))
    if not np.isfinite(lonlat).all():
        return None
    west, south, east, north = city.bounds
    inside = (lonlat[:, 0] >= west) & (lonlat[:, 0] <= east) & (lonlat[:, 1] >= south) & (lonlat[:, 1] <= north)
    return Reading(crs, order, xy, lonlat, inside)


def _choose(readings: list[Reading], crs: str | None) -> tuple[Reading | None, str | None]:
    """The one way that lies in the city; outside it the only one that there is. Else what has to be asked."""
    if not readings:
        return None, None if crs else "crs"
    here = [reading for reading in readings if reading.inside.any()]
    if len(here) == 1 or (here and len({_place(reading) for reading in here}) == 1):
        return here[0], None
    if here:
        return None, "order"
    clear = [reading for reading in readings if _upright(reading)]
    for only in (clear, readings):
        if len(only) == 1:
            return only[0], None
    return None, "order"


def _place(reading: Reading) -> bytes:
    return bytes(np.round(reading.lonlat, DIGITS).tobytes())


def _upright(reading: Reading) -> bool:
    """Numbers of China in this order: longitude above latitude, or a northing of seven digits beside an easting."""
    x, y = float(np.median(reading.xy[:, 0])), float(np.median(reading.xy[:, 1]))
    if CRS.from_user_input(reading.crs).is_geographic:
        return 73 <= x <= 136 and 3 <= y <= 54
    return 1e6 <= y < 1e7 and (LEAST_METRES <= x < 1e6 or 13e6 <= x < 46e6)


def _answer(reading: Reading | None, pairs: Sequence[Pair], unread: Sequence[Unread], ask: str | None) -> dict[str, Any]:
    points: list[dict[str, Any]] = []
    if reading is not None:
        for pair, (x, y), (lon, lat), inside in zip(pairs, reading.xy, reading.lonlat, reading.inside, strict=True):
            point = {"row": pair.row, "x": float(x), "y": float(y), "inside": bool(inside)}
            points.append({**point, "lon": round(float(lon), DIGITS), "lat": round(float(lat), DIGITS)})
    zh, en = _words(reading, pairs, ask)
    return {
        "points": points,
        "crs": reading.crs if reading else None,
        "order": reading.order if reading else None,
        "ask": ask,
        "said": {"zh": zh, "en": en},
        "problems": [{"row": one.row, "text": one.text, "why": {"zh": one.zh, "en": one.en}} for one in unread],
    }


def _words(reading: Reading | None, pairs: Sequence[Pair], ask: str | None) -> tuple[str, str]:
    if not pairs:
        return (
            "没有读到坐标。每行写一个点，如 523100.12, 3851000.45",
            "No coordinates. Write one point a line, such as 523100.12, 3851000.45",
        )
    if ask == "crs":
        return "看不出坐标系，请选择坐标系", "The system cannot be told from the numbers: choose it"
    if ask == "order":
        return (
            "两种顺序都可能，请选择先东（经度）还是先北（纬度）",
            "Both orders are possible: say whether east or north comes first",
        )
    if reading is None:
        return (
            "这些数值不能是所选坐标系的坐标。请检查坐标系和小数点",
            "These numbers cannot be coordinates of that system. Check the system and the decimal points",
        )
    crs = CRS.from_user_input(reading.crs)
    degrees, east = crs.is_geographic, reading.order == "xy"
    order_zh = (
        ("先经度后纬度" if degrees else "先东坐标后北坐标") if east else ("先纬度后经度" if degrees else "先北坐标后东坐标")
    )
    order_en = (
        ("longitude first" if degrees else "easting first") if east else ("latitude first" if degrees else "northing first")
    )
    outside = int((~reading.inside).sum())
    tail_zh = f"；{outside} 个点在本市范围之外，请核对" if outside else ""
    tail_en = f"; {outside} of them outside the city: check them" if outside else ""
    zh = f"{len(pairs)} 个点，按{_name(crs)}（{reading.crs}）读取，{order_zh}{tail_zh}"
    return zh, f"{len(pairs)} points read as {crs.name} ({reading.crs}), {order_en}{tail_en}"


def _name(crs: CRS) -> str:
    """The system in Chinese where it is one of ours: "CGCS2000 3度带38带"."""
    if crs.is_geographic:
        return f"{'CGCS2000' if '2000' in crs.name else crs.name} 经纬度"
    found = re.fullmatch(r"CGCS2000 / (?:(3)-degree )?Gauss-Kruger (?:zone (\d+)|CM (\d+)E)", crs.name)
    if not found:
        return crs.name
    width = found[1] or "6"
    return f"CGCS2000 {width}度带" + (f"{found[2]}带" if found[2] else f"（中央经线 {found[3]}°）")
