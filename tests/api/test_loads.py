"""Loading a layer through the page's addresses: the look before, the job, what is refused, and what stays as it was."""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import geopandas as gpd
import httpx
import numpy as np
import pytest
import shapely
import sqlalchemy as sa

from api.loading import LoadWords, delivery_of, load_read, read_ordered
from layers.cities import city_settings
from layers.people.audit import CONSOLE
from layers.session import engine
from layers.stock.diff import diff
from tests.servers import Server

BOUNDS = (114.26, 34.75, 114.42, 34.85)
Json = dict[str, Any]
Fresh = Callable[[], httpx.Client]


@pytest.fixture(scope="module")
def house(empty_house: Server) -> Server:
    """What is loaded here is nobody else's."""
    return empty_house


@pytest.fixture
def keeper(house: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=house.url, timeout=120, trust_env=False, headers=house.headers) as one:
        yield one


@pytest.fixture
def store(house: Server) -> Iterator[sa.Engine]:
    one = engine(house.database)
    yield one
    one.dispose()


def roads(n: int, **columns: Any) -> bytes:
    dice = np.random.default_rng(n)
    x, y = dice.uniform(114.27, 114.40, n), dice.uniform(34.76, 34.84, n)
    lines = [shapely.LineString([(a, b), (a + 0.001, b)]) for a, b in zip(x.round(7), y.round(7), strict=True)]
    frame = gpd.GeoDataFrame({"编号": [f"R{i}" for i in range(n)], "路名": "甲路", **columns}, geometry=lines, crs=4326)
    text: str = frame.to_json(ensure_ascii=False)
    return text.encode()


def look(keeper: httpx.Client, body: bytes, layer: str = "roads", name: str = "道路.geojson", **form: str) -> httpx.Response:
    return keeper.post("/api/previews", files={"file": (name, body)}, data={"layer": layer, **form})


def loaded(keeper: httpx.Client, preview: str) -> Json:
    begun = keeper.post("/api/loads", json={"preview": preview})
    assert begun.status_code == 202, begun.text
    return ended(keeper, begun.headers["location"])


def ended(keeper: httpx.Client, href: str) -> Json:
    end = time.monotonic() + 120
    while True:
        told: Json = keeper.get(href).json()
        if told["state"] in ("done", "failed", "cancelled"):
            return told
        assert time.monotonic() < end, told
        time.sleep(0.05)


def counts(store: sa.Engine) -> dict[str, int]:
    """Rows of every table there is."""
    with store.connect() as connection:
        tables = connection.execute(sa.text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars().all()
        return {
            name: int(connection.execute(sa.text(f'SELECT count(*) FROM "{name}"')).scalar_one())
            for name in tables
            if name != "spatial_ref_sys"
        }


def test_a_look_writes_nothing(keeper: httpx.Client, store: sa.Engine) -> None:
    before = counts(store)
    told = look(keeper, roads(30, 等级=["支路"] * 29 + ["甲级"]), whole_city="true").json()
    assert counts(store) == before
    assert (told["rows"], told["rejected"], told["shapes"]["shown"]) == (30, 0, 30)
    columns = {one["name"]: one["column"] for one in told["fields"]}
    assert (columns["road_id"], columns["name"], columns["class"], columns["delivered"]) == ("编号", "路名", "等级", None)
    (doubt,) = [one for one in told["issues"] if one["field"] == "class"]
    assert doubt["row_no"] == 30 and "甲级" in doubt["zh"]
    west, south, east, north = told["shapes"]["box"]
    assert BOUNDS[0] < west < east < BOUNDS[2] and BOUNDS[1] < south < north < BOUNDS[3]


def test_a_load_from_the_page_is_a_load_from_the_command_line(keeper: httpx.Client, store: sa.Engine, tmp_path: Path) -> None:
    body = roads(200, 等级="支路")
    seen = look(keeper, body, owner="城管局", as_of="2025-01-01").json()
    job = loaded(keeper, seen["id"])
    assert job["state"] == "done" and job["result"]["rows"] == 200 and not job["result"]["already"]
    file = tmp_path / "input.geojson"
    file.write_bytes(body)
    words = LoadWords(owner="另一单位")  # not the same words: a delivery of its own
    with store.connect() as connection:
        city = city_settings(connection)
    read = read_ordered("roads", file, words, city)
    done = load_read(store, "roads", read, delivery_of(words, city, file, file.name), CONSOLE)
    told = diff(store, "roads", job["result"]["delivery"], int(done.delivery_id))
    assert told["counts"] == {"added": 0, "removed": 0, "changed": 0, "moved": 0, "same": 200}
    history = keeper.get("/api/layers/roads").json()["deliveries"]
    assert [one["loaded_by"] for one in history[:2]] == ["console", "demo-admin"]
    assert history[1]["owner"] == "城管局" and history[1]["as_of"] == "2025-01-01" and history[1]["file_name"] == "道路.geojson"


def test_the_same_file_twice_is_one_delivery_even_at_once(keeper: httpx.Client, store: sa.Engine) -> None:
    body = roads(50)
    ids = [look(keeper, body, owner="同时").json()["id"] for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        jobs = list(pool.map(lambda one: loaded(keeper, one), ids))
    assert sorted(job["result"]["already"] for job in jobs) == [False, True]
    assert len({job["result"]["delivery"] for job in jobs}) == 1


def test_a_mapping_that_is_chosen_is_used(keeper: httpx.Client) -> None:
    body = roads(5, 备注=[f"X{i}" for i in range(5)])
    told = look(keeper, body, mapping=json.dumps({"备注": "name"})).json()
    assert {one["name"]: (one["column"], one["example"]) for one in told["fields"]}["name"] == ("备注", "X0")


@pytest.mark.parametrize(
    ("name", "body", "form", "words"),
    [
        ("空.geojson", b"", {}, ["空.geojson", "空"]),
        ("坏.gpkg", b"not a geopackage", {}, ["坏.gpkg"]),
        ("道路.dwg", b"AC1032", {}, ["道路.dwg", "格式"]),
        ("重号.geojson", None, {}, ["重号.geojson", "R0", "2"]),
        ("道路.geojson", roads(2), {"mapping": "[1]"}, ["mapping"]),
        ("道路.geojson", roads(2), {"mapping": '{"没有": "name"}'}, ["没有"]),
        ("道路.geojson", roads(2), {"crs": "EPSG:1"}, ["EPSG:1"]),
        ("道路.geojson", roads(2), {"as_of": "2098-01-01"}, ["2098-01-01"]),
    ],
)
def test_a_bad_file_says_what_where_and_how(
    keeper: httpx.Client, store: sa.Engine, house: Server, name: str, body: bytes | None, form: dict[str, str], words: list[str]
) -> None:
    """Under the name that the visitor gave; nothing of it stays, in the database or on disk."""
    if body is None:
        body = roads(2).replace(b'"R1"', b'"R0"')
    before, folders = counts(store), set((house.home / "jobs").glob("*"))
    answer = look(keeper, body, name=name, **form)
    assert answer.status_code in (400, 422), answer.text
    said = answer.json()["detail"]
    assert all(word in said for word in words), said
    assert "input" not in said
    assert counts(store) == before and set((house.home / "jobs").glob("*")) == folders


def test_rows_that_cannot_be_used_are_told_one_by_one(keeper: httpx.Client) -> None:
    body = json.loads(roads(4))
    body["features"][2]["geometry"] = {"type": "Point", "coordinates": [114.3, 34.8]}
    told = look(keeper, json.dumps(body).encode()).json()
    assert (told["rows"], told["rejected"]) == (3, 1)
    (one,) = [issue for issue in told["issues"] if issue["rejected"]]
    assert one["row_no"] == 3 and one["zh"] and one["en"]


def test_a_load_that_is_cancelled_leaves_nothing(keeper: httpx.Client, store: sa.Engine, house: Server) -> None:
    """Another load holds the layer, so that this one has to wait: it is cancelled while it waits, and the worker lives on."""
    seen = look(keeper, roads(300), owner="取消").json()
    before = counts(store)["deliveries"]
    with store.begin() as connection:
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext('waixian load roads'))"))
        href = keeper.post("/api/loads", json={"preview": seen["id"]}).headers["location"]
        end = time.monotonic() + 60
        while keeper.get(href).json()["phase"]["en"] != "loading":
            assert time.monotonic() < end
            time.sleep(0.05)
        assert keeper.delete(href).json()["cancelling"]
        assert ended(keeper, href)["state"] == "cancelled"
    assert counts(store)["deliveries"] == before
    assert keeper.delete(href).status_code == 409
    again = look(keeper, roads(300), owner="取消").json()
    assert loaded(keeper, again["id"])["state"] == "done"


def test_a_load_outlives_its_worker(keeper: httpx.Client, store: sa.Engine, house: Server) -> None:
    seen = look(keeper, roads(120), owner="重启").json()
    with store.begin() as connection:
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext('waixian load roads'))"))
        href = keeper.post("/api/loads", json={"preview": seen["id"]}).headers["location"]
        end = time.monotonic() + 60
        while keeper.get(href).json()["phase"]["en"] != "loading":
            assert time.monotonic() < end
            time.sleep(0.05)
        house.kill_worker()
    told = ended(keeper, href)
    assert told["state"] == "done" and told["result"]["rows"] == 120
    owners = [one["owner"] for one in keeper.get("/api/layers/roads").json()["deliveries"]]
    assert owners.count("重启") == 1


def test_only_who_looked_may_load_it_and_only_who_keeps_the_layers(keeper: httpx.Client, house: Server) -> None:
    seen = look(keeper, roads(3), owner="谁").json()
    with httpx.Client(base_url=house.url, trust_env=False, headers={"sec-fetch-site": "same-origin"}) as other:
        other.cookies.set("waixian", house.secret("lead"))
        assert other.post("/api/loads", json={"preview": seen["id"]}).status_code == 403
        assert other.get("/api/layers/roads").status_code == 403
    for name in ("../../../etc", "0" * 32):
        assert keeper.post("/api/loads", json={"preview": name.ljust(32, "x")[:32]}).status_code == 404


def test_what_depends_on_a_load_is_fresh(keeper: httpx.Client) -> None:
    """The list of layers, and the version under which tiles are asked for, without waiting."""
    entry = {one["name"]: one for one in keeper.get("/api/layers").json()}
    job = loaded(keeper, look(keeper, roads(7), owner="新鲜", whole_city="true").json()["id"])
    after = {one["name"]: one for one in keeper.get("/api/layers").json()}
    assert job["result"]["replaced"] > 0 or entry["roads"]["rows"] is None
    assert after["roads"]["version"] != entry["roads"]["version"] and after["roads"]["covers"] == "bounds"
    assert keeper.get("/api/layers/roads").json()["covered_share"] == 1.0


def test_the_audit_is_filtered_and_exported(keeper: httpx.Client) -> None:
    rows = keeper.get("/api/audit", params={"action": "delivery.load", "actor": "demo-admin", "subject": ""}).json()["items"]
    assert rows and all(one["after"]["layer"] == "roads" for one in rows)
    some = keeper.get("/api/audit", params={"action": "delivery.load", "subject": rows[0]["subject"]}).json()["items"]
    assert rows[0] in some and all(rows[0]["subject"] in one["subject"] for one in some)
    assert keeper.get("/api/audit", params={"until": "2001-01-01"}).json()["items"] == []
    lines = keeper.get("/api/audit/rows.csv", params={"action": "delivery.load", "actor": "demo-admin"}).text.splitlines()
    assert lines[0].startswith("\ufeffid,at,actor") and len(lines) >= 1 + len(rows)


def test_packs_are_told_and_compared(keeper: httpx.Client) -> None:
    first, second = (one["id"] for one in keeper.get("/api/packs").json()[:2])
    told = keeper.get(f"/api/packs/{first}/clauses").json()
    assert told["cases"] and all(one["fits"] for one in told["cases"])
    sections = {one["name"]: one["items"] for one in told["sections"]}
    assert sections["rules"] and all(one["citation"]["says"] for one in sections["rules"])
    same = keeper.get(f"/api/packs/{first}/compare/{first}").json()
    assert {pair["fate"] for one in same["sections"] for pair in one["items"]} == {"same"}
    there = keeper.get(f"/api/packs/{first}/compare/{second}").json()
    back = keeper.get(f"/api/packs/{second}/compare/{first}").json()
    mirror = {"same": "same", "differs": "differs", "only_a": "only_b", "only_b": "only_a"}
    seen = {(one["name"], pair["id"]): pair["fate"] for one in there["sections"] for pair in one["items"]}
    turned = {(one["name"], pair["id"]): mirror[pair["fate"]] for one in back["sections"] for pair in one["items"]}
    assert seen == turned and "differs" in seen.values()
    assert keeper.get(f"/api/packs/{first}/compare/moon").status_code == 404
