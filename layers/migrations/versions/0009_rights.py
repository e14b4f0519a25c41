"""Rights in the database: to whom companies open their pipes, squares of pipes, barrier views and row security."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects.postgresql import ARRAY

from layers.migrations import work_srid
from layers.rights.locks import VIEWS, lock, unlock
from layers.rights.squares import refresh

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("companies", sa.Column("known_as", ARRAY(sa.Text), nullable=False, server_default="{}"))
    op.create_table(
        "pipe_openings",
        sa.Column("company", sa.BigInteger, sa.ForeignKey("companies.id"), primary_key=True),
        sa.Column("audience", sa.Text, primary_key=True),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False, server_default=""),
        sa.Column("changed_by", sa.Text, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.CheckConstraint("audience IN ('offices', 'companies', 'others')", name="audience"),
        sa.CheckConstraint("detail IN ('full', 'squares', 'nothing')", name="detail"),
    )
    shape = Geometry("GEOMETRY", srid=work_srid(op.get_bind()) or -1, spatial_index=False)
    op.create_table(
        "pipe_squares",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("utility", sa.Text),
        sa.Column("geometry", shape, nullable=False),
    )
    op.create_index("pipe_squares_geometry", "pipe_squares", ["geometry"], postgresql_using="gist")
    refresh(op.get_bind())
    lock(op.get_bind())


def downgrade() -> None:
    unlock(op.get_bind())
    there = sa.inspect(op.get_bind()).get_table_names()
    for table in (table for table in VIEWS.values() if table in there):
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    op.drop_table("pipe_squares")
    op.drop_table("pipe_openings")
    op.drop_column("companies", "known_as")
