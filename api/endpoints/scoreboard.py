"""The scoreboard: how well digging is coordinated."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from api.deps import HouseNow
from api.digs.plan_words import SCORE_FORMULA
from api.digs.schemas import Scoreboard
from api.errors import BadRequest
from api.rights import VisitorNow, needs
from api.schemas import problems
from api.texts import words_of_query
from api.wire import Json
from geo.errors import Forbidden
from layers.digs.scoreboard import scoreboard
from layers.digs.whose import whose

router = APIRouter(prefix="/api/scoreboard", tags=["digs"], dependencies=[needs("see")])
Month = Annotated[str | None, Query(max_length=7, pattern=r"^\d{4}-\d{2}$", description="年-月，如 2026-11 / year-month")]


@router.get("", response_model=Scoreboard, responses=problems(403, 409, 422), summary="协调成绩 / the scoreboard")
def show_scoreboard(
    house: HouseNow,
    now: VisitorNow,
    party: Annotated[str | None, Query(max_length=200)] = None,
    first: Annotated[Month, Query(alias="from")] = None,
    last: Annotated[Month, Query(alias="to")] = None,
) -> Json:
    """Pairs of different parties on one stretch, how many were planned and agreed, refusals by reason, repeats, metres saved.

    A company sees its own figures, an office of a district those of the works in its district, city offices everything."""
    mine, named = whose(house.engine, now.scope), words_of_query("party", party)
    if named is not None and mine is not None and mine.parties is not None and named not in mine.parties:
        raise Forbidden(why_zh="party：只能查看本单位的协调成绩", why_en="party: the figures of your own company are open to you")
    found = scoreboard(house.engine, named, _month("from", first), _month("to", last), mine)
    return Json(found | {"formula": SCORE_FORMULA}, headers={"Cache-Control": "no-store"})


def _month(name: str, text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(f"{text}-01")
    except ValueError:
        raise BadRequest(why_zh=f"{name} 应为 年-月，如 2026-11", why_en=f"{name} must be a month such as 2026-11") from None
