"""A server of ours before an empty city, and the provider that it trusts: both as processes of their own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.houses import empty_city
from tests.provider import CLIENT, SECRET, Running, free_port, provider
from tests.servers import Server, serving


@dataclass
class Both:
    """The server and the provider."""

    server: Server
    there: Running


@contextmanager
def both_running(template_of: tuple[str, str], home: Path) -> Iterator[Both]:
    """Both, with people at the provider: urban and lead (here too), nobody (not here), gone (a reader here)."""
    port = free_port()
    own = f"http://127.0.0.1:{port}"
    with empty_city(template_of) as address, provider(f"{own}/api/session/sso/back", f"{own}/") as there:
        sso = {
            "address": own, "issuer": there.url, "client": CLIENT, "secret": SECRET, "name": "市统一身份认证",
            "role": "groups", "company": "org",
        }  # fmt: skip
        there.be(
            urban={"preferred_username": "demo-urban", "name": "示范"}, nobody={"preferred_username": "not.here"},
            gone={"preferred_username": "demo-reader"}, lead={"preferred_username": "demo-lead"},
        )  # fmt: skip
        with serving(address, home, port, sso) as server:
            yield Both(server, there)
