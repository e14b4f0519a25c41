"""Text of unknown encoding: what is stated counts if it fits; GBK without a .cpg reads right; the decision is noted."""

import struct
from pathlib import Path

import geopandas as gpd
import pytest
from shapely import LineString

from geo.errors import BadInput, UnreadableFile
from layers.readers import read_routes
from layers.readers.encoding import decide, named

K = {"work_crs": "EPSG:4547", "bounds": (114.0, 34.5, 114.9, 35.1)}
LINE = LineString([(520000, 3850000), (520100, 3850000)])


def shapefile(folder: Path, encoding: str, cpg: str | None = None, ldid: int | None = None, text: str = "滨河路燃气工程") -> Path:
    path = folder / "r.shp"
    gpd.GeoDataFrame({"项目": [text], "route_id": ["L1"]}, geometry=[LINE], crs="EPSG:4547").to_file(path, encoding=encoding)
    path.with_suffix(".cpg").unlink(missing_ok=True)
    if cpg is not None:
        path.with_suffix(".cpg").write_text(cpg, "latin-1")
    dbf = bytearray(path.with_suffix(".dbf").read_bytes())
    dbf[29] = ldid or 0
    path.with_suffix(".dbf").write_bytes(dbf)
    return path


@pytest.mark.parametrize("encoding", ["GB18030", "UTF-8"])
@pytest.mark.parametrize("cpg", [None, "right", "UTF-8", "936", "ISO-8859-1", "1252", "<!DOCTYPE html><html>", "", "nonsense"])
@pytest.mark.parametrize("ldid", [0, 0x4D, 0x57])
def test_chinese_reads_right_whatever_is_stated(tmp_path: Path, encoding: str, cpg: str | None, ldid: int) -> None:
    got = read_routes(shapefile(tmp_path, encoding, encoding if cpg == "right" else cpg, ldid), **K)
    assert got.frame["project"].tolist() == ["滨河路燃气工程"]
    assert any(note.code == "encoding" and encoding in note.zh for note in got.notes)


def test_encoding_given_by_the_caller_wins(tmp_path: Path) -> None:
    path = shapefile(tmp_path, "BIG5", text="臺中市")
    got = read_routes(path, **K, encoding="big5", mapping=None)
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
    try:
        assert len(read_routes(path, **K).frame) == 1
    except UnreadableFile as error:
        assert error.text("zh")
