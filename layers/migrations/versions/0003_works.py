"""Routes say what planning asks: the kind of work, whether its dates are firm, how long it takes, how far it may move."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_COLUMNS = {"kind": sa.Text, "firm": sa.Text, "duration_days": sa.Double, "shift_days": sa.Double, "ready": sa.Date}


def upgrade() -> None:
    for name, kind in _COLUMNS.items():
        op.add_column("routes", sa.Column(name, kind))


def downgrade() -> None:
    for name in reversed(_COLUMNS):
        op.drop_column("routes", name)
