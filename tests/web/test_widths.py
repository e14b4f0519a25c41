"""No page is wider than its screen, from the smallest phone to a wide desk, upright and on its side."""

import pytest
from playwright.sync_api import Page, TimeoutError

from tests.web.conftest import Come
from tests.web.pages import settled

WIDTHS = [(320, 640), (390, 844), (761, 1024), (844, 390), (1099, 700)]
ROOMS = ("survey", "digs", "review", "map")
OVER = "Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) - innerWidth"
CUT = "[...document.querySelectorAll('header.bar *')].filter((one) => one.getBoundingClientRect().right > innerWidth + 1).length"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_page_is_wider_than_its_screen(come: Come, lang: str) -> None:
    page: Page = come("admin", f"/?lang={lang}", idle=False)
    wide = []
    for room in ROOMS:
        page.set_viewport_size({"width": 1440, "height": 900})
        page.locator(f"[data-test=place-{room}]").click()
        settled(page)
        for width, height in WIDTHS:
            page.set_viewport_size({"width": width, "height": height})
            try:  # watchers of the width may take a moment
                page.wait_for_function(f"() => {OVER} <= 0 && {CUT} === 0", timeout=5_000)
            except TimeoutError:
                wide.append(f"{room} {width}×{height}: {page.evaluate(OVER)} px, {page.evaluate(CUT)} cut")
    assert wide == []
