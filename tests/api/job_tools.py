"""Sending files as jobs and waiting for what becomes of them."""

import io
import json
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import sqlalchemy as sa

from tests.servers import ON, Server

Job = dict[str, Any]


def send(client: httpx.Client, name: str, body: bytes, **form: str) -> str:
    answer = client.post("/api/reviews", files={"file": (name, body)}, data={"on": ON} | form)
    assert answer.status_code == 202, answer.text
    told = answer.json()
    assert told["href"] == answer.headers["location"] == f"/api/jobs/{told['id']}" and told["state"] == "queued"
    return str(told["href"])


def wait(
    client: httpx.Client, href: str, until: Callable[[Job], bool] = lambda job: job["state"] in ("done", "failed", "cancelled")
) -> Job:
    end = time.monotonic() + 180
    while time.monotonic() < end:
        job: Job = client.get(href).json()
        if until(job):
            return job
        time.sleep(0.05)
    raise AssertionError(job)


def zipped(folder: Path, stem: str = "routes") -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.glob(f"{stem}.*")):
            archive.write(path, f"外线{path.suffix}")
    return body.getvalue()


def lines(client: httpx.Client, n: int, vertices: int = 2, **properties: Any) -> bytes:
    """``n`` lines inside the city as GeoJSON."""
    west, south, east, north = client.get("/api/city").json()["bounds"]
    dice = np.random.default_rng(7)
    x, y = dice.uniform(west + 0.01, east - 0.01, n), dice.uniform(south + 0.01, north - 0.01, n)
    steps = np.linspace(0, 0.002, vertices)
    features = [
        {
            "type": "Feature",
            "geometry": {
                "type": "LineString",
                "coordinates": np.column_stack([a + steps, np.full(vertices, b)]).round(7).tolist(),
            },
            "properties": {"route_id": f"L{i}", "utility": "water", **properties},
        }
        for i, (a, b) in enumerate(zip(x, y, strict=True))
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def running(job: Job) -> bool:
    return job["state"] == "running" and job["phase"]["en"] not in ("waiting", "getting ready")


def folder_of(server: Server, href: str) -> Path:
    database = sa.create_engine(sa.engine.make_url(server.database).set(drivername="postgresql+psycopg"))
    with database.connect() as connection:
        params = connection.scalar(sa.text("SELECT params FROM jobs WHERE id = :id"), {"id": href.rpartition("/")[2]})
    database.dispose()
    return server.home / "jobs" / str(params["folder"])
