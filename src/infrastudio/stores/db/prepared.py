"""Statements of hot reads: put into SQL once, their rows taken as the driver gives them."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Dialect, Select

from infrastudio.stores.db.unit_of_work import Snapshot


class _Sql(NamedTuple):
    text: str
    order: Sequence[str] | None
    """Names by place, where the driver wants values by place."""
    literals: Mapping[str, Any]
    """Values that stand in the statement itself, by the names that they were given."""


class PreparedSelect:
    """A SELECT whose changing values are `bindparam`s, for rows of plain numbers and text.

    Building, caching and reading such a statement the usual way costs several times what the database needs for it.
    What a column type would make of a value, both ways, is left to the caller; lists of values (`IN`) are not possible.
    """

    def __init__(self, statement: Select[Any]) -> None:
        self._statement = statement
        self._sql: dict[str, _Sql] = {}

    def rows(self, snapshot: Snapshot, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Return all rows for these values."""
        sql = self._compiled(snapshot.connection.dialect)
        named = {**sql.literals, **values}
        parameters: Any = named if sql.order is None else tuple(named[name] for name in sql.order)
        driver = snapshot.connection.connection.driver_connection
        if isinstance(driver, sqlite3.Connection):  # no connection to be lost, so nothing that SQLAlchemy must hear of
            return driver.execute(sql.text, parameters).fetchall()
        result = snapshot.connection.exec_driver_sql(sql.text, parameters)
        found = [tuple(row) for row in result.cursor.fetchall()]
        result.close()
        return found

    def _compiled(self, dialect: Dialect) -> _Sql:
        known = self._sql.get(dialect.name)
        if known is None:
            compiled: Any = self._statement.compile(dialect=dialect)
            order = compiled.positiontup if compiled.positional else None
            known = self._sql[dialect.name] = _Sql(str(compiled), order, compiled.params)
        return known
