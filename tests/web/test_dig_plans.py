"""同步开挖: plans on their way, digs that are not there, digs that failed, pairs moved apart, the map above the sheet."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from api.jobs.orders import PLAN
from layers import jobs
from layers.digs.store import NewPlan, plan_waits, queue_plan
from layers.session import engine as engine_for
from tests.servers import ON, Server
from tests.web.pages import PATIENCE_MS, Watch, colour_on_map, settled

Open = Callable[..., Page]
JSON = dict[str, Any]
CARD, ROWS = "[data-test=dig-card]", "[data-test=dig-row]"
MAKING, MISSING = "[data-test=plan-progress]", "[data-test=missing-dig]"
LONG = "材料四月到，" * 166


@pytest.fixture(scope="module")
def api(server: Server) -> Iterator[httpx.Client]:
    """The same server, asked without a browser."""
    with httpx.Client(base_url=server.url, timeout=300, trust_env=False, headers=server.headers) as one:
        yield one


def planned(api: httpx.Client) -> JSON:
    """A plan of all works of the demo city."""
    answer = api.post("/api/plans", json={"on": ON})
    assert answer.status_code == 201, answer.text
    whole: JSON = answer.json()
    return whole


@pytest.fixture(scope="module")
def shared_plan(api: httpx.Client) -> JSON:
    """A plan that nobody changes."""
    return planned(api)


@pytest.fixture
def plan(api: httpx.Client) -> JSON:
    """A plan of this test alone."""
    return planned(api)


def read(api: httpx.Client, plan: JSON) -> JSON:
    """The plan as it is kept now."""
    whole: JSON = api.get(f"/api/plans/{plan['id']}").json()
    return whole


def moved_apart(api: httpx.Client, plan: JSON) -> tuple[JSON, str, str]:
    """A dig of two works that falls apart where one of them begins 14 days later; that work, and its new first day."""
    works = {work["work_id"]: work for work in plan["works"]}
    for dig in plan["digs"]:
        for work in dig["works"]:
            if len(dig["works"]) == 2 and not works[work]["window"]["firm"]:
                start = str(date.fromisoformat(works[work]["planned"]["start"]) + timedelta(days=14))
                said = api.post(f"/api/plans/{plan['id']}/preview", json={"moves": {work: start}}).json()
                if len(said["digs"]) < len(plan["digs"]) and not said["violations"]:
                    return dig, work, start
    raise AssertionError("the demo city has such a dig")


def invited(api: httpx.Client, plan: JSON) -> tuple[JSON, list[str]]:
    """A dig of two works of two parties, put to them; their tokens."""
    dig = next(one for one in plan["digs"] if len(one["works"]) == 2 and len({each["party"] for each in one["members"]}) == 2)
    made = api.post(f"/api/digs/{dig['id']}/invitations", json={}).json()
    return dig, [one["token"] for one in made["invitations"]]


@pytest.fixture
def queued(shared_plan: JSON, server: Server, demo_database: str) -> Iterator[str]:
    """A plan that is made by a job, as one of more works would be; no worker is there to take it."""
    server.stop_workers()
    engine = engine_for(demo_database)
    asked = NewPlan(date.fromisoformat(ON), shared_plan["pack"], {}, shared_plan["settings"], "test")
    plan_id = queue_plan(engine, asked)
    job = jobs.enqueue(engine, PLAN, {"plan": plan_id, "pack": shared_plan["pack"], "on": ON, "works": 123})
    plan_waits(engine, plan_id, job)
    yield plan_id
    engine.dispose()
    if server.workers is None:
        server.start_workers()


def test_plan_on_its_way_says_how_many_works_and_can_be_cancelled_and_planned_again(
    desktop: Open, api: httpx.Client, queued: str
) -> None:
    page = desktop(f"/digs?plan={queued}", idle=False)
    expect(page.locator(f"{MAKING}[data-state=queued]")).to_contain_text("共 123 项工程")
    expect(page.locator(MAKING).get_by_role("progressbar")).to_be_visible()
    assert queued in page.url, "the link leads back to it"
    page.locator("[data-test=plan-cancel]").click()
    expect(page.locator(f"{MAKING}[data-state=cancelled]")).to_contain_text("已取消")
    assert api.get(f"/api/plans/{queued}").json()["state"] != "queued"
    page.reload()
    expect(page.locator(f"{MAKING}[data-state=cancelled]")).to_be_visible()
    page.locator("[data-test=plan-retry]").click()
    page.wait_for_selector(ROWS)
    assert queued not in page.url


def test_plan_on_its_way_is_shown_once_it_is_made(phone: Open, server: Server, queued: str) -> None:
    page = phone(f"/digs?plan={queued}", idle=False)
    expect(page.locator(f"{MAKING}[data-state=queued]")).to_be_visible()
    server.start_workers()
    page.wait_for_selector(ROWS, timeout=2 * PATIENCE_MS)
    expect(page.locator(MAKING)).to_have_count(0)
    assert queued in page.url


def test_plan_that_failed_says_why(desktop: Open, shared_plan: JSON, demo_database: str) -> None:
    engine = engine_for(demo_database)
    plan_id = queue_plan(engine, NewPlan(date.fromisoformat(ON), shared_plan["pack"], {}, shared_plan["settings"], "test"))
    plan_waits(engine, plan_id, jobs.enqueue(engine, PLAN, {"plan": plan_id, "pack": "no-such-pack@1"}))
    engine.dispose()
    page = desktop(f"/digs?plan={plan_id}", idle=False)
    expect(page.locator(f"{MAKING}[data-state=failed]").get_by_role("alert")).to_contain_text("no-such-pack", timeout=PATIENCE_MS)
    page.locator("[data-test=plan-other]").click()
    page.wait_for_selector(ROWS)


def test_dig_that_nobody_knows_is_said_to_be_missing(desktop: Open, shared_plan: JSON, watch: Watch) -> None:
    watch.expected = ("404",)
    page = desktop(f"/digs?plan={shared_plan['id']}&dig=99999", idle=False)
    expect(page.locator(MISSING)).to_contain_text("没有编号为 99999 的同步开挖")
    page.locator(ROWS).first.click()
    expect(page.locator(MISSING)).to_have_count(0)


def test_dig_of_another_plan_leads_there_and_one_that_was_dropped_says_so(
    phone: Open, api: httpx.Client, shared_plan: JSON, plan: JSON
) -> None:
    dig, work, start = moved_apart(api, plan)
    page = phone(f"/digs?plan={shared_plan['id']}&dig={dig['id']}", idle=False)
    expect(page.locator(MISSING)).to_contain_text("另一份计划")
    page.locator("[data-test=missing-plan]").tap()
    expect(page.locator(CARD)).to_have_attribute("data-dig", str(dig["id"]))
    kept = api.put(f"/api/plans/{plan['id']}/moves", json={"moves": {work: start}, "revision": plan["revision"]})
    assert kept.status_code == 200 and dig["id"] not in [one["id"] for one in kept.json()["digs"]]
    page = phone(f"/digs?dig={dig['id']}", idle=False)
    expect(page.locator(MISSING)).to_contain_text("已取消")
    assert plan["id"] in page.url


def test_pair_moved_apart_is_told_while_it_is_tried_and_once_it_is_kept(desktop: Open, api: httpx.Client, plan: JSON) -> None:
    dig, work, _ = moved_apart(api, plan)
    page = desktop(f"/digs?plan={plan['id']}&show=apart&work={work}", idle=False)
    count = page.locator("[data-test=tab-apart] small")
    expect(count).to_have_text(str(len(plan["unjoined"])))
    page.wait_for_selector(f"[data-bar='{work}']")
    page.locator(f"[data-bar='{work}']").focus()
    for _ in range(2):
        page.keyboard.press("Shift+ArrowRight")
    first = page.locator("[data-test=apart] > li").first
    expect(first).to_contain_text("不再一起开挖", timeout=PATIENCE_MS)
    expect(first).to_contain_text(dig["works"][0])
    expect(count).not_to_have_text(str(len(plan["unjoined"])))
    page.keyboard.press("Escape")
    expect(count).to_have_text(str(len(plan["unjoined"])))
    for _ in range(2):
        page.keyboard.press("Shift+ArrowRight")
    expect(first).to_contain_text("不再一起开挖", timeout=PATIENCE_MS)
    page.keyboard.press("Enter")
    expect(page.locator("[data-test=take-back]")).to_be_visible(timeout=PATIENCE_MS)
    kept = read(api, plan)
    told = next(row for row in kept["unjoined"] if row["binding"] == "by_hand")
    expect(count).to_have_text(str(len(kept["unjoined"])))
    expect(page.locator("[data-test=apart]")).to_contain_text(told["text"]["zh"])


def test_failed_dig_is_last_and_long_reasons_are_cut_to_three_lines(
    desktop: Open, phone: Open, api: httpx.Client, plan: JSON
) -> None:
    dig, tokens = invited(api, plan)
    for token in tokens:
        no = {"answer": "declines", "round": 1, "reason_code": "schedule", "reason": LONG}
        assert api.post(f"/api/invitations/{token}", json=no).status_code == 200
    kept = read(api, plan)
    assert kept["savings"]["metres"] < plan["savings"]["metres"]
    page = desktop(f"/digs?plan={plan['id']}", idle=False)
    page.wait_for_selector(ROWS)
    last = page.locator(ROWS).last
    expect(last).to_have_attribute("data-dig", str(dig["id"]))
    expect(last).to_contain_text("不计入节省")
    expect(page.locator("[data-test=sum-metres]")).to_contain_text(f"{kept['savings']['metres']:.1f}"[-4:])
    last.click()
    expect(page.locator(CARD)).to_contain_text("未能成立")
    reason = page.locator("[data-test=answers] .clamped").first
    assert reason.locator("p").evaluate("e => e.clientHeight") < 70
    reason.locator("[data-test=more]").click()
    assert reason.locator("p").evaluate("e => e.clientHeight") > 200
    reason.get_by_text("收起").click()
    assert reason.locator("p").evaluate("e => e.clientHeight") < 70
    link = phone(f"/invite/{tokens[0]}", idle=False)
    given = link.locator(".clamped")
    expect(given.locator("[data-test=more]")).to_have_text("展开")
    assert given.locator("p").evaluate("e => e.clientHeight") < 80


def test_map_shows_the_digs_above_the_sheet_whatever_the_tab(phone: Open, shared_plan: JSON) -> None:
    page = phone(f"/digs?plan={shared_plan['id']}")
    for tab in ("time", "list", "apart"):
        page.locator(f"[data-test=tab-{tab}]").tap()
        page.wait_for_timeout(700)
        settled(page)
        top = page.evaluate("document.querySelector('[data-test=sheet]').getBoundingClientRect().top")
        band = colour_on_map(page, "#CC79A7")
        assert band["n"] > 500 and 60 < band["y"] < top, tab
        seen = page.evaluate("document.querySelector('[data-test=map] canvas').getBoundingClientRect().toJSON()")
        assert seen["height"] > 700 and seen["width"] == 390
