"""Files of a survey's record, JSON and page: written with their seal, and checked against it by whoever has one."""

import json
import re
from dataclasses import asdict, dataclass

from api.wire import dumps
from geo.errors import UnreadableFile
from layers.signing import ALGORITHM, Seal, holds
from layers.survey.records import Kept, canonical

TEXT, PAGE = "waixian.survey-record.json/1", "waixian.survey-record.html/1"
"""What each seal is for."""
_SEAL = re.compile(rb"\n<!-- waixian-seal sha256=([0-9a-f]{64}) key=([0-9a-f]{64}) signature=([0-9a-f]{128}) -->\s*\Z")


def as_json(kept: Kept) -> bytes:
    """The file: the record, and what proves it."""
    return _file(kept.text.encode(), kept.seal)


def _file(text: bytes, seal: Seal) -> bytes:
    return b'{"record":' + text + b',"seal":' + dumps({"algorithm": ALGORITHM, **asdict(seal)}) + b"}\n"


def tail_of(seal: Seal) -> bytes:
    """The end of a sealed page."""
    return f"\n<!-- waixian-seal sha256={seal.sha256} key={seal.public_key} signature={seal.signature} -->\n".encode()


@dataclass(frozen=True)
class Checked:
    """A file that was checked. ``whole``: is it what was sealed, to the byte? ``ours``: by the key that was expected? None where
    there is none to compare with."""

    whole: bool
    seal: Seal
    ours: bool | None


def check(content: bytes, name: str, expected: str | None) -> Checked:
    """A file of a record, JSON or page, against its own seal and a public key. Raises UnreadableFile for what has no seal."""
    found = _SEAL.search(content)
    if found:
        seal = Seal(*(each.decode() for each in found.groups()))
        good = holds(seal, PAGE, content[: found.start()])
    else:
        seal, text = _opened(content, name)
        good = holds(seal, TEXT, text) and content == _file(text, seal)  # no second meaning beside what was signed
    return Checked(good, seal, None if expected is None else seal.public_key == expected)


def _opened(content: bytes, name: str) -> tuple[Seal, bytes]:
    try:
        given = json.loads(content)
        seal = given["seal"]
        told = Seal(str(seal["sha256"]), bytes.fromhex(seal["public_key"]).hex(), str(seal["signature"]))
        return told, canonical(given["record"])
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise UnreadableFile(
            file=name, why_zh="这不是踏勘记录，或其末尾的封印已被删去", why_en="no record of a survey, or its seal was taken off"
        ) from error
