"""From tokens to a tree, in two dialects."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from infrastudio.kernel.filters.errors import InvalidFilter, closest
from infrastudio.kernel.filters.tokens import Lexer, Token
from infrastudio.kernel.filters.tree import (
    LISTS,
    And,
    Comparison,
    Expression,
    Identifier,
    Literal,
    Not,
    Operator,
    Or,
    Ordering,
)
from infrastudio.kernel.text import MAX_INTEGER

MAX_DEPTH: Final = 50
"""How deep parentheses and NOT may be nested."""
MAX_COMPARISONS: Final = 200

_FOREIGN_OPERATORS: Final = {"==": "=", "<>": "!="}


@dataclass(frozen=True)
class Dialect:
    """Which parts of the grammar may be used."""

    name: str
    boolean_algebra: bool
    """Are OR, NOT and parentheses allowed?"""
    dangling_and: bool
    """Is an AND without a condition beside it passed over?"""
    blank_is_empty: bool
    """Is a text of blanks the same as no filter?"""


NATIVE: Final = Dialect("native", boolean_algebra=True, dangling_and=False, blank_is_empty=True)
"""The whole grammar: our API, UI and CLI."""

CONJUNCTIVE: Final = Dialect("conjunctive", boolean_algebra=False, dangling_and=True, blank_is_empty=False)
"""Conditions joined by AND and nothing else, as tracking clients speak it."""


def parse_filter(text: str, dialect: Dialect = NATIVE, *, parameter: str = "filter") -> Expression | None:
    """Return what a filter says; None when it says nothing.

    Args:
        text: For example `metrics.acc > 0.9 and params.lr = '0.01'`.
        dialect: Which parts of the grammar may be used.
        parameter: What errors call the text.

    Raises:
        InvalidFilter: The text does not follow the grammar; names line and column and, if it can, the cure.
    """
    if not text or (dialect.blank_is_empty and not text.strip()):
        return None
    return _Parser(text, dialect, parameter).filter()


def parse_order_by(text: str, *, parameter: str = "order_by") -> Ordering:
    """Return what one term of an order says: `metrics.acc DESC`; ascending when no direction is named.

    Raises:
        InvalidFilter: The text is no name, or ends with something that is no direction.
    """
    return _Parser(text, NATIVE, parameter).ordering()


class _Parser:
    def __init__(self, text: str, dialect: Dialect, parameter: str) -> None:
        self._text = text
        self._dialect = dialect
        self._parameter = parameter
        self._tokens = list(Lexer(text, parameter).tokens())
        self._at = 0
        self._depth = 0
        self._comparisons = 0

    def filter(self) -> Expression:
        """Read a whole filter."""
        if self._peek().kind == "end":
            raise self._error(f"Invalid filter '{self._text}'. Could not be parsed.")
        expression = self._disjunction() if self._dialect.boolean_algebra else self._conjunction()
        if self._peek().kind != "end":
            raise self._unexpected()
        return expression

    def ordering(self) -> Ordering:
        """Read one term of an order."""
        wrong = f"Invalid order_by clause '{self._text}'. Could not be parsed."
        if self._peek().kind not in ("name", "text") or self._peek().source.startswith("'"):
            raise self._error(wrong)
        identifier = self._identifier()
        direction = self._peek()
        if direction.kind == "end":
            return Ordering(identifier)
        if direction.kind != "name":
            raise self._error(wrong)
        if direction.source.upper() not in ("ASC", "DESC"):
            raise self._error(f"Invalid ordering key in order_by clause '{self._text}'.", suggestion="ASC or DESC")
        self._at += 1
        if self._peek().kind != "end":
            raise self._error(wrong)
        return Ordering(identifier, direction.source.upper() == "DESC")

    def _peek(self) -> Token:
        return self._tokens[self._at]

    def _disjunction(self) -> Expression:
        parts = [self._conjunction()]
        while self._peek().is_keyword("OR"):
            self._at += 1
            parts.append(self._conjunction())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _conjunction(self) -> Expression:
        self._pass_dangling_ands()
        parts = [self._negation()]
        while self._peek().is_keyword("AND"):
            self._at += 1
            self._pass_dangling_ands()
            if self._peek().kind == "end" and self._dialect.dangling_and:
                break
            parts.append(self._negation())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _pass_dangling_ands(self) -> None:
        while self._dialect.dangling_and and self._peek().is_keyword("AND"):
            self._at += 1

    def _negation(self) -> Expression:
        if not self._dialect.boolean_algebra or not (self._peek().is_keyword("NOT") or self._peek().source == "("):
            return self._comparison()
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._error(f"Parentheses and NOT are nested deeper than {MAX_DEPTH}.")
        expression = self._negated() if self._peek().is_keyword("NOT") else self._group()
        self._depth -= 1
        return expression

    def _negated(self) -> Expression:
        self._at += 1
        return Not(self._negation())

    def _group(self) -> Expression:
        opening = self._peek()
        self._at += 1
        expression = self._disjunction()
        if self._peek().source != ")" or self._peek().kind != "punctuation":
            if self._peek().kind != "end":
                raise self._unexpected()
            raise InvalidFilter(
                "The parenthesis is not closed.", opening.position, suggestion="write )", parameter=self._parameter
            )
        self._at += 1
        return expression

    def _comparison(self) -> Comparison:
        if self._peek().kind not in ("name", "text") or self._peek().source.startswith("'"):
            raise self._unexpected()
        self._comparisons += 1
        if self._comparisons > MAX_COMPARISONS:
            raise self._error(f"A filter holds at most {MAX_COMPARISONS} conditions.")
        identifier = self._identifier()
        operator_position = self._peek().position
        operator = self._operator(identifier)
        value_position = self._peek().position
        value: Literal | tuple[Literal, ...] | None = None
        if operator in LISTS:
            value = self._list()
        elif operator not in (Operator.IS_NULL, Operator.IS_NOT_NULL):
            value = self._value()
        return Comparison(identifier, operator, value, operator_position, value_position)

    def _identifier(self) -> Identifier:
        token = self._peek()
        entity, key = token.parts if len(token.parts) == 2 else (None, token.parts[0])
        try:
            identifier = Identifier(entity, key, token.position)
        except ValueError as error:
            raise self._error(f"Invalid name {token.source}: {error}") from error
        self._at += 1
        return identifier

    def _operator(self, identifier: Identifier) -> Operator:
        token = self._peek()
        self._at += 1
        if token.kind == "operator":
            if (ours := _FOREIGN_OPERATORS.get(token.source)) is not None:
                self._at -= 1
                raise self._error(f"Invalid comparator '{token.source}'", suggestion=ours)
            return Operator(token.source)
        if token.is_keyword("LIKE", "ILIKE", "IN"):
            return Operator(token.source.upper())
        if token.is_keyword("NOT") and self._peek().is_keyword("IN"):
            self._at += 1
            return Operator.NOT_IN
        if token.is_keyword("IS"):
            return self._null_test()
        self._at -= 1
        raise self._no_operator(identifier)

    def _null_test(self) -> Operator:
        operator = Operator.IS_NULL
        if self._peek().is_keyword("NOT"):
            operator = Operator.IS_NOT_NULL
            self._at += 1
        if not self._peek().is_keyword("NULL"):
            raise self._error("IS is followed by NULL or NOT NULL.", suggestion=operator)
        self._at += 1
        return operator

    def _no_operator(self, identifier: Identifier) -> InvalidFilter:
        """Tell that a name stands alone, or before a word that is no operator."""
        token = self._peek()
        if token.is_keyword("NOT"):
            return self._error(
                "Invalid comparator 'NOT LIKE'", suggestion="NOT before the whole condition, as in NOT name LIKE 'a%'"
            )
        if token.kind == "name":
            known = closest(token.source, [operator.value for operator in Operator])
            return self._error(f"Invalid comparator '{token.source}'", suggestion=known)
        typed = self._tokens[self._at - 1]
        return InvalidFilter(
            f"Invalid clause(s) in filter string: '{typed.source}'",
            identifier.position,
            suggestion=f"a comparison, such as {typed.source} = 'value'",
            parameter=self._parameter,
        )

    def _list(self) -> tuple[Literal, ...]:
        if self._peek().source != "(":
            raise self._error("IN is followed by a list in parentheses.", suggestion="IN ('a', 'b')")
        self._at += 1
        values: list[Literal] = []
        while self._peek().source != ")" or self._peek().kind != "punctuation":
            values.append(self._value())
            if self._peek().source == "," and self._peek().kind == "punctuation":
                self._at += 1
            elif self._peek().source != ")":
                raise self._error("The values of a list are separated by commas and end with a parenthesis.")
        if not values:
            raise self._error(
                "While parsing a list in the query, expected a non-empty list of string values, but got empty list"
            )
        self._at += 1
        return tuple(values)

    def _value(self) -> Literal:
        token = self._peek()
        if token.kind == "text":
            self._at += 1
            return token.parts[0]
        if token.kind != "number":
            found = token.source or "nothing"
            raise self._error(
                f"Expected a number or a quoted string value. Found {found}",
                suggestion=f"'{token.source}'" if token.kind in ("name", "keyword") and "'" not in found else None,
            )
        self._at += 1
        try:
            whole = int(token.source)
        except ValueError:
            number = float(token.source)
            if math.isfinite(number):
                return number
        else:
            if -MAX_INTEGER - 1 <= whole <= MAX_INTEGER:
                return whole
        self._at -= 1
        raise self._error(f"The number {token.source} is too large.")

    def _unexpected(self) -> InvalidFilter:
        """Tell that a word has no place here."""
        token = self._peek()
        if token.kind == "end":
            return self._error("The filter ends where a condition should stand.")
        source, suggestion = token.source, None
        if source == "(" and not self._dialect.boolean_algebra:
            source = self._text_of_group()
        elif token.kind in ("name", "text") and self._at:
            suggestion = "AND between two conditions"
        elif token.kind == "punctuation":
            suggestion = f"leave out {source}"
        return self._error(f"Invalid clause(s) in filter string: '{source}'", suggestion=suggestion)

    def _text_of_group(self) -> str:
        depth = 0
        for token in self._tokens[self._at :]:
            if token.kind == "punctuation":
                depth += {"(": 1, ")": -1}.get(token.source, 0)
                if not depth:
                    return self._text[self._peek().position.offset : token.position.offset + 1]
        return self._text[self._peek().position.offset :]

    def _error(self, message: str, *, suggestion: str | None = None) -> InvalidFilter:
        return InvalidFilter(message, self._peek().position, suggestion=suggestion, parameter=self._parameter)
