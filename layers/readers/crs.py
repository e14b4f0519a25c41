"""Which coordinate system a file is in: stated, given, or shown by the numbers. Never a silent shift between datums."""

import re
import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError
from pyproj.transformer import AreaOfInterest, TransformerGroup

from geo.errors import UnknownCrs
from layers.readers.words import Flags, Note, Objects

Boxes = npt.NDArray[np.float64]
Bounds = tuple[float, float, float, float]

DEGREES = "EPSG:4490"
# CGCS2000 and WGS 84 differ by centimetres: a declared null transform
SAME = re.compile(
    r"china[ _]*(geodetic[ _]*coordinate[ _]*system[ _]*)?2000|cgcs[ _]*2000"
    r"|wgs[ _]*(19)?84|world[ _]*geodetic[ _]*system[ _]*1984",
    re.IGNORECASE,
)
# a change of datum that PROJ can vouch for is taken up to this uncertainty, and noted
ACCURACY_M = 5.0


@dataclass(frozen=True)
class Source:
    """The source CRS and a shift of its eastings (zone number in front of them), with the notes that say why."""

    crs: str
    shift_x: float = 0.0
    notes: tuple[Note, ...] = ()


def settle(stated: str | None, asked: str | None, shapes: Objects, work_crs: str, bounds: Bounds, file: str) -> Source:
    """The CRS of ``shapes``: ``asked`` by the caller, else ``stated`` by the file, else what the numbers show.

    Raises UnknownCrs, with the cure, when nothing shows it or the datum cannot be reached safely.
    """
    boxes = shapely.bounds(shapes)
    boxes = boxes[np.isfinite(boxes).all(axis=1)]
    if asked:
        source = Source(
            _given(asked, file), notes=(_note(f"坐标系 {asked}（由操作者指定）", f"CRS {asked} (given by the operator)"),)
        )
    elif stated and not _lies(stated, boxes):
        name = _parse(stated, file)
        source = Source(stated, notes=(_note(f"坐标系 {_label(name)}（文件所述）", f"CRS {_label(name)} (stated by the file)"),))
    else:
        return _shown(boxes, work_crs, bounds, file)
    change = _reachable(source.crs, work_crs, file)
    shift, zone = zone_shift(source.crs, boxes)
    return Source(source.crs, shift, (*source.notes, *change, *zone))


def named(code: str, work_crs: str) -> str:
    """A code that somebody chose ("4547", "EPSG:4547") as a CRS that leads to the work CRS without a silent change of datum.

    Raises UnknownCrs where there is none, or none that can be reached safely.
    """
    crs = _given(code, code)
    _reachable(crs, work_crs, code)
    return crs


def _note(zh: str, en: str) -> Note:
    return Note("crs", zh, en)


def _label(crs: CRS) -> str:
    code = crs.to_authority(min_confidence=70)
    return f"{code[0]}:{code[1]}" if code else str(crs.name)


@lru_cache(maxsize=64)
def _cached(text: str) -> CRS:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return CRS.from_user_input(text)


def _parse(text: str, file: str) -> CRS:
    try:
        return _cached(text)
    except CRSError:
        raise _unknown(file, "文件所述坐标系无法解析。", "What the file states cannot be understood.") from None


def _given(text: str, file: str) -> str:
    """``crs=`` from a user: a code or WKT, nothing that PROJ might open as a file."""
    text = text.strip()
    code = re.fullmatch(r"(?:EPSG:)?(\d{4,6})", text, re.IGNORECASE)
    name = f"EPSG:{code[1]}" if code else text
    if not code and not re.match(r"(PROJCS|GEOGCS|PROJCRS|GEOGCRS|OGC:CRS84$)", text):
        raise UnknownCrs(
            file=file,
            why_zh=f"--crs 应如 EPSG:4547，不能是“{text[:40]}”",
            why_en=f"--crs is a code such as EPSG:4547, not '{text[:40]}'",
        )
    try:
        _cached(name)
    except CRSError:
        raise UnknownCrs(file=file, why_zh=f"没有坐标系 {text[:40]}", why_en=f"there is no CRS {text[:40]}") from None
    return name


def _unknown(file: str, zh: str, en: str) -> UnknownCrs:
    cure_zh = "请用 --crs 指定，例如 --crs EPSG:4547（CGCS2000 3 度带 114E）、--crs EPSG:4490（经纬度）"
    cure_en = "State it with --crs, such as --crs EPSG:4547 (CGCS2000, 3-degree, 114E) or --crs EPSG:4490 (degrees)"
    return UnknownCrs(file=file, why_zh=f"{zh}{cure_zh}", why_en=f"{en} {cure_en}")


def _lies(stated: str, boxes: Boxes) -> bool:
    """A GeoJSON without a crs member reads as degrees even when it holds metres: then nothing is stated."""
    try:
        degrees = _cached(stated).is_geographic
    except CRSError:
        return False
    return bool(degrees and len(boxes) and np.median(np.abs(boxes)) > 360)


def _share(boxes: Boxes, area: Bounds) -> float:
    """Share of ``boxes`` that lie inside ``area`` grown by a fifth of its size."""
    return float(_inside(boxes, area).mean())


def _inside(boxes: Boxes, area: Bounds) -> Flags:
    w, s, e, n = area
    dx, dy = 0.2 * (e - w), 0.2 * (n - s)
    inside: Flags = (boxes[:, 0] >= w - dx) & (boxes[:, 1] >= s - dy) & (boxes[:, 2] <= e + dx) & (boxes[:, 3] <= n + dy)
    return inside


def turned(shapes: Objects, source: Source, work_crs: str, bounds: Bounds) -> Flags:
    """Which of a file's shapes (its own coordinates, in ``source``) would lie in the city with x and y exchanged.

    Only told: nothing is exchanged here, for a city may lie where both ways make sense."""
    boxes = _exchanged(shapely.bounds(shapes))
    there = np.isfinite(boxes).all(axis=1)
    out = np.zeros(len(boxes), dtype=bool)
    if not there.any():
        return out
    if _cached(source.crs).is_geographic:
        out[there] = _inside(boxes[there], bounds)
        return out
    shift, _ = zone_shift(source.crs, boxes[there])
    corners = boxes[there] + np.array([shift, 0, shift, 0])
    change = Transformer.from_crs(source.crs, work_crs, always_xy=True)
    west, south = change.transform(corners[:, 0], corners[:, 1])
    east, north = change.transform(corners[:, 2], corners[:, 3])
    out[there] = _inside(np.column_stack([west, south, east, north]), _work_area(bounds, work_crs))
    return out


def _exchanged(boxes: Boxes) -> Boxes:
    return boxes[:, [1, 0, 3, 2]]


TURNED = (
    "x、y 两轴看来颠倒了：交换后才落在本市。请按先经度（东坐标）、后纬度（北坐标）重新导出，再读取；系统不会自动交换",
    "the axes look swapped: only with x and y exchanged does it lie in the city. Export it again with longitude (easting) "
    "first and latitude (northing) second; nothing is exchanged by itself",
)


def _work_area(bounds: Bounds, crs: str) -> Bounds:
    return Transformer.from_crs(DEGREES, crs, always_xy=True).transform_bounds(*bounds)


def _shown(boxes: Boxes, work_crs: str, bounds: Bounds, file: str) -> Source:
    """Numbers that lie in the city as degrees, or in its work CRS, or there with the zone number in front."""
    if not len(boxes):
        return Source(work_crs, notes=(_note("没有图形，无需坐标系", "no shapes, so no CRS is needed"),))
    if _share(boxes, bounds) >= 0.95:
        return Source(DEGREES, notes=(_assumed("经纬度", "degrees", DEGREES),))
    area = _work_area(bounds, work_crs)
    if _share(boxes, area) >= 0.95:
        return Source(work_crs, notes=(_assumed("本市工程坐标", "the city's work CRS", work_crs),))
    zone = _zone_shown(boxes, area, work_crs)
    if zone is not None:
        note = _assumed(
            f"本市工程坐标，东坐标带带号 {abs(zone)}",
            f"the city's work CRS with zone {abs(zone)} in front of the eastings",
            work_crs,
        )
        return Source(work_crs, -zone * 1e6, (note,))
    seen = ", ".join(f"{v:.6g}" for v in (*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0)))
    other = _exchanged(boxes)
    if max(_share(other, bounds), _share(other, area)) >= 0.95 or _zone_shown(other, area, work_crs) is not None:
        raise UnknownCrs(
            file=file,
            why_zh=f"文件未说明坐标系，坐标（{seen}）的 {TURNED[0]}",
            why_en=f"It states none, and of its numbers ({seen}) {TURNED[1]}",
        )
    raise _unknown(
        file,
        f"文件未说明坐标系，坐标（{seen}）不在本市范围内。",
        f"It states none, and the numbers ({seen}) are not in the city.",
    )


def _zone_shown(boxes: Boxes, area: Bounds, work_crs: str) -> int | None:
    """The zone number that stands before the eastings, where the numbers without it lie in the city."""
    shifts = {zone: np.array([-zone * 1e6, 0, -zone * 1e6, 0]) for zone in _zones(work_crs)}
    return next((zone for zone, shift in shifts.items() if _share(boxes + shift, area) >= 0.95), None)


def _assumed(zh: str, en: str, crs: str) -> Note:
    return Note(
        "crs-assumed",
        f"文件未说明坐标系：数值位于本市范围，按{zh}读取（{crs}）",
        f"no CRS is stated: the numbers lie in the city read as {en} ({crs})",
    )


def _zones(crs: str) -> list[int]:
    """Zone numbers that may stand before the eastings of a Gauss-Krüger CRS: of the 3-degree and of the 6-degree zone.

    Negative where the CRS itself has the number in its false easting and the file may lack it.
    """
    params: dict[str, Any] = {p.name: p.value for p in op.params} if (op := _cached(crs).coordinate_operation) else {}
    lon = params.get("Longitude of natural origin")
    east = params.get("False easting")
    if lon is None or east is None or params.get("Scale factor at natural origin") != 1.0:
        return []
    if east >= 1e6:
        return [-int(east // 1e6)]
    three = [round(lon / 3)] if abs(lon / 3 - round(lon / 3)) < 1e-9 else []
    six = [round((lon + 3) / 6)] if abs((lon + 3) / 6 - round((lon + 3) / 6)) < 1e-9 else []
    return three + six


def zone_shift(crs: str, boxes: Boxes) -> tuple[float, tuple[Note, ...]]:
    """Eastings (of boxes w, s, e, n) with a zone number under a CRS that has none, or the reverse: the shift that mends them."""
    if not len(boxes) or _cached(crs).is_geographic:
        return 0.0, ()
    seen = int(np.median(boxes[:, 0]) // 1e6)
    for zone in _zones(crs):
        if (zone > 0 and seen == zone) or (zone < 0 and seen == 0):
            note = _note(
                f"东坐标的带号 {abs(zone)} 已按所述坐标系处理",
                f"zone {abs(zone)} of the eastings was brought into line with the stated CRS",
            )
            return -zone * 1e6, (note,)
    return 0.0, ()


def _datum(crs: CRS) -> str:
    geodetic = crs.geodetic_crs
    return "" if geodetic is None else f"{geodetic.name} {geodetic.datum.name if geodetic.datum else ''}"


def _reachable(source: str, target: str, file: str) -> tuple[Note, ...]:
    """Same datum, or a change that PROJ vouches for; anything else is refused, for PROJ would shift nothing and say nothing."""
    a, b = _parse(source, file), _cached(target)
    if a.geodetic_crs is None or b.geodetic_crs is None:
        raise _unknown(file, "不是地图坐标系（本地或工程坐标）。", "It is a local system, tied to no datum.")
    if a.geodetic_crs == b.geodetic_crs or (SAME.search(_datum(a)) and SAME.search(_datum(b))):
        return ()
    accuracy = _accuracy(a, b)
    if accuracy is None or accuracy > ACCURACY_M:
        name = a.geodetic_crs.name
        raise UnknownCrs(
            file=file,
            why_zh=f"{name} 与本市坐标系基准不同，没有可靠的转换参数。请先用控制点（四参数或七参数）转换到 {target}，再读取",
            why_en=f"{name} has another datum than the city, and no transformation can be vouched for. "
            f"Transform it to {target} with control points (4 or 7 parameters) first",
        )
    return (_note(f"基准转换的精度约 {accuracy:g} m（PROJ）", f"the change of datum is good to about {accuracy:g} m (PROJ)"),)


def _accuracy(a: CRS, b: CRS) -> float | None:
    """What PROJ states for its best change of datum that is no ballpark, metres; None where it has none."""
    area = a.area_of_use
    interest = AreaOfInterest(area.west, area.south, area.east, area.north) if area else None
    try:
        group = TransformerGroup(a, b, always_xy=True, area_of_interest=interest, allow_ballpark=False)
    except (ProjError, CRSError):
        return None
    known = [t.accuracy for t in group.transformers if t.accuracy is not None and t.accuracy >= 0]
    return min(known, default=None)
