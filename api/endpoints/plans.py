"""Plans: made, looked at, dragged, kept."""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from starlette import status

from api.day import today
from api.deps import House, HouseNow
from api.digs.plan_desk import Order, make
from api.digs.schemas import MovesAsked, MovesKept, PlanAsked, PlanList, PlanOut, PlanWaits, PreviewOut
from api.digs.seen import seen_plan, seen_preview
from api.endpoints.matches import plans_seen
from api.rights import Visitor, VisitorNow, needs
from api.schemas import problems
from api.texts import words_of_path
from api.wire import Json
from layers.digs.whose import refuse_foreign, whose

router = APIRouter(prefix="/api/plans", tags=["digs"], dependencies=[needs("see")])
PlanId = Annotated[str, Path(max_length=100, description="计划编号 / id of a plan")]
NO_STORE = {"Cache-Control": "no-store"}


@router.post(
    "", response_model=PlanOut, status_code=status.HTTP_201_CREATED, summary="编制计划 / make a plan",
    responses={202: {"model": PlanWaits, "description": "由任务编制 / made by a job"}, **problems(400, 403, 404, 409, 413, 422)},
    dependencies=[needs("coordinate")],
)  # fmt: skip
def make_plan(asked: PlanAsked, now: VisitorNow, house: HouseNow) -> Json:
    """Which works open together, when, in which order, who leads. Up to 200 works that share a stretch at once, more as a job."""
    city, day = house.standing.city(), asked.on or today()
    pack = house.pack_for(day, asked.pack, city.name)
    scope, settings = asked.scope.model_dump(exclude_defaults=True), asked.settings.model_dump(exclude_none=True)
    order = Order(day, scope, settings, now.signs(asked.by), now.owner)
    plan_id, job = make(house.engine, city, pack, order)
    href = f"/api/plans/{plan_id}"
    if job is not None:
        waits = {"id": plan_id, "state": "queued", "job": job, "href": href}
        return Json(waits, status.HTTP_202_ACCEPTED, {"Location": href, **NO_STORE})
    return Json(_whole(house, now, plan_id), status.HTTP_201_CREATED, {"Location": href, **NO_STORE})


def _whole(house: House, now: Visitor, plan_id: str) -> dict[str, Any]:
    whole = house.desk.show(plan_id, house.standing.city().layer("events").delivery_id)
    return seen_plan(whole, whose(house.engine, now.scope))


@router.get("", response_model=PlanList, responses=problems(409), summary="计划列表 / list of plans")
def list_plans(now: VisitorNow, house: HouseNow) -> Json:
    """The newest plans first; ``digs``: how many of its joint digs one sees."""
    return Json({"items": plans_seen(house, now)}, headers=NO_STORE)


@router.get("/{plan_id}", response_model=PlanOut, responses=problems(404, 409, 422), summary="一个计划 / one plan")
def show_plan(plan_id: PlanId, now: VisitorNow, house: HouseNow) -> Json:
    """Works with their windows and days, digs with savings, shares and answers, what is not joined and why, rules broken.

    A company sees the digs in which a work of its own lies, an office of a district those in its district, and the sums of
    those."""
    return Json(_whole(house, now, words_of_path("plan_id", plan_id)), headers=NO_STORE)


@router.post(
    "/{plan_id}/preview", response_model=PreviewOut, responses=problems(400, 403, 404, 409, 413, 422),
    summary="试移工期 / try other days", dependencies=[needs("coordinate")],
)  # fmt: skip
def preview_moves(plan_id: PlanId, asked: MovesAsked, now: VisitorNow, house: HouseNow) -> Json:
    """What other first days would do to digs, savings and rules. Nothing is kept, no solver runs."""
    mine = whose(house.engine, now.scope)
    refuse_foreign(mine, asked.moves)
    return Json(seen_preview(house.desk.preview(words_of_path("plan_id", plan_id), asked.moves), mine), headers=NO_STORE)


@router.put(
    "/{plan_id}/moves", response_model=PlanOut, responses=problems(400, 403, 404, 409, 413, 422),
    summary="保留改动的工期 / keep other days", dependencies=[needs("coordinate")],
)  # fmt: skip
def keep_moves(plan_id: PlanId, asked: MovesKept, now: VisitorNow, house: HouseNow) -> Json:
    """Keep first days, and the whole plan with them. Parties of the digs that it touches are asked anew; broken rules are kept
    and told, but days that are firm do not move (422)."""
    name = words_of_path("plan_id", plan_id)
    refuse_foreign(whose(house.engine, now.scope), asked.moves)
    house.desk.move(name, asked.moves, asked.revision, now.signs(asked.by), now.actor)
    return Json(_whole(house, now, name), headers=NO_STORE)
