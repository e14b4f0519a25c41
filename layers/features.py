"""Rows of a layer for who asks for them: one, those in a box, or all of them to take away; as far as rights reach."""

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import shapely
import sqlalchemy as sa
from psycopg import sql

from geo.city import VECTOR_LAYERS, City
from geo.crs import to_degrees, transformer
from geo.errors import BadInput, NotFound
from geo.schema import LAYERS, ROUTES, Column, LayerSpec
from layers.cities import city_settings, srid_of
from layers.copying import copy_out
from layers.reading import columns
from layers.rights.reader import reading
from layers.rights.scope import Scope

Box = tuple[float, float, float, float]
MOST_TAKEN = 500_000
_SQUARES = LayerSpec("polygon", "管线所在方格", "squares with pipes", {"holder": Column("text", "权属单位", "owner")})
SPECS: Mapping[str, LayerSpec] = {
    **{name: LAYERS[name] for name in VECTOR_LAYERS if LAYERS[name].geometry != "none"},
    "pipe_squares": _SQUARES, "routes": ROUTES,
}  # fmt: skip
_FROM = {"pipes": "pipes_full", "pipe_points": "pipe_points_full", "pipe_squares": "pipes_squares", "routes": "routes_seen"}


def features(engine: sa.Engine, scope: Scope, layer: str, box: Box | None, limit: int, after: int = 0) -> list[dict[str, Any]]:
    """Up to ``limit`` current rows as GeoJSON features in degrees, by their number, those beyond ``after``.

    ``box``: west, south, east, north in degrees; rows whose own box meets it. Raises NotFound for a layer that is not there.
    """
    _, frame = _rows(engine, scope, layer, box, limit, sql.SQL("t.id > {}").format(sql.Literal(after)))
    return [_feature(row) for row in frame.to_dict("records")]


def feature(engine: sa.Engine, scope: Scope, layer: str, number: int) -> dict[str, Any]:
    """One current row by its number. Raises NotFound: what one may not see is not there."""
    _, frame = _rows(engine, scope, layer, None, 1, sql.SQL("t.id = {}").format(sql.Literal(number)))
    if frame.empty:
        raise NotFound(what_zh=SPECS[layer].zh, what_en=SPECS[layer].en, id=str(number))
    return _feature(frame.iloc[0].to_dict())


def taken(engine: sa.Engine, scope: Scope, layer: str, box: Box | None) -> gpd.GeoDataFrame:
    """All current rows in the box, in the work CRS. Raises NotFound; BadInput where there are more than may be taken at once."""
    city, frame = _rows(engine, scope, layer, box, MOST_TAKEN + 1, sql.SQL("true"), degrees=False)
    if len(frame) > MOST_TAKEN:
        raise BadInput(
            why_zh=f"一次最多导出 {MOST_TAKEN} 行，请用 bbox 缩小范围",
            why_en=f"at most {MOST_TAKEN} rows at once: make the bbox smaller",
        )
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=city.work_crs)


def _rows(
    engine: sa.Engine, scope: Scope, layer: str, box: Box | None, limit: int, which: sql.Composable, degrees: bool = True
) -> tuple[City, Any]:
    if layer not in SPECS:
        raise NotFound(what_zh="图层", what_en="layer", id=layer)
    selected, types = columns(SPECS[layer])
    if layer != "pipe_squares":
        which = sql.SQL("{} AND t.replaced_by IS NULL").format(which)
    with reading(engine, scope) as connection:
        city = city_settings(connection)
        if box is not None:
            work = transformer("EPSG:4490", city.work_crs).transform_bounds(*box, densify_pts=21)
            edge = sql.SQL(", ").join(map(sql.Literal, work))
            which = sql.SQL("{} AND t.geometry && ST_MakeEnvelope({}, {})").format(which, edge, sql.Literal(srid_of(city)))
        query = sql.SQL("SELECT t.id, {} FROM {} t WHERE {} ORDER BY t.id LIMIT {}").format(
            selected, sql.Identifier(_FROM.get(layer, layer)), which, sql.Literal(limit)
        )
        frame = copy_out(connection, query, {"id": pa.int64(), **types})
    if degrees and len(frame):
        lonlat = to_degrees(frame["geometry"].to_numpy(dtype=object), city.work_crs)
        frame["geometry"] = shapely.transform(lonlat, lambda xy: xy.round(9))
    return city, frame


def _feature(row: Mapping[Any, Any]) -> dict[str, Any]:
    properties = {str(name): None if pd.isna(value) else value for name, value in row.items() if name not in ("id", "geometry")}
    return {"type": "Feature", "id": row["id"], "geometry": shapely.geometry.mapping(row["geometry"]), "properties": properties}
