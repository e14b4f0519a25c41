"""Looking at COGs: a PNG tile in Web Mercator, the heights along a line. Files of ours only (see raster_intake)."""

import json
import math
import struct
import zlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.enums import ColorInterp, Resampling
from rasterio.vrt import WarpedVRT
from rasterio.warp import transform_bounds
from rasterio.windows import Window

from geo.errors import NotFound

Floats = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.uint8]
SIZE = 256
MAX_ZOOM = 24
_EARTH_M = 2 * math.pi * 6_378_137.0
_WINDOW_PIXELS = 16_000_000


def raster_tile(paths: Path | Sequence[Path], z: int, x: int, y: int, relief: bool = False) -> bytes:
    """PNG of :func:`tile_image`."""
    image = tile_image(paths, z, x, y, relief)
    return png(image) if image[3].any() else _nothing()


def tile_image(paths: Path | Sequence[Path], z: int, x: int, y: int, relief: bool = False) -> Pixels:
    """RGBA (4, 256, 256) of the tile z/x/y (XYZ) from one COG, or from several, the first on top; transparent where
    none has data. ``relief``: band 1 is heights in metres, shown as shaded relief. Raises NotFound for no tile at all."""
    if not (0 <= z <= MAX_ZOOM and 0 <= x < 2**z and 0 <= y < 2**z):
        raise NotFound(what_zh="瓦片", what_en="tile", id=f"{z}/{x}/{y}")
    size = _EARTH_M / 2**z
    left, top = x * size - _EARTH_M / 2, _EARTH_M / 2 - y * size
    image: Pixels = np.zeros((4, SIZE, SIZE), dtype=np.uint8)
    for path in [paths] if isinstance(paths, Path) else paths:
        layer = _picture(path, (left, top - size, left + size, top), relief)
        if layer is not None:
            hole = image[3] == 0
            image[:, hole] = layer[:, hole]
        if image[3].all():
            break
    return image


def _picture(path: Path, box: tuple[float, float, float, float], relief: bool) -> Pixels | None:
    """RGBA of one file in a Web Mercator box; None where it does not reach."""
    margin = 1 if relief else 0  # slopes at the edge need a neighbour
    pixels = SIZE + 2 * margin
    step = (box[2] - box[0]) / SIZE
    wide = (box[0] - margin * step, box[1] - margin * step, box[2] + margin * step, box[3] + margin * step)
    with rasterio.open(path, driver="GTiff") as whole:
        own = transform_bounds(whole.crs, "EPSG:3857", *whole.bounds)
        if own[0] >= wide[2] or own[2] <= wide[0] or own[1] >= wide[3] or own[3] <= wide[1]:
            return None
        latitude = 2 * math.atan(math.exp((box[1] + box[3]) / 2 / 6_378_137.0)) - math.pi / 2
        ground_m = step * math.cos(latitude)
        level = _overview(whole, ground_m)
        palette = ColorInterp.palette in whole.colorinterp
        has_alpha = ColorInterp.alpha in whole.colorinterp
        settings: dict[str, Any] = {
            "transform": rasterio.Affine(step, 0, wide[0], 0, -step, wide[3]),
            "width": pixels,
            "height": pixels,
        }
        settings |= {"add_alpha": whole.nodata is None and not has_alpha, "crs": "EPSG:3857"}
        settings["resampling"] = Resampling.nearest if palette else Resampling.bilinear
        opened = rasterio.open(path, driver="GTiff", **({} if level is None else {"overview_level": level}))
        with opened as source, WarpedVRT(source, **settings) as view:
            there = view.dataset_mask() > 0
            if not there.any():
                return None
            bands = _shown_bands(whole)
            values = view.read([1] if relief else bands)
            if np.issubdtype(values.dtype, np.floating):
                there &= np.isfinite(values).all(axis=0)
        if relief:
            return _relief(np.where(there, values[0].astype("float64"), np.nan), ground_m)
        colours = _palette(whole, values[0]) if palette else _stretched(whole, bands, values)
    return np.concatenate([colours, np.where(there, np.uint8(255), np.uint8(0))[None]]).astype(np.uint8)


def _overview(source: Any, ground_m: float) -> int | None:
    """The smallest overview that is still as fine as the tile."""
    factors = source.overviews(1)
    fine = [at for at, factor in enumerate(factors) if factor * abs(source.transform.a) <= ground_m * 1.01]
    return fine[-1] if fine else None


def _shown_bands(source: Any) -> list[int]:
    """Red, green and blue by name, else the first three, else the first as grey."""
    kinds = list(source.colorinterp)
    if all(kind in kinds for kind in (ColorInterp.red, ColorInterp.green, ColorInterp.blue)):
        return [kinds.index(kind) + 1 for kind in (ColorInterp.red, ColorInterp.green, ColorInterp.blue)]
    plain = [at + 1 for at, kind in enumerate(kinds) if kind != ColorInterp.alpha]
    return plain[:3] if len(plain) >= 3 else plain[:1]


def _stretched(source: Any, bands: list[int], values: Any) -> Pixels:
    """Bands as 0–255 between the limits that loading found; grey three times over."""
    ranges = json.loads(source.tags().get("WAIXIAN_RANGE", "null")) or [[0.0, 255.0]] * source.count
    limits = np.array([ranges[band - 1] for band in bands], dtype="float64")
    low, high = limits[:, 0, None, None], limits[:, 1, None, None]
    with np.errstate(invalid="ignore"):
        scaled = (values.astype("float64") - low) / np.maximum(high - low, 1e-12) * 255
    shown = np.nan_to_num(scaled, nan=0.0).clip(0, 255).round().astype(np.uint8)
    return np.repeat(shown, 3, axis=0) if len(bands) == 1 else shown


def _palette(source: Any, values: Any) -> Pixels:
    table = np.zeros((256, 3), dtype=np.uint8)
    for number, colour in source.colormap(1).items():
        if 0 <= number < 256:
            table[number] = colour[:3]
    return np.moveaxis(table[values.astype(np.intp).clip(0, 255)], -1, 0)


def _relief(heights: Floats, ground_m: float) -> Pixels:
    """Shaded relief, light from the north-west at 45°, slopes a little steepened so that plains show too."""
    rise_y, rise_x = np.gradient(heights, ground_m)
    slope = np.arctan(2.0 * np.hypot(rise_x, rise_y))
    aspect = np.arctan2(-rise_x, rise_y)  # clockwise from north, of the way down; rows run south
    light = np.sin(np.pi / 4) * np.cos(slope) + np.cos(np.pi / 4) * np.sin(slope) * np.cos(np.radians(315.0) - aspect)
    inner = light[1:-1, 1:-1]
    known = np.isfinite(inner)
    grey = (np.nan_to_num(inner).clip(0, 1) * 255).round().astype(np.uint8)
    alpha = np.where(known, np.uint8(255), np.uint8(0))
    return np.stack([grey, grey, grey, alpha])


def png(image: Pixels) -> bytes:
    """RGBA of shape (4, rows, columns) as PNG; each row written as its difference from the one above."""
    rows = np.ascontiguousarray(np.moveaxis(image, 0, -1)).reshape(image.shape[1], -1)
    above = np.vstack([np.zeros_like(rows[:1]), rows[:-1]])
    filtered = np.column_stack([np.full(len(rows), 2, dtype=np.uint8), rows - above])
    head = struct.pack(">IIBBBBB", image.shape[2], image.shape[1], 8, 6, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(filtered.tobytes(), 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )


@lru_cache(maxsize=1)
def _nothing() -> bytes:
    return png(np.zeros((4, SIZE, SIZE), dtype=np.uint8))


def profile(paths: Path | Sequence[Path], xy: npt.ArrayLike) -> Floats:
    """Heights (band 1, metres) at points ``xy`` of shape (n, 2) in the work CRS, between pixel centres bilinearly.

    NaN where the file ends or has a hole. Of several files the first that knows a point answers for it.
    """
    points = np.asarray(xy, dtype="float64").reshape(-1, 2)
    heights = np.full(len(points), np.nan)
    for path in [paths] if isinstance(paths, Path) else paths:
        open_points = np.isnan(heights)
        if open_points.any():
            with rasterio.open(path, driver="GTiff") as source:
                heights[open_points] = _sampled(source, points[open_points])
    return heights


def _sampled(source: Any, points: Floats) -> Floats:
    """Heights at points; a far-flung line is halved until each half fits in a window."""
    left, bottom, right, top = source.bounds
    inside = (points[:, 0] >= left) & (points[:, 0] <= right) & (points[:, 1] >= bottom) & (points[:, 1] <= top)
    heights = np.full(len(points), np.nan)
    if not inside.any():
        return heights
    near = points[inside]
    column, row = (near[:, 0] - left) / source.transform.a, (top - near[:, 1]) / -source.transform.e  # our COGs are north up
    c0, r0 = max(0, int(column.min()) - 2), max(0, int(row.min()) - 2)
    c1, r1 = min(source.width, int(column.max()) + 3), min(source.height, int(row.max()) + 3)
    window = Window(c0, r0, c1 - c0, r1 - r0)
    if window.width * window.height > _WINDOW_PIXELS and len(near) > 1:
        half = len(near) // 2
        heights[inside] = np.concatenate([_sampled(source, near[:half]), _sampled(source, near[half:])])
        return heights
    grid = source.read(1, window=window, masked=True).astype("float64").filled(np.nan)
    heights[inside] = _between(grid, column - c0, row - r0)
    return heights


def _between(grid: Floats, x: Floats, y: Floats) -> Floats:
    """Bilinear in pixel units; the outer half pixel takes the edge's value."""
    column = np.clip(x - 0.5, 0, grid.shape[1] - 1)
    row = np.clip(y - 0.5, 0, grid.shape[0] - 1)
    c0, r0 = np.floor(column).astype(np.intp), np.floor(row).astype(np.intp)
    c1, r1 = np.minimum(c0 + 1, grid.shape[1] - 1), np.minimum(r0 + 1, grid.shape[0] - 1)
    right, down = column - c0, row - r0
    total = np.zeros(len(column))
    for r, c, weight in (
        (r0, c0, (1 - right) * (1 - down)),
        (r0, c1, right * (1 - down)),
        (r1, c0, (1 - right) * down),
        (r1, c1, right * down),
    ):
        value = grid[r, c]
        total += np.where(weight > 0, weight * value, 0.0)  # a hole beside a point that lies exactly on a centre is no hole
    return total
