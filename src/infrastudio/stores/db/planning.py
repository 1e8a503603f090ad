"""Hints to planners that keep no statistics."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func


def unindexed(column: Any) -> ColumnElement[Any]:
    """Return a column as an expression that no index serves.

    For conditions that nearly all rows meet: SQLite guesses that an equality leaves ten, and would begin with them. And
    for orders where few rows are wanted: in the order of an index a database would look up nearly all to find them.
    """
    return func.coalesce(column, column)
