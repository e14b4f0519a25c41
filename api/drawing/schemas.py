"""What goes in and comes out of the drawing table, as OpenAPI describes it. Degrees are CGCS2000, [longitude, latitude]."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.drawing import examples
from api.schemas import Line, Model, Number, Position, Storable

Order = Literal["xy", "yx"]
CRS_CODE = r"^(?:[Ee][Pp][Ss][Gg]:)?\d{4,6}$"
Distance = Annotated[float, Field(gt=0, le=1_000, allow_inf_nan=False, strict=True, description="m")]


class CoordinatesAsked(BaseModel):
    """Coordinates as they were typed or pasted, one point a line."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [examples.COORDINATES]})
    text: Annotated[str, Field(max_length=200_000), Storable]
    crs: Annotated[
        str | None,
        Field(
            pattern=CRS_CODE, max_length=11, description="如 EPSG:4547；缺省由数值判断 / found out from the numbers if left out"
        ),
    ] = None
    order: Annotated[
        Order | None, Field(description="xy：先东（经）；yx：先北（纬） / xy: east first; yx: north first; found out if left out")
    ] = None


class TypedPoint(Model):
    """One point that was understood; ``x`` east, ``y`` north as written."""

    row: int
    x: float
    y: float
    lon: float
    lat: float
    inside: bool


class RowProblem(Model):
    """A line that was not understood, and what to do."""

    row: int
    text: str
    why: dict[str, str]


class CoordinatesRead(Model):
    """What was understood; ``ask`` names what has to be said before there are points."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [examples.COORDINATES_READ]})
    points: list[TypedPoint]
    crs: str | None
    order: Order | None
    ask: Literal["crs", "order"] | None
    said: dict[str, str]
    problems: list[RowProblem]


class PolarAsked(BaseModel):
    """A distance and a grid azimuth (clockwise from grid north of the city's work CRS) from a point."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [examples.POLAR]})
    start: Position
    distance_m: Annotated[float, Field(gt=0, le=100_000, allow_inf_nan=False, strict=True)]
    azimuth_deg: Annotated[Number, Field(ge=-360, le=360)]


class PolarPoint(Model):
    """Where that leads."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [examples.POLAR_POINT]})
    lon: float
    lat: float
    inside: bool


class OffsetAsked(BaseModel):
    """A stretch of a kerb, road or pipe, and where the line is to run beside it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [examples.OFFSET]})
    line: Line
    distance_m: Distance
    side: Literal["left", "right"]
    corners: Literal["mitre", "round"] = "mitre"


class OffsetLine(Model):
    """The parallel, running as the stretch does; its length in the work CRS."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [examples.OFFSET_LINE]})
    line: list[Position]
    length_m: float


class FileLine(Model):
    """One line of a file, with what its columns say under our names."""

    row_no: int
    label: str
    length_m: float
    coordinates: list[Position]
    attributes: dict[str, Any]


class FileLines(Model):
    """The lines of a file; ``total`` counts those beyond the first 500 too."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [examples.FILE_LINES]})
    lines: list[FileLine]
    total: int
    notes: list[str]
    rejects: list[dict[str, Any]]
