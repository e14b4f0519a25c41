"""Joint surveys: called, agreed, opened and closed; who takes part; the journal, and the live room over a socket."""

from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Path, Query, Request, WebSocket
from starlette.responses import FileResponse, Response

from api.deps import House, HouseNow
from api.errors import BadRequest
from api.rights import VisitorNow, needs
from api.schemas import problems
from api.security import SANDBOX
from api.survey.appointment import reminder
from api.survey.clock import clock_of
from api.survey.hand_in import folder_of, received
from api.survey.live import sit, take_seat
from api.survey.record import brief, closed
from api.survey.schemas import (
    BYTES,
    FILE,
    CallAsked,
    ChecklistOut,
    EventOut,
    EventsOut,
    FileId,
    FileSaid,
    InviteAsked,
    PauseAsked,
    StepAsked,
    SurveyId,
    SurveyOut,
    SurveysOut,
    TrackOut,
)
from api.wire import Json
from layers.survey import checklist, clock, files, journal, positions, store, times
from layers.survey.kinds import kinds
from layers.survey.records import kept

router = APIRouter(prefix="/api/surveys", tags=["surveys"])
NO_STORE = {"Cache-Control": "no-store"}
ParticipantId = Annotated[int, Path(ge=1, le=2**63 - 1, description="参加人编号 / number of a participant")]
DEEDS = problems(400, 403, 404, 409, 413, 422)
SEE = [needs("see")]


def _told(house: House, survey: dict[str, Any]) -> dict[str, Any]:
    found = times.offered(house.engine, survey["id"])
    told = {"reminder": reminder(survey, found), "clock": clock_of(house, survey)}
    return {**survey, **found, **told, "record": brief(kept(house.engine, survey["id"]))}


@router.get("", response_model=SurveysOut, responses=problems(400, 422), summary="我的踏勘 / my surveys", dependencies=SEE)
def list_surveys(
    house: HouseNow, now: VisitorNow, limit: Annotated[int, Query(ge=1, le=500)] = 100,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> Json:  # fmt: skip
    """The surveys that one takes part in, and the kinds of survey, with ``mine`` for those that one's office organises."""
    own = now.person.role
    known = [
        {"kind": name, "title": kind.title.model_dump(), "cite": kind.cite, "units": kind.units, "mine": own in kind.calls}
        for name, kind in kinds().items()
    ]
    return Json({"items": store.mine(house.engine, now.person, limit, offset), "kinds": known}, headers=NO_STORE)


@router.post("", response_model=SurveyOut, status_code=201, responses=DEEDS, summary="发起踏勘 / call one", dependencies=SEE)
def call(asked: CallAsked, house: HouseNow, now: VisitorNow) -> Json:
    """A planned survey, of which one is the organiser. 403 where one's office does not organise this kind."""
    wanted = store.Call(asked.kind, asked.mode, asked.title, asked.site.model_dump(), asked.proposal, asked.case_id)
    return Json(_told(house, store.call(house.engine, now.person, now.actor, wanted)), status_code=201, headers=NO_STORE)


@router.get("/{survey_id}", response_model=SurveyOut, responses=problems(404, 422), summary="一次踏勘 / one", dependencies=SEE)
def show(survey_id: SurveyId, house: HouseNow, now: VisitorNow) -> Json:
    """A survey with its participants; 404 for everybody else."""
    return Json(_told(house, store.one(house.engine, now.person, survey_id)), headers=NO_STORE)


@router.post("/{survey_id}/step", response_model=SurveyOut, responses=DEEDS, summary="下一步 / a step", dependencies=SEE)
def step(survey_id: SurveyId, asked: StepAsked, house: HouseNow, now: VisitorNow) -> Json:
    """Agree on the time, open, close or cancel: by the organiser. Closing makes the record. 409 where the step does not begin
    here."""
    out = store.step(house.engine, now.person, now.actor, survey_id, asked.step, asked.agreed_for, asked.without)
    if asked.step == "close":
        closed(house, survey_id)
    return Json(_told(house, out), headers=NO_STORE)


@router.post("/{survey_id}/pause", response_model=SurveyOut, responses=DEEDS, summary="暂停计时 / hold up", dependencies=SEE)
def pause(survey_id: SurveyId, asked: PauseAsked, house: HouseNow, now: VisitorNow) -> Json:
    """Stop the clock for a cause that the document names, by the organiser: the term is put off by as long as it lasts."""
    clock.pause(house.engine, now.person, now.actor, survey_id, asked.cause, asked.note)
    return Json(_told(house, store.one(house.engine, now.person, survey_id)), headers=NO_STORE)


@router.post("/{survey_id}/resume", response_model=SurveyOut, responses=problems(403, 404, 409, 422), summary="恢复计时 / resume",
             dependencies=SEE)  # fmt: skip
def resume(survey_id: SurveyId, house: HouseNow, now: VisitorNow) -> Json:
    """Let the clock go on, by the organiser."""
    clock.resume(house.engine, now.person, now.actor, survey_id)
    return Json(_told(house, store.one(house.engine, now.person, survey_id)), headers=NO_STORE)


@router.post("/{survey_id}/participants", response_model=SurveyOut, responses=DEEDS, summary="邀请 / invite", dependencies=SEE)
def invite(survey_id: SurveyId, asked: InviteAsked, house: HouseNow, now: VisitorNow) -> Json:
    """Take an account in, or invite a whole office or company: whoever of it comes is let in. By the organiser."""
    given = (house.engine, now.person, now.actor, survey_id)
    if asked.login is not None and asked.role is None and asked.company_id is None:
        return Json(_told(house, store.invite(*given, asked.login)), headers=NO_STORE)
    if asked.login is not None:
        raise BadRequest(why_zh="login、role、company_id 只填一项", why_en="give one of login, role and company_id")
    return Json(_told(house, store.invite_office(*given, asked.role, asked.company_id)), headers=NO_STORE)


@router.delete(
    "/{survey_id}/participants/{participant_id}", response_model=SurveyOut, responses=DEEDS, summary="移出 / remove",
    dependencies=SEE,
)  # fmt: skip
def remove(survey_id: SurveyId, participant_id: ParticipantId, house: HouseNow, now: VisitorNow) -> Json:
    """Shut a participant out, by the organiser: their sockets of an open room are cut at once, on every server process."""
    out = store.remove(house.engine, now.person, now.actor, survey_id, participant_id)
    return Json(_told(house, out), headers=NO_STORE)


@router.delete(
    "/{survey_id}/offices",
    response_model=SurveyOut,
    responses=DEEDS,
    summary="取消整体邀请 / uninvite an office",
    dependencies=SEE,
)
def uninvite(
    survey_id: SurveyId, house: HouseNow, now: VisitorNow, role: Annotated[str | None, Query(max_length=100)] = None,
    company_id: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
) -> Json:  # fmt: skip
    """Take back the invitation of a whole office or company, by the organiser; who has come already stays."""
    out = store.uninvite_office(house.engine, now.person, now.actor, survey_id, role, company_id)
    return Json(_told(house, out), headers=NO_STORE)


@router.get(
    "/{survey_id}/events", response_model=EventsOut, responses=problems(400, 404, 422), summary="记录 / journal", dependencies=SEE
)
def read_events(
    survey_id: SurveyId, house: HouseNow, now: VisitorNow, after: Annotated[int, Query(ge=0, le=2**63 - 1)] = 0
) -> Json:
    """The events after a number, 200 at most."""
    store.one(house.engine, now.person, survey_id)
    return Json({"items": [journal.shown(each) for each in journal.events(house.engine, survey_id, after)]}, headers=NO_STORE)


@router.get(
    "/{survey_id}/checklist", response_model=ChecklistOut, responses=problems(404, 422), summary="核对清单 / checklist",
    dependencies=SEE,
)  # fmt: skip
def show_checklist(survey_id: SurveyId, house: HouseNow, now: VisitorNow) -> Json:
    """What each unit wants looked at, with the newest tick of each point, and what it concludes."""
    store.one(house.engine, now.person, survey_id)
    return Json({"items": checklist.checklist(house.engine, survey_id)}, headers=NO_STORE)


@router.get(
    "/{survey_id}/track/{participant_id}", response_model=TrackOut, responses=problems(404, 422), summary="轨迹 / a trail",
    dependencies=SEE,
)  # fmt: skip
def show_track(survey_id: SurveyId, participant_id: ParticipantId, house: HouseNow, now: VisitorNow) -> Json:
    """Where a participant went: a line in degrees without the positions that are doubted, null where fewer than two are left."""
    store.one(house.engine, now.person, survey_id)
    return Json(positions.track(house.engine, survey_id, participant_id), headers=NO_STORE)


@router.post(
    "/{survey_id}/files", response_model=EventOut, responses=problems(400, 403, 404, 409, 413, 422), status_code=201,
    summary="交照片、视频、录音 / hand in a file", dependencies=SEE,
    openapi_extra={"requestBody": {"required": True, **BYTES}},
)  # fmt: skip
async def hand_in(survey_id: SurveyId, said: FileSaid, request: Request, house: HouseNow, now: VisitorNow) -> Json:
    """The bytes of a photo, a clip or a recording as the body, what the phone knows of it in the address. The answer is the event
    of the journal: only now is the file kept. The same ``client_id`` again is the same event."""
    participant = await to_thread.run_sync(store.joins, house.engine, now.person, survey_id)
    source = await received(request, house, said.kind)
    try:
        handed = said.handed()
        kept = await to_thread.run_sync(files.keep, house.engine, folder_of(house), survey_id, participant, handed, source)
    finally:
        source.unlink(missing_ok=True)
    return Json(journal.shown(kept), status_code=201, headers=NO_STORE)


@router.get(
    "/{survey_id}/files/{file_id}", response_class=Response, responses={**FILE, **problems(404, 422)}, dependencies=SEE,
    summary="查看文件 / a file",
)  # fmt: skip
def show_file(survey_id: SurveyId, file_id: FileId, house: HouseNow, now: VisitorNow, size: files.Size = "view") -> Response:
    """A photo small (``thumb``), for the screen (``view``) or as it came (``original``); clips and recordings as they came."""
    store.one(house.engine, now.person, survey_id)
    found = files.found(house.engine, folder_of(house), survey_id, file_id, size)
    headers = {"Cache-Control": "private, max-age=31536000, immutable", "Content-Security-Policy": SANDBOX}
    return FileResponse(found.path, media_type=found.media_type, headers=headers)


@router.websocket("/{survey_id}/live")
async def live(socket: WebSocket, survey_id: SurveyId, after: Annotated[int, Query(ge=0, le=2**63 - 1)] = 0) -> None:
    """The live room: what is said there stands in :mod:`api.survey.live`. The handshake is refused (403) for who may not."""
    house: House = socket.app.state.house
    await sit(socket, house, await take_seat(socket, house, survey_id), after)
