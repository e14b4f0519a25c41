"""The map page as an engineer uses it: list, card, lit stretches, links, languages."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.servers import Server
from tests.web.pages import MOST_KB, Watch, colour_on_map, settled, weight

Open = Callable[..., Page]
LIT = "#f2b705"


@pytest.fixture(scope="module")
def api(server: Server) -> Iterator[httpx.Client]:
    """The same server, asked without a browser."""
    with httpx.Client(base_url=server.url, timeout=120, trust_env=False, headers=server.headers) as one:
        yield one


@pytest.fixture(scope="module")
def stored(api: httpx.Client) -> list[dict[str, Any]]:
    """The list of stored routes."""
    items: list[dict[str, Any]] = api.get("/api/routes", params={"limit": 1000}).json()["items"]
    return items


def with_stretch(api: httpx.Client, items: list[dict[str, Any]]) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """A parallel route, its answer and a finding that decides on a stretch of 10 to 60 m."""
    for item in items:
        if item["outcome"] == "parallel" and item["length_m"] > 80:
            answer = api.get(f"/api/routes/{item['id']}").json()
            for finding in answer["verdict"]["findings"]:
                metres = [s["to_m"] - s["from_m"] for s in finding["stretches"]]
                if finding["decides"] and finding["answer"] == "yes" and len(metres) == 1 and 10 < metres[0] < 60:
                    return item, answer, finding
    raise AssertionError("the demo city has such a route")


def test_page_opens_with_map_list_and_demo_label(desktop: Open, stored: list[dict[str, Any]]) -> None:
    page = desktop()
    assert 100 < weight(page)["page"] < MOST_KB, "the first view stays light"
    expect(page.locator("[data-test=demo]")).to_have_text(re.compile("示范城.*synthetic"))
    expect(page.get_by_text(f"{len(stored)} 条线路")).to_be_visible()
    expect(page.locator("[data-test=route-row]").first).to_contain_text(stored[0]["route_id"])
    assert colour_on_map(page, "#D55E00")["n"] > 50, "routes for parallel approval are drawn"
    assert colour_on_map(page, "#009E73")["n"] > 50, "exempt routes are drawn"
    assert colour_on_map(page, "#d9e4cb")["n"] > 500, "green land is drawn"


def test_outcome_filter_lists_only_that_outcome(desktop: Open, stored: list[dict[str, Any]]) -> None:
    page = desktop(idle=False)
    wanted = [item for item in stored if item["outcome"] == "undetermined"]
    page.locator("[data-test=filter-undetermined]").click()
    expect(page.get_by_text(f"{len(wanted)} 条线路")).to_be_visible()
    expect(page.locator("[data-test=route-row]").first).to_contain_text(wanted[0]["route_id"])
    assert "only=undetermined" in page.url


def test_listed_route_opens_its_card_and_hovering_a_finding_lights_its_stretch(
    desktop: Open, api: httpx.Client, stored: list[dict[str, Any]]
) -> None:
    item, answer, finding = with_stretch(api, stored)
    page = desktop(f"/?q={item['route_id']}")
    page.locator("[data-test=route-row]").first.click()
    verdict = answer["verdict"]
    expect(page.locator("[data-test=headline]")).to_have_text(verdict["headline"]["zh"])
    expect(page.locator("[data-test=length]")).to_have_text(f"{verdict['length']['counted_m']:.1f}")
    settled(page)
    dark = colour_on_map(page, LIT)["n"]
    row = page.locator(f"[data-test=finding-{finding['rule']}]").first
    row.hover()
    expect(row).to_have_attribute("data-lit", "true")
    page.wait_for_timeout(800)
    lit = colour_on_map(page, LIT)
    assert lit["n"] > dark + 200

    page.mouse.move(lit["x"], 80)
    expect(row).to_have_attribute("data-lit", "false")
    settled(page)
    page.mouse.move(lit["x"], lit["y"], steps=4)
    expect(row).to_have_attribute("data-lit", "true")


def test_clause_shows_the_words_of_the_law(desktop: Open, api: httpx.Client, stored: list[dict[str, Any]]) -> None:
    item, _, finding = with_stretch(api, stored)
    page = desktop(f"/?route={item['id']}", idle=False)
    page.locator(f"[data-test=finding-{finding['rule']}] .clause").first.hover()
    expect(page.locator(".clause-popper").first).to_contain_text(finding["citation"]["says"][:30])


def test_click_on_a_line_of_the_map_opens_it(desktop: Open, stored: list[dict[str, Any]]) -> None:
    item = next(one for one in stored if one["outcome"] == "exempt" and one["length_m"] > 100)
    page = desktop(f"/?route={item['id']}")
    view = page.url.split("at=")[1].split("&")[0]
    fresh = desktop(f"/?at={view}")
    spot = colour_on_map(fresh, "#009E73")
    assert spot["n"] > 100
    fresh.mouse.click(spot["x"], spot["y"])
    expect(fresh.locator("[data-test=card]")).to_be_visible()


def test_link_brings_back_the_view_and_back_goes_back(desktop: Open, api: httpx.Client, stored: list[dict[str, Any]]) -> None:
    item = stored[3]
    verdict = api.get(f"/api/routes/{item['id']}").json()["verdict"]
    page = desktop(f"/?route={item['id']}&lang=en&layers=satellite&legend=1")
    expect(page.locator("[data-test=headline]")).to_have_text(verdict["headline"]["en"])
    expect(page.locator("[data-test=satellite]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-test=legend-outcomes]")).to_be_visible()
    page.locator("[data-test=back]").click()
    expect(page.locator("[data-test=rows]")).to_be_visible()
    page.go_back()
    expect(page.locator("[data-test=headline]")).to_have_text(verdict["headline"]["en"])


def test_language_switch_changes_every_part_and_the_address(desktop: Open) -> None:
    page = desktop("/?legend=1", idle=False)
    expect(page.locator("[data-test=tab-draw]")).to_have_text("画线审查")
    page.locator("[data-test=lang]").click()
    expect(page.locator("[data-test=tab-draw]")).to_have_text("Draw")
    expect(page.locator("[data-test=layers]")).to_contain_text("Existing pipes")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert "lang=en" in page.url
    page.locator("[data-test=lang]").click()
    expect(page.locator("[data-test=tab-draw]")).to_have_text("画线审查")
    assert "lang=" not in page.url


def test_search_by_key_flies_to_a_road(desktop: Open, api: httpx.Client) -> None:
    road = next(one for one in api.get("/api/search", params={"q": "大道"}).json() if one["kind"] == "road")
    page = desktop()
    before = page.url
    page.keyboard.press("/")
    page.keyboard.type(road["name"])
    expect(page.locator("#found li").first).to_contain_text(road["name"])
    page.keyboard.press("Enter")
    settled(page)
    lat, lon = (float(part) for part in page.url.split("at=")[1].split("&")[0].split("/")[1:])
    west, south, east, north = road["bbox"]
    assert page.url != before and west <= lon <= east
    assert abs(lat - (south + north) / 2) < 0.01


def test_satellite_switch_changes_the_picture(desktop: Open) -> None:
    page = desktop("/?at=15/34.797/114.3074")
    paper = colour_on_map(page, "#f3f0ea")["n"]
    assert paper > 10_000
    page.keyboard.press("s")
    settled(page)
    for _ in range(60):  # the picture arrives tile by tile
        if colour_on_map(page, "#f3f0ea")["n"] < paper / 10:
            return
        page.wait_for_timeout(500)
    raise AssertionError(f"{colour_on_map(page, '#f3f0ea')['n']} of {paper} still paper")


def test_unknown_route_says_so_in_words(desktop: Open, watch: Watch) -> None:
    watch.expected = ("404",)
    page = desktop("/?route=99999999", idle=False)
    expect(page.get_by_role("alert").first).to_contain_text("99999999")


def test_failing_service_is_told_in_words_and_can_be_tried_again(desktop: Open, watch: Watch) -> None:
    watch.expected = ("ERR_FAILED", "Failed to load")
    page = desktop(idle=False)
    page.route("**/api/city", lambda route: route.abort())
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("连接不上服务")
    page.unroute("**/api/city")
    page.get_by_role("button", name="重试").first.click()
    settled(page)
    expect(page.locator("[data-test=route-row]").first).to_be_visible()


def test_verdict_can_be_downloaded(desktop: Open, api: httpx.Client, stored: list[dict[str, Any]]) -> None:
    item = stored[0]
    verdict = api.get(f"/api/routes/{item['id']}").json()["verdict"]
    page = desktop(f"/?route={item['id']}", idle=False)
    with page.expect_download() as got:
        page.get_by_role("button", name="判定 JSON").click()
    assert json.loads(Path(got.value.path()).read_text("utf-8")) == verdict
    with page.expect_download() as got:
        page.get_by_role("button", name="线路与区段 GeoJSON").click()
    features = json.loads(Path(got.value.path()).read_text("utf-8"))["features"]
    assert features[0]["properties"]["role"] == "route"
    assert len(features) > 1 and all(one["geometry"]["coordinates"] for one in features)
