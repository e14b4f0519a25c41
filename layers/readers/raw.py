"""Files → :class:`layers.readers.words.Raw`: copied, opened in the child, decoded into shapes and plain columns."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from geo.errors import UnreadableFile, WaixianError
from layers.readers import osm
from layers.readers.encoding import asked_for
from layers.readers.intake import Ready, receive
from layers.readers.sandbox import Answer, Job, Limits, run
from layers.readers.words import Flags, Note, Objects, Raw


@dataclass(frozen=True)
class Request:
    """One table to read. ``prefer`` are layer names to take unasked; ``theme`` is the city layer it is meant for.

    ``shaped`` says whether a layer with geometry is expected; ``only_preferred`` refuses any layer but those.
    """

    path: Path
    encoding: str | None = None
    layer: str | None = None
    prefer: tuple[str, ...] = ()
    only_preferred: bool = False
    shaped: bool = True
    theme: str = ""


def read_raw(request: Request, limits: Limits | None = None) -> Raw:
    """One table. Raises UnreadableFile with the reason."""
    (raw,) = read_raws([request], limits)
    if isinstance(raw, WaixianError):
        raise raw
    return raw


def read_raws(requests: Sequence[Request], limits: Limits | None = None) -> list[Raw | WaixianError]:
    """Several tables in one child (half a second a start); a file that cannot be read is an error in its place."""
    limits = limits or Limits()
    with tempfile.TemporaryDirectory(prefix="waixian-read-") as temporary:
        base = Path(temporary)
        received = _receive_all(requests, base, limits)
        jobs = [_job(one, request) for one, request in zip(received, requests, strict=True) if isinstance(one, Ready)]
        shown = requests[0].path.name if len(requests) == 1 else "、".join(request.path.name for request in requests)[:80]
        answers = iter(run(base, jobs, shown, limits) if jobs else [])
        return [
            _raw(one, request, next(answers)) if isinstance(one, Ready) else one
            for one, request in zip(received, requests, strict=True)
        ]


def _receive_all(requests: Sequence[Request], base: Path, limits: Limits) -> list[Ready | WaixianError]:
    """Copy each file once, however many of its layers are wanted; a file that is refused is an error in its place."""
    received: dict[tuple[object, ...], Ready | WaixianError] = {}
    out: list[Ready | WaixianError] = []
    for request in requests:
        inside = request.path.suffix.casefold() in (".gpkg", ".xlsx")
        same = (request.path, request.encoding, None if inside else request.layer)
        if same not in received:
            try:
                received[same] = receive(
                    request.path, base / str(len(received)), limits, asked_for(request.encoding), request.layer
                )
            except WaixianError as error:
                received[same] = error
        out.append(received[same])
    return out


def _job(ready: Ready, request: Request) -> Job:
    inner = ready.format in ("gpkg", "xlsx")
    more: dict[str, object] = {"shaped": request.shaped}
    if inner:
        more |= {"layer": request.layer, "prefer": request.prefer, "only_preferred": request.only_preferred}
    if ready.format in ("osm", "pbf"):
        more |= osm.selection(request.theme, request.layer, ready.folder)
    return ready.job(**more)


def _raw(ready: Ready, request: Request, answer: Answer) -> Raw | WaixianError:
    if answer.table is None:
        return UnreadableFile(file=ready.file, why_zh=answer.why_zh, why_en=answer.why_en, absent=answer.absent)
    table, meta = answer.table, answer.meta
    if ready.rows is not None and table.num_rows != ready.rows:
        zh = f"索引称有 {ready.rows} 个图形，只能读出 {table.num_rows} 行：文件已损坏"
        en = f"its index announces {ready.rows} shapes, {table.num_rows} rows can be read: it is damaged"
        return UnreadableFile(file=ready.file, why_zh=zh, why_en=en)
    name = meta["geometry"]
    geometry, damaged, open_rings = None, np.zeros(table.num_rows, dtype=bool), 0
    if name is not None:
        geometry, damaged, open_rings = _shapes(table.column(name))
    others = tuple(layer for layer in meta["layers"] if layer != meta["layer"])
    notes = list(ready.notes)
    if ready.format in ("gpkg", "xlsx") and others:
        notes.append(
            Note(
                "layer",
                f"读取图层 {meta['layer']}，另有：{'、'.join(others)}",
                f"layer {meta['layer']} was read; there is also: {', '.join(others)}",
            )
        )
    if open_rings:
        notes.append(
            Note("rings", f"{open_rings} 行的面未闭合，已闭合", f"the rings of {open_rings} rows were not closed, and are now")
        )
    if meta.get("curved"):
        notes.append(Note("curves", "曲线（圆弧）已化为折线", "arcs were turned into chains of straight pieces"))
    return Raw(
        columns=_columns(table, name, ready.names),
        rows=table.num_rows,
        geometry=geometry,
        damaged=damaged,
        crs=meta["crs"],
        format=ready.format,
        layer=meta["layer"] or Path(request.path).stem,
        long_rows=tuple(meta.get("long_rows", ())),
        other_layers=others,
        notes=tuple(notes),
    )


def _shapes(column: pa.ChunkedArray) -> tuple[Objects, Flags, int]:
    """WKB → shapes, flags of those that cannot be decoded, and how many had rings that did not close."""
    wkb = column.to_numpy(zero_copy_only=False)
    there = np.array([value is not None for value in wkb], dtype=bool)
    with np.errstate(invalid="ignore"):  # NaN in a coordinate is found, and said, later
        try:
            shapes = shapely.from_wkb(wkb, on_invalid="ignore")
        except NotImplementedError:  # one kind of shape that cannot be held must not cost the others
            shapes = np.full(len(wkb), None, dtype=object)
        open_rings = 0
        for i in np.flatnonzero(there & shapely.is_missing(shapes)):
            shapes[i], closed = _one(wkb[i])
            open_rings += closed
    return shapes, there & shapely.is_missing(shapes), open_rings


def _one(wkb: bytes) -> tuple[shapely.Geometry | None, bool]:
    """One shape that would not decode with the others, its rings closed if that is what it needs."""
    try:
        shape = shapely.from_wkb(wkb, on_invalid="ignore")
        return (shape, False) if shape is not None else (fixed := shapely.from_wkb(wkb, on_invalid="fix"), fixed is not None)
    except NotImplementedError:
        return None, False


def _columns(table: pa.Table, geometry: str | None, names: Sequence[str]) -> dict[str, Objects]:
    """Columns as arrays, texts as objects with None. ``names`` are those of a .dbf, whose copy says F0, F1 …"""
    columns: dict[str, Objects] = {}
    for old in table.column_names:
        if old == geometry:
            continue
        number = old[1:]
        name = names[int(number)] if names and number.isdigit() and int(number) < len(names) else old
        values = _values(table.column(old))
        if values is not None:
            columns[name if name and name not in columns else f"{name}_{old}"] = values
    return columns


def _values(column: pa.ChunkedArray) -> Any:
    """One Arrow column as numpy; nested and binary columns are left out."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return None
    if pa.types.is_decimal(kind):
        column = column.cast(pa.float64())
    if pa.types.is_integer(kind) and column.null_count:
        return np.array(column.to_pylist(), dtype=object)
    if pa.types.is_boolean(kind):
        return np.array(column.to_pylist(), dtype=object)
    if pa.types.is_temporal(kind):
        return column.cast(pa.string()).to_numpy(zero_copy_only=False).astype(object)
    values = column.to_numpy(zero_copy_only=False)
    return values.astype(object) if values.dtype.kind not in "if" else values
