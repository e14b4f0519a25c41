"""How far somebody sees: whose proposals, and whose pipes at which detail. Two people of one scope see the same."""

from dataclasses import dataclass
from typing import Literal

from layers.people.accounts import Person
from layers.people.offices import offices

Reach = Literal["city", "district", "company", "self"]
Audience = Literal["offices", "companies", "others"]


@dataclass(frozen=True)
class Scope:
    """``reach``: whose proposals (``self``: what ``person`` entered); ``audience``: what one is to a company that opens its
    pipes. ``company`` and ``person``: ids, 0 for none; ``keeper``: keeps the layers, and sees every row of them."""

    reach: Reach
    audience: Audience
    company: int = 0
    district: str = ""
    person: int = 0
    keeper: bool = False

    @property
    def pipes(self) -> str:
        """The class of rights over pipes: what is cached for one of it holds for all."""
        return "keeper" if self.keeper else f"{self.audience}.{self.company}"

    @property
    def proposals(self) -> str:
        """The class of rights over proposals, as :attr:`pipes`."""
        return {
            "city": "city",
            "district": f"district.{self.district}",
            "company": f"company.{self.company}",
            "self": f"self.{self.person}",
        }[self.reach]


NOTHING = Scope("self", "others")
"""Who holds a link, or has a role that is not listed: nobody's proposals, nobody's pipes."""


EVERYTHING = Scope("city", "offices", keeper=True)
"""The operator at the console, and the product itself."""


def scope_of(person: Person) -> Scope:
    """The scope of somebody; of a role that is not listed the least there is."""
    role = offices().roles.get(person.role)
    if role is None:
        return NOTHING
    company, district = person.company_id or 0, person.district or ""
    return Scope(role.reach, role.audience, company, district, person.id, keeper="manage" in role.may)


_OF_PIPES, _OF_PROPOSALS = ("pipes", "pipe_points", "pipe_squares"), ("routes", "works", "matches")
SEEN_BY_RIGHTS = (*_OF_PIPES, *_OF_PROPOSALS)


def rights_over(layer: str, scope: Scope) -> str:
    """The class of rights over a layer: "" where everybody who may ask sees all of it."""
    if layer in _OF_PIPES:
        return scope.pipes
    return scope.proposals if layer in _OF_PROPOSALS else ""
