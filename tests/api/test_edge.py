"""The public edge: what links open is there, everything else is not, whoever asks."""

import asyncio
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.app import create_app
from api.commands.serve import _origin
from api.edge import is_open
from api.settings import Settings
from geo.errors import BadInput
from tests.servers import PACKS, Server

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD")


Answers = dict[tuple[str, str], httpx.Response]


def asked(house: Server, folder: Path, *asks: tuple[str, str], headers: Mapping[str, str]) -> Answers:
    """What the edge of a house answers."""
    web = folder / "dist"
    web.mkdir(exist_ok=True)
    (web / "index.html").write_text("<!doctype html><html><head></head></html>", "utf-8")
    (web / "preview.png").write_bytes(b"png")
    app = create_app(Settings(house.database, PACKS, house.home, web, links_only=True))

    async def ask() -> Answers:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="https://map.example", headers=dict(headers)) as client:
            return {(verb, path): await client.request(verb, path) for verb, path in asks}

    try:
        return asyncio.run(ask())
    finally:
        app.state.house.close()


@pytest.fixture(scope="module")
def operations(house: Server) -> list[str]:
    """Every address of the house, as if the numbers in it were real."""
    document: dict[str, Any] = httpx.get(
        f"{house.url}/api/openapi.json", headers=house.headers, timeout=120, trust_env=False
    ).json()
    return [re.sub(r"{[^}]+}", "1", path) for path in document["paths"]]


def test_nothing_of_the_house_is_there_even_for_its_administrator(house: Server, operations: list[str], tmp_path: Path) -> None:
    closed = [path for path in operations if not path.startswith(("/api/guest", "/api/invitations/"))]
    assert len(closed) > 100
    places = ["/", "/review", "/digs", "/survey", "/data", "/docs", "/api/openapi.json", "/api/session", "/index.html", "/x"]
    for headers in (house.headers, {"Cookie": f"waixian={house.secret('admin')}"}):
        told = asked(house, tmp_path, *((verb, path) for path in [*closed, *places] for verb in METHODS), headers=headers)
        assert {each: answer.status_code for each, answer in told.items() if answer.status_code != 404} == {}
        bodies = {answer.content for (verb, _), answer in told.items() if verb == "GET"}
        assert len(bodies) == 1  # what is there in the house is told apart from what is nowhere by nothing


def test_what_links_open_is_there(house: Server, tmp_path: Path) -> None:
    paths = ("/s/abc", "/s/room", "/invite/abc", "/preview.png", "/api/guest", "/api/invitations/" + "x" * 43)
    told = asked(house, tmp_path, *(("GET", path) for path in paths), headers={"Cookie": f"waixian={house.secret('admin')}"})
    codes = {path: answer.status_code for (_, path), answer in told.items()}
    assert {path: code for path, code in codes.items() if not path.startswith("/api/")} == {
        "/s/abc": 200, "/s/room": 200, "/invite/abc": 200, "/preview.png": 200,
    }  # fmt: skip
    problem = told["GET", "/api/guest"].json()
    assert problem["code"] == "dead_link"  # nobody's cookie: the house's own accounts are no guests


@pytest.mark.parametrize(
    "path", ["/s/../review", "/api/guest/../city", "/api/guests", "/assets/..", "/api/guest/..", "/S/abc", "//s/abc"]
)
def test_addresses_that_climb_or_look_alike_are_closed(path: str) -> None:
    assert not is_open(path)


USELESS = ("map.example", "ftp://map.example", "https://map.example/path", "https://", "https://map.example?x=1")


@pytest.mark.parametrize("text", USELESS)
def test_a_public_address_that_cannot_be_used_is_refused_at_the_start(text: str) -> None:
    with pytest.raises(BadInput, match="WAIXIAN_PUBLIC_URL"):
        _origin(text)


def test_a_public_address_has_no_slash_at_its_end() -> None:
    assert [_origin(text) for text in ("", "https://map.example/", "http://127.0.0.1:8443")] == [
        "", "https://map.example", "http://127.0.0.1:8443",
    ]  # fmt: skip
