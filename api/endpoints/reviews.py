"""Reviewing: one drawn line at once, or a file as a job."""

import shutil
from dataclasses import asdict
from datetime import date
from functools import partial
from typing import Annotated

from fastapi import APIRouter, File, Form, UploadFile
from starlette import status

from api.day import today
from api.deps import FIRST_DAY, LAST_DAY, FilingDay, HouseNow, LangNow, PackNow
from api.drawn import read_drawn
from api.jobs.orders import KIND, Order, jobs_dir
from api.past import past
from api.review import review
from api.rights import VisitorNow, needs
from api.schemas import Accepted, Feature, ReviewOut, problems
from api.texts import words_of_query
from api.uploads import receive
from api.wire import Json
from layers import jobs
from layers.readers.encoding import asked_for

router = APIRouter(prefix="/api", tags=["review"], dependencies=[needs("judge")])


@router.post(
    "/review", response_model=ReviewOut, responses=problems(400, 403, 404, 409, 413, 422),
    summary="审查一条线 / review one line",
)  # fmt: skip
def review_line(feature: Feature, house: HouseNow, pack: PackNow, lang: LangNow, on: FilingDay = None) -> Json:
    """One GeoJSON line with its attributes → the verdict with findings, permit items and the pieces that decide.

    Lines of the same project that are stored count as its siblings. Nothing is stored by this request.
    """
    city, day = house.standing.city(), on or today()
    drawn = read_drawn(feature, city, lang)
    before = past(house.engine, drawn.routes, pack, day)
    standing = partial(house.standing.works, pack, city)
    answer = review(drawn.routes, city, pack, day, spans=drawn.spans, history=before, standing=standing)
    verdict, pieces = answer.verdict(0, geometry=True), answer.pieces(0, geometry=True)
    return Json({"verdict": verdict, "pieces": pieces, "ignored": drawn.ignored, "notes": drawn.notes})


@router.post(
    "/reviews", response_model=Accepted, responses=problems(400, 403, 404, 409, 413, 422), status_code=status.HTTP_202_ACCEPTED,
    summary="审查一个文件 / review a file",
)  # fmt: skip
def review_file(
    now: VisitorNow,
    house: HouseNow,
    file: Annotated[
        list[UploadFile],
        File(
            description="zip（shp）、GeoPackage、GeoJSON、GeoParquet、CSV、xlsx，或一个 shapefile 的各部分 / "
            "a zipped shapefile, one of the others, or the parts of one shapefile"
        ),
    ],
    pack: Annotated[str | None, Form(max_length=100)] = None,
    on: Annotated[date | None, Form(ge=FIRST_DAY, le=LAST_DAY)] = None,
    crs: Annotated[
        str | None, Form(max_length=4000, description="如 EPSG:4547；缺省由文件说明 / if the file does not say")
    ] = None,
    encoding: Annotated[str | None, Form(max_length=40, description="如 GB18030；缺省自动 / found out if left out")] = None,
) -> Json:
    """A file of routes → a job (202). Its progress, answers and map are below ``href``; leaving the page does not stop it."""
    day = on or today()
    asked = house.pack_for(day, words_of_query("pack", pack), house.standing.settings().name)
    words = words_of_query("encoding", encoding), words_of_query("crs", crs)
    asked_for(words[0])  # an encoding that nobody knows is an answer now, not in a minute
    folder = jobs_dir(house.settings.home)
    upload = receive(file, folder)
    order = Order(upload.folder, upload.stored, upload.shown, asked.label, day.isoformat(), words[1], words[0])
    try:
        job_id = jobs.enqueue(house.engine, KIND, asdict(order), now.owner)
    except BaseException:
        shutil.rmtree(folder / upload.folder, ignore_errors=True)
        raise
    href = f"/api/jobs/{job_id}"
    return Json({"id": job_id, "state": "queued", "href": href}, status.HTTP_202_ACCEPTED, {"Location": href})
