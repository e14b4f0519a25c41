"""Quiet plans: a *maybe* of one party, of which others learn the overlap and no more until both open it."""

from typing import Annotated

import numpy as np
import shapely
from fastapi import APIRouter, Path, Query, Request
from starlette import status

from api.asked import coordination, near_of
from api.day import today
from api.deps import House, HouseNow
from api.digs.schemas import Entered, OnWork, OpenAsked, QuietAsked, QuietOut, Withdrawn
from api.drawn import DEGREES, shape_inside
from api.errors import BadRequest
from api.masking import WHOLE
from api.rights import Visitor, VisitorNow, everybody, needs
from api.schemas import problems
from api.texts import words_of_path
from api.wire import Json
from geo.crs import to_work
from layers.digs.quiet import Near, Quiet, enter, on_work, open_to, quiet_plan, withdraw

router = APIRouter(prefix="/api/quiet-plans", tags=["quiet"])
Token = Annotated[str, Path(max_length=200, description="链接中的口令 / token of a link")]
NO_STORE = {"Cache-Control": "no-store"}
# A shorter window could be used to feel for the days of others.
LEAST_DAYS = 28


@router.post(
    "", response_model=Entered, status_code=status.HTTP_201_CREATED, summary="登记意向计划 / enter a quiet plan",
    responses=problems(400, 403, 409, 413, 422), dependencies=[needs("plan_quietly")],
)  # fmt: skip
def enter_plan(asked: QuietAsked, request: Request, now: VisitorNow, house: HouseNow) -> Json:
    """Keep a *maybe*. It appears nowhere: whose works or plans it overlaps learn that alone. The link is shown this once.

    An overlap is told by squares (100 m, a setting of the pack), whoever asks: no series of plans finds out more of another one
    than the squares that it touches. So a plan extends at least as far as a square, over four weeks or more, and one party has
    so many at a time (409)."""
    if (asked.end - asked.start).days + 1 < LEAST_DAYS:
        raise BadRequest(
            why_zh=f"意向计划的时段至少 {LEAST_DAYS} 天", why_en=f"the window of a quiet plan is at least {LEAST_DAYS} days"
        )
    city = house.standing.settings()
    settings = coordination(house, city.name)
    shape = to_work(np.array([shape_inside(asked.geometry, city)], dtype=object), DEGREES, city.work_crs)[0]
    least = settings.quiet.cell_m
    if 2 * shapely.minimum_bounding_radius(shape) < least:
        raise BadRequest(
            why_zh=f"意向计划只画大致位置：至少伸展 {least:g} 米",
            why_en=f"a quiet plan is a rough one: it extends {least:g} m or more",
        )
    plan = Quiet(
        _party(now, asked.party), asked.start, asked.end, shapely.force_2d(shape), asked.utility, asked.note, asked.contact
    )
    token = enter(house.engine, plan, settings.quiet.open_plans, today(), now.actor)
    out = {"token": token, "link": f"/quiet/{token}", "plan": quiet_plan(house.engine, token, near_of(settings))}
    return Json(out, status.HTTP_201_CREATED, NO_STORE)


def _party(now: Visitor, asked: str | None) -> str:
    """Whose plan it is: of the company of who is signed in; who is of none says whose. Raises BadRequest for another company."""
    own = now.person.company
    if own is None and not asked:
        raise BadRequest(why_zh="party：请写明是哪个单位的计划", why_en="party: say whose plan it is")
    if own is not None and asked is not None and asked.strip() != own:
        raise BadRequest(
            why_zh=f"party：意向计划由登录人的单位（{own}）登记，不能写他人的单位",
            why_en=f"party: the plan is of the company of who is signed in ({own}), and of no other",
        )
    return own or str(asked)


def _near(house: House) -> Near:
    return near_of(coordination(house, house.standing.settings().name))


@router.get(
    "",
    response_model=OnWork,
    responses=problems(404, 409, 422),
    summary="某工程上的意向计划 / quiet plans on a work",
    dependencies=[needs("see")],
)
def show_on_work(
    request: Request, now: VisitorNow, house: HouseNow, work: Annotated[str, Query(min_length=1, max_length=200)]
) -> Json:
    """How many quiet plans lie on a work, and what their owners opened towards it: whole to the party of the work."""
    out = on_work(house.engine, words_of_path("work", work), _near(house))
    if now.person.company is not None and now.person.company == out.pop("party"):
        _whole(request)
    out.pop("party", None)
    return Json(out, headers=NO_STORE)


def _whole(request: Request) -> None:
    """Who holds a link sees what is theirs, and what was opened to them, as it is."""
    setattr(request.state, WHOLE, True)


@router.get(
    "/{token}",
    response_model=QuietOut,
    responses=problems(404, 409, 422),
    summary="自己的意向计划 / one's own",
    dependencies=[everybody],
)
def show_plan(token: Token, request: Request, house: HouseNow) -> Json:
    """The plan of this link and what it overlaps: public works by name, other quiet plans by the bare fact until both opened."""
    _whole(request)
    return Json(quiet_plan(house.engine, token, _near(house)), headers=NO_STORE)


@router.delete(
    "/{token}",
    response_model=Withdrawn,
    responses=problems(403, 404, 409, 422),
    summary="撤回 / withdraw",
    dependencies=[everybody],
)
def withdraw_plan(token: Token, house: HouseNow) -> Json:
    """Forget the plan and everything about it."""
    withdraw(house.engine, token)
    return Json({"withdrawn": True}, headers=NO_STORE)


@router.post(
    "/{token}/overlaps/{overlap}", response_model=QuietOut, responses=problems(400, 403, 404, 409, 413, 422),
    summary="向对方公开 / open it", dependencies=[everybody],
)  # fmt: skip
def open_overlap(
    token: Token, overlap: Annotated[str, Path(max_length=100)], asked: OpenAsked, request: Request, house: HouseNow
) -> Json:
    """Tell the other side of one overlap who plans what; it is shown when both have opened (a work is public already)."""
    _whole(request)
    open_to(house.engine, token, words_of_path("overlap", overlap), asked.open)
    return Json(quiet_plan(house.engine, token, _near(house)), headers=NO_STORE)
