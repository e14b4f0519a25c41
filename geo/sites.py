"""The site that a route serves: the red line that bears its project's name or holds its end, what lies inside it, and what
each end touches."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.areas import AreaSet
from geo.axis import MM, Axes, points_at
from geo.city import City, Layer
from geo.columns import words
from geo.facts import WHY, Codes, Column
from geo.footprint import Footprints
from geo.hits import intervals
from geo.intervals import complement, intersect, offsets, total, union
from geo.law.pack import Measures
from geo.red_lines import RedLines, mains, red_lines, texts

Ints = npt.NDArray[np.int64]
Stretches = tuple[Ints, Ints, Ints]  # route, lo, hi
Kept = tuple[Ints, Ints, Ints]  # offsets by route, lo, hi


@dataclass(frozen=True)
class Sites:
    """Stretches of each route inside the site that it serves (union, millimetres), and whether sites were known at all.

    ``own``: inside the site that is established as the user's own; ``doubtful``: inside sites of which one may be it.
    No route has both. Each is (route, lo, hi).
    """

    known: bool
    own: Stretches
    doubtful: Stretches
    length_mm: Ints

    def unclear(self) -> npt.NDArray[np.bool_]:
        """Routes of which it is not established which site is the own one."""
        return total(*self.doubtful, len(self.length_mm)) > 0

    def kept(self, inside: bool) -> list[tuple[Kept, bool]]:
        """Stretches inside or outside the own site as (offsets by route, lo, hi), each with whether that is established."""
        surely = self._by_route(self.own) if inside else self._beyond(self._either())
        return [(surely, True), (self._by_route(self.doubtful), False)]

    def lengths(self, feet: Footprints, factor: npt.NDArray[np.float64]) -> dict[str, Column]:
        """``counted_m`` and ``dug_m`` outside the own site, metres times ``factor``. Where it is not established which site
        is the own one, none is left out of the value, and all of them are left out of the lower bound."""
        n = len(self.length_mm)
        most = self._beyond(self.own)
        least = self._beyond(self._either()) if len(self.doubtful[0]) else most
        why = np.where(self.unclear(), WHY.index("own_site"), 0).astype(np.int8)
        stop = np.minimum(feet.open_mm[:, 1], self.length_mm[feet.open_route])
        whole = (np.arange(n), np.zeros(n, dtype=np.int64), self.length_mm)
        out = {}
        for name, (route, lo, hi) in {"counted_m": whole, "dug_m": (feet.open_route, feet.open_mm[:, 0], stop)}.items():
            bounds = []
            for free in (least, most):
                index, a, b = intersect(route, lo, hi, *free)
                bounds.append(np.round(total(route[index], a, b, n) / MM * factor, 3))
            low, high = bounds
            out[name] = Column(high, low, high, low, high, why, "planning")
        return out

    def _either(self) -> Stretches:
        return union(*(np.concatenate(pair) for pair in zip(self.own, self.doubtful, strict=True)))

    def _beyond(self, sites: Stretches) -> Kept:
        return self._by_route(complement(*sites, self.length_mm))

    def _by_route(self, some: Stretches) -> Kept:
        return offsets(some[0], len(self.length_mm)), some[1], some[2]


def own_sites(axes: Axes, routes: pd.DataFrame, city: City, length_mm: Ints) -> Sites:
    """The site that each route serves, and the stretches inside it.

    It is the red line whose name or number is the project or project code of the route; where none is, the only red line
    that holds one of its ends, or both. Where different ones hold its ends, or where the planning layer does not cover both
    (another red line may lie there), it is not established which is its own.
    """
    none = (np.zeros(0, dtype=np.int64),) * 3
    red = red_lines(city)
    if red is None:
        return Sites(False, none, none, length_mm)
    if not len(red.site):
        return Sites(True, none, none, length_mm)
    named = _named(routes, red)
    spots: Any = shapely.points(end_points(axes))
    point, row = red.tree.query(spots, predicate="within")
    held = pd.DataFrame({"route": point % axes.n, "site": red.site[row]}).drop_duplicates()
    held = held[~held["route"].isin(named["route"])]
    held = held.merge(pd.DataFrame({"site": red.site, "row": np.arange(len(red.site))}), on="site")
    covered = _within(city.layer("planning"), spots)
    told = covered[: axes.n] & covered[axes.n :]
    doubtful = ~told[held["route"].to_numpy(dtype=np.int64)] | ~red.stated[held["row"].to_numpy(dtype=np.int64)]
    several = held.groupby("route")["site"].transform("nunique") > 1
    unclear = (pd.Series(doubtful, index=held.index) | several).groupby(held["route"]).transform("any").astype(bool)
    own = pd.concat([named, held.loc[~unclear, ["route", "row"]]])
    return Sites(True, _inside(axes, red.areas, own), _inside(axes, red.areas, held[unclear]), length_mm)


def _named(routes: pd.DataFrame, red: RedLines) -> pd.DataFrame:
    """Pairs (route, row of the red lines, of stated kind) where the project of the one is the name or number of the other."""
    pairs = texts(routes, ("project", "project_code"), "route").merge(red.names, on="text")
    pairs = pairs[["route", "row"]].drop_duplicates().astype(np.int64)
    stated: pd.DataFrame = pairs.loc[red.stated[pairs["row"].to_numpy(dtype=np.int64)]]
    return stated


def _inside(axes: Axes, areas: AreaSet, pairs: pd.DataFrame) -> Stretches:
    """Stretches of the routes inside the areas paired with them."""
    pairs = pairs.sort_values(["route", "row"])
    route, row = pairs["route"].to_numpy(dtype=np.int64), pairs["row"].to_numpy(dtype=np.int64)
    index, lo, hi = intervals(axes, areas, route, row, np.zeros(len(route)))
    a, b = np.rint(lo * MM).astype(np.int64), np.rint(hi * MM).astype(np.int64)
    return union(route[index][b > a], a[b > a], b[b > a])


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
    reach, pipe_net, red = measures.end_tolerance_m, mains(city), red_lines(city)
    if pipe_net is not None:
        utility = np.concatenate([words(routes, "utility")] * 2)
        point, pipe = pipe_net.tree.query(spots, predicate="dwithin", distance=reach)
        at[point[pipe_net.utility[pipe] == utility[point]]] = "main"
    if red is not None:
        point, _ = red.ends.query(spots, predicate="dwithin", distance=reach)
        at[point] = "site"
    return {"end.start": Codes(at[: axes.n]), "end.finish": Codes(at[axes.n :])}


def _within(layer: Layer, spots: Any) -> npt.NDArray[np.bool_]:
    if not layer.proves or layer.coverage is None:
        return np.zeros(len(spots), dtype=np.bool_)
    covered: npt.NDArray[np.bool_] = shapely.covers(layer.coverage, spots)
    return covered
