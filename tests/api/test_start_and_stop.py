"""Starting and stopping: a taken port is said first, Ctrl-C is quiet and never lost; only the page's own addresses are there."""

import asyncio
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from api.page import ROOMS, Page
from layers.cluster import Cluster
from tests.command_line import started

TOP = Path(__file__).parents[2]
LIGHT = "import os, signal, sys, time\nfrom api.commands import interrupt\nme = lambda: os.kill(os.getpid(), signal.SIGINT)\n"


def python(script: str) -> tuple[subprocess.CompletedProcess[str], float]:
    """A process of its own, which sends itself what a terminal would; with the seconds that it took."""
    began = time.monotonic()
    done = subprocess.run([sys.executable, "-c", LIGHT + script], cwd=TOP, capture_output=True, text=True, timeout=60)
    return done, time.monotonic() - began


def test_before_anything_is_started_an_interrupt_ends_at_once_whoever_would_catch_it() -> None:
    done, _ = python(
        "with interrupt.at_once('en'):\n try:\n  me(); time.sleep(9)\n except BaseException: pass\n print('went on')"
    )
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr.strip().splitlines() == [interrupt_line("en")]


def interrupt_line(lang: str) -> str:
    from api.commands.interrupt import LINES

    return LINES[lang]


def test_an_interrupt_that_somebody_threw_away_is_raised_again() -> None:
    lost = (
        "try:\n with interrupt.never_lost():\n  try: me(); time.sleep(9)\n  except BaseException: pass\n"
        "  time.sleep(30); print('on')\n"
    )
    done, took_s = python(lost + "except KeyboardInterrupt: print('ended')")
    assert done.stdout == "ended\n", done.stderr
    assert took_s < 10


def test_an_interrupt_that_falls_into_a_destructor_leaves_no_traceback() -> None:
    script = "class Slow:\n def __del__(self):\n  me(); time.sleep(9)\n"
    script += "try:\n with interrupt.never_lost():\n  one = Slow(); del one; time.sleep(30); print('on')\n"
    done, _ = python(script + "except KeyboardInterrupt: print('ended')")
    assert (done.stdout, done.stderr) == ("ended\n", "")


def test_the_putting_away_is_not_disturbed_by_a_second_one() -> None:
    script = (
        "try:\n with interrupt.never_lost():\n  try: me(); time.sleep(9)\n"
        "  finally:\n   me(); time.sleep(1); me(); print('put away')\n"
        "except KeyboardInterrupt: print('ended')\ntime.sleep(0.6)"
    )
    done, _ = python(script)
    assert done.stdout == "put away\nended\n", done.stderr


def test_a_request_to_end_is_unwound_like_an_interrupt() -> None:
    script = (
        "end = lambda: os.kill(os.getpid(), signal.SIGTERM)\ntry:\n with interrupt.never_lost():\n  try: end(); time.sleep(9)\n"
    )
    script += "  finally:\n   end(); time.sleep(1); print('put away')\nexcept KeyboardInterrupt: print(interrupt.code())"
    for more in ("", "signal.signal(signal.SIGINT, signal.SIG_IGN)\n"):  # in the background of a script too
        done, _ = python(more + script)
        assert done.stdout == "put away\n143\n", done.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_database_that_a_server_started_ends_with_it(number: signal.Signals) -> None:
    """``serve`` alone, in a place of its own: however it is ended, no process of it stays."""
    home = Path(tempfile.mkdtemp(prefix="waixian-stop-", dir="/var/tmp"))  # where the unprivileged server may write
    home.chmod(0o755)
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    env = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | {"WAIXIAN_HOME": str(home)}
    command = [sys.executable, TOP / "app.py", "serve", "--port", str(port)]
    child = subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True, start_new_session=True)
    try:
        for _ in range(300):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            assert child.poll() is None
            time.sleep(0.2)
        assert Cluster(home / "postgis").status().running
        child.send_signal(number)
        _, said = child.communicate(timeout=60)
        assert child.returncode == 0 and "Traceback" not in said, said
        assert Cluster(home / "postgis").status().pid is None and not (home / "postgis/data/postmaster.pid").exists()
    finally:
        child.kill()
        Cluster(home / "postgis").stop()
        shutil.rmtree(home, ignore_errors=True)


def test_what_was_asked_to_ignore_it_ignores_it() -> None:
    done, _ = python("signal.signal(signal.SIGINT, signal.SIG_IGN)\nwith interrupt.at_once('zh'):\n me()\nprint('on')")
    assert done.stdout == "on\n", done.stderr


@pytest.mark.parametrize("after_s", [0.15, 0.6, 1.2])
def test_a_start_that_is_interrupted_while_it_imports_ends_with_one_line(tmp_path: Path, after_s: float) -> None:
    env = {**os.environ, "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none", "WAIXIAN_HOME": str(tmp_path)}
    command = [sys.executable, TOP / "app.py", "demo"]
    child = subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True, start_new_session=True)
    time.sleep(after_s)
    os.killpg(child.pid, signal.SIGINT)
    _, said = child.communicate(timeout=20)
    assert child.returncode != 0 and "Traceback" not in said


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("command", [("serve",), ("demo", "--serve")])
def test_a_taken_port_is_said_first_with_the_cure(command: tuple[str, ...], lang: str, tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = started(*command, "--port", port, home=tmp_path, lang=lang)
    assert done.returncode == 2
    (line,) = done.stderr.strip().splitlines()
    assert str(port) in line and "--port" in line
    assert ("被占用" in line) is (lang == "zh")
    assert list(tmp_path.iterdir()) == []


def test_a_host_that_is_not_this_machine_is_said_too(tmp_path: Path) -> None:
    for wrong in (("--host", "192.0.2.1"), ("--port", "70000")):
        done = started("serve", *wrong, home=tmp_path)
        assert done.returncode == 2 and len(done.stderr.strip().splitlines()) == 1, done.stderr
        assert "--port" in done.stderr


# -- the page's addresses ---------------------------------------------------------------------------------------------


def answers(folder: Path, *paths: str) -> dict[str, int]:
    """What the page answers to each path."""
    page = Starlette()
    page.router.default = Page(directory=folder, check_dir=False)

    async def ask() -> dict[str, int]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=page), base_url="http://here") as client:
            return {path: (await client.get(path)).status_code for path in paths}

    return asyncio.run(ask())


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html>")
    (tmp_path / "favicon.svg").write_text("<svg/>")
    (tmp_path / "assets" / "index-1.js").write_text("1")
    return tmp_path


def test_only_the_places_and_files_of_the_page_are_there(built: Path) -> None:
    there = (
        "/",
        "/index.html",
        "/favicon.svg",
        "/assets/index-1.js",
        "/digs",
        "/digs/",
        "/digs?plan=3",
        "/invite/a-Token_1",
        "/?route=7",
    )
    assert set(answers(built, *there).values()) == {200}
    absent = (
        "/docs",
        "/redoc",
        "/admin",
        "/digs/3",
        "/invite",
        "/invite/",
        "/invite/a/b",
        "/assets",
        "/assets/none.js",
        "/api/none",
        "/x.php",
    )
    assert set(answers(built, *absent).values()) == {404}


def test_a_messenger_shows_the_same_of_every_link(built: Path) -> None:
    """Whoever gets a link forwarded learns neither place nor people, nor whether the link is good."""
    (built / "index.html").write_text("<!doctype html><html><head><title>外线通</title></head><body></body></html>", "utf-8")
    page = Starlette()
    page.router.default = Page(directory=built, check_dir=False)

    async def ask(*paths: str) -> list[httpx.Response]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=page), base_url="https://map.example") as client:
            return [await client.get(path, headers={"If-None-Match": '"x"'}) for path in paths]

    one, other, room, invited, own = asyncio.run(ask("/s/aaaa", "/s/bbbb", "/s/room", "/invite/cccc", "/"))
    assert one.content == other.content == room.content != own.content
    assert '<meta property="og:title" content="外线通 · 联合踏勘" />' in one.text and "同步开挖邀请" in invited.text
    assert 'content="https://map.example/preview.png"' in one.text and "aaaa" not in one.text and "og:" not in own.text
    assert one.headers["cache-control"] == "no-cache"


def test_a_page_that_is_not_built_says_so_at_its_own_places_alone(tmp_path: Path) -> None:
    assert answers(tmp_path / "none", "/", "/digs", "/docs") == {"/": 503, "/digs": 503, "/docs": 404}


def test_the_server_knows_every_place_that_the_page_writes_into_the_address() -> None:
    page = (TOP / "web/src/state/url.ts").read_text("utf-8")
    rooms, guest = re.search(r"ROOMS = \[(.*?)\]", page), re.search(r"GUEST_PATH = '/(\w+)/", page)
    assert rooms is not None
    assert guest is not None
    places = {
        guest[1] if room == "guest" else room for room in re.findall(r"'(\w+)'", rooms[1])
    }  # a guest's address is short: it is read aloud
    assert places == {"map", *ROOMS}
