"""Why works are not placed or not joined, and the smallest change that would help – computed and planned again, not guessed.

What binds is found by taking one constraint away at a time: the first whose absence alone would do is named. The smallest
change is the least number of calendar days by which one day of one work would have to move; the works around are then
planned again with it, and ``confirmed`` says whether the pair is joined there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from geo.columns import words
from geo.law.workdays import DAY
from geo.schedule.case import Case
from geo.schedule.changes import (
    Again,
    Change,
    OpenDays,
    Opens,
    Spent,
    opens_joined,
    pair_opens,
    pair_points,
    smallest,
    work_opens,
)
from geo.schedule.model import Pair
from geo.schedule.savings import joined
from geo.schedule.windows import work_kinds

UNJOINED = (
    "match_id", "a", "b", "binding", "work", "name", "missing", "change", "change_work", "change_days", "change_day", "opens",
    "confirmed", "loses",
)  # fmt: skip
"""``a``, ``b``: positions (``b`` NA for a work by itself). ``binding``: what binds (:data:`geo.schedule.words.BINDING`),
``work``: on whom, ``name``: of the closure, the paving or the owed permits; ``missing``: fields that a work lacks. ``change``
(:data:`geo.schedule.words.CHANGE`) on ``change_work`` by ``change_days``, to ``change_day``; it would then open on ``opens``.
``confirmed``: planned again with it, the pair is joined (the work placed); NA: there is no change, or no time was left.
``loses``: match_ids that would not be joined any more if this one had to be."""

DAYS, NUMBERS = ("change_day", "opens"), ("a", "b", "work", "change_work", "change_days")


def undone(case: Case, members: pd.DataFrame, deadline: float) -> pd.DataFrame:
    """Columns :data:`UNJOINED`: first works that are not placed, then pairs that share a stretch and are in no dig together, last
    those of which one was over before the day of planning.

    ``deadline`` (:func:`time.monotonic`): pairs that it leaves no time for are ``unexamined``, or without a change.
    """
    again = Again.of(case, deadline)
    rows = [*_works(case, again), *_pairs(case, members, again), *_over(case)]
    table = pd.DataFrame(rows, columns=list(UNJOINED), dtype=object)
    for name in NUMBERS:
        table[name] = pd.array(table[name].to_numpy(dtype=float, na_value=np.nan), dtype="Float64").astype("Int64")
    for name in DAYS:
        days = [np.datetime64("NaT", "D") if day is None else np.int64(day).astype(DAY) for day in table[name]]
        table[name] = np.array(days, dtype=DAY)
    table["confirmed"] = pd.array(list(table["confirmed"]), dtype="boolean")
    return table


def _row(a: int, b: int | None = None, match_id: str | None = None, **more: Any) -> dict[str, Any]:
    return {**dict.fromkeys(UNJOINED), "match_id": match_id, "a": a, "b": b, "missing": [], "loses": [], **more}


def _told(change: Change | None, confirmed: bool | None) -> dict[str, Any]:
    if change is None:
        return {}
    return {
        "change": change.code, "change_work": change.work, "change_days": change.n, "change_day": change.day,
        "opens": change.opens, "confirmed": confirmed,
    }  # fmt: skip


# ── works that are not placed ────────────────────────────────────────────────────────────────────────────────────────


def _works(case: Case, again: Again) -> Iterator[dict[str, Any]]:
    for i, missing in sorted(case.times.missing.items()):
        yield _row(i, binding="undated", work=i, missing=missing)
    for i in sorted(case.ways):
        if not case.placeable(i):
            pavings = _pavings(case, [i]) if len(case.ways[i]) else []
            change = next(iter(smallest(case, [i, *pavings], partial(work_opens, i=i))), None)
            if change:
                then = case.changed(change.work, change.window)
                change = replace(change, opens=again.opens(then, [i], change.opens))
            yield _row(i, **_binding_of_work(case, i, pavings), **_told(change, True))


def _binding_of_work(case: Case, i: int, pavings: list[int]) -> dict[str, Any]:
    """The constraint without which the work could be placed by itself."""
    if pavings:
        return {"binding": "paving", "work": i, "name": _ids(case, pavings)}
    found = _without(case, (i,), partial(work_opens, i=i))
    if found:
        return found
    return {"binding": "firm" if case.times.windows[i].firm else "window_short", "work": i}


def _without(case: Case, works: Sequence[int], opens: Opens) -> dict[str, Any] | None:
    """The first of permit, closure and day of planning without which it could be."""
    for what in ("permit", "closure", "past"):
        for i in works:
            window = case.times.windows[i]
            if opens(case.changed(i, window.without(what))) is not None:
                name = _owed(case, i) if what == "permit" else _closure(case, i, opens) if what == "closure" else None
                return {"binding": what, "work": i, "name": name}
    return None


def _owed(case: Case, i: int) -> str | None:
    items = words(case.works, "owed")[i]
    return "、".join(map(str, items)) if isinstance(items, (list, tuple)) and items else None


def _closure(case: Case, i: int, opens: Opens) -> str | None:
    """The name of the closure that binds a work: the first whose absence alone would do, else all of them."""
    mine = case.closures[case.closures["work"] == i]
    names = words(mine, "name")
    window = case.times.windows[i]
    for k in range(len(mine)):
        fewer = np.delete(window.closed, k, axis=0)
        if opens(case.changed(i, replace(window, closed=fewer))) is not None:
            return None if names[k] is None else str(names[k])
    return "、".join(dict.fromkeys(str(name) for name in names if name is not None)) or None


def _ids(case: Case, works: Sequence[int]) -> str:
    return "、".join(str(case.works["work_id"].iloc[i]) for i in works)


# ── pairs that are not together ──────────────────────────────────────────────────────────────────────────────────────


def _pairs(case: Case, members: pd.DataFrame, again: Again) -> list[dict[str, Any]]:
    """Pairs of digs with dates that share a stretch, neither joined nor in one dig through others.

    First why, then what would help, each for the most worthwhile pairs first: that is where the time goes.
    """
    made = set(case.matches.loc[joined(case.matches, members), "match_id"])
    rows: list[dict[str, Any]] = []
    asked: list[tuple[Pair, dict[str, Any]]] = []
    for match_id, one, two, bare in _not_together(case, members):
        if bare is not None:
            rows.append(_row(one, two, match_id, binding="unplaced", work=bare))
        else:
            rows.append(_row(one, two, match_id, binding="unexamined"))
            asked.append(((one, two) if (one, two) in case.worth else (two, one), rows[-1]))
    asked.sort(key=lambda ask: -pair_points(case, ask[0]))
    for pair, row in asked:
        if again.time_left():
            row.update(_binding_of_pair(case, pair))
    for pair, row in asked:
        if again.time_left():
            row.update(_helped(case, pair, row, made, again))
    return rows


def _not_together(case: Case, members: pd.DataFrame) -> Iterator[tuple[str, int, int, int | None]]:
    """(match, its two works, and the one of them that is not placed)."""
    digs, _ = work_kinds(case.works)
    first = case.matches.drop_duplicates("match_id")
    a, b = (first[name].to_numpy(dtype=np.int64).tolist() for name in ("a", "b"))
    dig_id = dict(zip(members["work"], members["dig_id"], strict=True))
    for match_id, one, two in zip(first["match_id"], a, b, strict=True):
        if digs[one] and digs[two] and one in case.ways and two in case.ways:
            bare = next((i for i in (one, two) if i not in dig_id), None)
            if bare is not None or dig_id[one] is None or dig_id[one] != dig_id[two]:
                yield match_id, one, two, bare


def _binding_of_pair(case: Case, pair: Pair) -> dict[str, Any]:
    """What binds a pair, one constraint taken away at a time."""
    if pair_opens(case, pair) is not None:
        return {"binding": "conflict"}
    could = partial(pair_opens, pair=pair, at_any_price=True)
    if could(case) is not None:
        return {"binding": "outweighed"}
    found = _without(case, pair, could)
    if found:
        return found
    if could(case.unpaved()) is not None:
        return {"binding": "paving", "name": _ids(case, _pavings(case, pair))}
    one, two = (case.times.windows[i] for i in pair)
    if one.firm and two.firm:
        return {"binding": "firm"}
    apart = one.end + one.shift < two.start - two.shift or two.end + two.shift < one.start - one.shift
    return {"binding": "no_common_days" if apart else "common_too_short"}


def _pavings(case: Case, works: Sequence[int]) -> list[int]:
    return list(dict.fromkeys(paving for i in works for paving in case.pavings.get(i, ())))


def _helped(case: Case, pair: Pair, row: dict[str, Any], made: set[str], again: Again) -> dict[str, Any]:
    """The smallest change that joins the pair when everything around is planned again."""
    planned_again = partial(_joined_again, pair=pair, again=again)
    changes: list[Change] = []
    told: dict[str, Any] = {}
    try:
        if row["binding"] == "conflict":
            opened = again.days(case, pair, must=(pair,))
            told["loses"] = sorted(made - _joined_in(case, opened)) if opened else []
            changes = smallest(case, pair, planned_again, firm=False)
            return {**told, **_sure(case, pair, changes[0] if changes else None, again)}
        changes = smallest(case, [*pair, *_pavings(case, pair)], partial(pair_opens, pair=pair))
        for change in changes:
            if planned_again(case.changed(change.work, change.window)) is not None:
                return _sure(case, pair, change, again)
        # Enough for the pair by itself, but the works around want otherwise even then: the smallest that moves them.
        further = smallest(case, pair, planned_again, firm=False) if changes else []
        return _sure(case, pair, further[0], again) if further else _told(changes[0] if changes else None, False)
    except Spent:
        return {**told, **_told(changes[0] if changes else None, None)}


def _sure(case: Case, pair: Pair, change: Change | None, again: Again) -> dict[str, Any]:
    """A change with which the pair is joined, and the day on which the plan then opens it."""
    if change is None:
        return {}
    then = case.changed(change.work, change.window)
    return _told(replace(change, opens=again.opens(then, pair, change.opens)), True)


def _joined_again(case: Case, pair: Pair, again: Again) -> int | None:
    return opens_joined(again.days(case, pair), pair)


def _over(case: Case) -> Iterator[dict[str, Any]]:
    """Pairs of digs that cannot be together any more, each with the work of it that was over (of two the first)."""
    digs, _ = work_kinds(case.works)
    first = case.over.drop_duplicates("match_id")
    for match_id, one, two, work in zip(*(first[name] for name in ("match_id", "a", "b", "work")), strict=True):
        if digs[one] and digs[two]:
            yield _row(int(one), int(two), match_id, binding="over", work=int(work))


def _joined_in(case: Case, opened: OpenDays) -> set[str]:
    """Pairs that are joined on these days, and those with somebody beyond them: they stay as they are."""
    days = np.array([(i, *days) for i, days in opened.items()], np.int64).reshape(-1, 3)
    table = pd.DataFrame({"work": days[:, 0], "start": days[:, 1].astype(DAY), "end": days[:, 2].astype(DAY)})
    beyond = ~(case.matches["a"].isin(days[:, 0]) & case.matches["b"].isin(days[:, 0])).to_numpy()
    return set(case.matches.loc[joined(case.matches, table) | beyond, "match_id"])
