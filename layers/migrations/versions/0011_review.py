"""The review: a verdict says whether it is at a limit, routes know their districts, a decision names its verdict."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_AT_LIMIT = "jsonb_path_exists({}verdict, '$.findings[*] ? (@.at_limit == true)')"


def upgrade() -> None:
    op.add_column("verdicts", sa.Column("at_limit", sa.Boolean))
    op.execute(f"UPDATE verdicts SET at_limit = {_AT_LIMIT.format('')} WHERE verdict IS NOT NULL")
    op.execute(
        "CREATE FUNCTION verdicts_at_limit() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN NEW.at_limit := {_AT_LIMIT.format('NEW.')}; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER verdicts_at_limit BEFORE INSERT OR UPDATE OF verdict ON verdicts"
        " FOR EACH ROW EXECUTE FUNCTION verdicts_at_limit()"
    )
    op.create_table(
        "route_districts",
        sa.Column("route", sa.BigInteger, sa.ForeignKey("routes.id"), primary_key=True, autoincrement=False),
        sa.Column("delivery", sa.BigInteger, nullable=False),
        sa.Column("districts", ARRAY(sa.Text), nullable=False),
    )
    op.create_index("route_districts_districts", "route_districts", ["districts"], postgresql_using="gin")
    op.add_column("proposal_decisions", sa.Column("verdict", sa.BigInteger, sa.ForeignKey("verdicts.id"), nullable=False))
    op.drop_constraint("proposal_decisions_version_item_key", "proposal_decisions")
    op.create_unique_constraint("proposal_decisions_verdict_item_key", "proposal_decisions", ["verdict", "item"])
    op.create_index("proposal_decisions_version", "proposal_decisions", ["version"])


def downgrade() -> None:
    op.drop_index("proposal_decisions_version", "proposal_decisions")
    op.drop_constraint("proposal_decisions_verdict_item_key", "proposal_decisions")
    op.create_unique_constraint("proposal_decisions_version_item_key", "proposal_decisions", ["version", "item"])
    op.drop_column("proposal_decisions", "verdict")
    op.drop_table("route_districts")
    op.execute("DROP TRIGGER verdicts_at_limit ON verdicts")
    op.execute("DROP FUNCTION verdicts_at_limit()")
    op.drop_column("verdicts", "at_limit")
