"""What leaves the server for who may not see personal data whole: masked on its way, whatever address it comes from.

An answer is masked unless its visitor has the ability (:data:`layers.people.personal.ABILITY`), or it is about their own.
"""

import re
from typing import TypeVar

import pandas as pd
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from layers.people.personal import masked_bytes, masked_json, masked_text

Frame = TypeVar("Frame", bound=pd.DataFrame)

WHOLE = "whole"  # of the state of a request: its visitor sees personal data as it is
KINDS = ("application/json", "application/problem+json", "application/geo+json", "application/vnd.mapbox-vector-tile", "text/",
         "image/svg+xml", "application/x-protobuf")  # fmt: skip
PLACES = ("/api/", "/tiles/")
_APART = re.compile(rb"[^0-9A-Za-z._ -]")


class Masked:
    """Masks the answers of :data:`PLACES`; a stream piece by piece, cut where no number is cut."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(PLACES) or scope["path"] == "/api/openapi.json":
            await self.app(scope, receive, send)
            return
        await self.app(scope, receive, _Veil(scope, send))


class _Veil:
    """The way of one answer."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope, self._send = scope, send
        self._start: Message | None = None
        self._kind, self._held, self._on = "", b"", False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._kind = MutableHeaders(scope=message).get("content-type", "")
            encoded = "content-encoding" in MutableHeaders(scope=message)
            self._on = self._kind.startswith(KINDS) and not encoded and not self._scope.get("state", {}).get(WHOLE)
            if self._on:
                self._start = message  # its length may change
            else:
                await self._send(message)
        elif message["type"] == "http.response.body" and self._on:
            await self._body(message)
        else:
            await self._send(message)

    async def _body(self, message: Message) -> None:
        body, more = self._held + message.get("body", b""), message.get("more_body", False)
        if not more and self._start is not None and "json" in self._kind:
            shown = masked_json(body) if body else body
            headers = MutableHeaders(scope=self._start)
            if "content-length" in headers and body:
                headers["content-length"] = str(len(shown))
        elif more:
            cut = max((met.start() for met in _APART.finditer(body[-4096:])), default=-1)
            cut = len(body) - min(len(body), 4096) + cut if cut >= 0 else 0
            shown, self._held = masked_bytes(body[:cut]), body[cut:]
        else:
            shown = masked_bytes(body)
        if self._start is not None:
            await self._send(self._start)
            self._start = None
        await self._send({"type": "http.response.body", "body": shown, "more_body": more})


def veiled(frame: Frame) -> Frame:
    """With the numbers of persons masked, wherever somebody typed one: a file passes no mask on its way."""
    texts = [name for name in frame.columns if name != "geometry" and frame[name].dtype.kind not in "ifbM"]
    return frame.assign(**{name: frame[name].map(masked_text, na_action="ignore") for name in texts})
