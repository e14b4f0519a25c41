"""Vector tiles hold what lies in them, no more than the map needs, and are made with the index."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
import sqlalchemy as sa

from geo.city import City
from geo.crs import to_work, transformer
from geo.errors import Conflict, NotFound
from layers.deliveries import Delivery, load_layer
from layers.queries import routes_to_judge, save_verdicts
from layers.rights.scope import EVERYTHING
from layers.tiles import TILE_LAYERS, _view, tile, tile_sql

WORK_CRS = "EPSG:4547"
Frames = Callable[..., gpd.GeoDataFrame]
X0, Y0 = 530_000.0, 3_850_000.0


def at(x: float, y: float, z: int) -> tuple[int, int, int]:
    """The tile over a place of the work CRS."""
    lon, lat = transformer(WORK_CRS, "EPSG:4490").transform(X0 + x, Y0 + y)
    n = 2**z
    return z, int((lon + 180) / 360 * n), int((1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2 * n)


def decoded(content: bytes, place: tuple[int, int, int], folder: Path) -> dict[str, gpd.GeoDataFrame]:
    """A tile read by GDAL: a frame (EPSG:3857) for each layer in it."""
    if not content:
        return {}
    path = folder / "tile.mvt"
    path.write_bytes(content)
    z, x, y = place
    names = [name for name, _ in pyogrio.list_layers(path)]
    return {name: pyogrio.read_dataframe(path, layer=name, Z=z, X=x, Y=y) for name in names}


def test_every_layer_has_tiles_with_what_the_map_needs(
    engine: sa.Engine, town: City, sample_layers: dict[str, gpd.GeoDataFrame], tmp_path: Path
) -> None:
    expected = {
        "roads": {"road_id", "name", "class", "class_source", "level", "width_m"},
        "events": {"event_id", "name", "kind", "start", "end"},
        "trees": {"tree_id", "species", "grade", "canopy_radius_m"},
    }
    for name, frame in sample_layers.items():
        load_layer(engine, name, frame, Delivery())
    for name in TILE_LAYERS:
        if name not in sample_layers:  # routes, works and what they share have tests of their own
            continue
        place = at(10, 1, 16)
        found = decoded(tile(engine, EVERYTHING, name, *place), place, tmp_path)
        assert list(found) == [name]
        assert len(found[name]) == 3
        got = set(found[name].columns) - {"geometry", "mvt_id"}
        assert got <= set(sample_layers[name].columns) and got == expected.get(name, got), name
    assert "road_ledger" not in TILE_LAYERS


def test_shapes_lie_where_they_lie(engine: sa.Engine, town: City, roads: Frames, tmp_path: Path) -> None:
    frame = roads(["a"])
    load_layer(engine, "roads", frame, Delivery())
    place = at(50, 0, 17)
    line = decoded(tile(engine, EVERYTHING, "roads", *place), place, tmp_path)["roads"].geometry.iloc[0]
    expected = to_work(frame.geometry.iloc[0], WORK_CRS, "EPSG:3857")
    grid_m = 40_075_016.7 / 2**17 / 4096
    box = shapely.box(*shapely.bounds(line))
    assert shapely.hausdorff_distance(line, expected.intersection(box.buffer(1))) < 2 * grid_m


def test_tiles_without_anything_are_empty(engine: sa.Engine, town: City, roads: Frames) -> None:
    assert tile(engine, EVERYTHING, "roads", *at(0, 0, 14)) == b""
    load_layer(engine, "roads", roads(["a"]), Delivery())
    assert tile(engine, EVERYTHING, "roads", *at(0, 0, 14)) != b""
    assert tile(engine, EVERYTHING, "roads", *at(5000, 5000, 14)) == b""
    assert tile(engine, EVERYTHING, "roads", 14, 0, 0) == b""  # the far side of the earth, where the work CRS means nothing
    assert isinstance(tile(engine, EVERYTHING, "roads", 0, 0, 0), bytes)


def test_only_current_rows_show(engine: sa.Engine, town: City, roads: Frames, tmp_path: Path) -> None:
    for name in ("old", "new"):
        load_layer(engine, "roads", roads([name]), Delivery(coverage=town.bounds_polygon))
    place = at(50, 0, 14)
    assert list(decoded(tile(engine, EVERYTHING, "roads", *place), place, tmp_path)["roads"]["road_id"]) == ["new"]


def test_routes_carry_their_outcome(engine: sa.Engine, town: City, roads: Frames, tmp_path: Path) -> None:
    lines = roads(["甲", "乙"], utility=["gas", None]).rename(columns={"road_id": "route_id"})
    load_layer(engine, "routes", lines, Delivery())
    stored, _ = routes_to_judge(engine)
    save_verdicts(engine, stored["id"][:1], verdict_rows(1))
    place = at(50, 0, 15)
    found = decoded(tile(engine, EVERYTHING, "routes", *place), place, tmp_path)["routes"].set_index("route_id")
    assert found["outcome"].to_dict() == {"甲": "parallel", "乙": "unjudged"}
    assert found["utility"]["甲"] == "gas"
    assert sorted(found["mvt_id"]) == sorted(stored["id"])


def verdict_rows(count: int) -> pd.DataFrame:
    row: dict[str, Any] = {
        "outcome": "parallel",
        "conditions": ["gov_approval"],
        "could_be": "parallel",
        "could_be_conditions": [],
        "certainty": "text",
        "immediate": False,
        "length_m": 100.0,
        "dug_m": 100.0,
        "sum_length_m": 100.0,
        "reasons": ["arterial-road"],
        "owed": [],
        "waived": [],
        "missing": [],
        "pack": "kaifeng-2022-6@1",
        "on": date(2026, 11, 22),
    }
    return pd.DataFrame([row] * count)


@pytest.mark.parametrize(
    ("layer", "place"),
    [
        ("rivers", (1, 0, 0)),
        ("road_ledger", (1, 0, 0)),
        ("satellite", (1, 0, 0)),
        ("roads", (3, 8, 0)),
        ("roads", (-1, 0, 0)),
        ("roads", (23, 0, 0)),
    ],
)
def test_what_is_no_tile(engine: sa.Engine, town: City, layer: str, place: tuple[int, int, int]) -> None:
    with pytest.raises(NotFound):
        tile(engine, EVERYTHING, layer, *place)


def test_no_city_no_tile(engine: sa.Engine) -> None:
    with pytest.raises(Conflict):
        tile(engine, EVERYTHING, "roads", 1, 0, 0)


# ── many rows ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def crowded(engine: sa.Engine, town: City) -> sa.Engine:
    """14,000 short streets, of which 100 are arterial, and as many plots of 20 by 20 m."""
    n = 14_000
    random = np.random.default_rng(7)
    start = np.column_stack([random.uniform(X0, X0 + 8000, n), random.uniform(Y0, Y0 + 8000, n)])
    lines = shapely.linestrings(start[:, None, :] + np.array([(0, 0), (60, 30), (120, 0)]))
    kinds = np.where(np.arange(n) < 100, "arterial", "branch")
    frame = gpd.GeoDataFrame({"road_id": [f"r{i}" for i in range(n)], "class": kinds}, geometry=lines, crs=WORK_CRS)
    load_layer(engine, "roads", frame, Delivery())
    plots = shapely.box(start[:, 0], start[:, 1], start[:, 0] + 20, start[:, 1] + 20)
    plots[0] = shapely.box(X0, Y0, X0 + 900, Y0 + 900)
    green = gpd.GeoDataFrame({"green_id": [f"g{i}" for i in range(n)]}, geometry=plots, crs=WORK_CRS)
    load_layer(engine, "green", green, Delivery())
    load_layer(engine, "routes", frame.rename(columns={"road_id": "route_id"}), Delivery())
    return engine


def test_below_full_zoom_the_important_stays(crowded: sa.Engine, tmp_path: Path) -> None:
    place = at(4000, 4000, 9)
    found = decoded(tile(crowded, EVERYTHING, "roads", *place), place, tmp_path)["roads"]
    assert len(found) <= 12_000
    assert (found["class"] == "arterial").sum() == 100
    assert list(decoded(tile(crowded, EVERYTHING, "green", *place), place, tmp_path)["green"]["green_id"]) == ["g0"]
    routes = decoded(tile(crowded, EVERYTHING, "routes", *place), place, tmp_path)["routes"]
    assert len(routes) == 14_000  # no proposal is ever left out


def test_from_full_zoom_on_nothing_is_left_out(crowded: sa.Engine, tmp_path: Path) -> None:
    seen: set[str] = set()
    _, x0, y0 = at(0, 8000, 12)
    _, x1, y1 = at(8120, 0, 12)
    for x in range(x0, x1 + 1):
        for y in range(y0, y1 + 1):
            for frame in decoded(tile(crowded, EVERYTHING, "roads", 12, x, y), (12, x, y), tmp_path).values():
                seen |= set(frame["road_id"])
    assert len(seen) == 14_000


@pytest.mark.parametrize("layer", ["roads", "green", "routes"])
@pytest.mark.parametrize("zoom", [11, 14, 17])
def test_the_index_is_used(crowded: sa.Engine, town: City, layer: str, zoom: int) -> None:
    with crowded.connect() as connection:
        view = _view(town, *at(1000, 1000, zoom))
        assert view is not None
        plan = "\n".join(connection.scalars(sa.text(f"EXPLAIN {tile_sql(layer, view)}")))
    if zoom >= 14:  # at zoom 11 the whole city is one tile, and reading all of it is right
        assert f"{layer}_geometry_current" in plan, plan
        assert f"Seq Scan on {layer}" not in plan, plan
    assert plan.count("st_asmvtgeom") == 0, f"shapes would be made twice:\n{plan}"
