"""What goes in and comes out about places, as OpenAPI describes it. Degrees are CGCS2000, [longitude, latitude]."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.places import examples
from api.schemas import Area, Line, Lines, Model, Words


class PastedPlace(Model):
    """One place that the text can mean; ``shift_m``: how far the numbers were moved from ``datum`` to CGCS2000."""

    lon: float
    lat: float
    datum: str
    shift_m: float
    inside: Annotated[bool, Field(description="在本市范围内 / within the city")]
    said: Words


class Pasted(Model):
    """What was understood. No place: the text is no location, ``said`` is null; two: their datum is not known."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [examples.PASTED]})
    service: Literal["amap", "baidu", "tencent", "apple", "google", "geo", "typed"] | None
    turned: Annotated[bool, Field(description="两个数与该服务的次序相反 / the numbers stand the other way round")]
    places: list[PastedPlace]
    said: Words | None


class ProfileAsked(BaseModel):
    """The line whose ground is asked for."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [examples.PROFILE_ASKED]})
    line: Annotated[Line | Lines, Field(discriminator="type")]


class Station(Model):
    """One point of the profile; ``slope_pct``: to the next point, up positive. null: not known."""

    at_m: float
    lon: float
    lat: float
    height_m: float | None
    slope_pct: float | None
    part: int


class Sheet(Model):
    """One height model that answered for ``points`` of the points."""

    delivery: int
    source: str
    owner: str
    as_of: date | None
    resolution_m: float
    points: int


class Profile(Model):
    """The ground along a line; ``gaps``: from–to in which it is not known. ``climb_m`` and ``descent_m`` leave gaps out, and are
    null where no slope is known at all."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [examples.PROFILE]})
    length_m: float
    step_m: float
    lowest_m: float | None
    highest_m: float | None
    climb_m: float | None
    descent_m: float | None
    gaps: list[tuple[float, float]]
    points: list[Station]
    sheets: list[Sheet]


class RulerAsked(BaseModel):
    """What is measured: a line, or an area by its outer ring."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [examples.RULER_ASKED]})
    shape: Annotated[Line | Area, Field(discriminator="type")]


class Ruled(Model):
    """Planar figures are in the city's work CRS, as verdicts are; geodesic ones on the ellipsoid of CGCS2000.

    ``legs_m``: of each straight piece; ``bearing_deg``: of the last, from grid north clockwise; areas are null for a line.
    """

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [examples.RULED]})
    work_crs: str
    legs_m: list[float]
    planar_m: float
    geodesic_m: float
    bearing_deg: float | None
    planar_m2: float | None
    geodesic_m2: float | None
