"""The place 审查 in a real browser: a day of urban management at the desk and on a phone, and a district that sees its own."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from layers.demo import names
from tests.reviewing import Desk
from tests.servers import Server
from tests.web.axe import serious
from tests.web.conftest import Come
from tests.web.pages import PATIENCE_MS, Watch


@pytest.fixture(scope="module")
def house(demo_house: Server) -> Server:
    """What is decided here changes the city."""
    return demo_house


@pytest.fixture(scope="module")
def urban(house: Server) -> Iterator[Desk]:
    desk = Desk(house, "urban")
    yield desk
    desk.web.close()


def fresh(urban: Desk, **wanted: Any) -> dict[str, Any]:
    return next(
        one
        for one in urban.queue()["items"]
        if one["proposal"] is None and not one["undetermined"] and all(one[name] == value for name, value in wanted.items())
    )


def sign(page: Page, name: str) -> None:
    page.locator("[data-test=signed-name]").fill(name)
    page.locator("[data-test=sign-send]").click()


def test_a_day_at_the_desk_from_the_queue_to_the_decision(come: Come, urban: Desk, house: Server) -> None:
    one = fresh(urban, outcome="parallel", owing=["road_excavation", "road_occupation", "green_occupation"])
    traffic = Desk(house, "traffic")
    assert traffic.decide(one["route"]).status_code == 200  # the other half of what a road takes
    traffic.web.close()
    page = come("urban", "/review", idle=False)
    expect(page.locator("[data-test=queue-row]").first).to_be_visible(timeout=PATIENCE_MS)
    whole = page.locator("[data-test=queue-total]").inner_text()
    page.locator("[data-test=queue-outcome-parallel]").click()
    expect(page.locator("[data-test=queue-total]")).not_to_have_text(whole, timeout=PATIENCE_MS)
    assert "only=parallel" in page.url
    page.locator("[data-test=queue-find]").fill(one["number"])
    page.locator(f"[data-test=queue-row][data-route='{one['route']}'] .open").click()
    expect(page.locator("[data-test=review-card]")).to_be_visible(timeout=PATIENCE_MS)
    assert f"item={one['route']}" in page.url

    rows = page.locator("[data-test=met-row]")
    item = urban.item(one["route"])
    assert rows.count() == len(item["rows"]) and page.locator("[data-test=met-row].green").count() >= 1
    numbers = [text.strip() for text in page.locator("[data-test=met-row] .no").all_inner_texts()]
    assert numbers == [str(row["n"]) for row in item["rows"]]

    rows.first.focus()
    page.keyboard.press("a")
    expect(rows.first.locator(".said.agree")).to_be_visible(timeout=PATIENCE_MS)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("c")
    page.locator("[data-test=reason]").fill("现场绿地范围与图层不符")
    page.locator("[data-test=reason-send]").click()
    expect(page.locator("[data-test=cannot-decide]")).to_be_visible(timeout=PATIENCE_MS)
    page.locator("[data-test=part-tasks]").click()
    page.locator("[data-test=task-close]").click()
    expect(page.locator("[data-test=task][data-state=closed]")).to_be_visible(timeout=PATIENCE_MS)
    page.locator("[data-test=decide]").click()
    expect(page.locator("[data-test=sign-send]")).to_be_disabled()
    page.locator("[data-test=decision-conditions]").check(force=True)
    page.locator("[data-test=decision-words]").fill("绿地内施工后十日内恢复")
    sign(page, urban.name)
    expect(page.locator("[data-test=review-head][data-state=decided]")).to_be_visible(timeout=PATIENCE_MS)
    page.locator("[data-test=part-log]").click()
    expect(page.locator("[data-test=log] li").first).to_contain_text("办结", timeout=PATIENCE_MS)
    assert urban.item(one["route"])["decision"] == "conditions"


def test_the_hand_on_the_map_and_on_the_table_light_the_same(come: Come, urban: Desk) -> None:
    one = max(
        (one for one in urban.queue(outcome="parallel")["items"] if one["conditions"] == ["gov_approval"]),
        key=lambda one: one["length_m"],
    )
    page = come("urban", f"/review?item={one['route']}", idle=False)
    page.wait_for_selector("[data-test=map][data-idle=true][data-ready=true]")
    page.wait_for_timeout(1500)
    row = page.locator("[data-test=met-row]").first
    row.hover()
    expect(row).to_have_attribute("data-lit", "true")
    page.mouse.move(700, 20)
    expect(row).to_have_attribute("data-lit", "false")
    box = page.locator("[data-test=map]").bounding_box()
    assert box is not None
    lit = page.locator("[data-test=met-row][data-lit=true]")
    for y in range(int(box["y"]) + 80, int(box["y"] + box["height"]) - 80, 6):  # the line crosses the middle of the map
        page.mouse.move(box["x"] + box["width"] / 2, y)
        page.wait_for_timeout(25)
        if lit.count():
            break
    assert lit.count() == 1


def test_keys_go_through_the_queue(come: Come, urban: Desk) -> None:
    page = come("urban", "/review", idle=False)
    expect(page.locator("[data-test=queue-row]").first).to_be_visible(timeout=PATIENCE_MS)
    order = [one["route"] for one in urban.queue()["items"]]
    page.keyboard.press("j")
    expect(page).to_have_url(re.compile(rf"item={order[0]}(&|$)"), timeout=PATIENCE_MS)
    expect(page.locator("[data-test=review-card]")).to_be_visible(timeout=PATIENCE_MS)
    page.keyboard.press("j")
    expect(page).to_have_url(re.compile(rf"item={order[1]}(&|$)"), timeout=PATIENCE_MS)
    page.keyboard.press("k")
    expect(page).to_have_url(re.compile(rf"item={order[0]}(&|$)"), timeout=PATIENCE_MS)
    page.keyboard.press("Escape")
    expect(page.locator("[data-test=queue]")).to_be_visible(timeout=PATIENCE_MS)
    page.go_back()
    expect(page.locator("[data-test=review-card]")).to_be_visible(timeout=PATIENCE_MS)


def test_several_at_once_tell_which_was_not_done(come: Come, urban: Desk) -> None:
    good = fresh(urban, immediate=True, owing=["exempt"])
    bad = next(one for one in urban.queue(outcome="undetermined")["items"] if one["proposal"] is None)
    page = come("urban", "/review", idle=False)
    for one in (good, bad):
        page.locator("[data-test=queue-find]").fill(one["number"])
        page.locator(f"[data-test=queue-row][data-route='{one['route']}']").wait_for()
    page.locator("[data-test=queue-find]").fill("")
    page.locator("[data-test=queue-sort]").select_option("number")
    page.wait_for_timeout(600)
    scroller = page.locator("[data-test=queue]")
    for one in sorted((good, bad), key=lambda one: one["number"]):
        at = [each["route"] for each in urban.queue(sort="number")["items"]].index(one["route"])
        scroller.evaluate("(box, at) => { box.scrollTop = at * 56 }", at)
        page.locator(f"[data-test=queue-row][data-route='{one['route']}'] input").check()
    page.locator("[data-test=bulk-decide]").click()
    sign(page, urban.name)
    results = page.locator("[data-test=bulk-results]")
    expect(results).to_contain_text("1 项已办理", timeout=PATIENCE_MS)
    expect(results).to_contain_text(bad["number"])
    expect(results).to_contain_text("待核实")
    assert urban.item(good["route"])["state"] == "decided"


def test_a_district_reviewer_sees_only_its_district(come: Come, watch: Watch, urban: Desk) -> None:
    whole = urban.queue()["items"]
    mine = [one for one in whole if "古城区" in one["districts"]]
    page = come("urban_district", "/review", idle=False)
    expect(page.locator("[data-test=queue-total]")).to_contain_text(f"{len(mine)} 项", timeout=PATIENCE_MS)
    assert page.locator("[data-test=queue-district]").count() == 0
    seen = {int(one.get_attribute("data-route") or 0) for one in page.locator("[data-test=queue-row]").all()}
    assert seen and seen <= {one["route"] for one in mine}
    elsewhere = next(one["route"] for one in whole if "古城区" not in one["districts"])
    watch.expected = ("404",)
    other = come("urban_district", f"/review?item={elsewhere}", idle=False)
    expect(other.get_by_role("alert").first).to_contain_text("找不到", timeout=PATIENCE_MS)
    assert other.locator("[data-test=review-card]").count() == 0


def test_missing_data_are_asked_for_in_one_click_and_stand_among_the_tasks(come: Come, urban: Desk) -> None:
    one = next(
        one for one in urban.queue(outcome="undetermined")["items"]
        if one["proposal"] is None and any((f["missing"] or {}).get("layer") for f in urban.item(one["route"])["findings"])
    )  # fmt: skip
    page = come("urban", f"/review?item={one['route']}", idle=False)
    page.locator("[data-test=ask-missing]").click()
    expect(page.locator("[data-test=missing]")).to_contain_text("已发出", timeout=PATIENCE_MS)
    asked = len(urban.item(one["route"])["tasks"])
    page.locator("[data-test=tab-tasks]").click()
    expect(page.locator("[data-test=task]").first).to_be_visible(timeout=PATIENCE_MS)
    assert page.locator("[data-test=task]").count() >= asked > 0 and "show=tasks" in page.url
    assert serious(page) == []


def test_owners_are_asked_and_each_answers_its_own_sheet(come: Come, urban: Desk) -> None:
    """三（二）3: the office has the sheets made and signs for the road; the company finds its own among its proposals."""
    one = fresh(urban, outcome="exempt", owing=["exempt"], utility="water")
    page = come("urban", f"/review?item={one['route']}&part=sheets", idle=False)
    page.locator("[data-test=no-sheets] button").click()
    page.locator("[data-test=make]").click()
    sheets = page.locator("button[data-test=sheet]")
    expect(sheets.filter(has_text="市城市管理局")).to_be_visible(timeout=PATIENCE_MS)
    assert serious(page) == []
    company = next(name for name in (names.WATER, names.GAS, names.COMMS[0]) if sheets.filter(has_text=name).count())
    sheets.filter(has_text=company).click()
    expect(page.locator("[data-test=answered-by]")).to_contain_text(company)  # the office looks, and signs nothing
    expect(page.locator("[data-test=confirm], [data-test=correct]")).to_have_count(0)
    page.locator("[data-test=sheets-back]").click()
    sheets.filter(has_text="市城市管理局").click()
    page.locator("[data-test=correct]").click()
    page.locator("[data-test=amount]").first.fill("88")
    page.locator("[data-test=reason]").first.fill("现场复核")
    page.locator("[data-test=keep]").click()
    expect(page.locator("[data-test=rows] b").first).to_contain_text("88", timeout=PATIENCE_MS)
    _signs(page, urban.name)
    assert serious(page) == []

    login = {names.WATER: "utility", names.GAS: "gas", names.COMMS[0]: "dianxin"}[company]
    theirs = come(login, "/?tab=proposals", phone=True, idle=False)
    theirs.locator("[data-test=asked-sheet]").first.tap()
    expect(theirs.locator("[data-test=one-sheet] header h3")).to_have_text(company, timeout=PATIENCE_MS)
    assert "sheet=" in theirs.url
    theirs.locator("[data-test=confirm]").tap()
    _signs(theirs, theirs.evaluate("fetch('/api/session').then((one) => one.json())")["person"]["name"])
    assert serious(theirs) == [] and theirs.evaluate("document.documentElement.scrollWidth") <= 390
    theirs.locator("[data-test=sheets-back]").tap()
    expect(theirs.locator("[data-test=asked-sheet]").first).to_contain_text("已签字", timeout=PATIENCE_MS)


def _signs(page: Page, name: str) -> None:
    """Under one's own name, and under no other."""
    page.locator("[data-test=sheet-name]").fill("别人")
    expect(page.locator("[data-test=sign-sheet] button")).to_be_disabled()
    page.locator("[data-test=sheet-name]").fill(name)
    page.locator("[data-test=sign-sheet] button").click()
    expect(page.locator("[data-test=signed]")).to_contain_text(name, timeout=PATIENCE_MS)


def test_a_decision_on_the_phone(come: Come, urban: Desk) -> None:
    one = fresh(urban, outcome="exempt", owing=["exempt"])
    page = come("urban", "/review", phone=True, idle=False)
    expect(page.locator("[data-test=sheet][data-height='2']")).to_be_visible(timeout=PATIENCE_MS)
    page.locator("[data-test=queue-find]").fill(one["number"])
    expect(page.locator("[data-test=queue-total]")).to_contain_text("1 项", timeout=PATIENCE_MS)
    page.locator(f"[data-test=queue-row][data-route='{one['route']}'] .open").tap()
    expect(page.locator("[data-test=review-card]")).to_be_visible(timeout=PATIENCE_MS)
    for button in page.locator("[data-test=met-row] [data-test^=answer-], [data-test=finding-row] [data-test^=answer-]").all():
        size = button.bounding_box()
        assert size is not None and size["height"] >= 48
    page.locator("[data-test=answer-agree]").first.tap()
    expect(page.locator(".said.agree").first).to_be_visible(timeout=PATIENCE_MS)
    page.locator("[data-test=decide]").tap()
    sign(page, urban.name)
    expect(page.locator("[data-test=review-head][data-state=decided]")).to_be_visible(timeout=PATIENCE_MS)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_reader_may_look_and_press_nothing(come: Come, urban: Desk) -> None:
    route = urban.queue()["items"][0]["route"]
    page = come("reader", f"/review?item={route}", locale="en-US", idle=False)
    expect(page.locator("[data-test=review-card]")).to_be_visible(timeout=PATIENCE_MS)
    assert page.locator("[data-test^=answer-]").count() == 0 and page.locator("[data-test=decide]").count() == 0
    expect(page.locator("[data-test=part-meets]")).to_have_text("Check")
