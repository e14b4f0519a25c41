"""Text of unknown encoding: what is stated counts if it fits; GBK without a .cpg reads right; the decision is noted."""

import struct
from pathlib import Path

import geopandas as gpd
import pytest
from shapely import LineString

from geo.errors import BadInput, UnreadableFile
from layers.readers import read_routes
from layers.readers.dbf import encoding_of, look_into
from layers.readers.encoding import decide, named

K = {"work_crs": "EPSG:4547", "bounds": (114.0, 34.5, 114.9, 35.1)}
LINE = LineString([(520000, 3850000), (520100, 3850000)])


def shapefile(
    folder: Path, encoding: str, cpg: str | None = None, ldid: int | None = None, text: str = "滨河路燃气工程", name: str = "项目"
) -> Path:
    path = folder / "r.shp"
    gpd.GeoDataFrame({name: [text], "route_id": ["L1"]}, geometry=[LINE], crs="EPSG:4547").to_file(path, encoding=encoding)
    path.with_suffix(".cpg").unlink(missing_ok=True)
    if cpg is not None:
        path.with_suffix(".cpg").write_text(cpg, "latin-1")
    dbf = bytearray(path.with_suffix(".dbf").read_bytes())
    dbf[29] = ldid or 0
    path.with_suffix(".dbf").write_bytes(dbf)
    return path


@pytest.mark.parametrize("encoding", ["GB18030", "UTF-8"])
def test_chinese_is_recognised_whatever_is_stated(tmp_path: Path, encoding: str) -> None:
    for cpg in (None, encoding, "UTF-8", "936", "ISO-8859-1", "1252", "<!DOCTYPE html><html>", "", "nonsense"):
        for ldid in (0, 0x4D, 0x57):
            path = shapefile(tmp_path, encoding, cpg, ldid)
            stated = path.with_suffix(".cpg") if cpg is not None else None
            chosen, names, notes = encoding_of(look_into(path.with_suffix(".dbf")), stated, None)
            assert (chosen, names) == (encoding, ["项目", "route_id"]), (cpg, ldid)
            assert any(note.code == "encoding" and encoding in note.zh for note in notes)


@pytest.mark.parametrize(("encoding", "cpg"), [("GB18030", None), ("GB18030", "UTF-8"), ("UTF-8", None), ("UTF-8", "ISO-8859-1")])
def test_chinese_reads_right(tmp_path: Path, encoding: str, cpg: str | None) -> None:
    got = read_routes(shapefile(tmp_path, encoding, cpg), **K)
    assert got.frame["project"].tolist() == ["滨河路燃气工程"]


def test_encoding_given_by_the_caller_wins(tmp_path: Path) -> None:
    path = shapefile(tmp_path, "BIG5", text="臺中市", name="project")
    got = read_routes(path, **K, encoding="big5")
    assert got.frame["project"].tolist() == ["臺中市"]
    with pytest.raises(BadInput, match="no encoding klingon"):
        read_routes(path, **K, encoding="klingon")


def test_western_text_stays_western(tmp_path: Path) -> None:
    path = tmp_path / "w.shp"
    frame = gpd.GeoDataFrame({"project": ["Ñandú", "Föryngringsskog"]}, geometry=[LINE, LINE], crs="EPSG:4547")
    frame.to_file(path, encoding="ISO-8859-1")
    assert read_routes(path, **K).frame["project"].tolist() == ["Ñandú", "Föryngringsskog"]


def test_a_value_cut_inside_a_character(tmp_path: Path) -> None:
    """A field full to its last byte may end in half a character: that does not make the file anything but GBK."""
    texts = [("开封市".encode("gb18030")[:5], True), ("鼓楼区".encode("gb18030"), False)]
    assert decide(texts, None, "")[0] == "GB18030"
    assert decide([("开封市".encode()[:8], True), ("鼓楼区".encode(), False)], None, "")[0] == "UTF-8"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        *((text, "GB18030") for text in ("936", "ANSI 936", "gbk", "GB2312", "cp936")),
        *((text, "UTF-8") for text in ("UTF8", "utf-8\r\n", "65001")),
        *((text, "CP1252") for text in ("1252", "ANSI 1252")),
        *(("950", "BIG5"), ("88591", "ISO-8859-1")),
        *((text, None) for text in ("", "<html>", "nonsense", "../../etc/passwd")),
    ],
)
def test_code_pages_as_people_write_them(text: str, name: str | None) -> None:
    assert named(text) == name


def test_text_files(tmp_path: Path) -> None:
    body = f'route_id,项目名称,wkt\nL1,滨河路,"{LINE.wkt}"\n'
    for encoding in ("utf-8", "utf-8-sig", "gb18030", "utf-16"):
        path = tmp_path / f"{encoding}.csv"
        path.write_bytes(body.encode(encoding))
        assert read_routes(path, **K).frame["project"].tolist() == ["滨河路"]
    bad = tmp_path / "bad.csv"
    bad.write_bytes(body.encode("utf-8") + b"L2,\xff\xff\xff,\n")
    with pytest.raises(UnreadableFile, match="--encoding"):
        read_routes(bad, **K)


def test_a_header_that_lies_about_its_size_does_no_harm(tmp_path: Path) -> None:
    path = shapefile(tmp_path, "GB18030")
    dbf = bytearray(path.with_suffix(".dbf").read_bytes())
    dbf[4:8] = struct.pack("<I", 2**31)
    path.with_suffix(".dbf").write_bytes(dbf)
    got = read_routes(path, **K)
    assert got.frame["project"].tolist() == ["滨河路燃气工程"]
    assert any(note.code == "dbf-rows" for note in got.notes)


def test_fewer_rows_than_the_index_announces_is_damage_not_silence(tmp_path: Path) -> None:
    path = shapefile(tmp_path, "GB18030")
    shx = bytearray(path.with_suffix(".shx").read_bytes())
    shx[24:28] = struct.pack(">i", (100 + 8 * 5) // 2)
    path.with_suffix(".shx").write_bytes(shx)
    with pytest.raises(UnreadableFile):
        read_routes(path, **K)


def test_a_row_deleted_in_the_table_is_gone_and_no_damage(tmp_path: Path) -> None:
    path = tmp_path / "r.shp"
    gpd.GeoDataFrame({"route_id": ["a", "b", "c"]}, geometry=[LINE] * 3, crs="EPSG:4547").to_file(path)
    dbf = bytearray(path.with_suffix(".dbf").read_bytes())
    head, width = struct.unpack("<HH", dbf[8:12])
    dbf[head + width] = 0x2A
    path.with_suffix(".dbf").write_bytes(dbf)
    assert read_routes(path, **K).frame["route_id"].tolist() == ["a", "c"]
