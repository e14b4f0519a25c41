"""The answer as people read it: rows of a table, and one verdict object with its proof when somebody looks.

Columns stay columns until here. :attr:`Review.rows` makes the table for all routes; :meth:`Review.verdict` makes the
object of one, by the schema that the web page, the files and the papers share.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo import facts as f
from geo.city import City
from geo.columns import days, numbers, words
from geo.facts import Facts
from geo.law.explain import Reasons
from geo.law.kleene import UNKNOWN, YES
from geo.law.pack import Pack, Rule
from geo.law.rules import CERTAINTY, PERMIT_STATES, Verdicts, outcome_names
from geo.proof import Proof
from geo.schema import LAYERS, ROUTE_COLUMNS
from geo.stretches import Stretches
from geo.words import missing_text

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Review:
    """Verdicts on a file of routes, with everything that they rest on. ``together``: the routes, then the history.
    ``matches``: who else digs on the same stretch, by route; None: nobody looked."""

    routes: gpd.GeoDataFrame
    city: City
    pack: Pack
    on: date
    facts: Facts
    verdicts: Verdicts
    together: pd.DataFrame
    matches: Callable[[int], list[dict[str, Any]]] | None = None

    @cached_property
    def reasons(self) -> Reasons:
        """Which rules each outcome rests on or waits for."""
        return Reasons(self.pack, self.verdicts.reading, self.facts.n)

    @cached_property
    def stretches(self) -> Stretches:
        """Where on the line each thing is."""
        return Stretches(self.facts, self.city)

    @cached_property
    def rows(self) -> gpd.GeoDataFrame:
        """One row a route, in the order of the file; geometry in the work CRS. Lists are Python lists."""
        v, n = self.verdicts, self.facts.n
        metres = self.facts.columns
        out = pd.DataFrame(
            {
                "row_no": self.routes["row_no"].to_numpy() if "row_no" in self.routes else np.arange(1, n + 1),
                "route_id": words(self.routes, "route_id"),
                "outcome": v.outcome_ids,
                "conditions": _lists({k: a == YES for k, a in v.reading.conditions.items()}, n),
                "could_be": outcome_names(self.pack, v.reading.could_be),
                "could_be_conditions": _lists({k: a >= UNKNOWN for k, a in v.reading.conditions.items()}, n),
                "certainty": np.array(CERTAINTY, dtype=object)[v.certainty_code],
                "immediate": v.immediate_flags,
                "length_m": metres["length_m"].value,
                "dug_m": metres["dug_m"].value,
                "sum_length_m": metres["sum.project_utility.counted_m"].value,
                "reasons": _lists(self.reasons.because, n),
                "owed": _lists(self._permit_masks("owed"), n),
                "waived": _lists(self._permit_masks("waived"), n),
                "missing": _lists(self._missing_masks(), n),
                "pack": self.pack.label,
                "on": self.on.isoformat(),
            }
        )
        for name, column in ROUTE_COLUMNS.items():
            if name not in out:
                kinds = {"text": words, "date": days, "number": numbers, "integer": numbers}
                out[name] = kinds[column.kind](self.routes, name)
        return gpd.GeoDataFrame(out, geometry=self.routes.geometry.to_numpy(), crs=self.city.work_crs)

    def _permit_masks(self, state: str) -> dict[str, Bools]:
        code = PERMIT_STATES.index(state)
        return {item: codes == code for item, codes in self.verdicts.permit_states.items()}

    def _missing_masks(self) -> dict[str, Bools]:
        """Routes by what they wait for, in Chinese words: one entry for each cause."""
        out: dict[str, Bools] = {}
        for rule_id, rows in self.reasons.missing.items():
            for i_why, why in enumerate(f.WHY):
                column = self.column(self.pack.rules[rule_id])
                told = rows & (column.why == i_why if column is not None else i_why == f.WHY.index("blank"))
                if told.any():
                    text = self.missing_text(self.pack.rules[rule_id], why or "blank", "zh")
                    out[text] = out.get(text, np.zeros(self.facts.n, dtype=np.bool_)) | told
        return out

    def column(self, rule: Rule) -> f.Column | None:
        """The fact that a rule asks for, or None where it is a word."""
        return self.facts.columns.get(str(self.pack.fill(rule.fact)))

    def missing_text(self, rule: Rule, why: str, lang: str) -> str:
        """What a rule waits for, in words."""
        column = self.column(rule)
        layer = LAYERS[column.layer] if column is not None and column.layer in LAYERS else None
        name = (layer.zh if lang == "zh" else layer.en) if layer else ""
        said = missing_text(why, name, lang)
        if why == "blank":
            title = rule.title.text(lang)
            return f"{title}：{said}" if lang == "zh" else f"{title}: {said}"
        return said

    @cached_property
    def proof(self) -> "Proof":
        """Makes the verdict objects."""
        return Proof(self)

    def verdict(self, i: int, geometry: bool = False) -> dict[str, Any]:
        """The verdict object of one route. With ``geometry`` every stretch carries its line in degrees."""
        return self.proof.verdict(i, geometry)

    def pieces(self, i: int, geometry: bool = False) -> list[dict[str, Any]]:
        """The ground partition of one route: every metre once."""
        return self.stretches.pieces(i, geometry)


def _lists(masks: dict[str, Bools], n: int) -> list[list[str]]:
    """For each row the names whose mask is set; built once for each distinct combination, not once a row."""
    names = [name for name, mask in masks.items() if mask.any()]
    if not names:
        return [[] for _ in range(n)]
    table = np.column_stack([masks[name] for name in names])
    packed = np.packbits(table, axis=1)
    kinds, which = np.unique(packed, axis=0, return_inverse=True)
    flags = np.unpackbits(kinds, axis=1)[:, : len(names)].astype(bool)
    lists = [[name for name, on in zip(names, row, strict=True) if on] for row in flags]
    return [lists[k] for k in which.reshape(-1)]
