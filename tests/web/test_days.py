"""The day of every office that the paper names: through the door with its password, to its own step of the work, at the desk and
on a phone. Days that take longer have files of their own: a proposal, the review, the layers, the pipes of two companies."""

import itertools
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from layers.people.offices import offices
from tests.houses import Visitors
from tests.reviewing import Desk
from tests.servers import Server
from tests.web.pages import PATIENCE_MS, Watch, settled
from tests.web.test_door import SIZES, sign_in
from tests.web.test_proposal_day import at, submitted

Arrive = Callable[..., Page]
ROW, CARD = "[data-test=queue-row]", "[data-test=review-card]"
COMPANIES = ("utility", "gas", "heat", "power", "drain", "dianxin", "yidong", "liantong", "guangdian")


@pytest.fixture(scope="module")
def house(demo_house: Server) -> Server:
    """What is decided and opened here changes the city."""
    return demo_house


@pytest.fixture
def arrive(browser: Browser, watch: Watch, house: Server) -> Iterator[Arrive]:
    """Somebody opens the page in a browser of their own, and signs in."""
    contexts = []

    def through_the_door(login: str, size: str, path: str = "/") -> Page:
        contexts.append(browser.new_context(locale="zh-CN", **SIZES[size]))
        page = contexts[-1].new_page()
        page.set_default_timeout(PATIENCE_MS)
        watch.follow(page)
        page.goto(house.url + path)
        sign_in(page, f"demo-{login}", (house.home / "password").read_text("utf-8"))
        return page

    yield through_the_door
    for one in contexts:
        one.close()


def narrow(page: Page) -> bool:
    """Nothing has to be pushed sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.mark.parametrize("size", list(SIZES))
@pytest.mark.parametrize("role", ["urban", "urban_district", "traffic", "highways", "planning", "lead"])
def test_an_office_finds_what_awaits_it_and_decides(arrive: Arrive, house: Server, role: str, size: str) -> None:
    """It lands on the queue of its own items; the decision stands under its name, and the item no longer awaits it."""
    desk = Desk(house, role)
    one = next(each for each in desk.queue(authority=role)["items"] if not each["undetermined"])
    page = arrive(role, size)
    expect(page.locator(ROW).first).to_be_visible(timeout=PATIENCE_MS)
    assert page.url.startswith(f"{house.url}/review?") and f"authority={role}" in page.url
    page.locator("[data-test=queue-find]").fill(one["number"])
    page.locator(f"{ROW}[data-route='{one['route']}'] .open").click()
    expect(page.locator(CARD)).to_be_visible(timeout=PATIENCE_MS)
    page.locator("[data-test=decide]").click()
    page.locator("label:has([data-test=decision-conditions])").click()
    page.locator("[data-test=decision-words]").fill("按方案施工，完工后报验")
    page.locator("[data-test=signed-name]").fill(desk.name)
    if page.locator("[data-test=paper]").count():  # an authority without a desk here has approved: its paper is entered
        page.locator("[data-test=paper-number]").fill("示范〔2026〕1号")
        expect(page.locator("[data-test=sign-send]")).to_be_disabled()  # a number without a day
        page.locator("[data-test=paper-on]").fill("2026-11-20")
    page.locator("[data-test=sign-send]").click()
    own = page.locator("[data-test^=item-] .done", has_text=offices().roles[role].title.zh)
    expect(own.first).to_be_visible(timeout=PATIENCE_MS)  # others may have signed before
    assert narrow(page)
    now = desk.item(one["route"])
    given = [seat["decision"] for item in now["items"] for seat in item["seats"] if seat["decision"]]
    assert any(each["role"] == role and each["decision"] == "conditions" for each in given)
    assert not any(item["mine"] for item in now["items"])
    assert one["route"] not in [each["route"] for each in desk.queue(authority=role)["items"]]
    desk.web.close()


@pytest.mark.parametrize("size", list(SIZES))
def test_the_telecom_office_checks_a_crossing_and_decides_nothing(arrive: Arrive, house: Server, size: str) -> None:
    desk = Desk(house, "telecom")
    one = next(each for each in desk.queue(outcome="parallel", state="submitted")["items"] if not each["undetermined"])
    page = arrive("telecom", size, f"/review?item={one['route']}")
    page.locator("[data-test=met-row] [data-test=answer-agree]").first.click()
    expect(page.locator(".said.agree").first).to_be_visible()
    assert page.locator("[data-test=decide]").count() == 0 and narrow(page)
    assert [each["role"] for each in desk.item(one["route"])["answers"]] == ["telecom"]
    desk.web.close()


@pytest.mark.parametrize(("login", "size"), list(zip(COMPANIES, itertools.cycle(SIZES), strict=False)))
def test_every_company_says_who_sees_its_pipes(arrive: Arrive, visitors: Visitors, login: str, size: str) -> None:
    page = arrive(login, size)
    page.locator("[data-test=person]").click()
    page.locator("[data-test=openings]").click()
    form = page.locator("[data-test=open-pipes]")
    form.locator("[data-test=offices-full]").check()
    form.locator("[data-test=companies-squares]").check()
    form.locator("[data-test=openings-keep]").click()
    expect(form).to_be_hidden()
    kept = visitors[login].get("/api/pipe-openings").json()
    assert (kept["offices"], kept["companies"]) == ("full", "squares") and narrow(page)


def test_an_applicant_submits_and_the_window_tells_how_it_stands(arrive: Arrive, visitors: Visitors) -> None:
    """Drawn and submitted at the desk; the clerk finds it; on the phone the applicant reads its state, and takes it back."""
    page = arrive("applicant", "desktop", "/?tab=draw&at=16.5/34.796/114.3&a.utility=gas")
    settled(page)
    one = submitted(page, "同春路接户外线")
    clerk = arrive("window", "desktop", f"/?tab=proposals&proposal={one}")
    expect(clerk.locator("[data-test=proposal]")).to_have_attribute("data-state", "submitted")
    expect(clerk.locator("[data-test=proposal]")).to_contain_text("同春路接户外线")
    counter = arrive("window", "phone", "/?tab=proposals")
    counter.locator("[data-test=tab-proposals]").tap()
    expect(counter.get_by_text("同春路接户外线").first).to_be_visible()
    assert narrow(counter)
    phone = arrive("applicant", "phone", f"/?tab=proposals&proposal={one}")
    expect(phone.locator("[data-test=proposal]")).to_have_attribute("data-state", "submitted")
    phone.locator("[data-test=do-withdraw]").click()
    phone.locator("[data-test=do-confirm]").click()
    expect(phone.locator("[data-test=proposal]")).to_have_attribute("data-state", "withdrawn")
    assert narrow(phone) and at(phone) == one
    assert visitors["window"].get(f"/api/proposals/{one}").json()["state"] == "withdrawn"


@pytest.mark.parametrize("size", list(SIZES))
@pytest.mark.parametrize("role", ["surveyor", "reader"])
def test_who_only_looks_finds_a_line_and_its_proof(arrive: Arrive, visitors: Visitors, role: str, size: str) -> None:
    item = visitors[role].get("/api/routes", params={"limit": 1, "outcome": "parallel"}).json()["items"][0]
    page = arrive(role, size, f"/?route={item['id']}")
    card = page.locator("[data-test=card]")
    expect(card).to_be_visible()
    expect(card).to_contain_text(item["route_id"])
    expect(page.locator("[data-test=person]")).to_be_visible()
    assert page.locator("[data-test=foot-save], [data-test=decide]").count() == 0 and narrow(page)
