"""The tables' history. Run from code alone (there is no alembic.ini): :func:`upgrade` brings a database up to date.

To write the next step, change the models and run ``python -m layers.migrations URL "what changes"``: it compares them
with the database at URL (at the newest version, without a city) and writes ``versions/NNNN_….py`` to be read and mended.
A step that adds a geometry column calls :func:`work_srid` for its coordinate system.
"""

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from geoalchemy2 import alembic_helpers

# Any fixed number: whoever migrates holds this lock, so that two starting at once take turns.
_LOCK = 0x5741495849414E


def upgrade(database: sa.Engine, revision: str = "head") -> None:
    """Bring the tables up to ``revision``; waits for another caller that is at it."""
    _run(database, command.upgrade, revision)


def downgrade(database: sa.Engine, revision: str) -> None:
    """Bring the tables back to ``revision`` ("base" drops all of them, with their rows)."""
    _run(database, command.downgrade, revision)


def differences(database: sa.Engine) -> list[Any]:
    """What the models have and the database lacks, or the other way round; empty when they agree."""
    from layers.models import Base

    with database.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": alembic_helpers.include_object})
        return list(compare_metadata(context, Base.metadata))


def work_srid(connection: sa.Connection) -> int:
    """EPSG number of this database's city; 0 while it has none. For steps that add geometry columns."""
    return connection.scalar(sa.text("SELECT work_srid FROM cities")) or 0


def settings(connection: sa.Connection | None = None) -> Config:
    """What Alembic would read from an ini file."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config


def _run(database: sa.Engine, step: Any, revision: str) -> None:
    with database.begin() as connection:
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        step(settings(connection), revision)
