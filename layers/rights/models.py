"""The tables of rights over pipes: to whom a company opens them, and the squares that are shown where it opens no more."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from layers.base import Base, identity, now, plane


class PipeOpeningRow(Base):
    """What a company opens of its pipes to an audience: full, squares or nothing (as where no row stands). ``document``: its
    consent on paper, where somebody else entered it."""

    __tablename__ = "pipe_openings"
    __table_args__ = (
        sa.CheckConstraint("audience IN ('offices', 'companies', 'others')", name="audience"),
        sa.CheckConstraint("detail IN ('full', 'squares', 'nothing')", name="detail"),
    )

    company: Mapped[int] = mapped_column(sa.ForeignKey("companies.id"), primary_key=True)
    audience: Mapped[str] = mapped_column(primary_key=True)
    detail: Mapped[str]
    document: Mapped[str] = mapped_column(server_default="")
    changed_by: Mapped[str]
    changed_at: Mapped[datetime] = now()


class PipeSquareRow(Base):
    """A square of the work CRS' grid in which an owner has pipes of a utility. ``holder``: the owner's name as the layer has
    it ("" where it has none). Made anew with each delivery of pipes (:mod:`layers.rights.squares`)."""

    __tablename__ = "pipe_squares"
    __table_args__ = (sa.Index("pipe_squares_geometry", "geometry", postgresql_using="gist"),)

    id: Mapped[int] = identity()
    holder: Mapped[str]
    utility: Mapped[str | None]
    geometry: Mapped[Any] = plane()
