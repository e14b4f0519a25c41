"""A guest of a survey on a phone: from the link to a point that is ticked with a photo, and what the organiser sees of it."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.photos import photo
from tests.rooms import browser as account
from tests.servers import Server
from tests.web.axe import serious
from tests.web.pages import PATIENCE_MS, SOFTWARE, Watch, chromium

Come = Callable[..., Page]
SITE = {"type": "Point", "coordinates": [114.3066, 34.7968]}
AT = {"latitude": 34.7968, "longitude": 114.3066, "accuracy": 8}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "locale": "zh-CN"}
KEPT = """async () => {
  const cache = await caches.open('waixian-guest-room-1')
  return (await cache.match('/s/room')) && (await cache.match('/api/guest')) && (await cache.match('/api/guest/ground'))
}"""
AGENT = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium in which what is tested is found by its name."""
    with sync_playwright() as playwright:
        playwright.selectors.set_test_id_attribute("data-test")
        one = playwright.chromium.launch(executable_path=chromium(), args=SOFTWARE)
        yield one
        one.close()


@pytest.fixture
def room(house: Server) -> str:
    """The address of a survey that its organiser has called, with the water company invited."""
    with account(house, house.secret("lead")) as lead:
        asked = {"kind": "user_site", "mode": "mixed", "title": "示范小区供水接入踏勘", "site": SITE}
        called = lead.post("/api/surveys", json=asked)
        assert called.status_code == 201, called.text
        at = f"/api/surveys/{called.json()['id']}"
        assert lead.post(f"{at}/participants", json={"login": "demo-utility"}).status_code == 200
    return at


@pytest.fixture
def guest(browser: Browser, house: Server) -> Iterator[BrowserContext]:
    """The browser of a phone that nobody has signed in with."""
    context = browser.new_context(**PHONE, base_url=house.url, user_agent=AGENT)
    context.grant_permissions(["geolocation"])
    context.set_geolocation(AT)
    yield context
    context.close()


def _comes(context: BrowserContext, watch: Watch, path: str) -> Page:
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    watch.follow(page)
    page.goto(path)
    return page


def test_a_guest_from_the_link_to_a_ticked_point(
    come: Come, guest: BrowserContext, room: str, house: Server, watch: Watch
) -> None:
    watch.expected = ("403", "404", "ERR_INTERNET_DISCONNECTED", "ERR_FAILED")  # no PIN; a link that opens nothing; no network
    lead = come("lead", f"/survey?survey={room.split('/')[-1]}&show=people")
    link, pin = _link(lead)
    asked: list[str] = []
    guest.on("request", lambda request: asked.append(urlsplit(request.url).path))
    phone = _comes(guest, watch, link)
    _door(phone, pin)
    _time(lead, phone)
    _ground(phone, asked)
    _position(phone)
    _tick(lead, phone)
    phone.reload()
    expect(phone.get_by_test_id("link-state")).to_have_attribute("data-state", "open")  # the cookie keeps the guest in
    _without_a_line(lead, phone, guest)
    _clock(lead)
    _revoked(lead, phone)


def _link(lead: Page) -> tuple[str, str]:
    """A whole office is invited, and a link is made: its address and PIN, told once."""
    lead.get_by_test_id("invite-whole").select_option(index=1)
    lead.get_by_test_id("invite-whole-send").click()
    expect(lead.get_by_test_id("invited-offices")).to_be_visible()
    lead.get_by_test_id("link-new").click()
    lead.get_by_test_id("link-name").fill("现场施工员")
    lead.get_by_test_id("link-make").click()
    address, pin = lead.get_by_test_id("link-address").input_value(), lead.get_by_test_id("link-pin").inner_text()
    lead.get_by_test_id("link-away").click()
    expect(lead.get_by_test_id("link")).to_contain_text("还没有打开过")
    assert len(pin) == 6 and pin not in lead.content()
    return address, pin


def _door(phone: Page, pin: str) -> None:
    """The secret leaves the address before anything is asked; a wrong PIN is said."""
    expect(phone.get_by_test_id("guest-door")).to_be_visible()
    assert phone.evaluate("location.pathname") == "/s/room" and phone.evaluate("history.length") <= 2
    phone.get_by_test_id("guest-name").fill("王工")
    phone.get_by_test_id("guest-enter").click()
    phone.get_by_test_id("guest-pin").fill("000000" if pin != "000000" else "111111")
    phone.get_by_test_id("guest-enter").click()
    expect(phone.get_by_role("alert")).to_contain_text("口令不对")
    assert serious(phone) == []
    phone.get_by_test_id("guest-pin").fill(pin)
    phone.get_by_test_id("guest-enter").click()
    expect(phone.get_by_test_id("guest-room")).to_contain_text("待约定")


def _time(lead: Page, phone: Page) -> None:
    """A time is offered, the guest can come, the organiser sees it, agrees and opens."""
    lead.get_by_test_id("tab-time").click()
    lead.get_by_test_id("time-new").fill("2036-12-01T09:00")
    lead.get_by_test_id("time-offer").click()
    expect(lead.get_by_test_id("silent")).to_contain_text("王工")
    phone.get_by_test_id("tab-time").click()
    expect(phone.get_by_test_id("way-amap")).to_have_attribute(
        "href", re.compile(r"uri\.amap\.com.*position=114\.31\d+,34\.79\d+")
    )
    expect(phone.get_by_test_id("way-amap")).to_have_attribute("rel", "noopener noreferrer")
    expect(phone.get_by_test_id("way-said")).to_contain_text("北纬 34.796800°，东经 114.306600°，校验")
    phone.wait_for_function("() => document.querySelector('[data-test=way-code]')?.naturalWidth > 0")
    phone.get_by_test_id("reply-yes").click()
    expect(phone.get_by_test_id("reply-yes")).to_have_attribute("aria-pressed", "true")
    expect(lead.get_by_test_id("time")).to_contain_text("能来：王工")
    lead.get_by_test_id("time-agree").click()
    expect(lead.get_by_test_id("agreed")).to_contain_text("2036-12-01 09:00")
    lead.get_by_test_id("step-open").click()
    expect(phone.get_by_test_id("tab-journal")).to_have_attribute("aria-selected", "true")


def _ground(phone: Page, asked: list[str]) -> None:
    """The map is there with its roads, and nothing of it was asked anywhere but at the guests' own addresses."""
    phone.wait_for_selector("[data-test=map][data-idle=true][data-ready=true]", timeout=PATIENCE_MS)
    assert any("/tiles/roads/" in path for path in asked)
    assert not [path for path in asked if path.startswith(("/api/", "/tiles/")) and not path.startswith("/api/guest")]
    assert not [path for path in asked if "pipe" in path or "works" in path]


def _position(phone: Page) -> None:
    for _ in range(2):  # the sheet sinks from half over full to low
        phone.locator(".handle").click()
    phone.get_by_test_id("locate").click()
    expect(phone.get_by_test_id("exact")).to_contain_text("±8 m")


def _tick(lead: Page, phone: Page) -> None:
    """A point is ticked with a photo and a word; the organiser sees all three, and who is here."""
    phone.get_by_test_id("tab-check").click()
    point = phone.locator("[data-test=point]").first
    point.get_by_role("button").first.click()
    point.get_by_test_id("point-note").fill("井盖完好")
    with phone.expect_file_chooser() as chosen:
        point.get_by_test_id("point-photo").click()
    chosen.value.set_files({"name": "井盖.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    expect(point).to_have_attribute("data-done", "true")
    assert serious(phone) == []
    lead.get_by_test_id("tab-check").click()
    seen = lead.locator("[data-test=point][data-done=true]")
    expect(seen).to_contain_text("井盖完好")
    expect(seen).to_contain_text("王工")
    expect(seen.get_by_role("img")).to_be_visible()
    lead.get_by_test_id("tab-people").click()
    expect(lead.get_by_test_id("present")).to_contain_text("2 人在场")


def _without_a_line(lead: Page, phone: Page, guest: BrowserContext) -> None:
    """The page opens again where there is no network, with the room and the map as they were; what is said there goes once."""
    phone.wait_for_function(KEPT)
    guest.set_offline(True)
    phone.reload()
    expect(phone.get_by_test_id("guest-room")).to_contain_text("示范小区供水接入踏勘")
    phone.wait_for_selector("[data-test=map][data-ready=true]", timeout=PATIENCE_MS)
    phone.get_by_test_id("tab-journal").click()
    expect(phone.get_by_test_id("link-state")).to_have_attribute("data-state", "waiting")
    phone.get_by_test_id("note").fill("没有信号时重新打开网页写的")
    phone.get_by_test_id("note-send").click()
    expect(phone.get_by_test_id("waiting")).to_contain_text("待发送")
    phone.reload()
    phone.get_by_test_id("tab-journal").click()
    expect(phone.get_by_test_id("waiting")).to_contain_text("没有信号时重新打开网页写的")
    guest.set_offline(False)
    expect(phone.get_by_test_id("waiting")).to_have_count(0)
    lead.get_by_test_id("tab-journal").click()
    expect(lead.locator("[data-test=event]", has_text="没有信号时重新打开网页写的")).to_have_count(1)


def _clock(lead: Page) -> None:
    """The clock tells until when, and stands still with its cause."""
    lead.get_by_test_id("tab-time").click()
    expect(lead.get_by_test_id("due")).to_contain_text("前完成")
    lead.get_by_test_id("pause-ask").click()
    lead.get_by_test_id("pause-note").fill("用户外出")
    lead.get_by_test_id("pause-do").click()
    expect(lead.get_by_test_id("pause")).to_contain_text("用户外出")
    expect(lead.get_by_test_id("due")).to_contain_text("暂停")
    lead.get_by_test_id("resume").click()
    expect(lead.get_by_test_id("due")).to_contain_text("前完成")


def _revoked(lead: Page, phone: Page) -> None:
    """The organiser sees who came and takes the link back: the guest is out at once, and is told whom to ask."""
    lead.get_by_test_id("tab-people").click()
    one = lead.get_by_test_id("link")
    one.locator("summary").click()
    expect(one.get_by_test_id("opening").filter(has_text="口令错")).to_have_count(1)
    expect(one.get_by_test_id("opening").filter(has_text="手机")).not_to_have_count(0)
    one.get_by_test_id("link-revoke").click()
    one.get_by_test_id("link-revoke").click()
    expect(phone.get_by_test_id("guest-dead")).to_contain_text("请联系发给您链接的人")
    expect(one).to_contain_text("已收回")
    phone.wait_for_function("async () => (await caches.keys()).length === 0")  # nothing of the room stays on the device
