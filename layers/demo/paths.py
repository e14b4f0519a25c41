"""How a proposed line is drawn: out of a parcel, along streets at a distance from the kerb, to a main."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely import LineString, Point

from layers.demo.blocks import Parcel
from layers.demo.city import Demo
from layers.demo.frame import beside, cut
from layers.demo.streets import Section

MAIN_REACH_M = 45.0


@dataclass(frozen=True)
class Way:
    """A walk along streets from the gate of a parcel. ``side`` is +1 where the parcel lies to the left."""

    parcel: Parcel
    path: LineString
    side: int
    width_m: float


@dataclass(frozen=True)
class Plan:
    """A line as drawn on a way: ``inset_m`` inside the red line (negative: outside it), toward a main or to nowhere."""

    way: Way
    utility: str
    inset_m: float
    along_m: float
    line: LineString
    at_main: bool = True


class Drafter:
    """Draws plans on the streets of one demo city."""

    def __init__(self, demo: Demo) -> None:
        self.sections = [s for s in demo.network.sections if s.klass != "expressway" and s.level in ("ground", "bridge")]
        self.sections = [s for s in self.sections if s.zone != "field"]
        self._lines = np.array([s.line for s in self.sections], dtype=object)
        self._tree = shapely.STRtree(self._lines)
        self._at: dict[Any, list[int]] = {}
        for index, section in enumerate(self.sections):
            for end in (section.line.coords[0], section.line.coords[-1]):
                self._at.setdefault(end, []).append(index)
        self._mains: dict[str, tuple[list[LineString], shapely.STRtree]] = {}
        for utility in ("water", "gas", "heat", "power", "comms", "drain"):
            lines = [row["geometry"] for row in demo.layers["pipes"] if row["utility"] == utility and row["state"] == "in_use"]
            self._mains[utility] = (lines, shapely.STRtree(lines))

    def way(self, parcel: Parcel, random: np.random.Generator, reach_m: float, kinds: tuple[str, ...]) -> Way | None:
        """A walk of about ``reach_m`` from a parcel along streets of the classes given; None where there is none."""
        near = self._tree.query(parcel.shape, predicate="dwithin", distance=22)
        near = np.sort([k for k in near if self.sections[k].klass in kinds and self.sections[k].line.length > 30])
        if not len(near):
            return None
        first = int(near[int(random.integers(0, len(near)))])
        section = self.sections[first]
        gate = section.line.project(parcel.shape.centroid)
        gate = min(max(gate, 4.0), section.line.length - 4.0)
        forward = bool(random.random() < 0.5)
        line = cut(section.line, gate, section.line.length if forward else 0.0)
        path, narrow = self._walk(first, line, random, reach_m, kinds)
        side = _side(path, parcel.shape.centroid)
        return Way(parcel, path, side, min(narrow, section.width_m))

    def way_on(self, section: Section, parcels: list[Parcel], random: np.random.Generator) -> Way | None:
        """A way that keeps to one section, from a parcel beside it."""
        near = [parcel for parcel in parcels if parcel.shape.distance(section.line) < section.width_m / 2 + 6]
        if not near:
            return None
        parcel = near[int(random.integers(0, len(near)))]
        gate = section.line.project(parcel.shape.centroid)
        to_end = section.line.length - gate > gate
        path = (
            cut(section.line, max(gate, 12.0), section.line.length - 12)
            if to_end
            else cut(section.line, min(gate, section.line.length - 12), 12)
        )
        if path.length < 30:
            return None
        return Way(parcel, path, _side(path, parcel.shape.centroid), section.width_m)

    def _walk(
        self, first: int, line: LineString, random: np.random.Generator, reach_m: float, kinds: tuple[str, ...]
    ) -> tuple[LineString, float]:
        xy, here, used, narrow = list(line.coords), first, {first}, 1e9
        length = line.length
        while length < reach_m:
            end = xy[-1]
            choices = [k for k in self._at[end] if k not in used and self.sections[k].klass in kinds]
            if not choices:
                break
            turns = [abs(_turn(xy[-2], end, self._leaving(k, end)[1])) for k in choices]
            order = np.argsort(turns, kind="stable")
            here = choices[int(order[0] if random.random() < 0.7 else order[-1])]
            if min(turns) > 2.0 or abs(_turn(xy[-2], end, self._leaving(here, end)[1])) > 2.0:
                break
            used.add(here)
            xy += self._leaving(here, end)[1:]
            length += self.sections[here].line.length
            narrow = min(narrow, self.sections[here].width_m)
        return LineString(xy), narrow

    def _leaving(self, index: int, node: Any) -> list[Any]:
        xy = list(self.sections[index].line.coords)
        return xy if xy[0] == node else xy[::-1]

    def draw(self, way: Way, utility: str, inset_m: float, along_m: float, at_main: bool = True) -> Plan | None:
        """The line on a way that runs ``along_m`` along it before it turns to the main; None where it cannot be drawn."""
        offset = way.side * (way.width_m / 2 - inset_m)
        lane = beside(way.path, offset)
        if lane.length < along_m or lane.length < 5:
            return None
        start, end = lane.coords[0], lane.interpolate(along_m)
        foot = shapely.shortest_line(way.parcel.shape, Point(start))
        if foot.length > 40:
            return None
        xy = [foot.coords[0]] if foot.length > 0.01 else []
        xy += list(cut(lane, 0, along_m).coords)
        if at_main:
            main = self.main_near(utility, end)
            if main is None:
                return None
            if main.distance(end) > 0.01:
                xy.append(main.coords[0])
        line = LineString(xy)
        return Plan(way, utility, inset_m, along_m, line, at_main) if line.is_simple and line.length > 3 else None

    def main_near(self, utility: str, point: Point) -> Point | None:
        """The nearest point on a main in use of a utility, within reach."""
        lines, tree = self._mains[utility]
        near = np.sort(tree.query(point, predicate="dwithin", distance=MAIN_REACH_M))
        if not len(near):
            return None
        line = min((lines[int(k)] for k in near), key=lambda one: one.distance(point))
        return line.interpolate(line.project(point))

    def of_length(self, plan: Plan, length_m: float) -> Plan | None:
        """The same plan, run farther or less far until it is exactly this long (to 1e-7 m)."""
        low, high = 0.0, beside(plan.way.path, plan.way.side * (plan.way.width_m / 2 - plan.inset_m)).length
        best: Plan | None = None
        for _ in range(70):
            middle = (low + high) / 2
            drawn = self.draw(plan.way, plan.utility, plan.inset_m, middle, plan.at_main)
            if drawn is None:
                return None
            best = drawn
            if drawn.line.length < length_m:
                low = middle
            else:
                high = middle
        return best if best is not None and abs(best.line.length - length_m) < 1e-7 else None


def _turn(before: Any, node: Any, after: Any) -> float:
    first = np.arctan2(node[1] - before[1], node[0] - before[0])
    second = np.arctan2(after[1] - node[1], after[0] - node[0])
    return float((second - first + np.pi) % (2 * np.pi) - np.pi)


def _side(path: LineString, point: Point) -> int:
    """+1 where a point lies left of the beginning of a path."""
    head = cut(path, 0, min(path.length, 20))
    (ax, ay), (bx, by) = head.coords[0], head.coords[-1]
    return 1 if (bx - ax) * (point.y - ay) - (by - ay) * (point.x - ax) > 0 else -1
