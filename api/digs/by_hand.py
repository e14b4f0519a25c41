"""What is not together once people have moved bars: pairs that were taken apart by hand, less those that were put together."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from api.digs.plan_words import BY_HAND, BY_HAND_NOBODY, both
from api.digs.planning import Arranged
from api.wire import plain
from layers.day import day_of

JSON = dict[str, Any]


def unjoined(made: Sequence[JSON], before: Arranged, now: Arranged, moves: Mapping[str, str], log: Sequence[JSON]) -> list[JSON]:
    """What the planner could not join (``made``) and what was moved apart since (binding ``by_hand``), without the pairs that
    are together now. ``before``: the plan as the planner had it; ``now``: as it stands with ``moves``; ``log``: who made which
    digs when (:func:`layers.digs.store.made_by_hand`)."""
    was, still = _together(before), _together(now)
    apart = [_row(match_id, pair, moves, log) for match_id, pair in was.items() if match_id not in still]
    told: list[JSON] = plain([*apart, *(row for row in made if row["match_id"] not in still)])
    return told


def _together(one: Arranged) -> dict[str, tuple[str, str]]:
    """The pairs that are in one dig, directly or through others: match and its two works."""
    ids = one.case.works["work_id"]
    dig = dict(zip(one.plan.members["work"], one.plan.members["dig_id"], strict=True))
    first = one.rows.drop_duplicates("match_id")
    pairs = zip(first["match_id"], first["a"], first["b"], strict=True)
    same = ((match_id, a, b) for match_id, a, b in pairs if dig.get(a) is not None and dig.get(a) == dig.get(b))
    return {str(match_id): (str(ids.iloc[a]), str(ids.iloc[b])) for match_id, a, b in same}


def _row(match_id: str, pair: tuple[str, str], moves: Mapping[str, str], log: Sequence[JSON]) -> JSON:
    at, by = _parted(pair, log)
    moved = [name for name in pair if name in moves]
    places = {"a": pair[0], "b": pair[1], "by": by, "day": None if at is None else day_of(at)}
    return {
        "match_id": match_id, "a": pair[0], "b": pair[1], "binding": "by_hand", "work_id": moved[0] if len(moved) == 1 else None,
        "text": both(BY_HAND if by else BY_HAND_NOBODY, **places), "change": None, "missing": [], "loses": [], "at": at, "by": by,
    }  # fmt: skip


def _parted(pair: tuple[str, str], log: Sequence[JSON]) -> tuple[datetime | None, str | None]:
    """When two works were last taken out of one dig, and by whom."""
    digs: dict[int, set[str]] = {}
    found: tuple[datetime | None, str | None] = None, None
    for one in log:
        works = set(one["works"] or ())
        if set(pair) <= digs.get(one["dig"], set()) and not set(pair) <= works:
            found = one["at"], None if one["actor"] == "office" else one["actor"]
        digs[one["dig"]] = works
    return found
