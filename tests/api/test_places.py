"""Places over HTTP: pasted locations in words, and the ground along a line of the demo city."""

from typing import Any

import httpx
import numpy as np
import pytest
import rasterio
from pyproj import Geod, Transformer

HERE = [114.3074, 34.797]


def pasted(client: httpx.Client, text: str) -> dict[str, Any]:
    answer = client.get("/api/places/pasted", params={"text": text})
    assert answer.status_code == 200, answer.text
    read: dict[str, Any] = answer.json()
    return read


def test_a_link_says_its_datum_and_how_far_it_was_moved(client: httpx.Client) -> None:
    read = pasted(client, "我在这里 https://uri.amap.com/marker?position=114.313243793,34.796106570&name=x")
    (place,) = read["places"]
    assert (place["lon"], place["lat"]) == pytest.approx(HERE, abs=1e-8) and place["inside"]
    assert place["said"]["zh"] == f"高德链接 · GCJ-02 → CGCS2000，移 {place['shift_m']:.0f} m" and 543 < place["shift_m"] < 544.5
    assert "默认 GCJ-02" in read["said"]["zh"] and "its default" in read["said"]["en"]
    assert not pasted(client, "geo:48.85,2.35")["places"][0]["inside"]


def test_where_the_service_does_not_say_both_readings_come(client: httpx.Client) -> None:
    read = pasted(client, "https://maps.apple.com/?ll=34.7961,114.3132")
    assert [place["datum"] for place in read["places"]] == ["GCJ-02", "WGS84"] and "对照地物" in read["said"]["zh"]
    turned = pasted(client, "https://uri.amap.com/marker?position=34.7961,114.3132")
    assert turned["turned"] and "已对调" in turned["said"]["zh"]


@pytest.mark.parametrize(
    "text",
    [
        "114.3074, 34.797",
        "34.797 114.3074",
        "东经114°18′26.64″ 北纬34°47′49.2″",
        "528131.158, 3852115.407",
        "38528131.158 3852115.407",
        "北纬 34.797000°，东经 114.307400°，校验 5（CGCS2000）",
    ],
)
def test_coordinates_go_by_the_rules_of_the_drawing_table(client: httpx.Client, text: str) -> None:
    (place,) = pasted(client, text)["places"]
    assert (place["lon"], place["lat"]) == pytest.approx(HERE, abs=1e-7) and place["shift_m"] == 0


def test_a_position_that_was_misheard_is_refused_with_the_cure(client: httpx.Client) -> None:
    for lang, cure in (("zh", "请再核对一遍"), ("en", "go through them again")):
        text = "34.791000, 114.307400 校验 5"
        answer = client.get("/api/places/pasted", params={"text": text}, headers={"Accept-Language": lang})
        assert answer.status_code == 422 and cure in answer.json()["detail"]


def test_what_is_no_location_is_left_to_the_search(client: httpx.Client) -> None:
    for text in ("", "东京大道", "D-0012", "1, 2"):
        assert pasted(client, text)["places"] == []


def test_a_short_link_is_refused_with_the_cure_in_the_asked_language(client: httpx.Client) -> None:
    for lang, cure in (("zh", "长链接"), ("en", "long address")):
        answer = client.get("/api/places/pasted", params={"text": "https://surl.amap.com/a1"}, headers={"Accept-Language": lang})
        assert answer.status_code == 422 and cure in answer.json()["detail"]
    assert client.get("/api/places/pasted", params={"text": "x" * 2001}).status_code == 422
    assert client.get("/api/places/pasted", params={"text": "a\0b"}).status_code == 422


def profile(client: httpx.Client, *parts: Any) -> dict[str, Any]:
    line = (
        {"type": "LineString", "coordinates": parts[0]} if len(parts) == 1 else {"type": "MultiLineString", "coordinates": parts}
    )
    answer = client.post("/api/places/profile", json={"line": line})
    assert answer.status_code == 200, answer.text
    read: dict[str, Any] = answer.json()
    return read


def test_the_ground_is_what_the_raster_says(client: httpx.Client, demo_folder: Any) -> None:
    line = [[114.32, 34.79], [114.345, 34.80]]
    read = profile(client, line)
    assert read["length_m"] == pytest.approx(Geod(ellps="GRS80").line_length(*zip(*line, strict=True)), rel=1e-4)
    points, (sheet,) = read["points"], read["sheets"]
    assert read["gaps"] == [] and sheet["points"] == len(points) and sheet["source"] and sheet["as_of"]
    steps = np.diff([point["at_m"] for point in points])
    assert steps.min() >= sheet["resolution_m"] - 0.01 and steps.max() == pytest.approx(read["step_m"], abs=0.01)
    with rasterio.open(demo_folder / "terrain.tif") as raster:
        change = Transformer.from_crs("EPSG:4490", raster.crs, always_xy=True)
        here = [change.transform(point["lon"], point["lat"]) for point in points]
        wanted = np.array([value[0] for value in raster.sample(here)])
        tolerance = 1.5 * np.abs(np.gradient(raster.read(1))).max() + 0.01  # the nearest cell against the plane between cells
    heights = np.array([point["height_m"] for point in points])
    assert np.abs(heights - wanted).max() <= tolerance
    assert points[0]["slope_pct"] == pytest.approx((heights[1] - heights[0]) / steps[0] * 100, abs=0.1)
    assert points[-1]["slope_pct"] is None
    assert read["climb_m"] - read["descent_m"] == pytest.approx(heights[-1] - heights[0], abs=0.05)
    assert (read["lowest_m"], read["highest_m"]) == (heights.min(), heights.max())


def test_beyond_the_sheet_the_ground_is_a_gap(client: httpx.Client, demo_folder: Any) -> None:
    with rasterio.open(demo_folder / "terrain.tif") as raster:
        b = raster.bounds
        to = Transformer.from_crs(raster.crs, "EPSG:4490", always_xy=True)
        edge, middle = to.transform(b.right, (b.top + b.bottom) / 2), to.transform(b.right - 300, (b.top + b.bottom) / 2)
    read = profile(client, [list(middle), [edge[0] + 0.002, edge[1]]])
    assert read["gaps"][-1][1] == pytest.approx(read["length_m"], abs=0.01)
    assert read["points"][-1]["height_m"] is None and read["points"][0]["height_m"] is not None
    assert read["lowest_m"] > 0
    over = [list(to.transform(b.right + dx, (b.top + b.bottom) / 2)) for dx in (-6, 6)]
    short = profile(client, over)
    assert short["climb_m"] is short["descent_m"] is None, "what is not known is not level"


def test_parts_follow_each_other(client: httpx.Client) -> None:
    read = profile(client, [[114.32, 34.79], [114.325, 34.79]], [[114.34, 34.80], [114.345, 34.80]])
    assert {point["part"] for point in read["points"]} == {0, 1}
    assert read["points"][-1]["at_m"] == pytest.approx(read["length_m"])


def test_refusals_of_a_profile(client: httpx.Client) -> None:
    far = {"type": "LineString", "coordinates": [[100.0, 30.0], [100.1, 30.0]]}
    assert client.post("/api/places/profile", json={"line": far}).status_code == 422
    many = {
        "type": "MultiLineString",
        "coordinates": [[[114.32 + i * 1e-4, 34.79], [114.32 + i * 1e-4, 34.791]] for i in range(101)],
    }
    answer = client.post("/api/places/profile", json={"line": many})
    assert answer.status_code == 422 and "100 段" in answer.json()["detail"]
    dot = {"type": "LineString", "coordinates": [[114.32, 34.79], [114.32 + 1e-10, 34.79]]}
    assert "短于 1 mm" in client.post("/api/places/profile", json={"line": dot}).json()["detail"]
