"""Files that a visitor sends: kept under names of ours, whatever they call themselves."""

import re
import shutil
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from fastapi import UploadFile

from geo.errors import UnreadableFile
from layers.readers.intake import FORMATS, PARTS

# a file alone; the parts of a shapefile may come side by side
ALONE = tuple(sorted({*FORMATS, ".zip"} - {".osm", ".pbf", ".dbf", ".txt"}))
PACKED = (".geojson.gz", ".csv.gz")
MOST_FILES = 8
STEM = "input"


@dataclass(frozen=True)
class Upload:
    """What was received: ``folder`` below the home's jobs and ``stored`` in it are names of ours, ``shown`` is the visitor's."""

    folder: str
    stored: str
    shown: str


def receive(files: Sequence[UploadFile], jobs_dir: Path) -> Upload:
    """Copy the upload into a new folder below ``jobs_dir``. Raises UnreadableFile for endings that no reader takes."""
    names = [_shown(file.filename) for file in files]
    endings = [_ending(name) for name in names]
    main = _main(names, endings)
    folder = jobs_dir / uuid.uuid4().hex
    folder.mkdir(parents=True)
    try:
        for file, ending in zip(files, endings, strict=True):
            with (folder / f"{STEM}{ending}").open("xb") as target:
                shutil.copyfileobj(file.file, target, 1 << 20)
        stored = f"{STEM}{endings[main]}"
        if (folder / stored).stat().st_size == 0:
            raise UnreadableFile(file=names[main], why_zh="文件为空", why_en="it is empty")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return Upload(folder.name, stored, names[main])


def _shown(name: str | None) -> str:
    """The last part of the name that the visitor gave, for showing only: no folders, nothing invisible, 200 characters."""
    last = PurePosixPath((name or "").replace("\\", "/")).name
    clean = re.sub(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", "", last).strip()
    return clean[-200:] or "—"


def _ending(name: str) -> str:
    lower = name.lower()
    two = next((ending for ending in PACKED if lower.endswith(ending)), "")
    return two or PurePosixPath(lower).suffix


def _main(names: Sequence[str], endings: Sequence[str]) -> int:
    """Which of the files is the one to read: the only one, or the .shp among the parts of one shapefile."""
    if len(names) == 1:
        if endings[0] not in (*ALONE, *PACKED):
            known = "、".join((*ALONE, *PACKED))
            raise UnreadableFile(
                file=names[0],
                why_zh=f"不认识的格式；可用：{known}",
                why_en=f"its ending is not one that can be read: {known.replace('、', ', ')}",
            )
        return 0
    parts = len(names) <= MOST_FILES and set(endings) <= set(PARTS) and len(set(endings)) == len(endings) and ".shp" in endings
    stems = {name[: -len(ending)].lower() for name, ending in zip(names, endings, strict=True)}
    if not parts or len(stems) != 1:
        raise UnreadableFile(
            file="、".join(names)[:200],
            why_zh="一次只收一个文件，或同一个 shapefile 的各部分（.shp、.shx、.dbf、.prj、.cpg）",
            why_en="one file at a time, or the parts of one shapefile (.shp, .shx, .dbf, .prj, .cpg)",
        )
    return endings.index(".shp")
