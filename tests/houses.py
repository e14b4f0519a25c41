"""A pytest plugin: cities of a module's own, for tests that change what stands there, and the people who come to them.

``house``: the server a module works with, the shared one unless the module says otherwise (``def house(demo_house)`` or
``def house(empty_house)``). ``visitors``: a client of it for each login.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import psycopg
import pytest

from tests.servers import Server, _other, serving

SAME = {"sec-fetch-site": "same-origin"}  # as a page of the server itself asks
BOUNDS = (114.26, 34.75, 114.42, 34.85)


@contextmanager
def own_database(template: tuple[str, str], demo: bool = False) -> Iterator[str]:
    """URL of a fresh copy: of an empty migrated database, or of the loaded demo city (that ``demo_database`` has made)."""
    maintenance, name = template
    own = f"waixian_own_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {own} TEMPLATE {name}{'_demo' if demo else ''} STRATEGY file_copy")
        try:
            yield _other(maintenance, own)
        finally:
            connection.execute(f"DROP DATABASE {own} WITH (FORCE)")


@contextmanager
def empty_city(template: tuple[str, str]) -> Iterator[str]:
    """URL of a database with a city in which nothing has been loaded."""
    from layers.cities import create_city
    from layers.session import engine

    with own_database(template) as address:
        database = engine(address)
        create_city(database, "示范城", "EPSG:4547", BOUNDS, synthetic=True)
        database.dispose()
        yield address


@pytest.fixture(scope="module")
def demo_house(_template: tuple[str, str], demo_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server and its worker in front of a demo city that this module may change."""
    with own_database(_template, demo=True) as address, serving(address, tmp_path_factory.mktemp("house")) as running:
        yield running


@pytest.fixture(scope="module")
def empty_house(_template: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server and its worker in front of an empty city that this module may change."""
    with empty_city(_template) as address, serving(address, tmp_path_factory.mktemp("house")) as running:
        yield running


@pytest.fixture(scope="module")
def house(server: Server) -> Server:
    """The server that this module works with."""
    return server


class Visitors:
    """A browser-like client of a server for each person: ``visitors["gas"]`` has signed in as demo-gas."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._open: dict[str, httpx.Client] = {}

    def __getitem__(self, who: str) -> httpx.Client:
        if who not in self._open:
            one = httpx.Client(base_url=self._server.url, timeout=120, trust_env=False, headers=SAME)
            one.cookies.set("waixian", self._server.secret(who))
            self._open[who] = one
        return self._open[who]

    def close(self) -> None:
        """Nobody is there any more."""
        for one in self._open.values():
            one.close()


@pytest.fixture(scope="module")
def visitors(house: Server) -> Iterator[Visitors]:
    """Whoever comes to the house."""
    everybody = Visitors(house)
    yield everybody
    everybody.close()
