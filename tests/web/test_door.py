"""Signing in with a real browser: the form, the first password, the menu, and the end of a session."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from layers.people.offices import offices
from tests.servers import Server
from tests.web.conftest import Open, _opener
from tests.web.pages import PATIENCE_MS, Watch, settled

SIZES: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1440, "height": 900}},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
}


@pytest.fixture
def stranger(browser: Browser, watch: Watch, server: Server) -> Iterator[Callable[[str], Open]]:
    """Opens pages with a browser in which nobody has signed in."""
    contexts = []

    def visit(size: str = "desktop") -> Open:
        contexts.append(browser.new_context(locale="zh-CN", **SIZES[size]))
        return _opener(contexts[-1], watch, server.url)

    yield visit
    for one in contexts:
        one.close()


def sign_in(page: Page, login: str, password: str) -> None:
    page.get_by_label("登录名").fill(login)
    page.locator("input[name=password]").fill(password)
    page.get_by_role("button", name="登录", exact=True).click()


def test_who_has_signed_in_reads_who_they_are_and_signs_out(stranger: Callable[[str], Open], server: Server) -> None:
    page = stranger("phone")("/", idle=False)
    sign_in(page, "demo-surveyor", (server.home / "password").read_text("utf-8"))
    page.locator("[data-test=person]").click()
    expect(page.get_by_text(offices().roles["surveyor"].title.zh, exact=False).first).to_be_visible()
    page.locator("[data-test=signout]").click()
    expect(page.locator("[data-test=signin]")).to_be_visible(timeout=PATIENCE_MS)


def test_a_wrong_password_is_said_and_nothing_is_shown(stranger: Callable[[str], Open], watch: Watch) -> None:
    watch.expected = ("401",)
    page = stranger("desktop")("/", idle=False)
    sign_in(page, "demo-reader", "not the password")
    expect(page.get_by_role("alert")).to_contain_text("登录名或密码不对")
    assert page.locator("canvas").count() == 0 and page.locator("input[name=password]").input_value() == ""


def test_the_first_password_is_changed_before_anything_else(
    stranger: Callable[[str], Open], server: Server, watch: Watch
) -> None:
    with httpx.Client(base_url=server.url, headers=server.headers, trust_env=False) as admin:
        made = admin.post("/api/people", json={"login": "sun.li", "name": "孙丽", "role": "surveyor"}).json()
    page = stranger("phone")("/", idle=False)
    sign_in(page, "sun.li", made["password"])
    form = page.locator("[data-test=renew]")
    expect(form).to_be_visible()
    form.locator("input[name=old]").fill(made["password"])
    form.locator("input[name=new]").fill("short")
    expect(form).to_contain_text("至少 10 个字符")
    form.locator("input[name=new]").fill("four unrelated words")
    form.locator("input[name=again]").fill("four unrelated words")
    form.get_by_role("button", name="保存新密码").click()
    settled(page)


def test_a_session_that_was_ended_elsewhere_leads_to_the_door(
    stranger: Callable[[str], Open], server: Server, watch: Watch
) -> None:
    watch.expected = ("401",)
    page = stranger("desktop")("/", idle=False)
    sign_in(page, "demo-window", (server.home / "password").read_text("utf-8"))
    settled(page)
    page.context.clear_cookies()
    page.get_by_role("link", name="同步开挖").click()
    expect(page.locator("[data-test=signin]")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("已过期")
