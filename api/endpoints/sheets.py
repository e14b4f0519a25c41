"""Clearance hints of a drawn line, and the owners' sheets of a proposal."""

from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Path, status
from starlette.responses import Response

from api.clearing import clearances_seen, hints
from api.deps import House, HouseNow, LangNow
from api.drawn import read_drawn
from api.rights import Visitor, VisitorNow, needs
from api.schemas import Feature, problems
from api.sheets.files import dxf, gpkg
from api.sheets.make import contents
from api.sheets.paper import docx
from api.sheets.schemas import AskedOut, Corrections, HintsOut, SheetOut, SheetsOut, Signature
from api.stated import stated_paper
from api.wire import Json
from geo.errors import NotFound
from layers.proposals import sheets as stored
from layers.proposals.owners import hand, names_of, seen
from layers.standards import read_standard

router = APIRouter(prefix="/api", tags=["review"])
ProposalId = Annotated[int, Path(ge=1, le=2**63 - 1, description="方案编号 / number of a proposal")]
SheetId = Annotated[int, Path(ge=1, le=2**63 - 1, description="确认单编号 / number of a sheet")]
Ending = Literal["docx", "dxf", "gpkg"]
WRITERS = {"docx": docx, "dxf": dxf, "gpkg": gpkg}
KINDS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "dxf": "image/vnd.dxf",
    "gpkg": "application/geopackage+sqlite3",
}  # fmt: skip
STANDARD = read_standard()
SEES, ONE = [needs("see")], "/proposals/{proposal}/sheets/{sheet}"
NO_STORE = {"Cache-Control": "no-store"}


@router.post(
    "/clearances", response_model=HintsOut, responses=problems(400, 403, 404, 409, 413, 422), dependencies=[needs("judge")],
    summary="与现状管线的净距提示 / clearances to existing pipes",
)  # fmt: skip
def line_clearances(feature: Feature, house: HouseNow, now: VisitorNow, lang: LangNow) -> Json:
    """One GeoJSON line as ``/api/review`` takes it → where it crosses pipes and lies beside them, by the standard's numbers.

    Hints, no findings. Only pipes that one may see; ``withheld`` says that there are others."""
    city = house.standing.city()
    drawn = read_drawn(feature, city, lang)
    found = clearances_seen(house.engine, city, now.scope, STANDARD, drawn.routes)
    return Json(hints(found, city, STANDARD), headers=NO_STORE)


@router.get(
    "/sheets", response_model=AskedOut, responses=problems(401, 403), dependencies=SEES,
    summary="请本单位确认的 / what one's company is asked to confirm",
)  # fmt: skip
def asked_sheets(house: HouseNow, now: VisitorNow) -> Json:
    """Sheets of what one's company owns, of whosever proposals; those that are signed come last."""
    names = names_of(house.engine, now.person.company_id or 0)
    return Json({"items": stored.asked(house.engine, names)}, headers=NO_STORE)


@router.post(
    "/proposals/{proposal}/sheets", response_model=SheetsOut, status_code=status.HTTP_201_CREATED,
    responses=problems(401, 403, 404, 409, 422), summary="生成权属确认单 / make the owners' sheets",
    dependencies=[needs("review")],
)  # fmt: skip
def make_sheets(proposal: ProposalId, house: HouseNow, now: VisitorNow) -> Json:
    """One sheet for each owner of what the present version takes; sheets that somebody has answered stay as they are."""
    version = stored.version_of(house.engine, now.scope, proposal)
    stored.save(house.engine, now.actor, version["id"], contents(house, now.scope, version))
    return _listed(house, now, version, status.HTTP_201_CREATED)


@router.get(
    "/proposals/{proposal}/sheets", response_model=SheetsOut, responses=problems(401, 403, 404, 422), dependencies=SEES,
    summary="方案的权属确认单 / sheets of a proposal",
)  # fmt: skip
def list_sheets(proposal: ProposalId, house: HouseNow, now: VisitorNow) -> Json:
    """Of the present version, those that one may see."""
    return _listed(house, now, stored.version_of(house.engine, now.scope, proposal))


@router.get(
    ONE + ".{ending}", response_class=Response, summary="确认单文件 / a sheet as a file", dependencies=SEES,
    responses={200: {"content": {kind: {} for kind in KINDS.values()}}, **problems(401, 403, 404, 409, 422)},
)  # fmt: skip
def sheet_file(proposal: ProposalId, sheet: SheetId, ending: Ending, house: HouseNow, now: VisitorNow) -> Response:
    """DOCX to sign and stamp, DXF in the work CRS, GeoPackage with one layer a theme."""
    version = stored.version_of(house.engine, now.scope, proposal)
    found = _one(house, now, version, sheet)
    body = WRITERS[ending](found, house.standing.city())
    name = quote(f"{version['called']}-{found['owner']}.{ending}")
    return Response(
        body, media_type=KINDS[ending], headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}", **NO_STORE}
    )


@router.get(
    ONE, response_model=SheetOut, responses=problems(401, 403, 404, 422), summary="一份确认单 / one sheet", dependencies=SEES
)
def show_sheet(proposal: ProposalId, sheet: SheetId, house: HouseNow, now: VisitorNow) -> Json:
    """With its rows, and what the owner said."""
    version = stored.version_of(house.engine, now.scope, proposal)
    return Json(_told(house, now, version, _one(house, now, version, sheet)), headers=NO_STORE)


@router.post(
    ONE + "/confirmation", response_model=SheetOut, responses=problems(401, 403, 404, 409, 422), dependencies=SEES,
    summary="确认无误 / confirm a sheet",
)  # fmt: skip
def confirm_sheet(proposal: ProposalId, sheet: SheetId, house: HouseNow, now: VisitorNow) -> Json:
    """All of it is right; by the owner's company, or the office that keeps what the city owns."""
    version = stored.version_of(house.engine, now.scope, proposal)
    return Json(_told(house, now, version, stored.confirm(house.engine, now.actor, now.person, version, sheet)))


@router.put(
    ONE + "/corrections", response_model=SheetOut, responses=problems(400, 401, 403, 404, 409, 413, 422), dependencies=SEES,
    summary="更正 / correct a sheet",
)  # fmt: skip
def correct_sheet(proposal: ProposalId, sheet: SheetId, asked: Corrections, house: HouseNow, now: VisitorNow) -> Json:
    """The owner's numbers with reasons; they replace those that were given before."""
    version, given = stored.version_of(house.engine, now.scope, proposal), [one.model_dump() for one in asked.rows]
    return Json(_told(house, now, version, stored.correct(house.engine, now.actor, now.person, version, sheet, given)))


@router.put(
    ONE + "/signature", response_model=SheetOut, responses=problems(400, 401, 403, 404, 409, 413, 422), dependencies=SEES,
    summary="签字 / sign a sheet",
)  # fmt: skip
def sign_sheet(proposal: ProposalId, sheet: SheetId, asked: Signature, house: HouseNow, now: VisitorNow) -> Json:
    """By typing one's own name, once it was confirmed or corrected; the digest binds content, corrections, name and moment.

    For an owner without a desk here (``by_paper``) with number and day of the paper that the owner signed."""
    version = stored.version_of(house.engine, now.scope, proposal)
    paper = stated_paper(asked.paper, asked.paper_on)
    return Json(_told(house, now, version, stored.sign(house.engine, now.actor, now.person, version, sheet, asked.name, paper)))


def _listed(house: House, now: Visitor, version: dict[str, Any], code: int = 200) -> Json:
    names = names_of(house.engine, now.person.company_id or 0)
    items = [one for one in stored.sheets(house.engine, version["id"]) if seen(one, now.person, names, version["own"])]
    may = "review" in now.person.may
    told = {"version": version["number"], "items": [_told(house, now, version, one) for one in items], "may_make": may}
    return Json(told, code, NO_STORE)


def _one(house: House, now: Visitor, version: dict[str, Any], number: int) -> dict[str, Any]:
    found = stored.sheet(house.engine, version["id"], number)
    if not seen(found, now.person, names_of(house.engine, now.person.company_id or 0), version["own"]):
        raise NotFound(what_zh="确认单", what_en="owner's sheet", id=str(number))
    return found


def _told(house: House, now: Visitor, version: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    names = names_of(house.engine, now.person.company_id or 0)
    how = hand(house.engine, now.person, found, names, version["own"])
    told = {name: value for name, value in found.items() if name not in ("version", "signed_by")}
    return told | {"may_answer": found["state"] != "signed" and how is not None, "by_paper": how == "paper"}
