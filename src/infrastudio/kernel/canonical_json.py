"""Canonical JSON: keys sorted, no blanks, UTF-8 unescaped; NaN, infinities, NUL and lone surrogates refused."""

from __future__ import annotations

import hashlib
from typing import Any

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
    if "null" in text or "\\u0000" in text:  # what orjson makes of NaN, of infinities, and of NUL
        _refuse(value)
    return text


def canonical_digest(text: str | None) -> str | None:
    """Return the sha256 of a canonical text in hex; None stays None."""
    return None if text is None else hashlib.sha256(text.encode()).hexdigest()


def _refuse(value: Any) -> None:
    if isinstance(value, str):
        if "\0" in value:
            raise NotCanonical("NUL has no place in stored text")
    elif isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            raise NotCanonical(f"{value} is not a JSON number")
    elif isinstance(value, dict):
        for key, part in value.items():
            _refuse(key)
            _refuse(part)
    elif isinstance(value, list | tuple):
        for part in value:
            _refuse(part)
