"""Alembic's entry point; the connection and its transaction come from `upgrade()`."""

from alembic import context

from infrastudio.migrations.upgrade import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    version_table=VERSION_TABLE,
    render_as_batch=True,
    transactional_ddl=False,
)
context.run_migrations()
