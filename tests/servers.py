"""A pytest plugin: the demo city in a database, and a real server (with its worker) in front of it.

``demo_database``: URL of a copy of the loaded demo city. ``server``: the running pair, ``server_url``: its address.
Loading takes a while, so it happens once a run, into a database that every worker of the run copies.
"""

import fcntl
import json
import os
import shutil
import signal
import ssl
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.provider import free_port

if TYPE_CHECKING:
    from api.jobs.worker import Workers

TOP = Path(__file__).parent.parent
PACKS, WEB = TOP / "data" / "packs", TOP / "web" / "dist"
ON = "2026-11-22"  # the day on which the demo's stored routes were judged
RUN_FOLDERS = Path("/var/tmp")  # what a run makes for all its workers; the unprivileged database server must reach it
MOST_BYTES = 8 << 20  # small enough to be passed in a test
PASSWORDS: dict[str, str] = {}  # of the demo people of a database: a second server in front of it must not shut the first one out


@dataclass
class Server:
    """The web server, and the workers beside it as ``serve`` keeps them."""

    url: str
    database: str
    home: Path
    workers: "Workers | None" = None
    pid: int = 0  # of the web server
    headers: dict[str, str] = field(default_factory=dict)  # of a program that may do everything

    def secret(self, role: str = "admin") -> str:
        """The cookie of somebody of a role who has just signed in; a session of its own each time."""
        from layers.people.accounts import people
        from layers.people.sessions import sign_in
        from layers.session import engine

        database = engine(self.database)
        try:
            login = next(one["login"] for one in people(database) if one["login"] == f"demo-{role}")
            made = sign_in(database, login, (self.home / "password").read_text("utf-8"), "tests", "a test").secret
        finally:
            database.dispose()
        assert made is not None
        return made

    def start_workers(self) -> None:
        """Start one worker, and start it again whenever it dies."""
        from api.jobs.worker import Workers

        assert self.workers is None
        self.workers = Workers(self.database, PACKS, self.home)
        self.workers.start()

    def stop_workers(self) -> None:
        """End it as Ctrl-C does."""
        assert self.workers is not None
        self.workers.stop()
        self.workers = None

    def kill_worker(self) -> None:
        """End the worker process without a word of warning."""
        assert self.workers is not None
        (pid,) = self.workers.pids()
        os.kill(pid, signal.SIGKILL)


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the demo city, written once a run; each worker of the run has its own copy."""
    from layers.demo import write_demo

    written = RUN_FOLDERS / f"waixian-test-{os.environ['WAIXIAN_TEST_RUN']}-demo" / "city"
    written.parent.mkdir(exist_ok=True)
    with written.with_name("lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the first worker writes it
        if not written.exists():
            (begun := written.with_name("begun")).mkdir()
            write_demo(begun)
            begun.rename(written)
    return Path(shutil.copytree(written, tmp_path_factory.mktemp("demo"), dirs_exist_ok=True))


@pytest.fixture(scope="session")
def demo_database(_template: tuple[str, str], request: pytest.FixtureRequest) -> Iterator[str]:
    """URL of a database with the demo city, its rasters and its judged routes, for this worker of the run alone."""
    import psycopg

    maintenance, template = _template
    loaded, own = f"{template}_demo", f"waixian_demo_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(hashtext('waixian test demo'))")
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [loaded]).fetchone():
            connection.execute(f"DROP DATABASE IF EXISTS {loaded}_new WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {loaded}_new TEMPLATE {template} STRATEGY file_copy")
            _load(_other(maintenance, f"{loaded}_new"), request.getfixturevalue("demo_folder"))
            connection.execute(f"ALTER DATABASE {loaded}_new RENAME TO {loaded}")
        connection.execute(f"CREATE DATABASE {own} TEMPLATE {loaded} STRATEGY file_copy")
        connection.execute("SELECT pg_advisory_unlock(hashtext('waixian test demo'))")
        yield _other(maintenance, own)
        connection.execute(f"DROP DATABASE {own} WITH (FORCE)")


def _other(url: str, database: str) -> str:
    from sqlalchemy.engine import make_url

    return make_url(url).set(database=database).render_as_string(hide_password=False)


def _load(url: str, folder: Path) -> None:
    """As ``app.py demo`` does."""
    from datetime import date

    import sqlalchemy as sa

    from api.commands.load import judge_stored, load_city
    from api.digs.rematch import rematch
    from layers.deliveries import Delivery, file_sha256, load_layer
    from layers.packs.read import read_packs
    from layers.queries import city as stored_city
    from layers.readers import read_routes
    from layers.session import engine

    place = RUN_FOLDERS / f"waixian-test-{os.environ['WAIXIAN_TEST_RUN']}" / "rasters"
    database = engine(url)
    try:
        city = load_city(database, folder, place)
        file = folder / "routes.shp"
        read = read_routes(file, work_crs=city.work_crs, bounds=city.bounds)
        delivery = Delivery("synthetic", sha256=file_sha256(file), file_name=file.name)
        load_layer(database, "routes", read.frame, delivery, None, read.spans)
        with database.begin() as connection:  # that day stands for the filing of routes that state none
            connection.execute(sa.text("UPDATE deliveries SET loaded_at = :noon"), {"noon": f"{ON} 12:00+08"})
        pack = min(read_packs(PACKS).values(), key=lambda pack: pack.id)
        judge_stored(database, pack, on=date.fromisoformat(ON))
        rematch(database, stored_city(database), pack)
    finally:
        database.dispose()


@pytest.fixture(scope="session")
def server(demo_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server and its worker on a random loopback port, the city warm."""
    with serving(demo_database, tmp_path_factory.mktemp("home")) as running:
        yield running


@contextmanager
def serving(
    database: str,
    home: Path,
    port: int = 0,
    sso: dict[str, str] | None = None,
    tianditu: dict[str, str] | None = None,
    ice: tuple[str, str] = ("", ""),
    tls: tuple[str, str] | None = None,
    links_only: bool = False,
    host: str = "127.0.0.1",
    behind: str = "",
) -> Iterator[Server]:
    """A server and its worker in front of a database that holds a city. ``sso``: settings of single sign-on;
    ``tianditu``: of a background from outside; ``ice``: a survey's relay and its secret; ``tls``: a certificate and its key.
    ``links_only``: the public edge of a house that stands already, in its own role of the database, without a worker.
    ``host``: where it listens; ``behind``: the proxy that is believed what it says of who asks."""
    port = port or free_port()
    order = {"database_url": database, "home": str(home), "port": port, "sso": sso, "tianditu": tianditu, "ice": ice, "tls": tls}
    order |= {"links_only": links_only, "host": host}
    log = (home / ("edge.log" if links_only else "server.log")).open("wb")
    web = subprocess.Popen(
        [sys.executable, "-m", "tests.servers"],
        stdin=subprocess.PIPE,
        stdout=log,
        stderr=log,
        cwd=TOP,
        env={**os.environ, **({"FORWARDED_ALLOW_IPS": behind} if behind else {})},
    )
    assert web.stdin is not None
    web.stdin.write(json.dumps(order).encode())
    web.stdin.close()
    running = Server(f"{'https' if tls else 'http'}://{host}:{port}", database, home, pid=web.pid)
    if not links_only:
        _people(running)
    try:
        _wait(running, web, "/s/room" if links_only else "/api/city")
        if not links_only:
            running.start_workers()
        yield running
    finally:
        web.terminate()
        web.wait(60)
        log.close()
        if running.workers:
            running.stop_workers()


def _people(running: Server) -> None:
    """One of each office, and the token of one who may do everything."""
    from layers.people.accounts import by_login, demo_people, person_of
    from layers.people.sessions import make_token
    from layers.session import engine, prepare

    database = engine(running.database)
    try:
        prepare(database)
        PASSWORDS[running.database] = demo_people(database, PASSWORDS.get(running.database, ""))
        (running.home / "password").write_text(PASSWORDS[running.database], "utf-8")
        person = person_of(by_login(database, "demo-admin"))
        _, token = make_token(database, person, "tests", sorted(person.may), 365, "")
    finally:
        database.dispose()
    running.headers["Authorization"] = f"Bearer {token}"


def _wait(running: Server, web: "subprocess.Popen[bytes]", path: str) -> None:
    """Until the server answers; what it said where it ended instead."""
    end = time.monotonic() + 120
    context = ssl._create_unverified_context() if running.url.startswith("https") else None  # it signs itself
    while True:
        try:
            asked = urllib.request.Request(f"{running.url}{path}", headers=running.headers)
            with urllib.request.urlopen(asked, timeout=60, context=context) as answer:
                assert answer.status == 200
                return
        except OSError as error:
            said = "".join(log.read_text("utf-8", "replace") for log in running.home.glob("*.log"))
            assert web.poll() is None and time.monotonic() < end, f"{error}\n{said}"
            time.sleep(0.1)


@pytest.fixture(scope="session")
def server_url(server: Server) -> str:
    """The address of the server, without a slash at the end."""
    return server.url


def _serve() -> None:
    """The server process: its orders come on stdin."""
    import uvicorn

    from api.app import create_app
    from api.settings import Settings
    from api.sso.settings import SingleSignOn
    from api.survey.ice import Ice
    from api.tianditu import Tianditu
    from layers.rights.edge import in_role

    order = json.load(sys.stdin)
    sso = SingleSignOn(**order["sso"]) if order["sso"] else None
    tianditu = Tianditu(**order["tianditu"]) if order["tianditu"] else None
    settings = Settings(
        in_role(order["database_url"]) if order["links_only"] else order["database_url"],
        PACKS,
        Path(order["home"]),
        WEB,
        max_upload_bytes=MOST_BYTES,
        sso=sso,
        tianditu=tianditu,
        ice=Ice.read(*order["ice"]),
        links_only=order["links_only"],
    )
    certificate, key = order["tls"] or (None, None)
    uvicorn.run(
        create_app(settings),
        host=order["host"],
        port=order["port"],
        log_level="warning",
        ssl_certfile=certificate,
        ssl_keyfile=key,
    )


if __name__ == "__main__":
    _serve()
