"""Rows of a query as plain dicts, from an engine (a connection of its own) or within somebody's transaction."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

Source = sa.Engine | sa.Connection
Row = Mapping[str, Any]


def rows(source: Source, query: str, **given: Any) -> list[dict[str, Any]]:
    """Every row of a query (a text of ours, values as ``:name``)."""
    if isinstance(source, sa.Connection):
        return [{str(name): value for name, value in row.items()} for row in source.execute(sa.text(query), given).mappings()]
    with source.connect() as connection:
        return rows(connection, query, **given)


def row(source: Source, query: str, **given: Any) -> dict[str, Any] | None:
    """The first row, None where there is none."""
    return next(iter(rows(source, query, **given)), None)


def column(source: Source, query: str, **given: Any) -> list[Any]:
    """The only column of a query."""
    return [next(iter(one.values())) for one in rows(source, query, **given)]


def run(connection: sa.Connection, statement: str, **given: Any) -> int:
    """A statement in the caller's transaction; how many rows it touched."""
    return connection.execute(sa.text(statement), given).rowcount
