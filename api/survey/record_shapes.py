"""What was put on the map of a room, as shapes: places and drawings of the journal, measured anew in the plane of the city.

Details come from the senders' pages: what is no place on earth is none here.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import shapely

from geo.city import City
from geo.crs import CGCS2000_DEGREES, to_work

Detail = Mapping[str, Any]


def _place(value: object) -> bool:
    if not isinstance(value, list) or len(value) != 2:
        return False
    numbers = all(isinstance(one, (int, float)) and not isinstance(one, bool) for one in value)
    return numbers and abs(value[0]) <= 180 and abs(value[1]) <= 90


def shape_of(detail: Detail) -> dict[str, Any] | None:
    """Point, LineString or Polygon (GeoJSON, degrees) of an entry; None without one."""
    at = detail.get("at")
    if _place(at):
        return {"type": "Point", "coordinates": at}
    for name, least in (("line", 2), ("area", 3)):
        points = detail.get(name)
        if isinstance(points, list) and len(points) >= least and all(_place(one) for one in points):
            if name == "line":
                return {"type": "LineString", "coordinates": points}
            return {"type": "Polygon", "coordinates": [[*points, points[0]]]}
    return None


def in_plane(geometry: Mapping[str, Any], city: City) -> Any:
    """The shape in the work CRS; None where it leaves the city, in which alone the plane is exact."""
    shape = shapely.geometry.shape(geometry)
    if not shapely.box(*city.bounds).covers(shape):
        return None
    return to_work(shape, CGCS2000_DEGREES, city.work_crs)


def measured(entries: Iterable[Mapping[str, Any]], city: City) -> list[dict[str, Any]]:
    """``length_m`` or ``area_m2`` (work CRS, to 1 mm and to 0.1 m²) of every drawing, by its ``seq``; null outside the city and
    where edges cross."""
    out: list[dict[str, Any]] = []
    for entry in entries:
        geometry = shape_of(entry["detail"]) if entry["kind"] == "drawing" else None
        if geometry is None or geometry["type"] == "Point":
            continue
        shape = in_plane(geometry, city)
        if geometry["type"] == "LineString":
            out.append({"seq": entry["seq"], "length_m": None if shape is None else round(shape.length, 3)})
        else:
            simple = shape is not None and shape.is_valid
            out.append({"seq": entry["seq"], "area_m2": round(shape.area, 1) if simple else None})
    return out
