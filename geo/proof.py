"""The verdict object of one route: what was found, which permits follow, what it all rests on.

One schema for the web page, the files and the papers (``design`` of the object: README, "What a verdict says").
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from geo import facts as f
from geo.columns import words
from geo.law.kleene import NAMES, YES
from geo.law.pack import PLACEHOLDER, Rule
from geo.law.rules import Reading, evaluate
from geo.notes import notes

if TYPE_CHECKING:
    from geo.verdict import Review


# A project may hold thousands of lines: the first few are named, all are counted.
SIBLINGS_NAMED = 20


class Proof:
    """Makes verdict objects of a review, one at a time, when somebody looks."""

    def __init__(self, review: "Review") -> None:
        self.r = review

    def verdict(self, i: int, geometry: bool = False) -> dict[str, Any]:
        """The verdict object of one route. With ``geometry`` every stretch carries its line in degrees."""
        v = self.r.verdicts
        outcome, conditions = v.outcome(i), v.conditions(i)
        could, could_conditions = v.could_be(i)
        return {
            "route_id": self.r.routes["route_id"].iloc[i] if "route_id" in self.r.routes else None,
            "outcome": outcome,
            "conditions": conditions,
            "could_be": {"outcome": could, "conditions": could_conditions},
            "certainty": v.certainty(i),
            "immediate": v.immediate(i),
            "headline": self._headline(i),
            "on": self.r.on.isoformat(),
            "dig": self._dig(i),
            "length": self._length(i),
            "findings": self._findings(i, geometry),
            "permits": self._permits(i),
            "readings": self._readings(i),
            "group": self._group(i),
            "matches": None if self.r.matches is None else self.r.matches(i),
            "notes": self._notes(i),
            "rests_on": {"pack": self.r.pack.label, "deliveries": self._deliveries(i)},
            "notice": self.r.pack.data.notice.zh,
        }

    def _headline(self, i: int) -> dict[str, str]:
        reading = self.one(i)
        for headline in self.r.pack.data.headlines:
            if evaluate(headline.when, reading, 1, self.r.pack)[0] == YES:
                return {"zh": headline.zh, "en": headline.en}
        title = self.r.pack.outcomes[self.r.verdicts.outcome(i)]
        return {"zh": title.zh, "en": title.en}

    def one(self, i: int) -> Reading:
        """The reading of one route alone."""
        r, pick = self.r.verdicts.reading, slice(i, i + 1)
        rules = {
            k: replace(a, answer=a.answer[pick], estimated=a.estimated[pick], at_limit=a.at_limit[pick])
            for k, a in r.rules.items()
        }
        return replace(
            r,
            rules=rules,
            terms={k: a[pick] for k, a in r.terms.items()},
            outcome=r.outcome[pick],
            could_be=r.could_be[pick],
            conditions={k: a[pick] for k, a in r.conditions.items()},
        )

    def _dig(self, i: int) -> list[str | None]:
        measured, k = self.r.stretches.at(i)
        days = (measured.window.start[k], measured.window.end[k])
        return [None if np.isnat(day) else str(day) for day in days]

    def _length(self, i: int) -> dict[str, Any]:
        measured, k = self.r.stretches.at(i)
        value = {name: float(self.r.facts.columns[name].value[i]) for name in ("length_m", "counted_m", "dug_m")}
        stated = self.r.facts.columns.get("accuracy_m")
        accuracy = (
            float(stated.value[i])
            if stated is not None and not np.isnan(stated.value[i])
            else self.r.pack.data.measures.accuracy_m
        )
        return {
            "planar_m": round(int(measured.length_mm[k]) / 1000, 3),
            "geodesic_m": float(measured.geodesic_m[k]),
            "counted_m": value["counted_m"],
            "dug_m": value["dug_m"],
            "sum_m": float(self.r.facts.columns["sum.project_utility.counted_m"].value[i]),
            "trench_width_m": float(measured.footprints.trench_m[k]),
            "trench_estimated": bool(measured.footprints.trench_estimated[k]),
            "crs": self.r.city.work_crs,
            "accuracy_m": accuracy,
        }

    @cached_property
    def _asked(self) -> list["Asked"]:
        """What does not change from route to route, looked up once for each rule."""
        return [Asked.of(rule, self.r) for rule in self.r.pack.data.rules]

    def _findings(self, i: int, geometry: bool) -> list[dict[str, Any]]:
        utility = self.r.facts.codes["utility"].values[i]
        found = [self._finding(one, i, geometry) for one in self._asked if one.concerns(utility)]
        weight = {"yes": 2, "unknown": 1, "no": 3}
        return sorted(found, key=lambda one: (not one["decides"], weight[one["answer"]] if not one["decides"] else 0))

    def _finding(self, asked: "Asked", i: int, geometry: bool) -> dict[str, Any]:
        rule, column = asked.rule, asked.column
        answers = self.r.verdicts.reading.rules[rule.id]
        answer = NAMES[answers.answer[i]]
        value, margin = asked.value_and_margin(i)
        why = f.WHY[column.why[i]] if column is not None else "blank"
        switched = self.r.verdicts.rests_on_switches
        return {
            **asked.head,
            "answer": answer,
            "decides": bool(self.r.reasons.because[rule.id][i] or self.r.reasons.missing[rule.id][i]),
            "value": value,
            "margin": margin,
            "at_limit": bool(answers.at_limit[i]),
            "estimated": bool(answers.estimated[i]),
            "stretches": self.r.stretches.of_zone(column.zone, i, geometry) if column is not None and column.zone else [],
            "missing": self._missing(asked, why or "blank") if answer == "unknown" else None,
            "reading": next((name for name in asked.switches if switched[name][i]), None),
        }

    def _missing(self, asked: "Asked", why: str) -> dict[str, str]:
        layer = asked.column.layer if asked.column is not None else ""
        words_ = {lang: self.r.missing_text(asked.rule, why, lang) for lang in ("zh", "en")}
        return {**words_, "layer": layer, "office": self.r.city.layer(layer).owner if layer else ""}

    def _permits(self, i: int) -> list[dict[str, Any]]:
        out = []
        states = self.r.verdicts.permits(i)
        for permit in self.r.pack.data.permits:
            if permit.id in states:
                state = states[permit.id]
                out.append(
                    {
                        "item": permit.id,
                        "title": {"zh": permit.title.zh, "en": permit.title.en},
                        "state": state,
                        "waived": state == "waived",
                        "authority": permit.authority.zh,
                        "authority_en": permit.authority.en,
                        "term": permit.term.zh,
                        "term_en": permit.term.en,
                        "papers": [] if state == "waived" else self._papers(permit.papers),
                        "form": permit.form,
                        "citation": self.r.pack.cite(permit.cite),
                    }
                )
        return out

    def _papers(self, ids: tuple[str, ...]) -> list[str]:
        known = self.r.pack.data.papers
        return [str(known[p].get("zh", p)) if isinstance(known.get(p), dict) else str(known.get(p, p)) for p in ids]

    def _readings(self, i: int) -> list[dict[str, Any]]:
        """The switches, and the inferences from silence, on which this verdict rests; unconfirmed until an office says so."""
        out: list[dict[str, Any]] = []
        for name, rows in self.r.verdicts.rests_on_switches.items():
            if rows[i]:
                switch = self.r.pack.switches[name]
                chosen = switch.options[self.r.pack.option(name)]
                out.append(
                    {
                        "switch": name,
                        "code": switch.code,
                        "title": switch.title.model_dump(),
                        "chosen": chosen.title.model_dump(),
                        "argument": switch.argument.model_dump(),
                        "confirmed_by": switch.confirmed_by.model_dump(mode="json"),
                    }
                )
        for inference in self.r.pack.data.inferences:
            if self.r.verdicts.inferred[inference.id][i] == YES:
                out.append(
                    {
                        "switch": None,
                        "code": inference.id,
                        "title": inference.title.model_dump(),
                        "chosen": None,
                        "argument": None,
                        "confirmed_by": {"office": None, "document": None, "date": None},
                    }
                )
        return out

    @cached_property
    def _route_ids(self) -> npt.NDArray[np.object_]:
        return words(self.r.together, "route_id")

    @cached_property
    def _members(self) -> dict[str, tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
        """For each kind of group its keys in order, and the rows in that order: one sort instead of a search a route."""
        groups = self.r.facts.tables.get("groups", {})
        orders = {name: np.argsort(key, kind="stable") for name, key in groups.items()}
        return {name: (key[orders[name]], orders[name]) for name, key in groups.items()}

    def _group(self, i: int) -> dict[str, Any]:
        """Siblings by number (the first few by name) and their sums."""
        out: dict[str, Any] = {"history_checked": bool(self.r.facts.tables.get("history_checked"))}
        for name in ("project_utility", "project", "cluster"):
            keys, rows = self._members[name]
            key = self.r.facts.tables["groups"][name][i]
            first, last = np.searchsorted(keys, [key, key + 1]) if key >= 0 else (0, 1)
            same: Any = self._route_ids[rows[first : min(last, first + SIBLINGS_NAMED)]] if last - first > 1 else []
            sum_m = float(self.r.facts.columns[f"sum.{name}.counted_m"].value[i])
            out[name] = {"count": int(last - first), "routes": [str(route) for route in same], "counted_m": sum_m}
        return out

    def _notes(self, i: int) -> list[dict[str, str]]:
        measured, k = self.r.stretches.at(i)
        out = notes(measured, k, bool(self.r.facts.tables.get("history_checked")))
        if not self.r.verdicts.permits(i):
            out.append(self.r.pack.data.nothing_met.model_dump())
        return out

    def _deliveries(self, i: int) -> list[dict[str, Any]]:
        measured, k = self.r.stretches.at(i)
        out = []
        for name, covered in sorted(measured.covered.items()):
            layer = self.r.city.layer(name)
            out.append(
                {
                    "layer": name,
                    "id": layer.delivery_id,
                    "as_of": layer.as_of.isoformat() if layer.as_of else None,
                    "covers": bool(covered[k]),
                    "delivered": layer.frame is not None,
                    "owner": layer.owner,
                    "stated_by": layer.stated_by,
                }
            )
        return out


@dataclass(frozen=True)
class Asked:
    """One rule as this reading asks it: the fact, the limit, and the part of a finding that is the same for all routes."""

    rule: Rule
    column: f.Column | None
    words: npt.NDArray[np.object_] | None
    op: str
    limit: Any
    switches: tuple[str, ...]
    head: dict[str, Any]

    @staticmethod
    def of(rule: Rule, review: "Review") -> "Asked":
        """The rule with the switches of the review's pack filled in."""
        fact, test = str(review.pack.fill(rule.fact)), review.pack.fill(dict(rule.test))
        op, limit = next(iter(test.items()))
        codes = review.facts.codes.get(fact)
        head = {
            "rule": rule.id,
            "title": {"zh": rule.title.zh, "en": rule.title.en},
            "effect": rule.effect,
            "unit": rule.unit,
            "limit": limit if not isinstance(limit, float) or np.isfinite(limit) else None,
            "test": op,
            "citation": review.pack.cite(rule.cite),
        }
        switches = tuple(PLACEHOLDER.findall(repr((rule.fact, dict(rule.test)))))
        return Asked(rule, review.facts.columns.get(fact), codes.values if codes else None, op, limit, switches, head)

    def concerns(self, utility: str | None) -> bool:
        """The rule is about this utility, or the utility is not known."""
        return not self.rule.applies or utility is None or utility in self.rule.applies

    def value_and_margin(self, i: int) -> tuple[Any, float | None]:
        """The measured value, and how far it lies on the exempt side of the limit (negative: on the other)."""
        if self.words is not None:
            return self.words[i], None
        if self.column is None or np.isnan(self.column.value[i]):
            return None, None
        value = round(float(self.column.value[i]), 3)
        bounded = self.op != "eq" and isinstance(self.limit, (int, float)) and np.isfinite(self.limit)
        return value, round(float(self.limit) - value, 3) if bounded else None
