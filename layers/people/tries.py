"""Tries that failed, counted by key: each beyond the free ones makes the next wait twice as long."""

from collections.abc import Mapping
from datetime import timedelta

import sqlalchemy as sa

from geo.errors import TooManyTries
from layers.rows import Source, row, run

COUNTED = timedelta(minutes=15)
MOST_WAIT_S = 900
_COUNT = (
    "SELECT count(*) AS n, extract(epoch FROM now() - max(at)) AS since FROM sign_in_tries WHERE key = :key AND at > now() - :old"
)


def wait(source: Source, free: Mapping[str, int]) -> None:
    """Raises TooManyTries while the next try has to wait. ``free``: key → how many may fail before that."""
    for key, most in free.items():
        found = row(source, _COUNT, key=key, old=COUNTED)
        assert found is not None  # a count is always one row
        over = int(found["n"]) - most
        if over >= 0:
            left = min(MOST_WAIT_S, 2.0 ** min(over, 20)) - float(found["since"] or 0)
            if left > 0:
                raise TooManyTries(seconds=int(left) + 1)


def failed(connection: sa.Connection, *keys: str) -> None:
    """Count a try that failed."""
    for key in keys:
        run(connection, "INSERT INTO sign_in_tries (key) VALUES (:key)", key=key)


def forget(connection: sa.Connection, key: str) -> None:
    """A try that succeeded: what failed before under its key counts no more, nor does what is old."""
    run(connection, "DELETE FROM sign_in_tries WHERE key = :key OR at < now() - :old", key=key, old=COUNTED)
