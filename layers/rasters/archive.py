"""Pictures of the ground as files to carry away: PMTiles for maps on the web, a GeoTIFF for QGIS and QField.

Both hold the same pixels. QGIS and QField read no PMTiles of pictures (their GDAL opens those of vectors only), so that one of
the two alone would serve half of those who get it.
"""

import io
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rasterio
from PIL import Image
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import write
from rasterio.enums import Resampling
from rasterio.windows import Window

from layers.rasters.pictures import numbers
from layers.rasters.tiles import SIZE, Pixels, tile_image

ZOOMS = (14, 18)
_EARTH_M = 2 * math.pi * 6_378_137.0
_QUALITY = 80
Tile = tuple[int, int, int]


@dataclass(frozen=True)
class Archive:
    """What was written. ``tiles``: of all zooms together; ``shallowest`` and ``deepest``: zooms that have any."""

    tiles: int
    shallowest: int
    deepest: int


def write_archive(
    paths: Sequence[Path], where: Any, most: int, tiles: Path, picture: Path, about: Mapping[str, str]
) -> Archive | None:  # fmt: skip
    """The pictures that touch ``where`` (a shape in degrees) from COGs, the newest first: at most ``most`` tiles (WebP, Web
    Mercator) of :data:`ZOOMS` into ``tiles`` (.pmtiles), the deepest of them as one picture into ``picture`` (.tif, EPSG:3857,
    transparent where there is no data). ``about``: words kept in the archive.

    None, and no file, where no COG has data there."""
    chosen = sorted(numbers(paths, where, most, ZOOMS), key=lambda one: zxy_to_tileid(*one))  # in the order of the archive
    found: list[Tile] = []
    if chosen:
        with _picture(chosen, picture) as show, write(tiles) as archive:
            try:
                for z, x, y in chosen:
                    image = tile_image(paths, z, x, y)
                    if image[3].any():
                        found.append((z, x, y))
                        archive.write_tile(zxy_to_tileid(z, x, y), _webp(image))
                        show((z, x, y), image)
                if found:
                    archive.finalize(_header(found, where.bounds), dict(about))
            finally:
                archive.tile_f.close()  # the writer closes it only where all went well
    if not found:
        tiles.unlink(missing_ok=True)
        picture.unlink(missing_ok=True)
        return None
    _shrink(picture)
    return Archive(len(found), found[0][0], found[-1][0])


def _header(found: Sequence[Tile], bounds: tuple[float, float, float, float]) -> dict[str, Any]:
    west, south, east, north = (round(each * 1e7) for each in bounds)
    return {
        "tile_type": TileType.WEBP, "tile_compression": Compression.NONE,
        "min_lon_e7": west, "min_lat_e7": south, "max_lon_e7": east, "max_lat_e7": north, "center_zoom": min(16, found[-1][0]),
    }  # fmt: skip


def _webp(image: Pixels) -> bytes:
    out = io.BytesIO()
    bands = image if not image[3].all() else image[:3]
    Image.fromarray(bands.transpose(1, 2, 0)).save(out, "WEBP", quality=_QUALITY)
    return out.getvalue()


@contextmanager
def _picture(chosen: Sequence[Tile], path: Path) -> Iterator[Callable[[Tile, Pixels], None]]:
    """Takes the tiles of the deepest zoom, block by block: a line across the city has a box of which most is empty, and empty
    blocks take no room."""
    deepest = chosen[-1][0]
    columns, lines = ([one[at] for one in chosen if one[0] == deepest] for at in (1, 2))
    left, top = min(columns), min(lines)
    step = _EARTH_M / 2**deepest / SIZE
    profile = {
        "driver": "GTiff", "dtype": "uint8", "count": 3, "crs": "EPSG:3857", "tiled": True, "blockxsize": SIZE,
        "blockysize": SIZE, "width": (max(columns) - left + 1) * SIZE, "height": (max(lines) - top + 1) * SIZE, "sparse_ok": True,
        "compress": "jpeg", "photometric": "ycbcr", "jpeg_quality": _QUALITY,
        "transform": rasterio.Affine(step, 0, left * SIZE * step - _EARTH_M / 2, 0, -step, _EARTH_M / 2 - top * SIZE * step),
    }  # fmt: skip
    with _inside(), rasterio.open(path, "w", **profile) as target:

        def show(tile: Tile, image: Pixels) -> None:
            if tile[0] == deepest:
                window = Window((tile[1] - left) * SIZE, (tile[2] - top) * SIZE, SIZE, SIZE)
                target.write(image[:3], window=window)
                target.write_mask(image[3], window=window)

        yield show


def _shrink(path: Path) -> None:
    """Smaller copies for looking from afar."""
    with _inside(), rasterio.open(path, "r+") as target:
        levels = [factor for factor in (2, 4, 8, 16) if min(target.width, target.height) // factor >= SIZE // 2]
        target.build_overviews(levels, Resampling.average)


def _inside() -> Any:
    """Mask and smaller copies in the file itself: beside it they would be lost on the way to a phone."""
    return rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True, GDAL_TIFF_INTERNAL_MASK_TO_8BIT=True)
