"""Satellite and height files from outside: copied under a name of ours, opened in a child with limits, made a COG."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from geo.city import City
from geo.crs import to_degrees
from geo.errors import UnknownCrs, UnreadableFile
from layers.copying import Progress
from layers.readers.crs import settle
from layers.readers.sandbox import Limits

CHILD = Path(__file__).with_name("child.py")
# No file that is reached over a network, none that lies beside ours unasked.
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LC_ALL": "C.UTF-8",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none-allowed",
    "GDAL_DISABLE_READDIR_ON_OPEN": "FALSE",
    "GDAL_PAM_ENABLED": "NO",
    "OPENBLAS_NUM_THREADS": "1",
}


PICTURE = Limits(memory_bytes=4 << 30, cpu_s=3600, wall_s=3600.0, input_bytes=32 << 30, written_bytes=64 << 30)


@dataclass(frozen=True)
class Cog:
    """A finished COG in the work CRS. ``footprint``: where it has data, work CRS; ``crs``: as delivered;
    ``bounds``: west, south, east, north in degrees; ``transparency``: nodata, alpha, mask or none."""

    path: Path
    crs: str
    bounds: tuple[float, float, float, float]
    footprint: BaseGeometry
    width: int
    height: int
    bands: int
    dtype: str
    nodata: float | None
    resolution_m: float
    transparency: str


def make_cog(
    source: Path,
    target: Path,
    city: City,
    crs: str | None = None,
    progress: Progress | None = None,
    limits: Limits = PICTURE,
) -> Cog:
    """``source`` as a COG at ``target``, whole or not at all: a GeoTIFF (with its .msk), or a .zip with one SRTM .hgt.

    ``crs`` overrides what the file states. Raises UnreadableFile (damaged, no data, too large, no GeoTIFF) and UnknownCrs.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".raster-", dir=target.parent) as folder:
        place = Path(folder)
        name, driver = _copy(source, place, limits)
        orders: dict[str, Any] = {"path": name, "driver": driver}
        seen = _run(place, {**orders, "task": "look"}, source.name, limits, None)
        settled, shift_m = _settle(seen, crs, city, source.name)
        orders |= {"crs": settled, "shift_m": shift_m, "work_crs": city.work_crs, "max_pixels": limits.pixels}
        made = _run(place, {**orders, "task": "convert", "half": "half.tif", "out": "out.tif"}, source.name, limits, progress)
        os.replace(place / "out.tif", target)
    corners = shapely.box(*made["box"])
    west, south, east, north = shapely.bounds(to_degrees(shapely.segmentize(corners, corners.length / 40), city.work_crs))
    return Cog(
        path=target,
        crs=_label(settled),
        bounds=(float(west), float(south), float(east), float(north)),
        footprint=shapely.union_all([shapely.geometry.shape(part) for part in made["outline"]]),
        **{name: made[name] for name in ("width", "height", "bands", "dtype", "nodata", "resolution_m", "transparency")},
    )


def _copy(source: Path, folder: Path, limits: Limits) -> tuple[str, str]:
    """The file under a name of ours, and the one driver that may open it."""
    if not source.is_file():
        raise _unreadable(source.name, "没有这个文件", "there is no such file")
    if source.stat().st_size > limits.input_bytes:
        raise _unreadable(source.name, f"超过 {limits.input_bytes:,} 字节", f"it is larger than {limits.input_bytes:,} bytes")
    if source.suffix.lower() == ".zip":
        return _unzip(source, folder), "SRTMHGT"
    with source.open("rb") as file:
        if file.read(4) not in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
            raise _unreadable(source.name, "不是 GeoTIFF", "it is no GeoTIFF")
    shutil.copyfile(source, folder / "in.tif")
    mask = source.with_name(source.name + ".msk")
    if mask.is_file():
        shutil.copyfile(mask, folder / "in.tif.msk")
    return "in.tif", "GTiff"


def _unzip(source: Path, folder: Path) -> str:
    """The one .hgt of a zip; its name is its place on earth, so it must look like one."""
    try:
        with zipfile.ZipFile(source) as archive:
            found = [info for info in archive.infolist() if info.filename.lower().endswith(".hgt")]
            if len(found) != 1:
                raise _unreadable(source.name, "压缩包中应恰有一个 .hgt", "the zip should hold exactly one .hgt")
            stem = Path(found[0].filename).stem.upper()
            if len(stem) != 7 or stem[0] not in "NS" or stem[3] not in "EW" or not (stem[1:3] + stem[4:]).isdigit():
                raise _unreadable(source.name, f"{stem} 不像 SRTM 文件名", f"{stem} is no name of an SRTM tile")
            if found[0].file_size > 2 * 3601 * 3601:
                raise _unreadable(source.name, "比 SRTM 图幅大", "it is larger than an SRTM tile")
            with archive.open(found[0]) as packed, (folder / f"{stem}.hgt").open("wb") as out:
                shutil.copyfileobj(packed, out)
    except zipfile.BadZipFile:
        raise _unreadable(source.name, "压缩包已损坏", "the zip is damaged") from None
    return f"{stem}.hgt"


def _settle(seen: dict[str, Any], asked: str | None, city: City, file: str) -> tuple[str, float]:
    """The CRS and a shift of its eastings; a picture says where it lies, or somebody must: numbers are not guessed at."""
    if not seen["placed"]:
        raise UnknownCrs(file=file, why_zh="影像没有地理位置（仿射变换）。", why_en="The picture says nothing of its place.")
    if seen["crs"] is None and not asked:
        turned = seen["rotated"]
        raise UnknownCrs(
            file=file,
            why_zh=f"影像{'带旋转而' if turned else ''}未注明坐标系，请用 --crs 指定。",
            why_en=f"The {'rotated ' if turned else ''}picture states no CRS: name it with --crs.",
        )
    if len(seen["dtypes"]) > 1 or seen["dtype"].startswith("complex"):
        raise _unreadable(file, f"波段类型 {seen['dtypes']} 不支持", f"bands of type {seen['dtypes']} are not supported")
    outline = np.array([shapely.Polygon(seen["corners"])], dtype=object)
    source = settle(seen["crs"], asked, outline, city.work_crs, city.bounds, file)
    return source.crs, float(source.shift_x)


def _run(folder: Path, orders: dict[str, Any], file: str, limits: Limits, progress: Progress | None) -> dict[str, Any]:
    """One child with its orders. Raises UnreadableFile with the child's reason, or with the limit that ended it."""
    orders["limits"] = limits.rlimits()
    (folder / "orders.json").write_text(json.dumps(orders), "utf-8")
    command = [sys.executable, "-I", str(CHILD), str(folder)]
    environment = {**ENVIRONMENT, "TMPDIR": str(folder), "CPL_TMPDIR": str(folder)}
    with (folder / "child.log").open("wb") as log, _child(command, environment, folder, log, limits.wall_s) as child:
        assert child.stdout is not None
        for line in child.stdout:
            done, _, total = line.partition(" ")
            if progress:
                progress(int(done), int(total))
        code = child.wait()
    if code != 0 or not (folder / "answer.json").exists():
        last = ((folder / "child.log").read_text("utf-8", "replace").strip().splitlines() or [""])[-1][:200]
        why = f"signal {-code}" if code < 0 else last
        raise _unreadable(file, f"读取时超出限制或出错，已中止（{why}）", f"reading ran over a limit or crashed ({why})")
    answer: dict[str, Any] = json.loads((folder / "answer.json").read_text("utf-8"))
    (folder / "answer.json").unlink()
    if not answer.pop("ok"):
        raise _unreadable(file, answer["zh"], answer["en"])
    return answer


@contextlib.contextmanager
def _child(
    command: list[str], environment: dict[str, str], folder: Path, log: Any, wall_s: float
) -> Iterator["subprocess.Popen[str]"]:
    """The child, killed when its time is over or when we are interrupted."""
    child = subprocess.Popen(
        command, env=environment, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True
    )
    timer = threading.Timer(wall_s, child.kill)
    timer.start()
    try:
        with child:
            try:
                yield child
            except BaseException:
                child.kill()
                raise
    finally:
        timer.cancel()


def _label(crs: str) -> str:
    known = CRS.from_user_input(crs)
    code = known.to_authority(min_confidence=70)
    return f"{code[0]}:{code[1]}" if code else str(known.name)


def _unreadable(file: str, zh: str, en: str) -> UnreadableFile:
    return UnreadableFile(file=file, why_zh=zh, why_en=en)
