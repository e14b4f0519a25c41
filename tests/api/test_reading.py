"""What the server says of the city: settings, layers, packs, stored routes, search, tiles; and the page."""

import asyncio
import json
import math
import shutil
from pathlib import Path
from typing import Any

import httpx
import pytest
import shapely

from api.app import create_app
from api.examples import FEATURE
from api.settings import Settings
from geo.schema import LAYERS
from tests.servers import PACKS, Server

BOX = list[float]


def test_the_city(client: httpx.Client) -> None:
    city = client.get("/api/city").json()
    assert city["name"] == "示范城" and city["synthetic"] is True and city["work_crs"] == "EPSG:4547"
    assert city["default_pack"] == "kaifeng-2022-6" and city["rasters"] == ["satellite", "terrain"]
    west, south, east, north = city["bounds"]
    assert 114 < west < east < 115 and 34 < south < north < 35


def test_every_layer_says_how_far_it_can_be_trusted(client: httpx.Client) -> None:
    layers = {layer["name"]: layer for layer in client.get("/api/layers").json()}
    assert list(layers) == list(LAYERS)
    for name, layer in layers.items():
        assert layer["delivered"] and layer["rows"] > 0 and layer["source"], name
        assert layer["covers"] in ("bounds", "polygon"), name
    assert layers["roads"]["tiles"] == "/tiles/roads/{z}/{x}/{y}.mvt" and layers["road_ledger"]["tiles"] is None
    assert layers["terrain"]["tiles"] == "/tiles/terrain/{z}/{x}/{y}.png"
    assert layers["road_ledger"]["complete_since"] == "2018-01-01"


def test_packs_carry_words_and_clauses(client: httpx.Client) -> None:
    (brief,) = (one for one in client.get("/api/packs").json() if one["default"])
    assert brief["id"] == "kaifeng-2022-6" and brief["label"].startswith(brief["id"] + "@")
    pack = client.get(f"/api/packs/{brief['id']}").json()
    assert client.get(f"/api/packs/{brief['label']}").json() == pack
    assert {"exempt", "parallel", "undetermined", "out_of_scope"} <= set(pack["outcomes"])
    assert pack["outcomes"]["exempt"]["zh"] and pack["conditions"]["gov_approval"]["citation"]["clause"]
    for rule in pack["rules"]:
        assert rule["citation"]["read_on"] and rule["title"]["zh"] and rule["title"]["en"]
    for switch in pack["switches"].values():
        assert switch["recommended"] in switch["options"] and set(switch["confirmed_by"]) == {"office", "document", "date"}
    assert all(permit["authority"]["zh"] for permit in pack["permits"])


def test_a_server_whose_packs_have_all_ended_says_so_and_stands(server: Server, demo_database: str, tmp_path: Path) -> None:
    """The city can be looked at; what is to be judged is refused with the days of the pack, and nobody else's law steps in."""
    shutil.copytree(PACKS, tmp_path / "packs")
    file = tmp_path / "packs" / "kaifeng-2022-6" / "pack.yaml"
    file.write_text(
        file.read_text("utf-8").replace("valid_from: 2022-12-23\n", "valid_from: 2022-12-23\nvalid_to: 2024-12-31\n"), "utf-8"
    )
    app = create_app(Settings(demo_database, tmp_path / "packs", tmp_path))

    async def ask(method: str, address: str, **given: Any) -> httpx.Response:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://localhost", headers=server.headers
        ) as one:
            return await one.request(method, address, **given)

    assert asyncio.run(ask("GET", "/api/city")).json()["default_pack"] is None
    assert [one["default"] for one in asyncio.run(ask("GET", "/api/packs")).json()] == [False, False]
    refused = asyncio.run(ask("POST", "/api/review", json=FEATURE, params={"on": "2025-01-01"}))
    assert refused.status_code == 422 and "自 2022-12-23 至 2024-12-31 适用" in refused.json()["detail"]
    last = asyncio.run(ask("POST", "/api/review", json=FEATURE, params={"on": "2024-12-31"}))
    assert last.status_code == 200 and last.json()["verdict"]["rests_on"]["pack"] == "kaifeng-2022-6@1"
    app.state.house.close()


def test_routes_come_in_pages_that_add_up(client: httpx.Client, routes: list[dict[str, Any]]) -> None:
    assert len(routes) == 300 == len({route["id"] for route in routes})
    first = client.get("/api/routes", params={"limit": 7}).json()
    second = client.get("/api/routes", params={"limit": 7, "offset": 7}).json()
    assert first["items"] + second["items"] == routes[:14]
    assert first["total"] == 300 == sum(first["counts"].values())
    assert client.get("/api/routes", params={"offset": 300}).json()["items"] == []


def test_routes_by_outcome_and_by_words(client: httpx.Client, routes: list[dict[str, Any]]) -> None:
    counts = client.get("/api/routes", params={"limit": 1}).json()["counts"]
    for outcome, count in counts.items():
        page = client.get("/api/routes", params={"outcome": outcome, "limit": 1000}).json()
        assert page["total"] == count == len(page["items"]) and {item["outcome"] for item in page["items"]} == {outcome}
    assert client.get("/api/routes", params={"outcome": "no-such"}).json()["items"] == []
    named = routes[3]["route_id"]
    page = client.get("/api/routes", params={"q": named}).json()
    assert [item["route_id"] for item in page["items"]] == [item["route_id"] for item in routes if named in item["route_id"]]
    assert client.get("/api/routes", params={"q": "%"}).json()["total"] == 0  # a word, not a pattern


def test_a_stored_route_brings_its_proof(client: httpx.Client, routes: list[dict[str, Any]]) -> None:
    item = next(one for one in routes if one["outcome"] == "parallel")
    one = client.get(f"/api/routes/{item['id']}").json()
    route, verdict = one["route"], one["verdict"]
    assert route["properties"]["route_id"] == item["route_id"] == verdict["route_id"]
    assert verdict["outcome"] == item["outcome"] and verdict["conditions"] == item["conditions"]
    line, box = shapely.geometry.shape(route["geometry"]), shapely.box(*item["bbox"])
    assert box.buffer(1e-7).covers(line) and line.bounds == pytest.approx(item["bbox"], abs=5e-5)
    stretches = [s for finding in verdict["findings"] for s in finding["stretches"]]
    assert stretches and all(len(s["coordinates"]) >= 2 for s in stretches)
    assert sum(piece["to_m"] - piece["from_m"] for piece in one["pieces"]) == pytest.approx(item["length_m"], abs=1e-3)
    spots = [spot for stretch in (*one["pieces"], *stretches) for spot in stretch["coordinates"]]
    assert shapely.distance(line, shapely.points(spots)).max() < 1e-6
    ends = [one["pieces"][0]["coordinates"][0], one["pieces"][-1]["coordinates"][-1]]
    assert ends == [pytest.approx(line.coords[0], abs=1e-6), pytest.approx(line.coords[-1], abs=1e-6)]


def test_search_finds_roads_routes_and_green(client: httpx.Client, routes: list[dict[str, Any]]) -> None:
    found = client.get("/api/search", params={"q": routes[0]["route_id"]}).json()
    assert found[0]["kind"] == "route" and found[0]["id"] == routes[0]["id"]
    west, south, east, north = client.get("/api/city").json()["bounds"]
    roads = client.get("/api/search", params={"q": "路", "limit": 100}).json()
    assert len(roads) == 100 and all(west <= hit["bbox"][0] <= hit["bbox"][2] <= east for hit in roads if hit["kind"] == "road")
    assert all(south <= hit["bbox"][1] <= hit["bbox"][3] <= north for hit in roads if hit["kind"] == "road")
    assert client.get("/api/search").json() == [] == client.get("/api/search", params={"q": "   "}).json()


def tile_of(lon: float, lat: float, z: int) -> tuple[int, int]:
    n = 2**z
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return int((lon + 180) / 360 * n), int(y * n)


def middle(client: httpx.Client) -> tuple[float, float]:
    west, south, east, north = client.get("/api/city").json()["bounds"]
    return (west + east) / 2, (south + north) / 2


def decoded(body: bytes, tmp_path: Any) -> dict[str, Any]:
    """The tile read back by GDAL: layer name → frame."""
    import pyogrio

    path = tmp_path / "0.mvt"
    path.write_bytes(body)
    return {name: pyogrio.read_dataframe(path, layer=name) for name, _ in pyogrio.list_layers(path)}


@pytest.mark.parametrize("layer", [name for name, spec in LAYERS.items() if spec.geometry not in ("none", "raster")])
def test_every_vector_layer_has_tiles(client: httpx.Client, layer: str, tmp_path: Any) -> None:
    x, y = tile_of(*middle(client), 11)
    answer = client.get(f"/tiles/{layer}/11/{x}/{y}.mvt")
    assert answer.status_code == 200 and answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert list(decoded(answer.content, tmp_path)) == [layer]


def test_tiles_of_routes_carry_what_colours_them(client: httpx.Client, routes: list[dict[str, Any]], tmp_path: Any) -> None:
    seen: dict[str, str] = {}
    for x, y in {tile_of(item["bbox"][0], item["bbox"][1], 13) for item in routes}:
        rows = decoded(client.get(f"/tiles/routes/13/{x}/{y}.mvt").content, tmp_path)["routes"]
        seen |= dict(zip(rows["route_id"], rows["outcome"], strict=True))
        assert set(rows["utility"].dropna()) <= {"water", "gas", "heat", "power", "comms", "drain", "other"}
    assert seen == {item["route_id"]: item["outcome"] for item in routes}


@pytest.mark.parametrize("raster", ["satellite", "terrain"])
def test_raster_tiles_are_pictures(client: httpx.Client, raster: str) -> None:
    x, y = tile_of(*middle(client), 14)
    answer = client.get(f"/tiles/{raster}/14/{x}/{y}.png")
    assert answer.headers["content-type"] == "image/png" and answer.content[:8] == b"\x89PNG\r\n\x1a\n"
    assert len(answer.content) > 5_000  # a picture, not the empty tile


@pytest.mark.parametrize("path", ["roads/{z}/{x}/{y}.mvt", "satellite/{z}/{x}/{y}.png"])
def test_a_tile_is_sent_once(client: httpx.Client, path: str) -> None:
    x, y = tile_of(*middle(client), 12)
    address = "/tiles/" + path.format(z=12, x=x, y=y)
    first = client.get(address)
    assert first.headers["cache-control"] == "private, no-cache"
    again = client.get(address, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    stale = client.get(address, headers={"if-none-match": 'W/"older"'})
    assert stale.status_code == 200 and stale.content == first.content
    name = path.split("/")[0]
    version = next(layer["version"] for layer in client.get("/api/layers").json() if layer["name"] == name)
    assert "immutable" in client.get(address, params={"v": version}).headers["cache-control"]
    assert client.get(address, params={"v": "older"}).headers["cache-control"] == "private, no-cache"


def test_a_tile_far_away_is_empty(client: httpx.Client) -> None:
    answer = client.get("/tiles/roads/5/0/0.mvt")
    assert answer.status_code == 200 and answer.content == b""


def test_json_is_packed_where_it_pays(client: httpx.Client) -> None:
    assert client.get("/api/layers").headers["content-encoding"] == "gzip"
    assert "content-encoding" not in client.get("/api/city").headers
    assert "content-encoding" not in client.get("/api/layers", headers={"accept-encoding": "identity"}).headers


def test_every_answer_keeps_the_browser_at_home(client: httpx.Client) -> None:
    for path in ("/", "/api/city", "/api/nothing", "/api/packs/none", "/api/openapi.json"):
        headers = client.get(path).headers
        assert "default-src 'self'" in headers["content-security-policy"] and "http" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff" and headers["x-frame-options"] == "DENY"


def test_the_page_answers_for_places_inside_it(client: httpx.Client) -> None:
    for path, kept in (("/", "no-cache"), ("/digs", "no-cache"), ("/invite/none", "no-store"), ("/?layer=roads", "no-cache")):
        answer = client.get(path)
        assert answer.headers["content-type"].startswith("text/html") and answer.headers["cache-control"] == kept
        assert (answer.status_code == 200) == ('id="app"' in answer.text)
        assert answer.status_code == 200 or "./setup.sh" in answer.text
    for path in ("/assets/none.js", "/routes/12", "/docs"):
        answer = client.get(path)
        assert answer.status_code == 404 and answer.json()["code"] == "no_such_address"


@pytest.mark.parametrize(
    "path",
    ["/../../package.json", "/%2e%2e/package.json", "/..%2fpackage.json", "/assets/../../package.json", "/%00", "//etc/passwd"],
)
def test_nothing_beside_the_page_is_served(server_url: str, path: str) -> None:
    import http.client

    host = server_url.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=60)  # sends the path as it is
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    assert "waixian-web" not in body and "root:" not in body
    assert answer.status in (404, 200, 503) and (answer.status == 404 or answer.headers["content-type"].startswith("text/html"))


def test_openapi_describes_everything_with_examples(client: httpx.Client) -> None:
    described = client.get("/api/openapi.json").json()
    assert {path for path in described["paths"] if not path.startswith(("/api/", "/tiles/"))} == set()
    for path, verbs in described["paths"].items():
        for verb, operation in verbs.items():
            assert " / " in operation["summary"] and operation["description"], f"{verb} {path}"
            if {"204", "303"} & operation["responses"].keys():
                continue  # nothing comes back, or the way to another page
            body = next(operation["responses"][code] for code in ("200", "201", "202") if code in operation["responses"])
            schema = body["content"].get("application/json", {}).get("schema", {})
            name = (schema.get("items") or schema).get("$ref", "/Problem").rpartition("/")[2]
            assert described["components"]["schemas"][name]["examples"], f"{verb} {path}: {name}"
    assert described["components"]["schemas"]["Feature"]["examples"] == [FEATURE]
    assert "HTTPValidationError" not in json.dumps(described)  # errors are problem+json, never the framework's own form
