"""WGS 84 ↔ GCJ-02 ↔ BD-09: the datums of Chinese map services, exact both ways. WGS 84 is CGCS2000 to within centimetres.

The offset of GCJ-02 is not published by its authority; the formula here is the one that has circulated since 2012 (in
EvilTransform and its many descendants) and that map services answer to. BD-09 is a further shift, by Baidu, on top of it.
The inverses solve the forward formula by iteration; the common one-step inverses are off by a metre or two.
"""

from collections.abc import Callable
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from geo.crs import CGCS2000, Floats

Datum = Literal["WGS84", "GCJ-02", "BD-09"]
DATUMS: Final[tuple[Datum, ...]] = ("WGS84", "GCJ-02", "BD-09")
BOX: Final = (72.004, 0.8293, 137.8347, 55.8271)  # west, south, east, north: beyond it the services do not shift

_A, _EE = 6378245.0, 0.00669342162296594323  # Krassovsky 1940, as the formula has it
_TURNS = np.pi * 3000.0 / 180.0
_DONE_DEG, _ROUNDS = 1e-11, 30  # a thousandth of a millimetre; five or six rounds are what it takes


def convert(lonlat: npt.ArrayLike, source: Datum, target: Datum) -> Floats:
    """Longitudes and latitudes, degrees, shape (n, 2), from one datum into another; the same shape.

    What lies outside :data:`BOX` in the source stays as it is: there is no shift there. Round trip below 1 mm.
    """
    points = np.asarray(lonlat, dtype=np.float64).reshape(-1, 2)
    if source == target:
        return points.copy()
    west, south, east, north = BOX
    inside = (points[:, 0] >= west) & (points[:, 0] <= east) & (points[:, 1] >= south) & (points[:, 1] <= north)
    moved = points.copy()
    found = points[inside]
    here, there = DATUMS.index(source), DATUMS.index(target)
    steps = (_to_gcj, _to_bd)
    for step in steps[here:there]:
        found = step(found)
    for step in reversed(steps[there:here]):
        found = _solved(step, found)
    moved[inside] = found
    return moved


def shift_m(lonlat: npt.ArrayLike, source: Datum, target: Datum = "WGS84") -> Floats:
    """How far, metres on the ellipsoid, :func:`convert` moves each point; shape (n,)."""
    points = np.asarray(lonlat, dtype=np.float64).reshape(-1, 2)
    moved = convert(points, source, target)
    _, _, distance = CGCS2000.inv(points[:, 0], points[:, 1], moved[:, 0], moved[:, 1])
    return np.asarray(distance, dtype=np.float64)


def _to_gcj(points: Floats) -> Floats:
    x, y = points[:, 0] - 105.0, points[:, 1] - 35.0
    latitude = np.radians(points[:, 1])
    magic = 1 - _EE * np.sin(latitude) ** 2
    east_m, north_m = _waves(x, y)
    lon = east_m / (_A / np.sqrt(magic) * np.cos(latitude)) * 180.0 / np.pi
    lat = north_m / (_A * (1 - _EE) / magic**1.5) * 180.0 / np.pi
    return points + np.column_stack([lon, lat])


def _waves(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """The shift east and north, metres, at degrees east of 105° and north of 35°."""
    root = np.sqrt(np.abs(x))
    ripple = (20 * np.sin(6 * np.pi * x) + 20 * np.sin(2 * np.pi * x)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + ripple
    north += (20 * np.sin(np.pi * y) + 40 * np.sin(np.pi * y / 3)) * 2 / 3
    north += (160 * np.sin(np.pi * y / 12) + 320 * np.sin(np.pi * y / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + ripple
    east += (20 * np.sin(np.pi * x) + 40 * np.sin(np.pi * x / 3)) * 2 / 3
    east += (150 * np.sin(np.pi * x / 12) + 300 * np.sin(np.pi * x / 30)) * 2 / 3
    return east, north


def _to_bd(points: Floats) -> Floats:
    x, y = points[:, 0], points[:, 1]
    reach = np.hypot(x, y) + 0.00002 * np.sin(y * _TURNS)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _TURNS)
    return np.column_stack([reach * np.cos(angle) + 0.0065, reach * np.sin(angle) + 0.006])


def _solved(step: Callable[[Floats], Floats], wanted: Floats) -> Floats:
    """Where ``step`` leads to ``wanted``: the shift changes by parts in a thousand, so going back by what is left converges."""
    guess = wanted.copy()
    for _ in range(_ROUNDS):
        left = step(guess) - wanted
        guess -= left
        if not left.size or np.abs(left).max() < _DONE_DEG:
            break
    return guess
