"""Proposals with their versions, answers to findings, tasks for the owners of layers, owners' sheets, decisions, log."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from layers.migrations import work_srid

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

Column = sa.Column[Any]
_TABLES = (
    "proposal_events", "proposal_decisions", "owner_sheets", "data_tasks", "finding_answers", "proposal_versions", "proposals",
)  # fmt: skip
_NEVER = """
CREATE FUNCTION proposal_events_stay() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the log of a proposal is added to and never changed'; END $$
"""


def upgrade() -> None:
    op.create_table(
        "proposals", _id(), _text("number", unique=True), _text("title"), _of("companies", "company", nullable=True, index=True),
        _of("people", "author", nullable=True, index=True), _text("state", index=True), _int("version"),
        sa.Column("route", sa.BigInteger, unique=True),
        sa.Column("districts", ARRAY(sa.Text), nullable=False, server_default="{}"),
        _when("submitted_at", now=False), sa.Column("due", sa.Date), _when("decided_at", now=False), _maybe("decision"),
        _int("revision", server_default="1"), _when("created_at"), _when("changed_at"),
    )  # fmt: skip
    op.create_index("proposals_districts", "proposals", ["districts"], postgresql_using="gin")
    op.create_table(
        "proposal_versions", _id(), _of("proposals", "proposal"), _int("number"), _plane(), _json("properties"),
        sa.Column("length_m", sa.Double, nullable=False), _text("outcome"), _text("certainty"), _text("pack"),
        sa.Column("on", sa.Date, nullable=False), _json("verdict"), _json("pieces"), _text("note", server_default=""),
        _of("people", "saved_by", nullable=True), _when("saved_at"), _when("submitted_at", now=False),
        sa.Column("route", sa.BigInteger, index=True), sa.UniqueConstraint("proposal", "number"),
    )  # fmt: skip
    op.create_table(
        "finding_answers", _id(), _of("proposal_versions", "version"), _text("key"), _text("answer"),
        _text("reason", server_default=""), _of("people", "person"), _text("role"), _when("at"),
    )  # fmt: skip
    op.create_index("finding_answers_version_key", "finding_answers", ["version", "key"])
    op.create_table(
        "data_tasks", _id(), _text("kind"), _text("layer"), _text("owner"),
        _of("proposals", "proposal", nullable=True, index=True),
        _of("proposal_versions", "version", nullable=True), _text("key"), _json("question"), _plane(nullable=True),
        _of("people", "opened_by"), _when("opened_at"), _text("state", server_default="open"), _maybe("answer"),
        _of("people", "answered_by", nullable=True), _when("answered_at", now=False), sa.Column("delivery", sa.BigInteger),
    )  # fmt: skip
    op.create_index("data_tasks_open", "data_tasks", ["layer"], postgresql_where=sa.text("state = 'open'"))
    op.create_table(
        "owner_sheets", _id(), _of("proposal_versions", "version"), _text("owner"), _text("state", server_default="to_confirm"),
        _json("content"), sa.Column("corrected", JSONB), _maybe("signed_name"), _of("people", "signed_by", nullable=True),
        _when("signed_at", now=False), _maybe("digest"), _when("made_at"), sa.UniqueConstraint("version", "owner"),
    )  # fmt: skip
    op.create_table(
        "proposal_decisions", _id(), _of("proposal_versions", "version"), _text("item"), _text("decision"),
        _text("words", server_default=""), _of("people", "person"), _text("role"), _text("signed_name"), _when("at"),
        _text("digest"), sa.UniqueConstraint("version", "item"),
    )  # fmt: skip
    op.create_table(
        "proposal_events", _id(), _of("proposals", "proposal", index=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.clock_timestamp()),
        _of("people", "person", nullable=True), _text("what"), _json("detail", server_default="{}"),
    )  # fmt: skip
    op.execute(_NEVER)
    op.execute(
        "CREATE TRIGGER proposal_events_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON proposal_events"
        " FOR EACH STATEMENT EXECUTE FUNCTION proposal_events_stay()"
    )


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)
    op.execute("DROP FUNCTION proposal_events_stay()")


def _id() -> Column:
    return sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True)


def _text(name: str, **more: Any) -> Column:
    return sa.Column(name, sa.Text, nullable=False, **more)


def _maybe(name: str) -> Column:
    return sa.Column(name, sa.Text)


def _int(name: str, **more: Any) -> Column:
    return sa.Column(name, sa.Integer, nullable=False, **more)


def _json(name: str, **more: Any) -> Column:
    return sa.Column(name, JSONB, nullable=False, **more)


def _of(table: str, name: str, nullable: bool = False, index: bool = False) -> Column:
    return sa.Column(name, sa.BigInteger, sa.ForeignKey(f"{table}.id"), nullable=nullable, index=index)


def _when(name: str, now: bool = True) -> Column:
    given: dict[str, Any] = {"nullable": False, "server_default": sa.func.now()} if now else {}
    return sa.Column(name, sa.DateTime(timezone=True), **given)


def _plane(nullable: bool = False) -> Column:
    return sa.Column(
        "geometry", Geometry("GEOMETRY", srid=work_srid(op.get_bind()) or -1, spatial_index=False), nullable=nullable
    )
