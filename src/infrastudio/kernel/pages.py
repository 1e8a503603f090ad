"""Pages of lists: what a client asks for, opaque cursors, what it gets."""

from __future__ import annotations

import base64
import binascii
from typing import Any, Generic, TypeVar

import orjson

from infrastudio.kernel.errors import ValidationFailed
from infrastudio.kernel.versioned import Value

Item = TypeVar("Item")

DEFAULT_LIMIT = 50
MAX_LIMIT = 1000
MAX_OFFSET = 1_000_000


class Page(Value, Generic[Item]):
    """One page of a list. Name the subclass of each item type: `class RunPage(Page[Run])`."""

    items: list[Item]
    next_cursor: str | None = None
    total: int
    total_exact: bool = True


class PageRequest(Value):
    """Which part of a list is wanted, and in which order."""

    limit: int = DEFAULT_LIMIT
    offset: int = 0
    cursor: str | None = None
    sort: tuple[str, ...] = ()
    descending: bool | None = None
    q: str | None = None
    filter: str | None = None
    columns: tuple[str, ...] | None = None


def encode_cursor(values: dict[str, Any]) -> str:
    """Return the opaque text that stands for `values`."""
    return base64.urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")


def decode_cursor(cursor: str) -> dict[str, Any]:
    """Return what `encode_cursor` was given.

    Raises:
        ValidationFailed: The text did not come from us.
    """
    try:
        values = orjson.loads(base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)))
    except (UnicodeEncodeError, binascii.Error, orjson.JSONDecodeError) as error:
        raise _foreign_cursor() from error
    if not isinstance(values, dict):
        raise _foreign_cursor()
    return values


def _foreign_cursor() -> ValidationFailed:
    return ValidationFailed.of("cursor", "is not a cursor of this list; leave it out to start from the first page")
