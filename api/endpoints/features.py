"""Rows of the city's layers: one, those in a box, or a file of them, as far as the rights of the one who asks reach."""

import tempfile
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal

import geopandas as gpd
from fastapi import APIRouter, Path, Query, Request
from pydantic import ConfigDict
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

from api.asked import BoxText, box_of
from api.deps import HouseNow
from api.examples import COLLECTION
from api.masking import WHOLE, veiled
from api.rights import VisitorNow, needs
from api.schemas import Model, problems
from api.texts import words_of_path
from api.wire import Json
from layers.features import feature, features, taken
from layers.people.audit import told

router = APIRouter(prefix="/api/layers/{layer}", tags=["city"], dependencies=[needs("see")])
Layer = Annotated[str, Path(max_length=40, description="图层名，或 routes、pipe_squares / name of a layer, or one of these")]
Ending = Literal["gpkg", "geojson", "csv"]
_MEDIA = {"gpkg": "application/geopackage+sqlite3", "geojson": "application/geo+json", "csv": "text/csv; charset=utf-8"}
_DRIVERS = {"gpkg": "GPKG", "geojson": "GeoJSON"}


class FeaturesOut(Model):
    """GeoJSON in longitude and latitude; ``next``: where the next page begins (null: this is the last)."""

    model_config = ConfigDict(json_schema_extra={"examples": [COLLECTION]})

    type: str
    features: list[dict[str, Any]]
    next: int | None


@router.get("/features", response_model=FeaturesOut, responses=problems(404, 409, 422), summary="图层要素 / features of a layer")
def list_features(
    layer: Layer,
    house: HouseNow,
    now: VisitorNow,
    bbox: BoxText = None,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
    after: Annotated[int, Query(ge=0, le=2**53, description="上一页的 next / ``next`` of the page before")] = 0,
) -> Json:
    """Current rows whose own box meets ``bbox``; of pipes those that their owners open to the one who asks."""
    found = features(house.engine, now.scope, words_of_path("layer", layer), box_of(bbox), limit, after)
    follows = int(found[-1]["id"]) if len(found) == limit else None
    return Json({"type": "FeatureCollection", "features": found, "next": follows})


@router.get(
    "/features/{number}", response_model=dict[str, Any], responses=problems(404, 409, 422), summary="一个要素 / one feature"
)
def show_feature(layer: Layer, number: Annotated[int, Path(ge=1, le=2**53)], house: HouseNow, now: VisitorNow) -> Json:
    """One row as a GeoJSON feature. What one may not see is answered like what is not there."""
    return Json(feature(house.engine, now.scope, words_of_path("layer", layer), number))


@router.get(
    "/export.{ending}", response_class=Response, summary="导出图层 / export a layer",
    responses={200: {"content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in _MEDIA.values()}}}
    | problems(400, 404, 409, 422),
)  # fmt: skip
def export(layer: Layer, ending: Ending, request: Request, house: HouseNow, now: VisitorNow, bbox: BoxText = None) -> Response:
    """The same rows as a file: GeoPackage and CSV (WKT) in the city's work CRS, GeoJSON in degrees. The audit remembers it."""
    name = words_of_path("layer", layer)
    frame = taken(house.engine, now.scope, name, box_of(bbox))
    if not getattr(request.state, WHOLE, False):
        frame = veiled(frame)
    told(house.engine, now.actor, "layer.export", name, {"rows": len(frame), "format": ending, "bbox": bbox})
    with tempfile.NamedTemporaryFile(suffix=f".{ending}", delete=False) as file:
        path = FilePath(file.name)
    try:
        _write(frame, path, ending, name)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return FileResponse(
        path, media_type=_MEDIA[ending], filename=f"{name}.{ending}", headers={"Cache-Control": "no-store"},
        background=BackgroundTask(path.unlink, missing_ok=True),
    )  # fmt: skip


def _write(frame: gpd.GeoDataFrame, path: FilePath, ending: Ending, name: str) -> None:
    if ending == "csv":
        frame.assign(geometry=frame.geometry.to_wkt()).to_csv(path, index=False, encoding="utf-8-sig")
        return
    path.unlink()  # the drivers make their own file
    shown = frame.to_crs("EPSG:4326") if ending == "geojson" else frame
    shown.to_file(path, driver=_DRIVERS[ending], layer=name, engine="pyogrio")
