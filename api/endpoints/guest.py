"""What who came by a link may ask of their one survey; a dead link and a foreign one are the same answer."""

from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Query, Request, WebSocket
from starlette.responses import FileResponse, Response

from api.deps import House, HouseNow
from api.rights import address_of, everybody
from api.schemas import problems
from api.security import SANDBOX
from api.survey.guests import GUEST_COOKIE, PLACE, GuestNow, guest_cookie
from api.survey.hand_in import folder_of, received
from api.survey.live import guest_seat, sit
from api.survey.schemas import (
    BYTES,
    FILE,
    ChecklistOut,
    EnterAsked,
    EventOut,
    EventsOut,
    FileId,
    FileSaid,
    GuestOut,
    RepliesAsked,
    WayOut,
)
from api.survey.way import way_to
from api.wire import Json
from geo.errors import DeadLink, Forbidden
from layers.survey import checklist, files, guests, journal, times
from layers.survey.tasks import NOT_YOURS, sends

router = APIRouter(prefix=PLACE, tags=["guests"], dependencies=[everybody])


@router.post(
    "/enter", response_model=GuestOut, responses=problems(400, 403, 404, 413, 422, 429), summary="打开链接 / open a link"
)
def enter(asked: EnterAsked, request: Request, house: HouseNow) -> Json:
    """The room as far as the link reaches, and a cookie of this device, so that the secret leaves the address.

    404, always the same, where the link is unknown, ended, taken back or used up; 403 with code ``pin_needed`` where it takes a
    PIN; 429 after too many tries."""
    cookie, agent = request.cookies.get(GUEST_COOKIE, ""), request.headers.get("user-agent", "")
    knock = guests.Knock(asked.secret, asked.pin, asked.name, cookie, address_of(request), agent)
    guest, fresh = guests.enter(house.engine, knock)
    secure = request.url.scheme == "https"
    given = {"Set-Cookie": guest_cookie(fresh, guest.left_s, secure)} if fresh else {}
    return Json(guests.room_of(house.engine, guest), headers=given)


@router.get("", response_model=GuestOut, responses=problems(404), summary="我所在的踏勘 / my survey")
def show(guest: GuestNow, house: HouseNow) -> Json:
    """The room as far as the link reaches."""
    return Json(guests.room_of(house.engine, guest))


@router.get("/way", response_model=WayOut, responses=problems(404), summary="到场路线 / the way there")
def show_way(guest: GuestNow, house: HouseNow) -> Json:
    """The site for the map apps of the guest's phone, whatever their link is for."""
    return Json(way_to(guests.room_of(house.engine, guest)["survey"]["site"]))


@router.get("/events", response_model=EventsOut, responses=problems(400, 404, 422), summary="记录 / journal")
def read_events(guest: GuestNow, house: HouseNow, after: Annotated[int, Query(ge=0, le=2**63 - 1)] = 0) -> Json:
    """The events after a number, 200 at most; none for who only reports a position."""
    hears = guest.task != "position"
    found = journal.events(house.engine, guest.survey, after) if hears else []
    return Json({"items": [journal.shown(each) for each in found]})


@router.get("/checklist", response_model=ChecklistOut, responses=problems(404), summary="核对清单 / checklist")
def show_checklist(guest: GuestNow, house: HouseNow) -> Json:
    """The points of each unit, for who takes part: they tick them at the site. None for another task."""
    return Json({"items": checklist.checklist(house.engine, guest.survey) if sends(guest.task, "tick") else []})


@router.post(
    "/times/answers", response_model=GuestOut, responses=problems(400, 403, 404, 409, 413, 422), summary="答复时间 / answer"
)  # fmt: skip
def answer(asked: RepliesAsked, guest: GuestNow, house: HouseNow) -> Json:
    """Which of the offered times suit the guest, whatever their link is for."""
    times.reply(house.engine, guest.survey, guest.participant, asked.answers)
    return Json(guests.room_of(house.engine, guest))


@router.post(
    "/files", response_model=EventOut, responses=problems(400, 403, 404, 409, 413, 422), status_code=201,
    summary="交照片、视频、录音 / hand in a file", openapi_extra={"requestBody": {"required": True, **BYTES}},
)  # fmt: skip
async def hand_in(guest: GuestNow, said: FileSaid, request: Request, house: HouseNow) -> Json:
    """As ``/api/surveys/{survey_id}/files``, for who takes part by a link; 403 for another task."""
    if not sends(guest.task, said.kind):
        raise Forbidden(**NOT_YOURS)
    source = await received(request, house, said.kind)
    try:
        place, handed = folder_of(house), said.handed()
        kept = await to_thread.run_sync(files.keep, house.engine, place, guest.survey, guest.participant, handed, source)
    finally:
        source.unlink(missing_ok=True)
    return Json(journal.shown(kept), status_code=201)


@router.get(
    "/files/{file_id}", response_class=Response, responses={**FILE, **problems(404, 422)}, summary="查看文件 / a file"
)  # fmt: skip
def show_file(file_id: FileId, guest: GuestNow, house: HouseNow, size: files.Size = "view") -> Response:
    """A file of the room, for who hears of it."""
    if guest.task == "position":
        raise DeadLink
    found = files.found(house.engine, folder_of(house), guest.survey, file_id, size)
    return FileResponse(found.path, media_type=found.media_type, headers={"Content-Security-Policy": SANDBOX})


@router.websocket("/live")
async def live(socket: WebSocket, after: Annotated[int, Query(ge=0, le=2**63 - 1)] = 0) -> None:
    """The live room for a guest: what is said there stands in :mod:`api.survey.live`."""
    house: House = socket.app.state.house
    await sit(socket, house, await guest_seat(socket, house), after)
