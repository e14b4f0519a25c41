"""How fast a verdict follows the hand: ``python -m tests.bench.drawing``.

The demo city in a private PostGIS, a real server in front of it, and one line after the other asked of ``/api/review`` over
HTTP as the page asks while somebody draws: each line grows by a point at a time, along the streets and across them. Printed
are p50, p95 and the longest of the round trips, in milliseconds, of every question after the first.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import httpx
import numpy as np
import shapely

from geo.crs import to_degrees
from layers.cluster import Cluster
from layers.demo import write_demo
from layers.session import engine, prepare
from tests.servers import Server, _load, serving

CRS = "EPSG:4547"
LIMIT_MS = 150
UTILITIES = ("gas", "water", "comms", "heat")


def main() -> None:
    """Lay out the city, draw, and print a line for each kind of drawing; exit code 1 where the limit is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.drawing")
    parser.add_argument("--lines", type=int, default=60)
    asked = parser.parse_args()
    with demo_server() as server, httpx.Client(base_url=server.url, headers=server.headers, trust_env=False) as client:
        kept = [report(name, ask(client, lines)) for name, lines in drawn(server.home.parent / "demo", asked.lines).items()]
    sys.exit(0 if all(kept) else 1)


@contextmanager
def demo_server() -> Iterator[Server]:
    """The demo city in a private PostGIS, and a real server in front of it; the city's files lie beside the server's home."""
    folder = Path(tempfile.mkdtemp(prefix="waixian-bench-", dir="/var/tmp"))
    folder.chmod(0o755)
    cluster = Cluster(folder / "cluster", durable=False)
    try:
        cluster.start()
        cluster.ensure_database("waixian")
        url = cluster.dsn("waixian")
        database = engine(url)
        prepare(database)
        database.dispose()
        (demo := folder / "demo").mkdir()
        write_demo(demo)
        load(url, demo, folder)
        (home := folder / "home").mkdir()
        with serving(url, home) as server:
            yield server
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


def load(url: str, demo: Path, folder: Path) -> None:
    """The demo city, its rasters below ``folder``."""
    import os

    os.environ.setdefault("WAIXIAN_TEST_RUN", folder.name)
    try:
        _load(url, demo)
    finally:
        shutil.rmtree(Path("/var/tmp") / f"waixian-test-{os.environ['WAIXIAN_TEST_RUN']}", ignore_errors=True)


def drawn(demo: Path, n: int, seed: int = 7) -> dict[str, list[np.ndarray[Any, Any]]]:
    """Lines of 2 to 8 points in degrees: beside streets, and straight across blocks."""
    chance = np.random.default_rng(seed)
    roads = gpd.read_file(demo / "roads.gpkg").geometry
    long = roads[(roads.length > 120) & (roads.length < 900)].to_numpy()
    some = long[chance.integers(0, len(long), n)]
    beside = [shapely.offset_curve(line, float(chance.uniform(-8, 8))) for line in some]
    along = [
        shapely.line_interpolate_point(line, np.linspace(0, min(line.length, 600), 8)) for line in beside if not line.is_empty
    ]
    across = []
    for line in some:
        steps = np.cumsum(chance.normal(0, 55, (8, 2)), axis=0) + np.array(line.coords[0])
        across.append(shapely.points(steps))
    return {
        name: [shapely.get_coordinates(to_degrees(points, CRS)).round(8) for points in lines]
        for name, lines in (("along streets", along), ("across blocks", across))
    }


def ask(client: httpx.Client, lines: list[np.ndarray[Any, Any]]) -> list[float]:
    """Milliseconds of each round trip: every line asked anew with each point that is put."""
    took = []
    for number, line in enumerate(lines):
        for points in range(2, len(line) + 1):
            body = {
                "type": "Feature",
                "geometry": {"type": "LineString", "coordinates": line[:points].tolist()},
                "properties": {"utility": UTILITIES[number % len(UTILITIES)], "start": "2026-12-01", "end": "2026-12-20"},
            }
            began = time.perf_counter()
            answer = client.post("/api/review", json=body, timeout=60)
            took.append((time.perf_counter() - began) * 1000)
            assert answer.status_code == 200, answer.text
    return took[1:]


def report(name: str, took: list[float]) -> bool:
    """One line of figures; whether the limit is kept."""
    p50, p95 = np.percentile(took, [50, 95])
    kept = bool(p95 < LIMIT_MS)
    said = "kept" if kept else "missed"
    print(f"{name}: {len(took)} questions, p50 {p50:.0f} ms, p95 {p95:.0f} ms, max {max(took):.0f} ms ({LIMIT_MS} ms {said})")
    return kept


if __name__ == "__main__":
    main()
