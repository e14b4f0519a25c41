"""The built page at its own addresses and nowhere else; where it was not built, a page that says how."""

import html
import os
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

# first parts of addresses that the page answers by itself (web/src/state/url.ts); the map is "/"
ROOMS = ("review", "digs", "survey", "data", "invite", "s")
# What a messenger shows of a link before anybody opened it. The same for every link: whoever gets it forwarded, and every
# crawler, would otherwise learn the place, the people or whether the link is good. Nothing of the link is looked at.
PREVIEWS = {
    "s": ("外线通 · 联合踏勘", "请在手机上打开：报位置、拍照、参加踏勘。链接只供收到邀请的人使用。"),
    "invite": ("外线通 · 同步开挖邀请", "请打开后答复：能否同期开挖。链接只供收到邀请的单位使用。"),
}
PICTURE = "preview.png"
NOT_BUILT = """<!doctype html>
<html lang="zh"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>外线通 Waixian</title></head>
<body><h1>网页尚未构建</h1>
<p>接口已在运行。请在项目目录执行 <code>./setup.sh</code>
（或 <code>npm --prefix web ci &amp;&amp; npm --prefix web run build</code>），然后刷新本页。</p>
<p lang="en">The page is not built yet; the API is running. Run <code>./setup.sh</code> in the project folder and reload.</p>
<p><a href="/api/openapi.json">/api/openapi.json</a></p></body></html>
"""


class Page(StaticFiles):
    """Files of ``web/dist``. A place inside the page gets ``index.html``; what is neither a file nor a place is not there.

    Files below ``assets/`` carry a hash of their contents in their names and may be kept for ever; all others are
    asked for again each time (their ETag makes that cheap).
    """

    def __init__(self, public_url: str = "", **folder: Any) -> None:
        """``public_url``: where links are opened, if that is not where they are made; ``folder``: as StaticFiles takes it."""
        super().__init__(**folder)
        self._public_url = public_url

    async def check_config(self) -> None:
        """The folder may be missing, now or for a while: :data:`NOT_BUILT` is the answer then, not an error."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        first, *rest = path.split(os.sep)
        if scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(404)  # nothing but addresses of the interface takes anything: there is no such address
        if path in (".", "") or (first in ROOMS and len(rest) == (first in ("invite", "s"))):
            answer = self._previewed(await self._index(scope), first, scope) if first in PREVIEWS else await self._index(scope)
        else:
            answer = await super().get_response(path, scope)
        forever = first == "assets" and answer.status_code in (200, 304)
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable" if forever else "no-cache"
        return answer

    def _previewed(self, answer: Response, first: str, scope: Scope) -> Response:
        """The page of a link with what a messenger shows of it."""
        if answer.status_code != 200 or not isinstance(answer, FileResponse):
            return answer
        title, about = PREVIEWS[first]
        said = {"og:type": "website", "og:site_name": "外线通", "og:title": title, "og:description": about}
        said["og:image"] = f"{self._public_url or str(Request(scope).base_url).rstrip('/')}/{PICTURE}"
        tags = "".join(f'<meta property="{name}" content="{html.escape(text)}" />' for name, text in said.items())
        page = Path(answer.path).read_text("utf-8").replace("</head>", f"{tags}</head>", 1)
        return HTMLResponse(page)

    async def _index(self, scope: Scope) -> Response:
        try:
            return await super().get_response("index.html", scope)
        except HTTPException:
            return HTMLResponse(NOT_BUILT, 503)
