"""Proposed lines from every format; no row is lost, nothing is silently wrong."""

import gzip
import json
import sqlite3
import struct
import warnings
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely
from shapely import LineString, MultiLineString, Point, Polygon

from geo.errors import BadInput, UnreadableFile
from geo.schema import ROUTES
from layers.readers import RoutesRead, read_routes

WORK = "EPSG:4547"
BOUNDS = (114.0, 34.5, 114.9, 35.1)
A = LineString([(520000, 3850000), (520100, 3850000), (520100, 3850050)])
B = LineString([(521000, 3851000), (521300, 3851000)])
FRAME = gpd.GeoDataFrame(
    {
        "线路编号": ["L1", "L2"],
        "管线种类": ["燃气", "电力"],
        "电压等级": [None, "10kV"],
        "规格": ["DN200", ""],
        "开工日期": ["2024-05-01", "20240601"],
    },
    geometry=[A, B],
    crs=WORK,
)


def read(path: Path, **more: Any) -> RoutesRead:
    return read_routes(path, work_crs=WORK, bounds=BOUNDS, **more)


def write(frame: gpd.GeoDataFrame, path: Path, **more: Any) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # names longer than ten bytes are cut: that is what is tested
        frame.to_file(path, **more)
    return path


def check(read: RoutesRead, within_m: float = 1e-6) -> None:
    frame = read.frame
    assert list(frame.columns) == ["row_no", "unclear", *ROUTES.columns, "geometry"]
    assert frame["row_no"].tolist() == [1, 2]
    assert frame["route_id"].tolist() == ["L1", "L2"]
    assert frame["utility"].tolist() == ["gas", "power"]
    assert np.isnan(frame["voltage_kv"][0]) and frame["voltage_kv"][1] == 10
    assert frame["diameter_mm"][0] == 200 and np.isnan(frame["diameter_mm"][1])
    assert frame["start"].tolist() == [pd.Timestamp("2024-05-01"), pd.Timestamp("2024-06-01")]
    assert frame["project"].tolist() == [None, None]
    assert frame.crs == WORK
    for shape, wanted in zip(frame.geometry, (A, B), strict=True):
        assert shape.geom_type == "LineString"
        assert shapely.hausdorff_distance(shape, wanted) <= within_m
    assert len(read.rejects) == 0


def test_geopackage(tmp_path: Path) -> None:
    check(read(write(FRAME, tmp_path / "外线.gpkg", layer="routes")))


def test_shapefile_in_every_wrapping(tmp_path: Path) -> None:
    inner = tmp_path / "数据"
    inner.mkdir()
    shp = write(FRAME, inner / "外线.shp", encoding="GB18030")
    (inner / "外线.cpg").unlink()
    check(read(shp))
    check(read(inner))
    packed = tmp_path / "a.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for part in inner.iterdir():
            archive.write(part, f"深/子目录/{part.name}")
    check(read(packed))


def test_geojson_plain_and_packed(tmp_path: Path) -> None:
    path = write(FRAME.to_crs("EPSG:4326"), tmp_path / "a.geojson", COORDINATE_PRECISION=11)
    check(read(path), 1e-4)
    packed = tmp_path / "b.geojson.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    check(read(packed), 1e-4)


def test_geojson_in_gbk_and_with_a_mark(tmp_path: Path) -> None:
    text = write(FRAME.to_crs("EPSG:4326"), tmp_path / "a.geojson", COORDINATE_PRECISION=11).read_text("utf-8")
    (tmp_path / "b.geojson").write_bytes(text.encode("gb18030"))
    check(read(tmp_path / "b.geojson"), 1e-4)
    (tmp_path / "c.json").write_bytes(text.encode("utf-8-sig"))
    check(read(tmp_path / "c.json"), 1e-4)


def test_geoparquet_and_flatgeobuf(tmp_path: Path) -> None:
    FRAME.to_parquet(tmp_path / "a.parquet")
    check(read(tmp_path / "a.parquet"))
    check(read(write(FRAME, tmp_path / "a.fgb", SPATIAL_INDEX="NO")))


@pytest.mark.parametrize(("encoding", "delimiter"), [("utf-8", ","), ("utf-8-sig", ";"), ("gb18030", ","), ("utf-16", "\t")])
def test_csv_with_wkt(tmp_path: Path, encoding: str, delimiter: str) -> None:
    table = pd.DataFrame(FRAME.drop(columns="geometry")).assign(几何=[f"SRID=4547;{shape.wkt}" for shape in (A, B)])
    table.to_csv(tmp_path / "a.csv", index=False, encoding=encoding, sep=delimiter)
    check(read(tmp_path / "a.csv"))


def test_a_workbook_with_wkt(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([*FRAME.columns[:-1], "WKT"])
    sheet.append(["L1", "燃气", None, "DN200", pd.Timestamp("2024-05-01").to_pydatetime(), A.wkt])
    sheet.append(["L2", "电力", 10, None, 45444, B.wkt])
    book.save(tmp_path / "a.xlsx")
    check(read(tmp_path / "a.xlsx", crs=WORK))


def test_every_row_is_answered_or_rejected_with_its_reason(tmp_path: Path) -> None:
    with np.errstate(invalid="ignore"):
        lost = [LineString([(520000, 3850000), (bad, 3850000)]) for bad in (np.nan, np.inf)]
    shapes = [
        A,
        None,
        LineString(),
        LineString([(520000, 3850000), (520000, 3850000)]),
        Point(520000, 3850000),
        *lost,
        Polygon([(520000, 3850000), (520010, 3850000), (520010, 3850010)]),
        MultiLineString([[(520000, 3850000), (520050, 3850000)], [(520100, 3850000), (520200, 3850000)]]),
    ]
    frame = gpd.GeoDataFrame({"route_id": [f"L{i}" for i in range(1, 10)]}, geometry=shapes, crs=WORK)
    frame.to_parquet(tmp_path / "a.parquet")
    got = read(tmp_path / "a.parquet")
    assert got.frame["row_no"].tolist() == [1, 8, 9]
    assert got.frame.geometry.geom_type.tolist() == ["LineString", "Polygon", "MultiLineString"]
    said = ["project", "project_code", "applicant", "utility"]
    assert list(got.rejects.columns) == ["row_no", "route_id", "field", "reason_zh", "reason_en", *said]
    assert got.rejects["row_no"].tolist() == [2, 3, 4, 5, 6, 7]
    assert got.rejects["route_id"].tolist() == ["L2", "L3", "L4", "L5", "L6", "L7"]
    reasons = got.rejects["reason_en"].tolist()
    assert ["no shape" in r for r in reasons] == [True, True, False, False, False, False]
    assert "no length" in reasons[2] and "Point" in reasons[3] and "finite" in reasons[4] and "finite" in reasons[5]
    assert all(got.rejects["reason_zh"])


def test_a_wkt_that_is_none_costs_only_its_row(tmp_path: Path) -> None:
    rows = [f'L1,"{A.wkt}"', 'L2,"LINESTRING (1 2"', "L3,", f'L4,"{B.wkt}",too,many', f'L5,"{B.wkt}"']
    (tmp_path / "a.csv").write_text("route_id,wkt\n" + "\n".join(rows), "utf-8")
    got = read(tmp_path / "a.csv")
    assert got.frame["route_id"].tolist() == ["L1", "L5"]
    assert dict(zip(got.rejects["row_no"], got.rejects["reason_en"], strict=True)).keys() == {2, 3, 4}
    assert "damaged" in got.rejects["reason_en"][0] and "more cells" in got.rejects["reason_en"][2]


def test_parts_stay_in_order_and_lines_lose_only_what_measures_nothing(tmp_path: Path) -> None:
    parts = [
        [(520200, 3850000), (520100, 3850000)],
        [(520000, 3850000), (520000, 3850000)],
        [(520050, 3850000), (520000, 3850000)],
    ]
    repeated = LineString([(520000, 3850000), (520000, 3850000), (520010, 3850000), (520010, 3850000), (520010, 3850000)])
    frame = gpd.GeoDataFrame({"route_id": ["a", "b"]}, geometry=[MultiLineString(parts), repeated], crs=WORK)
    frame.to_parquet(tmp_path / "a.parquet")
    got = read(tmp_path / "a.parquet")
    assert got.frame.geometry[0].wkt == "MULTILINESTRING ((520200 3850000, 520100 3850000), (520050 3850000, 520000 3850000))"
    assert got.frame.geometry[1].wkt == "LINESTRING (520000 3850000, 520010 3850000)"
    assert {"repeats", "short-parts"} <= {note.code for note in got.notes}


def test_heights_are_dropped_and_a_multi_line_of_one_part_is_a_line(tmp_path: Path) -> None:
    shape = MultiLineString([[(520000, 3850000, 70.5), (520010, 3850000, 71)]])
    gpd.GeoDataFrame({"route_id": ["a"]}, geometry=[shape], crs=WORK).to_file(tmp_path / "a.gpkg")
    assert read(tmp_path / "a.gpkg").frame.geometry[0].wkt == "LINESTRING (520000 3850000, 520010 3850000)"


def test_missing_and_repeated_ids(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"route_id": ["P1", None, "P1", "  "]}, geometry=[A, B, A, B], crs=WORK)
    got = read(write(frame, tmp_path / "a.gpkg"))
    assert got.frame["route_id"].tolist() == ["P1", "#2", "P1", "#4"]
    assert {"ids", "duplicates"} <= {note.code for note in got.notes}


def test_bad_values_are_issues_not_rejects(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {"route_id": ["a", "b"], "voltage_kv": ["10", "十"], "start": ["2024-05-09", "x"], "end": ["2024-05-01", ""]},
        geometry=[A, B],
        crs=WORK,
    )
    got = read(write(frame, tmp_path / "a.gpkg"))
    assert len(got.frame) == 2 and len(got.rejects) == 0
    assert [(issue.row_no, issue.field, issue.rejected) for issue in got.issues] == [
        (1, "end", False),
        (2, "start", False),
        (2, "voltage_kv", False),
    ]
    assert np.isnan(got.frame["voltage_kv"][1]) and pd.isna(got.frame["start"][1])


def test_an_arc_becomes_a_chain_and_nobody_else_is_lost(tmp_path: Path) -> None:
    arc = struct.pack("<BII6d", 1, 8, 3, 520000, 3850000, 520050, 3850050, 520100, 3850000)
    shapes = np.array([arc, shapely.to_wkb(B)], dtype=object)
    names = [np.array(["arc", "line"], dtype=object)]
    pyogrio.raw.write(
        tmp_path / "a.gpkg", shapes, names, ["route_id"], layer="routes", driver="GPKG", geometry_type="Unknown", crs=WORK
    )
    got = read(tmp_path / "a.gpkg")
    assert got.frame.geometry[0].length == pytest.approx(np.pi * 50, rel=1e-3)
    assert got.frame.geometry[1].equals(B)
    assert "curves" in {note.code for note in got.notes}


def test_layers_of_a_geopackage(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    write(FRAME, path, layer="一期")
    check(read(path))
    write(FRAME.iloc[:1], path, layer="二期")
    with pytest.raises(UnreadableFile, match="several layers"):
        read(path)
    assert len(read(path, layer="二期").frame) == 1
    with pytest.raises(UnreadableFile, match="no layer '三期'"):
        read(path, layer="三期")


SPANS = "线路编号,from_m,to_m,施工方式,pit_from_m2\nL1,10,50,顶管,12\nL9,0,1,顶管,\nL2,5,5,顶管,\nL2,1,x,顶管,\nL2,0,20,飞,\n"


@pytest.mark.parametrize("name", ["a_spans.csv", "spans.csv"])
def test_spans_beside_the_file(tmp_path: Path, name: str) -> None:
    FRAME.to_parquet(tmp_path / "a.parquet")
    (tmp_path / name).write_text(SPANS, "utf-8")
    got = read(tmp_path / "a.parquet")
    check_spans(got)


def check_spans(got: RoutesRead) -> None:
    assert got.spans is not None
    assert got.spans.to_dict("records")[0] | {"pit_to_m2": None} == {
        "route_id": "L1",
        "from_m": 10.0,
        "to_m": 50.0,
        "burial": "bored",
        "pit_from_m2": 12.0,
        "pit_to_m2": None,
    }
    assert len(got.spans) == 1
    assert [(i.row_no, i.field) for i in got.issues if i.rejected] == [
        (2, "spans.route_id"),
        (3, "spans.to_m"),
        (4, "spans.from_m"),
        (5, "spans.burial"),
    ]


def test_spans_in_a_zip_and_in_a_geopackage(tmp_path: Path) -> None:
    write(FRAME, tmp_path / "a.shp", encoding="utf-8")
    (tmp_path / "spans.csv").write_text(SPANS, "utf-8")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for part in tmp_path.glob("*.*"):
            if part.suffix != ".zip":
                archive.write(part, part.name)
    (tmp_path / "spans.csv").unlink()
    check_spans(read(tmp_path / "a.zip"))

    write(FRAME, tmp_path / "b.gpkg", layer="routes")
    assert read(tmp_path / "b.gpkg").spans is None
    with sqlite3.connect(tmp_path / "b.gpkg") as book:
        book.execute(
            "CREATE TABLE spans (fid INTEGER PRIMARY KEY, route_id TEXT, from_m REAL, to_m REAL, burial TEXT, pit_from_m2 REAL)"
        )
        book.execute("INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('spans', 'attributes', 'spans')")
        rows = [
            ("L1", 10, 50, "顶管", 12),
            ("L9", 0, 1, "dg", None),
            ("L2", 5, 5, "dg", None),
            ("L2", 1, None, "dg", None),
            ("L2", 0, 20, "飞", None),
        ]
        book.executemany("INSERT INTO spans (route_id, from_m, to_m, burial, pit_from_m2) VALUES (?, ?, ?, ?, ?)", rows)
    book.close()
    check_spans(read(tmp_path / "b.gpkg"))


def test_a_file_without_shapes_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("route_id\nL1\n", "utf-8")
    with pytest.raises(BadInput, match="no shapes"):
        read(tmp_path / "a.csv")


def test_an_empty_file_of_routes_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "a.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": []}), "utf-8")
    got = read(tmp_path / "a.geojson")
    assert len(got.frame) == 0 and len(got.rejects) == 0
    assert list(got.frame.columns) == ["row_no", "unclear", *ROUTES.columns, "geometry"]
    assert got.frame["start"].dtype == "datetime64[s]" and got.frame.crs == WORK


def test_spans_of_a_number_that_two_rows_bear_reject_both(tmp_path: Path) -> None:
    """Which of them is bored cannot be told, and giving the span to both would free the wrong one."""
    frame = gpd.GeoDataFrame(
        {"route_id": ["P1", "P2", "P1", "P3", "P3"], "voltage_kv": ["x", None, None, None, None]},
        geometry=[A, B, B, A, None],
        crs=WORK,
    )
    write(frame, tmp_path / "a.gpkg")
    rows = "P1,10,50,顶管\nP2,10,50,顶管\nP3,10,50,顶管\n"
    frame.to_parquet(tmp_path / "c.parquet")
    (tmp_path / "c_spans.csv").write_text(f"route_id,from_m,to_m,burial\n{rows}", "utf-8")
    got = read(tmp_path / "c.parquet")
    assert got.frame["row_no"].tolist() == [2]
    assert got.rejects["row_no"].tolist() == [1, 3, 4, 5]
    said = got.rejects.set_index("row_no")
    assert said.loc[[1, 3, 4], "field"].tolist() == ["route_id"] * 3 and said.loc[5, "field"] == "geometry"
    assert "own number" in said.loc[1, "reason_en"] and "编号重复" in said.loc[1, "reason_zh"]
    assert got.spans is not None and got.spans["route_id"].tolist() == ["P2"]
    assert [(i.row_no, i.field) for i in got.issues if i.rejected] == [(1, "spans.route_id"), (3, "spans.route_id")]
    assert not [i for i in got.issues if not i.rejected]  # what was wrong with the rows that went is said no more
    without = read(tmp_path / "a.gpkg")
    assert without.frame["row_no"].tolist() == [1, 2, 3, 4]


def test_two_columns_of_one_field_that_differ_are_unknown(tmp_path: Path) -> None:
    said = {"route_id": ["a", "b", "c"], "树木数量": [0, 2, None], "砍伐株数": [3, 2, None]}
    lines = [LineString([(520000, 3850000 + n), (520100, 3850000 + n)]) for n in range(3)]
    gpd.GeoDataFrame(said, geometry=lines, crs=WORK).to_file(tmp_path / "a.gpkg")
    got = read(tmp_path / "a.gpkg")
    assert got.frame["trees_to_fell"].isna().tolist() == [True, False, True]
    assert got.frame["unclear"].tolist() == [("trees_to_fell",), None, None]


def test_a_span_that_names_no_line_may_be_of_any(tmp_path: Path) -> None:
    lines = [LineString([(520000, 3850000 + n), (520100, 3850000 + n)]) for n in range(2)]
    gpd.GeoDataFrame({"route_id": ["a", "b"]}, geometry=lines, crs=WORK).to_file(tmp_path / "a.gpkg")
    (tmp_path / "spans.csv").write_text("route_id,from_m,to_m,burial\n,0,50,open\n")
    assert read(tmp_path / "a.gpkg").frame["unclear"].tolist() == [("burial",), ("burial",)]
