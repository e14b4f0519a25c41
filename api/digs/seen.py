"""What somebody sees of plans and joint digs of the whole city: the digs in which a work of theirs lies, and nothing else."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from layers.digs.whose import Whose

JSON = dict[str, Any]
_SUMS = ("openings", "metres", "area_m2", "unmeasured_m", "days", "yuan", "unpriced_m2", "points")
_REASONS = ("reason", "reason_code", "invitation")


def seen_dig(dig: JSON, mine: Whose | None) -> JSON:
    """A dig without the reasons that other parties gave."""
    if mine is None or mine.parties is None:
        return dig
    return dig | {"answers": [_answer(one, mine.parties) for one in dig["answers"]]}


def _answer(one: JSON, parties: frozenset[str]) -> JSON:
    return one if one["party"] in parties else one | dict.fromkeys(_REASONS)


def seen_log(log: Sequence[Mapping[str, Any]], mine: Whose | None) -> list[Mapping[str, Any]]:
    """The log of a dig; what other parties said beside their answer is left out."""
    if mine is None or mine.parties is None:
        return list(log)
    own = {None, *mine.parties}
    return [one if one["party"] in own else {**one, "detail": {}, "invitation": None} for one in log]


def seen_plan(plan: JSON, mine: Whose | None) -> JSON:
    """A plan (:func:`api.digs.plan_view.plan`) as somebody sees it: their digs with all who dig there, works that share a stretch
    with theirs, and the sums of that. What was asked for when it was made is not told, nor what the planner says of its parts."""
    if mine is None or plan["state"] != "done":
        return plan
    digs = [seen_dig(one, mine) for one in plan["digs"] if mine.has(one["works"])]
    together = {work for one in digs for work in one["works"]}
    matches = [one for one in plan["matches"] if mine.has((one["a"], one["b"])) or {one["a"], one["b"]} <= together]
    known = mine.works | together | {one[side] for one in matches for side in "ab"}
    works = [one for one in plan["works"] if one["work_id"] in known]
    return plan | {
        "digs": digs, "matches": matches, "works": works, "scope": {}, "components": [],
        "unjoined": [one for one in plan["unjoined"] if mine.has(_named(one))],
        "violations": [one for one in plan["violations"] if one["work_id"] in known and one["other"] in {None, *known}],
        "moves": {work: day for work, day in plan["moves"].items() if work in known},
        "savings": _sums(digs) | {"shift_days": _shifts(works)},
    }  # fmt: skip


def _named(row: Mapping[str, Any]) -> list[str]:
    return [row[name] for name in ("a", "b", "work_id") if row[name] is not None]


def _sums(digs: Iterable[JSON]) -> JSON:
    some = [one["savings"] for one in digs if one["state"] != "failed"]
    known = {name: [one[name] for one in some if one[name] is not None] for name in _SUMS}
    out = {name: round(sum(values), 3) for name, values in known.items()}
    return out | {"yuan": out["yuan"] if known["yuan"] else None}


def _shifts(works: Iterable[JSON]) -> int:
    return sum(one["planned"]["shift_days"] or 0 for one in works if one["planned"] is not None)


def seen_preview(preview: JSON, mine: Whose | None) -> JSON:
    """What moves amount to, as an office of a district sees it; the sums stay those of the whole plan."""
    if mine is None:
        return preview
    digs = [one for one in preview["digs"] if mine.has(one["works"])]
    known = mine.works | {work for one in digs for work in one["works"]}
    pairs = {match for one in digs for match in one["match_ids"]}
    return preview | {
        "digs": digs, "works": [one for one in preview["works"] if one["work_id"] in known],
        "matches": [one for one in preview["matches"] if one["match_id"] in pairs],
        "violations": [one for one in preview["violations"] if one["work_id"] in known],
    }  # fmt: skip
