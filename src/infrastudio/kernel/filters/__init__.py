"""The one grammar of filters and orders: native lists, UI, CLI and other protocols read it with the same parser."""

from infrastudio.kernel.filters.errors import InvalidFilter
from infrastudio.kernel.filters.fields import (
    EQUALITY,
    MEMBERSHIP,
    NUMBER_OPERATORS,
    PRESENCE,
    TEXT_OPERATORS,
    Collection,
    Condition,
    Field,
    FilterFields,
    Kind,
    Target,
)
from infrastudio.kernel.filters.like import like_matches
from infrastudio.kernel.filters.parser import CONJUNCTIVE, NATIVE, Dialect, parse_filter, parse_order_by
from infrastudio.kernel.filters.printer import print_filter, print_identifier, print_order_by
from infrastudio.kernel.filters.tree import (
    And,
    Comparison,
    Expression,
    Identifier,
    Literal,
    Not,
    Operator,
    Or,
    Ordering,
    Position,
    conjunction,
    conjuncts,
)

__all__ = [
    "CONJUNCTIVE",
    "EQUALITY",
    "MEMBERSHIP",
    "NATIVE",
    "NUMBER_OPERATORS",
    "PRESENCE",
    "TEXT_OPERATORS",
    "And",
    "Collection",
    "Comparison",
    "Condition",
    "Dialect",
    "Expression",
    "Field",
    "FilterFields",
    "Identifier",
    "InvalidFilter",
    "Kind",
    "Literal",
    "Not",
    "Operator",
    "Or",
    "Ordering",
    "Position",
    "Target",
    "conjunction",
    "conjuncts",
    "like_matches",
    "parse_filter",
    "parse_order_by",
    "print_filter",
    "print_identifier",
    "print_order_by",
]
