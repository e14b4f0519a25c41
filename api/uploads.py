"""Files that a visitor sends: kept under names of ours, whatever they call themselves."""

import re
import shutil
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from fastapi import UploadFile

from geo.errors import UnreadableFile, WaixianError
from layers.readers.intake import FORMATS, PARTS

# a file alone; the parts of a shapefile may come side by side
ALONE = tuple(sorted({*FORMATS, ".zip"} - {".osm", ".pbf", ".dbf", ".txt"}))
PACKED = (".geojson.gz", ".csv.gz")
TABLES = (".csv", ".xlsx")
MOST_FILES = 8
STEM = "input"


@dataclass(frozen=True)
class Upload:
    """What was received: ``folder`` below the home's jobs and ``stored`` in it are names of ours, ``shown`` is the visitor's."""

    folder: str
    stored: str
    shown: str


@contextmanager
def told_as_shown(folder: Path, stored: str, shown: str) -> Iterator[None]:
    """Within it, what is wrong with a stored file is told under the name that the visitor knows."""
    try:
        yield
    except WaixianError as error:
        for name, said in error.context.items():
            if isinstance(said, (str, Path)):
                error.context[name] = str(said).replace(str(folder / stored), shown).replace(stored, shown)
        raise


def receive(files: Sequence[UploadFile], jobs_dir: Path) -> Upload:
    """Copy the upload into a new folder below ``jobs_dir``. Raises UnreadableFile for endings that no reader takes."""
    shown = [_shown(file.filename) for file in files]
    stored, main = _names(shown)
    folder = jobs_dir / uuid.uuid4().hex
    folder.mkdir(parents=True)
    try:
        for file, name in zip(files, stored, strict=True):
            with (folder / name).open("xb") as target:
                shutil.copyfileobj(file.file, target, 1 << 20)
        if (folder / stored[main]).stat().st_size == 0:
            raise UnreadableFile(file=shown[main], why_zh="文件为空", why_en="it is empty")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return Upload(folder.name, stored[main], shown[main])


def _shown(name: str | None) -> str:
    """The last part of the name that the visitor gave, for showing only: no folders, nothing invisible, 200 characters."""
    last = PurePosixPath((name or "").replace("\\", "/")).name
    clean = re.sub(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", "", last).strip()
    return clean[-200:] or "—"


def _ending(name: str) -> str:
    lower = name.lower()
    two = next((ending for ending in PACKED if lower.endswith(ending)), "")
    return two or PurePosixPath(lower).suffix


def _names(shown: Sequence[str]) -> tuple[list[str], int]:
    """Our names for the files, and which of them is the one to read: the only one, or the .shp of a shapefile's parts.

    Beside it may stand a table of spans (``NAME_spans.csv``), where the readers look for it."""
    endings = [_ending(name) for name in shown]
    stems = [name[: len(name) - len(ending)].lower() for name, ending in zip(shown, endings, strict=True)]
    spans = [stem.endswith("_spans") and ending in TABLES for stem, ending in zip(stems, endings, strict=True)]
    mains = [at for at, ending in enumerate(endings) if not spans[at] and (ending not in PARTS or ending == ".shp")]
    others = {stem for stem, is_spans in zip(stems, spans, strict=True) if not is_spans}
    names = [f"{STEM}{'_spans' if is_spans else ''}{ending}" for is_spans, ending in zip(spans, endings, strict=True)]
    if len(shown) == 1:
        mains, others = [0], set()
        names = [f"{STEM}{endings[0]}"]
    fits = len(mains) == 1 and len(others) <= 1 and len(set(names)) == len(names) <= MOST_FILES and sum(spans) <= 1
    if not fits:
        raise UnreadableFile(
            file="、".join(shown)[:200],
            why_zh="一次只收一个文件，或同一个 shapefile 的各部分（.shp、.shx、.dbf、.prj、.cpg）；"
            "可另附分段敷设表（名称_spans.csv）",
            why_en="one file at a time, or the parts of one shapefile (.shp, .shx, .dbf, .prj, .cpg); a table of spans "
            "(NAME_spans.csv) may stand beside it",
        )
    if endings[mains[0]] not in (*ALONE, *PACKED):
        known = "、".join((*ALONE, *PACKED))
        raise UnreadableFile(
            file=shown[mains[0]],
            why_zh=f"不认识的格式；可用：{known}",
            why_en=f"its ending is not one that can be read: {known.replace('、', ', ')}",
        )
    return names, mains[0]
