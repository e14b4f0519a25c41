"""A delivery appears whole or not at all, once, and takes the place of what it covers."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import sqlalchemy as sa

from geo.city import VECTOR_LAYERS, City
from geo.errors import BadGeometry, BadInput, BadValue, Conflict, MissingColumn, UnknownCrs, UnknownLayer
from layers.cities import create_city
from layers.deliveries import Delivery, file_sha256, load_layer
from layers.queries import city
from layers.readers import read_layer

WORK_CRS = "EPSG:4547"
TOP = Path(__file__).parents[2]
Wait = Callable[[Callable[[], bool]], None]
Frames = Callable[..., gpd.GeoDataFrame]
Square = Callable[[float, float, float, float], shapely.Polygon]
STATED = Delivery("普查", "市城市管理局", "内部", date(2026, 10, 1), date(2018, 1, 1), None, "张工位", 3, "ab" * 32, "roads.shp")


def ids(engine: sa.Engine, layer: str = "roads", key: str = "road_id", at: int | None = None) -> list[str]:
    frame = city(engine, at=at).layer(layer).frame
    return sorted(frame[key]) if frame is not None else []


def count(engine: sa.Engine, query: str) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(sa.text(query)) or 0)


# ── what a delivery says ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_delivery_keeps_its_words_and_its_rows(engine: sa.Engine, town: City, roads: Frames) -> None:
    frame = roads(
        ["a", "b", "c"],
        name=["一路", "", None],
        width_m=[30.5, np.nan, 7.25],
        delivered=pd.to_datetime(["2020-02-29", None, "2026-01-01"]),
    )
    told: list[tuple[int, int]] = []
    loaded = load_layer(engine, "roads", frame, replace(STATED, coverage=town.bounds_polygon), lambda *now: told.append(now))
    assert (loaded.rows, loaded.already, loaded.replaced) == (3, False, 0)
    assert told == [(3, 3)]
    layer = city(engine).layer("roads")
    assert (layer.source, layer.owner, layer.licence, layer.stated_by) == ("普查", "市城市管理局", "内部", "张工位")
    assert (layer.as_of, layer.complete_since, layer.delivery_id) == (date(2026, 10, 1), date(2018, 1, 1), loaded.delivery_id)
    assert layer.coverage is not None and layer.coverage.equals_exact(town.bounds_polygon, 0)
    assert layer.frame is not None
    assert list(layer.frame["name"][:2]) == ["一路", ""] and pd.isna(layer.frame["name"][2])  # empty is not unknown
    assert layer.frame["width_m"].tolist()[::2] == [30.5, 7.25] and np.isnan(layer.frame["width_m"][1])
    assert layer.frame["delivered"].dt.strftime("%F").tolist()[::2] == ["2020-02-29", "2026-01-01"]
    assert layer.frame.geometry.geom_equals_exact(frame.geometry, 0).all()
    assert layer.frame.crs == WORK_CRS


def test_rows_expected_and_loaded_are_both_kept(engine: sa.Engine, town: City, roads: Frames) -> None:
    load_layer(engine, "roads", roads(["a", "b"]), replace(STATED, rows_expected=3))
    assert count(engine, "SELECT rows_expected * 10 + rows_loaded FROM deliveries") == 32


def test_every_layer_loads_and_comes_back(engine: sa.Engine, town: City, sample_layers: dict[str, gpd.GeoDataFrame]) -> None:
    assert set(sample_layers) == set(VECTOR_LAYERS)
    for name, frame in sample_layers.items():
        load_layer(engine, name, frame, Delivery())
    stored = city(engine)
    for name, frame in sample_layers.items():
        back = stored.layer(name).frame
        assert back is not None
        pd.testing.assert_frame_equal(pd.DataFrame(back), pd.DataFrame(frame), obj=name)


def test_heights_are_laid_flat(engine: sa.Engine, town: City, roads: Frames) -> None:
    frame = roads(["a"]).set_geometry([shapely.LineString([(530000, 3850000, 70), (530100, 3850000, 71)])], crs=WORK_CRS)
    load_layer(engine, "roads", frame, Delivery())
    back = city(engine).layer("roads").frame
    assert back is not None and not back.geometry.has_z.any()


# ── refused, with the reason ─────────────────────────────────────────────────────────────────────────────────────────


def test_nothing_loads_before_there_is_a_city(engine: sa.Engine, roads: Frames) -> None:
    with pytest.raises(Conflict, match="no city"):
        load_layer(engine, "roads", roads(["a"]), Delivery())


@pytest.mark.parametrize("name", ["rivers", "satellite", "deliveries", 'roads"; DROP TABLE roads; --'])
def test_a_layer_nobody_knows(engine: sa.Engine, town: City, roads: Frames, name: str) -> None:
    with pytest.raises(UnknownLayer):
        load_layer(engine, name, roads(["a"]), Delivery())


def test_wrong_frames_are_refused_and_leave_nothing(engine: sa.Engine, town: City, roads: Frames) -> None:
    good = roads(["a", "b"])
    point = good.set_geometry([good.geometry[0], shapely.Point(0, 0)], crs=WORK_CRS)
    endless = good.set_geometry([good.geometry[0], shapely.LineString([(0, 0), (np.inf, 0)])], crs=WORK_CRS)
    empty = good.set_geometry([good.geometry[0], shapely.LineString()], crs=WORK_CRS)
    cases: list[tuple[type[BadInput], pd.DataFrame]] = [
        (UnknownCrs, good.to_crs("EPSG:4526")),
        (UnknownCrs, good.set_crs(None, allow_override=True)),
        (MissingColumn, good.drop(columns="road_id")),
        (MissingColumn, pd.DataFrame({"road_id": ["a"]})),
        (BadValue, good.assign(road_id=["a", None])),
        (BadGeometry, point),
        (BadGeometry, endless),
        (BadGeometry, empty),
        (BadGeometry, good.set_geometry([good.geometry[0], None], crs=WORK_CRS)),
        (BadInput, good.assign(width_m=["thirty", 3])),
    ]
    for error, frame in cases:
        with pytest.raises(error) as refused:
            load_layer(engine, "roads", frame, Delivery(file_name="路.shp"))
        assert "路.shp" in refused.value.text("zh")
        if error in (BadValue, BadGeometry):
            assert "第 2 行" in refused.value.text("zh")
    assert count(engine, "SELECT count(*) FROM deliveries") == 0


# ── the same one twice ───────────────────────────────────────────────────────────────────────────────────────────────


def test_the_same_delivery_twice_is_one(engine: sa.Engine, town: City, roads: Frames) -> None:
    stated = replace(STATED, coverage=town.bounds_polygon)
    first = load_layer(engine, "roads", roads(["a", "b", "c"]), stated)
    second = load_layer(engine, "roads", roads(["a", "b", "c"]), stated)
    assert second.already and second.delivery_id == first.delivery_id
    assert count(engine, "SELECT count(*) FROM roads") == 3


@pytest.mark.parametrize(
    "change",
    [
        {"source": "x"},
        {"owner": "x"},
        {"as_of": None},
        {"complete_since": None},
        {"stated_by": ""},
        {"sha256": "cd" * 32},
        {"coverage": None},
    ],
)
def test_other_words_are_another_delivery(engine: sa.Engine, town: City, roads: Frames, change: dict[str, object]) -> None:
    stated = replace(STATED, coverage=town.bounds_polygon)
    load_layer(engine, "roads", roads(["a"]), stated)
    assert not load_layer(engine, "roads", roads(["a"]), replace(stated, **change)).already  # type: ignore[arg-type]
    assert count(engine, "SELECT count(*) FROM deliveries") == 2


def test_the_same_file_read_otherwise_is_another_delivery(engine: sa.Engine, town: City, roads: Frames) -> None:
    """Another encoding or another column map gives other rows from the same bytes."""
    load_layer(engine, "roads", roads(["a"], name=["Â·"]), STATED)
    assert not load_layer(engine, "roads", roads(["a"], name=["路"]), STATED).already


def test_going_back_to_an_earlier_file_is_a_new_delivery(engine: sa.Engine, town: City, roads: Frames) -> None:
    first = replace(STATED, coverage=town.bounds_polygon)
    load_layer(engine, "roads", roads(["a"]), first)
    load_layer(engine, "roads", roads(["b"]), replace(first, sha256="cd" * 32))
    assert not load_layer(engine, "roads", roads(["a"]), first).already
    assert ids(engine) == ["a"]


def test_a_shapefile_is_all_its_parts(tmp_path: Path) -> None:
    for suffix in ("shp", "dbf", "shx"):
        (tmp_path / f"a.{suffix}").write_bytes(suffix.encode())
    (tmp_path / "b.dbf").write_bytes(b"another")
    before = file_sha256(tmp_path / "a.shp")
    (tmp_path / "b.dbf").write_bytes(b"changed")
    assert file_sha256(tmp_path / "a.shp") == before
    (tmp_path / "a.dbf").write_bytes(b"changed")
    assert file_sha256(tmp_path / "a.shp") != before
    assert file_sha256(tmp_path / "b.dbf") == hashlib.sha256(b"changed").hexdigest()


def load(
    engine: sa.Engine,
    frame: pd.DataFrame,
    area: shapely.Polygon | None,
    as_of: date | None = None,
    owner: str = "",
    layer: str = "roads",
) -> str:
    return load_layer(engine, layer, frame, Delivery(coverage=area, as_of=as_of, owner=owner)).delivery_id


# ── whole or not at all ──────────────────────────────────────────────────────────────────────────────────────────────

KILLED = """
import sys
import geopandas as gpd, numpy as np, shapely
from layers.deliveries import Delivery, load_layer
from layers.session import engine
n = 60_000
xy = np.random.default_rng(1).uniform(530_000, 539_000, (n, 4, 2)) + [0, 3_320_000]
frame = gpd.GeoDataFrame({"road_id": [f"new{i}" for i in range(n)]}, geometry=shapely.linestrings(xy), crs="EPSG:4547")
def told(done, total):
    print(done, flush=True)
    if done >= 40_000:
        sys.stdin.read()  # held in the middle until it is killed
load_layer(engine(sys.argv[1]), "roads", frame, Delivery(coverage=shapely.box(500_000, 3_840_000, 560_000, 3_860_000)), told)
"""


def test_kill_in_the_middle_leaves_the_old_delivery(
    engine: sa.Engine, empty_database: str, town: City, roads: Frames, wait_until: Wait
) -> None:
    load(engine, roads(["a", "b"]), town.bounds_polygon)
    child = subprocess.Popen(
        [sys.executable, "-c", KILLED, empty_database], cwd=TOP, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None and child.stdin is not None
    while int(child.stdout.readline()) < 40_000:
        pass
    assert ids(engine) == ["a", "b"]  # nothing of it is to be seen while it goes on
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdin.close()
    child.stdout.close()
    wait_until(
        lambda: count(engine, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle'") == 1
    )
    assert ids(engine) == ["a", "b"]
    assert count(engine, "SELECT count(*) FROM deliveries") == 1
    assert count(engine, "SELECT count(*) FROM roads") == 2
    again = load(engine, roads(["c"]), town.bounds_polygon)  # and the layer is not locked
    assert ids(engine, at=int(again)) == ["c"]


def test_a_reader_never_sees_half(engine: sa.Engine, town: City, roads: Frames) -> None:
    """A failure after the rows were sent, at the last check, takes them back too."""
    load(engine, roads(["a"]), town.bounds_polygon)
    with engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE deliveries ADD CONSTRAINT no_more CHECK (rows_loaded < 5)"))
    with pytest.raises(sa.exc.IntegrityError):
        load(engine, roads([f"r{i}" for i in range(5)]), town.bounds_polygon)
    assert ids(engine) == ["a"]


def test_a_metropolis_of_real_roads(engine: sa.Engine, data: Path) -> None:
    """92,667 edges at COPY speed; what comes back is what was read, row by row."""
    wuhan = create_city(engine, "武汉", WORK_CRS, (113.6, 29.9, 115.1, 31.4))
    read = read_layer("roads", data / "roads-osm-metro/wuhan.parquet", work_crs=WORK_CRS, bounds=wuhan.bounds)
    began = time.monotonic()
    loaded = load_layer(engine, "roads", read.frame, Delivery(coverage=wuhan.bounds_polygon, rows_expected=read.rows_expected))
    assert loaded.rows == 92_667
    assert time.monotonic() - began < 60  # 2 s on two idle cores; row by row it would take minutes
    back = city(engine).layer("roads").frame
    assert back is not None
    pd.testing.assert_frame_equal(pd.DataFrame(back), pd.DataFrame(read.frame))


# ── the city ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_database_refuses_rows_in_another_crs(engine: sa.Engine, town: City) -> None:
    with pytest.raises(sa.exc.DBAPIError, match="SRID"), engine.begin() as connection:
        connection.execute(sa.text("SELECT set_config('waixian.delivery', '1', true)"))
        connection.execute(
            sa.text("INSERT INTO trees (row_no, tree_id, geometry) VALUES (1, 't', ST_SetSRID(ST_MakePoint(0, 0), 4526))")
        )


def test_a_city_with_rows_keeps_its_crs(engine: sa.Engine, town: City, roads: Frames) -> None:
    assert create_city(engine, "改名", WORK_CRS, town.bounds).name == "改名"
    create_city(engine, "另一带", "EPSG:4526", town.bounds)
    create_city(engine, "测试城", WORK_CRS, town.bounds)
    load(engine, roads(["a"]), None)
    with pytest.raises(Conflict, match="4547"):
        create_city(engine, "测试城", "EPSG:4526", town.bounds)
    assert city(engine).work_crs == WORK_CRS


@pytest.mark.parametrize(
    ("crs", "bounds"),
    [
        ("EPSG:4490", (114, 34, 115, 35)),
        ("EPSG:999999", (114, 34, 115, 35)),
        (WORK_CRS, (115, 34, 114, 35)),
        (WORK_CRS, (3e6, 4e5, 4e6, 5e5)),
        ("EPSG:2263", (114, 34, 115, 35)),
    ],
)
def test_settings_that_can_not_be_right(engine: sa.Engine, crs: str, bounds: tuple[float, float, float, float]) -> None:
    with pytest.raises(BadInput):
        create_city(engine, "x", crs, bounds)
