"""How fast satellite tiles are served: ``python -m tests.bench.pictures``, 20 readers at once on the demo city's picture.

Beside it, in the same run, plain titiler (one process, as ours) on the same COG, as PNG of the same tiles. Ours first time (each
tile cut from the file) and again (kept). Needs titiler in an interpreter of its own, as tests.bench.tiles says for tipg.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

from layers.cities import create_city
from layers.cluster import Cluster
from layers.deliveries import Delivery
from layers.demo.city import bounds_degrees
from layers.demo.frame import WORK_CRS
from layers.rasters.store import load_raster, raster_paths
from layers.session import engine, prepare
from tests.bench.tiles import peer, told, walk_over
from tests.servers import TOP, serving

OURS = "/tiles/satellite/{z}/{x}/{y}.png"
PICTURE = TOP / "data" / "demo" / "satellite.tif"


def main() -> None:
    """Load, serve, read, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.pictures")
    parser.add_argument("--tiles", type=int, default=600)
    parser.add_argument("--readers", type=int, default=20)
    parser.add_argument("--titiler", type=Path, default=Path(".venv-bench/bin/python"), help="an interpreter that has titiler")
    asked = parser.parse_args()
    if not (PICTURE.exists() and asked.titiler.exists()):
        sys.exit(f"{PICTURE} and {asked.titiler} are needed: ./run.sh makes the one, the head of tests/bench/tiles.py the other")
    with tempfile.TemporaryDirectory(dir="/var/tmp") as place:
        os.chmod(place, 0o755)
        with Cluster(Path(place) / "postgis").running() as cluster:
            address = cluster.ensure_database()
            database = engine(address)
            prepare(database)
            create_city(database, "bench", WORK_CRS, bounds_degrees(), synthetic=True)
            home = Path(place) / "home"
            home.mkdir()
            (home / "rasters").mkdir()
            load_raster(database, "satellite", PICTURE, home / "rasters", Delivery("synthetic"))
            (cog,) = raster_paths(database, "satellite")
            database.dispose()
            west, south, east, north = bounds_degrees()
            rim = 0.005  # degrees: titiler has no answer for a tile beside the picture
            tiles = walk_over((west + rim, south + rim, east - rim, north - rim), asked.tiles)
            with serving(address, home) as server:
                mine = told("ours, first time", server.url, OURS, tiles, server.headers, asked.readers)
                told("ours, again", server.url, OURS, tiles, server.headers, asked.readers)
            pattern = f"/tiles/WebMercatorQuad/{{z}}/{{x}}/{{y}}.png?url={quote(str(cog), safe='')}"
            with peer([asked.titiler, Path(__file__).with_name("peer_pictures.py")], "/healthz", {}) as other:
                theirs = told("titiler", other, pattern, tiles, {}, asked.readers)
    print(f"tiles a second: ours {mine / theirs:.2f} times titiler's, each tile made anew by both")


if __name__ == "__main__":
    main()
