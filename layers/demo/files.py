"""Rows into files, byte for byte the same each time."""

import csv
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely

from geo.schema import LAYERS, Column
from layers.demo.frame import WORK_CRS

Row = dict[str, Any]
# GDAL stamps the time of writing into GeoPackages and tables; the demo is dated instead.
STAMP = "2026-11-22T00:00:00.000Z"
_TYPES = {"line": "LineString", "polygon": "Polygon", "point": "Point", "point|polygon": "Point"}


def column(values: Sequence[Any], spec: Column) -> np.ndarray[Any, Any]:
    """One column as an array; missing stays missing (None, NaN, NaT)."""
    if spec.kind == "date":
        return np.array(
            [np.datetime64("NaT") if value is None else np.datetime64(value, "D") for value in values], dtype="datetime64[D]"
        )
    if spec.kind in ("number", "integer"):
        return np.array([np.nan if value is None else float(value) for value in values], dtype=float)
    return np.array(values, dtype=object)


def write_layer(path: Path, name: str, rows: list[Row]) -> None:
    """One layer of the city as a GeoPackage of one table named like the layer."""
    spec = LAYERS[name]
    shapes = np.array([row["geometry"] for row in rows], dtype=object)
    kinds = {shape.geom_type for shape in shapes}
    kind = kinds.pop() if len(kinds) == 1 else "Unknown"
    fields = [key for key in spec.columns if any(key in row for row in rows)]
    arrays = [column([row.get(key) for row in rows], spec.columns[key]) for key in fields]
    path.unlink(missing_ok=True)
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": STAMP})
    try:
        pyogrio.raw.write(
            path, shapely.to_wkb(shapes), arrays, fields, layer=name, driver="GPKG", geometry_type=kind, crs=WORK_CRS
        )
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def write_table(path: Path, rows: list[Row], fields: Sequence[str]) -> None:
    """A table without geometry as UTF-8 CSV; empty means not known."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(fields)
        for row in rows:
            writer.writerow([_text(row.get(key)) for key in fields])


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    return repr(round(value, 3)) if isinstance(value, float) else str(value)
