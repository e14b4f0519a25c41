"""Layers of the ground from files: columns, keys, hints, shapes."""

import json
import warnings
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import LineString, MultiPoint, Point, Polygon, box

from geo.errors import BadInput, BadValue, MissingColumn, UnknownLayer
from geo.schema import LAYERS
from layers.readers import LayerRead, read_layer

WORK = "EPSG:4547"
BOUNDS = (114.0, 34.5, 114.9, 35.1)
A = LineString([(520000, 3850000), (520100, 3850000)])
B = LineString([(520000, 3850100), (520100, 3850100)])


def read(name: str, path: Path, **more: Any) -> LayerRead:
    return read_layer(name, path, work_crs=WORK, bounds=BOUNDS, **more)


def write(path: Path, columns: dict[str, list[Any]], shapes: list[Any]) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gpd.GeoDataFrame(columns, geometry=shapes, crs=WORK).to_file(path)
    return path


def test_roads_from_a_shapefile_with_chinese_names(tmp_path: Path) -> None:
    columns = {
        "编号": ["R1", "R2"],
        "路名": ["金明大道", "滨河路"],
        "等级": ["主干道", "小路"],
        "宽度": ["40米", "x"],
        "层位": ["地面", None],
        "备注": ["a", "b"],
    }
    got = read("roads", write(tmp_path / "道路.shp", columns, [A, B]))
    frame = got.frame
    own = [name for name in LAYERS["roads"].columns if name != "overhauled"]
    assert list(frame.columns) == ["unclear", *own, "geometry"]
    assert frame["unclear"].tolist() == [None, ("class", "width_m")]
    assert frame["road_id"].tolist() == ["R1", "R2"] and frame["name"].tolist() == ["金明大道", "滨河路"]
    assert frame["class"].tolist() == ["arterial", None] and frame["class_source"].tolist() == [None, None]
    assert frame["width_m"][0] == 40 and np.isnan(frame["width_m"][1])
    assert frame["level"].tolist() == ["ground", None]
    assert frame["delivered"].dtype == "datetime64[s]" and frame["delivered"].isna().all()
    assert [(i.row_no, i.key, i.field, i.rejected) for i in got.issues] == [
        (2, "R2", "class", False),
        (2, "R2", "width_m", False),
    ]
    assert got.rows_expected == 2 and frame.crs == WORK
    assert any("备注" in note.zh for note in got.notes if note.code == "columns")


def test_a_missing_column_of_overhauls_is_not_an_empty_one(tmp_path: Path) -> None:
    plain = {"road_id": ["a", "b"]}
    assert "overhauled" not in read("roads", write(tmp_path / "a.gpkg", plain, [A, B])).frame
    for name, given in (("empty", [None, None]), ("words", ["无", "-"]), ("dates", ["2024-06-30", None])):
        got = read("roads", write(tmp_path / f"{name}.gpkg", {**plain, "大修日期": given}, [A, B]))
        assert got.frame["overhauled"].isna().tolist() == [name != "dates", True] and not got.issues, name
        assert list(got.frame.columns) == [*LAYERS["roads"].columns, "geometry"]


@pytest.mark.parametrize("said", ["去年", "2024年", "不详", "未知", "n/a"])
def test_an_overhaul_that_cannot_be_read_never_becomes_none(tmp_path: Path, said: str) -> None:
    """A blank in that column is an answer, so that a cell that is none cannot be left blank."""
    got = read("roads", write(tmp_path / "a.gpkg", {"road_id": ["a", "b"], "overhauled": ["2024-06-30", said]}, [A, B]))
    assert got.frame["overhauled"].isna().tolist() == [False, True]
    assert got.frame["unclear"].tolist() == [None, ("overhauled",)]
    assert [(i.row_no, i.field, i.rejected) for i in got.issues] == [(2, "overhauled", False)]
    (note,) = (note for note in got.notes if note.code == "not-stated")
    assert "行号 2" in note.zh and "rows 2" in note.en
    other = read("roads", write(tmp_path / "b.gpkg", {"road_id": ["a", "b"], "delivered": ["2024-06-30", said]}, [A, B]))
    assert other.frame["delivered"].isna().tolist() == [False, True]
    assert other.frame["unclear"].tolist() == [None, ("delivered",)]


def test_what_was_filled_in_and_cannot_be_read_is_told_apart_from_a_blank(tmp_path: Path) -> None:
    said = {
        "road_id": ["a", "b"],
        "delivered": ["1900-01-01", "2024年5月"],
        "class_source": ["OSM", None],
        "level": ["高架桥", "不详"],
    }
    got = read("roads", write(tmp_path / "a.gpkg", said, [A, B])).frame
    assert got["unclear"].tolist() == [("class_source", "delivered", "level"), ("delivered", "level")]
    blank = read("roads", write(tmp_path / "b.gpkg", {"road_id": ["a", "b"], "level": ["地面", "-"]}, [A, B])).frame
    assert "unclear" not in blank


def test_a_blank_part_of_a_surface_is_not_a_table_without_parts(tmp_path: Path) -> None:
    squares = [Polygon([(520000, 3850000 + n), (520100, 3850000 + n), (520100, 3850010 + n)]) for n in (0, 100)]
    told = read("road_surfaces", write(tmp_path / "a.gpkg", {"road_id": ["a", "b"], "part": [None, "-"]}, squares)).frame
    assert told["unclear"].tolist() == [("part",), ("part",)]
    assert "unclear" not in read("road_surfaces", write(tmp_path / "b.gpkg", {"road_id": ["a", "b"]}, squares)).frame


def test_a_place_that_nobody_filled_in_is_no_place(tmp_path: Path) -> None:
    (tmp_path / "trees.csv").write_text("tree_id,grade,wkt\nT1,1,POINT (0 0)\nT2,无,POINT (520000 3850000)\n")
    got = read("trees", tmp_path / "trees.csv", crs=WORK)
    assert (len(got.frame), got.lost) == (1, 1) and "0" in got.issues[0].zh
    assert got.frame["grade"].tolist() == [None]  # "无" may be a blank, and then the tree may be of any grade


def test_highway_tags_are_hints_never_proof(tmp_path: Path) -> None:
    kinds = ["primary", "secondary_link", "['residential', 'tertiary']", "footway", "yes", None, "construction"]
    lines = [LineString([(520000, 3850000 + n), (520100, 3850000 + n)]) for n in range(7)]
    got = read("roads", write(tmp_path / "a.gpkg", {"highway": kinds, "osmid": list(range(7))}, lines))
    assert got.frame["class"].tolist() == ["arterial", "secondary", "branch", "internal", None, None]
    assert got.frame["class_source"].tolist() == ["hint", "hint", "hint", "hint", None, None]
    assert got.frame["road_id"].tolist() == ["0", "1", "2", "3", "4", "5"]
    assert [(i.row_no, i.rejected) for i in got.issues] == [(7, True)]
    assert got.rows_expected == 7


def test_a_stated_class_is_not_replaced_by_a_tag(tmp_path: Path) -> None:
    got = read("roads", write(tmp_path / "a.gpkg", {"road_id": ["a"], "class": [None], "highway": ["primary"]}, [A]))
    assert got.frame["class"].tolist() == [None] and got.frame["class_source"].tolist() == [None]


OSM = """<?xml version='1.0' encoding='UTF-8'?>
<osm version="0.6">
 <node id="-3" lat="34.80" lon="114.30" version="1"/><node id="-1" lat="34.80" lon="114.31" version="1"/>
 <node id="-2" lat="34.81" lon="114.31" version="1"/><node id="-9" lat="34.81" lon="114.30" version="1"/>
 <node id="5" lat="34.805" lon="114.305" version="1"><tag k="natural" v="tree"/><tag k="species:zh" v="国槐"/>
  <tag k="diameter_crown" v="12"/><tag k="circumference" v="3.14159265"/></node>
 <way id="-7" version="1"><nd ref="-3"/><nd ref="-1"/><tag k="highway" v="primary"/><tag k="name" v="金明大道"/></way>
 <way id="8" version="1"><nd ref="-1"/><nd ref="-2"/><tag k="highway" v="primary"/>
  <tag k="highway:CN:urban" v="branch"/><tag k="bridge" v="yes"/></way>
 <way id="9" version="1"><nd ref="-2"/><nd ref="-9"/><tag k="highway" v="residential"/><tag k="tunnel" v="yes"/></way>
 <way id="10" version="1"><nd ref="-9"/><nd ref="-3"/><tag k="highway" v="proposed"/></way>
 <way id="11" version="1"><nd ref="-9"/><nd ref="-3"/><tag k="waterway" v="river"/></way>
 <way id="12" version="1"><nd ref="-3"/><nd ref="-1"/><nd ref="-2"/><nd ref="-3"/>
  <tag k="leisure" v="park"/><tag k="name" v="铁塔公园"/></way>
 <way id="13" version="1"><nd ref="-3"/><nd ref="-9"/><nd ref="-2"/><nd ref="-3"/><tag k="landuse" v="grass"/></way>
 <way id="14" version="1"><nd ref="-3"/><nd ref="-9"/><nd ref="-2"/><nd ref="-3"/><tag k="building" v="yes"/></way>
</osm>
"""


def test_openstreetmap_with_negative_unsorted_ids(tmp_path: Path) -> None:
    path = tmp_path / "a.osm"
    path.write_text(OSM, "utf-8")
    roads = read("roads", path).frame
    assert roads["road_id"].tolist() == ["-7", "8", "9"]
    assert roads["class"].tolist() == ["arterial", "branch", "internal"]  # highway:CN:urban is better than the hint
    assert roads["class_source"].tolist() == ["hint"] * 3
    assert roads["level"].tolist() == ["ground", "bridge", "tunnel"]
    assert roads["name"].tolist() == ["金明大道", None, None]
    assert roads["width_m"].isna().all()
    green = read("green", path).frame
    assert green[["green_id", "name", "kind"]].to_numpy().tolist() == [["w12", "铁塔公园", "public"], ["w13", None, None]]
    trees = read("trees", path).frame
    assert trees["tree_id"].tolist() == ["5"] and trees["species"].tolist() == ["国槐"] and trees["grade"].tolist() == [None]
    assert trees["canopy_radius_m"][0] == 6 and trees["dbh_cm"][0] == pytest.approx(100)


def test_a_road_id_twice_names_the_rows(tmp_path: Path) -> None:
    path = write(tmp_path / "a.gpkg", {"road_id": ["x", "y", "x"]}, [A, B, A])
    with pytest.raises(BadValue, match=r"x: 1, 3") as error:
        read("roads", path)
    assert "1, 3" in error.value.text("zh") and error.value.context["row"] == 3


def test_roads_without_an_id_get_one_and_it_is_said(tmp_path: Path) -> None:
    plain = read("roads", write(tmp_path / "a.gpkg", {"name": ["甲", "乙"]}, [A, B]))
    assert plain.frame["road_id"].tolist() == ["#1", "#2"]
    edges = read("roads", write(tmp_path / "b.gpkg", {"u": [1, 1], "v": [2, 2], "key": [0, 1]}, [A, B]))
    assert edges.frame["road_id"].tolist() == ["1-2-0", "1-2-1"]
    gaps = read("roads", write(tmp_path / "c.gpkg", {"road_id": ["a", None]}, [A, B]))
    assert gaps.frame["road_id"].tolist() == ["a", "#2"]
    for got in (plain, edges, gaps):
        assert any(note.code == "ids" for note in got.notes)


def test_what_a_layer_cannot_do_without(tmp_path: Path) -> None:
    with pytest.raises(MissingColumn, match="road_id"):
        read("road_surfaces", write(tmp_path / "a.gpkg", {"x": ["1"]}, [box(520000, 3850000, 520010, 3850010)]))
    with pytest.raises(MissingColumn, match="ref"):
        read("highways", write(tmp_path / "b.gpkg", {"x": ["1"]}, [A]))
    with pytest.raises(UnknownLayer, match="roads"):
        read("strassen", tmp_path / "b.gpkg")
    with pytest.raises(UnknownLayer):
        read("satellite", tmp_path / "b.gpkg")
    (tmp_path / "c.csv").write_text("green_id\n1\n", "utf-8")
    with pytest.raises(BadInput, match="no shapes"):
        read("green", tmp_path / "c.csv")


def test_mapping_columns(tmp_path: Path) -> None:
    path = write(tmp_path / "a.gpkg", {"SPREAD": [7.5], "CODE": ["T1"]}, [Point(520000, 3850000)])
    got = read("trees", path, mapping={"SPREAD": "canopy_radius_m", "CODE": "tree_id"})
    assert got.frame["tree_id"].tolist() == ["T1"] and got.frame["canopy_radius_m"].tolist() == [7.5]


def test_shapes_of_the_wrong_kind_and_areas_that_cross_themselves(tmp_path: Path) -> None:
    bow = Polygon([(520000, 3850000), (520010, 3850010), (520010, 3850000), (520000, 3850010)])
    flat = Polygon([(520000, 3850000), (520010, 3850000), (520020, 3850000)])
    shapes = [box(520000, 3850000, 520010, 3850010), bow, flat, A, None]
    gpd.GeoDataFrame({"green_id": list("abcde")}, geometry=shapes, crs=WORK).to_parquet(tmp_path / "a.parquet")
    got = read("green", tmp_path / "a.parquet")
    assert got.frame["green_id"].tolist() == ["a", "b"] and got.rows_expected == 5
    assert got.frame.geometry.is_valid.all() and got.frame.geometry[1].area == pytest.approx(50)
    assert [(i.key, i.rejected) for i in got.issues] == [("b", False), ("c", True), ("d", True), ("e", True)]
    assert "LineString" in got.issues[2].en and {"mended", "rejected"} <= {n.code for n in got.notes}


def test_points(tmp_path: Path) -> None:
    shapes = [Point(520000, 3850000, 70), MultiPoint([(520001, 3850000)]), MultiPoint([(520002, 3850000), (520003, 3850000)])]
    gpd.GeoDataFrame({"tree_id": list("abc"), "等级": [1, 2, 9]}, geometry=shapes, crs=WORK).to_parquet(tmp_path / "a.parquet")
    got = read("trees", tmp_path / "a.parquet")
    assert [shape.wkt for shape in got.frame.geometry] == ["POINT (520000 3850000)", "POINT (520001 3850000)"]
    assert got.frame["grade"].tolist() == ["1", "2"]
    assert {(i.row_no, i.field, i.rejected) for i in got.issues} == {(3, "geometry", True), (3, "grade", False)}


def test_an_unclosed_ring_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    ring = [[114.3, 34.8], [114.31, 34.8], [114.31, 34.81]]
    feature = {"type": "Feature", "properties": {"green_id": "g"}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    got = read("green", path)
    assert len(got.frame) == 1 and shapely.is_valid(got.frame.geometry[0])


LEDGER = "道路编号,自,至,部位,工程类别,竣工日期,产权单位\n"
LEDGER += "R1,0,120.5,车行道,大修,2022年3月1日,市管\nR1,,,,修复,2023-13-01,\n,0,1,,新建,2020-01-01,\n"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_the_ledger_has_no_shapes(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "road_ledger.csv").write_text(LEDGER, encoding)
    got = read("road_ledger", tmp_path / "road_ledger.csv")
    frame = got.frame
    assert isinstance(frame, gpd.GeoDataFrame) and list(frame.columns) == ["unclear", *LAYERS["road_ledger"].columns]
    assert frame["unclear"].tolist() == [None, ("finished",), None]
    assert frame["kind"].tolist() == ["overhaul", "patch", "new"] and frame["to_m"][0] == 120.5 and np.isnan(frame["to_m"][1])
    assert frame["finished"][0] == pd.Timestamp("2022-03-01") and pd.isna(frame["finished"][1])
    assert {(i.row_no, i.field, i.rejected) for i in got.issues} == {(2, "finished", False)}
    assert (got.rows_expected, got.lost) == (3, 0) and frame["road_id"].tolist() == ["R1", "R1", None]


def test_the_ledger_from_a_dbf_and_a_workbook(tmp_path: Path) -> None:
    import openpyxl

    gpd.GeoDataFrame({"road_id": ["R1"], "kind": ["大修"], "finished": ["20220301"]}, geometry=[A], crs=WORK).to_file(
        tmp_path / "road_ledger.shp", encoding="GB18030"
    )
    for ending in (".shp", ".shx", ".prj", ".cpg"):
        (tmp_path / "road_ledger.shp").with_suffix(ending).unlink()
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["道路编号", "类别", "竣工日期"])
    sheet.append([None, None, None])
    sheet.append(["R1", "大修", pd.Timestamp("2022-03-01").to_pydatetime()])
    book.save(tmp_path / "ledger.xlsx")
    for name in ("road_ledger.dbf", "ledger.xlsx"):
        frame = read("road_ledger", tmp_path / name).frame
        assert frame[["road_id", "kind"]].to_numpy().tolist() == [["R1", "overhaul"]]
        assert frame["finished"][0] == pd.Timestamp("2022-03-01")


def test_a_hundred_thousand_rows_in_seconds(tmp_path: Path) -> None:
    import time

    count = 100_000
    x = 505_000 + np.arange(count) % 1000 * 50.0
    y = 3_825_000 + np.arange(count) // 1000 * 50.0
    lines = shapely.linestrings(np.stack([np.column_stack([x, y]), np.column_stack([x + 40, y + 10])], axis=1))
    columns = {
        "编号": [f"R{i}" for i in range(count)],
        "等级": ["主干路", "支路"] * (count // 2),
        "宽度": [f"{i % 60}米" for i in range(count)],
    }
    gpd.GeoDataFrame({**columns, "竣工日期": ["2020年5月1日"] * count}, geometry=lines, crs=WORK).to_file(tmp_path / "a.gpkg")
    start = time.process_time()
    got = read("roads", tmp_path / "a.gpkg")
    assert time.process_time() - start < 10
    assert len(got.frame) == count and got.issues == []
    assert got.frame["delivered"].eq(pd.Timestamp("2020-05-01")).all()
