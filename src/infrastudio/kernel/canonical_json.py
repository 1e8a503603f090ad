"""Canonical JSON: keys sorted, no blanks, UTF-8 unescaped; NaN, infinities, NUL and lone surrogates refused."""

from __future__ import annotations

import hashlib
import math
from typing import Any, Final

import orjson


class NotCanonical(ValueError):
    """The value has no canonical JSON form."""


def canonical_json(value: Any) -> str:
    """Return the one text of `value`, a tree of dict, list, str, int, float, bool and None.

    Raises:
        NotCanonical: It holds NaN, an infinity, NUL, a lone surrogate, an integer beyond 64 bits or another type.
    """
    try:
        text = orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    except (TypeError, UnicodeEncodeError) as error:
        raise NotCanonical(str(error)) from error
    if "\\u0000" in text:  # what orjson makes of NUL, or of the text that looks like it
        _refuse_nul(value)
    if "null" in text:  # what it makes of NaN and infinities, or of None
        _refuse_non_numbers(value)
    return text


def canonical_digest(text: str | None) -> str | None:
    """Return the sha256 of a canonical text in hex; None stays None."""
    return None if text is None else hashlib.sha256(text.encode()).hexdigest()


_HARMLESS: Final = frozenset({str, int, bool, type(None)})
"""Types of which no value is a float, nor holds one."""


def _refuse_non_numbers(value: Any) -> None:
    if isinstance(value, dict | list | tuple):
        for part in value.values() if isinstance(value, dict) else value:
            if type(part) not in _HARMLESS:
                _refuse_non_numbers(part)
    elif isinstance(value, float) and not math.isfinite(value):
        raise NotCanonical(f"{value} is not a JSON number")


def _refuse_nul(value: Any) -> None:
    if isinstance(value, str):
        if "\0" in value:
            raise NotCanonical("NUL has no place in stored text")
    elif isinstance(value, dict | list | tuple):
        for part in [*value, *value.values()] if isinstance(value, dict) else value:
            _refuse_nul(part)
