"""Which encoding a file's text is in. What is stated counts only if it fits the bytes; the decision is always noted."""

import codecs
import re
from collections.abc import Iterable
from pathlib import Path

from geo.errors import BadInput, UnreadableFile
from layers.readers.words import Note

PAGES = {
    "936": "GB18030",
    "54936": "GB18030",
    "950": "BIG5",
    "65001": "UTF-8",
    "932": "CP932",
    "88591": "ISO-8859-1",
    "28591": "ISO-8859-1",
}
ONE_BYTE = re.compile(r"^(CP125\d|CP4\d\d|CP8\d\d|ISO-?8859.*|ASCII|LATIN.*)$", re.IGNORECASE)


def named(text: str) -> str | None:
    """A code page as people write it ("936", "ANSI 936", "gbk", "UTF8") as a name that GDAL and Python know, or None."""
    text = text.strip().lstrip("\ufeff").splitlines()[0].strip() if text.strip() else ""
    if not re.fullmatch(r"[A-Za-z0-9 _.:-]{2,24}", text):
        return None
    digits = re.sub(r"^(ansi|oem|cp|windows|win|ms)?[ _-]*", "", text, flags=re.IGNORECASE)
    name = PAGES.get(digits, f"CP{digits}") if digits.isdigit() else text
    try:
        found = codecs.lookup(name).name
    except LookupError:
        return None
    if found in {"gbk", "gb2312", "hz", "gb18030"}:
        return "GB18030"
    return {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "big5": "BIG5", "iso8859-1": "ISO-8859-1", "ascii": "ASCII"}.get(
        found, name.upper()
    )


def asked_for(encoding: str | None) -> str | None:
    """The caller's ``encoding=`` as a known name; an unknown one is an error, not a silence."""
    if encoding is None:
        return None
    name = named(encoding)
    if name is None:
        raise BadInput(
            why_zh=f"--encoding：没有编码 {encoding[:24]}；可用 UTF-8、GB18030、BIG5",
            why_en=f"--encoding: there is no encoding {encoding[:24]}; use UTF-8, GB18030, BIG5",
        )
    return name


def fits(texts: Iterable[tuple[bytes, bool]], codec: str) -> bool:
    """Can every text be decoded? A text that fills its field may end in the middle of a character."""
    for text, full in texts:
        try:
            text.decode(codec)
        except UnicodeDecodeError as error:
            if not (full and error.end >= len(text) and error.start >= len(text) - 3):
                return False
    return True


def looks_chinese(texts: Iterable[tuple[bytes, bool]]) -> bool:
    """Do most two-byte pairs fall among the 6,763 characters and signs of GB 2312? Western one-byte text does not."""
    pairs = common = 0
    for text, _ in texts:
        i = 0
        while i < len(text) - 1:
            if text[i] < 0x80:
                i += 1
                continue
            pairs += 1
            common += 0xA1 <= text[i] <= 0xF7 and text[i + 1] >= 0xA1
            i += 2
    return pairs > 0 and common >= 0.6 * pairs


def decide(texts: list[tuple[bytes, bool]], stated: str | None, stated_by: str) -> tuple[str, Note | None]:
    """The encoding of ``texts`` (bytes, and whether they fill their field) and the note that says why.

    Order: what is stated, if it fits (a one-byte page fits anything, so it yields to proof of another);
    UTF-8 if strictly valid; GB18030 if strictly valid; else Western.
    """
    texts = [pair for pair in texts if not pair[0].isascii()]
    if not texts:
        return (stated or "UTF-8"), None
    one_byte = stated is not None and bool(ONE_BYTE.match(stated))
    if stated and not one_byte and fits(texts, stated):
        return stated, _note(stated, f"{stated_by} 所述", f"as {stated_by} says")
    wrong = f"；{stated_by} 写的 {stated} 与内容不符" if stated else ""
    wrong_en = f"; {stated_by} says {stated}, which does not fit" if stated else ""
    if fits(texts, "UTF-8"):
        return "UTF-8", _note("UTF-8", "内容是合法的 UTF-8" + wrong, "the bytes are valid UTF-8" + wrong_en)
    if fits(texts, "GB18030") and (looks_chinese(texts) or not one_byte):
        return "GB18030", _note("GB18030", "不是 UTF-8，符合国标编码" + wrong, "not UTF-8, and valid GB18030" + wrong_en)
    name = stated if one_byte and stated else "ISO-8859-1"
    why = (
        ("按 " + stated_by, f"as {stated_by} says")
        if one_byte
        else ("既非 UTF-8 也非 GB18030，可疑", "neither UTF-8 nor GB18030, doubtful")
    )
    return name, _note(name, *why)


def _note(name: str, why_zh: str, why_en: str) -> Note:
    return Note(
        "encoding",
        f"文字编码 {name}（{why_zh}）；可用 --encoding 改",
        f"text encoding {name} ({why_en}); --encoding overrides it",
    )


def given(name: str) -> Note:
    """The note for an encoding that the caller chose."""
    return Note("encoding", f"文字编码 {name}（由操作者指定）", f"text encoding {name} (given by the operator)")


def to_utf8(source: Path, target: Path, asked: str | None) -> Note:
    """Copy a text file (CSV, GeoJSON) as UTF-8 without a byte-order mark; the note says what it was in."""
    with open(source, "rb") as file:
        head = file.read(4)
    marked = (
        "UTF-8-SIG"
        if head.startswith(codecs.BOM_UTF8)
        else "UTF-16"
        if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
        else None
    )
    tries = [asked] if asked else [marked] if marked else ["UTF-8", "GB18030"]
    for name in tries:
        if _recode(source, target, name):
            shown = {"UTF-8-SIG": "UTF-8"}.get(name, name)
            return given(asked) if asked else _note(shown, "按内容判断", "judged by its bytes")
    raise UnreadableFile(
        file=source.name,
        why_zh=f"文字不符合 {'、'.join(tries)} 编码；请用 --encoding 指定",
        why_en=f"its text is not {' or '.join(tries)}; state it with --encoding",
    )


def _recode(source: Path, target: Path, name: str) -> bool:
    try:
        with open(source, encoding=name, newline="") as old, open(target, "w", encoding="utf-8", newline="") as new:
            while block := old.read(1 << 20):
                new.write(block)
    except UnicodeError:
        return False
    return True
