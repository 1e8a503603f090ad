"""Creates the telemetry tables and knows their version."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, Engine, insert, select, text, update

from infrastudio.stores.telemetry import tables
from infrastudio.stores.telemetry.errors import TelemetryTooNew

_LOCK: Final = 7_238_115_004
"""Number of the advisory lock under which servers that start together create the tables once."""


def create_schema(engine: Engine) -> None:
    """Create what is missing; safe when several servers start at once.

    Raises:
        TelemetryTooNew: The tables are of a later release.
    """
    with engine.connect() as connection:
        _lock(connection)
        try:
            create_tables(connection)
            connection.commit()
        finally:
            connection.rollback()
            _unlock(connection)


def create_tables(connection: Connection) -> None:
    """Create the tables that are missing and check their version; the caller commits.

    Every version so far only added tables, so that this is all there is to an upgrade.
    """
    tables.telemetry_schema.create(connection, checkfirst=True)
    version = connection.scalar(select(tables.telemetry_schema.c.version))
    if version is not None and version > tables.SCHEMA_VERSION:
        raise TelemetryTooNew(version, tables.SCHEMA_VERSION)
    tables.metadata.create_all(connection)
    if version == tables.SCHEMA_VERSION:
        return
    if connection.dialect.name == "postgresql":
        _store_blobs_as_they_are(connection)
    change = insert(tables.telemetry_schema) if version is None else update(tables.telemetry_schema)
    connection.execute(change.values(version=tables.SCHEMA_VERSION))


def _store_blobs_as_they_are(connection: Connection) -> None:
    """Blobs are compressed already; PostgreSQL would try again."""
    for table, column in tables.BLOB_COLUMNS:
        connection.execute(text(f'ALTER TABLE {table} ALTER COLUMN "{column}" SET STORAGE EXTERNAL'))


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
    elif connection.dialect.name in ("mysql", "mariadb"):
        connection.execute(text("SELECT GET_LOCK(:name, 60)"), {"name": f"studio_{_LOCK}"})


def _unlock(connection: Connection) -> None:
    if connection.dialect.name in ("mysql", "mariadb"):
        connection.execute(text("SELECT RELEASE_LOCK(:name)"), {"name": f"studio_{_LOCK}"})
