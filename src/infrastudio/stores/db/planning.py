"""Hints to planners that keep no statistics."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func


def unindexed(column: Any) -> ColumnElement[str]:
    """Return a column of text, never null, as an expression that no index serves.

    For conditions that nearly all rows meet: SQLite guesses that an equality leaves ten, and would begin with them.
    """
    return func.coalesce(column, "")
