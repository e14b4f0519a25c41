"""Parks, verges, belts, trees and the heritage zones (work CRS)."""

from typing import Any

import numpy as np
import shapely
import shapely.affinity
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from layers.demo.blocks import Ground
from layers.demo.frame import bent, beside, cut, parts, rng
from layers.demo.skeleton import WALL, Skeleton
from layers.demo.streets import Network, Section

Row = dict[str, Any]


def verge_edges(width_m: float) -> tuple[float, float]:
    """Inner and outer edge of the verge, metres from the centreline, for a road of a red-line width."""
    half = width_m / 2
    return (half - 11.0, half - 8.5) if width_m >= 40 else (half - 7.0, half - 5.5)


def has_verge(section: Section) -> bool:
    """Arterials, and every other secondary street wide enough, carry verges."""
    if section.level != "ground" or section.line.length < 90 or section.zone == "old":
        return False
    return section.klass == "arterial" or (section.klass == "secondary" and section.width_m >= 28 and section.street % 2 == 0)


def strip(line: LineString, near_m: float, far_m: float) -> Polygon | None:
    """The strip between two parallels of a line; None where the line bends too hard for it."""
    a, b = beside(line, near_m), beside(line, far_m)
    if a.is_empty or b.is_empty:
        return None
    shape = Polygon([*a.coords, *reversed(b.coords)])
    return shape if shape.is_valid and shape.area > 1 else None


def green_rows(network: Network, ground: Ground, surveyed: Polygon) -> list[Row]:
    """All green land inside the surveyed area."""
    spaces = [s.line.buffer(s.width_m / 2 + 0.5, cap_style="flat") for s in network.sections]
    roads, tree = np.array(spaces, dtype=object), shapely.STRtree(spaces)

    def off_road(shape: BaseGeometry) -> list[Polygon]:
        near = np.sort(tree.query(shape))
        return [part for part in parts(shape.difference(shapely.union_all(roads[near])), "Polygon") if part.area > 60]

    found: list[tuple[str, str | None, Polygon]] = [("public", name, shape) for name, shape in ground.parks]
    found += [
        ("verge", section.name + "绿化带", shape)
        for section in network.sections
        if has_verge(section)
        for shape in _verges(section)
    ]
    skeleton = Skeleton()
    for lake, name in zip(skeleton.lakes, ("澄湖公园", "映湖公园", "东湖公园", "镜塘公园"), strict=True):
        found += [("public", name, part) for part in off_road(bent(lake.buffer(34).difference(lake)))]
    banks = skeleton.river.buffer(40).difference(skeleton.river)
    found += [("public", "汴河滨水公园", part) for part in off_road(bent(banks.intersection(_city(3380)))) if part.area > 900]
    belt = LineString(WALL.exterior.coords).buffer(24, single_sided=False).difference(skeleton.wall.buffer(2))
    found += [("public", "环城墙绿地", part) for part in off_road(bent(belt))]
    rail = skeleton.rail.buffer(52).difference(skeleton.rail.buffer(18)).intersection(_city(4300))
    found += [("protective", "铁路防护绿地", part) for part in off_road(bent(rail)) if part.area > 1500]
    ring = skeleton.ring.buffer(75).difference(skeleton.ring.buffer(38)).difference(skeleton.water.buffer(40))
    found += [("protective", "环城防护林带", part) for part in off_road(bent(ring)) if part.area > 2500]
    found += _inside_parcels(ground)
    rows: list[Row] = []
    for kind, title, shape in found:
        kept = shapely.set_precision(shape, 0.001)
        if surveyed.contains(kept):
            rows += [
                {"green_id": f"G{len(rows) + k + 1:04d}", "name": title, "kind": kind, "geometry": part}
                for k, part in enumerate(parts(kept, "Polygon"))
            ]
    return rows


def _city(half: float) -> Polygon:
    return shapely.box(-half, -half, half, half)


def _verges(section: Section) -> list[Polygon]:
    near, far = verge_edges(section.width_m)
    inner = cut(section.line, 24, section.line.length - 24)
    strips = (strip(inner, side * near, side * far) for side in (1, -1))
    return [shape for shape in strips if shape is not None]


def _inside_parcels(ground: Ground) -> list[tuple[str, str | None, Polygon]]:
    """Attached green in living and public parcels; every seventeenth parcel outside the old city is planned green."""
    found: list[tuple[str, str | None, Polygon]] = []
    random = rng(6)
    for number, parcel in enumerate(ground.parcels):
        if parcel.zone == "old" or parcel.shape.area < 7000:
            continue
        if number % 17 == 4:
            found.append(("planned", f"规划绿地{number}", parcel.shape.buffer(-0.5)))
        elif parcel.use in ("living", "public") and random.random() < 0.5:
            found += [("attached", f"{parcel.name}附属绿地", part) for part in parts(_lawn(parcel.shape, random), "Polygon")]
    return found


def _lawn(shape: Polygon, random: np.random.Generator) -> BaseGeometry:
    """A lawn along the front of the parcel, or a garden in its middle."""
    if random.random() < 0.5:
        return (
            shape.buffer(-2).difference(shape.buffer(-9)).intersection(shape.centroid.buffer(float(np.sqrt(shape.area)) * 0.55))
        )
    share = float(random.uniform(0.25, 0.42))
    garden = shapely.affinity.rotate(shapely.affinity.scale(shape, share, share * 0.8), float(random.uniform(-8, 8)))
    return garden.buffer(-3).buffer(3, quad_segs=3).simplify(0.4).intersection(shape.buffer(-4))


_SPECIES = ("国槐", "银杏", "侧柏", "皂荚", "榆树", "圆柏", "桑树", "黄连木")
_GRADES = ("1", "2", "3", "3", "2", "reserve", "none", "famous", "3", "1", "reserve", None)
_CANOPY = {"1": 9.0, "2": 7.5, "3": 5.5, "famous": 7.0, "reserve": 4.5, "none": 3.5, None: 5.0}


def tree_rows(network: Network, ground: Ground, surveyed: Polygon) -> list[Row]:
    """Heritage trees: on the edge of old lanes and quiet streets, and in parks. Every ninth canopy is not measured."""
    random = rng(7)
    quiet = [s for s in network.sections if s.klass in ("branch", "secondary") and s.level == "ground" and s.line.length > 110]
    chosen = [quiet[int(i)] for i in random.permutation(len(quiet))]
    old, new = [s for s in chosen if s.zone == "old"][:50], [s for s in chosen if s.zone in ("inner", "outer")][:170]
    spots = [_beside_street(section, random) for section in old + new]
    spots += [shape.representative_point() for _, shape in ground.parks if shape.area > 4000]
    rows: list[Row] = []
    for number, spot in enumerate(point for point in spots if surveyed.contains(point)):
        grade = _GRADES[number % len(_GRADES)]
        canopy = None if number % 9 == 5 else round(_CANOPY[grade] * float(random.uniform(0.8, 1.25)), 1)
        rows.append(
            {
                "tree_id": f"S{number + 1:03d}",
                "species": _SPECIES[int(random.integers(0, len(_SPECIES)))],
                "grade": grade,
                "canopy_radius_m": canopy,
                "dbh_cm": None if number % 13 == 2 else float(round(_CANOPY[grade] * float(random.uniform(7, 14)))),
                "geometry": spot,
            }
        )
    return rows


def _beside_street(section: Section, random: np.random.Generator) -> Point:
    """A point just outside the red line."""
    measure = section.line.length * float(random.uniform(0.35, 0.65))
    side = 1 if random.random() < 0.5 else -1
    cross = beside(cut(section.line, measure - 5, measure + 5), side * (section.width_m / 2 + 1.2))
    spot = cross.interpolate(0.5, normalized=True)
    return Point(round(spot.x, 3), round(spot.y, 3))


def heritage_rows(surveyed: Polygon) -> list[Row]:
    """The wall with its two zones, two sites, three buried areas and the old city."""
    skeleton = Skeleton()
    tower, kiln, temple = Point(-2470, 560), Point(1560, 1180), Point(250, -720)
    near = skeleton.wall.buffer(18, quad_segs=4)
    shapes: list[tuple[str, str, BaseGeometry]] = [
        ("示范城墙", "protection", near),
        ("示范城墙", "control", skeleton.wall.buffer(62, quad_segs=4).difference(near)),
        ("示范古城", "old_city", WALL.buffer(30, quad_segs=4)),
        ("示范塔", "protection", tower.buffer(60, quad_segs=6)),
        ("示范塔", "control", tower.buffer(150, quad_segs=6).difference(tower.buffer(60, quad_segs=6))),
        ("示范窑址", "protection", kiln.buffer(70, quad_segs=6)),
        ("示范窑址", "control", kiln.buffer(140, quad_segs=6).difference(kiln.buffer(70, quad_segs=6))),
        ("示范会馆", "protection", temple.buffer(45, quad_segs=6)),
        ("州桥地下文物埋藏区", "buried", Polygon([(-330, -1000), (-300, -560), (190, -540), (160, -1010)])),
        ("西郊地下文物埋藏区", "buried", Polygon([(-3080, 950), (-3050, 1500), (-2580, 1480), (-2600, 930)])),
        ("东岸地下文物埋藏区", "buried", Polygon([(1450, -420), (1480, 60), (1900, 30), (1880, -440)])),
    ]
    rows: list[Row] = []
    for name, kind, plan in shapes:
        shape = shapely.set_precision(bent(plan), 0.001)
        for part in parts(shape, "Polygon"):
            if surveyed.contains(part):
                rows.append({"heritage_id": f"W{len(rows) + 1:02d}", "name": name, "kind": kind, "geometry": part})
    return rows
