"""The field pack of a survey: what QField and QGIS open on the spot, without a network."""

from collections.abc import Iterator
from typing import IO
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.background import BackgroundTask
from starlette.responses import Response, StreamingResponse

from api.deps import HouseNow
from api.field_pack.pack import field_pack
from api.masking import WHOLE
from api.rights import VisitorNow, needs
from api.schemas import problems
from api.survey.schemas import SurveyId

router = APIRouter(tags=["surveys"])
ZIP = "application/zip"
PART_BYTES = 1 << 20


@router.get(
    "/api/surveys/{survey_id}/field-pack", response_class=Response, summary="外业包 / field pack",
    dependencies=[needs("see")],
    responses={
        200: {
            "content": {ZIP: {"schema": {"type": "string", "format": "binary"}}},
            "description": "survey.gpkg, survey.qgs, area.tif, area.pmtiles, photos/, checklist.csv, README.txt",
        },
        **problems(404, 409, 422),
    },
)  # fmt: skip
def show_pack(survey_id: SurveyId, request: Request, house: HouseNow, now: VisitorNow) -> Response:
    """A zip for QField and QGIS: the site, the line with its outcome, the checklist, pins, trails and photos, and the ground
    around them; pipes as far as one's own rights reach, which the audit keeps. For participants with an account; 409 while
    another pack of one's own is being made."""
    file = field_pack(house, now, survey_id, bool(getattr(request.state, WHOLE, False)))
    size = file.seek(0, 2)
    file.seek(0)
    named = f"attachment; filename=\"survey-{survey_id}.zip\"; filename*=UTF-8''{quote(f'外业包-{survey_id}.zip')}"
    headers = {"Content-Disposition": named, "Content-Length": str(size), "Cache-Control": "no-store"}
    return StreamingResponse(_parts(file), media_type=ZIP, headers=headers, background=BackgroundTask(file.close))


def _parts(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while part := file.read(PART_BYTES):
            yield part
