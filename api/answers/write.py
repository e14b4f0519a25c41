"""Answers to files: six formats by the name's ending, the refused rows, and the summary line.

=================  ================================================================================================
``.gpkg``          layers ``verdicts`` and ``pieces`` in the work CRS, table ``rejects``; lists joined by ``;``
``.geojson``       RFC 7946 (longitude, latitude); ``verdict`` whole and ``pieces`` in the properties
``.parquet``       GeoParquet in the work CRS; lists as lists; ``verdict`` and ``pieces`` as JSON text
``.csv``           UTF-8 with BOM; ``lon``/``lat`` of the middle instead of the shape
``.xlsx``          sheets 判定, 说明 and 未接收
``.shp``           UTF-8; 10-character names and cut texts explained in ``NAME.fields.txt``; ``.shp.zip`` in one archive
=================  ================================================================================================
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from api.answers.files import whole
from api.answers.shapes import write_geojson, write_gpkg, write_parquet, write_shapefile
from api.answers.sheets import write_csv, write_rows, write_xlsx
from api.answers.table import rejects_table
from api.styles import styles
from geo.city import City
from geo.errors import BadInput
from geo.verdict import Review

FORMATS = ("gpkg", "geojson", "parquet", "csv", "xlsx", "shp")


def format_of(path: Path, formats: Sequence[str] = FORMATS) -> str:
    """Which of the formats a name asks for. Raises :class:`BadInput` for any other."""
    name = path.name.lower()
    ending = "shp" if name.endswith((".shp.zip", ".zip")) else name.rpartition(".")[2]
    if "." not in name or ending not in formats:
        known = "、".join(f".{one}" for one in formats)
        raise BadInput(
            file=path.name,
            why_zh=f"不知道以何种格式写 {path.name}；可用的扩展名：{known}",
            why_en=f"{path.name} does not say which format; it may end in {known.replace('、', ', ')}",
        )
    return ending


def write_answers(review: Review, path: Path, city: City, rejects: pd.DataFrame | None = None) -> Path:
    """Every row of ``review`` into ``path``; the file is there whole or not at all. Returns ``path``.

    ``rejects`` goes along where the format has room (GeoPackage, Excel). Raises :class:`BadInput` for an ending that no
    format has, or a place that cannot be written to."""
    ending = format_of(path)
    with whole(path) as draft:
        if ending == "gpkg":
            write_gpkg(review, draft, city.work_crs, rejects)
        elif ending == "xlsx":
            write_xlsx(review, draft, city.work_crs, rejects)
        else:
            writers = {"geojson": write_geojson, "parquet": write_parquet, "csv": write_csv, "shp": write_shapefile}
            writers[ending](review, draft, city.work_crs)
    return path


def write_rejects(rejects: pd.DataFrame, path: Path) -> Path:
    """The refused rows as CSV, with the reason in Chinese (``reason``) and English (``reason_en``)."""
    with whole(path) as draft:
        write_rows(rejects_table(rejects), draft)
    return path


def summary(review: Review, rejects: pd.DataFrame | None, seconds: float) -> dict[str, Any]:
    """The last line of the command's output. A row refused for two reasons counts once."""
    refused = 0 if rejects is None or rejects.empty else int(rejects["row_no"].nunique())
    counts = Counter(str(outcome) for outcome in review.rows["outcome"])
    order = [*styles()["severity_order"], *sorted(counts)]
    return {
        "rows_in": len(review.rows) + refused,
        "rows_out": len(review.rows),
        "rejected": refused,
        "outcomes": {outcome: counts[outcome] for outcome in dict.fromkeys(order) if counts[outcome]},
        "pack": str(review.rows["pack"].iloc[0]) if len(review.rows) else None,
        "seconds": round(seconds, 3),
    }
