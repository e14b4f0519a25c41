"""Vector tiles of layers and routes, and the whole shapes that touch one; picture tiles of the rasters."""

import gzip
from dataclasses import dataclass
from hashlib import blake2s
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from api.deps import House, HouseNow
from api.holdings import layer_version
from api.masking import WHOLE
from api.rights import Visitor, VisitorNow, needs
from api.schemas import problems
from api.texts import words_of_path
from geo.errors import Forbidden
from layers.people.personal import masked_bytes
from layers.rasters.store import layer_tile
from layers.rights.scope import SEEN_BY_RIGHTS, Scope, rights_over
from layers.tiles import shapes, tile

router = APIRouter(prefix="/tiles", tags=["map"], dependencies=[needs("ground")])
MVT, PNG, GEOJSON = "application/vnd.mapbox-vector-tile", "image/png", "application/geo+json"
FOREVER, ASK_AGAIN = "private, max-age=31536000, immutable", "private, no-cache"

Layer = Annotated[str, Path(max_length=40, description="图层名，或 routes、works、matches / name of a layer, or one of these")]
Zoom = Annotated[int, Path(ge=0, le=24)]
Step = Annotated[int, Path(ge=0, le=2**24 - 1)]
Version = Annotated[
    str | None,
    Query(max_length=64, description="版本：与当前一致时可长期缓存 / where it is the current one, the tile may be kept for ever"),
]
GROUND = ("roads", "road_surfaces", "highways", "green", "districts", "satellite", "terrain")
"""What may be seen by a link: never pipes, works, trees or heritage."""


def described(media_type: str) -> dict[int | str, dict[str, Any]]:
    """What a tile of this kind answers, for OpenAPI."""
    body = {"content": {media_type: {"schema": {"type": "string", "format": "binary"}}}}
    return {200: body, 304: {"description": "未变 / not changed"}, **problems(404, 409, 422)}


@dataclass(frozen=True)
class Asked:
    """The tile that an address names, and the version that it knows."""

    layer: Layer
    z: Zoom
    x: Step
    y: Step
    v: Version = None

    @property
    def place(self) -> tuple[str, int, int, int]:
        """Layer, zoom, column and row. Raises BadRequest for words that no database can hold."""
        return words_of_path("layer", self.layer), self.z, self.x, self.y


TileAsked = Annotated[Asked, Depends()]


@router.get(
    "/{layer}/{z}/{x}/{y}.mvt", response_class=Response, summary="矢量瓦片 / vector tile",
    responses=described(MVT),
)  # fmt: skip
def vector_tile(asked: TileAsked, request: Request, house: HouseNow, now: VisitorNow) -> Response:
    """One MVT layer named like the layer (XYZ scheme, Web Mercator); empty where nothing is."""
    return answer(asked, request, house, now, MVT)


@router.get(
    "/{layer}/{z}/{x}/{y}.png", response_class=Response, summary="影像瓦片 / picture tile",
    responses=described(PNG),
)  # fmt: skip
def raster_tile(asked: TileAsked, request: Request, house: HouseNow, now: VisitorNow) -> Response:
    """``satellite`` or ``terrain`` (shaded by height) as PNG, transparent where there is no data."""
    return answer(asked, request, house, now, PNG)


@router.get(
    "/{layer}/{z}/{x}/{y}.geojson", response_class=Response, summary="瓦片内的完整图形 / whole shapes that touch a tile",
    responses=described(GEOJSON),
)  # fmt: skip
def tile_shapes(asked: TileAsked, request: Request, house: HouseNow, now: VisitorNow) -> Response:
    """The rows of a vector tile (from zoom 15) with their exact shapes, neither cut nor rounded: what a drawing hand snaps to."""
    return answer(asked, request, house, now, GEOJSON)


def _check_seen(layer: str, now: Visitor) -> None:
    """Guests see the ground alone. Raises Forbidden."""
    if layer not in GROUND and "see" not in now.person.may:
        raise Forbidden(why_zh="此链接不含这个图层", why_en="this link does not show that layer", needs="see")


def _made(house: House, scope: Scope, place: tuple[str, int, int, int], media_type: str) -> bytes:
    layer, z, x, y = place
    if media_type == PNG:
        return layer_tile(house.engine, layer, z, x, y)
    return (tile if media_type == MVT else shapes)(house.engine, scope, layer, z, x, y)


def answer(asked: Asked, request: Request, house: House, now: Visitor, media_type: str) -> Response:
    """The tile from memory or made now; 304 where the visitor has it. The tag changes with the layer's deliveries and with what
    the visitor may see; a tile that is not everybody's is asked for again each time, and kept by nobody between."""
    layer, z, x, y = asked.place
    _check_seen(layer, now)
    veiled = not getattr(request.state, WHOLE, False)
    rights = rights_over(layer, now.scope) + ("-veiled" if veiled else "")
    version = layer_version(house.engine, layer)
    tag = f'W/"{blake2s(f"{layer}.{media_type}/{z}/{x}/{y}@{version}@{rights}".encode(), digest_size=9).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": FOREVER if asked.v == version and layer not in SEEN_BY_RIGHTS else ASK_AGAIN}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    key = (f"{layer}.{media_type}.{rights}", version, z, x, y)
    made = house.tiles.get(key)
    if made is None:
        made = _made(house, now.scope, asked.place, media_type)
        if media_type == MVT:
            made = _packed(masked_bytes(made) if veiled else made)
        house.tiles.put(key, made)
    return _sent(made, request, media_type, headers)


def _packed(made: bytes) -> bytes:
    """As it is kept and sent: packed once, not for every reader."""
    return gzip.compress(made, 5, mtime=0) if made else b""


def _sent(made: bytes, request: Request, media_type: str, headers: dict[str, str]) -> Response:
    if media_type == MVT and made:
        headers["Vary"] = "Accept-Encoding"
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
        else:
            made = gzip.decompress(made)
    return Response(made, media_type=media_type, headers=headers)
