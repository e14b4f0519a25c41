"""The record of a survey that has closed: everything that was said, as one canonical text, sealed once and never changed."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from geo.errors import Conflict, NotFound
from layers.people.audit import Actor, note
from layers.rows import Source, row, rows, run
from layers.signing import Seal
from layers.survey.checklist import checklist
from layers.survey.files import found
from layers.survey.journal import shown
from layers.survey.positions import track

FORMAT = "waixian.survey-record/1"
STREAMS = ("position", "view")
"""Sent many times a minute: of these the record has the trails, and the digest of all."""


@dataclass(frozen=True)
class Kept:
    """A record as it is stored. ``text``: canonical JSON."""

    survey: int
    text: str
    seal: Seal
    made_at: datetime

    @property
    def content(self) -> dict[str, Any]:
        """The text as a value."""
        value: dict[str, Any] = json.loads(self.text)
        return value


def canonical(content: Any) -> bytes:
    """The one way to write a value: keys sorted, no blanks, UTF-8, moments as ISO 8601 in UTC. Raises ValueError for what is no
    JSON."""
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"), default=_moment)
    return text.encode()


def _moment(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    raise ValueError(f"no JSON: {type(value).__name__}")


_SURVEY = (
    "SELECT s.id, s.kind, s.mode, s.title, s.state, s.proposal, s.case_id, s.agreed_for, s.opened_at, s.ended_at, s.last_seq,"
    " (SELECT n.name FROM people n WHERE n.id = s.organiser) AS organiser_name, s.closed_without, s.created_at,"
    " CAST(ST_AsGeoJSON(ST_Transform(s.site, 4326), 7) AS json) AS site FROM surveys s WHERE s.id = :survey"
)
_WHO = (
    "SELECT p.id, coalesce(n.name, p.name) AS name, p.role, c.name AS company, p.task, p.invited_at, p.joined_at, p.removed_at,"
    " count(e.seq) AS entries, min(e.at) AS first_at, max(e.at) AS last_at FROM survey_participants p"
    " LEFT JOIN people n ON n.id = p.person LEFT JOIN companies c ON c.id = n.company"
    " LEFT JOIN survey_events e ON e.survey = p.survey AND e.participant = p.id"
    " WHERE p.survey = :survey GROUP BY p.id, n.name, c.name ORDER BY p.id"
)
_FILES = "SELECT id, participant, kind, media_type, bytes, sha256, at FROM survey_files WHERE survey = :survey ORDER BY id"
_EVENTS = "SELECT seq, client_id, participant, kind, detail, device_at, at FROM survey_events WHERE survey = :survey ORDER BY seq"


def gather(connection: sa.Connection, survey: int) -> dict[str, Any]:
    """What the store knows of a closed survey. Raises NotFound; Conflict for one that has not closed."""
    about = row(connection, _SURVEY, survey=survey)
    if about is None:
        raise NotFound(what_zh="踏勘", what_en="survey", id=survey)
    if about["state"] != "closed":
        raise Conflict(why_zh="踏勘结束后才有记录", why_en="there is a record once the survey has closed")
    events = [shown(each) for each in rows(connection, _EVENTS, survey=survey)]
    who = rows(connection, _WHO, survey=survey)
    trails = [track(connection, survey, each) for each in sorted({one["participant"] for one in events})]
    return {
        "format": FORMAT, "survey": about, "participants": who, "units": checklist(connection, survey),
        "files": rows(connection, _FILES, survey=survey), "tracks": [each for each in trails if each["geometry"] is not None],
        "entries": [each for each in events if each["kind"] not in STREAMS],
        "journal": {"events": len(events), "sha256": hashlib.sha256(canonical(events)).hexdigest()},
    }  # fmt: skip


def journal_sha256(source: Source, survey: int) -> str:
    """The digest of the journal as it stands now."""
    return hashlib.sha256(canonical([shown(each) for each in rows(source, _EVENTS, survey=survey)])).hexdigest()


_KEEP = (
    "INSERT INTO survey_records (survey, text, sha256, public_key, signature) VALUES"
    " (:survey, :text, :sha256, :public_key, :signature) ON CONFLICT (survey) DO NOTHING"
)


def keep(connection: sa.Connection, survey: int, text: bytes, seal: Seal) -> Kept:
    """The record as it is kept, and noted in the audit: of two that are made at once, the first."""
    new = run(
        connection, _KEEP, survey=survey, text=text.decode(), sha256=seal.sha256, public_key=seal.public_key,
        signature=seal.signature,
    )  # fmt: skip
    if new:
        note(connection, Actor("system"), "survey.record", f"survey {survey}", None, {"sha256": seal.sha256})
    one = kept(connection, survey)
    assert one is not None  # it was put there, now or before
    return one


def kept(source: Source, survey: int) -> Kept | None:
    """The record of a survey, None where none was made."""
    query = "SELECT text, sha256, public_key, signature, made_at FROM survey_records WHERE survey = :survey"
    one = row(source, query, survey=survey)
    if one is None:
        return None
    return Kept(survey, one["text"], Seal(one["sha256"], one["public_key"], one["signature"]), one["made_at"])


def originals(engine: sa.Engine, folder: Path, survey: int, content: Mapping[str, Any]) -> dict[str, list[int]]:
    """Which originals of a record lie in ``folder`` no more (``missing``), and which are not what they were (``changed``)."""
    out: dict[str, list[int]] = {"missing": [], "changed": []}
    for file in content["files"]:
        try:
            path = found(engine, folder, survey, file["id"], "original").path
        except NotFound:
            out["missing"].append(file["id"])
            continue
        with path.open("rb") as opened:
            if hashlib.file_digest(opened, "sha256").hexdigest() != file["sha256"]:
                out["changed"].append(file["id"])
    return out
