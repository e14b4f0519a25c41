"""How fast a pointer reaches the others: ``python -m tests.bench.rooms``, 50 rooms of 8 on one server process.

A private PostGIS, a real server, guests by links at real sockets. Everybody moves their pointer ten times a second; each one
that arrives is timed from its sending. The readers share the machine with the server, in processes of their own. Of pointers the
newest alone waits for a slow reader: ``arrived`` is the share of those that could have come.
"""

import argparse
import asyncio
import json
import os
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from websockets.asyncio.client import ClientConnection, connect

from layers.cities import create_city
from layers.cluster import Cluster
from layers.session import engine, prepare
from tests.houses import BOUNDS, SAME
from tests.rooms import SITE
from tests.servers import Server, serving

LON = SITE["coordinates"][0]
STEP = 1e-6  # degrees: which of somebody's pointers it is
EVERY_S = 0.1
MARK = '{"op":"pointer"'


def main() -> None:
    """Call the surveys, let everybody in, point, and print one line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.rooms")
    parser.add_argument("--rooms", type=int, default=50)
    parser.add_argument("--people", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--readers", type=int, default=2, help="processes that read")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir="/var/tmp") as place:
        os.chmod(place, 0o755)
        with Cluster(Path(place) / "postgis").running() as cluster:
            address = cluster.ensure_database()
            database = engine(address)
            prepare(database)
            create_city(database, "bench", "EPSG:4547", BOUNDS, synthetic=True)
            database.dispose()
            home = Path(place) / "home"
            home.mkdir()
            with serving(address, home) as server:
                rooms = [guests(server, asked.people) for _ in range(asked.rooms)]
                report(point_all(server.url, rooms, asked.seconds, asked.readers), rooms, asked.seconds)


def guests(server: Server, people: int) -> list[str]:
    """Cookies of the guests of an open survey."""
    cookie = {"waixian": server.secret("lead")}
    with httpx.Client(base_url=server.url, timeout=60, trust_env=False, headers=SAME, cookies=cookie) as lead:
        made = lead.post("/api/surveys", json={"kind": "user_site", "mode": "remote", "title": "bench", "site": SITE})
        at = f"/api/surveys/{made.json()['id']}"
        lead.post(f"{at}/step", json={"step": "agree", "agreed_for": "2036-12-01T09:00:00+08:00"}).raise_for_status()
        lead.post(f"{at}/step", json={"step": "open"}).raise_for_status()
        link = lead.post(f"{at}/links", json={"name": "bench", "task": "take_part"}).json()
    out = []
    for _ in range(people):
        with httpx.Client(base_url=server.url, timeout=60, trust_env=False, headers=SAME) as one:
            one.post("/api/guest/enter", json={"secret": link["secret"]}).raise_for_status()
            out.append(one.cookies["waixian_guest"])
    return out


def point_all(url: str, rooms: Sequence[Sequence[str]], seconds: float, readers: int) -> list[float]:
    """Milliseconds of every pointer that arrived, of all rooms; each process has its share of the rooms."""
    with ProcessPoolExecutor(readers, mp_context=get_context("spawn")) as pool:
        parts = [pool.submit(point, url, rooms[part::readers], seconds) for part in range(readers)]
        return [each for part in parts for each in part.result()]


def point(url: str, rooms: Sequence[Sequence[str]], seconds: float) -> list[float]:
    """As :func:`point_all`, in this process."""
    return asyncio.run(_point(url, rooms, seconds))


async def _point(url: str, rooms: Sequence[Sequence[str]], seconds: float) -> list[float]:
    took: list[float] = []
    sockets = [await asyncio.gather(*(_come(url, cookie) for cookie in room)) for room in rooms]
    readers = []
    for room in sockets:
        sent: dict[int, list[float]] = {who: [] for _, who in room}
        readers += [asyncio.create_task(_read(socket, sent, took)) for socket, _ in room]
        readers += [asyncio.create_task(_move(socket, sent[who], seconds)) for socket, who in room]
    await asyncio.sleep(seconds + 2)
    for reader in readers:
        reader.cancel()
    await asyncio.gather(*readers, return_exceptions=True)
    await asyncio.gather(*(socket.close() for room in sockets for socket, _ in room))
    return took


async def _come(url: str, cookie: str) -> tuple[ClientConnection, int]:
    address = f"{url.replace('http', 'ws')}/api/guest/live"
    headers = {"Cookie": f"waixian_guest={cookie}"}
    socket = await connect(address, origin=url, additional_headers=headers, proxy=None, compression=None)  # type: ignore[arg-type]
    said: dict[str, Any] = json.loads(await socket.recv())
    return socket, int(said["participant"])


async def _read(socket: ClientConnection, sent: dict[int, list[float]], took: list[float]) -> None:
    async for text in socket:
        assert isinstance(text, str)
        if MARK in text:
            now, said = time.perf_counter(), json.loads(text)
            for one in said["items"] if said["op"] == "batch" else [said]:
                if one["op"] == "pointer":
                    took.append((now - sent[one["participant"]][round((one["at"][0] - LON) / STEP)]) * 1000)


async def _move(socket: ClientConnection, sent: list[float], seconds: float) -> None:
    began = time.perf_counter()
    for number in range(int(seconds / EVERY_S)):
        await asyncio.sleep(max(0.0, began + number * EVERY_S - time.perf_counter()))
        sent.append(time.perf_counter())
        await socket.send(json.dumps({"op": "pointer", "at": [LON + number * STEP, SITE["coordinates"][1]]}))


def report(took: Sequence[float], rooms: Sequence[Sequence[str]], seconds: float) -> None:
    """One line."""
    possible = sum(len(room) * (len(room) - 1) for room in rooms) * int(seconds / EVERY_S)
    low, middle, high = np.percentile(took, [50, 95, 100])
    who = f"{len(rooms)} rooms of {max(len(room) for room in rooms)}, pointers at {1 / EVERY_S:.0f} Hz"
    print(f"{who}: p50 {low:.0f} ms   p95 {middle:.0f} ms   max {high:.0f} ms   arrived {len(took) / possible:.0%}")


if __name__ == "__main__":
    main()
