"""What a request carries: typed fields with the habits of protobuf's JSON, and their one decoder."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from typing_extensions import override

from infrastudio.kernel.canonical_json import NotCanonical, canonical_json
from infrastudio.kernel.text import MAX_INTEGER, is_storable
from infrastudio.protocols.mlflow.errors import MlflowError, invalid_parameter, missing_value, wrong_type

_WHOLE: Final = re.compile(r"[+-]?\d{1,40}", re.ASCII)
_DECIMAL: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_NON_FINITE: Final = {
    "NaN": math.nan,
    "Infinity": math.inf,
    "-Infinity": -math.inf,
    "nan": math.nan,
    "inf": math.inf,
    "-inf": -math.inf,
}

Arguments = dict[str, Any]
Check = Callable[[Any, str], None]
"""Raises MlflowError for a value that is not acceptable; the second argument names it."""


class FieldType(Protocol):
    """Turns a JSON value into ours."""

    def decode(self, value: Any, path: str) -> Any:
        """Return the value; None where the protocol passes over what was sent.

        Raises:
            MlflowError: It is of another type; `path` names the field.
        """
        ...

    def missing(self, path: str) -> MlflowError:
        """Return the failure for a required value that is not there."""
        return missing_value(path)


@dataclass(frozen=True)
class Field:
    """One field of a request.

    Attributes:
        name: As it stands in JSON and in the query.
        type: What it holds.
        required: Must it be there, and not be empty text?
        default: What the handler gets when it is absent.
        alias: Another name, read when `name` is absent.
        check: Refuses values of the right type; asked once all fields are known to be there and of their types.
    """

    name: str
    type: FieldType
    required: bool = False
    default: Any = None
    alias: str | None = None
    check: Check | None = None


def decode_fields(fields: Sequence[Field], raw: Mapping[str, Any]) -> Arguments:
    """Return the arguments of a request: each field by its name, absent ones at their default.

    Raises:
        MlflowError: The first field that is of the wrong type or missing; else the first that is not acceptable.
    """
    found = _decode(fields, raw, "")
    _check(fields, found, "")
    return found


def _decode(fields: Sequence[Field], raw: Mapping[str, Any], path: str) -> Arguments:
    found: Arguments = {}
    for field in fields:
        value = raw.get(field.name)
        if value is None and field.alias is not None:
            value = raw.get(field.alias)
        where = f"{path}{field.name}"
        decoded = None if value is None else field.type.decode(value, where)
        if field.required and (value is None or decoded == ""):
            raise field.type.missing(where)
        found[field.name] = field.default if decoded is None else decoded
    return found


def _check(fields: Sequence[Field], found: Arguments, path: str) -> None:
    for field in fields:
        value = found[field.name]
        if value is None:
            continue
        where = f"{path}{field.name}"
        if field.check is not None:
            field.check(value, where)
        if isinstance(field.type, ListOf) and isinstance(field.type.item, Message):
            for place, item in enumerate(value):
                _check(field.type.item.fields, item, f"{where}[{place}].")
        elif isinstance(field.type, Message):
            _check(field.type.fields, value, f"{where}.")


class Text(FieldType):
    """Strict text; a number is a type error."""

    @override
    def decode(self, value: Any, path: str) -> str:
        if not isinstance(value, str):
            raise wrong_type(path, value)
        if not is_storable(value):
            raise invalid_parameter(f"Parameter '{path}' must not contain NUL or lone surrogates.")
        return value


class CoercedText(Text):
    """Text, or a number or truth value that is taken for its text."""

    @override
    def decode(self, value: Any, path: str) -> str:
        if isinstance(value, bool):
            return "true" if value else "false"
        return super().decode(str(value) if isinstance(value, int | float) else value, path)


class Int64(FieldType):
    """An integer: numbers, numeric text and integral floats; a fraction or one beyond 64 bits is passed over."""

    @override
    def decode(self, value: Any, path: str) -> int | None:
        if isinstance(value, str):
            if not _WHOLE.fullmatch(value):
                raise wrong_type(path, value)
            value = int(value)
        if isinstance(value, float):
            if not math.isfinite(value) or not value.is_integer():
                return None
            value = int(value)
        if isinstance(value, bool):
            return None
        if not isinstance(value, int):
            raise wrong_type(path, value)
        return value if -MAX_INTEGER - 1 <= value <= MAX_INTEGER else None


class Double(FieldType):
    """A float: numbers, numeric text, and the texts for NaN and the infinities."""

    @override
    def decode(self, value: Any, path: str) -> float:
        if isinstance(value, str):
            if (special := _NON_FINITE.get(value)) is not None:
                return special
            if _DECIMAL.fullmatch(value):
                return float(value)
        elif isinstance(value, float) or (isinstance(value, int) and not isinstance(value, bool)):
            return _float(value)
        raise wrong_type(path, value)


def _float(value: float) -> float:
    """Return a number as a float; an integer beyond all floats is infinite, as it is when written with an exponent."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


class Boolean(FieldType):
    """A truth value; in a query also in Python's spelling."""

    @override
    def decode(self, value: Any, path: str) -> bool:
        if isinstance(value, str) and value.lower() in ("true", "false"):
            return value.lower() == "true"
        if not isinstance(value, bool):
            raise invalid_parameter(f"Invalid boolean value: {value}, must be 'true' or 'false'.")
        return value


@dataclass(frozen=True)
class Enumeration(FieldType):
    """One of some words, by name or by number; what is neither is passed over."""

    words: Mapping[str, int]

    @override
    def decode(self, value: Any, path: str) -> str | None:
        if isinstance(value, str):
            if value in self.words:
                return value
            value = int(value) if _WHOLE.fullmatch(value) else None
        if isinstance(value, bool) or not isinstance(value, int):
            return None
        return next((word for word, number in self.words.items() if number == value), None)


@dataclass(frozen=True)
class ListOf(FieldType):
    """A list of items of one type."""

    item: FieldType

    @override
    def decode(self, value: Any, path: str) -> list[Any]:
        if not isinstance(value, list):
            raise wrong_type(path, value)
        return [self.item.decode(part, f"{path}[{place}]") for place, part in enumerate(value)]


@dataclass(frozen=True)
class Message(FieldType):
    """An object with fields of its own; unknown ones are ignored."""

    fields: tuple[Field, ...]

    @override
    def decode(self, value: Any, path: str) -> Arguments:
        if not isinstance(value, dict):
            raise wrong_type(path, value)
        return _decode(self.fields, value, f"{path}.")


class TextMap(FieldType):
    """An object whose values are text; numbers and truth values are taken for theirs."""

    @override
    def decode(self, value: Any, path: str) -> dict[str, str]:
        if not isinstance(value, dict):
            raise wrong_type(path, value)
        return {
            TEXT.decode(key, path): COERCED_TEXT.decode(part, f"{path}.{key}")
            for key, part in value.items()
            if part is not None
        }


class AnyJson(FieldType):
    """Whatever JSON can hold, but for text that databases cannot keep."""

    @override
    def decode(self, value: Any, path: str) -> Any:
        try:
            canonical_json(value)
        except (NotCanonical, RecursionError) as error:
            raise invalid_parameter(f"Parameter '{path}' must be JSON that can be kept: {error}") from error
        return value


@dataclass(frozen=True)
class PositiveCount(FieldType):
    """How many are wanted: at least 1, and at most `limit`."""

    limit: int

    @override
    def decode(self, value: Any, path: str) -> int:
        count = INT64.decode(value, path) or 0
        if count < 1:
            raise _refused_count(path, count, "a positive integer")
        if count > self.limit:
            raise _refused_count(path, count, f"at most {self.limit}")
        return count

    @override
    def missing(self, path: str) -> MlflowError:
        return _refused_count(path, 0, "a positive integer")


def _refused_count(path: str, count: int, needed: str) -> MlflowError:
    return invalid_parameter(f"Invalid value {count} for parameter '{path}' supplied. It must be {needed}")


class Texts(ListOf):
    """A list of text; one item that is none makes the whole a type error."""

    @override
    def decode(self, value: Any, path: str) -> list[Any]:
        if isinstance(value, list) and not all(isinstance(part, str) for part in value):
            raise wrong_type(path, value)
        return super().decode(value, path)


TEXT: Final = Text()
COERCED_TEXT: Final = CoercedText()
TEXT_MAP: Final = TextMap()
ANY_JSON: Final = AnyJson()
INT64: Final = Int64()
DOUBLE: Final = Double()
BOOLEAN: Final = Boolean()
TEXTS: Final = Texts(TEXT)
IDS: Final = ListOf(COERCED_TEXT)


def text(
    name: str,
    *,
    required: bool = False,
    default: str | None = None,
    alias: str | None = None,
    check: Check | None = None,
) -> Field:
    """Return a field of text."""
    return Field(name, TEXT, required, default, alias, check)


def integer(name: str, *, required: bool = False, default: int | None = None, check: Check | None = None) -> Field:
    """Return a field of a 64-bit integer."""
    return Field(name, INT64, required, default, check=check)


def texts(name: str, *, required: bool = False, check: Check | None = None) -> Field:
    """Return a field of a list of text."""
    return Field(name, TEXTS, required, (), check=check)


def ids(name: str, *, required: bool = False) -> Field:
    """Return a field of a list of ids, in which numbers count as text."""
    return Field(name, IDS, required, ())


def messages(name: str, *fields: Field, required: bool = False, check: Check | None = None) -> Field:
    """Return a field of a list of objects."""
    return Field(name, ListOf(Message(fields)), required, (), check=check)


def one_message(name: str, *fields: Field, required: bool = False) -> Field:
    """Return a field of an object."""
    return Field(name, Message(fields), required)


def word(name: str, words: Mapping[str, int], *, required: bool = False, default: str | None = None) -> Field:
    """Return a field of one of some words."""
    return Field(name, Enumeration(words), required, default)


def count(name: str, *, limit: int, default: int | None = None, required: bool = False) -> Field:
    """Return the field that says how many are wanted."""
    return Field(name, PositiveCount(limit), required, default)
