"""What was measured: columns of quantities with what is certain, what is estimated and what is missing.

Names of facts (a pack's rules ask for them by name):

=============================================  =====================================================================
``utility``, ``burial``                        codes, compared with *among*
``voltage_kv``, ``capacity_kva``, …            numbers of the route
``length_m``, ``counted_m``, ``dug_m``         this route: whole, outside the red line that it serves, excavated
``sum.SCOPE.QUANTITY``                         SCOPE: route, project_utility, project, cluster;
                                               QUANTITY: whole_m, counted_m, dug_m, road_m
``ZONE.open_m``, ``.any_m``, ``.hung_m``       metres of the route whose footprint meets the zone: excavated / in any way / hung
``ZONE.open_all``, ``ZONE.any_all``            the same metres where the whole dug line lies in the zone, else 0
``ZONE.area_m2``                               trench area inside the zone
``end.start``, ``end.finish``                  what lies at the end: site, main, none
=============================================  =====================================================================
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

# Why a fact is not known: the first that applies, in this order.
WHY = (
    "", "no_layer", "no_coverage", "rows_lost", "outside_coverage", "no_class", "no_kind", "no_grade", "no_canopy", "no_offset",
    "class_hint", "no_road_date", "stray_rows", "ledger_row", "old_records", "no_dig_date", "no_burial", "unclear_burial",
    "own_site", "unclear_sibling", "blank", "unreadable", "not_measured",
)  # fmt: skip


@dataclass(frozen=True)
class Column:
    """One fact for ``n`` routes.

    ``value``: the best number (metres rounded to 1 mm). ``low``/``high``: where it must lie, given what is missing
    (equal to ``value`` where it is known; ``nan`` value with -inf/inf where nothing is known).
    ``est_low``/``est_high``: where it lies if the defaults that stood in for blanks are wrong.
    ``why``: index into :data:`WHY`.
    """

    value: Floats
    low: Floats
    high: Floats
    est_low: Floats
    est_high: Floats
    why: npt.NDArray[np.int8]
    layer: str = ""
    zone: str = ""

    @staticmethod
    def known(value: Floats, layer: str = "") -> "Column":
        """A column without unknowns; ``nan`` in ``value`` reads as blank."""
        blank = np.isnan(value)
        low, high = np.where(blank, -np.inf, value), np.where(blank, np.inf, value)
        why = np.where(blank, WHY.index("blank"), 0).astype(np.int8)
        return Column(value, low, high, low, high, why, layer)

    def unreadable(self, rows: npt.NDArray[np.bool_]) -> "Column":
        """The column with these rows unknown: something stands there that cannot be read, which is no blank."""
        if not rows.any():
            return self
        swap: dict[str, Any] = {"value": np.where(rows, np.nan, self.value)}
        swap |= {name: np.where(rows, -np.inf, getattr(self, name)) for name in ("low", "est_low")}
        swap |= {name: np.where(rows, np.inf, getattr(self, name)) for name in ("high", "est_high")}
        return replace(self, **swap, why=np.where(rows, WHY.index("unreadable"), self.why).astype(np.int8))

    def filled(self, number: float) -> "Column":
        """The column with ``number`` where nothing was stated (a blank that the pack says how to read)."""
        blank = self.why == WHY.index("blank")
        names = ("value", "low", "high", "est_low", "est_high")
        swap: dict[str, Any] = {name: np.where(blank, number, getattr(self, name)) for name in names}
        return replace(self, **swap, why=np.where(blank, 0, self.why).astype(np.int8))

    @staticmethod
    def concat(some: "list[Column]") -> "Column":
        """Columns of consecutive chunks as one."""
        names = ("value", "low", "high", "est_low", "est_high", "why")
        joined = {name: np.concatenate([getattr(c, name) for c in some]) for name in names}
        return Column(**joined, layer=some[0].layer, zone=some[0].zone)

    def take(self, rows: npt.NDArray[np.intp]) -> "Column":
        """The column for some of the rows."""
        names = ("value", "low", "high", "est_low", "est_high", "why")
        return replace(self, **{name: getattr(self, name)[rows] for name in names})


@dataclass(frozen=True)
class Codes:
    """A worded fact for ``n`` routes: ``values`` are words, or None where nothing was stated."""

    values: npt.NDArray[np.object_]


@dataclass(frozen=True)
class Facts:
    """Everything measured about ``n`` routes; ``tables`` holds the hits and pieces that the numbers rest on."""

    n: int
    on: date
    columns: Mapping[str, Column]
    codes: Mapping[str, Codes]
    tables: Mapping[str, Any] = field(default_factory=dict)

    @staticmethod
    def concat(chunks: "list[Facts]") -> "Facts":
        """The facts of consecutive chunks of one file."""
        first = chunks[0]
        if len(chunks) == 1:
            return first
        columns = {name: Column.concat([c.columns[name] for c in chunks]) for name in first.columns}
        codes = {name: Codes(np.concatenate([c.codes[name].values for c in chunks])) for name in first.codes}
        measured = tuple(one for c in chunks for one in c.tables["measured"])
        return Facts(sum(c.n for c in chunks), first.on, columns, codes, {"measured": measured})

    def head(self, n: int) -> "Facts":
        """The facts of the first ``n`` routes; the tables stay whole, so that numbers in them keep their meaning."""
        if n == self.n:
            return self
        first = np.arange(n)
        columns = {name: column.take(first) for name, column in self.columns.items()}
        return replace(self, n=n, columns=columns, codes={name: Codes(c.values[:n]) for name, c in self.codes.items()})


def from_values(rows: list[Mapping[str, Any]], names: frozenset[str], on: date) -> Facts:
    """Facts from plain numbers, for worked cases and for questions without a map.

    Each row maps fact names to a number, a word, ``None`` (unknown) or ``[low, high]`` (known to lie between).
    A zone fact that a row leaves out is 0 (measured, nothing met); any other is unknown.
    """
    codes, columns = {}, {}
    for name in sorted(names | {key for row in rows for key in row}):
        given = [row.get(name, 0.0 if _is_zone_fact(name) else None) for row in rows]
        if name in ("utility", "burial") or name.startswith("end."):
            codes[name] = Codes(np.array(given, dtype=object))
        else:
            columns[name] = _column(given)
    return Facts(len(rows), on, columns, codes)


def _is_zone_fact(name: str) -> bool:
    return name.rpartition(".")[2] in ("open_m", "any_m", "hung_m", "open_all", "any_all", "area_m2")


def _column(given: list[Any]) -> Column:
    low = np.array([-np.inf if g is None else g[0] if isinstance(g, (list, tuple)) else g for g in given], dtype=float)
    high = np.array([np.inf if g is None else g[1] if isinstance(g, (list, tuple)) else g for g in given], dtype=float)
    value = np.where(np.isfinite(low), low, np.nan)
    why = np.where(np.isnan(value), WHY.index("blank"), np.where(low != high, WHY.index("not_measured"), 0)).astype(np.int8)
    return Column(value, low, high, low, high, why)
