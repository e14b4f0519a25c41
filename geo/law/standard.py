"""A standard for pipes side by side, as a value: least clear distances, least cover, the order from the ground down.

Every number carries how sure it is; only *checked* ones may answer yes or no (:mod:`geo.schedule.trench`). A pipe whose diameter,
pressure or way of laying is not stated may be of several codes: then all their numbers are asked.
"""

import datetime as dt
import math
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Literal

from pydantic import model_validator

from geo.law.cite import Model

Place = Literal["footway", "carriageway"]


class Said(Model):
    """One text in both languages."""

    zh: str
    en: str


class Confidence(Said):
    """A mark of certainty; ``checked``: may it answer yes or no."""

    checked: bool


class Code(Said):
    """A kind of pipe or neighbour. Ranges: ``over`` excluded, ``to`` included; mm and MPa. ``family``: a code whose
    distances hold for it too."""

    utility: str | None = None
    family: str | None = None
    dn_over_mm: float = -math.inf
    dn_to_mm: float = math.inf
    mpa_over: float = -math.inf
    mpa_to: float = math.inf


class Number(Model):
    """Metres and how sure they are; ``up_to_m``: the larger number where the note's condition holds, which nobody knows."""

    min_m: float
    conf: str
    up_to_m: float | None = None
    note: str | None = None

    @property
    def most_m(self) -> float:
        """The number that is enough whatever the condition."""
        return self.min_m if self.up_to_m is None else self.up_to_m


class Clear(Number):
    """Least clear distance of two codes, side by side or where they cross.

    ``dn_*`` ask the larger diameter of the pair, ``kv_*`` the voltage of its power line.
    """

    a: str
    b: str
    dn_over_mm: float = -math.inf
    dn_to_mm: float = math.inf
    kv_from: float = -math.inf
    kv_below: float = math.inf


class Cover(Number):
    """Least cover of a code below a place."""

    code: str
    place: Place


class OrderDown(Model):
    """Utilities from the ground down."""

    clause: str
    conf: str
    says: str
    utilities: tuple[str, ...]


class Yielding(Model):
    """Who gives way where lines conflict."""

    clause: str
    conf: str
    rules: tuple[Said, ...]


class Standard(Model):
    """The whole file. ``confidence``: marks of certainty, the surest first."""

    id: str
    number: str
    title: Said
    read_on: dt.date
    notice: Said
    confidence: Mapping[str, Confidence]
    notes: Mapping[str, Said]
    codes: Mapping[str, Code]
    order_down: OrderDown
    yielding: Yielding
    cover_clause: str
    cover: tuple[Cover, ...]
    clear_clause: str
    clear: tuple[Clear, ...]
    vertical_clause: str = ""
    vertical: tuple[Clear, ...] = ()

    @model_validator(mode="after")
    def _names_exist(self) -> "Standard":
        for where, word, known in self._names():
            if word not in known:
                raise ValueError(f"{where}: {word} is not defined")
        for name, table in (("clear", self.clear), ("vertical", self.vertical)):
            pairs = [(*sorted((cell.a, cell.b)), cell.dn_to_mm, cell.kv_below) for cell in table]
            twice = {pair for pair in pairs if pairs.count(pair) > 1}
            if twice:
                raise ValueError(f"{name}: {sorted(twice)[0][:2]} stands twice")
        return self

    def _names(self) -> Iterator[tuple[str, str, Mapping[str, object]]]:
        for name, table in (("clear", self.clear), ("vertical", self.vertical)):
            yield from ((name, code, self.codes) for cell in table for code in (cell.a, cell.b))
        yield from (("cover", cell.code, self.codes) for cell in self.cover)
        yield from (("codes", code.family, self.codes) for code in self.codes.values() if code.family)
        numbers: tuple[Number, ...] = (*self.clear, *self.cover, *self.vertical)
        for one in numbers:
            yield "conf", one.conf, self.confidence
            if one.note:
                yield "note", one.note, self.notes
        for part in (self.order_down, self.yielding):
            yield "conf", part.conf, self.confidence

    def checked(self, conf: str) -> bool:
        """May a number with this mark answer yes or no?"""
        return self.confidence[conf].checked

    def codes_of(self, utility: str | None, diameter_mm: float, pressure_mpa: float) -> tuple[str, ...]:
        """Every code that a pipe may be of; nan is not stated. Empty: the standard has none for it."""
        return tuple(
            name
            for name, code in self.codes.items()
            if utility is not None
            and code.utility == utility
            and not (diameter_mm <= code.dn_over_mm or diameter_mm > code.dn_to_mm)
            and not (pressure_mpa <= code.mpa_over or pressure_mpa > code.mpa_to)
        )

    def clear_of(self, a: str, b: str, dn_mm: float, voltage_kv: float) -> tuple[Clear, ...]:
        """The cells of two codes: one, or several where ``dn_mm`` (the larger) or ``voltage_kv`` is nan; empty: no number."""
        return self._of(self._pairs, a, b, dn_mm, voltage_kv)

    def vertical_of(self, a: str, b: str, dn_mm: float, voltage_kv: float) -> tuple[Clear, ...]:
        """As :meth:`clear_of`, for the least vertical clear distance where two cross."""
        return self._of(self._crossed, a, b, dn_mm, voltage_kv)

    def _of(
        self, table: Mapping[frozenset[str], tuple[Clear, ...]], a: str, b: str, dn_mm: float, voltage_kv: float
    ) -> tuple[Clear, ...]:
        cells = table.get(frozenset((a, b))) or table.get(frozenset((self._family(a), self._family(b))), ())
        return tuple(
            cell
            for cell in cells
            if not (dn_mm <= cell.dn_over_mm or dn_mm > cell.dn_to_mm)
            and not (voltage_kv < cell.kv_from or voltage_kv >= cell.kv_below)
        )

    @cached_property
    def most_between_pipes_m(self) -> float:
        """The largest horizontal number between two pipes: further apart nothing is asked."""
        named = {name for name, code in self.codes.items() if code.utility}
        pipes = named | {self._family(name) for name in named}
        return max((cell.most_m for cell in self.clear if cell.a in pipes and cell.b in pipes), default=0.0)

    def cover_of(self, code: str, place: Place) -> Cover | None:
        """Least cover of a code below a place."""
        return next((cell for cell in self.cover if (cell.code, cell.place) == (code, place)), None)

    def depth_rank(self, utility: str | None) -> int:
        """Place of a utility from the ground down, 0 uppermost; -1 where the standard names none."""
        order = self.order_down.utilities
        return order.index(utility) if utility in order else -1

    def _family(self, code: str) -> str:
        return self.codes[code].family or code

    @cached_property
    def _pairs(self) -> Mapping[frozenset[str], tuple[Clear, ...]]:
        return _by_pair(self.clear)

    @cached_property
    def _crossed(self) -> Mapping[frozenset[str], tuple[Clear, ...]]:
        return _by_pair(self.vertical)


def _by_pair(table: tuple[Clear, ...]) -> Mapping[frozenset[str], tuple[Clear, ...]]:
    out: dict[frozenset[str], tuple[Clear, ...]] = {}
    for cell in table:
        key = frozenset((cell.a, cell.b))
        out[key] = (*out.get(key, ()), cell)
    return out
