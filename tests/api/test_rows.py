"""Whose rows: what belongs to one company is in no answer to another, to an applicant or to the office of another district."""

import collections
import re
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import shapely

from geo.crs import to_degrees
from layers.tiles import TILE_LAYERS
from tests.api.dig_journeys import Journey, journey
from tests.api.dig_town import loose, on_street
from tests.houses import Visitors
from tests.packs.places import CRS
from tests.photos import photo
from tests.servers import Server

__all__ = ["journey"]
POWER, HEAT, GAS, WATER = "示范供电公司", "示范热力公司", "示范燃气公司", "示范水务公司"
DAYS = ("2026-12-01", "2026-12-18")
# Words that stand in rows of the power and heat companies alone, one for each kind of row.
SECRETS = {
    "work": "W-暗号七", "other work": "W-暗号八", "project": "项目暗号", "proposal": "方案暗号", "survey": "踏勘暗号",
    "reason": "理由暗号",
}  # fmt: skip
FOREIGN = ("gas", "dianxin", "applicant", "urban_district")
JSON = dict[str, Any]


@pytest.fixture(scope="module")
def house(journey: Journey) -> Server:
    """The town's own server."""
    return journey.server


@pytest.fixture(scope="module")
def theirs(journey: Journey, visitors: Visitors) -> dict[str, str]:
    """One of everything that belongs to power and heat; numbers by the name of their place in an address."""
    secret, town = SECRETS, journey.town
    town.load(
        loose(secret["work"], on_street(0, 50, 250), POWER, *DAYS, shift_days=7).assign(project=secret["project"]),
        loose(secret["other work"], on_street(0, 150, 350, -5), HEAT, *DAYS, 8, shift_days=7).assign(project=secret["project"]),
        loose("G1", on_street(1, 50, 250), GAS, *DAYS, shift_days=7),
        loose("R1", on_street(1, 150, 350, -5), WATER, *DAYS, 8, shift_days=7),
    )
    town.rematch()
    plan, lead = journey.plan(), visitors["lead"]
    assert len(plan["digs"]) == 2
    dig = next(one for one in plan["digs"] if secret["work"] in one["works"])
    sent = lead.post(f"/api/digs/{dig['id']}/invitations", json={}).json()["invitations"]
    token = next(one["token"] for one in sent if one["party"] == HEAT)
    said = {"answer": "declines", "reason_code": "other", "reason": secret["reason"], "round": 1}
    assert lead.post(f"/api/invitations/{token}", json=said).status_code == 200
    route = next(one["id"] for one in visitors["power"].get("/api/routes").json()["items"] if one["route_id"] == secret["work"])
    survey = lead.post("/api/surveys", json={"kind": "user_site", "mode": "remote", "title": secret["survey"], "site": SITE})
    assert survey.status_code == 201, survey.text
    return {
        "plan_id": plan["id"], "dig_id": str(dig["id"]), "match_id": dig["match_ids"][0], "route_id": str(route),
        "proposal_id": str(proposed(visitors["power"])), "survey_id": str(survey.json()["id"]),
    }  # fmt: skip


SITE = {"type": "Point", "coordinates": list(to_degrees(on_street(0, 60, 70), CRS).coords[0])}


def proposed(power: httpx.Client) -> int:
    """A proposal of the power company's under review."""
    line = shapely.geometry.mapping(to_degrees(on_street(0, 60, 160, 8), CRS))
    feature = {"type": "Feature", "geometry": line, "properties": {"utility": "power"}}
    made = power.post("/api/proposals", json={"feature": feature, "title": SECRETS["proposal"]})
    assert made.status_code == 201, made.text
    one = made.json()
    sent = power.post(f"/api/proposals/{one['id']}/submit", json={"revision": one["revision"]})
    assert sent.status_code == 200, sent.text
    return int(one["id"])


# Places in addresses that are nobody's: what is asked there is everybody's, or told by a key that the asker holds.
OPEN = {
    "pack_id": "kaifeng-2022-6", "other_id": "xinmi-2022", "layer": "routes", "number": "1", "ending": "csv", "token": "x" * 32,
    "person_id": "1", "company_id": "1", "load_id": "0" * 32, "job_id": "0" * 32, "row_no": "1", "name": "x", "sheet": "1",
    "file_id": "1", "participant_id": "1",
}  # fmt: skip


def everything(one: httpx.Client, numbers: dict[str, str]) -> Iterator[tuple[str, httpx.Response]]:
    """The answer of every GET that the server describes, with numbers of rows that are somebody's."""
    known = OPEN | numbers | {"proposal": numbers["proposal_id"]}
    for path, verbs in one.get("/api/openapi.json").json()["paths"].items():
        if "get" not in verbs or "/tiles/" in path:  # tiles are asked below; a guest's show the ground, and want their cookie
            continue
        spots = re.findall(r"{(\w+)}", path)
        assert set(spots) <= known.keys(), f"{path}: whose is it?"
        for query in ({}, {"limit": "1000"}, {"work": SECRETS["work"]}, {"q": "暗号"}):
            address = path.format(**known)
            yield f"{address} {query}", one.get(address, params=query)
    for layer in TILE_LAYERS:
        yield layer, one.get(f"/tiles/{layer}/{TILE}.mvt")


def _tile(lon: float, lat: float, z: int = 14) -> str:
    import math

    n = 2**z
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * n
    return f"{z}/{int((lon + 180) / 360 * n)}/{int(y)}"


TILE = _tile(*SITE["coordinates"])


def told(answers: Iterator[tuple[str, httpx.Response]]) -> dict[str, list[str]]:
    """Which secrets each address tells."""
    found: dict[str, list[str]] = {}
    for address, answer in answers:
        assert answer.status_code < 500, address
        # what is said back because it was asked for tells nothing
        asked = SECRETS["work"] if SECRETS["work"] in address else ""
        text = answer.content.decode("utf-8", "ignore")
        found[address] = [word for word in SECRETS.values() if word in text and word != asked]
    return {address: words for address, words in found.items() if words}


@pytest.mark.parametrize("who", FOREIGN)
def test_what_is_of_others_is_in_no_answer(visitors: Visitors, theirs: dict[str, str], who: str) -> None:
    assert told(everything(visitors[who], theirs)) == {}


@pytest.mark.parametrize("who", FOREIGN)
def test_what_is_of_others_cannot_be_changed(visitors: Visitors, theirs: dict[str, str], who: str) -> None:
    """Every address that changes something is tried with the body that its description gives as example."""
    lead, before = visitors["lead"], stands(visitors["lead"], theirs)
    tried = dict(changes(visitors[who], theirs))
    assert len(tried) > 25
    assert {address: code for address, code in tried.items() if code not in (403, 404)} == {}
    assert stands(lead, theirs) == before


def changes(one: httpx.Client, numbers: dict[str, str]) -> Iterator[tuple[str, int]]:
    """What POST, PUT, PATCH and DELETE answer wherever the address names something that is somebody's."""
    known = collections.defaultdict(lambda: "1", OPEN | numbers | {"proposal": numbers["proposal_id"]})
    document = one.get("/api/openapi.json").json()
    for path, verbs in document["paths"].items():
        spots = set(re.findall(r"{(\w+)}", path))
        if not spots & {*numbers, "proposal"}:
            continue
        for verb in verbs.keys() - {"get", "parameters"}:
            kinds = verbs[verb].get("requestBody", {}).get("content", {})
            body: JSON = {"json": _example(document, kinds["application/json"]["schema"])} if "application/json" in kinds else {}
            if "signed_name" in body.get("json", {}):
                body["json"]["signed_name"] = one.get("/api/session").json()["person"]["name"]
            if path.endswith("/files"):
                body = {"params": {"kind": "photo", "client_id": str(uuid.uuid4())}, "content": photo()}
            yield f"{verb} {path}", one.request(verb, path.format_map(known), **body).status_code


def _example(document: JSON, schema: JSON) -> Any:
    named = schema.get("$ref") or next((one["$ref"] for one in schema.get("anyOf", ()) if "$ref" in one), None)
    found = document["components"]["schemas"][named.rsplit("/", 1)[1]] if named else {}
    return found.get("examples", [{}])[0]  # without one everything may be left out


def stands(lead: httpx.Client, numbers: dict[str, str]) -> list[JSON]:
    """Everything that is theirs, as the leading office sees it."""
    return [
        lead.get(address.format(**numbers)).json()
        for address in (
            "/api/plans/{plan_id}", "/api/digs/{dig_id}", "/api/proposals/{proposal_id}", "/api/surveys/{survey_id}",
            "/api/matches/{match_id}", "/api/queue/{route_id}",
        )
    ]  # fmt: skip


def test_whose_it_is_sees_it_in_many_answers(visitors: Visitors, theirs: dict[str, str]) -> None:
    """The walk above would find the words: here it finds all of them."""
    seen = told(everything(visitors["power"], theirs))
    assert {word for words in seen.values() for word in words} == {*SECRETS.values()} - {SECRETS["reason"], SECRETS["survey"]}
    lead = told(everything(visitors["lead"], theirs))
    assert {word for words in lead.values() for word in words} == {*SECRETS.values()}


def test_a_plan_is_seen_by_its_digs(journey: Journey, visitors: Visitors, theirs: dict[str, str]) -> None:
    plan_id = theirs["plan_id"]
    whole = visitors["lead"].get(f"/api/plans/{plan_id}").json()
    gas = visitors["gas"].get(f"/api/plans/{plan_id}").json()
    (dig,) = gas["digs"]
    assert {one["work_id"] for one in gas["works"]} == {"G1", "R1"} == set(dig["works"])
    assert gas["savings"].keys() == whole["savings"].keys()
    assert gas["savings"] == {name: dig["savings"].get(name) for name in gas["savings"]} | {"shift_days": 0}
    assert gas["savings"]["metres"] > 0
    counts = {who: visitors[who].get("/api/dig-once").json()["plans"][0]["digs"] for who in ("lead", "gas", "applicant")}
    assert counts == {"lead": 2, "gas": 1, "applicant": 0}
    assert [visitors[who].get(f"/api/digs/{theirs['dig_id']}").status_code for who in ("power", "gas")] == [200, 404]
    nothing = visitors["applicant"].get(f"/api/plans/{plan_id}").json()
    assert (nothing["digs"], nothing["works"], nothing["savings"]["metres"]) == ([], [], 0)
    # the power company hears that heat declined, not what it said
    heat = next(one for one in visitors["power"].get(f"/api/digs/{theirs['dig_id']}").json()["answers"] if one["party"] == HEAT)
    assert (heat["state"], heat["reason"]) == ("declines", None)


def test_the_scoreboard_of_a_company_is_its_own(visitors: Visitors, theirs: dict[str, str]) -> None:
    whole, gas = (visitors[who].get("/api/scoreboard").json() for who in ("lead", "gas"))
    assert (whole["total"]["pairs"], gas["total"]["pairs"]) == (3, 1)  # its proposal lies beside the other's work too
    assert {one["party"] for one in whole["parties"]} == {POWER, HEAT, GAS, WATER}
    assert [one["party"] for one in gas["parties"]] == [GAS] and whole["total"]["refusals"] and not gas["total"]["refusals"]
    assert visitors["gas"].get("/api/scoreboard", params={"party": GAS}).json()["total"] == gas["total"]
    assert visitors["gas"].get("/api/scoreboard", params={"party": POWER}).status_code == 403
    assert visitors["applicant"].get("/api/scoreboard").json()["total"]["pairs"] == 0


def test_an_office_moves_and_asks_in_its_own_district_alone(visitors: Visitors, theirs: dict[str, str]) -> None:
    """Nobody drew its district in this town: nothing lies in it."""
    office, plan, dig = visitors["urban_district"], f"/api/plans/{theirs['plan_id']}", f"/api/digs/{theirs['dig_id']}"
    moves = {"moves": {SECRETS["work"]: "2026-12-02"}}
    assert office.post(f"{plan}/preview", json=moves).status_code == 404
    assert office.put(f"{plan}/moves", json={**moves, "revision": 1}).status_code == 404
    assert office.post(f"{dig}/invitations", json={}).status_code == 404
    assert visitors["lead"].post(f"{plan}/preview", json=moves).status_code == 200
    assert visitors["gas"].post(f"{plan}/preview", json=moves).status_code == 403
