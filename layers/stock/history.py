"""The deliveries of a layer as they came: by whom, when, how many rows, and what became of them."""

import json
from typing import Any

import sqlalchemy as sa

from geo.city import City
from geo.errors import NotFound, UnknownLayer
from geo.schema import LAYERS, ROUTES, LayerSpec
from layers.cities import city_settings
from layers.deliveries import LOADED
from layers.queries import joined
from layers.replacing import claims_of
from layers.rows import rows

_DEGREES = "ST_AsGeoJSON(ST_Transform(coverage, 4326), 7)"


def spec_of(layer: str) -> LayerSpec:
    """A layer that deliveries fill, routes and rasters included. Raises UnknownLayer."""
    if layer == "routes":
        return ROUTES
    if layer not in LAYERS:
        raise UnknownLayer(layer=layer, known="、".join([*LAYERS, "routes"]))
    return LAYERS[layer]


def deliveries_of(engine: sa.Engine, layer: str) -> list[dict[str, Any]]:
    """Every delivery of a layer, the newest first. ``rows_current``: those that hold now (None of a raster); ``loaded_by``: a
    login, None where it was not noted; ``coverage``: GeoJSON in degrees, None where none was stated. Raises UnknownLayer."""
    spec = spec_of(layer)
    held = "NULL::bigint"
    if spec.geometry != "raster":
        held = f'(SELECT count(*) FROM "{layer}" t WHERE t.delivery_id = d.id AND t.replaced_by IS NULL)'
    found = rows(
        engine,
        "SELECT d.id, d.layer, d.source, d.owner, d.licence, d.as_of, d.complete_since, d.stated_by, d.rows_expected,"
        f" d.rows_loaded, d.file_name, d.sha256, d.loaded_at, d.state, d.blank_is_none, {_DEGREES} AS coverage,"
        f" {held} AS rows_current,"
        " (SELECT a.actor FROM audit a WHERE a.action = :loaded AND a.subject = d.id::text ORDER BY a.id LIMIT 1)"
        " AS loaded_by FROM deliveries d WHERE d.layer = :layer ORDER BY d.id DESC",
        layer=layer, loaded=LOADED,
    )  # fmt: skip
    for one in found:
        one["coverage"] = None if one["coverage"] is None else json.loads(one["coverage"])
        one["rows_lost"] = max(0, one["rows_expected"] - one["rows_loaded"])
    return found


def delivery_of(engine: sa.Engine, layer: str, number: int) -> dict[str, Any]:
    """One delivery of that layer. Raises UnknownLayer, NotFound."""
    spec_of(layer)
    found = rows(engine, "SELECT id, as_of, loaded_at FROM deliveries WHERE layer = :layer AND id = :id", layer=layer, id=number)
    if not found:
        raise NotFound(what_zh="该图层的送交", what_en="delivery of this layer", id=str(number))
    return found[0]


def covered_share(engine: sa.Engine, layer: str) -> float | None:
    """Which share (0 to 1) of the city's bounds, by area in the work CRS, the holding deliveries of a layer cover together.

    None where nothing was delivered or no delivery states a coverage: not known, which is not 0. Raises UnknownLayer."""
    spec_of(layer)
    with engine.connect() as connection:
        settings = city_settings(connection)
        claims = claims_of(connection, layer)
    area = joined(layer, claims, None).coverage if claims else None
    return None if area is None else _share(area, settings)


def _share(area: Any, settings: City) -> float:
    bounds = settings.bounds_polygon
    return float(min(1.0, area.intersection(bounds).area / bounds.area))
