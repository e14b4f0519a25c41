"""A plain HTTP client in front of the real server with the demo city."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest


@pytest.fixture(scope="session")
def client(server_url: str) -> Iterator[httpx.Client]:
    """Talks to the server, in Chinese unless a test says otherwise."""
    with httpx.Client(base_url=server_url, timeout=120, trust_env=False) as one:
        yield one


@pytest.fixture(scope="session")
def routes(client: httpx.Client) -> list[dict[str, Any]]:
    """The list of all stored routes."""
    items: list[dict[str, Any]] = client.get("/api/routes", params={"limit": 1000}).json()["items"]
    return items
