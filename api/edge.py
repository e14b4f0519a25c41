"""The public edge: the places of who comes by a link, and nothing else of the house.

A house stands on the network of its offices; a phone at a site does not reach it. Its edge is a second server of the same
installation, on an address of the internet: it knows the guests of surveys and the parties of invitations by their links alone.
"""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send

from api.rights import COOKIE

PLACES = ("/s/", "/invite/", "/assets/", "/api/guest/", "/api/invitations/")
NOWHERE = "/nowhere"
"""What is closed is asked for here, so that its answer is that of any address that never was."""
FILES = ("/api/guest", "/preview.png", "/offline.js")


def is_open(path: str) -> bool:
    """Is an address there for who comes by a link? Addresses with dots that climb are not."""
    return path in FILES or (path.startswith(PLACES) and "/../" not in path and not path.endswith("/.."))


class LinksOnly:
    """Everything that is not for links is not there, whoever asks; accounts and tokens open nothing here."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            there = {} if is_open(scope["path"]) else {"path": NOWHERE, "raw_path": NOWHERE.encode(), "query_string": b""}
            scope = {**scope, **there, "headers": _without_accounts(scope)}
        await self.app(scope, receive, send)


def _without_accounts(scope: Scope) -> list[tuple[bytes, bytes]]:
    headers = MutableHeaders(raw=list(scope["headers"]))
    if "authorization" in headers:
        del headers["authorization"]
    kept = [one.strip() for one in headers.get("cookie", "").split(";") if one.split("=")[0].strip() != COOKIE]
    if "cookie" in headers:
        headers["cookie"] = "; ".join(kept)
    return headers.raw
