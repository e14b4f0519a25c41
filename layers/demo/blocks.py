"""Parcels between the streets, the roads inside them, and the parks that took a whole block."""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import LineString, Point, Polygon
from shapely.ops import split

from layers.demo.frame import CENTRE_E, CENTRE_N, bent, longest, parts, rng
from layers.demo.names import site
from layers.demo.streets import Network, Section, zone_of


@dataclass(frozen=True)
class Parcel:
    """A compound inside its red line (work CRS): what stands on it, and its zone."""

    zone_id: str
    name: str
    shape: Polygon
    use: str
    zone: str


@dataclass(frozen=True)
class Ground:
    """What the streets leave over."""

    parcels: list[Parcel]
    parks: list[tuple[str, Polygon]]
    internal: list[Section]


_PARKS = (
    ("东湖公园", (2330, 1820)),
    ("东湖公园", (2700, 1850)),
    ("青禾公园", (-2450, 1350)),
    ("镜塘公园", (-2650, 2150)),
    ("镜塘公园", (-2580, 1880)),
    ("南苑公园", (900, -2050)),
    ("槐荫公园", (1700, 800)),
    ("百卉园", (-1750, -300)),
    ("澄湖公园", (-620, 260)),
    ("澄湖公园", (-250, 860)),
    ("柳岸公园", (1500, -1050)),
    ("银杏广场", (2350, -300)),
    ("北苑公园", (-400, 2200)),
    ("石榴园", (700, 700)),
    ("西溪公园", (-2700, -1150)),
)
_FIELDS = 0.45
GATE_M = 4.2  # half the width of a road inside, and a little
_PARCEL_HA = {"old": 0.55, "inner": 2.4, "outer": 4.2, "west": 6.0}


def lay_parcels(network: Network) -> Ground:
    """Blocks less road space, divided into parcels; parks keep their block whole."""
    random = rng(3)
    spaces = np.array([section.line.buffer(section.width_m / 2, cap_style="flat") for section in network.sections], dtype=object)
    tree = shapely.STRtree(spaces)
    parks: list[tuple[str, Polygon]] = []
    parcels: list[Parcel] = []
    for block in network.blocks:
        zone = zone_of(block.representative_point())
        whole = bent(block)
        roads = shapely.union_all(spaces[np.sort(tree.query(whole))])
        name = next((name for name, xy in _PARKS if block.contains(Point(xy))), None)
        for inside in parts(whole.difference(roads).buffer(-1).buffer(1).simplify(0.3), "Polygon"):
            if inside.area < 500:
                continue
            if name:
                parks.append((name, inside))
                continue
            if (
                zone == "outer"
                and random.random() < _FIELDS * (np.hypot(whole.centroid.x - CENTRE_E, whole.centroid.y - CENTRE_N) / 3300) ** 4
            ):
                continue  # still a field
            parcels += [_parcel(len(parcels) + k, piece, zone, random) for k, piece in enumerate(_divide(inside, zone, random))]
    return Ground(parcels, parks, _internal_roads(parcels, network))


def _divide(shape: Polygon, zone: str, random: np.random.Generator) -> list[Polygon]:
    if shape.area < _PARCEL_HA[zone] * 1e4 * float(random.uniform(0.7, 1.6)):
        return [shape]
    corners = shapely.get_coordinates(shape.minimum_rotated_rectangle)[:4]
    if np.hypot(*(corners[1] - corners[0])) < np.hypot(*(corners[2] - corners[1])):
        corners = np.roll(corners, -1, axis=0)
    share = float(random.uniform(0.4, 0.6))
    a = corners[0] + share * (corners[1] - corners[0])
    b = corners[3] + share * (corners[2] - corners[3])
    line = LineString([a - 0.1 * (b - a), b + 0.1 * (b - a)])
    pieces = [piece for piece in parts(split(shape, line), "Polygon") if piece.area > 60]
    if len(pieces) < 2:
        return [shape]
    return [small for piece in pieces for small in _divide(piece, zone, random)]


def _parcel(number: int, shape: Polygon, zone: str, random: np.random.Generator) -> Parcel:
    draw = float(random.random())
    use = (
        "old"
        if zone == "old"
        else "works"
        if draw < (0.75 if zone == "west" else 0.06)
        else "public"
        if draw > 0.84
        else "living"
    )
    return Parcel(f"D{number + 1:04d}", site(use, number), shapely.set_precision(shape, 0.001), use, zone)


def _internal_roads(parcels: list[Parcel], network: Network) -> list[Section]:
    """A spine from the gate into each large parcel, and a bar across it; all of it, width included, inside the red line."""
    lines = np.array(
        [section.line for section in network.sections if section.klass != "expressway" and section.level == "ground"],
        dtype=object,
    )
    tree = shapely.STRtree(lines)
    found: list[Section] = []
    for parcel in parcels:
        if parcel.zone == "old" or parcel.shape.area < 9000:
            continue
        middle = parcel.shape.centroid
        if not parcel.shape.contains(middle):
            continue
        street = lines[int(tree.nearest(middle))]
        way_in = LineString([street.interpolate(street.project(middle)), middle]).intersection(parcel.shape.buffer(-GATE_M))
        spine = longest(way_in)
        if spine.length < 30 or spine.distance(middle) > 0.01:
            continue
        gate = Point(spine.coords[0])
        for plan in _spine(parcel.shape, gate, middle):
            number = len(network.sections) + len(found) + 1
            line = shapely.set_precision(plan, 0.001)
            found.append(Section(f"R{number:05d}", -1, line, "internal", f"{parcel.name}内部路", 7.0, "ground", parcel.zone))
    return found


def _spine(shape: Polygon, gate: Point, middle: Point) -> list[LineString]:
    x, y = middle.x - gate.x, middle.y - gate.y
    length = float(np.hypot(x, y))
    spine = [LineString([gate, middle])]
    side = np.array([-y, x]) / length
    inner = shape.buffer(-14)
    bar = LineString([np.array([middle.x, middle.y]) - 300 * side, np.array([middle.x, middle.y]) + 300 * side]).intersection(
        inner
    )
    spine += [part for part in parts(bar, "LineString") if part.distance(middle) < 1 and part.length > 30]
    return spine
