"""Jobs on their way: progress, cancel, and the death of the worker, of its parent, of a library that does not listen."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from api.i18n import Lang
from api.jobs.orders import KIND
from tests.api.job_tools import folder_of, lines, running, send, wait
from tests.servers import PACKS, TOP, Server


@pytest.fixture
def slow(client: httpx.Client) -> Iterator[str]:
    """A job that takes a while."""
    href = send(client, "many.geojson", lines(client, 1_500, vertices=12))
    yield href
    client.delete(href)


def test_a_running_job_tells_how_far_it_is_and_can_be_cancelled(client: httpx.Client, server: Server, slow: str) -> None:
    seen = wait(client, slow, lambda job: running(job) and job["total"])
    assert 0 <= seen["done"] <= seen["total"] and seen["phase"]["zh"] and not seen["downloads"]
    assert client.get(f"{slow}/routes.geojson").status_code == 409
    began = time.monotonic()
    assert client.delete(slow).status_code == 200
    ended = wait(client, slow)
    assert ended["state"] == "cancelled" and ended["error"] is None and time.monotonic() - began < 60
    assert client.delete(slow).json()["code"] == "conflict"
    end = time.monotonic() + 20
    while folder_of(server, slow).exists() and time.monotonic() < end:
        time.sleep(0.1)
    assert not folder_of(server, slow).exists()
    later = wait(client, send(client, "few.geojson", lines(client, 3)))  # the worker lives on, or was started again
    assert later["state"] == "done"


def test_a_waiting_job_is_cancelled_at_once(client: httpx.Client, slow: str) -> None:
    wait(client, slow, running)
    second = send(client, "few.geojson", lines(client, 3))
    assert client.get(second).json()["state"] == "queued"
    cancelled = client.delete(second).json()
    assert cancelled["state"] == "cancelled" and cancelled["phase"] == {"zh": "已取消", "en": "cancelled"}


def test_a_job_outlives_the_death_of_its_worker(client: httpx.Client, server: Server, slow: str) -> None:
    wait(client, slow, running)
    server.kill_worker()
    again = wait(client, slow, lambda job: job["state"] in ("running", "done"))
    assert again["error"] is None
    job = wait(client, slow)
    assert job["state"] == "done" and job["summary"]["rows_out"] == 1_500


def test_a_restart_gives_the_job_back_and_finishes_it(client: httpx.Client, server: Server, slow: str) -> None:
    wait(client, slow, running)
    server.stop_workers()
    assert client.get(slow).json()["state"] == "queued"
    server.start_workers()
    assert wait(client, slow)["summary"]["rows_out"] == 1_500


DEAF = """
import sys, time
from pathlib import Path
from api.jobs.loop import Loop

class Deaf(Loop):
    def _do(self, claim, teller):
        teller.phase("睡", "asleep")
        time.sleep(600)

Deaf(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])).run()
"""


def test_a_job_that_does_not_listen_is_cancelled_all_the_same(empty_database: str, engine: sa.Engine, tmp_path: Path) -> None:
    """Inside a library no step is told: the process ends itself, and the queue says what was asked for."""
    from layers import jobs

    job_id = jobs.enqueue(engine, KIND, {"folder": "x"})
    worker = subprocess.Popen([sys.executable, "-c", DEAF, empty_database, str(PACKS), str(tmp_path)], cwd=TOP)
    try:
        end = time.monotonic() + 120
        while (jobs.job(engine, job_id).phase or {}).get("en") != "asleep":
            assert worker.poll() is None and time.monotonic() < end
            time.sleep(0.1)
        jobs.cancel(engine, job_id)
        assert worker.wait(60) == 3
    finally:
        worker.kill()
        worker.wait()
    while not jobs.requeue_lost(engine):  # the server needs a moment to see that the connection is gone
        assert time.monotonic() < end
        time.sleep(0.1)
    assert jobs.job(engine, job_id).state == "cancelled"


PARENT = """
import sys, time
from pathlib import Path
from api.jobs.worker import Workers

workers = Workers(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), 2)
workers.start()
print(*workers.pids(), flush=True)
time.sleep(600)
"""


def test_workers_end_with_their_parent(empty_database: str, tmp_path: Path) -> None:
    orders = [sys.executable, "-c", PARENT, empty_database, str(PACKS), str(tmp_path)]
    with subprocess.Popen(orders, cwd=TOP, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(pids) == 2 and all(Path(f"/proc/{pid}").exists() for pid in pids)
        parent.kill()
    end = time.monotonic() + 60
    while any(alive(pid) for pid in pids):
        assert time.monotonic() < end
        time.sleep(0.1)


def alive(pid: int) -> bool:
    """Running; one that ended and is not collected yet (its parent is gone) counts as ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_failed_job_whose_worker_died_too_often_says_so(lang: Lang) -> None:
    from api.endpoints.jobs import _error
    from layers.jobs import _LOST

    said = _error(_LOST, lang)
    assert said and said["code"] == "worker_lost" and said["detail"] == _LOST[lang] and said["title"]


def test_old_folders_are_swept(tmp_path: Path) -> None:
    import os

    from api.jobs.loop import KEEP_DAYS, sweep

    for name, days in (("old", KEEP_DAYS + 1), ("young", KEEP_DAYS - 1)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "answers.csv").write_text("x")
        then = time.time() - days * 86_400
        os.utime(tmp_path / name, (then, then))
    assert sweep(tmp_path) == ["old"] and [path.name for path in tmp_path.iterdir()] == ["young"]
    assert sweep(tmp_path / "none") == []
