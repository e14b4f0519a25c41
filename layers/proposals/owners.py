"""Who answers an owner's sheet: the owner's own people; for an owner without a desk here, who enters the owner's paper."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import sqlalchemy as sa

from layers.people.accounts import Person
from layers.people.offices import offices
from layers.rows import Source, row, run

Hand = Literal["own", "paper"]


@dataclass(frozen=True)
class Paper:
    """The paper of somebody who has no desk here: its number as printed, and its day."""

    number: str
    on: date


def names_of(source: Source, company: int) -> list[str]:
    """Under which names a company appears as an owner; none for nobody's."""
    found = row(source, "SELECT name, known_as FROM companies WHERE id = :id", id=company)
    return [] if found is None else [found["name"], *found["known_as"]]


def seen(found: Mapping[str, Any], person: Person, names: list[str], own: bool) -> bool:
    """May somebody look at a sheet: its owner; who may see the proposal (``own``), of pipes the reviewers alone."""
    if found["owner"] in names:
        return True
    return own and ("review" in person.may or "pipe" not in _themes(found))


def hand(source: Source, person: Person, found: Mapping[str, Any], names: list[str], own: bool) -> Hand | None:
    """How somebody answers a sheet; None where it is not theirs. ``names``, ``own``: as for :func:`seen`.

    *own*: people of the owner's company; of what the city owns (roads, green land, trees) the offices that keep it.
    *paper*: the same offices, for an owner none of whose people works here, whose signed paper they hold; so too where nobody
    is named as owner: whoever signs then is found first."""
    if found["owner"] in names:
        return "own" if "submit" in person.may else None
    keeps = set(offices().roles[person.role].keeps) if person.role in offices().roles else set()
    if not (own and keeps and "review" in person.may):
        return None
    company, works_here = _company(source, found["owner"])
    if works_here:
        return None
    of_city = not company and _themes(found) <= keeps and all(each["owner"] for each in found["content"]["rows"])
    return "own" if of_city else "paper"


def _themes(found: Mapping[str, Any]) -> set[str]:
    return {each["theme"] for each in found["content"]["rows"]}


def _company(source: Source, owner: str) -> tuple[bool, bool]:
    """Is the owner a company that is known here, and does somebody of it work here?"""
    told = row(
        source,
        "SELECT count(DISTINCT c.id) AS companies, count(p.id) AS people FROM companies c"
        " LEFT JOIN people p ON p.company = c.id AND p.disabled_at IS NULL WHERE c.name = :owner OR :owner = ANY (c.known_as)",
        owner=owner,
    )  # fmt: skip
    return (told["companies"] > 0, told["people"] > 0) if told else (False, False)


def held(connection: sa.Connection, number: int) -> None:
    """Keeps a sheet from other hands until the end of the transaction."""
    run(connection, "SELECT id FROM owner_sheets WHERE id = :id FOR UPDATE", id=number)
