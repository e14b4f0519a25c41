"""The demo city: the same every time, whole, inside its bounds; 300 lines readable in GBK, exact where that is their point."""

import hashlib
import re
import tomllib
from collections import Counter
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely

from geo.crs import to_work
from geo.schema import LAYERS, ROUTES
from layers.demo import write_demo
from layers.demo.city import Demo, draw
from layers.demo.routes import FIELDS, proposals, write_routes
from layers.demo.write import write_vectors

# What the lines are there to show; a test of the rules may count on each of them.
PURPOSES = {
    *("arterial-across", "arterial-along", "arterial-bored", "arterial-bored-pit-inside", "arterial-bored-whole"),
    *("arterial-edge-0.3", "arterial-edge-0.5", "bridge-attached", "burial-blank", "burial-overhead"),
    *("burial-tunnel", "class-missing", "dates-blank", "end-date-blank", "ends-main-only"),
    *("ends-neither", "ends-site-only", "expressway-across", "expressway-viaduct", "green-attached"),
    *("green-bored", "green-own-site", "green-planned", "green-protective", "green-public"),
    *("green-verge", "heritage-buried", "heritage-control", "heritage-protection", "highway-class-missing"),
    *("highway-control-zone", "highway-land", "highway-offset-missing", "highway-outside", "highway-village"),
    *("internal-only", "length-499.999", "length-499.999-lv", "length-500.000", "length-500.000-lv"),
    *("length-500.001", "length-500.001-lv", "length-coarse-survey", "length-outside-accuracy", "length-within-accuracy"),
    *(
        "lock-new-date-missing",
        "lock-new-day-after",
        "lock-new-ends-after-filing",
        "lock-new-ends-before-filing",
        "lock-new-ends-on-filing",
    ),
    *("lock-new-inside", "lock-new-last-day", "lock-new-no-dates", "lock-new-straddling", "lock-overhaul-date-missing"),
    *(
        "lock-overhaul-day-after",
        "lock-overhaul-ends-after-filing",
        "lock-overhaul-ends-before-filing",
        "lock-overhaul-ends-on-filing",
        "lock-overhaul-inside",
    ),
    *(
        "lock-overhaul-last-day",
        "lock-overhaul-leap-free",
        "lock-overhaul-leap-inside",
        "lock-overhaul-no-dates",
        "lock-overhaul-straddling",
    ),
    *("long", "old-city", "open-ground", "ordinary", "outside-bounds"),
    *("outside-coverage", "outside-coverage-10kV", "patch-only", "power-0.22kV", "power-0.38kV"),
    *("power-0.4kV", "power-0.4kV-long", "power-0.66kV", "power-10kV", "power-10kV-long"),
    *("power-20kV", "power-35kV", "power-6kV", "power-no-voltage", "perhaps-one-project", "project-sum-over"),
    *("project-sum-under", "project-two-utilities", "railway-crossing", "same-street", "several-buried-old_city"),
    *(
        "several-lock",
        "several-old_city-arterial",
        "several-old_city-lock",
        "several-old_city-tree",
        "several-protection-old_city",
    ),
    *("shape-only", "share-again", "share-before-paving", "share-festival", "share-fixed", "share-undated"),
    *("slices", "slices-different-applicants", "tree-1", "tree-2"),
    *("tree-3", "tree-bored", "tree-canopy-missing", "tree-edge-0.3", "tree-edge-0.5"),
    *("tree-famous", "tree-grade-missing", "tree-none", "tree-reserve", "trees-blank"),
    *("trees-to-fell", "trench-width-blank", "two-parts", "utility-drain", "utility-missing"),
    *("utility-other", "verge-edge-0.3", "verge-edge-0.5", "width-missing"),
}
VECTORS = [name for name, spec in LAYERS.items() if spec.geometry not in ("raster", "none")]


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("demo")
    write_demo(place)
    return place


@pytest.fixture(scope="session")
def demo() -> Demo:
    return draw()


@pytest.fixture(scope="session")
def routes(folder: Path) -> gpd.GeoDataFrame:
    frame = gpd.read_file(folder / "routes.shp", encoding="GB18030")
    purposes = pd.read_csv(folder / "routes_purpose.csv")
    return frame.merge(purposes, left_on="编号", right_on="route_id", validate="one_to_one")


@pytest.fixture(scope="session")
def frames(folder: Path) -> dict[str, gpd.GeoDataFrame]:
    return {name: gpd.read_file(folder / f"{name}.gpkg") for name in VECTORS}


@pytest.fixture(scope="session")
def area(folder: Path) -> shapely.Polygon:
    city = tomllib.loads((folder / "city.toml").read_text(encoding="utf-8"))
    return to_work(shapely.segmentize(shapely.box(*city["bounds"]), 0.01), "EPSG:4490", city["work_crs"])


def test_same_bytes_every_time(folder: Path, demo: Demo, tmp_path: Path) -> None:
    write_vectors(tmp_path, demo)
    write_routes(tmp_path, proposals(demo))
    second = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in tmp_path.iterdir()}
    first = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in second}
    assert len(second) >= 18
    assert first == second


def test_says_that_it_is_synthetic(folder: Path) -> None:
    city = tomllib.loads((folder / "city.toml").read_text(encoding="utf-8"))
    assert city["name"] == "示范城" and city["synthetic"] is True and city["work_crs"] == "EPSG:4547"
    assert set(city["layers"]) == set(LAYERS)
    assert all("合成" in layer["source"] and "synthetic" in layer["licence"] for layer in city["layers"].values())


def test_a_city_of_some_size(frames: dict[str, gpd.GeoDataFrame]) -> None:
    least = {"roads": 3000, "road_surfaces": 800, "highways": 10, "green": 900, "trees": 150, "heritage": 8}
    least |= {"planning": 800, "districts": 3, "events": 20, "pipes": 6000, "pipe_points": 15_000}
    assert {name: len(frames[name]) >= count for name, count in least.items()} == dict.fromkeys(least, True)
    classes = frames["roads"].groupby("class").size()
    assert set(classes.index) == {"expressway", "arterial", "secondary", "branch", "internal"}
    assert classes["branch"] > classes["secondary"] > classes["expressway"]
    assert frames["roads"]["class"].isna().sum() >= 5
    assert set(frames["roads"]["level"]) == {"ground", "bridge", "tunnel"}


def test_every_manhole_lies_on_a_pipe_of_its_owner_and_every_pipe_ends_at_a_point(frames: dict[str, gpd.GeoDataFrame]) -> None:
    pipes, points = frames["pipes"], frames["pipe_points"]
    for utility, own in points.groupby("utility"):
        mains = pipes[pipes["utility"] == utility]
        near = shapely.STRtree(mains.geometry.to_numpy()).query(own.geometry.to_numpy(), "dwithin", 0.002)
        assert set(near[0].tolist()) == set(range(len(own)))
        same = own["owner"].to_numpy()[near[0]] == mains["owner"].to_numpy()[near[1]]
        assert set(near[0][same].tolist()) == set(range(len(own)))
        ends = {end for line in mains.geometry for end in (line.coords[0], line.coords[-1])}
        assert ends <= {(point.x, point.y) for point in own.geometry}
    kinds = set(points["kind"].dropna())
    assert kinds == {"manhole", "valve", "hydrant", "cabinet"} and (points["kind"].isna() == points["feature"].notna()).all()


@pytest.mark.parametrize("name", VECTORS)
def test_layers_are_whole(name: str, frames: dict[str, gpd.GeoDataFrame], area: shapely.Polygon) -> None:
    frame, spec = frames[name], LAYERS[name]
    assert frame.crs.to_epsg() == 4547
    assert frame.geometry.is_valid.all() and not frame.geometry.is_empty.any()
    assert shapely.within(frame.geometry.to_numpy(), area).all()
    assert set(frame.columns) - {"geometry"} <= set(spec.columns)
    if spec.key:
        assert frame[spec.key].notna().all() and frame[spec.key].is_unique
    for key, column in spec.columns.items():
        if column.values and key in frame:
            assert set(frame[key].dropna()) <= set(column.values), key
        if column.required:
            assert frame[key].notna().all(), key


def test_streets_meet_at_junctions(frames: dict[str, gpd.GeoDataFrame]) -> None:
    """Public streets inside the ring hang together: nearly all end where another begins."""
    roads = frames["roads"][frames["roads"]["class"] != "internal"].geometry.to_numpy()
    ends = np.vstack([shapely.get_coordinates(shapely.get_point(roads, at)) for at in (0, -1)])
    _, count = np.unique(np.round(ends, 3), axis=0, return_counts=True)
    assert (count >= 3).sum() > 1000
    assert count[count == 1].sum() / count.sum() < 0.12


def test_ledger_holds_both_sides_of_every_limit(folder: Path, frames: dict[str, gpd.GeoDataFrame]) -> None:
    ledger = pd.read_csv(folder / "road_ledger.csv", dtype=str)
    assert list(ledger.columns) == list(LAYERS["road_ledger"].columns)
    assert set(ledger["road_id"]) <= set(frames["roads"]["road_id"])
    assert set(ledger["kind"]) == {"new", "rebuild", "extend", "overhaul", "patch"}
    for kind, days in (("new|rebuild|extend", ("21", "22", "23")), ("overhaul", ("21", "22", "23"))):
        year = "2023" if kind == "overhaul" else "2021"
        finished = set(ledger[ledger["kind"].str.fullmatch(kind)]["finished"].dropna())
        assert {f"{year}-11-{day}" for day in days} <= finished
    assert ledger["finished"].isna().any() and ledger["from_m"].notna().any()
    known = ledger["finished"].dropna()
    assert known.min() >= "2018-01-01" and known.max() <= "2026-11-22"


def test_nothing_is_claimed_where_nobody_looked(folder: Path, frames: dict[str, gpd.GeoDataFrame], area: shapely.Polygon) -> None:
    surveyed = gpd.read_file(folder / "surveyed.geojson").to_crs(4547).geometry.union_all()
    left_out = area.difference(surveyed.buffer(0.5))
    assert 2e6 < left_out.area < 0.2 * area.area
    for name in ("green", "trees", "heritage"):
        assert not frames[name].intersects(left_out).any(), name
    assert frames["roads"].within(left_out).sum() > 20


def test_rasters(folder: Path, area: shapely.Polygon) -> None:
    with rasterio.open(folder / "satellite.tif") as picture:
        assert picture.count == 3 and picture.dtypes[0] == "uint8" and picture.crs.to_epsg() == 4547
        bands = picture.read(out_shape=(3, 400, 450))
        assert (folder / "satellite.tif").stat().st_size < 8e6
        assert bands.std() > 15 and area.contains(shapely.box(*picture.bounds))
    with rasterio.open(folder / "terrain.tif") as terrain:
        heights = terrain.read(1, masked=True)
        assert terrain.nodata == -9999 and terrain.dtypes[0] == "float32" and terrain.crs.to_epsg() == 4547
        assert heights.mask.any() and 55 < heights.min() < heights.max() < 90


def test_no_word_of_a_real_number(frames: dict[str, gpd.GeoDataFrame]) -> None:
    """Highway numbers are from the top of their ranges, where no such road runs near the place."""
    assert all(re.fullmatch(r"[GSXYCL](0?9\d|89\d|99\d)", ref) for ref in frames["highways"]["ref"])


def test_three_hundred_lines_every_purpose(routes: gpd.GeoDataFrame) -> None:
    assert len(routes) == 300 and routes["编号"].is_unique
    assert set(routes["purpose"]) == PURPOSES
    assert routes.crs.to_epsg() == 4547 and routes.geometry.is_valid.all()
    assert (routes.length > 20).all()


def test_words_are_gbk_and_nothing_says_so(folder: Path) -> None:
    assert not (folder / "routes.cpg").exists()
    table = (folder / "routes.dbf").read_bytes()
    assert table[29] == 0
    assert "管线种类".encode("gbk") in table and "给水".encode("gbk") in table
    with pytest.raises(UnicodeDecodeError):
        table.decode("utf-8")


def test_field_names_fit_and_are_known() -> None:
    for key, name in FIELDS.items():
        column = ROUTES.columns[key]
        assert len(name.encode("gbk")) <= 10
        assert name in (column.zh, *column.aliases), name


def test_exact_lengths(routes: gpd.GeoDataFrame) -> None:
    exact = routes[routes["purpose"].str.match(r"length-\d")]
    wanted = exact["purpose"].str.extract(r"length-([\d.]+)")[0].astype(float)
    assert len(exact) == 15
    assert (exact.length - wanted).abs().max() < 1e-6
    assert set(exact["管线种类"]) == {"给水", "燃气", "热力", "电力", "通信"}
    assert shapely.get_num_coordinates(exact.geometry.to_numpy()).min() > 5


@pytest.mark.parametrize(("purpose", "layer", "kind"), [("verge-edge", "green", "verge"), ("arterial-edge", "roads", "arterial")])
@pytest.mark.parametrize("away", [0.3, 0.5])
def test_edges_to_the_centimetre(routes: gpd.GeoDataFrame, demo: Demo, purpose: str, layer: str, kind: str, away: float) -> None:
    rows = demo.layers[layer]
    shapes = [row["geometry"] for row in rows if row.get("kind", row.get("class")) == kind]
    half = [(row["width_m"] or 40) / 2 if layer == "roads" else 0.0 for row in rows if row.get("kind", row.get("class")) == kind]
    chosen = routes[routes["purpose"] == f"{purpose}-{away}"]
    assert len(chosen) >= 2
    for line in chosen.geometry:
        nearest = min(shape.distance(line) - reach for shape, reach in zip(shapes, half, strict=True))
        assert nearest == pytest.approx(away, abs=0.01)
        assert (nearest < 0.4) == (away == 0.3)


def test_trees_to_the_centimetre(routes: gpd.GeoDataFrame, demo: Demo) -> None:
    trees = [row for row in demo.layers["trees"] if row["canopy_radius_m"] and row["grade"] in ("1", "2", "3", "famous")]
    for away in (0.3, 0.5):
        for line in routes[routes["purpose"] == f"tree-edge-{away}"].geometry:
            nearest = min(row["geometry"].distance(line) - row["canopy_radius_m"] - 5 for row in trees)
            assert nearest == pytest.approx(away, abs=0.01)


def test_blanks_stay_blank(routes: gpd.GeoDataFrame) -> None:
    by = routes.set_index("purpose")
    assert by.loc["power-no-voltage", "电压"].isna().all()
    assert by.loc["utility-missing", "管线种类"].isna().all()
    assert by.loc["dates-blank", ["开工日期", "完工日期"]].isna().all(axis=None)
    assert by.loc["trees-blank", "树木数量"].isna().all()
    assert by.loc["trench-width-blank", "沟槽宽度"].isna().all()
    assert by.loc["slices", "项目代码"].isna().all()


def test_groups(routes: gpd.GeoDataFrame) -> None:
    over = routes[routes["purpose"] == "project-sum-over"]
    sums = over.assign(length=over.length).groupby(["项目代码", "管线种类"])["length"].agg(["sum", "max", "size"])
    assert (sums["sum"] > 500).all() and (sums["max"] < 500).all() and (sums["size"] == 3).all()
    slices = routes[routes["purpose"] == "slices"]
    for _, cluster in slices.groupby("申请单位"):
        assert cluster.length.sum() > 500 and cluster.length.max() < 500
        lines = list(cluster.geometry)
        assert all(a.distance(b) < 1e-6 for a, b in pairwise(lines))


def test_spans_lie_on_their_lines(folder: Path, routes: gpd.GeoDataFrame) -> None:
    spans = pd.read_csv(folder / "routes_spans.csv")
    length = routes.set_index("编号").length
    assert (spans["from_m"] >= 0).all() and (spans["to_m"] > spans["from_m"]).all()
    assert (spans["to_m"] <= spans["route_id"].map(length) + 0.001).all()
    assert Counter(spans["burial"])["定向钻"] >= 10 and set(spans["burial"]) == {"定向钻", "顶管", "上架"}
