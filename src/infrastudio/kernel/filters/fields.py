"""What a list can be filtered and ordered by, and what a comparison means for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from infrastudio.kernel.clock import parse_time, to_micros
from infrastudio.kernel.filters.errors import InvalidFilter, closest
from infrastudio.kernel.filters.like import like_matches
from infrastudio.kernel.filters.tree import (
    LISTS,
    NULL_TESTS,
    PATTERNS,
    Comparison,
    Identifier,
    Literal,
    Operator,
    Ordering,
)

EQUALITY: Final = frozenset({Operator.EQUAL, Operator.NOT_EQUAL})
MEMBERSHIP: Final = frozenset(LISTS)
PRESENCE: Final = frozenset(NULL_TESTS)
TEXT_OPERATORS: Final = EQUALITY | frozenset(PATTERNS)
NUMBER_OPERATORS: Final = EQUALITY | {
    Operator.LESS,
    Operator.LESS_OR_EQUAL,
    Operator.GREATER,
    Operator.GREATER_OR_EQUAL,
}


class Kind(Enum):
    """What a field holds, and so what it is compared with."""

    TEXT = "text"
    NUMBER = "number"
    TIME = "time"
    """A moment; compared with a quoted RFC 3339 time."""
    MILLISECONDS = "milliseconds"
    """A moment; compared with a number, milliseconds since 1970."""
    CHOICE = "choice"
    """One of a few words; compared as text."""


_OPERATORS_OF: Final = {
    Kind.TEXT: TEXT_OPERATORS | MEMBERSHIP | PRESENCE,
    Kind.NUMBER: NUMBER_OPERATORS | MEMBERSHIP | PRESENCE,
    Kind.TIME: NUMBER_OPERATORS | PRESENCE,
    Kind.MILLISECONDS: NUMBER_OPERATORS,
    Kind.CHOICE: TEXT_OPERATORS | MEMBERSHIP,
}


@dataclass(frozen=True)
class Field:
    """One thing to compare.

    Attributes:
        column: The name under which a source of columns knows it.
        kind: What it holds.
        operators: How it may be compared; None: in every way that its kind allows.
        choices: For words: what clients say, and what is stored; an order follows theirs.
        any_choice: A word that is none of the choices equals none of them, instead of being refused.
        filterable: May conditions name it?
        sortable: May orders name it?
    """

    column: str
    kind: Kind = Kind.TEXT
    operators: frozenset[Operator] | None = None
    choices: Mapping[str, str] = field(default_factory=dict)
    any_choice: bool = False
    filterable: bool = True
    sortable: bool = True

    @property
    def allowed(self) -> frozenset[Operator]:
        """The operators that may be used."""
        return _OPERATORS_OF[self.kind] if self.operators is None else self.operators


@dataclass(frozen=True)
class Collection:
    """Values by key: `metrics.acc`.

    Attributes:
        name: What it is called, also to a source of columns.
        values: What stands under any key, unless `keys` says it.
        aliases: Other names that clients may use.
        keys: The only keys there are.
    """

    name: str
    values: Field
    aliases: tuple[str, ...] = ()
    keys: Mapping[str, Field] | None = None


@dataclass(frozen=True)
class Target:
    """What a name stands for: an attribute, or a key of a collection."""

    field: Field
    collection: Collection | None = None
    key: str = ""


@dataclass(frozen=True)
class Condition:
    """A comparison in terms of what is stored: moments in microseconds, words as kept."""

    target: Target
    operator: Operator
    value: Literal | tuple[Literal, ...] | None


@dataclass(frozen=True)
class FilterFields:
    """All that one kind of list can be filtered and ordered by."""

    attributes: Mapping[str, Field]
    collections: tuple[Collection, ...] = ()
    attribute_entities: tuple[str, ...] = ("attribute", "attributes", "attr")

    def target(self, identifier: Identifier, usable: Callable[[Field], bool], parameter: str = "filter") -> Target:
        """Return what a name stands for.

        Raises:
            InvalidFilter: There is no such thing; says what there is.
        """
        entity, key = identifier.entity, identifier.key
        if entity is None or entity in self.attribute_entities:
            known = {name: found for name, found in self.attributes.items() if usable(found)}
            if key not in known:
                raise _unknown_key("attribute", identifier, known, parameter)
            return Target(known[key])
        collection = self._collection(identifier, parameter)
        if collection.keys is not None and key not in collection.keys:
            raise _unknown_key(collection.name, identifier, collection.keys, parameter)
        found = collection.values if collection.keys is None else collection.keys[key]
        if not usable(found):
            raise InvalidFilter(f"Invalid order_by entity: {entity}", identifier.position, parameter=parameter)
        return Target(found, collection, key)

    def condition(self, comparison: Comparison, parameter: str = "filter") -> Condition:
        """Return what a comparison means.

        Raises:
            InvalidFilter: It names something unknown, or compares it in a way or with a value that does not fit.
        """
        target = self.target(comparison.identifier, lambda found: found.filterable, parameter)
        allowed = target.field.allowed
        if comparison.operator not in allowed:
            names = ", ".join(operator.value for operator in Operator if operator in allowed)
            raise InvalidFilter(
                f"Invalid comparator '{comparison.operator.value}' not one of '{names}'",
                comparison.operator_position,
                parameter=parameter,
            )
        return _condition(target, comparison, parameter)

    def ordering(self, ordering: Ordering, parameter: str = "order_by") -> Target:
        """Return what one term of an order sorts by.

        Raises:
            InvalidFilter: It names something unknown, or something that has no order.
        """
        return self.target(ordering.identifier, lambda found: found.sortable, parameter)

    def _collection(self, identifier: Identifier, parameter: str) -> Collection:
        for collection in self.collections:
            if identifier.entity in (collection.name, *collection.aliases):
                return collection
        names = [collection.name for collection in self.collections]
        names.insert(min(3, len(names)), "attribute")
        entity = identifier.entity or ""
        raise InvalidFilter(
            f"Invalid entity type '{entity}'. Valid values are {names}",
            identifier.position,
            suggestion=closest(entity, [*names, *(alias for c in self.collections for alias in c.aliases)]),
            parameter=parameter,
        )


def _unknown_key(what: str, identifier: Identifier, known: Mapping[str, Field], parameter: str) -> InvalidFilter:
    return InvalidFilter(
        f"Invalid {what} key '{identifier.key}' specified. Valid keys are '{', '.join(known)}'",
        identifier.position,
        suggestion=closest(identifier.key, known),
        parameter=parameter,
    )


def _condition(target: Target, comparison: Comparison, parameter: str) -> Condition:
    operator, value = comparison.operator, comparison.value

    def stored(one: Literal) -> Literal:
        return _stored(target, comparison, one, parameter)

    if value is None:
        return Condition(target, operator, None)
    if isinstance(value, tuple):
        values = tuple(stored(one) for one in value)
        if target.field.kind is Kind.CHOICE:
            values = _chosen(target.field, comparison, parameter)
        return Condition(target, operator, values)
    one = stored(value)
    if target.field.kind is Kind.CHOICE:
        negated = operator is Operator.NOT_EQUAL
        return Condition(
            target, Operator.NOT_IN if negated else Operator.IN, _chosen(target.field, comparison, parameter)
        )
    return Condition(target, operator, one)


def _chosen(field_: Field, comparison: Comparison, parameter: str) -> tuple[Literal, ...]:
    """Return the stored words that the right side of a comparison means."""
    words = comparison.value if isinstance(comparison.value, tuple) else (comparison.value,)
    if comparison.operator in PATTERNS:
        pattern, ignore_case = str(words[0]), comparison.operator is Operator.ILIKE
        return tuple(
            kept for said, kept in field_.choices.items() if like_matches(said, pattern, ignore_case=ignore_case)
        )
    for word in words:
        if word not in field_.choices and not field_.any_choice:
            raise InvalidFilter(
                f"'{word}' is not one of {', '.join(field_.choices)}.",
                comparison.value_position,
                suggestion=closest(str(word), field_.choices),
                parameter=parameter,
            )
    return tuple(field_.choices[str(word)] for word in words if word in field_.choices)


def _stored(target: Target, comparison: Comparison, value: Literal, parameter: str) -> Literal:
    """Return the value as it is kept, or refuse one of the wrong type."""

    def refuse(message: str, suggestion: str | None = None) -> InvalidFilter:
        return InvalidFilter(message, comparison.value_position, suggestion=suggestion, parameter=parameter)

    kind, collection = target.field.kind, target.collection
    if kind in (Kind.NUMBER, Kind.MILLISECONDS):
        if isinstance(value, str):
            what = collection.name if collection else f"numeric attribute: {comparison.identifier.key}"
            raise refuse(f"Expected numeric value type for {what}. Found '{value}'", "the number without quotes")
        return value
    if not isinstance(value, str):
        what = "attributes" if collection is None else collection.name
        example = "" if collection is None else " (e.g. 'my-value')"
        raise refuse(f"Expected a quoted string value for {what}{example}. Got value {value}", f"'{value}'")
    if kind is not Kind.TIME:
        return value
    try:
        return to_micros(parse_time(value))
    except (ValueError, OverflowError) as error:
        raise refuse(f"'{value}' is no moment.", "'2026-01-31T12:00:00Z'") from error
