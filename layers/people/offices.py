"""Offices, their roles and abilities, from ``data/offices``."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal, Self

from pydantic import model_validator

from geo.law.cite import Model
from geo.law.pack import Words
from layers.data_files import read_model

FOLDER = Path(__file__).parents[2] / "data" / "offices"


class Role(Model):
    """What people of an office are called here, and what they may do. ``cite``: where the document names the office;
    ``reach``: whose proposals they see; ``audience``: what they are to a company that opens its pipes; ``decides``: items of a
    proposal; ``keeps``: themes of what the city owns, whose quantities they confirm as its owner."""

    title: Words
    office: Words
    cite: str
    may: tuple[str, ...]
    reach: Literal["city", "district", "company", "self"]
    audience: Literal["offices", "companies", "others"]
    decides: tuple[str, ...] = ()
    keeps: tuple[Literal["road", "green", "tree"], ...] = ()
    of_company: bool = False
    of_district: bool = False


class Joint(Model):
    """Who must approve an item together: ``seats``, each of roles of which one signs for all; ``cite``: by which law."""

    seats: tuple[tuple[str, ...], ...]
    cite: str
    says: str


class Recorded(Model):
    """An authority without a desk here that decides an item: its consent is entered with the number and day of its paper."""

    authority: Words
    cite: str
    says: str


class Offices(Model):
    """All abilities and roles, the items that several authorities decide together, and those of authorities elsewhere."""

    abilities: Mapping[str, Words]
    roles: Mapping[str, Role]
    jointly: Mapping[str, Joint] = {}
    recorded: Mapping[str, Recorded] = {}

    @model_validator(mode="after")
    def _known(self) -> Self:
        for name, role in self.roles.items():
            unknown = set(role.may) - self.abilities.keys()
            if unknown:
                raise ValueError(f"{name}: no ability is called {', '.join(sorted(unknown))}")
        for item, joint in self.jointly.items():
            seated = [role for seat in joint.seats for role in seat]
            if sorted(seated) != sorted(self.deciders(item)):
                raise ValueError(f"{item}: its seats and the roles that decide it must be the same, each in one seat")
        for item in self.recorded:
            if not self.deciders(item):
                raise ValueError(f"{item}: nobody here enters what its authority decides")
        return self

    def deciders(self, item: str) -> tuple[str, ...]:
        """The roles that decide an item."""
        return tuple(name for name, role in self.roles.items() if item in role.decides)

    def seats(self, item: str) -> Mapping[str, tuple[str, ...]]:
        """Who must sign for an item: the roles of each seat, by its name. One seat without a name where any one is enough."""
        if item in self.jointly:
            return {seat[0]: seat for seat in self.jointly[item].seats}
        return {"": self.deciders(item)}

    def seat(self, item: str, role: str) -> str | None:
        """The seat that a role has for an item; None where it has none."""
        return next((name for name, seat in self.seats(item).items() if role in seat), None)

    def may(self, role: str, ability: str) -> bool:
        """Has this role the ability? A role that is not listed has none."""
        return role in self.roles and ability in self.roles[role].may


@lru_cache(maxsize=1)
def offices() -> Offices:
    """Raises :class:`geo.errors.BadData` with file and place where the table cannot be read."""
    return read_model(FOLDER / "offices.yaml", Offices)
