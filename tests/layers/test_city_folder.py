"""A city from a folder and from one GeoPackage: the same value; what is absent stays absent."""

import shutil
import warnings
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from geopandas.testing import assert_geodataframe_equal
from shapely import LineString, Point, box

from geo.city import VECTOR_LAYERS, City
from geo.crs import to_work
from geo.errors import BadInput, UnknownCrs, UnknownLayer, UnreadableFile
from layers.city_folder import assume_complete, open_city, read_city

WORK = "EPSG:4547"
ROAD = LineString([(520000, 3850000), (520100, 3850000)])
SURVEYED = box(519000, 3849000, 521000, 3851000)
TOML = """
name = "小城"
synthetic = true
work_crs = "EPSG:4547"
bounds = [114.0, 34.5, 114.9, 35.1]

[layers.roads]
as_of = 2026-10-01
source = "测试"
owner = "市城市管理局"
licence = "CC0"
coverage = "bounds"
complete_since = 2018-01-01

[layers.green]
coverage = "surveyed.geojson"

[layers.trees]
coverage = "none"
"""


def frame(columns: dict[str, list[object]], shapes: list[object]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=WORK)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "城"
    place.mkdir()
    (place / "city.toml").write_text(TOML, "utf-8")
    frame({"road_id": ["R1"], "class": ["主干路"], "delivered": ["2020-01-01"]}, [ROAD]).to_file(
        place / "roads.shp", encoding="GB18030"
    )
    frame({"green_id": ["G1"], "kind": ["公园"]}, [SURVEYED]).to_crs(4326).to_file(place / "green.geojson")
    frame({"tree_id": [], "grade": []}, []).to_parquet(place / "trees.parquet")
    frame({"id": [1]}, [SURVEYED]).to_crs(4326).to_file(place / "surveyed.geojson", COORDINATE_PRECISION=11)
    (place / "road_ledger.csv").write_text("road_id,kind,finished\nR1,大修,2024-05-01\n", "utf-8")
    return place


def test_a_folder(folder: Path) -> None:
    city = read_city(folder)
    assert (city.name, city.work_crs, city.bounds, city.synthetic) == ("小城", WORK, (114.0, 34.5, 114.9, 35.1), True)
    assert set(city.layers) == set(VECTOR_LAYERS)
    roads = city.layer("roads")
    assert roads.frame is not None and roads.frame["class"].tolist() == ["arterial"]
    assert roads.coverage is not None and roads.coverage.equals(city.bounds_polygon)
    assert (roads.as_of, roads.complete_since) == (date(2026, 10, 1), date(2018, 1, 1))
    assert (roads.source, roads.owner, roads.licence, roads.stated_by) == ("测试", "市城市管理局", "CC0", "city.toml")
    green = city.layer("green")
    assert green.coverage is not None and green.coverage.symmetric_difference(SURVEYED).area < 1
    assert city.layer("trees").frame is not None and len(city.layer("trees").frame) == 0  # empty is not absent
    assert city.layer("trees").coverage is None and city.layer("trees").stated_by == ""
    ledger = city.layer("road_ledger")
    assert ledger.frame is not None and ledger.coverage is None  # nobody said how far it reaches
    assert ledger.frame["finished"].tolist() == [pd.Timestamp("2024-05-01")]
    assert city.layer("heritage").frame is None and city.layer("heritage").delivery_id == ""


def test_a_geopackage_is_the_same_city(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.gpkg"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame({"road_id": ["R1"], "class": ["主干路"], "delivered": ["2020-01-01"]}, [ROAD]).to_file(path, layer="roads")
        frame({"green_id": ["G1"], "kind": ["公园"]}, [SURVEYED]).to_crs(4326).to_file(path, layer="绿地")
        frame({"tree_id": [], "grade": []}, []).to_file(path, layer="trees")
        frame({"id": [1]}, [SURVEYED]).to_file(path, layer="surveyed")
    import sqlite3

    with sqlite3.connect(path) as book:
        book.execute("CREATE TABLE road_ledger (fid INTEGER PRIMARY KEY, road_id TEXT, kind TEXT, finished TEXT)")
        book.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('road_ledger', 'attributes', 'road_ledger')"
        )
        book.execute("INSERT INTO road_ledger (road_id, kind, finished) VALUES ('R1', '大修', '2024-05-01')")
    book.close()
    path.with_suffix(".toml").write_text(TOML.replace("surveyed.geojson", "surveyed"), "utf-8")
    packed, plain = read_city(path), read_city(folder)
    for name in VECTOR_LAYERS:
        one, other = packed.layer(name), plain.layer(name)
        assert (one.frame is None) == (other.frame is None), name
        if one.frame is not None and other.frame is not None:
            assert list(one.frame.columns) == list(other.frame.columns) and dict(one.frame.dtypes) == dict(other.frame.dtypes)
            if "geometry" in one.frame:
                assert_geodataframe_equal(one.frame, other.frame, check_less_precise=True)
            else:
                pd.testing.assert_frame_equal(pd.DataFrame(one.frame), pd.DataFrame(other.frame))
        assert (one.coverage is None) == (other.coverage is None), name


def test_a_file_that_went_missing_makes_the_layer_absent(folder: Path) -> None:
    (folder / "green.geojson").unlink()
    green = read_city(folder).layer("green")
    assert green.frame is None and green.coverage is None


def test_the_same_file_is_the_same_delivery(folder: Path, tmp_path: Path) -> None:
    before = read_city(folder).layer("roads").delivery_id
    other = tmp_path / "copy"
    shutil.copytree(folder, other)
    assert read_city(other).layer("roads").delivery_id == before != ""
    frame({"road_id": ["R2"]}, [ROAD]).to_file(other / "roads.shp")
    assert read_city(other).layer("roads").delivery_id != before


def test_no_settings_gives_a_template_that_fits(folder: Path) -> None:
    (folder / "city.toml").unlink()
    with pytest.raises(BadInput) as error:
        read_city(folder)
    text = error.value.text("zh").split("\n", 1)[1]
    (folder / "city.toml").write_text(text, "utf-8")
    city = read_city(folder)
    assert city.work_crs == WORK
    assert city.bounds_polygon.contains(ROAD)


# what is written, what of it is wrong, and what the message names beside the file: key and cure
WRONG = [
    ('"EPSG:4547"', '"EPSG:4490"', ("work_crs", "EPSG:4547")),
    ('"EPSG:4547"', '"EPSG:3857"', ("work_crs", "EPSG:4547")),
    ('"EPSG:4547"', '"EPSG:99"', ("work_crs", "EPSG:4547")),
    ('work_crs = "EPSG:4547"', "", ("work_crs", "EPSG:4547")),
    ("[114.0, 34.5, 114.9, 35.1]", "[114.9, 34.5, 114.0, 35.1]", ("bounds", "[114.0, 34.5, 114.9, 35.1]")),
    ("[114.0, 34.5, 114.9, 35.1]", "[34.5, 114.0, 35.1, 114.9]", ("bounds", "[114, 34.5, 114.9, 35.1]")),
    ("[114.0, 34.5, 114.9, 35.1]", "[520000, 3850000, 530000, 3860000]", ("bounds", "[114.0, 34.5, 114.9, 35.1]")),
    ("bounds = [114.0, 34.5, 114.9, 35.1]", "", ("bounds", "[114.0, 34.5, 114.9, 35.1]")),
    ("as_of = 2026-10-01", 'as_of = "soon"', ("layers.roads.as_of", "2026-10-01")),
    ("as_of = 2026-10-01", "as_of = 2026-02-30", ("layers.roads.as_of", " 8", "2026-02-30", "2026-10-01")),
    ("as_of = 2026-10-01", "as_of = 2062-10-01", ("layers.roads.as_of", "2062-10-01")),
    ("as_of = 2026-10-01", "as_of = 2026-10-1", ("layers.roads.as_of", " 8", "2026-10-1", "2026-10-01")),
    ("as_of = 2026-10-01", "as_of = 2026/10/01", ("layers.roads.as_of", " 8", "2026-10-01")),
    ("as_of = 2026-10-01", "as_off = 2026-10-01", ("layers.roads.as_off", "as_of")),
    ("synthetic = true", "syntetic = true", ("syntetic", "synthetic")),
    ("synthetic = true", 'synthetic = "yes"', ("synthetic", "true")),
    ('name = "小城"', "name = 3", ("name", 'name = "')),
    ('owner = "市城市管理局"', "owner = 3", ("layers.roads.owner", 'owner = "')),
    ('owner = "市城市管理局"', "owner = 市城市管理局", (" 10", "layers.roads.owner", "owner = 市城市管理局")),
    ("synthetic = true", "synthetic = [", ("TOML", "synthetic")),
    ('licence = "CC0"', 'file = "gone.gpkg"', ("layers.roads.file", "gone.gpkg")),
    ('licence = "CC0"', 'encoding = "klingon"', ("layers.roads.encoding", "GB18030")),
    ('licence = "CC0"', 'crs = "EPSG:2383"', ("layers.roads.crs", "EPSG:4547")),
    ('licence = "CC0"', 'map = { NR = "road_id" }', ("layers.roads.map", "NR", "road_id")),
    ('licence = "CC0"', "map = { road_id = 3 }", ("layers.roads.map", "map = {")),
    ("[layers.green]", "[layers.greens]", ("layers.greens", "green, trees")),
    ('"surveyed.geojson"', '"gone.geojson"', ("layers.green.coverage", "gone.geojson", '"bounds"')),
    ('"surveyed.geojson"', '"road_ledger.csv"', ("layers.green.coverage", "road_ledger.csv")),
]


@pytest.mark.parametrize(("old", "new", "named"), WRONG, ids=[new or f"no {old}" for old, new, _ in WRONG])
def test_settings_that_are_wrong_name_file_key_and_cure(folder: Path, old: str, new: str, named: tuple[str, ...]) -> None:
    assert TOML.count(old) == 1
    (folder / "city.toml").write_text(TOML.replace(old, new), "utf-8")
    with pytest.raises(BadInput) as error:
        read_city(folder)
    for lang in ("zh", "en"):
        told = error.value.text(lang)
        assert not [word for word in ("city.toml", *named) if word not in told], told


def test_settings_of_another_shape(folder: Path) -> None:
    (folder / "city.toml").write_text('work_crs = "EPSG:4547"\nbounds = [114.0, 34.5, 114.9, 35.1]\nlayers = 3\n', "utf-8")
    with pytest.raises(BadInput, match=r"layers.*\[layers\.NAME\]"):
        read_city(folder)
    (folder / "city.toml").write_bytes('name = "小城"'.encode("gb18030"))
    with pytest.raises(BadInput, match=r"city\.toml.*save it as UTF-8"):
        read_city(folder)


def test_a_coverage_that_the_geopackage_does_not_hold(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.gpkg"
    frame({"green_id": ["G1"]}, [SURVEYED]).to_file(path, layer="green")
    path.with_suffix(".toml").write_text(TOML, "utf-8")
    with pytest.raises(BadInput, match=r"x\.toml: layers\.green\.coverage: 'surveyed\.geojson'"):
        read_city(path)


def test_two_files_for_one_layer(folder: Path) -> None:
    frame({"road_id": ["R2"]}, [ROAD]).to_file(folder / "roads.gpkg")
    with pytest.raises(BadInput, match="several files"):
        read_city(folder)
    (folder / "city.toml").write_text(TOML.replace('licence = "CC0"', 'file = "roads.gpkg"'), "utf-8")
    roads = read_city(folder).layer("roads").frame
    assert roads is not None and roads["road_id"].tolist() == ["R2"]


def test_an_entry_says_how_to_read_its_file(folder: Path) -> None:
    frame({"NR": ["T1"]}, [Point(520000, 3850000)]).to_file(folder / "baum.shp")
    (folder / "baum.prj").unlink()
    (folder / "trees.parquet").unlink()
    entry = 'file = "baum.shp"\ncrs = "EPSG:4547"\nmap = { NR = "tree_id" }\n'
    (folder / "city.toml").write_text(TOML.replace("[layers.trees]\n", "[layers.trees]\n" + entry), "utf-8")
    trees = read_city(folder).layer("trees").frame
    assert trees is not None and trees["tree_id"].tolist() == ["T1"]


def test_what_cannot_be_read_stops_the_reading(folder: Path) -> None:
    (folder / "green.geojson").write_text("<vrt/>", "utf-8")
    with pytest.raises(UnreadableFile, match=r"green\.geojson"):
        read_city(folder)
    (folder / "green.geojson").unlink()
    frame({"id": [1]}, [ROAD]).to_file(folder / "surveyed.gpkg")
    frame({"green_id": ["g"]}, [SURVEYED]).to_file(folder / "green.gpkg")
    (folder / "city.toml").write_text(TOML.replace("surveyed.geojson", "surveyed.gpkg"), "utf-8")
    with pytest.raises(BadInput, match=r"surveyed\.gpkg"):
        read_city(folder)
    far = gpd.GeoDataFrame({"id": [1]}, geometry=[to_work(SURVEYED, WORK, "EPSG:2383")], crs="EPSG:2383")
    far.to_file(folder / "old.gpkg")
    (folder / "city.toml").write_text(TOML.replace("surveyed.geojson", "old.gpkg"), "utf-8")
    with pytest.raises(UnknownCrs):
        read_city(folder)


def test_assume_complete(folder: Path) -> None:
    city = read_city(folder)
    some = assume_complete(city, ["trees"])
    assert some.layer("trees").coverage is not None and some.layer("trees").coverage.equals(city.bounds_polygon)
    assert some.layer("trees").stated_by == "operator" and city.layer("trees").coverage is None
    assert some.layer("road_ledger").coverage is None
    every = assume_complete(city, ["all"])
    assert every.layer("road_ledger").stated_by == every.layer("trees").stated_by == "operator"
    assert every.layer("green").coverage is city.layer("green").coverage and every.layer("roads").stated_by == "city.toml"
    assert every.layer("heritage").coverage is None  # absent is not empty
    with pytest.raises(BadInput, match="heritage"):
        assume_complete(city, ["heritage"])
    with pytest.raises(UnknownLayer, match="gruen"):
        assume_complete(city, ["gruen"])
    assert isinstance(every, City)


def test_what_the_reading_brought_up_is_kept(folder: Path) -> None:
    frame({"road_id": ["R1", "R2"], "class": ["x", None]}, [ROAD, None]).to_file(folder / "roads.shp", encoding="utf-8")
    found = open_city(folder)
    assert [(i.row_no, i.rejected) for i in found.reads["roads"].issues] == [(1, False), (2, True)]
    assert found.reads["roads"].rows_expected == 2 and "heritage" not in found.reads


def test_no_such_place(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="there is no"):
        read_city(tmp_path / "nowhere")
