"""The drawing table over HTTP: typed coordinates land where they say, parallels keep their distance, files give their lines."""

import json
import math
from pathlib import Path
from typing import Any

import geopandas as gpd
import httpx
import numpy as np
import pytest
import shapely
from pyproj import CRS, Transformer

from api.drawing.typed import SIX_DEGREE, THREE_DEGREE
from geo.crs import to_degrees, to_work
from tests.servers import Server

WORK, DEGREES = "EPSG:4547", "EPSG:4490"
E, N = 526960.032, 3850889.945  # in the demo city, work CRS
LON, LAT = Transformer.from_crs(WORK, DEGREES, always_xy=True).transform(E, N)
BODY = "/api/coordinates"


@pytest.fixture(scope="module")
def ask(server: Server) -> Any:
    """Asks the server for JSON; expects 200."""

    def post(path: str, **body: Any) -> Any:
        answer = httpx.post(server.url + path, json=body, headers=server.headers, timeout=60, trust_env=False)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return post


def refusal(server: Server, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = httpx.post(server.url + path, json=body, headers=server.headers, timeout=60, trust_env=False)
    assert answer.status_code == 422, answer.text
    problem: dict[str, Any] = answer.json()
    return problem


def off_m(point: dict[str, Any]) -> float:
    """How far a point is from where it should be, metres in the work CRS."""
    x, y = Transformer.from_crs(DEGREES, WORK, always_xy=True).transform(point["lon"], point["lat"])
    return math.hypot(x - E, y - N)


def written(crs: str) -> tuple[float, float]:
    x, y = Transformer.from_crs(WORK, crs, always_xy=True).transform(E, N)
    return x, y


def test_zone_codes_are_those_of_the_registry() -> None:
    for zone, code in THREE_DEGREE.items():
        assert CRS.from_user_input(code).name == f"CGCS2000 / 3-degree Gauss-Kruger zone {zone}"
    for zone, code in SIX_DEGREE.items():
        assert CRS.from_user_input(code).name == f"CGCS2000 / Gauss-Kruger zone {zone}"


@pytest.mark.parametrize(("crs", "order"), [(c, o) for c in (WORK, DEGREES, "EPSG:4526", "EPSG:4498") for o in ("xy", "yx")])
def test_numbers_alone_land_within_a_millimetre_and_say_how_they_were_read(ask: Any, crs: str, order: str) -> None:
    x, y = written("EPSG:4498" if crs == "EPSG:4498" else crs)
    digits = 9 if crs == DEGREES else 4
    pair = (x, y) if order == "xy" else (y, x)
    said = ask(BODY, text=", ".join(f"{number:.{digits}f}" for number in pair))
    (point,) = said["points"]
    assert off_m(point) < 1e-3 and point["inside"] and said["order"] == order and said["crs"] == crs and said["ask"] is None
    assert crs in said["said"]["zh"] and said["problems"] == []


def test_minutes_and_seconds_land_within_a_millimetre(ask: Any) -> None:
    def dms(degrees: float, letter: str) -> str:
        minutes = (degrees % 1) * 60
        return f"{int(degrees)}°{int(minutes)}′{(minutes % 1) * 60:.6f}″{letter}"

    said = ask(BODY, text=f"{dms(LAT, 'N')} {dms(LON, 'E')}")
    assert off_m(said["points"][0]) < 1e-3 and said["order"] == "yx"


@pytest.mark.parametrize("code", ["EPSG:4547", "4547", "EPSG:4526", "EPSG:4548", "EPSG:32650", "EPSG:4326"])
def test_a_chosen_system_is_used(ask: Any, code: str) -> None:
    x, y = written(code if ":" in code else f"EPSG:{code}")
    said = ask(BODY, text=f"A1 {y:.8f} {x:.8f} 71.2", crs=code, order="yx")
    assert off_m(said["points"][0]) < 2e-3 and said["crs"].endswith(code.removeprefix("EPSG:"))


def test_a_zone_number_under_the_work_system_is_understood(ask: Any) -> None:
    said = ask(BODY, text=f"{38e6 + E:.4f} {N:.4f}", crs=WORK)
    assert off_m(said["points"][0]) < 1e-3


def test_a_pasted_table_with_one_bad_row(ask: Any) -> None:
    text = f"点号\tX\tY\n1\t{N}\t{E}\n2\t{N + 10}\n3\t{N + 20}\t{E + 5}"
    said = ask(BODY, text=text)
    assert [point["row"] for point in said["points"]] == [2, 4] and said["order"] == "yx"
    (problem,) = said["problems"]
    assert problem["row"] == 3 and "点号" in problem["why"]["zh"]


def test_what_lies_outside_the_city_is_said(ask: Any) -> None:
    said = ask(BODY, text="116.391, 39.907")
    assert said["points"][0]["inside"] is False and "范围之外" in said["said"]["zh"]


def test_numbers_that_tell_nothing_are_asked_about(ask: Any) -> None:
    assert ask(BODY, text="2000000 3000000")["ask"] == "crs"
    both = ask(BODY, text="500000 500000", crs="EPSG:32650")
    assert both["ask"] == "order" and both["points"] == []
    assert ask(BODY, text="500000 500000", crs="EPSG:32650", order="xy")["points"][0]["inside"] is False
    assert ask(BODY, text="  \n")["points"] == []


def test_a_system_of_another_datum_is_refused_with_the_cure(server: Server) -> None:
    problem = refusal(server, BODY, {"text": f"{E} {N}", "crs": "EPSG:2383"})
    assert problem["code"] == "unknown_crs" and "控制点" in problem["detail"]
    assert refusal(server, BODY, {"text": f"{E} {N}", "crs": "EPSG:999999"})["code"] == "unknown_crs"


def test_distance_and_azimuth_are_those_of_the_grid(ask: Any) -> None:
    point = ask("/api/coordinates/polar", start=[LON, LAT], distance_m=35.2, azimuth_deg=92.5)
    x, y = Transformer.from_crs(DEGREES, WORK, always_xy=True).transform(point["lon"], point["lat"])
    assert math.hypot(x - E, y - N) == pytest.approx(35.2, abs=2e-3)
    assert math.degrees(math.atan2(x - E, y - N)) == pytest.approx(92.5, abs=2e-3)


@pytest.mark.parametrize("side", ["left", "right"])
def test_parallel_of_a_real_kerb(ask: Any, demo_folder: Path, side: str) -> None:
    kerb = shapely.LineString(gpd.read_file(demo_folder / "road_surfaces.gpkg").geometry.iloc[0].exterior.coords[2:7])
    line = shapely.get_coordinates(to_degrees(kerb, WORK)).round(9).tolist()
    said = ask("/api/lines/offset", line={"type": "LineString", "coordinates": line}, distance_m=1.25, side=side)
    beside = to_work(shapely.LineString(said["line"]), DEGREES, WORK)
    assert beside.distance(kerb) == pytest.approx(1.25, abs=1e-3)
    inner = shapely.line_interpolate_point(beside, np.linspace(0.3, 0.7, 5), normalized=True)
    assert np.all(shapely.distance(inner, kerb) > 1.249)
    assert said["length_m"] == pytest.approx(beside.length, abs=0.01)


def test_parallel_limits(server: Server) -> None:
    line = {"type": "LineString", "coordinates": [[LON, LAT], [LON + 0.001, LAT]]}
    for distance in (0, -1, 1000.001):
        assert refusal(server, "/api/lines/offset", {"line": line, "distance_m": distance, "side": "left"})
    far = {"type": "LineString", "coordinates": [[116.0, 39.0], [116.001, 39.0]]}
    assert refusal(server, "/api/lines/offset", {"line": far, "distance_m": 1, "side": "left"})["code"] == "outside_city"


def read(server: Server, name: str, body: bytes, **form: str) -> httpx.Response:
    files = {"file": (name, body)}
    return httpx.post(f"{server.url}/api/lines/read", files=files, data=form, headers=server.headers, timeout=60, trust_env=False)


def test_lines_of_the_demo_file_with_their_columns(server: Server, demo_folder: Path, tmp_path: Path) -> None:
    routes = gpd.read_file(demo_folder / "routes.shp", encoding="GB18030").head(5)
    routes.to_file(tmp_path / "a.gpkg")
    before = set((server.home / "jobs").glob("*/input.gpkg"))
    said = read(server, "外线.gpkg", (tmp_path / "a.gpkg").read_bytes()).json()
    assert said["total"] == len(said["lines"]) >= 5 and said["rejects"] == []
    for line, shape in zip(said["lines"], routes.geometry, strict=False):
        there = to_work(shapely.LineString(line["coordinates"]), DEGREES, WORK)
        assert there.hausdorff_distance(shape) < 1e-3 and line["length_m"] == pytest.approx(shape.length, abs=1e-3)
    assert {line["attributes"].get("utility") for line in said["lines"]} & {"water", "power", "gas", "heat", "comms"}, said[
        "lines"
    ][0]
    assert set((server.home / "jobs").glob("*/input.gpkg")) == before


def test_a_file_without_lines_says_why(server: Server) -> None:
    point = {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [LON, LAT]}}
    answer = read(server, "点.geojson", json.dumps({"type": "FeatureCollection", "features": [point]}).encode())
    assert answer.status_code == 422 and "点.geojson" in answer.json()["detail"]
    assert read(server, "a.exe", b"MZ").status_code == 422


def test_shapes_of_a_tile_are_whole_and_exact(server: Server, demo_folder: Path) -> None:
    pipes = gpd.read_file(demo_folder / "pipes.gpkg").to_crs(DEGREES)
    lon, lat = pipes.geometry.iloc[0].coords[0]
    z = 16
    x = int((lon + 180) / 360 * 2**z)
    y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**z)
    answer = httpx.get(f"{server.url}/tiles/pipes/{z}/{x}/{y}.geojson", headers=server.headers, timeout=60, trust_env=False)
    assert answer.status_code == 200 and answer.headers["content-type"] == "application/geo+json"
    shapes = {f["properties"]["pipe_id"]: shapely.geometry.shape(f["geometry"]) for f in answer.json()["features"]}
    assert shapes
    for pipe in pipes[pipes.pipe_id.isin(list(shapes))].itertuples():
        assert shapely.equals_exact(shapes[pipe.pipe_id], pipe.geometry, 2e-9)
    for path in (f"pipes/14/{x // 4}/{y // 4}", f"nothing/{z}/{x}/{y}"):
        assert httpx.get(f"{server.url}/tiles/{path}.geojson", headers=server.headers, trust_env=False).status_code == 404
