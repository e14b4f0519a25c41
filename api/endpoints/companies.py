"""Companies: under which names they appear, and to whom they open their pipes."""

from typing import Annotated

from fastapi import APIRouter, Path

from api.deps import House, HouseNow
from api.people.schemas import CompaniesOut, CompanyChange, CompanyOut, OpeningsAsked, OpeningsOut
from api.rights import Visitor, VisitorNow, needs
from api.schemas import problems
from api.wire import Json
from geo.errors import BadInput
from layers.people.companies import change_company, companies
from layers.rights.openings import open_pipes, openings

router = APIRouter(prefix="/api", tags=["people"])
CompanyId = Annotated[int, Path(ge=1, le=2**53)]
MANAGES, OWNS = [needs("manage")], [needs("open_pipes")]


@router.get(
    "/companies", response_model=CompaniesOut, responses=problems(401, 403), summary="单位 / companies", dependencies=MANAGES
)
def list_companies(house: HouseNow) -> Json:
    """Companies with their people and pipes; ``unclaimed``: owners of pipes that no company here is known as."""
    return Json(companies(house.engine))


@router.patch(
    "/companies/{company_id}", response_model=CompanyOut, responses=problems(400, 401, 403, 404, 409, 413, 422),
    summary="修改单位 / change a company", dependencies=MANAGES,
)  # fmt: skip
def alter_company(company_id: CompanyId, asked: CompanyChange, now: VisitorNow, house: HouseNow) -> Json:
    """The other names under which layers and works name it. No two companies share a name."""
    return Json(change_company(house.engine, now.actor, company_id, asked.known_as))


@router.get(
    "/companies/{company_id}/openings", response_model=OpeningsOut, responses=problems(401, 403, 404, 422),
    summary="单位的管线开放范围 / openings of a company", dependencies=MANAGES,
)  # fmt: skip
def show_openings(company_id: CompanyId, house: HouseNow) -> Json:
    """What a company opens to offices, to other companies and to others: full, squares or nothing."""
    return Json(openings(house.engine, company_id))


@router.put(
    "/companies/{company_id}/openings", response_model=OpeningsOut, responses=problems(400, 401, 403, 404, 413, 422),
    summary="代为登记管线开放范围 / enter a company's consent", dependencies=MANAGES,
)  # fmt: skip
def enter_openings(company_id: CompanyId, asked: OpeningsAsked, now: VisitorNow, house: HouseNow) -> Json:
    """Pipes are opened by their owner. Who manages enters what the owner consented to, naming the ``document``."""
    if not asked.document.strip():
        raise BadInput(
            why_zh="管线由权属单位决定开放范围；代为登记须写明其同意文件（document）",
            why_en="pipes are opened by their owner: name the document of their consent",
        )
    return _opened(house, now, company_id, asked)


@router.get(
    "/pipe-openings", response_model=OpeningsOut, responses=problems(401, 403, 404), summary="本单位管线开放范围 / own openings",
    dependencies=OWNS,
)  # fmt: skip
def show_own_openings(now: VisitorNow, house: HouseNow) -> Json:
    """To whom the pipes of one's own company are open."""
    return Json(openings(house.engine, now.person.company_id or 0))


@router.put(
    "/pipe-openings", response_model=OpeningsOut, responses=problems(400, 401, 403, 404, 413, 422),
    summary="设定本单位管线开放范围 / open one's own pipes", dependencies=OWNS,
)  # fmt: skip
def set_own_openings(asked: OpeningsAsked, now: VisitorNow, house: HouseNow) -> Json:
    """Open or close the pipes of one's own company; it holds at once, for tiles, features, search and exports alike."""
    return _opened(house, now, now.person.company_id or 0, asked)


def _opened(house: House, now: Visitor, company: int, asked: OpeningsAsked) -> Json:
    said = asked.model_dump(exclude={"document"}, exclude_none=True)
    return Json(open_pipes(house.engine, now.actor, company, said, asked.document))
