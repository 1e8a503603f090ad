"""Statements of hot reads: put into SQL once, their rows taken as the driver gives them."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Dialect, Select

from infrastudio.stores.db.unit_of_work import Snapshot


class PreparedSelect:
    """A SELECT whose values are all `bindparam`s, for rows of plain numbers and text.

    Building, caching and reading such a statement the usual way costs several times what the database needs for it.
    What a column type would make of a value, both ways, is left to the caller; lists of values (`IN`) are not possible.
    """

    def __init__(self, statement: Select[Any]) -> None:
        self._statement = statement
        self._sql: dict[str, tuple[str, Sequence[str] | None]] = {}

    def rows(self, snapshot: Snapshot, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Return all rows for these values."""
        sql, order = self._compiled(snapshot.connection.dialect)
        parameters: Any = dict(values) if order is None else tuple(values[name] for name in order)
        driver = snapshot.connection.connection.driver_connection
        if isinstance(driver, sqlite3.Connection):  # no connection to be lost, so nothing that SQLAlchemy must hear of
            return driver.execute(sql, parameters).fetchall()
        result = snapshot.connection.exec_driver_sql(sql, parameters)
        found = [tuple(row) for row in result.cursor.fetchall()]
        result.close()
        return found

    def _compiled(self, dialect: Dialect) -> tuple[str, Sequence[str] | None]:
        known = self._sql.get(dialect.name)
        if known is None:
            compiled = self._statement.compile(dialect=dialect)
            order = getattr(compiled, "positiontup", None) if getattr(compiled, "positional", False) else None
            known = self._sql[dialect.name] = (str(compiled), order)
        return known
