"""A small city for tests of the store: EPSG:4547, some 9 by 9 km, and frames to load into it."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
import sqlalchemy as sa

from geo.city import City
from geo.schema import LAYERS, LayerSpec
from layers.cities import create_city
from layers.readers.columns import conform

WORK_CRS = "EPSG:4547"
BOUNDS = (114.30, 34.75, 114.40, 34.83)
X0, Y0 = 530_000.0, 3_850_000.0  # a corner inside the bounds

Frames = Callable[..., gpd.GeoDataFrame]


@pytest.fixture
def town(engine: sa.Engine) -> City:
    """The city, created in ``engine``; no layer is delivered."""
    return create_city(engine, "测试城", WORK_CRS, BOUNDS, synthetic=True)


@pytest.fixture(scope="session")
def wait_until() -> Callable[[Callable[[], bool]], None]:
    """``wait_until(done)``: come back when ``done()`` is true, or fail after 30 seconds."""

    def wait(done: Callable[[], bool]) -> None:
        end = time.monotonic() + 30
        while not done():
            assert time.monotonic() < end, "it did not happen in time"
            time.sleep(0.02)

    return wait


@pytest.fixture(scope="session")
def roads() -> Frames:
    """``roads(ids, …)``: one street 100 m long for each id, 50 m apart going north; keywords are further columns."""

    def make(ids: Sequence[str], x: float = 0.0, y: float = 0.0, **columns: Any) -> gpd.GeoDataFrame:
        lines = [shapely.LineString([(X0 + x, Y0 + y + 50 * i), (X0 + x + 100, Y0 + y + 50 * i)]) for i in range(len(ids))]
        return gpd.GeoDataFrame({"road_id": list(ids), **columns}, geometry=lines, crs=WORK_CRS)

    return make


@pytest.fixture(scope="session")
def square() -> Callable[[float, float, float, float], shapely.Polygon]:
    """``square(x0, y0, x1, y1)``: a box in metres from the corner of the test city."""
    return lambda x0, y0, x1, y1: shapely.box(X0 + x0, Y0 + y0, X0 + x1, Y0 + y1)


@pytest.fixture(scope="session")
def sample_layers() -> dict[str, gpd.GeoDataFrame]:
    """Three rows of every vector layer with every column filled, then two of its columns empty, then all but the required."""
    return {name: _sample(spec) for name, spec in LAYERS.items() if spec.geometry != "raster"}


def _sample(spec: LayerSpec) -> gpd.GeoDataFrame:
    columns: dict[str, Any] = {}
    for at, (name, column) in enumerate(spec.columns.items()):
        first = next(iter(column.values), f"{column.zh} “{at}”, 一行\n两行")
        value: Any = {"text": first, "number": at + 0.1, "integer": at, "date": f"20{10 + at}-03-01"}[column.kind]
        columns[name] = [value, value if column.required or at % 2 else None, value if column.required else None]
        if name == spec.key:
            columns[name] = [f"{value}{row}" for row in range(3)]
    frame = pd.DataFrame(columns)
    if spec.geometry == "none":
        return conform(frame, spec)
    lines = [shapely.LineString([(X0, Y0 + i), (X0 + 100 / 3, Y0 + i)]) for i in range(3)]
    areas = [line.buffer(5) for line in lines]
    both = [lines[0], areas[1], shapely.MultiLineString([lines[2], lines[0]])]
    spots = [line.centroid for line in lines]
    ranges = [spots[0], areas[1], spots[2]]
    shapes = {"line": lines, "polygon": areas, "point": spots, "line|polygon": both, "point|polygon": ranges}[spec.geometry]
    return conform(frame.assign(geometry=shapes), spec, WORK_CRS)
