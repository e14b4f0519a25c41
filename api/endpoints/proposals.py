"""Proposals: drawn up, kept in versions, submitted, returned, taken back, compared."""

from datetime import date
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Response, status

from api.carry.proposal import map_of_proposal
from api.day import today
from api.deps import House, HouseNow, LangNow
from api.drawn import read_drawn
from api.i18n import Lang
from api.proposals.judging import Answered, judge
from api.proposals.schemas import (
    ComparedOut,
    NamedList,
    ProposalAsked,
    ProposalList,
    ProposalOut,
    ReturnAsked,
    State,
    StepAsked,
    VersionAsked,
    VersionList,
    WithdrawAsked,
)
from api.proposals.view import compared, head, shown, whole
from api.rights import Visitor, VisitorNow, needs
from api.schemas import Feature, problems
from api.security import SANDBOX
from api.texts import words_of_query
from api.wire import Json
from geo.errors import BadInput, Forbidden
from layers.people.offices import offices
from layers.proposals import store

router = APIRouter(prefix="/api/proposals", tags=["proposals"])
NO_STORE = {"Cache-Control": "no-store"}
ProposalId = Annotated[int, Path(ge=1, le=2**63 - 1, description="方案编号 / id of a proposal")]
Number = Annotated[int, Query(ge=1, le=2**31 - 1, description="版本号 / number of a version")]
SEES, SUBMITS, REVIEWS = [needs("see")], [needs("submit")], [needs("review")]
MAY_FAIL = problems(400, 401, 403, 404, 409, 413, 422)


@router.get(
    "", response_model=ProposalList, responses=problems(401, 403, 409, 422), summary="方案列表 / proposals", dependencies=SEES
)
def list_proposals(
    house: HouseNow,
    now: VisitorNow,
    state: Annotated[list[State] | None, Query(max_length=5, description="只要这些状态 / only these states")] = None,
    q: Annotated[
        str | None, Query(max_length=200, description="编号、名称或单位中的文字 / words in number, title or company")
    ] = None,
    mine: Annotated[bool, Query(description="只要本人（本单位）的 / only one's own")] = False,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> Json:
    """Those that one may see, the last changed first: one's own with drafts, and what was submitted within one's reach."""
    found = store.listed(house.engine, now.scope, state or (), words_of_query("q", q) or "", mine, limit, offset)
    return Json({**found, "items": [head(each) for each in found["items"]]}, headers=NO_STORE)


@router.post(
    "", response_model=ProposalOut, responses=MAY_FAIL, status_code=status.HTTP_201_CREATED, summary="保存草稿 / a new draft",
    dependencies=SUBMITS,
)  # fmt: skip
def new_proposal(asked: ProposalAsked, house: HouseNow, now: VisitorNow, lang: LangNow) -> Json:
    """A draft with its first version, judged as if it were filed today. Nobody but its author and company sees it."""
    company = _on_behalf(asked, now)
    read_drawn(asked.feature, house.standing.city(), lang)  # what is refused spends no number
    reserved = store.reserve(house.engine, today().year)
    answered = judge(house, asked.feature, reserved[1], lang)
    title = asked.title.strip() or str((asked.feature.properties or {}).get("project") or "").strip()[:200] or reserved[1]
    store.create(house.engine, now.scope, now.actor, reserved, title, answered.judged, asked.note.strip(), company)
    return _answer(house, now, reserved[0], answered, status.HTTP_201_CREATED)


def _for_others(now: Visitor) -> bool:
    """Does this role enter proposals for companies? The front window does, and whoever keeps the system."""
    role = offices().roles.get(now.person.role)
    return role is not None and not role.of_company and role.reach == "city"


def _on_behalf(asked: ProposalAsked, now: Visitor) -> int | None:
    if asked.company is not None and not _for_others(now):
        raise Forbidden(
            why_zh="只有窗口经办人可以代其他单位编制方案", why_en="only the front window draws up proposals for another company"
        )
    return asked.company


@router.get(
    "/companies", response_model=NamedList, responses=problems(401, 403), summary="可代办的单位 / companies one enters for",
    dependencies=SUBMITS,
)  # fmt: skip
def list_companies(house: HouseNow, now: VisitorNow) -> Json:
    """The companies for which the front window may draw up a proposal; empty for everybody else."""
    return Json({"items": store.companies(house.engine) if _for_others(now) else []}, headers=NO_STORE)


@router.get(
    "/{proposal_id}", response_model=ProposalOut, responses=problems(401, 403, 404, 409, 422), summary="一个方案 / one proposal",
    dependencies=SEES,
)  # fmt: skip
def show_proposal(
    proposal_id: ProposalId,
    house: HouseNow,
    now: VisitorNow,
    version: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="缺省为最新 / the newest if left out")] = None,
) -> Json:
    """The proposal with one version (feature, verdict, pieces), the list of its versions, and its log."""
    return Json(whole(house, now.scope, proposal_id, version), headers=NO_STORE)


@router.put(
    "/{proposal_id}/version", response_model=ProposalOut, responses=MAY_FAIL, summary="保存为新版本 / a new version",
    dependencies=SUBMITS,
)  # fmt: skip
def save_version(proposal_id: ProposalId, asked: VersionAsked, house: HouseNow, now: VisitorNow, lang: LangNow) -> Json:
    """The next version of a draft; earlier ones stay as they are."""
    one = store.one(house.engine, now.scope, proposal_id)
    answered = judge(house, asked.feature, one["number"], lang, one["route"])
    store.save_version(
        house.engine, now.scope, now.actor, proposal_id, asked.revision, answered.judged, asked.note.strip(), asked.title.strip()
    )
    return _answer(house, now, proposal_id, answered)


@router.post(
    "/{proposal_id}/submit", response_model=ProposalOut, responses=MAY_FAIL, summary="提交审查 / submit", dependencies=SUBMITS
)
def submit(proposal_id: ProposalId, asked: StepAsked, house: HouseNow, now: VisitorNow, lang: LangNow) -> Json:
    """The present version is judged as of today and becomes the one stored route of the proposal; its offices see it now."""
    one = store.one(house.engine, now.scope, proposal_id)
    answered = _again(house, now, one, lang)
    term = None if answered.due is None else date.fromisoformat(answered.due)
    store.submit(house.engine, now.scope, now.actor, proposal_id, asked.revision, answered.judged, term)
    return _answer(house, now, proposal_id, answered)


def _again(house: House, now: Visitor, one: dict[str, object], lang: Lang) -> Answered:
    """The present version, judged on today's ground."""
    held = store.version(house.engine, now.scope, int(str(one["id"])))
    feature = Feature.model_validate(shown(held, str(one["number"]), house)["feature"])
    return judge(house, feature, str(one["number"]), lang, None if one["route"] is None else int(str(one["route"])))


@router.post(
    "/{proposal_id}/withdraw", response_model=ProposalOut, responses=MAY_FAIL, summary="撤回 / withdraw", dependencies=SUBMITS
)
def withdraw(proposal_id: ProposalId, asked: WithdrawAsked, house: HouseNow, now: VisitorNow) -> Json:
    """Taken back by its author or company: its line is no longer among the current ones."""
    store.withdraw(house.engine, now.scope, now.actor, proposal_id, asked.revision, asked.reason.strip())
    return _answer(house, now, proposal_id)


@router.post(
    "/{proposal_id}/return", response_model=ProposalOut, responses=MAY_FAIL, summary="退回修改 / return", dependencies=REVIEWS
)
def hand_back(proposal_id: ProposalId, asked: ReturnAsked, house: HouseNow, now: VisitorNow) -> Json:
    """Back to its author as a draft, with the reason; the version that was submitted stays as it is."""
    if not asked.reason.strip():
        raise BadInput(why_zh="请写明退回的理由", why_en="say why it is returned")
    store.hand_back(house.engine, now.scope, now.actor, proposal_id, asked.revision, asked.reason.strip())
    return _answer(house, now, proposal_id)


@router.post(
    "/{proposal_id}/reopen", response_model=ProposalOut, responses=MAY_FAIL, summary="重新编辑 / reopen", dependencies=SUBMITS
)
def reopen(proposal_id: ProposalId, asked: StepAsked, house: HouseNow, now: VisitorNow) -> Json:
    """A withdrawn proposal is a draft again."""
    store.reopen(house.engine, now.scope, now.actor, proposal_id, asked.revision)
    return _answer(house, now, proposal_id)


@router.get(
    "/{proposal_id}/versions", response_model=VersionList, responses=problems(401, 403, 404, 422), summary="版本 / versions",
    dependencies=SEES,
)  # fmt: skip
def list_versions(proposal_id: ProposalId, house: HouseNow, now: VisitorNow) -> Json:
    """The versions that one may see: those that were submitted, and of one's own all."""
    return Json({"items": store.versions(house.engine, now.scope, proposal_id)}, headers=NO_STORE)


@router.get(
    "/{proposal_id}/compare", response_model=ComparedOut, responses=problems(401, 403, 404, 409, 422),
    summary="比较两个版本 / compare two versions", dependencies=SEES,
)  # fmt: skip
def compare(proposal_id: ProposalId, a: Number, b: Number, house: HouseNow, now: VisitorNow) -> Json:
    """The old line and the new one, the stretches that were removed and added, and what the law says of each."""
    return Json(compared(house, now.scope, proposal_id, a, b), headers=NO_STORE)


@router.get(
    "/{proposal_id}/survey-map", response_class=Response, summary="带走的踏勘地图 / its map to carry away", dependencies=SEES,
    responses={
        200: {"content": {"text/html": {"schema": {"type": "string"}}}, "description": "one file, opens without a network"},
        **problems(400, 401, 403, 404, 409, 422),
    },
)  # fmt: skip
def carry_away(
    proposal_id: ProposalId, house: HouseNow, now: VisitorNow, lang: LangNow,
    pipes: Annotated[bool, Query(description="收入本人可见的管线，记入操作记录 / with the pipes that one sees")] = False,
    tongue: Annotated[Lang | None, Query(alias="lang", description="缺省按浏览器 / else the browser's")] = None,
) -> Response:  # fmt: skip
    """One page with everything inside: satellite tiles along the line, the ground, the verdict with its proof."""
    number, text = map_of_proposal(house, now, proposal_id, pipes, tongue or lang)
    name = f"attachment; filename*=UTF-8''{quote(f'踏勘地图-{number}.html')}"
    headers = {"Content-Disposition": name, "Content-Security-Policy": SANDBOX, **NO_STORE}
    return Response(text, media_type="text/html", headers=headers)


def _answer(house: House, now: Visitor, proposal: int, answered: Answered | None = None, code: int = status.HTTP_200_OK) -> Json:
    """The proposal as it is now; after a judgement with what of the line was not used, and what was decided while reading."""
    said = whole(house, now.scope, proposal)
    if answered is not None:
        said |= {"ignored": answered.ignored, "notes": answered.notes}
    headers = NO_STORE if code == status.HTTP_200_OK else {**NO_STORE, "Location": f"/api/proposals/{proposal}"}
    return Json(said, code, headers)
