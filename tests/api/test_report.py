"""The report in a real browser, from disk, with no network: it is seen, filtered, unfolded, printed, and runs nobody's text."""

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import shapely
from playwright.sync_api import Browser, Page, expect, sync_playwright

import api.report.map
import api.report.write
from api.report.write import render, write_report
from api.styles import outcome_style
from geo.crs import to_degrees
from geo.errors import BadInput, Unavailable
from geo.verdict import Review
from tests.api.answers_case import AWKWARD, CITY, PACK, REJECTS, judged, of
from tests.packs.places import line, route, routes
from tests.web.pages import chromium

DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def review() -> Review:
    return judged()


@pytest.fixture(scope="module")
def report(review: Review, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(review, CITY, tmp_path_factory.mktemp("报告") / "外线 报告.html", rejects=REJECTS)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright, playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"]) as found:
        yield found


class Sheet:
    """An open report, and what it tried behind our back."""

    def __init__(self, browser: Browser, path: Path, size: Any = DESK, address: str = "") -> None:
        self.context = browser.new_context(viewport=size, offline=True, has_touch=size is PHONE, is_mobile=size is PHONE)
        self.page: Page = self.context.new_page()
        self.asked: list[str] = []
        self.wrong: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: None if "getImageData" in message.text else self.wrong.append(message.text))
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.goto(path.as_uri() + address)
        self.page.wait_for_selector("html[data-ready=yes]")

    def __enter__(self) -> Page:
        return self.page

    def __exit__(self, *_: Any) -> None:
        beyond = [one for one in self.asked if not one.startswith("data:")][1:]  # the first is the file itself
        self.context.close()
        assert beyond == [] and self.wrong == []


VISIBLE = """(part) => [...document.querySelectorAll(part)].flatMap((one) => {
  const walk = document.createTreeWalker(one, NodeFilter.SHOW_TEXT), out = [];
  while (walk.nextNode()) if (walk.currentNode.parentElement.checkVisibility()) out.push(walk.currentNode.data);
  return out;
}).join(' ')"""


def at(review: Review, route_id: str) -> int:
    return review.rows["route_id"].tolist().index(route_id)


def row(page: Page, row_no: int) -> Any:
    return page.locator("tr.row").filter(has=page.locator("td:first-child", has_text=re.compile(f"^{row_no}$")))


def colours(page: Page) -> set[str]:
    """Every colour that stands in full strength somewhere on the map's canvases."""
    found = page.evaluate("""() => {
      const seen = {};
      for (const canvas of document.querySelectorAll('.leaflet-pane canvas')) {
        const d = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        for (let i = 0; i < d.length; i += 4) if (d[i + 3] === 255) {
          const c = '#' + [d[i], d[i + 1], d[i + 2]].map((v) => v.toString(16).padStart(2, '0')).join('');
          seen[c] = (seen[c] ?? 0) + 1;
        }
      }
      return Object.keys(seen).filter((c) => seen[c] > 20);
    }""")
    return {str(one).upper() for one in found}


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_it_opens_from_disk_and_asks_the_network_for_nothing(browser: Browser, report: Path, review: Review, size: Any) -> None:
    with Sheet(browser, report, size) as page:
        expect(page.locator(".folium-map.leaflet-container")).to_be_visible()
        drawn = colours(page)
        assert {outcome_style(outcome)["colour"].upper() for outcome in ("exempt", "parallel")} <= drawn
        assert "#D5E3C8" in drawn  # the park below them
        expect(page.locator("tr.row")).to_have_count(len(review.rows))
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        page.locator("#lang").click()
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_the_file_names_no_address_that_a_browser_would_fetch(report: Path) -> None:
    text = report.read_text(encoding="utf-8")
    markup = html.unescape(re.sub(r"<(script|style)\b.*?</\1>", "", text, flags=re.S))
    assert not re.search(r'<(script|link|img|iframe)[^>]*\b(src|href)="(?!data:)', markup)
    assert "default-src 'none'" in markup and "unsafe-eval" not in text and "script-src 'unsafe-inline'" not in text
    styles = "".join(re.findall(r"<style>(.*?)</style>", text, flags=re.S))
    assert "url(data:image/png" in styles and not re.search(r"url\((?!data:|\))|@import", styles)


def test_texts_of_strangers_stay_texts(browser: Browser, report: Path) -> None:
    with Sheet(browser, report) as page:
        for name in (AWKWARD[1], AWKWARD[4]):
            expect(page.locator("tr.row .id", has_text=name)).to_have_count(1)
        row(page, 2).click()
        expect(page.locator("tr.row .who", has_text="</script><b>项目</b>")).to_have_count(1)
        expect(page.locator("#refused td", has_text="</script>").first).to_be_visible()
        assert page.evaluate("[window.hit, document.querySelectorAll('.work b > b, .work img').length]") == [None, 0]


def test_what_is_not_ours_cannot_run(browser: Browser, report: Path) -> None:
    sheet = Sheet(browser, report)
    tried = sheet.page.evaluate("""() => {
      document.body.insertAdjacentHTML('beforeend', '<img src="data:," onerror="window.hit = 1">');
      const script = document.createElement('script');
      script.textContent = 'window.hit = 2';
      document.body.append(script);
      return fetch('http://127.0.0.1:9/').then(() => 'fetched', () => 'refused');
    }""")
    sheet.page.wait_for_timeout(200)
    assert tried == "refused" and sheet.page.evaluate("window.hit") is None
    assert any("Content Security Policy" in one for one in sheet.wrong)
    sheet.context.close()


def test_filter_by_outcome_and_text(browser: Browser, report: Path, review: Review) -> None:
    with Sheet(browser, report) as page:
        for outcome, n in review.rows["outcome"].value_counts().items():
            button = page.locator(f".count[data-outcome={outcome}]")
            expect(button.locator(".n")).to_have_text(str(n))
            button.click()
            expect(page.locator("tr.row")).to_have_count(n)
            expect(button).to_have_attribute("aria-pressed", "true")
            shown = {outcome_style(one)["colour"].upper() for one in review.rows["outcome"]} & colours(page)
            assert shown <= {outcome_style(outcome)["colour"].upper()}  # the map shows the same routes
            button.click()
        page.fill("#q", "示范燃气")
        expect(page.locator("tr.row")).to_have_count(1)
        page.fill("#q", "没有这样的线路")
        expect(page.locator(".empty")).to_be_visible()
        page.fill("#q", "")
        page.locator("#outcome").select_option("parallel")
        expect(page.locator("tr.row")).to_have_count(int((review.rows["outcome"] == "parallel").sum()))


def test_sort_by_length(browser: Browser, report: Path, review: Review) -> None:
    with Sheet(browser, report) as page:
        for want in (False, True):
            page.locator("[data-sort=length_m]").click()
            got = [float(one.replace(",", "")) for one in page.locator("tr.row td:last-child").all_inner_texts()]
            assert got == sorted((round(one, 1) for one in review.rows["length_m"]), reverse=want)
        expect(page.locator("th[aria-sort=descending]")).to_have_count(1)


def test_the_proof_unfolds(browser: Browser, report: Path, review: Review) -> None:
    with Sheet(browser, report) as page:
        for i in range(len(review.rows)):
            row(page, i + 1).click()
            verdict, card = review.verdict(i), page.locator(".card")
            expect(card.locator("h3")).to_have_text(verdict["headline"]["zh"])
            decides = [one for one in verdict["findings"] if one["decides"]]
            for k, finding in enumerate(decides):
                line = card.locator(".finding").nth(k)
                expect(line.locator(".ask")).to_contain_text(finding["title"]["zh"])
                expect(line.locator(".answer")).to_have_text({"yes": "是", "no": "否", "unknown": "未知"}[finding["answer"]])
                expect(line.locator(".spot")).to_have_count(len(finding["stretches"]))
                expect(line.locator(".says")).to_contain_text(finding["citation"]["says"])
            expect(card.locator(".finding")).to_have_count(len(verdict["findings"]))
            for permit in verdict["permits"]:
                expect(card.locator("td", has_text=permit["authority"])).not_to_have_count(0)
            expect(card.locator(".ruler")).to_have_attribute("aria-label", re.compile("限值 500.0 m"))
        expect(page.locator(".card")).to_have_count(1)
        page.keyboard.press("Escape")
        expect(page.locator(".card")).to_have_count(0)


def test_a_finding_lights_its_stretch_and_the_stretch_its_finding(browser: Browser, report: Path, review: Review) -> None:
    lit = [any(one["decides"] and one["stretches"] for one in review.verdict(i)["findings"]) for i in range(len(review.rows))]
    i = lit.index(True)
    with Sheet(browser, report) as page:
        row(page, i + 1).click()
        spot = page.locator(".spot").first
        expect(page.locator(".leaflet-marker-pane .pin")).not_to_have_count(0)
        expect(page.locator(".pin.on")).to_have_count(0)
        spot.hover()
        expect(page.locator(".pin.on")).to_have_count(1)
        expect(page.locator(".leaflet-deciding-pane path")).to_have_count(2)  # casing and core
        page.mouse.move(700, 60)
        expect(page.locator(".finding.on")).to_have_count(0)
        page.locator(".pin").first.dispatch_event("mouseover")
        expect(page.locator(".finding.on .spot.on")).to_have_count(1)


def test_a_click_on_the_map_opens_the_proof(browser: Browser, report: Path, review: Review) -> None:
    i = at(review, AWKWARD[1])
    with Sheet(browser, report) as page:
        page.locator(".count[data-outcome=exempt]").click()  # the clicked route is filtered away: the filter gives way
        page.locator(".count[data-outcome=exempt]").click()
        lonlat = shapely.get_coordinates(to_degrees(review.rows.geometry.iloc[i], CITY.work_crs)).tolist()
        x, y = page.evaluate(
            """([lon, lat]) => {
          const map = window.waixianMap, p = map.latLngToContainerPoint([lat, lon]);
          const r = map.getContainer().getBoundingClientRect();
          return [p.x + r.x, p.y + r.y];
        }""",
            [0.3 * lonlat[0][0] + 0.7 * lonlat[-1][0], 0.3 * lonlat[0][1] + 0.7 * lonlat[-1][1]],
        )
        page.mouse.move(x, y)
        page.mouse.click(x, y)
        expect(page.locator("tr.row.open .id")).to_have_text(AWKWARD[1])
        expect(page.locator(".card h3")).to_have_text(review.verdict(i)["headline"]["zh"])


def test_the_address_keeps_what_is_seen(browser: Browser, report: Path, review: Review) -> None:
    with Sheet(browser, report) as page:
        page.locator("#lang").click()
        row(page, 3).click()
        address = page.evaluate("location.hash")
    with Sheet(browser, report, address=address) as page:
        expect(page.locator("html")).to_have_attribute("lang", "en")
        expect(page.locator("tr.row.open td").first).to_have_text("3")
        expect(page.locator(".card h3")).to_have_text(review.verdict(2)["headline"]["en"])


def test_english_leaves_no_chinese_sentence_of_ours(browser: Browser, report: Path) -> None:
    with Sheet(browser, report, address="#lang=en") as page:
        for part in (".top nav", ".counts", ".tools", ".routes thead", ".pager", ".charts svg", ".legend", "#data thead"):
            found = page.evaluate(VISIBLE, part)
            assert found and not re.search("[\u4e00-\u9fff]", found.replace("中文", "")), (part, found)


def test_a_phone_keeps_the_map_in_sight(browser: Browser, report: Path) -> None:
    with Sheet(browser, report, PHONE) as page:
        row(page, 2).tap()
        page.locator(".card h4").last.scroll_into_view_if_needed()
        box = page.locator(".folium-map").bounding_box()
        assert box and box["y"] == pytest.approx(0, abs=1) and box["height"] > 300
        page.locator(".spot").first.tap()
        expect(page.locator(".pin.on")).to_have_count(1)


def test_the_legend_is_folded_on_a_phone_and_open_at_a_desk(browser: Browser, report: Path) -> None:
    for size, opened in ((PHONE, False), (DESK, True)):
        with Sheet(browser, report, size) as page:
            assert page.locator(".legend details").evaluate("e => e.open") is opened
            page.locator(".legend summary").click()
            assert page.locator(".legend details").evaluate("e => e.open") is not opened


def test_paper_holds_map_charts_and_every_row(browser: Browser, report: Path, review: Review) -> None:
    with Sheet(browser, report) as page:
        assert page.pdf(format="A4").startswith(b"%PDF")
        page.emulate_media(media="print")
        for part in (".folium-map", ".charts svg >> nth=0", "#data table"):
            box = page.locator(part).bounding_box()
            assert box and box["height"] > 100 and box["width"] > 200
        expect(page.locator(".tools")).to_be_hidden()


def test_caps_are_said_and_nothing_is_lost(
    browser: Browser, review: Review, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api.report.write, "ROWS_MAX", 5)
    monkeypatch.setattr(api.report.write, "PROOFS_MAX", 2)
    path = write_report(review, CITY, tmp_path / "r.html")
    with Sheet(browser, path) as page:
        expect(page.locator("tr.row")).to_have_count(5)
        expect(page.locator(".count.all .n")).to_have_text(str(len(review.rows)))
        expect(page.locator(".cap")).to_contain_text(f"收录 5 条（共 {len(review.rows)} 条）")
        expect(page.locator(".cap")).to_contain_text("2 条附判定依据")
        shown = " ".join(page.locator("tr.row .chip").all_inner_texts())
        assert all(outcome in shown for outcome in ("并联审批", "待核实", "承诺免审批", "不适用"))  # some of each
        page.locator("[data-sort=outcome]").click()
        page.locator("tr.row").first.click()
        expect(page.locator(".card h3")).to_have_count(1)
        page.locator("tr.row").last.click()
        expect(page.locator(".card")).to_contain_text("verdict")  # where the proof is that the page does not hold


def test_head_says_city_pack_day_and_rejects(browser: Browser, report: Path) -> None:
    with Sheet(browser, report) as page:
        expect(page.locator(".where")).to_contain_text(f"{CITY.name}")
        expect(page.locator(".where")).to_contain_text("合成数据")
        expect(page.locator(".where")).to_contain_text(PACK.label)
        expect(page.locator(".where")).to_contain_text("2026-11-22")
        expect(page.locator(".counts .notice .zh")).to_have_text("辅助判定，不构成行政许可")
        expect(page.locator(".counts .notice .en")).to_be_hidden()
        expect(page.locator("#refused tbody tr")).to_have_count(3)
        expect(page.locator("#data tbody tr").first).to_contain_text("52 天")


def test_the_same_review_gives_the_same_file(report: Path, review: Review) -> None:
    assert render(review, CITY, rejects=REJECTS) == report.read_text(encoding="utf-8")


def test_it_opens_in_english_if_asked(browser: Browser, review: Review, tmp_path: Path) -> None:
    with Sheet(browser, write_report(review, CITY, tmp_path / "r.html", lang="en")) as page:
        expect(page.locator(".title .en")).to_be_visible()
        expect(page.locator(".title .zh")).to_be_hidden()


def test_without_leaflet_there_is_no_report(review: Review, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.report.map, "LEAFLET", (tmp_path / "nowhere",))
    with pytest.raises(Unavailable, match=r"setup\.sh"):
        write_report(review, CITY, tmp_path / "r.html")
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_to(review: Review, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput):
        write_report(review, CITY, tmp_path / "file" / "r.html")


def test_the_proof_names_who_digs_there_too(browser: Browser, tmp_path: Path) -> None:
    two = of(routes(route(line((0, 200), (120, 200)), applicant="甲"), route(line((20, 203), (150, 203)), applicant="乙")))
    with Sheet(browser, write_report(two, CITY, tmp_path / "two.html")) as page:
        row(page, 1).click()
        told = page.locator(".card tr", has_text="乙")
        expect(told).to_contain_text("R2")
        expect(told).to_contain_text("100.0 m")
        expect(told).to_contain_text("共同 34 天")
