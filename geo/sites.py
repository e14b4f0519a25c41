"""The site that a route serves: the red line around one of its ends, what lies inside it, and what each end touches."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.axis import MM, Axes, points_at
from geo.city import City, Layer
from geo.facts import Codes
from geo.footprint import Footprints
from geo.ground import area_set, words
from geo.hits import intervals
from geo.intervals import complement, intersect, offsets, total, union
from geo.pack import Measures

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Sites:
    """Stretches of each route inside its own site (union, millimetres), and whether sites were known at all."""

    known: bool
    route: Ints
    lo: Ints
    hi: Ints
    length_mm: Ints

    @property
    def inside_mm(self) -> Ints:
        """Millimetres of each route inside its own site."""
        return total(self.route, self.lo, self.hi, len(self.length_mm))

    def kept(self, inside: bool) -> tuple[Ints, Ints, Ints]:
        """Stretches inside or outside the own site as (offsets by route, lo, hi)."""
        route, lo, hi = (self.route, self.lo, self.hi) if inside else complement(self.route, self.lo, self.hi, self.length_mm)
        return offsets(route, len(self.length_mm)), lo, hi

    def outside_open_mm(self, feet: Footprints, n: int) -> Ints:
        """Millimetres of open cut outside the own site."""
        stop = np.minimum(feet.open_mm[:, 1], self.length_mm[feet.open_route])
        index, lo, hi = intersect(feet.open_route, feet.open_mm[:, 0], stop, *self.kept(inside=False))
        return total(feet.open_route[index], lo, hi, n)


def own_sites(axes: Axes, city: City, length_mm: Ints) -> Sites:
    """The red lines that hold the start or the end of each route, and the stretches inside them."""
    nothing = np.zeros(0, dtype=np.int64)
    planning = city.layer("planning").frame
    if planning is None or not len(planning):
        return Sites(False, nothing, nothing, nothing, length_mm)
    shapes = planning.geometry.to_numpy()[words(planning, "kind") == "site_red_line"]
    if len(shapes) == 0:
        return Sites(True, nothing, nothing, nothing, length_mm)
    spots = shapely.points(end_points(axes))
    point, site = shapely.STRtree(shapes).query(spots, predicate="within")
    pairs = np.unique(np.column_stack([point % axes.n, site]), axis=0).astype(np.int64).reshape(-1, 2)
    radius = np.zeros(len(shapes))
    areas = area_set("sites", "planning", shapes, radius, radius, radius, np.arange(len(shapes)))
    index, lo, hi = intervals(axes, areas, pairs[:, 0].copy(), pairs[:, 1].copy(), np.zeros(len(pairs)))
    a, b = np.rint(lo * MM).astype(np.int64), np.rint(hi * MM).astype(np.int64)
    return Sites(True, *union(pairs[index, 0][b > a], a[b > a], b[b > a]), length_mm)


def end_points(axes: Axes) -> npt.NDArray[np.float64]:
    """(2n, 2): first the start points of all axes, then their end points."""
    every = np.arange(axes.n)
    return np.vstack([points_at(axes, every, np.zeros(axes.n)), points_at(axes, every, axes.length_m() + 1.0)])


def ends(axes: Axes, routes: pd.DataFrame, city: City, measures: Measures) -> dict[str, Codes]:
    """What lies at each end: ``site`` (a red line within the tolerance), ``main`` (a pipe of the same utility), ``none``;
    None where nothing was found and the layers that would tell do not cover the place."""
    spots: Any = shapely.points(end_points(axes))
    planning, pipes = city.layer("planning"), city.layer("pipes")
    at: npt.NDArray[np.object_] = np.full(2 * axes.n, None, dtype=object)
    at[_within(planning, spots) & _within(pipes, spots)] = "none"
    reach = measures.end_tolerance_m
    if pipes.frame is not None and len(pipes.frame):
        utility = np.concatenate([words(routes, "utility")] * 2)
        point, pipe = shapely.STRtree(pipes.frame.geometry.to_numpy()).query(spots, predicate="dwithin", distance=reach)
        same = words(pipes.frame, "utility")[pipe] == utility[point]
        at[point[same]] = "main"
    if planning.frame is not None and len(planning.frame):
        sites = planning.frame.geometry.to_numpy()[words(planning.frame, "kind") == "site_red_line"]
        point, _ = shapely.STRtree(sites).query(spots, predicate="dwithin", distance=reach)
        at[point] = "site"
    return {"end.start": Codes(at[: axes.n]), "end.finish": Codes(at[axes.n :])}


def _within(layer: Layer, spots: Any) -> npt.NDArray[np.bool_]:
    if layer.frame is None or layer.coverage is None:
        return np.zeros(len(spots), dtype=np.bool_)
    covered: npt.NDArray[np.bool_] = shapely.covers(layer.coverage, spots)
    return covered
