"""What a filter and an order say, as values: conditions joined by AND, OR and NOT."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple

from infrastudio.kernel.text import MAX_INTEGER

Literal = str | int | float


class Position(NamedTuple):
    """A place in the text that people typed; lines and columns count from 1, the offset from 0."""

    offset: int
    line: int
    column: int


START: Final = Position(0, 1, 1)


class Operator(StrEnum):
    """How a value is compared."""

    EQUAL = "="
    NOT_EQUAL = "!="
    LESS = "<"
    LESS_OR_EQUAL = "<="
    GREATER = ">"
    GREATER_OR_EQUAL = ">="
    LIKE = "LIKE"
    ILIKE = "ILIKE"
    IN = "IN"
    NOT_IN = "NOT IN"
    IS_NULL = "IS NULL"
    IS_NOT_NULL = "IS NOT NULL"


LISTS: Final = (Operator.IN, Operator.NOT_IN)
NULL_TESTS: Final = (Operator.IS_NULL, Operator.IS_NOT_NULL)
PATTERNS: Final = (Operator.LIKE, Operator.ILIKE)


@dataclass(frozen=True)
class Identifier:
    """`entity.key`, or a bare attribute (`entity` is None)."""

    entity: str | None
    key: str
    position: Position = field(default=START, compare=False)

    def __post_init__(self) -> None:
        """Refuse names that no text can express: the grammar has no escapes."""
        for name in (self.entity, self.key):
            if name is not None and (not name or ("`" in name and '"' in name)):
                raise ValueError(f"{name!r} is no name: it is empty, or holds back-ticks and double quotes")


@dataclass(frozen=True)
class Comparison:
    """One condition; `value` is a tuple for lists and None for the tests for null."""

    identifier: Identifier
    operator: Operator
    value: Literal | tuple[Literal, ...] | None
    operator_position: Position = field(default=START, compare=False)
    value_position: Position = field(default=START, compare=False)

    def __post_init__(self) -> None:
        """Refuse values that do not fit the operator or that no text can express."""
        if isinstance(self.value, tuple) != (self.operator in LISTS) or self.value == ():
            raise ValueError(f"{self.operator} does not go with {self.value!r}")
        if (self.value is None) != (self.operator in NULL_TESTS):
            raise ValueError(f"{self.operator} does not go with {self.value!r}")
        for value in self.value if isinstance(self.value, tuple) else (self.value,):
            _require_expressible(value)


@dataclass(frozen=True)
class And:
    """All of at least two parts."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True)
class Or:
    """At least one of at least two parts."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True)
class Not:
    """The opposite of a part."""

    part: Expression


Expression = Comparison | And | Or | Not


def conjuncts(expression: Expression | None) -> Iterator[Expression]:
    """Yield the parts that must all hold; none for no filter."""
    if isinstance(expression, And):
        for part in expression.parts:
            yield from conjuncts(part)
    elif expression is not None:
        yield expression


def conjunction(parts: Sequence[Expression]) -> Expression | None:
    """Return what holds where all parts do; None for no parts."""
    return And(tuple(parts)) if len(parts) > 1 else next(iter(parts), None)


@dataclass(frozen=True)
class Ordering:
    """One term of an order."""

    identifier: Identifier
    descending: bool = False


def _require_expressible(value: Literal | None) -> None:
    if isinstance(value, str) and "'" in value and '"' in value:
        raise ValueError(f"{value!r} holds single and double quotes; the grammar has no escapes")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{value!r} is not a finite number")
    if isinstance(value, int) and not -MAX_INTEGER - 1 <= value <= MAX_INTEGER:
        raise ValueError(f"{value!r} does not fit into 64 bits")
