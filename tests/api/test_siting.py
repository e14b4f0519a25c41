"""Site judgements over HTTP, on the demo city: every part, by right, on paper, and what is refused."""

import re
from typing import Any

import httpx
import pytest
import shapely
from pyproj import Transformer

from geo.siting.mains import UTILITIES
from tests.houses import Visitors

CENTRE = (114.3074, 34.797)
TO_WORK = Transformer.from_crs("EPSG:4490", "EPSG:4547", always_xy=True)


def point(lon: float = CENTRE[0], lat: float = CENTRE[1], **more: Any) -> dict[str, Any]:
    return {"geometry": {"type": "Point", "coordinates": [lon, lat]}, **more}


def test_a_site_is_judged_part_by_part_and_its_lines_as_drawn_lines_are(client: httpx.Client) -> None:
    answer = client.post("/api/site-judgements", json=point())
    assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"
    said = answer.json()
    x, y = TO_WORK.transform(*CENTRE)
    assert [one["utility"] for one in said["mains"]] == list(UTILITIES)
    for one in said["mains"]:
        assert one["data"][0]["as_of"] and one["data"][0]["owner"]
        for main in one["mains"]:
            shape = shapely.MultiLineString([[TO_WORK.transform(*xy) for xy in part] for part in main["line"]])
            assert shape.distance(shapely.Point(x, y)) == pytest.approx(main["distance_m"], abs=0.03)
            assert main["free_capacity"] is None and main["rise_m"] is not None
    old_city = next(one for one in said["around"] if one["theme"] == "heritage")["items"][0]
    assert old_city["kind"] == "old_city" and old_city["distance_m"] == 0 and old_city["citation"]["clause"]
    assert said["terrain"]["height_m"] and said["terrain"]["data"][0]["layer"] == "terrain"

    lines = client.post("/api/site-judgements/lines", json=point()).json()
    drawn = [line for one in lines["utilities"] for line in one["lines"]]
    assert drawn and all(len(one["lines"]) <= 2 for one in lines["utilities"])
    line = next(one for one in drawn if one["utility"] == "gas")
    feature = {
        "type": "Feature",
        "geometry": {"type": "LineString", "coordinates": line["line"]},
        "properties": {"utility": "gas"},
    }
    verdict = client.post("/api/review", json=feature).json()["verdict"]
    assert (line["outcome"], line["conditions"]) == (verdict["outcome"], verdict["conditions"])
    assert line["length_m"] == pytest.approx(verdict["length"]["planar_m"], abs=0.05)


def test_the_same_site_in_metres_and_as_an_area(client: httpx.Client) -> None:
    x, y = TO_WORK.transform(*CENTRE)
    degrees = client.post("/api/site-judgements", json=point()).json()
    metres = client.post("/api/site-judgements", json=point(x, y, crs="EPSG:4547")).json()
    assert [one["mains"][:1] and one["mains"][0]["pipe_id"] for one in metres["mains"]] == [
        one["mains"][:1] and one["mains"][0]["pipe_id"] for one in degrees["mains"]
    ]
    ring = [[x - 20, y - 20], [x + 20, y - 20], [x + 20, y + 20], [x - 20, y + 20], [x - 20, y - 20]]
    area = client.post(
        "/api/site-judgements", json={"geometry": {"type": "Polygon", "coordinates": [ring]}, "crs": "4547"}
    ).json()
    assert area["site"]["area_m2"] == 1600
    nearest = {one["utility"]: one["mains"][0]["distance_m"] for one in area["mains"] if one["mains"]}
    for one in degrees["mains"]:
        assert nearest[one["utility"]] <= one["mains"][0]["distance_m"]


def test_closed_pipes_show_in_no_answer_and_no_place_tells_where_they_are(visitors: Visitors, client: httpx.Client) -> None:
    """The water company sees its own mains; of the others only that they are closed, whatever place it asks about."""
    every, water = client.get("/api/layers/pipes/export.csv").text, visitors["utility"]
    own = set(re.findall(r"P\d{5}", water.get("/api/layers/pipes/export.csv").text))
    assert own and own < set(re.findall(r"P\d{5}", every))
    states = set()
    for lon, lat in (CENTRE, (114.29, 34.78), (114.345, 34.825)):
        answers = [
            water.post("/api/site-judgements", json=point(lon, lat)),
            water.post("/api/site-judgements/lines", json=point(lon, lat)),
        ]
        answers.append(water.get("/api/site-judgements/sheet", params={"site": f"{lon}_{lat}"}))
        assert [one.status_code for one in answers] == [200] * 3
        assert set(re.findall(r"P\d{5}", " ".join(one.text for one in answers))) <= own
        said = answers[0].json()
        states.add(tuple(one["answer"] for one in said["mains"] if one["utility"] != "water"))
        assert {one["code"] for one in said["clearances"]["missing"]} >= {"closed"}
        assert all(not one["lines"] for one in answers[1].json()["utilities"] if one["utility"] != "water")
    assert states == {("closed",) * 5}


def test_the_sheet_holds_every_part_with_its_map_clause_and_age_and_runs_nothing(client: httpx.Client) -> None:
    answer = client.get("/api/site-judgements/sheet", params={"site": f"{CENTRE[0]}_{CENTRE[1]}", "lang": "zh"})
    assert answer.status_code == 200 and "sandbox" in answer.headers["content-security-policy"]
    text = answer.text
    assert "<script" not in text and text.count("<svg") >= 12
    for words in (
        "最近的主管",
        "沿路候选线",
        "规划控制线",
        "古树名木",
        "公路及建筑控制区",
        "地形",
        "净距提示",
        "第三十一条第三款",
        "资料：",
        "合成数据",
    ):
        assert words in text
    english = client.get("/api/site-judgements/sheet", params={"site": f"{CENTRE[0]}_{CENTRE[1]}", "lang": "en"}).text
    assert "Nearest mains" in english and "最近的主管" not in english


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (point(120.0, 30.0), 422, "范围"),
        (point(114.3, 34.8, crs="EPSG:2380"), 422, "坐标系"),
        (point(1e300, 1e300, crs="EPSG:4547"), 422, "坐标"),
        (
            {
                "geometry": {
                    "type": "Polygon",
                    "coordinates": [[[114.30, 34.79], [114.31, 34.80], [114.31, 34.79], [114.30, 34.80]]],
                }
            },
            422,
            "边与边相交",
        ),
        (
            {
                "geometry": {
                    "type": "Polygon",
                    "coordinates": [[[114.27, 34.77], [114.34, 34.77], [114.34, 34.82], [114.27, 34.82]]],
                }
            },
            422,
            "过大",
        ),
        (point(reach_m=5000), 422, ""),
    ],
)
def test_what_is_no_site_is_refused_with_the_cure(client: httpx.Client, body: dict[str, Any], status: int, words: str) -> None:
    answer = client.post("/api/site-judgements", json=body)
    assert answer.status_code == status and words in answer.json()["detail"]


@pytest.mark.parametrize("site", ["114.3", "114.3_34.8~114.31_34.8", "999_34.8", "114.3_34.8<script>"])
def test_an_address_that_names_no_site_is_refused(client: httpx.Client, site: str) -> None:
    assert client.get("/api/site-judgements/sheet", params={"site": site}).status_code in (400, 422)
