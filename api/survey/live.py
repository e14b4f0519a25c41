"""One socket of a room: what a participant sends, and what they are sent.

Sent by the page: ``{"op": "event", client_id, kind, detail, device_at}``, ``{"op": "pointer", at: [lon, lat]}``,
``{"op": "signal", to, data}``. Sent to it: ``hello`` (its ``participant``), ``event`` (in the order of ``seq``, from the one
after ``?after=``), ``stored`` (the event with this ``client_id`` is kept: only now is it shown as sent), ``passed`` (a position
too inexact to be kept: the others saw it), ``refused`` (why, both languages), ``pointer``, ``position``, ``signal``,
``presence`` (``here``: participants who sit in the room, on whatever process), ``batch`` (``items``: several of these that came
within :data:`PACE_S`), ``beat``. ``hello`` and ``stored`` say ``at``, the
server's time; ``stored`` also ``late_s``: by how much that is after ``device_at``. A guest sends what their task lets them
(:mod:`layers.survey.tasks`), and hears nothing of the others where it is a position alone.
Closed with 4403 where the participant was removed, with 4401 where the session has ended.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import WebSocket, WebSocketDisconnect
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from api.deps import House
from api.rights import COOKIE
from api.schemas import Number
from api.survey.guests import GUEST_COOKIE
from api.survey.hub import Seat
from api.survey.schemas import Moment
from api.wire import dumps, storable
from geo.errors import NotFound, NotSignedIn, WaixianError
from layers.survey.guests import comes, guest_of
from layers.survey.journal import SENT, add, events, shown
from layers.survey.news import fits
from layers.survey.store import joins, one
from layers.survey.tasks import NOT_YOURS, sends

Still = Callable[[], object]
MOST_CHARACTERS = 65_536
BEAT_S, PACE_S = 15.0, 0.05
REMOVED, SIGNED_OUT = 4403, 4401
TOO_LONG = {"why_zh": "消息过长，请缩短后再发", "why_en": "the message is too long: make it shorter"}
WRONG = {"why_zh": "消息格式不对，请刷新页面后重试", "why_en": "the message cannot be understood: reload the page and try again"}


def _finite(value: dict[str, Any]) -> dict[str, Any]:
    json.dumps(value, allow_nan=False)  # NaN and infinities are no JSON, though many readers take them
    return value


Kept = Annotated[dict[str, Any], AfterValidator(_finite)]


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Event(_Said):
    """Something to be kept."""

    op: Literal["event"]
    client_id: UUID
    kind: Literal["pin", "note", "position", "drawing", "tick", "conclusion", "view", "consent"]
    detail: Kept
    device_at: Moment | None = None


class Pointer(_Said):
    """Where somebody points, in degrees."""

    op: Literal["pointer"]
    at: Annotated[list[Number], Field(min_length=2, max_length=2)]


class Signal(_Said):
    """A message of WebRTC for one participant: offer, answer or candidate."""

    op: Literal["signal"]
    to: int
    data: Kept


_SAID: TypeAdapter[Event | Pointer | Signal] = TypeAdapter(Annotated[Event | Pointer | Signal, Field(discriminator="op")])


def ours(socket: WebSocket) -> bool:
    """Was the socket opened by a page of ours? A browser always says whose page it is; a cookie without that is refused."""
    origin = socket.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc.lower() == socket.headers.get("host", "").lower()


class Live:
    """A participant at their socket, from the moment it is accepted. ``still``: raises where they may be here no longer."""

    def __init__(self, socket: WebSocket, house: House, seat: Seat, still: Still, after: int) -> None:
        self.socket, self.house, self.seat, self.still, self.after = socket, house, seat, still, after
        self._lock = asyncio.Lock()

    async def run(self) -> int | None:
        """Until it ends; the code to close with, None where the other side has gone."""
        me, at = self.seat.participant, datetime.now(UTC)
        ice = self.house.settings.ice.told(str(me), at.timestamp()) if sends(self.seat.task, "signal") else None
        await self._send({"op": "hello", "participant": me, "at": at, "ice": ice})
        tasks = [asyncio.create_task(work) for work in (self._read(), self._write(), self._cut())]
        done, rest = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        if self.seat.cut.is_set():
            return REMOVED
        return next(iter(done)).result()

    async def _send(self, said: dict[str, Any] | str) -> None:
        text = said if isinstance(said, str) else dumps(said).decode()
        async with self._lock:
            await self.socket.send_text(text)

    async def _cut(self) -> int:
        await self.seat.cut.wait()
        return REMOVED

    async def _write(self) -> int | None:
        checked = time.monotonic()
        self.seat.wake.set()
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.seat.wake.wait(), BEAT_S)
            self.seat.wake.clear()
            if time.monotonic() - checked >= BEAT_S:
                checked = time.monotonic()
                over = await self._over()
                if over:
                    return over
                self.seat.news = True
                await self._send({"op": "beat"})
            try:
                text = self.seat.heard()
                if text:
                    await self._send(text)
                if self.seat.hears and self.seat.news:
                    self.seat.news = False
                    await self._events()
                if text:
                    await asyncio.sleep(PACE_S)
            except (WebSocketDisconnect, RuntimeError):  # the other side went while it was told something
                return None

    async def _events(self) -> None:
        while found := await asyncio.to_thread(events, self.house.engine, self.seat.survey, self.after):
            for event in found:
                await self._send({"op": "event", **shown(event)})
                self.after = event["seq"]

    async def _over(self) -> int | None:
        """May they still be here? A session or a link ends, and somebody is removed before the room was open."""
        try:
            await asyncio.to_thread(self.still)
        except NotSignedIn:
            return SIGNED_OUT
        except NotFound:
            return REMOVED
        return None

    async def _read(self) -> None:
        while True:
            try:
                text = await self.socket.receive_text()
            except (WebSocketDisconnect, KeyError):  # KeyError: bytes, which nobody of ours sends
                return
            if len(text) > MOST_CHARACTERS or not storable(text) or "\\u0000" in text:
                await self._send({"op": "refused", **TOO_LONG} if len(text) > MOST_CHARACTERS else {"op": "refused", **WRONG})
                continue
            try:
                said = _SAID.validate_json(text)
            except ValidationError:
                await self._send({"op": "refused", **WRONG})
                continue
            await self._said(said)

    async def _said(self, said: Event | Pointer | Signal) -> None:
        me = self.seat.participant
        if not sends(self.seat.task, said.kind if isinstance(said, Event) else said.op):
            named = {"client_id": str(said.client_id)} if isinstance(said, Event) else {}
            await self._send({"op": "refused", **named, "code": "forbidden", **NOT_YOURS})
            return
        if isinstance(said, Event):
            await self._event(said)
            return
        whisper = {**said.model_dump(), "participant": me}
        if isinstance(said, Signal) and not fits(whisper):
            await self._send({"op": "refused", **TOO_LONG})
            return
        self.house.rooms.whisper(self.seat.survey, whisper)

    async def _event(self, said: Event) -> None:
        client_id = str(said.client_id)
        if said.kind == "position":
            accuracy = said.detail.get("accuracy_m")
            if not isinstance(accuracy, (int, float)) or accuracy < 0:
                await self._send({"op": "refused", "client_id": client_id, **WRONG})
                return
            if accuracy > self.house.settings.position_accuracy_m:
                whisper = {"op": "position", "participant": self.seat.participant, "detail": said.detail}
                if fits(whisper):
                    self.house.rooms.whisper(self.seat.survey, whisper)
                await self._send({"op": "passed", "client_id": client_id})
                return
        try:
            kept = await asyncio.to_thread(self._keep, said.kind, client_id, said.detail, said.device_at)
        except WaixianError as error:
            refused = {"why_zh": error.text("zh"), "why_en": error.text("en")}
            await self._send({"op": "refused", "client_id": client_id, "code": error.code, **refused})
            return
        late_s = None if kept["device_at"] is None else round((kept["at"] - kept["device_at"]).total_seconds(), 1)
        await self._send({"op": "stored", "client_id": client_id, "seq": kept["seq"], "at": kept["at"], "late_s": late_s})

    def _keep(self, kind: str, client_id: str, detail: dict[str, Any], device_at: datetime | None) -> dict[str, Any]:
        assert kind in SENT
        with self.house.engine.begin() as connection:
            return add(connection, self.seat.survey, self.seat.participant, kind, client_id, detail, device_at)


async def take_seat(socket: WebSocket, house: House, survey: int) -> tuple[Seat, Still] | None:
    """The seat of who opens the socket, and what makes sure that they may stay; None where they may not come in: the handshake
    is then refused, whatever the reason."""
    if not ours(socket) or not socket.cookies.get(COOKIE):
        return None
    cookie = socket.cookies[COOKIE]

    def still() -> None:
        one(house.engine, house.visitors.session(cookie).person, survey)

    try:
        person = (await asyncio.to_thread(house.visitors.session, cookie)).person
        if person.must_change or "see" not in person.may:
            return None
        return Seat(survey, await asyncio.to_thread(joins, house.engine, person, survey)), still
    except WaixianError:
        return None


async def guest_seat(socket: WebSocket, house: House) -> tuple[Seat, Still] | None:
    """As :func:`take_seat`, for who came by a link."""
    cookie = socket.cookies.get(GUEST_COOKIE, "")
    if not ours(socket) or not cookie:
        return None
    try:
        guest = await asyncio.to_thread(comes, house.engine, cookie)
    except WaixianError:
        return None
    return Seat(guest.survey, guest.participant, guest.task), lambda: guest_of(house.engine, cookie)


async def sit(socket: WebSocket, house: House, seated: tuple[Seat, Still] | None, after: int) -> None:
    """Take part until the socket ends; without a seat the handshake is refused."""
    if seated is None:
        await socket.close()
        return
    seat, still = seated
    await socket.accept()
    house.rooms.sit(seat)
    try:
        code = await Live(socket, house, seat, still, after).run()
        if code is not None:
            await socket.close(code)
    finally:
        house.rooms.leave(seat)
