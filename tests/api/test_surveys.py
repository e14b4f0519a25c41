"""The live room: two server processes in front of one database, real sockets, and one of the processes killed in the middle."""

import json
import os
import signal
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import psycopg
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from layers.cities import create_city
from layers.session import engine
from tests.houses import SAME
from tests.photos import photo
from tests.rooms import SITE, browser, guest_live, invited, live, phone, presence, say, until
from tests.servers import Server, _other, serving

Pair = tuple[Server, Server]


@pytest.fixture(scope="module")
def pair(_template: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Two servers of one city; the second may be killed by the last test."""
    maintenance, template = _template
    name = f"waixian_rooms_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(maintenance, autocommit=True) as connection, ExitStack() as stack:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        stack.callback(connection.execute, f"DROP DATABASE {name} WITH (FORCE)")
        address = _other(maintenance, name)
        database = engine(address)
        create_city(database, "示范城", "EPSG:4547", (114.26, 34.75, 114.42, 34.85), synthetic=True)
        database.dispose()
        home = tmp_path_factory.mktemp("rooms")  # one for both: what is handed in at one is there for the other
        first, second = stack.enter_context(serving(address, home)), stack.enter_context(serving(address, home))
        yield first, second


@pytest.fixture(scope="module")
def secrets(pair: Pair) -> dict[str, str]:
    """Cookies."""
    return {role: pair[1].secret(role) for role in ("lead", "planning", "urban")}


@pytest.fixture
def room(pair: Pair, secrets: dict[str, str]) -> dict[str, Any]:
    """An open survey of the lead with the planner in it."""
    with browser(pair[0], secrets["lead"]) as lead:
        called = lead.post("/api/surveys", json={"kind": "user_site", "mode": "remote", "title": "示范", "site": SITE})
        assert called.status_code == 201, called.text
        at = f"/api/surveys/{called.json()['id']}"
        assert lead.post(f"{at}/participants", json={"login": "demo-planning"}).status_code == 200
        assert lead.post(f"{at}/step", json={"step": "open"}).status_code == 409
        assert lead.post(f"{at}/step", json={"step": "agree", "agreed_for": "2026-12-01T09:00:00+08:00"}).status_code == 200
        opened = lead.post(f"{at}/step", json={"step": "open"})
    out: dict[str, Any] = opened.json()
    return out


def test_the_list_tells_which_kinds_an_office_organises(pair: Pair, secrets: dict[str, str], room: dict[str, Any]) -> None:
    own = {}
    for role in ("lead", "planning", "urban"):
        with browser(pair[0], secrets[role]) as visitor:
            said = visitor.get("/api/surveys").json()
        own[role] = [each["kind"] for each in said["kinds"] if each["mine"]]
        assert (room["id"] in [each["id"] for each in said["items"]]) == (role != "urban")
    assert own == {"lead": ["user_site"], "planning": [], "urban": ["approval"]}
    assert room["organiser_name"] == next(each["name"] for each in room["participants"] if each["person"] == room["organiser"])


def test_who_may_not_come_in_is_refused_at_the_door(pair: Pair, secrets: dict[str, str], room: dict[str, Any]) -> None:
    cases = (("planning", "http://elsewhere"), ("planning", None), ("urban", ""))
    for role, origin in cases:
        with pytest.raises(InvalidStatus, match="403"):
            live(pair[0], room, secrets[role], origin=origin)
    with pytest.raises(InvalidStatus, match="403"):
        live(pair[0], room, "no such session")
    with browser(pair[0], secrets["urban"]) as stranger:
        assert stranger.get(f"/api/surveys/{room['id']}").status_code == 404
        assert stranger.get(f"/api/surveys/{room['id']}/events").status_code == 404


def test_what_is_said_at_one_process_arrives_at_the_other(pair: Pair, secrets: dict[str, str], room: dict[str, Any]) -> None:
    with live(pair[0], room, secrets["lead"]) as here, live(pair[1], room, secrets["planning"]) as there:
        mine, theirs = until(here, "hello")["participant"], until(there, "hello")["participant"]
        until(here, "event", kind="joined", participant=theirs)
        key = say(here, detail={"text": "标识桩"})
        kept = until(here, "stored", client_id=key)
        assert until(there, "event", client_id=key)["seq"] == kept["seq"]
        say(here, client_id=key, detail={"text": "again"})
        assert until(here, "stored", client_id=key)["seq"] == kept["seq"]
        say(there, client_id=key, detail={"text": "somebody else's"})
        assert until(there, "refused", client_id=key)["code"] == "conflict"
        say(here, "pointer", at=[114.35, 34.79])
        assert until(there, "pointer", participant=mine)["at"] == [114.35, 34.79]
        say(there, "signal", to=mine, data={"sdp": "v=0 " * 2000})
        assert until(here, "signal", participant=theirs)["data"]["sdp"].startswith("v=0")
        far, near = {"lon": 114.35, "lat": 34.79, "accuracy_m": 900}, {"lon": 114.35, "lat": 34.79, "accuracy_m": 50}
        until(here, "passed", client_id=say(here, kind="position", detail=far))
        assert until(there, "position", participant=mine)["detail"] == far
        until(here, "stored", client_id=say(here, kind="position", detail=near))
        for wrong in (
            "not json",
            '{"op": "event"}',
            json.dumps({"op": "pointer", "at": [1]}),
            '{"op":"signal","to":1,"data":{"a":"\\u0000"}}',
            '{"op":"signal","to":1,"data":{"a":NaN}}',
        ):
            here.send(wrong)
            until(here, "refused")
        until(here, "refused", client_id=say(here, kind="position", detail={}))
    with browser(pair[1], secrets["lead"]) as lead:
        kinds = [each["kind"] for each in lead.get(f"/api/surveys/{room['id']}/events").json()["items"]]
    assert kinds == ["joined", "joined", "note", "position"]


def test_who_is_removed_is_cut_within_a_second(pair: Pair, secrets: dict[str, str], room: dict[str, Any]) -> None:
    with live(pair[1], room, secrets["planning"]) as there:
        theirs = until(there, "hello")["participant"]
        until(there, "event", kind="joined")
        with browser(pair[0], secrets["lead"]) as lead:
            began = time.monotonic()
            assert lead.delete(f"/api/surveys/{room['id']}/participants/{theirs}").status_code == 200
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                there.recv(timeout=10)
        assert closed.value.rcvd is not None and closed.value.rcvd.code == 4403 and time.monotonic() - began < 1
    with pytest.raises(InvalidStatus, match="403"):
        live(pair[1], room, secrets["planning"])


def test_a_photo_handed_in_at_one_server_is_seen_at_the_other(pair: Pair, secrets: dict[str, str], room: dict[str, Any]) -> None:
    content, at = photo(), f"/api/surveys/{room['id']}/files"
    said = {"client_id": str(uuid.uuid4()), "kind": "photo", "lon": 114.31, "lat": 34.79, "accuracy_m": 6, "text": "井盖"}
    with (
        live(pair[1], room, secrets["planning"]) as other,
        browser(pair[0], secrets["lead"]) as lead,
        browser(pair[1], secrets["planning"]) as planner,
        browser(pair[0], secrets["urban"]) as stranger,
    ):
        kept = lead.post(at, params=said, content=content)
        assert kept.status_code == 201, kept.text
        assert lead.post(at, params=said, content=content).json() == kept.json()
        heard = until(other, "event", kind="photo")
        assert heard["detail"]["file"] == kept.json()["detail"]["file"] and heard["detail"]["text"] == "井盖"
        file = f"{at}/{heard['detail']['file']}"
        small = planner.get(file, params={"size": "thumb"})
        assert small.headers["content-type"] == "image/jpeg" and "nosniff" in small.headers["x-content-type-options"]
        assert planner.get(file, params={"size": "original"}).content == content
        assert stranger.get(file).status_code == stranger.post(at, params=said, content=content).status_code == 404
        for kind, body, status, words in (
            ("photo", b"MZ" * 50, 422, "扩展名不作数"),
            ("voice", bytes((10 << 20) + 1), 413, "10 MB"),
        ):
            refused = lead.post(at, params={"client_id": str(uuid.uuid4()), "kind": kind}, content=body)
            assert refused.status_code == status and words in refused.json()["detail"]
        other.send(json.dumps({"op": "event", "client_id": str(uuid.uuid4()), "kind": "photo", "detail": {"file": 1}}))
        assert until(other, "refused")  # nobody says that a file is kept but the server


def test_who_is_in_the_room_is_known_at_every_process(pair: Pair, secrets: dict[str, str], room: dict[str, Any]) -> None:
    with live(pair[0], room, secrets["lead"]) as here:
        mine = until(here, "hello")["participant"]
        presence(here, mine)
        with live(pair[1], room, secrets["planning"]) as there:
            theirs = until(there, "hello")["participant"]
            presence(there, mine, theirs)
            presence(here, mine, theirs)
            with browser(pair[1], secrets["planning"]) as planner:
                said = planner.get(f"/api/surveys/{room['id']}").json()["participants"]
            assert {each["id"]: each["here"] for each in said} == {mine: True, theirs: True}
        began = time.monotonic()
        presence(here, mine)
        assert time.monotonic() - began < 2


def test_a_guest_does_what_their_link_is_for_and_nothing_else(pair: Pair, secrets: dict[str, str], room: dict[str, Any]) -> None:
    links = {task: invited(pair[0], secrets["lead"], room, task=task) for task in ("look", "position", "take_part")}
    place = {"lon": 114.35, "lat": 34.79, "accuracy_m": 5}
    may = {"look": [], "position": ["position"], "take_part": ["position", "note"]}
    for task, link in links.items():
        with phone(pair[1], link) as guest, guest_live(pair[1], guest) as socket:
            until(socket, "hello")
            for kind in ("position", "note", "conclusion"):
                key = say(socket, kind=kind, detail=place if kind == "position" else {"answer": "feasible"})
                until(socket, "stored" if kind in may[task] else "refused", client_id=key)
            say(socket, "pointer", at=[114.35, 34.79])
            if task != "take_part":
                until(socket, "refused", code="forbidden")
            seen = guest.get("/api/guest/events").json()["items"]
            assert bool(seen) == bool(guest.get("/api/guest").json()["participants"]) == (task != "position")
            said = {"client_id": str(uuid.uuid4()), "kind": "photo"}
            handed = guest.post("/api/guest/files", params=said, content=photo())
            assert handed.status_code == (201 if task == "take_part" else 403)
    with phone(pair[0], links["take_part"]) as second, phone(pair[0], links["position"]) as blind:
        assert second.get("/api/guest").json()["participant"]["name"] == "施工员 2"  # another phone is another participant
        file = f"/api/guest/files/{handed.json()['detail']['file']}"
        assert (second.get(file).status_code, blind.get(file).status_code) == (200, 404)


def test_a_link_has_five_locks(pair: Pair, secrets: dict[str, str], room: dict[str, Any]) -> None:
    first, second = pair
    link = invited(first, secrets["lead"], room, task="take_part", pin=True, once=True)
    assert link["url_path"] == f"/s/{link['secret']}" and len(link["secret"]) >= 43 and len(link["pin_code"]) == 6
    with httpx.Client(base_url=second.url, timeout=60, trust_env=False, headers=SAME) as one:
        asked = one.post("/api/guest/enter", json={"secret": link["secret"]})
        assert (asked.status_code, asked.json()["code"]) == (403, "pin_needed")
        wrong = f"{(int(link['pin_code']) + 1) % 10**6:06}"
        tries = [one.post("/api/guest/enter", json={"secret": link["secret"], "pin": wrong}).status_code for _ in range(6)]
        assert tries == [403] * 5 + [429]
        dead = one.post("/api/guest/enter", json={"secret": "x" * 43})
        none = one.get("/api/guest")
        assert (dead.status_code, none.status_code) == (404, 404)
        for answer in (asked, dead, none, one.get(link["url_path"])):
            assert answer.headers["cache-control"] == "no-store" and answer.headers["referrer-policy"] == "no-referrer"
            assert "noindex" in answer.headers["x-robots-tag"]
    link = invited(first, secrets["lead"], room, task="take_part", pin=True, once=True)
    with phone(second, link, pin=link["pin_code"], name="张工") as guest:
        said = guest.get("/api/guest").json()
        assert said["participant"]["name"] == "张工" and said["survey"]["title"] == room["title"]
        kept = guest.post("/api/guest/enter", json={"secret": link["secret"]})  # the same device comes again
        assert kept.json()["participant"]["id"] == said["participant"]["id"] and "set-cookie" not in kept.headers
        with httpx.Client(base_url=first.url, timeout=60, trust_env=False, headers=SAME) as forwarded:
            used = forwarded.post("/api/guest/enter", json={"secret": link["secret"], "pin": link["pin_code"]})
            assert used.status_code == 404 and used.json() == dead.json()
        with guest_live(second, guest) as socket, browser(first, secrets["lead"]) as lead:
            until(socket, "hello")
            at, began = f"/api/surveys/{room['id']}/links", time.monotonic()
            listed = next(each for each in lead.get(at).json()["items"] if each["id"] == link["id"])
            assert [each["outcome"] for each in listed["openings"]] == ["entered", "again", "used_up"]
            assert listed["openings"][0]["network"] == "127.0.0.0/24" and "secret" not in listed
            assert lead.delete(f"{at}/{link['id']}").status_code == 204
            with pytest.raises(ConnectionClosed) as closed:
                while True:
                    socket.recv(timeout=10)
            assert closed.value.rcvd is not None and closed.value.rcvd.code == 4403 and time.monotonic() - began < 2
            assert guest.get("/api/guest").json() == dead.json()
            with pytest.raises(InvalidStatus, match="403"):
                guest_live(second, guest)


def test_a_killed_process_loses_nothing_that_was_shown_as_sent(pair: Pair, secrets: dict[str, str], room: dict[str, Any]) -> None:
    """The last test of the pair: its second server does not come back."""
    first, second = pair
    with live(first, room, secrets["lead"]) as stays, live(second, room, secrets["planning"]) as falls:
        mine, theirs = until(stays, "hello")["participant"], until(falls, "hello")["participant"]
        presence(stays, mine, theirs)
        keys = [say(falls, detail={"number": number}) for number in range(20)]
        until(falls, "stored", client_id=keys[4])
        os.kill(second.pid, signal.SIGKILL)
        died = time.monotonic()
        seen = [until(stays, "event", client_id=key)["seq"] for key in keys[:5]]
        with browser(first, secrets["lead"]) as lead:
            while theirs in [
                each["id"] for each in lead.get(f"/api/surveys/{room['id']}").json()["participants"] if each["here"]
            ]:
                assert time.monotonic() - died < 7
                time.sleep(0.2)
        with live(first, room, secrets["planning"], after=seen[-1]) as again:
            until(again, "hello")
            for key in keys:  # the phone sends its queue once more
                say(again, client_id=key, detail={"number": 0})
                until(again, "stored", client_id=key)
        for key in keys[5:]:
            until(stays, "event", client_id=key)
    with browser(first, secrets["lead"]) as lead:
        kept = lead.get(f"/api/surveys/{room['id']}/events").json()["items"]
    assert sorted(each["client_id"] for each in kept if each["kind"] == "note") == sorted(keys)
    assert [each["seq"] for each in kept] == list(range(1, len(kept) + 1))
