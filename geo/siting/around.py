"""What lies on and around a site: zones of the pack (green land, trees, heritage, highways, planning) and rows of no zone."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.areas import NO, SURE
from geo.city import City
from geo.columns import frame_of
from geo.ground import Ground, prepared
from geo.law.pack import Pack

Floats = npt.NDArray[np.float64]
LAYERS_ASKED = ("planning", "heritage", "trees", "highways", "green", "events")
COLUMNS = ("layer", "row", "zone", "radius_m", "distance_m", "least_m", "certain", "x", "y")


@dataclass(frozen=True)
class _Found:
    layer: str
    row: int
    zone: str | None
    radius_m: float
    distance_m: float
    least_m: float
    certain: bool


def around(site: Any, city: City, pack: Pack, reach_m: float) -> pd.DataFrame:
    """Rows of :data:`LAYERS_ASKED` within ``reach_m`` of the site (point or polygon, work CRS), the nearest first.

    Columns :data:`COLUMNS`. ``zone``: of the pack as it is read now, None for a row of no zone; ``radius_m``: how far the zone
    reaches beyond the row's shape (a tree's range); ``distance_m`` from the edge of the site to the edge of the zone, 0 where
    they meet; ``least_m``: if what is missing came out badly (a tree without canopy, a row without kind); ``certain``: nothing
    of that kind is missing; ``x``, ``y``: the nearest place of the row itself, work CRS.
    """
    ground = prepared(city, pack)
    found = [one for name in _zones(pack) for one in _of_zone(site, ground, name, reach_m)]
    placed = {(one.layer, one.row) for one in found}
    found += [one for name in LAYERS_ASKED for one in _of_layer(site, city, name, reach_m) if (one.layer, one.row) not in placed]
    once = _once(found)
    table = pd.DataFrame([vars(one) for one in once], columns=list(COLUMNS[:7]))
    table["zone"] = pd.Series([one.zone for one in once], index=table.index, dtype=object)  # None stays None
    shapes: npt.NDArray[Any] = np.empty(len(once), dtype=object)
    shapes[:] = [frame_of(city.layer(one.layer)).geometry.iloc[one.row] for one in once]
    spots = shapely.get_coordinates(shapely.get_point(shapely.shortest_line(shapes, site), 0)).reshape(-1, 2)
    table["x"], table["y"] = spots[:, 0], spots[:, 1]
    return table.sort_values(["least_m", "distance_m", "layer", "row"], kind="stable").reset_index(drop=True)


def _zones(pack: Pack) -> list[str]:
    """Zones that the rules ask for as the pack is read now, without roads: those a line meets, not a site."""
    asked = {str(pack.fill(rule.fact)).rpartition(".")[0] for rule in pack.data.rules}
    return [name for name, zone in pack.data.zones.items() if name in asked and zone.layer in LAYERS_ASKED]


def _of_zone(site: Any, ground: Ground, name: str, reach_m: float) -> list[_Found]:
    key, member = ground.zones[name]
    areas = ground.sets[key]
    layer = ground.data.zones[name].layer
    shapes = frame_of(ground.city.layer(layer)).geometry.to_numpy()
    box = shapely.box(*shapely.buffer(site, reach_m).bounds)
    near = np.sort(areas.tree.query(box))
    near = near[member[near] > NO]
    edge = np.maximum(shapely.distance(shapes[areas.row[near]], site) - areas.radius[near], 0.0)
    near, edge = near[edge <= reach_m], np.round(edge[edge <= reach_m], 3)
    out = []
    for row in np.unique(areas.row[near]):
        mine = areas.row[near] == row
        sure = mine & (member[near] >= SURE)
        best = float(edge[sure].min() if sure.any() else edge[mine].max())
        least = float(edge[mine].min())
        radius = float(areas.radius[near[sure if sure.any() else mine]].min())
        out.append(_Found(layer, int(row), name, radius, best, least, bool(sure.any()) and least == best))
    return out


def _of_layer(site: Any, city: City, layer: str, reach_m: float) -> list[_Found]:
    """Rows that no zone speaks of. A heritage tree or a green of a kind that the pack leaves out is none of its concern."""
    if layer not in ("planning", "events"):
        return []
    frame = frame_of(city.layer(layer))
    if not len(frame):
        return []
    rows = np.sort(frame.sindex.query(site, predicate="dwithin", distance=reach_m))
    metres = np.round(shapely.distance(frame.geometry.to_numpy()[rows], site), 3)
    return [_Found(layer, int(row), None, 0.0, float(d), float(d), True) for row, d in zip(rows, metres, strict=True)]


def _once(found: list[_Found]) -> list[_Found]:
    """Of zones that are the same for a row (a reading of the same words) the first stands."""
    seen: set[tuple[Any, ...]] = set()
    out = []
    for one in found:
        key = (one.layer, one.row, one.distance_m, one.least_m)
        if key not in seen:
            seen.add(key)
            out.append(one)
    return out
