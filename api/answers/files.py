"""A file that others read is there whole, or it is the old one: written beside its place, moved in at the end."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyogrio.errors

from geo.errors import BadInput

# What may lie beside an older shapefile and would mislead a reader of the new one: indexes and metadata of the old rows.
_STALE = (".sbn", ".sbx", ".qix", ".shp.xml")


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A place to write ``path``: under the same name, in a folder of its own beside it. Whatever lies in that folder at
    the end (a shapefile is several files) is moved next to ``path``, that file last; on an error nothing is.

    Raises :class:`BadInput` where the folder cannot be written to or the disk is full."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        workshop = Path(tempfile.mkdtemp(prefix=".waixian-", dir=path.parent))
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        yield workshop / path.name
        _move_in(workshop, path)
    except (OSError, pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise _unwritable(path, error) from error
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


def _move_in(workshop: Path, path: Path) -> None:
    made = sorted(workshop.iterdir(), key=lambda one: one.name == path.name)
    for one in made:
        with one.open("rb") as file:
            os.fsync(file.fileno())
    if path.suffix.lower() == ".shp":
        for suffix in _STALE:
            path.with_suffix(suffix).unlink(missing_ok=True)
    for one in made:
        os.replace(one, path.parent / one.name)


def _unwritable(path: Path, error: Exception) -> BadInput:
    why = getattr(error, "strerror", None) or str(error)
    return BadInput(file=path.name, why_zh=f"无法写入 {path}：{why}", why_en=f"Cannot write {path}: {why}")
