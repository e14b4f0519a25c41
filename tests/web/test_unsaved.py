"""What was begun outlives a reload and the end of a session: the line under the pen, the words that were typed."""

import httpx
from playwright.sync_api import Page, expect

from tests.houses import SAME
from tests.servers import Server
from tests.web.conftest import Come
from tests.web.on_screen import QUIET, TO_DEGREES
from tests.web.pages import PATIENCE_MS, Watch, settled
from tests.web.test_door import sign_in


def ended_elsewhere(page: Page, house: Server) -> None:
    """The session ends, and then the line is saved."""
    (cookie,) = [one for one in page.context.cookies() if one["name"] == "waixian"]
    with httpx.Client(base_url=house.url, headers=SAME, cookies={"waixian": cookie["value"]}, trust_env=False) as elsewhere:
        assert elsewhere.delete("/api/session").status_code == 204
    page.evaluate("document.querySelector('[data-test=foot-save]')?.click()")  # where nothing else has asked before it
    expect(page.locator("[data-test=signin]")).to_be_visible(timeout=PATIENCE_MS)


def test_a_line_and_its_words_come_back(come: Come, house: Server, watch: Watch) -> None:
    watch.expected = ("401",)
    lon, lat = TO_DEGREES.transform(*QUIET)
    page = come("gas", f"/?tab=draw&at=17/{lat:.5f}/{lon:.5f}&a.utility=gas")
    page.locator("[data-test=draw-start]").click()
    for x, y in ((800, 400), (900, 420), (980, 500)):
        page.mouse.click(x, y)
        page.wait_for_timeout(350)  # two clicks in one moment end the line
    page.reload()
    settled(page)
    expect(page.locator("[data-test=draw-recovered]")).to_be_visible(timeout=PATIENCE_MS)
    page.mouse.click(1000, 600)
    expect(page.locator("[data-test=draw-recovered]")).to_have_count(0)
    page.locator("[data-test=draw-finish]").click()
    expect(page.locator("[data-test=foot-title]")).to_be_visible(timeout=PATIENCE_MS)
    assert page.url.count("~") + page.url.count("%7E") >= 3 or "line" in page.url  # four points are in the address

    page.locator("[data-test=foot-title]").fill("未保存的名称")
    ended_elsewhere(page, house)
    sign_in(page, "demo-gas", (house.home / "password").read_text("utf-8"))
    expect(page.locator("[data-test=foot-title]")).to_have_value("未保存的名称", timeout=PATIENCE_MS)
    expect(page.locator("[data-test=foot-returned]")).to_be_visible()
    page.locator("[data-test=foot-save]").click()
    expect(page.locator("[data-test=foot-saved]")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("[data-test=foot-returned]")).to_have_count(0)
    page.reload()
    settled(page)
    assert page.evaluate("Object.keys(sessionStorage).filter((one) => one.startsWith('waixian.unsaved')).length") == 0

    page.locator("[data-test=foot-title]").fill("别人看不到的名称")
    ended_elsewhere(page, house)
    sign_in(page, "demo-heat", (house.home / "password").read_text("utf-8"))
    settled(page)
    assert "line=" not in page.url
    page.locator("[data-test=tab-draw]").click()
    expect(page.locator("[data-test=draw-start]")).to_be_visible()
    expect(page.locator("[data-test=utility-heat]")).to_have_attribute("aria-pressed", "true")
    assert "别人看不到的名称" not in page.content()
