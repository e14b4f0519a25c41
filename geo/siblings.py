"""Lines that belong together: summed by key, never by place; and a work cut into slices, noticed.

``sum.project_utility``: all lines of one project and one utility. ``sum.project``: all its utilities.
``sum.cluster``: lines of one applicant and utility, within the look-back of the pack, whose ends touch, whatever
project they name. A line that names no project stands alone. Earlier works are rows like the others: who has a history
measures it together with the file (:func:`api.review.review`).
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.axis import Axes
from geo.columns import days, plain, unstated, words
from geo.connected import components
from geo.facts import WHY, Column, Facts
from geo.law.pack import Pack
from geo.sites import end_points

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

QUANTITIES = {"whole_m": "length_m", "counted_m": "counted_m", "dug_m": "dug_m", "road_m": "city_road.open_m"}
NO_KEY = -1
BOUNDS = ("high", "est_high")


def siblings(facts: Facts, routes: pd.DataFrame, pack: Pack, lost: pd.DataFrame | None = None) -> Facts:
    """Facts with the sums over each route's siblings. ``routes``: the rows that the facts were measured on. ``lost``: rows of
    the file that could not be read, with what they say of project, project_code, applicant and utility: a sum to which one
    may belong has no upper bound."""
    project = _project(routes, lost)
    here, there = project[: facts.n], project[facts.n :]
    maybe = _Maybe.of(routes, here)
    sure, perhaps = clusters(facts, routes, pack)
    utility = words(routes, "utility")
    lost_utility = words(lost, "utility") if lost is not None else np.zeros(0, dtype=object)
    keys = {
        "route": np.arange(facts.n),
        "project_utility": _group(_named(here), utility),
        "project": here,
        "cluster": sure,
    }
    any_lost = np.isin(here, there) & (here != NO_KEY)
    open_end = {"project": any_lost, "project_utility": _may_be_same(here, utility, there, lost_utility)}
    columns: dict[str, Column] = {}
    for scope, key in keys.items():
        for quantity, fact in QUANTITIES.items():
            if fact in facts.columns:
                total = _total(key, facts.columns[fact])
                if scope == "project_utility":
                    total = _with_silent(total, facts.columns[fact], here, utility)
                if scope in ("project", "project_utility"):
                    mute_utility = utility if scope == "project_utility" else None
                    total = _wider(total, *(maybe.more(facts.columns[fact], name, mute_utility) for name in BOUNDS))
                if scope == "cluster":
                    total = _wider(total, *(_beside(facts.columns[fact], key, perhaps, name) for name in BOUNDS))
                columns[f"sum.{scope}.{quantity}"] = _unbounded(total, open_end[scope]) if scope in open_end else total
    return replace(facts, columns={**facts.columns, **columns}, tables={**facts.tables, "groups": keys})


def _project(routes: pd.DataFrame, lost: pd.DataFrame | None) -> Ints:
    """A number for the project of each route and then of each lost row: those of one code, and those without a code that
    share name and applicant with them; ``NO_KEY`` where neither is stated."""
    both = [routes] if lost is None else [routes, lost]
    code, name, who = (
        plain(np.concatenate([words(one, column) for one in both])) for column in ("project_code", "project", "applicant")
    )
    n = len(code)
    by_code, by_name = _group(code), _group(name, np.where(unstated(who), "", who))
    told = ~(unstated(code) & unstated(name))
    links = [_links(by_code, np.ones(n, dtype=np.bool_))]
    nameless = pd.Series(unstated(code)).groupby(by_name).transform("any").to_numpy()
    links.append(_links(by_name, nameless))
    number: Ints = components(n, np.concatenate([a for a, _ in links]), np.concatenate([b for _, b in links]))
    return np.where(told, number, NO_KEY)


def _links(key: Ints, which: npt.NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """Each row with the first row of its key, among some rows."""
    rows = np.flatnonzero(which & (key != NO_KEY))
    _, first, back = np.unique(key[rows], return_index=True, return_inverse=True)
    return rows[first][back], rows


def _named(project: Ints) -> npt.NDArray[np.object_]:
    out: npt.NDArray[np.object_] = project.astype(object)
    out[project == NO_KEY] = None
    return out


def _may_be_same(
    project: Ints, utility: npt.NDArray[np.object_], lost: Ints, lost_utility: npt.NDArray[np.object_]
) -> npt.NDArray[np.bool_]:
    """Routes to whose project and utility a lost row may belong."""
    silent: npt.NDArray[np.bool_] = np.isin(project, lost[unstated(lost_utility)])
    pairs = {(int(p), u) for p, u in zip(lost, lost_utility, strict=True) if u is not None}
    same = np.array([(int(p), u) in pairs for p, u in zip(project, utility, strict=True)], dtype=np.bool_) if pairs else silent
    mute = unstated(utility) & np.isin(project, lost)
    out: npt.NDArray[np.bool_] = (silent | same | mute) & (project != NO_KEY)
    return out


def _with_silent(total: Column, each: Column, project: Ints, utility: npt.NDArray[np.object_]) -> Column:
    """Sums by utility with room for lines of the same project that name no utility: they may be of this one."""
    silent = unstated(utility) & (project != NO_KEY)
    if not silent.any():
        return total
    group = np.where(project == NO_KEY, project.max(initial=0) + 1 + np.arange(len(project)), project)
    of_silent, of_all = (
        {name: _sum(group, np.where(rows, getattr(each, name), 0.0)) for name in ("high", "est_high")}
        for rows in (silent, np.ones(len(silent), dtype=np.bool_))
    )
    more = {name: np.where(silent, of_all[name], getattr(total, name) + of_silent[name]) for name in of_silent}
    wider = more["high"] > total.high
    why = np.where(wider & (total.why == 0), WHY.index("unclear_sibling"), total.why).astype(np.int8)
    swap: dict[str, Any] = {name: np.where(wider, more[name], getattr(total, name)) for name in more}
    return replace(total, **swap, why=why)


@dataclass(frozen=True)
class _Maybe:
    """Lines that may be of one project: they bear one name, one of them names no applicant, and not both name a code.

    ``name``: number of the name (``NO_KEY``: none); ``mute``: names no applicant; ``codeless``: names no code.
    """

    name: Ints
    project: Ints
    mute: npt.NDArray[np.bool_]
    codeless: npt.NDArray[np.bool_]

    @staticmethod
    def of(routes: pd.DataFrame, project: Ints) -> "_Maybe":
        name = _group(plain(words(routes, "project")))
        return _Maybe(name, project, unstated(words(routes, "applicant")), unstated(words(routes, "project_code")))

    def more(self, each: Column, bound: str, utility: npt.NDArray[np.object_] | None) -> Floats:
        """What such lines may add to each sum; with ``utility``, only those of the same one, or where one names none."""
        amount: Floats = getattr(each, bound)
        loose, tied = self.mute & self.codeless, self.mute & ~self.codeless
        named = self.codeless & ~self.mute
        out = np.zeros(len(amount))
        for mine, theirs in ((~loose, loose), (loose, ~loose), (named, tied), (tied, named)):
            mine, theirs = mine & (self.name != NO_KEY), theirs & (self.name != NO_KEY)
            if mine.any() and theirs.any():
                out += np.where(mine, self._others(np.where(theirs, amount, 0.0), utility), 0.0)
        return out

    def _others(self, amount: Floats, utility: npt.NDArray[np.object_] | None) -> Floats:
        """Sum over the lines of the same name in other projects."""
        if utility is None:
            return self._beyond(amount, np.zeros(len(amount), dtype=np.int64))
        kind, none = pd.factorize(pd.Series(utility, dtype=object))[0].astype(np.int64), unstated(utility)
        everything = self._beyond(amount, np.zeros(len(amount), dtype=np.int64))
        same = self._beyond(np.where(none, 0.0, amount), kind)
        silent = self._beyond(np.where(none, amount, 0.0), np.zeros(len(amount), dtype=np.int64))
        return np.where(none, everything, same + silent)

    def _beyond(self, amount: Floats, kind: Ints) -> Floats:
        of_name = pd.Series(amount).groupby([self.name, kind]).transform("sum").to_numpy(dtype=float)
        of_project = pd.Series(amount).groupby([self.name, kind, self.project]).transform("sum").to_numpy(dtype=float)
        return np.where(np.isfinite(of_name), np.round(of_name - np.where(np.isfinite(of_name), of_project, 0.0), 3), np.inf)


def _beside(each: Column, sure: Ints, perhaps: Ints, bound: str) -> Floats:
    """What lines that may belong to the cluster could add to its sum."""
    amount: Floats = getattr(each, bound)
    whole, known = _sum(perhaps, amount), _sum(sure, amount)
    return np.where(np.isfinite(whole), whole - np.where(np.isfinite(known), known, 0.0), whole)


def _wider(total: Column, *more: Floats) -> Column:
    """A sum with room for what may belong to it, in the order of :data:`BOUNDS`."""
    wider = np.any([each > 0 for each in more], axis=0)
    if not wider.any():
        return total
    swap: dict[str, Any] = {name: getattr(total, name) + each for name, each in zip(BOUNDS, more, strict=True)}
    why = np.where(wider & (total.why == 0), WHY.index("unclear_sibling"), total.why).astype(np.int8)
    return replace(total, **swap, why=why)


def _unbounded(total: Column, rows: npt.NDArray[np.bool_]) -> Column:
    if not rows.any():
        return total
    swap: dict[str, Any] = {name: np.where(rows, np.inf, getattr(total, name)) for name in ("high", "est_high")}
    return replace(total, **swap, why=np.where(rows, WHY.index("unclear_sibling"), total.why).astype(np.int8))


def _group(*keys: npt.NDArray[np.object_]) -> Ints:
    """A number for each distinct key; rows that lack one of the parts stand alone (``NO_KEY``)."""
    missing = np.logical_or.reduce([unstated(key) for key in keys])
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


def clusters(facts: Facts, routes: pd.DataFrame, pack: Pack) -> tuple[Ints, Ints]:
    """Number of the slicing cluster of each row: one applicant, one utility, ends that touch, filed within the look-back; and
    of the cluster as wide as it may be, where lines that touch and name no applicant or utility may be of any.

    Between two applicants such a line joins both, and the wide cluster is then wider than any truth. A row that could not be
    read was not filed: when it is, these lines are among those that it is held against.
    """
    rule, n = pack.data.grouping, facts.n
    axes: list[Axes] = [m.axes for m in facts.tables.get("measured", ())]
    if not axes:
        return np.arange(n), np.arange(n)
    each = [end_points(one) for one in axes]
    spots: Any = shapely.points(np.vstack([*(xy[: len(xy) // 2] for xy in each), *(xy[len(xy) // 2 :] for xy in each)]))
    filed = days(routes, "filed")
    filed_on = np.where(np.isnat(filed), np.datetime64(facts.on, "D"), filed).astype(np.int64)
    left, right = shapely.STRtree(spots).query(spots, predicate="dwithin", distance=rule.touch_m)
    a, b = left % n, right % n
    near = (a < b) & (np.abs(filed_on[a] - filed_on[b]) <= rule.look_back_days)
    a, b = a[near], b[near]
    same, maybe = np.ones(len(a), dtype=np.bool_), np.ones(len(a), dtype=np.bool_)
    for key in (_group(plain(words(routes, "applicant"))), _group(words(routes, "utility"))):
        silent = (key[a] == NO_KEY) | (key[b] == NO_KEY)
        same &= (key[a] == key[b]) & ~silent
        maybe &= (key[a] == key[b]) | silent
    return components(n, a[same], b[same]), components(n, a[maybe], b[maybe])
