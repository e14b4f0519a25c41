"""Heights of a site: where to sample, the plane through the samples, its slope. A hole in the terrain is unknown, never 0."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]
SIDE, MOST = 5, 400  # samples across a point's surroundings; at most so many in an area
ENOUGH = 0.5  # of the samples must be known before a slope is told


@dataclass(frozen=True)
class Slope:
    """Of the plane nearest to the heights: ``percent`` rise, ``falls_deg`` the grid azimuth of the way down (nan where level).
    ``low_m``, ``high_m``: least and most of the known heights; ``known``: share of the samples that are known, 0 to 1.
    Numbers are nan where too little is known."""

    percent: float
    falls_deg: float
    low_m: float
    high_m: float
    known: float


def samples(site: Any, step_m: float) -> Floats:
    """(n, 2) places to ask for the height, work CRS: a grid of ``step_m`` or wider within a polygon, or about a point."""
    if site.geom_type == "Point":
        at = (np.arange(SIDE) - SIDE // 2) * step_m
        return np.column_stack([axis.ravel() for axis in np.meshgrid(site.x + at, site.y + at)])
    west, south, east, north = site.bounds
    step = max(step_m, float(np.sqrt((east - west) * (north - south) / MOST)))
    xs, ys = np.arange(west + step / 2, east, step), np.arange(south + step / 2, north, step)
    grid = np.column_stack([axis.ravel() for axis in np.meshgrid(xs, ys)])
    inside = grid[shapely.contains_xy(site, grid[:, 0], grid[:, 1])] if len(grid) else grid.reshape(0, 2)
    if len(inside) >= 3:
        return inside
    return np.vstack([inside, shapely.get_coordinates(shapely.boundary(site)), shapely.get_coordinates(site.centroid)])


def slope(xy: Floats, heights: Floats) -> Slope:
    """The slope of heights (metres, nan unknown) at places (n, 2)."""
    known = np.isfinite(heights)
    share = float(known.mean()) if len(heights) else 0.0
    if not known.any():
        return Slope(np.nan, np.nan, np.nan, np.nan, share)
    low, high = float(heights[known].min()), float(heights[known].max())
    middle = xy[known].mean(axis=0)
    plane = np.column_stack([xy[known] - middle, np.ones(known.sum())])
    if share < ENOUGH or np.linalg.matrix_rank(plane) < 3:
        return Slope(np.nan, np.nan, low, high, share)
    east, north, _ = np.linalg.lstsq(plane, heights[known], rcond=None)[0]
    rise = float(np.hypot(east, north))
    way = float(np.degrees(np.arctan2(-east, -north)) % 360) if rise > 1e-9 else np.nan
    return Slope(rise * 100, way, low, high, share)
