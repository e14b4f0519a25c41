"""What tests of the page share: waiting for the map, reading its colours, watching what a page says."""

import base64
import shutil
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page

SOFTWARE = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]  # how Chromium draws maps without a card
PATIENCE_MS = 60_000  # software rendering on a shared machine

# Counts the pixels of a picture that are within 24 of a colour; x, y is one of them, the middle one in reading order.
COUNT = """async ([png, r, g, b]) => {
  const picture = new Image(); picture.src = 'data:image/png;base64,' + png; await picture.decode()
  const canvas = new OffscreenCanvas(picture.width, picture.height), pen = canvas.getContext('2d')
  pen.drawImage(picture, 0, 0)
  const data = pen.getImageData(0, 0, picture.width, picture.height).data
  const hits = []
  for (let i = 0; i < data.length; i += 4)
    if (Math.abs(data[i] - r) < 24 && Math.abs(data[i + 1] - g) < 24 && Math.abs(data[i + 2] - b) < 24) hits.push(i / 4)
  const at = hits[Math.floor(hits.length / 2)] ?? 0
  return {n: hits.length, x: at % picture.width, y: Math.floor(at / picture.width)}
}"""


MOST_KB = 400  # of the first view on the wire, beside the map library
WEIGHT = """() => performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))
  .map((one) => [new URL(one.name).pathname, one.encodedBodySize])"""


def chromium() -> str:
    """The distribution's Chromium: its headless build, which draws no window of its own, or else the browser."""
    found = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    assert found is not None, "no chromium on the PATH: ./test.sh installs it"
    return found


def weight(page: Page) -> dict[str, float]:
    """Kilobytes on the wire so far: of the page itself, the map library, answers and tiles."""
    sums = {"page": 0.0, "library": 0.0, "data": 0.0}
    for path, size in page.evaluate(WEIGHT):
        kind = "library" if "maplibre" in path else "data" if path.startswith(("/api/", "/tiles/", "/fonts/")) else "page"
        sums[kind] += size / 1000
    return sums


class Watch:
    """What a page said and asked for that it should not have."""

    def __init__(self, server_url: str) -> None:
        self.host = urlsplit(server_url).netloc
        self.said: list[str] = []
        self.strangers: list[str] = []
        self.expected: tuple[str, ...] = ()
        self.invited: tuple[str, ...] = ()  # hosts that a test lets the page ask

    def follow(self, page: Page) -> None:
        """Listen to one page."""
        page.on("console", lambda message: self.said.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("request", lambda request: self._asked(request.url))

    def _asked(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and parts.netloc not in (self.host, *self.invited):
            self.strangers.append(url)

    def verify(self) -> None:
        """Nothing but what a test has announced in ``expected``."""
        assert self.strangers == [], self.strangers
        said = [text for text in self.said if not any(words in text for words in self.expected)]
        assert said == [], said


def settled(page: Page) -> None:
    """Wait until the map has drawn all that it has to draw."""
    page.wait_for_timeout(300)
    page.wait_for_selector("[data-test=map][data-idle=true][data-ready=true]", timeout=PATIENCE_MS)
    page.wait_for_timeout(300)


def colour_on_map(page: Page, colour: str) -> dict[str, Any]:
    """How many pixels of the map have a colour ("#f2b705"), and where one of them is on the page."""
    ground = page.locator("[data-test=map]")
    box = ground.bounding_box()
    assert box is not None
    picture = base64.b64encode(ground.screenshot()).decode()
    found: dict[str, Any] = page.evaluate(COUNT, [picture, *(int(colour[i : i + 2], 16) for i in (1, 3, 5))])
    return {"n": found["n"], "x": found["x"] + box["x"], "y": found["y"] + box["y"]}
