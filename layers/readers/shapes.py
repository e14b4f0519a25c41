"""Shapes as a layer can use them: flat, finite, of the right kind, in the work CRS; what cannot be used says why."""

from dataclasses import dataclass, field

import numpy as np
import shapely

from geo.crs import to_work
from layers.readers.crs import Source
from layers.readers.words import Flags, Note, Objects

NAMES_ZH = {"line": "线", "polygon": "面", "point": "点", "line|polygon": "线或面", "point|polygon": "点或面"}
TYPE_NAMES = (
    "Point",
    "LineString",
    "LinearRing",
    "Polygon",
    "MultiPoint",
    "MultiLineString",
    "MultiPolygon",
    "GeometryCollection",
)
POINT, LINE, POLYGON, MULTI_POINT, MULTI_LINE, MULTI_POLYGON = 0, 1, 3, 4, 5, 6
TYPES = {"line": (LINE, MULTI_LINE), "polygon": (POLYGON, MULTI_POLYGON), "point": (POINT, MULTI_POINT)}

# shapefiles say "no data" with numbers below -1e38: no place is that far away
NO_DATA = 1e30

# shorter than the millimetre to which lengths are rounded is no length at all
NO_LENGTH_M = 0.0005


@dataclass
class Shapes:
    """Clean shapes; ``wrong`` maps the index of a row that cannot be used to (zh, en); ``mended`` to what was mended."""

    shapes: Objects
    wrong: dict[int, tuple[str, str]] = field(default_factory=dict)
    mended: dict[int, tuple[str, str]] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)

    def reject(self, rows: Flags, zh: str, en: str) -> None:
        """Give the rows up, keeping the first reason of each."""
        for i in np.flatnonzero(rows):
            self.wrong.setdefault(int(i), (zh, en))
        self.shapes[rows] = None


def clean(shapes: Objects, damaged: Flags, wanted: str, source: Source, work_crs: str) -> Shapes:
    """Shapes of a file (``source`` CRS) → usable shapes in ``work_crs``; ``wanted`` is the layer's geometry."""
    out = Shapes(np.array(shapes, dtype=object))
    with np.errstate(invalid="ignore"):
        _clean(out, damaged, wanted, source, work_crs)
    return out


def _clean(out: Shapes, damaged: Flags, wanted: str, source: Source, work_crs: str) -> None:
    out.reject(damaged, "图形已损坏，无法解码", "its shape is damaged and cannot be decoded")
    out.reject(shapely.is_missing(out.shapes) | shapely.is_empty(out.shapes), "没有图形", "it has no shape")
    out.reject(
        _not_finite(out.shapes), "坐标不是有限的数（NaN 或无穷大）", "a coordinate is not a finite number (NaN or infinite)"
    )
    out.reject(_nowhere(out.shapes), "坐标全为 0：位置未填", "all its coordinates are 0: no place was filled in")
    out.shapes = shapely.force_2d(out.shapes)
    _right_kind(out, wanted)
    _drop_repeats(out)
    _move(out, source, work_crs)
    _measure(out)


def _not_finite(shapes: Objects) -> Flags:
    xy, rows = shapely.get_coordinates(shapes, return_index=True)
    bad = np.zeros(len(shapes), dtype=bool)
    bad[rows[~(np.abs(xy) < NO_DATA).all(axis=1)]] = True
    return bad


def _nowhere(shapes: Objects) -> Flags:
    """Every coordinate is 0, as tables write a place that nobody filled in: off the coast of Africa lies no city of ours."""
    xy, rows = shapely.get_coordinates(shapes, return_index=True)
    somewhere = np.zeros(len(shapes), dtype=bool)
    somewhere[rows[(xy != 0).any(axis=1)]] = True
    return ~somewhere & ~shapely.is_missing(shapes)


def _right_kind(out: Shapes, wanted: str) -> None:
    """Multi-shapes of one part become that part; kinds the layer does not take are refused by name."""
    parts = shapely.get_num_geometries(out.shapes)
    kind = shapely.get_type_id(out.shapes)
    single = (parts == 1) & (kind >= MULTI_POINT)
    out.shapes[single] = shapely.get_geometry(out.shapes[single], 0)
    kind = shapely.get_type_id(out.shapes)
    allowed = [code for name in wanted.split("|") for code in TYPES[name]]
    for code in np.unique(kind[(kind >= 0) & ~np.isin(kind, allowed)]):
        name = TYPE_NAMES[code]
        zh, en = (
            f"图形是 {name}，此图层需要{NAMES_ZH[wanted]}",
            f"its shape is a {name}; this layer takes {wanted.replace('|', ' or ')}",
        )
        out.reject(kind == code, zh, en)
    if "point" in wanted:
        out.reject(kind == MULTI_POINT, "一行中有多个点", "it holds several points in one row")


def _drop_repeats(out: Shapes) -> None:
    """Vertices that repeat the one before measure nothing and break the running distance."""
    before = shapely.get_num_coordinates(out.shapes)
    cleaned = shapely.remove_repeated_points(out.shapes)
    usable = ~shapely.is_missing(cleaned) & ~shapely.is_empty(cleaned)
    out.shapes = np.where(usable, cleaned, out.shapes)
    less = before - shapely.get_num_coordinates(out.shapes)
    if (less > 0).any():
        rows, count = int((less > 0).sum()), int(less.sum())
        out.notes.append(
            Note("repeats", f"{rows} 行中去掉 {count} 个重复节点", f"{count} repeated vertices were removed from {rows} rows")
        )


def _move(out: Shapes, source: Source, work_crs: str) -> None:
    """Into the work CRS; a place that the projection cannot hold is refused."""
    if source.shift_x:
        out.shapes = shapely.transform(out.shapes, lambda xy: xy + np.array([source.shift_x, 0.0]))
    out.shapes = np.asarray(to_work(out.shapes, source.crs, work_crs), dtype=object)
    out.reject(_not_finite(out.shapes), "无法投影到本市坐标系", "it cannot be projected into the city's work CRS")


def _measure(out: Shapes) -> None:
    """Lines need length, areas need size and validity."""
    kind = shapely.get_type_id(out.shapes)
    line = np.isin(kind, TYPES["line"])
    _drop_short_parts(out, kind == MULTI_LINE)
    out.reject(line & (shapely.length(out.shapes) < NO_LENGTH_M), "长度为零", "it has no length")
    _mend_areas(out, np.isin(kind, TYPES["polygon"]))


def _drop_short_parts(out: Shapes, multi: Flags) -> None:
    """Parts without length go; the order of the others stays."""
    dropped = 0
    for i in np.flatnonzero(multi):
        parts = shapely.get_parts(out.shapes[i])
        keep = shapely.length(parts) >= NO_LENGTH_M
        if keep.all() or not keep.any():
            continue
        dropped += int((~keep).sum())
        out.shapes[i] = parts[keep][0] if keep.sum() == 1 else shapely.multilinestrings(parts[keep])
    if dropped:
        out.notes.append(Note("short-parts", f"去掉 {dropped} 个零长度的线段", f"{dropped} parts without length were removed"))


def _mend_areas(out: Shapes, areas: Flags) -> None:
    invalid = areas & ~shapely.is_valid(out.shapes)
    if invalid.any():
        before = out.shapes[invalid]
        mended = np.array([_areas_only(shape) for shape in shapely.make_valid(before)], dtype=object)
        change = np.abs(shapely.area(mended) - shapely.area(before))
        out.shapes[invalid] = mended
        for i, m2 in zip(np.flatnonzero(invalid), change, strict=True):
            if out.shapes[i] is None:  # nothing of it was land: refused below
                continue
            out.mended[int(i)] = (
                f"面自相交，已修正（面积变化 {m2:.2f} m²）",
                f"its area crossed itself and was mended ({m2:.2f} m² changed)",
            )
        count = len(out.mended)
        out.notes.append(
            Note("mended", f"{count} 个无效的面已修正（make_valid）", f"{count} invalid areas were mended (make_valid)")
        )
    size = shapely.area(out.shapes)
    out.reject(areas & ~(size > 0), "面积为零", "it has no area")


def _areas_only(shape: shapely.Geometry) -> shapely.Geometry | None:
    """The polygons of a mended shape; lines and points that make_valid left over are not land."""
    parts = [p for p in shapely.get_parts(shapely.get_parts(shape)) if p.geom_type == "Polygon"]
    if not parts:
        return None
    whole: shapely.Geometry = parts[0] if len(parts) == 1 else shapely.multipolygons(parts)
    return whole
