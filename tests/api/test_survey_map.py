"""The map to carry away: made by the command, opened from disk in a real browser with no network."""

import re
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from pyproj import Geod, Transformer

from tests.api.test_report import DESK, PHONE, Sheet
from tests.command_line import app, summary
from tests.web.pages import chromium

PIPE = re.compile(r'"pipe_id":"(P\d{5})"')


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture(scope="module")
def lines(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two lines of the demo city that lie side by side, and a row without a shape."""
    every = gpd.read_file(demo_folder / "routes.shp", encoding="gb18030")
    first = every.geometry.iloc[0]
    near = every.iloc[every.distance(first).argsort()[:2].to_numpy()]
    path = tmp_path_factory.mktemp("外线") / "两条 外线.gpkg"
    gpd.GeoDataFrame(gpd.pd.concat([near, near.iloc[:1].assign(编号="缺", geometry=None)]), crs=every.crs).to_file(path)
    return path


@pytest.fixture(scope="module")
def made(demo_folder: Path, lines: Path) -> Path:
    out = lines.with_name("地图.html")
    done = app("survey-map", lines, "--city", demo_folder, "-o", out, "--pipes", "--title", "城西 <b>两条</b>")
    assert done.returncode == 1, done.stderr
    said = summary(done)
    assert (said["rows_in"], said["rows_out"], said["rejected"]) == (3, 2, 1)
    assert "缺" in out.with_suffix(".rejects.csv").read_text(encoding="utf-8-sig")
    return out


def test_at_the_desk_it_shows_measures_and_finds_with_no_network(browser: Browser, made: Path, lines: Path) -> None:
    sheet = Sheet(browser, made, DESK)
    with sheet as page:
        expect(page.locator(".where b")).to_have_text("城西 <b>两条</b>")
        expect(page.locator("img.picture[src^='data:image/']").first).to_be_attached()
        expect(page.locator(".legend [data-own=pipes]")).to_be_checked()
        expect(page.locator(".secret")).to_contain_text("勿外传")
        page.locator("#panel .line").first.click()
        expect(page.locator(".card h3")).to_be_visible()
        assert page.locator(".card .finding").count() > 5
        page.locator(".back").click()

        ends = gpd.read_file(lines).to_crs(4490).geometry.iloc[0].coords
        (x0, y0), (x1, y1) = ends[0][:2], ends[-1][:2]
        page.locator("#measure").click()
        for lon, lat in ((x0, y0), (x1, y1)):
            page.evaluate("([lat, lng]) => waixianMap.fire('click', { latlng: L.latLng(lat, lng) })", [lat, lon])
        told = float(re.search(r"总长 ([\d,.]+) m", page.locator("#ruled").inner_text())[1].replace(",", ""))  # type: ignore[index]
        assert told == pytest.approx(Geod(ellps="GRS80").inv(x0, y0, x1, y1)[2], abs=0.06)
        page.locator("#ruled-end").click()

        number = page.locator("#panel .id").nth(1).inner_text()
        page.locator("#q").fill(number)
        page.keyboard.press("Enter")
        expect(page.locator("#handle-text")).to_contain_text(number)
        page.locator("#q").fill("114.30, 34.79")
        expect(page.locator("#found button").first).to_contain_text("114.300000, 34.790000")
        page.locator("#lang").click()
        expect(page.get_by_text("Survey map", exact=True)).to_be_visible()
    assert [one for one in sheet.asked if not one.startswith(("file:", "data:"))] == [] and sheet.wrong == []


def test_on_the_phone_it_says_where_one_stands(browser: Browser, made: Path, lines: Path) -> None:
    line = gpd.read_file(lines).iloc[0]
    spot = line.geometry.interpolate(10)
    lon, lat = Transformer.from_crs(4547, 4326, always_xy=True).transform(spot.x, spot.y)
    sheet = Sheet(browser, made, PHONE)
    with sheet as page:
        sheet.context.grant_permissions(["geolocation"])
        sheet.context.set_geolocation({"longitude": lon, "latitude": lat, "accuracy": 8})
        page.locator("#locate").click()
        expect(page.locator("#told")).to_contain_text("精度 ±8 m")
        expect(page.locator("#told")).to_contain_text(f"距 {line['编号']} 0.0 m，桩号 10.0 m")
        page.locator("#handle").click()
        page.locator("#panel .line").first.click()
        expect(page.locator(".card h3")).to_be_in_viewport()
        expect(page.locator("#measure")).to_be_in_viewport()
        assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert sheet.wrong == []


def test_pipes_are_in_it_only_where_somebody_put_them_in(demo_folder: Path, lines: Path, made: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain.html"
    assert app("survey-map", lines, "--city", demo_folder, "-o", plain).returncode == 1
    assert PIPE.search(made.read_text(encoding="utf-8")) and not PIPE.search(plain.read_text(encoding="utf-8"))


@pytest.mark.parametrize("out", ["地图.pdf", "地图"])
def test_a_name_that_is_no_page_is_refused_before_anything_is_read(
    demo_folder: Path, lines: Path, tmp_path: Path, out: str
) -> None:
    done = app("survey-map", lines, "--city", demo_folder, "-o", tmp_path / out)
    assert done.returncode == 2 and ".html" in done.stderr and not list(tmp_path.iterdir())
