"""One trench for several pipes: where each lies across it, how wide and deep it must be, and what the standard says to it.

A cross-section is a value from which a drawing is made. Across: metres from the left wall. Down: metres below the ground.
``depth_m`` of a pipe is its cover, from the ground to the top of the pipe. Only numbers of the standard that somebody
checked answer yes or no; whatever rests on another one, or on a diameter, pressure or utility that is not stated, says
"check the standard".
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.columns import numbers, words
from geo.law.apart import Laid, cells, judged, limit, limit_between, unstated
from geo.law.coordination import Margins
from geo.law.standard import Number, Place, Standard

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

FINDINGS = ("about", "a", "b", "codes_a", "codes_b", "measured_m", "minimum_m", "conf", "verdict", "why", "note")


@dataclass(frozen=True)
class CrossSection:
    """A common trench, cut across.

    ``pipes``: one row per pipe from left to right: ``work`` (position in the works), ``order`` (in which it is laid, 1
    first), ``utility``, ``codes`` (of the standard, all that it may be), ``x_m`` (axis, from the left wall),
    ``cover_m``, ``axis_depth_m``, ``diameter_mm``; nan is not stated.
    ``outline``: corners (x, depth) of the trench, from the ground at the left wall round to the ground at the right.
    ``width_m``, ``depth_m``: needed; nan where a diameter or cover is not stated, and then ``width_at_least_m`` and
    ``depth_at_least_m`` (which the outline shows) leave the unknown pipe without size.
    ``findings``: columns :data:`FINDINGS`. ``about``: ``clear`` (pipes ``a``, ``b``) or ``cover`` (pipe ``a``), as rows of
    ``pipes``; ``verdict``: ok, below_minimum, check; ``why``: why it cannot be said (None where it can); ``note``: keys
    of the standard's notes.
    """

    pipes: pd.DataFrame
    outline: tuple[tuple[float, float], ...]
    width_m: float
    width_at_least_m: float
    depth_m: float
    depth_at_least_m: float
    findings: pd.DataFrame


def laying_order(pipes: pd.DataFrame, standard: Standard | None) -> Ints:
    """Rows in the order in which they are laid: the deepest first, then upwards.

    By the bottom of the pipe where every row states its depth; else by the standard's order from the ground down (if one is
    given), the lowest utility first, one that it does not name last. Equal ones keep their order.
    """
    depth, size = numbers(pipes, "depth_m"), numbers(pipes, "diameter_mm")
    bottom = np.round(depth + np.nan_to_num(size) / 1000, 3)
    rank = np.array([standard.depth_rank(u) if standard else 0 for u in words(pipes, "utility")], dtype=np.int64).reshape(-1)
    upwards = np.nan_to_num(-bottom, nan=np.inf)
    keys = (-rank, upwards) if not np.isnan(depth).any() else (upwards, -rank)
    return np.lexsort(keys)


def cross_section(
    pipes: pd.DataFrame,
    standard: Standard,
    margins: Margins,
    order: Sequence[int] | None = None,
    offsets_m: Sequence[float] | None = None,
    place: Place | None = None,
) -> CrossSection:
    """The trench for these pipes (columns of works: utility, diameter_mm, depth_m, pressure_mpa, voltage_kv).

    ``order``: rows in the order of laying (default: :func:`laying_order`). They are set from left to right in that order,
    each as near to all before it as the standard lets it; a pair without a number keeps ``margins.between_m``. With
    ``offsets_m``, one axis for each row from any origin, they lie where they are told. ``place``: what is above, if known.
    """
    if not len(pipes):
        raise ValueError("a trench needs a pipe")
    rows = laying_order(pipes, standard) if order is None else np.asarray(order, np.int64)
    some = [_pipe(one, standard) for one in _rows(pipes, rows)]
    x = _told(some, np.asarray(offsets_m, float)[rows], margins) if offsets_m is not None else _laid(some, standard, margins)
    across = np.argsort(x, kind="stable")
    table = pd.DataFrame({
        "work": (pipes["work"].to_numpy() if "work" in pipes else np.arange(len(pipes)))[rows],
        "order": np.arange(1, len(rows) + 1),
        "utility": [one.utility for one in some],
        "codes": [one.codes for one in some],
        "x_m": x,
        "cover_m": [one.cover_m for one in some],
        "axis_depth_m": [round(one.cover_m + one.diameter_mm / 2000, 3) for one in some],
        "diameter_mm": [one.diameter_mm for one in some],
    }).iloc[across].reset_index(drop=True)  # fmt: skip
    some, x = [some[k] for k in across], x[across]
    width = round(float(max(at + one.radius_m for at, one in zip(x, some, strict=True))) + margins.side_m, 3)
    depth = round(max(float(np.nan_to_num(one.cover_m)) + 2 * one.radius_m for one in some) + margins.bottom_m, 3)
    sized, deep = not table["diameter_mm"].isna().any(), not table["cover_m"].isna().any()
    return CrossSection(
        pipes=table,
        outline=((0.0, 0.0), (0.0, depth), (width, depth), (width, 0.0)),
        width_m=width if sized else np.nan,
        width_at_least_m=width,
        depth_m=depth if sized and deep else np.nan,
        depth_at_least_m=depth,
        findings=pd.DataFrame([*_clear(some, x, standard), *_cover(some, standard, place)], columns=list(FINDINGS)),
    )


@dataclass(frozen=True)
class _Pipe(Laid):
    """One pipe with what lies above it, metres; nan is not stated."""

    cover_m: float

    @property
    def radius_m(self) -> float:
        """Half the outer diameter, 0 where it is not stated."""
        return float(np.nan_to_num(self.diameter_mm)) / 2000


def _rows(pipes: pd.DataFrame, rows: Ints) -> Iterator[tuple[str | None, float, float, float, float]]:
    columns = [numbers(pipes, name)[rows].tolist() for name in ("diameter_mm", "depth_m", "pressure_mpa", "voltage_kv")]
    yield from zip(words(pipes, "utility")[rows].tolist(), *columns, strict=True)


def _pipe(row: tuple[str | None, float, float, float, float], standard: Standard) -> _Pipe:
    utility, diameter_mm, cover_m, pressure_mpa, voltage_kv = row
    codes = standard.codes_of(utility, diameter_mm, pressure_mpa)
    return _Pipe(utility, diameter_mm, pressure_mpa, voltage_kv, codes, cover_m)


def _told(some: list[_Pipe], offsets: Floats, margins: Margins) -> Floats:
    """Axes from the left wall where the pipes lie as they are told."""
    left = min(at - one.radius_m for at, one in zip(offsets, some, strict=True))
    x: Floats = np.round(offsets - left + margins.side_m, 3)
    return x


def _laid(some: list[_Pipe], standard: Standard, margins: Margins) -> Floats:
    """Axes from the left wall: each pipe as near to all before it as the largest number that may hold lets it."""
    x = np.zeros(len(some))
    for k, one in enumerate(some):
        x[k] = margins.side_m + one.radius_m
        for j, other in enumerate(some[:k]):
            found, _ = cells(one, other, standard)
            apart = max((cell.most_m for cell in found), default=margins.between_m)
            x[k] = max(x[k], x[j] + other.radius_m + apart + one.radius_m)
        x[k] = np.ceil(x[k] * 1000 - 1e-6) / 1000  # up to the millimetre: rounded down it would be too near
    return x


def _clear(some: list[_Pipe], x: Floats, standard: Standard) -> Iterator[tuple[object, ...]]:
    """One finding for each pair: between the outer surfaces, whatever lies between."""
    for (a, one), (b, two) in combinations(enumerate(some), 2):
        clear = round(float(x[b] - x[a]) - (one.diameter_mm + two.diameter_mm) / 2000, 3)
        said = judged(clear, limit_between(one, two, standard))
        yield "clear", a, b, " / ".join(one.codes), " / ".join(two.codes), clear, *said


def _cover(some: list[_Pipe], standard: Standard, place: Place | None) -> Iterator[tuple[object, ...]]:
    """One finding for each pipe: what lies above it."""
    for k, one in enumerate(some):
        asked = [standard.cover_of(code, place) for code in one.codes] if place else []
        found: list[Number] = [cell for cell in asked if cell is not None]
        missing = "missing_place" if place is None else "missing_depth" if np.isnan(one.cover_m) else unstated(one)
        said = judged(one.cover_m, limit(found, bool(asked) and len(found) == len(asked), missing, standard))
        yield "cover", k, None, " / ".join(one.codes), None, one.cover_m, *said
