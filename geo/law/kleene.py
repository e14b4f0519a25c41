"""Three-valued logic on arrays: no < unknown < yes, so that *and* is a minimum and *or* a maximum (Kleene's strong logic)."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

Answers = npt.NDArray[np.int8]

NO, UNKNOWN, YES = np.int8(0), np.int8(1), np.int8(2)
NAMES = ("no", "unknown", "yes")


def constant(answer: np.int8, n: int) -> Answers:
    """The same answer ``n`` times."""
    return np.full(n, answer, dtype=np.int8)


def every(answers: Iterable[Answers], n: int) -> Answers:
    """Yes where all are yes; no where one is no; of nothing: yes."""
    out = constant(YES, n)
    for one in answers:
        np.minimum(out, one, out=out)
    return out


def some(answers: Iterable[Answers], n: int) -> Answers:
    """Yes where one is yes; no where all are no; of nothing: no."""
    out = constant(NO, n)
    for one in answers:
        np.maximum(out, one, out=out)
    return out


def negate(answers: Answers) -> Answers:
    """No becomes yes, yes becomes no, unknown stays."""
    return (YES - answers).astype(np.int8)


def from_bounds(surely: npt.NDArray[np.bool_], possibly: npt.NDArray[np.bool_]) -> Answers:
    """Yes where it surely holds, no where it cannot, unknown between."""
    return np.where(surely, YES, np.where(possibly, UNKNOWN, NO)).astype(np.int8)
