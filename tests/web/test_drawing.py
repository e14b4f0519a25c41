"""Drawing a line and seeing its verdict; handing in a file."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.servers import Server
from tests.web.pages import Watch, settled

Open = Callable[..., Page]
START = "/?tab=draw&at=16.5/34.796/114.3&a.utility=gas"
CARD = "[data-test=card]"


def draw(page: Page, *spots: tuple[float, float]) -> tuple[float, float]:
    """Draws through points given from the map's upper left corner; returns that corner."""
    page.locator("[data-test=draw-start]").click()
    box = page.locator("[data-test=map]").bounding_box()
    assert box is not None
    for dx, dy in spots:
        page.mouse.move(box["x"] + dx, box["y"] + dy, steps=3)
        page.wait_for_timeout(120)
        page.mouse.click(box["x"] + dx, box["y"] + dy)
        page.wait_for_timeout(350)  # two clicks close in time would be a double click
    return box["x"], box["y"]


def line_of(page: Page) -> list[list[float]]:
    """The drawn line, from the address."""
    said = parse_qs(urlsplit(page.url).query).get("line", [""])[0]
    return [[float(number) for number in pair.split("_")] for pair in said.split("~")] if said else []


def ask(server: Server, line: list[list[float]], **properties: Any) -> dict[str, Any]:
    """The verdict on a line, asked without a browser."""
    body = {"type": "Feature", "geometry": {"type": "LineString", "coordinates": line}, "properties": properties}
    answer = httpx.post(f"{server.url}/api/review", json=body, timeout=120, trust_env=False, headers=server.headers)
    verdict: dict[str, Any] = answer.json()["verdict"]
    return verdict


def test_drawn_line_gets_a_live_outcome_and_then_the_card_of_the_server(desktop: Open, server: Server) -> None:
    page = desktop(START)
    draw(page, (250, 300), (450, 340))
    box = page.locator("[data-test=map]").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 560, box["y"] + 430, steps=4)
    live = page.locator("[data-test=live-outcome]")
    expect(live).to_have_text(re.compile("承诺免审批|并联审批|待核实|不适用"))
    page.mouse.click(box["x"] + 560, box["y"] + 430)
    page.wait_for_timeout(300)
    page.keyboard.press("Enter")
    expect(page.locator(CARD)).to_be_visible()
    line = line_of(page)
    assert len(line) == 3
    verdict = ask(server, line, utility="gas")
    expect(page.locator("[data-test=headline]")).to_have_text(verdict["headline"]["zh"])
    expect(page.locator("[data-test=length]")).to_have_text(f"{verdict['length']['counted_m']:.1f}")
    expect(page.locator(CARD)).to_have_attribute("data-outcome", verdict["outcome"])


def test_attributes_change_the_verdict(desktop: Open, server: Server) -> None:
    page = desktop(START)
    draw(page, (250, 300), (450, 340), (560, 430))
    page.keyboard.press("Enter")
    expect(page.locator(CARD)).to_be_visible()
    page.locator("[data-test=draw-form-fold]").click()
    page.locator("[data-test=utility-power]").click()
    page.locator("[data-test='voltage-35']").click()
    verdict = ask(server, line_of(page), utility="power", voltage_kv=35)
    assert verdict["outcome"] == "out_of_scope"
    expect(page.locator(CARD)).to_have_attribute("data-outcome", "out_of_scope")
    assert "a.voltage_kv=35" in page.url


def test_vertex_can_be_dragged_undone_redone_and_the_line_dropped(desktop: Open) -> None:
    page = desktop(START)
    x, y = draw(page, (250, 300), (450, 340), (560, 430))
    page.keyboard.press("Enter")
    expect(page.locator(CARD)).to_be_visible()
    drawn = line_of(page)
    page.wait_for_timeout(500)
    before = page.url
    page.mouse.move(x + 450, y + 340)
    page.mouse.down()
    page.mouse.move(x + 500, y + 240, steps=6)
    page.mouse.up()
    page.wait_for_function("url => location.href !== url", arg=before)
    edited = line_of(page)
    assert edited[0] == drawn[0] and edited[2] == drawn[2] and edited[1][1] > drawn[1][1]
    page.keyboard.press("Control+z")
    page.wait_for_timeout(400)
    assert line_of(page) == drawn
    page.keyboard.press("Control+Shift+z")
    page.wait_for_timeout(400)
    assert line_of(page) == edited
    page.keyboard.press("Escape")  # lets go of the vertex
    page.keyboard.press("Escape")
    expect(page.locator(CARD)).to_have_count(0)
    assert line_of(page) == []
    page.keyboard.press("Control+z")
    page.wait_for_timeout(400)
    assert line_of(page) == edited


def test_escape_while_drawing_drops_the_line(desktop: Open) -> None:
    page = desktop(START)
    draw(page, (250, 300), (450, 340))
    page.keyboard.press("Escape")
    expect(page.locator("[data-test=draw-start]")).to_be_visible()
    assert line_of(page) == []


def test_link_to_a_drawn_line_shows_the_same_verdict(desktop: Open, server: Server) -> None:
    line = [[114.298, 34.7968], [114.2995, 34.7965], [114.3004, 34.7957]]
    text = "~".join(f"{lon}_{lat}" for lon, lat in line)
    page = desktop(f"/?tab=draw&at=16.5/34.796/114.3&line={text}&a.utility=water")
    expect(page.locator("[data-test=headline]")).to_have_text(ask(server, line, utility="water")["headline"]["zh"])


def test_file_becomes_a_job_with_outcomes_downloads_and_cards(desktop: Open, tmp_path: Path) -> None:
    lines = [[[114.298 + 0.001 * i, 34.7968], [114.2985 + 0.001 * i, 34.7965]] for i in range(12)]
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "LineString", "coordinates": line},
            "properties": {"route_id": f"T{i}", "utility": "water"},
        }
        for i, line in enumerate(lines)
    ]
    features.append({"type": "Feature", "geometry": None, "properties": {"route_id": "空", "utility": "water"}})
    file = tmp_path / "外线.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    page = desktop("/?tab=batch", idle=False)
    page.locator("[data-test=file]").set_input_files(file)
    page.wait_for_selector("[data-test=job][data-state=done]", timeout=180_000)
    expect(page.locator("[data-test=outcomes] tfoot")).to_contain_text(str(len(lines)))
    expect(page.locator("[data-test=job-row]")).to_have_count(len(lines))
    expect(page.locator("[data-test=rejects] tbody tr")).to_have_text(re.compile(r"13\s*geometry：.+"))
    for words in ("CSV", "GeoPackage", "Excel", "HTML"):
        expect(page.locator(f"a:has-text('{words}')").first).to_have_attribute("href", re.compile(r"^/api/jobs/"))
    page.locator("[data-test=job-row]").nth(4).click()
    expect(page.locator(CARD)).to_contain_text("T4")
    again = desktop(urlsplit(page.url)._replace(scheme="", netloc="").geturl(), idle=False)
    expect(again.locator(CARD)).to_contain_text("T4")


def test_shapefile_without_its_table_is_refused_with_the_cure(desktop: Open, tmp_path: Path) -> None:
    file = tmp_path / "a.shp"
    file.write_bytes(b"\0" * 100)
    page = desktop("/?tab=batch", idle=False)
    page.locator("[data-test=file]").set_input_files(file)
    expect(page.get_by_role("alert").first).to_contain_text(".dbf")


@pytest.mark.parametrize("name, body", [("a.geojson", b"{"), ("a.xlsx", b"no workbook")])
def test_unreadable_file_says_why(desktop: Open, watch: Watch, tmp_path: Path, name: str, body: bytes) -> None:
    watch.expected = ("422", "400")
    file = tmp_path / name
    file.write_bytes(body)
    page = desktop("/?tab=batch", idle=False)
    page.locator("[data-test=file]").set_input_files(file)
    expect(page.get_by_role("alert").first).to_contain_text(name, timeout=120_000)


def test_help_names_the_keys(desktop: Open) -> None:
    page = desktop(idle=False)
    page.wait_for_selector("[data-test=route-row]")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("结束画线")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.press("d")
    expect(page.locator("[data-test=draw-finish]")).to_be_visible()
    settled(page)
