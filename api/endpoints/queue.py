"""The review: the queue, one item, what an office answers and decides; many at once."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query

from api.day import today
from api.deps import House, HouseNow, LangNow
from api.errors import words_of
from api.reviewing import questions
from api.reviewing.intersections import slicing_rules
from api.reviewing.rejudge import rejudge
from api.reviewing.schemas import AnswerAsked, BulkAsked, BulkOut, DecisionAsked, ItemOut, QueueOut, ReasonAsked, RejudgedOut
from api.reviewing.view import pack_of, shown
from api.rights import Visitor, VisitorNow, needs
from api.schemas import problems
from api.stated import stated_paper
from api.texts import words_of_path, words_of_query
from api.wire import Json
from geo.errors import WaixianError
from layers.reviewing import deeds
from layers.reviewing.deeds import Hand
from layers.reviewing.item import route_of
from layers.reviewing.queue import Sort, Wish, queue

router = APIRouter(prefix="/api", tags=["reviewing"])
SEES, REVIEWS = [needs("see")], [needs("review")]
NO_STORE = {"Cache-Control": "no-store"}
BIGGEST = 2**63 - 1
RouteId = Annotated[int, Path(ge=1, le=BIGGEST, description="入库外线的编号 / number of a stored route")]
Some = Annotated[str, Query(max_length=400, description="逗号分隔 / separated by commas")]
DEEDS = problems(400, 403, 404, 409, 413, 422)


def _some(name: str, text: str) -> list[str]:
    return [one for one in words_of_path(name, text).split(",") if one]


@router.get(
    "/queue", response_model=QueueOut, responses=problems(400, 409, 422), summary="审查队列 / the queue", dependencies=SEES
)
def show_queue(
    house: HouseNow, now: VisitorNow, district: Some = "", authority: Some = "", outcome: Some = "", state: Some = "",
    deadline: Some = "", at_limit: bool = False, undetermined: bool = False, sliced: bool = False,
    q: Annotated[str | None, Query(max_length=200, description="编号、名称、单位中的文字 / words")] = None,
    soon_days: Annotated[int, Query(ge=0, le=365, description="几天内算临期 / so near is soon")] = 3,
    sort: Sort = "due", limit: Annotated[int, Query(ge=1, le=500)] = 60,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> Json:  # fmt: skip
    """Proposals that were submitted and stored lines that nobody has taken, as far as the reader's office sees: the city, or a
    district. ``state`` left out: what is still to be decided. ``authority``: roles whose decision is owed. A page in a fixed
    order, with counts for each filter."""
    wish = Wish(
        today(), _some("district", district), _some("authority", authority), _some("outcome", outcome), _some("state", state),
        _some("deadline", deadline), at_limit, undetermined, sliced, words_of_query("q", q) or "", soon_days,
        slicing_rules(house.packs.values()), None, sort, limit, offset,
    )  # fmt: skip
    return Json(queue(house.engine, now.scope, wish), headers=NO_STORE)


@router.get(
    "/queue/{route_id}",
    response_model=ItemOut,
    responses=problems(404, 409, 422),
    summary="审查一项 / one item",
    dependencies=SEES,
)
def show_item(route_id: RouteId, now: VisitorNow, house: HouseNow) -> Json:
    """The line with its present verdict, what it meets row by row with clause and place, what was answered, asked and decided."""
    return Json(shown(house, now, route_id), headers=NO_STORE)


@router.post("/queue/bulk", response_model=BulkOut, responses=DEEDS, summary="批量办理 / many at once", dependencies=REVIEWS)
def do_many(asked: BulkAsked, now: VisitorNow, house: HouseNow, lang: LangNow) -> Json:
    """Take or decide several items; each is done, or says why not, on its own."""
    return Json({"results": [_one(house, now, route, asked, lang) for route in dict.fromkeys(asked.routes)]}, headers=NO_STORE)


def _one(house: House, now: Visitor, route: int, asked: BulkAsked, lang: Literal["zh", "en"]) -> dict[str, Any]:
    try:
        if asked.act == "take":
            deeds.take(house.engine, _hand(now), route)
            return {"route": route, "done": True, "items": [], "why": None}
        said = deeds.Said(asked.decision, asked.words, asked.signed_name)
        items = deeds.decide(house.engine, _hand(now), route, None, said)
        return {"route": route, "done": True, "items": items, "why": None}
    except WaixianError as error:
        return {"route": route, "done": False, "items": [], "why": words_of(error, lang)["detail"]}


@router.post("/queue/{route_id}/take", response_model=ItemOut, responses=DEEDS, summary="开始审查 / begin", dependencies=REVIEWS)
def take(route_id: RouteId, now: VisitorNow, house: HouseNow) -> Json:
    """The review begins. A line that came by file becomes a proposal now."""
    deeds.take(house.engine, _hand(now), route_id)
    return Json(shown(house, now, route_id), headers=NO_STORE)


@router.post(
    "/queue/{route_id}/return", response_model=ItemOut, responses=DEEDS, summary="退回修改 / give back", dependencies=REVIEWS
)
def give_back(route_id: RouteId, asked: ReasonAsked, now: VisitorNow, house: HouseNow) -> Json:
    """Back to its author, who makes a new version. The answer is the item as it was."""
    before = shown(house, now, route_id)
    deeds.give_back(house.engine, _hand(now), route_id, asked.reason)
    return Json({**before, "state": "draft"}, headers=NO_STORE)


@router.post(
    "/queue/{route_id}/answers", response_model=ItemOut, responses=DEEDS, summary="核对 / answer a finding", dependencies=REVIEWS
)
def answer(route_id: RouteId, asked: AnswerAsked, now: VisitorNow, house: HouseNow) -> Json:
    """Agree, contest with a reason, or ask for data. The last two open a task for the owner of the layer that it rests on."""
    before = shown(house, now, route_id)
    pack = pack_of(house, before["rests_on"]["pack"], before["judgement"]["on"])
    crs = house.standing.settings().work_crs
    question = questions.question(before, pack, asked.key, asked.answer, asked.reason, crs)
    deeds.answer(house.engine, _hand(now), route_id, asked.key, asked.answer, asked.reason, question)
    return Json(shown(house, now, route_id), headers=NO_STORE)


@router.post(
    "/queue/{route_id}/requests",
    response_model=ItemOut,
    responses=DEEDS,
    summary="要求补数据 / ask for what is missing",
    dependencies=REVIEWS,
)
def ask_for_missing(route_id: RouteId, now: VisitorNow, house: HouseNow) -> Json:
    """One task for each finding that is unknown: what is missing, from whom, since when. What is asked already is not asked
    twice."""
    wanted = questions.missing(shown(house, now, route_id), house.standing.settings().work_crs)
    deeds.request(house.engine, _hand(now), route_id, wanted)
    return Json(shown(house, now, route_id), headers=NO_STORE)


@router.post(
    "/queue/{route_id}/decisions", response_model=ItemOut, responses=DEEDS, summary="办理事项 / decide", dependencies=REVIEWS
)
def decide(route_id: RouteId, asked: DecisionAsked, now: VisitorNow, house: HouseNow) -> Json:
    """Decide one's items, signed by typing one's name. 409 while the outcome is not determined, one's own doubts are open, or
    somebody has decided it already; 422 without the paper of an authority that has no desk here."""
    said = deeds.Said(asked.decision, asked.words, asked.signed_name, stated_paper(asked.paper, asked.paper_on))
    deeds.decide(house.engine, _hand(now), route_id, asked.items, said)
    return Json(shown(house, now, route_id), headers=NO_STORE)


@router.post(
    "/proposals/{proposal_id}/rejudge", response_model=RejudgedOut, responses=DEEDS, summary="重新判定 / judge anew",
    dependencies=REVIEWS,
)  # fmt: skip
def judge_anew(
    proposal_id: Annotated[int, Path(ge=1, le=BIGGEST, description="方案编号 / number of a proposal")],
    now: VisitorNow,
    house: HouseNow,
) -> Json:
    """The verdict on the ground as it stands now; the one before stays as history, and what is otherwise is told."""
    route = route_of(house.engine, now.scope, proposal_id)
    out = rejudge(house.engine, house.standing.city(), house.packs, route, now.person.id, now.actor)
    return Json(out, headers=NO_STORE)


def _hand(now: Visitor) -> Hand:
    return Hand(now.person, now.actor, now.scope)
