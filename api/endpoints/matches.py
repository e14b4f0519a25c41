"""Matches: works on the same stretch, and how that came to be known."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from api.asked import BoxText, box_of, some_of
from api.deps import FIRST_DAY, LAST_DAY, House, HouseNow
from api.digs.schemas import Home, MatchList, MatchOut
from api.holdings import layer_version
from api.rights import Visitor, VisitorNow, needs
from api.schemas import problems
from api.texts import words_of_path, words_of_query
from api.wire import Json
from geo.colocation.words import KIND, STATUS
from layers.digs.match_lists import Asked, match, matches, names, works
from layers.digs.states import answers, state_of
from layers.digs.store import digs_with, plans
from layers.digs.whose import whose

router = APIRouter(prefix="/api", tags=["digs"], dependencies=[needs("see")])
Words = Annotated[str | None, Query(max_length=200)]


@router.get("/dig-once", response_model=Home, responses=problems(409, 422), summary="同步开挖概况 / digging once, in short")
def show_home(house: HouseNow, now: VisitorNow) -> Json:
    """How many works and matches there are, when they were judged, the newest plans, and what filters may ask for."""
    one = matches(house.engine, now.scope, Asked(), 1, 0)
    return Json({
        "version": layer_version(house.engine, "matches"), "works": works(house.engine, now.scope, Asked(), 1, 0)["total"],
        "matches": one["total"],
        "judged": one["judged"], "plans": plans_seen(house, now), **names(house.engine, now.scope),
    })  # fmt: skip


_BRIEF = ("id", "state", "on", "pack", "revision", "created_at", "created_by", "digs", "stale")


def plans_seen(house: House, now: Visitor) -> list[dict[str, Any]]:
    """The newest plans in short, each with the number of the joint digs that the visitor sees of it."""
    mine = whose(house.engine, now.scope)
    newest = plans(house.engine, works=None if mine is None else mine.works)
    return [{name: one[name] for name in _BRIEF} for one in newest]


@router.get("/matches", response_model=MatchList, responses=problems(409, 422), summary="同路段配对 / matches")
def list_matches(
    house: HouseNow,
    now: VisitorNow,
    kind: Annotated[str | None, Query(max_length=100, description="shared,crossing")] = None,
    status: Annotated[str | None, Query(max_length=100, description="together,apart,undated")] = None,
    party: Words = None,
    road: Words = None,
    work: Annotated[str | None, Query(max_length=200, description="工程编号 / id of a work")] = None,
    bbox: BoxText = None,
    since: Annotated[
        date | None, Query(ge=FIRST_DAY, le=LAST_DAY, description="自该日起有变化的 / what has changed since that day")
    ] = None,
    gone: Annotated[bool, Query(description="也列已不存在的 / also those that ended")] = False,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> Json:
    """Pairs of works on one stretch, the longest first, then crossings. Both sides of a pair see the same record."""
    asked = Asked(
        kind=some_of("kind", kind, KIND), status=some_of("status", status, STATUS), party=words_of_query("party", party),
        road=words_of_query("road", road), work=words_of_query("work", work), bbox=box_of(bbox), since=since, gone=gone,
    )  # fmt: skip
    return Json(matches(house.engine, now.scope, asked, limit, offset))


@router.get("/matches/{match_id}", response_model=MatchOut, responses=problems(404, 409, 422), summary="一个配对 / one match")
def show_match(match_id: Annotated[str, Path(max_length=100)], house: HouseNow, now: VisitorNow) -> Json:
    """The pair with its stretches on the axis of ``a``, every version of it, and the joint digs that rest on it."""
    found = match(house.engine, now.scope, words_of_path("match_id", match_id))
    rows = digs_with(house.engine, found["match_id"])
    given = answers(house.engine, [row["id"] for row in rows])
    digs = [
        {
            "plan": row["plan"], "dig": row["id"], "dig_id": row["label"],
            "state": state_of(row["members"] or [], row["shown"]["pairs"], given[row["id"]], False),
        }
        for row in rows
    ]  # fmt: skip
    return Json(found | {"digs": digs})
