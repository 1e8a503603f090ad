"""Rows of keyed text: params, tags and the like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infrastudio.kernel.text import casefold


def item_rows(owner_column: str, owner: object, items: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the rows that hold `items` of one owner."""
    return [{owner_column: owner, "key": key, **value_columns(value)} for key, value in items.items()]


def value_columns(value: str) -> dict[str, str | None]:
    """Return a value and its folded form, which is kept only where it differs."""
    folded = casefold(value)
    return {"value": value, "value_folded": folded if folded != value else None}
