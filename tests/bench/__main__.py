"""How fast: ``python -m tests.bench`` (WAIXIAN_DATA names the folder of real data).

End to end: ``app.py classify`` of 100,000 routes against 251,482 real road edges, as a user starts it, wall clock and
peak memory of its largest process. Beside it, in the same run, the same question asked of geopandas: which metres lie in
which road space. Figures of one machine; the ratio is what travels.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np

from api.review import review
from geo.city import City, Layer
from layers.packs.read import read_packs
from tests.bench import ground

TOP = Path(__file__).resolve().parents[2]


def main() -> None:
    """Run what was asked for and print a table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--routes", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--sample", type=int, default=2_000)
    parser.add_argument("--output", default="csv", help="ending of the answer file")
    asked = parser.parse_args()
    data = Path(os.environ["WAIXIAN_DATA"])
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        ground.write(place, data, asked.routes)
        seconds = [end_to_end(place, asked.output) for _ in range(asked.runs)]
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
        found = f"median {statistics.median(seconds):.1f} s of {sorted(seconds)}, peak {peak:.2f} GiB"
        print(f"classify {asked.routes} routes to {asked.output}, end to end: {found}")
    beside_geopandas(data, asked.sample, asked.runs)


def end_to_end(place: Path, output: str) -> float:
    """Seconds for the whole command, files included."""
    began = time.monotonic()
    command = [
        sys.executable,
        TOP / "app.py",
        "classify",
        place / "routes.parquet",
        "--city",
        place,
        "-o",
        place / f"out.{output}",
    ]
    # As Python is by default: it keeps the compiled form of what it imported.
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run(command, check=True, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return round(time.monotonic() - began, 1)


def beside_geopandas(data: Path, sample: int, runs: int) -> None:
    """Metres in road spaces: our whole review of a sample against geopandas' overlay of the same lines alone."""
    streets = ground.roads(data).assign(width_m=12.0)
    lines = ground.routes(streets, sample)
    everywhere = ground.shapely.box(*streets.total_bounds).buffer(1000)
    city = City("bench", ground.CRS, (113.8, 34.2, 116.9, 35.3), {"roads": Layer("roads", streets, everywhere)})
    pack = read_packs(TOP / "data" / "packs")["kaifeng-2022-6"]
    review(lines.iloc[:10], city, pack, date(2026, 11, 22))
    ours, theirs = [], []
    spaces = gpd.GeoDataFrame({"road_id": streets.road_id}, geometry=streets.geometry.buffer(6.0, quad_segs=16), crs=ground.CRS)
    _ = spaces.sindex
    for _ in range(runs):
        began = time.monotonic()
        review(lines, city, pack, date(2026, 11, 22))
        ours.append(time.monotonic() - began)
        began = time.monotonic()
        gpd.overlay(lines, spaces, how="intersection", keep_geom_type=True).length.sum()
        theirs.append(time.monotonic() - began)
    ratio = np.median(np.array(theirs) / np.array(ours))
    print(
        f"{sample} routes in memory: review (all rules, pieces, verdicts) {statistics.median(ours):.2f} s, "
        f"geopandas.overlay with road spaces alone {statistics.median(theirs):.2f} s: {ratio:.1f} times as long"
    )


if __name__ == "__main__":
    main()
