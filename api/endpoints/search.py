"""Finding things of the city by name or number."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.deps import HouseNow
from api.rights import VisitorNow, needs
from api.schemas import Hit, problems
from api.texts import words_of_query
from api.wire import Json
from layers.searching import search

router = APIRouter(prefix="/api/search", tags=["map"], dependencies=[needs("see")])


@router.get("", response_model=list[Hit], responses=problems(409, 422), summary="搜索 / search")
def find(
    house: HouseNow,
    now: VisitorNow,
    q: Annotated[str, Query(max_length=100, description="名称或编号中的文字 / words in a name or number")] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Json:
    """Roads, routes, green land, heritage and the rest whose name or number contains ``q``; whole names first."""
    words = words_of_query("q", q)
    return Json(search(house.engine, now.scope, words, limit) if words else [])
