"""What could not be read stays unknown in the ground too: every row names such fields.

Rows that were loaded before say nothing of it: their file, loaded again, is a new delivery.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = (
    "roads", "road_ledger", "road_surfaces", "highways", "green", "trees", "heritage", "pipes", "planning", "districts",
    "events", "spans",
)  # fmt: skip


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("unclear", ARRAY(sa.Text)))


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "unclear")
