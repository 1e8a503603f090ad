"""Migrations where DDL cannot be rolled back: what an interrupted one has done already is not done again."""

from __future__ import annotations

from typing import Any

from alembic.ddl.base import AddColumn
from sqlalchemy import Connection, Executable, event, inspect, text
from sqlalchemy.schema import CreateIndex, CreateTable, DropIndex, DropTable


def skip_what_is_done(connection: Connection) -> None:
    """Leave out every change of the schema whose result is there already; for this connection."""

    @event.listens_for(connection, "before_execute", retval=True)
    def replace(
        connection: Connection, statement: Executable, multiparams: Any, params: Any, _options: Any
    ) -> tuple[Executable, Any, Any]:
        return text("do 0") if _is_done(connection, statement) else statement, multiparams, params


def _is_done(connection: Connection, statement: Executable) -> bool:
    tables = inspect(connection)
    if isinstance(statement, CreateTable):
        return tables.has_table(statement.element.name)
    if isinstance(statement, DropTable):
        return not tables.has_table(statement.element.name)
    if isinstance(statement, CreateIndex | DropIndex) and (table := statement.element.table) is not None:
        is_there = any(index["name"] == statement.element.name for index in tables.get_indexes(table.name))
        return is_there == isinstance(statement, CreateIndex)
    if isinstance(statement, AddColumn):
        return any(column["name"] == statement.column.name for column in tables.get_columns(statement.table_name))
    return False
