"""From a path that somebody gave to files under names of ours, ready for the child: no name of theirs reaches GDAL."""

import gzip
import re
import shutil
import stat
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from geo.errors import UnreadableFile
from layers.readers.dbf import encoding_of, look_into, mend_copy, shapes_in
from layers.readers.encoding import to_utf8
from layers.readers.sandbox import Job, Limits
from layers.readers.words import Note

PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
FORMATS = {
    ".shp": "shapefile",
    ".dbf": "dbf",
    ".gpkg": "gpkg",
    ".geojson": "geojson",
    ".json": "geojson",
    ".parquet": "parquet",
    ".geoparquet": "parquet",
    ".fgb": "flatgeobuf",
    ".osm": "osm",
    ".pbf": "pbf",
    ".csv": "csv",
    ".txt": "csv",
    ".tsv": "csv",
    ".xlsx": "xlsx",
}
MAGIC = {
    "shapefile": b"\x00\x00\x27\x0a",
    "gpkg": b"SQLite format 3\x00",
    "parquet": b"PAR1",
    "flatgeobuf": b"fgb",
    "xlsx": b"PK\x03\x04",
}
KINDS = {"parquet": "parquet", "csv": "csv", "xlsx": "xlsx"}
OURS = {
    "shapefile": "in.shp",
    "dbf": "in.dbf",
    "gpkg": "in.gpkg",
    "geojson": "in.geojson",
    "parquet": "in.parquet",
    "flatgeobuf": "in.fgb",
}
OURS |= {"osm": "in.osm", "pbf": "in.osm.pbf", "csv": "in.csv", "xlsx": "in.xlsx"}
URL = re.compile(r"^([a-z][a-z0-9+.-]+:/|/vsi|<|\{)", re.IGNORECASE)


@dataclass(frozen=True)
class Ready:
    """A file copied and recognised, and what was decided on the way; ``rows`` is what its index announces."""

    format: str
    file: str
    folder: Path
    encoding: str | None = None
    names: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    rows: int | None = None

    def job(self, **more: object) -> Job:
        """The child's order; ``more`` are fields of :class:`layers.readers.sandbox.Job`."""
        path = str(self.folder / OURS[self.format])
        options: tuple[tuple[str, str], ...] = (("DATE_AS_STRING", "YES"),) if self.format == "geojson" else ()
        rebuild = self.format == "shapefile" and not (self.folder / "in.shx").exists()
        config = (("SHAPE_RESTORE_SHX", "YES" if rebuild else "NO"),)
        given = {"encoding": self.encoding, "options": options, "config": config, **more}
        return Job(kind=KINDS.get(self.format, "gdal"), path=path, **given)  # type: ignore[arg-type]


def refuse(file: object, zh: str, en: str) -> UnreadableFile:
    """The error for a file that cannot be used, with its reason."""
    return UnreadableFile(file=str(file), why_zh=zh, why_en=en)


def receive(path: str | Path, folder: Path, limits: Limits, asked: str | None = None, layer: str | None = None) -> Ready:
    """Copy the file (or shapefile, zip, gzip, folder) at ``path`` into ``folder`` and recognise its format.

    ``asked`` is an encoding the caller insists on, ``layer`` chooses among shapefiles of a folder or zip.
    Raises UnreadableFile for addresses, unknown endings, contents that are not what the ending says, and bombs.
    """
    if URL.match(str(path)):
        raise refuse(
            path, "这里只接受本机文件，不接受网址或 GDAL 路径", "only a local file is accepted, no address and no GDAL path"
        )
    source = Path(path)
    folder.mkdir(parents=True, exist_ok=True)
    if not source.exists():
        raise refuse(source, "文件不存在", "there is no such file")
    if source.is_dir():
        return _of_folder(source, folder, limits, asked, layer)
    mode = source.stat().st_mode
    if not stat.S_ISREG(mode):
        raise refuse(source.name, "不是普通文件", "it is not an ordinary file")
    if source.stat().st_size == 0:
        raise refuse(source.name, "文件为空", "it is empty")
    _check_size(source, source.stat().st_size, limits.input_bytes)
    name = source.name.casefold()
    if name.endswith(".zip"):
        return _of_zip(source, folder, limits, asked, layer)
    if name.endswith(".gz"):
        return _of_gzip(source, folder, limits, asked)
    return _copy(source, source.name, folder, limits, asked)


def _check_size(file: Path, size: int, allowed: int) -> None:
    if size > allowed:
        raise refuse(
            file.name,
            f"过大：{size / 1e6:.0f} MB，上限 {allowed / 1e6:.0f} MB",
            f"it is too large: {size / 1e6:.0f} MB, at most {allowed / 1e6:.0f} MB",
        )


def format_of(name: str) -> str | None:
    """The format that an ending stands for, or None."""
    return FORMATS.get(Path(name.casefold()).suffix)


def _copy(source: Path, shown: str, folder: Path, limits: Limits, asked: str | None) -> Ready:
    """One file (and a shapefile's parts beside it) under names of ours, its first bytes checked."""
    form = format_of(shown)
    if form is None:
        raise refuse(
            shown, f"不认识的格式；可用：{'、'.join(sorted({*FORMATS, '.zip', '.gz'}))}", "its ending is not one that can be read"
        )
    if form == "shapefile":
        return _shapefile(_siblings(source), shown, folder, limits, asked)
    target = folder / OURS[form]
    _check_magic(source, form, shown)
    if form in ("csv", "geojson"):
        note = to_utf8(source, target, asked)
        return Ready(form, shown, folder, notes=(note,))
    if form == "dbf":
        return _shapefile({".dbf": source}, shown, folder, limits, asked)
    if form == "xlsx":
        _check_bomb(source, shown, limits)
    shutil.copyfile(source, target)
    journal = source.with_name(source.name + "-wal")
    if form == "gpkg" and journal.is_file():
        shutil.copyfile(journal, target.with_name(target.name + "-wal"))
    return Ready(form, shown, folder)


def _check_magic(source: Path, form: str, shown: str) -> None:
    """A file that is not what its ending says never reaches a parser (VRT in a .geojson reads other files)."""
    with open(source, "rb") as file:
        head = file.read(512)
    wanted = MAGIC.get(form)
    if wanted and not head.startswith(wanted):
        raise refuse(shown, "内容与扩展名不符", "its contents are not what its name says")
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if form == "geojson" and not head.startswith((b"\xff\xfe", b"\xfe\xff")) and not text.startswith((b"{", b"[")):
        raise refuse(shown, "不是 GeoJSON（应以 { 开头）", "it is not GeoJSON (which starts with {)")
    if form == "osm" and not (text.startswith((b"<?xml", b"<osm")) and b"<osm" in head):
        raise refuse(shown, "不是 OSM XML", "it is not OSM XML")


def _siblings(shp: Path) -> dict[str, Path]:
    """The parts of a shapefile beside its .shp, whatever the case of their endings."""
    stem = shp.stem.casefold()
    parts = {
        p.suffix.casefold(): p for p in sorted(shp.parent.iterdir()) if p.stem.casefold() == stem and p.suffix.casefold() in PARTS
    }
    return {**parts, shp.suffix.casefold(): shp}


def _shapefile(parts: dict[str, Path], shown: str, folder: Path, limits: Limits, asked: str | None) -> Ready:
    """Copy the parts and decide the encoding of the attribute table."""
    for suffix, part in parts.items():
        _check_size(part, part.stat().st_size, limits.input_bytes)
        if suffix == ".shp":
            _check_magic(part, "shapefile", shown)
        if suffix != ".cpg" and not (suffix == ".prj" and b"<" in part.read_bytes()[:200]):
            shutil.copyfile(part, folder / f"in{suffix}")
    notes: list[Note] = []
    encoding: str | None = None
    names: list[str] = []
    deleted = 0
    if ".dbf" in parts:
        table = look_into(parts[".dbf"])
        encoding, names, notes = encoding_of(table, parts.get(".cpg"), asked)
        notes += mend_copy(folder / "in.dbf", table)
        deleted = table.deleted
    elif ".shp" in parts:
        notes.append(Note("no-dbf", "没有 .dbf：所有属性未知", "there is no .dbf: every attribute is unknown"))
    if ".shp" in parts and ".shx" not in parts:
        notes.append(Note("no-shx", "没有 .shx：索引已重建", "there is no .shx: the index was rebuilt"))
    form = "shapefile" if ".shp" in parts else "dbf"
    announced = shapes_in(parts[".shx"]) if ".shx" in parts and form == "shapefile" else None
    expected = None if announced is None else announced - deleted
    return Ready(form, shown, folder, encoding, tuple(names), tuple(notes), expected)


def is_spans(stem: str) -> bool:
    """Is a file of this stem the table of spans beside the routes?"""
    return stem.casefold() in ("spans", "分段敷设") or stem.casefold().endswith("_spans")


def _choose(found: Iterable[str], file: Path, layer: str | None) -> str:
    """The one member of a folder or zip to read: a dataset, or the one whose stem is ``layer``."""
    names = sorted(found)
    shapes = [name for name in names if name.casefold().endswith(".shp")]
    if layer:
        # the table of a shapefile has its name too, and must not be taken for it
        called = [name for name in names if Path(name).stem.casefold() == layer.casefold()]
        if called:
            return min(called, key=lambda name: name.casefold().endswith(".dbf"))
        listed = ", ".join(sorted({Path(name).stem for name in names})[:20])
        raise refuse(file.name, f"里面没有“{layer}”；有：{listed}", f"it holds no '{layer}'; it has: {listed}")
    names = [name for name in names if not is_spans(Path(name).stem)] or names
    candidates = shapes or [n for n in names if format_of(n) not in (None, "dbf", "csv")] or names
    if len(candidates) == 1:
        return candidates[0]
    if not candidates:
        raise refuse(file.name, "里面没有可读的数据文件", "there is no file in it that can be read")
    listed = ", ".join(Path(name).stem for name in candidates[:20])
    raise refuse(
        file.name,
        f"里面有多个数据文件，请用 --layer 指定（city.toml 中写 layer = …）：{listed}",
        f"it holds several files, choose one with --layer (in city.toml: layer = …): {listed}",
    )


def _of_folder(source: Path, folder: Path, limits: Limits, asked: str | None, layer: str | None) -> Ready:
    found = [p.name for p in source.iterdir() if p.is_file() and format_of(p.name)]
    chosen = _choose(found, source, layer)
    return _copy(source / chosen, chosen, folder, limits, asked)


def _check_bomb(source: Path, shown: str, limits: Limits) -> list[zipfile.ZipInfo]:
    """Refuse an archive that would grow beyond the limits. The sizes are checked again while unpacking."""
    try:
        with zipfile.ZipFile(source) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError):
        raise refuse(shown, "不是有效的压缩包", "it is not a valid zip archive") from None
    total = sum(m.file_size for m in members)
    packed = max(source.stat().st_size, 1)
    if len(members) > limits.members:
        raise refuse(shown, f"压缩包内文件过多（{len(members)}）", f"it holds too many files ({len(members)})")
    if total > limits.written_bytes or (total > 20_000_000 and total / packed > limits.ratio):
        raise refuse(
            shown,
            f"解压后 {total / 1e6:.0f} MB（{total / packed:.0f} 倍），疑似压缩炸弹",
            f"it would unpack to {total / 1e6:.0f} MB ({total / packed:.0f} times its size): refused as a bomb",
        )
    return members


def _member_name(info: zipfile.ZipInfo) -> str:
    """A member's name; zips made on Chinese Windows hold GBK names without saying so."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return info.filename


def _of_zip(source: Path, folder: Path, limits: Limits, asked: str | None, layer: str | None) -> Ready:
    members = {
        _member_name(m): m for m in _check_bomb(source, source.name, limits) if not m.is_dir() and "__MACOSX" not in m.filename
    }
    if any(name.casefold().endswith((".zip", ".gz", ".7z", ".rar")) for name in members) and not any(
        format_of(n) for n in members
    ):
        raise refuse(source.name, "压缩包里又是压缩包，请先解开", "it holds another archive: unpack it first")
    chosen = _choose([name for name in members if format_of(name)], source, layer)
    stem = chosen[: -len(Path(chosen).suffix)].casefold()
    wanted = {name: info for name, info in members.items() if name == chosen}
    if chosen.casefold().endswith(".shp"):
        wanted |= {
            n: i
            for n, i in members.items()
            if n[: -len(Path(n).suffix) or None].casefold() == stem and Path(n).suffix.casefold() in PARTS
        }
    inner = folder / "unpacked"
    inner.mkdir()
    left = limits.written_bytes
    with zipfile.ZipFile(source) as archive:
        for name, info in wanted.items():
            if info.flag_bits & 1:
                raise refuse(source.name, "压缩包有密码", "the archive has a password")
            left -= _unpack(archive, info, inner / f"in{Path(name).suffix.casefold()}", left, source.name)
    return _copy(inner / f"in{Path(chosen).suffix.casefold()}", f"{Path(chosen).name}", folder, limits, asked)


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, allowed: int, shown: str) -> int:
    try:
        with archive.open(info) as packed:
            return _pour(packed, target, allowed, shown)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise refuse(shown, f"压缩包已损坏（{error}）", f"the archive is damaged ({error})") from None


def _pour(packed: object, target: Path, allowed: int, shown: str) -> int:
    """Copy a stream of unknown length, at most ``allowed`` bytes; returns how many."""
    written = 0
    with open(target, "wb") as file:
        while block := packed.read(1 << 20):  # type: ignore[attr-defined]
            written += len(block)
            if written > allowed:
                raise refuse(shown, f"解压后超过 {allowed / 1e6:.0f} MB", f"it unpacks to more than {allowed / 1e6:.0f} MB")
            file.write(block)
    return written


def _of_gzip(source: Path, folder: Path, limits: Limits, asked: str | None) -> Ready:
    name = source.name[:-3]
    if format_of(name) not in ("geojson", "osm", "csv"):
        raise refuse(source.name, ".gz 只用于 GeoJSON、OSM XML 和 CSV", ".gz is read for GeoJSON, OSM XML and CSV only")
    inner = folder / "unpacked"
    inner.mkdir()
    target = inner / f"in{Path(name).suffix.casefold()}"
    allowed = min(limits.written_bytes, max(source.stat().st_size * limits.ratio, 20_000_000))
    try:
        with gzip.open(source) as packed:
            _pour(packed, target, allowed, source.name)
    except (gzip.BadGzipFile, EOFError, OSError, ValueError) as error:
        raise refuse(source.name, f"压缩文件已损坏（{error}）", f"the compressed file is damaged ({error})") from None
    return _copy(target, name, folder, limits, asked)
