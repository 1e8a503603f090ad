"""Brings a database to the newest schema; Alembic is imported only when the schema is old."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, inspect, text

from infrastudio.kernel.errors import StudioError

VERSIONS: Final = Path(__file__).with_name("versions")
LATEST: Final = max(path.stem for path in VERSIONS.glob("[0-9]*.py"))
"""The newest revision; a revision's id is the name of its file, which begins with a date."""

ADVISORY_KEY: Final = 0x5354_5544_4D49
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
    with engine.connect() as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": ADVISORY_KEY})
        current = _current(connection)
        if current == LATEST:
            return False
        if current is not None and current > LATEST:
            raise SchemaTooNew(
                f"The database has schema {current}, this release knows {LATEST}. Start the newer release again."
            )
        _run_alembic(connection)
    return True


def _current(connection: Connection) -> str | None:
    tables = set(inspect(connection).get_table_names())
    if VERSION_TABLE in tables:
        found = connection.execute(text(f"select version_num from {VERSION_TABLE}")).scalar_one_or_none()  # noqa: S608  a constant
        return found and str(found)
    if "inference_instances" in tables or "instances" in tables:
        raise UnknownSchema(
            "The database holds the tables of an older inventory. Point STUDIO_DATABASE_URL at an empty database, "
            "then run `studio import instances <this URL>`."
        )
    return None


def _run_alembic(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(VERSIONS.parent))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
