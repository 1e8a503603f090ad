"""Brings a database to the newest schema; Alembic is imported only when the schema is old."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, inspect, text

from infrastudio.kernel.errors import StudioError, Unavailable

VERSIONS: Final = Path(__file__).with_name("versions")
LATEST: Final = max(path.stem for path in VERSIONS.glob("[0-9]*.py"))
"""The newest revision; a revision's id is the name of its file, which begins with a date."""

ADVISORY_KEY: Final = 0x5354_5544_4D49
LOCK_WAIT_S: Final = 600
VERSION_TABLE: Final = "studio_schema"


class SchemaTooNew(StudioError):
    """The database was made by a newer release than this one."""


class UnknownSchema(StudioError):
    """The database holds tables that are not ours."""


def upgrade(engine: Engine) -> bool:
    """Bring the schema to `LATEST`; return whether anything was done. Two servers that start at once take turns.

    Raises:
        SchemaTooNew: The database is of a newer release.
        UnknownSchema: It holds foreign tables; they are left as they are.
    """
    with engine.connect() as connection, _turn(connection):
        current = schema_of(connection)
        if current == LATEST:
            return False
        if current is not None and current > LATEST:
            raise SchemaTooNew(
                f"The database has schema {current}, this release knows {LATEST}. Start the newer release again."
            )
        _run_alembic(connection)
        connection.commit()
    return True


def schema_of(connection: Connection) -> str | None:
    """Return the revision of a database; None of an empty one, and of one whose first migration was cut short.

    Raises:
        UnknownSchema: It holds the tables of an older inventory.
    """
    tables = set(inspect(connection).get_table_names())
    if VERSION_TABLE in tables:
        found = connection.execute(text(f"select version_num from {VERSION_TABLE}")).scalar_one_or_none()  # noqa: S608  a constant
        return found and str(found)
    if "inference_instances" in tables or "instances" in tables:
        shown = connection.engine.url.set(drivername=connection.engine.url.get_backend_name())
        raise UnknownSchema(
            "The database holds the tables of an older inventory; they are left as they are. Point STUDIO_DATABASE_URL "
            f"at an empty database, then run `studio import instances {shown.render_as_string(hide_password=True)}`."
        )
    return None


@contextmanager
def _turn(connection: Connection) -> Iterator[None]:
    """Wait for other servers that migrate. On MariaDB and MySQL the lock must outlive the commits that DDL makes."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": ADVISORY_KEY})
    if connection.dialect.name != "mysql":
        yield
        return
    name = {"name": f"studio_migration_{connection.engine.url.database}"[:64]}
    if not connection.execute(text("select get_lock(:name, :wait)"), name | {"wait": LOCK_WAIT_S}).scalar_one():
        raise Unavailable(f"Another server has been migrating the database for {LOCK_WAIT_S} s.")
    try:
        yield
    finally:
        connection.execute(text("select release_lock(:name)"), name)


def _run_alembic(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(VERSIONS.parent))
    config.attributes["connection"] = connection
    if connection.dialect.name == "mysql":
        from infrastudio.migrations.restart import skip_what_is_done

        skip_what_is_done(connection)
    command.upgrade(config, "head")
