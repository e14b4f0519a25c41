"""Where a file lies: stated, given, or shown by its numbers inside the city; never a silent shift between datums."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import CRS
from shapely import LineString, Point

from geo.crs import to_work
from geo.errors import UnknownCrs
from layers.readers import RoutesRead, read_layer, read_routes
from layers.readers.crs import settle

WORK = "EPSG:4547"
BOUNDS = (114.0, 34.5, 114.9, 35.1)
LINE = LineString([(520000, 3850000), (520100, 3850000)])


def moved(east_m: float, north_m: float) -> LineString:
    return LineString([(x + east_m, y + north_m) for x, y in LINE.coords])


def written(folder: Path, crs: str | None, shape: LineString = LINE, name: str = "r.gpkg") -> Path:
    gpd.GeoDataFrame({"route_id": ["L1"]}, geometry=[shape], crs=crs or WORK).to_file(folder / name)
    if crs is None:
        (folder / name).with_suffix(".prj").unlink()
    return folder / name


def read(path: Path, **more: Any) -> RoutesRead:
    return read_routes(path, **{"work_crs": WORK, "bounds": BOUNDS, **more})


def codes(got: RoutesRead) -> set[str]:
    return {note.code for note in got.notes}


@pytest.mark.parametrize("crs", ["EPSG:4547", "EPSG:4526", "EPSG:4490", "EPSG:4326", "EPSG:4548", "EPSG:32650", "EPSG:3857"])
def test_stated_systems_of_the_same_datum(tmp_path: Path, crs: str) -> None:
    shape = to_work(LINE, WORK, crs)
    got = read(written(tmp_path, crs, shape))
    assert shapely.hausdorff_distance(got.frame.geometry[0], LINE) < 1e-4
    assert any(crs in note.zh for note in got.notes)


def test_the_words_of_arcgis(tmp_path: Path) -> None:
    path = written(tmp_path, WORK, name="r.shp")
    path.with_suffix(".prj").write_text(CRS.from_epsg(4547).to_wkt("WKT1_ESRI"), "utf-8")
    assert read(path).frame.geometry[0].equals_exact(LINE, 1e-6)


@pytest.mark.parametrize("crs", ["EPSG:2383", "EPSG:2435", "EPSG:4610", "EPSG:4214"])
def test_another_datum_is_refused_with_the_cure(crs: str) -> None:
    """Xi'an 80 and Beijing 54: PROJ would shift nothing, or by an unknown amount, and say nothing."""
    system = CRS.from_user_input(crs)
    shapes = np.array([LineString([(114.2, 34.8), (114.21, 34.8)]) if system.is_geographic else LINE], dtype=object)
    for stated, asked in ((crs, None), (system.to_wkt("WKT1_ESRI"), None), (None, crs)):
        with pytest.raises(UnknownCrs, match="control points") as error:
            settle(stated, asked, shapes, WORK, BOUNDS, "a.shp")
        assert "控制点" in error.value.text("zh")


def test_another_datum_stated_by_a_file(tmp_path: Path) -> None:
    with pytest.raises(UnknownCrs, match="control points"):
        read(written(tmp_path, "EPSG:2383", LINE, "r.shp"))


def test_nothing_stated_but_the_numbers_are_in_the_city(tmp_path: Path) -> None:
    degrees = read(written(tmp_path, None, to_work(LINE, WORK, "EPSG:4490"), "a.shp"))
    assert shapely.hausdorff_distance(degrees.frame.geometry[0], LINE) < 1e-4
    metres = read(written(tmp_path, None, LINE, "b.shp"))
    assert metres.frame.geometry[0].equals(LINE)
    zoned = read(written(tmp_path, None, moved(38_000_000, 0), "c.shp"))
    assert zoned.frame.geometry[0].equals_exact(LINE, 1e-6)
    for got in (degrees, metres, zoned):
        assert "crs-assumed" in codes(got)
    assert any("38" in note.zh for note in zoned.notes)


def test_the_other_way_round_where_the_city_has_the_zone(tmp_path: Path) -> None:
    got = read(written(tmp_path, None, LINE, "a.shp"), work_crs="EPSG:4526")
    assert got.frame.geometry[0].equals_exact(moved(38_000_000, 0), 1e-6)


def test_a_zone_number_under_a_system_that_has_none(tmp_path: Path) -> None:
    got = read(written(tmp_path, WORK, moved(38_000_000, 0)))
    assert got.frame.geometry[0].equals_exact(LINE, 1e-6)
    assert any("带号 38" in note.zh for note in got.notes)


@pytest.mark.parametrize("shift", [(0, 500_000), (300_000, 0), (39_000_000, 0)])
def test_nothing_stated_and_elsewhere_is_refused_with_the_cure(tmp_path: Path, shift: tuple[float, float]) -> None:
    path = written(tmp_path, None, moved(*shift), "a.shp")
    with pytest.raises(UnknownCrs, match="--crs"):
        read(path)
    with pytest.raises(UnknownCrs, match="no CRS EPSG:999999"):
        read(path, crs="EPSG:999999")


@pytest.mark.parametrize("crs", ["/etc/passwd", "+proj=longlat +datum=WGS84", "+init=file:x", "http://x/y", "4547; DROP"])
def test_what_a_user_calls_a_crs_is_never_opened(tmp_path: Path, crs: str) -> None:
    with pytest.raises(UnknownCrs, match="such as EPSG:4547"):
        read(written(tmp_path, None, LINE, "a.shp"), crs=crs)


def test_given_wins_over_stated(tmp_path: Path) -> None:
    path = written(tmp_path, "EPSG:3857")
    assert read(path, crs="4547").frame.geometry[0].equals(LINE)


def test_geojson_in_metres_without_a_word(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":'
        '{"type":"LineString","coordinates":[[520000,3850000],[520100,3850000]]}}]}',
        "utf-8",
    )
    got = read(path)
    assert got.frame.geometry[0].equals(LINE) and "crs-assumed" in codes(got)


def test_a_layer_that_lies_elsewhere_is_lost(tmp_path: Path) -> None:
    """Rows in another zone, or with their axes swapped, are somewhere in the city: silence about them proves nothing."""
    spots = [(520000.0, 3850000.0), (520100.0, 3850100.0)]
    for name, shapes in (("far", [Point(x - 90000, y) for x, y in spots]), ("swapped", [Point(y, x) for x, y in spots])):
        gpd.GeoDataFrame({"tree_id": ["a", "b"]}, geometry=shapes, crs=WORK).to_file(tmp_path / f"{name}.gpkg")
        got = read_layer("trees", tmp_path / f"{name}.gpkg", work_crs=WORK, bounds=BOUNDS)
        assert (len(got.frame), got.lost) == (0, 2), name
        assert all(issue.rejected for issue in got.issues)


def test_rows_outside_the_city_are_counted(tmp_path: Path) -> None:
    far = moved(0, 200_000)
    gpd.GeoDataFrame({"route_id": ["a", "b"]}, geometry=[LINE, far], crs=WORK).to_file(tmp_path / "a.gpkg")
    got = read(tmp_path / "a.gpkg")
    assert len(got.frame) == 2
    assert any(note.code == "outside" and "1 of 2" in note.en for note in got.notes)


# ── axes ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def exchanged(shape: LineString) -> LineString:
    return LineString([(y, x) for x, y in shape.coords])


def tell_of_the_axes(*texts: str) -> bool:
    zh, en = texts
    return all(word in zh for word in ("颠倒", "先经度（东坐标）、后纬度（北坐标）")) and all(
        word in en for word in ("look swapped", "longitude (easting) first", "nothing is exchanged")
    )


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4490", "EPSG:4547", "EPSG:4526", "EPSG:32650"])
def test_stated_and_swapped_is_said_and_not_mended(tmp_path: Path, crs: str) -> None:
    shapes = [to_work(LINE, WORK, crs), exchanged(to_work(LINE, WORK, crs))]
    gpd.GeoDataFrame({"route_id": ["good", "bad"]}, geometry=shapes, crs=crs).to_file(tmp_path / "a.gpkg")
    got = read(tmp_path / "a.gpkg")
    (note,) = (note for note in got.notes if note.code == "axes-swapped")
    assert tell_of_the_axes(note.zh, note.en) and "1 行" in note.zh and "1 of 2" in note.en
    near = LINE.buffer(1000)
    assert [near.intersects(shape) for shape in got.frame.geometry] == [True, False][: len(got.frame)]
    if len(got.rejects):  # degrees: there is no latitude of 114
        assert got.rejects["row_no"].tolist() == [2] and tell_of_the_axes(*got.rejects.iloc[0][["reason_zh", "reason_en"]])


@pytest.mark.parametrize("east_m", [None, 0, 38_000_000])
def test_nothing_stated_and_swapped_is_refused_with_the_cure(tmp_path: Path, east_m: int | None) -> None:
    shape = to_work(LINE, WORK, "EPSG:4490") if east_m is None else moved(east_m, 0)
    with pytest.raises(UnknownCrs) as error:
        read(written(tmp_path, None, exchanged(shape), "a.shp"))
    assert tell_of_the_axes(error.value.text("zh"), error.value.text("en"))


def test_elsewhere_either_way_is_no_swap(tmp_path: Path) -> None:
    for shape in (moved(0, 200_000), exchanged(moved(0, 900_000))):
        gpd.GeoDataFrame({"route_id": ["a"]}, geometry=[shape], crs=WORK).to_file(tmp_path / "a.gpkg")
        assert codes(read(tmp_path / "a.gpkg")) & {"outside", "axes-swapped"} == {"outside"}
