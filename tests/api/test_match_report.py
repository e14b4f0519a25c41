"""The report of a matching in a real browser, from disk, with no network: map, list, time chart, digs; nobody's text runs."""

import html
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from playwright.sync_api import Browser, Page, expect

from api.digs.draw_section import section_svg
from api.digs.objects import Digs
from api.digs.report import render, write_match_report
from api.matching import Matching, match_works
from geo.city import City, Layer
from tests.api.answers_case import REJECTS
from tests.api.test_report import DESK, PHONE, Sheet, browser, colours
from tests.geo.works_town import town, work
from tests.packs.asked import PACK
from tests.packs.places import CRS, box, frame, line

__all__ = ["browser"]

ON = date(2026, 11, 22)
BAD = "</script><script>window.hit=1</script>"


def place() -> City:
    """The small town with a paving to come and a festival."""
    events = [
        {"event_id": "P1", "name": "长街罩面", "kind": "paving", "start": "2027-03-01", "end": "2027-03-20"},
        {"event_id": "F1", "name": "灯会", "kind": "festival", "start": "2026-12-14", "end": "2026-12-16"},
    ]
    layer = Layer("events", frame("events", events, [line((0, 0), (180, 0)), box(0, -10, 190, 10)]))
    return replace(town(), layers={**town().layers, "events": layer})


def works() -> gpd.GeoDataFrame:
    """Three lines that can be one dig, one that cannot, one without dates, a crossing, and awkward texts."""
    loose = {"firm": None, "shift_days": 5.0, "end": "2027-01-15"}
    some = [
        work("A-1", line((20, 3), (180, 3)), "示范水务", **loose, duration_days=8.0, depth_m=1.2, diameter_mm=200.0),
        work("A-2", line((20, 5), (170, 5)), BAD, utility="gas", **loose, duration_days=6.0, depth_m=1.0, diameter_mm=110.0),
        work("A-3", line((60, -4), (180, -4)), "示范热力", utility="heat", **loose, duration_days=5.0),
        work('<img src=x onerror="window.hit=2">', line((30, 7), (150, 7)), "迟到的", start="2027-06-01", end="2027-06-30"),
        work("U-1", line((30, -6), (150, -6)), "未定", start=None, end=None, firm=None, ready="2026-12-30"),
        work("X-1", line((100, -60), (100, 60)), "横穿", utility="drain"),
    ]
    return gpd.GeoDataFrame(pd.concat(some, ignore_index=True), crs=CRS).assign(row_no=range(1, len(some) + 1))


@pytest.fixture(scope="module")
def matching() -> Matching:
    return match_works(works(), place(), PACK, on=ON, plan=True)


@pytest.fixture(scope="module")
def report(matching: Matching, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_match_report(matching, tmp_path_factory.mktemp("报告") / "同步 开挖.html", rejects=REJECTS)


def row(page: Page, words: str) -> Any:
    return page.locator("tr.row", has=page.locator(".id", has_text=words))


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_it_opens_from_disk_and_asks_the_network_for_nothing(
    browser: Browser, report: Path, matching: Matching, size: Any
) -> None:
    with Sheet(browser, report, size) as page:
        expect(page.locator(".folium-map.leaflet-container")).to_be_visible()
        assert {"#0085A1", "#B0208E"} <= colours(page)  # water and gas
        expect(page.locator("tr.row")).to_have_count(len(matching.pairs))
        expect(page.locator(".gantt .bars")).to_be_visible()
        expect(page.locator("article.dig")).to_have_count(1)
        for _ in range(2):
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
            page.locator("#lang").click()


def test_texts_of_strangers_stay_texts(browser: Browser, report: Path) -> None:
    text = report.read_text(encoding="utf-8")
    markup = html.unescape(re.sub(r"<(script|style)\b.*?</\1>", "", text, flags=re.S))
    assert "default-src 'none'" in markup and "unsafe-eval" not in text
    with Sheet(browser, report) as page:
        row(page, "A-2").first.click()
        expect(page.locator(".card td", has_text=BAD).first).to_be_visible()
        expect(page.locator(".members td", has_text=BAD)).to_be_visible()
        expect(page.locator(".labels .bar b", has_text="<img src=x")).to_have_count(1)
        assert page.evaluate("[window.hit ?? null, document.querySelectorAll('img[src=x]').length]") == [None, 0]


def test_the_list_filters_and_sorts(browser: Browser, report: Path, matching: Matching) -> None:
    pairs = matching.pairs
    shared = pairs[pairs["kind"] == "shared"]
    with Sheet(browser, report) as page:
        for status, n in shared["status"].value_counts().items():
            button = page.locator(f".count[data-status={status}]")
            expect(button.locator(".n")).to_have_text(str(n))
            button.click()
            expect(page.locator("tr.row")).to_have_count(n)
            button.click()
        page.locator(".count[data-status=crossing]").click()
        expect(page.locator("tr.row")).to_have_count(int((pairs["kind"] == "crossing").sum()))
        page.locator(".count[data-status=crossing]").click()
        page.fill("#q", "示范热力 A-1")
        expect(page.locator("tr.row")).to_have_count(1)
        page.fill("#q", "没有这样的")
        expect(page.locator(".panel .empty")).to_be_visible()
        page.fill("#q", "")
        page.select_option("#only", "joined")
        expect(page.locator("tr.row")).to_have_count(len(Digs(matching).made["match_id"].unique()))
        page.select_option("#only", "")
        for descends in (True, False):  # it opens with the longest first
            got = [float(one) for one in page.locator("tr.row td:nth-child(3)").all_inner_texts() if one != "×"]
            assert got == sorted((round(one, 1) for one in shared["shared_m"]), reverse=descends)
            page.locator("[data-sort=shared_m]").click()


def test_a_pair_unfolds_and_its_address_is_kept(browser: Browser, report: Path, matching: Matching) -> None:
    with Sheet(browser, report) as page:
        row(page, "A-1 × A-2").click()
        card = page.locator(".card")
        expect(card.locator(".stretches td").first).to_have_text("长街")
        expect(card).to_contain_text("150.0")
        expect(card.locator("a[href='#dig-1']")).to_be_visible()
        address = page.evaluate("location.hash")
        page.keyboard.press("Escape")
        expect(card).to_have_count(0)
        row(page, "A-1 × event-P1").click()
        expect(card.locator(".say")).to_contain_text("2027-03-01")
    with Sheet(browser, report, address=f"{address}&lang=en") as page:
        expect(page.locator(".card .stretches td").nth(3)).to_have_text("left side / left side")
        expect(page.locator(".card")).to_contain_text("days in common")


def test_the_time_chart_has_every_work_its_closures_and_its_digs(browser: Browser, report: Path, matching: Matching) -> None:
    assert matching.plan is not None
    sharing = pd.unique(matching.rows.loc[matching.rows["kind"] == "shared", ["a", "b"]].to_numpy().ravel())
    placed = int(matching.plan.members["work"].isin(sharing).sum())
    with Sheet(browser, report) as page:
        expect(page.locator(".labels .bar")).to_have_count(len(sharing))
        expect(page.locator(".chart .open")).to_have_count(placed)
        expect(page.locator(".chart .joint")).to_have_count(int(matching.plan.members["dig_id"].notna().sum()))
        shut = matching.closures[matching.closures["work"].isin(sharing)]
        expect(page.locator(".chart .closed")).to_have_count(len(shut))
        expect(page.locator(".chart .ready")).to_have_count(1)
        expect(page.locator(".chart g[data-work] .zh", has_text="日期未填")).to_have_count(1)
        label, bar = page.locator(".labels .bar", has_text="A-1").first, page.locator(".chart g[data-work='0'] .open")
        middles = [box["y"] + box["height"] / 2 for box in (label.bounding_box(), bar.bounding_box()) if box]
        assert abs(middles[0] - middles[1]) < 2  # the bar stands beside its name
        label.click()
        expect(page.locator(".chart g.lit")).to_have_count(1)
        expect(page.locator(".leaflet-chosen-pane path")).not_to_have_count(0)


def test_a_dig_is_a_card(browser: Browser, report: Path, matching: Matching) -> None:
    (dig,) = Digs(matching).objects
    with Sheet(browser, report) as page:
        card = page.locator("article.dig")
        expect(card.locator("h3")).to_have_text("dig-1 · 长街")
        expect(card.locator(".members tbody tr")).to_have_count(3)
        expect(card.locator(".lead")).to_have_count(1)
        expect(card.locator(".gains")).to_contain_text(f"{dig['savings']['metres']:,.1f}")
        expect(card.locator("svg.section circle")).to_have_count(3)
        expect(card.locator("svg.stretch")).to_contain_text("A-1 · 左侧 · 埋深 1.2 m")
        expect(card.locator("svg.stretch")).to_contain_text("A-3 · 右侧")
        expect(card.locator(".findings tr")).to_have_count(len(dig["section"]["findings"]))
        expect(card.locator(".shares tbody tr")).to_have_count(3)
        expect(card).to_contain_text("不小于")  # the heat line states no diameter: the trench is at least so wide
        card.locator(".show").click()
        expect(page.locator(".leaflet-chosen-pane path")).not_to_have_count(0)
        why = page.locator("#why tbody tr")
        expect(why.filter(has_text="U-1").first).to_contain_text("未填")


def test_works_that_share_nothing_make_a_report_too(browser: Browser, tmp_path: Path) -> None:
    alone = match_works(works().iloc[:1], town(), PACK, on=ON, plan=True)
    with Sheet(browser, write_match_report(alone, tmp_path / "one.html")) as page:
        expect(page.locator(".panel .empty")).to_have_text("没有共用路段的工程，也没有交叉。")
        expect(page.locator("#time")).to_have_count(0)
        assert "nan" not in page.locator(".counts").inner_text()
        expect(page.locator("#digs .empty")).to_be_visible()


def test_without_a_plan_there_are_no_digs(browser: Browser, tmp_path: Path) -> None:
    plain = match_works(works(), place(), PACK, on=ON)
    with Sheet(browser, write_match_report(plain, tmp_path / "plain.html", lang="en")) as page:
        expect(page.locator("html")).to_have_attribute("lang", "en")
        expect(page.locator("#digs, #why, .chart .open")).to_have_count(0)
        expect(page.locator(".gantt .bars")).to_be_visible()
        expect(page.locator("#only option")).to_have_count(3)


def test_numbers_of_one_beginning_are_told_apart(browser: Browser, tmp_path: Path) -> None:
    """Twenty signs and the same fifteen before them: the end is seen, the whole is in the title."""
    numbers = ["U10107003400000012#A1", "U10107003400000012#B2"]
    some = [work(name, line((20, y), (180, y)), name[-1]) for name, y in zip(numbers, (3, 5), strict=True)]
    table = gpd.GeoDataFrame(pd.concat(some, ignore_index=True), crs=CRS).assign(row_no=[1, 2])
    report = write_match_report(match_works(table, town(), PACK, on=ON), tmp_path / "long.html")
    for size in (DESK, PHONE):
        with Sheet(browser, report, size) as page:
            cell = page.locator("tr.row td").first.bounding_box()
            for k, name in enumerate(numbers):
                one = page.locator("tr.row .wid").nth(k)
                expect(one).to_have_attribute("title", name)
                expect(one).to_have_text(name)
                tail = one.locator(".wid-tail").bounding_box()
                assert cell and tail and cell["x"] <= tail["x"] and tail["x"] + tail["width"] <= cell["x"] + cell["width"]
                expect(one.locator(".wid-tail")).to_have_text(name[-8:])


def test_without_a_road_layer_nothing_is_called_off_the_road(browser: Browser, tmp_path: Path) -> None:
    bare = match_works(works(), replace(town(), layers={}), PACK, on=ON, plan=True)
    with Sheet(browser, write_match_report(bare, tmp_path / "bare.html")) as page:
        expect(page.locator(".counts .nowhere")).to_contain_text("没有道路图层")
        expect(page.locator("tr.row .id.plain").first).to_have_text("道路不明")
        expect(page.locator(".labels .road").first).to_contain_text("道路不明")
        expect(page.locator("article.dig h3").first).to_have_text("dig-1 · 道路不明", use_inner_text=True)
        row(page, "A-1 × A-2").click()
        expect(page.locator(".card .stretches td").first).to_have_text("道路不明")
        seen = page.locator("#list, #time, #digs").all_inner_texts()
        assert "路外" not in "".join(seen)


def test_pairs_of_the_past_are_counted_in_words(browser: Browser, tmp_path: Path) -> None:
    past = {"start": "2026-01-05", "end": "2026-02-20", "kind": "permit"}
    some = [work(name, line((20, y), (180, y)), name, **past) for name, y in (("P-1", 3), ("P-2", 5))]
    table = gpd.GeoDataFrame(pd.concat(some, ignore_index=True), crs=CRS).assign(row_no=[1, 2])
    with Sheet(browser, write_match_report(match_works(table, town(), PACK, on=ON, plan=True), tmp_path / "past.html")) as page:
        expect(page.locator("#why .over")).to_contain_text("1 对的一方在排期日 2026-11-22 之前已完工")
        expect(page.locator("#why tbody tr")).to_contain_text("P-1 已于 2026-02-20 完工")


def test_it_prints(browser: Browser, report: Path) -> None:
    with Sheet(browser, report) as page:
        page.emulate_media(media="print")
        for part in (".folium-map", ".gantt .bars", "article.dig svg.section", "#why table"):
            expect(page.locator(part).first).to_be_visible()
        assert page.locator(".gantt").evaluate("(one) => one.scrollHeight <= one.clientHeight + 1")


def test_the_same_matching_gives_the_same_page(matching: Matching) -> None:
    assert render(matching) == render(matching)


@pytest.mark.parametrize(("lang", "says"), [("zh", "沟宽"), ("en", "width")])
def test_the_section_alone_speaks_one_language(matching: Matching, lang: str, says: str) -> None:
    drawing = section_svg(Digs(matching).objects[0]["section"], lang)
    assert drawing.startswith("<svg xmlns=") and says in drawing
    assert ("沟宽" in drawing) != ("width at" in drawing or 'class="en"' in drawing)
