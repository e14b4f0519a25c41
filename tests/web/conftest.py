"""A real Chromium in front of the real server. Every page is checked at its end: no script error, no request to anybody else."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.servers import Server
from tests.web.pages import PATIENCE_MS, SOFTWARE, Watch, chromium, settled

expect.set_options(timeout=PATIENCE_MS)
Open = Callable[..., Page]
Come = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for a module, and no longer: while it lives, its loop stands in the way of every other in this process."""
    with sync_playwright() as playwright:
        one = playwright.chromium.launch(executable_path=chromium(), args=SOFTWARE)
        yield one
        one.close()


@pytest.fixture
def watch(house: Server) -> Iterator[Watch]:
    """The watch over this test's pages; a test that provokes an error names it in ``watch.expected``."""
    one = Watch(house.url)
    yield one
    one.verify()


def signed(context: BrowserContext, server: Server, role: str = "admin") -> None:
    """Somebody of that role has signed in with this browser."""
    context.add_cookies([{"name": "waixian", "value": server.secret(role), "url": server.url, "httpOnly": True}])


def _opener(context: BrowserContext, watch: Watch, server_url: str) -> Open:
    def visit(path: str = "/", *, idle: bool = True) -> Page:
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        watch.follow(page)
        page.goto(server_url + path)
        if idle:
            settled(page)
        return page

    return visit


@pytest.fixture
def desktop(browser: Browser, watch: Watch, house: Server) -> Iterator[Open]:
    """Opens pages on a 1440 × 900 screen, in Chinese."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN", accept_downloads=True)
    signed(context, house)
    yield _opener(context, watch, house.url)
    context.close()


@pytest.fixture
def phone(browser: Browser, watch: Watch, house: Server) -> Iterator[Open]:
    """Opens pages on a 390 × 844 touch screen, in Chinese."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN", has_touch=True, is_mobile=True)
    signed(context, house)
    yield _opener(context, watch, house.url)
    context.close()


@pytest.fixture
def come(browser: Browser, watch: Watch, house: Server) -> Iterator[Come]:
    """``come(login, path, phone=False, locale="zh-CN", idle=True)``: a page in a browser of somebody's own."""
    contexts: list[BrowserContext] = []

    def visit(login: str, path: str = "/", phone: bool = False, locale: str = "zh-CN", idle: bool = True) -> Page:
        screen: Any = {"width": 390, "height": 844} if phone else {"width": 1440, "height": 900}
        contexts.append(browser.new_context(viewport=screen, locale=locale, has_touch=phone, is_mobile=phone))
        signed(contexts[-1], house, login)
        return _opener(contexts[-1], watch, house.url)(path, idle=idle)

    yield visit
    for one in contexts:
        one.close()
