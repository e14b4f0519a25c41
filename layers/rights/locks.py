"""The two locks on what is not everybody's, kept by PostgreSQL itself.

First lock: barrier views (:data:`VIEWS`), of pipes one for each detail at which they are opened. Second lock: row security on
the tables under them, for every role but their owner; visitors are read for in the role of :mod:`layers.rights.reader`,
who may ask these tables and no others. Who asks stands in settings of the transaction
(``waixian.…``), never in a query. Both ask the same functions, each once a query.

Changing the type of a column that a view shows takes the view away first: :func:`unlock`, then :func:`lock` again.
"""

import sqlalchemy as sa

from layers.postgres import READER

# What the reader may ask: nothing of accounts, sessions, tokens, invitations or the audit.
ASKED = (
    "cities", "deliveries", "roads", "road_ledger", "road_surfaces", "highways", "green", "trees", "heritage", "planning",
    "districts", "events", "pipes", "pipe_points", "pipe_squares", "routes", "spans", "verdicts", "works", "matches",
    "match_parts", "match_runs",
)  # fmt: skip
# the view and what it shows: visitors' questions ask the view
VIEWS = {
    "pipes_full": "pipes", "pipe_points_full": "pipe_points", "pipes_squares": "pipe_squares", "routes_seen": "routes",
    "works_seen": "works", "matches_seen": "matches",
}  # fmt: skip


def _set(name: str) -> str:
    return f"(SELECT coalesce(current_setting('waixian.{name}', true), ''))"


def _many(function: str, kind: str = "text") -> str:
    """An array that is asked for once a query; the cast keeps ANY from taking it for rows."""
    return f"ANY ((SELECT {function})::{kind}[])"


_ME = "coalesce(nullif(current_setting('waixian.{}', true), ''), '0')::bigint"
_FUNCTIONS = {
    # names under which the owners appear who open their pipes at this detail to the one who asks
    "waixian_opened(wanted text) RETURNS text[]": f"""
        SELECT coalesce(array_agg(n), '{{}}') FROM companies c
        LEFT JOIN pipe_openings o ON o.company = c.id AND o.audience = current_setting('waixian.audience', true)
        CROSS JOIN LATERAL unnest(c.name || c.known_as) n
        WHERE CASE WHEN c.id = {_ME.format("company")} THEN 'full' ELSE coalesce(o.detail, 'nothing') END = wanted""",
    # deliveries of pipes and of their points of these owners: a row without an owner is its delivery's
    "waixian_opened_deliveries(wanted text) RETURNS bigint[]": """
        SELECT coalesce(array_agg(id), '{}') FROM deliveries
        WHERE layer IN ('pipes', 'pipe_points') AND owner = ANY ((SELECT waixian_opened(wanted))::text[])""",
    # names of one's own company
    "waixian_names() RETURNS text[]": f"""
        SELECT coalesce(array_agg(n), '{{}}') FROM companies c, unnest(c.name || c.known_as) n
        WHERE current_setting('waixian.reach', true) = 'company' AND c.id = {_ME.format("company")}""",
    # routes of one's own proposals
    "waixian_routes() RETURNS bigint[]": f"""
        SELECT coalesce(array_agg(v.route), '{{}}') FROM proposal_versions v JOIN proposals p ON p.id = v.proposal
        WHERE v.route IS NOT NULL AND CASE current_setting('waixian.reach', true)
        WHEN 'company' THEN p.company = {_ME.format("company")} WHEN 'self' THEN p.author = {_ME.format("person")}
        ELSE false END""",
    # the district of the one who asks; NULL where nobody drew it
    "waixian_area() RETURNS geometry": """
        SELECT ST_Union(geometry) FROM districts
        WHERE replaced_by IS NULL AND name = nullif(current_setting('waixian.district', true), '')""",
    # works in the district of the one who asks
    "waixian_inside() RETURNS text[]": """
        SELECT coalesce(array_agg(work_id), '{}') FROM works WHERE ST_Intersects(geometry, (SELECT waixian_area()))""",
    # one's own works, and those that share a stretch with them
    "waixian_own_works() RETURNS text[]": f"""
        SELECT coalesce(array_agg(work_id), '{{}}') FROM works
        WHERE party = {_many("waixian_names()")} OR route = {_many("waixian_routes()", "bigint")}""",
    "waixian_works() RETURNS text[]": f"""
        SELECT coalesce(array_agg(DISTINCT w), '{{}}') FROM (SELECT unnest(waixian_own_works()) AS w UNION
        SELECT unnest(ARRAY[a, b]) FROM matches WHERE valid_to IS NULL
        AND (a = {_many("waixian_own_works()")} OR b = {_many("waixian_own_works()")})) all_of_them""",
}
_KEEPER = f"{_set('keeper')} = 'on'"
_OPEN, _OPEN_DELIVERIES = _many("waixian_opened('full')"), _many("waixian_opened_deliveries('full')", "bigint")
_FULL = f"({_KEEPER} OR owner = {_OPEN} OR (owner IS NULL AND delivery_id = {_OPEN_DELIVERIES}))"
_ROUGHLY = _many("waixian_opened('squares')")
_IN_SQUARES = f"({_KEEPER} OR holder = {_ROUGHLY})"


def _reach(inside: str, own: str) -> str:
    """By how far somebody sees: all, what lies in their district, or what is theirs."""
    reach = _set("reach")
    return f"CASE {reach} WHEN 'city' THEN true WHEN 'district' THEN {inside} WHEN '' THEN false ELSE {own} END"


_INSIDE = "ST_Intersects(geometry, (SELECT waixian_area()))"
_BOTH, _THERE = _many("waixian_own_works()"), _many("waixian_inside()")
_POLICIES = {
    "pipes": _FULL,
    "pipe_points": _FULL,
    "pipe_squares": _IN_SQUARES,
    "routes": _reach(_INSIDE, f"(applicant = {_many('waixian_names()')} OR id = {_many('waixian_routes()', 'bigint')})"),
    "works": _reach(_INSIDE, f"work_id = {_many('waixian_works()')}"),
    "matches": _reach(f"(a = {_THERE} AND b = {_THERE})", f"(a = {_BOTH} OR b = {_BOTH})"),
}


def lock(connection: sa.Connection) -> None:
    """Functions, views, row security; and the reader's rights, where there is a reader (:func:`grant`).

    Of the tables those that are there: an older form of the database has fewer.
    """
    there = _tables(connection)
    for head, body in _FUNCTIONS.items():
        made = f"CREATE OR REPLACE FUNCTION {head} LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT"
        _run(connection, f"{made} AS $${body}$$")
    for view, table in ((view, table) for view, table in VIEWS.items() if table in there):
        condition = _POLICIES[table]
        barrier = f"CREATE VIEW {view} WITH (security_barrier = true, security_invoker = true)"
        _run(connection, f"{barrier} AS SELECT * FROM {table} WHERE {condition}")
        _run(connection, f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        _run(connection, f"CREATE POLICY {table}_seen ON {table} FOR SELECT USING ({condition})")
    grant(connection)


def unlock(connection: sa.Connection) -> None:
    """Take it all away again. The tables are closed to everybody but their owner meanwhile."""
    there = _tables(connection)
    for view, table in ((view, table) for view, table in VIEWS.items() if table in there):
        _run(connection, f"DROP VIEW IF EXISTS {view}")
        _run(connection, f"DROP POLICY IF EXISTS {table}_seen ON {table}")
    for head in reversed(_FUNCTIONS):
        name, _, rest = head.partition("(")
        _run(connection, f"DROP FUNCTION IF EXISTS {name}({'text' if rest.startswith('wanted') else ''})")


def grant(connection: sa.Connection) -> None:
    """What the reader may ask, where the role is there and the tables are locked."""
    role = "SELECT count(*) FROM pg_roles WHERE rolname = :role"
    views = "SELECT count(*) FROM pg_views WHERE viewname = 'pipes_full'"
    if connection.scalar(sa.text(f"SELECT ({role}) * ({views})"), {"role": READER}):
        there = _tables(connection)
        asked = [*(table for table in ASKED if table in there), *(view for view, table in VIEWS.items() if table in there)]
        _run(connection, f"GRANT SELECT ON {', '.join(asked)} TO {READER}")


def _tables(connection: sa.Connection) -> frozenset[str]:
    return frozenset(sa.inspect(connection).get_table_names())


def _run(connection: sa.Connection, statement: str) -> None:
    connection.exec_driver_sql(statement)
