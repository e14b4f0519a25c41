"""axe-core looks at every place of the page, at the desk and on a phone: nothing serious is left."""

from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.servers import Server
from tests.web.axe import ASK, AXE
from tests.web.conftest import _opener, signed
from tests.web.pages import PATIENCE_MS, Watch

SIZES: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1440, "height": 900}},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
}
PLACES = {
    "map": ("admin", "/"),
    "line": ("admin", "/?route={route}"),
    "draw": ("utility", "/?tab=draw"),
    "batch": ("utility", "/?tab=batch"),
    "layers": ("reader", "/?tab=layers&legend=1"),
    "proposals": ("utility", "/?tab=proposals"),
    "queue": ("urban", "/review"),
    "item": ("urban", "/review?item={route}"),
    "digs": ("lead", "/digs"),
    "surveys": ("lead", "/survey"),
    "data": ("admin", "/data"),
    "people": ("admin", "/data?tab=people"),
    "audit": ("admin", "/data?tab=audit"),
    "packs": ("admin", "/data?tab=packs"),
    "pack": ("admin", "/data?tab=packs&item=kaifeng-2022-6"),
    "compared": ("admin", "/data?tab=packs&item=kaifeng-2022-6&older=xinmi-2022"),
    "companies": ("admin", "/data?tab=companies"),
    "tokens": ("utility", "/data?tab=tokens"),
    "quality": ("admin", "/data?item=roads&field=class.blank"),
    "load": ("admin", "/data?item=roads&view=load"),
    "deliveries": ("admin", "/data?item=roads&view=history"),
}


@pytest.fixture(scope="module")
def route(server: Server) -> int:
    """A stored line that is decided by what it meets."""
    with httpx.Client(base_url=server.url, headers=server.headers, trust_env=False) as client:
        return int(client.get("/api/routes", params={"outcome": "parallel", "limit": 1}).json()["items"][0]["id"])


class Walk:
    """One browser of somebody at a size: places are gone to inside the page, as "back" does; loading it anew costs seconds."""

    def __init__(self, context: BrowserContext, watch: Watch, address: str) -> None:
        self._open, self._page, self._waiting = _opener(context, watch, address), None, 0

    def to(self, path: str, shown: str) -> Page:
        """The page at a path, once ``shown`` is there and nothing is asked for or changes any more."""
        if self._page is None:
            self._page = self._open(path, idle=False)
            self._page.on("request", lambda _: self._count(1))
            self._page.on("requestfinished", lambda _: self._count(-1))
            self._page.on("requestfailed", lambda _: self._count(-1))
            self._page.add_script_tag(path=AXE)
        else:
            self._page.evaluate(GO, path)
        self._page.locator(shown).first.wait_for(timeout=PATIENCE_MS)
        self._still(self._page)
        return self._page

    def _count(self, by: int) -> None:
        self._waiting = max(0, self._waiting + by)

    def _still(self, page: Page) -> None:
        for _ in range(PATIENCE_MS // 300):
            page.evaluate(CALM)
            if self._waiting == 0:
                return
        raise AssertionError("the page never came to rest")


# a popstate as the browser makes it when somebody goes back to the address
GO = "(path) => { history.pushState(null, '', path); dispatchEvent(new PopStateEvent('popstate')) }"
# until 300 ms have gone by in which nothing of the page changed; the map draws on its canvas and changes nothing
CALM = """() => new Promise((done) => {
  let waits = setTimeout(end, 300)
  const watches = new MutationObserver(() => { clearTimeout(waits); waits = setTimeout(end, 300) })
  function end() { watches.disconnect(); done() }
  watches.observe(document.body, { subtree: true, childList: true, characterData: true })
})"""


@pytest.mark.parametrize("size", list(SIZES))
def test_nothing_serious(browser: Browser, watch: Watch, server: Server, route: int, size: str) -> None:
    """All places, in one browser for each role: what is found is told together."""
    found: dict[str, list[str]] = {}
    for role in dict.fromkeys([role for role, _ in PLACES.values()]):
        with browser.new_context(locale="zh-CN", reduced_motion="reduce", bypass_csp=True, **SIZES[size]) as context:
            walk = Walk(context, watch, server.url)
            if role == "admin":
                found["door"] = walk.to("/", "[data-test=signin]").evaluate(ASK)
                walk = Walk(context, watch, server.url)
            signed(context, server, role)
            for name, (whose, path) in PLACES.items():
                if whose == role:
                    found[name] = walk.to(path.format(route=route), "[data-test=person]").evaluate(ASK)
    assert set(found) == {*PLACES, "door"}
    assert {name: said for name, said in found.items() if said} == {}
