"""Alembic's way in; the connection comes from the caller (see the package)."""

from alembic import context
from geoalchemy2 import alembic_helpers

from layers.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    include_object=alembic_helpers.include_object,
    process_revision_directives=alembic_helpers.writer,
    render_item=alembic_helpers.render_item,
)
with context.begin_transaction():
    context.run_migrations()
