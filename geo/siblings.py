"""Lines that belong together: summed by key, never by place; and a work cut into slices, noticed.

``sum.project_utility``: all lines of one project and one utility. ``sum.project``: all its utilities.
``sum.cluster``: lines of one applicant and utility, within the look-back of the pack, whose ends touch, whatever
project they name. A line that names no project stands alone. Earlier works are rows like the others: who has a history
measures it together with the file (:func:`api.review.review`).
"""

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.axis import Axes
from geo.columns import days, words
from geo.facts import Column, Facts
from geo.kernel import jit
from geo.pack import Pack
from geo.sites import end_points

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

QUANTITIES = {"whole_m": "length_m", "counted_m": "counted_m", "dug_m": "dug_m", "road_m": "city_road.open_m"}
NO_KEY = -1


def siblings(facts: Facts, routes: pd.DataFrame, pack: Pack) -> Facts:
    """Facts with the sums over each route's siblings. ``routes``: the rows that the facts were measured on."""
    keys = {
        "route": np.arange(facts.n),
        "project_utility": _group(_project(routes), words(routes, "utility")),
        "project": _group(_project(routes)),
        "cluster": clusters(facts, routes, pack),
    }
    columns: dict[str, Column] = {}
    for scope, key in keys.items():
        for quantity, fact in QUANTITIES.items():
            if fact in facts.columns:
                columns[f"sum.{scope}.{quantity}"] = _total(key, facts.columns[fact])
    return replace(facts, columns={**facts.columns, **columns}, tables={**facts.tables, "groups": keys})


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


def _total(key: Ints, column: Column) -> Column:
    """A quantity summed over each row's group, with its bounds: what is not known of one sibling is not known of the sum."""
    alone = key == NO_KEY
    group = np.where(alone, key.max(initial=0) + 1 + np.arange(len(key)), key)
    names = ("value", "low", "high", "est_low", "est_high")
    sums: dict[str, Any] = {name: _sum(group, getattr(column, name)) for name in names}
    why = np.zeros(int(group.max(initial=0)) + 1, dtype=np.int8)
    np.maximum.at(why, group, column.why)
    return replace(column, **sums, why=np.where(column.why > 0, column.why, why[group]).astype(np.int8), zone="")


def _sum(group: Ints, amount: Floats) -> Floats:
    """Sum over each row's group, in whole millimetres so that the order of rows is irrelevant; of an amount without bound
    there is no bound."""
    bounded = np.isfinite(amount)
    sums = np.zeros(int(group.max(initial=0)) + 1, dtype=np.int64)
    np.add.at(sums, group, np.rint(np.where(bounded, amount, 0.0) * 1000).astype(np.int64))
    beyond = np.zeros(len(sums))
    beyond[group[~bounded]] = amount[~bounded]
    return np.where(np.isfinite(beyond[group]), sums[group] / 1000, beyond[group])


def clusters(facts: Facts, routes: pd.DataFrame, pack: Pack) -> Ints:
    """Number of the slicing cluster of each row: one applicant, one utility, ends that touch, filed within the look-back."""
    rule, n = pack.data.grouping, facts.n
    axes: list[Axes] = [m.axes for m in facts.tables.get("measured", ())]
    if not axes:
        return np.arange(n)
    each = [end_points(one) for one in axes]
    spots: Any = shapely.points(np.vstack([*(xy[: len(xy) // 2] for xy in each), *(xy[len(xy) // 2 :] for xy in each)]))
    who = _group(words(routes, "applicant"), words(routes, "utility"))
    filed = days(routes, "filed")
    filed_on = np.where(np.isnat(filed), np.datetime64(facts.on, "D"), filed).astype(np.int64)
    asks = np.flatnonzero(np.concatenate([who, who]) != NO_KEY)
    left, right = shapely.STRtree(spots[asks]).query(spots[asks], predicate="dwithin", distance=rule.touch_m)
    a, b = asks[left] % n, asks[right] % n
    joins = (a < b) & (who[a] == who[b]) & (np.abs(filed_on[a] - filed_on[b]) <= rule.look_back_days)
    out: Ints = _components(n, a[joins], b[joins])
    return out


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
