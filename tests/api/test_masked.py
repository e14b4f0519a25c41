"""A number of a person, put wherever one can be put, appears in no answer of any address for who may not see it whole."""

import json
import re
from collections.abc import Iterator

import httpx
import pytest
import shapely

from layers.people.offices import offices
from layers.people.personal import ABILITY
from layers.tiles import TILE_LAYERS
from tests.api.dig_journeys import Journey, journey
from tests.api.dig_town import loose, on_street
from tests.api.job_tools import lines, send, wait
from tests.api.test_quiet_plans import drawn

__all__ = ["journey"]
PHONE, IDENTITY, OTHER = "13812345678", "410203198807123456", "13987654321"
RAW = (PHONE, IDENTITY, OTHER, "欧阳建国")
VEILED = [name for name, role in offices().roles.items() if ABILITY not in role.may]
FILES = ("answers.csv", "answers.geojson", "answers.gpkg", "answers.xlsx", "answers.parquet", "answers.shp.zip", "report.html")
Place = tuple[str, dict[str, str]]


@pytest.fixture(scope="module")
def places(journey: Journey) -> list[Place]:
    """Numbers in a project and a party, an answer and its reason, a quiet plan that was opened, a file under review; and every
    address that may tell of them."""
    k = next(journey.streets)
    a, b = f"A{k}", f"B{k}"
    journey.town.load(
        loose(a, on_street(k, 50, 250), f"甲{k}", "2031-05-01", "2031-05-20", 5, shift_days=7, project=f"入户 {PHONE}"),
        loose(b, on_street(k, 150, 350, -5), f"个人 {IDENTITY}", "2031-05-01", "2031-05-20", 8, shift_days=7),
    )
    journey.town.rematch()
    plan, dig, tokens = journey.asked(a)
    token = tokens[f"甲{k}"]
    answer = {"answer": "declines", "round": 1, "reason_code": "other", "reason": f"请联系 {OTHER}", "by": "欧阳建国"}
    said = httpx.post(f"{journey.server.url}/api/invitations/{token}", json=answer, trust_env=False)  # by the link alone
    assert said.status_code == 200, said.text
    shape = drawn(on_street(k, 60, 240))
    quiet = journey.client.post(
        "/api/quiet-plans",
        json={"party": "密", "start": "2031-04-01", "end": "2031-06-30", "geometry": shape, "contact": f"欧阳建国 {PHONE}"},
    ).json()
    assert PHONE in json.dumps(quiet, ensure_ascii=False)  # its owner sees it whole
    for one in quiet["plan"]["overlaps"]:
        journey.client.post(f"/api/quiet-plans/{quiet['token']}/overlaps/{one['overlap']}", json={"open": True})
    job = send(journey.client, "外线.geojson", lines(journey.client, 3, project=f"入户 {PHONE}", applicant=f"个人 {IDENTITY}"))
    assert wait(journey.client, job)["state"] == "done"
    routes = [one["id"] for one in journey.client.get("/api/routes", params={"limit": 1000}).json()["items"]]
    known = {
        "pack_id": "kaifeng-2022-6", "match_id": plan["matches"][0]["match_id"], "plan_id": plan["id"], "dig_id": str(dig["id"]),
        "token": token, "person_id": "1", "job_id": job.rpartition("/")[2], "row_no": "1",
        "layer": "roads", "number": "1", "ending": "geojson", "company_id": "1",
    }  # fmt: skip
    found = [*_addresses(journey, known), *((f"/api/routes/{number}", {}) for number in routes[-2:])]
    found += [(f"{job}/files/{name}", {}) for name in FILES]
    lon, lat = shapely.geometry.shape(shape).centroid.coords[0]
    return found + [(path, {}) for path in _tiles(lon, lat)] + [("/api/quiet-plans", {"work": one}) for one in (a, b)]


def _addresses(journey: Journey, known: dict[str, str]) -> Iterator[Place]:
    for path, verbs in journey.client.get("/api/openapi.json").json()["paths"].items():
        spots = set(re.findall(r"{(\w+)}", path))
        if "get" in verbs and spots <= set(known) and path != "/api/quiet-plans/{token}":
            for query in ({}, {"limit": "1000"}, {"q": "入户"}):
                yield path.format(**known), query


def _tiles(lon: float, lat: float) -> Iterator[str]:
    import math

    for z in (14, 17):
        x, n = int((lon + 180) / 360 * 2**z), 2**z
        y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * n)
        yield from (f"/tiles/{layer}/{z}/{x}/{y}.mvt" for layer in TILE_LAYERS)


def seen(client: httpx.Client, places: list[Place]) -> dict[str, list[str]]:
    """Where what is seen of them."""
    out = {}
    for path, query in places:
        answer = client.get(path, params=query)
        assert answer.status_code < 500, path
        text = answer.content.decode("utf-8", "ignore")
        if what := [one for one in RAW if one in text]:
            out[path] = what
    return out


@pytest.mark.parametrize("role", VEILED)
def test_no_address_tells_a_number_to_who_may_not_see_it(journey: Journey, places: list[Place], role: str) -> None:
    with httpx.Client(base_url=journey.server.url, timeout=120, trust_env=False) as client:
        client.cookies.set("waixian", journey.server.secret(role))
        assert seen(client, places) == {}


def test_who_may_see_them_sees_them(journey: Journey, places: list[Place]) -> None:
    """The numbers are where the search looks: without the mask it would find them."""
    with httpx.Client(base_url=journey.server.url, timeout=120, trust_env=False) as client:
        client.cookies.set("waixian", journey.server.secret("urban"))
        found = seen(client, places)
    assert {one for what in found.values() for one in what} >= {PHONE, IDENTITY, OTHER}
    assert {path.split("/")[2].split("?")[0] for path in found} >= {"routes", "works", "jobs", "plans", "digs", "quiet-plans"}
    assert any(path.startswith("/tiles/works") for path in found)


def test_who_holds_no_account_sees_none_of_others(journey: Journey, places: list[Place]) -> None:
    with httpx.Client(base_url=journey.server.url, timeout=120, trust_env=False) as client:
        assert seen(client, places) == {}


def test_ones_own_file_is_as_it_was_sent(journey: Journey) -> None:
    with httpx.Client(base_url=journey.server.url, timeout=120, trust_env=False) as client:
        client.headers["sec-fetch-site"] = "same-origin"
        client.cookies.set("waixian", journey.server.secret("gas"))
        job = send(client, "外线.geojson", lines(journey.client, 3, project=f"入户 {PHONE}"))
        assert wait(client, job)["state"] == "done"
        assert PHONE in client.get(f"{job}/files/answers.csv").text and client.get(f"{job}/files/answers.xlsx").status_code == 200
