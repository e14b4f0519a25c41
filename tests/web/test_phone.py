"""The page on a phone: map full screen, a sheet with three heights, targets for a thumb."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.web.pages import settled

Open = Callable[..., Page]
SHEET = "[data-test=sheet]"


def height(page: Page) -> float:
    """Of the sheet, in pixels, once it has come to rest."""
    page.wait_for_timeout(400)
    box = page.locator(SHEET).bounding_box()
    assert box is not None
    return box["height"]


def test_sheet_has_three_heights_and_the_map_fills_the_screen(phone: Open) -> None:
    page = phone()
    ground = page.locator("[data-test=map]").bounding_box()
    assert ground is not None and ground["width"] == 390 and ground["height"] > 780
    handle = page.locator(f"{SHEET} .handle")
    heights = [height(page)]
    for _ in range(2):
        handle.tap()
        heights.append(height(page))
    assert heights[0] < 90 and 380 < heights[1] < 500 and heights[2] > 740
    handle.tap()
    assert height(page) == heights[0]


def test_the_colours_are_explained_on_the_map_at_first_view(phone: Open) -> None:
    page = phone()
    legend = page.locator("[data-test=mini-legend]")
    expect(legend).to_contain_text("承诺免审批")
    expect(legend).to_contain_text("待核实")
    box, buttons = legend.bounding_box(), page.locator(".buttons").bounding_box()
    assert box is not None and buttons is not None
    assert box["x"] >= 0 and box["x"] + box["width"] <= buttons["x"] and 44 <= box["height"] < 90
    legend.tap()
    expect(page.locator("[data-test=legend-outcomes]")).to_be_visible()
    assert 380 < height(page) < 500


def test_handle_can_be_dragged(phone: Open) -> None:
    page = phone()
    page.mouse.move(195, 785)
    page.mouse.down()
    page.mouse.move(195, 450, steps=6)
    page.mouse.up()
    assert 380 < height(page) < 500


def test_nothing_is_wider_than_the_screen_and_targets_are_large(phone: Open) -> None:
    page = phone()
    for tab in ("routes", "draw", "batch", "layers"):
        page.locator(f"[data-test=tab-{tab}]").tap()
        page.wait_for_timeout(300)
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        small = page.evaluate(
            "[...document.querySelectorAll('header button, [data-test=sheet] button, .buttons button')]"
            ".filter(e => e.offsetParent && !e.closest('.el-switch') && !e.classList.contains('handle'))"
            ".map(e => [e.textContent.trim() || e.ariaLabel, e.getBoundingClientRect().height]).filter(([, h]) => h < 44)"
        )
        assert small == [], tab
        tiny = page.evaluate(
            "[...document.querySelectorAll('body *')].filter(e => e.offsetParent)"
            ".filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))"
            ".filter(e => parseFloat(getComputedStyle(e).fontSize) < 12).map(e => e.textContent.trim().slice(0, 30))"
        )
        assert tiny == [], tab


def test_route_opens_in_the_sheet_and_the_map_shows_it_above(phone: Open) -> None:
    page = phone()
    page.locator("[data-test=tab-routes]").tap()
    page.locator("[data-test=route-row]").nth(1).tap()
    expect(page.locator("[data-test=headline]")).to_be_visible()
    settled(page)
    assert 380 < height(page) < 500
    page.locator("[data-test=back]").tap()
    expect(page.locator("[data-test=rows]")).to_be_visible()


def test_line_is_drawn_by_taps(phone: Open) -> None:
    page = phone("/?tab=draw&at=16.5/34.796/114.3&a.utility=water")
    page.locator("[data-test=tab-draw]").tap()
    page.locator("[data-test=draw-start]").tap()
    page.wait_for_timeout(500)
    for x, y in ((80, 250), (200, 300), (300, 420)):
        page.touchscreen.tap(x, y)
        page.wait_for_timeout(450)
    expect(page.locator("[data-test=live-outcome]")).to_be_visible()
    page.locator("[data-test=pen-finish]").tap()
    expect(page.locator("[data-test=headline]")).to_be_visible()
    assert page.url.count("~") == 2
