"""The administrator's day: people, a layer with a look before it, what changed, packs side by side, the audit."""

import re
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from playwright.sync_api import Browser, Page, expect

from tests.servers import Server
from tests.web.conftest import Open, signed
from tests.web.pages import PATIENCE_MS, Watch


@pytest.fixture(scope="module")
def house(demo_house: Server) -> Server:
    """What is loaded here changes the city."""
    return demo_house


@pytest.fixture(scope="module")
def green(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo city's green land a while later: three rows gone, two named otherwise, one moved by 4 m."""
    frame = gpd.read_file(demo_folder / "green.gpkg").iloc[3:].copy()
    frame.iloc[0:2, frame.columns.get_loc("name")] = "改名绿地"
    frame.iloc[5, frame.columns.get_loc("geometry")] = shapely.affinity.translate(frame.geometry.iloc[5], 4.0, 0.0)
    file = tmp_path_factory.mktemp("green") / "绿地2026.gpkg"
    frame.to_file(file, driver="GPKG")
    return file


def load_green(page: Page, file: Path, day: str) -> None:
    """Choose, look, load; until it is there."""
    page.click("[data-test=view-load]")
    page.set_input_files("[data-test=load-file]", str(file))
    page.fill("[data-test=load-asof]", day)
    page.check("[data-test=load-whole]")
    expect(page.locator("[data-test=begin]")).to_have_count(0)
    page.click("[data-test=look]")
    rows = len(gpd.read_file(file))
    expect(page.locator("[data-test=preview-rows]")).to_have_text(str(rows), timeout=PATIENCE_MS)
    page.wait_for_selector("[data-test=map][data-ready=true]")
    assert int(page.locator("[data-test=map]").get_attribute("data-shown") or 0) > 0
    page.click("[data-test=begin]")
    page.wait_for_selector("[data-test=load][data-state=done]", timeout=2 * PATIENCE_MS)
    expect(page.locator("[data-test=stock-rows]")).to_have_text(str(rows))


def add_person(page: Page, login: str) -> str:
    """Somebody new; the password that is shown once."""
    page.click("[data-test=data-people]")
    page.click("[data-test=add-person]")
    page.fill("input[name=login]", login)
    page.fill("input[name=name]", "测试人员")
    page.select_option("select[name=role]", "reader")
    page.click("[data-test=save-person]")
    given = page.locator("[data-test=secret]").input_value()
    assert len(given) > 10
    page.click("[data-test=put-away]")
    expect(page.locator("[data-test=once]")).to_have_count(0)
    return given


def check_audit(page: Page, login: str) -> None:
    """What was done stands there, and the chain holds."""
    page.click("[data-test=data-audit]")
    page.locator("[data-test=audit-action]").select_option("person.add")
    expect(page.get_by_text(login, exact=True).first).to_be_visible()
    page.click("[data-test=audit-check]")
    expect(page.locator("[data-test=audit-checked]")).to_contain_text("全部相符")


def test_the_day_at_the_desk(desktop: Open, house: Server, green: Path) -> None:
    page = desktop(idle=False)
    page.click("[data-test=place-data]")
    expect(page.get_by_role("columnheader", name="资料日期")).to_be_visible()
    page.get_by_role("button", name="绿地", exact=True).click()
    page.wait_for_selector("[data-test=stock-rows]")
    load_green(page, green, "2026-11-20")
    page.click("[data-test=view-diff]")
    for fate, number in (("added", 0), ("removed", 3), ("changed", 2), ("moved", 1)):
        expect(page.locator(f"[data-test=fate-{fate}] b")).to_have_text(str(number), timeout=PATIENCE_MS)
    page.click("[data-test=fate-moved]")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody tr")).to_contain_text("4.0 m")
    page.reload()  # the address holds what is compared
    expect(page.locator("[data-test=fate-removed] b")).to_have_text("3", timeout=PATIENCE_MS)
    page.click("[data-test=view-history]")
    expect(page.locator("tbody tr").first).to_contain_text("demo-admin")
    with page.expect_download() as kept:
        page.click("[data-test=export]")
    assert "绿地2026.gpkg" in Path(kept.value.path()).read_text("utf-8")
    page.click("[data-test=data-packs]")
    page.click("[data-test=compare-packs]")
    expect(page.locator("[data-test=compare-sum]")).to_contain_text("不同", timeout=PATIENCE_MS)
    assert page.locator("[data-test=pair-only_a]").count() > 0
    page.click("[data-test=only-differs]")
    expect(page.locator("[data-test=pair-only_a]")).to_have_count(0)
    expect(page.locator("[data-test=pair-differs]")).to_have_count(int(page.locator("[data-test=only-differs] b").inner_text()))
    expect(page).to_have_url(re.compile("field=differs"))
    given = add_person(page, "day.desk")
    check_audit(page, "day.desk")
    # the new person really comes in with that password, and changes it first
    page.context.clear_cookies()
    page.goto(house.url)
    page.fill("input[name=login]", "day.desk")
    page.fill("input[name=password]", given)
    page.keyboard.press("Enter")
    expect(page.locator("input[autocomplete=new-password]").first).to_be_visible()


def test_a_bad_file_and_a_token(desktop: Open, tmp_path: Path, watch: Watch) -> None:
    watch.expected = ("422", "400")
    page = desktop("/data?item=trees&view=load", idle=False)
    bad = tmp_path / "古树.gpkg"
    bad.write_bytes(b"no geopackage at all")
    page.set_input_files("[data-test=load-file]", str(bad))
    page.click("[data-test=look]")
    expect(page.locator("[data-test=load-error]")).to_contain_text("古树.gpkg", timeout=PATIENCE_MS)
    page.click("[data-test=data-tokens]")
    page.click("[data-test=new-token]")
    page.locator("[data-test=token-form] input").first.fill("夜间")
    page.locator("[data-test=token-form] input[type=checkbox]").first.check()
    page.click("[data-test=make-token]")
    assert page.locator("[data-test=secret]").input_value()
    page.click("[data-test=put-away]")
    page.get_by_role("button", name="吊销 夜间").click()
    expect(page.get_by_role("row", name="夜间")).to_contain_text("已吊销")


def test_the_day_on_a_phone(phone: Open, green: Path) -> None:
    page = phone("/data", idle=False)
    page.get_by_role("button", name="文物", exact=False).first.click()
    page.wait_for_selector("[data-test=stock-rows]")
    page.click("[data-test=view-load]")
    box = page.locator("[data-test=look]").bounding_box()
    assert box is not None and box["height"] >= 44
    add_person(page, "day.phone")
    check_audit(page, "day.phone")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.fixture
def clerk(browser: Browser, watch: Watch, house: Server) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    signed(context, house, "urban")
    page = context.new_page()
    watch.follow(page)
    yield page
    context.close()


def test_another_role_sees_packs_and_its_own_tokens_only(clerk: Page, house: Server) -> None:
    clerk.goto(f"{house.url}/data")
    expect(clerk.locator("[data-test=data-packs][aria-current=page]")).to_be_visible()
    assert [one.get_attribute("data-test") for one in clerk.locator("nav a[data-test^=data-]").all()] == [
        "data-packs",
        "data-tokens",
    ]
    clerk.goto(f"{house.url}/data?tab=people")
    expect(clerk.get_by_role("alert")).to_contain_text("不能查看")
    for path in ("/api/people", "/api/layers/roads", "/api/audit", "/api/audit/rows.csv", "/api/loads"):
        assert clerk.request.get(house.url + path).status == 403
