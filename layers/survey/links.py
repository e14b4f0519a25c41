"""Links for guests: made, listed with their openings, taken back. Of a link's secret and PIN only what proves them is kept."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from geo.errors import BadInput, Conflict, NotFound
from layers.people.accounts import Person
from layers.people.audit import Actor, note
from layers.people.secret import digest, hasher, secret
from layers.rows import row, rows, run
from layers.survey.store import led, shut_out
from layers.survey.tasks import Task

PIN_DIGITS = 6
_SHOWN = "id, name, task, pin IS NOT NULL AS pin, once, made_at, expires_at, revoked_at, expires_at <= now() AS expired"
_NEW = (
    "INSERT INTO survey_links (survey, name, task, secret, pin, once, made_by, expires_at)"
    f" VALUES (:survey, :name, :task, :secret, :pin, :once, :person, now() + :term) RETURNING {_SHOWN}"
)


@dataclass(frozen=True)
class Wanted:
    """A link to be made. ``name``: whom it is for; ``once``: for the first device alone; ``pin``: with one, told by voice."""

    name: str
    task: Task
    hours: int
    pin: bool = False
    once: bool = False


def make(engine: sa.Engine, person: Person, actor: Actor, survey: int, wanted: Wanted, most_hours: int) -> dict[str, Any]:
    """The link with ``secret`` and ``pin_code``, which are shown this once. Raises NotFound, Forbidden; Conflict once the survey
    has ended; BadInput for a term beyond ``most_hours``."""
    if not 1 <= wanted.hours <= most_hours:
        raise BadInput(
            why_zh=f"hours：链接的有效期为 1 至 {most_hours} 小时", why_en=f"hours: a link is good for 1 to {most_hours} hours"
        )
    given = secret()
    code = f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}}" if wanted.pin else None
    with engine.begin() as connection:
        if led(connection, person, survey)["state"] in ("closed", "cancelled"):
            raise Conflict(why_zh="踏勘已经结束", why_en="the survey has ended")
        (made,) = rows(
            connection, _NEW, survey=survey, name=wanted.name.strip(), task=wanted.task, secret=digest(given),
            pin=hasher().hash(code) if code else None, once=wanted.once, person=person.id, term=timedelta(hours=wanted.hours),
        )  # fmt: skip
        told = {"link": made["id"], "name": made["name"], "task": made["task"], "hours": wanted.hours}
        note(connection, actor, "survey.link", f"survey {survey}", None, told)
    return {**made, "url_path": f"/s/{given}", "secret": given, "pin_code": code, "openings": []}


def listed(engine: sa.Engine, person: Person, survey: int) -> list[dict[str, Any]]:
    """All links of a survey, the newest first, with every opening; no secret. Raises NotFound, Forbidden."""
    with engine.begin() as connection:
        led(connection, person, survey)
        found = rows(connection, f"SELECT {_SHOWN} FROM survey_links WHERE survey = :survey ORDER BY id DESC", survey=survey)
        opened = rows(
            connection,
            "SELECT o.link, o.participant, o.outcome, o.network, o.device, o.at FROM survey_openings o"
            " JOIN survey_links l ON l.id = o.link WHERE l.survey = :survey ORDER BY o.id",
            survey=survey,
        )  # fmt: skip
    by_link: dict[int, list[dict[str, Any]]] = {each["id"]: [] for each in found}
    for one in opened:
        by_link[one.pop("link")].append(one)
    return [{**each, "openings": by_link[each["id"]]} for each in found]


def revoke(engine: sa.Engine, person: Person, actor: Actor, survey: int, link: int) -> None:
    """Take a link back: whoever came by it is shut out, their sockets are cut. Raises NotFound, Forbidden."""
    with engine.begin() as connection:
        found = led(connection, person, survey)
        query = "SELECT revoked_at FROM survey_links WHERE id = :link AND survey = :survey FOR UPDATE"
        one = row(connection, query, link=link, survey=survey)
        if one is None:
            raise NotFound(what_zh="链接", what_en="link", id=link)
        if one["revoked_at"] is not None:
            return
        run(connection, "UPDATE survey_links SET revoked_at = now() WHERE id = :link", link=link)
        for each in found["participants"]:
            if each["link"] == link and each["removed_at"] is None:
                shut_out(connection, found, person, each["id"])
        note(connection, actor, "survey.link_end", f"survey {survey}", None, {"link": link})
