"""Answers with their shapes: GeoPackage, GeoJSON, GeoParquet, shapefile. Shapes are plane (x, y)."""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio.raw
import shapely
from pyproj import CRS

from api.answers.pieces import SCHEMA, piece_batches
from api.answers.table import answer_rows, columns_of, rejects_table, short_names, table
from api.wire import dumps
from geo.crs import to_work
from geo.verdict import Review

Shapes = npt.NDArray[np.object_]

BATCH = 2000
DBF_BYTES = 254


def write_gpkg(review: Review, path: Path, work_crs: str, rejects: Any = None) -> None:
    """Layer ``verdicts`` (lists joined by ``;``), layer ``pieces`` (each metre of each axis once), table ``rejects``."""
    shapes, kind = _alike(_shapes(review.rows))
    rows = table(answer_rows(review), joined=True).append_column("geometry", _wkb(shapes))
    write_layer(rows, path, "verdicts", "GPKG", kind, work_crs)
    pieces = pa.RecordBatchReader.from_batches(SCHEMA, piece_batches(review))
    write_layer(pieces, path, "pieces", "GPKG", "MultiLineString", work_crs)
    if rejects is not None:
        write_layer(rejects_table(rejects), path, "rejects", "GPKG", None, None)


def write_geojson(review: Review, path: Path, work_crs: str) -> None:
    """RFC 7946: longitude and latitude with 7 decimals (1 cm), outer rings counter-clockwise; one line a feature."""
    shapes = degrees_of(_shapes(review.rows), work_crs)
    rows = table(answer_rows(review), joined=False)
    with path.open("wb") as file:
        file.write(b'{"type":"FeatureCollection","features":[')
        for i, properties in enumerate(_each(rows)):
            properties |= {"verdict": review.verdict(i), "pieces": review.pieces(i)}
            shape = shapely.to_geojson(shapes[i]) if shapes[i] is not None else "null"
            file.write(b",\n" if i else b"\n")
            file.write(b'{"type":"Feature","geometry":' + shape.encode() + b',"properties":' + _json(properties) + b"}")
        file.write(b"\n]}\n")


def write_parquet(review: Review, path: Path, work_crs: str) -> None:
    """GeoParquet 1.0 in the work CRS; lists as lists, ``verdict`` and ``pieces`` as JSON text."""
    shapes = _shapes(review.rows)
    rows = table(answer_rows(review), joined=False).append_column("geometry", _wkb(shapes))
    schema = rows.schema.append(pa.field("verdict", pa.string())).append(pa.field("pieces", pa.string()))
    schema = schema.with_metadata({b"geo": json.dumps(geo_metadata(shapes, work_crs)).encode()})
    with pq.ParquetWriter(path, schema, compression="zstd") as file:
        for start in range(0, len(shapes), BATCH):
            part = rows.slice(start, BATCH)
            numbers = range(start, start + part.num_rows)
            verdicts = pa.array([_json(review.verdict(i)).decode() for i in numbers], pa.string())
            pieces = pa.array([_json(review.pieces(i)).decode() for i in numbers], pa.string())
            file.write_table(part.append_column("verdict", verdicts).append_column("pieces", pieces).cast(schema))


def write_shapefile(review: Review, path: Path, work_crs: str) -> None:
    """UTF-8 with .cpg; names of 10 characters; texts cut at 254 bytes between two characters. ``NAME.fields.txt`` beside
    it says what each name means and how many texts were cut. A name that ends in .zip gives all files in one archive."""
    zipped = path.suffix.lower() == ".zip"
    stem = path.name.removesuffix(path.suffix).removesuffix(".shp")
    folder = path.parent / "files" if zipped else path.parent
    folder.mkdir(exist_ok=True)
    columns = columns_of(answer_rows(review))
    full = table(answer_rows(review), joined=True)
    cut_rows, cut_counts = _cut_texts(full)
    names = short_names(full.column_names, columns)
    shapes, kind = _one_kind(_shapes(review.rows))
    rows = cut_rows.rename_columns([names[name] for name in full.column_names]).append_column("geometry", _wkb(shapes))
    write_layer(rows, folder / f"{stem}.shp", stem, "ESRI Shapefile", kind, work_crs)
    lines = ["field\tcolumn\t中文\tEnglish\tunit\t截断 cut at 254 bytes"]
    lines += [f"{names[n]}\t{n}\t{a.zh}\t{a.en}\t{a.unit}\t{cut_counts.get(n, 0)}" for n, a in columns.items()]
    (folder / f"{stem}.fields.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    if zipped:
        _zip(folder, path)


def _zip(folder: Path, path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(folder.iterdir()):
            archive.write(part, part.name)
            part.unlink()
    folder.rmdir()


def write_layer(rows: Any, path: Path, layer: str, driver: str, kind: str | None, crs: str | None) -> None:
    """A table (shapes in a column ``geometry``, WKB) as one layer of a file; a table without shapes where ``kind`` is None."""
    shape = {"geometry_name": "geometry", "geometry_type": kind, "crs": crs} if kind else {}
    pyogrio.raw.write_arrow(rows, str(path), layer=layer, driver=driver, encoding="UTF-8", **shape)


def _shapes(rows: gpd.GeoDataFrame) -> Shapes:
    shapes: Shapes = shapely.force_2d(np.asarray(rows.geometry.array, dtype=object))
    return shapes


def _wkb(shapes: Shapes) -> pa.Array:
    return pa.array(shapely.to_wkb(shapes), pa.binary())


def _alike(shapes: Shapes) -> tuple[Shapes, str]:
    """The shapes and their common OGR type: single and multi of one kind become multi, different kinds stay as they are."""
    kinds = set(shapely.get_type_id(shapes[~shapely.is_missing(shapes)]).tolist())
    if kinds <= {1}:
        return shapes, "LineString"
    if kinds <= {1, 5}:
        return _multi(shapes), "MultiLineString"
    return (_multi(shapes), "MultiPolygon") if kinds <= {3, 6} else (shapes, "Unknown")


def _one_kind(shapes: Shapes) -> tuple[Shapes, str]:
    """A shapefile holds one kind: where lines and outlines are mixed, an outline is stored as the line around it."""
    same, kind = _alike(shapes)
    if kind != "Unknown":
        return same, kind
    areas = np.isin(shapely.get_type_id(shapes), (3, 6))
    lines = shapes.copy()
    lines[areas] = shapely.boundary(shapes[areas])
    return _multi(lines), "MultiLineString"


def _multi(shapes: Shapes) -> Shapes:
    out = shapes.copy()
    for single, many in ((1, shapely.multilinestrings), (3, shapely.multipolygons)):
        at = np.flatnonzero(shapely.get_type_id(shapes) == single)
        out[at] = many(shapes[at], indices=np.arange(len(at))) if len(at) else []
    return out


def _each(rows: pa.Table) -> Iterator[dict[str, Any]]:
    for batch in rows.to_batches(max_chunksize=BATCH):
        yield from batch.to_pylist()


def _json(value: Any) -> bytes:
    """Compact UTF-8 JSON; what json itself cannot write (NaN, dates, numpy's numbers) goes the slower way."""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except (TypeError, ValueError):
        return dumps(value)


def degrees_of(shapes: Shapes, work_crs: str) -> Shapes:
    """Longitude and latitude with 7 decimals (1 cm); outer rings counter-clockwise."""
    moved = to_work(shapes, work_crs, "EPSG:4490")  # CGCS2000 is taken as WGS 84: a declared null transform
    moved = shapely.transform(moved, lambda xy: np.round(xy, 7))
    areas = np.isin(shapely.get_type_id(moved), (3, 6))
    moved[areas] = shapely.orient_polygons(moved[areas])
    out: Shapes = moved
    return out


def geo_metadata(shapes: Shapes, work_crs: str) -> dict[str, Any]:
    """What GeoParquet says of its column of shapes."""
    there = shapes[~shapely.is_missing(shapes)]
    column: dict[str, Any] = {
        "encoding": "WKB",
        "geometry_types": sorted({one.geom_type for one in there}),
        "crs": CRS.from_user_input(work_crs).to_json_dict(),
    }
    if len(there):
        column["bbox"] = [float(edge) for edge in shapely.total_bounds(there)]
    return {"version": "1.0.0", "primary_column": "geometry", "columns": {"geometry": column}}


def _cut_texts(rows: pa.Table) -> tuple[pa.Table, dict[str, int]]:
    counts = {}
    for index, field in enumerate(rows.schema):
        if field.type != pa.string():
            continue
        old = rows.column(index).to_pylist()
        new = [one if one is None else cut_bytes(one, DBF_BYTES) for one in old]
        counts[field.name] = sum(a != b for a, b in zip(old, new, strict=True))
        rows = rows.set_column(index, field, pa.array(new, pa.string()))
    return rows, {name: count for name, count in counts.items() if count}


def cut_bytes(value: str, limit: int) -> str:
    """The longest beginning of ``value`` that takes at most ``limit`` bytes of UTF-8, ending between two characters."""
    raw = value.encode()
    return value if len(raw) <= limit else raw[:limit].decode("utf-8", "ignore")
