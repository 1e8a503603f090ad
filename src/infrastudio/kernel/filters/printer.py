"""From a tree back to text: what the parser reads as the same tree."""

from __future__ import annotations

import re

from infrastudio.kernel.filters.tokens import KEYWORDS
from infrastudio.kernel.filters.tree import (
    NULL_TESTS,
    And,
    Comparison,
    Expression,
    Identifier,
    Literal,
    Not,
    Or,
    Ordering,
)

_PLAIN_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_PLAIN_KEY = re.compile(r"\w[\w.]*", re.ASCII)


def print_filter(expression: Expression | None) -> str:
    """Return the text of a filter; no filter is the empty text."""
    if expression is None:
        return ""
    if isinstance(expression, Comparison):
        return _comparison(expression)
    if isinstance(expression, Not):
        return f"NOT {_part(expression.part, And, Or)}"
    if isinstance(expression, And):
        return " AND ".join(_part(part, And, Or) for part in expression.parts)
    return " OR ".join(_part(part, Or) for part in expression.parts)


def print_order_by(ordering: Ordering) -> str:
    """Return the text of one term of an order."""
    return print_identifier(ordering.identifier) + (" DESC" if ordering.descending else "")


def print_identifier(identifier: Identifier) -> str:
    """Return the text of a name, quoted where it must be."""
    if identifier.entity is None:
        return _name(identifier.key, _PLAIN_NAME)
    return f"{_name(identifier.entity, _PLAIN_NAME)}.{_name(identifier.key, _PLAIN_KEY)}"


def _part(part: Expression, *grouped: type[Expression]) -> str:
    text = print_filter(part)
    return f"({text})" if isinstance(part, grouped) else text


def _comparison(comparison: Comparison) -> str:
    head = f"{print_identifier(comparison.identifier)} {comparison.operator.value}"
    if comparison.operator in NULL_TESTS:
        return head
    if isinstance(comparison.value, tuple):
        return f"{head} ({', '.join(_literal(value) for value in comparison.value)})"
    assert comparison.value is not None  # noqa: S101  the tree allows None for the tests for null only
    return f"{head} {_literal(comparison.value)}"


def _literal(value: Literal) -> str:
    if isinstance(value, str):
        quote = '"' if "'" in value else "'"
        return f"{quote}{value}{quote}"
    return repr(value)


def _name(name: str, plain: re.Pattern[str]) -> str:
    if plain.fullmatch(name) and name.upper() not in KEYWORDS:
        return name
    quote = '"' if "`" in name else "`"
    return f"{quote}{name}{quote}"
