"""The role in which the public edge works: what links open, and no table of pipes, accounts' secrets or proposals.

The edge stands nearest to strangers. Should it ever be made to ask what it must not, the database itself has nothing to tell:
these lists are what it may touch, and what is not named is closed to it. What it does for guests and parties is the same code
as inside the house; only the role differs.
"""

import sqlalchemy as sa
from sqlalchemy.engine import make_url

from geo.errors import Unavailable
from layers.postgres import EDGE
from layers.rights.reader import attempt, is_member

GROUND = ("cities", "deliveries", "roads", "road_surfaces", "highways", "green", "districts", "rasters")
READS = (*GROUND, "companies", "plans", "dig_members", "match_parts", "survey_records", "spatial_ref_sys")
# A survey's room and a dig's answers are written by those who hold a link.
WRITES = (
    "surveys", "survey_files", "survey_links", "survey_offices", "survey_openings", "survey_participants",
    "survey_pauses", "survey_presence", "survey_replies", "survey_times", "digs", "invitations",
    "sign_in_tries",  # wrong PINs are counted with wrong passwords: both slow down the next try
)  # fmt: skip
# What is only ever added to: the journals, and the audit of what they did.
ADDS = ("survey_events", "dig_events", "audit")
# names of people, and nothing by which one could sign in as them
OF_PEOPLE = ("id", "login", "name", "role", "company", "district", "disabled_at")
NEVER = ("pipes", "pipe_points", "pipe_squares", "pipes_full", "pipe_points_full", "pipes_squares", "sessions", "tokens")


def make_edge(engine: sa.Engine) -> None:
    """The role of the edge with its rights, where we may make it; where we may not, its setting up is the operator's."""
    with engine.connect() as connection:
        member = is_member(connection, EDGE)
    if not member:
        attempt(engine, f"CREATE ROLE {EDGE} NOLOGIN", f"GRANT {EDGE} TO CURRENT_USER")
    with engine.begin() as connection:
        if connection.scalar(sa.text("SELECT count(*) FROM pg_roles WHERE rolname = :role"), {"role": EDGE}):
            _grant(connection)


def edge_address(engine: sa.Engine) -> str:
    """The address by which the edge reaches this database: in its role, or as who came where they read no pipes anyway.

    Raises Unavailable where neither holds, with the cure.
    """
    with engine.connect() as connection:
        sees = any(_may_read(connection, table) for table in NEVER)
        member = is_member(connection, EDGE)
    if sees and not member:
        raise Unavailable(
            why_zh="公网边界须以看不到管线的数据库角色运行：请数据库管理员执行 "
            f"CREATE ROLE {EDGE} NOLOGIN; GRANT {EDGE} TO <帐号>，再启动一次 serve",
            why_en=f"the public edge runs in a role that reads no pipes: have CREATE ROLE {EDGE} NOLOGIN; "
            f"GRANT {EDGE} TO <account> run, and start serve once more",
        )
    address = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    return in_role(address) if sees else address


def in_role(address: str) -> str:
    """A database's address, in the role of the edge: as a setting of the connection, so that it is what RESET goes back to."""
    return make_url(address).update_query_dict({"options": f"-crole={EDGE}"}).render_as_string(hide_password=False)


def _may_read(connection: sa.Connection, table: str) -> bool:
    query = "SELECT coalesce(has_table_privilege(to_regclass(:table)::oid, 'SELECT'), false)"
    return bool(connection.scalar(sa.text(query), {"table": table}))


def _grant(connection: sa.Connection) -> None:
    there = set(sa.inspect(connection).get_table_names())
    for statement in (
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {EDGE}",
        f"GRANT SELECT ON {_named(READS, there)} TO {EDGE}",
        f"GRANT SELECT, INSERT ON {_named(ADDS, there)} TO {EDGE}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {_named(WRITES, there)} TO {EDGE}",
        f"GRANT SELECT ({', '.join(OF_PEOPLE)}) ON people TO {EDGE}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {EDGE}",
    ):
        connection.exec_driver_sql(statement)


def _named(tables: tuple[str, ...], there: set[str]) -> str:
    return ", ".join(table for table in tables if table in there)
