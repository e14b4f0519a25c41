"""A guest of a survey over HTTP: the cookie of their device, which no other address of the house takes for anything."""

from typing import Annotated

from fastapi import Depends, Request

from api.deps import HouseNow
from api.security import refuse_strangers
from geo.errors import DeadLink
from layers.survey.guests import Guest, guest_of

GUEST_COOKIE = "waixian_guest"
PLACE = "/api/guest"


def guest(request: Request, house: HouseNow) -> Guest:
    """Who came by a link. Raises DeadLink; 403 where a page of another site uses the cookie."""
    given = request.cookies.get(GUEST_COOKIE, "")
    if not given:
        raise DeadLink
    refuse_strangers(request.method, request.headers)
    return guest_of(house.engine, given)


GuestNow = Annotated[Guest, Depends(guest)]


def guest_cookie(secret: str, left_s: int, secure: bool) -> str:
    """The ``Set-Cookie`` of a guest's device: sent to the guests' own addresses alone, until the link ends."""
    return f"{GUEST_COOKIE}={secret}; Path={PLACE}; Max-Age={left_s}; HttpOnly; SameSite=Strict" + ("; Secure" if secure else "")
