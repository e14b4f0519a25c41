"""Guests: who comes by a link, gets a cookie of their own device, and sees one survey as far as their task reaches."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from geo.errors import DeadLink, PinNeeded
from layers.people.secret import digest, fits, secret
from layers.people.tries import failed, forget, wait
from layers.rows import Row, Source, row, rows, run
from layers.survey.store import WHO, arrives
from layers.survey.tasks import Task
from layers.survey.times import offered

ROLE = "guest"
FREE_TRIES = {"link": 5, "address": 30}
MOST_WRONG_PINS, MOST_DEVICES, MOST_OPENINGS = 20, 250, 1_000
"""Ours: after so many a link opens nothing any more, whatever the waits between; who is in stays in."""
Outcome = Literal["entered", "again", "no_pin", "wrong_pin", "revoked", "expired", "used_up", "locked", "over"]


@dataclass(frozen=True)
class Guest:
    """Who came by a link. ``left_s``: for how many seconds the link is still good."""

    survey: int
    participant: int
    task: Task
    left_s: int


@dataclass(frozen=True)
class Knock:
    """A link that is opened. ``cookie``: what the device was given before, if anything; ``address``, ``agent``: of the request,
    of which the network's prefix and the class of the device are kept."""

    secret: str
    pin: str = ""
    name: str = ""
    cookie: str = ""
    address: str = ""
    agent: str = ""


_LINK = (
    "SELECT l.*, l.expires_at <= now() AS expired, s.state FROM survey_links l JOIN surveys s ON s.id = l.survey"
    " WHERE l.secret = :secret FOR UPDATE OF l"
)
_GUEST = (
    "SELECT l.survey, l.id AS link, o.participant, p.task, CAST(extract(epoch FROM l.expires_at - now()) AS int) AS left_s"
    " FROM survey_openings o JOIN survey_links l ON l.id = o.link JOIN survey_participants p ON p.id = o.participant"
    " JOIN surveys s ON s.id = l.survey WHERE o.secret = :secret AND l.revoked_at IS NULL AND l.expires_at > now()"
    " AND p.removed_at IS NULL AND s.state NOT IN ('closed', 'cancelled')"
)
_OPENED = (
    "INSERT INTO survey_openings (link, participant, secret, outcome, network, device)"
    " VALUES (:link, :participant, :secret, :outcome, :network, :device)"
)
_SEEN = (
    "SELECT count(*) AS openings, count(participant) AS devices, count(*) FILTER (WHERE outcome = 'wrong_pin') AS wrong_pins"
    " FROM survey_openings WHERE link = :link"
)
_NEW = (
    "INSERT INTO survey_participants (survey, link, name, role, task) VALUES (:survey, :link, :name, :role, :task) RETURNING id"
)


def enter(engine: sa.Engine, knock: Knock) -> tuple[Guest, str | None]:
    """Who came in, and the secret for their cookie; None where the device has one already.

    Raises DeadLink, the same whatever is wrong with the link; PinNeeded; TooManyTries by link and by address.
    """
    by_address = f"guest {knock.address}"
    wait(engine, {by_address: FREE_TRIES["address"]})
    with engine.begin() as connection:
        link = row(connection, _LINK, secret=digest(knock.secret))
        outcome = _outcome(connection, link, knock) if link is not None else None
        made = None
        if outcome == "entered":
            assert link is not None
            made = _came(connection, link, knock)
        elif link is not None and outcome is not None:
            _opened(connection, link, knock, outcome)
        if outcome == "wrong_pin":
            assert link is not None
            failed(connection, f"link {link['id']}", by_address)
        elif outcome not in ("entered", "again", "no_pin"):
            failed(connection, by_address)
    if outcome in ("no_pin", "wrong_pin"):
        wrong = outcome == "wrong_pin"
        raise PinNeeded(
            why_zh="口令不对，请向邀请人再次核对" if wrong else "请输入邀请人口头告知的六位口令",
            why_en="the PIN is not right: ask for it again"
            if wrong
            else "give the PIN of six digits that you were told by voice",
        )
    if outcome == "again":
        return guest_of(engine, knock.cookie), None
    if made is None:
        raise DeadLink
    return guest_of(engine, made), made


def _outcome(connection: sa.Connection, link: Row, knock: Knock) -> Outcome:
    if link["revoked_at"] is not None:
        return "revoked"
    if link["expired"]:
        return "expired"
    if link["state"] in ("closed", "cancelled"):
        return "over"
    before = row(connection, _GUEST, secret=digest(knock.cookie)) if knock.cookie else None
    if before is not None and before["link"] == link["id"]:
        return "again"
    (seen,) = rows(connection, _SEEN, link=link["id"])
    if seen["devices"] >= (1 if link["once"] else MOST_DEVICES):
        return "used_up"
    if seen["wrong_pins"] >= MOST_WRONG_PINS or seen["openings"] >= MOST_OPENINGS:
        return "locked"
    if link["pin"] is not None:
        if not knock.pin:
            return "no_pin"
        wait(connection, {f"link {link['id']}": FREE_TRIES["link"]})
        if not fits(link["pin"], knock.pin):
            return "wrong_pin"
        forget(connection, f"link {link['id']}")
    return "entered"


def _came(connection: sa.Connection, link: Row, knock: Knock) -> str:
    """A participant for this device, which the journal of an open room tells; the secret of its cookie."""
    query = "SELECT count(*) AS n FROM survey_participants WHERE link = :link"
    (others,) = rows(connection, query, link=link["id"])
    name = knock.name.strip() or (f"{link['name']} {others['n'] + 1}" if others["n"] else link["name"])
    values = {"survey": link["survey"], "link": link["id"], "name": name, "role": ROLE, "task": link["task"]}
    (made,) = rows(connection, _NEW, **values)
    given = secret()
    _opened(connection, link, knock, "entered", made["id"], digest(given))
    arrives(connection, link["survey"], made["id"])
    return given


def _opened(
    connection: sa.Connection, link: Row, knock: Knock, outcome: Outcome, participant: int | None = None,
    kept: str | None = None,
) -> None:  # fmt: skip
    run(
        connection, _OPENED, link=link["id"], participant=participant, secret=kept, outcome=outcome,
        network=network_of(knock.address), device=device_of(knock.agent),
    )  # fmt: skip


def guest_of(source: Source, cookie: str) -> Guest:
    """Who holds this cookie. Raises DeadLink."""
    found = row(source, _GUEST, secret=digest(cookie)) if cookie else None
    if found is None:
        raise DeadLink
    return Guest(found["survey"], found["participant"], found["task"], found["left_s"])


def comes(engine: sa.Engine, cookie: str) -> Guest:
    """Who holds this cookie and comes into the room, which its journal tells the first time. Raises DeadLink."""
    with engine.begin() as connection:
        guest = guest_of(connection, cookie)
        arrives(connection, guest.survey, guest.participant)
        return guest


_ROOM = (
    "SELECT s.id, s.title, s.kind, s.state, s.agreed_for, s.last_seq,"
    " CAST(ST_AsGeoJSON(ST_Transform(s.site, 4326), 7) AS json) AS site FROM surveys s WHERE s.id = :survey"
)


def room_of(source: Source, guest: Guest) -> dict[str, Any]:
    """What a guest sees of their survey: who else takes part only where their task reaches that far;
    of the offered times their own answers (``mine``) and nobody else's."""
    (survey,) = rows(source, _ROOM, survey=guest.survey)
    who = rows(source, WHO, survey=guest.survey)
    own = next(each for each in who if each["id"] == guest.participant)
    shown = ("id", "name", "role", "company", "task", "removed_at", "here")
    out: dict[str, Any] = {
        "survey": survey, "task": guest.task, "left_s": guest.left_s, "participant": {name: own[name] for name in shown},
        "times": [_time_of(each, guest.participant) for each in offered(source, guest.survey)["times"]],
        "participants": [] if guest.task == "position" else [{name: each[name] for name in shown} for each in who],
    }  # fmt: skip
    return out


def _time_of(time: Mapping[str, Any], participant: int) -> dict[str, Any]:
    mine = next((one["answer"] for one in time["answers"] if one["participant"] == participant), None)
    return {"id": time["id"], "starts_at": time["starts_at"], "mine": mine}


def network_of(address: str) -> str:
    """The network of an address without the host: /24, of IPv6 /48; empty where it is no address."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return str(ipaddress.ip_network(f"{known}/{24 if known.version == 4 else 48}", strict=False))


def device_of(agent: str) -> str:
    """The class of a device by what its browser says: phone, tablet, computer or other; nothing finer is kept."""
    said = agent.lower()
    if "ipad" in said or ("android" in said and "mobile" not in said):
        return "tablet"
    if any(word in said for word in ("iphone", "android", "mobile", "harmony")):
        return "phone"
    return "computer" if any(word in said for word in ("windows", "macintosh", "linux", "cros")) else "other"
