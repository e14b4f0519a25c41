"""The sheet on which the demo city is drawn: place, seed, and the bend that takes the ruler out of the lines.

Planning happens in *plan* metres (origin in the middle of the city, x east, y north) with straight lines; ``bend``
then moves every vertex smoothly into the work CRS, so that streets curve while junctions stay junctions.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
import shapely.ops

Floats = npt.NDArray[np.float64]

SEED = 20261122
WORK_CRS = "EPSG:4547"
CENTRE_E, CENTRE_N = 528131.158, 3852115.407  # 114.3074 E, 34.7970 N
HALF_X, HALF_Y = 4500.0, 4000.0
OLD_RADIUS_M = 1250.0

# (amplitude, wavelength along x, wavelength along y, phase): incommensurable, so that no wave shows as a pattern.
_WAVES_X = ((48.0, 5200.0, 2900.0, 0.4), (26.0, -3100.0, 1900.0, 2.1), (11.0, 1500.0, 1130.0, 4.0))
_WAVES_Y = ((44.0, 3300.0, 5600.0, 1.3), (24.0, 2100.0, -3700.0, 5.2), (10.0, 1210.0, 1700.0, 0.9))
_LANES_X = ((7.0, 610.0, 331.0, 1.0), (4.0, -283.0, 197.0, 3.3), (2.0, 149.0, 113.0, 0.2))
_LANES_Y = ((7.0, 353.0, 577.0, 2.4), (4.0, 211.0, -307.0, 5.0), (2.0, 107.0, 157.0, 1.7))


def rng(*key: int) -> np.random.Generator:
    """A generator of its own for each part, so that a change in one part leaves the others as they were."""
    return np.random.default_rng([SEED, *key])


def _waves(x: Floats, y: Floats, waves: tuple[tuple[float, float, float, float], ...]) -> Floats:
    total = np.zeros_like(x)
    for amplitude, along_x, along_y, phase in waves:
        total += amplitude * np.sin(2 * np.pi * (x / along_x + y / along_y) + phase)
    return total


def bend(xy: Floats) -> Floats:
    """Plan metres (n, 2) to work CRS metres (n, 2), rounded to 1 mm; the rim of the sheet stays straight."""
    x, y = xy[:, 0], xy[:, 1]
    rim = np.clip(1 - (x / HALF_X) ** 10, 0, 1) * np.clip(1 - (y / HALF_Y) ** 10, 0, 1)
    old = np.exp(-((np.hypot(x, y) / OLD_RADIUS_M) ** 6))
    east = CENTRE_E + x + rim * (_waves(x, y, _WAVES_X) + old * _waves(x, y, _LANES_X))
    north = CENTRE_N + y + rim * (_waves(x, y, _WAVES_Y) + old * _waves(x, y, _LANES_Y))
    return np.asarray(np.round(np.column_stack([east, north]), 3), dtype=np.float64)


def bent(geometry: Any, step_m: float = 20.0) -> Any:
    """A plan geometry (or array) in the work CRS, with vertices every ``step_m`` so that it can curve."""
    return shapely.transform(shapely.segmentize(geometry, step_m), bend)


def smooth(points: Sequence[tuple[float, float]], rounds: int = 4) -> shapely.LineString:
    """A line through a chain of control points with its corners cut (Chaikin)."""
    xy = np.asarray(points, dtype=float)
    for _ in range(rounds):
        near, far = 0.75 * xy[:-1] + 0.25 * xy[1:], 0.25 * xy[:-1] + 0.75 * xy[1:]
        xy = np.vstack([xy[:1], np.column_stack([near, far]).reshape(-1, 2), xy[-1:]])
    return shapely.LineString(xy)


def parts(geometry: Any, kind: str) -> list[Any]:
    """The single parts of one type ("Polygon", "LineString", "Point") in any geometry."""
    found = (
        shapely.get_parts(shapely.get_parts(geometry))
        if geometry.geom_type == "GeometryCollection"
        else shapely.get_parts(geometry)
    )
    return [part for part in found if part.geom_type == kind and not part.is_empty]


def longest(geometry: Any) -> shapely.LineString:
    """The longest line of a geometry; an empty line when there is none."""
    lines = parts(geometry, "LineString")
    best: shapely.LineString = max(lines, key=lambda line: line.length, default=shapely.LineString())
    return best


def beside(line: shapely.LineString, offset_m: float) -> shapely.LineString:
    """The parallel of a line, ``offset_m`` to the left (negative: right), in the direction of the line."""
    if offset_m == 0:
        return line
    return longest(shapely.offset_curve(line, offset_m, join_style="mitre", mitre_limit=3.0))


def cut(line: shapely.LineString, from_m: float, to_m: float) -> shapely.LineString:
    """The stretch of a line between two measures, in the line's direction when from < to."""
    piece = shapely.ops.substring(line, from_m, to_m)
    return piece if isinstance(piece, shapely.LineString) else shapely.LineString([piece.coords[0], piece.coords[0]])
