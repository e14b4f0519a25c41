"""Judging a site on the page: by the right button, by a finger that stays, from a search result and a line's end."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.web.pages import colour_on_map, settled

Open = Callable[..., Page]
AT = "at=16.5/34.797/114.3074"
LIT = "#f2b705"


def test_a_place_is_asked_about_shown_on_the_map_drawn_and_put_on_paper(desktop: Open) -> None:
    page = desktop(f"/?{AT}")
    box = page.locator("[data-test=map]").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, button="right")
    expect(page.locator("[data-test=site-here]")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("[data-test=place-menu]")).to_have_count(0)
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, button="right")
    page.locator("[data-test=site-here]").click()
    gas = page.locator("[data-key=main-gas]")
    expect(gas).to_contain_text(" m")
    assert re.search(r"site=114\.30\d+_34\.79\d+", page.url) and "tab=site" in page.url
    expect(page.locator("[data-test=site-heritage]")).to_contain_text("古城")
    expect(page.locator("[data-test=site-terrain]")).to_contain_text("%")
    expect(page.locator("[data-test=site-lines] [data-test=site-card]").first).to_be_visible()
    settled(page)
    dark = colour_on_map(page, LIT)["n"]
    gas.hover()
    expect(gas).to_have_attribute("data-lit", "true")
    settled(page)
    assert colour_on_map(page, LIT)["n"] > dark + 200, "the main is lit on the map"

    with page.context.expect_page() as opened:
        page.locator("[data-test=site-sheet]").click()
    opened.value.wait_for_load_state()
    expect(opened.value.locator("h1")).to_have_text("选址判定单")
    opened.value.close()

    page.locator("[data-test=site-line-draw]").first.click()
    expect(page.locator("[data-test=card]")).to_be_visible()  # judged as any drawn line
    page.locator("[data-test=site-of-end]").click()  # its end lies at the site
    expect(page.locator("[data-key=main-gas]")).to_contain_text(" m")
    page.locator("[data-test=site-close]").click()
    assert "site=" not in page.url


def test_on_a_phone_a_finger_that_stays_asks_and_a_search_result_does_too(phone: Open) -> None:
    page = phone(f"/?{AT}")
    touch = page.context.new_cdp_session(page)
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": 195, "y": 350}]})
    page.locator("[data-test=site-here]").wait_for()
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    button = page.locator("[data-test=site-here]").bounding_box()
    assert button is not None and button["height"] >= 48
    page.locator("[data-test=site-here]").tap()
    expect(page.locator("[data-key=main-water]")).to_contain_text(" m")
    first = page.url

    page.get_by_role("combobox", name="搜索").fill("示范古城")
    page.locator("[data-test=site-of-found]").first.tap()
    expect(page.locator("[data-key=main-water]")).to_contain_text(" m")
    assert page.url != first and "site=" in page.url
    page.go_back()
    page.wait_for_url(re.compile(re.escape(first.split("&at=")[0])))
