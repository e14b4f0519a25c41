"""The drawing table: typed coordinates, distance and azimuth, the parallel of a kerb, lines out of a file. Nothing is stored."""

from typing import Annotated

import shapely
from fastapi import APIRouter, File, Form, UploadFile

from api.deps import HouseNow, LangNow
from api.drawing.file_lines import DIGITS, lines_of
from api.drawing.schemas import (
    CoordinatesAsked,
    CoordinatesRead,
    FileLines,
    OffsetAsked,
    OffsetLine,
    PolarAsked,
    PolarPoint,
)
from api.drawing.typed import understand
from api.drawn import shape_inside
from api.jobs.orders import jobs_dir
from api.rights import needs
from api.schemas import problems
from api.texts import words_of_query
from api.uploads import receive
from api.wire import Json
from geo.crs import CGCS2000_DEGREES, to_degrees, to_work
from geo.errors import BadInput
from geo.parallel import parallel, polar
from layers.readers.encoding import asked_for

router = APIRouter(prefix="/api", tags=["drawing"], dependencies=[needs("judge")])


@router.post(
    "/coordinates", response_model=CoordinatesRead, responses=problems(400, 403, 409, 413, 422),
    summary="读懂键入的坐标 / understand typed coordinates",
)  # fmt: skip
def read_coordinates(asked: CoordinatesAsked, house: HouseNow) -> Json:
    """One point a line, in degrees (decimal or with minutes and seconds) or metres of any Chinese or EPSG system that leads to
    the city's without a silent shift. What is not clear is asked (``ask``), a line that is not understood is named."""
    return Json(understand(asked, house.standing.settings()))


@router.post(
    "/coordinates/polar", response_model=PolarPoint, responses=problems(400, 403, 409, 413, 422),
    summary="距离和方位角 / distance and azimuth",
)  # fmt: skip
def polar_point(asked: PolarAsked, house: HouseNow) -> Json:
    """The point at a distance and a grid azimuth from another, reckoned in the city's work CRS."""
    city = house.standing.settings()
    start = shapely.Point(asked.start[:2])
    west, south, east, north = city.bounds
    if not shapely.box(west, south, east, north).buffer(1).intersects(start):
        raise BadInput(why_zh="起点远在本市范围之外", why_en="the starting point lies far outside the city")
    x, y = shapely.get_coordinates(to_work(start, CGCS2000_DEGREES, city.work_crs))[0]
    end = to_degrees(shapely.Point(polar(x, y, asked.distance_m, asked.azimuth_deg)), city.work_crs)
    return Json(
        {"lon": round(end.x, DIGITS), "lat": round(end.y, DIGITS), "inside": west <= end.x <= east and south <= end.y <= north}
    )


@router.post(
    "/lines/offset", response_model=OffsetLine, responses=problems(400, 403, 409, 413, 422),
    summary="平行线 / the parallel of a line",
)  # fmt: skip
def offset_line(asked: OffsetAsked, house: HouseNow) -> Json:
    """The line so many metres to the left or right of a stretch of kerb, road or pipe, exact in the city's work CRS."""
    city = house.standing.settings()
    line = to_work(shape_inside(asked.line, city), CGCS2000_DEGREES, city.work_crs)
    beside = parallel(line, asked.distance_m, asked.side, asked.corners)
    degrees = shapely.get_coordinates(to_degrees(beside, city.work_crs)).round(DIGITS)
    return Json({"line": degrees.tolist(), "length_m": round(beside.length, 3)})


@router.post(
    "/lines/read", response_model=FileLines, responses=problems(400, 403, 409, 413, 422),
    summary="读取文件中的线 / read the lines of a file",
)  # fmt: skip
def read_lines(
    house: HouseNow,
    lang: LangNow,
    file: Annotated[list[UploadFile], File(description="同“审查一个文件” / as for reviewing a file")],
    crs: Annotated[str | None, Form(max_length=4000, description="缺省由文件说明 / if the file does not say")] = None,
    encoding: Annotated[str | None, Form(max_length=40, description="缺省自动 / found out if left out")] = None,
) -> Json:
    """A file's lines in degrees with what their columns say, for the drawing table; nothing of it is kept."""
    words = words_of_query("crs", crs), words_of_query("encoding", encoding)
    asked_for(words[1])
    folder = jobs_dir(house.settings.home)
    upload = receive(file, folder)
    return Json(lines_of(folder, upload, house.standing.settings(), lang, *words))
