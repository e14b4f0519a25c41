"""Roofs for the satellite picture: slabs, sheds, schools, courtyards and village houses (work CRS)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
import shapely.affinity
from shapely import Polygon

from layers.demo.blocks import Parcel
from layers.demo.city import Demo
from layers.demo.country import village_centres
from layers.demo.frame import bent, rng


@dataclass(frozen=True)
class Roof:
    """A roof: shape, height over ground, and what it is covered with."""

    shape: Polygon
    height_m: float
    cover: str


@dataclass(frozen=True)
class _Pattern:
    """How buildings stand in a parcel: length, depth, gaps, distance to the red line, share built, heights, covers."""

    long_m: float
    deep_m: float
    gap_x: float
    gap_y: float
    inset_m: float
    share: float
    heights: tuple[float, float]
    covers: tuple[str, ...]


_PATTERNS = {
    "slab": _Pattern(42, 13, 9, 17, 6, 0.96, (15, 20), ("pale", "pale", "grey", "red", "cream")),
    "tower": _Pattern(26, 17, 15, 25, 7, 0.93, (45, 95), ("pale", "grey", "cream")),
    "shed": _Pattern(66, 30, 12, 12, 7, 0.9, (9, 14), ("blue", "metal", "metal", "blue", "pale")),
    "public": _Pattern(54, 22, 16, 20, 8, 0.75, (14, 28), ("grey", "pale", "red", "cream")),
    "old": _Pattern(14, 9, 2.0, 4.0, 1, 0.9, (4, 7), ("tile", "tile", "tile", "tile", "rust", "grey")),
    "village": _Pattern(13, 9, 4, 7, 3, 0.8, (4, 8), ("red", "rust", "pale", "tile")),
}


def roofs(demo: Demo) -> tuple[list[Roof], list[Polygon]]:
    """All roofs, and the sports grounds of schools."""
    random = rng(30)
    lanes = shapely.STRtree([section.line for section in demo.ground.internal])
    taken = shapely.STRtree([row["geometry"] for row in demo.layers["green"] if row["kind"] in ("attached", "planned")])
    found: list[Roof] = []
    fields: list[Polygon] = []
    for parcel in demo.ground.parcels:
        shape: Any = parcel.shape
        if "学" in parcel.name and shape.area > 9000:
            field = _field(parcel)
            fields.append(field)
            shape = shape.difference(field.buffer(12))
        made = _fill(shape, _PATTERNS[_kind(parcel, random)], random)
        bodies = np.array([roof.shape for roof in made], dtype=object)
        if len(made):
            blocked = set(lanes.query(bodies, predicate="dwithin", distance=2.5)[0]) | set(
                taken.query(bodies, predicate="intersects")[0]
            )
            found += [roof for k, roof in enumerate(made) if k not in blocked]
    streets = shapely.union_all([s.line.buffer(5) for s in demo.sections if s.zone == "field"])
    for (x, y), size in village_centres():
        place = bent(shapely.box(x - size, y - size * 0.85, x + size, y + size * 0.85)).difference(streets)
        found += _fill(place, _PATTERNS["village"], random)
    return found, fields


def _kind(parcel: Parcel, random: np.random.Generator) -> str:
    if parcel.use == "living":
        return "tower" if random.random() < 0.3 else "slab"
    return {"works": "shed", "public": "public", "old": "old"}[parcel.use]


def _field(parcel: Parcel) -> Polygon:
    """A running track of 170 × 90 m, smaller where the parcel is."""
    middle = parcel.shape.representative_point()
    scale = min(1.0, float(np.sqrt(parcel.shape.area)) / 260)
    spine = shapely.LineString([(middle.x, middle.y - 42 * scale), (middle.x, middle.y + 42 * scale)])
    track: Polygon = spine.buffer(42 * scale)
    return track


def _fill(area: Any, pattern: _Pattern, random: np.random.Generator) -> list[Roof]:
    """Rows of buildings turned like the longest side of the area that runs nearest to east and west."""
    inner = area.buffer(-pattern.inset_m)
    if inner.is_empty or inner.area < pattern.long_m * pattern.deep_m:
        return []
    angle = _bearing(area)
    middle = inner.centroid
    flat = shapely.affinity.rotate(inner, -np.degrees(angle), origin=middle)
    left, low, right, high = flat.bounds
    xs = _starts(left, right, pattern.long_m, pattern.gap_x)
    ys = _starts(low, high, pattern.deep_m, pattern.gap_y)
    gx, gy = (grid.ravel() for grid in np.meshgrid(xs, ys))
    keep = random.random(len(gx)) < pattern.share
    wide = pattern.long_m * random.uniform(0.72, 1.0, len(gx))
    deep = pattern.deep_m * random.uniform(0.82, 1.0, len(gx))
    height = random.uniform(*pattern.heights, len(gx))
    cover = random.integers(0, len(pattern.covers), len(gx))
    gx, gy = gx + (pattern.long_m - wide) / 2, gy + (pattern.deep_m - deep) / 2
    boxes = shapely.box(gx, gy, gx + wide, gy + deep)
    shapely.prepare(flat)
    keep &= shapely.contains_properly(flat, boxes)
    turned = shapely.transform(boxes[keep], lambda xy: _turned(xy, middle, angle))
    found = zip(turned, height[keep], cover[keep], strict=True)
    return [Roof(shape, float(up), pattern.covers[int(which)]) for shape, up, which in found]


def _starts(low: float, high: float, size_m: float, gap_m: float) -> Any:
    """Where each of as many buildings as fit begins, spread evenly, a little clear of both ends."""
    count = max(1, int((high - low - 0.6 * gap_m) / (size_m + gap_m)))
    pitch = (high - low) / count
    return low + pitch * np.arange(count) + (pitch - size_m) / 2


def _turned(xy: Any, middle: Any, angle: float) -> Any:
    x, y = xy[:, 0] - middle.x, xy[:, 1] - middle.y
    c, s = np.cos(angle), np.sin(angle)
    return np.column_stack([middle.x + c * x - s * y, middle.y + s * x + c * y])


def _bearing(area: Any) -> float:
    corners = shapely.get_coordinates(area.minimum_rotated_rectangle)[:4]
    angles = [float(np.arctan2(*(corners[(k + 1) % 4] - corners[k])[::-1])) for k in range(2)]
    flat = [(angle + np.pi / 2) % np.pi - np.pi / 2 for angle in angles]
    return min(flat, key=abs)
