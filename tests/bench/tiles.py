"""How fast tiles are served with rights applied: ``python -m tests.bench.tiles``, 100 readers at once on half a million pipes.

Beside it, in the same run, tipg (one process, as ours) on the same table without any rights. Readers ask for tiles of a
walk over the city, zoom 14 to 17. Ours as who keeps the layers (every row, as tipg) and as a company that sees its fifth;
first time (each tile made by PostGIS) and again (kept, or 304). Needs tipg in an interpreter of its own:

    .venv/bin/uv venv .venv-bench
    .venv/bin/uv pip install --python .venv-bench/bin/python --require-hashes -r tests/bench/peers.lock
"""

import argparse
import asyncio
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import geopandas as gpd
import h11
import httpx
import numpy as np
import pandas as pd
import shapely

from geo.crs import to_degrees
from layers.cities import create_city
from layers.cluster import Cluster
from layers.deliveries import Delivery, load_layer
from layers.people.accounts import DEMO_COMPANIES
from layers.session import engine, prepare
from tests.servers import Server, serving

CRS, BOUNDS = "EPSG:4547", (114.20, 34.72, 114.42, 34.86)
X0, Y0, WIDE_M, HIGH_M = 520_000.0, 3_846_000.0, 18_000.0, 12_000.0
OWNERS = tuple(DEMO_COMPANIES.values())[:5]
MVT = "/tiles/pipes/{z}/{x}/{y}.mvt"
PEER = "/collections/public.pipes/tiles/WebMercatorQuad/{z}/{x}/{y}"


def pipes(n: int) -> gpd.GeoDataFrame:
    """Pipes of 30–120 m of five owners along a grid of streets 60 m apart, as dense as an inner city."""
    chance = np.random.default_rng(11)
    along = chance.integers(0, 2, n).astype(bool)
    x, y = chance.uniform(0, WIDE_M, n), chance.uniform(0, HIGH_M, n)
    x, y = np.where(along, x, np.round(x / 60) * 60 + chance.uniform(-8, 8, n)), np.where(along, np.round(y / 60) * 60, y)
    length = chance.uniform(30, 120, n)
    ends = np.column_stack([x + np.where(along, length, 0), y + np.where(along, 0, length)])
    shapes = shapely.linestrings(np.stack([np.column_stack([x, y]), ends], axis=1) + np.array([X0, Y0]))
    rows = {"pipe_id": [f"P{i:06d}" for i in range(n)], "utility": "water", "diameter_mm": 200.0}
    return gpd.GeoDataFrame({**rows, "owner": np.array(OWNERS)[chance.integers(0, 5, n)]}, geometry=shapes, crs=CRS)


def walk(n: int) -> list[dict[str, int]]:
    """Tiles that somebody meets who looks here and there in the city of pipes."""
    low, high = (X0 + 500, Y0 + 500), (X0 + WIDE_M - 500, Y0 + HIGH_M - 500)
    west, south, east, north = shapely.total_bounds(to_degrees(shapely.points([low, high]), CRS))
    return walk_over((west, south, east, north), n)


def walk_over(bounds: tuple[float, float, float, float], n: int) -> list[dict[str, int]]:
    """Tiles that somebody meets who looks here and there inside some degrees (west, south, east, north), zoom 14 to 17: n of
    them, each once."""
    chance, out = np.random.default_rng(5), dict[tuple[int, int, int], None]()
    west, south, east, north = bounds
    while len(out) < n:
        lon, lat = chance.uniform(west, east), chance.uniform(south, north)
        z = int(chance.integers(14, 18))
        y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
        out[z, int((lon + 180) / 360 * 2**z), int(y * 2**z)] = None
    return [{"z": z, "x": x, "y": y} for z, x, y in out]


async def read(
    base: str, pattern: str, tiles: Sequence[Mapping[str, int]], headers: Mapping[str, str], readers: int
) -> pd.Series:
    """Milliseconds of each request; ``readers`` ask at once, each over a connection of its own, for the next tile as soon as it
    has one. Bytes are counted and not unpacked: a client that does more than that takes longer than the servers it asks."""
    where = urlsplit(base)
    waiting, took = iter(tiles), list[float]()
    said = [("Host", where.netloc), ("Accept-Encoding", "gzip"), *headers.items()]

    async def reader() -> None:
        reads, writes = await asyncio.open_connection(where.hostname, where.port)
        talk = h11.Connection(h11.CLIENT)
        for tile in waiting:
            began = time.perf_counter()
            writes.write(talk.send(h11.Request(method="GET", target=pattern.format(**tile), headers=said)) or b"")
            writes.write(talk.send(h11.EndOfMessage()) or b"")
            while not isinstance(event := talk.next_event(), h11.EndOfMessage):
                if event is h11.NEED_DATA:
                    talk.receive_data(await reads.read(1 << 18))
                assert not isinstance(event, h11.Response) or event.status_code in (200, 204), event
            took.append((time.perf_counter() - began) * 1000)
            talk.start_next_cycle()
        writes.close()

    await asyncio.gather(*(reader() for _ in range(readers)))
    return pd.Series(took)


def told(
    who: str, base: str, pattern: str, tiles: Sequence[Mapping[str, int]], headers: Mapping[str, str], readers: int
) -> float:
    """One line; the throughput, tiles a second."""
    began = time.perf_counter()
    took = asyncio.run(read(base, pattern, tiles, headers, readers))
    rate = len(took) / (time.perf_counter() - began)
    low, middle, high = took.quantile([0.5, 0.95, 1.0])
    print(f"{who:48} {rate:7.0f} tiles/s   p50 {low:6.0f} ms   p95 {middle:6.0f} ms   max {high:6.0f} ms", flush=True)
    return rate


@contextmanager
def peer(command: Sequence[Path], check: str, env: Mapping[str, str]) -> Iterator[str]:
    """A peer in a process of its own: its address. ``check``: a path that answers once it is up."""
    port = 18_765
    process = subprocess.Popen([*command, str(port)], env={**os.environ, **env})
    try:
        for _ in range(240):
            if _answers(f"http://127.0.0.1:{port}{check}"):
                break
            time.sleep(0.25)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


def _answers(address: str) -> bool:
    try:
        return httpx.get(address, timeout=5, trust_env=False).status_code < 500
    except httpx.TransportError:
        return False


def ours(server: Server, tiles: Sequence[Mapping[str, int]], readers: int) -> float:
    """Every row as tipg gives it, then a company's own; each first and again."""
    cookie = {"Cookie": f"waixian={server.secret('gas')}", "sec-fetch-site": "same-origin"}
    first = told("ours, all rows, first time", server.url, MVT, tiles, server.headers, readers)
    told("ours, all rows, again", server.url, MVT, tiles, server.headers, readers)
    told("ours, one company's rights, first time", server.url, MVT, tiles, cookie, readers)
    told("ours, one company's rights, again", server.url, MVT, tiles, cookie, readers)
    return first


def main() -> None:
    """Load, serve, read, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.tiles")
    parser.add_argument("--pipes", type=int, default=500_000)
    parser.add_argument("--tiles", type=int, default=2_000)
    parser.add_argument("--readers", type=int, default=100)
    parser.add_argument("--tipg", type=Path, default=Path(".venv-bench/bin/python"), help="an interpreter that has tipg")
    asked = parser.parse_args()
    tiles = walk(asked.tiles)
    with tempfile.TemporaryDirectory(dir="/var/tmp") as place:
        os.chmod(place, 0o755)
        with Cluster(Path(place) / "postgis").running() as cluster:
            address = cluster.ensure_database()
            database = engine(address)
            prepare(database)
            create_city(database, "bench", CRS, BOUNDS, synthetic=True)
            load_layer(database, "pipes", pipes(asked.pipes), Delivery(owner="bench"))
            database.dispose()
            home = Path(place) / "home"
            home.mkdir()
            with serving(address, home) as server:
                mine = ours(server, tiles, asked.readers)
            if not asked.tipg.exists():
                sys.exit(f"{asked.tipg} is not there: tipg was not asked (see the head of this file)")
            tipg = [asked.tipg, Path(__file__).with_name("peer_tiles.py")]
            with peer(tipg, "/collections/public.pipes/tiles", {"BENCH_DATABASE": address}) as other:
                theirs = told("tipg, all rows, no rights", other, PEER, tiles, {}, asked.readers)
    print(f"tiles a second: ours {mine / theirs:.2f} times tipg's, each tile made anew by both")


if __name__ == "__main__":
    main()
