"""Places: what a pasted location means, the ground along a line, what a hand measures. Nothing is stored."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.deps import HouseNow
from api.drawn import shape_inside
from api.places.pasted import NOTHING, understand_pasted
from api.places.profile import profile_of
from api.places.ruler import measured
from api.places.schemas import Pasted, Profile, ProfileAsked, Ruled, RulerAsked
from api.rights import needs
from api.schemas import problems
from api.texts import words_of_query
from api.wire import Json

router = APIRouter(prefix="/api/places", tags=["map"], dependencies=[needs("see")])


@router.get(
    "/pasted", response_model=Pasted, responses=problems(400, 409, 422),
    summary="读懂粘贴的位置 / understand a pasted location",
)  # fmt: skip
def read_pasted(
    house: HouseNow,
    text: Annotated[str, Query(max_length=2_000, description="地图分享链接或一个点的坐标 / a map's link, or one point")] = "",
) -> Json:
    """A share link of AMap, Baidu, Tencent, Apple or Google Maps, a ``geo:`` address, or coordinates: each in its own datum and
    axis order, converted to CGCS2000, and how far it was moved. A short link is refused with the cure: nothing is fetched."""
    words = words_of_query("text", text)
    return Json(understand_pasted(words, house.standing.settings()) if words else NOTHING)


@router.post(
    "/profile", response_model=Profile, responses=problems(400, 404, 409, 413, 422), summary="地形剖面 / terrain along a line",
)  # fmt: skip
def ground_profile(asked: ProfileAsked, house: HouseNow) -> Json:
    """Heights of the city's terrain along a line, at even steps no finer than the raster, with slope, sources and their age.

    Where no sheet knows the ground the height is null, never 0. 404: no terrain was delivered."""
    city = house.standing.settings()
    return Json(profile_of(house.engine, shape_inside(asked.line, city), city.work_crs))


@router.post(
    "/measure", response_model=Ruled, responses=problems(400, 409, 413, 422), summary="量距与面积 / measure a line or an area",
)  # fmt: skip
def measure(asked: RulerAsked, house: HouseNow) -> Json:
    """Length and legs of a line, outline and area of a polygon (its outer ring), rounded to 1 mm and 1 cm²; nothing is stored."""
    city = house.standing.settings()
    return Json(measured(shape_inside(asked.shape, city), city.work_crs))
