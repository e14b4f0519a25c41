"""The record of a closed survey: gathered and sealed once, rendered as a page with a seal of its own, proved at any time."""

import logging
from collections.abc import Mapping
from typing import Any, Literal

from api.answers.files import whole
from api.deps import House
from api.survey.clock import clock_of
from api.survey.hand_in import folder_of
from api.survey.record_file import PAGE, TEXT, tail_of
from api.survey.record_page import page
from api.survey.record_shapes import measured
from geo.errors import Conflict, WaixianError
from layers.signing import fingerprint, holds, known_key, sign
from layers.survey import records
from layers.survey.records import Kept, canonical

log = logging.getLogger("waixian.api")


def closed(house: House, survey: int) -> None:
    """Make the record of a survey that has just closed; where that fails it stays closed, and asking for the record tells why."""
    try:
        record_of(house, survey)
    except (WaixianError, OSError) as error:
        log.error("survey %d: its record was not made: %s", survey, error)


def record_of(house: House, survey: int) -> Kept:
    """The record of a survey, made where it is asked for the first time. Raises NotFound, Conflict before it has closed."""
    kept = records.kept(house.engine, survey)
    if kept is not None:
        return kept
    city = house.standing.settings()
    with house.engine.begin() as connection:
        content = records.gather(connection, survey)
    clock = clock_of(house, content["survey"])
    due, ended = clock["due_at"], content["survey"]["ended_at"]
    content |= {
        "city": {"name": city.name, "work_crs": city.work_crs, "synthetic": city.synthetic},
        "clock": {**clock, "in_time": None if due is None else ended <= due},
        "measured": measured(content["entries"], city),
    }
    text = canonical(content)
    seal = sign(house.settings.home, TEXT, text)
    with house.engine.begin() as connection:
        return records.keep(connection, survey, text, seal)


def brief(kept: Kept | None) -> dict[str, Any] | None:
    """A record as the survey tells of it."""
    if kept is None:
        return None
    key = kept.seal.public_key
    return {"made_at": kept.made_at, "sha256": kept.seal.sha256, "public_key": key, "fingerprint": fingerprint(key)}


def as_page(house: House, kept: Kept, lang: Literal["zh", "en"]) -> bytes:
    """The page, rendered when it is asked for the first time and the same ever after. Raises Conflict for a record that does not
    hold or that another key has signed: nothing is signed on the word of such a one; BadInput where nothing can be written to the
    folder of files."""
    folder = folder_of(house) / str(kept.survey)
    path = folder / f"record-{lang}.html"
    if not path.is_file():
        if not (holds(kept.seal, TEXT, kept.text.encode()) and kept.seal.public_key == known_key(house.settings.home)):
            raise Conflict(
                why_zh="这份记录与签名不符，或由另一密钥签名，不再出具页面；请用原先保存的文件，或取 JSON 核对",
                why_en="this record does not fit its signature, or another key signed it: no page is made of it;"
                " use a copy that was kept, or check the JSON",
            )
        body = page(kept, house.standing.city(), folder, lang).encode()
        seal = sign(house.settings.home, PAGE, body)
        with whole(path) as draft:
            draft.write_bytes(body + tail_of(seal))
    return path.read_bytes()


def proof(house: House, kept: Kept) -> Mapping[str, Any]:
    """Does the record still hold: its text, its signature, the journal that it tells of, the originals of its files?"""
    content = kept.content
    return {
        "whole": holds(kept.seal, TEXT, kept.text.encode()), **(brief(kept) or {}),
        "ours": kept.seal.public_key == known_key(house.settings.home),
        "journal_same": records.journal_sha256(house.engine, kept.survey) == content["journal"]["sha256"],
        "files": {
            "total": len(content["files"]), **records.originals(house.engine, folder_of(house), kept.survey, content)
        },
    }  # fmt: skip
