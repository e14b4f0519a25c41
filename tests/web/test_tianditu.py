"""Tianditu under our map, from a stand-in of its own address: asked as it wants to be asked, and not missed where it fails."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from rasterio.io import MemoryFile

from layers.rasters.tiles import png
from tests.servers import Server, serving
from tests.web.pages import Watch, settled

Open = Callable[..., Page]
KEY = "0123456789abcdef0123456789abcdef"


class StandIn(ThreadingHTTPServer):
    """Tiles of one colour; what was asked, and whose page asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str | None, str | None]] = []
        self.broken = False
        image = np.zeros((4, 256, 256), dtype=np.uint8)
        image[[0, 3]] = 255
        self.tile = png(image)
        super().__init__(("127.0.0.1", 0), _Answer)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Answer(BaseHTTPRequestHandler):
    server: StandIn

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers["Referer"], self.headers["Cookie"]))
        self.send_response(403 if self.server.broken else 200)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Content-Type", "image/png")
        self.end_headers()
        self.wfile.write(b"" if self.server.broken else self.server.tile)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def outside() -> Iterator[StandIn]:
    with StandIn() as one:
        threading.Thread(target=one.serve_forever, daemon=True).start()
        yield one
        one.shutdown()


@pytest.fixture(scope="module")
def house(outside: StandIn, demo_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("house")
    with serving(demo_database, home, tianditu={"key": KEY, "address": outside.address}) as running:
        yield running


def red(page: Page) -> float:
    """Which part of the map is as red as the stand-in's tiles."""
    with MemoryFile(page.locator("[data-test=map]").screenshot()) as memory, memory.open(driver="PNG") as picture:
        r, g, b = picture.read([1, 2, 3]).astype(int)
    return float(((r > 200) & (g < 90) & (b < 90)).mean())


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")  # a picture of a screen lies nowhere
def test_it_lies_under_the_map_by_key_and_is_not_missed_where_it_fails(
    desktop: Open, watch: Watch, outside: StandIn, house: Server
) -> None:
    watch.expected = ("403", "Failed to load resource")
    watch.invited = (outside.address.removeprefix("http://"),)
    page = desktop("/?at=15/34.79/114.33&legend=1")
    assert outside.asked == [] and red(page) < 0.01
    row = page.locator(".row", has_text="天地图影像")
    row.locator(".el-switch").click()
    expect(page.locator(".maplibregl-ctrl-attrib")).to_contain_text("天地图")
    settled(page)
    assert red(page) > 0.3
    path, referer, cookie = outside.asked[0]
    assert path.startswith(("/img_w/wmts?SERVICE=WMTS&", "/cia_w/wmts?SERVICE=WMTS&")) and f"tk={KEY}" in path
    assert referer == f"{house.url}/" and cookie is None  # which host it is, and nothing of the address
    assert "tianditu.img" in page.url
    outside.broken = True
    page.locator(".row", has_text="天地图矢量").locator(".el-switch").click()
    expect(page.locator("[data-test=background-failed]")).to_contain_text("本地卫星影像")
