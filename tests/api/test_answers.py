"""What is written is what was judged: every format read back, and nothing half done."""

import csv
import json
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely

import api.answers
from api.answers import FORMATS, summary, write_answers, write_rejects
from api.answers_shapes import cut_bytes
from api.answers_table import CONTRACT, short_names
from geo.crs import to_degrees
from geo.errors import BadInput
from tests.api.answers_sample import AWKWARD, CITY, CRS, Sample, sample

ORDER = (
    "row_no", "route_id", "outcome", "conditions", "could_be", "certainty", "immediate", "length_m", "dug_m", "sum_length_m",
    "reasons", "owed", "waived", "missing", "pack", "on",
)  # fmt: skip

REJECTS = pd.DataFrame(
    {"row_no": [7, 7, 9], "route_id": ["A-7", "A-7", None], "field": ["geometry", "utility", "geometry"],
     "reason_zh": ["图形自相交", "=管线种类为空", "图形为空"], "reason_en": ["crosses itself", "no utility", "no shape"]}
)  # fmt: skip


@pytest.fixture(scope="module")
def review() -> Sample:
    return sample()


def listed(value: Any) -> list[str]:
    return value.split(";") if isinstance(value, str) and value else []


def same_rows(read: pd.DataFrame, review: Sample, skip: tuple[str, ...] = ()) -> None:
    """Numbers, texts and lists equal those that were judged."""
    for name in (name for name in ORDER if name not in skip):
        for got, want in zip(read[name], review.rows[name], strict=True):
            if isinstance(want, list):
                given = listed(got) if isinstance(got, str) or not np.ndim(got) else list(got)
                assert given == [item.replace(";", "；") for item in want], name
            elif isinstance(want, float) and np.isnan(want):
                assert pd.isna(got), name
            elif isinstance(want, date):
                assert pd.Timestamp(got).date() == want
            else:
                assert got == want, name


def test_gpkg(review: Sample, tmp_path: Path) -> None:
    path = write_answers(review, tmp_path / "结果.gpkg", CITY, REJECTS)
    assert {name for name, _ in pyogrio.list_layers(path)} == {"verdicts", "pieces", "rejects"}
    rows = gpd.read_file(path, layer="verdicts")
    assert rows.crs == CRS and tuple(rows.columns[: len(ORDER)]) == ORDER
    same_rows(rows, review)
    parts = [shapely.get_parts(shape).tolist() for shape in review.rows.geometry]
    assert [shapely.get_parts(shape).tolist() for shape in rows.geometry] == parts
    assert rows["immediate"].dtype == bool and rows["voltage_kv"].isna().all()


def test_gpkg_pieces_cover_each_route(review: Sample, tmp_path: Path) -> None:
    path = write_answers(review, tmp_path / "a.gpkg", CITY)
    pieces = gpd.read_file(path, layer="pieces")
    assert pieces.crs == CRS and len(pieces) == 2 * len(review.rows)
    assert pieces.length.to_numpy() == pytest.approx((pieces.to_m - pieces.from_m).to_numpy(), abs=1e-3)
    by_row = pieces.dissolve("row_no").length
    assert by_row.to_numpy() == pytest.approx(review.rows.length.to_numpy(), abs=1e-3)
    assert pieces["side"].eq("left").all() and pieces["name"].isna().sum() == len(review.rows)


def test_gpkg_rejects(review: Sample, tmp_path: Path) -> None:
    path = write_answers(review, tmp_path / "a.gpkg", CITY, REJECTS)
    rows = pyogrio.read_dataframe(path, layer="rejects")
    assert rows.columns.tolist() == ["row_no", "route_id", "field", "reason", "reason_en"]
    assert rows["reason"].tolist() == REJECTS["reason_zh"].tolist()


def test_geojson_is_rfc_7946(review: Sample, tmp_path: Path) -> None:
    path = write_answers(review, tmp_path / "a.geojson", CITY)
    whole = json.loads(path.read_bytes(), parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    assert set(whole) == {"type", "features"}  # no "crs": the format has one
    for feature, shape in zip(whole["features"], review.rows.geometry, strict=True):
        lonlat = shapely.get_coordinates(shapely.geometry.shape(feature["geometry"]))
        assert lonlat == pytest.approx(shapely.get_coordinates(to_degrees(shape, CRS)), abs=1e-7)
        assert (np.round(lonlat, 7) == lonlat).all() and (lonlat[:, 0] > 114).all()
    first, second = (feature["properties"] for feature in whole["features"][:2])
    assert list(first)[: len(ORDER)] == list(ORDER)
    assert first["route_id"] == AWKWARD[0] and second["conditions"] == ["gov_approval", "officer_confirms"]
    assert second["sum_length_m"] is None and second["immediate"] is False and second["on"] == "2026-11-22"
    assert second["verdict"]["findings"] == review.verdict(1)["findings"] and second["pieces"] == review.pieces(1)
    same_rows(pd.DataFrame([feature["properties"] for feature in whole["features"]]), review)


def test_geojson_opens_with_gdal(review: Sample, tmp_path: Path) -> None:
    rows = gpd.read_file(write_answers(review, tmp_path / "a.geojson", CITY))
    assert rows.crs == "EPSG:4326" and len(rows) == len(review.rows)


def test_geojson_outlines_turn_counter_clockwise(review: Sample, tmp_path: Path) -> None:
    outline = shapely.Polygon([(528_000, 3_851_000), (528_000, 3_851_100), (528_100, 3_851_100), (528_100, 3_851_000)])
    rows = review.rows.copy()
    rows.geometry = [outline] * len(rows)
    assert not outline.exterior.is_ccw
    whole = json.loads(write_answers(_OneLine(rows), tmp_path / "a.geojson", CITY).read_bytes())
    assert shapely.geometry.shape(whole["features"][0]["geometry"]).exterior.is_ccw


class _OneLine(Sample):
    """Pieces and verdicts that do not follow the shape."""

    def pieces(self, i: int) -> list[dict[str, Any]]:
        return []


def test_parquet(review: Sample, tmp_path: Path) -> None:
    path = write_answers(review, tmp_path / "a.parquet", CITY)
    rows = gpd.read_parquet(path)
    assert rows.crs == CRS and tuple(rows.columns[: len(ORDER)]) == ORDER
    same_rows(rows, review)
    assert shapely.equals_exact(rows.geometry.array, review.rows.geometry.array).all()
    assert json.loads(rows["verdict"][1])["findings"] == review.verdict(1)["findings"]
    assert json.loads(rows["pieces"][1]) == review.pieces(1)
    assert str(pq.read_schema(path).field("conditions").type) in ("list<element: string>", "list<item: string>")


def test_csv_for_excel_and_scripts(review: Sample, tmp_path: Path) -> None:
    path = write_answers(review, tmp_path / "a.csv", CITY)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        read = list(csv.DictReader(file))
    assert tuple(read[0])[: len(ORDER)] == ORDER and len(read) == len(review.rows)
    rows = pd.read_csv(path, encoding="utf-8-sig")
    same_rows(rows, review, skip=("route_id",))
    assert [row["route_id"] for row in read] == [f"'{AWKWARD[0]}", AWKWARD[1], AWKWARD[2], f"'{AWKWARD[3]}", AWKWARD[4]]
    middle = to_degrees(shapely.line_interpolate_point(review.rows.geometry.iloc[0], 0.5, normalized=True), CRS)
    assert (rows.lon[0], rows.lat[0]) == pytest.approx((middle.x, middle.y), abs=1e-7)
    assert "geometry" not in rows


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝"])
def test_no_cell_is_a_formula(start: str, tmp_path: Path) -> None:
    review = sample(1)
    review.rows["project"] = f"{start}cmd|' /C calc'!A0"
    review.rows["length_m"] = -5.25
    path = write_answers(review, tmp_path / "a.csv", CITY)
    with path.open(encoding="utf-8-sig", newline="") as file:
        row = next(csv.DictReader(file))
    assert row["project"] == f"'{start}cmd|' /C calc'!A0" and row["length_m"] == "-5.25"
    book = openpyxl.load_workbook(write_answers(review, tmp_path / "a.xlsx", CITY))
    head = [cell.value for cell in book["判定"][1]]
    cell = book["判定"][2][head.index("project")]
    assert cell.data_type == "s" and cell.quotePrefix and cell.value.replace("\n", "\r") == f"{start}cmd|' /C calc'!A0"


def test_xlsx(review: Sample, tmp_path: Path) -> None:
    path = write_answers(review, tmp_path / "a.xlsx", CITY, REJECTS)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["判定", "说明", "未接收"]
    sheet = book["判定"]
    head = [cell.value for cell in sheet[1]]
    assert tuple(head[: len(ORDER)]) == ORDER and sheet.freeze_panes == "C2"
    same_rows(pd.DataFrame([[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)], columns=head), review)
    by_name = dict(zip(head, sheet[2], strict=True))
    assert by_name["length_m"].data_type == "n" and by_name["on"].is_date and by_name["immediate"].data_type == "b"
    assert by_name["outcome"].fill.fgColor.rgb == "00DDF3EC"
    meaning = {row[0].value: row[1].value for row in book["说明"].iter_rows(min_row=2)}
    assert set(head) <= set(meaning) and meaning["sum_length_m"] == "计长（按规则合计）"
    assert [row[3].value for row in book["未接收"].iter_rows(min_row=2)] == REJECTS["reason_zh"].tolist()


def test_xlsx_refuses_what_a_sheet_cannot_hold(review: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.answers_sheets.XLSX_ROWS", 5)
    with pytest.raises(BadInput) as caught:
        write_answers(review, tmp_path / "a.xlsx", CITY)
    assert "4 行" in caught.value.text("zh") and list(tmp_path.iterdir()) == []


def test_shapefile(review: Sample, tmp_path: Path) -> None:
    path = write_answers(review, tmp_path / "结果.shp", CITY)
    assert path.with_suffix(".cpg").read_text().strip() == "UTF-8"
    rows = gpd.read_file(path)
    assert rows.crs == CRS and all(len(name) <= 10 for name in rows.columns)
    short = short_names(list(CONTRACT), CONTRACT)
    same_rows(rows.rename(columns={v: k for k, v in short.items()}), review, skip=("missing",))
    assert listed(rows["missing"][3]) == review.rows["missing"][3]
    cut = rows["missing"][1]
    assert ";".join(review.rows["missing"][1]).startswith(cut) and 251 < len(cut.encode()) <= 254
    notes = path.with_name("结果.fields.txt").read_text(encoding="utf-8").splitlines()
    assert next(line for line in notes if line.startswith("missing\t")).endswith("\t1")
    assert next(line for line in notes if "\tsum_length_m\t" in line).startswith("sum_len_m\t")


@pytest.mark.parametrize("name", ["a.shp.zip", "a.zip"])
def test_zipped_shapefile(name: str, review: Sample, tmp_path: Path) -> None:
    path = write_answers(review, tmp_path / name, CITY)
    assert [one.name for one in tmp_path.iterdir()] == [name]
    with zipfile.ZipFile(path) as archive:
        assert {Path(one).suffix for one in archive.namelist()} == {".shp", ".shx", ".dbf", ".prj", ".cpg", ".txt"}
    assert len(gpd.read_file(path)) == len(review.rows)


def test_shapefile_of_lines_and_outlines(tmp_path: Path) -> None:
    review = _OneLine(sample(3).rows)
    outline = shapely.box(528_000, 3_851_000, 528_100, 3_851_020)
    review.rows.geometry = [outline, *review.rows.geometry[1:]]
    rows = gpd.read_file(write_answers(review, tmp_path / "a.shp", CITY))
    assert rows.length[0] == pytest.approx(outline.length) and rows.length[1] == pytest.approx(review.rows.length[1])


def test_a_new_shapefile_does_not_keep_the_old_index(review: Sample, tmp_path: Path) -> None:
    stale = tmp_path / "a.qix"
    stale.write_bytes(b"of other rows")
    write_answers(review, tmp_path / "a.shp", CITY)
    assert not stale.exists()


@pytest.mark.parametrize("ending", FORMATS)
def test_no_rows_is_an_answer_too(ending: str, review: Sample, tmp_path: Path) -> None:
    none = Sample(review.rows.iloc[:0])
    path = write_answers(none, tmp_path / f"a.{ending}", CITY)
    if ending in ("gpkg", "geojson", "shp"):
        assert len(pyogrio.read_dataframe(path, **({"layer": "verdicts"} if ending == "gpkg" else {}))) == 0
    elif ending == "parquet":
        assert len(gpd.read_parquet(path)) == 0
    else:
        read = pd.read_csv(path) if ending == "csv" else pd.read_excel(path)
        assert len(read) == 0 and tuple(read.columns[: len(ORDER)]) == ORDER


@pytest.mark.parametrize("ending", FORMATS)
def test_texts_that_no_file_can_hold(ending: str, tmp_path: Path) -> None:
    review = sample(2)
    review.rows["project"] = pd.Series(["a\x00b\x0bc\ud800d\ufffee", None], dtype=object)
    path = write_answers(review, tmp_path / f"a.{ending}", CITY)
    readers = {"parquet": gpd.read_parquet, "csv": pd.read_csv, "xlsx": pd.read_excel}
    read = readers.get(ending, pyogrio.read_dataframe)(path, **({"layer": "verdicts"} if ending == "gpkg" else {}))
    assert read["project"][0] == "a b c?d e" and pd.isna(read["project"][1])


@pytest.mark.parametrize("ending", FORMATS)
def test_half_an_answer_is_none(ending: str, review: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / f"a.{ending}"
    path.write_text("the old one")

    def breaks(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("api.answers_files.os.fsync", breaks)
    with pytest.raises(BadInput, match="No space left"):
        write_answers(review, path, CITY)
    assert path.read_text() == "the old one" and list(tmp_path.iterdir()) == [path]


def test_names_that_say_no_format(review: Sample, tmp_path: Path) -> None:
    for name in ("a", "a.doc", "gpkg", ".tar"):
        with pytest.raises(BadInput) as caught:
            write_answers(review, tmp_path / name, CITY)
        assert ".gpkg" in caught.value.text("zh") and ".parquet" in caught.value.text("en")


def test_a_folder_that_cannot_be_made(review: Sample, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="Cannot write"):
        write_answers(review, tmp_path / "file" / "a.csv", CITY)


def test_rejects(tmp_path: Path) -> None:
    path = write_rejects(REJECTS, tmp_path / "a.rejects.csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = pd.read_csv(path)
    assert rows.columns.tolist() == ["row_no", "route_id", "field", "reason", "reason_en"]
    assert rows["reason"].tolist() == ["图形自相交", "'=管线种类为空", "图形为空"] and rows["row_no"].tolist() == [7, 7, 9]


def test_summary(review: Sample) -> None:
    assert summary(review, REJECTS, 1.23456) == {
        "rows_in": 7, "rows_out": 5, "rejected": 2, "pack": "kaifeng-2022-6@1", "seconds": 1.235,
        "outcomes": {"parallel": 1, "undetermined": 1, "exempt": 2, "out_of_scope": 1},
    }  # fmt: skip
    assert summary(review, None, 0)["rejected"] == 0


def test_cut_between_characters() -> None:
    assert cut_bytes("中" * 85, 254) == "中" * 84
    assert cut_bytes("中" * 84 + "ab", 254) == "中" * 84 + "ab"
    assert cut_bytes("a" + "😀" * 64, 254) == "a" + "😀" * 63


def test_short_names_are_unique() -> None:
    names = ["could_be_conditions", "abcdefghijkl", "abcdefghijkm", "ABCDEFGHIJ", "管线"]
    short = short_names(names, CONTRACT)
    assert len({name.lower() for name in short.values()}) == len(names)
    assert all(len(name.encode()) <= 10 for name in short.values())


def test_every_format_has_a_writer() -> None:
    assert api.answers.format_of(Path("A.GPKG")) == "gpkg" and api.answers.format_of(Path("a.b.shp.zip")) == "shp"
