"""What a drawn line would meet, told roughly and with a margin, so that a case shows its own point and no other.

This is how the demo chooses places, not how routes are judged: it errs on the side of "something is near".
"""

from datetime import date
from typing import Any

import numpy as np
import shapely
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from layers.demo.city import Demo

Row = dict[str, Any]
NEAR_M = 1.5
TREE_RANGE_M = 5.0  # beyond the canopy
HIGHWAY_ZONE_M = {"motorway": 30, "national": 20, "provincial": 15, "county": 10, "township": 5, "village": 3}


class Lookout:
    """The layers of the demo, indexed for quick looks."""

    def __init__(self, demo: Demo) -> None:
        self.demo = demo
        self.roads = demo.layers["roads"]
        spaces = [row["geometry"].buffer((row["width_m"] or 40.0) / 2) for row in self.roads]
        self.spaces = np.array(spaces, dtype=object)
        self.labels_of_road = self._road_labels()
        things: list[tuple[str, BaseGeometry]] = [(row["kind"], row["geometry"]) for row in demo.layers["green"]]
        things += [(row["kind"], row["geometry"]) for row in demo.layers["heritage"]]
        things += [(self._tree_label(row), row["geometry"].buffer(self._reach(row))) for row in demo.layers["trees"]]
        things += [(f"highway:{row['class']}", row["geometry"].buffer(62)) for row in demo.layers["highways"]]
        things += [("water", row["geometry"]) for row in demo.layers["planning"] if row["kind"] == "river"]
        things += [("rail", row["geometry"]) for row in demo.layers["planning"] if row["kind"] == "rail"]
        self.things = things
        self._road_tree = shapely.STRtree(self.spaces)
        self._thing_tree = shapely.STRtree([shape for _, shape in things])
        self._safe = demo.surveyed.buffer(-60)
        shapely.prepare(self._safe)

    def labels(self, line: BaseGeometry, near_m: float = NEAR_M) -> frozenset[str]:
        """Everything that could decide anything within ``near_m`` of a line; empty where only quiet streets are met."""
        found = set().union(*(self.labels_of_road[k] for k in self._road_tree.query(line, predicate="dwithin", distance=near_m)))
        found |= {self.things[k][0] for k in self._thing_tree.query(line, predicate="dwithin", distance=near_m)}
        if not self._safe.contains(line):
            found.add("unsurveyed")
        return frozenset(found)

    def near(self, shape: BaseGeometry, within_m: float) -> list[int]:
        """Rows of the roads whose space lies within a distance of a shape."""
        return [int(k) for k in np.sort(self._road_tree.query(shape, predicate="dwithin", distance=within_m))]

    def classes(self, line: BaseGeometry) -> set[str | None]:
        """Classes of the roads whose space a line enters."""
        return {self.roads[k]["class"] for k in self._road_tree.query(line, predicate="intersects")}

    def inside(self, line: LineString, road_class: str) -> list[tuple[float, float]]:
        """Stretches (from, to) of a line inside the joined space of all ground roads of a class."""
        rows = [k for k in np.sort(self._road_tree.query(line)) if self.roads[k]["class"] == road_class]
        area = shapely.union_all(self.spaces[[k for k in rows if self.roads[k]["level"] == "ground"]])
        pieces = shapely.get_parts(line.intersection(area))
        ends = [
            (line.project(shapely.Point(p.coords[0])), line.project(shapely.Point(p.coords[-1])))
            for p in pieces
            if p.length > 0.01
        ]
        return sorted((min(pair), max(pair)) for pair in ends)

    @staticmethod
    def _tree_label(row: Row) -> str:
        return f"tree:{row['grade']}" + (":no-canopy" if row["canopy_radius_m"] is None else "")

    @staticmethod
    def _reach(row: Row) -> float:
        return float(row["canopy_radius_m"] or 12.0) + TREE_RANGE_M + 1.0

    def _road_labels(self) -> list[set[str]]:
        """For each road: its class where that decides, its level, and its works."""
        works: dict[str, set[str]] = {}
        for row in self.demo.layers["road_ledger"]:
            works.setdefault(row["road_id"], set()).add(_work_label(row))
        found = []
        for road in self.roads:
            labels = {label for label in works.get(road["road_id"], ()) if label}
            if road["level"] != "ground":
                labels.add(road["level"])
            if road["class"] in ("expressway", "arterial"):
                labels.add(road["class"])
            if road["class"] is None:
                labels.add("class?")
            if road["width_m"] is None:
                labels.add("width?")
            found.append(labels)
        return found


def _work_label(row: Row) -> str:
    """patch, lock:KIND:DAY, or nothing for works too old to matter."""
    if row["kind"] == "patch":
        return "patch"
    day: date | None = row["finished"]
    if day is None:
        return f"lock:{row['kind']}:?"
    if day < (date(2023, 6, 1) if row["kind"] == "overhaul" else date(2021, 6, 1)):
        return ""
    part = ":part" if row["from_m"] is not None else ""
    return f"lock:{row['kind']}:{day.isoformat()}{part}"
