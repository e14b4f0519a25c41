"""The city from the database is the city from its folder; stored routes keep their verdicts; things are found by name."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import psycopg
import pytest
import shapely
import sqlalchemy as sa

from api.review import review
from geo.city import VECTOR_LAYERS, City
from geo.errors import Conflict, NotFound
from geo.schema import ROUTES
from layers import queries
from layers.city_folder import read_city
from layers.deliveries import Delivery, load_layer
from layers.packs.read import read_packs
from layers.readers.columns import conform
from layers.rights.scope import EVERYTHING

WORK_CRS = "EPSG:4547"
PACK = read_packs(Path(__file__).parents[2] / "data" / "packs")["kaifeng-2022-6"]
Frames = Callable[..., gpd.GeoDataFrame]
X0, Y0 = 530_000.0, 3_850_000.0
WORDS = ("as_of", "complete_since", "source", "owner", "licence", "stated_by")


# ── the city ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_city_of_a_folder_and_of_the_database_are_one(
    engine: sa.Engine, town: City, sample_layers: dict[str, gpd.GeoDataFrame], tmp_path: Path
) -> None:
    words = 'as_of = 2026-10-01\nsource = "普查"\nowner = "市城市管理局"\ncoverage = "bounds"\ncomplete_since = 2018-01-01\n'
    lines = [f'name = "{town.name}"', f'work_crs = "{town.work_crs}"', f"bounds = {list(town.bounds)}", "synthetic = true"]
    for name, frame in sample_layers.items():
        lines += [f"[layers.{name}]", words]
        if "geometry" in frame:
            frame.to_file(tmp_path / f"{name}.gpkg", layer=name)
        else:
            frame.to_csv(tmp_path / f"{name}.csv", index=False)
    (tmp_path / "city.toml").write_text("\n".join(lines), "utf-8")
    from_folder = read_city(tmp_path)
    for name, layer in from_folder.layers.items():
        assert layer.frame is not None
        words_of = {
            word: getattr(layer, word)
            for word in ("source", "owner", "as_of", "complete_since", "coverage", "stated_by", "licence")
        }
        load_layer(engine, name, layer.frame, Delivery(**words_of))
    stored = queries.city(engine)
    assert (stored.name, stored.work_crs, stored.bounds, stored.synthetic) == (town.name, town.work_crs, town.bounds, True)
    assert list(stored.layers) == list(VECTOR_LAYERS)
    for name, layer in from_folder.layers.items():
        back = stored.layers[name]
        assert layer.frame is not None and back.frame is not None and layer.coverage is not None and back.coverage is not None
        pd.testing.assert_frame_equal(pd.DataFrame(back.frame), pd.DataFrame(layer.frame), obj=name)
        assert type(back.frame) is type(layer.frame) and ("geometry" not in back.frame or back.frame.crs == layer.frame.crs)
        assert back.coverage.equals_exact(layer.coverage, 0)
        for word in WORDS:
            assert getattr(back, word) == getattr(layer, word), (name, word)


OVERHAULS: list[tuple[dict[str, Any], str]] = [
    ({}, "unknown"),
    ({"overhauled": [None, None]}, "no"),
    ({"overhauled": [None, "2019-05-01"]}, "no"),
    ({"overhauled": ["2025-05-01", None]}, "yes"),
]


@pytest.mark.parametrize(("columns", "locked"), OVERHAULS, ids=["no column", "empty", "another road", "this road"])
def test_a_missing_column_of_overhauls_is_not_an_empty_one(
    engine: sa.Engine, town: City, roads: Frames, tmp_path: Path, columns: dict[str, Any], locked: str
) -> None:
    """From the folder and from the database: the same frame, and the same answer."""
    file, toml = tmp_path / "roads.gpkg", tmp_path / "city.toml"
    rows = {"class": ["branch"] * 2, "width_m": [12.0] * 2, "delivered": ["2010-01-01"] * 2}
    roads(["a", "b"], **rows, **columns).to_file(file)
    toml.write_text(
        f'name = "测试城"\nwork_crs = "{WORK_CRS}"\nbounds = {list(town.bounds)}\n[layers.roads]\ncoverage = "bounds"\n', "utf-8"
    )
    folder = read_city(tmp_path)
    layer = folder.layer("roads")
    assert layer.frame is not None and ("overhauled" in layer.frame) == ("overhauled" in columns)
    load_layer(engine, "roads", layer.frame, Delivery(coverage=layer.coverage, stated_by="city.toml", sha256="ab" * 32))
    stored = queries.city(engine)
    pd.testing.assert_frame_equal(pd.DataFrame(stored.layer("roads").frame), pd.DataFrame(layer.frame))
    line = shapely.LineString([(X0 + 50, Y0 - 20), (X0 + 50, Y0 + 20)])  # across a, and not across b
    words = {"route_id": ["1"], "utility": ["water"], "start": ["2026-12-01"], "end": ["2026-12-20"], "trench_width_m": [0.8]}
    routes = conform(gpd.GeoDataFrame(words, geometry=[line], crs=WORK_CRS), ROUTES, WORK_CRS)
    for city in (folder, stored):
        found = review(routes, city, PACK, date(2026, 11, 22)).verdict(0)["findings"]
        assert [one["answer"] for one in found if one["rule"] == "lock-overhaul"] == [locked]


def test_a_delivery_without_the_column_leaves_the_layer_without_it(engine: sa.Engine, town: City, roads: Frames) -> None:
    def has() -> bool:
        frame = queries.city(engine).layer("roads").frame
        assert frame is not None
        return "overhauled" in frame

    south = shapely.box(X0 - 100, Y0 - 100, X0 + 500, Y0 + 20)
    load_layer(engine, "roads", roads(["a", "b"], overhauled=["2024-06-30", None]), Delivery(coverage=town.bounds_polygon))
    whole = queries.city_version(engine)
    assert has()
    load_layer(engine, "roads", roads(["a"]), Delivery(coverage=south))
    assert not has()  # of a nothing is stated now, and b cannot say more than its layer
    then = queries.city(engine, at=whole).layer("roads").frame
    assert then is not None and then["overhauled"].notna().tolist() == [True, False]  # as it stood, it still says so
    load_layer(engine, "roads", roads(["a"], overhauled=[None]), Delivery(coverage=south))
    assert has()


def test_a_delivery_that_has_no_rows_left_takes_no_column_away(engine: sa.Engine, town: City, roads: Frames) -> None:
    load_layer(engine, "roads", roads(["a", "b"]), Delivery(owner="甲"))  # nobody said how far it reaches: its claim stays
    load_layer(engine, "roads", roads(["a", "b"], overhauled=[None, None]), Delivery(owner="乙", coverage=town.bounds_polygon))
    frame = queries.city(engine).layer("roads").frame
    assert frame is not None and len(frame) == 2 and "overhauled" in frame


def test_the_same_rows_with_the_column_are_another_delivery(engine: sa.Engine, town: City, roads: Frames) -> None:
    said = Delivery(coverage=town.bounds_polygon, sha256="ab" * 32)
    loads = [load_layer(engine, "roads", frame, said) for frame in (roads(["a"]), roads(["a"], overhauled=[None]))]
    assert [done.already for done in loads] == [False, False]
    assert load_layer(engine, "roads", roads(["a"], overhauled=[None]), said).already


def test_a_box_brings_what_touches_it(engine: sa.Engine, town: City, roads: Frames) -> None:
    load_layer(engine, "roads", roads(["a", "b", "c"]), Delivery(coverage=town.bounds_polygon))
    load_layer(engine, "road_ledger", pd.DataFrame({"road_id": ["a", "b", "c", "c"], "kind": ["new"] * 4}), Delivery())
    near = queries.city(engine, bbox=(X0 + 90, Y0 + 40, X0 + 500, Y0 + 100))
    frame, ledger = near.layer("roads").frame, near.layer("road_ledger").frame
    assert frame is not None and ledger is not None
    assert list(frame["road_id"]) == ["b", "c"] and list(ledger["road_id"]) == ["b", "c", "c"]
    coverage = near.layer("roads").coverage
    assert coverage is not None and coverage.equals(town.bounds_polygon)


def test_the_version_changes_with_the_ground_and_not_with_routes(engine: sa.Engine, town: City, roads: Frames) -> None:
    seen = [queries.city_version(engine)]
    load_layer(engine, "roads", roads(["a"]), Delivery())
    seen.append(queries.city_version(engine))
    load_layer(engine, "routes", proposals(roads, ["1"]), Delivery())
    seen.append(queries.city_version(engine))
    assert seen[0] == 0 and seen[1] > 0 and seen[2] == seen[1]


def test_no_city(engine: sa.Engine) -> None:
    for ask in (queries.city, queries.layers_summary, queries.routes_to_judge):
        with pytest.raises(Conflict):
            ask(engine)
    with pytest.raises(Conflict):
        queries.routes(engine, EVERYTHING)


def test_a_summary_says_what_is_absent_and_what_is_empty(engine: sa.Engine, town: City, roads: Frames) -> None:
    load_layer(
        engine, "roads", roads(["a", "b"]), Delivery("普查", "市局", "内部", date(2026, 1, 1), coverage=town.bounds_polygon)
    )
    area = shapely.box(X0, Y0, X0 + 10, Y0 + 10)
    load_layer(engine, "green", gpd.GeoDataFrame({"green_id": []}, geometry=[], crs=WORK_CRS), Delivery(coverage=area))
    load_layer(engine, "highways", gpd.GeoDataFrame({"ref": []}, geometry=[], crs=WORK_CRS), Delivery())
    found = {each["name"]: each for each in queries.layers_summary(engine)}
    assert list(found) == list(VECTOR_LAYERS)
    assert {
        name: (found[name]["rows"], found[name]["delivered"], found[name]["covers"])
        for name in ("roads", "green", "highways", "trees")
    } == {
        "roads": (2, True, "bounds"),
        "green": (0, True, "polygon"),
        "highways": (0, True, None),
        "trees": (None, False, None),
    }
    assert (found["roads"]["zh"], found["roads"]["owner"], found["roads"]["as_of"]) == ("道路", "市局", date(2026, 1, 1))


# ── routes and verdicts ──────────────────────────────────────────────────────────────────────────────────────────────


def proposals(roads: Frames, numbers: list[str], **columns: Any) -> gpd.GeoDataFrame:
    return roads(numbers, **columns).rename(columns={"road_id": "route_id"})


def verdicts(outcomes: list[str], **columns: Any) -> pd.DataFrame:
    row: dict[str, Any] = {
        "conditions": [],
        "could_be": "parallel",
        "could_be_conditions": ["heritage_consent"],
        "certainty": "text",
        "immediate": False,
        "length_m": 100.0,
        "dug_m": np.nan,
        "sum_length_m": 100.0,
        "reasons": ["arterial-road"],
        "owed": ["road_excavation"],
        "waived": [],
        "missing": ["绿地：无覆盖", 'say "no"'],
        "pack": "kaifeng-2022-6@1",
        "on": date(2026, 11, 22),
    }
    return pd.DataFrame([{**row, "outcome": outcome} for outcome in outcomes]).assign(**columns)


@pytest.fixture
def stored(engine: sa.Engine, town: City, roads: Frames) -> gpd.GeoDataFrame:
    """Four stored routes, the first with spans."""
    frame = proposals(
        roads,
        ["G1", "G2", "W1", "#4"],
        project=["南苑小区", "南苑小区", "北苑_1", None],
        applicant=["燃气公司", "燃气公司", "水务公司", "水务公司"],
        utility=["gas", "gas", "water", None],
        trees_to_fell=[2, None, 0, None],
        start=pd.to_datetime(["2099-12-01", None, None, None]),
        raw=[{"编号": "G1"}, None, '{"编号": "W1"}', None],
    )
    spans = pd.DataFrame(
        {
            "route_id": ["G1", "G1"],
            "from_m": [40.0, 0.0],
            "to_m": [60.0, 10.0],
            "burial": ["bored", "open"],
            "pit_from_m2": [12.0, None],
        }
    )
    load_layer(engine, "routes", frame, Delivery(), spans=spans)
    return queries.routes_to_judge(engine)[0]


def test_stored_routes_come_back_as_they_were_read(engine: sa.Engine, stored: gpd.GeoDataFrame) -> None:
    assert list(stored["route_id"]) == ["G1", "G2", "W1", "#4"] and list(stored["row_no"]) == [1, 2, 3, 4]
    assert stored["trees_to_fell"].tolist()[::2] == [2, 0] and stored["trees_to_fell"].isna().tolist() == [
        False,
        True,
        False,
        True,
    ]
    assert stored.crs == WORK_CRS and stored["start"][0] == pd.Timestamp("2099-12-01")
    frame, spans = queries.routes_to_judge(engine, ids=list(stored["id"][:2]))
    assert list(frame["route_id"]) == ["G1", "G2"]
    assert spans[["from_m", "burial"]].values.tolist() == [[0.0, "open"], [40.0, "bored"]]
    assert set(spans["id"]) == {stored["id"][0]}


def test_one_route_with_all_that_is_known_of_it(engine: sa.Engine, stored: gpd.GeoDataFrame) -> None:
    number = int(stored["id"][0])
    before = queries.route(engine, EVERYTHING, number)
    assert (before.judged, before.verdict, before.pieces, before.raw) == (None, None, None, {"编号": "G1"})
    assert before.geometry["type"] == "LineString" and before.geometry["coordinates"][0] == pytest.approx(
        (114.3277, 34.7782), abs=2e-3
    )
    assert len(before.spans) == 2
    queries.save_verdicts(
        engine, [number], verdicts(["parallel"]), [{"outcome": "parallel", "headline": {"zh": "并联审批"}}], [[{"from_m": 0.0}]]
    )
    after = queries.route(engine, EVERYTHING, number)
    assert after.judged is not None and after.judged["missing"] == ["绿地：无覆盖", 'say "no"'] and after.judged["dug_m"] is None
    assert after.verdict is not None and after.verdict["headline"] == {"zh": "并联审批"} and after.pieces == [{"from_m": 0.0}]
    with pytest.raises(NotFound):
        queries.route(engine, EVERYTHING, 10**9)


def test_the_newest_verdict_counts_and_the_older_stays(engine: sa.Engine, stored: gpd.GeoDataFrame) -> None:
    queries.save_verdicts(engine, stored["id"], verdicts(["exempt", "exempt", "parallel", "undetermined"]))
    queries.save_verdicts(engine, stored["id"][:1], verdicts(["parallel"]))
    page = queries.routes(engine, EVERYTHING)
    assert page["counts"] == {"parallel": 2, "exempt": 1, "undetermined": 1} and page["total"] == 4
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM verdicts")) == 5


def test_saving_verdicts_is_all_or_nothing(engine: sa.Engine, stored: gpd.GeoDataFrame) -> None:
    queries.save_verdicts(engine, stored["id"], verdicts(["exempt"] * 4))
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        queries.save_verdicts(engine, [*stored["id"][:3], 10**9], verdicts(["parallel"] * 4))
    assert queries.routes(engine, EVERYTHING)["counts"] == {"exempt": 4}


def test_a_page_of_routes(engine: sa.Engine, stored: gpd.GeoDataFrame) -> None:
    queries.save_verdicts(
        engine, stored["id"][:3], verdicts(["exempt", "parallel", "parallel"], conditions=[[], ["gov_approval"], []])
    )
    page = queries.routes(engine, EVERYTHING, limit=2)
    assert (page["total"], len(page["items"]), page["counts"]) == (4, 2, {"exempt": 1, "parallel": 2, "unjudged": 1})
    second = page["items"][1]
    assert (second["route_id"], second["project"], second["outcome"], second["conditions"]) == (
        "G2",
        "南苑小区",
        "parallel",
        ["gov_approval"],
    )
    west, south, east, north = second["bbox"]
    assert 114.3 < west < east < 114.4 and 34.75 < south <= north < 34.83 and east - west == pytest.approx(0.00109, abs=2e-5)
    assert [each["route_id"] for each in queries.routes(engine, EVERYTHING, limit=2, offset=2)["items"]] == ["W1", "#4"]
    parallel = queries.routes(engine, EVERYTHING, outcome="parallel")
    assert parallel["total"] == 2 and {each["outcome"] for each in parallel["items"]} == {"parallel"}
    assert queries.routes(engine, EVERYTHING, outcome="unjudged")["items"][0]["length_m"] == pytest.approx(100)
    assert [each["route_id"] for each in queries.routes(engine, EVERYTHING, q="南苑")["items"]] == ["G1", "G2"]
    assert queries.routes(engine, EVERYTHING, q="苑_")["total"] == 1  # no wildcards
    assert queries.routes(engine, EVERYTHING, q="%")["total"] == 0


def test_history_knows_siblings_by_key_and_time(engine: sa.Engine, stored: gpd.GeoDataFrame, roads: Frames) -> None:
    then = date(2021, 6, 30)
    earlier = proposals(
        roads,
        ["E1", "E2", "E3", "E4"],
        project=["南苑小区", "南苑小区", "别处", "别处"],
        applicant=["燃气公司", None, "燃气公司", "别人"],
        filed=pd.to_datetime([then - timedelta(days=days) for days in (90, 91, 0, 1)]),
    )
    load_layer(engine, "routes", earlier, Delivery())
    asked = stored[stored["route_id"] == "G1"]
    found = queries.history(engine, asked, then, 90)
    assert set(found["route_id"]) == {"E1", "E3"}
    assert found.set_index("route_id")["known_on"]["E3"] == pd.Timestamp(then)
    # G1 and G2 state no day of filing: the day on which they were loaded stands in. G1 is the one that asks, where it has an id.
    tomorrow = date.today() + timedelta(days=1)
    assert set(queries.history(engine, asked, tomorrow, 10)["route_id"]) == {"G2"}
    assert set(queries.history(engine, asked.drop(columns="id"), tomorrow, 10)["route_id"]) == {"G1", "G2"}
    assert queries.history(engine, asked.assign(project=None, applicant=None), tomorrow, 10).empty


def test_the_day_of_loading_is_that_of_china(engine: sa.Engine, stored: gpd.GeoDataFrame) -> None:
    """Loaded in the small hours of Kaifeng, while it was still the day before in UTC."""
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE deliveries SET loaded_at = '2026-11-21 17:30:00+00'"))
    asked = stored[stored["route_id"] == "G1"]
    found = queries.history(engine, asked, date(2026, 11, 22), 10)
    assert found["known_on"].tolist() == [pd.Timestamp("2026-11-22")]


def test_many_verdicts_at_once(engine: sa.Engine, town: City) -> None:
    n = 20_000
    xy = np.random.default_rng(1).uniform(0, 9000, (n, 2, 2)) + np.array([X0, Y0])
    frame = gpd.GeoDataFrame({"route_id": [f"r{i}" for i in range(n)]}, geometry=shapely.linestrings(xy), crs=WORK_CRS)
    load_layer(engine, "routes", conform(frame, ROUTES, WORK_CRS), Delivery())
    ids = queries.routes_to_judge(engine)[0]["id"]
    assert queries.save_verdicts(engine, ids, verdicts(["exempt"] * n)) == n
    assert queries.routes(engine, EVERYTHING, limit=1)["counts"] == {"exempt": n}


# ── search ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_search_finds_places_by_name_and_number(
    engine: sa.Engine, town: City, roads: Frames, sample_layers: dict[str, gpd.GeoDataFrame]
) -> None:
    load_layer(engine, "roads", roads(["r1", "r2", "r3"], name=["中山路", "中山路", "中山路北延"]), Delivery())
    load_layer(engine, "routes", proposals(roads, ["Z-7"], project=["中山路供气"]), Delivery())
    found = queries.search(engine, EVERYTHING, "中山路")
    assert [(each["kind"], each["name"]) for each in found] == [("road", "中山路"), ("road", "中山路北延"), ("route", "Z-7")]
    _, south, _, north = found[0]["bbox"]
    assert north - south == pytest.approx(50 / 110_900, rel=0.02)  # both pieces of the road
    assert found[0]["id"] is None and found[2]["id"] is not None
    assert queries.search(engine, EVERYTHING, "z-7")[0]["kind"] == "route"
    assert queries.search(engine, EVERYTHING, "R2")[0]["name"] == "中山路"
    for nothing in ("", "  ", "不存在", "%", "_"):
        assert queries.search(engine, EVERYTHING, nothing) == []
    assert len(queries.search(engine, EVERYTHING, "r", limit=1)) == 1


def test_search_looks_into_every_layer(engine: sa.Engine, town: City, sample_layers: dict[str, gpd.GeoDataFrame]) -> None:
    for name, frame in sample_layers.items():
        load_layer(engine, name, frame, Delivery())
    kinds = {each["kind"] for each in queries.search(engine, EVERYTHING, "“", limit=100)}
    assert kinds == {"road", "green", "heritage", "tree", "highway", "planning", "district", "event", "pipe", "pipe_point"}
