"""Pictures of the ground along lines, to carry away: a few tiles of each zoom, as small as a phone can take them."""

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
import shapely
from rasterio.errors import NotGeoreferencedWarning
from rasterio.io import MemoryFile

from layers.rasters.tiles import SIZE, Pixels, png, tile_image

_EARTH_M = 2 * math.pi * 6_378_137.0
SHALLOWEST, DEEPEST = 13, 20
OVERVIEW = 8  # a zoom that takes less than this part of all tiles is shown without holes
_JPEG_QUALITY = 78


@dataclass(frozen=True)
class Picture:
    """One tile z/x/y (XYZ, Web Mercator): JPEG where it has data all over, PNG where it ends inside."""

    z: int
    x: int
    y: int
    media_type: str
    content: bytes


def pictures(paths: Sequence[Path], where: Any, most: int) -> list[Picture]:
    """Tiles that touch ``where`` (a shape in degrees), as :func:`numbers` chooses them, and that have data."""
    chosen = numbers(paths, where, most)
    return [one for z, x, y in chosen if (one := _picture(paths, z, x, y)) is not None]


def numbers(
    paths: Sequence[Path], where: Any, most: int, zooms: tuple[int, int] = (SHALLOWEST, DEEPEST)
) -> list[tuple[int, int, int]]:  # fmt: skip
    """z, x, y of the tiles that touch ``where`` (a shape in degrees): from the first of ``zooms`` down to the last zoom at which
    all of them together are at most ``most`` and the picture still gains by it; none without ``paths``."""
    if not paths:
        return []
    mercator = shapely.transform(where, _mercator)
    around = shapely.box(*mercator.bounds)
    shapely.prepare(mercator)
    finest = min(zooms[1], max(zooms[0], _finest(paths, where.centroid.y)))
    found: list[tuple[int, int, int]] = []
    for z in range(zooms[0], finest + 1):
        whole = _touching(around, z)  # from afar nobody wants to see an island around each line
        level = whole if len(whole) <= most // OVERVIEW else _touching(mercator, z)
        if len(found) + len(level) > most:
            break
        found += [(z, x, y) for x, y in level]
    return found


def _mercator(degrees: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    lon, lat = np.radians(degrees).T
    return np.column_stack([lon, np.log(np.tan(np.pi / 4 + lat / 2))]) * 6_378_137.0


def _finest(paths: Sequence[Path], latitude: float) -> int:
    """The zoom whose pixels are about as large as those of the finest of the pictures."""
    sizes = []
    for path in paths:
        with rasterio.open(path, driver="GTiff") as source:
            sizes.append(abs(source.transform.a))  # ours lie in a work CRS of metres
    ground_m = _EARTH_M * math.cos(math.radians(latitude)) / SIZE
    return math.ceil(math.log2(ground_m / min(sizes)))


def _touching(mercator: Any, z: int) -> list[tuple[int, int]]:
    size = _EARTH_M / 2**z
    west, south, east, north = mercator.bounds
    columns = np.arange(int((west + _EARTH_M / 2) // size), int((east + _EARTH_M / 2) // size) + 1)
    lines = np.arange(int((_EARTH_M / 2 - north) // size), int((_EARTH_M / 2 - south) // size) + 1)
    x, y = (one.ravel() for one in np.meshgrid(columns, lines))
    left, top = x * size - _EARTH_M / 2, _EARTH_M / 2 - y * size
    hit = shapely.intersects(mercator, shapely.box(left, top - size, left + size, top))
    return [(int(a), int(b)) for a, b in zip(x[hit], y[hit], strict=True)]


def _picture(paths: Sequence[Path], z: int, x: int, y: int) -> Picture | None:
    image = tile_image(paths, z, x, y)
    if not image[3].any():
        return None
    if image[3].all():
        return Picture(z, x, y, "image/jpeg", _jpeg(image))
    return Picture(z, x, y, "image/png", png(image))


def _jpeg(image: Pixels) -> bytes:
    with MemoryFile() as memory, warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)  # where it lies is said by its number
        with memory.open(driver="JPEG", width=SIZE, height=SIZE, count=3, dtype="uint8", quality=_JPEG_QUALITY) as target:
            target.write(image[:3])
        return bytes(memory.read())
