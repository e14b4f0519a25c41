"""The rooms that one server process serves: who sits in them, and what reaches them from the other processes.

Events are never queued: a seat has the number of the last one that it was sent and reads on from there, however slow it is. Of
pointers only the newest of each participant waits. Signals wait in order; a seat that lets too many of them lie is given up.
"""

import asyncio
import contextlib
import logging
import uuid
from collections import deque
from dataclasses import dataclass, field
from typing import Any

import psycopg

from api.wire import dumps
from layers.survey.news import Whisperer, notices, packed
from layers.survey.tasks import Task

log = logging.getLogger("waixian.api")
BATCH_S, AGAIN_S, PRESENCE_S = 0.05, 1.0, 1.0
MOST_SIGNALS, MOST_WAITING = 256, 20_000


@dataclass(eq=False)
class Seat:
    """One socket of a participant. ``task``: what a guest came for; who only reports a position hears nothing of the others.
    ``news``: the journal may have something that they were not sent."""

    survey: int
    participant: int
    task: Task = "take_part"
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    cut: asyncio.Event = field(default_factory=asyncio.Event)
    pointers: dict[int, str] = field(default_factory=dict)
    signals: deque[str] = field(default_factory=deque)
    here: list[int] = field(default_factory=list)
    here_told: bool = True
    news: bool = True

    @property
    def hears(self) -> bool:
        """Is anything of the others for them?"""
        return self.task != "position"

    def read(self) -> None:
        """The journal has grown, or may have."""
        self.news = True
        self.wake.set()

    def see(self, here: list[int]) -> None:
        """Who is in the room now."""
        if self.hears and here != self.here:
            self.here, self.here_told = here, False
            self.wake.set()

    def hear(self, whisper: dict[str, Any], text: str) -> None:
        """Keep a whisper, written as ``text``, for the next sending."""
        if not self.hears:
            return
        if whisper["op"] == "signal":
            if whisper["to"] != self.participant:
                return
            self.signals.append(text)
            if len(self.signals) > MOST_SIGNALS:
                self.cut.set()
        elif whisper["participant"] != self.participant:
            self.pointers[whisper["participant"]] = text
        self.wake.set()

    def heard(self) -> str:
        """What waits, as it is sent, taken away: signals first; empty where nothing does. Several go as one ``batch``: it is the
        number of messages that costs."""
        out = [*self.signals, *self.pointers.values()]
        if not self.here_told:
            out.append(dumps({"op": "presence", "here": self.here}).decode())
            self.here_told = True
        self.signals.clear()
        self.pointers.clear()
        return "".join(out) if len(out) < 2 else '{"op":"batch","items":[' + ",".join(out) + "]}"


class Hub:
    """All seats of this process, its listener and its whisperer; nothing runs before somebody sits down."""

    def __init__(self, url: str) -> None:
        self._url, self._name = url, uuid.uuid4().hex
        self._seats: dict[int, set[Seat]] = {}
        self._waiting: deque[dict[str, Any]] = deque(maxlen=MOST_WAITING)
        self._tasks: list[asyncio.Task[None]] = []
        self._voice = Whisperer(url)
        self._moved = asyncio.Event()

    def sit(self, seat: Seat) -> None:
        """Take part from now on."""
        if not self._tasks:
            self._tasks = [asyncio.create_task(work) for work in (self._listen(), self._whisper(), self._present())]
        self._seats.setdefault(seat.survey, set()).add(seat)
        self._moved.set()

    def leave(self, seat: Seat) -> None:
        """Take part no more."""
        others = self._seats.get(seat.survey, set())
        others.discard(seat)
        if not others:
            self._seats.pop(seat.survey, None)
        self._moved.set()

    def whisper(self, survey: int, said: dict[str, Any]) -> None:
        """To everybody in the room, here at once and elsewhere with the next batch."""
        one = {"s": survey, **said}
        self._hear(one)
        self._waiting.append(one)

    def _hear(self, whisper: dict[str, Any]) -> None:
        seats = self._seats.get(whisper["s"], ())
        text = dumps({name: value for name, value in whisper.items() if name != "s"}).decode() if seats else ""
        for seat in seats:  # written once for all of them
            seat.hear(whisper, text)

    async def stop(self) -> None:
        """End what runs."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._tasks:
            with contextlib.suppress(psycopg.Error):
                await self._voice.beat(self._name, {})
        self._tasks = []
        await self._voice.close()

    async def _listen(self) -> None:
        while True:
            try:
                async for notice in notices(self._url, self._name):
                    self._take(notice)
            except psycopg.Error as error:
                log.warning("rooms: the database was lost, trying again: %s", error)
            await asyncio.sleep(AGAIN_S)

    def _take(self, notice: dict[str, Any] | None) -> None:
        if notice is None:  # it listens (again): whatever was told before is read
            for seat in [seat for seats in self._seats.values() for seat in seats]:
                seat.read()
        elif "whispers" in notice:
            for one in notice["whispers"]:
                self._hear(one)
        else:
            for seat in self._seats.get(notice["s"], ()):
                seat.read()
                if seat.participant == notice.get("gone"):
                    seat.cut.set()

    async def _whisper(self) -> None:
        while True:
            await asyncio.sleep(BATCH_S)
            batch = list(self._waiting)
            self._waiting.clear()
            with contextlib.suppress(psycopg.Error):  # pointers of a moment ago are worth nothing later
                await self._voice.say(packed(self._name, batch))

    async def _present(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._moved.wait(), PRESENCE_S)
            if not self._seats and not self._moved.is_set():
                continue
            self._moved.clear()
            sitting = {survey: sorted({seat.participant for seat in seats}) for survey, seats in self._seats.items()}
            try:
                here = await self._voice.beat(self._name, sitting)
            except psycopg.Error:  # said again with the next beat
                self._moved.set()
                await asyncio.sleep(AGAIN_S)
                continue
            for survey, seats in self._seats.items():
                for seat in seats:
                    seat.see(here.get(survey, []))
            await asyncio.sleep(2 * BATCH_S)  # many who come at once are told at once
