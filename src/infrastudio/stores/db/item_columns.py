"""Params and tags in filters and orders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, func, select
from typing_extensions import override

from infrastudio.stores.db.filter_compiler import CollectionColumns, FieldColumn

ValueCondition = Callable[[FieldColumn], ColumnElement[bool]]
JoinedValues = tuple[FromClause, ColumnElement[bool], FieldColumn]


class ItemColumns(CollectionColumns):
    """Params or tags: rows of owner, key, value."""

    def __init__(self, table: Any, owner: str, id_column: Any, *, of_few: bool = False) -> None:
        """Args:
        table: Where they stand.
        owner: The column that says whose they are.
        id_column: The ids of the entities that are asked for.
        of_few: Few entities are asked for: look up each, rather than all who have a value.
        """
        self._table = table.__table__
        self._owner = owner
        self._id = id_column
        self._of_few = of_few

    @override
    def where(self, key: str, condition: ValueCondition) -> ColumnElement[bool]:
        items = self._table.c
        column = FieldColumn(items.value, func.coalesce(items.value_folded, items.value))
        owners = select(items[self._owner]).where(items.key == key, condition(column))
        if self._of_few:
            return owners.where(items[self._owner] == self._id).correlate(self._id.table).exists()
        found: ColumnElement[bool] = self._id.in_(owners)
        return found

    @override
    def joined(self, key: str, number: int) -> JoinedValues:
        items = self._table.alias(f"ordered_{number}")
        on = and_(items.c[self._owner] == self._id, items.c.key == key)
        return items, on, FieldColumn(items.c.value)
