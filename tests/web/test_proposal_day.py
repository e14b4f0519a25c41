"""A proposal on its way between two offices, in real browsers: drawn, submitted, returned from 审查, changed, compared, kept
from another company; at the desk and on a phone."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.reviewing import Desk
from tests.servers import Server
from tests.web.conftest import Come
from tests.web.pages import PATIENCE_MS, Watch, colour_on_map, settled
from tests.web.test_drawing import draw, line_of

START = "/?tab=draw&at=16.5/34.796/114.3&a.utility=gas"
ADDED = "#f2b705"


@pytest.fixture(scope="module")
def house(demo_house: Server) -> Server:
    """What is submitted here changes the city."""
    return demo_house


def at(page: Page) -> int:
    """The proposal that the address names."""
    found = re.search(r"[?&](?:proposal|draft)=(\d+)", page.url)
    assert found, page.url
    return int(found[1])


def bent(line: list[list[float]]) -> str:
    """The line with its last point moved some forty metres, as an address writes it."""
    (x, y) = line[-1]
    return "~".join(f"{lon:.8f}_{lat:.8f}" for lon, lat in [*line[:-1], [x + 0.0003, y - 0.0003]])


def submitted(page: Page, title: str) -> int:
    """Draws a line, keeps it as a draft, submits it; the number of the proposal."""
    draw(page, (250, 300), (450, 340), (560, 430))
    page.keyboard.press("Enter")
    expect(page.locator("[data-test=card]")).to_be_visible(timeout=PATIENCE_MS)
    page.locator("[data-test=foot-title]").fill(title)
    page.locator("[data-test=foot-note]").fill("初稿")
    page.locator("[data-test=foot-save]").click()
    expect(page.locator("[data-test=foot-saved]")).to_contain_text("第 1 版", timeout=PATIENCE_MS)
    page.locator("[data-test=foot-submit]").click()
    expect(page.locator("[data-test=proposal]")).to_have_attribute("data-state", "submitted", timeout=PATIENCE_MS)
    assert line_of(page) == [], "what was submitted no longer lies on the drawing table"
    return at(page)


def version_two(page: Page, proposal: int, line: list[list[float]]) -> None:
    """The draft is opened on the drawing table with a line that was moved, and kept."""
    page.goto(page.url.split("?")[0] + f"?tab=draw&draft={proposal}&a.utility=gas&line={bent(line)}")
    expect(page.locator("[data-test=proposal-foot]")).to_contain_text("正在修改")
    page.locator("[data-test=foot-note]").fill("终点移到路口")
    page.locator("[data-test=foot-save]").click()
    expect(page.locator("[data-test=foot-saved]")).to_contain_text("第 2 版", timeout=PATIENCE_MS)
    page.locator("[data-test=foot-open]").click()


def test_a_proposal_goes_back_and_forth_between_two_offices(come: Come, house: Server) -> None:
    gas = come("gas", START)
    one = submitted(gas, "滨河路中压支线")
    expect(gas.locator("[data-test=log] li")).to_have_count(2, timeout=PATIENCE_MS)
    desk = Desk(house, "urban")
    (item,) = [each for each in desk.queue()["items"] if each["proposal"] == one]
    urban = come("urban", f"/review?item={item['route']}")
    expect(urban.locator("[data-test=review-head]")).to_contain_text("滨河路中压支线")
    urban.locator("[data-test=give-back]").click()
    urban.locator("form.back textarea").fill("请避让路口检查井")
    urban.locator("form.back button").click()
    expect(urban.locator("[data-test=queue]")).to_be_visible()
    assert [each for each in desk.queue()["items"] if each["proposal"] == one] == []

    gas.goto(house.url + f"/?tab=proposals&proposal={one}")
    expect(gas.locator("[data-test=proposal]")).to_have_attribute("data-state", "draft")
    expect(gas.locator("[data-test=proposal]")).to_contain_text("请避让路口检查井")
    gas.locator("[data-test=do-edit]").click()
    expect(gas.locator("[data-test=proposal-foot]")).to_contain_text("正在修改")
    line = line_of(gas)
    assert len(line) == 3 and at(gas) == one
    version_two(gas, one, line)
    gas.locator("[data-test=compare-2]").click()
    expect(gas.locator("[data-test=compare]")).to_be_visible()
    expect(gas.locator("[data-test=beside-length]")).to_have_class(re.compile("changed"))
    assert "old=1" in gas.url and "new=2" in gas.url
    settled(gas)
    assert colour_on_map(gas, ADDED)["n"] > 50, "the stretch that was added glows on the map"
    link = gas.url
    gas.locator("[data-test=compare-back]").click()
    expect(gas.locator("[data-test=proposal]")).to_be_visible()
    assert "old=" not in gas.url
    gas.locator("[data-test=do-submit]").click()
    gas.locator("[data-test=do-confirm]").click()
    expect(gas.locator("[data-test=proposal]")).to_have_attribute("data-state", "submitted")
    (again,) = [each for each in desk.queue()["items"] if each["proposal"] == one]
    assert again["route"] != item["route"] and again["version"] == 2
    desk.web.close()

    colleague = come("urban", link.removeprefix(house.url), locale="en")
    expect(colleague.locator("[data-test=compare]")).to_contain_text("Version 1")


def test_another_company_finds_neither_list_nor_proposal_nor_versions(come: Come, watch: Watch, house: Server) -> None:
    gas = come("gas", START)
    one = submitted(gas, "只给本单位看的支线")
    watch.expected = ("404",)
    power = come("power", "/?tab=proposals")
    expect(power.locator("[data-test=proposals-empty], [data-test=proposals]").first).to_be_visible()
    expect(power.get_by_text("只给本单位看的支线")).to_have_count(0)
    for path in (f"/?tab=proposals&proposal={one}", f"/?tab=proposals&proposal={one}&old=1&new=1"):
        power.goto(house.url + path)
        expect(power.locator("[role=alert]").first).to_be_visible()
        expect(power.locator("[data-test=proposal], [data-test=compare]")).to_have_count(0)
    desk = Desk(house, "power")
    for path in (f"/api/proposals/{one}", f"/api/proposals/{one}/versions", f"/api/proposals/{one}/compare?a=1&b=1"):
        assert desk.web.get(path).status_code == 404
    desk.web.close()


def test_on_a_phone_the_list_the_card_and_the_comparison(come: Come, house: Server) -> None:
    gas = come("gas", START)
    one = submitted(gas, "手机上看的支线")
    gas.locator("[data-test=do-withdraw]").click()
    gas.locator("[data-test=reason]").fill("改线")
    gas.locator("[data-test=do-confirm]").click()
    expect(gas.locator("[data-test=proposal]")).to_have_attribute("data-state", "withdrawn")
    gas.locator("[data-test=do-reopen]").click()
    expect(gas.locator("[data-test=proposal]")).to_have_attribute("data-state", "draft")
    gas.locator("[data-test=do-edit]").click()
    version_two(gas, one, line_of(gas))

    phone = come("gas", "/?tab=proposals", phone=True)
    phone.locator("[data-test=tab-proposals]").tap()
    expect(phone.locator("[data-test=proposals]")).to_contain_text("手机上看的支线")
    phone.get_by_text("手机上看的支线").first.tap()
    card = phone.locator("[data-test=proposal]")
    expect(card).to_have_attribute("data-state", "draft")
    for name in ("do-submit", "do-edit", "do-withdraw"):
        box = phone.locator(f"[data-test={name}]").bounding_box()
        assert box is not None and box["height"] >= 44, name
    phone.locator("[data-test=compare-2]").tap()
    expect(phone.locator("[data-test=compare]")).to_be_visible()
    assert phone.locator(".scroll").evaluate("box => box.scrollTop") == 0, "a comparison begins at its top"
    wide = phone.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390, "nothing runs out of the screen"
    settled(phone)
    phone.go_back()
    expect(card).to_be_visible()
