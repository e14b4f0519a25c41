"""Files that mean harm: each is refused with a reason, in bounded time, and reads nothing but itself."""

import gzip
import json
import sqlite3
import time
import warnings
import zipfile
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
from shapely import LineString

from geo.errors import UnreadableFile
from layers.readers import Limits, read_routes
from layers.readers.sandbox import DRIVERS, ENVIRONMENT, SKIP, Job, run

K = {"work_crs": "EPSG:4547", "bounds": (114.0, 34.5, 114.9, 35.1)}
LINE = LineString([(520000, 3850000), (520100, 3850000)])


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    folder = tmp_path / "private"
    folder.mkdir()
    path = folder / "secret.geojson"
    gpd.GeoDataFrame({"route_id": ["SECRET"]}, geometry=[LINE], crs="EPSG:4547").to_crs(4326).to_file(path)
    assert len(read_routes(path, **K).frame) == 1
    return path


def refused(path: object, match: str, limits: Limits | None = None) -> None:
    start = time.monotonic()
    with pytest.raises(UnreadableFile, match=match) as error:
        read_routes(path, limits=limits, **K)  # type: ignore[arg-type]
    assert error.value.text("zh") and "SECRET" not in str(error.value)
    assert time.monotonic() - start < 10


def test_files_that_point_at_other_files(tmp_path: Path, secret: Path) -> None:
    vrt = f'<OGRVRTDataSource><OGRVRTLayer name="secret"><SrcDataSource>{secret}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
    for name in ("a.geojson", "a.json", "a.osm"):
        (tmp_path / name).write_text(vrt, "utf-8")
        refused(tmp_path / name, "not GeoJSON|not OSM XML")
    algorithm = {"type": "gdal_streamed_alg", "command_line": f"gdal vector pipeline ! read {secret} ! write streamed_dataset"}
    (tmp_path / "b.geojson").write_text(json.dumps(algorithm), "utf-8")
    refused(tmp_path / "b.geojson", "contents are not")
    (tmp_path / "c.shp").write_text(vrt, "utf-8")
    refused(tmp_path / "c.shp", "contents are not")


def test_the_child_itself_has_no_driver_for_them(tmp_path: Path, secret: Path) -> None:
    """The second lock: what slips past the first bytes still finds nobody to open it."""
    vrt = f'<OGRVRTDataSource><OGRVRTLayer name="secret"><SrcDataSource>{secret}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
    (tmp_path / "x.vrt").write_text(vrt, "utf-8")
    assert pyogrio.read_info(tmp_path / "x.vrt")["features"] == 1  # in this process GDAL would have followed it
    (answer,) = run(tmp_path, [Job("gdal", str(tmp_path / "x.vrt"))], "x", Limits())
    assert answer.table is None and "not data of the kind" in answer.why_en


def test_every_driver_of_this_gdal_is_allowed_or_left_out() -> None:
    assert set(pyogrio.list_drivers()) - set(DRIVERS) <= set(SKIP.split(","))


def test_a_virtual_table_in_a_geopackage(tmp_path: Path, secret: Path) -> None:
    path = tmp_path / "a.gpkg"
    gpd.GeoDataFrame({"route_id": ["own"]}, geometry=[LINE], crs="EPSG:4547").to_file(path, layer="routes")
    with sqlite3.connect(path) as book:
        book.execute("PRAGMA writable_schema=1")
        book.execute(
            "INSERT INTO sqlite_master VALUES ('table', 'evil', 'evil', 0, ?)",
            (f"CREATE VIRTUAL TABLE evil USING VirtualOGR('{secret}')",),
        )
        book.execute("INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('evil', 'attributes', 'evil')")
    book.close()
    with pytest.raises(UnreadableFile) as error:
        read_routes(path, layer="evil", **K)
    assert "SECRET" not in str(error.value)
    assert read_routes(path, layer="routes", **K).frame["route_id"].tolist() == ["own"]


@pytest.mark.parametrize(
    "path",
    [
        *("http://127.0.0.1:9/x.geojson", "https://x/y.zip", "/vsicurl/http://127.0.0.1:9/x", "/vsizip/x.zip"),
        *("file:///etc/passwd", '{"type":"Point"}', "<OGRVRTDataSource/>", "PG:dbname=x"),
    ],
)
def test_no_address_and_no_gdal_path(path: str) -> None:
    refused(path, "only a local file|no such file")


def test_what_is_no_file_of_ours(tmp_path: Path) -> None:
    refused("/etc/passwd", "ending")
    refused("/dev/zero", "ordinary")
    refused(tmp_path / "nothing.shp", "no such file")
    (tmp_path / "e.gpkg").write_bytes(b"")
    refused(tmp_path / "e.gpkg", "empty")
    (tmp_path / "f.gpkg").write_bytes(b"PK\x03\x04 not a database")
    refused(tmp_path / "f.gpkg", "contents are not")


def test_bombs(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.geojson", b" " * 60_000_000)
    refused(tmp_path / "a.zip", "bomb")
    (tmp_path / "b.geojson.gz").write_bytes(gzip.compress(b" " * 60_000_000))
    refused(tmp_path / "b.geojson.gz", "unpacks to more")
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
        archive.write(tmp_path / "a.zip", "inner.zip")
    refused(tmp_path / "c.zip", "another archive")
    with warnings.catch_warnings(), zipfile.ZipFile(tmp_path / "d.zip", "w") as archive:
        for number in range(30):
            archive.writestr(f"{number}.geojson", b"{}")
    refused(tmp_path / "d.zip", "too many", Limits(members=20))


def test_a_zip_that_lies_about_its_sizes(tmp_path: Path) -> None:
    """The directory says 10 bytes; unpacking counts for itself."""
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.geojson", b" " * 5_000_000)
    data = path.read_bytes()
    at = data.rindex(b"PK\x01\x02")
    path.write_bytes(data[: at + 24] + (10).to_bytes(4, "little") + data[at + 28 :])
    refused(path, "damaged|contents|empty|not GeoJSON", Limits(written_bytes=1_000_000))


def test_a_path_inside_a_zip_leads_nowhere(tmp_path: Path, secret: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(secret, "../../../escaped.geojson")
    assert len(read_routes(tmp_path / "a.zip", **K).frame) == 1
    assert not list(tmp_path.parent.glob("**/escaped.geojson"))


def test_limits_of_time_memory_and_size(secret: Path) -> None:
    refused(secret, "took longer", Limits(wall_s=0.02))
    refused(secret, "memory", Limits(memory_bytes=150_000_000))
    refused(secret, "too large", Limits(input_bytes=10))


def test_a_parser_bomb_in_json(tmp_path: Path) -> None:
    (tmp_path / "a.geojson").write_text('{"type":"FeatureCollection","features":' + "[" * 1_000_000, "utf-8")
    refused(tmp_path / "a.geojson", "nested|contents")


def test_an_entity_bomb_in_a_workbook(tmp_path: Path) -> None:
    entities = (
        '<!DOCTYPE x [<!ENTITY a0 "aaaaaaaaaa">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12)) + "]>"
    )
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("[Content_Types].xml", '<?xml version="1.0"?>' + entities + "<x>&a11;</x>")
    refused(tmp_path / "a.xlsx", ".", Limits(memory_bytes=2 << 30, cpu_s=8, wall_s=9))


def test_nothing_is_left_behind(tmp_path: Path, secret: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tempfile

    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    read_routes(secret, **K)
    refused(secret, "took longer", Limits(wall_s=0.02))
    assert list(folder.iterdir()) == []


def test_no_file_of_the_sender_s_name_reaches_the_child(tmp_path: Path, secret: Path) -> None:
    odd = tmp_path / "a;rm -rf ~ $(x) '\"&|.geojson"
    odd.write_bytes(secret.read_bytes())
    assert len(read_routes(odd, **K).frame) == 1


def test_a_newer_gdal_with_drivers_nobody_listed(tmp_path: Path, secret: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With an empty skip list the child finds drivers it may not have, and starts itself again without them."""
    vrt = f'<OGRVRTDataSource><OGRVRTLayer name="secret"><SrcDataSource>{secret}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
    (tmp_path / "x.vrt").write_text(vrt, "utf-8")
    monkeypatch.setitem(ENVIRONMENT, "GDAL_SKIP", "")
    pointing, plain = run(tmp_path, [Job("gdal", str(tmp_path / "x.vrt")), Job("gdal", str(secret))], "x", Limits())
    assert pointing.table is None and "not data of the kind" in pointing.why_en
    assert plain.table is not None and plain.table.num_rows == 1
