"""What all tables share: the one registry of tables, the types of their columns, and the columns that come again."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from geoalchemy2 import Geometry
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """All tables of one city's database."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "%(table_name)s_%(column_0_N_name)s",
            "uq": "%(table_name)s_%(column_0_N_name)s_key",
            "ck": "%(table_name)s_%(constraint_name)s",
            "fk": "%(table_name)s_%(column_0_name)s_fkey",
            "pk": "%(table_name)s_pkey",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - read by SQLAlchemy
        str: sa.Text,
        float: sa.Double,
        datetime: sa.DateTime(timezone=True),
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
        list[str]: ARRAY(sa.Text),
        list[float]: ARRAY(sa.Double),
    }


def plane(nullable: bool = False) -> Mapped[Any]:
    """A geometry column in the work CRS; which one that is, creating the city says (:mod:`layers.cities`)."""
    return mapped_column(Geometry("GEOMETRY", srid=-1, spatial_index=False), nullable=nullable)


def identity() -> Mapped[int]:
    """The number of a row, given by the database."""
    return mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)


def now() -> Mapped[datetime]:
    """When the row was written."""
    return mapped_column(server_default=sa.func.now())
