"""A demo city of one's own for tests of the review, which change it: a copy of the loaded one, and a server in front of it."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import psycopg
import pytest

from tests.servers import Server, _other, serving

SAME = {"sec-fetch-site": "same-origin"}


@contextmanager
def own_city(template: tuple[str, str]) -> Iterator[str]:
    """URL of a fresh copy of the loaded demo city (``demo_database`` has seen to it that there is one)."""
    maintenance, name = template
    own = f"waixian_review_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {own} TEMPLATE {name}_demo STRATEGY file_copy")
        yield _other(maintenance, own)
        connection.execute(f"DROP DATABASE {own} WITH (FORCE)")


@pytest.fixture(scope="module")
def office(_template: tuple[str, str], demo_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server and its worker in front of a city that this module may change."""
    with own_city(_template) as address, serving(address, tmp_path_factory.mktemp("office")) as running:
        yield running


class Desk:
    """Somebody of a role at work."""

    def __init__(self, server: Server, role: str) -> None:
        self.web = httpx.Client(base_url=server.url, timeout=120, trust_env=False, headers=SAME)
        self.web.cookies.set("waixian", server.secret(role))
        self.name = self.web.get("/api/session").json()["person"]["name"]

    def queue(self, **asked: object) -> dict:
        """A page of the queue, long enough for the whole demo."""
        answer = self.web.get("/api/queue", params={"limit": 500, **asked})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def item(self, route: int) -> dict:
        """One item of the queue."""
        answer = self.web.get(f"/api/queue/{route}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def do(self, route: int, what: str, **body: object) -> httpx.Response:
        """An act on an item."""
        return self.web.post(f"/api/queue/{route}/{what}", json=body or None)

    def decide(self, route: int, decision: str = "approve", **more: object) -> httpx.Response:
        """All of one's items, or those named, under one's own name."""
        return self.do(route, "decisions", **{"decision": decision, "signed_name": self.name, **more})
