"""Jobs are done once, survive their workers, and stop when asked."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from geo.errors import Conflict, NotFound
from layers import jobs
from layers.jobs import Cancelled

TOP = Path(__file__).parents[2]
Wait = Callable[[Callable[[], bool]], None]


def work(engine: sa.Engine, job_id: str) -> None:
    """Take the next job, which is this one, and finish it."""
    with jobs.claim(engine, ["review"]) as claim:
        assert claim is not None and claim.job.id == job_id
        claim.finish({"rows": 1})


def test_a_job_from_end_to_end(engine: sa.Engine) -> None:
    job_id = jobs.enqueue(engine, "review", {"file": "外线.shp", "rows": 3})
    waiting = jobs.job(engine, job_id)
    assert (waiting.state, waiting.params, waiting.attempt, waiting.ended) == (
        "queued",
        {"file": "外线.shp", "rows": 3},
        0,
        False,
    )
    with jobs.claim(engine, ["review"]) as claim:
        assert claim is not None
        claim.progress(1, 3, {"zh": "读取", "en": "reading"})
        claim.progress(2)
        running = jobs.job(engine, job_id)
        assert (running.state, running.done, running.total, running.phase) == ("running", 2, 3, {"zh": "读取", "en": "reading"})
        assert running.worker is not None and running.worker.endswith(f":{os.getpid()}") and running.heartbeat is not None
        claim.finish({"summary": {"exempt": 3}})
    done = jobs.job(engine, job_id)
    assert (done.state, done.result, done.ended) == ("done", {"summary": {"exempt": 3}}, True) and done.finished_at is not None


def test_oldest_first_and_only_the_kinds_asked_for(engine: sa.Engine) -> None:
    jobs.enqueue(engine, "other", {})
    first, second = (jobs.enqueue(engine, "review", {"n": n}) for n in (1, 2))
    work(engine, first)
    work(engine, second)
    with jobs.claim(engine, ["review"]) as claim:
        assert claim is None


def test_two_workers_never_take_the_same_job(engine: sa.Engine) -> None:
    ids = {jobs.enqueue(engine, "review", {"n": n}) for n in range(40)}
    taken: list[str] = []

    def worker() -> None:
        while True:
            with jobs.claim(engine, ["review"]) as claim:
                if claim is None:
                    return
                taken.append(claim.job.id)
                claim.finish({})

    with ThreadPoolExecutor(4) as pool:
        for each in [pool.submit(worker) for _ in range(4)]:
            each.result()
    assert len(taken) == 40 and set(taken) == ids


def test_a_failure_keeps_its_words(engine: sa.Engine) -> None:
    job_id = jobs.enqueue(engine, "review", {})
    with jobs.claim(engine, ["review"]) as claim:
        assert claim is not None
        claim.fail({"zh": "读不了", "en": "unreadable", "code": "unreadable_file"})
    assert jobs.job(engine, job_id).state == "failed" and (jobs.job(engine, job_id).error or {})["zh"] == "读不了"


def test_a_block_that_breaks_gives_the_job_back_but_not_for_ever(engine: sa.Engine) -> None:
    job_id = jobs.enqueue(engine, "review", {})
    for attempt in range(1, jobs.MAX_ATTEMPTS + 1):
        with pytest.raises(ZeroDivisionError), jobs.claim(engine, ["review"]) as claim:
            assert claim is not None and claim.job.attempt == attempt
            raise ZeroDivisionError
        assert jobs.job(engine, job_id).state == ("queued" if attempt < jobs.MAX_ATTEMPTS else "failed")
    given_up = jobs.job(engine, job_id)
    assert (given_up.error or {})["code"] == "worker_lost" and given_up.finished_at is not None


KILLED = """
import sys
from layers import jobs
from layers.session import engine
with jobs.claim(engine(sys.argv[1]), ["review"]) as claim:
    claim.progress(7, 10)
    print(claim.job.id, flush=True)
    sys.stdin.read()
"""


def test_a_killed_worker_loses_its_job_to_the_next(engine: sa.Engine, empty_database: str, wait_until: Wait) -> None:
    job_id = jobs.enqueue(engine, "review", {})
    child = subprocess.Popen(
        [sys.executable, "-c", KILLED, empty_database], cwd=TOP, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdin is not None and child.stdout is not None
    assert child.stdout.readline().strip() == job_id
    assert jobs.requeue_lost(engine) == []  # it is alive, however long it says nothing
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdin.close()
    child.stdout.close()
    found: list[str] = []
    wait_until(lambda: bool(found) or bool(found.extend(jobs.requeue_lost(engine))))
    assert found == [job_id] and jobs.job(engine, job_id).state == "queued"
    work(engine, job_id)
    assert (jobs.job(engine, job_id).state, jobs.job(engine, job_id).attempt) == ("done", 2)


def test_a_worker_thought_dead_can_not_spoil_the_next_ones_work(engine: sa.Engine) -> None:
    job_id = jobs.enqueue(engine, "review", {})
    with jobs.claim(engine, ["review"]) as first:
        assert first is not None
        with engine.begin() as connection:  # what requeue_lost does after the first one's connection broke
            connection.execute(sa.text("UPDATE jobs SET state = 'queued'"))
        with engine.begin() as connection:
            connection.execute(sa.text("UPDATE jobs SET state = 'running', attempt = 2"))
        with pytest.raises(Cancelled):
            first.progress(5)
        with pytest.raises(Cancelled):
            first.finish({"wrong": True})
    assert (jobs.job(engine, job_id).state, jobs.job(engine, job_id).result) == ("running", None)


def test_cancelling_a_waiting_job(engine: sa.Engine) -> None:
    job_id = jobs.enqueue(engine, "review", {})
    assert jobs.cancel(engine, job_id).state == "cancelled"
    with jobs.claim(engine, ["review"]) as claim:
        assert claim is None
    with pytest.raises(Conflict):
        jobs.cancel(engine, job_id)


def test_cancelling_a_running_job(engine: sa.Engine) -> None:
    job_id = jobs.enqueue(engine, "review", {})
    with jobs.claim(engine, ["review"]) as claim:
        assert claim is not None
        assert jobs.cancel(engine, job_id).state == "running"
        with pytest.raises(Cancelled):
            claim.progress(1)
        claim.stopped()
    assert jobs.job(engine, job_id).state == "cancelled"


def test_a_cancelled_job_whose_worker_breaks_is_cancelled(engine: sa.Engine) -> None:
    job_id = jobs.enqueue(engine, "review", {})
    with pytest.raises(Cancelled), jobs.claim(engine, ["review"]) as claim:
        assert claim is not None
        jobs.cancel(engine, job_id)
        claim.progress(1)
    assert jobs.job(engine, job_id).state == "cancelled"


@pytest.mark.parametrize("job_id", ["", "7", "no-such-job", "00000000-0000-0000-0000-000000000000", "' OR true --"])
def test_a_job_nobody_knows(engine: sa.Engine, job_id: str) -> None:
    for ask in (jobs.job, jobs.cancel):
        with pytest.raises(NotFound):
            ask(engine, job_id)


def test_listeners_hear_ids_and_nothing_else(engine: sa.Engine, empty_database: str, wait_until: Wait) -> None:
    heard: list[str] = []
    thread = threading.Thread(target=lambda: heard.extend(jobs.listen(empty_database, 4.0)))
    thread.start()
    listening = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"

    def listens() -> bool:
        with engine.connect() as connection:  # a new one each time: within a transaction the activity stands still
            return bool(connection.scalar(sa.text(listening)) == 1)

    wait_until(listens)
    job_id = jobs.enqueue(engine, "review", {"secret": "名称"})
    work(engine, job_id)
    thread.join(20)
    assert len(heard) >= 3 and set(heard) == {job_id}


def test_the_lock_does_not_stay_with_the_pool(engine: sa.Engine) -> None:
    work(engine, jobs.enqueue(engine, "review", {}))
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")) == 0
