"""Guests of a survey: what a link lets in, and that a link that opens nothing never says why."""

from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from geo.city import City
from geo.errors import BadInput, Conflict, DeadLink, Forbidden, NotFound, PinNeeded, TooManyTries
from layers.people.accounts import Person, add_person, by_login, person_of
from layers.people.audit import CONSOLE
from layers.survey import guests, links, store
from layers.survey.guests import Knock, device_of, enter, guest_of, network_of
from layers.survey.links import Wanted
from layers.survey.store import Call

SITE = {"type": "Point", "coordinates": [114.35, 34.79]}


def person(engine: sa.Engine, login: str, role: str) -> Person:
    add_person(engine, CONSOLE, login, login, role, "")
    return person_of(by_login(engine, login))


@pytest.fixture
def lead(engine: sa.Engine, town: City) -> Person:
    return person(engine, "lead", "lead")


@pytest.fixture
def survey(engine: sa.Engine, lead: Person) -> int:
    made = store.call(engine, lead, CONSOLE, Call("user_site", "remote", "示范小区接水", SITE))
    return int(made["id"])


def made(engine: sa.Engine, lead: Person, survey: int, **wanted: Any) -> dict[str, Any]:
    return links.make(engine, lead, CONSOLE, survey, Wanted(**{"name": "施工员", "task": "look", "hours": 24} | wanted), 168)


def change(engine: sa.Engine, statement: str, **values: Any) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text(statement), values)


def outcomes(engine: sa.Engine, lead: Person, survey: int, link: int) -> list[str]:
    listed = links.listed(engine, lead, survey)
    return [each["outcome"] for one in listed if one["id"] == link for each in one["openings"]]


def test_a_link_is_made_by_the_organiser_for_a_term_with_a_limit(engine: sa.Engine, lead: Person, survey: int) -> None:
    for hours in (0, 169):
        with pytest.raises(BadInput, match="hours"):
            made(engine, lead, survey, hours=hours)
    assert made(engine, lead, survey, hours=168)["pin_code"] is None
    with pytest.raises(NotFound):
        made(engine, person(engine, "other", "urban"), survey)
    person(engine, "plan", "planning")
    store.invite(engine, lead, CONSOLE, survey, "plan")
    with pytest.raises(Forbidden):
        made(engine, person_of(by_login(engine, "plan")), survey)
    store.step(engine, lead, CONSOLE, survey, "cancel")
    with pytest.raises(Conflict):
        made(engine, lead, survey)


def test_whatever_is_wrong_with_a_link_the_answer_is_one(engine: sa.Engine, lead: Person, survey: int) -> None:
    used, ended, back, over = (made(engine, lead, survey, once=True) for _ in range(4))
    first, cookie = enter(engine, Knock(used["secret"]))
    assert cookie is not None and guest_of(engine, cookie) == first
    change(engine, "UPDATE survey_links SET expires_at = now() WHERE id = :id", id=ended["id"])
    links.revoke(engine, lead, CONSOLE, survey, back["id"])
    with pytest.raises(NotFound):
        links.revoke(engine, lead, CONSOLE, survey, 2**40)
    said = set()
    for secret in ("nobody's", used["secret"], ended["secret"], back["secret"]):
        with pytest.raises(DeadLink) as dead:
            enter(engine, Knock(secret))
        said.add((dead.value.text("zh"), dead.value.text("en")))
    store.step(engine, lead, CONSOLE, survey, "cancel")
    with pytest.raises(DeadLink) as dead:
        enter(engine, Knock(over["secret"]))
    assert said == {(dead.value.text("zh"), dead.value.text("en"))}
    with pytest.raises(DeadLink):  # who was in is out with the survey
        guest_of(engine, cookie)
    found = [outcomes(engine, lead, survey, each["id"]) for each in (used, ended, back, over)]
    assert found == [["entered", "used_up"], ["expired"], ["revoked"], ["over"]]


def test_guessing_waits_by_address_and_a_guessed_pin_ends_the_link(
    engine: sa.Engine, lead: Person, survey: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(guests.FREE_TRIES["address"]):
        with pytest.raises(DeadLink):
            enter(engine, Knock("nobody's", address="192.0.2.1"))
    link = made(engine, lead, survey, pin=True)
    with pytest.raises(TooManyTries):
        enter(engine, Knock(link["secret"], link["pin_code"], address="192.0.2.1"))
    wrong = f"{(int(link['pin_code']) + 1) % 10**6:06}"
    with pytest.raises(PinNeeded):
        enter(engine, Knock(link["secret"]))
    _, cookie = enter(engine, Knock(link["secret"], link["pin_code"]))
    monkeypatch.setattr(guests, "MOST_WRONG_PINS", 3)
    for _ in range(3):
        with pytest.raises(PinNeeded):
            enter(engine, Knock(link["secret"], wrong))
    with pytest.raises(DeadLink):
        enter(engine, Knock(link["secret"], link["pin_code"]))
    assert enter(engine, Knock(link["secret"], cookie=cookie or ""))[1] is None  # who is in stays in
    assert outcomes(engine, lead, survey, link["id"])[-2:] == ["locked", "again"]


def test_a_removed_guest_comes_back_by_no_device(engine: sa.Engine, lead: Person, survey: int) -> None:
    store.step(engine, lead, CONSOLE, survey, "agree", datetime(2026, 12, 1, 1, tzinfo=UTC))
    link = made(engine, lead, survey)
    guest, cookie = enter(engine, Knock(link["secret"]))
    store.remove(engine, lead, CONSOLE, survey, guest.participant)
    for knock in (Knock(link["secret"], cookie=cookie or ""), Knock(link["secret"])):
        with pytest.raises(DeadLink):
            enter(engine, knock)


def test_as_many_devices_as_a_link_holds_and_no_more(
    engine: sa.Engine, lead: Person, survey: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guests, "MOST_DEVICES", 2)
    link = made(engine, lead, survey)
    came = [enter(engine, Knock(link["secret"]))[0].participant for _ in range(2)]
    assert len(set(came)) == 2
    with pytest.raises(DeadLink):
        enter(engine, Knock(link["secret"]))


def test_of_an_opening_the_network_and_the_class_of_the_device_are_kept() -> None:
    assert network_of("203.0.113.77") == "203.0.113.0/24"
    assert network_of("2001:db8:1:2::3") == "2001:db8:1::/48" and network_of("unix") == ""
    agents = {
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) MicroMessenger/8": "phone",
        "Mozilla/5.0 (Linux; Android 15; HarmonyOS) Mobile": "phone",
        "Mozilla/5.0 (Linux; Android 15; SM-X910)": "tablet",
        "Mozilla/5.0 (X11; Linux x86_64) Firefox/140": "computer",
        "curl/8": "other",
    }
    assert {agent: device_of(agent) for agent in agents} == agents
