"""The way to a survey's site: each map app gets the same place in its own datum, and the words read back as that place."""

from urllib.parse import unquote

import pytest

from api.places.links import places, read_link
from api.survey.way import SITE_NAME, way_to
from tests.houses import Visitors
from tests.rooms import SITE

SPOT = {"type": "Point", "coordinates": [114.3074, 34.797]}
# the mean of its corners lies outside
HOOK = {"type": "Polygon", "coordinates": [[[0, 0], [10, 0], [10, 1], [1, 1], [1, 10], [0, 10], [0, 0]]]}


def test_every_app_is_sent_to_the_same_place() -> None:
    way = way_to(SPOT)
    apps = {each["service"]: each for each in way["apps"]}
    assert (way["lon"], way["lat"]) == (114.3074, 34.797)
    assert apps["wechat"]["url"] is None and apps["wechat"]["numbers"] == "34.796107,114.313244"  # latitude first
    assert apps["amap"]["numbers"] == "114.313244,34.796107"  # longitude first
    for service in ("amap", "baidu", "tencent", "geo"):
        link = read_link(apps[service]["url"])
        assert link is not None and link.datums == (apps[service]["datum"],)
        assert (places(link)[0].lon, places(link)[0].lat) == pytest.approx((114.3074, 34.797), abs=2e-6)


def test_of_an_area_it_is_a_point_inside() -> None:
    way = way_to(HOOK)
    assert (0 < way["lon"] < 1 and 0 < way["lat"] < 10) or (0 < way["lat"] < 1 and 0 < way["lon"] < 10)


def test_the_words_read_back_and_the_title_is_told_to_no_app(visitors: Visitors) -> None:
    asked = {"kind": "user_site", "mode": "mixed", "title": "张家院子", "site": SITE}
    at, lead = f"/api/surveys/{visitors['lead'].post('/api/surveys', json=asked).json()['id']}", visitors["lead"]
    way = lead.get(f"{at}/way").json()
    assert [way["lon"], way["lat"]] == SITE["coordinates"]
    for words in way["said"].values():
        (read,) = lead.get("/api/places/pasted", params={"text": words}).json()["places"]
        assert [read["lon"], read["lat"]] == pytest.approx([way["lon"], way["lat"]], abs=1e-6)
    addresses = [unquote(each["url"]) for each in way["apps"] if each["url"]]
    assert any(SITE_NAME in each for each in addresses) and not any("张家院子" in each for each in addresses)
    assert visitors["gas"].get(f"{at}/way").status_code == visitors["gas"].get(at).status_code == 404  # who is not invited
