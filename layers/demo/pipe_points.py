"""Points of the pipes as a survey takes them: manholes, valves, hydrants, and where one main is tied into another."""

from collections import defaultdict
from itertools import pairwise
from typing import Any

import shapely
from shapely import LineString, Point

Row = dict[str, Any]
# What stands where two pieces of one main meet, and where a main ends.
_BETWEEN = {"drain": "manhole", "heat": "manhole", "comms": "manhole", "power": "manhole", "water": "valve", "gas": "valve"}
_AT_END = {"drain": "manhole", "heat": "valve", "comms": "cabinet", "power": "cabinet", "water": "hydrant", "gas": "valve"}
# A person goes down at least so often; the others can be reached from their ends.
_MOST_BETWEEN_M = {"drain": 80.0, "comms": 130.0, "power": 130.0}
_TIED_M = 0.002  # coordinates are written to the millimetre
_BELOW_PIPE_M = 0.3  # the floor of a well under the pipe


def point_rows(pipes: list[Row]) -> list[Row]:
    """Rows of ``pipe_points`` for rows of ``pipes`` (work CRS, metres): by utility in the order of the pipes."""
    by_utility: dict[str, list[Row]] = defaultdict(list)
    for pipe in pipes:
        by_utility[pipe["utility"]].append(pipe)
    rows: list[Row] = []
    for utility, own in by_utility.items():
        for row in (*_ends(utility, own), *_wells(utility, own)):
            rows.append({"point_id": f"D{len(rows) + 1:05d}", **row})
    return rows


def _ends(utility: str, own: list[Row]) -> list[Row]:
    """One row for each place where pipes of a utility end."""
    at: dict[tuple[float, float], list[Row]] = defaultdict(list)
    for pipe in own:
        line = pipe["geometry"]
        for end in (line.coords[0], line.coords[-1]):
            at[end[0], end[1]].append(pipe)
    tree = shapely.STRtree([pipe["geometry"] for pipe in own])
    rows = []
    for place, ending in at.items():
        if len(ending) > 1:
            rows.append(_row(Point(place), ending[0], kind=_BETWEEN[utility]))
            continue
        through = len(tree.query(Point(place), predicate="dwithin", distance=_TIED_M)) > 1
        if through and utility in ("water", "gas", "heat"):
            rows.append(_row(Point(place), ending[0], feature="三通"))
        else:
            rows.append(_row(Point(place), ending[0], kind=_BETWEEN[utility] if through else _AT_END[utility]))
    return rows


def _wells(utility: str, own: list[Row]) -> list[Row]:
    """Manholes between the ends, evenly spaced."""
    if utility not in _MOST_BETWEEN_M:
        return []
    rows = []
    for pipe in own:
        line: LineString = pipe["geometry"]
        pieces = max(1, -int(-line.length // _MOST_BETWEEN_M[utility]))
        steps = [line.length * k / pieces for k in range(pieces + 1)]
        rows += [_row(shapely.set_precision(line.interpolate(to), 0.001), pipe, kind="manhole") for _, to in pairwise(steps[:-1])]
    return rows


def _row(place: Point, pipe: Row, kind: str | None = None, feature: str | None = None) -> Row:
    depth = pipe["depth_m"]
    well = None if depth is None or kind != "manhole" else round(depth + _BELOW_PIPE_M, 2)
    return {
        "utility": pipe["utility"], "kind": kind, "feature": feature, "depth_m": depth, "well_depth_m": well,
        "owner": pipe["owner"], "state": pipe["state"], "geometry": place,
    }  # fmt: skip
