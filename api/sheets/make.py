"""A version of a proposal → the content of one sheet for each owner."""

from collections.abc import Mapping
from typing import Any

import shapely

from api.clearing import clearances_seen
from api.deps import House
from api.drawn import read_drawn
from api.review import review
from api.schemas import Feature
from geo.city import City
from geo.crs import to_degrees
from geo.quantities import Quantities, by_owner, quantities
from layers.rights.scope import Scope
from layers.standards import read_standard

NOBODY = "权属单位不详"


def contents(house: House, scope: Scope, version: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Content of each owner's sheet, by owner; pipes as far as somebody of this scope may see them."""
    city, pack = house.standing.city(), house.pack(version["pack"])
    drawn = read_drawn(_feature(version, city), city, "zh")
    answer = review(drawn.routes, city, pack, version["on"], spans=drawn.spans)
    clear = clearances_seen(house.engine, city, scope, read_standard(), drawn.routes)
    found = quantities(answer, 0, clear)
    common = {
        "proposal": version["called"], "title": version["title"], "version": version["number"], "pack": version["pack"],
        "on": version["on"].isoformat(), "crs": city.work_crs, "city": city.name, "synthetic": city.synthetic,
        "length_m": round(float(answer.rows["length_m"].iloc[0]), 3), "footprint_m2": found.area_m2,
        "estimated": found.estimated, "withheld": bool(clear and clear.withheld), "pipes_known": bool(clear and clear.known[0]),
        "pipes_delivered": clear is not None, "line": _line(drawn.routes.geometry.iloc[0], city),
        "footprint": _work(found.footprint), "axis": _work(drawn.routes.geometry.iloc[0]),
        "data": {name: _day(city, name) for name in ("roads", "road_surfaces", "green", "trees", "pipes")},
        "unassigned": [one for one in found.rows if one["theme"] == "other"],
    }  # fmt: skip
    return {owner: common | {"owner": owner, "rows": rows} for owner, rows in _owned(found).items()}


def _owned(found: Quantities) -> dict[str, list[dict[str, Any]]]:
    """Rows by owner; those that name none together on one sheet."""
    return {owner or NOBODY: rows for owner, rows in by_owner(found.rows).items()}


def _feature(version: Mapping[str, Any], city: City) -> Feature:
    shape = shapely.geometry.mapping(to_degrees(version["shape"], city.work_crs))
    return Feature.model_validate({"type": "Feature", "geometry": _lists(shape), "properties": version["properties"]})


def _lists(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _lists(one) for name, one in value.items()}
    return [_lists(one) for one in value] if isinstance(value, (tuple, list)) else value


def _work(shape: Any) -> dict[str, Any]:
    """A shape in the work CRS to the millimetre, as GeoJSON writes shapes."""
    told: dict[str, Any] = _lists(shapely.geometry.mapping(shapely.transform(shape, lambda xy: xy.round(3))))
    return told


def _line(shape: Any, city: City) -> dict[str, Any]:
    told = shapely.transform(to_degrees(shape, city.work_crs), lambda xy: xy.round(7))
    line: dict[str, Any] = _lists(shapely.geometry.mapping(told))
    return line


def _day(city: City, name: str) -> str | None:
    as_of = city.layer(name).as_of
    return as_of.isoformat() if as_of else None
