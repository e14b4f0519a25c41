"""A delivery says in which of its columns a blank means "none": a file without the column said nothing."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("blank_is_none", ARRAY(sa.Text), nullable=False, server_default="{}"))
    # Of what was loaded before, only a date that stands there shows that the file had the column. The others say nothing
    # until they are loaded again: the same file is then a new delivery.
    op.execute(
        "UPDATE deliveries d SET blank_is_none = '{overhauled}' WHERE layer = 'roads'"
        " AND EXISTS (SELECT FROM roads r WHERE r.delivery_id = d.id AND r.overhauled IS NOT NULL)"
    )


def downgrade() -> None:
    op.drop_column("deliveries", "blank_is_none")
