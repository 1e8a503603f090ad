"""What the spans of traces can be filtered by. All that a filter asks of spans is asked of one and the same span."""

from __future__ import annotations

from typing import Final

from sqlalchemy import ColumnElement, FromClause, func, literal, or_, select
from typing_extensions import override

from infrastudio.contexts.tracing.tables import SpanAttributeRow, SpanRow, TraceRow
from infrastudio.kernel.filters import (
    MEMBERSHIP,
    TEXT_OPERATORS,
    And,
    Collection,
    Comparison,
    Expression,
    Field,
    FilterFields,
    Identifier,
    Operator,
)
from infrastudio.stores.db.filter_compiler import CollectionColumns, FieldColumn, FilterColumns, compile_filter
from infrastudio.stores.db.item_columns import ValueCondition

SPAN: Final = "span"
"""Stands before what a filter asks of a span: `span.name`."""
CONTENT: Final = "content"
"""All text of a span: its name and its attributes."""
ATTRIBUTES: Final = "attributes"

_TEXT: Final = TEXT_OPERATORS | MEMBERSHIP
_span = SpanRow.__table__.c
_attribute = SpanAttributeRow.__table__.c

SPAN_FIELDS: Final = FilterFields(
    {
        "name": Field("name", operators=_TEXT, sortable=False),
        "type": Field("type", operators=_TEXT, sortable=False),
        "status": Field("status", operators=_TEXT, sortable=False),
    },
    (
        Collection(ATTRIBUTES, Field(ATTRIBUTES, operators=_TEXT, sortable=False)),
        Collection(CONTENT, Field(CONTENT, operators=frozenset({Operator.LIKE, Operator.ILIKE}), sortable=False)),
    ),
    attribute_entities=(),
)


def without_spans(expression: Expression | None) -> tuple[Expression | None, Expression | None]:
    """Return what a filter asks of traces, and what it asks of one span of each; None: nothing."""
    parts = expression.parts if isinstance(expression, And) else () if expression is None else (expression,)
    spans = [_within(part) for part in parts if _is_about_span(part)]
    return _all([part for part in parts if not _is_about_span(part)]), _all(spans)


def has_span(expression: Expression) -> ColumnElement[bool]:
    """Return the condition that a trace has a span for which a filter holds.

    Raises:
        InvalidFilter: It names something that spans do not have.
    """
    matching = compile_filter(expression, SPAN_FIELDS, _columns())
    spans = select(literal(1)).select_from(SpanRow).where(_span.trace_id == TraceRow.__table__.c.id, matching)
    return spans.correlate(TraceRow.__table__).exists()


class _Attributes(CollectionColumns):
    """The texts of the attributes of a span, by key."""

    @override
    def where(self, key: str, condition: ValueCondition) -> ColumnElement[bool]:
        return _some_attribute(_attribute.key == key, condition)

    @override
    def joined(self, key: str, number: int) -> tuple[FromClause, ColumnElement[bool], FieldColumn]:
        raise TypeError("spans have no order")


class _Content(_Attributes):
    """All texts of a span, whatever the key."""

    @override
    def where(self, key: str, condition: ValueCondition) -> ColumnElement[bool]:
        return or_(condition(_text(_span.name, _span.name_folded)), _some_attribute(literal(True), condition))


def _some_attribute(which: ColumnElement[bool], condition: ValueCondition) -> ColumnElement[bool]:
    text = _text(_attribute.value, _attribute.value_folded)
    of_span = (_attribute.trace_id == _span.trace_id) & (_attribute.span_id == _span.span_id)
    found = select(literal(1)).select_from(SpanAttributeRow).where(of_span, which, condition(text))
    return found.correlate(SpanRow.__table__).exists()


def _columns() -> FilterColumns:
    return FilterColumns(
        {
            "name": _text(_span.name, _span.name_folded),
            "type": _text(_span.type, _span.type_folded),
            "status": FieldColumn(_span.status, func.lower(_span.status)),
        },
        {ATTRIBUTES: _Attributes(), CONTENT: _Content()},
    )


def _text(value: ColumnElement[str], folded: ColumnElement[str | None]) -> FieldColumn:
    return FieldColumn(value, func.coalesce(folded, value))


def _is_about_span(part: Expression) -> bool:
    return isinstance(part, Comparison) and part.identifier.entity == SPAN


def _within(part: Expression) -> Expression:
    """Return a comparison in the words of spans: `name` for `span.name`, `attributes.k` for `span.attributes.k`."""
    if not isinstance(part, Comparison):
        return part
    found = part.identifier
    entity, dot, key = found.key.partition(".")
    if found.key == CONTENT:
        inner = Identifier(CONTENT, SPAN, found.position)
    elif entity == ATTRIBUTES and dot and key:
        inner = Identifier(ATTRIBUTES, key.strip('`"'), found.position)
    else:
        inner = Identifier(None, found.key, found.position)
    return Comparison(inner, part.operator, part.value, part.operator_position, part.value_position)


def _all(parts: list[Expression]) -> Expression | None:
    return And(tuple(parts)) if len(parts) > 1 else next(iter(parts), None)
