"""Site judgements 选址判定: a place asked of the city, the lines that could lead there, and both on paper. Nothing is stored."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from api.day import today
from api.deps import FilingDay, HouseNow, LangNow, PackNow
from api.rights import VisitorNow, needs
from api.schemas import problems
from api.security import SANDBOX
from api.siting.asked import site_in_address, site_of
from api.siting.judge import judgement
from api.siting.lines import candidates
from api.siting.schemas import LinesOut, SiteAsked, SiteOut
from api.siting.sheet import sheet
from api.wire import Json

router = APIRouter(prefix="/api/site-judgements", tags=["review"], dependencies=[needs("see")])
NO_STORE = {"Cache-Control": "no-store"}
NUMBER = r"-?[0-9]{1,3}(\.[0-9]{1,12})?"
PLACE = f"^{NUMBER}_{NUMBER}(~{NUMBER}_{NUMBER})*$"


@router.post("", response_model=SiteOut, responses=problems(400, 404, 409, 413, 422), summary="选址判定 / judge a site")
def judge_site(asked: SiteAsked, house: HouseNow, pack: PackNow, now: VisitorNow, on: FilingDay = None) -> Json:
    """A point or polygon → nearest mains, planning, trees, heritage, highways, works, heights and clearances around it.

    Pipes and lines of others as far as rights reach; what is closed is said to be closed, what is not known unknown. The age
    and the owner of the data stand in each part.
    """
    site = site_of(asked, house.standing.settings())
    return Json(judgement(house, now.scope, site, pack, on or today()), headers=NO_STORE)


@router.post(
    "/lines",
    response_model=LinesOut,
    responses=problems(400, 404, 409, 413, 422),
    summary="选址候选线 / lines that could lead to a site",
)
def lines_to_site(asked: SiteAsked, house: HouseNow, pack: PackNow, now: VisitorNow, on: FilingDay = None) -> Json:
    """Up to two lines a utility, from the nearest mains that one may see along roads to the site, each with its verdict."""
    site = site_of(asked, house.standing.settings())
    return Json(candidates(house, now.scope, site, pack, on or today()), headers=NO_STORE)


@router.get(
    "/sheet",
    response_class=Response,
    responses={
        200: {"content": {"text/html": {"schema": {"type": "string"}}}, "description": "A4"},
        **problems(400, 404, 409, 422),
    },
    summary="选址判定单 / the judgement on paper",
)
def site_sheet(
    site: Annotated[
        str,
        Query(
            pattern=PLACE, max_length=7_000, examples=["114.312_34.79"],
            description="经度_纬度，多边形以 ~ 连接各角点 / longitude_latitude, corners joined by ~",
        ),
    ],
    house: HouseNow, pack: PackNow, now: VisitorNow, lang: LangNow,
    tongue: Annotated[Literal["zh", "en"] | None, Query(alias="lang", description="缺省按浏览器 / else the browser's")] = None,
    on: FilingDay = None,
) -> Response:  # fmt: skip
    """One page in A4, with a small map for each point, to print or to keep as PDF."""
    place, day = site_in_address(site, house.standing.settings()), on or today()
    said, lines = judgement(house, now.scope, place, pack, day), candidates(house, now.scope, place, pack, day)
    text = sheet(house.standing.city(), place, said, lines, tongue or lang)
    return Response(text, media_type="text/html", headers={"Content-Security-Policy": SANDBOX, **NO_STORE})
