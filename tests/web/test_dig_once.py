"""同步开挖: digs by saving, the Gantt under the hand, answers of the parties, links, the phone."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.servers import ON, Server
from tests.web.pages import PATIENCE_MS, Watch, colour_on_map, settled

Open = Callable[..., Page]
JSON = dict[str, Any]
BAND = "#CC79A7"
CARD, ROWS, BREAKS = "[data-test=dig-card]", "[data-test=dig-row]", "[data-test=violations]"
SMALL = """[...document.querySelectorAll('%s')].filter(e => e.offsetParent)
  .map(e => [e.textContent.trim() || e.ariaLabel || e.name, e.getBoundingClientRect().height]).filter(([, h]) => h < %d)"""


@pytest.fixture(scope="module")
def api(server: Server) -> Iterator[httpx.Client]:
    """The same server, asked without a browser."""
    with httpx.Client(base_url=server.url, timeout=300, trust_env=False, headers=server.headers) as one:
        yield one


@pytest.fixture(scope="module")
def made(api: httpx.Client) -> JSON:
    """A plan of all works of the demo city, as it was made."""
    answer = api.post("/api/plans", json={"on": ON})
    assert answer.status_code == 201, answer.text
    whole: JSON = answer.json()
    return whole


@pytest.fixture
def plan(api: httpx.Client, made: JSON) -> JSON:
    """The plan as the tests before left it: a dig that was taken apart and put together again has a new number."""
    return now(api, made)


def now(api: httpx.Client, plan: JSON) -> JSON:
    """The plan as it is kept now."""
    whole: JSON = api.get(f"/api/plans/{plan['id']}").json()
    return whole


def preview(api: httpx.Client, plan: JSON, work: str, start: str) -> JSON:
    """What the server says to one other first day."""
    said: JSON = api.post(f"/api/plans/{plan['id']}/preview", json={"moves": {work: start}}).json()
    return said


def lone_pair(plan: JSON, api: httpx.Client, days: int) -> tuple[JSON, str]:
    """A dig of two works that falls apart where one of them begins so many days later, breaking no rule; and that work."""
    works = {work["work_id"]: work for work in plan["works"]}
    for dig in plan["digs"]:
        for work in dig["works"]:
            one = works[work]
            if len(dig["works"]) != 2 or one["window"]["firm"] or dig["state"] != "proposed":
                continue
            start = date.fromisoformat(one["planned"]["start"]) + timedelta(days=days)
            said = preview(api, plan, work, str(start))
            if said["savings"]["metres"] < said["before"]["metres"] and not said["violations"]:
                return dig, work
    raise AssertionError("the demo city has such a dig")


def opened(page: Page, what: str = CARD) -> Locator:
    """The first of these, once the plan has been read: that may take its time on a shared machine."""
    page.wait_for_selector(what)
    return page.locator(what).first


def bar(page: Page, work: str) -> Locator:
    """The bar of a work in the Gantt."""
    return page.locator(f"[data-bar='{work}']")


def pull(page: Page, work: str, days: int) -> None:
    """Take the bar by its middle and hold it so many days further; the button stays down."""
    pixels = float(page.locator("[data-test=gantt]").get_attribute("data-px") or 0) * days
    box = bar(page, work).locator(".bar").bounding_box()
    assert box is not None
    x, y = box["x"] + min(box["width"] / 2, 8), box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + pixels / 2, y, steps=3)
    page.mouse.move(x + pixels, y, steps=3)


def start_of(page: Page, work: str) -> str:
    """The day on which the bar begins now."""
    days = bar(page, work).get_attribute("aria-valuenow")
    assert days is not None
    return str(date(1970, 1, 1) + timedelta(days=int(days)))


def metres(value: float) -> str:
    """A length as the page writes it."""
    whole, rest = f"{abs(value):.1f}".split(".")
    return (re.sub(r"\B(?=(\d{3})+$)", "\u202f", whole) if len(whole) > 4 else whole) + f".{rest} m"


def test_digs_are_listed_by_saving_and_narrowed_by_filters(desktop: Open, plan: JSON) -> None:
    page = desktop(f"/digs?plan={plan['id']}")
    opened(page, ROWS)
    best = sorted(plan["digs"], key=lambda dig: -dig["savings"]["points"])
    expect(page.locator(ROWS)).to_have_count(len(best))
    expect(page.locator(ROWS).first).to_have_attribute("data-dig", str(best[0]["id"]))
    expect(page.locator("[data-test=sum-metres]")).to_have_text(metres(plan["savings"]["metres"]))
    party = best[2]["members"][0]["party"]
    mine = [dig for dig in best if party in {member["party"] for member in dig["members"]}]
    page.locator("[data-test=filter-party]").select_option(party)
    expect(page.locator(ROWS)).to_have_count(len(mine))
    assert f"party={quote(party)}" in page.url
    page.reload()
    opened(page, ROWS)
    expect(page.locator(ROWS)).to_have_count(len(mine))


def test_dragged_bar_changes_matches_savings_and_map_and_escape_undoes(desktop: Open, api: httpx.Client, plan: JSON) -> None:
    dig, work = lone_pair(plan, api, 14)
    page = desktop(f"/digs?plan={plan['id']}&dig={dig['id']}")
    opened(page)
    settled(page)
    band = colour_on_map(page, BAND)["n"]
    assert band > 500, "the shared stretch lies on the map as a band"
    pull(page, work, 14)
    expect(page.locator("[data-test=sum-metres]")).not_to_contain_text(metres(plan["savings"]["metres"]))
    said = preview(api, plan, work, start_of(page, work))
    expect(page.locator("[data-test=sum-metres]")).to_contain_text(metres(said["savings"]["metres"]))
    expect(page.locator("[data-test=sum-openings]")).to_contain_text(str(said["savings"]["openings"]))
    expect(page.locator(CARD)).to_contain_text("不再成立")
    for _ in range(40):  # the band pales as soon as the map is drawn anew
        if colour_on_map(page, BAND)["n"] < band / 3:
            break
        page.wait_for_timeout(250)
    else:
        raise AssertionError("the band is as it was")
    page.keyboard.press("Escape")
    page.mouse.up()
    expect(page.locator("[data-test=sum-metres]")).to_have_text(metres(plan["savings"]["metres"]))
    assert start_of(page, work) == next(one for one in plan["works"] if one["work_id"] == work)["planned"]["start"]
    assert not any(one["moved"] for one in now(api, plan)["works"])


def test_dropped_bar_is_kept_and_can_be_taken_back(desktop: Open, api: httpx.Client, plan: JSON) -> None:
    dig, work = lone_pair(plan, api, 14)
    page = desktop(f"/digs?plan={plan['id']}&dig={dig['id']}", idle=False)
    opened(page)
    pull(page, work, 14)
    start = start_of(page, work)
    page.mouse.up()
    expect(opened(page, "[data-test=take-back]")).to_contain_text(work)
    kept = now(api, plan)
    moved = next(one for one in kept["works"] if one["work_id"] == work)
    assert moved["moved"] and moved["planned"]["start"] == start == start_of(page, work)
    assert kept["savings"]["metres"] < plan["savings"]["metres"]
    expect(page.locator("[data-test=sum-metres]")).to_have_text(metres(kept["savings"]["metres"]))
    page.keyboard.press("Control+z")
    expect(page.locator("[data-test=take-back]")).to_have_count(0, timeout=PATIENCE_MS)
    back = now(api, plan)
    expect(page.locator(CARD)).to_contain_text(work)
    assert not any(one["moved"] for one in back["works"]) and back["savings"] == plan["savings"]


def test_keys_move_a_bar_by_days_and_a_broken_rule_is_told_in_words(desktop: Open, api: httpx.Client, plan: JSON) -> None:
    dig, work = lone_pair(plan, api, 14)
    page = desktop(f"/digs?plan={plan['id']}&dig={dig['id']}&work={quote(work)}", idle=False)
    opened(page)
    bar(page, work).focus()
    first = start_of(page, work)
    page.keyboard.press("ArrowRight")
    assert start_of(page, work) > first
    page.keyboard.press("ArrowLeft")
    assert start_of(page, work) == first
    for _ in range(14):
        page.keyboard.press("Shift+ArrowRight")
    said = preview(api, plan, work, start_of(page, work))
    told = [one["text"]["zh"] for one in said["violations"] if one["rule"] == "window"]
    assert told
    expect(page.locator(BREAKS)).to_contain_text(told[0], timeout=PATIENCE_MS)
    expect(bar(page, work)).to_have_class(re.compile("bad"))
    page.keyboard.press("Escape")
    expect(page.locator(BREAKS)).to_have_count(0)
    assert start_of(page, work) == first


def test_hand_on_bar_list_or_row_lights_the_others(desktop: Open, plan: JSON) -> None:
    page = desktop(f"/digs?plan={plan['id']}")
    dig = max(plan["digs"], key=lambda one: one["savings"]["points"])
    work = dig["works"][0]
    opened(page, ROWS)
    dark = colour_on_map(page, "#f2b705")["n"]
    page.locator(ROWS).first.hover()
    page.wait_for_timeout(700)
    assert colour_on_map(page, "#f2b705")["n"] > dark, "its works are lit on the map"
    page.locator(ROWS).first.click()
    expect(page.locator(f"[data-work='{work}']")).to_be_visible()
    page.locator(f"[data-work='{work}']").hover()
    expect(page.locator(f"{CARD} .lane.lit").first).to_contain_text(work)
    page.locator(f"{CARD} .members button").first.hover()
    expect(page.locator(f"[data-work='{dig['works'][0]}']")).to_have_class(re.compile("lit"))


def test_card_says_who_where_how_deep_and_what_it_saves(desktop: Open, plan: JSON) -> None:
    dig = max(plan["digs"], key=lambda one: len(one["works"]))
    page = desktop(f"/digs?plan={plan['id']}&dig={dig['id']}", idle=False)
    card = opened(page)
    expect(card.locator("[data-test=dig-metres]")).to_have_text(metres(dig["savings"]["metres"]).removesuffix(" m"))
    for member in dig["members"]:
        expect(card.locator(".members")).to_contain_text(member["work_id"])
        expect(card.locator(".members")).to_contain_text(member["party"])
    expect(card.locator("[data-test=stretch]").first).to_contain_text("深")
    assert card.locator("[data-test=section] .pipe").count() == len(dig["section"]["pipes"])
    expect(card.locator("[data-test=section]")).to_contain_text(f"{dig['section']['width_at_least_m']:.2f}")
    expect(card.locator("[data-test=saved]")).to_contain_text(f"{dig['savings']['area_m2']:.1f}")
    for share in dig["shares"]:
        expect(card.locator("[data-test=shares]")).to_contain_text(f"{share['volume_share'] * 100:.1f}%")
        expect(card.locator("[data-test=shares]")).to_contain_text(f"{share['shapley_share'] * 100:.1f}%")
    with page.expect_download() as got:
        card.locator("[data-test=calendar]").click()
    assert got.value.suggested_filename.endswith(".ics")
    page.locator("[data-test=lang]").click()
    expect(card).to_contain_text("Cross-section of the common trench")
    assert not re.search("[\u4e00-\u9fff]", " ".join(card.locator("h3").all_inner_texts()))


def test_pairs_that_are_not_joined_say_why_and_what_would_help(desktop: Open, plan: JSON) -> None:
    page = desktop(f"/digs?plan={plan['id']}&show=apart", idle=False)
    opened(page, "[data-test=apart]")
    rows = page.locator("[data-test=apart] > li")
    expect(rows).to_have_count(len(plan["unjoined"]))
    helped = next(k for k, row in enumerate(plan["unjoined"]) if row["change"] and row["b"])
    expect(rows.nth(helped)).to_contain_text(plan["unjoined"][helped]["text"]["zh"])
    expect(rows.nth(helped)).to_contain_text(plan["unjoined"][helped]["change"]["text"]["zh"])


def test_two_parties_answer_their_links(desktop: Open, phone: Open, api: httpx.Client, plan: JSON) -> None:
    dig = next(one for one in plan["digs"] if one["state"] == "proposed" and len({each["party"] for each in one["members"]}) > 1)
    office = desktop(f"/digs?plan={plan['id']}&dig={dig['id']}", idle=False)
    office.locator("[data-test=invite]").click()
    opened(office, "[data-test=link]")
    links = [urlsplit(field.input_value()).path for field in office.locator("[data-test=link]").all()]
    parties = [str(row.get_attribute("data-party")) for row in office.locator("[data-test=answers] li").all()]
    assert len(links) == len(parties) >= 2 and all(link.startswith("/invite/") for link in links)

    first = phone(links[0], idle=False)
    opened(first, "[data-test=invite][data-state=seen]")
    expect(first.locator("h1")).to_contain_text(dig["road_names"][0])
    opened(first, "[data-test=map][data-ready=true]")
    assert first.evaluate("document.documentElement.scrollWidth") == 390
    assert first.evaluate(SMALL % ("button, a.btn", 48)) == []
    first.locator("[data-test=way-joins]").tap()
    first.locator("[data-test=send]").tap()
    opened(first, "[data-test=thanks]")
    expect(first.locator("[data-test=invite]")).to_have_attribute("data-state", "joins")

    second = phone(links[1], idle=False)
    second.locator("[data-test=way-declines]").tap()
    second.locator("[data-test=send]").tap()
    expect(second.get_by_role("alert")).to_contain_text("原因")
    second.locator("[data-test=way-counters]").tap()
    assert second.evaluate(SMALL % (".answer button, .answer input, .answer textarea", 48)) == []
    second.locator("[data-test=counter-start]").fill("2036-04-14")
    second.locator("[data-test=counter-end]").fill("2036-04-25")
    second.locator("[data-test=reason]").fill("材料四月到")
    second.locator("[data-test=send]").tap()
    opened(second, "[data-test=invite][data-state=counters]")

    office.reload()
    opened(office)
    answers = office.locator("[data-test=answers]")
    expect(answers.locator(f"li[data-party='{parties[0]}']")).to_contain_text("参加")
    expect(answers.locator(f"li[data-party='{parties[1]}']")).to_contain_text("提出 2036-04-14 至 2036-04-25")
    expect(answers.locator(f"li[data-party='{parties[1]}']")).to_contain_text("材料四月到")
    kept = {one["party"]: one["state"] for one in api.get(f"/api/digs/{dig['id']}").json()["answers"]}
    assert (kept[parties[0]], kept[parties[1]]) == ("joins", "counters")
    expect(office.locator("[data-test=link]")).to_have_count(0)  # each link is shown once


def test_link_that_nobody_made_says_so(phone: Open, watch: Watch) -> None:
    watch.expected = ("404",)
    page = phone("/invite/nobody-made-this", idle=False)
    expect(page.get_by_role("alert")).to_contain_text("不能使用")
    page.locator("[data-test=lang]").tap()
    expect(page.get_by_role("alert")).to_contain_text("no longer works")


def test_places_have_addresses_and_back_goes_back(desktop: Open, plan: JSON) -> None:
    page = desktop("/")
    page.locator("[data-test=place-digs]").click()
    opened(page, ROWS)
    assert urlsplit(page.url).path == "/digs"
    page.locator(ROWS).nth(2).click()
    expect(page.locator(CARD)).to_be_visible()
    link = page.url
    page.go_back()
    expect(page.locator(ROWS).first).to_be_visible()
    page.go_back()
    expect(page.locator("[data-test=route-row]").first).to_be_visible()
    assert urlsplit(page.url).path == "/"
    page.go_forward()
    page.go_forward()
    opened(page)
    again = desktop(urlsplit(link)._replace(scheme="", netloc="").geturl())
    expect(opened(again)).to_have_attribute("data-dig", str(page.locator(CARD).get_attribute("data-dig")))
    again.locator("[data-test=place-map]").click()
    expect(again.locator("[data-test=route-row]").first).to_be_visible()
    expect(again.locator("[data-test=drawer]")).to_have_count(0)


def test_plan_is_made_anew_from_the_page(desktop: Open, api: httpx.Client, plan: JSON) -> None:
    page = desktop(f"/digs?plan={plan['id']}", idle=False)
    opened(page, "[data-test=plan-form]").click()
    page.locator("[data-test=plan-anew]").click()
    page.wait_for_function("id => !location.search.includes(id)", arg=plan["id"])
    newest = api.get("/api/plans").json()["items"][0]
    assert newest["id"] in page.url and newest["id"] != plan["id"]
    opened(page, ROWS)
    expect(page.locator(ROWS)).to_have_count(newest["digs"])


def test_scoreboard_shows_the_figures_of_the_server(desktop: Open, api: httpx.Client, plan: JSON) -> None:
    page = desktop(f"/digs?plan={plan['id']}&show=score", idle=False)
    opened(page, "[data-test=score] dl")
    said = api.get("/api/scoreboard").json()
    score = page.locator("[data-test=score]")
    expect(score).to_contain_text(said["formula"]["zh"])
    expect(score.locator("dl")).to_contain_text(str(said["total"]["pairs"]))
    expect(score.locator("tbody tr")).to_have_count(len(said["parties"]))


def test_phone_opens_an_address_of_a_dig_with_its_card(phone: Open, plan: JSON) -> None:
    dig = plan["digs"][0]
    page = phone(f"/digs?plan={plan['id']}&dig={dig['id']}")
    expect(page.locator("[data-test=sheet]")).to_have_attribute("data-height", "1")
    card = opened(page)
    expect(card.locator("h2").first).to_be_in_viewport()
    page.locator("[data-test=sheet] .handle").press("ArrowDown")
    expect(page.locator("[data-test=sheet]")).to_have_attribute("data-height", "0")
    listed = phone(f"/digs?plan={plan['id']}")
    expect(listed.locator("[data-test=sheet]")).to_have_attribute("data-height", "1")
    expect(listed.locator(ROWS).first).to_be_in_viewport()


def test_phone_has_list_card_and_gantt_in_the_sheet(phone: Open, plan: JSON) -> None:
    page = phone(f"/digs?plan={plan['id']}")
    for tab in ("list", "apart", "time", "score", "layers"):
        page.locator(f"[data-test=tab-{tab}]").tap()
        page.wait_for_timeout(500)
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        touched = "header button, header select, .tabs button, .filters select, .tools button"
        assert page.evaluate(SMALL % (touched, 44)) == [], tab
    page.locator("[data-test=tab-list]").tap()
    opened(page, ROWS).tap()
    opened(page)
    page.locator("[data-test=tab-time]").tap()
    expect(page.locator("[data-test=gantt] [data-bar]").first).to_be_visible()
    page.locator("[data-test=places]").select_option("map")
    expect(page.locator("[data-test=tab-routes]")).to_be_visible()
