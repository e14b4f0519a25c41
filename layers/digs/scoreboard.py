"""How well digging is coordinated: shared pairs, how many were planned and agreed, refusals, repeats, metres saved."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from layers.digs.states import FAILED
from layers.digs.whose import Whose
from layers.rows import rows

ZONE = "Asia/Shanghai"
# One row for each pair of different parties that shares a stretch, by the month in which it was first found.
_PAIRS = f"""
WITH last AS (SELECT DISTINCT ON (match_id) match_id, kind, a, b, same_party, note FROM matches ORDER BY match_id, version DESC),
     found AS (SELECT match_id, min(valid_from) AS at FROM matches GROUP BY 1),
     dug AS (SELECT unnest(match_ids) AS match_id, agreed_at FROM digs WHERE dropped_at IS NULL),
     joint AS (SELECT match_id, bool_or(agreed_at IS NOT NULL) AS agreed FROM dug GROUP BY 1)
SELECT to_char(found.at AT TIME ZONE '{ZONE}', 'YYYY-MM') AS month, a.party AS one, b.party AS two,
       last.note = 'repeat' AS repeat, ARRAY[last.a, last.b] AS works,
       joint.match_id IS NOT NULL AS planned, coalesce(joint.agreed, false) AS agreed
FROM last JOIN found USING (match_id) LEFT JOIN joint USING (match_id)
JOIN works a ON a.work_id = last.a JOIN works b ON b.work_id = last.b
WHERE last.kind = 'shared' AND last.same_party IS NOT TRUE
  AND a.kind IN ('route', 'permit') AND b.kind IN ('route', 'permit')
"""
# The last refusal or silence of each invitation and round, in the month in which it came.
_AWAY = f"""
SELECT DISTINCT ON (e.invitation, e.round) to_char(e.at AT TIME ZONE '{ZONE}', 'YYYY-MM') AS month, e.party, e.what,
       e.detail->>'reason_code' AS reason, d.works
FROM dig_events e JOIN digs d ON d.id = e.dig
WHERE e.what IN ('joins', 'declines', 'counters', 'withdrawn', 'escalated') ORDER BY e.invitation, e.round, e.id DESC
"""
# Metres of a dig count once: where two plans have agreed digs on one match, those of the later; one that failed (too few of its
# parties are left) gives way to any other.
_METRES = f"""
WITH stands AS (SELECT d.*, {FAILED} AS failed FROM digs d WHERE d.dropped_at IS NULL)
SELECT to_char(coalesce(d.agreed_at, d.made_at) AT TIME ZONE '{ZONE}', 'YYYY-MM') AS month, d.metres_saved, d.failed, d.works,
       d.agreed_at IS NOT NULL AS agreed, (SELECT array_agg(DISTINCT m.party) FROM dig_members m WHERE m.dig = d.id) AS parties
FROM stands d WHERE NOT EXISTS (
    SELECT FROM stands e WHERE e.match_ids && d.match_ids AND e.id <> d.id
    AND (coalesce(e.agreed_at, '-infinity'), NOT e.failed, e.id) > (coalesce(d.agreed_at, '-infinity'), NOT d.failed, d.id))
"""
Rows = Sequence[Mapping[str, Any]]


def scoreboard(
    engine: sa.Engine, party: str | None = None, first: date | None = None, last: date | None = None, mine: Whose | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Figures by month, by party and in all; ``party``: of what concerns that party; from the month of ``first`` to that of
    ``last``; ``mine``: of pairs and digs with one of these works, a company without the figures of others.

    ``rate``: agreed pairs of all pairs, None where there are none. ``metres_offered``: of joint digs that still stand,
    ``metres_failed``: of those that came to nothing, ``metres_saved``: of those that all have agreed to."""
    low, high = (f"{day:%Y-%m}" if day else None for day in (first, last))
    pairs, away, metres = (_theirs(_between(rows(engine, query), low, high), mine) for query in (_PAIRS, _AWAY, _METRES))
    of = _by_party(pairs, away, metres)
    if mine is not None and mine.parties is not None:
        away = [row for row in away if row["party"] in mine.parties]
        of = {name: some for name, some in of.items() if name in mine.parties}
    parties = sorted(of) if party is None else [party]
    if party is not None:
        pairs, away, metres = of.get(party, ([], [], []))
    months = sorted({row["month"] for some in (pairs, away, metres) for row in some})
    return {
        "months": [{"month": month, **_figures(*(_in(some, month) for some in (pairs, away, metres)))} for month in months],
        "parties": [{"party": name, **_figures(*of.get(name, ([], [], [])))} for name in parties],
        "total": _figures(pairs, away, metres),
    }


def _between(some: Rows, low: str | None, high: str | None) -> Rows:
    return [row for row in some if (low is None or row["month"] >= low) and (high is None or row["month"] <= high)]


def _theirs(some: Rows, mine: Whose | None) -> Rows:
    return some if mine is None else [row for row in some if mine.has(row["works"])]


def _in(some: Rows, month: str) -> Rows:
    return [row for row in some if row["month"] == month]


def _by_party(pairs: Rows, away: Rows, metres: Rows) -> dict[str, tuple[list[Any], list[Any], list[Any]]]:
    """What concerns each party; works whose party nobody states concern none."""
    out: dict[str, tuple[list[Any], list[Any], list[Any]]] = {}
    for k, some in enumerate((pairs, away, metres)):
        for row in some:
            named = {row["one"], row["two"]} if k == 0 else {row["party"]} if k == 1 else set(row["parties"])
            for name in named - {None}:
                out.setdefault(name, ([], [], []))[k].append(row)
    return out


def _figures(pairs: Rows, away: Rows, metres: Rows) -> dict[str, Any]:
    agreed = _count(row["agreed"] for row in pairs)
    return {
        "pairs": len(pairs),
        "planned": _count(row["planned"] for row in pairs),
        "agreed": agreed,
        "rate": round(agreed / len(pairs), 3) if pairs else None,
        "refusals": dict(Counter(row["reason"] or "other" for row in away if row["what"] == "declines")),
        "silent": _count(row["what"] in ("withdrawn", "escalated") for row in away),
        "repeats": _count(row["repeat"] for row in pairs),
        "metres_offered": round(sum(row["metres_saved"] for row in metres if not row["failed"]), 1),
        "metres_failed": round(sum(row["metres_saved"] for row in metres if row["failed"]), 1),
        "metres_saved": round(sum(row["metres_saved"] for row in metres if row["agreed"]), 1),
    }


def _count(which: Iterable[Any]) -> int:
    return sum(1 for one in which if one)
