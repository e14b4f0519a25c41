"""Joint digs: one dig, its invitations, its log, its drawing and its calendar file."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Query
from starlette import status
from starlette.responses import Response

from api.deps import House, HouseNow, LangNow
from api.digs import plan_view
from api.digs.calendar import MEDIA, calendar_file
from api.digs.draw_section import section_svg
from api.digs.schemas import AnswerRow, DigOut, InviteAsked, Invited, LogOut
from api.digs.seen import seen_dig, seen_log
from api.i18n import Lang
from api.rights import Visitor, VisitorNow, needs
from api.schemas import problems
from api.wire import Json, plain
from geo.errors import NotFound
from layers.digs.invitations import invite, revoke
from layers.digs.states import answers, log_of
from layers.digs.store import dig
from layers.digs.whose import Whose, whose

router = APIRouter(prefix="/api/digs", tags=["digs"], dependencies=[needs("see")])
DigId = Annotated[int, Path(ge=1, le=2**53, description="同步开挖编号 / number of a dig")]
NO_STORE = {"Cache-Control": "no-store"}


@router.get("/{dig_id}", response_model=DigOut, responses=problems(404, 422), summary="一次同步开挖 / one joint dig")
def show_dig(dig_id: DigId, now: VisitorNow, house: HouseNow) -> Json:
    """Members in the order of laying, stretches, savings, shares, the common trench, and the answers of the parties.

    A company sees the digs in which a work of its own lies, an office of a district those in its district; to others there is
    none of that number."""
    return Json(_dig(house, now, dig_id), headers=NO_STORE)


def _dig(house: House, now: Visitor, dig_id: int) -> dict[str, Any]:
    mine = _mine(house, now, dig_id)
    return seen_dig(plan_view.dig(dig(house.engine, dig_id), answers(house.engine, [dig_id])[dig_id]), mine)


def _mine(house: House, now: Visitor, dig_id: int) -> Whose | None:
    """Raises NotFound for a dig in which nothing is theirs."""
    mine = whose(house.engine, now.scope)
    if mine is not None and not mine.has(dig(house.engine, dig_id)["works"]):
        raise NotFound(what_zh="同步开挖", what_en="joint dig", id=dig_id)
    return mine


@router.post(
    "/{dig_id}/invitations", response_model=Invited, status_code=status.HTTP_201_CREATED, summary="邀请各方 / ask the parties",
    responses=problems(400, 403, 404, 409, 413, 422), dependencies=[needs("coordinate")],
)  # fmt: skip
def ask_parties(dig_id: DigId, asked: InviteAsked, now: VisitorNow, house: HouseNow) -> Json:
    """One invitation for each party, with a link that only its holder knows and that is shown this once.

    Who was asked already is left as is; ``renew`` makes a new link and ends the old one."""
    _mine(house, now, dig_id)
    made = invite(house.engine, dig_id, asked.parties, now.signs(asked.by), asked.renew, now.actor)
    token = {one.row["id"]: one.token for one in made}
    rows = []
    whole = _dig(house, now, dig_id)
    for one in whole["answers"]:
        if one["invitation"] in token:
            secret = token[one["invitation"]]
            rows.append({**one, "token": secret, "link": secret and f"/invite/{secret}"})
    out = {"dig": dig_id, "invitations": rows, "without_party": whole["without_party"]}
    return Json(out, status.HTTP_201_CREATED, NO_STORE)


@router.delete(
    "/{dig_id}/invitations/{invitation}", response_model=AnswerRow, responses=problems(403, 404, 409, 422),
    summary="撤回邀请 / take an invitation back", dependencies=[needs("coordinate")],
)  # fmt: skip
def take_back(dig_id: DigId, invitation: Annotated[int, Path(ge=1, le=2**53)], now: VisitorNow, house: HouseNow) -> Json:
    """The link ends at once; what was answered stays in the log."""
    _mine(house, now, dig_id)
    revoke(house.engine, dig_id, invitation, now.signs(), now.actor)
    return Json(next(one for one in _dig(house, now, dig_id)["answers"] if one["invitation"] == invitation), headers=NO_STORE)


@router.get("/{dig_id}/log", response_model=LogOut, responses=problems(404, 422), summary="日志 / the log")
def show_log(dig_id: DigId, now: VisitorNow, house: HouseNow) -> Json:
    """Everything that happened to a dig: asked, seen, answered, moved, asked anew; when, and by whom."""
    dig(house.engine, dig_id)
    told = seen_log(log_of(house.engine, dig_id), _mine(house, now, dig_id))
    return Json({"items": [plain(row) for row in told]}, headers=NO_STORE)


@router.get(
    "/{dig_id}/calendar.ics", response_class=Response, summary="日历文件 / calendar file",
    responses={200: {"content": {"text/calendar": {"schema": {"type": "string"}}}}, **problems(404, 409, 422)},
)  # fmt: skip
def show_calendar(dig_id: DigId, now: VisitorNow, house: HouseNow, lang: LangNow) -> Response:
    """The dig and its works as whole-day events; read again, it moves what a calendar has."""
    one = _dig(house, now, dig_id)
    body = calendar_file(one, log_of(house.engine, dig_id), house.standing.settings().name, lang)
    name = quote(f"{one['dig_id']}.ics")
    return Response(body, media_type=MEDIA, headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}", **NO_STORE})


@router.get(
    "/{dig_id}/section.svg", response_class=Response, summary="沟槽断面图 / drawing of the trench",
    responses={200: {"content": {"image/svg+xml": {"schema": {"type": "string"}}}}, **problems(404, 422)},
)  # fmt: skip
def show_section(
    dig_id: DigId,
    now: VisitorNow,
    house: HouseNow,
    spoken: LangNow,
    lang: Annotated[Lang | None, Query(description="zh | en")] = None,
) -> Response:
    """The common trench, cut across, with metres and what the standard says to it."""
    section = _dig(house, now, dig_id)["section"]
    if section is None:
        raise NotFound(what_zh="断面图", what_en="drawing", id=dig_id)
    drawing = section_svg(section, lang or spoken).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return Response(drawing, media_type="image/svg+xml", headers=NO_STORE)
