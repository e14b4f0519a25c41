"""The attribute table of a shapefile, byte by byte: its encoding, its field names, how many rows it really holds."""

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from layers.readers.encoding import decide, given, named
from layers.readers.words import Note

Bytes = npt.NDArray[np.uint8]

# language byte of a .dbf header → code page
LDID = {
    **{0x4D: "GB18030", 0x7A: "GB18030", 0x4F: "BIG5", 0x78: "BIG5", 0x13: "CP932", 0x7B: "CP932"},
    **{0x03: "CP1252", 0x57: "CP1252", 0x02: "CP850"},
}


@dataclass(frozen=True)
class Dbf:
    """A table as its bytes show it. ``rows`` counts what is there, ``stated`` what the header claims."""

    names: tuple[bytes, ...]
    texts: tuple[tuple[bytes, bool], ...]
    ldid: int
    rows: int
    stated: int
    deleted: int


def look_into(path: Path) -> Dbf:
    """Read the header and every text that is not ASCII (with "fills its field"). Damage never raises: it shows in the counts."""
    if path.stat().st_size < 33:
        return Dbf((), (), 0, 0, 0, 0)
    data: Bytes = np.memmap(path, dtype=np.uint8, mode="r")
    stated, head, width = struct.unpack("<IHH", data[4:12].tobytes())
    names, spans = _fields(data, head)
    rows = min(stated, max(len(data) - head, 0) // width) if width else 0
    texts = [(name, True) for name in names]
    deleted = 0
    if rows > 0:
        body = data[head : head + rows * width].reshape(rows, width)
        deleted = int((body[:, 0] == 0x2A).sum())
        for start, stop in spans:
            if stop <= width:
                texts += _not_ascii(body[:, start:stop])
    return Dbf(tuple(names), tuple(texts), int(data[29]), rows, stated, deleted)


def _fields(data: Bytes, head: int) -> tuple[list[bytes], list[tuple[int, int]]]:
    """Raw field names, and where in a record the text fields lie."""
    names: list[bytes] = []
    spans: list[tuple[int, int]] = []
    at, offset = 32, 1
    while at + 32 <= min(head, len(data)) and data[at] != 0x0D:
        field = data[at : at + 32].tobytes()
        names.append(field[:11].split(b"\0")[0])
        if field[11:12] in b"CM":
            spans.append((offset, offset + field[16]))
        offset += field[16]
        at += 32
    return names, spans


def _not_ascii(column: Bytes) -> list[tuple[bytes, bool]]:
    """The distinct values of one fixed-width column that hold a byte over 127."""
    rows = column[(column >= 0x80).any(axis=1)]
    if not len(rows):
        return []
    values = [bytes(v) for v in np.unique(np.ascontiguousarray(rows).view(f"S{column.shape[1]}"))]
    return [(v.rstrip(b" \0"), len(v.rstrip(b" \0")) == column.shape[1]) for v in values]


def encoding_of(dbf: Dbf, cpg: Path | None, asked: str | None) -> tuple[str, list[str], list[Note]]:
    """The encoding of a shapefile's attributes, its field names decoded with it, and the notes."""
    stated, by = None, ""
    notes: list[Note] = []
    if cpg is not None:
        stated, by = named(cpg.read_bytes()[:64].decode("latin-1")), ".cpg"
        if stated is None:
            notes.append(Note("encoding", ".cpg 内容不是编码名，已忽略", "the .cpg holds no name of an encoding and was ignored"))
    if stated is None and dbf.ldid in LDID:
        stated, by = LDID[dbf.ldid], "dbf LDID"
    if asked:
        chosen, note = asked, given(asked)
    else:
        chosen, found = decide(list(dbf.texts), stated, by)
        note = found if found is not None else Note("encoding", "文字全为 ASCII", "all text is ASCII")
    return chosen, [name.decode(chosen, "ignore").strip() for name in dbf.names], [*notes, note]


def mend_copy(path: Path, dbf: Dbf) -> list[Note]:
    """In *our copy*: call the fields F0, F1 … (their own names may end inside a character), and count the rows that are there."""
    with open(path, "r+b") as file:
        for number in range(len(dbf.names)):
            file.seek(32 + 32 * number)
            file.write(f"F{number}".encode().ljust(11, b"\0"))
        if dbf.rows == dbf.stated:
            return []
        file.seek(4)
        file.write(struct.pack("<I", dbf.rows))
    zh = f"属性表头称有 {dbf.stated} 行，实有 {dbf.rows} 行：按实有读取"
    return [Note("dbf-rows", zh, f"the attribute table claims {dbf.stated} rows and holds {dbf.rows}: those were read")]


def shapes_in(shx: Path) -> int | None:
    """How many shapes the index of a shapefile announces; None where it has no header."""
    with open(shx, "rb") as file:
        head = file.read(28)
    return None if len(head) < 28 else int((struct.unpack(">i", head[24:28])[0] * 2 - 100) // 8)
