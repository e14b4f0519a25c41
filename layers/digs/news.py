"""News of works, matches, plans and digs, as they happen (LISTEN / NOTIFY). Nothing of a quiet plan is ever told here."""

from collections.abc import Iterator

import sqlalchemy as sa

from layers import jobs

CHANNEL = "waixian_digs"  # NOTIFY carries a topic (matches, plan, dig) and the number of what changed


def tell(connection: sa.Connection, topic: str, number: object) -> None:
    """Say that something changed; it is heard when the transaction is kept."""
    connection.execute(sa.select(sa.func.pg_notify(CHANNEL, f"{topic} {number}")))


def listen(url: str, timeout_s: float) -> Iterator[str]:
    """``topic number`` of each change as it happens; ends after ``timeout_s`` seconds of silence (:func:`layers.jobs.listen`)."""
    return jobs.listen(url, timeout_s, CHANNEL)
