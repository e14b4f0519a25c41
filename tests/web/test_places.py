"""Pasted locations and the terrain profile as people meet them: by key and by hand, at a desk and on a phone."""

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.servers import Server
from tests.web.pages import Watch, settled

Open = Callable[..., Page]
AMAP = "https://uri.amap.com/marker?position=114.346243793,34.801106570&name=%E4%BA%95"


@pytest.fixture(scope="module")
def route(server: Server) -> dict[str, Any]:
    """A stored line of some hundred metres with pieces of more than one road."""
    with httpx.Client(base_url=server.url, timeout=120, trust_env=False, headers=server.headers) as api:
        items = api.get("/api/routes", params={"limit": 1000}).json()["items"]
        found: dict[str, Any] = max((one for one in items if one["length_m"] < 900), key=lambda one: one["length_m"])
        return found


def paste(page: Page, text: str) -> None:
    page.keyboard.press("/")
    page.keyboard.insert_text(text)


def test_a_pasted_link_becomes_a_pin_that_a_link_carries(desktop: Open, watch: Watch) -> None:
    watch.expected = ("422",)
    page = desktop()
    paste(page, AMAP)
    first = page.locator("#found li").first
    expect(first).to_contain_text(re.compile(r"高德链接 · GCJ-02 → CGCS2000，移 5\d\d m"))
    expect(page.locator("[data-test=pasted-about]")).to_contain_text("默认 GCJ-02")
    page.keyboard.press("Enter")
    expect(page.locator("[data-test=pin-card]")).to_contain_text("高德链接")
    expect(page.locator("[data-test=pin]")).to_be_visible()
    page.wait_for_url(re.compile(r"pin=114\.34\d+_34\.80\d+"))
    search = page.locator("[role=search] input")
    search.fill("https://maps.apple.com/?ll=34.801106,114.346243")
    expect(page.locator("#found [role=option]")).to_have_count(2)
    search.fill("https://surl.amap.com/abc123")
    expect(page.locator("#found")).to_contain_text("长链接")
    search.fill("39.9087, 116.3975")
    expect(page.locator("#found [role=option]")).to_contain_text("不在本市范围内")
    page.keyboard.press("Enter")
    assert "pin=114.34" in page.url, "the map ends with the city"
    page.reload()  # as a colleague who was sent the address: the place without the words
    expect(page.locator("[data-test=pin]")).to_be_visible()
    expect(page.locator("[data-test=pin-card]")).not_to_contain_text("高德")
    page.keyboard.press("Escape")
    expect(page.locator("[data-test=pin]")).to_have_count(0)
    page.wait_for_url(re.compile(r"^[^?]*(?:\?(?!.*pin=).*)?$"))


def test_profile_and_map_are_in_step(desktop: Open, route: dict[str, Any]) -> None:
    page = desktop(f"/?route={route['id']}")
    page.locator("[data-test=profile-open]").click()
    chart = page.locator("[data-test=profile-chart]")
    expect(page.locator("[data-test=profile-source]")).to_contain_text(re.compile(r"栅格 \d+.* m · 采样步长"))
    box = chart.bounding_box()
    assert box is not None and "profile=1" in page.url
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 40)
    here = page.locator("[data-test=profile-here]")
    expect(here).to_contain_text(re.compile(r"处，高程 [\d.]+ m，坡度"))
    dot = page.locator("[data-test=profile-dot]")
    expect(dot).to_be_visible()
    settled(page)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 41)
    spot, said = dot.bounding_box(), here.inner_text()
    assert spot is not None
    page.mouse.move(box["x"], box["y"] - 200)
    expect(dot).to_have_count(0)
    page.mouse.move(spot["x"] + spot["width"] / 2, spot["y"] + spot["height"] / 2)
    expect(here).to_have_text(said)
    chart.focus()
    page.keyboard.press("Home")
    expect(here).to_contain_text("0.0 m 处")
    page.keyboard.press("ArrowRight")
    expect(chart).not_to_have_attribute("aria-valuenow", "0")
    page.keyboard.press("p")
    expect(chart).to_have_count(0)
    assert "profile=1" not in page.url


def test_profile_on_a_phone_lies_above_the_sheet(phone: Open, route: dict[str, Any]) -> None:
    page = phone(f"/?route={route['id']}")
    page.locator("[data-test=profile-open]").tap()
    expect(page.locator("[data-test=sheet]")).to_have_attribute("data-height", "0")
    chart = page.locator("[data-test=profile-chart]")
    expect(chart).to_be_visible()
    box = chart.bounding_box()
    assert box is not None and box["y"] + box["height"] < 844 - 78
    page.touchscreen.tap(box["x"] + 200, box["y"] + 40)  # the finger lifts, the reading stays
    expect(page.locator("[data-test=profile-here]")).to_contain_text("高程")
    close = page.locator("[data-test=profile-close]")
    size = close.bounding_box()
    assert size is not None and min(size["width"], size["height"]) >= 48
    close.tap()
    expect(chart).to_have_count(0)
