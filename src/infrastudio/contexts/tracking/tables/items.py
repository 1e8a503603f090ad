"""Tables as prepared statements want them."""

from __future__ import annotations

from sqlalchemy import Table

from infrastudio.stores.db import Base


def table_of(row: type[Base]) -> Table:
    """Return the table of a row class; statements over it skip the ORM, which costs more than the database."""
    table = row.__table__
    if not isinstance(table, Table):
        raise TypeError(f"{row.__name__} is not mapped to a table")
    return table
