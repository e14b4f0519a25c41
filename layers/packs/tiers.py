"""Do the tiers of a pack cover every case, and only once? Asked of every combination of yes, no and unknown.

Rules that stand side by side in the same lists and nowhere else are interchangeable (any one of nine exclusions excludes),
so two of them stand for all; the rest of the combinations are counted out, none left to chance.
"""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from geo.law.kleene import NO, UNKNOWN, YES, Answers
from geo.law.pack import Expr, Pack
from geo.law.rules import OUT_OF_SCOPE, UNDETERMINED, RuleAnswers, conclude, evaluate
from layers.packs.structure import Problem

MOST_RULES = 15
CHUNK = 3**11
Codes = npt.NDArray[np.int8]


@dataclass(frozen=True)
class Table:
    """Every combination: one axis per rule (0 no, 1 unknown, 2 yes). ``own_yes`` counts tiers that claim a combination."""

    rules: tuple[str, ...]
    outcome: Codes
    could_be: Codes
    own_yes: Codes


def tier_problems(pack: Pack) -> Iterator[Problem]:
    """Gaps, overlaps, tiers that nothing reaches, and unknowns that would settle what they must not."""
    varied, fixed = representatives(pack)
    if len(varied) > MOST_RULES:
        yield Problem(
            "tiers", f"涉及规则过多（{len(varied)}），无法逐一核对", f"rest on too many rules ({len(varied)}) to count out"
        )
        return
    table = count_out(pack, varied, fixed)
    known = np.ix_(*([[int(NO), int(YES)]] * len(varied)))
    outcome, claims = table.outcome[known], table.own_yes[known]
    yield from _named(varied, outcome == UNDETERMINED, known, "没有一档适用（空档）", "no tier applies (a gap)")
    yield from _named(varied, claims > 1, known, "两档同时适用（重叠）", "two tiers apply at once (an overlap)")
    for k, tier in enumerate(pack.data.tiers):
        if not (outcome == k).any():
            yield Problem(f"tiers.{tier.id}", "没有任何情形能到达", "nothing reaches it")
    yield from _unknowns(table)


def _named(rules: tuple[str, ...], bad: npt.NDArray[np.bool_], known: Any, zh: str, en: str) -> Iterator[Problem]:
    """The first bad combination in words."""
    if bad.any():
        at = np.argwhere(bad)[0]
        told = ", ".join(rule for rule, answer in zip(rules, at, strict=True) if answer)
        yield Problem("tiers", f"{zh}：仅 {told or '（无）'} 成立时", f"{en}: where only {told or 'nothing'} holds")


def _unknowns(table: Table) -> Iterator[Problem]:
    """What an unknown settles must hold whichever way it falls; what it could be is never milder than either."""
    for axis, rule in enumerate(table.rules):
        unsure, no, yes = (np.take(table.outcome, k, axis) for k in (int(UNKNOWN), int(NO), int(YES)))
        settled = unsure != UNDETERMINED
        if (settled & ((unsure != no) | (unsure != yes))).any():
            yield Problem(f"tiers ({rule})", "未知时的结论与查明后不同", "an unknown settles what the answer would not")
        worst, if_no, if_yes = (np.take(table.could_be, k, axis) for k in (int(UNKNOWN), int(NO), int(YES)))
        if ((worst != OUT_OF_SCOPE) & (worst < np.maximum(if_no, if_yes))).any():
            yield Problem(f"tiers ({rule})", "could_be 比查明后宽", "could_be is milder than an answer would be")


def count_out(pack: Pack, varied: tuple[str, ...], fixed: Mapping[str, np.int8]) -> Table:
    """The outcome of every combination of the varied rules, the others held fixed."""
    total = 3 ** len(varied)
    parts: list[tuple[Codes, Codes, Codes]] = []
    for start in range(0, total, CHUNK):
        index = np.arange(start, min(total, start + CHUNK))
        answers = {rule: _flat(np.full(len(index), fixed.get(rule, NO), dtype=np.int8)) for rule in pack.rules}
        for position, rule in enumerate(varied):
            answers[rule] = _flat((index // 3 ** (len(varied) - 1 - position) % 3).astype(np.int8))
        reading = conclude(answers, pack, len(index))
        claims = np.zeros(len(index), dtype=np.int8)
        for tier in pack.data.tiers:
            if tier.when is not True:
                claims += evaluate(tier.when, reading, len(index), pack) == YES
        parts.append((reading.outcome, reading.could_be, claims))
    shape = (3,) * len(varied)
    outcome, could_be, own_yes = (np.concatenate(column).reshape(shape) for column in zip(*parts, strict=True))
    return Table(varied, outcome, could_be, own_yes)


def _flat(answer: Answers) -> RuleAnswers:
    nothing = np.zeros(len(answer), dtype=np.bool_)
    return RuleAnswers(answer, nothing, nothing)


def representatives(pack: Pack) -> tuple[tuple[str, ...], dict[str, np.int8]]:
    """Rules to vary, and those that interchangeable ones stand for, held where they change nothing."""
    contexts: dict[str, set[tuple[str, str]]] = {}
    for place, expr in _reached(pack):
        for name, path, op in _places(expr, place):
            if name in pack.rules:
                contexts.setdefault(name, set()).add((path, op))
    groups: dict[frozenset[tuple[str, str]], list[str]] = {}
    for name in pack.rules:
        if name in contexts:
            groups.setdefault(frozenset(contexts[name]), []).append(name)
    varied: list[str] = []
    fixed: dict[str, np.int8] = {}
    for context, names in groups.items():
        operators = {op for _, op in context}
        neutral = NO if operators <= {"any", "none"} else YES if operators == {"all"} else None
        varied += names if neutral is None else names[:2]
        fixed |= dict.fromkeys(names[2:], neutral) if neutral is not None else {}
    return tuple(sorted(varied, key=list(pack.rules).index)), fixed


def _reached(pack: Pack) -> Iterator[tuple[str, Expr]]:
    """Scope, tiers and every term below them, each once."""
    todo: list[tuple[str, Expr]] = [("scope", pack.data.scope), *((f"tiers.{t.id}", t.when) for t in pack.data.tiers)]
    seen: set[str] = set()
    while todo:
        place, expr = todo.pop()
        yield place, expr
        for name, _, _ in _places(expr, place):
            if name in pack.data.terms and name not in seen:
                seen.add(name)
                todo.append((f"terms.{name}", pack.data.terms[name]))


def _places(expr: Expr, path: str, op: str = "") -> Iterator[tuple[str, str, str]]:
    """Names in an expression with the list that holds them and its operator."""
    if isinstance(expr, str):
        yield expr, path, op
    elif isinstance(expr, Mapping):
        for operator, operand in expr.items():
            parts = operand if isinstance(operand, (list, tuple)) else [operand]
            for i, part in zip(itertools.count(), parts, strict=False):
                below = f"{path}/{operator}" if isinstance(part, str) and operator != "not" else f"{path}/{operator}.{i}"
                yield from _places(part, below, operator)
