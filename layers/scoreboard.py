"""How well digging is coordinated: shared pairs, how many were planned and agreed, refusals, repeats, metres saved."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from layers.rows import rows

ZONE = "Asia/Shanghai"
# One row for each pair of different parties that shares a stretch, by the month in which it was first found.
_PAIRS = f"""
SELECT to_char(f.found AT TIME ZONE '{ZONE}', 'YYYY-MM') AS month, m.match_id, a.party AS one, b.party AS two,
       m.note = 'repeat' AS repeat,
       EXISTS (SELECT FROM digs d WHERE m.match_id = ANY(d.match_ids) AND d.dropped_at IS NULL) AS planned,
       EXISTS (SELECT FROM digs d WHERE m.match_id = ANY(d.match_ids) AND d.agreed_at IS NOT NULL) AS agreed
FROM matches m
JOIN (SELECT match_id, min(valid_from) AS found FROM matches GROUP BY 1) f ON f.match_id = m.match_id
JOIN works a ON a.work_id = m.a JOIN works b ON b.work_id = m.b
WHERE m.kind = 'shared' AND m.same_party IS NOT TRUE
  AND m.version = (SELECT max(version) FROM matches n WHERE n.match_id = m.match_id)
  AND a.kind IN ('route', 'permit') AND b.kind IN ('route', 'permit')
"""
# The last refusal or silence of each invitation and round, in the month in which it came.
_AWAY = f"""
SELECT DISTINCT ON (invitation, round) to_char(at AT TIME ZONE '{ZONE}', 'YYYY-MM') AS month, party, what,
       detail->>'reason_code' AS reason
FROM dig_events WHERE what IN ('joins', 'declines', 'counters', 'withdrawn', 'escalated') ORDER BY invitation, round, id DESC
"""
# Metres of a dig count once: where two plans have agreed digs on one match, those of the later.
_METRES = f"""
SELECT to_char(coalesce(d.agreed_at, d.made_at) AT TIME ZONE '{ZONE}', 'YYYY-MM') AS month, d.metres_saved,
       d.agreed_at IS NOT NULL AS agreed, (SELECT array_agg(DISTINCT m.party) FROM dig_members m WHERE m.dig = d.id) AS parties
FROM digs d WHERE d.dropped_at IS NULL AND NOT EXISTS (
    SELECT FROM digs e WHERE e.dropped_at IS NULL AND e.match_ids && d.match_ids AND e.id <> d.id
    AND (coalesce(e.agreed_at, '-infinity'), e.id) > (coalesce(d.agreed_at, '-infinity'), d.id))
"""
Rows = Sequence[Mapping[str, Any]]


def scoreboard(
    engine: sa.Engine, party: str | None = None, first: date | None = None, last: date | None = None
) -> dict[str, Any]:
    """Figures by month, by party and in all; ``party``: of what concerns that party; from the month of ``first`` to that of
    ``last``. ``rate``: agreed pairs of all pairs, None where there are none."""
    low, high = (f"{day:%Y-%m}" if day else None for day in (first, last))
    pairs, away, metres = (_between(rows(engine, query), low, high) for query in (_PAIRS, _AWAY, _METRES))
    parties = sorted({name for row in pairs for name in (row["one"], row["two"]) if name} | {row["party"] for row in away})
    if party is not None:
        pairs, away, metres = _of(party, pairs, away, metres)
        parties = [party]
    months = sorted({row["month"] for some in (pairs, away, metres) for row in some})
    return {
        "months": [{"month": month, **_figures(*(_in(some, month) for some in (pairs, away, metres)))} for month in months],
        "parties": [{"party": name, **_figures(*_of(name, pairs, away, metres))} for name in parties],
        "total": _figures(pairs, away, metres),
    }


def _between(some: Rows, low: str | None, high: str | None) -> Rows:
    return [row for row in some if (low is None or row["month"] >= low) and (high is None or row["month"] <= high)]


def _in(some: Rows, month: str) -> Rows:
    return [row for row in some if row["month"] == month]


def _of(party: str, pairs: Rows, away: Rows, metres: Rows) -> tuple[Rows, Rows, Rows]:
    return (
        [row for row in pairs if party in (row["one"], row["two"])],
        [row for row in away if row["party"] == party],
        [row for row in metres if party in row["parties"]],
    )


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
        "metres_offered": round(sum(row["metres_saved"] for row in metres), 1),
        "metres_saved": round(sum(row["metres_saved"] for row in metres if row["agreed"]), 1),
    }


def _count(which: Iterable[Any]) -> int:
    return sum(1 for one in which if one)
