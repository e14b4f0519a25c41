"""The door over HTTP: signing in, what each role may ask, and that no address is open by oversight."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from layers.people.offices import offices
from tests.servers import Server

BOUNDS = (114.26, 34.75, 114.42, 34.85)
SAME = {"sec-fetch-site": "same-origin"}
Client = Callable[..., httpx.Client]


@pytest.fixture(scope="module")
def house(empty_house: Server) -> Server:
    """What is tried here changes who may come in."""
    return empty_house


@pytest.fixture
def come(house: Server) -> Iterator[Client]:
    """A browser-like client of somebody of a role (None: of nobody)."""
    opened: list[httpx.Client] = []

    def client(role: str | None = None) -> httpx.Client:
        one = httpx.Client(base_url=house.url, timeout=60, trust_env=False, headers=SAME)
        if role is not None:
            one.cookies.set("waixian", house.secret(role))
        opened.append(one)
        return one

    yield client
    for one in opened:
        one.close()


def password(house: Server) -> str:
    return (house.home / "password").read_text("utf-8")


# ── every address × every role ───────────────────────────────────────────────────────────────────────────────────────


def operations(house: Server) -> list[tuple[str, str, list[str]]]:
    """(verb, address with something in its places, what it needs) of everything that is described."""
    described = httpx.get(f"{house.url}/api/openapi.json", trust_env=False).json()
    return [
        (verb.upper(), re.sub(r"\{[^}]+\}", "1", path), one.get("x-needs", []))
        for path, verbs in described["paths"].items()
        for verb, one in verbs.items()
    ]


def test_every_address_says_what_it_needs(house: Server) -> None:
    known = {"everybody", "signed_in", *offices().abilities}
    assert not [(verb, path) for verb, path, asked in operations(house) if not asked or not set(asked) <= known]


def test_who_has_not_signed_in_gets_nothing(house: Server, come: Client) -> None:
    nobody = come()
    for verb, path, asked in operations(house):
        status = nobody.request(verb, path, json={}).status_code
        assert (status == 401) == (asked != ["everybody"]), (verb, path, status)


@pytest.mark.parametrize("role", list(offices().roles))
def test_every_role_gets_what_it_may_and_nothing_else(house: Server, come: Client, role: str) -> None:
    """What is allowed answers in its own way (a body that is wrong, a number that is not there); what is not, with 403."""
    one, may = come(role), {"everybody", "signed_in", *offices().roles[role].may}
    for verb, path, asked in operations(house):
        if path in ("/api/session", "/api/session/password"):  # below: the one ends what the walk needs
            continue
        answer = one.request(verb, path, json={})
        refused = answer.status_code == 403 and answer.json()["code"] == "forbidden"
        assert refused == (not set(asked) <= may), (verb, path, answer.status_code)
        if path.startswith("/api/guest") and path != "/api/guest/enter":  # an account is no guest
            assert answer.status_code in (404, 422), (verb, path)
    assert one.put("/api/session/password", json={}).status_code == 422  # one's own, whoever one is
    assert one.get("/api/session").status_code == 200 and one.delete("/api/session").status_code == 204
    assert one.get("/api/city").status_code == 401


# ── signing in ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_signing_in_and_out(house: Server, come: Client) -> None:
    one = come()
    assert one.get("/api/session").json() == {"person": None, "sso": False}
    answer = one.post("/api/session", json={"login": "demo-urban", "password": password(house)})
    said = answer.headers["set-cookie"]
    assert "HttpOnly" in said and "SameSite=Lax" in said and answer.headers["cache-control"] == "no-store"
    assert one.get("/api/session").json()["person"]["role"] == "urban" and one.get("/api/city").status_code == 200
    kept = one.cookies.get("waixian")
    assert one.delete("/api/session").status_code == 204
    assert one.get("/api/city").status_code == 401
    one.cookies.set("waixian", kept or "")
    assert one.get("/api/city").status_code == 401


def test_wrong_passwords_and_unknown_logins_are_one_answer_and_then_wait(house: Server, come: Client) -> None:
    one, said = come(), []
    for login in ("demo-reader", "nobody-here"):
        answer = one.post("/api/session", json={"login": login, "password": "not it"})
        said.append((answer.status_code, answer.json()["detail"]))
    assert said[0] == said[1] and said[0][0] == 401
    for _ in range(5):
        last = one.post("/api/session", json={"login": "nobody-here", "password": "not it"})
    assert last.status_code == 429 and "秒" in last.json()["detail"]


def test_another_site_cannot_use_the_cookie(house: Server, come: Client) -> None:
    one = come("lead")
    for headers in ({"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "", "origin": "http://elsewhere"}):
        assert one.post("/api/tokens", json={"name": "x", "may": ["see"]}, headers=headers).status_code == 403
    with httpx.Client(base_url=house.url, trust_env=False, cookies=one.cookies) as bare:
        assert bare.post("/api/tokens", json={"name": "x", "may": ["see"]}).status_code == 403


def test_a_token_reads_for_a_program_and_makes_no_tokens(house: Server, come: Client) -> None:
    one = come("planning")
    made = one.post("/api/tokens", json={"name": "夜间", "may": ["ground"], "days": 1})
    assert made.status_code == 201
    with httpx.Client(base_url=house.url, trust_env=False) as program:
        program.headers["Authorization"] = f"Bearer {made.json()['token']}"
        assert program.get("/api/city").status_code == 200 and program.get("/api/routes").status_code == 403
        assert program.post("/api/tokens", json={"name": "x", "may": ["ground"]}).status_code == 403
        assert one.delete(f"/api/tokens/{made.json()['id']}").status_code == 204
        assert program.get("/api/city").status_code == 401


# ── accounts ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_new_person_changes_the_password_first(house: Server, come: Client) -> None:
    admin, new = come("admin"), come()
    made = admin.post("/api/people", json={"login": "zhao", "name": "赵", "role": "reader"})
    assert made.status_code == 201
    given = made.json()["password"]
    assert new.post("/api/session", json={"login": "zhao", "password": given}).json()["person"]["must_change"]
    assert new.post("/api/tokens", json={"name": "x", "may": ["see"]}).status_code == 403  # no way round it
    refused = new.get("/api/city")
    assert refused.status_code == 403 and "密码" in refused.json()["detail"]
    assert new.put("/api/session/password", json={"old": given, "new": "four unrelated words"}).status_code == 204
    assert new.get("/api/city").status_code == 401
    assert new.post("/api/session", json={"login": "zhao", "password": "four unrelated words"}).status_code == 200
    assert new.get("/api/city").status_code == 200
    number = made.json()["id"]
    assert admin.patch(f"/api/people/{number}", json={"disabled": True}).json()["disabled"]
    assert new.get("/api/city").status_code == 401


def test_who_manages_sees_it_in_the_audit(house: Server, come: Client) -> None:
    admin = come("admin")
    admin.post("/api/people", json={"login": "qian", "name": "钱", "role": "utility", "company": "示范燃气"})
    first: dict[str, Any] = admin.get("/api/audit", params={"action": "person.add", "limit": 1}).json()["items"][0]
    assert (first["actor"], first["subject"], first["after"]["company"]) == ("demo-admin", "qian", "示范燃气")
    assert first["address"] == "127.0.0.1"
    checked = admin.get("/api/audit/check").json()
    assert checked["broken"] is None and checked["rows"] >= first["id"]
