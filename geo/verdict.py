"""The answer as people read it: rows of a table, and one verdict object with its proof when somebody looks.

Columns stay columns until here. :attr:`Review.rows` makes the table for all routes; :meth:`Review.verdict` makes the
object of one, by the schema that the web page, the files and the papers share.
"""

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
from geo.explain import Reasons
from geo.facts import Facts
from geo.ground import words
from geo.kleene import NAMES, UNKNOWN, YES
from geo.pack import Pack, Rule
from geo.rules import CERTAINTY, PERMIT_STATES, Verdicts, evaluate, outcome_names
from geo.schema import LAYERS
from geo.stretches import Stretches
from geo.words import missing_text

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Review:
    """Verdicts on a file of routes, with everything that they rest on. ``together``: the routes, then the history."""

    routes: gpd.GeoDataFrame
    city: City
    pack: Pack
    on: date
    facts: Facts
    verdicts: Verdicts
    together: pd.DataFrame

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
        out = pd.DataFrame({
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
        })  # fmt: skip
        for name in ("project", "project_code", "applicant", "utility"):
            out[name] = words(self.routes, name)
        return gpd.GeoDataFrame(out, geometry=self.routes.geometry.to_numpy(), crs=self.city.work_crs)

    def _permit_masks(self, state: str) -> dict[str, Bools]:
        code = PERMIT_STATES.index(state)
        return {item: codes == code for item, codes in self.verdicts.permit_states.items()}

    def _missing_masks(self) -> dict[str, Bools]:
        """Routes by what they wait for, in Chinese words: one entry for each cause."""
        out: dict[str, Bools] = {}
        for rule_id, rows in self.reasons.missing.items():
            for i_why, why in enumerate(f.WHY):
                column = self._column(self.pack.rules[rule_id])
                told = rows & (column.why == i_why if column is not None else i_why == f.WHY.index("blank"))
                if told.any():
                    text = self._missing(self.pack.rules[rule_id], why or "blank", "zh")
                    out[text] = out.get(text, np.zeros(self.facts.n, dtype=np.bool_)) | told
        return out

    def _column(self, rule: Rule) -> f.Column | None:
        return self.facts.columns.get(str(self.pack.fill(rule.fact)))

    def _missing(self, rule: Rule, why: str, lang: str) -> str:
        column = self._column(rule)
        layer = LAYERS[column.layer] if column is not None and column.layer in LAYERS else None
        name = (layer.zh if lang == "zh" else layer.en) if layer else ""
        said = missing_text(why, name, lang)
        if why == "blank":
            title = rule.title.text(lang)
            return f"{title}：{said}" if lang == "zh" else f"{title}: {said}"
        return said

    def verdict(self, i: int, geometry: bool = False) -> dict[str, Any]:
        """The verdict object of one route. With ``geometry`` every stretch carries its line in degrees."""
        v = self.verdicts
        outcome, conditions = v.outcome(i), v.conditions(i)
        could, could_conditions = v.could_be(i)
        return {
            "route_id": self.routes["route_id"].iloc[i] if "route_id" in self.routes else None,
            "outcome": outcome,
            "conditions": conditions,
            "could_be": {"outcome": could, "conditions": could_conditions},
            "certainty": v.certainty(i),
            "immediate": v.immediate(i),
            "headline": self._headline(i),
            "on": self.on.isoformat(),
            "dig": self._dig(i),
            "length": self._length(i),
            "findings": self._findings(i, geometry),
            "permits": self._permits(i),
            "readings": self._readings(i),
            "group": self._group(i),
            "notes": self._notes(i),
            "rests_on": {"pack": self.pack.label, "deliveries": self._deliveries(i)},
            "notice": self.pack.data.notice.zh,
        }  # fmt: skip

    def pieces(self, i: int, geometry: bool = False) -> list[dict[str, Any]]:
        """The ground partition of one route: every metre once."""
        return self.stretches.pieces(i, geometry)

    def _headline(self, i: int) -> dict[str, str]:
        reading = self.one(i)
        for headline in self.pack.data.headlines:
            if evaluate(headline.when, reading, 1, self.pack)[0] == YES:
                return {"zh": headline.zh, "en": headline.en}
        title = self.pack.outcomes[self.verdicts.outcome(i)]
        return {"zh": title.zh, "en": title.en}

    def one(self, i: int) -> Any:
        """The reading of one route alone."""
        from dataclasses import replace

        r, pick = self.verdicts.reading, slice(i, i + 1)
        rules = {
            k: replace(a, answer=a.answer[pick], estimated=a.estimated[pick], at_limit=a.at_limit[pick])
            for k, a in r.rules.items()
        }
        return replace(
            r, rules=rules, terms={k: a[pick] for k, a in r.terms.items()}, outcome=r.outcome[pick], could_be=r.could_be[pick],
            conditions={k: a[pick] for k, a in r.conditions.items()},
        )  # fmt: skip

    def _dig(self, i: int) -> list[str | None]:
        measured, k = self.stretches.at(i)
        days = (measured.window.start[k], measured.window.end[k])
        return [None if np.isnat(day) else str(day) for day in days]

    def _length(self, i: int) -> dict[str, Any]:
        measured, k = self.stretches.at(i)
        value = {name: float(self.facts.columns[name].value[i]) for name in ("length_m", "counted_m", "dug_m")}
        stated = self.facts.columns.get("accuracy_m")
        accuracy = (
            float(stated.value[i]) if stated is not None and not np.isnan(stated.value[i]) else self.pack.data.measures.accuracy_m
        )
        return {
            "planar_m": round(int(measured.length_mm[k]) / 1000, 3), "geodesic_m": float(measured.geodesic_m[k]),
            "counted_m": value["counted_m"], "dug_m": value["dug_m"],
            "sum_m": float(self.facts.columns["sum.project_utility.counted_m"].value[i]),
            "trench_width_m": float(measured.footprints.trench_m[k]), "trench_estimated": bool(measured.footprints.trench_estimated[k]),
            "crs": self.city.work_crs, "accuracy_m": accuracy,
        }  # fmt: skip

    def _findings(self, i: int, geometry: bool) -> list[dict[str, Any]]:
        utility = self.facts.codes["utility"].values[i]
        asked = [rule for rule in self.pack.data.rules if not rule.applies or utility is None or utility in rule.applies]
        found = [self._finding(rule, i, geometry) for rule in asked]
        weight = {"yes": 2, "unknown": 1, "no": 3}
        return sorted(found, key=lambda one: (not one["decides"], weight[one["answer"]] if not one["decides"] else 0))

    def _finding(self, rule: Rule, i: int, geometry: bool) -> dict[str, Any]:
        answers = self.verdicts.reading.rules[rule.id]
        answer = NAMES[answers.answer[i]]
        column = self._column(rule)
        test = self.pack.fill(dict(rule.test))
        op, limit = next(iter(test.items()))
        value, margin = None, None
        if column is not None:
            value = None if np.isnan(column.value[i]) else round(float(column.value[i]), 3)
            if value is not None and isinstance(limit, (int, float)) and np.isfinite(limit):
                margin = round(float(limit) - value, 3) if op in ("le", "lt", "gt", "ge") else None
        words_ = self.facts.codes.get(str(self.pack.fill(rule.fact)))
        if words_ is not None:
            value = words_.values[i]
        why = f.WHY[column.why[i]] if column is not None else "blank"
        missing = {"zh": self._missing(rule, why or "blank", "zh"), "en": self._missing(rule, why or "blank", "en"),
                   "layer": column.layer if column else "", "office": self.city.layer(column.layer).owner if column and column.layer else ""}  # fmt: skip
        zone = column.zone if column is not None else ""
        return {
            "rule": rule.id, "title": {"zh": rule.title.zh, "en": rule.title.en}, "answer": answer, "effect": rule.effect,
            "decides": bool(self.reasons.because[rule.id][i] or self.reasons.missing[rule.id][i]),
            "value": value, "unit": rule.unit, "limit": limit if not isinstance(limit, float) or np.isfinite(limit) else None, "test": op,
            "margin": margin, "at_limit": bool(answers.at_limit[i]), "estimated": bool(answers.estimated[i]),
            "citation": self.pack.cite(rule.cite),
            "stretches": self.stretches.of_zone(zone, i, geometry) if zone else [],
            "missing": missing if answer == "unknown" else None,
            "reading": next((name for name in self._switches_of(rule) if self.verdicts.rests_on_switches[name][i]), None),
        }  # fmt: skip

    def _switches_of(self, rule: Rule) -> list[str]:
        from geo.pack import PLACEHOLDER

        return PLACEHOLDER.findall(repr((rule.fact, dict(rule.test))))

    def _permits(self, i: int) -> list[dict[str, Any]]:
        out = []
        states = self.verdicts.permits(i)
        for permit in self.pack.data.permits:
            if permit.id in states:
                state = states[permit.id]
                out.append({
                    "item": permit.id, "title": {"zh": permit.title.zh, "en": permit.title.en}, "state": state, "waived": state == "waived",
                    "authority": permit.authority.zh, "authority_en": permit.authority.en, "term": permit.term.zh, "term_en": permit.term.en,
                    "papers": [] if state == "waived" else self._papers(permit.papers), "form": permit.form,
                    "citation": self.pack.cite(permit.cite),
                })  # fmt: skip
        return out

    def _papers(self, ids: tuple[str, ...]) -> list[str]:
        known = self.pack.data.papers
        return [str(known[p].get("zh", p)) if isinstance(known.get(p), dict) else str(known.get(p, p)) for p in ids]

    def _readings(self, i: int) -> list[dict[str, Any]]:
        """The switches, and the inferences from silence, on which this verdict rests; unconfirmed until an office says so."""
        out: list[dict[str, Any]] = []
        for name, rows in self.verdicts.rests_on_switches.items():
            if rows[i]:
                switch = self.pack.switches[name]
                chosen = switch.options[self.pack.option(name)]
                out.append({"switch": name, "code": switch.code, "title": switch.title.model_dump(), "chosen": chosen.title.model_dump(),
                            "argument": switch.argument.model_dump(), "confirmed_by": switch.confirmed_by.model_dump(mode="json")})  # fmt: skip
        for inference in self.pack.data.inferences:
            if self.verdicts.inferred[inference.id][i] == YES:
                out.append({"switch": None, "code": inference.id, "title": inference.title.model_dump(), "chosen": None,
                            "argument": None, "confirmed_by": {"office": None, "document": None, "date": None}})  # fmt: skip
        return out

    def _group(self, i: int) -> dict[str, Any]:
        groups = self.facts.tables.get("groups", {})
        out: dict[str, Any] = {"history_checked": bool(self.facts.tables.get("history_checked"))}
        for name in ("project_utility", "project", "cluster"):
            key = groups.get(name)
            same: Any = [] if key is None or key[i] < 0 else np.flatnonzero(key == key[i])
            out[name] = {
                "routes": [str(r) for r in words(self.together, "route_id")[same]] if len(same) > 1 else [],
                "counted_m": float(self.facts.columns[f"sum.{name}.counted_m"].value[i]),
            }
        return out

    def _notes(self, i: int) -> list[dict[str, str]]:
        measured, k = self.stretches.at(i)
        v_permits = self.verdicts.permits(i)
        notes = []
        if measured.outline[k]:
            notes.append({"zh": "以面状范围申报：按该范围判定占用，轴线由范围两长边的中线推得。",
                          "en": "Given as an outline: judged by the outline; the axis runs midway between its long sides."})  # fmt: skip
        if not measured.sites.known:
            notes.append(
                {"zh": "用地红线不明，按全线长度计。", "en": "The site's red line is not known: the whole line is counted."}
            )
        if not self.facts.tables.get("history_checked"):
            notes.append({"zh": "未核对历史申报。", "en": "History not checked."})
        if not v_permits:
            notes.append(self.pack.data.nothing_met.model_dump())
        return notes

    def _deliveries(self, i: int) -> list[dict[str, Any]]:
        measured, k = self.stretches.at(i)
        out = []
        for name, covered in sorted(measured.covered.items()):
            layer = self.city.layer(name)
            out.append({
                "layer": name, "id": layer.delivery_id, "as_of": layer.as_of.isoformat() if layer.as_of else None,
                "covers": bool(covered[k]), "delivered": layer.frame is not None, "owner": layer.owner, "stated_by": layer.stated_by,
            })  # fmt: skip
        return out


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
