"""The space of each road: its surface polygons where they were surveyed, else its centre line and half its red-line width."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.areas import AreaSet, area_set
from geo.axis import edges_of
from geo.city import City
from geo.columns import frame_of, plain, plain_id, positive, unstated, words
from geo.kernel import nearest_many
from geo.law.pack import Measures, Pack

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

    Polygons of a table that tells no parts are the road. Where it tells parts, carriageways alone say nothing of the
    footways beside them, and a part that is blank or cannot be read says nothing at all: such polygons only add to the
    red-line width, unless the footways of both sides are there.
    """
    table = city.layer("road_surfaces").frame
    if table is None or not len(table) or not len(ids):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=object), np.zeros(0, dtype=np.bool_)
    at = match_ids(words(table, "road_id"), ids)
    part = words(table, "part")
    found = at >= 0
    at, shapes, footway = at[found], table.geometry.to_numpy()[found], (part == "footway")[found]
    if unstated(part).all():
        return at, shapes, np.ones(len(at), dtype=np.bool_)
    return at, shapes, _both_sides(city, ids, at[footway], shapes[footway])[at]


def _both_sides(city: City, ids: npt.NDArray[np.object_], at: Ints, footways: Shapes) -> npt.NDArray[np.bool_]:
    """By road: are there footways on the left and on the right of its centre line? ``at``: the road of each footway."""
    roads = frame_of(city.layer("roads"))
    row = match_ids(ids, words(roads, "road_id"))
    at, footways = at[row[at] >= 0], footways[row[at] >= 0]
    spot = shapely.point_on_surface(footways)
    e = edges_of(roads.geometry.to_numpy()[row[at]])
    x, y = shapely.get_x(spot), shapely.get_y(spot)
    side = nearest_many(x, y, np.arange(len(x)), e.offsets, e.x0, e.y0, e.x1, e.y1)[1]
    left, right = np.zeros(len(ids), dtype=np.bool_), np.zeros(len(ids), dtype=np.bool_)
    left[at[side > 0]] = True
    right[at[side < 0]] = True
    return left & right


def match_ids(wanted: npt.NDArray[np.object_], known: npt.NDArray[np.object_]) -> Ints:
    """Position of each id among the known ones, -1 where none fits: as written, else as two tables may write it alike
    (full width, case, spaces, a number with ``.0``), where only one fits. A number that several bear fits none."""
    out = np.full(len(wanted), -1, dtype=np.int64)
    index = pd.Index(known, dtype=object)
    alone = np.flatnonzero(~index.duplicated(keep=False) & ~unstated(known))
    found = index[alone].get_indexer(pd.Index(wanted, dtype=object))
    out[found >= 0] = alone[found[found >= 0]]
    lost = np.flatnonzero((out < 0) & ~unstated(wanted))
    if len(lost) and len(known):
        names = pd.Index(["" if one is None else one for one in plain(known)])
        once = ~names.duplicated(keep=False) & (names != "")
        at = np.flatnonzero(once)
        found = names[once].get_indexer(pd.Index([plain_id(wanted[i]) for i in lost]))
        out[lost[found >= 0]] = at[found[found >= 0]]
    return out


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
