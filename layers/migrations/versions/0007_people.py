"""People: companies, accounts, sessions, tokens, tries to sign in, and the audit that nobody can change."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

Column = sa.Column[Any]
_NEVER = """
CREATE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the audit is added to and never changed'; END $$
"""


def upgrade() -> None:
    op.create_table("companies", _id(), _text("name", unique=True), _when("created_at"))
    op.create_table(
        "people", _id(), _text("login", unique=True), _text("name"), _text("role"),
        sa.Column("company", sa.BigInteger, sa.ForeignKey("companies.id")), sa.Column("district", sa.Text), _text("password"),
        _when("password_at"), sa.Column("must_change", sa.Boolean, nullable=False, server_default=sa.true()),
        _when("disabled_at", now=False), _when("created_at"),
    )  # fmt: skip
    op.create_table(
        "sessions", _id(), _person(), _text("secret", unique=True), sa.Column("before", sa.Text, index=True), _when("turned_at"),
        _when("created_at"), _when("seen_at"), _when("ended_at", now=False), _text("address"), _text("agent"),
    )  # fmt: skip
    op.create_table(
        "tokens", _id(), _person(), _text("name"), _text("secret", unique=True),
        sa.Column("may", ARRAY(sa.Text), nullable=False), _when("created_at"),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False), _when("used_at", now=False),
        _when("revoked_at", now=False),
    )  # fmt: skip
    op.create_table("sign_in_tries", _id(), _text("key"), _when("at"))
    op.create_index("sign_in_tries_key_at", "sign_in_tries", ["key", "at"])
    op.create_table(
        "audit", sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False), _text("actor"), _text("address"), _text("action"),
        _text("subject"), sa.Column("before", JSONB), sa.Column("after", JSONB), _text("previous"), _text("hash", unique=True),
    )  # fmt: skip
    op.execute(_NEVER)
    op.execute(
        "CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit"
        " FOR EACH STATEMENT EXECUTE FUNCTION audit_stays()"
    )


def downgrade() -> None:
    for table in ("audit", "sign_in_tries", "tokens", "sessions", "people", "companies"):
        op.drop_table(table)
    op.execute("DROP FUNCTION audit_stays()")


def _id() -> Column:
    return sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True)


def _text(name: str, unique: bool = False) -> Column:
    return sa.Column(name, sa.Text, nullable=False, unique=unique)


def _when(name: str, now: bool = True) -> Column:
    given: dict[str, Any] = {"nullable": False, "server_default": sa.func.now()} if now else {}
    return sa.Column(name, sa.DateTime(timezone=True), **given)


def _person() -> Column:
    return sa.Column("person", sa.BigInteger, sa.ForeignKey("people.id"), nullable=False, index=True)
