"""The space of each road: its surface polygons where they were surveyed, else its centre line and half its red-line width."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.areas import AreaSet, area_set
from geo.city import City
from geo.columns import frame_of, positive, unstated, words
from geo.pack import Measures, Pack

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Shapes = npt.NDArray[Any]

# What an overlay leaves of a line that lies in a polygon is noise of its coordinates, not road.
CRUMB_M = 1e-3


def road_spaces(city: City, pack: Pack, level: str) -> AreaSet:
    """Areas of the roads of one level (``ground``; a road without a level is on the ground; or ``bridge``)."""
    frame = frame_of(city.layer("roads"))
    levels = words(frame, "level")
    rows = np.flatnonzero((levels == level) | (unstated(levels) & (level == "ground"))).astype(np.int64)
    at, polygons, whole = surfaces(city, words(frame, "road_id")[rows])
    lines, kept = _unsurveyed(frame.geometry.to_numpy()[rows], at[whole], polygons[whole])
    half = np.vstack([half_widths(frame, pack.data.measures)[rows[kept]], np.zeros((len(at), 3))])
    shapes = np.concatenate([lines, polygons])
    origin = np.concatenate([rows[kept], rows[at]])
    return area_set("roads" if level == "ground" else "bridges", "roads", shapes, half[:, 0], half[:, 1], half[:, 2], origin)


def half_widths(frame: pd.DataFrame, measures: Measures) -> Floats:
    """(n, 3) half of the red-line width of each road: least, best, most; all equal where it is stated."""
    width = positive(frame, "width_m")
    guess = {name: (d.low, d.value, d.high) for name, d in measures.road_width_m.items()}
    default = np.array([guess.get(c or "unknown", guess["unknown"]) for c in words(frame, "class")]).reshape(-1, 3)
    half: Floats = np.where(np.isnan(width)[:, None], default, width[:, None]) / 2
    return half


def surfaces(city: City, ids: npt.NDArray[np.object_]) -> tuple[Ints, Shapes, npt.NDArray[np.bool_]]:
    """Surface polygons of the roads with these ids: (position among the ids, polygon, speaks of the whole width).

    A survey of carriageways alone says nothing of the footway beside them: its polygons only add to the red-line width.
    """
    table = city.layer("road_surfaces").frame
    if table is None or not len(table) or not len(ids):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=object), np.zeros(0, dtype=np.bool_)
    at = pd.Index(ids).get_indexer(pd.Index(words(table, "road_id")))
    part = words(table, "part")
    outer = unstated(part) | (part == "footway")
    has_outer = np.zeros(len(ids) + 1, dtype=np.bool_)
    has_outer[at[outer]] = True
    has_outer[-1] = False  # where get_indexer found no road
    found = at >= 0
    return at[found].astype(np.int64), table.geometry.to_numpy()[found], has_outer[at[found]]


def _unsurveyed(lines: Shapes, at: Ints, polygons: Shapes) -> tuple[Shapes, Ints]:
    """Centre lines outside the polygons of their own road, and which lines still have some: (shapes, positions).

    The price of a road surveyed in part: where its surveyed part begins, the unsurveyed one still reaches half a
    width into it, as a round end does.
    """
    if not len(at):
        return lines, np.arange(len(lines))
    road = np.unique(at)
    order = np.argsort(at, kind="stable")
    groups = np.split(polygons[order], np.flatnonzero(np.diff(at[order])) + 1)
    area = np.array([g[0] if len(g) == 1 else shapely.union_all(g) for g in groups], dtype=object)
    rest, owner = shapely.get_parts(shapely.difference(lines[road], area), return_index=True)
    real = shapely.length(rest) > CRUMB_M
    out, bare = lines.copy(), np.ones(len(lines), dtype=np.bool_)
    left = np.unique(owner[real])
    out[road[left]] = shapely.multilinestrings(rest[real], indices=np.searchsorted(left, owner[real]))
    bare[np.delete(road, left)] = False
    kept = np.flatnonzero(bare)
    return out[kept], kept
