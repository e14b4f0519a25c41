"""Makes the field pack: gathers it as far as the rights of the one who asks reach, writes the zip, and leaves nothing behind."""

import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import IO, Any

from api.deps import House
from api.field_pack.gpkg import write_gpkg
from api.field_pack.ground import PIPES, area_of, ground_tables, rows_of
from api.field_pack.project import PICTURE, project
from api.field_pack.readme import Told, readme
from api.field_pack.sheet import sheet
from api.field_pack.survey import line_of, site_in_plane, survey_tables
from api.field_pack.table import Table
from api.masking import veiled
from api.rights import Visitor
from api.survey.hand_in import folder_of
from geo.city import City
from geo.crs import to_degrees
from geo.errors import Conflict, NotFound
from layers.people.audit import told as noted
from layers.people.personal import masked_text
from layers.queries import told_of
from layers.rasters.archive import Archive, write_archive
from layers.rasters.store import raster_paths
from layers.survey import files, store
from layers.survey.clock import CHINA

MOST_TILES = 400
TILES = "area.pmtiles"
_PACKED = (".tif", ".pmtiles", ".jpg", ".png", ".webp", ".heic")
"""What is as small as it gets, and goes into the zip as it is."""


@dataclass(frozen=True)
class Photos:
    """The photos of a survey: number → path in the pack, → its original and digest; ``missing``: whose original is lost."""

    inside: Mapping[int, str]
    originals: Mapping[int, tuple[Path, str]]
    missing: list[int]


_MAKING: set[int] = set()
_DOOR = Lock()


@contextmanager
def _alone(person: int) -> Iterator[None]:
    """One pack at a time for a person in this process: each takes a processor and some disk. Raises Conflict."""
    with _DOOR:
        if person in _MAKING:
            raise Conflict(
                why_zh="您的另一个外业包正在生成，请等它完成后再取",
                why_en="another field pack of yours is being made: ask again after it",
            )
        _MAKING.add(person)
    try:
        yield
    finally:
        with _DOOR:
            _MAKING.discard(person)


def field_pack(house: House, now: Visitor, survey: int, whole: bool) -> IO[bytes]:
    """The zip as an open file without a name, at its beginning: it is gone as soon as it is closed.

    ``whole``: may personal data be seen whole? else it is masked as in every answer. That pipes were taken out is kept in the
    audit. Raises NotFound for who does not see the survey, Conflict while another pack of theirs is made, BadInput where the
    area holds more rows than may be taken at once."""
    found = store.one(house.engine, now.person, survey)
    place = folder_of(house)  # the disk that holds the photos has room for them; a server's /tmp may be its memory
    with _alone(now.person.id), tempfile.TemporaryDirectory(prefix=".pack-", dir=place) as made:
        out = tempfile.TemporaryFile(dir=place)  # noqa: SIM115 — who sends it closes it
        try:
            tables = _made(house, now, found, whole, Path(made), out)
            counts = {name: rows_of(tables, name) for name in PIPES}
            noted(house.engine, now.actor, "survey.field_pack", f"survey {survey}", counts)
        except BaseException:
            out.close()
            raise
    out.seek(0)
    return out


def _made(house: House, now: Visitor, survey: Mapping[str, Any], whole: bool, folder: Path, out: IO[bytes]) -> list[Table]:
    city, line, photos = house.standing.settings(), line_of(house, now.scope, survey), _photos(house, survey["id"])
    area = area_of(site_in_plane(survey, city), None if line is None else line[1])
    summary = [*house.standing.summary(), told_of(house.engine, "satellite")]
    delivered = {one["name"] for one in summary if one["delivered"]}
    tables = [
        *survey_tables(house, city, survey, line, photos.inside),
        *ground_tables(house, now.scope, area, city.work_crs, delivered),
    ]  # fmt: skip
    if not whole:
        tables = [replace(one, frame=veiled(one.frame)) for one in tables]
    mask = str if whole else masked_text
    write_gpkg(tables, folder / "survey.gpkg")
    archive = _pictures(house, city, area, folder)
    at = f"{datetime.now(CHINA):%Y-%m-%d %H:%M}"
    told = Told(city, survey, tables, summary, archive, MOST_TILES, len(photos.inside), photos.missing, line is not None,
                now.person.name, at)  # fmt: skip
    texts = {
        "README.txt": mask(readme(told)),
        "checklist.csv": sheet(next(one for one in tables if one.name == "checklist")),
        "survey.qgs": project(mask(survey["title"]), tables, area, city.work_crs, archive is not None),
        "photos/SHA256SUMS": _sums(photos),
    }  # fmt: skip
    _write(out, texts, folder, photos)
    return tables


def _photos(house: House, survey: int) -> Photos:
    inside, originals, missing = {}, {}, []
    for one in files.photos(house.engine, survey):
        try:
            path = files.found(house.engine, folder_of(house), survey, one["id"], "original").path
        except NotFound:
            missing.append(one["id"])
            continue
        inside[one["id"]] = f"photos/{one['id']}-{one['sha256'][:12]}{path.suffix}"
        originals[one["id"]] = (path, one["sha256"])
    return Photos(inside, originals, missing)


def _sums(photos: Photos) -> str:
    """As ``sha256sum -c`` reads them, beside the photos."""
    return "".join(f"{sha}  {Path(photos.inside[one]).name}\n" for one, (_, sha) in photos.originals.items())


def _pictures(house: House, city: City, area: Any, folder: Path) -> Archive | None:
    about = {"name": f"{city.name} 卫星影像", "type": "baselayer", "format": "webp"}
    where = to_degrees(area.simplify(5.0), city.work_crs)
    return write_archive(raster_paths(house.engine, "satellite"), where, MOST_TILES, folder / TILES, folder / PICTURE, about)


def _write(out: IO[bytes], texts: Mapping[str, str], folder: Path, photos: Photos) -> None:
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, text in texts.items():
            target.writestr(name, text)
        for path in sorted(folder.iterdir()):
            target.write(path, path.name, _packing(path.name))
        for number, (path, _) in photos.originals.items():
            target.write(path, photos.inside[number], _packing(path.name))


def _packing(name: str) -> int:
    return zipfile.ZIP_STORED if name.endswith(_PACKED) else zipfile.ZIP_DEFLATED
