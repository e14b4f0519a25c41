"""``serve``: the map and the API, with the worker that does the jobs beside it; Ctrl-C ends both."""

import argparse
import subprocess
import sys
from typing import Any

import uvicorn

from api.app import create_app
from api.commands.house import House
from api.commands.terminal import say
from api.settings import Settings


def application(house: House) -> Any:
    """The ASGI application of this installation. The database must be running."""
    return create_app(settings(house, house.database_url or house.cluster.dsn("waixian")))


def settings(house: House, database_url: str) -> Settings:
    """What the server is told."""
    return Settings(database_url, house.packs, house.place, house.web if house.web.is_dir() else None, house.default_pack)


def serve(house: House, asked: argparse.Namespace) -> int:
    """Serve until Ctrl-C. What this command started ends with it; a database that ran before stays."""
    with house.database():
        worker = subprocess.Popen([sys.executable, "-m", "api.worker_main"]) if False else None
        try:
            say(f"外线通 http://{asked.host}:{asked.port}  （Ctrl-C 结束 / ends it）")
            uvicorn.run("app:asgi", factory=True, host=asked.host, port=asked.port, workers=asked.workers, log_level="warning")
        finally:
            if worker:
                worker.terminate()
    return 0
