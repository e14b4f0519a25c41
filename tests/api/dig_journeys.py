"""A server in front of a town of many streets, and one journey for each test: a street of its own, two parties, a plan."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from layers.session import engine
from tests.api.dig_town import EVERYWHERE, DigTown, loose, on_street, street
from tests.houses import own_database
from tests.packs.places import BOUNDS, CRS
from tests.servers import Server, serving

ON = "2026-11-23"
JSON = dict[str, Any]


@dataclass
class Journey:
    """What a test is given: the server, its database, and a way to the next street that nobody has dug yet."""

    server: Server
    town: DigTown
    client: httpx.Client
    streets: Iterator[int]

    def two(self, start: str = "2026-12-01", end: str = "2026-12-18", **more: Any) -> tuple[str, str]:
        """Two works of two parties on a street of their own, 100 m in common; their ids."""
        k = next(self.streets)
        a, b = f"A{k}", f"B{k}"
        self.town.load(
            loose(a, on_street(k, 50, 250), f"甲{k}", start, end, 5, shift_days=7, **more),
            loose(b, on_street(k, 150, 350, -5), f"乙{k}", start, end, 8, shift_days=7),
        )
        self.town.rematch()
        return a, b

    def plan(self, *works: str, **more: Any) -> JSON:
        """A plan of the pairs of some works."""
        made = self.client.post("/api/plans", json={"on": ON, "scope": {"work_ids": list(works)}, **more})
        assert made.status_code == 201, made.text
        return dict(made.json())

    def asked(self, *works: str, **more: Any) -> tuple[JSON, JSON, dict[str, str]]:
        """A plan, its only dig, and the token of each party that was asked."""
        plan = self.plan(*works, **more)
        (dig,) = plan["digs"]
        sent = self.client.post(f"/api/digs/{dig['id']}/invitations", json={})
        assert sent.status_code == 201, sent.text
        return plan, dig, {one["party"]: one["token"] for one in sent.json()["invitations"]}

    def say(self, token: str, answer: str, **more: Any) -> httpx.Response:
        """An answer to the present round, unless told."""
        body = {"answer": answer, "round": self.client.get(f"/api/invitations/{token}").json().get("round", 1), **more}
        return self.client.post(f"/api/invitations/{token}", json=body)

    def dig(self, number: int) -> JSON:
        """A dig now."""
        return dict(self.client.get(f"/api/digs/{number}").json())

    def log(self, number: int) -> list[tuple[str, str | None]]:
        """(what, party) of each line of a dig's log."""
        return [(one["what"], one["party"]) for one in self.client.get(f"/api/digs/{number}/log").json()["items"]]


@pytest.fixture(scope="module")
def journey(_template: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    """One town, server and worker for the tests of a module."""
    with own_database(_template) as address:
        door = engine(address)
        try:
            town = _town(door)
            with serving(address, tmp_path_factory.mktemp("digs")) as server, _client(server) as client:
                yield Journey(server, town, client, count())
        finally:
            door.dispose()


def _client(server: Server) -> httpx.Client:
    return httpx.Client(base_url=server.url, timeout=120, trust_env=False, headers=server.headers)


def _town(door: sa.Engine) -> DigTown:
    from layers.cities import create_city

    create_city(door, "开封", CRS, BOUNDS, synthetic=True)
    town = DigTown(door)
    town._deliver("roads", street(0), coverage=EVERYWHERE)
    return town
