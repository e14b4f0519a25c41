"""Single sign-on: whether there is one, the way to the provider, the way back, and out."""

from typing import Annotated
from urllib.parse import quote, urlsplit

from fastapi import APIRouter, Query, Request, status
from starlette.responses import RedirectResponse, Response

from api.deps import House, HouseNow
from api.people.schemas import SsoOut
from api.rights import address_of, cookie, everybody
from api.schemas import problems
from api.sso.provider import ALIVE_S, Provider, Went
from api.sso.settings import SingleSignOn
from api.texts import words_of_query
from api.wire import Json, storable
from geo.errors import BadInput, Conflict, NotFound, NotSignedIn, Unavailable, WaixianError
from layers.people.sso import Claimed, enter, refused, send, take

router = APIRouter(prefix="/api/session/sso", tags=["people"], dependencies=[everybody])
NO_STORE = {"Cache-Control": "no-store"}
COOKIE, PLACE = "waixian_sso", "/api/session/sso"
_THERE: dict[int | str, dict[str, object]] = {303: {"description": "转到认证页面或回到网页 / on to the provider, or back"}}
Text = Annotated[str | None, Query(max_length=4000)]


@router.get("", response_model=SsoOut, summary="有无单点登录 / is there single sign-on")
def show_sso(house: HouseNow) -> Json:
    """``name``: what the button says, null where there is none; ``ready``: the provider answers."""
    if house.sso is None:
        return Json({"name": None, "ready": False}, headers=NO_STORE)
    return Json({"name": house.sso.settings.name or "统一身份认证", "ready": house.sso.ready()}, headers=NO_STORE)


@router.get(
    "/begin",
    status_code=status.HTTP_303_SEE_OTHER,
    response_class=Response,
    summary="去统一认证登录 / to the provider",
    responses={**_THERE, **problems(404, 422)},
)
def begin_sso(
    request: Request,
    house: HouseNow,
    next_: Annotated[str | None, Query(alias="next", max_length=2000)] = None,
    moved: bool = False,
) -> Response:
    """To the provider, with a state and a nonce that are this browser's. ``next``: where in the page one wanted to be; ``moved``:
    sent here from another name of this server."""
    provider = _provider(house)
    next_ = words_of_query("next", next_) or "/"
    if not moved and (request.headers.get("host") or "").lower() != urlsplit(provider.settings.address).netloc.lower():
        # the cookie must lie where the provider sends the browser back to
        return _to(f"{provider.settings.address.rstrip('/')}{PLACE}/begin?moved=true&next={quote(next_, safe='')}")
    try:
        provider.about(ALIVE_S)
        one = send(house.engine, inside(next_), address_of(request))
        answer = _to(provider.way_there(Went(one.state, one.nonce, one.verifier)))
    except WaixianError as error:
        return _to(_told(error))
    answer.headers.append("set-cookie", _own(provider.settings, one.browser, 600))
    return answer


@router.get(
    "/back", status_code=status.HTTP_303_SEE_OTHER, response_class=Response, summary="从统一认证回来 / back from the provider",
    responses={**_THERE, **problems(404, 422)},
)  # fmt: skip
def end_sso(request: Request, house: HouseNow, code: Text = None, state: Text = None, error: Text = None) -> Response:
    """The browser comes back. What does not hold leads to the door, which says why; what holds, to where one wanted to be."""
    provider = _provider(house)
    address, agent = address_of(request), request.headers.get("user-agent", "")
    given = [text if text and storable(text) else "" for text in (code, state, request.cookies.get(COOKIE))]
    try:
        one = take(house.engine, given[1], given[2])
        if error or not given[0]:
            raise NotSignedIn(why_zh="没有在统一认证处登录", why_en="not signed in at the provider", reason="cancelled")
        said = claimed(provider.settings, provider.claims(given[0], Went(one.state, one.nonce, one.verifier)))
        signed = enter(house.engine, said, provider.settings.new_role, address, agent)
    except WaixianError as problem:
        refused(house.engine, address, str(problem.context.get("login") or ""), problem.text("en"))
        answer = _to(_told(problem))
    else:
        assert signed.secret is not None
        house.visitors.forget()
        answer = _to(one.next)
        secure = provider.settings.address.startswith("https:")
        answer.headers.append("set-cookie", cookie(signed.secret, secure))
    answer.headers.append("set-cookie", _own(provider.settings, "", 0))
    return answer


@router.get(
    "/out", status_code=status.HTTP_303_SEE_OTHER, response_class=Response, summary="退出统一认证 / sign out at the provider",
    responses={**_THERE, **problems(404)},
)  # fmt: skip
def leave_sso(house: HouseNow) -> Response:
    """To where the provider signs people out, and back; the session here is ended before, by ``DELETE /api/session``."""
    provider = _provider(house)
    try:
        return _to(provider.way_out() or "/")
    except WaixianError:
        return _to("/")


def inside(place: str) -> str:
    """A place of our own page, else its beginning: nobody is led elsewhere after signing in."""
    parts = urlsplit(place.strip())
    clean = place.startswith("/") and not place.startswith(("//", "/\\", "/api/")) and place.isprintable() and "\\" not in place
    return place if clean and not parts.scheme and not parts.netloc else "/"


def claimed(settings: SingleSignOn, said: dict[str, object]) -> Claimed:
    """What the claims mean here. Raises NotSignedIn where there is no login, or an address of mail that nobody confirmed."""
    login = said.get(settings.login)
    if not isinstance(login, str) or not login.strip() or not storable(login):
        raise NotSignedIn(why_zh="统一认证没有给出登录名", why_en="the provider names no login", reason="claims")
    if settings.login == "email" and said.get("email_verified") is not True:
        raise NotSignedIn(why_zh="邮箱未经统一认证核实", why_en="the address of mail is not verified", reason="claims")
    roles = said.get(settings.role) if settings.role else ()
    listed = roles if isinstance(roles, list) else [roles]
    return Claimed(
        settings.issuer, str(said["sub"])[:255], login, _word(said.get("name")), [one for one in listed if isinstance(one, str)],
        _word(said.get(settings.company) if settings.company else None),
        _word(said.get(settings.district) if settings.district else None),
    )  # fmt: skip


def _word(value: object) -> str:
    return value.strip()[:200] if isinstance(value, str) and storable(value) else ""


def _provider(house: House) -> Provider:
    if house.sso is None:
        raise NotFound(what_zh="单点登录", what_en="single sign-on", id="sso")
    return house.sso


def _told(error: WaixianError) -> str:
    """The door, with the reason that it puts into words."""
    reason = error.context.get("reason")
    if reason is None:
        reason = "claims" if isinstance(error, (BadInput, Conflict)) else "invalid"
        reason = "unreachable" if isinstance(error, Unavailable) else reason
    return f"/?sso={reason}"


def _to(place: str) -> RedirectResponse:
    return RedirectResponse(place, status.HTTP_303_SEE_OTHER, NO_STORE)


def _own(settings: SingleSignOn, value: str, seconds: int) -> str:
    secure = "; Secure" if settings.address.startswith("https:") else ""
    return f"{COOKIE}={value}; Path={PLACE}; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}"
