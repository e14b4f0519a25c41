"""A small map of the place, as PNG: ground, green land, existing pipes, the footprint; north up, with a bar of metres."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
import shapely.ops
from rasterio.features import rasterize
from rasterio.io import MemoryFile
from rasterio.transform import from_bounds

from geo.city import City
from geo.columns import frame_of

WIDE, HIGH, FINE = 1200, 720, 3  # pixels; each drawn FINE times finer and averaged, so that edges are smooth
LAND, ROAD, PATH, GREEN, TRUNK = (246, 244, 239), (255, 255, 255), (233, 230, 224), (205, 226, 196), (34, 110, 60)
INK, WORK = (34, 49, 63), (213, 94, 0)
HUES = {
    "water": (0, 90, 200), "gas": (190, 60, 170), "heat": (230, 120, 0), "power": (200, 30, 30), "comms": (0, 140, 70),
    "drain": (120, 80, 50), "other": (110, 110, 110),
}  # fmt: skip
Colour = tuple[int, int, int]
BARS = (10, 20, 50, 100, 200, 500, 1000)


def picture(content: Mapping[str, Any], city: City, pipe_ids: frozenset[str]) -> tuple[bytes, int]:
    """(PNG, metres of its bar). Of pipes only those are drawn that the sheet names."""
    line = shapely.geometry.shape(content["axis"])
    box = _frame(line)
    view = shapely.box(*box)
    metre = WIDE / (box[2] - box[0])
    painted = [*_ground(city, view), *_pipes(city, view, pipe_ids, 2.0 / metre), *_work(content, line, metre)]
    bar = next((one for one in reversed(BARS) if one * metre <= WIDE / 4), BARS[0])
    painted += [(one, INK) for one in _bar(box, bar, metre)]
    return _png(painted, box), bar


def _frame(line: Any) -> tuple[float, float, float, float]:
    """Bounds about the line, in the shape of the picture, with room around it."""
    west, south, east, north = line.bounds
    wide = max((east - west) * 1.25, (north - south) * 1.25 * WIDE / HIGH, 80.0)
    x, y, high = (west + east) / 2, (south + north) / 2, wide * HIGH / WIDE
    return x - wide / 2, y - high / 2, x + wide / 2, y + high / 2


def _ground(city: City, view: Any) -> Iterator[tuple[Any, Colour]]:
    roads = frame_of(city.layer("roads"))
    for row in _inside(roads, shapely.buffer(view, 50.0)):
        width = roads["width_m"].iloc[row] if "width_m" in roads else np.nan
        yield shapely.buffer(roads.geometry.iloc[row], (float(width) if width == width and width else 8.0) / 2), ROAD
    surfaces = frame_of(city.layer("road_surfaces"))
    for row in _inside(surfaces, view):
        if surfaces["part"].iloc[row] != "carriageway":
            yield surfaces.geometry.iloc[row], PATH
    green, trees = frame_of(city.layer("green")), frame_of(city.layer("trees"))
    yield from ((green.geometry.iloc[row], GREEN) for row in _inside(green, view))
    yield from ((shapely.buffer(trees.geometry.iloc[row], 2.0), TRUNK) for row in _inside(trees, view))


def _pipes(city: City, view: Any, pipe_ids: frozenset[str], half_m: float) -> Iterator[tuple[Any, Colour]]:
    frame = frame_of(city.layer("pipes"))
    for row in _inside(frame, view) if pipe_ids else ():
        if frame["pipe_id"].iloc[row] in pipe_ids:
            yield shapely.buffer(frame.geometry.iloc[row], half_m), HUES.get(str(frame["utility"].iloc[row]), HUES["other"])


def _work(content: Mapping[str, Any], line: Any, metre: float) -> Iterator[tuple[Any, Colour]]:
    yield shapely.buffer(line, 4.5 / metre), (255, 255, 255)
    yield shapely.buffer(line, 3.0 / metre), WORK
    yield shapely.geometry.shape(content["footprint"]), WORK
    for one in content["rows"]:
        for where in one["stretches"]:
            part = shapely.ops.substring(line, where["from_m"], where["to_m"]) if line.geom_type == "LineString" else None
            if part is not None and part.length > 0:
                yield shapely.buffer(part, 1.5 / metre, cap_style="flat"), INK


def _bar(box: tuple[float, ...], bar: float, metre: float) -> Iterator[Any]:
    """The bar at the lower left and an arrow that points north at the upper right."""
    px = 1 / metre
    x, y = box[0] + 30 * px, box[1] + 30 * px
    yield shapely.box(x, y, x + bar, y + 5 * px)
    yield from (shapely.box(x + at - px, y - 6 * px, x + at + px, y + 11 * px) for at in (0, bar))
    x, y = box[2] - 50 * px, box[3] - 90 * px
    yield shapely.Polygon([(x, y + 60 * px), (x - 16 * px, y), (x, y + 12 * px), (x + 16 * px, y)])


def _inside(frame: Any, view: Any) -> list[int]:
    return sorted(int(row) for row in frame.sindex.query(view, predicate="intersects")) if len(frame) else []


def _png(painted: list[tuple[Any, Colour]], box: tuple[float, ...]) -> bytes:
    size = HIGH * FINE, WIDE * FINE
    shapes = [(shape, number) for number, (shape, _) in enumerate(painted, 1) if not shape.is_empty]
    ink = (
        rasterize(shapes, out_shape=size, transform=from_bounds(*box, size[1], size[0]), dtype="uint16")
        if shapes
        else np.zeros(size, int)
    )
    colours: npt.NDArray[Any] = np.array([LAND, *(colour for _, colour in painted)], dtype=float)
    told = colours[ink].reshape(HIGH, FINE, WIDE, FINE, 3).mean(axis=(1, 3)).round().astype("uint8")
    with MemoryFile() as memory:
        with memory.open(
            driver="PNG", width=WIDE, height=HIGH, count=3, dtype="uint8", transform=from_bounds(*box, WIDE, HIGH)
        ) as file:
            file.write(np.moveaxis(told, 2, 0))
        return bytes(memory.read())
