"""Matches and plans to files: five formats by the name's ending, and the summary line.

=============  ====================================================================================================
``.gpkg``      layer ``matches`` (work CRS), layer ``digs`` and tables ``members``, ``unjoined``, ``shares``; ``rejects``
``.geojson``   RFC 7946; with a plan also members ``digs`` (whole objects), ``unjoined`` and ``formula``
``.parquet``   GeoParquet in the work CRS: the matches alone
``.csv``       UTF-8 with BOM; ``lon``/``lat`` of the middle of the stretch: the matches alone
``.xlsx``      sheets 共用路段, 同步开挖, 参加工程, 未同步, 分摊, 说明 and 未接收
=============  ====================================================================================================

The shape of a row is the shared stretch of the axis of ``a``; of a crossing its place.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from api.answers.files import whole
from api.answers.shapes import degrees_of, geo_metadata, write_layer
from api.answers.sheets import LONLAT, add_sheet, too_long, write_rows
from api.answers.table import Answer, rejects_table, typed
from api.answers.write import format_of
from api.digs.objects import Digs
from api.digs.table import DIGS, MATCHES, MEMBERS, SHARES, UNJOINED, match_table, members_table, unjoined_table
from api.matching import Matching
from api.wire import dumps
from geo.crs import to_degrees

Shapes = npt.NDArray[np.object_]
FORMATS = ("gpkg", "geojson", "parquet", "csv", "xlsx")
# Formats that hold one table have no room for a plan.
ONE_TABLE = ("parquet", "csv")


def write_matches(matching: Matching, path: Path, rejects: pd.DataFrame | None = None) -> Path:
    """Every match (and the plan, where the format has room for it) into ``path``, whole or not at all. Returns ``path``.

    Raises :class:`BadInput` for an ending that no format has, or a place that cannot be written to."""
    ending = format_of(path, FORMATS)
    digs = Digs(matching)
    with whole(path) as draft:
        if ending == "gpkg":
            _gpkg(matching, digs, draft, rejects)
        elif ending == "xlsx":
            _xlsx(matching, digs, draft, rejects)
        elif ending == "geojson":
            _geojson(matching, digs, draft)
        elif ending == "parquet":
            _parquet(matching, draft)
        else:
            write_rows(_with_middle(matching), draft)
    return path


def summary(matching: Matching, rejects: pd.DataFrame | None, seconds: float) -> dict[str, Any]:
    """The last line of the command's output. ``kinds`` counts pairs, ``rows_out`` the rows that were written."""
    refused = 0 if rejects is None or rejects.empty else int(rejects["row_no"].nunique())
    pairs = matching.pairs
    shared = pairs[pairs["kind"] == "shared"]
    told: dict[str, Any] = {
        "rows_in": matching.given + refused,
        "rows_out": len(matching.rows),
        "rejected": refused,
        "kinds": {kind: int((pairs["kind"] == kind).sum()) for kind in ("shared", "crossing")},
        "statuses": {name: int((shared["status"] == name).sum()) for name in ("together", "apart", "undated")},
        "left_out": {name: int(n) for name, n in matching.left_out.items()},
        "min_shared_m": matching.min_shared_m,
        "pack": matching.pack.label,
    }
    if matching.plan is not None:
        digs = matching.plan.digs
        told |= {"digs": len(digs), "metres_saved": round(float(digs["metres_saved"].sum()), 3)}
        told |= {"unjoined": len(matching.plan.unjoined), "over": over(matching)}
    return told | {"seconds": round(seconds, 3)}


def over(matching: Matching) -> int:
    """How many pairs there is nothing left to plan for: one of the two was over before the day of planning."""
    return 0 if matching.plan is None else int((matching.plan.unjoined["binding"] == "over").sum())


def _plan_tables(matching: Matching, digs: Digs) -> dict[str, tuple[pd.DataFrame, Mapping[str, Answer]]]:
    if matching.plan is None:
        return {}
    return {
        "digs": (digs.table(), DIGS), "members": (members_table(matching), MEMBERS),
        "unjoined": (unjoined_table(matching), UNJOINED), "shares": (digs.shares_table(), SHARES),
    }  # fmt: skip


def _wkb(shapes: Shapes) -> pa.Array:
    return pa.array(shapely.to_wkb(shapes), pa.binary())


def _gpkg(matching: Matching, digs: Digs, path: Path, rejects: pd.DataFrame | None) -> None:
    crs = matching.city.work_crs
    rows = typed(match_table(matching), MATCHES, joined=True).append_column("geometry", _wkb(matching.shapes))
    write_layer(rows, path, "matches", "GPKG", "Unknown", crs)
    for name, (frame, columns) in _plan_tables(matching, digs).items():
        table = typed(frame, columns, joined=True)
        if name == "digs":
            write_layer(
                table.append_column("geometry", _wkb(_dig_shapes(matching, digs))), path, name, "GPKG", "MultiLineString", crs
            )
        else:
            write_layer(table, path, name, "GPKG", None, None)
    if rejects is not None:
        write_layer(rejects_table(rejects), path, "rejects", "GPKG", None, None)


def _dig_shapes(matching: Matching, digs: Digs) -> Shapes:
    """Of each dig the stretches that are opened together."""
    out: Shapes = np.full(len(digs.objects), shapely.MultiLineString(), dtype=object)
    for k, dig in enumerate(digs.objects):
        rows = digs.made.index[digs.made["dig_id"] == dig["dig_id"]].to_numpy()
        out[k] = shapely.multilinestrings(shapely.get_parts(matching.shapes[rows]))
    return out


def _geojson(matching: Matching, digs: Digs, path: Path) -> None:
    shapes = degrees_of(matching.shapes, matching.city.work_crs)
    rows = typed(match_table(matching), MATCHES, joined=False)
    with path.open("wb") as file:
        file.write(b'{"type":"FeatureCollection","features":[')
        for i, properties in enumerate(rows.to_pylist()):
            shape = shapely.to_geojson(shapes[i]).encode()
            file.write((b",\n" if i else b"\n") + b'{"type":"Feature","geometry":' + shape + b',"properties":')
            file.write(dumps(properties) + b"}")
        file.write(b"\n]")
        if matching.plan is not None:
            unjoined = typed(unjoined_table(matching), UNJOINED, joined=False).to_pylist()
            for name, value in (("digs", digs.objects), ("unjoined", unjoined), ("formula", digs.formula())):
                file.write(f',\n"{name}":'.encode() + dumps(value))
        file.write(b"}\n")


def _parquet(matching: Matching, path: Path) -> None:
    rows = typed(match_table(matching), MATCHES, joined=False).append_column("geometry", _wkb(matching.shapes))
    metadata = {b"geo": json.dumps(geo_metadata(matching.shapes, matching.city.work_crs)).encode()}
    pq.write_table(rows.replace_schema_metadata(metadata), path, compression="zstd")


def _with_middle(matching: Matching) -> pa.Table:
    points = shapely.get_type_id(matching.shapes) == 0
    middle = shapely.line_interpolate_point(np.where(points, None, matching.shapes), 0.5, normalized=True)
    middle[points] = matching.shapes[points]
    degrees = to_degrees(middle, matching.city.work_crs)
    rows = typed(match_table(matching), MATCHES, joined=True)
    for name, values in (("lon", shapely.get_x(degrees)), ("lat", shapely.get_y(degrees))):
        rows = rows.append_column(name, pa.array(np.round(values, 7), pa.float64(), from_pandas=True))
    return rows


def _xlsx(matching: Matching, digs: Digs, path: Path, rejects: pd.DataFrame | None) -> None:
    rows = _with_middle(matching)
    too_long(rows, path)
    book = openpyxl.Workbook(write_only=True)
    add_sheet(book, "共用路段", rows)
    titles = {"digs": "同步开挖", "members": "参加工程", "unjoined": "未同步", "shares": "分摊"}
    words = {"共用路段": {**MATCHES, **LONLAT}}
    for name, (frame, columns) in _plan_tables(matching, digs).items():
        add_sheet(book, titles[name], typed(frame, columns, joined=True))
        words[titles[name]] = dict(columns)
    notes = [
        {"表": sheet, "字段": name, "中文": one.zh, "English": one.en, "单位": one.unit}
        for sheet, columns in words.items()
        for name, one in columns.items()
    ]
    if matching.plan is not None:
        formula = digs.formula()
        notes.append({"表": "同步开挖", "字段": "", "中文": formula["zh"], "English": formula["en"], "单位": ""})
    names = ("表", "字段", "中文", "English", "单位")
    add_sheet(book, "说明", pa.Table.from_pylist(notes, pa.schema([(name, pa.string()) for name in names])))
    if rejects is not None:
        add_sheet(book, "未接收", rejects_table(rejects))
    book.save(path)
