"""A decision of an authority that has no desk here is entered with the number and the day of its paper."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("proposal_decisions", sa.Column("paper", sa.Text, nullable=False, server_default=""))
    op.add_column("proposal_decisions", sa.Column("paper_on", sa.Date))


def downgrade() -> None:
    op.drop_column("proposal_decisions", "paper_on")
    op.drop_column("proposal_decisions", "paper")
