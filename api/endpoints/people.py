"""Accounts, for those who manage them; and which offices there are."""

from typing import Annotated

from fastapi import APIRouter, Path, status

from api.deps import HouseNow
from api.people.schemas import OfficesOut, Password, PeopleOut, PersonAsked, PersonChange, PersonMade, PersonOut
from api.rights import VisitorNow, needs, signed_in
from api.schemas import problems
from api.wire import Json
from layers.people.accounts import add_person, by_id, change_person, people, reset_password
from layers.people.offices import offices

router = APIRouter(prefix="/api", tags=["people"])
NO_STORE = {"Cache-Control": "no-store"}
PersonId = Annotated[int, Path(ge=1, le=2**53, description="帐号编号 / number of an account")]
MANAGES = [needs("manage")]


@router.get(
    "/offices", response_model=OfficesOut, responses=problems(401), summary="部门与角色 / offices", dependencies=[signed_in]
)
def list_offices() -> Json:
    """Roles by the offices that the document names, and what each may do."""
    return Json(offices().model_dump(mode="json"))


@router.get("/people", response_model=PeopleOut, responses=problems(401, 403), summary="帐号 / accounts", dependencies=MANAGES)
def list_people(house: HouseNow) -> Json:
    """Everybody who can sign in, and who could."""
    return Json({"items": people(house.engine)}, headers=NO_STORE)


@router.post(
    "/people", response_model=PersonMade, status_code=status.HTTP_201_CREATED, summary="新建帐号 / a new account",
    responses=problems(400, 401, 403, 409, 413, 422), dependencies=MANAGES,
)  # fmt: skip
def new_person(asked: PersonAsked, now: VisitorNow, house: HouseNow) -> Json:
    """The password is shown this once, and is changed by its owner at the first visit."""
    made, password = add_person(house.engine, now.actor, asked.login, asked.name, asked.role, asked.company, asked.district)
    return Json({**made, "password": password}, status.HTTP_201_CREATED, NO_STORE)


@router.get(
    "/people/{person_id}", response_model=PersonOut, responses=problems(401, 403, 404, 422), summary="一个帐号 / one account",
    dependencies=MANAGES,
)  # fmt: skip
def show_person(person_id: PersonId, house: HouseNow) -> Json:
    """One account."""
    return Json(by_id(house.engine, person_id), headers=NO_STORE)


@router.patch(
    "/people/{person_id}", response_model=PersonOut, responses=problems(400, 401, 403, 404, 409, 413, 422),
    summary="修改帐号 / change an account", dependencies=MANAGES,
)  # fmt: skip
def alter_person(person_id: PersonId, asked: PersonChange, now: VisitorNow, house: HouseNow) -> Json:
    """Name, role, company, district, disabled. Who is disabled, or has another role, is signed out at once."""
    out = change_person(house.engine, now.actor, person_id, **asked.model_dump(exclude_none=True))
    house.visitors.forget()
    return Json(out, headers=NO_STORE)


@router.post(
    "/people/{person_id}/password", response_model=Password, responses=problems(401, 403, 404, 422),
    summary="重设密码 / reset a password", dependencies=MANAGES,
)  # fmt: skip
def new_password(person_id: PersonId, now: VisitorNow, house: HouseNow) -> Json:
    """A password to hand over, shown this once; every session of the person ends."""
    password = reset_password(house.engine, now.actor, person_id)
    house.visitors.forget()
    return Json({"password": password}, headers=NO_STORE)
