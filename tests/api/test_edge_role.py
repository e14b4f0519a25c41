"""The public edge as a process of its own, in a role of the database that reads no pipes: what links open works there whole."""

import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest
import sqlalchemy as sa

from geo.errors import Unavailable
from layers.models import Base
from layers.rights.edge import ADDS, NEVER, OF_PEOPLE, READS, WRITES, edge_address, in_role
from layers.session import engine
from tests.api.dig_journeys import Journey, journey
from tests.api.test_survey_times import AGREED, called
from tests.houses import SAME, Visitors
from tests.photos import photo
from tests.rooms import guest_live, invited, live, phone, say, until
from tests.servers import Server, serving

__all__ = ["journey"]


@pytest.fixture(scope="module")
def house(demo_house: Server) -> Server:
    return demo_house


@pytest.fixture(scope="module")
def edge(house: Server) -> Iterator[Server]:
    """The edge of the house: a second process, nearer to the street."""
    with serving(house.database, house.home, links_only=True) as running:
        yield running


def test_a_guest_holds_a_survey_at_the_edge(edge: Server, house: Server, visitors: Visitors) -> None:
    lead = visitors["lead"]
    at = called(visitors)
    room = lead.get(at).json()
    lead.post(f"{at}/times", json={"times": ["2036-12-01T09:00:00+08:00"]})
    link = invited(house, house.secret("lead"), room, task="take_part")
    with phone(edge, link, pin=link["pin"] or "", name="王工") as guest:
        told = guest.get("/api/guest").json()
        answered = guest.post("/api/guest/times/answers", json={"answers": {str(one["id"]): "yes" for one in told["times"]}})
        assert answered.status_code == 200, answered.text
        for step in (AGREED, {"step": "open"}):
            assert lead.post(f"{at}/step", json=step).status_code == 200
        ground = guest.get("/api/guest/ground").json()
        assert {one["name"] for one in ground["layers"]} >= {"roads", "green", "satellite"}
        assert not any("pipe" in one["name"] for one in ground["layers"])
        z, x, y = 14, 13394, 6492
        for one in ground["layers"]:
            tile = guest.get(one["tiles"].format(z=z, x=x, y=y))
            assert tile.status_code == 200, (one["name"], tile.text)
        assert {guest.get(f"/api/guest/{part}").status_code for part in ("way", "checklist", "events")} == {200}
        handed = guest.post("/api/guest/files", params={"kind": "photo", "client_id": str(uuid.uuid4())}, content=photo())
        assert handed.status_code == 201, handed.text
        assert guest.get(f"/api/guest/files/{handed.json()['detail']['file']}").headers["content-type"].startswith("image/")
        secret = house.secret("lead")
        with live(house, room, secret) as desk, guest_live(edge, guest) as site:
            until(desk, "hello")
            until(site, "hello")
            key = say(site, detail={"text": "边界上写的"})
            assert until(desk, "event", client_id=key)["detail"]["text"] == "边界上写的"  # from the one process to the other
            key = say(desk, detail={"text": "办公室写的"})
            until(site, "event", client_id=key)
        assert lead.delete(f"{at}/links/{link['id']}").status_code == 204
        assert guest.get("/api/guest").status_code == 404


def test_a_party_answers_its_invitation_at_the_edge(journey: Journey) -> None:
    _, dig, tokens = journey.asked(*journey.two())
    with (
        serving(journey.server.database, journey.server.home, links_only=True) as edge,
        httpx.Client(base_url=edge.url, timeout=60, trust_env=False, headers=SAME) as party,
    ):
        for token, answer in zip(tokens.values(), ("joins", "declines"), strict=True):
            shown = party.get(f"/api/invitations/{token}")
            assert shown.status_code == 200 and len(shown.json()["map"]["features"]) >= 3, shown.text
            body = {"answer": answer, "round": shown.json()["round"], "reason_code": "other", "reason": "另有安排", "by": "甲"}
            said = party.post(f"/api/invitations/{token}", json=body)
            assert said.status_code == 200, said.text
    assert journey.client.get(f"/api/digs/{dig['id']}").status_code == 200


@pytest.fixture(scope="module")
def door(house: Server, edge: Server) -> Iterator[psycopg.Connection[Any]]:
    """The database as somebody has it who has taken over the edge."""
    address = engine(house.database).url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(in_role(address), autocommit=True) as connection:
        yield connection


@pytest.mark.parametrize("table", NEVER)
def test_no_table_of_pipes_and_no_secret_is_reachable(door: psycopg.Connection[Any], table: str) -> None:
    door.execute("RESET ROLE")  # goes back to the role of the edge, which it came in
    for asked in (f"SELECT count(*) FROM {table}", f"SELECT * FROM {table} LIMIT 1", f"DELETE FROM {table}"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            door.execute(asked)


def test_people_have_names_there_and_no_passwords(door: psycopg.Connection[Any]) -> None:
    assert door.execute(f"SELECT {', '.join(OF_PEOPLE)} FROM people").fetchall()
    for asked in ("SELECT password FROM people", "SELECT * FROM people", "UPDATE people SET role = 'admin'"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            door.execute(asked)


def test_what_is_not_named_is_closed(door: psycopg.Connection[Any]) -> None:
    """A table that somebody adds is no part of the edge until it is said to be."""
    may = {
        (table, right)
        for table in Base.metadata.tables
        for right in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")
        for row in door.execute("SELECT has_table_privilege(%s, %s)", [table, right])
        if row[0]
    }
    wanted = {(table, "SELECT") for table in READS if table in Base.metadata.tables}
    wanted |= {(table, right) for table in ADDS for right in ("SELECT", "INSERT")}
    wanted |= {(table, right) for table in WRITES for right in ("SELECT", "INSERT", "UPDATE", "DELETE")}
    assert may == wanted and not {table for table, _ in may} & set(NEVER)


def test_without_that_role_it_does_not_start(house: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    database = engine(house.database)
    try:
        assert "crole%3Dwaixian_edge" in edge_address(database)
        monkeypatch.setattr("layers.rights.edge.EDGE", "nobody_of_that_name")
        with pytest.raises(Unavailable, match="CREATE ROLE nobody_of_that_name"):
            edge_address(database)
        inside = engine(in_role(house.database).replace("nobody_of_that_name", "waixian_edge"))
        with inside.connect() as connection:
            assert connection.scalar(sa.text("SELECT current_user")) == "waixian_edge"
        assert "options" in edge_address(inside)  # who reads no pipes anyway comes as they are
        inside.dispose()
    finally:
        database.dispose()
