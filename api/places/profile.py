"""A line → its ground: heights at even steps, slopes, and where nobody knows."""

from typing import Any

import numpy as np
import shapely
import sqlalchemy as sa
from shapely.geometry.base import BaseGeometry

from api.places.links import DIGITS
from geo.crs import CGCS2000_DEGREES, to_degrees, to_work
from geo.errors import BadInput
from geo.terrain import gaps, slopes
from layers.rasters.terrain import ground_along

LEAST_M = 0.001
MOST_PARTS = 100  # every part brings its two ends


def profile_of(engine: sa.Engine, degrees: BaseGeometry, work_crs: str) -> dict[str, Any]:
    """What :class:`api.places.schemas.Profile` holds. Raises NotFound for a city without terrain,
    BadInput for a line of too many parts or of no length."""
    line = to_work(degrees, CGCS2000_DEGREES, work_crs)
    if len(shapely.get_parts(line)) > MOST_PARTS:
        raise BadInput(
            why_zh=f"这条线多于 {MOST_PARTS} 段，剖面看不清；请选其中一段",
            why_en=f"the line has more than {MOST_PARTS} parts, too many for one profile; choose one of them",
        )
    if line.length < LEAST_M:
        raise BadInput(
            why_zh="这条线短于 1 mm，没有剖面；请画一条线", why_en="the line is shorter than 1 mm and has no profile; draw a line"
        )
    ground = ground_along(engine, line, degrees.bounds)
    there, heights = ground.there, ground.heights_m
    slope = slopes(there, heights)
    rise = slope[:-1] / 100 * np.diff(there.at_m)
    lonlat = shapely.get_coordinates(to_degrees(shapely.MultiPoint(there.xy), work_crs)).round(DIGITS)
    known = heights[np.isfinite(heights)]
    rows = zip(there.at_m.round(3), lonlat, heights.round(2), slope.round(2), there.part.astype(int), strict=True)
    return {
        "length_m": round(line.length, 3),
        "step_m": round(there.step_m, 3),
        "lowest_m": round(float(known.min()), 2) if known.size else None,
        "highest_m": round(float(known.max()), 2) if known.size else None,
        "climb_m": round(float(rise[rise > 0].sum()), 2) if np.isfinite(rise).any() else None,
        "descent_m": round(float(-rise[rise < 0].sum()), 2) if np.isfinite(rise).any() else None,
        "gaps": [[round(begin, 3), round(end, 3)] for begin, end in gaps(there, heights)],
        "points": [
            {"at_m": at, "lon": lon, "lat": lat, "height_m": height, "slope_pct": steep, "part": part}
            for at, (lon, lat), height, steep, part in rows
        ],
        "sheets": [vars(sheet) for sheet in ground.sheets],
    }
