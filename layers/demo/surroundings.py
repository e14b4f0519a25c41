"""Surfaces, planning lines, districts and events (work CRS)."""

from datetime import date
from typing import Any

import shapely
from shapely import LineString, Polygon

from layers.demo.blocks import Ground
from layers.demo.frame import HALF_X, HALF_Y, bent, parts
from layers.demo.green import has_verge, strip, verge_edges
from layers.demo.skeleton import SHEET, WALL, Skeleton
from layers.demo.streets import Network, Section

Row = dict[str, Any]


def _has_surface(section: Section) -> bool:
    """Great streets in and round the old city, and every other radial."""
    if section.level != "ground" or section.line.length < 15 or section.width_m < 20:
        return False
    near = section.zone in ("old", "inner") or (section.zone == "radial" and section.street % 2 == 0)
    return near and section.klass in ("arterial", "secondary")


def surface_rows(network: Network) -> list[Row]:
    """Carriageway, cycleway and footway of the great streets round the old city, and of some in it."""
    rows: list[Row] = []
    for section in network.sections:
        if not _has_surface(section):
            continue
        half = section.width_m / 2
        near, far = verge_edges(section.width_m) if has_verge(section) else (half - 3.5, half - 3.5)
        bands = [
            ("carriageway", -near, near, "asphalt"),
            ("footway", half - 3.5, half, "footway_brick"),
            ("footway", -half, 3.5 - half, "footway_brick"),
        ]
        if far < half - 3.5:
            bands += [("cycleway", far, half - 3.5, "cycleway_asphalt"), ("cycleway", 3.5 - half, -far, "cycleway_asphalt")]
        for part, low, high, pavement in bands:
            shape = strip(section.line, low, high)
            if shape is not None:
                rows.append(
                    {
                        "road_id": section.road_id,
                        "part": part,
                        "pavement": pavement,
                        "geometry": shapely.set_precision(shape, 0.001),
                    }
                )
    return rows


def planning_rows(network: Network, ground: Ground) -> list[Row]:
    """Red lines of parcels and of great roads, green lines of parks, the river, the railway and the wall's purple line."""
    found: list[tuple[str, str, Any]] = [("site_red_line", parcel.name, parcel.shape) for parcel in ground.parcels]
    found += [("green_line", f"{name}绿线", shape) for name, shape in ground.parks]
    streets: dict[int, list[Section]] = {}
    for section in network.sections:
        if section.klass in ("expressway", "arterial"):
            streets.setdefault(section.street, []).append(section)
    for number in sorted(streets):
        run = streets[number]
        shape = shapely.union_all([section.line.buffer(section.width_m / 2, cap_style="flat") for section in run]).simplify(0.2)
        found.append(("road_red_line", f"{run[0].name}道路红线", shape))
    skeleton = Skeleton()
    found += [
        ("river", "汴河", bent(skeleton.river)),
        ("river", "护城河", bent(skeleton.moat)),
        ("rail", "示范铁路", bent(skeleton.rail.buffer(18))),
    ]
    found += [("river", name, bent(lake)) for lake, name in zip(skeleton.lakes, ("澄湖", "映湖", "东湖", "镜塘"), strict=True)]
    found += [("heritage_line", "示范城墙紫线", bent(skeleton.wall.buffer(18, quad_segs=4)))]
    rows: list[Row] = []
    for kind, name, shape in found:
        for part in parts(shapely.set_precision(shapely.make_valid(shape), 0.001), "Polygon"):
            rows.append(
                {
                    "zone_id": f"{'D' if kind == 'site_red_line' else 'Z'}{len(rows) + 1:04d}",
                    "kind": kind,
                    "name": name,
                    "geometry": part,
                }
            )
    return rows


def district_rows() -> list[Row]:
    """Four districts that share their borders."""
    border = [
        LineString(WALL.buffer(150).simplify(20).boundary.coords),
        LineString([(-HALF_X, 700), (-1330, 200)]),
    ]
    border += [LineString([(0, 1100), (120, HALF_Y)]), LineString([(150, -1200), (150, -HALF_Y)]), SHEET.exterior]
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(shapely.unary_union(border))))
    order = sorted((face for face in faces if face.area > 1e5), key=lambda face: face.centroid.x + 10 * abs(face.centroid.y))
    spots = {"古城区": (0.0, 0.0), "汴西区": (-3000.0, 2500.0), "南苑区": (-3000.0, -2500.0), "河东区": (3500.0, 500.0)}
    rows = []
    for number, (name, xy) in enumerate(spots.items()):
        face = next(face for face in order if face.contains(shapely.Point(xy)))
        rows.append({"district_id": f"9902{number + 1:02d}", "name": name, "geometry": shapely.set_precision(bent(face), 0.001)})
    return rows


_WORKS = (("paving", "路面铺装"), ("closure", "封闭施工"), ("works", "管网改造"))


def event_rows(network: Network, ground: Ground) -> list[Row]:
    """Planned paving, closures, works and two festivals in the months after 2026-11-22."""
    classes = ("arterial", "secondary", "branch")
    long = [s for s in network.sections if s.level == "ground" and s.line.length > 150 and s.klass in classes]
    rows: list[Row] = []
    for number, section in enumerate(long[7 :: max(1, len(long) // 26)]):
        kind, word = _WORKS[number % 3]
        month = 12 + number % 7
        start = date(2026 + (month - 1) // 12, (month - 1) % 12 + 1, 1 + number % 20)
        end = date(2027, 9, 30) if number % 5 == 0 else date(start.year + (start.month == 12), start.month % 12 + 1, 25)
        shape: Any = section.line if number % 2 else section.line.buffer(section.width_m / 2, cap_style="flat")
        rows.append({"name": section.name + word, "kind": kind, "start": start, "end": end, "geometry": shape})
    park = max((shape for name, shape in ground.parks if name == "东湖公园"), key=lambda shape: shape.area)
    for name, start, end, shape in (
        ("古城灯会", date(2027, 2, 10), date(2027, 2, 24), bent(WALL)),
        ("东湖菊展", date(2026, 11, 1), date(2026, 11, 30), park),
    ):
        rows.append({"name": name, "kind": "festival", "start": start, "end": end, "geometry": shape})
    return [{"event_id": f"E{k + 1:02d}", **row} for k, row in enumerate(rows)]


def unsurveyed() -> Polygon:
    """The south-east corner (work CRS, reaching beyond the sheet) where green, trees, ledger and heritage were not taken."""
    corner = Polygon([(2330, -5500), (2330, -2150), (2640, -1480), (6500, -1480), (6500, -5500)])
    shape: Polygon = bent(corner, 60)
    return shape
