"""Single sign-on against a real provider in a process of its own: the way there and back, and every way in which it must fail."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import psycopg
import pytest

from api.endpoints.sso import inside
from api.sso.settings import SingleSignOn
from geo.errors import BadInput
from tests.provider import PASSWORD, SECRET, nonsense
from tests.sso_city import Both, both_running


@pytest.fixture(scope="module")
def both(_template: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """Both, before an empty city."""
    with both_running(_template, tmp_path_factory.mktemp("sso")) as running:
        yield running


@pytest.fixture
def browser(both: Both) -> Iterator[Callable[[], httpx.Client]]:
    """Browsers, each with cookies of its own; they follow nothing by themselves."""
    opened: list[httpx.Client] = []

    def one() -> httpx.Client:
        opened.append(httpx.Client(base_url=both.server.url, timeout=60, trust_env=False))
        return opened[-1]

    both.there.be()
    yield one
    both.there.be()
    for each in opened:
        each.close()


def back_from(one: httpx.Client, name: str, next_: str = "/", password: str = PASSWORD) -> str:
    """Go to the provider and sign in there; the address that it sends the browser back to."""
    there = one.get("/api/session/sso/begin", params={"next": next_})
    assert there.status_code == 303, there.text
    answer = one.post(there.headers["location"], data={"name": name, "password": password})
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


def come(one: httpx.Client, name: str, next_: str = "/") -> str:
    """The whole way; where in the page it ends."""
    answer = one.get(back_from(one, name, next_))
    assert answer.status_code == 303 and answer.headers["cache-control"] == "no-store"
    return str(answer.headers["location"])


def who(one: httpx.Client) -> Any:
    return one.get("/api/session").json()


def said(both: Both) -> dict[str, Any]:
    """The newest row of the audit."""
    first: dict[str, Any] = httpx.get(
        f"{both.server.url}/api/audit", params={"limit": 1}, headers=both.server.headers, trust_env=False
    ).json()["items"][0]
    return first


# ── the way there and back ───────────────────────────────────────────────────────────────────────────────────────────


def test_there_and_back_signed_in_where_one_wanted_to_be(both: Both, browser: Callable[[], httpx.Client]) -> None:
    one = browser()
    assert one.get("/api/session/sso").json() == {"name": "市统一身份认证", "ready": True}
    assert come(one, "urban", "/?room=digs#16/34.8/114.3") == "/?room=digs#16/34.8/114.3"
    now = who(one)
    assert now["person"]["login"] == "demo-urban" and now["sso"] is True
    assert one.get("/api/city").status_code == 200
    assert (said(both)["action"], said(both)["actor"], said(both)["after"]) == ("session.begin", "demo-urban", {"sso": True})


def test_what_a_browser_is_sent_with(both: Both, browser: Callable[[], httpx.Client]) -> None:
    answer = browser().get("/api/session/sso/begin")
    asked = parse_qs(urlsplit(answer.headers["location"]).query)
    assert asked["code_challenge_method"] == ["S256"] and asked["response_type"] == ["code"]
    assert asked["redirect_uri"] == [f"{both.server.url}/api/session/sso/back"]
    assert len(asked["state"][0]) >= 43 and len(asked["nonce"][0]) >= 43 and asked["state"] != asked["nonce"]
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/api/session/sso" in cookie
    assert SECRET not in answer.headers["location"]


@pytest.mark.parametrize(
    "place",
    ["//evil.example", "https://evil.example/", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)", "/api/audit"],
)
def test_nobody_is_led_elsewhere(browser: Callable[[], httpx.Client], place: str) -> None:
    assert inside(place) == "/"
    assert come(browser(), "urban", place) == "/"


def test_another_name_of_this_server_is_left_first(both: Both, browser: Callable[[], httpx.Client]) -> None:
    port = urlsplit(both.server.url).port
    answer = browser().get(f"http://localhost:{port}/api/session/sso/begin", params={"next": "/?a=1"})
    assert answer.headers["location"] == f"{both.server.url}/api/session/sso/begin?moved=true&next=%2F%3Fa%3D1"


def test_signing_out_here_and_there(both: Both, browser: Callable[[], httpx.Client]) -> None:
    one = browser()
    come(one, "urban")
    assert one.delete("/api/session", headers={"sec-fetch-site": "same-origin"}).status_code == 204
    assert who(one)["person"] is None
    out = one.get("/api/session/sso/out")
    assert out.headers["location"].startswith(f"{both.there.url}/end_session?")
    assert one.get(out.headers["location"]).headers["location"] == f"{both.server.url}/"


# ── what must fail ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "mode",
    ["wrong_key", "wrong_nonce", "no_nonce", "other_audience", "other_issuer", "expired", "by_secret", "unsigned"],
)
def test_a_token_that_does_not_hold_opens_nothing(both: Both, browser: Callable[[], httpx.Client], mode: str) -> None:
    one = browser()
    both.there.be(mode)
    assert come(one, "urban") == "/?sso=invalid"
    assert who(one)["person"] is None and "waixian" not in one.cookies
    assert said(both)["action"] == "session.refused"
    both.there.be()
    assert come(one, "urban") == "/"


def test_a_state_is_good_once_and_for_its_own_browser(both: Both, browser: Callable[[], httpx.Client]) -> None:
    one, other = browser(), browser()
    back = back_from(one, "urban")
    other.get("/api/session/sso/begin")
    assert other.get(back).headers["location"] == "/?sso=expired" and who(other)["person"] is None
    held = one.cookies.get("waixian_sso", path="/api/session/sso")
    assert one.get(back).headers["location"] == "/"
    one.cookies.set("waixian_sso", held or "", domain="127.0.0.1", path="/api/session/sso")
    assert one.get(back).headers["location"] == "/?sso=expired"
    assert (
        browser().get("/api/session/sso/back", params={"code": "x", "state": nonsense()}).headers["location"] == "/?sso=expired"
    )


def test_a_code_of_somebody_elses_way_is_refused_by_pkce(both: Both, browser: Callable[[], httpx.Client]) -> None:
    victim, thief = browser(), browser()
    stolen = parse_qs(urlsplit(back_from(victim, "lead")).query)["code"][0]
    own = back_from(thief, "urban")
    state = parse_qs(urlsplit(own).query)["state"][0]
    answer = thief.get("/api/session/sso/back", params={"code": stolen, "state": state})
    assert answer.headers["location"] == "/?sso=invalid" and who(thief)["person"] is None


def test_a_way_that_took_too_long_is_over(both: Both, browser: Callable[[], httpx.Client]) -> None:
    one = browser()
    back = back_from(one, "urban")
    with psycopg.connect(_plain(both), autocommit=True) as connection:
        connection.execute("UPDATE sso_tries SET at = at - interval '10 minutes 1 second'")
    assert one.get(back).headers["location"] == "/?sso=expired"


def test_who_does_not_sign_in_there_is_told_so(both: Both, browser: Callable[[], httpx.Client]) -> None:
    one = browser()
    there = one.get("/api/session/sso/begin").headers["location"]
    back = one.post(there, data={"deny": "1"}).headers["location"]
    assert "error=access_denied" in back
    assert one.get(back).headers["location"] == "/?sso=cancelled"


def test_unknown_people_are_refused_and_get_no_account(both: Both, browser: Callable[[], httpx.Client]) -> None:
    one = browser()
    assert come(one, "nobody") == "/?sso=unknown"
    people = httpx.get(f"{both.server.url}/api/people", headers=both.server.headers, trust_env=False).json()["items"]
    assert "not.here" not in {each["login"] for each in people} and who(one)["person"] is None


def test_disabled_people_stay_out_and_are_signed_out(both: Both, browser: Callable[[], httpx.Client]) -> None:
    one = browser()
    assert come(one, "gone") == "/"
    number = who(one)["person"]["id"]
    admin = httpx.Client(base_url=both.server.url, headers=both.server.headers, trust_env=False)
    assert admin.patch(f"/api/people/{number}", json={"disabled": True}).status_code == 200
    assert one.get("/api/city").status_code == 401
    assert come(one, "gone") == "/?sso=disabled" and who(one)["person"] is None
    admin.close()


def test_a_login_that_became_somebody_elses_there_opens_nothing(both: Both, browser: Callable[[], httpx.Client]) -> None:
    one = browser()
    assert come(one, "lead") == "/"
    both.there.be(heir={"preferred_username": "demo-lead"})
    assert come(browser(), "heir") == "/?sso=taken"
    admin = httpx.Client(base_url=both.server.url, headers=both.server.headers, trust_env=False)
    admin.post(f"/api/people/{who(one)['person']['id']}/password")  # the administrator says who this is from now on
    admin.close()
    assert who(one)["person"] is None
    assert come(browser(), "heir") == "/" and come(browser(), "lead") == "/?sso=taken"


def test_claims_say_role_and_company_but_never_make_an_administrator(both: Both, browser: Callable[[], httpx.Client]) -> None:
    one = browser()
    both.there.be(
        gas={"preferred_username": "demo-gas", "groups": ["admin", "window"], "org": "示范燃气二公司"},
        boss={"preferred_username": "demo-admin", "groups": "reader"},
    )
    come(one, "gas")
    now = who(one)["person"]
    assert (now["role"], now["company"]) == ("window", "示范燃气二公司")
    come(one, "boss")
    assert who(one)["person"]["role"] == "admin"


# ── when it is not there ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_provider_that_is_down_leaves_the_password(both: Both, browser: Callable[[], httpx.Client]) -> None:
    one = browser()
    back = back_from(one, "urban")
    both.there.stand_still()
    try:
        began = time.monotonic()
        assert one.get(back).headers["location"] == "/?sso=unreachable"
        assert time.monotonic() - began < 30
        password = (both.server.home / "password").read_text("utf-8")
        assert one.post("/api/session", json={"login": "demo-urban", "password": password}).status_code == 200
    finally:
        both.there.go_on()


def test_without_single_sign_on_nothing_of_it_is_there(client: httpx.Client) -> None:
    assert client.get("/api/session/sso").json() == {"name": None, "ready": False}
    for place in ("begin", "back", "out"):
        assert client.get(f"/api/session/sso/{place}").status_code == 404


GOOD = {"address": "https://waixian.example", "issuer": "https://login.example", "client": "a", "secret": "b"}


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"address": "http://waixian.example"}, "WAIXIAN_ADDRESS"), ({"address": "https://waixian.example/x"}, "WAIXIAN_ADDRESS"),
        ({"issuer": "http://login.example"}, "ISSUER"), ({"issuer": "ftp://login.example"}, "ISSUER"), ({"secret": ""}, "SECRET"),
        ({"new_role": "admin"}, "NEW_ROLE"), ({"new_role": "king"}, "NEW_ROLE"), ({"scope": "profile"}, "SCOPE"),
        ({"ca": Path("nowhere.pem")}, "CA"), ({"login": ""}, "LOGIN"),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_stop_the_start(values: dict[str, Any], word: str) -> None:
    SingleSignOn(**GOOD).check()
    with pytest.raises(BadInput) as error:
        SingleSignOn(**{**GOOD, **values}).check()
    assert word in error.value.text("zh")


def _plain(both: Both) -> str:
    return both.server.database.replace("postgresql+psycopg", "postgresql")
