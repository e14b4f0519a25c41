"""The record of a survey that has closed, sealed by this installation, and what it is checked with."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from api.deps import HouseNow, LangNow
from api.rights import VisitorNow, everybody, needs
from api.schemas import problems
from api.security import SANDBOX
from api.survey.record import as_page, proof, record_of
from api.survey.record_file import as_json
from api.survey.schemas import KeyOut, ProofOut, SurveyId
from api.wire import Json
from layers.signing import ALGORITHM, fingerprint, public_key
from layers.survey import store

router = APIRouter(tags=["surveys"])
NO_STORE = {"Cache-Control": "no-store"}
FORMS = {"text/html": {"schema": {"type": "string"}}, "application/json": {"schema": {"type": "object"}}}


@router.get(
    "/api/surveys/{survey_id}/record",
    response_class=Response,
    responses={200: {"content": FORMS, "description": "A4, JSON"}, **problems(404, 409, 422)},
    summary="踏勘记录 / the record",
    dependencies=[needs("see")],
)
def show_record(
    survey_id: SurveyId, house: HouseNow, now: VisitorNow, lang: LangNow,
    form: Annotated[Literal["html", "json"], Query(alias="format")] = "html",
    tongue: Annotated[Literal["zh", "en"] | None, Query(alias="lang", description="缺省按浏览器 / else the browser's")] = None,
) -> Response:  # fmt: skip
    """Who was there, conclusions, checklists, photos, trails and the time line, signed; one page in A4 to keep or print (as PDF
    too), or JSON. 409 before the survey has closed."""
    store.one(house.engine, now.person, survey_id)
    kept = record_of(house, survey_id)
    name = f"survey-{survey_id}.{form}"
    if form == "json":
        headers = {"Content-Disposition": f'attachment; filename="{name}"', **NO_STORE}
        return Response(as_json(kept), media_type="application/json", headers=headers)
    headers = {"Content-Disposition": f'inline; filename="{name}"', "Content-Security-Policy": SANDBOX, **NO_STORE}
    return Response(as_page(house, kept, tongue or lang), media_type="text/html", headers=headers)


@router.get(
    "/api/surveys/{survey_id}/record/verify",
    response_model=ProofOut,
    responses=problems(404, 409, 422),
    summary="核对记录 / does the record hold?",
    dependencies=[needs("see")],
)
def verify_record(survey_id: SurveyId, house: HouseNow, now: VisitorNow) -> Json:
    """The text against its signature, the journal against its digest, every original against its own."""
    store.one(house.engine, now.person, survey_id)
    return Json(proof(house, record_of(house, survey_id)), headers=NO_STORE)


@router.get("/api/records/key", response_model=KeyOut, summary="公钥 / the public key", dependencies=[everybody])
def show_key(house: HouseNow) -> Json:
    """What signatures of this installation are checked with, by anybody."""
    key = public_key(house.settings.home)
    return Json({"algorithm": ALGORITHM, "public_key": key, "fingerprint": fingerprint(key)})
