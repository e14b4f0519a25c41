"""Points along a line and the slope between their heights: the numbers of a terrain profile."""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import Floats

MOST_STEPS = 400  # more than a screen shows, less than a raster makes slow


@dataclass(frozen=True)
class Stations:
    """Points along a line. ``at_m``: from its start, shape (n,), parts measured in order with no gap between them;
    ``xy``: work CRS, shape (n, 2); ``part``: which part of the line, shape (n,); ``step_m``: the greatest distance
    between two of a part."""

    at_m: Floats
    xy: Floats
    part: Floats
    step_m: float


def stations(line: BaseGeometry, finest_m: float, most: int = MOST_STEPS) -> Stations:
    """Points along ``line`` (LineString or MultiLineString, work CRS), both ends of every part among them.

    They stand ``finest_m`` (the cell of the raster) apart, or further where there would be more than ``most`` steps; within a
    part evenly, and never nearer than ``finest_m`` but where the part itself is shorter. The line must have a length.
    """
    parts = [part for part in shapely.get_parts(line) if part.length > 0]
    wanted = max(finest_m, line.length / most)
    at, xy, number, widest, start = [], [], [], 0.0, 0.0
    for i, part in enumerate(parts):
        count = max(1, int(part.length / wanted + 1e-9))
        along = np.linspace(0.0, part.length, count + 1)
        at.append(start + along)
        xy.append(shapely.get_coordinates(shapely.line_interpolate_point(part, along)))
        number.append(np.full(count + 1, float(i)))
        widest, start = max(widest, part.length / count), start + part.length
    return Stations(np.concatenate(at), np.concatenate(xy), np.concatenate(number), widest)


def slopes(there: Stations, heights_m: Floats) -> Floats:
    """Rise from each station to the next in per cent, upwards positive, shape (n,).

    NaN at the last of a part and wherever either height is not known: nobody slopes towards a hole.
    """
    run = np.diff(there.at_m)
    same = (np.diff(there.part) == 0) & (run > 0)
    rise = np.where(same, np.diff(heights_m) / np.where(run > 0, run, 1.0) * 100, np.nan)
    return np.append(rise, np.nan)


def gaps(there: Stations, heights_m: Floats) -> list[tuple[float, float]]:
    """Stretches from–to (m from the start) in which a height is not known: between the known stations beside them.

    A hole of one station reaches to both its neighbours: nothing is said of the ground between.
    """
    found: list[tuple[float, float]] = []
    known = np.isfinite(heights_m)
    for i in np.flatnonzero(np.diff(there.part) == 0):
        if known[i] and known[i + 1]:
            continue
        begin, end = float(there.at_m[i]), float(there.at_m[i + 1])
        if found and found[-1][1] == begin:
            found[-1] = (found[-1][0], end)
        else:
            found.append((begin, end))
    return found
