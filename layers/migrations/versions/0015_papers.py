"""What an authority or an owner without a desk here decided or signed is entered with the number and the day of its paper."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TABLES = ("proposal_decisions", "owner_sheets")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("paper", sa.Text, nullable=False, server_default=""))
        op.add_column(table, sa.Column("paper_on", sa.Date))


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "paper_on")
        op.drop_column(table, "paper")
