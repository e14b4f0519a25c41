"""The journal of a room: events are added in one order, kept once however often they are sent, and told to every process.

NOTIFY on :data:`CHANNEL` carries ``{"s": survey, "q": seq}`` for an event, with ``"gone": participant`` where somebody was
removed (of a room that is not open, that alone): it says that there is something to read, and is never the thing itself.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, get_args

import sqlalchemy as sa

from geo.errors import Conflict, Forbidden, NotFound
from layers.rows import Row, Source, row, rows, run
from layers.survey.checklist import ticked
from layers.survey.conclusions import concluded
from layers.survey.positions import marked
from layers.survey.tasks import NOT_YOURS, sends

CHANNEL = "waixian_surveys"
Kind = Literal[
    "pin", "note", "photo", "clip", "voice", "position", "drawing", "tick", "conclusion", "view",
    "joined", "left", "removed", "consent",
]  # fmt: skip
TOLD = ("joined", "left", "removed")
SAID = (*TOLD, "photo", "clip", "voice")
SENT: tuple[str, ...] = tuple(set(get_args(Kind)) - set(SAID))
"""What a participant may send; the rest the server says itself, of files once it keeps them."""
PAGE = 200
_EVENT = "seq, client_id, participant, kind, detail, device_at, at"
_BEFORE = f"SELECT {_EVENT} FROM survey_events WHERE survey = :survey AND client_id = CAST(:client_id AS uuid)"


def add(
    connection: sa.Connection, survey: int, participant: int, kind: str, client_id: str, detail: Mapping[str, Any],
    device_at: datetime | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The event as it is kept; the one that was kept before, where ``client_id`` came from the same participant already.

    The room's row is locked until the transaction ends, so that numbers have no gaps and appear in their order. Raises
    NotFound; Forbidden for who was removed or came for another task; Conflict where the room is not open or another's event has
    this id.
    """
    run(connection, "SELECT 1 FROM surveys WHERE id = :survey FOR UPDATE", survey=survey)
    earlier = before(connection, survey, participant, kind, client_id)
    if earlier is not None:
        return earlier
    if kind == "conclusion":
        detail = concluded(connection, participant, detail)
    elif kind == "tick":
        detail = ticked(connection, survey, participant, detail)
    elif kind == "position":
        detail = marked(connection, survey, participant, detail, device_at)
    return _added(connection, survey, participant, kind, client_id, detail, device_at)


def before(source: Source, survey: int, participant: int, kind: str, client_id: str) -> dict[str, Any] | None:
    """The event that was kept under this id before; None where it may be added now. Raises as :func:`add`."""
    room = row(source, "SELECT state FROM surveys WHERE id = :survey", survey=survey)
    query = "SELECT removed_at, task FROM survey_participants WHERE id = :participant AND survey = :survey"
    who = row(source, query, participant=participant, survey=survey)
    if room is None or who is None:
        raise NotFound(what_zh="踏勘", what_en="survey", id=survey)
    if who["removed_at"] is not None:
        raise Forbidden(why_zh="您已被移出本次踏勘", why_en="you were removed from this survey")
    if kind not in TOLD and not sends(who["task"], kind):
        raise Forbidden(**NOT_YOURS)
    found = row(source, _BEFORE, survey=survey, client_id=client_id)
    if found is not None and found["participant"] != participant:
        raise Conflict(why_zh="该编号已被他人使用，请换一个 client_id", why_en="this client_id is somebody else's: make another")
    if found is None and room["state"] != "open":
        raise Conflict(why_zh="踏勘尚未开始或已经结束，不能再记录", why_en="the survey is not open: nothing is recorded")
    return found


_NEXT = "UPDATE surveys SET last_seq = last_seq + 1 WHERE id = :survey RETURNING last_seq"
_ADD = (
    "INSERT INTO survey_events (survey, seq, client_id, participant, kind, detail, device_at) VALUES"
    f" (:survey, :seq, CAST(:client_id AS uuid), :participant, :kind, CAST(:detail AS jsonb), :device_at) RETURNING {_EVENT}"
)


def _added(
    connection: sa.Connection, survey: int, participant: int, kind: str, client_id: str, detail: Mapping[str, Any],
    device_at: datetime | None,
) -> dict[str, Any]:  # fmt: skip
    (number,) = rows(connection, _NEXT, survey=survey)
    seq = number["last_seq"]
    (made,) = rows(
        connection, _ADD, survey=survey, seq=seq, client_id=client_id, participant=participant, kind=kind,
        detail=json.dumps(dict(detail), ensure_ascii=False), device_at=device_at,
    )  # fmt: skip
    said: dict[str, Any] = {"s": survey, "q": seq}
    if kind == "removed":
        said["gone"] = detail["participant"]
    run(connection, "SELECT pg_notify(:channel, :said)", channel=CHANNEL, said=json.dumps(said))
    return made


def cut(connection: sa.Connection, survey: int, participant: int) -> None:
    """Cut somebody's sockets where the journal has nothing to tell."""
    run(connection, "SELECT pg_notify(:channel, :said)", channel=CHANNEL, said=json.dumps({"s": survey, "gone": participant}))


def events(engine: sa.Engine, survey: int, after: int = 0, limit: int = PAGE) -> list[dict[str, Any]]:
    """Events numbered above ``after``, in their order, at most ``limit``."""
    query = f"SELECT {_EVENT} FROM survey_events WHERE survey = :survey AND seq > :after ORDER BY seq LIMIT :limit"
    return rows(engine, query, survey=survey, after=after, limit=limit)


def shown(event: Row) -> dict[str, Any]:
    """An event as it crosses the wire."""
    return {name: (str(value) if name == "client_id" else value) for name, value in event.items()}
