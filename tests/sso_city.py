"""A server of ours before an empty city, and the provider that it trusts: both as processes of their own."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.provider import CLIENT, SECRET, Running, free_port, provider
from tests.servers import Server, _other, serving

BOUNDS = (114.26, 34.75, 114.42, 34.85)


@dataclass
class Both:
    """The server and the provider."""

    server: Server
    there: Running


@contextmanager
def both_running(template_of: tuple[str, str], home: Path) -> Iterator[Both]:
    """Both, with people at the provider: urban and lead (here too), nobody (not here), gone (a reader here)."""
    from layers.cities import create_city
    from layers.session import engine

    maintenance, template = template_of
    name, port = f"waixian_sso_{uuid.uuid4().hex[:12]}", free_port()
    address = f"http://127.0.0.1:{port}"
    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        database = engine(_other(maintenance, name))
        create_city(database, "示范城", "EPSG:4547", BOUNDS, synthetic=True)
        database.dispose()
        with provider(f"{address}/api/session/sso/back", f"{address}/") as there:
            sso = {
                "address": address, "issuer": there.url, "client": CLIENT, "secret": SECRET, "name": "市统一身份认证",
                "role": "groups", "company": "org",
            }  # fmt: skip
            there.be(
                urban={"preferred_username": "demo-urban", "name": "示范"}, nobody={"preferred_username": "not.here"},
                gone={"preferred_username": "demo-reader"}, lead={"preferred_username": "demo-lead"},
            )  # fmt: skip
            with serving(_other(maintenance, name), home, port, sso) as server:
                yield Both(server, there)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
