"""axe-core looks at every place of the page, at the desk and on a phone: nothing serious is left."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.servers import Server
from tests.web.conftest import Open, _opener, signed
from tests.web.pages import PATIENCE_MS, Watch

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
SIZES: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1440, "height": 900}},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
}
# WCAG 2.2 A and AA; the canvas of the map is a picture, and what it shows stands in lists beside it
ASK = """async () => {
  const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
  const found = await axe.run({exclude: [['.maplibregl-canvas']]}, {runOnly: rules})
  return found.violations.filter((one) => ['serious', 'critical'].includes(one.impact))
    .map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' | ')}`)
}"""
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


@pytest.fixture
def at(browser: Browser, watch: Watch, server: Server) -> Iterator[Callable[[str, str | None], Open]]:
    """Opens pages at a size, as somebody of a role (None: nobody); one browser a role."""
    contexts: dict[str | None, BrowserContext] = {}

    def visit(size: str, role: str | None) -> Open:
        if role not in contexts:
            contexts[role] = browser.new_context(locale="zh-CN", reduced_motion="reduce", bypass_csp=True, **SIZES[size])
            if role:
                signed(contexts[role], server, role)
        return _opener(contexts[role], watch, server.url)

    yield visit
    for one in contexts.values():
        one.close()


def looked_at(page: Page) -> list[str]:
    page.wait_for_load_state("networkidle", timeout=PATIENCE_MS)
    page.add_script_tag(path=AXE)
    found: list[str] = page.evaluate(ASK)
    return found


@pytest.mark.parametrize("size", list(SIZES))
def test_nothing_serious(at: Callable[[str, str | None], Open], route: int, size: str) -> None:
    """All places in one browser: what is found is told together."""
    found = {}
    for name, (role, path) in PLACES.items():
        page = at(size, role)(path.format(route=route), idle=False)
        page.locator("[data-test=person]").wait_for(timeout=PATIENCE_MS)
        found[name] = looked_at(page)
        page.close()
    page = at(size, None)("/", idle=False)
    page.locator("[data-test=signin]").wait_for(timeout=PATIENCE_MS)
    found["door"] = looked_at(page)
    assert {name: said for name, said in found.items() if said} == {}
