"""Invitations: what a party sees and says by its link, without an account."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request

from api.day import today
from api.deps import House, HouseNow
from api.digs import plan_view
from api.digs.invited import invited_map
from api.digs.schemas import InvitationOut, Said
from api.errors import BadRequest
from api.rights import GUEST, everybody, link_cookie, whoever
from api.schemas import problems
from api.wire import Json, plain
from geo.errors import NotSignedIn
from layers.digs.replies import REASONS, Answer, answer, answerable, by_token, late, seen
from layers.digs.states import answers, log_of
from layers.digs.store import dig

router = APIRouter(prefix="/api/invitations", tags=["digs"], dependencies=[everybody])
Token = Annotated[str, Path(max_length=200, description="邀请链接中的口令 / token of a link")]
NO_STORE = {"Cache-Control": "no-store"}


@router.get("/{token}", response_model=InvitationOut, responses=problems(404, 409, 422), summary="邀请内容 / what is asked")
def show_invitation(token: Token, house: HouseNow) -> Json:
    """The dig with its stretches and days, the same for every party, and where its answers stand; reasons are one's own."""
    return Json(_shown(house, token), headers={**NO_STORE, "Set-Cookie": link_cookie(token)})


@router.post("/{token}", response_model=InvitationOut, responses=problems(400, 403, 404, 409, 413, 422), summary="答复 / answer")
def say(token: Token, said: Said, request: Request, house: HouseNow) -> Json:
    """Seen, joins, declines (with a reason) or counters (with other dates). It may be changed until the deadline.

    409 where the dig has changed since it was looked at (``round``), the deadline is over, or the link has ended."""
    if said.answer == "seen":
        seen(house.engine, token)
    else:
        answer(house.engine, token, _answer(said.model_copy(update={"by": _signed(request, said.by)})))
    return Json(_shown(house, token), headers={**NO_STORE, "Set-Cookie": link_cookie(token)})


def _signed(request: Request, by: str | None) -> str | None:
    """Who answers: whoever is signed in with this browser, else the name that the holder of the link gives."""
    try:
        now = whoever(request)
    except NotSignedIn:
        return by
    if now.person is GUEST:
        return by
    now.signs(by)
    return now.person.name


def _answer(said: Said) -> Answer:
    """Only what belongs to the answer. Raises :class:`BadRequest` where something lacks."""
    if said.round is None:
        raise BadRequest(why_zh="缺少 round（所看到的轮次）", why_en="round is missing: of the invitation that was looked at")
    declines, counters = said.answer == "declines", said.answer == "counters"
    if declines and said.reason_code is None:
        raise BadRequest(why_zh="不参加须选择理由（reason_code）", why_en="reason_code is missing: why not")
    if counters and (said.start is None or said.end is None or said.end < said.start):
        raise BadRequest(
            why_zh="另提日期须有 start 和 end，且 end 不早于 start", why_en="other dates need start and end, end not before start"
        )
    return Answer(
        said.answer, said.round, said.reason_code if declines else None, (said.reason or None) if declines or counters else None,
        said.start if counters else None, said.end if counters else None, said.by,
    )  # fmt: skip


def _shown(house: House, token: str) -> dict[str, Any]:
    found = by_token(house.engine, token)
    row = dig(house.engine, found["dig"])
    given = answers(house.engine, [row["id"]])[row["id"]]
    mine = [one["work_id"] for one in row["members"] or [] if one["party"] == found["party"]]
    log = [one for one in log_of(house.engine, row["id"]) if one["invitation"] == found["id"]]
    out: dict[str, Any] = plain({
        **plan_view.invitation(found, late(found, today()), answerable(found, today())),
        "dig": plan_view.dig(row, given, found["party"]), "mine": mine, "map": invited_map(house.engine, row, mine),
        "reasons": [{"code": code, "zh": zh, "en": en} for code, (zh, en) in REASONS.items()],
        "log": [{name: one[name] for name in ("at", "what", "round", "detail")} for one in log],
    })  # fmt: skip
    return out
