"""``serve``: the map and the API, with the worker that does the jobs beside it; Ctrl-C ends both."""

import argparse
from pathlib import Path
from typing import Any

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
from layers.session import engine, prepare

ROOT = Path(__file__).resolve().parents[2]


def application(house: House) -> Any:
    """The ASGI application of this installation. The database must be running."""
    return create_app(settings(house, house.database_url or house.cluster.dsn("waixian")))


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
    )


def serve(house: House, asked: argparse.Namespace) -> int:
    """Serve until Ctrl-C. What this command started ends with it; a database that ran before stays."""
    if house.sso is not None:
        house.sso.check()
    if house.tianditu is not None:
        house.tianditu.check()
    free(asked.host, asked.port)
    with house.database_address() as address:
        _ready(address)
        workers = Workers(address, house.packs, house.place, max(1, asked.workers), house.default_pack)
        workers.start()
        try:
            say(f"外线通 http://{asked.host}:{asked.port}  （Ctrl-C 结束 / ends it）")
            uvicorn.run(
                "app:asgi",
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
            workers.stop()
    return 0


def _ready(address: str) -> None:
    door = engine(address)
    try:
        prepare(door)
        first_door(door)
    finally:
        door.dispose()
