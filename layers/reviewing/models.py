"""The one table of the review that is no proposal's own: in which districts a stored route lies."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from layers.base import Base


class RouteDistrictsRow(Base):
    """The districts of a stored route. ``delivery``: the newest load of the districts when that was found; 0: there was none."""

    __tablename__ = "route_districts"
    __table_args__ = (sa.Index("route_districts_districts", "districts", postgresql_using="gin"),)

    route: Mapped[int] = mapped_column(sa.ForeignKey("routes.id"), primary_key=True, autoincrement=False)
    delivery: Mapped[int] = mapped_column(sa.BigInteger)
    districts: Mapped[list[str]]
