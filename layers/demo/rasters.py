"""Terrain and the satellite-like picture, painted from the layers of the demo."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
import shapely
from rasterio.features import rasterize
from rasterio.transform import Affine
from shapely.geometry.base import BaseGeometry

from layers.demo.city import Demo
from layers.demo.frame import CENTRE_E, CENTRE_N, HALF_X, HALF_Y, WORK_CRS, bent, rng
from layers.demo.skeleton import Skeleton

Grid = npt.NDArray[np.float32]
TERRAIN_M, PICTURE_M = 10.0, 2.0
NODATA = -9999.0
RIM_M = 60.0
_GROUND_M = 72.0  # the plain


def noise(shape: tuple[int, int], cell: float, random: np.random.Generator) -> Grid:
    """Smooth noise in 0…1: random values every ``cell`` pixels, blended between (elementwise, so the same on any machine)."""
    rows, columns = int(shape[0] / cell) + 3, int(shape[1] / cell) + 3
    values = random.random((rows, columns)).astype(np.float32)
    y, x = (np.arange(size, dtype=np.float32) / np.float32(cell) for size in shape)
    iy, ix = y.astype(np.intp), x.astype(np.intp)
    fy, fx = _ease(y - iy.astype(np.float32))[:, None], _ease(x - ix.astype(np.float32))[None, :]
    lines = values[iy] * (1 - fy) + values[iy + 1] * fy
    blended: Grid = np.asarray(lines[:, ix] * (1 - fx) + lines[:, ix + 1] * fx, dtype=np.float32)
    return blended


def _ease(t: Grid) -> Grid:
    eased: Grid = t * t * (3 - 2 * t)
    return eased


def blurred(grid: Grid, reach: int) -> Grid:
    """Mean over a window of 2·reach+1 pixels each way."""
    for axis in (0, 1):
        pad = [(reach + 1, reach) if k == axis else (0, 0) for k in (0, 1)]
        total = np.cumsum(np.pad(grid, pad, mode="edge"), axis=axis, dtype=np.float64)
        width = 2 * reach + 1
        high, low = (total[width:], total[:-width]) if axis == 0 else (total[:, width:], total[:, :-width])
        grid = ((high - low) / width).astype(np.float32)
    return grid


def write_terrain(path: Path, demo: Demo) -> None:
    """Heights in metres every 10 m (float32): the plain, the river between its dikes, lakes, the wall, the railway."""
    skeleton, random = Skeleton(), rng(40)
    half_x, half_y = HALF_X + RIM_M, HALF_Y + RIM_M
    shape = (int(2 * half_y / TERRAIN_M), int(2 * half_x / TERRAIN_M))
    place = Affine(TERRAIN_M, 0.0, CENTRE_E - half_x, 0.0, -TERRAIN_M, CENTRE_N + half_y)
    south, east = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    height: Any = np.float32(_GROUND_M) - (south / shape[0]) * np.float32(2.4) - (east / shape[1]) * np.float32(1.6)
    for cell, rise in ((160, 2.2), (55, 1.0), (18, 0.35)):
        height += (noise(shape, cell, random) - np.float32(0.5)) * np.float32(rise)
    steps: list[tuple[BaseGeometry, float]] = [
        (skeleton.river.buffer(30), 2.0),
        (skeleton.river.buffer(14), -2.2),
        (skeleton.river, -2.6),
        (skeleton.river.buffer(-12), -1.6),
    ]
    steps += [(lake, -2.2) for lake in skeleton.lakes] + [(skeleton.moat, -2.8), (skeleton.rail.buffer(14), 2.2)]
    for area, rise in steps:
        mask = rasterize([bent(area)], out_shape=shape, transform=place, dtype="uint8", all_touched=True)
        height += blurred(mask.astype(np.float32) * np.float32(rise), 1)
    wall = rasterize([bent(skeleton.wall)], out_shape=shape, transform=place, dtype="uint8", all_touched=True)
    height += wall.astype(np.float32) * np.float32(8.0)
    sheet = rasterize([bent(shapely.box(-HALF_X, -HALF_Y, HALF_X, HALF_Y))], out_shape=shape, transform=place, dtype="uint8")
    height[sheet == 0] = NODATA
    rounded = np.where(height == NODATA, NODATA, np.round(height, 2)).astype(np.float32)
    _write(path, rounded[None], place, nodata=NODATA, compress="deflate", predictor=3)


def write_picture(path: Path, pixels: npt.NDArray[np.uint8], place: Affine) -> None:
    """Three bands of bytes as JPEG in a GeoTIFF."""
    _write(path, pixels, place, compress="jpeg", jpeg_quality=72, photometric="YCBCR", interleave="pixel")


def _write(path: Path, bands: npt.NDArray[Any], place: Affine, **options: Any) -> None:
    size = {"count": bands.shape[0], "height": bands.shape[1], "width": bands.shape[2], "dtype": bands.dtype}
    with rasterio.open(
        path, "w", driver="GTiff", crs=WORK_CRS, transform=place, tiled=True, blockxsize=256, blockysize=256, **size, **options
    ) as file:
        file.write(bands)
