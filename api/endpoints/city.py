"""The city of this server."""

from fastapi import APIRouter

from api.deps import HouseNow
from api.schemas import CityOut, problems
from api.wire import Json

router = APIRouter(prefix="/api/city", tags=["city"])


@router.get("", response_model=CityOut, responses=problems(409), summary="本市 / the city")
def show_city(house: HouseNow) -> Json:
    """Name, work CRS, bounds, the pack that judges and which pictures there are; ``synthetic`` says that it is made up."""
    city = house.standing.settings()
    return Json({
        "name": city.name, "synthetic": city.synthetic, "work_crs": city.work_crs, "bounds": city.bounds,
        "default_pack": house.default_pack.id, "rasters": house.rasters(),
    })  # fmt: skip
