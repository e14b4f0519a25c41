"""The ground under a survey for who came by a link: never pipes, works, trees or heritage."""

from typing import Any

from fastapi import APIRouter, Request
from pydantic import ConfigDict
from starlette.responses import Response

from api.deps import HouseNow
from api.endpoints.city import shown
from api.endpoints.layers import listed
from api.endpoints.tiles import GROUND, MVT, PNG, TileAsked, answer, described
from api.rights import GUEST, Visitor, address_of, everybody
from api.schemas import CityOut, Model, problems
from api.survey.guests import PLACE, GuestNow
from api.wire import Json

router = APIRouter(prefix=PLACE, tags=["guests"], dependencies=[everybody])


class GroundOut(Model):
    """What a map of the ground is made from: the city, and the layers of the ground with where their tiles are."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [{"city": {"name": "示范市"}, "layers": []}]})
    city: CityOut
    layers: list[dict[str, Any]]


@router.get("/ground", response_model=GroundOut, responses=problems(404, 409), summary="底图 / the ground")
def show_ground(guest: GuestNow, house: HouseNow) -> Json:
    """The city and the layers of its ground; their tiles are the guests' own."""
    layers = [{**each, "tiles": f"{PLACE}{each['tiles']}"} for each in listed(house, GROUND) if each["tiles"]]
    return Json({"city": shown(house), "layers": layers})


@router.get(
    "/tiles/{layer}/{z}/{x}/{y}.mvt", response_class=Response, summary="矢量瓦片 / vector tile",
    responses={**described(MVT), **problems(403)},
)  # fmt: skip
def vector_tile(asked: TileAsked, request: Request, guest: GuestNow, house: HouseNow) -> Response:
    """As ``/tiles``, of the ground alone; 403 for another layer."""
    return answer(asked, request, house, Visitor(GUEST, None, address_of(request)), MVT)


@router.get(
    "/tiles/{layer}/{z}/{x}/{y}.png", response_class=Response, summary="影像瓦片 / picture tile",
    responses={**described(PNG), **problems(403)},
)  # fmt: skip
def picture_tile(asked: TileAsked, request: Request, guest: GuestNow, house: HouseNow) -> Response:
    """As ``/tiles``, of the ground alone; 403 for another layer."""
    return answer(asked, request, house, Visitor(GUEST, None, address_of(request)), PNG)
