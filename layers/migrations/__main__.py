"""``python -m layers.migrations URL MESSAGE``: write the next step from what the models have and the database lacks."""

import sys

from alembic import command
from alembic.script import ScriptDirectory

from layers.migrations import settings
from layers.session import engine

if __name__ == "__main__":
    url, message = sys.argv[1:]
    with engine(url).begin() as connection:
        config = settings(connection)
        number = len(list(ScriptDirectory.from_config(config).walk_revisions())) + 1
        command.revision(config, message, autogenerate=True, rev_id=f"{number:04d}")
