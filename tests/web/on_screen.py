"""Where a point of the demo city is on the screen, and what lines the address holds: for the tests of drawing."""

import math
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import shapely
from playwright.sync_api import Page
from pyproj import Transformer

from geo.crs import to_work
from tests.web.test_drawing import line_of

Open = Callable[..., Page]
WORK, DEGREES = "EPSG:4547", "EPSG:4490"
CARD = "[data-test=card]"
TO_DEGREES = Transformer.from_crs(WORK, DEGREES, always_xy=True)
TO_WORK = Transformer.from_crs(DEGREES, WORK, always_xy=True)
QUIET = (526_000.0, 3_850_300.0)  # work CRS, somewhere in the demo city
ZOOM = 18.0


def mercator(lon: float, lat: float) -> tuple[float, float]:
    sin = math.sin(math.radians(lat))
    return lon / 360 + 0.5, 0.5 - math.log((1 + sin) / (1 - sin)) / (4 * math.pi)


class Ground:
    """The map of a page opened at a place (work CRS, metres): where on the screen a point of the city is."""

    def __init__(self, opener: Open, centre: tuple[float, float], zoom: float = ZOOM, **said: str) -> None:
        lon, lat = (round(float(n), 5) for n in TO_DEGREES.transform(*centre))
        more = "".join(f"&{name}={value}" for name, value in said.items())
        self.page = opener(f"/?tab=draw&at={zoom}/{lat}/{lon}&a.utility=gas{more}")
        self.middle, self.size = mercator(lon, lat), 512 * 2**zoom

    def pixel(self, x: float, y: float) -> tuple[float, float]:
        """Of a point in the work CRS, on the page."""
        box = self.page.locator("[data-test=map]").bounding_box()
        assert box is not None
        mx, my = mercator(*TO_DEGREES.transform(x, y))
        return (
            box["x"] + box["width"] / 2 + (mx - self.middle[0]) * self.size,
            box["y"] + box["height"] / 2 + (my - self.middle[1]) * self.size,
        )

    def hover(self, x: float, y: float, dx: float = 0, dy: float = 0) -> None:
        """Move there (and some pixels aside); shapes that were asked for have come."""
        px, py = self.pixel(x, y)
        self.page.mouse.move(px + dx - 3, py + dy - 3)
        self.page.wait_for_load_state("networkidle")
        self.page.mouse.move(px + dx, py + dy, steps=2)
        self.page.wait_for_timeout(150)

    def click(self, x: float, y: float, dx: float = 0, dy: float = 0) -> None:
        """Click there; slowly, for two quick ones are a double click."""
        self.hover(x, y, dx, dy)
        self.page.mouse.down()
        self.page.mouse.up()
        self.page.wait_for_timeout(300)


def work_line(page: Page) -> shapely.LineString:
    """The current line in the work CRS, from the address."""
    page.wait_for_timeout(300)
    line = to_work(shapely.LineString(line_of(page)), DEGREES, WORK)
    assert isinstance(line, shapely.LineString)
    return line


def others(page: Page) -> list[shapely.LineString]:
    said = parse_qs(urlsplit(page.url).query).get("more", [""])[0]
    lines = [[tuple(map(float, pair.split("_"))) for pair in text.split("~")] for text in said.split("!") if text]
    return [to_work(shapely.LineString(line), DEGREES, WORK) for line in lines]
