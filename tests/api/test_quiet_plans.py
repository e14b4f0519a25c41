"""Quiet plans: nothing of them is to be had by anybody but their owner, until both sides have opened."""

import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import shapely

from geo.crs import to_degrees
from layers.digs.news import listen
from tests.api.dig_journeys import Journey, journey
from tests.api.dig_town import loose, on_street
from tests.packs.asked import PACK
from tests.packs.places import CRS

__all__ = ["journey"]
# Words, days and places that occur nowhere else in the town.
SECRET = {"party": "密谋热力", "note": "勿外传三七五", "contact": "保密电话八八四"}
WINDOW = {"start": "2031-05-17", "end": "2031-09-23"}


@pytest.fixture(autouse=True)
def nothing_quiet_yet(journey: Journey) -> None:
    """Each test finds its own plans alone: the squares of one street reach to the next."""
    journey.town.change("DELETE FROM quiet_plans")


def drawn(shape: shapely.LineString) -> dict[str, Any]:
    return dict(shapely.geometry.mapping(to_degrees(shape, CRS)))


def enter(journey: Journey, shape: shapely.LineString, **more: Any) -> tuple[str, dict[str, Any]]:
    body = {**SECRET, **WINDOW, "utility": "heat", "geometry": drawn(shape), **more}
    answer = journey.client.post("/api/quiet-plans", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["token"], answer.json()["plan"]


def everything(journey: Journey, numbers: dict[str, str]) -> Iterator[tuple[str, bytes]]:
    """The answer of every GET that the server describes, its places filled with what there is, in every list and language."""
    paths = journey.client.get("/api/openapi.json").json()["paths"]
    for path, verbs in paths.items():
        if "get" not in verbs or path == "/api/quiet-plans/{token}":
            continue
        spots = re.findall(r"{(\w+)}", path)
        if "/tiles/" in path:
            continue
        if not set(spots) <= set(numbers):
            assert path.startswith("/api/jobs"), f"{path}: nothing to ask it with"
            continue
        full = path.format(**numbers)
        queries = [{}, {"limit": "1000"}, {"q": SECRET["party"][:2]}, {"party": SECRET["party"]}, {"work": numbers["work"]}]
        for query in queries:
            answer = journey.client.get(full, params=query, headers={"Accept-Language": "en"})
            assert answer.status_code in (200, 403, 404, 422), f"{full} {query}: {answer.text}"  # 403: not the office of who asks
            yield f"{full} {query}", answer.content


def tiles(journey: Journey, lon: float, lat: float) -> Iterator[tuple[str, bytes]]:
    import math

    from layers.tiles import TILE_LAYERS

    for z in (0, 8, 12, 14, 16, 18):
        n = 2**z
        x = int((lon + 180) / 360 * n)
        y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * n)
        for layer in TILE_LAYERS:
            answer = journey.client.get(f"/tiles/{layer}/{z}/{x}/{y}.mvt")
            assert answer.status_code == 200
            yield f"{layer} {z}/{x}/{y}", answer.content


def leaks(body: bytes, canaries: list[str]) -> list[str]:
    text = body.decode("utf-8", "ignore") + body.decode("unicode_escape", "ignore")
    return [one for one in canaries if one in text]


def test_nothing_of_a_quiet_plan_leaves_through_any_address(journey: Journey) -> None:
    """Two quiet plans on one street and a public work there; everything is asked, before and after, and says none of it."""
    a, b = journey.two()
    k = int(a.removeprefix("A"))
    plan, dig, tokens = journey.asked(a)
    match = plan["matches"][0]["match_id"]
    route_id = str(journey.client.get("/api/routes").json()["items"][0]["id"])
    numbers = {
        "pack_id": "kaifeng-2022-6", "route_id": route_id, "match_id": match,
        "plan_id": plan["id"], "dig_id": str(dig["id"]), "token": next(iter(tokens.values())), "work": a,
        "person_id": "1", "company_id": "1", "layer": "roads", "number": "1", "ending": "geojson", "proposal_id": "1",
        "proposal": "1", "sheet": "1", "other_id": "xinmi-2022", "load_id": "0" * 32,
        "survey_id": "1", "file_id": "1", "participant_id": "1",
    }  # fmt: skip
    # off the beaten track: its coordinates are its own, and it overlaps A all the same
    shape = shapely.LineString([*on_street(k, 55.357, 200, 13.713).coords])
    spots = [f"{number:.5f}" for spot in drawn(shape)["coordinates"] for number in spot]
    before = dict(everything(journey, numbers))
    tiles_before = dict(tiles(journey, *drawn(shape)["coordinates"][0]))
    heard: list[str] = []
    news = threading.Thread(target=lambda: heard.extend(listen(journey.server.database, 4.0)))
    news.start()
    mine, shown = enter(journey, shape)
    theirs, _ = enter(journey, on_street(k, 60, 190, 11), party="另一密谋", note="另一勿外传", contact="另一电话")
    journey.client.get(f"/api/quiet-plans/{mine}")
    canaries = [*SECRET.values(), *WINDOW.values(), "另一密谋", "另一勿外传", "另一电话", *spots, mine, theirs, "20310517"]
    assert leaks(journey.client.get(f"/api/quiet-plans/{mine}").content, canaries)  # they would be seen
    # what an address says back because it was asked for it, it said before as well
    found = {
        address: set(leaks(body, canaries)) - set(leaks(before[address], canaries))
        for address, body in everything(journey, numbers)
    }
    assert {address: what for address, what in found.items() if what} == {}
    # the only trace is that something overlaps, and for who manages that somebody entered a plan
    changed = sorted(address for address, body in everything(journey, numbers) if body != before[address])
    assert {address.split(" ")[0] for address in changed} <= {
        "/api/works", "/api/quiet-plans", "/api/dig-once", "/api/matches", "/api/audit", "/api/audit/check",
        "/api/audit/rows.csv",
    }  # fmt: skip
    works = {
        one["work_id"]: one["quiet_overlaps"] for one in journey.client.get("/api/works", params={"limit": 1000}).json()["items"]
    }
    assert works[a] == 0  # A is over long before 2031
    assert dict(tiles(journey, *drawn(shape)["coordinates"][0])) == tiles_before
    news.join()
    assert heard == []  # nobody is told that anything was entered
    whole = (
        str(journey.town.rows("SELECT * FROM dig_events"))
        + str(journey.town.rows("SELECT * FROM works"))
        + str(journey.town.rows("SELECT * FROM jobs"))
    )
    assert not [one for one in canaries[:7] if one in whole]
    assert [one["with"] for one in shown["overlaps"]] == []
    assert b and news


def test_two_quiet_plans_meet_only_where_both_open(journey: Journey) -> None:
    k = next(journey.streets)
    mine, first = enter(journey, on_street(k, 50, 250))
    theirs, second = enter(
        journey, on_street(k, 150, 350), party="对方公司", contact="对方电话", start="2031-06-01", end="2031-07-15"
    )
    assert first["overlaps"] == []
    bare = {"with": None, "mine_open": False, "theirs_open": False, "both_open": False}
    (overlap,) = second["overlaps"]
    number = overlap.pop("overlap")
    assert overlap == bare
    href = f"/api/quiet-plans/{mine}/overlaps/{number}"
    opened = journey.client.post(href, json={"open": True}).json()["overlaps"]
    assert opened == [{"overlap": number, "with": None, "mine_open": True, "theirs_open": False, "both_open": False}]
    (waiting,) = journey.client.get(f"/api/quiet-plans/{theirs}").json()["overlaps"]
    assert waiting["with"] is None and waiting["theirs_open"] and not waiting["both_open"]
    (met,) = journey.client.post(f"/api/quiet-plans/{theirs}/overlaps/{number}", json={"open": True}).json()["overlaps"]
    assert met["both_open"] and met["with"]["party"] == SECRET["party"] and met["with"]["start"] == WINDOW["start"]
    assert "note" not in met["with"] and met["with"]["geometry"]["type"] == "LineString"  # the note stays its owner's
    (closed,) = journey.client.post(href, json={"open": False}).json()["overlaps"]
    assert closed["with"] is None
    (shut,) = journey.client.get(f"/api/quiet-plans/{theirs}").json()["overlaps"]
    assert shut["with"] is None and not shut["theirs_open"]
    stranger, _ = enter(journey, on_street(next(journey.streets), 50, 250))
    assert journey.client.post(f"/api/quiet-plans/{stranger}/overlaps/{number}", json={"open": True}).status_code == 404


def test_a_quiet_plan_sees_the_works_below_it_and_they_see_that_alone(journey: Journey) -> None:
    k = next(journey.streets)
    journey.town.load(
        loose(f"Q{k}", on_street(k, 50, 250), "公开单位", "2031-06-01", "2031-06-30"),
        loose(f"R{k}", on_street(k, 300, 400), "公开单位", None, None),
    )
    journey.town.rematch()
    mine, shown = enter(journey, on_street(k, 100, 320))
    assert {one["with"]["work_id"] for one in shown["overlaps"]} == {f"Q{k}", f"R{k}"}  # no date keeps R apart
    fact = journey.client.get("/api/quiet-plans", params={"work": f"Q{k}"}).json()
    assert fact == {"work_id": f"Q{k}", "overlaps": 1, "opened": []}
    listed = {
        one["work_id"]: one["quiet_overlaps"] for one in journey.client.get("/api/works", params={"limit": 1000}).json()["items"]
    }
    assert listed[f"Q{k}"] == 1
    number = next(one["overlap"] for one in shown["overlaps"] if one["with"]["work_id"] == f"Q{k}")
    journey.client.post(f"/api/quiet-plans/{mine}/overlaps/{number}", json={"open": True})
    opened = journey.client.get("/api/quiet-plans", params={"work": f"Q{k}"}).json()["opened"]
    assert opened == [{"party": SECRET["party"], **WINDOW, "utility": "heat", "contact": SECRET["contact"]}]
    assert journey.client.get("/api/quiet-plans", params={"work": f"R{k}"}).json()["opened"] == []
    assert journey.client.delete(f"/api/quiet-plans/{mine}").status_code == 200
    assert journey.client.get(f"/api/quiet-plans/{mine}").status_code == 404
    assert journey.client.get("/api/quiet-plans", params={"work": f"Q{k}"}).json()["overlaps"] == 0
    assert journey.town.rows("SELECT * FROM quiet_overlaps WHERE work_id = :w", w=f"Q{k}") == []


def test_feeling_for_a_quiet_plan_finds_the_square_and_no_more(journey: Journey) -> None:
    """A plan is moved by a metre: whatever is entered beside it, from one end of a square to the other, tells the same."""
    k = next(journey.streets)
    square = 100.0
    west, south = (square * (one // square) for one in on_street(k, 0, 1).coords[0])

    def flat(x: float, y: float, length: float = 101.0) -> shapely.LineString:
        return shapely.LineString([(x, y), (x + length, y)])

    def tells(shape: shapely.LineString) -> int:
        token, shown = enter(journey, shape, party="探子")
        assert journey.client.delete(f"/api/quiet-plans/{token}").status_code == 200
        return len(shown["overlaps"])

    probes = [flat(west + dx, south + dy) for dx in (-400, -260, -120, 20, 160) for dy in (-85, -15, 15, 50, 85, 115, 185)]
    secret = [
        shapely.LineString([(west + 32, south + y), (west + 165, south + y)]) for y in (12, 13, 50, 88)
    ]  # within the squares of one row, further from its edge than half the distance
    told = []
    for shape in secret:
        token, _ = enter(journey, shape)
        told.append([tells(probe) for probe in probes])
        journey.client.delete(f"/api/quiet-plans/{token}")
    assert all(one == told[0] for one in told[1:])
    assert 0 < sum(told[0]) < len(probes)


def test_what_comes_within_the_distance_overlaps_wherever_the_squares_lie(journey: Journey) -> None:
    k = next(journey.streets)
    west, south = (100.0 * (one // 100.0) for one in on_street(k, 0, 1).coords[0])
    for edge in (-9.9, 0.0, 9.9, 45.0):
        mine, _ = enter(journey, shapely.LineString([(west + 9, south + edge - 9.9), (west + 190, south + edge - 9.9)]))
        other, shown = enter(journey, shapely.LineString([(west + 9, south + edge + 9.9), (west + 190, south + edge + 9.9)]))
        assert len(shown["overlaps"]) == 1
        for token in (mine, other):
            journey.client.delete(f"/api/quiet-plans/{token}")


def test_one_party_has_so_many_quiet_plans_at_a_time(journey: Journey) -> None:
    k = next(journey.streets)
    most = PACK.data.coordination.quiet.open_plans
    tokens = [enter(journey, on_street(k, 50, 250), party="多多公司")[0] for _ in range(most)]
    body = {**SECRET, **WINDOW, "geometry": drawn(on_street(k, 50, 250)), "party": " 多多公司"}
    refused = journey.client.post("/api/quiet-plans", json=body)
    assert refused.status_code == 409 and refused.json()["context"]["most"] == most
    enter(journey, on_street(k, 50, 250), party="少少公司")
    journey.client.delete(f"/api/quiet-plans/{tokens[0]}")
    assert journey.client.post("/api/quiet-plans", json=body).status_code == 201


@pytest.mark.parametrize(
    "shape", [on_street(3, 50, 50.01), on_street(3, 50, 149), shapely.box(*on_street(3, 50, 80).buffer(20).bounds)]
)
def test_what_is_not_rough_is_no_quiet_plan(journey: Journey, shape: shapely.LineString) -> None:
    body = {**SECRET, **WINDOW, "geometry": drawn(shape)}
    answer = journey.client.post("/api/quiet-plans", json=body)
    assert answer.status_code == 422 and "100" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"end": "2031-05-18"}, 422),
        ({"party": ""}, 422),
        ({"geometry": {"type": "LineString", "coordinates": [[0.0, 0.0], [1.0, 1.0]]}}, 422),
        ({"geometry": {"type": "Point", "coordinates": [114.3, 34.8]}}, 422),
        ({"secret": "x"}, 422),
    ],
)
def test_what_is_no_quiet_plan_is_refused(journey: Journey, wrong: dict[str, Any], status: int) -> None:
    body = {**SECRET, **WINDOW, "geometry": drawn(on_street(3, 50, 250)), **wrong}
    answer = journey.client.post("/api/quiet-plans", json=body)
    assert answer.status_code == status and answer.headers["content-type"] == "application/problem+json"
