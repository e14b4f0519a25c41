"""A file of lines → lines for the drawing table, with what their columns say."""

import math
import shutil
from datetime import date
from typing import Any

import pandas as pd
import shapely

from api.errors import BadRequest
from api.i18n import Lang
from api.uploads import Upload
from geo.city import City
from geo.crs import to_degrees
from geo.errors import WaixianError
from geo.schema import ROUTES
from layers.readers import read_routes
from layers.readers.words import RoutesRead

DIGITS = 8  # of a degree: a millimetre
MOST_LINES = 500
MOST_VERTICES = 50_000  # of all the lines of one answer
KEPT_OUT = ("geometry", "row_no", "unclear")


def lines_of(folder: Any, upload: Upload, city: City, lang: Lang, crs: str | None, encoding: str | None) -> dict[str, Any]:
    """What :class:`api.drawing.schemas.FileLines` holds; the upload is gone afterwards, whatever comes of it.

    Raises UnreadableFile, UnknownCrs, BadInput as the readers do, BadRequest where no line is left.
    """
    try:
        read = read_routes(
            folder / upload.folder / upload.stored, work_crs=city.work_crs, bounds=city.bounds, crs=crs, encoding=encoding
        )
    except WaixianError as error:  # readers know the file by our name for it; its sender knows it by another
        error.context = {name: _shown(said, upload) for name, said in error.context.items()}
        raise
    finally:
        shutil.rmtree(folder / upload.folder, ignore_errors=True)
    return _told(read, upload, city, lang)


def _shown(said: Any, upload: Upload) -> Any:
    return said.replace(upload.stored, upload.shown) if isinstance(said, str) else said


def _told(read: RoutesRead, upload: Upload, city: City, lang: Lang) -> dict[str, Any]:
    lines, vertices, total = [], 0, 0
    for _, row in read.frame.iterrows():
        parts = [part for part in shapely.get_parts(row["geometry"]) if part.geom_type == "LineString"]
        total += len(parts)
        for number, part in enumerate(parts, 1):
            vertices += len(part.coords)
            if len(lines) < MOST_LINES and vertices <= MOST_VERTICES:
                lines.append(_line(row, part, number if len(parts) > 1 else 0, city))
    if not lines:
        why = read.rejects.iloc[0] if len(read.rejects) else None
        raise BadRequest(
            why_zh=f"{upload.shown}：没有可用的线" + ("" if why is None else f"（第 {why['row_no']} 行：{why['reason_zh']}）"),
            why_en=f"{upload.shown}: no line in it can be used"
            + ("" if why is None else f" (row {why['row_no']}: {why['reason_en']})"),
        )
    notes = [note.zh if lang == "zh" else note.en for note in read.notes]
    rejects = [
        {"row_no": int(one["row_no"]), "reason": one["reason_zh" if lang == "zh" else "reason_en"]}
        for _, one in read.rejects.head(50).iterrows()
    ]
    return {"lines": lines, "total": total, "notes": notes, "rejects": rejects}


def _line(row: "pd.Series[Any]", part: shapely.LineString, number: int, city: City) -> dict[str, Any]:
    degrees = shapely.get_coordinates(to_degrees(part, city.work_crs)).round(DIGITS)
    attributes = {name: said for name in ROUTES.columns if name not in KEPT_OUT and (said := _plain(row.get(name))) is not None}
    label = str(attributes.get("route_id") or f"#{row['row_no']}") + (f"（{number}）" if number else "")
    return {
        "row_no": int(row["row_no"]), "label": label, "length_m": round(float(part.length), 3),
        "coordinates": degrees.tolist(), "attributes": attributes,
    }  # fmt: skip


def _plain(value: Any) -> Any:
    """A cell as JSON has it; None for one that is empty."""
    if value is None or (isinstance(value, float) and math.isnan(value)) or value is pd.NaT or value is pd.NA or value == "":
        return None
    if isinstance(value, (pd.Timestamp, date)):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, (bool, int, float, str)):
        return value
    return value.item() if hasattr(value, "item") else str(value)
