"""The site that was asked for, as a shape in the work CRS: from GeoJSON in any supported system, or from an address."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from api.errors import BadRequest, OutsideCity
from api.outlines import why_invalid
from api.siting.schemas import SiteArea, SiteAsked
from geo.city import City
from geo.crs import CGCS2000_DEGREES, to_degrees, to_work
from layers.readers.crs import named

MOST_WIDE_M = 5_000.0
MOST_VERTICES = 2_000
NEAR_M, REACH_M, MOST = 200.0, 1_000.0, 3


@dataclass(frozen=True)
class Site:
    """A point or polygon in the work CRS, and how far to look: for mains, for all else, and how many mains of each utility."""

    shape: Any
    reach_m: float
    near_m: float
    most: int


def site_of(asked: SiteAsked, city: City) -> Site:
    """Raises UnknownCrs, OutsideCity, BadRequest for a shape that is no site."""
    source = CGCS2000_DEGREES if asked.crs is None else named(asked.crs, city.work_crs)
    geometry = asked.geometry
    if isinstance(geometry, SiteArea):
        rings = [[(one[0], one[1]) for one in ring] for ring in geometry.coordinates]
        shape: Any = _area(rings)
    else:
        shape = shapely.Point(geometry.coordinates[0], geometry.coordinates[1])
    return Site(_inside(to_work(shape, source, city.work_crs), city), asked.reach_m, asked.near_m, asked.most)


def site_in_address(text: str, city: City) -> Site:
    """``lon_lat``, or ``lon_lat~lon_lat~…`` for a polygon. Raises as :func:`site_of`."""
    points = [[float(number) for number in pair.split("_")] for pair in text.split("~")]
    if len(points) == 1:
        geometry: dict[str, Any] = {"type": "Point", "coordinates": points[0]}
    else:
        geometry = {"type": "Polygon", "coordinates": [[*points, points[0]]]}
        if len(points) < 3:
            raise BadRequest(
                why_zh="场地至少要三个角点，或只给一个点", why_en="a site has three corners at least, or is one point"
            )
    return site_of(SiteAsked.model_validate({"geometry": geometry}), city)


def _area(rings: list[list[tuple[float, float]]]) -> Any:
    if sum(map(len, rings)) > MOST_VERTICES:
        raise BadRequest(
            why_zh=f"场地边界的顶点过多，上限 {MOST_VERTICES} 个", why_en=f"the site has more than {MOST_VERTICES} vertices"
        )
    shape = shapely.Polygon([*rings[0], rings[0][0]], [[*ring, ring[0]] for ring in rings[1:]])
    if not shape.is_valid or shape.area == 0:
        zh, en = why_invalid(shape)
        raise BadRequest(why_zh=f"场地边界不成立：{zh}。请按顺序画出边界", why_en=f"the site's outline is not valid: {en}")
    return shape


def _inside(shape: Any, city: City) -> Any:
    """The shape; raises where it leaves the city, is larger than a site can be, or no system can hold its numbers."""
    if not np.isfinite(shapely.get_coordinates(shape)).all():
        raise BadRequest(
            why_zh="这些数值不能是该坐标系的坐标：请检查坐标系和顺序（先东后北）",
            why_en="these numbers cannot be coordinates of that system: check the system and the order (east first)",
        )
    if not shapely.covers(city.bounds_polygon, shape):
        west, south, east, north = city.bounds
        lonlat = shapely.get_coordinates(to_degrees(shape, city.work_crs))
        beyond = np.maximum.reduce([west - lonlat[:, 0], lonlat[:, 0] - east, south - lonlat[:, 1], lonlat[:, 1] - north])
        lon, lat = (round(float(number), 6) for number in lonlat[int(np.nan_to_num(beyond, nan=np.inf).argmax())])
        raise OutsideCity(city=city.name, west=west, south=south, east=east, north=north, lon=lon, lat=lat)
    x0, y0, x1, y1 = shape.bounds
    if max(x1 - x0, y1 - y0) > MOST_WIDE_M:
        raise BadRequest(
            why_zh=f"场地过大，长宽不超过 {MOST_WIDE_M / 1000:g} km：请分块判定",
            why_en=f"the site is wider than {MOST_WIDE_M / 1000:g} km: ask part by part",
        )
    return shape
