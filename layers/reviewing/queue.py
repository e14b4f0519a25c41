"""The queue of the review: proposals on their way and stored lines that have none yet, as one list, with counts for its filters.

Nothing is judged here and no verdict object is opened: rows come from the columns of the current verdicts.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal, get_args

import sqlalchemy as sa

from layers.cities import city_settings
from layers.people.offices import offices
from layers.reviewing.districts import place_routes
from layers.reviewing.seats import SIGNATURE, items_of, joint_signatures, signatures_of
from layers.rights.scope import Scope
from layers.route_store import BOX, like, with_boxes
from layers.rows import rows

Deadline = Literal["overdue", "soon", "later", "none"]
Sort = Literal["due", "newest", "oldest", "longest", "shortest", "number"]
DEADLINES: tuple[Deadline, ...] = get_args(Deadline)
SORTS: Mapping[Sort, str] = {
    "due": "due NULLS LAST, since, route", "newest": "since DESC, route DESC", "oldest": "since, route",
    "longest": "length_m DESC, route", "shortest": "length_m, route", "number": "number, route",
}  # fmt: skip
OPEN = ("submitted", "under_review")
SHOWN = (*OPEN, "decided")
UNPLACED = "-"
"""As a district: lines that no known district holds."""


@dataclass(frozen=True)
class Wish:
    """What is asked of the queue. An empty filter asks for all; ``state`` empty: what is still to be decided. ``authority``: a
    role that owes a decision; ``soon_days``: how near a day of decision is soon; ``slicing``: rules that suspect slices of a
    larger work; ``routes``: only these stored routes."""

    on: date
    district: Sequence[str] = ()
    authority: Sequence[str] = ()
    outcome: Sequence[str] = ()
    state: Sequence[str] = ()
    deadline: Sequence[str] = ()
    at_limit: bool = False
    undetermined: bool = False
    sliced: bool = False
    q: str = ""
    soon_days: int = 3
    slicing: Sequence[str] = ()
    routes: Sequence[int] | None = None
    sort: Sort = "due"
    limit: int = 60
    offset: int = 0


# The items of a verdict that await somebody: permits that are owed, and the filing of a line that owes none; while nobody knows
# the outcome there is no filing yet.
ITEMS = (
    "CASE WHEN v.outcome = 'exempt' OR (cardinality(v.owed) = 0 AND v.outcome <> 'undetermined')"
    " THEN v.owed || '{exempt}'::text[] ELSE v.owed END"
)
# what must be signed for them: an item that several authorities decide stands once for each
SIGNATURES = (
    f"ARRAY(SELECT t FROM unnest({ITEMS}) WITH ORDINALITY i (item, n), LATERAL (SELECT jsonb_array_elements_text("
    "coalesce(CAST(:joint AS jsonb) -> i.item, jsonb_build_array(i.item))) AS t) each ORDER BY n)"
)
# a line of a file keeps the number and the day by which its office knows it
OF_FILE = "(p.id IS NULL OR (p.author IS NULL AND p.company IS NULL))"
NUMBER = f"CASE WHEN {OF_FILE} THEN r.route_id ELSE p.number END"
SINCE = f"CASE WHEN {OF_FILE} THEN l.loaded_at ELSE p.submitted_at END"
DISTRICTS = "coalesce(nullif(p.districts, '{}'), k.districts, '{}')"
SEEN = f"""
CASE :reach WHEN 'city' THEN true WHEN 'district' THEN :district = ANY({DISTRICTS})
     WHEN 'company' THEN coalesce(p.company = :company, r.applicant = (SELECT name FROM companies WHERE id = :company), false)
     ELSE coalesce(p.author = :person, false) END
"""
FROM = """
FROM verdicts v JOIN routes r ON r.id = v.route JOIN deliveries l ON l.id = r.delivery_id
LEFT JOIN proposals p ON p.route = r.id LEFT JOIN companies c ON c.id = p.company LEFT JOIN route_districts k ON k.route = r.id
"""
HERE = "v.current AND (p.id IS NULL AND r.replaced_by IS NULL OR p.state = ANY(CAST(:shown AS text[])))"

_LISTED = f"""
WITH done AS MATERIALIZED (SELECT verdict, array_agg({SIGNATURE}) AS given FROM proposal_decisions GROUP BY verdict),
listed AS MATERIALIZED (
    SELECT r.id AS route, v.id AS verdict, p.id AS proposal, {NUMBER} AS number, coalesce(p.title, r.project) AS title,
        coalesce(c.name, r.applicant) AS applicant, r.utility,
        coalesce(p.state, 'submitted') AS state, p.version, p.revision, {SINCE} AS since, p.due,
        p.decision, {DISTRICTS} AS districts, v.outcome, v.conditions, v.certainty, v.immediate, v.length_m, v.owed,
        v.at_limit, v.outcome = 'undetermined' OR cardinality(v.missing) > 0 AS undetermined,
        v.reasons && CAST(:slicing AS text[]) AS sliced,
        CASE WHEN done.given IS NULL THEN {SIGNATURES}
             ELSE ARRAY(SELECT unnest({SIGNATURES}) EXCEPT SELECT unnest(done.given)) END AS waiting
    {FROM} LEFT JOIN done ON done.verdict = v.id
    WHERE {HERE} AND {SEEN} AND (CAST(:routes AS bigint[]) IS NULL OR r.id = ANY(CAST(:routes AS bigint[])))
      AND (:q = '' OR concat_ws(' ', p.number, p.title, r.route_id, r.project, r.project_code, r.applicant, c.name) ILIKE :like)
),
timed AS MATERIALIZED (
    SELECT *, CASE WHEN due IS NULL OR state = 'decided' THEN 'none' WHEN due < :on THEN 'overdue'
                   WHEN due <= :soon THEN 'soon' ELSE 'later' END AS deadline,
        CASE WHEN state = 'decided' THEN '{{}}' ELSE waiting END AS owing FROM listed
),
asked AS MATERIALIZED (
    SELECT *, (cardinality(CAST(:districts AS text[])) = 0 OR districts && CAST(:districts AS text[])
            OR (districts = '{{}}' AND '{UNPLACED}' = ANY(CAST(:districts AS text[])))) AS in_district,
        (cardinality(CAST(:items AS text[])) = 0 AND NOT :by_role OR owing && CAST(:items AS text[])) AS in_authority,
        (cardinality(CAST(:outcomes AS text[])) = 0 OR outcome = ANY(CAST(:outcomes AS text[]))) AS in_outcome,
        state = ANY(CAST(:states AS text[])) AS in_state,
        (cardinality(CAST(:deadlines AS text[])) = 0 OR deadline = ANY(CAST(:deadlines AS text[]))) AS in_deadline,
        (NOT :at_limit OR coalesce(at_limit, false)) AS in_limit,
        (NOT :undetermined OR undetermined) AS in_undetermined,
        (NOT :sliced OR sliced) AS in_sliced FROM timed
),
missed AS MATERIALIZED (
    SELECT *, (NOT in_district)::int + (NOT in_authority)::int + (NOT in_outcome)::int + (NOT in_state)::int
        + (NOT in_deadline)::int + (NOT in_limit)::int + (NOT in_undetermined)::int + (NOT in_sliced)::int AS misses FROM asked
)
"""
# each filter is counted as if it alone were not asked: what one would get by choosing otherwise
_COUNTS = f"""
SELECT 'total' AS facet, '' AS value, count(*) AS n FROM missed WHERE misses = 0
UNION ALL SELECT 'district', d, count(*) FROM missed,
    unnest(CASE WHEN districts = '{{}}' THEN ARRAY['{UNPLACED}'] ELSE districts END) d
    WHERE misses = (NOT in_district)::int GROUP BY 2
UNION ALL SELECT 'authority', a.role, count(*) FROM missed
    JOIN (SELECT key AS role, ARRAY(SELECT jsonb_array_elements_text(value)) AS items FROM jsonb_each(CAST(:roles AS jsonb))) a
    ON owing && a.items WHERE misses = (NOT in_authority)::int GROUP BY 2
UNION ALL SELECT 'outcome', outcome, count(*) FROM missed WHERE misses = (NOT in_outcome)::int GROUP BY 2
UNION ALL SELECT 'state', state, count(*) FROM missed WHERE misses = (NOT in_state)::int GROUP BY 2
UNION ALL SELECT 'deadline', deadline, count(*) FROM missed WHERE misses = (NOT in_deadline)::int GROUP BY 2
UNION ALL SELECT 'at_limit', '', count(*) FROM missed WHERE misses = (NOT in_limit)::int AND at_limit
UNION ALL SELECT 'undetermined', '', count(*) FROM missed WHERE misses = (NOT in_undetermined)::int AND undetermined
UNION ALL SELECT 'sliced', '', count(*) FROM missed WHERE misses = (NOT in_sliced)::int AND sliced
"""
_KEPT = (
    "route", "proposal", "number", "title", "applicant", "utility", "state", "version", "revision", "since", "due", "deadline",
    "decision", "districts", "outcome", "conditions", "certainty", "immediate", "length_m", "owed", "owing", "at_limit",
    "undetermined", "sliced",
)  # fmt: skip


def queue(engine: sa.Engine, scope: Scope, wish: Wish) -> dict[str, Any]:
    """A page of the queue: ``total``, ``counts`` by filter, ``items`` in a fixed order, each with its bounding box in degrees."""
    place_routes(engine)
    given = _given(scope, wish)
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        counted = rows(connection, f"{_LISTED} {_COUNTS}", **given)
        columns = ", ".join(f"m.{name}" for name in _KEPT)
        page = (
            f"{_LISTED} SELECT {columns}, {BOX} FROM (SELECT * FROM missed WHERE misses = 0 ORDER BY {SORTS[wish.sort]}"
            f" LIMIT :limit OFFSET :offset) m JOIN routes t ON t.id = m.route ORDER BY {_of_page(wish.sort)}"
        )
        items = with_boxes(rows(connection, page, **given), city_settings(connection))
    for one in items:
        waiting = items_of(one["owing"])
        one["owing"] = [item for item in dict.fromkeys([*one["owed"], *waiting]) if item in waiting]
    counts: dict[str, Any] = {}
    for one in counted:
        if one["facet"] in ("total", "at_limit", "undetermined", "sliced"):
            counts[one["facet"]] = one["n"]
        else:
            counts.setdefault(one["facet"], {})[one["value"]] = one["n"]
    total = counts.pop("total")
    empty: dict[str, Any] = {name: {} for name in ("district", "authority", "outcome", "state", "deadline")}
    return {"total": total, "counts": {**empty, **counts}, "items": items}


def _of_page(sort: Sort) -> str:
    return ", ".join(f"m.{each.strip()}" for each in SORTS[sort].split(","))


def _given(scope: Scope, wish: Wish) -> dict[str, Any]:
    signs = {name: signatures_of(name) for name, role in offices().roles.items() if role.decides}
    mine = sorted({one for role in wish.authority for one in signs.get(role, [])})
    return {
        **reach_of(scope), "slicing": list(wish.slicing), "routes": None if wish.routes is None else list(wish.routes),
        "q": wish.q, "like": like(wish.q), "on": wish.on, "soon": wish.on + timedelta(days=wish.soon_days),
        "districts": list(wish.district), "items": mine, "by_role": bool(wish.authority), "outcomes": list(wish.outcome),
        "states": list(wish.state or OPEN), "deadlines": list(wish.deadline), "at_limit": wish.at_limit,
        "undetermined": wish.undetermined, "sliced": wish.sliced, "roles": json.dumps(signs),
        "joint": json.dumps(joint_signatures()), "limit": wish.limit, "offset": wish.offset,
    }  # fmt: skip


def reach_of(scope: Scope) -> dict[str, Any]:
    """What :data:`SEEN` and :data:`HERE` are asked with."""
    return {
        "reach": scope.reach, "district": scope.district, "company": scope.company, "person": scope.person, "shown": list(SHOWN),
    }  # fmt: skip
