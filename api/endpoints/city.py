"""The city of this server."""

from typing import Any

from fastapi import APIRouter

from api.deps import House, HouseNow
from api.rights import needs
from api.schemas import CityOut, problems
from api.wire import Json

router = APIRouter(prefix="/api/city", tags=["city"], dependencies=[needs("ground")])


@router.get("", response_model=CityOut, responses=problems(409), summary="本市 / the city")
def show_city(house: HouseNow) -> Json:
    """Name, work CRS, bounds, the pack that judges today (null: none is in force) and which pictures there are.

    ``synthetic`` says that the city is made up.
    """
    return Json(shown(house))


def shown(house: House) -> dict[str, Any]:
    """The city as every page of its map needs it."""
    city = house.standing.settings()
    pack = house.default_pack(city.name)
    return {
        "name": city.name, "synthetic": city.synthetic, "work_crs": city.work_crs, "bounds": city.bounds,
        "default_pack": pack.id if pack else None, "rasters": house.rasters(),
        "backgrounds": house.settings.tianditu.sheets() if house.settings.tianditu else [],
    }  # fmt: skip
