"""A plain HTTP client in front of the real server with the demo city."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.servers import Server


@pytest.fixture(scope="session")
def client(server: Server) -> Iterator[httpx.Client]:
    """Talks to the server with a token that may do everything, in Chinese unless a test says otherwise."""
    with httpx.Client(base_url=server.url, timeout=120, trust_env=False, headers=server.headers) as one:
        yield one


@pytest.fixture(scope="session")
def routes(client: httpx.Client) -> list[dict[str, Any]]:
    """The list of all stored routes."""
    items: list[dict[str, Any]] = client.get("/api/routes", params={"limit": 1000}).json()["items"]
    return items
