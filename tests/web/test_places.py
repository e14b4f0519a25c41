"""Pasted locations and the terrain profile as people meet them: by key and by hand, at a desk and on a phone."""

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect
from pyproj import Geod

from tests.servers import Server
from tests.web.pages import PATIENCE_MS, Watch, settled

Open = Callable[..., Page]
EXACT_M = re.compile(r"^[\d\u202f]+\.\d{3} m$")
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


def test_the_ruler_measures_as_verdicts_do(
    desktop: Open, phone: Open, route: dict[str, Any], server: Server, watch: Watch
) -> None:
    watch.expected = ("422",)
    with httpx.Client(base_url=server.url, timeout=120, trust_env=False, headers=server.headers) as api:
        one = api.get(f"/api/routes/{route['id']}").json()
        judged, line = one["verdict"]["length"]["planar_m"], one["route"]["geometry"]
        answer = api.post("/api/places/measure", json={"shape": line}).json()
    assert answer["planar_m"] == pytest.approx(judged, abs=0.001)
    for page in (desktop(), phone()):
        box = page.locator("[data-test=map]").bounding_box()
        assert box is not None
        page.locator("[data-test=ruler-open]").click()
        at = [(box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x, y in ((0.3, 0.42), (0.55, 0.42), (0.55, 0.6))]
        for spot in at:
            page.mouse.click(*spot)
            page.wait_for_timeout(350)  # two clicks at once would be a double click
        said, figure = page.locator("[data-test=ruler-said]"), page.locator("[data-test=ruler-figure]")
        expect(said).to_contain_text("EPSG:4547，与判定同")
        page.mouse.move(5, 5)
        expect(figure).to_have_text(EXACT_M)
        length = figure.inner_text()
        page.locator("[data-test=ruler-area]").click()
        expect(figure).to_have_text(re.compile(r"^[\d\u202f]+\.\d\d m²$"))
        expect(said).to_contain_text("椭球面积")
        page.locator("[data-test=ruler-line]").click()
        legs = page.locator("[data-test=ruler-legs] li")
        expect(legs).to_have_count(2)
        page.mouse.move(*at[1])
        page.mouse.down()
        page.mouse.move(at[1][0] + 30, at[1][1] - 40, steps=3)
        page.mouse.move(5, 5)
        page.mouse.up()  # let go beside the map: the point stays where it was last
        expect(figure).not_to_have_text(length)
        expect(figure).to_have_text(EXACT_M)
        before = legs.all_inner_texts()
        page.mouse.move(at[2][0] - 60, at[2][1], steps=3)
        page.mouse.dblclick(at[2][0] - 60, at[2][1])
        expect(legs).to_have_count(3)
        assert legs.all_inner_texts()[:2] == before
        page.mouse.move(at[0][0], at[0][1] + 90, steps=3)
        expect(figure).to_have_text(EXACT_M)  # measured to its end: the hand is no longer followed
        assert figure.inner_text() in str(said.text_content())  # and it is heard, not only seen
        page.locator("[data-test=ruler-area]").click()
        page.locator("[data-test=ruler-clear]").click()
        for x, y in ((0.3, 0.5), (0.55, 0.6), (0.55, 0.5), (0.3, 0.6)):  # a ring that crosses itself
            page.mouse.click(box["x"] + box["width"] * x, box["y"] + box["height"] * y)
            page.wait_for_timeout(350)
        expect(page.locator("[data-test=ruler] [role=alert]")).to_contain_text("面不成立")
        expect(figure).to_have_count(0)
        page.keyboard.press("Escape")
        expect(page.locator("[data-test=ruler]")).to_have_count(0)
        page.mouse.click(*at[0])  # the map answers to the hand again


def test_the_printed_map_keeps_its_scale(desktop: Open, route: dict[str, Any]) -> None:
    page = desktop(f"/?route={route['id']}")
    page.locator("[data-test=card] [data-test=headline], [data-test=headline]").first.wait_for()
    page.keyboard.press("Shift+P")
    sheet, picture = page.locator("[data-test=print-sheet]"), page.locator("[data-test=print-map]")
    for paper, way, wide, high in (("a4", "landscape", 297, 210), ("a4", "portrait", 210, 297)):
        page.locator("[data-test=print-paper]").select_option(paper)
        page.locator("[data-test=print-way]").select_option(way)
        expect(sheet).to_have_attribute("class", re.compile(f"{paper}-{way}"))
        expect(picture).to_be_visible(timeout=2 * PATIENCE_MS)  # the map is drawn once more, at over 200 dots an inch
        expect(sheet).to_contain_text(route["route_id"])
        size = picture.evaluate("one => [one.naturalWidth, one.offsetWidth, one.offsetHeight]")
        assert size[0] > 2 * size[1]  # over 200 dots an inch
        west, south, east, north = (float(edge) for edge in str(sheet.get_attribute("data-bounds")).split(","))
        scale, mid = float(str(sheet.get_attribute("data-scale"))), (south + north) / 2
        ground = Geod(ellps="GRS80")
        across, up = ground.inv(west, mid, east, mid)[2], ground.inv(west, south, west, north)[2]
        assert across / (size[1] / 96 * 0.0254) == pytest.approx(scale, rel=0.005)
        assert up / (size[2] / 96 * 0.0254) == pytest.approx(scale, rel=0.005)
        pdf = page.pdf(prefer_css_page_size=True, print_background=True)
        assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
        box = re.search(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", pdf)
        assert box is not None
        assert [float(edge) / 72 * 25.4 for edge in box.groups()] == pytest.approx([wide, high], abs=0.5)
    expect(page.locator("[data-test=print-code]")).to_be_visible()
    page.locator("[data-test=print-close]").focus()
    page.keyboard.press("s")  # the map under the sheet is left as it was
    assert "layers" not in page.url
    page.locator("[data-test=print-scale]").select_option("500")
    expect(sheet).to_have_attribute("data-scale", "500")
    page.keyboard.press("Escape")
    expect(page.locator("[data-test=print-view]")).to_have_count(0)
