"""What is asked and answered of a site, as OpenAPI describes it. Degrees are CGCS2000, [longitude, latitude]; metres in the
work CRS. Every part says what it rests on (``data``) and what is missing; unknown is null, and never "none"."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.drawing.schemas import CRS_CODE
from api.schemas import Model, Position, Words
from api.siting import examples

Answer = Literal["found", "none", "closed", "unknown"]


class SitePoint(BaseModel):
    """One place."""

    type: Literal["Point"]
    coordinates: Position


class SiteArea(BaseModel):
    """A user's premises."""

    type: Literal["Polygon"]
    coordinates: Annotated[list[Annotated[list[Position], Field(min_length=4)]], Field(min_length=1)]


class SiteAsked(BaseModel):
    """A site and how far to look."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [examples.ASKED]})
    geometry: Annotated[SitePoint | SiteArea, Field(discriminator="type")]
    crs: Annotated[
        str | None,
        Field(pattern=CRS_CODE, max_length=11, description="如 EPSG:4547；缺省为经纬度 / degrees if left out; east first"),
    ] = None
    reach_m: Annotated[float, Field(ge=50, le=3_000, allow_inf_nan=False, description="找管线的范围 / how far to mains")] = 1_000
    near_m: Annotated[
        float, Field(ge=10, le=1_000, allow_inf_nan=False, description="找其他事项的范围 / how far to all else")
    ] = 200
    most: Annotated[int, Field(ge=1, le=5, description="每类管线最多几条 / mains of each utility")] = 3


class DataOut(Model):
    """What a part rests on: layer, day of the data, its owner, its source; null: not stated."""

    layer: str
    zh: str
    en: str
    as_of: str | None
    owner: str | None
    source: str | None


class MissingOut(Words):
    """Why something is not certain."""

    code: str


class MainOut(Model):
    """One existing pipe. ``free_capacity`` is null as long as no layer states it."""

    pipe_id: str | None
    kind: str | None
    diameter_mm: float | None
    voltage_kv: float | None
    pressure_mpa: float | None
    depth_m: float | None
    material: str | None
    state: str | None
    owner: str | None
    free_capacity: float | None
    distance_m: float
    point: Position
    site_point: Position
    line: list[Any]
    height_m: float | None
    rise_m: float | None


class UtilityOut(Model):
    """The nearest mains of one utility. ``none`` only where the data prove it; ``closed``: there are pipes that are not open to
    who asks, wherever they lie. ``certain``: no nearer one can be there."""

    utility: str
    title: Words
    answer: Answer
    certain: bool
    missing: list[MissingOut]
    mains: list[MainOut]
    data: list[DataOut]


class NearOut(Model):
    """One thing on or near the site. ``distance_m``: 0 where they meet; ``least_m``: if what is missing came out badly;
    ``radius_m``: how far the zone reaches beyond ``shape`` (a tree);
    ``citation``: null where no rule speaks of it."""

    key: str
    layer: str
    id: str | None
    name: str | None
    kind: str | None
    kind_words: Words | None
    title: Words
    distance_m: float
    least_m: float
    radius_m: float
    certain: bool
    point: Position
    citation: dict[str, Any] | None
    start: str | None
    end: str | None


class ThemeOut(Model):
    """Things of one theme. ``missing``: why there may be more than is listed."""

    theme: str
    title: Words
    items: list[NearOut]
    total: int
    missing: list[MissingOut]
    data: list[DataOut]


class TerrainOut(Model):
    """Heights in metres, slope in percent; null is not known. ``known``: share of the site's samples with a height."""

    height_m: float | None
    low_m: float | None
    high_m: float | None
    slope_percent: float | None
    falls_deg: float | None
    known: float
    grid_m: float | None
    missing: list[MissingOut]
    data: list[DataOut]


class AtSiteOut(Model):
    """Existing pipes under or beside the site, and the clear distances that new pipes need there: hints, no findings."""

    pipes: list[dict[str, Any]]
    missing: list[MissingOut]
    notice: Words
    standard: dict[str, Any]
    data: list[DataOut]


class SiteOut(Model):
    """The judgement of a site, without lines (``/api/site-judgements/lines``)."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [examples.ANSWER]})
    site: dict[str, Any]
    city: str
    synthetic: bool
    crs: str
    pack: str
    on: str
    reach_m: float
    near_m: float
    notice: Words
    mains: list[UtilityOut]
    around: list[ThemeOut]
    terrain: TerrainOut
    clearances: AtSiteOut


class LineOut(Model):
    """One line along roads from a main to the site, judged as any drawn line is; a hint, no design. ``crossings``: places where
    it crosses pipes or runs beside them too near, of those that one may see; ``below``, ``unsure``: of them by the standard."""

    key: str
    utility: str
    pipe_id: str | None
    line: list[Position]
    length_m: float
    along_m: float
    outcome: str
    outcome_words: Words
    headline: Words
    conditions: list[str]
    condition_words: list[Words]
    certainty: str
    missing: list[Words]
    crossings: int
    below: int
    unsure: int


class UtilityLines(Model):
    """Lines of one utility, or why there is none."""

    utility: str
    title: Words
    lines: list[LineOut]
    missing: list[MissingOut]


class LinesOut(Model):
    """Candidate lines of all utilities."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [examples.LINES]})
    notice: Words
    pack: str
    on: str
    utilities: list[UtilityLines]
    data: list[DataOut]
