"""Rows of keyed text: params and tags; and tables as prepared statements want them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table

from infrastudio.kernel.text import casefold
from infrastudio.stores.db import Base


def table_of(row: type[Base]) -> Table:
    """Return the table of a row class; statements over it skip the ORM, which costs more than the database."""
    table = row.__table__
    if not isinstance(table, Table):
        raise TypeError(f"{row.__name__} is not mapped to a table")
    return table


def item_rows(owner_column: str, owner: object, items: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the rows that hold `items` of one owner."""
    return [{owner_column: owner, "key": key, **value_columns(value)} for key, value in items.items()]


def value_columns(value: str) -> dict[str, str | None]:
    """Return a value and its folded form, which is kept only where it differs."""
    folded = casefold(value)
    return {"value": value, "value_folded": folded if folded != value else None}
