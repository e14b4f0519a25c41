"""A file as a job: the whole journey, downloads read back, cancel, failure in words, and the death of the worker."""

import json
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import httpx
import pandas as pd
import pytest
import shapely

from api.jobs.orders import ANSWERS
from tests.api.job_tools import Job, folder_of, send, wait, zipped
from tests.servers import MOST_BYTES, ON, PACKS, Server

VRT = b'<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'


@pytest.fixture(scope="module")
def done(client: httpx.Client, demo_folder: Path) -> Job:
    """The demo shapefile (GBK, no .cpg), its parts and its table of spans dropped together."""
    parts = [*sorted(demo_folder.glob("routes.*")), demo_folder / "routes_spans.csv"]
    files = [("file", (path.name.replace("routes", "外线 2026"), path.read_bytes())) for path in parts]
    answer = client.post("/api/reviews", files=files, data={"on": ON})
    assert answer.status_code == 202, answer.text
    return wait(client, answer.json()["href"])


def test_the_demo_file_is_answered_as_the_stored_routes_were(
    client: httpx.Client, done: Job, routes: list[dict[str, Any]]
) -> None:
    assert done["state"] == "done" and done["error"] is None and done["file"] == "外线 2026.shp"
    assert done["done"] == done["total"] == 300 and done["seconds_left"] == 0 and done["rate"] > 0
    assert done["summary"]["rows_in"] == 300 and done["summary"]["rejected"] == 0 == len(done["rejects"])
    shown = client.get(f"/api/jobs/{done['id']}/routes.geojson")
    assert shown.headers["content-type"] == "application/geo+json"
    features = shown.json()["features"]
    got = {f["properties"]["route_id"]: (f["properties"]["outcome"], f["properties"]["certainty"]) for f in features}
    stored = {item["route_id"]: (item["outcome"], item["certainty"]) for item in routes}
    assert {key: (got[key], stored[key]) for key in stored if got[key] != stored[key]} == {}
    counts = pd.Series([f["properties"]["outcome"] for f in features]).value_counts().to_dict()
    assert counts == done["summary"]["outcomes"]


def test_every_download_reads_back(client: httpx.Client, done: Job, tmp_path: Path) -> None:
    assert set(done["downloads"]) == {*ANSWERS, "geojson", "report"}
    ids = [f["properties"]["route_id"] for f in client.get(f"/api/jobs/{done['id']}/routes.geojson").json()["features"]]
    for key, href in done["downloads"].items():
        answer = client.get(href)
        assert answer.status_code == 200, href
        if key == "report":
            continue
        assert (
            answer.headers["content-disposition"].startswith("attachment")
            and "2026-answers" in answer.headers["content-disposition"]
        )
        path = tmp_path / href.rpartition("/")[2]
        path.write_bytes(answer.content)
        rows = _read(path)
        assert list(rows["route_id"]) == ids and set(rows["outcome"]) == set(done["summary"]["outcomes"]), key
        assert len(rows.columns) > 15, key


def _read(path: Path) -> pd.DataFrame:
    if path.suffix == ".csv":
        return pd.read_csv(path, encoding="utf-8-sig")
    if path.suffix == ".xlsx":
        return pd.read_excel(path)
    if path.suffix == ".parquet":
        return gpd.read_parquet(path)
    if path.suffix == ".gpkg":
        return gpd.read_file(path, layer="verdicts")
    return gpd.read_file(f"zip://{path}" if path.suffix == ".zip" else path)


def test_geojson_is_the_same_whoever_writes_it(client: httpx.Client, server: Server, done: Job, tmp_path: Path) -> None:
    """Streamed from the Parquet file, or written by the command line: the same features."""
    from api.answers.write import write_answers
    from api.past import past
    from api.review import review
    from api.standing import stored_works
    from layers.packs.read import read_packs
    from layers.queries import city
    from layers.readers import read_routes
    from layers.session import engine

    database = engine(server.database)
    ground, pack = city(database), read_packs(PACKS)["kaifeng-2022-6"]
    read = read_routes(next(folder_of(server, f"/{done['id']}").glob("*.shp")), work_crs=ground.work_crs, bounds=ground.bounds)
    day = date.fromisoformat(ON)
    before = past(database, read.frame, pack, day)
    standing = partial(stored_works, database, ground, pack)
    answer = review(read.frame, ground, pack, day, spans=read.spans, history=before, standing=standing)
    write_answers(answer, tmp_path / "a.geojson", ground)
    database.dispose()
    streamed = client.get(done["downloads"]["geojson"])
    assert streamed.headers["content-type"] == "application/geo+json"
    assert streamed.json()["features"] == json.loads((tmp_path / "a.geojson").read_text("utf-8"))["features"]


def test_the_report_runs_in_an_origin_of_its_own(client: httpx.Client, done: Job) -> None:
    report = client.get(done["downloads"]["report"])
    assert report.headers["content-type"].startswith("text/html") and report.headers["content-disposition"].startswith("inline")
    policy = report.headers["content-security-policy"]
    assert policy.startswith("sandbox") and "default-src 'none'" in policy and "allow-same-origin" not in policy
    assert "示范城" in report.text


def test_one_row_of_the_file_brings_its_proof(client: httpx.Client, done: Job, routes: list[dict[str, Any]]) -> None:
    features = client.get(f"/api/jobs/{done['id']}/routes.geojson").json()["features"]
    row = next(f["properties"] for f in features if f["properties"]["outcome"] == "parallel")
    got = client.get(f"/api/jobs/{done['id']}/routes/{row['row_no']}").json()
    assert got["verdict"]["route_id"] == row["route_id"] and got["verdict"]["outcome"] == "parallel"
    line = shapely.geometry.shape(got["route"]["geometry"])
    spots = [s for f in got["verdict"]["findings"] for one in f["stretches"] for s in one["coordinates"]]
    assert spots and shapely.distance(line, shapely.points(spots)).max() < 1e-6
    assert client.get(f"/api/jobs/{done['id']}/routes/301").status_code == 404


def test_nothing_else_of_the_folder_can_be_had(client: httpx.Client, done: Job) -> None:
    for name in ("input.zip", "routes.geojson", "..%2f..%2fserver.log", "%2e%2e", "rejects.csv", "answers.csv%00"):
        answer = client.get(f"/api/jobs/{done['id']}/files/{name}")
        assert answer.status_code in (404, 422) and answer.headers["content-type"] == "application/problem+json", name


def test_a_zip_with_chinese_names_is_read(client: httpx.Client, demo_folder: Path) -> None:
    job = wait(client, send(client, "外线.zip", zipped(demo_folder)))
    assert job["summary"]["rows_out"] == 300 and any("GB18030" in note for note in job["notes"])


def test_bad_rows_are_told_and_the_others_answered(client: httpx.Client) -> None:
    west, south, _, _ = client.get("/api/city").json()["bounds"]
    good = f"LINESTRING({west + 0.02} {south + 0.02}, {west + 0.021} {south + 0.02})"
    body = f'编号,管线种类,电压,wkt\nA,给水,,"{good}"\nB,电力,十,"{good}"\nC,燃气,,"LINESTRING EMPTY"\nD,燃气,,oops\n'.encode(
        "gb18030"
    )
    job = wait(client, send(client, "表.csv", body, crs="EPSG:4490"))
    assert job["state"] == "done", job
    assert {key: job["summary"][key] for key in ("rows_in", "rows_out", "rejected")} == {
        "rows_in": 4,
        "rows_out": 2,
        "rejected": 2,
    }
    assert [(r["row_no"], r["route_id"]) for r in job["rejects"]] == [(3, "C"), (4, "D")] and all(
        r["reason_zh"] for r in job["rejects"]
    )
    assert [(i["row_no"], i["field"]) for i in job["issues"]] == [(2, "voltage_kv")]
    assert any("GB18030" in note for note in job["notes"])
    assert client.get(job["downloads"]["rejects"]).content.decode("utf-8-sig").count("\n") == 3


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        ("a.geojson", b"not json", "unreadable_file"),
        ("a.zip", b"PK\x03\x04broken", "unreadable_file"),
        ("a.geojson", VRT, "unreadable_file"),
        ("a.csv", "编号,名称\n1,x\n".encode(), "bad_input"),
        ("a.csv", b"id,wkt\n1,\"LINESTRING(1 2, 3 4)\"\n", "unknown_crs"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_fails_with_words(client: httpx.Client, name: str, body: bytes, code: str) -> None:
    href = send(client, name, body)
    job = wait(client, href)
    assert job["state"] == "failed" and job["error"]["code"] == code and not job["downloads"], job
    assert name in job["error"]["detail"] and "input" not in job["error"]["detail"]
    english = client.get(href, headers={"accept-language": "en"}).json()["error"]
    assert english["code"] == code and english["detail"] != job["error"]["detail"] and english["title"] != job["error"]["title"]
    assert client.get(f"{href}/routes.geojson").json()["code"] == "conflict"
    assert client.delete(href).status_code == 409


@pytest.mark.parametrize(
    ("files", "form", "status", "code"),
    [
        ({"file": ("a.exe", b"x")}, {}, 422, "unreadable_file"),
        ({"file": ("a.zip", b"")}, {}, 422, "unreadable_file"),
        ({"file": ("a.zip", b"x")}, {"pack": "atlantis"}, 404, "not_found"),
        ({"file": ("a.zip", b"x")}, {"on": "soon"}, 422, "invalid_request"),
        ({"file": ("a.zip", b"x")}, {"encoding": "klingon"}, 422, "bad_input"),
        ({"other": ("a.zip", b"x")}, {}, 422, "invalid_request"),
        (None, {"file": "text"}, 422, "invalid_request"),
    ],
)
def test_orders_that_cannot_be_taken_start_no_job(
    client: httpx.Client, server: Server, files: Any, form: dict[str, str], status: int, code: str
) -> None:
    before = _folders(server)
    answer = client.post("/api/reviews", files=files, data=form)
    assert answer.status_code == status and answer.json()["code"] == code, answer.text
    assert _folders(server) == before


def _folders(server: Server) -> list[str]:
    folder = server.home / "jobs"
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def test_a_file_beyond_the_limit_is_refused(client: httpx.Client, server: Server) -> None:
    before = _folders(server)
    answer = client.post("/api/reviews", files={"file": ("a.zip", b"x" * (MOST_BYTES + 1))})
    assert answer.status_code == 413 and answer.json()["code"] == "too_large"
    assert _folders(server) == before


def test_a_broken_multipart_is_told(client: httpx.Client) -> None:
    answer = client.post("/api/reviews", content=b"--x\r\nnonsense", headers={"content-type": "multipart/form-data; boundary=x"})
    assert answer.status_code in (400, 422) and answer.headers["content-type"] == "application/problem+json"
