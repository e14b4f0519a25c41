"""What every command that takes files asks of them, and the places that answers go to."""

import argparse
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from api.answers.write import write_rejects
from api.commands.terminal import say
from geo.city import City
from geo.errors import BadInput
from layers.readers import LayerRead, RoutesRead, read_routes
from layers.readers.crs import Bounds
from layers.readers.words import Issue


class Placed(Protocol):
    """Where a city lies: its settings, or the city itself."""

    @property
    def work_crs(self) -> str: ...

    @property
    def bounds(self) -> Bounds: ...


def options(asked: argparse.Namespace, place: Placed) -> dict[str, Any]:
    """The keywords of every reader: the city's place, and what ``--encoding``, ``--crs``, ``--layer``, ``--map`` say.

    Raises BadInput."""
    return {
        "work_crs": place.work_crs,
        "bounds": place.bounds,
        "encoding": asked.encoding,
        "crs": asked.crs,
        "layer": asked.inside,
        "mapping": mapping_of(asked.mapping),
    }


def read_asked(file: Path, asked: argparse.Namespace, place: Placed) -> RoutesRead:
    """The routes of ``file``, read as the options say. Raises what :func:`layers.readers.read_routes` raises."""
    return read_routes(file, **options(asked, place))


# what a whole city's reading says of its layers: not how columns were matched, but what was lost on the way
SHOWN = 10
LOST = ("not-stated", "axes-swapped", "outside", "layer", "rejected")


def tell_notes(read: RoutesRead | LayerRead, lang: str) -> None:
    """What the reading decided on the way, to the person at the terminal."""
    for note in read.notes:
        say(f"· {note.zh if lang == 'zh' else note.en}")


def tell_lost(reads: Mapping[str, LayerRead], lang: str) -> None:
    """What the layers of a city lost when they were read."""
    for name, read in reads.items():
        for note in (note for note in read.notes if note.code in LOST):
            say(f"· {name}: {note.zh if lang == 'zh' else note.en}")
    if "road_ledger" in reads:
        tell_unplaced([issue for issue in reads["road_ledger"].issues if issue.field in ("road_id", "from_m")], lang)


def tell_lost_rows(city: City, lang: str) -> None:
    """Stored layers some of whose rows could not be read when they were loaded."""
    for name, layer in city.layers.items():
        if layer.lost:
            zh = f"{name}：装入时有 {layer.lost} 行不可用，此图层的“没有”不能作数"
            say(f"· {zh}" if lang == "zh" else f"· {name}: {layer.lost} rows could not be read: its silence proves nothing")


def tell_unplaced(issues: list[Issue], lang: str) -> None:
    """Rows of the road ledger that find no place on the roads: what they would lock is in doubt."""
    for issue in issues[:SHOWN]:
        row = f"第 {issue.row_no} 行：{issue.zh}" if lang == "zh" else f"row {issue.row_no}: {issue.en}"
        say(f"· road_ledger {row}")
    if len(issues) > SHOWN:
        rest = len(issues) - SHOWN
        say(f"· road_ledger：另有 {rest} 行同样情况" if lang == "zh" else f"· road_ledger: {rest} more rows like these")


def mapping_of(pairs: list[str]) -> dict[str, str]:
    """``COLUMN=FIELD`` arguments as a mapping. Raises BadInput."""
    out = {}
    for pair in pairs:
        column, equals, field = pair.partition("=")
        if not (column and equals and field):
            raise BadInput(
                why_zh=f"--map 应写作 文件中的字段名=字段，而不是 {pair}", why_en=f"--map is written COLUMN=FIELD, not {pair}"
            )
        out[column] = field
    return out


def rejects_of(asked: argparse.Namespace) -> Path:
    """Where refused rows go."""
    place: Path = asked.rejects or asked.output.with_suffix(".rejects.csv")
    return place


def keep_rejects(asked: argparse.Namespace, read: RoutesRead, undone: str = "未能判定") -> int:
    """Write down the rows that were refused, and say where; how many they are."""
    if not len(read.rejects):
        return 0
    place, rows = rejects_of(asked), int(read.rejects["row_no"].nunique())
    write_rejects(read.rejects, place)
    say(f"✗ {rows} 行{undone}，原因见 / rows rejected, reasons in {place}")
    return rows


def check_places(**places: Path | None) -> None:
    """Before anything is read: each file can be written where its option (the keyword) says. Raises BadInput.

    A folder is never made for an answer: after a slip of the pen nobody would find it there.
    """
    taken: dict[Path, str] = {}
    for name, place in places.items():
        if place is None:
            continue
        option = "-o" if name == "output" else f"--{name}"
        folder = place.absolute().parent
        if place.is_dir():
            raise _refused(option, place, "是文件夹，请写出文件名", "is a folder: name a file in it")
        if not folder.is_dir():
            zh, en = (
                f"文件夹 {folder} 不存在，请改正路径或先新建它",
                f"there is no folder {folder}: mend the path, or make it first",
            )
            raise _refused(option, place, zh, en)
        if not os.access(folder, os.W_OK | os.X_OK):
            zh, en = f"没有权限写入文件夹 {folder}，请换一个位置", f"the folder {folder} may not be written to: choose another"
            raise _refused(option, place, zh, en)
        same = taken.setdefault(place.resolve(), option)
        if same != option:
            raise _refused(option, place, f"与 {same} 是同一个文件，请分开写", f"is what {same} names too: give each its own")


def _refused(option: str, place: Path, zh: str, en: str) -> BadInput:
    return BadInput(file=str(place), why_zh=f"{option} {place}：{zh}", why_en=f"{option} {place}: {en}")
