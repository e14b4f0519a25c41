"""Whose works, and so whose joint digs: plans and the scoreboard follow the rights over works (:mod:`layers.rights`)."""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from geo.errors import NotFound
from layers.rights.reader import reading
from layers.rights.scope import Scope
from layers.rows import column


@dataclass(frozen=True)
class Whose:
    """``works``: ids of the works that make a dig one's own, also of those that are gone; ``parties``: names of one's own
    company, to whom reasons of others are not told (None: an office, which hears them all)."""

    works: frozenset[str]
    parties: frozenset[str] | None

    def has(self, works: Iterable[str]) -> bool:
        """Is one of these one's own?"""
        return not self.works.isdisjoint(works)


def whose(engine: sa.Engine, scope: Scope) -> Whose | None:
    """What is somebody's of digging once; None for who sees the whole city.

    A company and who enters lines: their own works. An office of a district: what lies in it.
    """
    if scope.reach == "city":
        return None
    with reading(engine, scope) as connection:
        if scope.reach == "district":
            return Whose(frozenset(column(connection, "SELECT work_id FROM works_seen")), None)
        works, names = (column(connection, f"SELECT unnest({asked}())") for asked in ("waixian_own_works", "waixian_names"))
    return Whose(frozenset(works), frozenset(names))


def refuse_foreign(mine: Whose | None, works: Iterable[str]) -> None:
    """Raises NotFound for the first of these works that is not one's own."""
    for work in works:
        if mine is not None and work not in mine.works:
            raise NotFound(what_zh="工程", what_en="work", id=work)
