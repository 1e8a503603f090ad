"""What all generated structs have in common, and numbers as the wire has them."""

from __future__ import annotations

import math
from typing import Any, Final

import msgspec

WORDS: Final = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


class WireStruct(msgspec.Struct, kw_only=True, frozen=True):
    """A value that the server takes or answers. Fields that a later server adds are passed over."""


class Number(float):
    """A float that stands on the wire as a number, or as one of the words NaN, Infinity and -Infinity."""


def wire_number(value: float) -> float | str:
    """Return a number as JSON can carry it."""
    if math.isfinite(value):
        return float(value)
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def decode(kind: Any, content: bytes) -> Any:
    """Return JSON as a value of a type.

    Raises:
        msgspec.ValidationError: It is not of that type.
    """
    return msgspec.json.decode(content, type=kind, dec_hook=_decode_number)


def encode(body: Any) -> bytes:
    """Return a value as JSON; unset fields are left out, numbers that JSON has not are words."""
    return msgspec.json.encode(_with_words(msgspec.to_builtins(body, enc_hook=_plain)))


def _decode_number(kind: type, value: Any) -> Any:
    if kind is Number and (isinstance(value, int | float) or value in WORDS):
        return Number(value)
    raise TypeError(f"a {kind.__name__} cannot be {value!r}")


def _plain(value: Any) -> Any:
    if isinstance(value, Number):
        return wire_number(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def _with_words(value: Any) -> Any:
    if isinstance(value, float):
        return wire_number(value)
    if isinstance(value, dict):
        return {key: _with_words(part) for key, part in value.items()}
    return [_with_words(part) for part in value] if isinstance(value, list | tuple) else value
