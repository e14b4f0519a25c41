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
from hypothesis import given, settings
from hypothesis import strategies as st

from api.answers.pieces import cut_all
from api.answers.shapes import cut_bytes
from api.answers.table import CONTRACT, answer_rows, short_names
from api.answers.write import FORMATS, format_of, summary, write_answers, write_rejects
from api.styles import outcome_style
from api.wire import plain
from geo.axis import axes_of, cut
from geo.crs import to_degrees
from geo.errors import BadInput
from geo.verdict import Review
from tests.api.answers_case import AWKWARD, CITY, CRS, REJECTS, judged, of, small
from tests.packs.places import box, line, route, routes

ORDER = (
    "row_no", "route_id", "outcome", "conditions", "could_be", "certainty", "immediate", "length_m", "dug_m", "sum_length_m",
    "reasons", "owed", "waived", "missing", "pack", "on",
)  # fmt: skip


@pytest.fixture(scope="module")
def review() -> Review:
    return judged()


def listed(value: Any) -> list[str]:
    return value.split(";") if isinstance(value, str) and value else []


def same_rows(read: pd.DataFrame, review: Review, skip: tuple[str, ...] = ()) -> None:
    """Numbers, texts and lists equal those that were judged."""
    for name in (name for name in ORDER if name not in skip):
        for got, want in zip(read[name], review.rows[name], strict=True):
            if isinstance(want, list):
                given = list(got) if np.ndim(got) else listed(got)
                assert given == [item.replace(";", "；") for item in want], name
            elif isinstance(want, float) and np.isnan(want):
                assert pd.isna(got), name
            elif name == "on":
                assert pd.Timestamp(got).date() == date.fromisoformat(want)
            else:
                assert got == want, name


def test_gpkg(review: Review, tmp_path: Path) -> None:
    path = write_answers(review, tmp_path / "结果.gpkg", CITY, REJECTS)
    assert {name for name, _ in pyogrio.list_layers(path)} == {"verdicts", "pieces", "rejects"}
    rows = gpd.read_file(path, layer="verdicts")
    assert rows.crs == CRS and tuple(rows.columns[: len(ORDER)]) == ORDER
    same_rows(rows, review)
    parts = [shapely.get_parts(shape).tolist() for shape in review.rows.geometry]
    assert [shapely.get_parts(shape).tolist() for shape in rows.geometry] == parts
    assert rows["immediate"].dtype == bool and rows["project_code"].isna().all()


def test_gpkg_pieces_are_those_of_each_route(review: Review, tmp_path: Path) -> None:
    path = write_answers(review, tmp_path / "a.gpkg", CITY)
    pieces = gpd.read_file(path, layer="pieces")
    assert pieces.crs == CRS
    for i, row_no in enumerate(review.rows["row_no"]):
        found = review.pieces(i, geometry=True)
        written = pieces[pieces.row_no == row_no]
        assert len(written) == len(found) > 0
        for want, (_, got) in zip(found, written.iterrows(), strict=True):
            for name in ("theme", "kind", "id", "name", "side", "pavement", "bored"):
                assert got[name] == want[name] or (pd.isna(got[name]) and want[name] is None), name
            for name in ("from_m", "to_m", "width_m", "area_m2"):
                assert got[name] == pytest.approx(want[name], abs=1e-9), name
            there = np.round(shapely.get_coordinates(to_degrees(got.geometry, CRS)), 7)
            assert there == pytest.approx(np.array(want["coordinates"]), abs=2e-7)
    assert set(pieces["bored"]) == {True, False}  # the bored span of the first route was cut out


def test_gpkg_pieces_of_a_file_measured_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = gpd.read_file(write_answers(judged(), tmp_path / "whole.gpkg", CITY), layer="pieces")
    monkeypatch.setattr("api.review.CHUNK", 3)
    parts = gpd.read_file(write_answers(judged(), tmp_path / "parts.gpkg", CITY), layer="pieces")
    assert parts.drop(columns="geometry").equals(whole.drop(columns="geometry"))
    assert shapely.equals_exact(parts.geometry.array, whole.geometry.array).all()


def test_gpkg_pieces_cover_each_route(review: Review, tmp_path: Path) -> None:
    pieces = gpd.read_file(write_answers(review, tmp_path / "a.gpkg", CITY), layer="pieces")
    assert pieces.length.to_numpy() == pytest.approx((pieces.to_m - pieces.from_m).to_numpy(), abs=2e-3)
    assert pieces.groupby("row_no").to_m.max().tolist() == pytest.approx(review.rows["length_m"].tolist(), abs=1e-9)


SPOT = st.tuples(st.integers(0, 400), st.integers(0, 400))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(SPOT, min_size=2, max_size=6), min_size=1, max_size=5), st.data())
def test_stretches_by_column_are_those_one_by_one(spots: list[list[tuple[int, int]]], data: st.DataObject) -> None:
    lines = [shapely.LineString(one) for one in spots]
    if len(lines) > 2:
        lines[0] = shapely.MultiLineString([lines[0], lines[1]])
    axes = axes_of(np.array(lines, dtype=object))
    axis = np.sort(np.array(data.draw(st.lists(st.integers(0, axes.n - 1), min_size=1, max_size=8)), dtype=np.int64))
    shares = st.tuples(st.floats(0, 1), st.floats(0, 1))
    ends = np.sort(np.array(data.draw(st.lists(shares, min_size=len(axis), max_size=len(axis)))), axis=1)
    from_m, to_m = (np.round(ends[:, k] * axes.length_m()[axis], 3) for k in (0, 1))
    for got, k, low, high in zip(cut_all(axes, axis, from_m, to_m), axis, from_m, to_m, strict=True):
        want = cut(axes, int(k), low, high)
        assert shapely.get_coordinates(got) == pytest.approx(shapely.get_coordinates(want), abs=1e-9)
        assert len(shapely.get_parts(got)) == len(shapely.get_parts(want))


def test_gpkg_rejects(review: Review, tmp_path: Path) -> None:
    path = write_answers(review, tmp_path / "a.gpkg", CITY, REJECTS)
    rows = pyogrio.read_dataframe(path, layer="rejects")
    assert rows.columns.tolist() == ["row_no", "route_id", "field", "reason", "reason_en"]
    assert rows["reason"].tolist() == REJECTS["reason_zh"].tolist()


def test_geojson_is_rfc_7946(review: Review, tmp_path: Path) -> None:
    path = write_answers(review, tmp_path / "a.geojson", CITY)
    whole = json.loads(path.read_bytes(), parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    assert set(whole) == {"type", "features"}  # no "crs": the format has one
    for feature, shape in zip(whole["features"], review.rows.geometry, strict=True):
        lonlat = shapely.get_coordinates(shapely.geometry.shape(feature["geometry"]))
        assert lonlat == pytest.approx(shapely.get_coordinates(to_degrees(shape, CRS)), abs=1e-7)
        assert (np.round(lonlat, 7) == lonlat).all() and (lonlat[:, 0] > 114).all()
    first, second = (feature["properties"] for feature in whole["features"][:2])
    assert list(first)[: len(ORDER)] == list(ORDER)
    assert first["route_id"] == AWKWARD[0] and isinstance(second["conditions"], list) and second["immediate"] is False
    assert second["verdict"] == plain(review.verdict(1)) and second["pieces"] == plain(review.pieces(1))
    same_rows(pd.DataFrame([feature["properties"] for feature in whole["features"]]), review)


def test_geojson_opens_with_gdal(review: Review, tmp_path: Path) -> None:
    rows = gpd.read_file(write_answers(review, tmp_path / "a.geojson", CITY))
    assert rows.crs == "EPSG:4326" and len(rows) == len(review.rows)


def test_geojson_outlines_turn_counter_clockwise(tmp_path: Path) -> None:
    outline = shapely.Polygon(box(0, 198, 90, 201).exterior.coords[::-1])
    assert not outline.exterior.is_ccw
    whole = json.loads(write_answers(of(route(outline)), tmp_path / "a.geojson", CITY).read_bytes())
    assert shapely.geometry.shape(whole["features"][0]["geometry"]).exterior.is_ccw


def test_parquet(review: Review, tmp_path: Path) -> None:
    path = write_answers(review, tmp_path / "a.parquet", CITY)
    rows = gpd.read_parquet(path)
    assert rows.crs == CRS and tuple(rows.columns[: len(ORDER)]) == ORDER
    same_rows(rows, review)
    assert shapely.equals_exact(rows.geometry.array, review.rows.geometry.array).all()
    assert json.loads(rows["verdict"][1]) == plain(review.verdict(1)) and json.loads(rows["pieces"][1]) == plain(review.pieces(1))
    assert str(pq.read_schema(path).field("conditions").type) in ("list<element: string>", "list<item: string>")


def test_csv_for_excel_and_scripts(review: Review, tmp_path: Path) -> None:
    path = write_answers(review, tmp_path / "a.csv", CITY)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        read = list(csv.DictReader(file))
    assert tuple(read[0])[: len(ORDER)] == ORDER and len(read) == len(review.rows)
    rows = pd.read_csv(path, encoding="utf-8-sig")
    same_rows(rows, review, skip=("route_id",))
    assert [row["route_id"] for row in read] == [f"'{AWKWARD[0]}", *AWKWARD[1:3], f"'{AWKWARD[3]}", *AWKWARD[4:]]
    middle = to_degrees(shapely.line_interpolate_point(review.rows.geometry.iloc[0], 0.5, normalized=True), CRS)
    assert (rows.lon[0], rows.lat[0]) == pytest.approx((middle.x, middle.y), abs=1e-7)
    assert "geometry" not in rows


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝"])
def test_no_cell_is_a_formula(start: str, tmp_path: Path) -> None:
    review = small(project=f"{start}cmd|' /C calc'!A0")
    review.rows["length_m"] = -5.25
    path = write_answers(review, tmp_path / "a.csv", CITY)
    with path.open(encoding="utf-8-sig", newline="") as file:
        row = next(csv.DictReader(file))
    assert row["project"] == f"'{start}cmd|' /C calc'!A0" and row["length_m"] == "-5.25"
    book = openpyxl.load_workbook(write_answers(review, tmp_path / "a.xlsx", CITY))
    head = [cell.value for cell in book["判定"][1]]
    cell = book["判定"][2][head.index("project")]
    assert cell.data_type == "s" and cell.quotePrefix and cell.value.replace("\n", "\r") == f"{start}cmd|' /C calc'!A0"


def test_xlsx(review: Review, tmp_path: Path) -> None:
    path = write_answers(review, tmp_path / "a.xlsx", CITY, REJECTS)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["判定", "说明", "未接收"]
    sheet = book["判定"]
    head = [cell.value for cell in sheet[1]]
    assert tuple(head[: len(ORDER)]) == ORDER and sheet.freeze_panes == "C2"
    same_rows(pd.DataFrame([[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)], columns=head), review)
    by_name = dict(zip(head, sheet[2], strict=True))
    assert by_name["length_m"].data_type == "n" and by_name["on"].is_date and by_name["immediate"].data_type == "b"
    assert by_name["outcome"].fill.fgColor.rgb == "00" + outcome_style(by_name["outcome"].value)["tint"].lstrip("#")
    meaning = {row[0].value: row[1].value for row in book["说明"].iter_rows(min_row=2)}
    assert set(head) <= set(meaning) and meaning["sum_length_m"] == "计长（按规则合计）"
    assert [row[3].value for row in book["未接收"].iter_rows(min_row=2)] == REJECTS["reason_zh"].tolist()


def test_xlsx_refuses_what_a_sheet_cannot_hold(review: Review, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.answers.sheets.XLSX_ROWS", 5)
    with pytest.raises(BadInput) as caught:
        write_answers(review, tmp_path / "a.xlsx", CITY)
    assert "8 行" in caught.value.text("zh") and list(tmp_path.iterdir()) == []


def test_shapefile(review: Review, tmp_path: Path) -> None:
    path = write_answers(review, tmp_path / "结果.shp", CITY)
    assert path.with_suffix(".cpg").read_text().strip() == "UTF-8"
    rows = gpd.read_file(path)
    assert rows.crs == CRS and all(len(name) <= 10 for name in rows.columns)
    short = short_names(list(CONTRACT), CONTRACT)
    assert set(short.values()) <= set(rows.columns)
    same_rows(rows.rename(columns={v: k for k, v in short.items()}), review)
    notes = path.with_name("结果.fields.txt").read_text(encoding="utf-8").splitlines()
    assert next(note for note in notes if "\tsum_length_m\t" in note).startswith("sum_len_m\t")


def test_shapefile_cuts_long_texts_and_says_so(tmp_path: Path) -> None:
    review = small(project="外线工程" * 40, applicant="x" * 254)
    path = write_answers(review, tmp_path / "a.shp", CITY)
    rows = gpd.read_file(path)
    assert rows["project"][0] == ("外线工程" * 40)[:84] and rows["applicant"][0] == "x" * 254
    notes = (tmp_path / "a.fields.txt").read_text(encoding="utf-8").splitlines()
    cuts = {note.split("\t")[0]: note.split("\t")[-1] for note in notes[1:]}
    assert cuts["project"] == "1" and cuts["applicant"] == "0"


@pytest.mark.parametrize("name", ["a.shp.zip", "a.zip"])
def test_zipped_shapefile(name: str, review: Review, tmp_path: Path) -> None:
    path = write_answers(review, tmp_path / name, CITY)
    assert [one.name for one in tmp_path.iterdir()] == [name]
    with zipfile.ZipFile(path) as archive:
        assert {Path(one).suffix for one in archive.namelist()} == {".shp", ".shx", ".dbf", ".prj", ".cpg", ".txt"}
    assert len(gpd.read_file(path)) == len(review.rows)


def test_shapefile_of_lines_and_outlines(tmp_path: Path) -> None:
    outline = box(0, 198, 90, 201)
    review = of(routes(route(outline), route(line((0, 200), (120, 200)))))
    rows = gpd.read_file(write_answers(review, tmp_path / "a.shp", CITY))
    assert rows.length[0] == pytest.approx(outline.length) and rows.length[1] == pytest.approx(120)


def test_a_new_shapefile_does_not_keep_the_old_index(review: Review, tmp_path: Path) -> None:
    stale = tmp_path / "a.qix"
    stale.write_bytes(b"of other rows")
    write_answers(review, tmp_path / "a.shp", CITY)
    assert not stale.exists()


@pytest.mark.parametrize("ending", FORMATS)
def test_no_rows_is_an_answer_too(ending: str, tmp_path: Path) -> None:
    none = of(route(line((0, 200), (120, 200))).iloc[:0])
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
    review = of(routes(*[route(line((0, 200), (120, 200)))] * 2))
    review.rows["project"] = pd.Series(["a\x00b\x0bc\ud800d\ufffee", None], dtype=object)
    path = write_answers(review, tmp_path / f"a.{ending}", CITY)
    readers = {"parquet": gpd.read_parquet, "csv": pd.read_csv, "xlsx": pd.read_excel}
    read = readers.get(ending, pyogrio.read_dataframe)(path, **({"layer": "verdicts"} if ending == "gpkg" else {}))
    assert read["project"][0] == "a b c?d e" and pd.isna(read["project"][1])


@pytest.mark.parametrize("ending", FORMATS)
def test_half_an_answer_is_none(ending: str, review: Review, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / f"a.{ending}"
    path.write_text("the old one")

    def breaks(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("api.answers.files.os.fsync", breaks)
    with pytest.raises(BadInput, match="No space left"):
        write_answers(review, path, CITY)
    assert path.read_text() == "the old one" and list(tmp_path.iterdir()) == [path]


def test_names_that_say_no_format(review: Review, tmp_path: Path) -> None:
    for name in ("a", "a.doc", "gpkg", ".tar"):
        with pytest.raises(BadInput) as caught:
            write_answers(review, tmp_path / name, CITY)
        assert ".gpkg" in caught.value.text("zh") and ".parquet" in caught.value.text("en")


def test_a_folder_that_cannot_be_made(review: Review, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="Cannot write"):
        write_answers(review, tmp_path / "file" / "a.csv", CITY)


def test_rejects(tmp_path: Path) -> None:
    path = write_rejects(REJECTS, tmp_path / "a.rejects.csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = pd.read_csv(path)
    assert rows.columns.tolist() == ["row_no", "route_id", "field", "reason", "reason_en"]
    assert rows["reason"].tolist() == ["图形自相交", "'=管线种类为空", "图形为空"] and rows["row_no"].tolist() == [17, 17, 19]


def test_summary(review: Review) -> None:
    told = summary(review, REJECTS, 1.23456)
    assert (told["rows_in"], told["rows_out"], told["rejected"], told["seconds"]) == (10, 8, 2, 1.235)
    assert told["outcomes"] == review.rows["outcome"].value_counts().to_dict() and told["pack"] == "kaifeng-2022-6@1"
    assert {"exempt", "parallel", "undetermined", "out_of_scope"} == set(told["outcomes"])
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


def test_the_headline_is_that_of_the_verdict(review: Review) -> None:
    assert answer_rows(review)["headline"].tolist() == [review.verdict(i)["headline"]["zh"] for i in range(len(review.rows))]


def test_every_format_has_a_writer() -> None:
    assert format_of(Path("A.GPKG")) == "gpkg" and format_of(Path("a.b.shp.zip")) == "shp"
