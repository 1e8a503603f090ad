"""The states of a moment as a source of columns for filters and orders."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from sqlalchemy import ColumnElement, FromClause
from typing_extensions import override

from infrastudio.kernel.errors import ValidationFailed
from infrastudio.kernel.filters import FilterFields, Kind
from infrastudio.kernel.versioned import Versioned
from infrastudio.stores.db.filter_compiler import CollectionColumns, FieldColumn, FilterColumns
from infrastudio.stores.ledger.as_of import EVENT_AT
from infrastudio.stores.ledger.json_value import json_value


def columns_at(state: type[Versioned], fields: FilterFields) -> FilterColumns:
    """Return where the values of `fields` stand in a statement of `select_states`.

    Moments must stand in `sortable_times` of the state; text has its folded form where the state is `folded` by it.
    Collections, and what is no field of the state, are refused when a filter or an order names them.
    """
    attributes = _Recorded(
        (field.column, _column(state, field.column, field.kind))
        for field in fields.attributes.values()
        if field.column in state.model_fields
    )
    return FilterColumns(attributes, {c.name: _NotAsOf(c.name) for c in fields.collections})


class _Recorded(dict[str, FieldColumn]):
    def __missing__(self, name: str) -> NoReturn:
        raise _refusal(name)


def _column(state: type[Versioned], name: str, kind: Kind) -> FieldColumn:
    if name in state.sortable_times:
        return FieldColumn(json_value(EVENT_AT.after, f"{name}_us", int), nullable=True)
    if kind is Kind.NUMBER:
        return FieldColumn(json_value(EVENT_AT.after, name, float), nullable=True)
    value = json_value(EVENT_AT.after, name)
    folded = json_value(EVENT_AT.after, f"{name}_folded") if name in state.folded else value
    return FieldColumn(value, folded, nullable=True)


class _NotAsOf(CollectionColumns):
    """A collection that the recorded states leave out."""

    def __init__(self, name: str) -> None:
        self._name = name

    @override
    def where(self, key: str, condition: Callable[[FieldColumn], ColumnElement[bool]]) -> ColumnElement[bool]:
        self._refuse(key)

    @override
    def joined(self, key: str, number: int) -> tuple[FromClause, ColumnElement[bool], FieldColumn]:
        self._refuse(key)

    def _refuse(self, key: str) -> NoReturn:
        raise _refusal(f"{self._name}.{key}")


def _refusal(name: str) -> ValidationFailed:
    return ValidationFailed.of("as_of", f"a list as of a moment cannot be filtered or sorted by {name}")
