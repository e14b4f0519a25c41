"""Lines that belong together: summed by key, never by place; and a work cut into slices, noticed.

``sum.project_utility``: all lines of one project and one utility. ``sum.project``: all its utilities.
``sum.cluster``: lines of one applicant and utility, within the look-back of the pack, whose ends touch, whatever
project they name. A line that names no project stands alone, and says so.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.axis import Axes
from geo.facts import Column, Facts
from geo.ground import days, numbers, words
from geo.kernel import jit
from geo.pack import Pack
from geo.sites import end_points

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

QUANTITIES = ("whole_m", "counted_m", "dug_m", "road_m")
NO_KEY = -1


@dataclass(frozen=True)
class History:
    """Works filed before. ``frame``: project, project_code, applicant, utility, filed, whole_m, counted_m, dug_m, road_m,
    geometry (line, work CRS). ``checked`` is False where nobody could look: then sums speak of this file alone."""

    frame: gpd.GeoDataFrame | None = None

    @property
    def checked(self) -> bool:
        """Earlier works were looked at."""
        return self.frame is not None


def siblings(facts: Facts, routes: gpd.GeoDataFrame, pack: Pack, history: History | None = None) -> Facts:
    """Facts with the sums over each route's siblings, in this file and in the history."""
    past = history.frame if history is not None else None
    own = _quantities(facts)
    all_routes = routes if past is None else pd.concat([routes[_shared(routes, past)], past[_shared(routes, past)]], ignore_index=True)
    amounts = {q: own[q] if past is None else np.concatenate([own[q], numbers(past, q)]) for q in QUANTITIES}
    keys = {
        "route": np.arange(len(all_routes)),
        "project_utility": _group(_project(all_routes), words(all_routes, "utility")),
        "project": _group(_project(all_routes)),
        "cluster": clusters(facts, all_routes, pack, past),
    }
    columns: dict[str, Column] = {}
    for scope, key in keys.items():
        for quantity, amount in amounts.items():
            columns[f"sum.{scope}.{quantity}"] = Column.known(_sum(key, amount)[: facts.n])
    tables = {**facts.tables, "groups": {k: v[: facts.n] for k, v in keys.items()}, "history_checked": past is not None}
    return Facts(facts.n, facts.on, {**facts.columns, **columns}, facts.codes, tables)


def _shared(routes: pd.DataFrame, past: pd.DataFrame) -> list[str]:
    columns = [c for c in ("project", "project_code", "applicant", "utility", "filed", "start") if c in routes and c in past]
    return columns


def _quantities(facts: Facts) -> dict[str, Floats]:
    road = facts.columns.get("city_road.open_m")
    nothing = np.full(facts.n, np.nan)
    return {
        "whole_m": facts.columns["length_m"].value,
        "counted_m": facts.columns["counted_m"].value,
        "dug_m": facts.columns["dug_m"].value,
        "road_m": road.value if road is not None else nothing,
    }


def _project(routes: pd.DataFrame) -> npt.NDArray[np.object_]:
    """The key of a project: its code, else its name with its applicant; None where neither is stated."""
    code, name, applicant = words(routes, "project_code"), words(routes, "project"), words(routes, "applicant")
    by_name = np.array([None if n is None else f"{n}\x1f{a or ''}" for n, a in zip(name, applicant, strict=True)], dtype=object)
    return np.where(code != None, code, by_name)  # noqa: E711 (an array of words)


def _group(*keys: npt.NDArray[np.object_]) -> Ints:
    """A number for each distinct key; rows that lack one of the parts stand alone (``NO_KEY``)."""
    missing = np.logical_or.reduce([key == None for key in keys])  # noqa: E711 (arrays of words)
    joined = pd.MultiIndex.from_arrays([pd.Series(key, dtype=object).fillna("") for key in keys])
    number = pd.factorize(joined)[0].astype(np.int64)
    return np.where(missing, NO_KEY, number)


def _sum(key: Ints, amount: Floats) -> Floats:
    """Sum over each row's group, in whole millimetres so that the order of rows is irrelevant."""
    alone = key == NO_KEY
    group = np.where(alone, key.max(initial=0) + 1 + np.arange(len(key)), key)
    known = np.rint(np.nan_to_num(amount, nan=0.0) * 1000).astype(np.int64)
    sums = np.zeros(int(group.max(initial=0)) + 1, dtype=np.int64)
    np.add.at(sums, group, known)
    return np.where(np.isnan(amount), np.nan, sums[group] / 1000)


def clusters(facts: Facts, routes: pd.DataFrame, pack: Pack, past: gpd.GeoDataFrame | None = None) -> Ints:
    """Number of the slicing cluster of each row: one applicant, one utility, ends that touch, filed within the look-back."""
    rule = pack.data.grouping
    spots = _end_spots([m.axes for m in facts.tables.get("measured", ())], past)
    n = len(routes)
    if spots is None:
        return np.arange(n)
    who = _group(words(routes, "applicant"), words(routes, "utility"))
    filed = days(routes, "filed")
    filed = np.where(np.isnat(filed), np.datetime64(facts.on, "D"), filed).astype(np.int64)
    asks = np.flatnonzero(np.concatenate([who, who]) != NO_KEY)
    left, right = shapely.STRtree(spots[asks]).query(spots[asks], predicate="dwithin", distance=rule.touch_m)
    a, b = asks[left] % n, asks[right] % n
    joins = (a < b) & (who[a] == who[b]) & (np.abs(filed[a] - filed[b]) <= rule.look_back_days)
    out: Ints = _components(n, a[joins], b[joins])
    return out


def _end_spots(axes: list[Axes], past: gpd.GeoDataFrame | None) -> npt.NDArray[np.object_] | None:
    """(2n,) start points, then end points, of the file and then of the history."""
    if not axes:
        return None
    each = [end_points(one) for one in axes]
    first_last = [np.vstack([xy[: len(xy) // 2] for xy in each]), np.vstack([xy[len(xy) // 2 :] for xy in each])]
    n = len(first_last[0])
    ends = shapely.points(np.vstack(first_last))
    if past is None:
        return ends
    lines = past.geometry.to_numpy()
    first, last = shapely.get_point(lines, 0), shapely.get_point(lines, -1)
    return np.concatenate([ends[:n], first, ends[n:], last])


@jit
def _components(n: int, a: Ints, b: Ints) -> Ints:
    """Connected components by union-find; each is named by its lowest member."""
    parent = np.arange(n)
    for k in range(len(a)):
        i, j = a[k], b[k]
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        while parent[j] != j:
            parent[j] = parent[parent[j]]
            j = parent[j]
        if i != j:
            parent[max(i, j)] = min(i, j)
    for i in range(n):
        root = i
        while parent[root] != root:
            root = parent[root]
        parent[i] = root
    return parent
