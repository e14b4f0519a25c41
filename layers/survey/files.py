"""Files of a room: the original under its digest, smaller copies beside it, and one event of the journal for each."""

import hashlib
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa

from geo.crs import CGCS2000
from geo.errors import Conflict, NotFound
from layers.rows import column, row, rows
from layers.survey.journal import add, before
from layers.survey.media import ENDINGS, THUMB_PX, VIEW_PX, Kind, Photo, smaller, type_of
from layers.survey.positions import limits

Size = Literal["thumb", "view", "original"]
_SIDES: Mapping[str, int] = {"thumb": THUMB_PX, "view": VIEW_PX}


@dataclass(frozen=True)
class Handed:
    """What the phone says of a file. ``at``: longitude and latitude in degrees (WGS 84), None where the phone does not know."""

    kind: Kind
    client_id: str
    at: tuple[float, float] | None = None
    accuracy_m: float | None = None
    heading: float | None = None
    text: str = ""
    device_at: datetime | None = None


_NEW = (
    "INSERT INTO survey_files (survey, participant, kind, media_type, bytes, sha256) VALUES"
    " (:survey, :participant, :kind, :media_type, :bytes, :sha256) RETURNING id"
)


def keep(engine: sa.Engine, folder: Path, survey: int, participant: int, handed: Handed, source: Path) -> dict[str, Any]:
    """The event that tells of the file, with which the file is kept; the earlier one where it was handed in before.

    ``folder``: of all surveys' files. Raises UnreadableMedia for what is not of its kind, Conflict where the room is full, and
    as :func:`layers.survey.journal.add`.
    """
    earlier = before(engine, survey, participant, handed.kind, handed.client_id)
    if earlier is not None:
        return earlier
    digest, size = _digest(source)
    _check_room(engine, survey, size)
    with source.open("rb") as opened:
        media_type = type_of(opened.read(64), handed.kind)
    made = smaller(source, media_type)
    place = folder / str(survey)
    place.mkdir(parents=True, exist_ok=True)
    _put(source, place / f"{digest}{ENDINGS[media_type]}")
    for side, content in made[1].items() if made else ():
        _write(place / f"{digest}-{side}.jpg", content)
    with engine.begin() as connection:  # the files lie there first: an event never tells of what is not
        (file,) = rows(
            connection, _NEW, survey=survey, participant=participant, kind=handed.kind, media_type=media_type, bytes=size,
            sha256=digest,
        )  # fmt: skip
        detail = {
            "file": file["id"], "sha256": digest, "bytes": size, "media_type": media_type, "shown": made is not None,
            "at": handed.at, "accuracy_m": handed.accuracy_m, "heading": handed.heading, "text": handed.text,
            "exif": compared(made[0], handed) if made else None,
        }  # fmt: skip
        return add(connection, survey, participant, handed.kind, handed.client_id, detail, handed.device_at)


def _check_room(engine: sa.Engine, survey: int, size: int) -> None:
    (held,) = column(engine, "SELECT coalesce(sum(bytes), 0) FROM survey_files WHERE survey = :survey", survey=survey)
    most = limits().files_mb
    if int(held) + size > most * 1e6:
        raise Conflict(
            why_zh=f"本次踏勘的照片、视频和录音已满 {most:,.0f} MB，不能再收；请改用文字说明，或请组织人另开一次踏勘",
            why_en=f"this survey holds {most:,.0f} MB of photos, clips and recordings and takes no more: write a note instead, or"
            " ask its organiser for another survey",
        )


def compared(photo: Photo, handed: Handed) -> dict[str, Any]:
    """What the photo records, and how far that is from what the phone said in metres, seconds, degrees; None: one is silent."""
    told = asdict(photo) | {"at": photo.at.isoformat() if photo.at else None}
    apart_m = apart_s = apart_deg = None
    if photo.lon is not None and photo.lat is not None and handed.at is not None:
        apart_m = round(float(CGCS2000.inv(photo.lon, photo.lat, *handed.at)[2]), 1)
    if photo.at is not None and handed.device_at is not None:
        apart_s = round((photo.at - handed.device_at).total_seconds(), 1)
    if photo.heading is not None and handed.heading is not None:
        turn = abs(photo.heading - handed.heading) % 360
        apart_deg = round(min(turn, 360 - turn), 1)
    return told | {"apart_m": apart_m, "apart_s": apart_s, "apart_deg": apart_deg}


@dataclass(frozen=True)
class Found:
    """A file as it is sent: where it lies, and as what."""

    path: Path
    media_type: str


def found(engine: sa.Engine, folder: Path, survey: int, file: int, size: Size) -> Found:
    """Raises NotFound, also for the smaller copy of what has none."""
    query = "SELECT media_type, sha256 FROM survey_files WHERE id = :file AND survey = :survey"
    one = row(engine, query, file=file, survey=survey)
    if one is not None:
        small = size != "original"
        name = f"{one['sha256']}-{_SIDES[size]}.jpg" if small else f"{one['sha256']}{ENDINGS[one['media_type']]}"
        path = folder / str(survey) / name
        if path.is_file():
            return Found(path, "image/jpeg" if small else one["media_type"])
    raise NotFound(what_zh="文件", what_en="file", id=file)


def photos(engine: sa.Engine, survey: int) -> list[dict[str, Any]]:
    """``id`` and ``sha256`` of each photo that was handed in, in their order."""
    query = "SELECT id, sha256 FROM survey_files WHERE survey = :survey AND kind = 'photo' ORDER BY id"
    return rows(engine, query, survey=survey)


def _digest(path: Path) -> tuple[str, int]:
    digest = hashlib.sha256()
    with path.open("rb") as opened:
        while part := opened.read(1 << 20):
            digest.update(part)
    return digest.hexdigest(), path.stat().st_size


def _put(source: Path, target: Path) -> None:
    """A copy, whole or not at all, and on the disk before anybody is told."""
    half = target.with_name(f".{target.name}.{os.getpid()}")
    shutil.copyfile(source, half)
    _settle(half, target)


def _write(target: Path, content: bytes) -> None:
    half = target.with_name(f".{target.name}.{os.getpid()}")
    half.write_bytes(content)
    _settle(half, target)


def _settle(half: Path, target: Path) -> None:
    with half.open("rb+") as opened:
        os.fsync(opened.fileno())
    os.replace(half, target)
