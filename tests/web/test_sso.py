"""Single sign-on with a real browser: from the door to the provider's page and back, and when the provider is not there."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from api.sso.provider import ALIVE_S, DOWN_S
from tests.provider import PASSWORD
from tests.sso_city import Both, both_running
from tests.web.pages import PATIENCE_MS
from tests.web.test_door import SIZES, sign_in


@pytest.fixture(scope="module")
def both(_template: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """A server and its provider."""
    with both_running(_template, tmp_path_factory.mktemp("sso")) as running:
        yield running


@pytest.fixture(params=list(SIZES))
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A page of a browser in which nobody has signed in; script errors fail the test."""
    context = browser.new_context(locale="zh-CN", **SIZES[request.param])
    one = context.new_page()
    one.set_default_timeout(PATIENCE_MS)
    wrong: list[str] = []
    one.on("pageerror", lambda error: wrong.append(str(error)))
    yield one
    context.close()
    assert wrong == []


def there(page: Page, name: str) -> None:
    """Through the provider's own page."""
    page.locator("[data-test=sso]").click()
    expect(page).to_have_title("统一身份认证")
    page.get_by_label("工号").fill(name)
    page.get_by_label("口令").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()


def test_from_the_door_to_the_provider_and_back(page: Page, both: Both) -> None:
    both.there.be()
    page.goto(f"{both.server.url}/digs?lang=zh")
    button = page.locator("[data-test=sso]")
    expect(button).to_have_text("用市统一身份认证登录")
    box: Any = button.bounding_box()
    assert box["height"] >= 48
    there(page, "urban")
    expect(page.locator("[data-test=person]")).to_be_visible()
    assert page.url.startswith(f"{both.server.url}/digs")
    page.locator("[data-test=person]").click()
    expect(page.get_by_text("demo-urban")).to_be_visible()
    with page.expect_request(lambda asked: asked.url.startswith(f"{both.there.url}/end_session")):
        page.locator("[data-test=signout]").click()
    expect(page.locator("[data-test=signin]")).to_be_visible()
    assert page.url == f"{both.server.url}/"


def test_who_is_not_known_here_is_told_what_to_do(page: Page, both: Both) -> None:
    both.there.be()
    page.goto(both.server.url)
    there(page, "nobody")
    expect(page.locator("[data-test=sso-refused]")).to_contain_text("没有对应的帐号")
    assert "sso=" not in page.url
    page.reload()
    expect(page.locator("[data-test=signin]")).to_be_visible()
    expect(page.locator("[data-test=sso-refused]")).to_have_count(0)


def test_a_provider_that_broke_the_rules_opens_nothing(page: Page, both: Both) -> None:
    both.there.be("wrong_key")
    page.goto(both.server.url)
    there(page, "urban")
    expect(page.locator("[data-test=sso-refused]")).to_contain_text("未通过核验")
    expect(page.locator("[data-test=person]")).to_have_count(0)
    both.there.be()


def test_without_the_provider_the_password_still_opens(page: Page, both: Both) -> None:
    both.there.be()
    both.there.stand_still()
    try:
        page.wait_for_timeout((ALIVE_S + 1) * 1000)
        page.goto(both.server.url)
        expect(page.locator("[data-test=sso-down]")).to_contain_text("暂时连不上，请用密码登录", timeout=PATIENCE_MS)
        sign_in(page, "demo-lead", (both.server.home / "password").read_text("utf-8"))
        expect(page.locator("[data-test=person]")).to_be_visible()
    finally:
        both.there.go_on()
        page.wait_for_timeout((DOWN_S + 1) * 1000)
