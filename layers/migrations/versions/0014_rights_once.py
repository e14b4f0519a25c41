"""Rights over works are asked once a query, not once a row."""

from alembic import op

from layers.rights.locks import lock, unlock

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    unlock(op.get_bind())
    lock(op.get_bind())


def downgrade() -> None:
    """The functions answer the same as before; there is nothing to take back."""
