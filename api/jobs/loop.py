"""One worker: takes jobs from the queue, one after another, and says how far it is."""

import logging
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import Any

import psycopg
import sqlalchemy as sa
import sqlalchemy.exc

from api.day import today
from api.digs.jobs import KINDS, Duties, do_job
from api.errors import words_of
from api.jobs.orders import KIND, Order, jobs_dir
from api.jobs.work import run_order
from api.standing import Standing
from api.stock.jobs import load_ordered
from api.stock.orders import LOAD
from api.warmth import prepare_city
from geo.errors import WaixianError
from layers import jobs
from layers.packs.choice import pack_for, pack_named
from layers.packs.read import read_packs
from layers.people.audit import Actor
from layers.people.retention import forget, retention
from layers.readers import Limits
from layers.session import engine

log = logging.getLogger("waixian.worker")
IDLE_S = 2.0  # without news for so long: look for jobs whose worker died
LOOK_S = 0.5  # how often a running job is asked whether it was cancelled
TELL_S = 0.25  # how often it reports at most
GRACE_S = 3.0  # so long may a job that is to end take to its next step
KEEP_DAYS = 30  # uploads and answers
DAY_S = 86_400.0
INTERNAL = {
    "code": "internal",
    "zh": "处理时服务器出错，已记入日志；请重试，如再次出现请告知管理员",
    "en": "something went wrong here and is in the log. Try again; if it comes back, tell the administrator",
}
NO_MEMORY = {
    "code": "no_memory",
    "zh": "内存不足：请把文件分成几个，或在内存更大的机器上用命令行 classify 处理",
    "en": "out of memory: split the file, or run classify on the command line of a larger machine",
}


class Stopping(Exception):
    """The process is to end; the job goes back into the queue."""


class Loop:
    """The worker of one database."""

    def __init__(self, database_url: str, packs_dir: Path, home: Path, default_pack: str = "") -> None:
        self._url, self._home = database_url, home
        self._engine = engine(database_url, 3)
        self._packs, self._default_pack = read_packs(packs_dir), default_pack
        self._standing = Standing(self._engine)
        self._duties = Duties(self._engine, self._standing, self._packs, default_pack)
        self._stop = Event()

    def stop(self) -> None:
        """End soon: the job that runs goes back into the queue."""
        self._stop.set()

    def run(self) -> None:
        """Until :meth:`stop`."""
        news: Iterator[str] | None = None
        warm, swept, forgot = False, 0.0, -DAY_S
        while not self._stop.is_set():
            try:
                if self._one():
                    continue
                if not warm:
                    warm = self._prepare()
                self._duties.do()
                news = news or jobs.listen(self._url, IDLE_S)
                if next(news, None) is None:
                    news = None
                    jobs.requeue_lost(self._engine)
                if time.monotonic() - swept > 3600:
                    swept = time.monotonic()
                    sweep(jobs_dir(self._home))
                if time.monotonic() - forgot > DAY_S:
                    forgot = time.monotonic()
                    forget(self._engine, Actor("system", "worker"), today(), retention())
            except (sqlalchemy.exc.OperationalError, psycopg.OperationalError) as error:
                log.warning("database: %s", error)
                news = None
                self._stop.wait(IDLE_S)
        self._engine.dispose()

    def _prepare(self) -> bool:
        """The kernel compiled and the city read, so that the first job needs not wait for it."""
        try:
            city = self._standing.city()
            prepare_city(city, pack_for(self._packs, today(), city.name))
        except Exception as error:  # no city yet, say: the job itself will tell
            log.info("not warm: %s", error)
        return True

    def _one(self) -> bool:
        """Do the oldest job that waits, if there is one."""
        with jobs.claim(self._engine, [KIND, LOAD, *KINDS]) as claim:
            if claim is None:
                return False
            folder = jobs_dir(self._home) / str(claim.job.params.get("folder", claim.job.id))
            teller = Teller(claim, self._engine, self._stop)
            with suppress(jobs.Cancelled, Stopping):  # Stopping: leaving the block without an end gives the job back
                try:
                    with teller:
                        claim.finish(self._do(claim, teller))
                except jobs.Cancelled:
                    claim.stopped()  # raises where the job has become another worker's: then its files are too
                    shutil.rmtree(folder, ignore_errors=True)
                except (Stopping, sqlalchemy.exc.OperationalError, psycopg.OperationalError):
                    raise  # not the job's fault
                except Exception as error:
                    claim.fail(_words(error, claim.job.id))
            return True

    def _do(self, claim: jobs.Claim, teller: "Teller") -> dict[str, Any]:
        teller.phase("准备", "getting ready")
        if claim.job.kind in KINDS:
            return do_job(claim.job.kind, claim.job.params, self._engine, self._standing, self._packs, teller)
        if claim.job.kind == LOAD:
            folder = jobs_dir(self._home)
            return load_ordered(claim.job.params, folder, self._engine, self._standing, self._packs, teller, self._default_pack)
        order = Order(**claim.job.params)
        city, pack = self._standing.city(), pack_named(self._packs, order.pack)
        standing = partial(self._standing.works, pack)
        return run_order(order, jobs_dir(self._home), self._engine, city, pack, Limits(wall_s=300.0), teller, standing)


def _words(error: Exception, job_id: str) -> dict[str, Any]:
    """Why it failed, in both languages; what nobody foresaw is in the log with its trace."""
    if isinstance(error, WaixianError):
        zh, en = words_of(error, "zh"), words_of(error, "en")
        both = {name: {"zh": zh[name], "en": en[name]} for name in ("title", "context")}
        return {"code": zh["code"], "zh": zh["detail"], "en": en["detail"], **both}
    log.error("job %s", job_id, exc_info=error)
    return NO_MEMORY if isinstance(error, MemoryError) else INTERNAL


class Teller:
    """Reports for a job (see :class:`api.jobs.orders.Tell`), and watches for the wish that it ends."""

    def __init__(self, claim: jobs.Claim, database: sa.Engine, stop: Event) -> None:
        self._claim, self._database, self._stop = claim, database, stop
        self._over = Event()
        self._cancelled = Event()
        self._total: int | None = None
        self._told = 0.0

    def __enter__(self) -> "Teller":
        Thread(target=self._watch, name="watch", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()

    def phase(self, zh: str, en: str, total: int | None = None) -> None:
        """A new part of the work begins; its time runs from now."""
        self._total = total
        self._check()
        self._claim.progress(0, 0 if total is None else total, {"zh": zh, "en": en, "since": f"{time.time():.3f}"})
        self._told = time.monotonic()

    def steps(self, done: int, total: int) -> None:
        """So many steps of this part are done; told at most a few times a second, and at its end."""
        self._check()
        if done < total and time.monotonic() - self._told < TELL_S:
            return
        self._claim.progress(done, total)
        self._told = time.monotonic()

    def _check(self) -> None:
        if self._stop.is_set():
            raise Stopping
        if self._cancelled.is_set():
            raise jobs.Cancelled(self._claim.job.id)

    def _watch(self) -> None:
        """Notices the wish between two reports; where the job gives no sign after that, ends the process."""
        since: float | None = None
        while not self._over.wait(LOOK_S):
            try:
                if jobs.job(self._database, self._claim.job.id).cancel:
                    self._cancelled.set()
            except (WaixianError, sqlalchemy.exc.SQLAlchemyError):
                continue  # its next report meets the same and says so
            if self._cancelled.is_set() or self._stop.is_set():
                since = since or time.monotonic()
                if time.monotonic() - since > GRACE_S and not self._over.is_set():
                    log.warning("job %s does not stop: the process ends", self._claim.job.id)
                    os._exit(3)


def sweep(folder: Path) -> list[str]:
    """Remove uploads and answers that nobody touched for :data:`KEEP_DAYS`; the names of those that went."""
    if not folder.is_dir():
        return []
    old = [one for one in folder.iterdir() if time.time() - one.stat().st_mtime > KEEP_DAYS * 86_400]
    for one in old:
        shutil.rmtree(one, ignore_errors=True)
    return [one.name for one in old]
