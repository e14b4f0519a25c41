"""The web application: which endpoints there are, and what holds for all of them."""

from asyncio import to_thread
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pandas as pd
from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute
from starlette.middleware import Middleware
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.requests import HTTPConnection

from api import errors
from api.day import today
from api.deps import House, open_house
from api.edge import LinksOnly
from api.endpoints import (
    audit,
    city,
    companies,
    digs,
    drawing,
    features,
    guest,
    guest_ground,
    invitations,
    jobs,
    layers,
    matches,
    packs,
    people,
    places,
    plans,
    proposals,
    queue,
    quiet,
    reviews,
    routes,
    scoreboard,
    search,
    session,
    sheets,
    siting,
    sso,
    stock,
    survey_links,
    survey_pack,
    survey_records,
    survey_times,
    surveys,
    tasks,
    tiles,
    tokens,
    works,
)
from api.masking import Masked
from api.page import Page
from api.rights import abilities_of
from api.schemas import PROBLEMS, Problem, problems
from api.security import BodyLimit, Guard, refuse_other_sites
from api.settings import Settings
from api.survey.hand_in import MOST_BYTES, is_file_of_survey
from api.warmth import Warmth

ABOUT = """外线（水、气、热、电、通信）能否承诺免审批，还是并联审批：由图形和有日期的规则回答，并附依据。
Whether an external line may be dug on a written promise or needs parallel approval: answered from geometry and dated law,
with proof.

坐标：GeoJSON 为经纬度（CGCS2000 = WGS 84）。错误：`application/problem+json`，按 Accept-Language 给中文或英文。
Coordinates: GeoJSON in longitude and latitude. Errors: `application/problem+json`, Chinese or English by Accept-Language."""

TAGS = [
    {"name": "city", "description": "城市、图层与规则包 / the city, its layers and packs"},
    {"name": "review", "description": "审查一条线或一个文件 / reviewing one line or a file"},
    {
        "name": "drawing",
        "description": "画板：坐标、平行线、文件中的线 / the drawing table",
    },
    {"name": "routes", "description": "已入库的外线与判定 / stored routes and their verdicts"},
    {"name": "proposals", "description": "外线方案：版本、提交、撤回、比较 / proposals: versions, submitting, comparing"},
    {"name": "reviewing", "description": "审查队列、核对、数据任务与办理 / the queue, findings answered, data tasks, decisions"},
    {"name": "digs", "description": "同步开挖：配对、计划、邀请 / digging once: matches, plans, invitations"},
    {"name": "quiet", "description": "意向计划（不公开） / quiet plans, private"},
    {"name": "stock", "description": "维护图层：送交、质量、对比、装入 / keeping the layers: deliveries, quality, loads"},
    {"name": "guests", "description": "链接访客：只见一次踏勘 / guests by a link: one survey and nothing else"},
    {"name": "surveys", "description": "联合踏勘：房间、参加人、记录 / joint surveys: rooms, participants, journals"},
    {"name": "people", "description": "登录、帐号、令牌与操作记录 / signing in, accounts, tokens, the audit"},
    {"name": "map", "description": "瓦片与搜索 / tiles and search"},
]
NOUNS = (  # tiles are asked for most: they are looked for first
    tiles, session, sso, people, companies, tokens, audit, city, layers, features, stock, packs, reviews, drawing, proposals,
    sheets, siting, queue, tasks, jobs, routes, works, matches, plans, digs, invitations, quiet, scoreboard, search,
    places, surveys, survey_links, survey_records, survey_times, survey_pack, guest, guest_ground,
)  # fmt: skip
UPLOADS = ("/api/reviews", "/api/lines/read", "/api/previews")
BODY_BYTES = 2 << 20  # 10,000 vertices in fifteen digits, with room for words
# already as small as they get: a second compression costs time and saves nothing
PACKED = (
    *DEFAULT_EXCLUDED_CONTENT_TYPES,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.apache.parquet",
)


def create_app(settings: Settings) -> FastAPI:
    """The ASGI application for one city's database. Raises :class:`geo.errors.BadPack` where a pack is wrong.

    Nothing is opened here except the packs; the database is reached when the first request needs it.
    """
    house = open_house(settings)
    app = FastAPI(
        title="外线通 Waixian",
        version="0.1.0",
        description=ABOUT,
        openapi_url=None if settings.links_only else "/api/openapi.json",
        openapi_tags=TAGS,
        docs_url=None,  # both built-in pages fetch their scripts from outside
        redoc_url=None,
        redirect_slashes=False,
        dependencies=[Depends(_same_site)],
        responses=PROBLEMS,
        middleware=[
            Middleware(Guard, outside=settings.tianditu.origin if settings.tianditu else ""),
            Middleware(BodyLimit, limit=lambda path: _most_bytes(settings, path)),
            Middleware(GZipMiddleware, minimum_size=1000, compresslevel=5, exclude_content_types=PACKED),
            Middleware(Masked),
            *([Middleware(LinksOnly)] if settings.links_only else []),
        ],
        lifespan=_lifespan,
    )
    app.state.house = house
    errors.install(app)
    for noun in NOUNS:
        app.include_router(noun.router)
    _describe(app)
    app.router.default = Page(settings.public_url, directory=settings.web_dir, check_dir=False)
    return app


def _describe(app: FastAPI) -> None:
    """Error answers are written by :mod:`api.errors`, not by endpoints: their model is added to the description here."""
    describe = app.openapi

    def described() -> dict[str, Any]:
        whole = describe()
        _tell_rights(whole)
        whole.setdefault("components", {}).setdefault("schemas", {})["Problem"] = Problem.model_json_schema()
        return whole

    app.openapi = described  # type: ignore[method-assign]


def _tell_rights(whole: dict[str, Any]) -> None:
    """What each address asks for stands in its description (``x-needs``), and that it may answer 401 and 403."""
    for route in (route for noun in NOUNS for route in noun.router.routes if isinstance(route, APIRoute)):
        for verb in route.methods:
            operation = whole["paths"][route.path_format][verb.lower()]
            operation["x-needs"] = abilities_of(route.dependant)
            if operation["x-needs"] != ["everybody"]:
                for status, body in problems(401, 403).items():
                    operation["responses"].setdefault(str(status), body)


def _most_bytes(settings: Settings, path: str) -> int:
    """How large a body may be at an address; a room measures each kind of file by its own limit, and says it."""
    if is_file_of_survey(path):
        return 2 * MOST_BYTES
    return settings.max_upload_bytes if path in UPLOADS else BODY_BYTES


async def _same_site(asked: HTTPConnection) -> None:  # a socket has no method and looks at its own origin
    refuse_other_sites(asked.scope.get("method", "GET"), asked.headers)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
    # A server asks for one line at a time: texts as Python strings make each answer a fifth quicker than Arrow's, which
    # are made for the long columns of commands and jobs. The price is memory, some hundred bytes a text of the city.
    pd.options.mode.string_storage = "python"
    house: House = app.state.house
    warmth = Warmth(house.standing.city, lambda city: house.pack_for(today(), city=city.name))
    judges = not house.settings.links_only  # links ask for no verdict, and the role of the edge reads no pipes
    if judges:
        warmth.start()
    try:
        yield {}
    finally:
        await house.rooms.stop()
        if judges:
            await to_thread(warmth.stop)
        house.close()
