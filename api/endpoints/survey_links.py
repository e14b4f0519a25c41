"""Links for guests of a survey, by its organiser."""

from typing import Annotated

from fastapi import APIRouter, Path, Response, status

from api.deps import HouseNow
from api.rights import VisitorNow, needs
from api.schemas import problems
from api.survey.schemas import LinkAsked, LinkOut, LinksOut, SurveyId
from api.wire import Json
from layers.survey import links

router = APIRouter(prefix="/api/surveys/{survey_id}/links", tags=["surveys"], dependencies=[needs("see")])
NO_STORE = {"Cache-Control": "no-store"}
LinkId = Annotated[int, Path(ge=1, le=2**63 - 1, description="链接编号 / number of a link")]


@router.post(
    "",
    response_model=LinkOut,
    status_code=201,
    responses=problems(400, 403, 404, 409, 413, 422),
    summary="发出链接 / make a link",
)
def make(survey_id: SurveyId, asked: LinkAsked, house: HouseNow, now: VisitorNow) -> Json:
    """A link for somebody without an account: its address and PIN are shown this once."""
    wanted = links.Wanted(asked.name, asked.task, asked.hours, asked.pin, asked.once)
    made = links.make(house.engine, now.person, now.actor, survey_id, wanted, house.settings.guest_link_hours)
    url = f"{house.settings.public_url}{made['url_path']}" if house.settings.public_url else None
    return Json({**made, "url": url}, status_code=201, headers=NO_STORE)


@router.get("", response_model=LinksOut, responses=problems(403, 404, 422), summary="链接及打开记录 / links and openings")
def show(survey_id: SurveyId, house: HouseNow, now: VisitorNow) -> Json:
    """Every link with each opening: when, from which network (/24, of IPv6 /48), which class of device, what came of it."""
    return Json({"items": links.listed(house.engine, now.person, survey_id)}, headers=NO_STORE)


@router.delete(
    "/{link_id}", status_code=status.HTTP_204_NO_CONTENT, responses=problems(403, 404, 422), summary="收回 / take back"
)
def revoke(survey_id: SurveyId, link_id: LinkId, house: HouseNow, now: VisitorNow) -> Response:
    """The link opens nothing any more, and whoever came by it is cut off on every server process."""
    links.revoke(house.engine, now.person, now.actor, survey_id, link_id)
    return Response(status_code=204)
