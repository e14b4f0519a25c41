"""Single sign-on: whom a provider means by its subjects, browsers on their way; and whose a job is."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("sso_issuer", "sso_subject"):
        op.add_column("people", sa.Column(name, sa.Text))
    op.create_unique_constraint("people_sso_issuer_sso_subject_key", "people", ["sso_issuer", "sso_subject"])
    op.add_column("sessions", sa.Column("sso", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_table(
        "sso_tries", sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("state", sa.Text, nullable=False, unique=True), sa.Column("browser", sa.Text, nullable=False),
        sa.Column("nonce", sa.Text, nullable=False), sa.Column("verifier", sa.Text, nullable=False),
        sa.Column("next", sa.Text, nullable=False), sa.Column("address", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    )  # fmt: skip
    op.create_index("sso_tries_at", "sso_tries", ["at"])
    for name, table in (("person", "people"), ("company", "companies")):
        op.add_column("jobs", sa.Column(name, sa.BigInteger, sa.ForeignKey(f"{table}.id")))
        op.create_index(f"jobs_{name}", "jobs", [name])


def downgrade() -> None:
    for name in ("person", "company"):
        op.drop_column("jobs", name)
    op.drop_table("sso_tries")
    op.drop_column("sessions", "sso")
    op.drop_constraint("people_sso_issuer_sso_subject_key", "people")
    for name in ("sso_issuer", "sso_subject"):
        op.drop_column("people", name)
