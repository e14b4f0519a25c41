"""Works placed on roads by linear referencing: from–to along the centre line, offset and side; and the ground they take.

A work may be a line or an outline; of an outline the axis is derived (:mod:`geo.outlines`). ``Placed`` is made once for
a set of works and kept: a new work is matched against it without touching the others.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.axis import MM, Axes, axes_of, measured
from geo.colocation.placing_kernel import place
from geo.columns import frame_of, words
from geo.ground import Ground
from geo.hits import near
from geo.intervals import STRIDE, offsets
from geo.law.coordination import Coordination
from geo.outlines import derived_axis
from geo.road_space import half_widths

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Words = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Network:
    """The roads on which works are placed: centre lines with measure, reach to either side, and what they are called.

    ``row``: row of each in the roads frame, in the order of their ids. ``start``/``end``: number of the node at each end
    (ends that touch share a number).
    """

    row: Ints
    axes: Axes
    reach_m: Floats
    road_id: npt.NDArray[np.object_]
    name: npt.NDArray[np.object_]
    pavement: npt.NDArray[np.object_]
    start: Ints
    end: Ints


@dataclass(frozen=True)
class Placed:
    """Works and where they lie. ``half_m``: half the trench beside the axis of a line; 0 for an outline, whose shape is the
    footprint, while ``breadth_m`` is half its mean width (for a line the same as ``half_m``).

    ``work``/``road``: position of the work and of the road in the network; ``along``: (6, n) measure along the road, along
    the axis, and offset (left of the road > 0), each at the lower and the upper end of the road measure; metres; sorted by
    road and lower end.
    """

    works: pd.DataFrame
    network: Network
    shapes: npt.NDArray[Any]
    axes: Axes
    half_m: Floats
    breadth_m: Floats
    work: Ints
    road: Ints
    along: Floats

    @property
    def n(self) -> int:
        """Number of works."""
        return len(self.shapes)

    @cached_property
    def by_road(self) -> Ints:
        """Ranges of the stretches of each road."""
        return offsets(self.road, len(self.network.row))

    @cached_property
    def top(self) -> Floats:
        """The highest end so far along each road, in the order of the stretches: bounds the search for overlaps."""
        if not len(self.road):
            return np.zeros(0)
        # One running maximum over all roads: each road is lifted above the one before.
        lift = self.road * (self.along[1].max() + 1.0)
        return np.asarray(np.maximum.accumulate(self.along[1] + lift) - lift)

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Index over the shapes' bounding boxes, each widened by half its trench."""
        box = shapely.bounds(self.shapes) + self.half_m[:, None] * np.array([-1, -1, 1, 1])
        return shapely.STRtree(shapely.box(*box.T))

    @cached_property
    def table(self) -> pd.DataFrame:
        """The works without their shapes."""
        return pd.DataFrame(self.works.drop(columns="geometry"))

    @cached_property
    def outline(self) -> npt.NDArray[np.bool_]:
        """Works given as an outline."""
        return np.isin(shapely.get_type_id(self.shapes), (3, 6))

    @cached_property
    def length_mm(self) -> Ints:
        """Length of each axis."""
        return self.axes.length_mm()

    @cached_property
    def ids(self) -> tuple[Words, Ints]:
        """The distinct ids of the works in order, and the place of each work's id among them."""
        known, place_of = np.unique(self.works["work_id"].astype(str).to_numpy(dtype=object), return_inverse=True)
        return known, place_of.astype(np.int64)

    @cached_property
    def by_work(self) -> tuple[Ints, Ints]:
        """Order of the stretches by work and measure on its axis, and the key (work and millimetre) in that order."""
        start = np.rint(np.minimum(self.along[2], self.along[3]) * MM).astype(np.int64) + self.work * STRIDE
        order = np.argsort(start, kind="stable")
        return order, start[order]

    def road_at(self, work: Ints, at_m: Floats) -> Ints:
        """The road along which each work runs at a measure of its axis, -1 where none."""
        order, start = self.by_work
        if not len(order):
            return np.full(len(work), -1, dtype=np.int64)
        last = np.searchsorted(start, np.rint(at_m * MM).astype(np.int64) + work * STRIDE, side="right") - 1
        hit = order[np.maximum(last, 0)]
        on = (last >= 0) & (self.work[hit] == work) & (np.maximum(self.along[2], self.along[3])[hit] >= at_m - 1 / MM)
        return np.where(on, self.road[hit], -1)


def network_of(ground: Ground) -> Network:
    """The roads of a prepared city, bridges excepted."""
    frame = frame_of(ground.city.layer("roads"))
    rows = ground.roads.row
    axes = measured(ground.roads.edges)
    ends = np.array([axes.edges.offsets[:-1], axes.edges.offsets[1:] - 1])
    e = axes.edges
    tips = np.vstack([np.column_stack([e.x0[ends[0]], e.y0[ends[0]]]), np.column_stack([e.x1[ends[1]], e.y1[ends[1]]])])
    node = pd.factorize(pd.MultiIndex.from_arrays(list(np.rint(tips * 100).astype(np.int64).T)))[0].astype(np.int64)
    half = half_widths(frame, ground.data.measures)[rows, 1] if len(rows) else np.zeros(0)
    return Network(
        rows, axes, half, words(frame, "road_id")[rows], words(frame, "name")[rows], words(frame, "pavement")[rows],
        node[: len(rows)], node[len(rows) :],
    )  # fmt: skip


def place_works(works: pd.DataFrame, ground: Ground, network: Network, settings: Coordination) -> Placed:
    """Place works (columns of :data:`geo.colocation.works.COLUMNS`, geometry in the city's work CRS) on the roads of the city."""
    shapes: npt.NDArray[Any] = np.asarray(works["geometry"].array, dtype=object)
    outline = np.isin(shapely.get_type_id(shapes), (3, 6))
    lines = shapes.copy()
    lines[outline] = [derived_axis(shape) for shape in shapes[outline]]
    axes = axes_of(lines)
    width = works["trench_width_m"].to_numpy(dtype=float)
    half = np.where(outline, 0.0, np.nan_to_num(width, nan=0.0) / 2)
    breadth = half.copy()
    breadth[outline] = shapely.area(shapes[outline]) / np.maximum(axes.length_m()[outline], 1e-3) / 2
    work, road, table = _along(axes, breadth, ground, network, settings)
    return Placed(works, network, shapes, axes, half, breadth, work, road, table)


def _along(axes: Axes, breadth: Floats, ground: Ground, network: Network, settings: Coordination) -> tuple[Ints, Ints, Floats]:
    areas = ground.sets["roads"]
    left, area = near(axes.edges.boxes(), areas, breadth)
    code = np.unique(left * np.int64(max(len(network.row), 1)) + ground.roads.area_road[area])
    left, right = code // max(len(network.row), 1), code % max(len(network.row), 1)
    a, b = axes.edges, network.axes.edges
    work, road, raw = place(
        a.offsets, a.x0, a.y0, a.x1, a.y1, axes.measure, b.offsets, b.x0, b.y0, b.x1, b.y1, network.axes.measure,
        offsets(left, axes.n), right, network.reach_m[right] + breadth[left], turn_of(settings),
    )  # fmt: skip
    return ordered(work, road, raw)


def turn_of(settings: Coordination) -> float:
    """Cosine of the angle by which a work may turn from the line and still run along it."""
    return math.cos(math.radians(settings.angle_deg))


def ordered(work: Ints, line: Ints, raw: Floats) -> tuple[Ints, Ints, Floats]:
    """Stretches with the line measure rising, sorted by line and lower end. ``raw``: rows as :func:`place` gives them."""
    back = raw[2] > raw[3]
    low, high = np.where(back, 1, 0), np.where(back, 0, 1)
    every = np.arange(len(work))
    table = np.array([
        raw[2 + low, every], raw[2 + high, every], raw[low, every], raw[high, every], raw[4 + low, every], raw[4 + high, every],
    ]).reshape(6, -1)  # fmt: skip
    order = np.lexsort((work, table[0], line))
    return work[order], line[order], np.ascontiguousarray(table[:, order])
