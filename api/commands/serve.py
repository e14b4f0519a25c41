"""``serve``: the map and the API, with the worker that does the jobs beside it; Ctrl-C ends both."""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import uvicorn

from api.app import create_app
from api.commands import interrupt
from api.commands.address import free
from api.commands.house import House
from api.commands.people import door as first_door
from api.commands.terminal import say
from api.jobs.worker import Workers
from api.settings import Settings
from api.survey.ice import Ice
from geo.errors import BadInput
from layers.rights.edge import edge_address
from layers.session import engine, prepare

ROOT = Path(__file__).resolve().parents[2]


def application(house: House, links_only: bool = False) -> Any:
    """The ASGI application of this installation, or its public edge. The database must be running."""
    address = house.database_url or house.cluster.dsn("waixian")
    return create_app(replace(settings(house, _edge(address) if links_only else address), links_only=links_only))


def _edge(address: str) -> str:
    """The database as the edge reaches it. Raises Unavailable where that would show it pipes."""
    door = engine(address)
    try:
        return edge_address(door)
    finally:
        door.dispose()


def settings(house: House, database_url: str) -> Settings:
    """What the server is told."""
    web = house.web if house.web.is_dir() else None
    return Settings(
        database_url,
        house.packs,
        house.place,
        web,
        house.default_pack,
        sso=house.sso,
        tianditu=house.tianditu,
        ice=Ice.read(*house.ice),
        public_url=_origin(house.public_url),
    )


def _origin(text: str) -> str:
    """The public address without its last slash. Raises BadInput where it is more or less than scheme and host."""
    told = urlsplit(text)
    if text and (told.scheme not in ("http", "https") or not told.netloc or told.path not in ("", "/") or told.query):
        raise BadInput(
            why_zh=f"WAIXIAN_PUBLIC_URL：{text} 不可用；应为 https://主机[:端口]，不带路径",
            why_en=f"WAIXIAN_PUBLIC_URL: {text} cannot be used; write https://host[:port], without a path",
        )
    return text.rstrip("/")


def serve(house: House, asked: argparse.Namespace) -> int:
    """Serve until Ctrl-C. What this command started ends with it; a database that ran before stays."""
    if house.sso is not None:
        house.sso.check()
    if house.tianditu is not None:
        house.tianditu.check()
    settings(house, "")  # what cannot be used is told before anything starts
    free(asked.host, asked.port)
    with house.database_address() as address:
        if asked.links_only:
            _edge(address)  # told before anything starts
            # its tables and first account are the house's business, and so are its jobs
            return _run(asked, "app:edge", None)
        _ready(address)
        workers = Workers(address, house.packs, house.place, max(1, asked.workers), house.default_pack)
        workers.start()
        return _run(asked, "app:asgi", workers)


def _run(asked: argparse.Namespace, application: str, workers: Workers | None) -> int:
    try:
        say(f"外线通 http://{asked.host}:{asked.port}  （Ctrl-C 结束 / ends it）")
        uvicorn.run(
            application,
            factory=True,
            host=asked.host,
            port=asked.port,
            workers=asked.workers,
            log_level="warning",
            app_dir=str(ROOT),
        )
    except SystemExit:  # how the web server says that it did not come up
        if not interrupt.came():
            return 2
        raise KeyboardInterrupt from None
    finally:
        interrupt.settled()  # the web server takes Ctrl-C as its end: what follows is the putting away
        if workers is not None:
            workers.stop()
    return 0


def _ready(address: str) -> None:
    door = engine(address)
    try:
        prepare(door)
        first_door(door)
    finally:
        door.dispose()
