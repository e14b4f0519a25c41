"""The drawing table with real mouse, keyboard and thumb: snapping, parallels, typed and imported lines, several lines in hand."""

import json
import math
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import geopandas as gpd
import numpy as np
import pytest
import shapely
from playwright.sync_api import expect

from geo.crs import to_work
from tests.web.on_screen import CARD, DEGREES, QUIET, TO_DEGREES, TO_WORK, WORK, Ground, Open, others, work_line
from tests.web.pages import settled
from tests.web.test_drawing import line_of

STANDS = {"manhole": "检查井", "valve": "阀门", "hydrant": "消火栓", "cabinet": "箱柜"}


@pytest.fixture(scope="module")
def stands(demo_folder: Path, pipe: shapely.LineString) -> str:
    """What stands where that pipe begins, in the page's words."""
    points = gpd.read_file(demo_folder / "pipe_points.gpkg")
    at_end = points[points.geometry == shapely.Point(pipe.coords[0])].iloc[0]
    return STANDS.get(at_end["kind"], at_end["feature"])


@pytest.fixture(scope="module")
def pipe(demo_folder: Path) -> shapely.LineString:
    """A pipe whose first vertex stands alone: no other end or vertex of anything within 6 m."""
    pipes = gpd.read_file(demo_folder / "pipes.gpkg")
    roads = gpd.read_file(demo_folder / "roads.gpkg")
    every = [shapely.get_coordinates(frame.geometry) for frame in (pipes, roads)]
    surfaces = gpd.read_file(demo_folder / "road_surfaces.gpkg")
    sites = gpd.read_file(demo_folder / "planning.gpkg")
    every += [shapely.get_coordinates(surfaces.geometry), shapely.get_coordinates(sites.geometry)]
    tree = shapely.STRtree(shapely.points(np.vstack(every)))
    for line in pipes.geometry:
        first = line.coords[0]
        near = tree.query(shapely.Point(first), "dwithin", 6)
        if line.length > 40 and len(near) == 1:
            return line
    raise AssertionError("no such pipe")


def test_a_point_snaps_to_what_stands_at_a_pipes_end_and_alt_lets_it_be(
    desktop: Open, pipe: shapely.LineString, stands: str
) -> None:
    x, y = pipe.coords[0]
    ground = Ground(desktop, (x + 20, y))
    page = ground.page
    page.keyboard.press("d")
    ground.hover(x, y, 6, 5)
    expect(page.locator("[data-test=snap-words]")).to_have_text(stands)
    ground.click(x, y, 6, 5)
    page.keyboard.down("Alt")
    ground.click(x + 40, y + 8)
    ground.click(x + 2, y + 25, 0, 0)
    ground.click(x, y, 7, 6)
    page.keyboard.up("Alt")
    page.keyboard.press("Enter")
    expect(page.locator(CARD)).to_be_visible()
    line = work_line(page)
    off = [math.hypot(px - x, py - y) for px, py in line.coords]
    assert off[0] < 1e-3, off
    assert 0.5 < off[-1] < 4, off


def test_the_ruler_snaps_as_drawing_does_and_alt_lets_it_be(desktop: Open, pipe: shapely.LineString, stands: str) -> None:
    x, y = pipe.coords[0]
    ground = Ground(desktop, (x + 20, y))
    page, words = ground.page, ground.page.locator("[data-test=snap-words]")
    ground.hover(x, y, 6, 5)
    page.keyboard.press("m")  # the hand rests where it is while the ruler is fetched
    expect(words).to_have_text(stands)
    ground.click(x, y, 6, 5)
    with page.expect_request("**/api/places/measure") as asked:
        page.keyboard.down("Alt")
        ground.click(x, y + 30, 0, 0)
    ends = to_work(shapely.LineString(asked.value.post_data_json["shape"]["coordinates"]), DEGREES, WORK)
    assert math.dist(ends.coords[0], (x, y)) < 1e-3
    page.keyboard.down("Alt")
    ground.hover(x, y, 6, 5)
    expect(words).to_have_text("")
    page.keyboard.up("Alt")
    expect(words).to_have_text(stands)


def test_the_switch_and_a_hidden_layer_end_the_snapping(desktop: Open, pipe: shapely.LineString, stands: str) -> None:
    x, y = pipe.coords[0]
    ground = Ground(desktop, (x + 20, y))
    page, words = ground.page, ground.page.locator("[data-test=snap-words]")
    page.keyboard.press("d")
    ground.hover(x, y, 4, 4)
    expect(words).to_have_text(stands)
    page.keyboard.press("n")
    expect(words).to_have_text("")
    page.keyboard.press("n")
    expect(words).to_have_text(stands)
    hidden = Ground(desktop, (x + 20, y), layers="-pipes")
    hidden.page.keyboard.press("d")
    hidden.hover(x, y, 4, 4)
    expect(hidden.page.locator("[data-test=snap-words]")).not_to_contain_text(re.compile(f"管线|{stands}"))
    bare = Ground(desktop, (x + 20, y), layers="-pipe_points")
    bare.page.keyboard.press("d")
    bare.hover(x, y, 4, 4)
    expect(bare.page.locator("[data-test=snap-words]")).to_have_text("管线端点")


def test_a_dragged_vertex_snaps_too(desktop: Open, pipe: shapely.LineString) -> None:
    x, y = pipe.coords[0]
    (a, b) = (TO_DEGREES.transform(x + 15, y + 12), TO_DEGREES.transform(x + 45, y + 12))
    ground = Ground(desktop, (x + 20, y), line=f"{a[0]:.8f}_{a[1]:.8f}~{b[0]:.8f}_{b[1]:.8f}")
    expect(ground.page.locator(CARD)).to_be_visible()
    ground.hover(x + 15, y + 12)
    ground.page.mouse.down()
    ground.page.mouse.move(*ground.pixel(x + 5, y + 5), steps=4)
    ground.page.wait_for_load_state("networkidle")
    px, py = ground.pixel(x, y)
    ground.page.mouse.move(px + 5, py + 5, steps=4)
    ground.page.mouse.up()
    first = work_line(ground.page).coords[0]
    assert math.hypot(first[0] - x, first[1] - y) < 1e-3


def test_a_line_beside_a_kerb_is_so_many_metres_from_it(desktop: Open, demo_folder: Path) -> None:
    surfaces = gpd.read_file(demo_folder / "road_surfaces.gpkg")
    ring = next(
        shape.exterior
        for shape in surfaces.geometry
        if math.dist(shape.exterior.coords[0], shape.exterior.coords[2]) > 25
        and all(math.dist(a, b) > 8 for a, b in zip(shape.exterior.coords[:3], shape.exterior.coords[1:4], strict=True))
    )
    one, two = ring.coords[0], ring.coords[2]
    ground = Ground(desktop, ((one[0] + two[0]) / 2, (one[1] + two[1]) / 2), zoom=18.5, layers="-pipes~-roads~-planning")
    page = ground.page
    page.keyboard.press("o")
    expect(page.locator("[data-test=offset]")).to_be_visible()
    page.locator("#offset-distance").fill("2.4")
    ground.click(*one)
    ground.click(*two)
    page.locator("[data-test=side-left]").click()
    page.locator("[data-test=offset-put]").click()
    expect(page.locator(CARD)).to_be_visible()
    line = work_line(page)
    kerb = gpd.GeoSeries([ring]).distance(line).iloc[0]
    assert kerb <= 2.4 + 2e-3
    stretch = min(
        (shapely.LineString(ring.coords[:3]), shapely.LineString([*ring.coords[2:], ring.coords[0]])),
        key=lambda part: part.length,
    )
    assert line.distance(stretch) == pytest.approx(2.4, abs=2e-3)
    inner = shapely.line_interpolate_point(line, np.linspace(0.1, 0.9, 9), normalized=True)
    assert np.all(shapely.distance(inner, stretch) > 2.4 - 2e-3)


def test_typed_coordinates_land_within_a_millimetre(desktop: Open) -> None:
    ground = Ground(desktop, QUIET)
    page = ground.page
    page.keyboard.press("c")
    x, y = QUIET
    points = [(x, y), (x + 31.25, y + 2.5), (x + 40, y - 20.125)]
    page.locator("#coords-text").fill(
        "点号\tX\tY\n" + "\n".join(f"{i}\t{py:.3f}\t{px:.3f}" for i, (px, py) in enumerate(points, 1)) + "\n4\t乱"
    )
    page.locator("[data-test=coords-read]").click()
    said = page.locator("[data-test=coords-said]")
    expect(said).to_contain_text("先北坐标后东坐标")
    expect(said).to_contain_text("第 5 行")
    page.locator("[data-test=coords-line]").click()
    expect(page.locator(CARD)).to_be_visible()
    assert np.abs(np.array(work_line(page).coords) - points).max() < 1e-3
    page.locator("[data-test=polar-distance] input, input[data-test=polar-distance]").fill("12.5")
    page.locator("[data-test=polar-azimuth] input, input[data-test=polar-azimuth]").fill("90")
    page.locator("[data-test=polar-put]").click()
    page.locator("[data-test=draw-finish]").click()
    last = work_line(page).coords[-1]
    assert math.hypot(last[0] - (x + 52.5), last[1] - (y - 20.125)) < 2e-3


def test_degrees_in_minutes_and_what_is_not_a_place(desktop: Open) -> None:
    page = Ground(desktop, QUIET).page
    page.keyboard.press("c")
    page.locator("#coords-text").fill("116°23′28″E 39°54′25″N")
    page.locator("[data-test=coords-read]").click()
    expect(page.locator("[data-test=coords-said]")).to_contain_text("范围之外")
    page.locator("#coords-text").fill("2000000 3000000")
    page.locator("[data-test=coords-read]").click()
    expect(page.locator("[data-test=coords-said]")).to_contain_text("请选择坐标系")


def test_split_join_reverse_extend_and_one_history(desktop: Open) -> None:
    x, y = QUIET
    text = "~".join("{:.8f}_{:.8f}".format(*TO_DEGREES.transform(px, py)) for px, py in [(x - 40, y), (x, y), (x + 40, y + 10)])
    ground = Ground(desktop, QUIET, line=text)
    page = ground.page
    expect(page.locator(CARD)).to_be_visible()
    whole = work_line(page)
    page.keyboard.press("n")
    page.keyboard.press("x")
    ground.click(x - 15, y)
    expect(page.locator("[data-test=table-row]")).to_have_count(2)
    first, (second,) = work_line(page), others(page)
    assert first.length == pytest.approx(25, abs=0.3) and first.length + second.length == pytest.approx(whole.length, abs=2e-3)
    page.locator("[data-test=table-row]").nth(1).click()
    page.keyboard.press("r")
    assert work_line(page).coords[0] == pytest.approx(whole.coords[-1], abs=1e-3)
    page.keyboard.press("m")
    expect(page.locator("[data-test=table-row]")).to_have_count(0)
    joined = work_line(page)
    assert joined.length == pytest.approx(whole.length, abs=2e-3) and others(page) == []
    page.keyboard.press("e")
    at = joined.coords[-1]
    ground.click(at[0] - 4, at[1] - 25)
    page.keyboard.press("Enter")
    grown = work_line(page)
    assert len(grown.coords) == len(joined.coords) + 1 and grown.coords[0] == pytest.approx(joined.coords[0], abs=1e-3)
    for _ in range(4):  # the finish, the point, taking up the pen, the join
        page.keyboard.press("Control+z")
    expect(page.locator("[data-test=table-row]")).to_have_count(2)
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    assert work_line(page).equals_exact(whole, 1e-3) and others(page) == []
    for _ in range(6):
        page.keyboard.press("Control+Shift+z")
    assert work_line(page).equals_exact(grown, 1e-3)


def test_a_link_shows_the_same_table(desktop: Open) -> None:
    x, y = QUIET
    ground = Ground(desktop, QUIET)
    page = ground.page
    page.keyboard.press("n")
    for north in (0, 20):
        page.keyboard.press("d")
        ground.click(x - 30, y + north)
        ground.click(x + 30, y + north)
        page.keyboard.press("Enter")
    expect(page.locator("[data-test=table-row]")).to_have_count(2)
    page.locator("[data-test=draw-form-fold]").click()
    page.locator("[data-test=utility-water]").click()
    page.locator("[data-test=table-row]").nth(0).click()
    page.wait_for_timeout(500)
    assert "m1.utility=water" in page.url and "a.utility=gas" in page.url
    again = desktop(urlsplit(page.url)._replace(scheme="", netloc="").geturl())
    rows = again.locator("[data-test=table-row]")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_have_attribute("aria-current", "true")
    expect(rows.nth(1)).to_contain_text("给水")
    assert again.url == page.url
    page.reload()
    settled(page)
    expect(page.locator("[data-test=table-row]")).to_have_count(2)


def test_the_keyboard_alone_draws_and_moves_a_vertex(desktop: Open) -> None:
    page = Ground(desktop, QUIET).page
    page.keyboard.press("n")
    page.locator("[data-test=map] canvas").focus()
    page.keyboard.press("d")
    page.keyboard.press(" ")
    expect(page.locator("[data-test=crosshair]")).to_be_visible()
    page.keyboard.press(" ")
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(900)
    page.keyboard.press(" ")
    page.keyboard.press("Enter")
    expect(page.locator(CARD)).to_be_visible()
    drawn = work_line(page)
    assert len(drawn.coords) == 2 and drawn.length > 5
    page.keyboard.press("v")
    for _ in range(3):
        page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowLeft")
    moved = work_line(page)
    dx, dy = np.array(moved.coords[0]) - np.array(drawn.coords[0])
    assert (dx, dy) == (pytest.approx(-1, abs=0.01), pytest.approx(0.3, abs=0.01))
    assert moved.coords[1] == drawn.coords[1]
    page.keyboard.press("Delete")
    assert len(work_line(page).coords) == 2  # a line keeps its last two
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("移动折点 0.1 m")


def test_lines_of_a_file_come_onto_the_table_with_what_they_say(desktop: Open, tmp_path: Path) -> None:
    x, y = QUIET
    lines = [[[*TO_DEGREES.transform(x + dx, y + 15 * i)] for dx in (-30, 0, 30 + i)] for i in range(3)]
    features: list[dict[str, Any]] = [
        {
            "type": "Feature",
            "geometry": {"type": "LineString", "coordinates": line},
            "properties": {"线路编号": f"G-{i}", "专业": "燃气"},
        }
        for i, line in enumerate(lines)
    ]
    file = tmp_path / "外线.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    page = Ground(desktop, QUIET).page
    page.keyboard.press("i")
    page.locator("[data-test=import-file]").set_input_files(file)
    expect(page.locator("[data-test=import-line]")).to_have_count(3)
    for i in (0, 2):
        page.locator("[data-test=import-line]").nth(i).click()
    page.locator("[data-test=import-put]").click()
    expect(page.locator("[data-test=table-row]")).to_have_count(2)
    expect(page.locator("[data-test=table-row]").nth(1)).to_contain_text("G-2")
    expect(page.locator(CARD)).to_be_visible()
    there = np.array(work_line(page).coords)
    assert np.abs(there - [TO_WORK.transform(*point) for point in lines[2]]).max() < 1e-3
    assert "a.route_id=G-2" in page.url


def test_a_file_that_cannot_be_read_says_why(desktop: Open, tmp_path: Path, watch: Any) -> None:
    watch.expected = ("422",)
    file = tmp_path / "坏.geojson"
    file.write_text("{")
    page = Ground(desktop, QUIET).page
    page.keyboard.press("i")
    page.locator("[data-test=import-file]").set_input_files(file)
    expect(page.get_by_role("alert").first).to_contain_text("坏.geojson", timeout=60_000)


def test_while_drawing_the_panel_and_the_hand_show_the_same_verdict(desktop: Open) -> None:
    x, y = QUIET
    ground = Ground(desktop, QUIET, zoom=17)
    page = ground.page
    page.keyboard.press("d")
    ground.click(x - 60, y)
    ground.hover(x + 60, y + 30)
    live = page.locator("[data-test=live-card]")
    expect(page.locator("[data-test=live-outcome]")).to_have_text(re.compile("承诺免审批|并联审批|待核实|不适用"))
    outcome = page.locator("[data-test=live-outcome]").inner_text().split(" ", 1)[1]
    expect(live).to_contain_text(outcome)
    expect(page.locator("[data-test=live-works]")).to_contain_text("同路段")


def test_the_thumb_puts_points_where_the_cross_is(phone: Open) -> None:
    lon, lat = TO_DEGREES.transform(*QUIET)
    page = phone(f"/?tab=draw&at=17/{lat:.5f}/{lon:.5f}&a.utility=gas")
    page.locator("[data-test=draw-start]").tap()  # the address asks for it: it is not folded away
    expect(page.locator("[data-test=crosshair]")).to_be_visible()
    page.locator("[data-test=pen-put]").tap()
    for step in ((-120, 0), (-40, 90)):
        page.evaluate(DRAG, step)
        page.wait_for_timeout(700)
        page.locator("[data-test=pen-put]").tap()
        page.wait_for_timeout(200)
    page.locator("[data-test=pen-undo]").tap()
    page.locator("[data-test=pen-put]").tap()
    page.locator("[data-test=pen-finish]").tap()
    expect(page.locator(CARD)).to_be_visible()
    assert len(line_of(page)) == 3
    assert work_line(page).length > 90
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    small = page.evaluate(
        "[...document.querySelectorAll('[data-test=sheet] button, .pen button')].filter(e => e.offsetParent)"
        ".filter(e => !e.classList.contains('handle') && !e.closest('[data-test=card]'))"
        ".map(e => [e.textContent.trim(), e.getBoundingClientRect().height]).filter(([, h]) => h < 44)"
    )
    assert small == []


# A finger that drags the map by so many pixels.
DRAG = """([dx, dy]) => {
  const to = document.querySelector('[data-test=map] canvas')
  const finger = (type, x, y) => {
    const touch = new Touch({ identifier: 1, target: to, clientX: x, clientY: y })
    const list = type === 'touchend' ? [] : [touch]
    const said = { bubbles: true, cancelable: true, touches: list, targetTouches: list, changedTouches: [touch] }
    to.dispatchEvent(new TouchEvent(type, said))
  }
  const [x, y] = [200, 330]
  finger('touchstart', x, y)
  for (let i = 1; i <= 8; i++) finger('touchmove', x + dx * i / 8, y + dy * i / 8)
  return new Promise((done) => setTimeout(() => { finger('touchend', x + dx, y + dy); done() }, 120))
}"""
