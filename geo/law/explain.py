"""Why this outcome: the rules that an answer rests on, found by walking the pack's own expressions.

A *no* of "all" rests on the parts that say no, a *yes* of "any" on the parts that say yes, an *unknown* on the unknown
ones. Rules that only ask which utility it is are gates: a limb closed by a gate is not the reason while another limb
failed on the merits.
"""

import numpy as np
import numpy.typing as npt

from geo.law.kleene import NO, UNKNOWN, YES
from geo.law.pack import Expr, Pack
from geo.law.rules import OUT_OF_SCOPE, UNDETERMINED, Reading, evaluate

Bools = npt.NDArray[np.bool_]


class Reasons:
    """For each rule, the routes whose outcome or conditions rest on it (``because``) or wait for it (``missing``)."""

    def __init__(self, pack: Pack, reading: Reading, n: int) -> None:
        self.pack, self.reading, self.n = pack, reading, n
        self.because: dict[str, Bools] = {name: np.zeros(n, dtype=np.bool_) for name in pack.rules}
        self.missing: dict[str, Bools] = {name: np.zeros(n, dtype=np.bool_) for name in pack.rules}
        self.gates = {rule.id for rule in pack.data.rules if "among" in rule.test and rule.fact == "utility"}
        self._outcome()
        for condition in pack.data.conditions:
            answer = reading.conditions[condition.id]
            self._walk(condition.when, answer == YES, YES, self.because)
            self._walk(condition.when, answer == UNKNOWN, UNKNOWN, self.missing)

    def _outcome(self) -> None:
        outcome = self.reading.outcome
        tiers = self.pack.data.tiers
        for k, tier in enumerate(tiers):
            self._walk(tier.when, outcome == k, YES, self.because)
            later = outcome > k
            self._walk(tier.when, later, NO, self.because)
            self._walk(tier.when, outcome == UNDETERMINED, UNKNOWN, self.missing)
        self._walk(self.pack.data.scope, outcome == OUT_OF_SCOPE, NO, self.because)
        self._walk(self.pack.data.scope, outcome == UNDETERMINED, UNKNOWN, self.missing)

    def _walk(self, expr: Expr, rows: Bools, want: np.int8, out: dict[str, Bools], turned: bool = False) -> None:
        """Mark the rules on which ``expr`` being ``want`` rests, for the rows where it is so."""
        rows = rows & (evaluate(expr, self.reading, self.n, self.pack) == want)
        if not rows.any() or isinstance(expr, bool):
            return
        if isinstance(expr, str):
            self._leaf(expr, rows, want, out, turned)
            return
        op, operand = next(iter(expr.items()))
        if op == "not":
            self._walk(operand, rows, np.int8(YES - want), out, not turned)
        elif op == "none":
            for part in operand:
                self._walk(part, rows, np.int8(YES - want), out, not turned)
        elif op == "any" and want == NO:
            self._any_no(operand, rows, out, turned)
        else:
            for part in operand:
                self._walk(part, rows, want, out, turned)

    def _leaf(self, name: str, rows: Bools, want: np.int8, out: dict[str, Bools], turned: bool) -> None:
        if name in self.pack.data.terms:
            self._walk(self.pack.data.terms[name], rows, want, out, turned)
        elif name in out and not (turned and want == NO):
            # That an exclusion does not hold supports an exemption, but it is no reason anybody would name.
            out[name] |= rows

    def _any_no(self, operand: list[Expr], rows: Bools, out: dict[str, Bools], turned: bool) -> None:
        limbs: list[dict[str, Bools]] = []
        for part in operand:
            found = {name: np.zeros(self.n, dtype=np.bool_) for name in self.pack.rules}
            self._walk(part, rows, NO, found, turned)
            limbs.append(found)
        gated = [np.logical_or.reduce([np.zeros(self.n, bool), *(limb[g] for g in self.gates)]) for limb in limbs]
        on_merits = np.logical_or.reduce([~g for g in gated]) if gated else np.zeros(self.n, dtype=np.bool_)
        for limb, closed in zip(limbs, gated, strict=True):
            for name, mask in limb.items():
                out[name] |= mask & (~closed | ~on_merits)


def reasons(pack: Pack, reading: Reading, n: int) -> Reasons:
    """The reasons of all routes at once."""
    return Reasons(pack, reading, n)
