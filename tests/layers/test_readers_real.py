"""Real files that nobody here made: read as they are, or refused with a reason. Skipped where WAIXIAN_DATA is not set."""

from pathlib import Path

import pytest
import shapely

from geo.errors import UnknownCrs, UnreadableFile, WaixianError
from layers.readers import read_layer, read_routes
from layers.readers.raw import Request, read_raw, read_raws
from layers.readers.words import Raw

WUHAN = {"work_crs": "EPSG:4547", "bounds": (113.9, 30.3, 114.6, 30.8)}
REASONS = {
    "nts/Volume2.shp": "Invalid record",
    "nts/christchurch-canterbury-h.shp": "contents are not",
    "pyshp/blockgroups_multishapefile.zip": "several files",
    "pyshp/empty_zipfile.zip": "empty",
    "shapefile-js/bad.shp": "contents are not",
    "shapefile-js/badzip.zip": "not a valid zip",
}


def test_awkward_shapefiles_are_read_or_refused_with_the_reason(data: Path) -> None:
    folder = data / "awkward-shapefiles"
    files = sorted(p for p in folder.rglob("*") if p.suffix.lower() in (".shp", ".zip"))
    found = dict(zip((str(p.relative_to(folder)) for p in files), read_raws([Request(p) for p in files]), strict=True))
    refused = {name: raw.text("en") for name, raw in found.items() if isinstance(raw, WaixianError)}
    assert refused.keys() == REASONS.keys()
    assert all(REASONS[name] in text for name, text in refused.items())

    def raw(name: str) -> Raw:
        one = found[name]
        assert isinstance(one, Raw)
        return one

    assert list(raw("shapefile-rs/file_cp936.shp").columns["TEST"]) == ["测试中文"]
    assert raw("nts/fields_utf8.shp").columns["text"][1] == "ĄąĆćĄąĆćĄą"
    assert list(raw("shapefile-js/htmlcpg.shp").columns["field"]) == ["💩", "Hněvošický háj"]
    assert raw("shapefile-js/htmlprj.shp").crs is None
    assert raw("pyshp/latin1.shp").columns["Name"][0] == "Ñandú"
    assert raw("shapefile-js/no-dbf.shp").rows == 14 and not raw("shapefile-js/no-dbf.shp").columns
    assert raw("shapelib/csah.shp").rows == 124 and shapely.is_missing(raw("shapelib/csah.shp").geometry).sum() == 24
    assert raw("shapelib/multipatch.shp").damaged.all()
    assert any(note.code == "rings" for note in raw("nts/Issues/009/tmpA6A6/Rx/PPPP29_0.shp").notes)


def test_counties_in_gbk_without_cpg(data: Path) -> None:
    raw = read_raw(Request(data / "awkward-shapefiles/nts/chinese_encoding.shp"))
    assert raw.rows == 78 and len(raw.columns) == 136
    assert set(raw.columns["PRO_NAME"]) == {"安徽"} and raw.columns["NAME99"][0] == "天长市"


def test_roads_without_geometry_are_rejected_and_the_others_read(data: Path) -> None:
    got = read_routes(
        data / "awkward-shapefiles/shapelib/csah.shp", work_crs="EPSG:32615", bounds=(-96, 46, -94, 48), crs="EPSG:32615"
    )
    assert len(got.frame) + len(got.rejects) == 124 and len(got.rejects) == 25
    assert sorted([*got.frame["row_no"], *got.rejects["row_no"]]) == list(range(1, 125))


def test_minus_infinity_and_lines_of_no_length(data: Path) -> None:
    trees = read_layer(
        "trees",
        data / "awkward-shapefiles/arcmap/fields_utf8.shp",
        work_crs="EPSG:3857",
        bounds=(-180, -85, 180, 85),
        crs="EPSG:3857",
    )
    assert len(trees.frame) < trees.rows_expected == 4
    assert any("finite" in issue.en for issue in trees.issues if issue.rejected)
    pipes = read_routes(
        data / "awkward-shapefiles/shapefile-js/zero-len-line.zip", work_crs="EPSG:32612", bounds=(-111, 31, -110, 32)
    )
    assert len(pipes.frame) + len(pipes.rejects) == 3 and len(pipes.rejects) >= 1


def test_jinan_a_bare_shapefile(data: Path) -> None:
    path = data / "roads-jinan-shp/edges.zip"
    got = read_layer("roads", path, work_crs="EPSG:4548", bounds=(116.7, 36.5, 117.6, 37.2))
    assert (len(got.frame), got.rows_expected) == (28_596, 28_597)
    assert [(issue.row_no, issue.rejected) for issue in got.issues] == [(22_644, True)]
    assert "crs-assumed" in {note.code for note in got.notes}
    assert set(got.frame["class_source"]) == {"hint"} and got.frame["road_id"].is_unique
    with pytest.raises(UnknownCrs, match="--crs"):
        read_layer("roads", path, **WUHAN)  # type: ignore[arg-type]


def test_wuhan_in_another_projection(data: Path) -> None:
    got = read_layer("roads", data / "roads-osm-metro/wuhan.parquet", **WUHAN)  # type: ignore[arg-type]
    assert len(got.frame) == 92_667 and got.frame["road_id"].is_unique
    west, south, east, north = got.frame.total_bounds
    assert 490_000 < west < east < 560_000 and 3_355_000 < south < north < 3_410_000


@pytest.mark.parametrize(
    ("name", "roads", "green", "trees", "street"),
    [
        ("nanjing-centre", 383, 100, 45, "进香河路"),
        ("shanghai-centre", 796, 0, 0, "南北高架路"),
        ("beijing-bupt", 189, 17, 9, "晨曦路"),
        ("shenzhen-longgang", 513, 44, 0, "水官高速"),
    ],
)
def test_street_maps_of_chinese_quarters(data: Path, name: str, roads: int, green: int, trees: int, street: str) -> None:
    place = {"work_crs": "EPSG:4547", "bounds": (114.0, 22.0, 122.0, 40.0)}
    path = data / f"roads-cn-osm-xml/{name}.osm.gz"
    for layer, rows in (("roads", roads), ("green", green), ("trees", trees)):
        frame = read_layer(layer, path, **place).frame  # type: ignore[arg-type]
        assert len(frame) == rows
        if layer == "roads":
            assert street in set(frame["name"]) and frame["road_id"].is_unique


def test_pbf_with_negative_unsorted_ids(data: Path) -> None:
    portland = {"work_crs": "EPSG:32610", "bounds": (-122.8, 45.4, -122.5, 45.6)}
    path = data / "city-portland-or/portland-central-filtered.osm.pbf"
    roads = read_layer("roads", path, **portland).frame  # type: ignore[arg-type]
    assert len(roads) == 7_089 and roads["road_id"].str.startswith("-").any() and roads["road_id"].is_unique
    regions = read_layer("districts", data / "city-portland-or/Neighborhood_Coalitions_regions.zip", **portland)  # type: ignore[arg-type]
    assert len(regions.frame) == 13 and "mended" in {note.code for note in regions.notes}
    heidelberg = data / "city-heidelberg/heidelberg.osm.pbf"
    assert len(read_layer("roads", heidelberg, work_crs="EPSG:32632", bounds=(7.7, 49.3, 9.2, 49.6)).frame) == 25_104


def test_taichung_zoning(data: Path) -> None:
    path = data / "green-taichung-zoning/L0102.geojson.gz"
    got = read_layer("green", path, work_crs="EPSG:3826", bounds=(120.5, 24.0, 120.8, 24.4), mapping={"分區簡": "name"})
    assert len(got.frame) == 520 and got.frame["name"].notna().all() and got.issues == []
    with pytest.raises(UnknownCrs, match="another datum"):
        read_layer("green", path, **WUHAN)  # type: ignore[arg-type]


def test_a_html_page_is_no_projection(data: Path) -> None:
    with pytest.raises(UnknownCrs):
        read_layer("trees", data / "awkward-shapefiles/shapefile-js/htmlprj.shp", **WUHAN)  # type: ignore[arg-type]
    with pytest.raises(UnreadableFile):
        read_routes(data / "awkward-shapefiles/shapefile-js/badzip.zip", **WUHAN)  # type: ignore[arg-type]


def test_manholes_of_a_real_town_and_words_that_are_no_appurtenance_of_ours(data: Path) -> None:
    path = data / "utilities-vermont/RutlandCityPointFeatures.geojson.gz"
    rutland = {"work_crs": "EPSG:32618", "bounds": (-73.1, 43.5, -72.8, 43.7)}
    got = read_layer("pipe_points", path, **rutland, mapping={"OBJECTID": "point_id", "Type": "feature"})  # type: ignore[arg-type]
    assert len(got.frame) == got.rows_expected == 4045 and set(got.frame.geom_type) == {"Point"}
    assert (got.frame["feature"] == "Sewer manhole").sum() == 2847 and got.frame["kind"].isna().all()
    as_kind = read_layer("pipe_points", path, **rutland, mapping={"OBJECTID": "point_id", "Type": "kind"})  # type: ignore[arg-type]
    assert len(as_kind.frame) == 4045 and as_kind.frame["kind"].isna().all()  # never guessed: each row says so
    assert sum("kind" in (said or ()) for said in as_kind.frame["unclear"]) == 4045
