"""Work that outlives the process that does it: a queue in Postgres.

A worker that takes a job holds a lock of the database's for as long as it works. The lock goes with its connection,
however the worker ends, so a job that is "running" without that lock has lost its worker and is queued again
(:func:`requeue_lost`): no clock decides who is dead. Each taking counts as an attempt, and only the latest attempt may
report, so a worker that was thought dead and comes back can spoil nothing.
"""

import contextlib
import os
import socket
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg import sql
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import Jsonb

from geo.errors import Conflict, NotFound
from layers.copying import driver
from layers.people.audit import Actor, note
from layers.rights.scope import Scope

CHANNEL = "waixian_jobs"  # NOTIFY carries a job's id and nothing else
MAX_ATTEMPTS = 3
_ENDED = ("done", "failed", "cancelled")
_LOST = {
    "zh": f"处理进程 {MAX_ATTEMPTS} 次中断，任务已停止",
    "en": f"the worker died {MAX_ATTEMPTS} times over it; it was given up",
    "code": "worker_lost",
}


@dataclass(frozen=True)
class Job:
    """A job as it stood when it was read. ``phase`` and ``error`` hold words {zh, en}; times are UTC."""

    id: str
    kind: str
    state: str
    params: dict[str, Any]
    done: int
    total: int | None
    phase: dict[str, Any] | None
    result: dict[str, Any] | None
    error: dict[str, Any] | None
    attempt: int
    worker: str | None
    cancel: bool
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    heartbeat: datetime | None
    person: int | None
    company: int | None

    @property
    def ended(self) -> bool:
        """Nothing more will happen to it."""
        return self.state in _ENDED


_COLUMNS = sql.SQL(", ").join(sql.Identifier(each.name) for each in fields(Job))


class Cancelled(Exception):
    """Somebody asked for the job to stop, or it is no longer this worker's: leave it and clean up."""


class Claim:
    """A job that this process works on. Report through it; :meth:`progress` raises Cancelled when it is time to stop."""

    def __init__(self, connection: "psycopg.Connection[Any]", job: Job) -> None:
        self._connection = connection
        self.job = job

    def progress(self, done: int, total: int | None = None, phase: Mapping[str, str] | None = None) -> None:
        """How far it is; also the sign of life. Raises Cancelled."""
        change = sql.SQL("done = %s, total = coalesce(%s, total), phase = coalesce(%s, phase), heartbeat = now()")
        row = self._change(change, [done, total, None if phase is None else Jsonb(dict(phase))])
        if row is None or row["cancel"]:
            raise Cancelled(self.job.id)

    def finish(self, result: Mapping[str, Any]) -> None:
        """It is done. Raises Cancelled where it is not ours any more."""
        self._end("done", result=Jsonb(dict(result)))

    def fail(self, error: Mapping[str, Any]) -> None:
        """It can not be done: words {zh, en} and whatever else the reader may need."""
        self._end("failed", error=Jsonb(dict(error)))

    def stopped(self) -> None:
        """It was cancelled and has been cleaned up."""
        self._end("cancelled")

    def _end(self, state: str, **values: Any) -> None:
        sets: list[sql.Composable] = [sql.SQL("state = %s, finished_at = now(), heartbeat = now()")]
        sets += [sql.SQL("{} = %s").format(sql.Identifier(name)) for name in values]
        if self._change(sql.SQL(", ").join(sets), [state, *values.values()]) is None:
            raise Cancelled(self.job.id)

    def _change(self, sets: sql.Composable, values: Sequence[Any]) -> DictRow | None:
        query = sql.SQL("UPDATE jobs SET {} WHERE id = %s AND attempt = %s AND state = 'running' RETURNING id, cancel").format(
            sets
        )
        with self._connection.transaction(), self._connection.cursor(row_factory=dict_row) as cursor:
            row = cursor.execute(query, [*values, self.job.id, self.job.attempt]).fetchone()
            _notify(cursor, self.job.id)
        return row


@dataclass(frozen=True)
class Owner:
    """Who begins a job: ids of a person and of their company, and how the audit names them."""

    actor: Actor
    person: int | None = None
    company: int | None = None


def enqueue(engine: sa.Engine, kind: str, params: Mapping[str, Any], owner: Owner | None = None) -> str:
    """Put a job in the queue; its id. Without an ``owner`` it is the system's own."""
    whose = owner or Owner(Actor("system"))
    with engine.begin() as connection, driver(connection).cursor() as cursor:
        row = cursor.execute(
            "INSERT INTO jobs (kind, params, person, company) VALUES (%s, %s, %s, %s) RETURNING id",
            [kind, Jsonb(dict(params)), whose.person, whose.company],
        ).fetchone()
        assert row is not None
        if owner is not None:
            told = {"kind": kind, **{name: params[name] for name in ("pack", "on", "plan") if params.get(name)}}
            note(connection, owner.actor, "job.begin", str(row[0]), None, told)
        _notify(cursor, row[0])
        return str(row[0])


def _seen(scope: Scope | None) -> tuple[sql.Composable, list[Any]]:
    """Which jobs somebody sees: of a city-wide office all, of a company those of its people, else one's own."""
    if scope is None or scope.reach == "city":
        return sql.SQL("true"), []
    if scope.reach == "company" and scope.company:
        return sql.SQL("(company = %s OR person = %s)"), [scope.company, scope.person]
    return sql.SQL("person = %s"), [scope.person]


def listed(engine: sa.Engine, scope: Scope, kinds: Sequence[str], limit: int) -> list[Job]:
    """The newest jobs of these kinds that somebody sees."""
    which, given = _seen(scope)
    newest = sql.SQL("SELECT {} FROM jobs WHERE kind = ANY(%s) AND {} ORDER BY created_at DESC, id LIMIT %s")
    query = newest.format(_COLUMNS, which)
    with engine.connect() as connection, driver(connection).cursor(row_factory=dict_row) as cursor:
        return [_job(row) for row in cursor.execute(query, [list(kinds), *given, limit]).fetchall()]


def job(engine: sa.Engine, job_id: str, scope: Scope | None = None) -> Job:
    """The job now. Raises NotFound, also for what is no job id at all, and for a job that ``scope`` does not reach."""
    which, given = _seen(scope)
    with engine.connect() as connection, driver(connection).cursor(row_factory=dict_row) as cursor:
        query = sql.SQL("SELECT {} FROM jobs WHERE id::text = %s AND {}").format(_COLUMNS, which)
        row = cursor.execute(query, [job_id, *given]).fetchone()
    if row is None:
        raise NotFound(what_zh="任务", what_en="job", id=job_id[:100])
    return _job(row)


def newest(engine: sa.Engine, kind: str, limit: int) -> list[Job]:
    """The jobs of a kind, the newest first."""
    query = sql.SQL("SELECT {} FROM jobs WHERE kind = %s ORDER BY created_at DESC, id LIMIT %s").format(_COLUMNS)
    with engine.connect() as connection, driver(connection).cursor(row_factory=dict_row) as cursor:
        return [_job(row) for row in cursor.execute(query, [kind, limit]).fetchall()]


@contextlib.contextmanager
def claim(engine: sa.Engine, kinds: Sequence[str]) -> Iterator[Claim | None]:
    """Take the oldest waiting job of these kinds for the length of the block, or None where none waits.

    The block ends the job by ``finish``, ``fail`` or ``stopped``; a block that raises or leaves without doing so gives
    the job back to the queue. It keeps one connection of the pool.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as held:
        connection = driver(held)
        taken = _take(connection, kinds)
        if taken is None:
            yield None
            return
        try:
            yield Claim(connection, taken)
        finally:
            try:
                _give_back(connection, taken)
            except psycopg.Error:  # a connection that may still hold the lock must not go back to the pool
                held.invalidate()


def _take(connection: "psycopg.Connection[Any]", kinds: Sequence[str]) -> Job | None:
    query = sql.SQL(
        "UPDATE jobs SET state = 'running', attempt = attempt + 1, worker = %s, started_at = now(), heartbeat = now(), done = 0"
        " WHERE id = (SELECT id FROM jobs WHERE state = 'queued' AND kind = ANY(%s) ORDER BY created_at, id LIMIT 1"
        " FOR UPDATE SKIP LOCKED) RETURNING {}"
    ).format(_COLUMNS)
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(query, [f"{socket.gethostname()}:{os.getpid()}", list(kinds)]).fetchone()
        if row is None:
            return None
        # In the same transaction: nobody ever sees it running without its lock.
        cursor.execute(f"SELECT pg_advisory_lock({_LOCK})", [row["id"]])
        _notify(cursor, row["id"])
        return _job(row)


def _give_back(connection: "psycopg.Connection[Any]", taken: Job) -> None:
    with connection.cursor() as cursor:
        ours = {"most": MAX_ATTEMPTS, "lost": Jsonb(_LOST), "id": taken.id, "attempt": taken.attempt}
        cursor.execute(_REQUEUE + " AND attempt = %(attempt)s", ours)
        cursor.execute(f"SELECT pg_advisory_unlock({_LOCK})", [taken.id])
        _notify(cursor, taken.id)


_LOCK = "hashtextextended(%s::text, 0)"
# Back to the queue, or given up after so many workers; cancelled where that was asked.
_REQUEUE = (
    "UPDATE jobs SET state = CASE WHEN cancel THEN 'cancelled' WHEN attempt >= %(most)s THEN 'failed' ELSE 'queued' END,"
    " error = CASE WHEN NOT cancel AND attempt >= %(most)s THEN %(lost)s ELSE error END,"
    " finished_at = CASE WHEN cancel OR attempt >= %(most)s THEN now() END, worker = NULL"
    " WHERE state = 'running' AND id = %(id)s"
)


def requeue_lost(engine: sa.Engine) -> list[str]:
    """Put jobs whose worker is gone back into the queue; their ids. Call it at the start and now and then."""
    lost: list[str] = []
    with engine.begin() as connection, driver(connection).cursor() as cursor:
        running = cursor.execute("SELECT id FROM jobs WHERE state = 'running' FOR UPDATE SKIP LOCKED").fetchall()
        for (job_id,) in running:
            free = cursor.execute(f"SELECT pg_try_advisory_xact_lock({_LOCK})", [job_id]).fetchone()
            if free is not None and free[0]:
                cursor.execute(_REQUEUE, {"most": MAX_ATTEMPTS, "lost": Jsonb(_LOST), "id": job_id})
                _notify(cursor, job_id)
                lost.append(str(job_id))
    return lost


def cancel(engine: sa.Engine, job_id: str, actor: Actor | None = None) -> Job:
    """Ask for a job to stop: a waiting one is cancelled at once, a running one when it next reports.

    Raises NotFound; Conflict where it has ended already."""
    before = job(engine, job_id)
    query = (
        "UPDATE jobs SET cancel = true, state = CASE WHEN state = 'queued' THEN 'cancelled' ELSE state END,"
        " finished_at = CASE WHEN state = 'queued' THEN now() END WHERE id = %s AND state IN ('queued', 'running')"
    )
    with engine.begin() as connection, driver(connection).cursor() as cursor:
        changed = cursor.execute(query, [before.id]).rowcount
        if changed and actor is not None:
            note(connection, actor, "job.cancel", before.id, {"state": before.state})
        _notify(cursor, before.id)
    if not changed:
        raise Conflict(why_zh="任务已经结束", why_en="the job has ended already")
    return job(engine, job_id)


def listen(url: str, timeout_s: float, channel: str = CHANNEL) -> Iterator[str]:
    """Ids of jobs that change, as they change, on a connection of its own; ends after ``timeout_s`` seconds of silence.

    ``url`` as for :func:`layers.session.engine`. What changed while nobody listened is not told: read first, then listen.
    """
    address = sa.engine.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
        while True:
            silent = True
            for notice in connection.notifies(timeout=timeout_s, stop_after=1):
                silent = False
                yield notice.payload
            if silent:
                return


def _notify(cursor: "psycopg.Cursor[Any]", job_id: object) -> None:
    cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, str(job_id)])


def _job(row: DictRow) -> Job:
    return Job(**{**row, "id": str(row["id"])})
