"""What every answer says to the browser, and what no other site may do through it."""

from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Nothing from outside. MapLibre draws from data: and blob: images; style attributes are what the widgets place themselves with.
CSP = (
    "default-src 'self'; script-src 'self'; worker-src 'self' blob:; style-src 'self'; style-src-attr 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
# A report is one file with its scripts inside and other people's words in it: it runs in an origin of its own.
SANDBOX = (
    "sandbox allow-scripts allow-downloads; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data: blob:; font-src data:; worker-src blob:; frame-ancestors 'none'"
)
HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(self), microphone=(self)",
}

# What a link opens is kept nowhere on the way, found by no search, and told to no other site.
GUESTS: Final[tuple[str, ...]] = ("/api/guest", "/s/", "/api/invitations/", "/invite/")
GUEST_HEADERS: Final[Mapping[str, str]] = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}


def policy(outside: str = "") -> str:
    """:data:`CSP`; with ``outside`` (an origin) that may be asked for pictures too."""
    if not outside:
        return CSP
    return CSP.replace("img-src 'self'", f"img-src 'self' {outside}").replace(
        "connect-src 'self'", f"connect-src 'self' {outside}"
    )


class Guard:
    """Adds :data:`HEADERS` where an answer has none of its own, and refuses changes that another site sends. ``outside``: the
    one origin beside our own that the page may ask for pictures."""

    def __init__(self, app: ASGIApp, outside: str = "") -> None:
        self.app = app
        self.headers = {**HEADERS, "Content-Security-Policy": policy(outside)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                fresh = scope.get("state", {}).get("cookie")
                if fresh:
                    headers.append("Set-Cookie", fresh)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith(GUESTS):
                    headers.update(GUEST_HEADERS)
            await send(message)

        await self.app(scope, receive, guarded)


class BodyLimit:
    """No body is read beyond ``limit`` of its address: a larger one is refused with 413, by its stated length or on the way."""

    def __init__(self, app: ASGIApp, limit: Callable[[str], int]) -> None:
        self.app, self.limit = app, limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        most, seen = self.limit(scope["path"]), 0
        stated = Headers(scope=scope).get("content-length", "")

        async def limited() -> Message:
            nonlocal seen
            if stated.isdigit() and int(stated) > most:
                raise HTTPException(413)
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > most:
                raise HTTPException(413)
            return message

        await self.app(scope, limited, send)


def refuse_other_sites(method: str, headers: Headers) -> None:
    """Raises 403 where a page of another site makes a visitor's browser change something here.

    The address on a closed network is worth as much as a cookie. Clients that are no browser send neither header and pass
    (:func:`refuse_strangers` does not let them).
    """
    if method in ("GET", "HEAD", "OPTIONS"):
        return
    origin = headers.get("origin")
    foreign = origin is not None and urlsplit(origin).netloc.lower() != headers.get("host", "").lower()
    if headers.get("sec-fetch-site") == "cross-site" or foreign:
        raise HTTPException(403)


def refuse_strangers(method: str, headers: Headers) -> None:
    """Raises 403 where a change that rests on a cookie does not say that a page of ours sent it: every browser says so."""
    if method in ("GET", "HEAD", "OPTIONS"):
        return
    refuse_other_sites(method, headers)
    if headers.get("sec-fetch-site") not in ("same-origin", "none") and headers.get("origin") is None:
        raise HTTPException(403)
