"""Kleene's tables, cell by cell."""

import itertools

import numpy as np
import pytest

from geo.law.kleene import NO, UNKNOWN, YES, every, from_bounds, negate, some

ALL = (NO, UNKNOWN, YES)


@pytest.mark.parametrize(("a", "b"), list(itertools.product(ALL, ALL)))
def test_and_or(a: np.int8, b: np.int8) -> None:
    x, y = np.array([a]), np.array([b])
    assert every([x, y], 1)[0] == (NO if NO in (a, b) else UNKNOWN if UNKNOWN in (a, b) else YES)
    assert some([x, y], 1)[0] == (YES if YES in (a, b) else UNKNOWN if UNKNOWN in (a, b) else NO)


def test_not_and_nothing() -> None:
    assert list(negate(np.array(ALL))) == [YES, UNKNOWN, NO]
    assert every([], 1)[0] == YES
    assert some([], 1)[0] == NO


def test_bounds() -> None:
    assert list(from_bounds(np.array([True, False, False]), np.array([True, True, False]))) == [YES, UNKNOWN, NO]
