"""Facts + pack + day -> verdicts, for all routes at once. No shapes in this file, and no number of any law.

Answers are three-valued (:mod:`geo.law.kleene`). The first tier whose predicate is *yes* is the outcome, *no* passes on,
*unknown* makes it undetermined: so an unknown never hides a settled answer and never becomes an exemption.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from geo.facts import Codes, Column, Facts
from geo.law import kleene
from geo.law.kleene import NO, UNKNOWN, YES, Answers
from geo.law.pack import Expr, Pack, Rule
from geo.law.parse import atoms

Bools = npt.NDArray[np.bool_]
OUT_OF_SCOPE, UNDETERMINED = -1, -2
CERTAINTY = ("text", "reading", "data-missing")


@dataclass(frozen=True)
class RuleAnswers:
    """One rule for all routes: the answer, whether a default decided it, and whether the value lies at the limit."""

    answer: Answers
    estimated: Bools
    at_limit: Bools


@dataclass(frozen=True)
class Reading:
    """What one reading of the pack makes of the facts. Outcomes are tier numbers, or the two fixed ones (< 0)."""

    rules: Mapping[str, RuleAnswers]
    terms: Mapping[str, Answers]
    outcome: npt.NDArray[np.int8]
    could_be: npt.NDArray[np.int8]
    conditions: Mapping[str, Answers]


@dataclass(frozen=True)
class Verdicts:
    """Verdicts of ``n`` routes as columns; ask for one route's answers by number."""

    pack: Pack
    facts: Facts
    on: date
    reading: Reading
    certainty_code: npt.NDArray[np.int8]
    rests_on_switches: Mapping[str, Bools]
    inferred: Mapping[str, Answers]
    permit_states: Mapping[str, npt.NDArray[np.int8]]
    immediate_flags: Bools

    @property
    def n(self) -> int:
        """Number of routes."""
        return self.facts.n

    @cached_property
    def outcome_ids(self) -> npt.NDArray[np.object_]:
        """Outcome of each route, as the pack names it."""
        return outcome_names(self.pack, self.reading.outcome)

    def outcome(self, i: int) -> str:
        """Outcome of one route."""
        return str(self.outcome_ids[i])

    def conditions(self, i: int) -> list[str]:
        """Conditions that hold."""
        return [name for name, answer in self.reading.conditions.items() if answer[i] == YES]

    def could_be(self, i: int) -> tuple[str, list[str]]:
        """Outcome and conditions if every unknown came out badly."""
        outcome = str(outcome_names(self.pack, self.reading.could_be[i : i + 1])[0])
        return outcome, [name for name, answer in self.reading.conditions.items() if answer[i] >= UNKNOWN]

    def certainty(self, i: int) -> str:
        """``text``, ``reading`` or ``data-missing``."""
        return CERTAINTY[self.certainty_code[i]]

    def immediate(self, i: int) -> bool:
        """Exempt by the text, nothing owed, no condition."""
        return bool(self.immediate_flags[i])

    def answer(self, rule: str, i: int) -> str:
        """``yes``, ``no`` or ``unknown``."""
        return kleene.NAMES[self.reading.rules[rule].answer[i]]

    def permits(self, i: int) -> dict[str, str]:
        """Permit items that are met or may be: owed, waived, confirm, unknown."""
        return {name: PERMIT_STATES[state[i]] for name, state in self.permit_states.items() if state[i]}


PERMIT_STATES = ("", "owed", "waived", "confirm", "unknown")


def judge(facts: Facts, pack: Pack, on: date | None = None) -> Verdicts:
    """Verdicts for all routes. ``on`` is kept for the record; the facts were measured for that day."""
    cache: dict[str, RuleAnswers] = {}
    reading = read(facts, pack, cache)
    switched: dict[str, Bools] = {}
    for name, other in pack.flips:
        before = switched.setdefault(name, np.zeros(facts.n, dtype=np.bool_))
        rules = answers(facts, other, cache)
        if not _alike(reading.rules, rules):  # most readings change no answer, and so nothing that follows from them
            switched[name] = before | _differs(reading, conclude(rules, other, facts.n))
    inferred = {i.id: evaluate(i.when, reading, facts.n, pack) for i in pack.data.inferences}
    permits = {p.id: _permit_state(pack, p.id, reading, facts.n) for p in pack.data.permits}
    certainty = _certainty(reading, switched, inferred, pack, facts.n)
    clean = np.ones(facts.n, dtype=np.bool_)
    for answer in reading.conditions.values():
        clean &= answer == NO
    for state in permits.values():
        clean &= (state != PERMIT_STATES.index("owed")) & (state != PERMIT_STATES.index("unknown"))
    immediate = (reading.outcome == 0) & (certainty == 0) & clean & (pack.data.tiers[0].id == "exempt")
    return Verdicts(pack, facts, on or facts.on, reading, certainty, switched, inferred, permits, immediate)


def read(facts: Facts, pack: Pack, cache: dict[str, RuleAnswers] | None = None) -> Reading:
    """One reading: rules, terms, outcome, what it could be, conditions. ``cache`` shares rules between readings."""
    return conclude(answers(facts, pack, {} if cache is None else cache), pack, facts.n)


def answers(facts: Facts, pack: Pack, cache: dict[str, RuleAnswers]) -> dict[str, RuleAnswers]:
    """What each rule answers as this pack reads it; questions in ``cache`` are not asked again."""
    accuracy_m = pack.data.measures.accuracy_m
    for one in pack.questions:
        if one.key not in cache:
            cache[one.key] = answer_rule(facts, one.rule, one.fact, one.test, accuracy_m)
    return {one.rule.id: cache[one.key] for one in pack.questions}


def _alike(some: Mapping[str, RuleAnswers], others: Mapping[str, RuleAnswers]) -> bool:
    return all(one is others[name] or np.array_equal(one.answer, others[name].answer) for name, one in some.items())


def conclude(rules: Mapping[str, RuleAnswers], pack: Pack, n: int) -> Reading:
    """From the answers of the rules to the outcome: scope, tiers in order, conditions."""
    bare = Reading(rules, {}, np.zeros(n, np.int8), np.zeros(n, np.int8), {})
    terms = {name: evaluate(expr, bare, n, pack) for name, expr in pack.data.terms.items()}
    with_terms = replace(bare, terms=terms)
    scope = evaluate(pack.data.scope, with_terms, n, pack)
    outcome, could_be = np.full(n, UNDETERMINED, np.int8), np.full(n, UNDETERMINED, np.int8)
    open_, open_badly = np.ones(n, dtype=np.bool_), np.ones(n, dtype=np.bool_)
    for k, tier in enumerate(pack.data.tiers):
        answer = evaluate(tier.when, with_terms, n, pack)
        outcome[open_ & (answer == YES)] = k
        open_ &= answer == NO
        could_be[open_badly & (answer == YES)] = k
        open_badly &= answer != YES
    outcome[scope == UNKNOWN] = UNDETERMINED
    could_be[scope == UNKNOWN] = len(pack.data.tiers) - 1
    for one in (outcome, could_be):
        one[scope == NO] = OUT_OF_SCOPE
    conditions = {c.id: evaluate(c.when, with_terms, n, pack) for c in pack.data.conditions}
    return Reading(rules, terms, outcome, could_be, conditions)


def answer_rule(facts: Facts, rule: Rule, fact: str, test: Mapping[str, Any], accuracy_m: float) -> RuleAnswers:
    """One rule for all routes. ``test`` has one entry: le, lt, ge, gt, eq with a number, or among with words."""
    (op, limit), n = next(iter(test.items())), facts.n
    plain = np.zeros(n, dtype=np.bool_)
    if op == "among":
        words = facts.codes.get(fact, Codes(np.full(n, None, dtype=object))).values
        known = words != None  # noqa: E711 (an array of words)
        fits = np.isin(words.astype(str), [str(one) for one in limit])
        return RuleAnswers(np.where(known, np.where(fits, YES, NO), UNKNOWN).astype(np.int8), plain, plain)
    column = facts.columns.get(fact)
    if column is None:
        column = Column.known(np.full(n, np.nan))
    if rule.blank is not None:
        column = column.filled(rule.blank)
    answer = TESTS[op](column.low, column.high, float(limit))
    swing = (TESTS[op](column.est_low, column.est_low, float(limit)) != answer) | (
        TESTS[op](column.est_high, column.est_high, float(limit)) != answer
    )
    settled = answer != UNKNOWN
    with np.errstate(invalid="ignore"):
        near = np.round(np.abs(column.value - float(limit)), 3) <= _accuracy(facts, accuracy_m)
    measured_in_m = rule.unit == "m" and float(limit) > 0
    return RuleAnswers(answer, settled & swing, near if measured_in_m else plain)


def _accuracy(facts: Facts, default_m: float) -> npt.NDArray[np.float64]:
    stated = facts.columns.get("accuracy_m")
    if stated is None:
        return np.full(facts.n, default_m)
    return np.where(np.isnan(stated.value), default_m, stated.value)


Bounds = npt.NDArray[np.float64]
TESTS: Mapping[str, Callable[[Bounds, Bounds, float], Answers]] = {
    "le": lambda low, high, limit: kleene.from_bounds(high <= limit, low <= limit),
    "lt": lambda low, high, limit: kleene.from_bounds(high < limit, low < limit),
    "ge": lambda low, high, limit: kleene.from_bounds(low >= limit, high >= limit),
    "gt": lambda low, high, limit: kleene.from_bounds(low > limit, high > limit),
    "eq": lambda low, high, limit: kleene.from_bounds((low == limit) & (high == limit), (low <= limit) & (high >= limit)),
}


def evaluate(expr: Expr, reading: Reading, n: int, pack: Pack) -> Answers:
    """An expression over rules, terms, ``outcome.ID`` and ``condition.ID`` for all routes."""
    if isinstance(expr, bool):
        return kleene.constant(YES if expr else NO, n)
    if isinstance(expr, str):
        return _atom(expr, reading, n, pack)
    (op, operand), *more = expr.items()
    assert not more, f"one operator at a time: {expr}"
    if op == "not":
        return kleene.negate(evaluate(operand, reading, n, pack))
    parts: Iterable[Answers] = [evaluate(part, reading, n, pack) for part in operand]
    if op == "all":
        return kleene.every(parts, n)
    found = kleene.some(parts, n)
    return found if op == "any" else kleene.negate(found)


def _atom(name: str, reading: Reading, n: int, pack: Pack) -> Answers:
    if name in reading.rules:
        return reading.rules[name].answer
    if name in reading.terms:
        return reading.terms[name]
    if name in pack.data.terms:  # a term that an earlier term uses
        return evaluate(pack.data.terms[name], reading, n, pack)
    kind, _, id_ = name.partition(".")
    if kind == "condition":
        return reading.conditions[id_]
    return np.where(outcome_names(pack, reading.outcome) == id_, YES, NO).astype(np.int8)


def outcome_names(pack: Pack, codes: npt.NDArray[np.int8]) -> npt.NDArray[np.object_]:
    """Outcome ids of outcome codes."""
    names = np.array([*(tier.id for tier in pack.data.tiers), "undetermined", "out_of_scope"], dtype=object)
    return names[codes]


def _differs(one: Reading, other: Reading) -> Bools:
    out: Bools = one.outcome != other.outcome
    for name, answer in one.conditions.items():
        out = out | (answer != other.conditions[name])
    return out


def _permit_state(pack: Pack, item: str, reading: Reading, n: int) -> npt.NDArray[np.int8]:
    permit = next(p for p in pack.data.permits if p.id == item)
    met, waived = evaluate(permit.when, reading, n, pack), evaluate(permit.waived, reading, n, pack)
    state = PERMIT_STATES.index(str(pack.fill(permit.state)))
    # A waiver that is not certain waives nothing: the item stays open until the missing is known.
    unsure = PERMIT_STATES.index("unknown")
    out = np.where(
        met == YES, np.where(waived == YES, PERMIT_STATES.index("waived"), np.where(waived == UNKNOWN, unsure, state)), 0
    )
    return np.where(met == UNKNOWN, unsure, out).astype(np.int8)


def _certainty(
    reading: Reading, switched: Mapping[str, Bools], inferred: Mapping[str, Answers], pack: Pack, n: int
) -> npt.NDArray[np.int8]:
    """data-missing before reading before text: what is missing must be found before a reading can be discussed."""
    rests = np.zeros(n, dtype=np.bool_)
    for differs in switched.values():
        rests |= differs
    for answer in inferred.values():
        rests |= answer == YES
    missing = (reading.outcome != reading.could_be) | decided_by_estimate(reading, pack, n)
    for answer in reading.conditions.values():
        missing |= answer == UNKNOWN
    return np.where(missing, CERTAINTY.index("data-missing"), np.where(rests, CERTAINTY.index("reading"), 0)).astype(np.int8)


def decided_by_estimate(reading: Reading, pack: Pack, n: int) -> Bools:
    """A rule answered by a default alone decides: turning that answer to unknown would change outcome or conditions."""
    shaky = {name: rule for name, rule in reading.rules.items() if rule.estimated.any()}
    out = np.zeros(n, dtype=np.bool_)
    if not shaky:
        return out
    rules = {
        name: RuleAnswers(np.where(rule.estimated, UNKNOWN, rule.answer).astype(np.int8), rule.estimated, rule.at_limit)
        for name, rule in reading.rules.items()
    }
    return _differs(reading, conclude(rules, pack, n))


def deciding_rules(pack: Pack) -> frozenset[str]:
    """Rules that a tier, a condition or the scope can rest on."""
    seen: set[str] = set()
    todo = [pack.data.scope, *(t.when for t in pack.data.tiers), *(c.when for c in pack.data.conditions)]
    while todo:
        for name in atoms(todo.pop()):
            if name in pack.data.terms and name not in seen:
                todo.append(pack.data.terms[name])
            seen.add(name)
    return frozenset(seen & set(pack.rules))
