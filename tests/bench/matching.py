"""How fast works are matched: ``python -m tests.bench.matching`` (WAIXIAN_DATA names the folder of real data).

100,000 works among 251,482 real road edges of three cities, half of them along a street (beside its centre line), half
across country; then one new work against all. Beside it, in the same run, the same pairs asked of PostGIS in plain SQL
for a sample of the works: near pairs by index, shared metres by the flat-ended buffer of the other axis.
"""

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import sqlalchemy as sa

from geo.city import City, Layer
from geo.colocation.match import match
from geo.colocation.placing import Network, Placed, network_of, place_works
from geo.colocation.works import works_of_routes
from geo.ground import prepared
from layers.cluster import Cluster
from layers.packs.read import read_packs
from layers.session import engine
from tests.bench import ground

PACK = read_packs(Path(__file__).resolve().parents[2] / "data" / "packs")["kaifeng-2022-6"]


def works(streets: gpd.GeoDataFrame, n: int, seed: int = 1) -> gpd.GeoDataFrame:
    """Half beside a street for all of its length, 1–6 m off the centre line; half lines of any direction."""
    chance = np.random.default_rng(seed)
    lines = streets.geometry.to_numpy()[chance.integers(0, len(streets), 2 * n)]
    beside = shapely.offset_curve(lines, chance.uniform(1, 6, 2 * n) * chance.choice([-1, 1], 2 * n), join_style="mitre")
    beside = beside[(shapely.get_type_id(beside) == 1) & (shapely.length(beside) > 20)][: n // 2]
    table = ground.routes(streets, n, seed)
    shapes = np.concatenate([beside, table.geometry.to_numpy()[: n - len(beside)]])
    window = pd.Timestamp("2026-12-01") + pd.to_timedelta(chance.integers(0, 300, n), unit="D")
    more = dict.fromkeys(("kind", "firm", "duration_days", "shift_days", "ready", "applicant"))
    return table.assign(start=window, end=window + pd.Timedelta(days=20), **more).set_geometry(list(shapes), crs=ground.CRS)


def main() -> None:
    """Run what was asked for and print the figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.matching")
    parser.add_argument("--works", type=int, default=100_000)
    parser.add_argument("--sample", type=int, default=2_000)
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args()
    settings = PACK.data.coordination
    assert settings is not None
    streets = ground.roads(Path(os.environ["WAIXIAN_DATA"])).assign(width_m=12.0)
    everywhere = shapely.box(*streets.total_bounds).buffer(1000)
    city = City("bench", ground.CRS, (113.8, 34.2, 116.9, 35.3), {"roads": Layer("roads", streets, everywhere)})
    table = works_of_routes(works(streets, asked.works), PACK.data.measures)
    match(place_works(table.iloc[:10], prepared(city, PACK), network_of(prepared(city, PACK)), settings), settings)
    seconds = []
    for _ in range(asked.runs):
        began = time.monotonic()
        net = network_of(prepared(City("bench", ground.CRS, city.bounds, city.layers), PACK))
        placed = place_works(table, prepared(city, PACK), net, settings)
        found = match(placed, settings)
        seconds.append(time.monotonic() - began)
    kinds = found.rows.drop_duplicates("match_id")["kind"].value_counts().to_dict()
    took = f"median {statistics.median(seconds):.1f} s of {[round(s, 1) for s in sorted(seconds)]}"
    print(f"match {asked.works} works on {len(streets)} road edges, the city's preparation included: {took}")
    print(f"pairs {kinds}, left out {dict(found.left_out)}")
    one_new(placed, net, city)
    beside_postgis(placed, asked.sample, statistics.median(seconds) / asked.works)


def one_new(placed: Placed, net: Network, city: City) -> None:
    """A new work against all that stand."""
    settings, place = PACK.data.coordination, prepared(city, PACK)
    assert settings is not None
    took = []
    for i in range(0, placed.n, max(placed.n // 200, 1)):
        new = placed.works.iloc[[i]].assign(work_id="new").reset_index(drop=True)
        began = time.monotonic()
        match(place_works(new, place, net, settings), settings, placed)
        took.append((time.monotonic() - began) * 1000)
    low, middle, high = np.quantile(took[1:], [0.05, 0.5, 0.95])
    print(f"one new work against {placed.n}: {middle:.1f} ms (5 % {low:.1f}, 95 % {high:.1f})")


def beside_postgis(placed: Placed, sample: int, each_s: float) -> None:
    """The sample's pairs in plain SQL, per work as long as ours."""
    settings = PACK.data.coordination
    assert settings is not None
    with tempfile.TemporaryDirectory(dir="/var/tmp") as home:
        os.chmod(home, 0o755)
        with Cluster(Path(home) / "postgis").running() as cluster, engine(cluster.ensure_database()).begin() as connection:
            connection.execute(sa.text("CREATE EXTENSION IF NOT EXISTS postgis"))
            connection.execute(sa.text("CREATE TABLE work (i int, g geometry)"))
            rows = [{"i": i, "g": shape.wkb_hex} for i, shape in enumerate(placed.shapes)]
            connection.execute(sa.text("INSERT INTO work VALUES (:i, CAST(:g AS geometry))"), rows)
            connection.execute(sa.text("CREATE INDEX ON work USING gist (g)"))
            connection.execute(sa.text("ANALYZE work"))
            query = sa.text(
                "SELECT count(*), sum(ST_Length(ST_Intersection(a.g, ST_Buffer(b.g, :d, 'endcap=flat')))) FROM work a"
                " JOIN work b ON a.i <> b.i AND ST_DWithin(a.g, b.g, :d) WHERE a.i % :step = 0"
            )
            step = max(placed.n // sample, 1)
            began = time.monotonic()
            pairs, _ = connection.execute(query, {"d": settings.distance_m, "step": step}).one()
            seconds = (time.monotonic() - began) / len(range(0, placed.n, step))
    print(
        f"PostGIS, near pairs and buffered metres alone: {seconds * 1000:.2f} ms a work ({pairs} pairs of the sample), "
        f"{seconds / each_s:.0f} times as long as ours with roads, sides, chains and days ({each_s * 1000:.3f} ms)"
    )


if __name__ == "__main__":
    main()
