"""Who sits in which room, on whatever process: each process says it every second, and is believed for five.

A process that is killed says nothing more, and its people are gone when its last word has run out.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import psycopg

HOLDS_S = 5.0
HERE = (
    "EXISTS (SELECT FROM survey_presence w WHERE w.until > clock_timestamp()"
    " AND w.seats -> CAST(p.survey AS text) @> to_jsonb(p.id))"
)
"""Of a row ``p`` of survey_participants: are they in the room now?"""
_SAY = (
    "INSERT INTO survey_presence (process, seats, until) VALUES (%s, %s, clock_timestamp() + make_interval(secs => %s))"
    " ON CONFLICT (process) DO UPDATE SET seats = excluded.seats, until = excluded.until"
)
_OLD = "DELETE FROM survey_presence WHERE until < clock_timestamp() - interval '1 minute'"
_ALL = "SELECT seats FROM survey_presence WHERE until > clock_timestamp()"


async def beat(
    connection: psycopg.AsyncConnection[Any], process: str, seats: Mapping[int, Sequence[int]]
) -> dict[int, list[int]]:  # fmt: skip
    """Say whom this process has (survey → participants); the answer is whom all have, in order. Raises psycopg.Error."""
    await connection.execute(_OLD)
    await connection.execute(_SAY, [process, json.dumps({str(survey): list(who) for survey, who in seats.items()}), HOLDS_S])
    found: dict[int, set[int]] = {}
    async for (said,) in await connection.execute(_ALL):
        for survey, who in said.items():
            found.setdefault(int(survey), set()).update(who)
    return {survey: sorted(who) for survey, who in found.items()}
