"""Digging once: works, matches with their history, plans, digs, invitations with their log, quiet plans."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from layers.migrations import work_srid

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

Column = sa.Column[Any]
_TABLES = (
    "dig_events", "invitations", "dig_members", "digs", "plans", "quiet_overlaps", "quiet_plans", "match_parts", "matches",
    "match_runs", "works",
)  # fmt: skip
_NEVER = """
CREATE FUNCTION dig_events_stay() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the log of a dig is added to and never changed'; END $$
"""


def upgrade() -> None:
    _works()
    _matches()
    _plans()
    _invitations()
    _quiet_plans()


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)
    op.execute("DROP FUNCTION dig_events_stay()")


def _some(names: str, kind: Any, nullable: bool = True) -> list[Column]:
    return [sa.Column(name, kind, nullable=nullable) for name in names.split()]


def _texts(names: str, nullable: bool = True) -> list[Column]:
    return _some(names, sa.Text, nullable)


def _numbers(names: str) -> list[Column]:
    return _some(names, sa.Double)


def _id() -> Column:
    return sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True)


def _uuid(name: str, **more: Any) -> Column:
    return sa.Column(name, UUID(as_uuid=False), **more)


def _time(name: str, now: str | None = None) -> Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=now is None, server_default=sa.text(now) if now else None)


def _to(name: str, table: str, column: str = "id", nullable: bool = False, **more: Any) -> Column:
    """A column that names a row of another table."""
    kind = {"plans": UUID(as_uuid=False), "works": sa.Text()}.get(table, sa.BigInteger())
    return sa.Column(name, kind, sa.ForeignKey(f"{table}.{column}", **more), nullable=nullable)


def _plane() -> Column:
    return sa.Column("geometry", Geometry("GEOMETRY", srid=work_srid(op.get_bind()) or -1, spatial_index=False), nullable=False)


def _index(table: str, name: str, *columns: str, where: str | None = None, **more: Any) -> None:
    op.create_index(f"{table}_{name}", table, columns, postgresql_where=sa.text(where) if where else None, **more)


def _works() -> None:
    op.create_table(
        "works",
        sa.Column("work_id", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        sa.Column("route", sa.BigInteger),
        *_texts("kind", nullable=False),
        *_texts("party project utility"),
        *_some("start end", sa.Date),
        sa.Column("firm", sa.Boolean, nullable=False),
        *_numbers("duration_days shift_days"),
        sa.Column("ready", sa.Date),
        *_numbers("diameter_mm depth_m trench_width_m length_m voltage_kv pressure_mpa"),
        *_texts("burial"),
        sa.Column("owed", ARRAY(sa.Text), nullable=False),
        sa.Column("accepted", sa.Date),
        *_texts("digest", nullable=False),
        _time("changed_at", "now()"),
        _time("gone_at"),
        _plane(),
    )
    _index("works", "geometry_present", "geometry", where="gone_at IS NULL", postgresql_using="gist")
    _index("works", "party_present", "party", where="gone_at IS NULL")


def _matches() -> None:
    op.create_table(
        "match_runs",
        _id(),
        _time("at", "now()"),
        *_texts("scope pack ground", nullable=False),
        *_some("settings left_out", JSONB, nullable=False),
        *_some("works changed opened closed", sa.Integer, nullable=False),
    )
    op.create_table(
        "matches",
        _id(),
        *_texts("match_id kind status pack digest", nullable=False),
        *_some("version stretches", sa.Integer, nullable=False),
        _to("a", "works", "work_id"),
        _to("b", "works", "work_id"),
        *_numbers("shared_m"),
        sa.Column("days_in_common", sa.Integer),
        *_some("first_common last_common note_day", sa.Date),
        sa.Column("same_party", sa.Boolean),
        sa.Column("road_names", ARRAY(sa.Text), nullable=False),
        *_texts("note ended"),
        sa.Column("change", JSONB, nullable=False),
        _to("run", "match_runs"),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        _time("valid_to"),
        sa.UniqueConstraint("match_id", "version"),
    )
    valid = "valid_to IS NULL"
    _index("matches", "match_id_valid", "match_id", where=valid, unique=True)
    _index("matches", "a_valid", "a", where=valid)
    _index("matches", "b_valid", "b", where=valid)
    _index("matches", "valid_from", "valid_from")
    op.create_table(
        "match_parts",
        _id(),
        _to("match", "matches"),
        *_some("at chain", sa.Integer, nullable=False),
        sa.Column("valid", sa.Boolean, nullable=False),
        *_texts("kind", nullable=False),
        *_texts("road_id road_name side_a side_b pavement"),
        *_numbers("shared_m from_m to_m gap_m a_from_m a_to_m b_from_m b_to_m"),
        _plane(),
        sa.UniqueConstraint("match", "at"),
    )
    _index("match_parts", "geometry_valid", "geometry", where="valid", postgresql_using="gist")


def _plans() -> None:
    op.create_table(
        "plans",
        _uuid("id", primary_key=True, server_default=sa.text("gen_random_uuid()")),
        *_texts("state created_by pack", nullable=False),
        _uuid("job"),
        _time("created_at", "now()"),
        sa.Column("on", sa.Date, nullable=False),
        *_some("scope settings", JSONB, nullable=False),
        *_some("case made error", JSONB),
        sa.Column("moves", JSONB, nullable=False, server_default="{}"),
        sa.Column("revision", sa.Integer, nullable=False, server_default="1"),
        sa.Column("stale", sa.Boolean, nullable=False, server_default=sa.false()),
    )
    op.create_table(
        "digs",
        _id(),
        _to("plan", "plans"),
        *_texts("label terms", nullable=False),
        sa.Column("revision", sa.Integer, nullable=False, server_default="1"),
        *_some("start end", sa.Date, nullable=False),
        *_some("works match_ids", ARRAY(sa.Text), nullable=False),
        sa.Column("metres_saved", sa.Double, nullable=False),
        sa.Column("shown", JSONB, nullable=False),
        _time("made_at", "now()"),
        _time("changed_at", "now()"),
        _time("agreed_at"),
        _time("dropped_at"),
        sa.UniqueConstraint("plan", "label"),
    )
    op.create_table(
        "dig_members",
        _to("dig", "digs"),
        _to("work_id", "works", "work_id"),
        *_texts("party"),
        *_texts("role", nullable=False),
        sa.Column("order", sa.Integer, nullable=False),
        *_some("start end", sa.Date, nullable=False),
        sa.PrimaryKeyConstraint("dig", "work_id"),
    )
    _index("dig_members", "work_id", "work_id")


def _invitations() -> None:
    op.create_table(
        "invitations",
        _id(),
        _to("dig", "digs"),
        *_texts("party state", nullable=False),
        sa.Column("token_hash", sa.Text, nullable=False, unique=True),
        sa.Column("round", sa.Integer, nullable=False, server_default="1"),
        _time("sent_at", "now()"),
        _time("seen_at"),
        _time("answered_at"),
        sa.Column("deadline", sa.Date, nullable=False),
        sa.Column("deadline_provisional", sa.Boolean, nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        *_texts("why reason_code reason answered_by"),
        *_some("start end", sa.Date),
        sa.UniqueConstraint("dig", "party"),
    )
    _index("invitations", "waiting", "deadline", where="state IN ('asked', 'seen')")
    op.create_table(
        "dig_events",
        _id(),
        _time("at", "clock_timestamp()"),
        *_texts("actor what", nullable=False),
        _to("dig", "digs"),
        _to("invitation", "invitations", nullable=True),
        *_texts("party"),
        sa.Column("round", sa.Integer),
        sa.Column("detail", JSONB, nullable=False, server_default="{}"),
    )
    _index("dig_events", "dig", "dig")
    op.execute(_NEVER)
    op.execute(
        "CREATE TRIGGER dig_events_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON dig_events EXECUTE FUNCTION dig_events_stay()"
    )


def _quiet_plans() -> None:
    op.create_table(
        "quiet_plans",
        _id(),
        sa.Column("token_hash", sa.Text, nullable=False, unique=True),
        *_texts("party note contact", nullable=False),
        *_some("start end", sa.Date, nullable=False),
        *_texts("utility"),
        _time("created_at", "now()"),
        _plane(),
    )
    _index("quiet_plans", "geometry", "geometry", postgresql_using="gist")
    op.create_table(
        "quiet_overlaps",
        _uuid("id", primary_key=True, server_default=sa.text("gen_random_uuid()")),
        _to("quiet", "quiet_plans", ondelete="CASCADE"),
        _to("other", "quiet_plans", nullable=True, ondelete="CASCADE"),
        _to("work_id", "works", "work_id", nullable=True),
        _time("opened_at"),
        _time("other_opened_at"),
        sa.CheckConstraint("(other IS NULL) <> (work_id IS NULL)", name=op.f("quiet_overlaps_one_of_both")),
        sa.CheckConstraint("other IS NULL OR quiet < other", name=op.f("quiet_overlaps_once")),
        sa.UniqueConstraint("quiet", "other"),
        sa.UniqueConstraint("quiet", "work_id"),
    )
    _index("quiet_overlaps", "work_id", "work_id")
