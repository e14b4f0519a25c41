"""Proposals in the browser: drawn, saved, changed, submitted, returned, compared and withdrawn, at the desk and on a phone."""

import re
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from tests.houses import Visitors
from tests.servers import Server
from tests.web.axe import serious
from tests.web.conftest import Come
from tests.web.pages import colour_on_map, settled

JSON = dict[str, Any]
OLD, ADDED, REMOVED = "#4d555b", "#f2b705", "#a3241c"


@pytest.fixture(scope="module")
def house(demo_house: Server) -> Server:
    """What is submitted here stays out of the other tests."""
    return demo_house


@pytest.fixture
def gas(visitors: Visitors) -> httpx.Client:
    """What an engineer of the gas company asks beside the page."""
    return visitors["gas"]


@pytest.fixture(scope="module")
def points(house: Server) -> list[list[float]]:
    """A line of the demo city of one part."""
    with httpx.Client(base_url=house.url, timeout=120, trust_env=False, headers=house.headers) as one:
        for item in one.get("/api/routes", params={"limit": 30}).json()["items"]:
            shape = one.get(f"/api/routes/{item['id']}").json()["route"]["geometry"]
            if shape["type"] == "LineString" and item["length_m"] > 150:
                return [point[:2] for point in shape["coordinates"]]
    raise AssertionError("the demo city has no long line")


def address(points: list[list[float]]) -> str:
    """The drawing table with that line, as a link has it."""
    return "/?tab=draw&line=" + "~".join(f"{lon:.8f}_{lat:.8f}" for lon, lat in points) + "&a.utility=gas"


def made(gas: httpx.Client, points: list[list[float]], title: str) -> JSON:
    """A proposal with two versions, of which the second turns away after half of its way."""
    (x0, y0), (x1, y1) = points[-2:]
    middle = [(x0 + x1) / 2, (y0 + y1) / 2]
    turned = [*points[:-1], middle, [middle[0] + 0.0006, middle[1] + 0.0006]]
    one: JSON = {}
    for line in (points, turned):
        feature = {"type": "Feature", "geometry": {"type": "LineString", "coordinates": line}, "properties": {"utility": "gas"}}
        body = {"feature": feature, "title": title, "note": "" if not one else "改道"}
        answer = (
            gas.put(f"/api/proposals/{one['id']}/version", json={**body, "revision": one["revision"]})
            if one
            else gas.post("/api/proposals", json=body)
        )
        assert answer.is_success, answer.text
        one = answer.json()
    return one


def test_from_the_drawing_table_to_the_decision_of_an_office(come: Come, points: list[list[float]]) -> None:
    page = come("gas", address(points))
    page.locator("[data-test=foot-title]").fill("滨河路中压支线")
    page.locator("[data-test=foot-save]").click()
    expect(page.locator("[data-test=foot-saved]")).to_contain_text("第 1 版")
    expect(page).to_have_url(re.compile(r"draft=\d+"))
    page.locator("[data-test=foot-note]").fill("补充说明")
    page.locator("[data-test=foot-save]").click()
    expect(page.locator("[data-test=foot-saved]")).to_contain_text("第 2 版")
    page.locator("[data-test=foot-submit]").click()
    card = page.locator("[data-test=proposal]")
    expect(card).to_have_attribute("data-state", "submitted")
    number = re.search(r"WX\d{4}-\d{5}", card.inner_text())
    assert number and re.search(r"proposal=\d+", page.url)

    office = come("urban", f"/?{page.url.split('?')[1]}")
    expect(office.locator("[data-test=proposal]")).to_contain_text(number[0])
    office.locator("[data-test=do-return]").click()
    expect(office.locator("[data-test=do-confirm]")).to_be_disabled()
    office.locator("[data-test=reason]").fill("请避让古树")
    office.locator("[data-test=do-confirm]").click()
    expect(office.locator("[data-test=proposal]")).to_have_attribute("data-state", "draft")

    page.locator("[data-test=proposal-back]").click()
    page.locator(f"[data-test=proposal-{number[0]}]").click()
    expect(card).to_contain_text("请避让古树")
    page.locator("[data-test=do-edit]").click()
    expect(page.locator("[data-test=proposal-foot]")).to_contain_text(number[0])
    expect(page.locator("[data-test=foot-title]")).to_have_value("滨河路中压支线")
    page.locator("[data-test=foot-save]").click()
    expect(page.locator("[data-test=foot-saved]")).to_contain_text("第 3 版")
    page.locator("[data-test=foot-open]").click()
    page.locator("[data-test=do-withdraw]").click()
    page.locator("[data-test=do-confirm]").click()
    expect(card).to_have_attribute("data-state", "withdrawn")
    page.locator("[data-test=do-reopen]").click()
    expect(card).to_have_attribute("data-state", "draft")


def test_two_versions_stand_side_by_side_and_on_the_map(come: Come, gas: httpx.Client, points: list[list[float]]) -> None:
    one = made(gas, points, "比较用")
    page = come("gas", f"/?tab=proposals&proposal={one['id']}")
    assert serious(page) == []
    page.locator("[data-test=compare-2]").click()
    expect(page.locator("[data-test=compare]")).to_contain_text("第 1 版 → 第 2 版")
    assert serious(page) == []
    expect(page.locator("[data-test=beside-length]")).to_have_class(re.compile("changed"))
    expect(page).to_have_url(re.compile("old=1&new=2"))
    settled(page)
    assert colour_on_map(page, ADDED)["n"] > 50 and colour_on_map(page, OLD)["n"] > 50
    page.reload()
    settled(page)
    expect(page.locator("[data-test=compare]")).to_be_visible()
    page.go_back()
    expect(page.locator("[data-test=proposal]")).to_be_visible()
    settled(page)
    page.locator("[data-test=compare-2]").click()
    page.locator("[data-test=compare-back]").click()
    expect(page.locator("[data-test=proposal]")).to_be_visible()


def test_another_company_that_is_given_the_link_sees_that_there_is_nothing(
    come: Come, gas: httpx.Client, points: list[list[float]], house: Server
) -> None:
    one = made(gas, points, "不给别人看")
    context_page = come("heat", "/?tab=proposals")
    expect(context_page.locator("[data-test=proposals-empty]")).to_be_visible()
    answer = context_page.request.get(f"{house.url}/api/proposals/{one['id']}")
    assert answer.status == 404
    assert "不给别人看" not in context_page.content()


def test_on_a_phone(come: Come, gas: httpx.Client, points: list[list[float]]) -> None:
    one = made(gas, points, "手机上看的方案，名称很长很长，一直到一行放不下的时候应当省略")
    page = come("gas", "/?tab=proposals", phone=True)
    page.locator("[data-test=tab-proposals]").tap()
    row = page.locator(f"[data-test=proposal-{one['number']}]")
    row.tap()
    expect(page.locator("[data-test=proposal]")).to_be_visible()
    for button in page.locator(".actions .btn").all():
        box = button.bounding_box()
        assert box is not None and box["height"] >= 48
    assert serious(page) == []
    page.locator("[data-test=compare-2]").scroll_into_view_if_needed()
    page.locator("[data-test=compare-2]").tap()
    expect(page.locator("[data-test=compare]")).to_be_visible()
    assert serious(page) == []
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
