"""An item that several authorities decide is signed once for each of them."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# of roads, as it was when this was written: a later change of the offices changes nothing that was signed before
_JOINT = "item IN ('road_excavation', 'road_occupation')"


def upgrade() -> None:
    op.add_column("proposal_decisions", sa.Column("seat", sa.Text, nullable=False, server_default=""))
    op.execute(f"UPDATE proposal_decisions SET seat = CASE WHEN role = 'traffic' THEN 'traffic' ELSE 'urban' END WHERE {_JOINT}")
    op.drop_constraint("proposal_decisions_verdict_item_key", "proposal_decisions")
    op.create_unique_constraint("proposal_decisions_verdict_item_seat_key", "proposal_decisions", ["verdict", "item", "seat"])


def downgrade() -> None:
    op.drop_constraint("proposal_decisions_verdict_item_seat_key", "proposal_decisions")
    op.execute(
        "DELETE FROM proposal_decisions d USING proposal_decisions e"
        " WHERE e.verdict = d.verdict AND e.item = d.item AND e.id < d.id"
    )
    op.create_unique_constraint("proposal_decisions_verdict_item_key", "proposal_decisions", ["verdict", "item"])
    op.drop_column("proposal_decisions", "seat")
