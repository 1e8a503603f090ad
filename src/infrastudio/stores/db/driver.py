"""Statements of one's own words, handed to the driver with as little as possible in between.

SQLite has no connection to be lost, so nothing that SQLAlchemy must hear of: its driver is asked directly.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError

Values = Mapping[str, Any] | tuple[Any, ...]
"""The values of a statement, by name or by place, as its driver wants them."""


@contextmanager
def conflict_told_as(failure: Exception | None) -> Iterator[None]:
    """Raise `failure` in place of the database's IntegrityError; None: that one."""
    try:
        yield
    except IntegrityError as error:
        if failure is None:
            raise
        raise failure from error


def execute(connection: Connection, statement: str, values: Values = ()) -> Any:
    """Run a statement in the transaction of `connection`; what returns has `lastrowid`.

    Raises:
        DBAPIError: As SQLAlchemy raises it.
    """
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        return connection.exec_driver_sql(statement, values or None)
    try:
        return driver.execute(statement, values)
    except sqlite3.Error as error:
        raise _wrapped(error, statement) from error


def execute_many(connection: Connection, statement: str, rows: Sequence[Values]) -> None:
    """Run a statement that brings no rows once for each of `rows`.

    Raises:
        DBAPIError: As SQLAlchemy raises it.
    """
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        connection.exec_driver_sql(statement, list(rows))
        return
    try:
        driver.executemany(statement, rows)
    except sqlite3.Error as error:
        raise _wrapped(error, statement) from error


def fetch_all(connection: Connection, statement: str, values: Values = ()) -> list[tuple[Any, ...]]:
    """Run a statement and return its rows as plain numbers and text.

    Raises:
        DBAPIError: As SQLAlchemy raises it.
    """
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        result = connection.exec_driver_sql(statement, values or None)
        found = [tuple(row) for row in result.cursor.fetchall()]
        result.close()
        return found
    try:
        return driver.execute(statement, values).fetchall()
    except sqlite3.Error as error:
        raise _wrapped(error, statement) from error


def _wrapped(error: sqlite3.Error, statement: str) -> BaseException:
    return DBAPIError.instance(statement, None, error, sqlite3.Error, hide_parameters=True)
