"""Two companies at one map: what one sees of the other's pipes is what the other opens, in the page and behind it."""

import math
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.servers import Server
from tests.web.conftest import Open, _opener, signed
from tests.web.pages import PATIENCE_MS, Watch, colour_on_map, settled

GAS, WATER = "示范燃气公司", "示范水务公司"
# asks as the page itself does: with the browser's own cookie
ASK = """async (path) => {
  const answer = await fetch(path)
  return {status: answer.status, text: new TextDecoder('utf-8').decode(await answer.arrayBuffer())}
}"""


@pytest.fixture
def of(browser: Browser, watch: Watch, server: Server) -> Iterator[Callable[[str], Open]]:
    """A browser of its own for somebody of a role or company."""
    contexts = []

    def visit(who: str, **more: Any) -> Open:
        contexts.append(browser.new_context(**({"viewport": {"width": 1440, "height": 900}, "locale": "zh-CN"} | more)))
        signed(contexts[-1], server, who)
        return _opener(contexts[-1], watch, server.url)

    yield visit
    for one in contexts:
        one.close()


def water_pipe(server: Server) -> dict[str, Any]:
    """A pipe of the water company, as who keeps the layers sees it."""
    with httpx.Client(base_url=server.url, headers=server.headers, trust_env=False) as keeper:
        found = keeper.get("/api/layers/pipes/features", params={"limit": 10_000}).json()["features"]
    own = [one for one in found if one["properties"]["owner"] == WATER]
    return max(own, key=lambda one: len(one["geometry"]["coordinates"]))


def tile_at(lon: float, lat: float, z: int) -> str:
    n = 2**z
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return f"{z}/{int((lon + 180) / 360 * n)}/{int(y * n)}"


def doors(page: Page, pipe: dict[str, Any]) -> dict[str, bool]:
    """Through which doors this browser's user gets at the pipe."""
    name, (lon, lat) = pipe["properties"]["pipe_id"], pipe["geometry"]["coordinates"][0]
    box = f"{lon - 0.002},{lat - 0.002},{lon + 0.002},{lat + 0.002}"
    addresses = {
        "tile": f"/tiles/pipes/{tile_at(lon, lat, 16)}.mvt",
        "features": f"/api/layers/pipes/features?bbox={box}&limit=10000",
        "search": f"/api/search?q={name}",
        "geojson": f"/api/layers/pipes/export.geojson?bbox={box}",
        "csv": f"/api/layers/pipes/export.csv?bbox={box}",
        "guessed": f"/api/layers/pipes/features/{pipe['id']}",
    }
    said = {door: page.evaluate(ASK, path) for door, path in addresses.items()}
    assert {one["status"] for door, one in said.items() if door != "guessed"} == {200}
    return {door: name in one["text"] for door, one in said.items()}


def test_a_second_company_sees_what_the_first_one_opens(of: Callable[[str], Open], server: Server, watch: Watch) -> None:
    watch.expected = ("404",)
    pipe = water_pipe(server)
    lon, lat = pipe["geometry"]["coordinates"][0]
    place = f"/?at=17.5/{lat:.5f}/{lon:.5f}"
    first, second = of("utility")(place), of("gas")(place)
    assert all(doors(first, pipe).values())
    assert not any(doors(second, pipe).values())
    squares = second.evaluate(ASK, f"/tiles/pipe_squares/{tile_at(lon, lat, 15)}.mvt")["text"]
    assert WATER in squares and pipe["properties"]["pipe_id"] not in squares

    say(first, "companies", "full")
    assert all(doors(second, pipe).values())  # at once, and for tiles that were made before
    say(first, "companies", "nothing")
    assert not any(doors(second, pipe).values())
    assert WATER not in second.evaluate(ASK, f"/tiles/pipe_squares/{tile_at(lon, lat, 15)}.mvt")["text"]
    say(first, "companies", "squares")
    assert second.evaluate(ASK, "/api/companies")["status"] == 403
    watch.expected = ("404", "403")


def say(page: Page, audience: str, detail: str) -> None:
    """Open or close the pipes of one's own company, in the dialog."""
    page.locator("[data-test=person]").click()
    page.locator("[data-test=openings]").click()
    form = page.locator("[data-test=open-pipes]")
    form.locator(f"[data-test={audience}-{detail}]").check()
    with page.expect_response(lambda answer: answer.request.method == "PUT") as kept:
        form.locator("[data-test=openings-keep]").click()
    assert kept.value.json()[audience] == detail
    expect(form).to_be_hidden(timeout=PATIENCE_MS)


def test_the_map_draws_what_is_open(of: Callable[[str], Open], server: Server) -> None:
    """Water pipes are drawn for the water company and for offices, and for another company no line of them."""
    pipe = water_pipe(server)
    lon, lat = pipe["geometry"]["coordinates"][1]
    seen = {}
    for who in ("utility", "urban", "gas", "applicant"):
        page = of(who)(f"/?at=19.5/{lat:.6f}/{lon:.6f}")
        settled(page)
        seen[who] = colour_on_map(page, "#43eae8")["n"]  # CJJ 61's water, muted
    assert min(seen["utility"], seen["urban"]) > 100 and max(seen["gas"], seen["applicant"]) < 20, seen


def test_only_a_companys_people_open_its_pipes(of: Callable[[str], Open]) -> None:
    phone = of("urban", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)("/")  # type: ignore[call-arg]
    phone.locator("[data-test=person]").click()
    assert phone.locator("[data-test=openings]").count() == 0
    own = of("heat", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)("/")  # type: ignore[call-arg]
    own.locator("[data-test=person]").click()
    own.locator("[data-test=openings]").click()
    form = own.locator("[data-test=open-pipes]")
    expect(form).to_be_visible()
    box = form.bounding_box()
    assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 390
