"""天地图 Tianditu as a background by the city's own key: its sheets as a browser asks for them, and what the page may reach.

The browser asks Tianditu itself: keys of the browser kind are bound to the host of the page, a server that passed tiles on
would need another kind of key, and no copy may be kept. The page says which host it is (``Referer``) to that service alone.
"""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from geo.errors import BadInput

NATIONAL = "https://t0.tianditu.gov.cn"
DEEPEST = 18
ATTRIBUTION = "天地图"
_SHEETS = {"img": ("cia", "天地图影像", "Tianditu imagery"), "vec": ("cva", "天地图矢量", "Tianditu streets")}
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True)
class Tianditu:
    """``key``: of the browser kind, the city's own; ``address``: the national service, or a province's node of it."""

    key: str
    address: str = NATIONAL

    def check(self) -> None:
        """Raises BadInput for a key or an address that cannot be one."""
        if not re.fullmatch(r"[0-9A-Za-z]{16,64}", self.key):
            raise BadInput(
                why_zh="WAIXIAN_TIANDITU_KEY 不像天地图的密钥（应为 32 位字母和数字，浏览器端）",
                why_en="WAIXIAN_TIANDITU_KEY is no key of Tianditu (32 letters and digits, of the browser kind)",
            )
        place = urlsplit(self.address)
        near = place.hostname in _LOOPBACK
        if place.scheme not in (("http", "https") if near else ("https",)) or not re.fullmatch(r"[0-9A-Za-z.:-]+", place.netloc):
            raise BadInput(
                why_zh=f"WAIXIAN_TIANDITU_URL {self.address} 应为 https:// 开头的地址",
                why_en=f"WAIXIAN_TIANDITU_URL {self.address} is an address that begins with https://",
            )

    @property
    def origin(self) -> str:
        """Scheme and host: what the page may ask beside its own server."""
        place = urlsplit(self.address)
        return f"{place.scheme}://{place.netloc}"

    def sheets(self) -> list[dict[str, Any]]:
        """Pictures and streets, each with its names above: ``{name, zh, en, tiles: [below, above], deepest, attribution}``."""
        return [
            {"name": f"tianditu.{name}", "zh": zh, "en": en, "tiles": [self._tiles(name), self._tiles(words)],
             "deepest": DEEPEST, "attribution": ATTRIBUTION}
            for name, (words, zh, en) in _SHEETS.items()
        ]  # fmt: skip

    def _tiles(self, layer: str) -> str:
        asked = (
            f"SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={layer}&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles"
            f"&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={quote(self.key)}"
        )
        return f"{self.address.rstrip('/')}/{layer}_w/wmts?{asked}"
