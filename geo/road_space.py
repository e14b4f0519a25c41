"""The space of each road: its surface polygons where they were surveyed, else its centre line and half its red-line width."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.areas import AreaSet, area_set
from geo.axis import axes_of, cut, edges_of
from geo.city import City
from geo.columns import frame_of, plain, plain_id, positive, unclear, unstated, words
from geo.intervals import complement, intersect, offsets, union
from geo.kernel import nearest_many
from geo.law.pack import Measures, Pack

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Shapes = npt.NDArray[Any]
Bools = npt.NDArray[np.bool_]

# What an overlay leaves of a line that lies in a polygon is noise of its coordinates, not road.
CRUMB_M = 1e-3


def road_spaces(city: City, pack: Pack, level: str) -> AreaSet:
    """Areas of the roads of one level (``ground``; a road without a level is on the ground; or ``bridge``). One whose level
    cannot be read may be of either."""
    frame = frame_of(city.layer("roads"))
    levels, murky = words(frame, "level"), unclear(frame, "level")
    rows = np.flatnonzero((levels == level) | murky | (unstated(levels) & (level == "ground"))).astype(np.int64)
    lines = frame.geometry.to_numpy()[rows]
    at, polygons, footway = surfaces(city, words(frame, "road_id")[rows])
    lines, kept = _unsurveyed(lines, at, polygons, *_told_whole(lines, at, polygons, footway, _tells_all(city)))
    half = np.vstack([half_widths(frame, pack.data.measures)[rows[kept]], np.zeros((len(at), 3))])
    shapes = np.concatenate([lines, polygons])
    origin = np.concatenate([rows[kept], rows[at]])
    key = "roads" if level == "ground" else "bridges"
    return area_set(key, "roads", shapes, half[:, 0], half[:, 1], half[:, 2], origin, ~murky[origin])


def half_widths(frame: pd.DataFrame, measures: Measures) -> Floats:
    """(n, 3) half of the red-line width of each road: least, best, most; all equal where it is stated."""
    width = positive(frame, "width_m")
    guess = {name: (d.low, d.value, d.high) for name, d in measures.road_width_m.items()}
    default = np.array([guess.get(c or "unknown", guess["unknown"]) for c in words(frame, "class")]).reshape(-1, 3)
    half: Floats = np.where(np.isnan(width)[:, None], default, width[:, None]) / 2
    return half


def surfaces(city: City, ids: npt.NDArray[np.object_]) -> tuple[Ints, Shapes, Bools]:
    """Surface polygons of the roads with these ids: (position among the ids, polygon, is a footway)."""
    table = city.layer("road_surfaces").frame
    if table is None or not len(table) or not len(ids):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=object), np.zeros(0, dtype=np.bool_)
    at = match_ids(words(table, "road_id"), ids)
    found = at >= 0
    footway = np.asarray(words(table, "part") == "footway", dtype=np.bool_)
    return at[found], table.geometry.to_numpy()[found], footway[found]


def _tells_all(city: City) -> bool:
    """Does each polygon stand for the whole width of its road? Only in a table that tells no parts and lost no row: a
    carriageway says nothing of the footways beside it, and a part that is blank or cannot be read says nothing at all."""
    layer = city.layer("road_surfaces")
    frame = frame_of(layer)
    return bool(unstated(words(frame, "part")).all() and not unclear(frame, "part").any() and not layer.lost)


def _told_whole(lines: Shapes, at: Ints, polygons: Shapes, footway: Bools, all_told: bool) -> tuple[Ints, Ints, Ints]:
    """Stretches (road, from, to in mm) of the centre lines where polygons tell the whole width: everywhere, or where there are
    footways on the left and on the right. Elsewhere polygons only add to the red-line width.

    A footway counts from its first to its last point along the line: one drawn around a block on one sheet would count
    too far.
    """
    length = np.rint(shapely.length(lines) * 1000).astype(np.int64)
    if all_told:
        road = np.unique(at)
        return road, np.zeros(len(road), dtype=np.int64), length[road]
    road, shapes = at[footway], polygons[footway]
    if not len(road):
        return road, road, road
    spot = shapely.point_on_surface(shapes)
    e = edges_of(lines[road])
    x, y = shapely.get_x(spot), shapely.get_y(spot)
    side = nearest_many(x, y, np.arange(len(x)), e.offsets, e.x0, e.y0, e.x1, e.y1)[1]
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    along = np.rint(shapely.line_locate_point(lines[road[owner]], shapely.points(xy)) * 1000).astype(np.int64)
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    lo, hi = np.minimum.reduceat(along, first), np.maximum.reduceat(along, first)
    left, right = (union(road[of], lo[of], hi[of]) for of in (side > 0, side < 0))
    index, start, stop = intersect(*left, offsets(right[0], len(lines)), right[1], right[2])
    return left[0][index], start, stop


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


def _unsurveyed(lines: Shapes, at: Ints, polygons: Shapes, road: Ints, from_mm: Ints, to_mm: Ints) -> tuple[Shapes, Ints]:
    """Centre lines outside the polygons of their own road, and which lines still have some: (shapes, positions).
    ``road``, ``from_mm``, ``to_mm``: the stretches on which polygons tell the whole width.

    The price of a road surveyed in part: where its surveyed part begins, the unsurveyed one still reaches half a
    width into it, as a round end does.
    """
    if not len(road):
        return lines, np.arange(len(lines))
    told, own = np.unique(road, return_inverse=True)
    inside, asker, outside, beside = _parted(lines[told], own, from_mm, to_mm)
    rest, index = shapely.get_parts(shapely.difference(inside, _united(at, polygons, told)[asker]), return_index=True)
    rest, owner = np.concatenate([rest, outside]), np.concatenate([asker[index], beside])
    real = shapely.length(rest) > CRUMB_M
    rest, owner = rest[real], owner[real]
    by = np.argsort(owner, kind="stable")
    out, bare = lines.copy(), np.ones(len(lines), dtype=np.bool_)
    left = np.unique(owner)
    out[told[left]] = shapely.multilinestrings(rest[by], indices=np.searchsorted(left, owner[by]))
    bare[np.delete(told, left)] = False
    kept = np.flatnonzero(bare)
    return out[kept], kept


def _united(at: Ints, polygons: Shapes, told: Ints) -> Shapes:
    """All polygons of each of these roads as one shape."""
    order = np.argsort(at, kind="stable")
    groups = np.split(polygons[order], np.flatnonzero(np.diff(at[order])) + 1)
    shapes = np.array([g[0] if len(g) == 1 else shapely.union_all(g) for g in groups], dtype=object)
    return shapes[np.searchsorted(np.unique(at), told)]


def _parted(lines: Shapes, own: Ints, from_mm: Ints, to_mm: Ints) -> tuple[Shapes, Ints, Shapes, Ints]:
    """Lines cut into what lies in the stretches (of line ``own``) and what does not: (shapes, line, shapes, line). A line that
    is all inside stays as it is, to its last digit."""
    length = np.rint(shapely.length(lines) * 1000).astype(np.int64)
    whole = np.zeros(len(lines), dtype=np.bool_)
    whole[own[(from_mm == 0) & (to_mm == length[own])]] = True
    axes, some = axes_of(lines), ~whole[own]
    parts = [cut(axes, i, a / 1000, b / 1000) for i, a, b in zip(own[some], from_mm[some], to_mm[some], strict=True)]
    inside = np.array([*lines[whole], *parts], dtype=object)
    free, lo, hi = complement(own, from_mm, to_mm, length)
    rest = [cut(axes, i, a / 1000, b / 1000) for i, a, b in zip(free, lo, hi, strict=True)]
    outside, index = shapely.get_parts(np.array(rest, dtype=object), return_index=True)
    return inside, np.concatenate([np.flatnonzero(whole), own[some]]), outside, free[index]
