"""The layers of the city: what was delivered, how old it is, how far its silence can be trusted, and where its tiles are."""

from typing import Any

from fastapi import APIRouter

from api.deps import House, HouseNow
from api.holdings import layer_version, raster_entry
from api.rights import needs
from api.schemas import LayerOut, problems
from api.wire import Json
from geo.city import VECTOR_LAYERS
from layers.rasters.store import RASTER_LAYERS
from layers.tiles import TILE_LAYERS

router = APIRouter(prefix="/api/layers", tags=["city"], dependencies=[needs("ground")])


@router.get("", response_model=list[LayerOut], responses=problems(409), summary="图层 / layers")
def list_layers(house: HouseNow) -> Json:
    """Every layer that a city can have; ``delivered`` false = unknown everywhere, never "nothing there".

    ``tiles`` with ``?v=`` + ``version`` may be kept for ever; without it they are asked for again each time.
    """
    return Json(listed(house))


def listed(house: House, names: tuple[str, ...] = (*VECTOR_LAYERS, *RASTER_LAYERS)) -> list[dict[str, Any]]:
    """Layers and pictures, each with where its tiles are; of the others nothing is asked."""
    vectors = tuple(name for name in VECTOR_LAYERS if name in names)
    pictures = [name for name in RASTER_LAYERS if name in names]
    return [
        *(_with_tiles(house, entry, "mvt") for entry in house.standing.summary(vectors)),
        *(_with_tiles(house, raster_entry(house.engine, name), "png") for name in pictures),
    ]


def _with_tiles(house: House, entry: dict[str, Any], ending: str) -> dict[str, Any]:
    name = entry["name"]
    shown = name in TILE_LAYERS or ending == "png"
    return {
        **entry,
        "version": layer_version(house.engine, name),
        "tiles": f"/tiles/{name}/{{z}}/{{x}}/{{y}}.{ending}" if shown else None,
    }
