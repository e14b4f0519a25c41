"""Who bears what of a joint dig, reckoned in two ways, side by side: by volume, and by what each party adds (Shapley).

By volume: metres on the common stretches × trench width × depth of the trench (cover and pipe), each party's part of the sum.

By Shapley value: the ground that a set of parties would have to open among themselves is what each opens alone on the common
stretches less what they save together (:mod:`geo.schedule.savings`), in m², or in metres where a trench width is not stated. A
party's part is what it adds to that, on average over all orders in which the parties could come. It is exact, so it is done
for at most :data:`MOST_PARTIES`: their sets double with each party.
"""

from dataclasses import dataclass
from math import factorial

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.columns import numbers, words
from geo.law.coordination import Coordination
from geo.schedule.savings import Offers, hosts_first, joined, offers, shared_metres

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MOST_PARTIES = 8


@dataclass(frozen=True)
class Shares:
    """``parties``: one row each: ``party``, ``works`` (positions), ``metres`` on the common stretches, ``by_volume`` and
    ``by_shapley`` (parts of 1, nan where not told). ``why_volume``, ``why_shapley``: why not (:data:`geo.schedule.words.SHARES`),
    None where told. ``unit``: of the ground that Shapley reckons with, m² or m; ``total``: how much of it the dig opens."""

    parties: pd.DataFrame
    why_volume: str | None
    why_shapley: str | None
    unit: str
    total: float


def shares(works: pd.DataFrame, matches: pd.DataFrame, members: pd.DataFrame, settings: Coordination) -> Shares:
    """Shares of the parties of one dig. ``members``: its rows of the plan's members. A work whose party is not stated counts as
    a party of its own, called by its id."""
    work = np.sort(members["work"].to_numpy(dtype=np.int64))
    party = words(works, "party")[work]
    party = np.where(pd.isna(party), words(works, "work_id")[work], party)
    names, of_work = np.unique(party.astype(str), return_inverse=True)
    made = matches[joined(matches, members)]
    metres = shared_metres(made, len(works))[work]
    volume, why_volume = _volume(works.iloc[work], metres)
    width = numbers(works, "trench_width_m")[work]
    unit = "m" if np.isnan(width).any() else "m²"
    alone = metres if unit == "m" else metres * width
    offered = offers(works, made, _rank(works, members), settings.weights)
    total = float(alone.sum() - _saved(offered, np.isin(offered.guest, work), unit))
    by_shapley, why_shapley = np.full(len(names), np.nan), None
    if len(names) > MOST_PARTIES:
        why_shapley = "too_many"
    elif not total > 0:
        why_shapley = "nothing_opened"
    else:
        by_shapley = shapley(_costs(offered, work, of_work, alone, unit)) / total
    table = pd.DataFrame({
        "party": names, "works": [work[of_work == k].tolist() for k in range(len(names))],
        "metres": np.bincount(of_work, metres, len(names)).round(3),
        "by_volume": np.bincount(of_work, volume, len(names)), "by_shapley": by_shapley,
    })  # fmt: skip
    return Shares(table, why_volume, why_shapley, unit, round(total, 3))


def shapley(costs: npt.ArrayLike) -> Floats:
    """Shapley value of each of n players. ``costs``: 2ⁿ numbers, the cost of each set of players; player k is in the sets
    whose number has bit k. Raises ValueError for another length, or an empty set that costs something."""
    cost = np.asarray(costs, dtype=float)
    n = len(cost).bit_length() - 1
    if len(cost) != 2**n or cost[0] != 0:
        raise ValueError("needs the cost of every set of players, and none for nobody")
    sets = np.arange(len(cost))
    size = np.array([bin(one).count("1") for one in sets])
    weight = np.array([factorial(k) * factorial(n - k - 1) / factorial(n) for k in range(n)])
    out = np.empty(n)
    for k in range(n):
        without = sets[(sets >> k) & 1 == 0]
        out[k] = (weight[size[without]] * (cost[without | (1 << k)] - cost[without])).sum()
    return out


def _volume(works: pd.DataFrame, metres: Floats) -> tuple[Floats, str | None]:
    """Each work's part of the volume, or why it cannot be told."""
    width, depth, size = (numbers(works, name) for name in ("trench_width_m", "depth_m", "diameter_mm"))
    bottom = depth + np.nan_to_num(size) / 1000
    volume = metres * width * bottom
    if np.isnan(width).any():
        return np.full(len(works), np.nan), "missing_width"
    if np.isnan(depth).any():
        return np.full(len(works), np.nan), "missing_depth"
    if not volume.sum() > 0:
        return np.full(len(works), np.nan), "nothing_opened"
    return volume / volume.sum(), None


def _rank(works: pd.DataFrame, members: pd.DataFrame) -> Ints:
    open_days, firm = np.zeros(len(works), np.int64), np.zeros(len(works), np.bool_)
    work = members["work"].to_numpy(dtype=np.int64)
    open_days[work], firm[work] = members["open_days"].to_numpy(dtype=np.int64), members["firm"].to_numpy(dtype=bool)
    return hosts_first(open_days, firm)


def _costs(offered: Offers, work: Ints, of_work: Ints, alone: Floats, unit: str) -> Floats:
    """What each set of parties would open."""
    party = np.full(int(work.max()) + 1, -1, np.int64)
    party[work] = of_work
    n = int(of_work.max()) + 1
    costs = np.zeros(2**n)
    by_party = np.bincount(of_work, alone, n)
    for some in range(1, 2**n):
        there = (some >> np.arange(n)) & 1 == 1
        both = there[party[offered.guest]] & there[party[offered.host]]
        costs[some] = by_party[there].sum() - _saved(offered, both, unit)
    return costs


def _saved(offered: Offers, which: npt.NDArray[np.bool_], unit: str) -> float:
    """Ground saved by some of the offers: for each piece the best one."""
    some = offered.where(which)
    first = np.ones(len(some.piece), np.bool_)
    first[1:] = some.piece[1:] != some.piece[:-1]
    return float((some.metres if unit == "m" else some.area_m2)[first].sum())
