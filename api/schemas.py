"""What goes in and comes out, as OpenAPI describes it. Lengths are metres, coordinates [longitude, latitude]."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from api.examples import (
    ACCEPTED,
    CITY,
    COLLECTION,
    FEATURE,
    JOB,
    LAYER,
    ONE_ROUTE,
    PACK,
    PACK_BRIEF,
    PROBLEM,
    REVIEW,
    ROUTE,
    SEARCH,
)
from api.wire import storable

Number = Annotated[float, Field(allow_inf_nan=False, strict=True)]
Position = Annotated[
    list[Number], Field(min_length=2, max_length=4, description="经度, 纬度[, 高程] / longitude, latitude[, height]")
]
Bounds = Annotated[list[float], Field(min_length=4, max_length=4, description="西, 南, 东, 北 / west, south, east, north")]
Metres = float | None


def _storable(text: str) -> str:
    if not storable(text):
        raise PydanticCustomError("string_unicode", "holds invalid characters")
    return text


Storable = AfterValidator(_storable)
"""A text that any database can keep."""


class Model(BaseModel):
    """An answer; more keys may come with later versions."""

    model_config = ConfigDict(extra="allow")


# ── what is asked ────────────────────────────────────────────────────────────────────────────────────────────────────
class Line(BaseModel):
    """One line."""

    type: Literal["LineString"]
    coordinates: Annotated[list[Position], Field(min_length=2)]


class Lines(BaseModel):
    """Several parts, measured in order without gaps."""

    type: Literal["MultiLineString"]
    coordinates: Annotated[list[Annotated[list[Position], Field(min_length=2)]], Field(min_length=1)]


class Area(BaseModel):
    """The footprint of the work; its axis is derived, and the answer says so."""

    type: Literal["Polygon"]
    coordinates: Annotated[list[Annotated[list[Position], Field(min_length=4)]], Field(min_length=1)]


Geometry = Annotated[Line | Lines | Area, Field(discriminator="type")]


class Feature(BaseModel):
    """One proposed line as a GeoJSON feature.

    ``properties`` may hold the columns of a route (route_id, project, utility, voltage_kv, diameter_mm, burial,
    start, end, …) under their English or Chinese names, numbers as numbers or as text, and ``spans``: a list of
    {from_m, to_m, burial, pit_from_m2, pit_to_m2}. What is not known is left out and named in ``ignored``.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [FEATURE]})

    type: Literal["Feature"]
    geometry: Geometry
    properties: dict[str, Any] | None = None


# ── what is answered ─────────────────────────────────────────────────────────────────────────────────────────────────
class Problem(Model):
    """An error (RFC 9457): ``detail`` says what, where, why and the cure, in the language that was asked for."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [PROBLEM]})

    type: str
    title: str
    status: int
    detail: str
    code: str
    context: dict[str, Any]


class Words(Model):
    """One text in both languages."""

    zh: str
    en: str


class Background(Model):
    """A map from outside to lie under ours; ``tiles``: addresses of its picture and of the names above it."""

    name: str
    zh: str
    en: str
    tiles: list[str]
    deepest: int
    attribution: str


class CityOut(Model):
    """The city of this server."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [CITY]})

    name: str
    synthetic: Annotated[bool, Field(description="示范数据，不是真实城市 / made-up data")]
    work_crs: str
    bounds: Bounds
    default_pack: str | None
    rasters: list[Literal["satellite", "terrain"]]
    backgrounds: Annotated[list[Background], Field(description="外部底图，未设密钥则无 / maps from outside, none without a key")]


class LayerOut(Model):
    """One layer and how far its silence can be trusted: ``covers`` null = no row proves nothing."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [LAYER]})

    name: str
    zh: str
    en: str
    geometry: str
    rows: int | None
    delivered: bool
    covers: Literal["bounds", "polygon"] | None
    as_of: date | None
    complete_since: date | None
    source: str
    owner: str
    licence: str
    stated_by: str
    tiles: Annotated[str | None, Field(description="瓦片地址 / address of its tiles; none for tables without shape")]


class PackBrief(Model):
    """A pack in the list."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [PACK_BRIEF]})

    id: str
    label: str
    title: Words
    city: Words
    valid_from: date
    valid_to: date | None
    default: bool


class PackOut(Model):
    """A pack of rules with its documents, so that a page can show every number with its clause."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [PACK]})

    id: str
    label: str
    title: Words
    notice: Words
    outcomes: dict[str, Any]
    conditions: dict[str, Any]
    rules: list[dict[str, Any]]
    switches: dict[str, Any]
    permits: list[dict[str, Any]]
    documents: dict[str, Any]


class ReviewOut(Model):
    """The verdict on one line, the partition of its metres, and what of the request was not used."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [REVIEW]})

    verdict: dict[str, Any]
    pieces: list[dict[str, Any]]
    ignored: Annotated[list[str], Field(description="未识别的属性 / properties that were not recognised")]
    notes: Annotated[list[str], Field(description="读入时的说明 / what was decided while reading")]


class Accepted(Model):
    """A job was queued."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [ACCEPTED]})

    id: str
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    href: str


class JobOut(Model):
    """A review of a file, or the making of a plan, on its way or finished."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [JOB]})

    id: str
    kind: Literal["review", "plan"]
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    file: Annotated[str | None, Field(description="null = 不是文件审查 / no review of a file")]
    plan: Annotated[str | None, Field(description="计划编号 / id for /api/plans/{plan_id}")]
    works: Annotated[int | None, Field(description="计划中的工程数 / how many works the plan has")]
    done: int
    total: int | None
    rate: Annotated[float | None, Field(description="行/秒 / rows a second")]
    seconds_left: float | None
    phase: Words
    summary: Annotated[dict[str, Any] | None, Field(description="与命令行的结尾一行相同 / as the command line's last line")]
    rejects: list[dict[str, Any]]
    downloads: dict[str, str]
    error: dict[str, Any] | None


class JobList(Model):
    """The newest jobs."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [{"items": [JOB]}]})

    items: list[JobOut]


class RouteItem(Model):
    """One stored route in the list."""

    id: int
    route_id: str
    project: str | None
    utility: str | None
    outcome: Annotated[str | None, Field(description="null = 尚未判定 / not judged yet")]
    conditions: list[str]
    certainty: str | None
    immediate: bool | None
    length_m: Metres
    bbox: Bounds


class RouteList(Model):
    """A page of stored routes with their newest judgement; ``counts`` by outcome covers all pages and outcomes."""

    model_config = ConfigDict(
        extra="allow", json_schema_extra={"examples": [{"total": 1, "counts": {"parallel": 1}, "items": [ROUTE]}]}
    )

    total: int
    counts: dict[str, int]
    items: list[RouteItem]


class RouteOut(Model):
    """One route with its verdict and the partition of its metres."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [ONE_ROUTE]})

    route: dict[str, Any]
    verdict: dict[str, Any]
    pieces: list[dict[str, Any]]


class Hit(Model):
    """Something found by its name."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [SEARCH]})

    kind: str
    id: Annotated[int | None, Field(description="外线的编号 / of a route, its number in the store")]
    name: str
    bbox: Bounds


class Collection(Model):
    """A GeoJSON feature collection in longitude and latitude."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [COLLECTION]})

    type: Literal["FeatureCollection"]
    features: list[dict[str, Any]]


_BODY = {"content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
_SAID = {
    400: "请求体无法解析 / the body cannot be parsed",
    401: "请先登录 / sign in first",
    403: "没有权限，或来自其他网站 / not allowed, or from another site",
    404: "找不到 / not there",
    405: "方法不对 / wrong method",
    409: "当前状态不允许 / the present state forbids this",
    413: "内容过大 / too large",
    422: "输入无法使用 / the input cannot be used",
    429: "尝试过多 / too many tries",
    500: "服务器出错 / server error",
    503: "数据库连不上 / the database cannot be reached",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI's description of error answers."""
    return {status: {"description": _SAID[status], **_BODY} for status in statuses}


PROBLEMS = problems(405, 500, 503)
