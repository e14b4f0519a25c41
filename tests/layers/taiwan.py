"""Real permits to open roads, as routes: Taichung (outlines) and Taipei (lines and outlines)."""

import gzip
import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import to_work

CRS_TAICHUNG = CRS_TAIPEI = "EPSG:3826"
UTILITY = {
    "自來水": "water",
    "電力": "power",
    "瓦斯": "gas",
    "電信": "comms",
    "寬頻": "comms",
    "有線電視": "comms",
    "污水下水道": "drain",
    "雨水下水道": "drain",
}


def taichung(data: Path) -> gpd.GeoDataFrame:
    """Permits with a valid outline; an application number is the project's code."""
    records = json.loads(gzip.decompress((data / "works-taiwan" / "taichung.json.gz").read_bytes()))
    table = pd.DataFrame(records)
    shapes = shapely.from_wkt(np.array([record["施工範圍坐標"] or None for record in records], dtype=object), on_invalid="ignore")
    usable = np.array([s is not None and not s.is_empty and s.is_valid and s.area > 0 for s in shapes])
    table = table[usable].reset_index(drop=True)
    frame = pd.DataFrame(
        {
            "row_no": range(1, len(table) + 1),
            "route_id": table["許可證編號"],
            "project_code": table["申請書編號"],
            "applicant": table["申請單位"],
            "utility": table["管線工程類別"].map(UTILITY).astype(object).where(lambda v: v.notna(), None),
            "start": [_minguo(day) for day in table["核准起日"]],
            "end": [_minguo(day) for day in table["核准迄日"]],
        }
    )
    return gpd.GeoDataFrame(frame, geometry=to_work(shapes[usable], "EPSG:4326", CRS_TAICHUNG), crs=CRS_TAICHUNG)


def taipei(data: Path) -> gpd.GeoDataFrame:
    """Works with lines or valid outlines; 13 that are only points have nothing to share."""
    features = json.loads(gzip.decompress((data / "works-taiwan" / "taipei.json.gz").read_bytes()))["features"]
    rows, shapes = [], []
    for feature in features:
        told = feature["properties"]
        shape = shapely.make_valid(shapely.geometry.shape({"type": told["Positions_type"], "coordinates": _places(told)}))
        if shape.geom_type.endswith(("LineString", "Polygon")) and (
            shape.area > 0 or told["Positions_type"] == "MultiLineString"
        ):
            rows.append(
                {
                    "row_no": len(rows) + 1, "route_id": told["Ac_no"], "applicant": told["App_Name"],
                    "start": _minguo(told["Cb_Da"]), "end": _minguo(told["Ce_Da"]),
                }
            )  # fmt: skip
            shapes.append(shape)
    return gpd.GeoDataFrame(pd.DataFrame(rows), geometry=shapes, crs=CRS_TAIPEI)


def _places(told: dict[str, Any]) -> Any:
    return told["Positions"] if not isinstance(told["Positions"], str) else json.loads(told["Positions"])


def _minguo(day: str) -> pd.Timestamp:
    digits = day.replace("/", "")
    return pd.Timestamp(int(digits[:3]) + 1911, int(digits[3:5]), int(digits[5:7]))
