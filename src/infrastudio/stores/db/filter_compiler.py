"""From filters and orders to SQL that means the same on every database."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    String,
    and_,
    case,
    func,
    literal,
    not_,
    or_,
    true,
    type_coerce,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import Boolean

from infrastudio.kernel.filters import (
    And,
    Comparison,
    Condition,
    Expression,
    Field,
    FilterFields,
    Kind,
    Not,
    Operator,
    Ordering,
    Target,
)
from infrastudio.kernel.text import casefold

MICROSECONDS_PER_MILLISECOND: Final = 1000


@dataclass(frozen=True)
class FieldColumn:
    """Where the values of a field stand in a statement.

    Attributes:
        value: The value; of a moment, its microseconds since 1970 as a plain integer.
        folded: The text after Unicode case folding, for comparisons that ignore case.
        nullable: May there be no value?
        null_is_nan: Does NULL stand for NaN, and not for a missing value?
    """

    value: ColumnElement[Any]
    folded: ColumnElement[str] | None = None
    nullable: bool = False
    null_is_nan: bool = False


def moment_column(column: Any, *, nullable: bool = False) -> FieldColumn:
    """Return a UtcDateTime column as filters want it: as a plain integer of microseconds."""
    return FieldColumn(type_coerce(column, BigInteger()), nullable=nullable)


class CollectionColumns(Protocol):
    """The values of one collection, such as the params of runs, by key."""

    def where(self, key: str, condition: Callable[[FieldColumn], ColumnElement[bool]]) -> ColumnElement[bool]:
        """Return the condition that an entity has a value under `key` for which `condition` holds."""
        ...

    def joined(self, key: str, number: int) -> tuple[FromClause, ColumnElement[bool], FieldColumn]:
        """Return what to outer-join for an order by `key`: at most one row per entity; none where there is no value.

        `number` tells the joins of one statement apart.
        """
        ...


@dataclass(frozen=True)
class FilterColumns:
    """A source of columns: the live table, or the states of a moment."""

    attributes: Mapping[str, FieldColumn]
    collections: Mapping[str, CollectionColumns] = field(default_factory=dict)


def compile_filter(
    expression: Expression | None, fields: FilterFields, columns: FilterColumns, *, parameter: str = "filter"
) -> ColumnElement[bool]:
    """Return the SQL condition of a filter; it is true or false for every row, never NULL.

    Raises:
        InvalidFilter: It names something that `fields` does not have.
    """
    if expression is None:
        return true()
    if isinstance(expression, Comparison):
        return _condition(fields.condition(expression, parameter), columns)
    if isinstance(expression, Not):
        return not_(compile_filter(expression.part, fields, columns, parameter=parameter))
    parts = [compile_filter(part, fields, columns, parameter=parameter) for part in expression.parts]
    return and_(*parts) if isinstance(expression, And) else or_(*parts)


def order_statement(
    statement: Select[Any],
    orderings: Sequence[Ordering],
    fields: FilterFields,
    columns: FilterColumns,
    *,
    parameter: str = "order_by",
) -> Select[Any]:
    """Return the statement in the given order: NaN behind all numbers, missing values last, in both directions.

    The caller adds the tie-break that makes the order total.

    Raises:
        InvalidFilter: It names something that `fields` does not have.
    """
    for number, ordering in enumerate(orderings):
        target = fields.ordering(ordering, parameter)
        if target.collection is None:
            statement = statement.order_by(*_terms(target, columns.attributes[target.field.column], ordering))
            continue
        source = columns.collections[target.collection.name]
        joined, on, column = source.joined(target.key, number)
        statement = statement.outerjoin(joined, on)
        missing = next(iter(joined.c)).is_(None)
        statement = statement.order_by(missing.asc(), *_terms(target, column, ordering))
    return statement


def _condition(condition: Condition, columns: FilterColumns) -> ColumnElement[bool]:
    target = condition.target
    if target.collection is None:
        column = columns.attributes[target.field.column]
        test = _test(condition, column)
        if column.nullable and condition.operator not in (Operator.IS_NULL, Operator.IS_NOT_NULL):
            return and_(column.value.is_not(None), test)
        return test
    source = columns.collections[target.collection.name]
    if condition.operator is Operator.IS_NOT_NULL:
        return source.where(target.key, lambda _: true())
    if condition.operator is Operator.IS_NULL:
        return not_(source.where(target.key, lambda _: true()))
    return source.where(target.key, lambda column: _test(condition, column))


def _test(condition: Condition, column: FieldColumn) -> ColumnElement[bool]:
    value = column.value
    if condition.target.field.kind is Kind.MILLISECONDS:
        value = value // MICROSECONDS_PER_MILLISECOND
    match condition.operator:
        case Operator.IS_NULL:
            return value.is_(None)
        case Operator.IS_NOT_NULL:
            return value.is_not(None)
        case Operator.IN | Operator.NOT_IN if isinstance(condition.value, tuple):
            if condition.operator is Operator.IN:
                return value.in_(condition.value)
            return _or_nan(value.not_in(condition.value), column)
        case Operator.NOT_EQUAL:
            return _or_nan(value != condition.value, column)
        case Operator.LIKE:
            return matches_pattern(value, str(condition.value))
        case Operator.ILIKE:
            if column.folded is None:
                raise TypeError(f"{condition.target.field.column} has no folded text; its field must not allow ILIKE")
            return matches_pattern(column.folded, casefold(str(condition.value)))
        case _:
            return value.op(condition.operator.value, is_comparison=True, return_type=Boolean())(condition.value)


def _or_nan(test: ColumnElement[bool], column: FieldColumn) -> ColumnElement[bool]:
    return or_(column.value.is_(None), test) if column.null_is_nan else test


def _terms(target: Target, column: FieldColumn, ordering: Ordering) -> list[ColumnElement[Any]]:
    value = _rank(target.field, column.value)
    if column.null_is_nan:
        return [value.is_(None).asc(), _directed(value, ordering.descending)]
    if not column.nullable:
        return [_directed(value, ordering.descending)]
    return nulls_last(value, descending=ordering.descending)


def nulls_last(value: ColumnElement[Any], *, descending: bool) -> list[ColumnElement[Any]]:
    """Return the terms that order by `value` with NULL behind all else.

    Descending, it is one term that an index in that order serves on every database.
    """
    return [_DescendingNullsLast(value)] if descending else [value.is_(None).asc(), value.asc()]


def _rank(field_: Field, value: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return what to sort by: words go in the order in which they are declared."""
    if field_.kind is not Kind.CHOICE:
        return value
    return case({kept: rank for rank, kept in enumerate(field_.choices.values())}, value=value)


def _directed(value: ColumnElement[Any], descending: bool) -> UnaryExpression[Any]:
    return value.desc() if descending else value.asc()


class _DescendingNullsLast(FunctionElement[Any]):
    """A term of an order. SQLite, MariaDB and MySQL take NULL for the smallest value anyway."""

    name = "descending_nulls_last"
    inherit_cache = True


@compiles(_DescendingNullsLast)
def _descending(element: _DescendingNullsLast, compiler: SQLCompiler, **kw: Any) -> str:
    return f"{compiler.process(element.clauses, **kw)} DESC"


@compiles(_DescendingNullsLast, "postgresql")
def _descending_on_postgresql(element: _DescendingNullsLast, compiler: SQLCompiler, **kw: Any) -> str:
    return f"{compiler.process(element.clauses, **kw)} DESC NULLS LAST"


def matches_pattern(text: ColumnElement[str], pattern: str) -> ColumnElement[bool]:
    """Return the condition that the whole `text` matches `pattern`: `%` any run, `_` one character, no escapes.

    Letters of different case differ; what ignores case hands over folded text and a folded pattern, for databases
    fold in ways of their own. PostgreSQL's LIKE under the collation "C" means exactly this, and so does that of MariaDB
    under a binary collation, but that it cannot go without an escape. SQLite's LIKE folds ASCII letters; its GLOB does
    not, but takes U+FFFD, U+FFFE and U+FFFF for one character. Where a pattern holds one of them, the latter two give
    way to other noncharacters on both sides.
    """
    glob_text, glob = text, pattern
    if _ALIKE.search(pattern):
        spare = [chr(code) for code in range(0xFDD0, 0xFDF0) if chr(code) not in pattern]
        for alike, stand_in in zip("\ufffe\uffff", spare, strict=False):
            glob_text = func.replace(glob_text, alike, stand_in)
            glob = glob.replace(alike, stand_in)
    return _Matches(text, literal(pattern, String()), glob_text, literal(glob.translate(_GLOB), String()))


_ALIKE: Final = re.compile("[\ufffd-\uffff]")
_GLOB: Final = str.maketrans({"%": "*", "_": "?", "*": "[*]", "?": "[?]", "[": "[[]"})


class _Matches(FunctionElement[bool]):
    """Text and pattern of LIKE, then text and pattern of GLOB."""

    name = "matches"
    type = Boolean()
    inherit_cache = True


@compiles(_Matches)
def _like(element: _Matches, compiler: SQLCompiler, **kw: Any) -> str:
    text, pattern = (compiler.process(clause, **kw) for clause in list(element.clauses)[:2])
    return f"({text} LIKE {pattern} ESCAPE '')"


@compiles(_Matches, "mysql")
def _like_on_mysql(element: _Matches, compiler: SQLCompiler, **kw: Any) -> str:
    text, pattern = (compiler.process(clause, **kw) for clause in list(element.clauses)[:2])
    return f"({text} LIKE replace({pattern}, '|', '||') ESCAPE '|')"  # an empty escape would mean the backslash


@compiles(_Matches, "sqlite")
def _glob(element: _Matches, compiler: SQLCompiler, **kw: Any) -> str:
    text, pattern = (compiler.process(clause, **kw) for clause in list(element.clauses)[2:])
    return f"({text} GLOB {pattern})"
