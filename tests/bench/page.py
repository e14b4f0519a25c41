"""How much the first view weighs and how soon one can work with it: ``python -m tests.bench.page``.

The demo city, a real server and a real Chromium (software rendering), each opening in a browser that has kept nothing. Printed
are the kilobytes that came over the wire before the map was ready, the map library and the map's own data apart, and the
medians of: first paint, the list of lines to be clicked, the map ready for the hand, every tile drawn.
"""

import argparse
import statistics
import sys
import time
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from tests.bench.drawing import demo_server
from tests.servers import Server
from tests.web.pages import MOST_KB, SOFTWARE, chromium, weight

LIMIT_S = 2.0
DESK: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
SCREENS = {"desk 1440×900": (DESK, "[data-test=route-row]"), "phone 390×844": (PHONE, "[data-test=sheet]")}
PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"


def main() -> None:
    """Open the page again and again, and print a block for each screen; exit code 1 where a limit is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.page")
    parser.add_argument("--times", type=int, default=7)
    asked = parser.parse_args()
    with demo_server() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=SOFTWARE)
        found = {name: [opened(browser, server, *one) for _ in range(asked.times)] for name, one in SCREENS.items()}
        browser.close()
    kept = [report(name, all_) for name, all_ in found.items()]
    sys.exit(0 if all(kept) else 1)


def opened(browser: Browser, server: Server, screen: dict[str, Any], first: str) -> dict[str, float]:
    """One opening: kilobytes by kind, seconds by moment. ``first``: what a person can take hold of beside the map."""
    context = browser.new_context(locale="zh-CN", **screen)
    context.add_cookies([{"name": "waixian", "value": server.secret("utility"), "url": server.url, "httpOnly": True}])
    page, began = context.new_page(), time.perf_counter()
    page.goto(server.url, wait_until="commit")
    told = {}
    for moment, what in (
        ("list", first),
        ("hand", "[data-test=map][data-ready=true]"),
        ("drawn", "[data-test=map][data-idle=true]"),
    ):
        page.locator(what).first.wait_for(state="attached", timeout=60_000)
        told[moment] = time.perf_counter() - began
        if moment == "hand":
            told |= weight(page)
    told["paint"] = page.evaluate(PAINT) / 1000
    context.close()
    return told


def report(name: str, all_: list[dict[str, float]]) -> bool:
    """Medians of what the openings told; whether the limits are kept."""
    mid = {what: statistics.median(one[what] for one in all_) for what in all_[0]}
    light, soon = mid["page"] <= MOST_KB, max(mid["hand"], mid["list"]) <= LIMIT_S
    kept = {True: "kept", False: "missed"}
    print(
        f"{name}: page {mid['page']:.0f} kB ({MOST_KB} kB {kept[light]}), map library {mid['library']:.0f} kB,"
        f" data {mid['data']:.0f} kB; first paint {mid['paint']:.2f} s, list {mid['list']:.2f} s,"
        f" ready for the hand {mid['hand']:.2f} s ({LIMIT_S} s {kept[soon]}),"
        f" all drawn {mid['drawn']:.2f} s"
    )
    return light and soon


if __name__ == "__main__":
    main()
