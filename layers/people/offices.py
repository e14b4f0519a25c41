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
    proposal."""

    title: Words
    office: Words
    cite: str
    may: tuple[str, ...]
    reach: Literal["city", "district", "company", "self"]
    audience: Literal["offices", "companies", "others"]
    decides: tuple[str, ...] = ()
    of_company: bool = False
    of_district: bool = False


class Offices(Model):
    """All abilities and roles."""

    abilities: Mapping[str, Words]
    roles: Mapping[str, Role]

    @model_validator(mode="after")
    def _known(self) -> Self:
        for name, role in self.roles.items():
            unknown = set(role.may) - self.abilities.keys()
            if unknown:
                raise ValueError(f"{name}: no ability is called {', '.join(sorted(unknown))}")
        return self

    def may(self, role: str, ability: str) -> bool:
        """Has this role the ability? A role that is not listed has none."""
        return role in self.roles and ability in self.roles[role].may


@lru_cache(maxsize=1)
def offices() -> Offices:
    """Raises :class:`geo.errors.BadData` with file and place where the table cannot be read."""
    return read_model(FOLDER / "offices.yaml", Offices)
