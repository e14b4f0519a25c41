"""The door: signing in and out, and one's own password."""

import sqlalchemy as sa
from fastapi import APIRouter, Request, status
from starlette.responses import Response

from api.deps import HouseNow
from api.people.schemas import PasswordAsked, SessionOut, SignInAsked
from api.rights import COOKIE, GUEST, Visitor, VisitorNow, address_of, cookie, everybody, signed_in, whoever
from api.schemas import problems
from api.wire import Json
from geo.errors import NotSignedIn
from layers.people.accounts import Person, change_password
from layers.people.companies import own_utility
from layers.people.sessions import sign_in, sign_out

router = APIRouter(prefix="/api/session", tags=["people"])
NO_STORE = {"Cache-Control": "no-store"}
GONE = f"{COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"


def _me(engine: sa.Engine, person: Person | None, sso: bool = False) -> dict[str, object]:
    if person is None or person is GUEST:  # a link opens the ground, and is nobody's session
        return {"person": None, "sso": False}
    names = ("id", "login", "name", "role", "company", "district", "must_change")
    known = {name: getattr(person, name) for name in names} | {"may": sorted(person.may)}
    utility = None if person.company_id is None else own_utility(engine, person.company_id)
    return {"person": known | {"utility": utility}, "sso": sso}


@router.get("", response_model=SessionOut, summary="当前登录 / who is signed in", dependencies=[everybody])
def show_session(request: Request, house: HouseNow) -> Json:
    """Who is signed in with this browser or token; null where nobody is."""
    try:
        now: Visitor | None = whoever(request)
    except NotSignedIn:
        now = None
    sso = now is not None and now.session is not None and now.session.sso
    return Json(_me(house.engine, now.person if now else None, sso), headers=NO_STORE)


@router.post(
    "", response_model=SessionOut, summary="登录 / sign in", responses=problems(400, 401, 403, 413, 422, 429),
    dependencies=[everybody],
)  # fmt: skip
def begin_session(asked: SignInAsked, request: Request, house: HouseNow) -> Response:
    """A session in a cookie that no script can read. Whether there is such a login, the answer does not tell."""
    agent = request.headers.get("user-agent", "")
    one = sign_in(house.engine, asked.login, asked.password, address_of(request), agent)
    assert one.secret is not None
    secure = request.url.scheme == "https"
    return Json(_me(house.engine, one.person), headers={**NO_STORE, "Set-Cookie": cookie(one.secret, secure)})


@router.delete("", status_code=status.HTTP_204_NO_CONTENT, summary="退出 / sign out", responses=problems(403),
               dependencies=[everybody])  # fmt: skip
def end_session(request: Request, house: HouseNow) -> Response:
    """The session ends at once, here and in the browser."""
    try:
        now = whoever(request)
    except NotSignedIn:
        now = None
    if now is not None and now.session is not None:
        sign_out(house.engine, now.session, now.address)
        house.visitors.forget()
    request.state.cookie = None
    return Response(status_code=status.HTTP_204_NO_CONTENT, headers={**NO_STORE, "Set-Cookie": GONE})


@router.put(
    "/password", status_code=status.HTTP_204_NO_CONTENT, summary="修改密码 / a new password",
    responses=problems(400, 401, 403, 413, 422), dependencies=[signed_in],
)  # fmt: skip
def own_password(asked: PasswordAsked, now: VisitorNow, house: HouseNow) -> Response:
    """One's own new password; every session of one's own ends, this one too: sign in with the new one."""
    change_password(house.engine, now.actor, now.person.id, asked.old, asked.new)
    house.visitors.forget()
    return Response(status_code=status.HTTP_204_NO_CONTENT, headers={**NO_STORE, "Set-Cookie": GONE})
