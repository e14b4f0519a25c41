"""The log of a proposal: what the review adds to it."""

from collections.abc import Mapping

import sqlalchemy as sa
from psycopg.types.json import Jsonb

from layers.copying import driver


def event(connection: sa.Connection, proposal: int, person: int | None, what: str, detail: Mapping[str, object]) -> None:
    """One line of the log, in the transaction of what it tells."""
    driver(connection).execute(
        "INSERT INTO proposal_events (proposal, person, what, detail) VALUES (%s, %s, %s, %s)",
        [proposal, person, what, Jsonb(dict(detail))],
    )
