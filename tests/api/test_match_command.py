"""``app.py match`` as scripts see it: columns, formats, exit codes, the summary line; the demo city is worth seeing."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import shapely

from api.digs.table import DIGS, MATCHES, MEMBERS, SHARES, UNJOINED
from geo.crs import to_degrees
from layers.city_folder import read_city
from layers.readers import read_routes
from tests.command_line import app, summary

ON = "2026-11-22"
CONTRACT = [
    *("match_id", "a", "b", "kind", "road_id", "road_name", "shared_m", "from_m", "to_m", "side_a", "side_b", "gap_m"),
    *("days_in_common", "same_party", "status"),
]


def match(demo_folder: Path, out: Path, *more: object, file: Path | None = None, **where: Any) -> dict[str, Any]:
    """The summary of a match of the demo's works, from its folder unless told."""
    city = () if where else ("--city", demo_folder)
    done = app("match", file or demo_folder / "routes.shp", *city, "--on", ON, "-o", out, *more, **where)
    assert done.returncode == 0, done.stderr
    return summary(done)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("match")


@pytest.fixture(scope="module")
def planned(demo_folder: Path, out: Path) -> tuple[dict[str, Any], Path]:
    """Summary and GeoJSON of the demo's works, planned."""
    place = out / "plan.geojson"
    return match(demo_folder, place, "--plan"), place


@pytest.fixture(scope="module")
def collection(planned: tuple[dict[str, Any], Path]) -> dict[str, Any]:
    whole: dict[str, Any] = json.loads(planned[1].read_text("utf-8"))
    return whole


# ── the contract ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_summary_says_what_there_was(planned: tuple[dict[str, Any], Path], collection: dict[str, Any]) -> None:
    said, rows = planned[0], pd.DataFrame([one["properties"] for one in collection["features"]])
    assert (said["rows_in"], said["rows_out"], said["rejected"], said["pack"]) == (300, len(rows), 0, "kaifeng-2022-6@1")
    pairs = rows.drop_duplicates("match_id")
    assert said["kinds"] == pairs["kind"].value_counts().to_dict()
    assert said["statuses"] == pairs[pairs["kind"] == "shared"]["status"].value_counts().to_dict()
    assert said["left_out"]["below_minimum"] > 0 and said["seconds"] > 0
    assert (said["digs"], said["unjoined"]) == (len(collection["digs"]), len(collection["unjoined"]))


def test_every_row_has_the_columns_of_the_contract(collection: dict[str, Any]) -> None:
    rows = pd.DataFrame([one["properties"] for one in collection["features"]])
    assert list(rows.columns) == list(MATCHES) and list(rows.columns)[:15] == CONTRACT
    shared, crossing = (rows[rows["kind"] == kind] for kind in ("shared", "crossing"))
    assert (shared["shared_m"] > 0).all() and crossing["shared_m"].isna().all()
    assert (shared.groupby("match_id")["shared_m"].sum() >= 20).all()
    assert set(rows["status"]) == {"together", "apart", "undated"} and rows["same_party"].isin([True, False, None]).all()
    assert (rows["a"] < rows["b"]).all()
    assert pd.api.types.is_integer_dtype(rows["row_a"]) and (rows["days_in_common"].dropna() % 1 == 0).all()
    assert rows.loc[rows["status"] == "undated", "days_in_common"].isna().all()
    assert (rows.loc[rows["status"] == "apart", "days_in_common"] == 0).all()


def test_the_shape_of_a_row_is_the_stretch_of_its_first_work(demo_folder: Path, collection: dict[str, Any]) -> None:
    """Against the file itself: on the axis of ``a``, as long as from–to says; longitude and latitude."""
    city = read_city(demo_folder)
    read = read_routes(demo_folder / "routes.shp", work_crs=city.work_crs, bounds=city.bounds)
    axes = read.frame.set_index("route_id").geometry
    for feature in collection["features"]:
        row = feature["properties"]
        axis = to_degrees(axes[row["a"]], city.work_crs)
        shape = shapely.from_geojson(json.dumps(feature["geometry"]))
        assert shape.geom_type == ("Point" if row["kind"] == "crossing" else "LineString")
        ends = [shapely.get_point(shape, 0), shapely.get_point(shape, -1)] if row["kind"] == "shared" else [shape]
        assert max(axis.distance(end) for end in ends) < 3e-7
        if row["kind"] == "shared":
            low, high = (axes[row["a"]].interpolate(row[name]) for name in ("a_from_m", "a_to_m"))
            assert to_degrees(low, city.work_crs).distance(ends[0]) < 3e-7 > to_degrees(high, city.work_crs).distance(ends[1])


def gpkg(place: Path) -> gpd.GeoDataFrame:
    """The matches in a GeoPackage."""
    return gpd.read_file(place, layer="matches")


@pytest.mark.parametrize("ending", ["gpkg", "csv", "xlsx", "parquet"])
def test_every_format_says_the_same(demo_folder: Path, out: Path, collection: dict[str, Any], ending: str) -> None:
    place = out / f"plain.{ending}"
    said = match(demo_folder, place)
    read = {"csv": pd.read_csv, "xlsx": pd.read_excel, "parquet": gpd.read_parquet, "gpkg": gpkg}[ending](place)
    want = pd.DataFrame([one["properties"] for one in collection["features"]])
    assert said["rows_out"] == len(want) and "digs" not in said
    assert set(MATCHES) <= set(read.columns)
    for name in ("match_id", "a", "b", "kind", "status"):
        assert list(read[name]) == list(want[name])
    for name in ("shared_m", "gap_m", "days_in_common", "a_to_m"):
        assert pd.to_numeric(read[name]).fillna(-1).tolist() == pytest.approx(want[name].fillna(-1).tolist())
    if ending in ("gpkg", "parquet"):
        assert read.crs.to_epsg() == 4547 and set(read.geom_type) == {"LineString", "Point"}


def test_a_plan_has_its_tables(demo_folder: Path, out: Path) -> None:
    tables = {"digs": DIGS, "members": MEMBERS, "unjoined": UNJOINED, "shares": SHARES}
    match(demo_folder, out / "plan.gpkg", "--plan")
    for name, columns in tables.items():
        read = gpd.read_file(out / "plan.gpkg", layer=name)
        assert list(read.columns)[: len(columns)] == list(columns) and len(read)
    digs = gpd.read_file(out / "plan.gpkg", layer="digs")
    assert set(digs.geom_type) == {"MultiLineString"} and not digs.is_empty.any()
    assert gpd.read_file(out / "plan.gpkg", layer="shares").groupby("dig_id")["by_volume"].sum().dropna().round(9).eq(1).all()
    said = match(demo_folder, out / "plan.xlsx", "--plan")
    book = openpyxl.load_workbook(out / "plan.xlsx")
    assert book.sheetnames == ["共用路段", "同步开挖", "参加工程", "未同步", "分摊", "说明", "未接收"]
    assert book["同步开挖"].max_row == said["digs"] + 1


def test_a_plan_beside_one_table_is_told(demo_folder: Path, out: Path) -> None:
    done = app("match", demo_folder / "routes.shp", "--city", demo_folder, "--on", ON, "-o", out / "x.csv", "--plan")
    assert done.returncode == 0 and "只有一张表" in done.stderr and summary(done)["digs"] > 0


def test_the_database_and_the_folder_give_identical_rows(
    demo_folder: Path, empty_database: str, tmp_path: Path, collection: dict[str, Any]
) -> None:
    assert app("load", "--city", demo_folder, database=empty_database, home=tmp_path).returncode == 0
    match(demo_folder, tmp_path / "out.geojson", database=empty_database, home=tmp_path)
    stored = json.loads((tmp_path / "out.geojson").read_text("utf-8"))
    assert stored["features"] == collection["features"]


# ── what cannot be done ──────────────────────────────────────────────────────────────────────────────────────────────


def test_bad_rows_are_rejected_and_the_others_matched(demo_folder: Path, tmp_path: Path) -> None:
    rows = gpd.read_file(demo_folder / "routes.shp", encoding="GB18030").iloc[:30]
    rows.loc[7, "geometry"] = None
    rows.to_file(tmp_path / "some.gpkg")
    done = app("match", tmp_path / "some.gpkg", "--city", demo_folder, "--on", ON, "-o", tmp_path / "o.csv")
    assert done.returncode == 1, done.stderr
    said = summary(done)
    assert (said["rows_in"], said["rejected"]) == (30, 1)
    assert list(pd.read_csv(tmp_path / "o.rejects.csv").row_no) == [8]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("match", "missing.shp", "--city", "CITY", "-o", "x.csv"), "missing.shp"),
        (("match", "ROUTES", "--city", "CITY", "-o", "x.shp"), "x.shp"),
        (("match", "ROUTES", "--city", "CITY", "-o", "x.csv", "--min-shared", "-1"), "--min-shared"),
        (("match", "ROUTES", "--city", "CITY", "-o", "x.csv", "--min-shared", "nan"), "--min-shared"),
        (("match", "ROUTES", "--city", "CITY", "-o", "tpyo/x.csv"), "-o tpyo/x.csv"),
        (("match", "ROUTES", "--city", "CITY", "-o", "x.csv", "--report", "tpyo/x.html"), "--report tpyo/x.html"),
        (("match", "ROUTES", "--city", "CITY", "-o", "x.csv", "--on", "2022-12-22"), "自 2022-12-23 起适用"),
        (("match", "ROUTES", "--city", "CITY", "-o", "x.csv", "--pack", "atlantis"), "atlantis"),
        (("match", "ROUTES", "--city", "CITY", "-o", "x.csv", "--pack", "xinmi-2022"), "没有同步开挖的设定"),
    ],
)
def test_what_cannot_be_done_exits_with_2_and_says_why(
    demo_folder: Path, tmp_path: Path, arguments: tuple[str, ...], says: str
) -> None:
    names = {"CITY": demo_folder, "ROUTES": demo_folder / "routes.shp", "x.csv": tmp_path / "x.csv", "x.shp": tmp_path / "x.shp"}
    done = app(*(names.get(one, one) for one in arguments))
    assert done.returncode == 2 and says in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "x.csv").exists() and not Path("tpyo").exists()


def test_the_minimum_is_asked(demo_folder: Path, out: Path) -> None:
    least = {m: match(demo_folder, out / f"least-{m}.csv", "--min-shared", m) for m in (0, 200)}
    assert least[0]["kinds"]["shared"] > least[200]["kinds"]["shared"] and least[0]["left_out"]["below_minimum"] == 0
    assert (pd.read_csv(out / "least-200.csv").groupby("match_id")["shared_m"].sum(min_count=1).dropna() >= 200).all()


def test_a_number_that_repeats_names_its_rows(demo_folder: Path, tmp_path: Path) -> None:
    rows = gpd.read_file(demo_folder / "routes.shp", encoding="GB18030").iloc[:4].assign(编号="W")
    rows.to_file(tmp_path / "same.gpkg")
    match(demo_folder, tmp_path / "o.csv", file=tmp_path / "same.gpkg")
    read = pd.read_csv(tmp_path / "o.csv")
    assert {*read["a"], *read["b"]} <= {"W#1", "W#2", "W#3", "W#4"} and (read["a"] != read["b"]).all()
    assert {*read["route_a"], *read["route_b"]} == {"W"} and (read["row_a"] != read["row_b"]).all()


# ── the demo city ────────────────────────────────────────────────────────────────────────────────────────────────────


def purposes(demo_folder: Path) -> dict[str, set[str]]:
    """Numbers of the demo's lines by what they are there to show."""
    table = pd.read_csv(demo_folder / "routes_purpose.csv")
    return {str(name): set(part["route_id"]) for name, part in table.groupby("purpose")}


def test_the_demo_shows_every_case(demo_folder: Path, collection: dict[str, Any]) -> None:
    rows = pd.DataFrame([one["properties"] for one in collection["features"]])
    lines = purposes(demo_folder)

    def among(name: str) -> pd.DataFrame:
        return rows[rows["a"].isin(lines[name]) & rows["b"].isin(lines[name])]

    street = among("same-street")
    assert not street["same_party"].any() and (street["status"] == "together").all()
    paved = rows[rows["a"].isin(lines["share-before-paving"]) & rows["b"].str.startswith("event-")]
    assert set(paved["note"]) == {"before_paving"} and paved["a"].nunique() >= 2
    assert set(among("share-undated")["status"]) == {"undated"}
    again = among("share-again")
    assert set(again["note"]) == {"repeat"} and set(again["note_day"]) == {"2026-06-05"}
    assert {"permit", "route"} == set(again["kind_a"]) | set(again["kind_b"])


def test_the_plan_of_the_demo_keeps_its_rules(demo_folder: Path, collection: dict[str, Any]) -> None:
    lines = purposes(demo_folder)
    digs = collection["digs"]
    parties = [{one["party"] for one in dig["members"]} for dig in digs]
    assert max(len(some) for some in parties) >= 3
    of = {one["work_id"]: dig for dig in digs for one in dig["members"]}
    festival = (date(2027, 2, 10), date(2027, 2, 24))
    for work in lines["share-festival"]:
        one = next(member for member in of[work]["members"] if member["work_id"] == work)
        first, last = (date.fromisoformat(one[name]) for name in ("start", "end"))
        assert last < festival[0] or first > festival[1]
    ends = {of[work]["end"] for work in lines["share-before-paving"] if work in of}
    paved = {name for work in lines["share-before-paving"] if work in of for name in of[work]["paved_by"]}
    assert ends and len(paved) == 1
    fixed = [of[work] for work in lines["share-fixed"] if work in of]
    assert fixed and all(dig["end"] >= "2027-03-15" for dig in fixed)
    assert {one["binding"] for one in collection["unjoined"]} >= {"undated", "no_common_days"}


def test_a_dig_says_everything(collection: dict[str, Any]) -> None:
    for dig in collection["digs"]:
        assert dig["lead"] in dig["works"] and len(dig["members"]) == len(dig["works"]) >= 2
        assert [one["order"] for one in dig["members"]] == list(range(1, len(dig["works"]) + 1))
        first = min(date.fromisoformat(one["start"]) for one in dig["members"])
        last = max(date.fromisoformat(one["end"]) for one in dig["members"])
        assert (dig["start"], dig["end"]) == (first.isoformat(), last.isoformat()) and last - first >= timedelta(0)
        assert dig["savings"]["openings"] >= 1 and dig["savings"]["metres"] > 0 and dig["savings"]["yuan"] is None
        section = dig["section"]
        assert len(section["pipes"]) == len(dig["works"]) and section["width_at_least_m"] > 0
        for finding in section["findings"]:
            assert finding["verdict"] in ("ok", "below_minimum", "check") and finding["text"]["zh"] and finding["text"]["en"]
        assert dig["stretches"] and all(len(one["works"]) == 2 for one in dig["stretches"])
        told = [one["volume_share"] for one in dig["shares"] if one["volume_share"] is not None]
        assert not told or sum(told) == pytest.approx(1)
    assert "10×" in collection["formula"]["zh"]
