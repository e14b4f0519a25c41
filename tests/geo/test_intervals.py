"""Sets of stretches in whole millimetres against sets of millimetres."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.intervals import complement, intersect, offsets, total, union

stretches = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 30), st.integers(1, 12)), max_size=14)


def columns(some: list[tuple[int, int, int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    table = np.array([(r, lo, lo + size) for r, lo, size in some], dtype=np.int64).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2]


def covered(route: np.ndarray, lo: np.ndarray, hi: np.ndarray) -> set[tuple[int, int]]:
    return {(int(r), mm) for r, a, b in zip(route, lo, hi, strict=True) for mm in range(a, b)}


@settings(deadline=None)
@given(stretches)
def test_union_and_total(some: list[tuple[int, int, int]]) -> None:
    route, lo, hi = columns(some)
    wanted = covered(route, lo, hi)
    joined = union(route, lo, hi)
    assert covered(*joined) == wanted
    assert sum(joined[2] - joined[1]) == len(wanted)  # disjoint
    assert list(total(route, lo, hi, 4)) == [sum(1 for r, _ in wanted if r == k) for k in range(4)]


@settings(deadline=None)
@given(stretches)
def test_complement(some: list[tuple[int, int, int]]) -> None:
    route, lo, hi = columns(some)
    length = np.full(4, 42)
    everything = {(r, mm) for r in range(4) for mm in range(42)}
    assert covered(*complement(route, lo, hi, length)) == everything - covered(route, lo, hi)


@settings(deadline=None)
@given(stretches, stretches)
def test_intersect(some: list[tuple[int, int, int]], kept: list[tuple[int, int, int]]) -> None:
    route, lo, hi = columns(some)
    keep = union(*columns(kept))
    index, a, b = intersect(route, lo, hi, offsets(keep[0], 4), keep[1], keep[2])
    assert covered(route[index], a, b) == covered(route, lo, hi) & covered(*keep)
