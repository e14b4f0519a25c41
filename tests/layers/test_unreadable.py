"""What is lost or cannot be read stays unknown: rows of layers, cells of routes, spans, and the keys of rejected rows."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import sqlalchemy as sa
from shapely import LineString, box

from geo.city import City
from geo.schema import LAYERS, ROUTES
from layers.city_folder import assume_complete, open_city
from layers.deliveries import Delivery, load_layer
from layers.queries import city
from layers.readers import LayerRead, RoutesRead, read_layer, read_routes
from layers.readers.values import parse
from layers.route_store import routes_to_judge

WORK = "EPSG:4547"
BOUNDS = (114.0, 34.5, 114.9, 35.1)
A = LineString([(520000, 3850000), (520100, 3850000)])
B = LineString([(521000, 3851000), (521300, 3851000)])
LAND = box(520000, 3850000, 520010, 3850010)
Frames = Callable[..., gpd.GeoDataFrame]
Square = Callable[[float, float, float, float], shapely.Polygon]


def layer(name: str, path: Path) -> LayerRead:
    return read_layer(name, path, work_crs=WORK, bounds=BOUNDS)


def routes(path: Path) -> RoutesRead:
    return read_routes(path, work_crs=WORK, bounds=BOUNDS)


def ids(engine: sa.Engine, name: str, key: str) -> list[str]:
    frame = city(engine).layer(name).frame
    assert frame is not None
    return sorted(frame[key].fillna("—"))


# ── rows of layers ───────────────────────────────────────────────────────────────────────────────────────────────────


def lossy(folder: Path) -> Path:
    folder.mkdir()
    toml = f'name = "小城"\nwork_crs = "{WORK}"\nbounds = {list(BOUNDS)}\n[layers.green]\ncoverage = "bounds"\n'
    (folder / "city.toml").write_text(toml, "utf-8")
    gpd.GeoDataFrame({"green_id": ["G1", "G2"]}, geometry=[LAND, None], crs=WORK).to_file(folder / "green.gpkg")
    return folder


def test_a_row_that_cannot_be_read_leaves_its_layer_without_proof(tmp_path: Path) -> None:
    read = open_city(lossy(tmp_path / "城"))
    green = read.city.layer("green")
    assert (green.lost, green.proves, len(green.frame if green.frame is not None else [])) == (1, False, 1)
    assert "rejected" in {note.code for note in read.reads["green"].notes}
    assert assume_complete(read.city, ["green"]).layer("green").proves


def test_the_database_remembers_what_was_lost(engine: sa.Engine, town: City, roads: Frames, square: Square) -> None:
    def load(rows: int, area: shapely.Polygon | None, owner: str = "") -> None:
        load_layer(engine, "roads", roads(["a"]), Delivery(coverage=area, rows_expected=rows, owner=owner))

    load(3, town.bounds_polygon)
    assert (city(engine).layer("roads").lost, city(engine).layer("roads").proves) == (2, False)
    load(2, None, "别处")
    assert city(engine).layer("roads").lost == 3
    load(1, town.bounds_polygon)  # a whole reload: what was lost before is no more
    assert city(engine).layer("roads").lost == 1
    load(1, None, "别处")
    assert city(engine).layer("roads").proves


def test_blank_numbers_cost_no_row(tmp_path: Path) -> None:
    gpd.GeoDataFrame({"green_id": ["G1", "0"]}, geometry=[LAND, LAND], crs=WORK).to_file(tmp_path / "green.gpkg")
    green = layer("green", tmp_path / "green.gpkg")
    assert (green.frame["green_id"].tolist(), green.lost) == (["G1", "#2"], 0)
    gpd.GeoDataFrame({"road_id": ["R1", None]}, geometry=[LAND, LAND], crs=WORK).to_file(tmp_path / "s.gpkg")
    assert layer("road_surfaces", tmp_path / "s.gpkg").frame["road_id"].tolist() == ["R1", "#?2"]


def test_a_ledger_row_without_a_road_is_kept_and_an_empty_line_is_none(
    engine: sa.Engine, town: City, roads: Frames, square: Square, tmp_path: Path
) -> None:
    rows = "R1,大修,2024-05-01\n,大修,2025-05-01\n,,\nR1,大修,2023-01-01,4\n"
    (tmp_path / "l.csv").write_text(f"road_id,kind,finished\n{rows}", "utf-8")
    read = layer("road_ledger", tmp_path / "l.csv")
    assert read.frame["road_id"].tolist() == ["R1", None]
    assert (read.rows_expected, read.lost) == (4, 1)  # the row with more cells than columns; the empty one is nothing
    load_layer(engine, "roads", roads(["R1"]), Delivery(coverage=town.bounds_polygon))
    load_layer(engine, "road_ledger", read.frame, Delivery(coverage=town.bounds_polygon, rows_expected=3))
    assert ids(engine, "road_ledger", "road_id") == ["R1", "—"] and city(engine).layer("road_ledger").lost == 1
    near = city(engine, bbox=square(0, 0, 10, 10).bounds).layer("road_ledger").frame
    assert near is not None and near["road_id"].tolist() == ["R1", None]
    load_layer(engine, "road_ledger", read.frame.iloc[:0], Delivery(coverage=square(-10, -10, 500, 500)))
    assert ids(engine, "road_ledger", "road_id") == ["—"]


def test_a_road_that_is_not_built_is_not_lost(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"highway": ["primary", "proposed"]}, geometry=[A, B], crs=WORK)
    frame.to_file(tmp_path / "roads.gpkg")
    read = layer("roads", tmp_path / "roads.gpkg")
    assert (len(read.frame), read.rows_expected, read.lost) == (1, 2, 0)


# ── which delivery holds ─────────────────────────────────────────────────────────────────────────────────────────────


KEYED = [(name, spec.key) for name, spec in LAYERS.items() if spec.key and spec.geometry != "raster"]


@pytest.mark.parametrize(("name", "key"), KEYED)
def test_a_number_of_another_place_is_another_thing(engine: sa.Engine, town: City, square: Square, name: str, key: str) -> None:
    def at(x: float) -> gpd.GeoDataFrame:
        shape: Any = square(x, 0, x + 10, 10)
        shape = {"line": shape.exterior, "point": shape.centroid, "point|polygon": shape.centroid}.get(
            LAYERS[name].geometry, shape
        )
        shape = LineString(shape.coords) if shape.geom_type == "LinearRing" else shape
        return gpd.GeoDataFrame({key: ["1"]}, geometry=[shape], crs=WORK)

    load_layer(engine, name, at(0), Delivery(coverage=square(-50, -50, 450, 450), owner="东区"))
    load_layer(engine, name, at(1000), Delivery(coverage=square(500, -50, 1500, 450), owner="西区"))
    load_layer(engine, name, at(3000), Delivery(owner="无范围"))
    load_layer(engine, name, at(4000), Delivery(owner="也无范围"))
    assert ids(engine, name, key) == ["1"] * 4


def test_the_ledger_of_another_office_stays(engine: sa.Engine, town: City, roads: Frames, square: Square) -> None:
    """Both count their roads from 1, and the roads of only one of them are there."""
    east, west = square(-10, -10, 500, 500), square(990, -10, 1500, 500)
    one = pd.DataFrame({"road_id": ["1"], "kind": ["overhaul"]})
    load_layer(engine, "roads", roads(["1"], x=1000), Delivery(coverage=west, owner="西区"))
    load_layer(engine, "road_ledger", one, Delivery(coverage=east, owner="东区"))
    load_layer(engine, "road_ledger", one, Delivery(coverage=west, owner="西区"))
    assert ids(engine, "road_ledger", "road_id") == ["1", "1"]


def test_a_delivery_without_a_day_makes_no_other_fresher(engine: sa.Engine, town: City, roads: Frames, square: Square) -> None:
    load_layer(engine, "roads", roads(["a"]), Delivery(coverage=square(0, 0, 9, 9), as_of=date(2015, 1, 1)))
    load_layer(engine, "roads", roads(["b"], y=900), Delivery(coverage=square(0, 800, 200, 1000)))
    load_layer(engine, "roads", roads(["c"], y=1900), Delivery(coverage=square(0, 1800, 200, 2000), as_of=date(2026, 1, 1)))
    assert city(engine).layer("roads").as_of == date(2015, 1, 1)


# ── cells of routes ──────────────────────────────────────────────────────────────────────────────────────────────────


CELLS = [
    ("若干", None), ("三株", None), (">3", None), ("-1", None), ("1.5", None), ("不详", None),
    ("3株", 3), ("无", 0), ("0", 0), ("", np.nan),
]  # fmt: skip


def test_trees_and_burial_that_cannot_be_read_are_no_blank(engine: sa.Engine, town: City, tmp_path: Path) -> None:
    lines = [f'T{i},{text},,"{A.wkt}"' for i, (text, _) in enumerate(CELLS)]
    lines += [f'B1,,人工挖,"{A.wkt}"', f'B2,1.5,未知,"{A.wkt}"']
    (tmp_path / "r.csv").write_text("route_id,trees_to_fell,burial,wkt\n" + "\n".join(lines), "utf-8")
    read = routes(tmp_path / "r.csv")
    wanted: list[Any] = [("trees_to_fell",) if number is None else None for _, number in CELLS]
    wanted += [("burial",), ("burial", "trees_to_fell")]
    assert read.frame["unclear"].tolist() == wanted
    known = [number for _, number in CELLS if number is not None]
    np.testing.assert_array_equal(read.frame["trees_to_fell"][[number is not None for _, number in CELLS] + [False] * 2], known)
    load_layer(engine, "routes", read.frame, Delivery())
    stored, _ = routes_to_judge(engine)
    assert stored["unclear"].tolist() == wanted


def test_blanks_of_free_text_are_no_names() -> None:
    blanks = ["-", "—", "/", "无", "NULL", "null", "none", "n/a", "N/A", "0", "未知", " "]
    for name in ("project", "project_code", "applicant", "route_id"):
        parsed = parse(np.array([*blanks, "12", "无名路"], dtype=object), ROUTES.columns[name])
        assert parsed.values.tolist() == [None] * len(blanks) + ["12", "无名路"] and not parsed.why
    for column in (LAYERS["planning"].columns["zone_id"], LAYERS["road_ledger"].columns["road_id"]):
        assert parse(np.array([0.0, 7.0]), column).values.tolist() == [None, "7"]


def test_a_bare_number_is_a_day_of_this_century_or_none() -> None:
    numbers = ["36525", "36526", "73050", "73051", "12345", "20000", "45413.5", "123"]
    parsed = parse(np.array(numbers, dtype=object), ROUTES.columns["start"])
    assert set(parsed.why) == {0, 3, 4, 5, 7}
    assert parsed.values[1] == np.datetime64("2000-01-01") and parsed.values[2] == np.datetime64("2099-12-31")
    assert "2000-01-01" in parsed.why[4][0] and "spreadsheet day" in parsed.why[4][1]


# ── spans and rejected rows ──────────────────────────────────────────────────────────────────────────────────────────


def spanned(place: Path, names: list[str], rows: str) -> RoutesRead:
    place.mkdir(exist_ok=True)
    frame = gpd.GeoDataFrame({"route_id": names, "burial": ["顶管"] * len(names)}, geometry=[A] * len(names), crs=WORK)
    frame.to_file(place / "r.gpkg")
    (place / "r_spans.csv").write_text(f"route_id,from_m,to_m,burial\n{rows}\n", "utf-8")
    return routes(place / "r.gpkg")


@pytest.mark.parametrize(
    "row",
    [
        "R1,20,50,",
        "R1,20,50,人工挖",
        "R1,,50,顶管",
        "R1,20,,顶管",
        "R1,50,20,顶管",
        "R1,-5,20,顶管",
        "R1,200,300,顶管",
        "R1,20,50,顶管,9",
    ],
)
def test_a_span_that_cannot_be_used_makes_its_route_unclear(tmp_path: Path, row: str) -> None:
    read = spanned(tmp_path, ["R1", "R2"], row)
    assert read.frame["unclear"].tolist() == [("burial",), None]
    assert read.spans is not None and len(read.spans) == 0
    assert [issue.rejected for issue in read.issues] == [True] or any(issue.rejected for issue in read.issues)


def test_spans_that_overlap_make_their_route_unclear(tmp_path: Path) -> None:
    read = spanned(tmp_path, ["R1", "R2"], "R1,40,60,open\nR1,0,50,顶管\nR2,0,50,顶管\nR2,50,80,open")
    assert read.frame["unclear"].tolist() == [("burial",), None]
    assert [(i.row_no, i.field) for i in read.issues] == [(1, "spans.from_m")]


def test_the_number_of_a_span_is_compared_as_people_do(tmp_path: Path) -> None:
    read = spanned(tmp_path / "a", ["R1", "1"], "ｒ1,0,50,顶管\n1.0,0,20,顶管")
    assert read.spans is not None and read.spans["route_id"].tolist() == ["R1", "1"] and not read.issues
    both = spanned(tmp_path / "b", ["R1", "r1"], "Ｒ1,0,50,顶管")
    assert both.spans is not None and len(both.spans) == 0 and both.frame["unclear"].tolist() == [None, None]
    assert [(i.row_no, i.field) for i in both.issues] == [(1, "spans.route_id")]


def test_a_rejected_row_tells_whose_it_was(tmp_path: Path) -> None:
    columns = {"project": ["甲", "-"], "project_code": ["P1", None], "applicant": ["水司", "水司"], "utility": ["给水", "石油"]}
    gpd.GeoDataFrame(columns, geometry=[None, None], crs=WORK).to_parquet(tmp_path / "r.parquet")
    rejects = routes(tmp_path / "r.parquet").rejects
    said = rejects[["project", "project_code", "applicant", "utility"]]
    assert said.astype(object).where(said.notna(), None).to_numpy().tolist() == [
        ["甲", "P1", "水司", "water"],
        [None, None, "水司", None],
    ]
