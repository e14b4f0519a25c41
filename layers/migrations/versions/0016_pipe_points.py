"""Manholes, valves and the other points of pipes are a layer of their own, with the rights of pipes."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects.postgresql import ARRAY

from layers.migrations import work_srid
from layers.rights.locks import lock, unlock

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_CURRENT = sa.text("replaced_by IS NULL")


def upgrade() -> None:
    op.create_table(
        "pipe_points",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column(
            "delivery_id", sa.BigInteger, sa.ForeignKey("deliveries.id", name="pipe_points_delivery_id_fkey"), nullable=False,
            server_default=sa.text("current_setting('waixian.delivery')::bigint"),
        ),
        sa.Column("replaced_by", sa.BigInteger),
        sa.Column("row_no", sa.Integer, nullable=False),
        sa.Column("unclear", ARRAY(sa.Text)),
        sa.Column("point_id", sa.Text, nullable=False),
        *(sa.Column(name, sa.Text) for name in ("utility", "kind", "feature")),
        *(sa.Column(name, sa.Double) for name in ("ground_m", "depth_m", "well_depth_m")),
        *(sa.Column(name, sa.Text) for name in ("owner", "state")),
        sa.Column("geometry", Geometry("GEOMETRY", srid=work_srid(op.get_bind()) or -1, spatial_index=False), nullable=False),
        sa.CheckConstraint("geometrytype(geometry) IN ('POINT')", name=op.f("pipe_points_shape")),
    )  # fmt: skip
    op.create_index("pipe_points_delivery_id", "pipe_points", ["delivery_id"])
    op.create_index("pipe_points_point_id_current", "pipe_points", ["point_id"], postgresql_where=_CURRENT)
    op.create_index(
        "pipe_points_geometry_current", "pipe_points", ["geometry"], postgresql_using="gist", postgresql_where=_CURRENT
    )
    unlock(op.get_bind())
    lock(op.get_bind())


def downgrade() -> None:
    unlock(op.get_bind())
    op.execute("DELETE FROM deliveries WHERE layer = 'pipe_points'")
    op.drop_table("pipe_points")
    lock(op.get_bind())
