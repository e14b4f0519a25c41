"""Tables of joint digs, of a plan that was solved and of one that was set by hand: who is together, in which order."""

from collections import defaultdict
from collections.abc import Mapping
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd

from geo.columns import days, numbers, words
from geo.law.standard import Standard
from geo.schedule.savings import joined, together
from geo.schedule.trench import laying_order
from geo.schedule.windows import work_kinds

MEMBERS = (
    "dig_id", "component", "work", "role", "order", "start", "end", "open_days", "shift_days", "firm", "provisional",
)  # fmt: skip
DIGS = (
    "dig_id", "component", "works", "lead", "start", "end", "road_names", "match_ids", "owed", "paved_by", "shift_days",
    "status", "gap", "provisional", "openings_saved", "metres_saved", "area_saved_m2", "unmeasured_m", "days_saved",
    "yuan_saved", "unpriced_m2", "points",
)  # fmt: skip


def in_digs(works: pd.DataFrame, matches: pd.DataFrame, members: pd.DataFrame) -> pd.DataFrame:
    """Members (work, start, end) with ``dig_id``: works that hang together by joins, numbered by the day on which they open."""
    digs, _ = work_kinds(works)
    mine = digs[members["work"].to_numpy(dtype=np.int64)]
    group = together(works, matches, members[mine])[members["work"].to_numpy(dtype=np.int64)]
    sizes = members.assign(group=group)[mine].groupby("group")["start"].agg(["size", "min"]).query("size > 1")
    order = sizes.reset_index().sort_values(["min", "group"])["group"]
    name = {int(lowest): f"dig-{k}" for k, lowest in enumerate(order, start=1)}
    ids = [name.get(int(g)) if dig else None for g, dig in zip(group, mine, strict=True)]
    return members.assign(dig_id=pd.Series(ids, index=members.index, dtype=object))


def in_order(members: pd.DataFrame, works: pd.DataFrame, lead_rule: str, standard: Standard | None) -> pd.DataFrame:
    """Members with ``role`` and ``order``; their index counts from 0."""
    digs, _ = work_kinds(works)
    role = np.where(digs[members["work"].to_numpy(dtype=np.int64)], "alone", "paves").astype(object)
    order = np.where(role == "alone", 1, 0)
    for _, rows in members.groupby("dig_id").indices.items():
        some = works.iloc[members["work"].to_numpy()[rows]]
        order[rows[laying_order(some, standard)]] = np.arange(1, len(rows) + 1)
        role[rows] = "joins"
        role[rows[leader(some, lead_rule)]] = "lead"
    return members.assign(role=role, order=order)


def leader(works: pd.DataFrame, rule: str) -> int:
    """Who leads: the longest line; or who was accepted first: permits before routes, then by ``accepted`` where the works
    have that column, then in the order of the works."""
    if rule == "longest":
        return int(np.argmax(np.nan_to_num(numbers(works, "length_m"), nan=-1.0)))
    accepted = days(works, "accepted")
    late = np.where(np.isnat(accepted), np.iinfo(np.int64).max, accepted.astype(np.int64))
    return int(np.lexsort((late, words(works, "kind") != "permit"))[0])


def dig_rows(works: pd.DataFrame, matches: pd.DataFrame, members: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """One row for each dig of the members: :data:`DIGS`, all but ``status`` and ``gap``, the most worth first. ``found``: the
    savings of each (:class:`geo.schedule.savings.Savings`)."""
    in_dig = members[members["dig_id"].notna()].sort_values("order")
    made = matches[joined(matches, in_dig)]
    dig_of = dict(zip(in_dig["work"], in_dig["dig_id"], strict=True))
    roads, ids = _of_digs(made["a"], made["road_name"], dig_of), _of_digs(made["a"], made["match_id"], dig_of)
    pavings = _pavings(matches, members, dig_of)
    owed = words(works, "owed")
    grouped = in_dig.groupby("dig_id", sort=False).agg(
        component=("component", "first"), works=("work", list),
        start=("start", "min"), end=("end", "max"), shift_days=("shift_days", "sum"),
        provisional=("provisional", "any"),
    )  # fmt: skip
    leads = in_dig[in_dig["role"] == "lead"].set_index("dig_id")["work"]
    lists: dict[str, list[Any]] = {
        "road_names": [sorted(roads[name]) for name in grouped.index],
        "match_ids": [sorted(ids[name]) for name in grouped.index],
        "paved_by": [sorted(pavings[name]) for name in grouped.index],
        "owed": [sorted(set(chain.from_iterable(_items(owed[i]) for i in some))) for some in grouped["works"]],
    }
    columns = {name: pd.Series(values, index=grouped.index, dtype=object) for name, values in lists.items()}
    table = grouped.assign(lead=leads.reindex(grouped.index), **columns).reset_index()
    out = table.merge(found, on="dig_id", how="left").reindex(columns=list(DIGS))
    return out.sort_values("points", ascending=False, kind="stable").reset_index(drop=True)


def _items(owed: Any) -> list[Any]:
    return list(owed) if isinstance(owed, (list, tuple)) else []


def _of_digs(works: "pd.Series[Any]", said: "pd.Series[Any]", dig_of: Mapping[int, str]) -> defaultdict[str, set[str]]:
    """What is said of works, by their dig; blanks left out."""
    out: defaultdict[str, set[str]] = defaultdict(set)
    for work, value in zip(works, said, strict=True):
        if isinstance(value, str):
            out[dig_of[work]].add(value)
    return out


def _pavings(matches: pd.DataFrame, members: pd.DataFrame, dig_of: Mapping[int, str]) -> defaultdict[str, set[int]]:
    """Paving that is placed on a stretch of a work, by the work's dig."""
    out: defaultdict[str, set[int]] = defaultdict(set)
    paves = set(members.loc[members["role"] == "paves", "work"])
    for a, b, kind in zip(matches["a"], matches["b"], matches["kind"], strict=True):
        for dig, paving in ((a, b), (b, a)):
            if kind == "shared" and paving in paves and dig in dig_of:
                out[dig_of[dig]].add(int(paving))
    return out
