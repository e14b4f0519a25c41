"""Which rows are current: at every place those of the newest delivery that covers it."""

from collections.abc import Callable
from datetime import date

import geopandas as gpd
import pandas as pd
import shapely
import sqlalchemy as sa

from geo.city import City
from layers.deliveries import Delivery, load_layer
from layers.queries import city, layers_summary

WORK_CRS = "EPSG:4547"
Frames = Callable[..., gpd.GeoDataFrame]
Square = Callable[[float, float, float, float], shapely.Polygon]


def ids(engine: sa.Engine, layer: str = "roads", key: str = "road_id", at: int | None = None) -> list[str]:
    frame = city(engine, at=at).layer(layer).frame
    return sorted(frame[key]) if frame is not None else []


def count(engine: sa.Engine, query: str) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(sa.text(query)) or 0)


def load(
    engine: sa.Engine,
    frame: pd.DataFrame,
    area: shapely.Polygon | None,
    as_of: date | None = None,
    owner: str = "",
    layer: str = "roads",
) -> str:
    return load_layer(engine, layer, frame, Delivery(coverage=area, as_of=as_of, owner=owner)).delivery_id


def test_inside_its_coverage_a_delivery_replaces_and_outside_it_does_not(
    engine: sa.Engine, town: City, roads: Frames, square: Square
) -> None:
    first = load(engine, roads(["a0", "a1", "a2", "a3"]), square(-500, -500, 500, 500))
    second = load(engine, roads(["b0"], y=25), square(-10, -10, 150, 70))  # covers a0 (y=0) and a1 (y=50)
    assert ids(engine) == ["a2", "a3", "b0"]
    layer = city(engine).layer("roads")
    assert layer.delivery_id == f"{first}; {second}"
    assert layer.coverage is not None and layer.coverage.equals(square(-500, -500, 500, 500))
    assert layers_summary(engine)[0]["rows"] == 3


def test_a_row_across_the_edge_stays(engine: sa.Engine, town: City, roads: Frames, square: Square) -> None:
    load(engine, roads(["across", "inside"]), square(-500, -500, 500, 500))
    load(engine, roads(["new"], y=25), square(-10, -10, 99, 70).union(square(-10, 40, 150, 70)))  # "across" ends at x=100
    assert ids(engine) == ["across", "new"]


def test_the_same_number_across_the_edge_stays_too(engine: sa.Engine, town: City, roads: Frames, square: Square) -> None:
    load(engine, roads(["across", "other"]), square(-500, -500, 500, 500))
    load(engine, roads(["across"], y=3), square(-10, -10, 60, 20))
    assert ids(engine) == ["across", "across", "other"]  # what of it lies outside would be lost


def test_numbers_made_up_from_rows_are_not_the_same_road(engine: sa.Engine, town: City, roads: Frames, square: Square) -> None:
    load(engine, roads(["#1"]), square(-500, -500, 500, 500))
    load(engine, roads(["#1"], y=300), square(0, 290, 200, 310))
    assert ids(engine) == ["#1", "#1"]


def test_a_reload_of_the_same_area_replaces_what_reaches_beyond_it(engine: sa.Engine, town: City, square: Square) -> None:
    """Highways have no number of their own: without this rule the ones that leave the city would double."""
    line = gpd.GeoDataFrame(
        {"ref": ["G30"]}, geometry=[shapely.LineString([(520_000, 3_850_000), (550_000, 3_850_000)])], crs=WORK_CRS
    )
    load(engine, line, square(0, -500, 500, 500), layer="highways")
    load(engine, line, square(0, -500, 500, 500), layer="highways")
    assert ids(engine, "highways", "ref") == ["G30"]


def test_two_halves_replace_a_whole(engine: sa.Engine, town: City, roads: Frames, square: Square) -> None:
    load(engine, roads(["far"], x=9000), square(0, 0, 100, 100))
    load(engine, roads([]), square(0, 0, 50, 100))
    assert ids(engine) == ["far"]
    load(engine, roads([]), square(50, 0, 100, 100))
    assert ids(engine) == []


def test_an_empty_delivery_says_that_nothing_is_there(engine: sa.Engine, town: City, roads: Frames) -> None:
    load(engine, roads(["a"]), town.bounds_polygon)
    load(engine, roads([]), town.bounds_polygon)
    layer = city(engine).layer("roads")
    assert layer.frame is not None and len(layer.frame) == 0 and layer.coverage is not None


def test_a_layer_never_delivered_is_absent_not_empty(engine: sa.Engine, town: City) -> None:
    layer = city(engine).layer("green")
    assert layer.frame is None and layer.coverage is None


def test_without_coverage_an_office_replaces_its_own_list_only(
    engine: sa.Engine, town: City, roads: Frames, square: Square
) -> None:
    load(engine, roads(["n1", "n2"]), None, owner="北区")
    load(engine, roads(["s1"], y=500), None, owner="南区")
    assert ids(engine) == ["n1", "n2", "s1"]
    load(engine, roads(["n3"], y=1000), None, owner="北区")
    assert ids(engine) == ["n3", "s1"]
    layer = city(engine).layer("roads")
    assert layer.coverage is None and layer.owner == "南区; 北区"


def test_without_coverage_nothing_that_has_one_is_silenced(engine: sa.Engine, town: City, roads: Frames, square: Square) -> None:
    load(engine, roads(["a", "b"]), square(-500, -500, 500, 500))
    load(engine, roads(["b", "c"], y=1000), None)
    assert ids(engine) == ["a", "b", "b", "c"]
    assert count(engine, "SELECT count(*) FROM roads") == 4


def test_older_ground_loaded_later_does_not_replace_newer(engine: sa.Engine, town: City, roads: Frames) -> None:
    load(engine, roads(["new"]), town.bounds_polygon, date(2026, 1, 1))
    late = load_layer(engine, "roads", roads(["old"]), Delivery(coverage=town.bounds_polygon, as_of=date(2020, 1, 1)))
    assert (late.replaced, late.outdated) == (0, 1)
    assert ids(engine) == ["new"]
    assert city(engine).layer("roads").as_of == date(2026, 1, 1)


def test_older_deliveries_stay_readable(engine: sa.Engine, town: City, roads: Frames, square: Square) -> None:
    first = load(engine, roads(["a0", "a1", "a2"]), town.bounds_polygon, date(2024, 1, 1))
    second = load(engine, roads(["b0"], y=25), square(-10, -10, 150, 70), date(2025, 1, 1))
    third = load(engine, roads(["c"]), town.bounds_polygon, date(2026, 1, 1))
    assert ids(engine) == ids(engine, at=int(third)) == ["c"]
    assert ids(engine, at=int(second)) == ["a2", "b0"]
    assert ids(engine, at=int(first)) == ["a0", "a1", "a2"]
    then = city(engine, at=int(second)).layer("roads")
    assert then.as_of == date(2024, 1, 1) and then.delivery_id == f"{first}; {second}"


def test_what_is_unknown_of_one_delivery_is_unknown_of_the_layer(
    engine: sa.Engine, town: City, roads: Frames, square: Square
) -> None:
    load_layer(
        engine,
        "roads",
        roads(["a"]),
        Delivery(coverage=square(0, 0, 9, 9), as_of=date(2026, 1, 1), complete_since=date(2018, 1, 1)),
    )
    load_layer(
        engine,
        "roads",
        roads(["b"], y=900),
        Delivery(coverage=square(0, 800, 200, 1000), as_of=date(2025, 1, 1), complete_since=date(2019, 1, 1)),
    )
    layer = city(engine).layer("roads")
    assert (layer.as_of, layer.complete_since) == (date(2025, 1, 1), date(2019, 1, 1))
    load_layer(engine, "roads", roads(["c"], y=2000), Delivery(coverage=square(0, 1990, 200, 2010)))
    layer = city(engine).layer("roads")
    assert (layer.as_of, layer.complete_since) == (date(2025, 1, 1), None)


def test_a_ledger_row_lies_where_its_road_lies(engine: sa.Engine, town: City, roads: Frames, square: Square) -> None:
    load(engine, roads(["a", "b"]), town.bounds_polygon)
    ledger = pd.DataFrame({"road_id": ["a", "b", "nowhere"], "kind": ["new", "new", "new"]})
    load(engine, ledger, town.bounds_polygon, layer="road_ledger")
    load(engine, pd.DataFrame({"road_id": ["a"], "kind": ["patch"]}), square(-10, -10, 150, 10), layer="road_ledger")
    frame = city(engine).layer("road_ledger").frame
    assert frame is not None
    assert sorted(zip(frame["road_id"], frame["kind"], strict=True)) == [("a", "patch"), ("b", "new"), ("nowhere", "new")]


# ── routes ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def route_ids(engine: sa.Engine) -> list[tuple[str, str]]:
    with engine.connect() as connection:
        rows = connection.execute(
            sa.text("SELECT route_id, coalesce(applicant, '') FROM routes WHERE replaced_by IS NULL ORDER BY 1, 2")
        )
        return [(row[0], row[1]) for row in rows]


def test_a_corrected_route_replaces_its_earlier_self_and_no_other(engine: sa.Engine, town: City, roads: Frames) -> None:
    def lines(numbers: list[str], who: str | None) -> gpd.GeoDataFrame:
        return roads(numbers, applicant=[who] * len(numbers)).rename(columns={"road_id": "route_id"})

    load(engine, lines(["1", "2", "#3"], "燃气公司"), None, layer="routes")
    load(engine, lines(["1", "#3"], "水务公司"), None, layer="routes")
    fixed = load_layer(engine, "routes", lines(["1", "#3"], "燃气公司"), Delivery())
    assert fixed.replaced == 1
    assert route_ids(engine) == sorted(
        [("#3", "水务公司"), ("#3", "燃气公司"), ("#3", "燃气公司"), ("1", "水务公司"), ("1", "燃气公司"), ("2", "燃气公司")]
    )
