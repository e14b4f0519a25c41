"""The appointment of a survey: times offered, answered, as a calendar file, and the way to its site."""

from datetime import timedelta
from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import Response

from api.deps import HouseNow
from api.digs.calendar import MEDIA
from api.rights import VisitorNow, needs
from api.schemas import problems
from api.survey.appointment import calendar_file
from api.survey.schemas import RepliesAsked, SurveyId, TimesAsked, TimesOut, WayOut
from api.survey.way import way_to
from api.wire import Json
from geo.errors import Conflict
from layers.survey import store, times

router = APIRouter(prefix="/api/surveys/{survey_id}", tags=["surveys"], dependencies=[needs("see")])
NO_STORE = {"Cache-Control": "no-store"}
KEEP_FREE = timedelta(hours=2)
"""How long a calendar keeps free for a survey: ours, since nobody knows how long one lasts."""
DEEDS = problems(400, 403, 404, 409, 413, 422)
CALENDAR = {"content": {"text/calendar": {"schema": {"type": "string"}}}}


@router.post("/times", response_model=TimesOut, responses=DEEDS, summary="提供时间 / offer times")
def offer(survey_id: SurveyId, asked: TimesAsked, house: HouseNow, now: VisitorNow) -> Json:
    """Times for everybody to answer, by the organiser, beside those that were offered before."""
    times.offer(house.engine, now.person, now.actor, survey_id, asked.times)
    return Json(times.offered(house.engine, survey_id), headers=NO_STORE)


@router.post("/times/answers", response_model=TimesOut, responses=DEEDS, summary="答复时间 / answer")
def answer(survey_id: SurveyId, asked: RepliesAsked, house: HouseNow, now: VisitorNow) -> Json:
    """Which of the offered times suit one (guests: ``/api/guest/times/answers``)."""
    participant = store.joins(house.engine, now.person, survey_id)
    times.reply(house.engine, survey_id, participant, asked.answers)
    return Json(times.offered(house.engine, survey_id), headers=NO_STORE)


@router.get(
    "/calendar.ics",
    response_class=Response,
    responses={200: CALENDAR, **problems(404, 409, 422)},
    summary="日历文件 / calendar file",
)
def show_calendar(survey_id: SurveyId, house: HouseNow, now: VisitorNow) -> Response:
    """The agreed time for any calendar; 409 before one is agreed."""
    one = store.one(house.engine, now.person, survey_id)
    if one["agreed_for"] is None:
        raise Conflict(why_zh="尚未约定时间", why_en="no time is agreed yet")
    name = quote(f"survey-{survey_id}.ics")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}", **NO_STORE}
    return Response(calendar_file(one, KEEP_FREE), media_type=MEDIA, headers=headers)


@router.get("/way", response_model=WayOut, responses=problems(404, 422), summary="到场路线 / the way there")
def show_way(survey_id: SurveyId, house: HouseNow, now: VisitorNow) -> Json:
    """The site for the map apps, each in its own datum and axis order, and in words; 404 for who does not see the survey."""
    return Json(way_to(store.one(house.engine, now.person, survey_id)["site"]), headers=NO_STORE)
