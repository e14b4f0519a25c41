"""The child process that opens files nobody has vetted. Started by :mod:`layers.readers.sandbox`, alone in a folder.

It imports nothing of ours, gets its environment from the parent, limits itself before it touches a file, opens
only names that the parent chose and writes each table as an Arrow file. It understands nothing: no columns, no CRS.
"""

import csv
import datetime
import json
import os
import resource
import sys
from pathlib import Path
from typing import Any

Job = dict[str, Any]
Answer = dict[str, Any]


class Refused(Exception):
    """A reason that can be shown to the person who gave the file: (zh, en)."""


class Absent(Refused):
    """The layer that was asked for, and no other, is not in the file."""


def limit(limits: dict[str, int]) -> None:
    """Caps on memory, processor time, size of a written file and open files; no core dumps."""
    for name, value in limits.items():
        kind = getattr(resource, f"RLIMIT_{name}")
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))


def only_these_drivers(allowed: list[str]) -> None:
    """Leave no other driver loaded: a newer GDAL may bring some that the parent's skip list does not know."""
    import pyogrio

    more = sorted(set(pyogrio.list_drivers()) - set(allowed))
    if not more:
        return
    if "--again" in sys.argv:
        raise SystemExit(f"drivers that cannot be left out: {more}")
    skip = ",".join([os.environ.get("GDAL_SKIP", ""), *more])
    os.execve(sys.executable, [sys.executable, "-I", *sys.argv, "--again"], {**os.environ, "GDAL_SKIP": skip})


def pick(found: list[tuple[str, bool]], job: Job) -> str:
    """The layer to read: the one asked for, else one with a known name, else the only one that fits."""
    names = [name for name, _ in found]
    if job.get("layer"):
        if job["layer"] in names:
            return str(job["layer"])
        raise Refused(
            f"没有图层“{job['layer']}”；有：{'、'.join(names)}", f"no layer '{job['layer']}'; it has: {', '.join(names)}"
        )
    for wanted in job.get("prefer", []):
        for name in names:
            if name.casefold() == wanted.casefold():
                return name
    if job.get("only_preferred"):
        raise Absent("没有该图层", "no such layer")
    fitting = [name for name, shaped in found if shaped == job.get("shaped", True)] or names
    if len(fitting) == 1:
        return fitting[0]
    if not fitting:
        raise Refused("文件中没有图层", "it has no layer")
    raise Refused(
        f"有多个图层，请用 --layer 指定（city.toml 中写 layer = …）：{'、'.join(fitting)}",
        f"it has several layers, choose one with --layer (in city.toml: layer = …): {', '.join(fitting)}",
    )


def read_gdal(job: Job) -> tuple[Any, Answer]:
    """Shapefile, GeoPackage, GeoJSON, FlatGeobuf, OSM, lone DBF."""
    import pyogrio
    import pyogrio.raw

    path = job["path"]
    pyogrio.set_gdal_config_options(dict(job.get("config", {})))
    found = [(str(name), kind is not None) for name, kind in pyogrio.list_layers(path)]
    layer = pick(found, job)
    options = dict(job.get("options", {}))
    if job.get("where"):
        options["where"] = job["where"]
    meta, table = pyogrio.raw.read_arrow(path, layer=layer, encoding=job.get("encoding"), datetime_as_string=True, **options)
    shape = meta["geometry_name"] or "wkb_geometry"
    shaped = shape in table.column_names
    curved = shaped and has_curves(table.column(shape))
    if curved:
        table = straightened(table, shape, path, layer, options)
    names = [name for name, _ in found]
    return table, {"layer": layer, "layers": names, "crs": meta["crs"], "geometry": shape if shaped else None, "curved": curved}


def has_curves(column: Any) -> bool:
    """Is any shape an arc, or made of some? Kinds 8 to 14 of WKB, 1000 to 3000 more with Z and M."""
    import pyarrow.compute as pc

    heads = pc.binary_slice(column, 1, 5).unique().to_pylist()
    return any(int.from_bytes(head, "little") % 0x1000_0000 % 1000 in range(8, 15) for head in heads if head)


def straightened(table: Any, shape: str, path: str, layer: str, options: Answer) -> Any:
    """The same rows with arcs as chains of short straight pieces, which GDAL makes when it reads shape by shape."""
    import pyarrow as pa
    import pyogrio.raw

    where = {name: value for name, value in options.items() if name == "where"}
    shapes = pyogrio.raw.read(path, layer=layer, columns=[], **where)[2]
    at = table.column_names.index(shape)
    return table.set_column(at, shape, pa.array(list(shapes), type=pa.binary()))


def read_parquet(job: Job) -> tuple[Any, Answer]:
    """GeoParquet, or Parquet without geometry."""
    import pyarrow.parquet as pq

    metadata = pq.read_schema(job["path"]).metadata or {}
    if b"geo" not in metadata:
        return pq.read_table(job["path"]), {"layer": "", "layers": [], "crs": None, "geometry": None}
    import geopandas

    frame = geopandas.read_parquet(job["path"])
    crs = None if frame.crs is None else frame.crs.to_wkt()
    name = frame.geometry.name
    shapes = frame.geometry.to_wkb()
    import pyarrow as pa

    plain = pa.Table.from_pandas(frame.drop(columns=name), preserve_index=False)
    table = plain.append_column(str(name), pa.array(shapes.to_numpy(), type=pa.binary()))
    return table, {"layer": "", "layers": [], "crs": crs, "geometry": str(name)}


def read_csv(job: Job) -> tuple[Any, Answer]:
    """Comma, semicolon or tab separated text (UTF-8 by now), every cell as text."""
    csv.field_size_limit(1 << 28)
    with open(job["path"], encoding="utf-8", newline="") as file:
        head = file.readline()
        file.seek(0)
        delimiter = max(",;\t", key=head.count)
        rows = csv.reader(file, delimiter=delimiter)
        names = [name.strip() for name in next(rows, [])]
        body = [row for row in rows if row]
    return as_table(names, body)


def read_xlsx(job: Job) -> tuple[Any, Answer]:
    """One sheet of a workbook: the first row that is not empty names the columns."""
    import openpyxl

    book = openpyxl.load_workbook(job["path"], read_only=True, data_only=True)
    sheet = book[
        pick([(name, False) for name in book.sheetnames], {**job, "shaped": False})
        if len(book.sheetnames) > 1
        else book.sheetnames[0]
    ]
    body = [[cell_text(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    body = [row for row in body if any(row)]
    names = [name.strip() for name in body[0]] if body else []
    while names and not names[-1]:
        names.pop()
    table, answer = as_table(names, body[1:])
    return table, {**answer, "layer": sheet.title, "layers": book.sheetnames}


def cell_text(cell: Any) -> str:
    """A cell as the text that a person sees: dates in ISO, whole numbers without a point."""
    if cell is None:
        return ""
    if isinstance(cell, datetime.datetime | datetime.date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)


def as_table(names: list[str], body: list[list[str]]) -> tuple[Any, Answer]:
    """Rows of text as columns; a row with more cells than names is marked, for its cells cannot be told apart."""
    import pyarrow as pa

    if not names:
        raise Refused("文件为空，没有表头", "it is empty: no header row")
    width = len(names)
    long_rows = [number for number, row in enumerate(body, 1) if any(cell.strip() for cell in row[width:])]
    columns = [pa.array([row[i] if i < len(row) else "" for row in body], type=pa.string()) for i in range(width)]
    unique: list[str] = []
    for name in names:
        unique.append(name if name not in unique else f"{name}_{len(unique)}")
    return pa.table(columns, names=unique), {"layer": "", "layers": [], "crs": None, "geometry": None, "long_rows": long_rows}


READERS = {"gdal": read_gdal, "parquet": read_parquet, "csv": read_csv, "xlsx": read_xlsx}


def answer(job: Job) -> Answer:
    """Read one file into ``job["out"]``; what went wrong comes back as words, never as a traceback."""
    import pyarrow as pa

    try:
        table, meta = READERS[job["kind"]](job)
        with pa.OSFile(job["out"], "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)
        return {"ok": True, "meta": meta}
    except Refused as refused:
        return {"ok": False, "zh": refused.args[0], "en": refused.args[1], "absent": isinstance(refused, Absent)}
    except MemoryError:
        return {"ok": False, "zh": "内存超出限制", "en": "it needs more memory than is allowed"}
    except Exception as error:
        text = str(error).strip().split("\n")[0].replace(str(job["path"]), "the file")[:300] or type(error).__name__
        if "not recognized as being in a supported file format" in text:
            return {"ok": False, "zh": "内容不是扩展名所说的数据", "en": "its contents are not data of the kind its name says"}
        return {"ok": False, "zh": f"格式有误（{text}）", "en": text}


def main(folder: Path) -> None:
    """Answer every job of ``folder/jobs.json`` into ``folder/answer-N.json``."""
    os.chdir(folder)
    orders = json.loads(Path("jobs.json").read_text("utf-8"))
    limit(orders["limits"])
    if any(job["kind"] == "gdal" for job in orders["jobs"]):
        only_these_drivers(orders["drivers"])
    for number, job in enumerate(orders["jobs"]):
        Path(f"answer-{number}.json").write_text(json.dumps(answer(job)), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
