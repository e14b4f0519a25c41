"""What could not be read stays unknown: routes name such fields, and a ledger row may name no road.

Routes that were loaded before say nothing of it: their file, loaded again, is a new delivery.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("routes", sa.Column("unclear", ARRAY(sa.Text)))
    op.alter_column("road_ledger", "road_id", nullable=True)


def downgrade() -> None:
    op.execute("DELETE FROM road_ledger WHERE road_id IS NULL")
    op.alter_column("road_ledger", "road_id", nullable=False)
    op.drop_column("routes", "unclear")
