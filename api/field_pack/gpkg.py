"""The tables of the pack in one GeoPackage, with their styles where QGIS looks for them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from api.field_pack.styles import qml
from api.field_pack.table import Table

GEOMETRY = "geom"
STYLES = "layer_styles"


def write_gpkg(tables: Sequence[Table], path: Path) -> None:
    """``path`` (.gpkg) with each table in the CRS of its rows, and the table ``layer_styles``: QGIS and QField take from it how a
    layer looks that is opened by itself."""
    for one in tables:
        about = {"driver": "GPKG", "layer": one.name, "IDENTIFIER": one.title[0], "DESCRIPTION": one.title[1]}
        if one.shape is None:
            pyogrio.write_dataframe(pd.DataFrame(one.frame), path, **about)
            continue
        # points stay single: QField adds to a table of single points with one touch
        many = one.shape != "Point" or bool(gpd.GeoSeries(one.frame.geometry).geom_type.eq("MultiPoint").any())
        kind = f"Multi{one.shape}" if many else one.shape
        pyogrio.write_dataframe(
            one.frame, path, **about, geometry_type=kind, promote_to_multi=many, GEOMETRY_NAME=GEOMETRY, SPATIAL_INDEX="YES"
        )  # fmt: skip
    pyogrio.write_dataframe(_styles(tables), path, driver="GPKG", layer=STYLES, FID="id")


def _styles(tables: Sequence[Table]) -> pd.DataFrame:
    """The columns that QGIS gives this table, in their spelling."""
    rows = [
        {
            "f_table_catalog": "", "f_table_schema": "", "f_table_name": one.name,
            "f_geometry_column": "" if one.shape is None else GEOMETRY, "styleName": one.name, "styleQML": qml(one),
            "styleSLD": "", "useAsDefault": True, "description": one.title[0], "owner": "", "ui": None,
            "update_time": datetime.now(UTC).replace(microsecond=0),
        }
        for one in tables
    ]  # fmt: skip
    return pd.DataFrame(rows).astype({"ui": "object"})
