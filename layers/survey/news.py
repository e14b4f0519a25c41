"""What rooms say to the processes that serve them, by LISTEN and NOTIFY: one connection that listens, one that whispers.

Stored events are told as their number alone (:mod:`layers.survey.journal`). Whispers (pointers, calls for video) are stored
nowhere: they travel inside the notice, packed, in batches.
"""

import asyncio
import base64
import json
import zlib
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg import sql

from layers.survey.journal import CHANNEL
from layers.survey.presence import beat

MOST_BYTES = 7_900  # PostgreSQL takes less than 8000
_UNPACKED_MOST = 1 << 20


def address(engine: sa.Engine) -> str:
    """The engine's database as psycopg itself takes it."""
    return engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


async def notices(url: str, process: str) -> AsyncIterator[dict[str, Any] | None]:
    """None once it listens, then each notice: ``{s, q}``, ``{s, q, gone}`` or ``{whispers}``, of which those that this process
    whispered itself are passed over. Ends by psycopg.Error where the connection is lost: what was told meanwhile must then be
    read."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL)))
        yield None
        async for notice in connection.notifies():
            if not notice.payload.startswith(_head(process)):
                yield unpacked(notice.payload)


def _head(process: str) -> str:
    return f"z{process}:"


def packed(process: str, whispers: Sequence[dict[str, Any]]) -> list[str]:
    """Whispers as payloads below :data:`MOST_BYTES`; one that is too long by itself is left out (:func:`fits`)."""
    if not whispers:
        return []
    raw = json.dumps({"whispers": list(whispers)}, ensure_ascii=False, separators=(",", ":")).encode()
    text = _head(process) + base64.b64encode(zlib.compress(raw, 1)).decode()
    if len(text) < MOST_BYTES:
        return [text]
    half = len(whispers) // 2
    return packed(process, whispers[:half]) + packed(process, whispers[half:]) if half else []


def fits(whisper: dict[str, Any]) -> bool:
    """Can it travel at all?"""
    return bool(packed("0" * 32, [whisper]))


def unpacked(payload: str) -> dict[str, Any]:
    """A notice as it was packed or told."""
    if not payload.startswith("z"):
        told: dict[str, Any] = json.loads(payload)
        return told
    whole: dict[str, Any] = json.loads(
        zlib.decompressobj().decompress(base64.b64decode(payload.partition(":")[2]), _UNPACKED_MOST)
    )
    return whole


class Whisperer:
    """The connection that whispers, and says who is here; opened when first needed, and again where it was lost."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._opening = asyncio.Lock()

    async def _open(self) -> psycopg.AsyncConnection[Any]:
        async with self._opening:
            if self._connection is None or self._connection.closed:
                self._connection = await psycopg.AsyncConnection.connect(self._url, autocommit=True)
            return self._connection

    async def say(self, payloads: Sequence[str]) -> None:
        """Tell every process. Raises psycopg.Error."""
        for payload in payloads:
            await (await self._open()).execute("SELECT pg_notify(%s, %s)", [CHANNEL, payload])

    async def beat(self, process: str, seats: Mapping[int, Sequence[int]]) -> dict[int, list[int]]:
        """As :func:`layers.survey.presence.beat`."""
        return await beat(await self._open(), process, seats)

    async def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            await self._connection.close()
            self._connection = None
