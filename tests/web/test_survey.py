"""A joint survey from call to close: two desks and a phone on one map, on two server processes, with a moving position, a lost
network, a killed server, and video directly and through a relay."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.certificate import NAME, certificate
from tests.houses import own_database
from tests.photos import photo
from tests.provider import free_port
from tests.relay import relay
from tests.servers import Server, serving
from tests.web.axe import serious
from tests.web.pages import PATIENCE_MS, SOFTWARE, Watch, chromium

Come = Callable[..., Page]
CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
AT = {"latitude": 34.7968, "longitude": 114.3066, "accuracy": 8}
STATE, EVENT, TILE = "[data-test=survey-state]", "[data-test=event]", "[data-test=tile]"
PLAYS = """async () => {
  const seen = [...document.querySelectorAll('[data-test=tile][data-state=connected] video')]
  return seen.some((one) => one.readyState >= 2 && one.currentTime > 0.5 && one.videoWidth > 0)
}"""

NO_DIRECT_WAY = """() => {
  const Line = RTCPeerConnection
  window.lines = []
  window.RTCPeerConnection = class extends Line {
    constructor(said) { super({ ...said, iceTransportPolicy: 'relay' }); window.lines.push(this) }
  }
}"""
WAYS = """async () => {
  const kinds = []
  for (const line of window.lines) {
    const told = await line.getStats()
    for (const one of told.values()) {
      if (one.type !== 'candidate-pair' || !one.nominated || one.bytesReceived === 0) continue
      kinds.push(told.get(one.localCandidateId).candidateType)
    }
  }
  return kinds
}"""


@dataclass
class Falls:
    """A second process of the house, which is reached by a name over TLS and can be killed and started again."""

    port: int
    start: Callable[[], AbstractContextManager[Server]]
    running: ExitStack
    pid: int = 0

    def up(self) -> None:
        """It serves; as before, where it was killed."""
        self.running.close()
        self.pid = self.running.enter_context(self.start()).pid

    @property
    def origin(self) -> str:
        """Where phones find it."""
        return f"https://{NAME}:{self.port}"


@pytest.fixture(scope="module")
def both(
    _template: tuple[str, str], demo_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Server, Falls]]:
    """Two server processes in front of one city, which has a relay for its video."""
    home, port = tmp_path_factory.mktemp("survey"), free_port()
    with ExitStack() as stack:
        address, ice = stack.enter_context(own_database(_template, demo=True)), stack.enter_context(relay(home))
        first, second = stack.enter_context(serving(address, home, ice=ice)), stack.enter_context(ExitStack())
        falls = Falls(port, lambda: serving(address, home, port, ice=ice, tls=certificate(home)), second)
        falls.up()
        yield first, falls


@pytest.fixture(scope="module")
def house(both: tuple[Server, Falls]) -> Server:
    """Where the desks come; a survey is called and held here."""
    return both[0]


@pytest.fixture
def site(browser: Browser, both: tuple[Server, Falls], watch: Watch) -> Iterator[BrowserContext]:
    """The phone at the site: at the other process, by its name, with its place and its camera."""
    house, other = both
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, locale="zh-CN", has_touch=True, is_mobile=True, ignore_https_errors=True,
        base_url=other.origin, permissions=["geolocation", "camera", "microphone"], geolocation=AT,
    )  # fmt: skip
    context.add_cookies([{"name": "waixian", "value": house.secret("utility"), "url": other.origin, "httpOnly": True}])
    watch.invited = (urlsplit(other.origin).netloc,)
    yield context
    context.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium with a camera that shows a moving picture."""
    with sync_playwright() as playwright:
        playwright.selectors.set_test_id_attribute("data-test")
        one = playwright.chromium.launch(
            executable_path=chromium(), args=[*SOFTWARE, *CAMERA, f"--host-resolver-rules=MAP {NAME} 127.0.0.1"]
        )
        yield one
        one.close()


def called(lead: Page) -> str:
    """A survey that the lead has called, agreed and opened, with two others in it: its address."""
    expect(lead.get_by_test_id("survey-empty")).to_be_visible()
    lead.get_by_test_id("survey-call").click()
    lead.get_by_test_id("survey-title").fill("示范小区供水接入踏勘")
    expect(lead.get_by_test_id("survey-send")).to_be_disabled()  # no site yet
    lead.get_by_test_id("survey-paste").fill("34.7968, 114.3066")
    lead.get_by_test_id("survey-paste").press("Enter")
    expect(lead.get_by_test_id("survey-site")).to_contain_text("114.306600, 34.796800")
    lead.get_by_test_id("survey-send").click()
    expect(lead.locator(STATE)).to_have_text("待约定")
    for login in ("nobody-here", "demo-planning", "demo-utility"):
        lead.get_by_test_id("invite-login").fill(login)
        lead.get_by_test_id("invite-send").click()
        if login == "nobody-here":
            expect(lead.get_by_role("alert")).to_contain_text("nobody-here")
    expect(lead.get_by_test_id("participant")).to_have_count(3)
    lead.get_by_test_id("step-agree").click()
    lead.get_by_test_id("survey-time").fill("2026-12-01T09:00")
    lead.get_by_test_id("survey-do").click()
    lead.get_by_test_id("step-open").click()
    expect(lead.locator(STATE)).to_have_text("进行中")
    expect(lead.get_by_test_id("link-state")).to_have_attribute("data-state", "open")
    lead.get_by_test_id("tab-journal").click()
    lead.wait_for_function("() => !location.search.includes('show=')")
    return lead.url.replace(lead.evaluate("location.origin"), "")


def test_a_survey_from_call_to_close(come: Come, watch: Watch, site: BrowserContext, both: tuple[Server, Falls]) -> None:
    watch.expected = (
        "404",
        "ERR_INTERNET_DISCONNECTED",
        "ERR_CONNECTION_REFUSED",
        "WebSocket",
    )  # an account that is not there; the network that is taken away; the process that is killed
    lead = come("lead", "/survey")
    at = called(lead)
    planner = come("planning", at)
    phone = site.new_page()
    phone.set_default_timeout(PATIENCE_MS)
    watch.follow(phone)
    phone.goto(at)
    assert phone.evaluate("isSecureContext") and NAME in phone.url
    _pointers(lead, planner)
    _position(lead, phone)
    _pin(lead, planner, phone)
    _offline(lead, phone)
    _killed(lead, phone, both[1])
    _view(lead, planner)
    _fair(lead, phone)
    _video(lead, phone)
    _relayed(lead, phone)
    _conclude(lead, phone)


def _box(page: Page) -> Any:
    box = page.get_by_test_id("map").bounding_box()
    assert box is not None
    return box


def _pointers(lead: Page, planner: Page) -> None:
    """The lead's hand is seen at the planner's desk, with its name."""
    box = _box(lead)
    hand = planner.get_by_test_id("survey-pointer")
    for n in range(20):
        lead.mouse.move(box["x"] + 200 + 8 * n, box["y"] + 250)
        lead.wait_for_timeout(60)
    expect(hand).to_have_count(1)
    expect(hand).to_have_text("示范·政务服务和大数据管理局")


def _position(lead: Page, phone: Page) -> None:
    """The phone's place stands on the lead's map and moves with it."""
    phone.get_by_test_id("locate").click()
    expect(phone.get_by_test_id("exact")).to_contain_text("±8 m")
    there = lead.get_by_test_id("survey-standing")
    expect(there).to_have_count(1)
    before = there.bounding_box()
    phone.context.set_geolocation({**AT, "longitude": 114.3070})
    expect(lead.locator(f"{EVENT}[data-kind=position]")).to_contain_text("2 个位置")
    after = there.bounding_box()
    assert before is not None and after is not None and after["x"] - before["x"] > 10


def _pin(lead: Page, planner: Page, phone: Page) -> None:
    """A pin of the phone and a measured line of the planner are on everybody's page."""
    phone.get_by_test_id("pin").click()
    box = _box(phone)
    phone.touchscreen.tap(box["x"] + 195, box["y"] + 300)
    phone.get_by_test_id("pin-words").fill("井盖旁有标识桩")
    phone.get_by_test_id("pin-done").click()
    for page in (lead, planner):
        expect(page.locator(f"{EVENT}[data-kind=pin]")).to_contain_text("井盖旁有标识桩")
    _photo(lead, phone)
    planner.get_by_test_id("tool-line").click()
    box = _box(planner)
    planner.mouse.click(box["x"] + 300, box["y"] + 300)
    planner.mouse.click(box["x"] + 500, box["y"] + 300)
    planner.get_by_test_id("tool-done").click()
    expect(lead.locator(f"{EVENT}[data-kind=drawing]")).to_contain_text(" m")


def _photo(lead: Page, phone: Page) -> None:
    """A photo at a pin: seen at the desk, with how far its own record is from the pin."""
    phone.get_by_test_id("pin").click()
    box = _box(phone)
    phone.touchscreen.tap(box["x"] + 150, box["y"] + 340)
    with phone.expect_file_chooser() as chosen:
        phone.get_by_test_id("pin-photo").click()
    chosen.value.set_files({"name": "井盖.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    seen = lead.locator(f"{EVENT}[data-kind=photo]")
    expect(seen).to_contain_text("照片自带的位置与手机位置相差")
    lead.wait_for_function("() => document.querySelector('[data-kind=photo] img').naturalWidth > 0")


def _offline(lead: Page, phone: Page) -> None:
    """What is written without a network waits, outlives the page, goes once, and only then counts as sent."""
    phone.context.set_offline(True)
    expect(phone.get_by_test_id("link-state")).to_have_attribute("data-state", "waiting")
    phone.get_by_test_id("write").click()
    phone.get_by_test_id("note").fill("信号不好时写的")
    phone.get_by_test_id("note-send").click()
    expect(phone.get_by_test_id("waiting")).to_contain_text("待发送")
    phone.context.set_offline(False)
    expect(phone.get_by_test_id("waiting")).to_have_count(0)
    for page in (lead, phone):
        expect(page.locator(EVENT, has_text="信号不好时写的")).to_have_count(1)


def _killed(lead: Page, phone: Page, server: Falls) -> None:
    """The phone's process is killed without a word: it says so, keeps what is written, and sends it once when the next one is up.

    Whatever was shown as sent is there for the others all the while."""
    before = lead.locator(EVENT).count()
    os.kill(server.pid, signal.SIGKILL)
    expect(phone.get_by_test_id("link-state")).to_have_attribute("data-state", "waiting")
    phone.get_by_test_id("note").fill("服务器断开时写的")
    phone.get_by_test_id("note-send").click()
    expect(phone.get_by_test_id("waiting")).to_contain_text("待发送")
    expect(lead.get_by_test_id("link-state")).to_have_attribute("data-state", "open")
    server.up()
    expect(phone.get_by_test_id("waiting")).to_have_count(0)
    for page in (lead, phone):
        expect(page.locator(EVENT, has_text="服务器断开时写的")).to_have_count(1)
        expect(page.locator(EVENT, has_text="信号不好时写的")).to_have_count(1)
    assert lead.locator(EVENT).count() >= before + 1


def _view(lead: Page, planner: Page) -> None:
    """Who follows sees what is shared, layers too, until they move the map themselves."""
    planner.get_by_test_id("tab-people").click()
    planner.locator("[data-test=participant]", has=planner.get_by_test_id("follow")).first.get_by_test_id("follow").click()
    lead.get_by_test_id("share-view").click()
    lead.get_by_test_id("satellite").click()
    expect(planner.get_by_test_id("satellite")).to_have_attribute("aria-pressed", "true")
    box = _box(planner)
    planner.mouse.move(box["x"] + 300, box["y"] + 300)
    planner.mouse.wheel(0, 200)
    expect(planner.locator("[data-test=follow][aria-pressed=true]")).to_have_count(0)
    lead.get_by_test_id("share-view").click()


def _fair(lead: Page, phone: Page) -> None:
    lead.get_by_test_id("tab-site").click()
    expect(lead.get_by_test_id("site-found").get_by_test_id("site-sheet")).to_be_visible()  # the site is judged in the room
    expect(lead.get_by_test_id("site-found").get_by_test_id("site-card").first).to_be_visible()
    expect(lead.locator(EVENT)).to_have_count(0)
    for tab in ("site", "check", "people", "time", "journal"):
        lead.get_by_test_id(f"tab-{tab}").click()
        assert serious(lead) == [], tab
    assert serious(phone) == []


def _video(lead: Page, phone: Page) -> None:
    """The camera at the site is seen at the desk and the other way round: frames flow."""
    lead.get_by_test_id("video-join").click()
    expect(phone.get_by_test_id("video")).to_contain_text("在视频中等您")
    phone.get_by_test_id("video-join").click()
    for page in (lead, phone):
        expect(page.locator(f"{TILE}[data-state=connected]")).to_have_count(1)
        page.wait_for_function(PLAYS, timeout=PATIENCE_MS)
    phone.get_by_test_id("video-leave").click()
    expect(lead.locator(TILE)).to_have_count(1)


def _relayed(lead: Page, phone: Page) -> None:
    """Where no direct way is open the frames flow through the relay, by the credentials that the greeting brought."""
    for page in (lead, phone):
        page.evaluate(NO_DIRECT_WAY)
    phone.get_by_test_id("video-join").click()
    for page in (lead, phone):
        expect(page.locator(f"{TILE}[data-state=connected]")).to_have_count(1)
        page.wait_for_function(PLAYS, timeout=PATIENCE_MS)
        ways = page.evaluate(WAYS)
        assert ways and set(ways) == {"relay"}
    phone.get_by_test_id("video-leave").click()
    lead.get_by_test_id("video-leave").click()


def _conclude(lead: Page, phone: Page) -> None:
    """The utility concludes with a reason; the lead sees it and closes."""
    phone.get_by_test_id("tab-conclude").click()
    phone.get_by_test_id("answer-needs_visit").check()
    expect(phone.get_by_test_id("answer-send")).to_be_disabled()  # without a reason
    phone.get_by_test_id("answer-reason").fill("阀门井须开盖查看")
    phone.get_by_test_id("answer-send").click()
    lead.get_by_test_id("tab-conclude").click()
    expect(lead.get_by_test_id("conclusion")).to_contain_text("需到现场")
    lead.get_by_test_id("step-close").click()
    lead.get_by_test_id("survey-do").click()
    expect(lead.locator(STATE)).to_have_text("已结束")
