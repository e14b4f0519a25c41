"""What comes before and around a joint survey: whole offices and guests invited, a common time, the clock."""

import re
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from api.endpoints.tiles import GROUND
from tests.houses import SAME, Visitors
from tests.rooms import SITE, invited, live, phone, presence, say, until
from tests.servers import Server


def called(visitors: Visitors, *steps: dict[str, Any], login: str = "demo-planning") -> str:
    """The address of a survey that the lead has called, with somebody in it."""
    made = visitors["lead"].post("/api/surveys", json={"kind": "user_site", "mode": "mixed", "title": "示范", "site": SITE})
    at = f"/api/surveys/{made.json()['id']}"
    assert visitors["lead"].post(f"{at}/participants", json={"login": login}).status_code == 200
    for step in steps:
        assert visitors["lead"].post(f"{at}/step", json=step).status_code == 200
    return at


AGREED = {"step": "agree", "agreed_for": "2026-12-01T09:00:00+08:00"}


def test_the_clock_runs_from_the_agreed_time_and_stands_for_a_cause(visitors: Visitors) -> None:
    at, lead, asked = called(visitors), visitors["lead"], {"cause": "customer", "note": "用户外出"}
    assert lead.post(f"{at}/pause", json=asked).status_code == 409  # no time is agreed
    unknown = lead.get(at).json()["clock"]
    assert unknown["due_at"] is None and "约定" in unknown["why_zh"]
    clock = lead.post(f"{at}/step", json=AGREED).json()["clock"]
    assert (clock["at_most"], clock["unit"], clock["due_at"]) == (1, "day", "2026-12-02T01:00:00+00:00")
    assert lead.post(f"{at}/resume").status_code == 409
    assert visitors["planning"].post(f"{at}/pause", json=asked).status_code == 403
    assert lead.post(f"{at}/pause", json={**asked, "cause": "rain"}).status_code == 422
    stopped = lead.post(f"{at}/pause", json=asked).json()["clock"]
    assert stopped["paused"] and stopped["due_at"] is None and stopped["pauses"][0]["cause"] == "customer"
    assert lead.post(f"{at}/pause", json=asked).status_code == 409
    assert lead.post(f"{at}/resume").json()["clock"]["due_at"] == clock["due_at"]  # before the agreed time nothing ran
    lead.post(f"{at}/pause", json=asked)
    assert not lead.post(f"{at}/step", json={"step": "cancel"}).json()["clock"]["paused"]  # nothing is held up any more


def test_a_time_that_no_calendar_holds_is_refused(visitors: Visitors) -> None:
    at, lead = called(visitors), visitors["lead"]
    for year in ("9999-12-31T23:59:00-12:00", "0001-01-01T00:00:00+14:00"):
        assert lead.post(f"{at}/step", json={"step": "agree", "agreed_for": year}).status_code == 422
        assert lead.post(f"{at}/times", json={"times": [year]}).status_code == 422
        said = {"client_id": "6f0c2c1e-6c0e-4d5c-9a63-6f3f8f0b7a11", "kind": "photo", "device_at": year}
        assert lead.post(f"{at}/files", params=said, content=b"x").status_code == 422


def test_a_common_time_is_found_with_a_guest_and_agreed(visitors: Visitors, server: Server) -> None:
    at, lead, planner = called(visitors), visitors["lead"], visitors["planning"]
    link = invited(server, server.secret("lead"), lead.get(at).json(), task="look")
    offer = {"times": ["2036-12-01T09:00:00+08:00", "2036-12-02T09:00:00+08:00"]}
    assert planner.post(f"{at}/times", json=offer).status_code == 403
    assert lead.post(f"{at}/times", json={"times": ["2020-01-01T09:00:00+08:00"]}).status_code == 422
    one, two = (str(each["id"]) for each in lead.post(f"{at}/times", json=offer).json()["times"])
    assert len(lead.post(f"{at}/times", json=offer).json()["times"]) == 2  # offered twice is offered once
    assert planner.post(f"{at}/times/answers", json={"answers": {one: "no", two: "yes"}}).status_code == 200
    assert planner.post(f"{at}/times/answers", json={"answers": {str(2**40): "no"}}).status_code == 422
    assert lead.get(f"{at}/calendar.ics").status_code == 409
    with phone(server, link) as guest:
        assert [str(each["id"]) for each in guest.get("/api/guest").json()["times"]] == [one, two]
        asked = lead.get(at).json()
        assert asked["silent"] == [asked["participants"][-1]["id"]] and "施工员" in asked["reminder"]["zh"]
        answered = guest.post("/api/guest/times/answers", json={"answers": {one: "maybe", two: "yes"}})
        assert answered.status_code == 200, answered.text
        assert [each["mine"] for each in guest.get("/api/guest").json()["times"]] == ["maybe", "yes"]  # their own, nobody else's
        assert not any("answers" in each for each in answered.json()["times"])
        said = lead.get(at).json()
        assert said["silent"] == [] and said["reminder"] is None
        assert [each["answer"] for each in said["times"][1]["answers"]] == ["yes", "yes"]
        agreed = {"step": "agree", "agreed_for": said["times"][1]["starts_at"]}
        assert lead.post(f"{at}/step", json=agreed).status_code == 200
        assert guest.post("/api/guest/times/answers", json={"answers": {one: "yes"}}).status_code == 409
    file = lead.get(f"{at}/calendar.ics").text
    assert "DTSTART:20361202T010000Z" in file and "GEO:34.790000;114.350000" in file and "STATUS:CONFIRMED" in file


def test_whoever_of_an_invited_office_comes_takes_part(visitors: Visitors, server: Server) -> None:
    at, lead, urban = called(visitors, AGREED, {"step": "open"}), visitors["lead"], visitors["urban"]
    assert urban.get(at).status_code == 404
    company, both = {"company_id": 2**40}, {"role": "urban", "login": "a"}
    for wrong, status in (({}, 422), ({"role": "king"}, 422), (company, 404), (both, 422)):
        assert lead.post(f"{at}/participants", json=wrong).status_code == status, wrong
    room = lead.post(f"{at}/participants", json={"role": "urban"}).json()
    assert room["offices"][0]["role"] == "urban"
    assert room["id"] in [each["id"] for each in urban.get("/api/surveys").json()["items"]]
    with live(server, room, server.secret("urban")) as socket:
        own = until(socket, "hello")["participant"]
    assert urban.get(at).json()["participants"][-1]["id"] == own
    assert lead.delete(f"{at}/participants/{own}").status_code == 200
    assert urban.get(at).status_code == 404  # the office is invited; who was removed is not
    lead.post(f"{at}/participants", json={"role": "traffic"})
    assert visitors["traffic"].get(at).status_code == 200
    assert visitors["planning"].delete(f"{at}/offices", params={"role": "traffic"}).status_code == 403
    left = lead.delete(f"{at}/offices", params={"role": "traffic"}).json()["offices"]
    assert [each["role"] for each in left] == ["urban"]
    assert visitors["traffic"].get(at).status_code == 404  # nobody of it had come
    for gone in ({"role": "traffic"}, {"company_id": 1}, {}):
        assert lead.delete(f"{at}/offices", params=gone).status_code == 404, gone


def test_who_waits_in_the_room_when_it_opens_has_come(visitors: Visitors, server: Server) -> None:
    at, lead = called(visitors, AGREED), visitors["lead"]
    with live(server, lead.get(at).json(), server.secret("planning")) as socket:
        own = until(socket, "hello")["participant"]
        presence(socket, own)
        assert lead.post(f"{at}/step", json={"step": "open"}).status_code == 200
        until(socket, "event", kind="joined", participant=own)
    came = {each["id"]: each["joined_at"] is not None for each in lead.get(at).json()["participants"]}
    assert came.pop(own) and not any(came.values())


def test_a_unit_that_was_invited_whole_is_awaited_until_it_concludes(visitors: Visitors, server: Server) -> None:
    at, lead, gas = called(visitors, AGREED, {"step": "open"}), visitors["lead"], visitors["gas"]
    mine = gas.get("/api/session").json()["person"]["company"]
    company = next(each["id"] for each in visitors["admin"].get("/api/companies").json()["items"] if each["name"] == mine)
    room = lead.post(f"{at}/participants", json={"company_id": company}).json()
    awaited = lead.post(f"{at}/step", json={"step": "close"})
    assert awaited.status_code == 409 and mine in awaited.json()["detail"]
    (unit,) = lead.get(f"{at}/checklist").json()["items"]
    assert unit["unit"] == mine and all(each["tick"] is None for each in unit["items"])
    with live(server, room, server.secret("gas")) as socket, live(server, room, server.secret("lead")) as other:
        key = say(socket, kind="tick", detail={"item": "manhole", "done": True, "note": "井盖完好", "more": 1})
        until(socket, "stored", client_id=key)
        for wrong in ({"item": "roof", "done": True}, {"item": "meter"}, {"item": "meter", "done": True, "photo": 10**9}):
            until(socket, "refused", client_id=say(socket, kind="tick", detail=wrong))
        until(other, "refused", client_id=say(other, kind="tick", detail={"item": "meter", "done": True}))
        until(other, "stored", client_id=say(other, kind="tick", detail={"item": "meter", "done": False, "unit": mine}))
        until(socket, "stored", client_id=say(socket, kind="conclusion", detail={"answer": "feasible"}))
    (unit,) = gas.get(f"{at}/checklist").json()["items"]
    ticks = {each["item"]: each["tick"] and each["tick"]["done"] for each in unit["items"]}
    assert ticks == {"close_up": None, "around": None, "manhole": True, "meter": False}
    assert unit["conclusion"]["answer"] == gas.get(at).json()["conclusions"][0]["answer"] == "feasible"
    assert lead.post(f"{at}/step", json={"step": "close"}).status_code == 200


def test_a_guests_cookie_opens_nothing_else_and_shows_no_pipe(visitors: Visitors, server: Server) -> None:
    at = called(visitors, AGREED, {"step": "open"})
    room = visitors["lead"].get(at).json()
    with phone(server, invited(server, server.secret("lead"), room, task="take_part")) as guest:
        given = next(each for each in guest.cookies.jar if each.name == "waixian_guest")
        assert given.path == "/api/guest" and given.has_nonstandard_attr("HttpOnly")
        assert given.get_nonstandard_attr("SameSite") == "Strict"
        described = guest.get("/api/openapi.json").json()["paths"]
        asked = [(verb, path, one["x-needs"]) for path, verbs in described.items() for verb, one in verbs.items()]
        places = [(verb, re.sub(r"\{[^}]+\}", str(room["id"]), path), needs == ["everybody"]) for verb, path, needs in asked]
        assert sum(not open_ for _, _, open_ in places) > 100
        for name in ("waixian_guest", "waixian", "waixian_link"):  # wherever it is put
            with httpx.Client(base_url=server.url, trust_env=False, cookies={name: str(given.value)}, headers=SAME) as thief:
                for verb, path, open_ in places:
                    if not open_:
                        assert thief.request(verb, path, json={}).status_code == 401, (verb, path)
                assert thief.get("/api/session").json()["person"] is None
            with pytest.raises(InvalidStatus, match="403"):
                live(server, room, str(given.value))
        shown = [guest.get(path) for verb, path, _ in places if verb == "get" and path.startswith("/api/guest")]
        assert sorted(each.status_code for each in shown) == [200] * 5 + [403, 403, 404]  # a number is no layer of the ground
        ground = guest.get("/api/guest/ground").json()
        assert {each["name"] for each in ground["layers"]} <= set(GROUND) and ground["layers"]
        roads = next(each["tiles"] for each in ground["layers"] if each["name"] == "roads").format(z=12, x=3348, y=1625)
        assert guest.get(roads).content == visitors["lead"].get(roads.removeprefix("/api/guest")).content != b""
        for hidden in ("pipes", "works", "trees", "routes"):
            assert guest.get(roads.replace("roads", hidden)).status_code == 403, hidden
        assert httpx.get(f"{server.url}{roads}", trust_env=False).status_code == 404
        for answer in shown:
            assert not re.search(rb"pipe|P\d{5}", answer.content) and answer.headers["cache-control"] == "no-store"
        for role in ("lead", "admin"):  # nor does an account open what is a guest's
            assert visitors[role].get("/api/guest").json() == httpx.get(f"{server.url}/api/guest", trust_env=False).json()
