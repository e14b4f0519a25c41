"""Open a file in a child process: its own environment, limits on memory, time and size, and only the drivers we name.

A parser's hole, a bomb or a file that points at another file then hurts nobody: the child is started with an
environment of ours (nothing is inherited), knows no network file system, and is killed when its time is over.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from geo.errors import UnreadableFile

CHILD = Path(__file__).with_name("child.py")
DRIVERS = ("ESRI Shapefile", "GPKG", "GeoJSON", "FlatGeobuf", "OSM")

# Every other driver of the wheel. The child refuses to run with one that is missing here.
SKIP = (
    "ADBC,AIVector,AVCBin,AVCE00,AmigoCloud,CSV,CSW,Carto,DGN,DXF,EDIGEO,EEDA,ESRIJSON,Elasticsearch,GDALG,GML,GPSBabel,GPX,GTFS,"
    "GeoJSONSeq,GeoRSS,HTTP,Idrisi,JML,JSONFG,KML,LIBKML,LVBAG,MBTiles,MEM,MVT,MapInfo File,MapML,MiraMonVector,NGW,OAPIF,ODS,"
    "OGCAPI,"
    "OGR_GMT,OGR_PDS,OGR_VRT,OpenFileGDB,PCIDSK,PDF,PDS4,PGDUMP,PLSCENES,PMTiles,S57,SQLite,SXF,Selafin,TopoJSON,VDV,VFK,VICAR,"
    "VRT,WAsP,WFS,XLSX"
)

# unsorted or negative node ids of OSM extracts; no file that is reached over a network
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LC_ALL": "C.UTF-8",
    "GDAL_SKIP": SKIP,
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none-allowed",
    "OSM_USE_CUSTOM_INDEXING": "NO",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}


@dataclass(frozen=True)
class Limits:
    """What one child may use. The defaults suit a layer of a whole city; an upload endpoint may give less, a picture more.

    ``written_bytes``: the largest file that it may write, unpacked or converted; ``members``, ``ratio``: of an archive.
    """

    memory_bytes: int = 6 << 30
    cpu_s: int = 300
    wall_s: float = 600.0
    input_bytes: int = 2 << 30
    written_bytes: int = 4 << 30
    members: int = 2_000
    ratio: int = 200
    pixels: int = 8_000_000_000

    def rlimits(self) -> dict[str, int]:
        """What the child sets for itself before it touches a file, by the names of :mod:`resource`."""
        return {"AS": self.memory_bytes, "CPU": self.cpu_s, "FSIZE": self.written_bytes, "NOFILE": 256, "CORE": 0}


@dataclass(frozen=True)
class Job:
    """One file for the child to read. ``path`` is a name of ours inside the child's folder."""

    kind: str
    path: str
    layer: str | None = None
    prefer: tuple[str, ...] = ()
    only_preferred: bool = False
    shaped: bool = True
    encoding: str | None = None
    where: str | None = None
    options: tuple[tuple[str, str], ...] = ()
    config: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Answer:
    """A table and what the file says of itself; or why it cannot be read (``why_zh``, ``why_en``)."""

    table: pa.Table | None
    meta: dict[str, Any]
    why_zh: str = ""
    why_en: str = ""
    absent: bool = False


def run(folder: Path, jobs: Sequence[Job], file: str, limits: Limits) -> list[Answer]:
    """Read ``jobs`` (paths relative to ``folder``) in one child; one answer a job, in order.

    Raises UnreadableFile, naming ``file``, when the child was killed by a limit or crashed.
    """
    orders = {
        "drivers": DRIVERS,
        "limits": limits.rlimits(),
        "jobs": [
            {**job.__dict__, "options": dict(job.options), "config": dict(job.config), "out": f"out-{n}.arrow"}
            for n, job in enumerate(jobs)
        ],
    }
    (folder / "jobs.json").write_text(json.dumps(orders), "utf-8")
    command = [sys.executable, "-I", str(CHILD), str(folder)]
    with open(folder / "child.log", "wb") as log:
        try:
            code = subprocess.run(
                command,
                env={**ENVIRONMENT, "TMPDIR": str(folder), "CPL_TMPDIR": str(folder)},
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                timeout=limits.wall_s,
            ).returncode
        except subprocess.TimeoutExpired:
            raise UnreadableFile(
                file=file,
                why_zh=f"读取超过 {limits.wall_s:g} 秒，已中止",
                why_en=f"reading took longer than {limits.wall_s:g} s and was stopped",
            ) from None
    if code != 0:
        raise _crashed(file, code, folder / "child.log")
    return [_answer(folder, number) for number in range(len(jobs))]


def _crashed(file: str, code: int, log: Path) -> UnreadableFile:
    """Killed by a limit (signal) or fallen over: the words say which, the log's last line says where."""
    if code < 0:
        return UnreadableFile(
            file=file,
            why_zh=f"读取时超出限制或出错，已中止（信号 {-code}）",
            why_en=f"reading ran over a limit or crashed (signal {-code})",
        )
    lines = log.read_text("utf-8", "replace").strip().splitlines() or [""]
    memory = any(word in lines[-1] for word in ("MemoryError", "Cannot allocate", "failed to map segment"))
    why = "it needs more memory than is allowed" if memory else lines[-1][:200]
    return UnreadableFile(file=file, why_zh="内存超出限制" if memory else f"读取进程出错：{why}", why_en=why)


def _answer(folder: Path, number: int) -> Answer:
    said = json.loads((folder / f"answer-{number}.json").read_text("utf-8"))
    if not said["ok"]:
        return Answer(None, {}, said["zh"], said["en"], said.get("absent", False))
    with pa.OSFile(str(folder / f"out-{number}.arrow"), "rb") as source:
        table = pa.ipc.open_file(source).read_all()
    return Answer(table, said["meta"])
