"""From the skeleton to streets: blocks are divided until they are small enough, then all is cut at junctions."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import split

from layers.demo.country import village_streets
from layers.demo.frame import Floats, bent, cut, parts, rng
from layers.demo.names import Namer
from layers.demo.skeleton import RING, WALL, Skeleton, Street, given_streets

NODE_M = 6.0  # junctions nearer than this are one junction


@dataclass(frozen=True)
class Section:
    """A stretch of a street between two junctions, in the work CRS."""

    road_id: str
    street: int
    line: LineString
    klass: str
    name: str
    width_m: float
    level: str
    zone: str


@dataclass(frozen=True)
class Network:
    """The streets as planned and the sections as built; ``blocks`` are plan polygons between the streets."""

    streets: list[Street]
    sections: list[Section]
    blocks: list[Polygon]


def zone_of(point: Point) -> str:
    """old (inside the wall), inner (round it), outer (to the ring), west (the works district), field."""
    if WALL.contains(point):
        return "old"
    if RING.contains(point):
        return "inner" if abs(point.x) < 2300 and -2300 < point.y < 2000 else "outer"
    return "west" if point.x < -3300 and -1600 < point.y < 2700 else "field"


# Hectares at which a block is no longer divided by a secondary road, then by a branch.
_STOP_HA = {"old": (30.0, 2.1), "inner": (36.0, 6.0), "outer": (58.0, 13.5), "west": (50.0, 14.0), "field": (1e9, 1e9)}
_WIDTH = {("secondary", True): 20.0, ("secondary", False): 30.0, ("branch", True): 9.0, ("branch", False): 20.0}
_GRID_M = 172.5


def lay_out() -> Network:
    """Divide, name and cut: the whole street network."""
    skeleton = Skeleton()
    streets = given_streets(skeleton)
    blocks = _blocks(skeleton, streets)
    divider = _Divider(rng(1))
    for block in blocks:
        divider.divide(block)
    streets = streets + divider.streets + _lanes_to_nowhere(divider.blocks) + village_streets(streets)
    return Network(streets, _sections(streets, skeleton), divider.blocks)


def _blocks(skeleton: Skeleton, streets: list[Street]) -> list[Polygon]:
    rim = [skeleton.ring, shapely.box(-4330, -1500, -3300, 2600).exterior]
    faces = shapely.get_parts(
        shapely.polygonize(shapely.get_parts(shapely.unary_union([street.line for street in streets] + rim)))
    )
    blocks = []
    for face in faces:
        if zone_of(face.representative_point()) == "field":
            continue
        blocks += [piece for piece in parts(face.difference(skeleton.closed_ground), "Polygon") if piece.area > 9000]
    return sorted(blocks, key=lambda block: (round(block.centroid.x), round(block.centroid.y)))


class _Divider:
    """Divides blocks with streets. In the new districts cuts keep to a common grid, so that streets run on across."""

    def __init__(self, random: np.random.Generator) -> None:
        self.random = random
        self.namer = Namer()
        self.names: dict[tuple[str, int], str] = {}
        self.streets: list[Street] = []
        self.blocks: list[Polygon] = []

    def divide(self, block: Polygon) -> None:
        """Divide a block until its parts are small enough; the cuts become streets."""
        zone = zone_of(block.representative_point())
        wide, small = (value * 1e4 for value in _STOP_HA[zone])
        small *= float(self.random.uniform(0.7, 1.5))
        if block.area < small:
            self.blocks.append(block)
            return
        found = self._cut(block, zone, "secondary" if block.area > wide else "branch")
        if found is None:
            self.blocks.append(block)
            return
        for piece in found:
            self.divide(piece)

    def _cut(self, block: Polygon, zone: str, klass: str) -> list[Polygon] | None:
        for attempt in range(3):
            line, key = self._line(block, zone, attempt)
            pieces = parts(split(block, line), "Polygon")
            if len(pieces) >= 2 and min(piece.area for piece in pieces) > 0.12 * block.area:
                name = self._name(key, zone)
                width = _WIDTH[klass, zone == "old"] + float(self.random.integers(-2, 3))
                self.streets += [
                    Street(part, klass, name, width, zone)
                    for part in parts(line.intersection(block), "LineString")
                    if part.length > 40
                ]
                return pieces
        return None

    def _name(self, key: tuple[str, int], zone: str) -> str:
        if key[0] == "":
            return self.namer.street(zone == "old")
        if key not in self.names:
            self.names[key] = self.namer.street(False)
        return self.names[key]

    def _line(self, block: Polygon, zone: str, attempt: int) -> tuple[LineString, tuple[str, int]]:
        left, low, right, high = block.bounds
        upright = (right - left) >= (high - low)
        if attempt == 2:
            upright = not upright
        start, stop = (left, right) if upright else (low, high)
        where = start + (stop - start) * (0.5 if attempt else float(self.random.uniform(0.38, 0.62)))
        key = ("", 0)
        if zone != "old":
            step = round(where / _GRID_M)
            if start + 0.25 * (stop - start) < step * _GRID_M < stop - 0.25 * (stop - start):
                where, key = (
                    step * _GRID_M,
                    (("x" if upright else "y") + ("w" if left < -1300 else "e" if left > 1200 else "m"), step),
                )
        slant = 0.0 if key[0] else float(self.random.normal(0, 0.05)) * (stop - start) * (2.0 if zone == "old" else 1.0)
        a, b = (low - 50, high + 50) if upright else (left - 50, right + 50)
        along = np.linspace(a, b, 4)
        across = where + np.array([-slant, -slant * 0.2, slant * 0.5, slant])
        if zone == "old":
            across += self.random.normal(0, 6, 4)
        xy = np.column_stack([across, along] if upright else [along, across])
        return LineString(xy), key


def _lanes_to_nowhere(blocks: list[Polygon]) -> list[Street]:
    """Blind lanes in the old city and short ones elsewhere, from the edge of a block toward its middle."""
    random, namer = rng(2), Namer()
    lanes = []
    for block in blocks:
        if zone_of(block.representative_point()) != "old" or random.random() > 0.62:
            continue
        edge, middle = block.exterior, block.representative_point()
        foot = edge.interpolate(float(random.random()), normalized=True)
        reach = float(random.uniform(0.55, 0.95))
        end = Point(
            foot.x + (middle.x - foot.x) * reach + random.normal(0, 6), foot.y + (middle.y - foot.y) * reach + random.normal(0, 6)
        )
        if foot.distance(end) > 30:
            lanes.append(Street(LineString([foot, end]), "branch", namer.street(True) + "支巷", 5.0, "old"))
    return lanes


class _Nodes:
    """Junction points, so that every line through a junction carries the same coordinates."""

    def __init__(self) -> None:
        self.cells: dict[tuple[int, int], list[Floats]] = {}

    def at(self, x: float, y: float) -> Floats:
        """The junction here, or a new one."""
        home = (int(x // NODE_M), int(y // NODE_M))
        around = ((home[0] + i, home[1] + j) for i in (-1, 0, 1) for j in (-1, 0, 1))
        near = [node for cell in around for node in self.cells.get(cell, []) if np.hypot(node[0] - x, node[1] - y) < NODE_M]
        if near:
            return min(near, key=lambda node: float(np.hypot(node[0] - x, node[1] - y)))
        node = np.array([x, y])
        self.cells.setdefault(home, []).append(node)
        return node


def _sections(streets: list[Street], skeleton: Skeleton) -> list[Section]:
    nodes = _Nodes()
    cuts = _crossings(streets)
    sections: list[Section] = []
    rail = skeleton.rail.buffer(30)
    for index, street in enumerate(streets):
        marks = sorted({0.0, street.line.length, *cuts[index], *_level_marks(street, skeleton, rail)})
        kept: list[tuple[float, Floats]] = []
        for measure in marks:
            point = street.line.interpolate(measure)
            node = nodes.at(point.x, point.y)
            if not kept or kept[-1][1] is not node:
                kept.append((measure, node))
        for (a, start), (b, end) in pairwise(kept):
            xy = shapely.get_coordinates(cut(street.line, a, b))
            plan = LineString(np.vstack([start, xy[1:-1], end]))
            section = _section(len(sections), index, street, plan, skeleton, rail)
            if section.line.length > 3:
                sections.append(section)
    return sections


def _section(number: int, index: int, street: Street, plan: LineString, skeleton: Skeleton, rail: Polygon) -> Section:
    middle = plan.interpolate(0.5, normalized=True)
    level = "ground"
    if skeleton.river.contains(middle) or (skeleton.moat.contains(middle) and street.klass != "branch"):
        level = "bridge"
    elif rail.contains(middle):
        level = "bridge" if street.klass == "expressway" else "tunnel"
    elif street.klass == "expressway" and _is_viaduct(middle):
        level = "bridge"
    return Section(f"R{number + 1:05d}", index, bent(plan), street.klass, street.name, street.width_m, level, street.zone)


_VIADUCTS = tuple(
    Point(xy)
    for xy in ((-3395, 60), (3148, 60), (60, 2740), (40, -2893), (-2150, 2590), (2050, 2660), (-3325, 1680), (3000, 1480))
)


def _is_viaduct(point: Point) -> bool:
    return min(point.distance(head) for head in _VIADUCTS) < 330


def _level_marks(street: Street, skeleton: Skeleton, rail: Polygon) -> Iterable[float]:
    """Measures where a street goes up to a bridge or down under the railway."""
    if street.klass == "branch":
        return []
    marks = []
    over: list[BaseGeometry] = [skeleton.river.buffer(8), skeleton.moat.buffer(4), rail]
    if street.klass == "expressway":
        over.append(shapely.union_all([head.buffer(300) for head in _VIADUCTS]))
    for area in over:
        for point in parts(street.line.intersection(area.boundary), "Point"):
            marks.append(street.line.project(point))
    return marks


def _crossings(streets: list[Street]) -> list[list[float]]:
    lines = np.array([street.line for street in streets], dtype=object)
    tree = shapely.STRtree(lines)
    cuts: list[list[float]] = [[] for _ in streets]
    left, right = tree.query(lines, predicate="dwithin", distance=NODE_M / 2)
    for i, j in sorted(zip(left.tolist(), right.tolist(), strict=True)):
        if i >= j:
            continue
        points = parts(lines[i].intersection(lines[j]), "Point")
        for a, b in ((i, j), (j, i)):
            ends = [Point(lines[a].coords[0]), Point(lines[a].coords[-1])]
            points += [end for end in ends if end.distance(lines[b]) < NODE_M / 2]
        for point in points:
            cuts[i].append(lines[i].project(point))
            cuts[j].append(lines[j].project(point))
    return cuts
