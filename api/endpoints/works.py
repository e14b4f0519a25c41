"""Works: everything that opens, closes or rebuilds a road, as it is matched."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.asked import BoxText, box_of, coordination, near_of, some_of
from api.deps import HouseNow
from api.digs.schemas import WorkList
from api.rights import VisitorNow, needs
from api.schemas import problems
from api.texts import words_of_query
from api.wire import Json
from geo.colocation.works import KINDS
from layers.digs.match_lists import Asked, works
from layers.digs.quiet import counts

router = APIRouter(prefix="/api/works", tags=["digs"], dependencies=[needs("see")])
Words = Annotated[str | None, Query(max_length=200)]


@router.get("", response_model=WorkList, responses=problems(409, 422), summary="工程列表 / list of works")
def list_works(
    house: HouseNow,
    now: VisitorNow,
    kind: Annotated[str | None, Query(max_length=100, description="route,permit,paving,road_project")] = None,
    party: Words = None,
    utility: Words = None,
    q: Annotated[str | None, Query(max_length=200, description="编号、项目、单位 / words in id, project or party")] = None,
    bbox: BoxText = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> Json:
    """Proposed lines, permits, planned paving and road projects, in the order of their ids.

    ``quiet_overlaps`` is the bare fact that so many quiet plans lie on a work; who plans what is told by their owners alone.
    """
    asked = Asked(
        kind=some_of("kind", kind, KINDS), party=words_of_query("party", party), utility=words_of_query("utility", utility),
        q=words_of_query("q", q), bbox=box_of(bbox),
    )  # fmt: skip
    found = works(house.engine, now.scope, asked, limit, offset)
    near = near_of(coordination(house, house.standing.settings().name))
    quiet = counts(house.engine, [one["work_id"] for one in found["items"]], near)
    return Json({**found, "items": [{**one, "quiet_overlaps": quiet.get(one["work_id"], 0)} for one in found["items"]]})
