"""The nearest mains of each utility to a site, and how sure that is: found, none, closed or unknown; never a silent none."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from geo.clearance import ABANDONED
from geo.columns import unstated, words
from geo.siting.silence import NO_COVERAGE, NO_LAYER, OUTSIDE, ROWS_LOST, holds

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

UTILITIES = ("water", "drain", "gas", "heat", "power", "comms")
FOUND, NONE, CLOSED, UNKNOWN = "found", "none", "closed", "unknown"
NO_UTILITY = "no_utility"


@dataclass(frozen=True)
class Known:
    """What is known of the pipes of one utility before anybody asks where they lie.

    ``delivered``: somebody delivered such pipes; ``coverage``: where no row means no pipe (work CRS; None: nowhere);
    ``lost``: rows of these deliveries could not be read; ``closed``: somewhere in the city (where is not said) there are such
    pipes, or pipes that may be such, that are not open to who asks."""

    delivered: bool
    coverage: BaseGeometry | None = None
    lost: bool = False
    closed: bool = False


@dataclass(frozen=True)
class Nearest:
    """The mains of one utility, the nearest first. ``row``: of the frame that was asked; ``distance_m``: from the edge of the
    site, to the millimetre; ``xy``: (n, 2), the nearest place of each, work CRS.

    ``answer``: found | none | closed | unknown; ``certain``: no nearer one can be there. ``missing``: why that is not
    certain: closed, no_layer, no_coverage, rows_lost, outside_coverage, no_utility (a pipe of no stated utility lies as near)."""

    utility: str
    answer: str
    certain: bool
    missing: tuple[str, ...]
    row: Ints
    distance_m: Floats
    xy: Floats


def nearest_mains(
    site: Any, pipes: gpd.GeoDataFrame, known: Mapping[str, Known], reach_m: float, most: int
) -> dict[str, Nearest]:
    """The ``most`` nearest pipes of each utility within ``reach_m`` of the site (point or polygon, work CRS).

    ``pipes``: columns of the layer, those that who asks may see; abandoned ones are no mains. The order of the rows does not
    matter: of two at one distance the lower ``pipe_id`` comes first.
    """
    near = _within(site, pipes, reach_m)
    return {name: _answer(name, near, one, most) for name, one in known.items()}


@dataclass(frozen=True, eq=False)
class _Near:
    """Rows in use or of no stated state within reach of the site, by distance, then number."""

    site: Any
    pipes: gpd.GeoDataFrame
    reach_m: float
    row: Ints
    distance_m: Floats
    utility: npt.NDArray[np.object_]


def _within(site: Any, pipes: gpd.GeoDataFrame, reach_m: float) -> _Near:
    row = np.sort(pipes.sindex.query(site, predicate="dwithin", distance=reach_m)).astype(np.int64)
    row = row[words(pipes, "state")[row] != ABANDONED]
    distance = np.round(shapely.distance(pipes.geometry.to_numpy()[row], site), 3)
    order = np.lexsort((words(pipes, "pipe_id")[row].astype(str), distance))
    row = row[order]
    return _Near(site, pipes, reach_m, row, distance[order], words(pipes, "utility")[row])


def _answer(utility: str, near: _Near, known: Known, most: int) -> Nearest:
    mine = near.utility == utility
    rows, metres = near.row[mine][:most], near.distance_m[mine][:most]
    as_far_as = float(metres[0]) if len(metres) else near.reach_m
    missing = [CLOSED] if known.closed else []
    missing += _silence(known, near.site, as_far_as)
    if (near.distance_m[unstated(near.utility)] <= as_far_as).any():
        missing.append(NO_UTILITY)
    said = FOUND if len(rows) else CLOSED if known.closed else UNKNOWN if missing else NONE
    spots = shapely.shortest_line(near.pipes.geometry.to_numpy()[rows], near.site)
    xy = shapely.get_coordinates(shapely.get_point(spots, 0)).reshape(-1, 2)
    return Nearest(utility, said, not missing, tuple(missing), rows, metres, xy)


def _silence(known: Known, site: Any, reach_m: float) -> list[str]:
    if not known.delivered:
        return [NO_LAYER]
    if known.lost:
        return [ROWS_LOST]
    if known.coverage is None:
        return [NO_COVERAGE]
    return [] if holds(known.coverage, site, reach_m) else [OUTSIDE]
