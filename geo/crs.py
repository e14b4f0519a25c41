"""The one door between degrees and working metres. Axis order is always x (east, longitude), y (north, latitude)."""

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Geod, Transformer

Floats = npt.NDArray[np.float64]

# CGCS2000 and WGS 84 differ by centimetres: a declared null transform (see README, "Coordinates").
CGCS2000 = Geod(a=6378137.0, rf=298.257222101)
CGCS2000_DEGREES = "EPSG:4490"


@lru_cache(maxsize=64)
def transformer(source: str, target: str) -> Transformer:
    """A cached transformer; making one costs some 50 ms."""
    return Transformer.from_crs(source, target, always_xy=True)


@lru_cache(maxsize=64)
def _parsed(crs: str) -> CRS:
    return CRS.from_user_input(crs)


def to_work(geometry: Any, source: str, work_crs: str) -> Any:
    """Geometry, or array of geometries, from ``source`` into ``work_crs`` (any two CRS strings)."""
    if _parsed(source) == _parsed(work_crs):
        return geometry
    change = transformer(source, work_crs)

    def move(xy: Floats) -> Floats:
        x, y = change.transform(xy[:, 0], xy[:, 1])
        return np.column_stack([x, y])

    return shapely.transform(geometry, move)


def to_degrees(geometry: Any, work_crs: str) -> Any:
    """Geometry, or array of geometries, from the work CRS into longitude and latitude (CGCS2000, EPSG:4490)."""
    return to_work(geometry, work_crs, "EPSG:4490")


def geodesic_lengths(lengths_of: Floats, x0: Floats, y0: Floats, x1: Floats, y1: Floats, work_crs: str) -> Floats:
    """Length of each straight piece (work CRS metres) on the CGCS2000 ellipsoid, metres."""
    change = transformer(work_crs, "EPSG:4490")
    lon0, lat0 = change.transform(x0, y0)
    lon1, lat1 = change.transform(x1, y1)
    _, _, distance = CGCS2000.inv(lon0, lat0, lon1, lat1)
    return np.where(lengths_of > 0, distance, 0.0)
