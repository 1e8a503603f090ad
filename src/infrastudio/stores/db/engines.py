"""Engines for writing and for reading, with what each database wants said."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import QueuePool

from infrastudio.kernel.errors import Unavailable
from infrastudio.stores.db.mysql_options import connect_options
from infrastudio.stores.db.settings import ConnectionSettings, parse_url
from infrastudio.stores.db.types import MARIADB_COLLATION, MYSQL_COLLATION

SQLITE_BUSY_TIMEOUT_S = 30.0
SQLITE_RETRY_S = 0.01
SQLITE_MAPPED_BYTES = 1 << 31
"""Of the file, seen by readers as memory: a list of the past looks at as many pages as it has entities."""
POSTGRESQL_OPTIONS = "-c idle_in_transaction_session_timeout=10s -c lock_timeout=30s"
POSTGRESQL_READER_OPTIONS = f"{POSTGRESQL_OPTIONS} -c plan_cache_mode=force_custom_plan"
"""A plan that is made once for all values takes a seldom kind of events for an average one, and reads them all."""
MYSQL_MODE = "STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO"
"""Too long a text is an error and not cut; an id 0 is the id 0 and not the next number."""
MYSQL_SESSION = (
    "SET SESSION innodb_lock_wait_timeout=30, "
    f"collation_connection=/*M! {MARIADB_COLLATION} */ /*!80000 {MYSQL_COLLATION} */ "
    "/*M!100301 , idle_write_transaction_timeout=10 */"
)
"""MariaDB alone reads what stands in /*M! … */, MySQL alone what stands in /*!80000 … */. The collation is that of our
columns: numbers made text get it too, and `2` is not `²`."""
MYSQL_WRITER_SESSION = f"{MYSQL_SESSION} /*!80000 , wait_timeout=10 */"
"""MySQL has no limit for idle transactions but one for idle connections; who wants one that it ended gets another."""


def write_engine(settings: ConnectionSettings) -> Engine:
    """Return the engine of units of work: one connection on SQLite, READ COMMITTED elsewhere."""
    if parse_url(settings.url).get_backend_name() == "sqlite":
        return _sqlite_engine(settings, read_only=False)
    return _server_engine(settings, isolation_level="READ COMMITTED", pool_size=2, mysql_session=MYSQL_WRITER_SESSION)


def read_engine(settings: ConnectionSettings) -> Engine:
    """Return the engine of snapshots; a list and its total see the same state."""
    if parse_url(settings.url).get_backend_name() == "sqlite":
        return _sqlite_engine(settings, read_only=True)
    return _server_engine(
        settings,
        isolation_level="REPEATABLE READ",
        pool_size=settings.pool_size,
        postgresql_options=POSTGRESQL_READER_OPTIONS,
    )


def _server_engine(
    settings: ConnectionSettings,
    *,
    isolation_level: Literal["READ COMMITTED", "REPEATABLE READ"],
    pool_size: int,
    postgresql_options: str = POSTGRESQL_OPTIONS,
    mysql_session: str = MYSQL_SESSION,
) -> Engine:
    url = parse_url(settings.url)
    backend = url.get_backend_name()
    arguments = connect_arguments(url, settings.connect_timeout_s)
    if backend == "postgresql":
        arguments["options"] = postgresql_options
    try:
        engine = create_engine(
            url if backend == "postgresql" else url.set(query={}),
            isolation_level=isolation_level,
            connect_args=arguments,
            pool_size=pool_size,
            max_overflow=settings.max_overflow,
            pool_recycle=settings.pool_recycle_s,
            pool_pre_ping=True,
        )
    except ModuleNotFoundError as error:
        extra = "postgres" if backend == "postgresql" else "mysql"
        raise Unavailable(
            f"The driver {error.name} is not installed. Type: pip install 'infrastudio[{extra}]'"
        ) from error
    if backend == "mysql":
        patience = connect_options(url).get("read_timeout")

        @event.listens_for(engine, "connect")
        def set_up(connection: Any, _record: object) -> None:
            with connection.cursor() as cursor:  # no init_command, for SQLAlchemy sets the collation back behind it
                cursor.execute(mysql_session)
            connection._read_timeout = patience  # the driver has one patience for its greeting and for answers

    return engine


def is_retryable(error: BaseException) -> bool:
    """Did the database refuse at the begin, so that the whole unit of work may be tried again?"""
    if not isinstance(error, OperationalError):
        return False
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return state in ("40001", "40P01", "55P03")
    if isinstance(error.orig, sqlite3.OperationalError):
        return error.orig.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
    return bool(error.orig and error.orig.args and error.orig.args[0] in (1213, 1205, 1020))


def connect_arguments(url: URL, timeout_s: float) -> dict[str, Any]:
    """Return what the driver of a server is told beside the URL; what stands in the query of MySQL's is in it.

    MariaDB's answers are waited for as long as its greeting, until somebody says otherwise.

    Raises:
        ValidationFailed: The URL has an option that MariaDB and MySQL do not know.
    """
    timeout = max(1, round(timeout_s))
    if url.get_backend_name() == "postgresql":
        return {"connect_timeout": timeout, "options": POSTGRESQL_OPTIONS}
    given = {"connect_timeout": timeout, "charset": "utf8mb4", "sql_mode": MYSQL_MODE}
    return given | connect_options(url) | {"read_timeout": timeout}


def _sqlite_engine(settings: ConnectionSettings, *, read_only: bool) -> Engine:
    url = parse_url(settings.url)
    if url.database and not read_only:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=8 if read_only else 1,
        max_overflow=8 if read_only else 2,
        connect_args={
            "check_same_thread": False,
            "isolation_level": None,
            "timeout": SQLITE_BUSY_TIMEOUT_S,
            "uri": True,
        },
    )

    @event.listens_for(engine, "connect")
    def set_up(connection: sqlite3.Connection, _record: object) -> None:
        _use_write_ahead_log(connection)
        connection.execute(f"PRAGMA synchronous={settings.synchronous}")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA cache_size=-65536")
        connection.execute("PRAGMA temp_store=MEMORY")
        for schema, path in settings.attach.items() if read_only else ():
            connection.execute(f"ATTACH DATABASE ? AS {schema}", (f"file:{path}?mode=ro",))
        if read_only:
            connection.execute("PRAGMA query_only=ON")
            connection.execute(f"PRAGMA mmap_size={SQLITE_MAPPED_BYTES}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        driver = connection.connection.driver_connection
        if read_only and driver is not None:
            driver.execute("BEGIN")  # waits for nothing, so it cannot fail as a busy one does
        else:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Switch a new file over; SQLite itself does not wait for another server that writes to it in that moment."""
    until = time.monotonic() + SQLITE_BUSY_TIMEOUT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= until:
                raise
            time.sleep(SQLITE_RETRY_S)  # the file tells nobody that it is free
        else:
            return
