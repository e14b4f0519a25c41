"""Stored routes and their newest verdicts."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from api.day import today
from api.deps import House, HouseNow
from api.digs.neighbours import neighbours
from api.located import located
from api.past import past
from api.review import review
from api.rights import VisitorNow, needs
from api.schemas import RouteList, RouteOut, problems
from api.texts import words_of_query
from api.wire import Json, plain
from geo.errors import NotFound
from geo.law.pack import Pack
from layers.route_store import StoredRoute, route, routes

router = APIRouter(prefix="/api/routes", tags=["routes"], dependencies=[needs("see")])
BIGGEST = 2**63 - 1


@router.get("", response_model=RouteList, responses=problems(409, 422), summary="外线列表 / list of routes")
def list_routes(
    house: HouseNow,
    now: VisitorNow,
    outcome: Annotated[
        str | None, Query(max_length=100, description="只要这种结果；unjudged = 尚未判定 / only this outcome")
    ] = None,
    q: Annotated[
        str | None,
        Query(max_length=200, description="编号、项目、代码或单位中的文字 / words in number, project, code or applicant"),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> Json:
    """The current routes that one may see, oldest first; ``counts`` by outcome hold for ``q`` whatever ``outcome`` is asked."""
    outcome, q = words_of_query("outcome", outcome), words_of_query("q", q)
    return Json(routes(house.engine, now.scope, outcome, q, limit, offset))


@router.get("/{route_id}", response_model=RouteOut, responses=problems(404, 409, 422), summary="一条外线 / one route")
def show_route(route_id: Annotated[int, Path(ge=1, le=BIGGEST)], house: HouseNow, now: VisitorNow) -> Json:
    """The route as a GeoJSON feature, its verdict (stretches with coordinates) and the partition of its metres.

    The verdict is the newest one kept. Where none was kept whole, it is made now, by the pack and on the day of the
    judgement (for a route that nobody judged: today, by the pack in force), and not kept. Its matches are those of now.
    """
    found = route(house.engine, now.scope, route_id)
    if found.verdict is not None and found.pieces is not None:
        verdict, pieces = located(found.verdict, found.pieces, found.frame.geometry.iloc[0], str(found.frame.crs))
    else:
        verdict, pieces = _made_now(found, house)
    verdict = verdict | {"matches": _matches(found, house)}
    return Json({"route": _feature(found), "verdict": verdict, "pieces": pieces})


def _matches(found: StoredRoute, house: House) -> list[dict[str, Any]] | None:
    """Who digs on the same stretch now: others come and go after a verdict was kept."""
    judged = found.judged or {}
    pack = _pack_of(house, judged.get("pack"), judged.get("on") or today())
    company = neighbours(found.frame, house.standing.city(), pack, lambda: house.standing.works(pack))
    return None if company is None else company(0)


def _made_now(found: StoredRoute, house: House) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    judged = found.judged or {}
    day: date = judged.get("on") or today()
    pack = _pack_of(house, judged.get("pack"), day)
    answer = review(
        found.frame, house.standing.city(), pack, day, spans=found.spans, history=past(house.engine, found.frame, pack, day)
    )
    return answer.verdict(0, geometry=True), answer.pieces(0, geometry=True)


def _pack_of(house: House, label: str | None, day: date) -> Pack:
    """The pack of the judgement; a version that is no longer here gives way to the one that is in force on its day."""
    try:
        return house.pack(label) if label else house.pack_for(day)
    except NotFound:
        return house.pack_for(day)


def _feature(found: StoredRoute) -> dict[str, Any]:
    row = found.frame.drop(columns=["geometry", "id", "delivery", "row_no", "unclear"]).iloc[0].to_dict()
    judged = found.judged or {}
    properties = {name: plain(value) for name, value in row.items()}
    properties |= {name: plain(judged.get(name)) for name in ("outcome", "pack", "judged_at")} | {"delivery": found.delivery_id}
    if len(found.spans):  # as POST /api/review takes them, so that what is shown can be sent back changed
        properties["spans"] = plain(found.spans.drop(columns=["id", "route_id"]).to_dict("records"))
    return {"type": "Feature", "id": found.id, "geometry": found.geometry, "properties": properties}
