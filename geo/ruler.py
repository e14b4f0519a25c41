"""Measuring by hand: the legs and the whole of a line, the area and the outline of a polygon, in the plane and on the ellipsoid.

The plane is the city's work CRS, in which verdicts are measured too, so that a line that was judged measures the same here.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from geo.crs import CGCS2000, CGCS2000_DEGREES, Floats, geodesic_lengths, to_work


@dataclass(frozen=True)
class Ruled:
    """Metres and square metres, not rounded. ``legs_m``: of each straight piece, planar; ``bearing_deg``: of the last one, from
    grid north clockwise, None where nothing was walked; areas: None for a line."""

    legs_m: Floats
    planar_m: float
    geodesic_m: float
    bearing_deg: float | None
    planar_m2: float | None = None
    geodesic_m2: float | None = None


def ruled(shape: Any, work_crs: str) -> Ruled:
    """Measure a LineString or Polygon in degrees (CGCS2000); of a polygon its outer ring, from its first corner round."""
    degrees = shape.exterior if shape.geom_type == "Polygon" else shape
    plane = to_work(degrees, CGCS2000_DEGREES, work_crs)
    x, y = shapely.get_coordinates(plane).T
    legs = np.hypot(np.diff(x), np.diff(y))
    on_ellipsoid = geodesic_lengths(legs, x[:-1], y[:-1], x[1:], y[1:], work_crs)
    walked = np.flatnonzero(legs > 0)
    last = int(walked[-1]) if len(walked) else None
    bearing = None if last is None else float(np.degrees(np.arctan2(x[last + 1] - x[last], y[last + 1] - y[last])) % 360)
    length = Ruled(legs, float(legs.sum()), float(on_ellipsoid.sum()), bearing)
    if shape.geom_type != "Polygon":
        return length
    lon, lat = shapely.get_coordinates(degrees).T
    around, _ = CGCS2000.polygon_area_perimeter(lon, lat)
    return Ruled(
        legs, length.planar_m, length.geodesic_m, bearing, float(shapely.area(shapely.Polygon(plane))), abs(float(around))
    )
