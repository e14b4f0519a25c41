"""Pits at the ends of bored spans: squares on the ground, and where along the axis they meet an area.

A pit is a square, not a stretch of trench: its side is the root of its area, its middle the end of the bored span, and
it lies in the direction in which the span leaves it. At the very end of an axis it keeps its shape and so reaches half
a side beyond; what it meets there is told at the last millimetre of the axis.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.areas import AreaSet
from geo.axis import MM, Axes, edges_at
from geo.kernel import TOUCH_M, meet_squares

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

# The direction of a span is taken this far inside it: past the vertex that it may end at, well within any piece.
INSIDE_M = 1e-4


@dataclass(frozen=True)
class Pits:
    """Squares in route order: middles (work CRS), unit directions and half sides in metres.

    ``at_mm`` is the middle's measure along its route and ``length_mm`` that route's length. Half sides are ``nan`` where
    the pit may not be there at all; ``half_low_m`` and ``half_high_m`` bound those that come from a default.
    """

    route: Ints
    at_mm: Ints
    length_mm: Ints
    x: Floats
    y: Floats
    ux: Floats
    uy: Floats
    half_m: Floats
    half_low_m: Floats
    half_high_m: Floats

    @property
    def n(self) -> int:
        """Number of pits."""
        return len(self.route)

    @property
    def estimated(self) -> bool:
        """Some pit is a default, or may not be there."""
        return not bool((self.half_low_m == self.half_high_m).all())

    def reach_m(self) -> Floats:
        """How far each pit may reach from its middle: to a corner of the largest square."""
        half: Floats = np.nan_to_num(np.fmax(self.half_high_m, self.half_m), nan=0.0)
        half *= np.sqrt(2.0)
        return half

    def boxes(self) -> Floats:
        """(n, 4) bounding boxes of the largest squares, whichever way they are turned."""
        reach = self.reach_m()
        return np.column_stack([self.x - reach, self.y - reach, self.x + reach, self.y + reach])


def pits_at(axes: Axes, route: Ints, at_m: Floats, forward: npt.NDArray[np.bool_], area_m2: Floats) -> Pits:
    """Pits on the axes ``route`` at the measures ``at_m``. ``forward``: the bored span lies ahead of the pit, else behind it.
    ``area_m2``: (k, 3) least, best and most; 0 means that there is none."""
    order = np.lexsort((at_m, route))
    route, at_m, forward, area_m2 = route[order], at_m[order], forward[order], area_m2[order]
    e = axes.edges
    edge = edges_at(axes, route, at_m + np.where(forward, INSIDE_M, -INSIDE_M))
    dx, dy = e.x1[edge] - e.x0[edge], e.y1[edge] - e.y0[edge]
    length = np.hypot(dx, dy)
    size = np.where(length > 0, length, 1.0)
    ux, uy = np.where(length > 0, dx / size, 1.0), dy / size
    along = np.clip(at_m - axes.measure[edge], 0.0, length)
    half = np.where(area_m2 > 0, np.sqrt(np.maximum(area_m2, 0.0)) / 2, np.nan)
    return Pits(
        route, np.rint(at_m * MM).astype(np.int64), axes.length_mm()[route], e.x0[edge] + ux * along, e.y0[edge] + uy * along,
        ux, uy, half[:, 1], half[:, 0], half[:, 2],
    )  # fmt: skip


def meets(pits: Pits, areas: AreaSet, pit: Ints, area: Ints, half: Floats, radius: Floats) -> tuple[Ints, Ints, Ints]:
    """Where each pair's pit comes nearer than the radius to its area: (pair, lo, hi), whole millimetres along the route.

    ``half``: half side by pit; ``radius``: by area. A stretch is the pit's shadow on its own middle line, laid along the
    axis; what lies beyond the ends of the axis is told at its last millimetre.
    """
    e = areas.edges
    pair, lo, hi = meet_squares(
        pits.x, pits.y, pits.ux, pits.uy, e.offsets, e.x0, e.y0, e.x1, e.y1, areas.solid,
        pit, area, half[pit] - TOUCH_M, radius[area],
    )  # fmt: skip
    a, b = np.rint(lo * MM).astype(np.int64), np.rint(hi * MM).astype(np.int64)
    # A line or point of no width casts no shadow, and is met all the same.
    keep = (b > a) | (~areas.solid & (radius == 0.0))[area[pair]]
    pair, a, b = pair[keep], a[keep], b[keep]
    middle, last = pits.at_mm[pit[pair]], pits.length_mm[pit[pair]]
    a = np.clip(middle + a, 0, last - 1)
    return pair, a, np.clip(middle + b, a + 1, last)
