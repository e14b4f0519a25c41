"""Off the road, on it, or not known: where a stretch runs along no road, what does the road layer say of the place?

Three answers. A road is there: no. Roads are known there, and none reaches the place: yes. No road layer, one that does not
cover the place or lost rows, or a road whose width is only guessed to end before it: not known.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geo.colocation.placing import Network
from geo.columns import frame_of
from geo.ground import Ground
from geo.road_space import half_widths

Bools = npt.NDArray[np.bool_]


def off_road(shapes: npt.NDArray[Any], on_road: Bools, ground: Ground, network: Network) -> npt.NDArray[np.object_]:
    """For each stretch or place (work CRS): True, False, or None where it is not known.

    ``on_road``: it runs along a road of the network, or lies on one. A stretch is off the road only as a whole.
    """
    roads = ground.city.layer("roads")
    frame = frame_of(roads)
    half = half_widths(frame, ground.data.measures)[network.row] if len(network.row) else np.zeros((0, 3))
    lines = frame.geometry.to_numpy()[network.row]
    asked = np.flatnonzero(~on_road)
    at, road = shapely.STRtree(lines).query(shapes[asked], "dwithin", distance=float(half.max(initial=0.0)))
    apart = shapely.distance(shapes[asked][at], lines[road])
    out: npt.NDArray[np.object_] = np.full(len(shapes), None, dtype=object)
    if roads.proves:
        shapely.prepare(roads.coverage)
        out[asked[shapely.covers(roads.coverage, shapes[asked])]] = True
    out[asked[at[apart <= half[road, 2]]]] = None
    out[asked[at[apart <= half[road, 0]]]] = False
    out[on_road] = False
    return out
