"""Cursors whose parts are whole numbers."""

from __future__ import annotations

from infrastudio.kernel.errors import ValidationFailed
from infrastudio.kernel.pages import decode_cursor
from infrastudio.kernel.text import MAX_INTEGER


def integers_of(cursor: str, *names: str, of: str = "") -> tuple[int, ...]:
    """Return the numbers that a cursor holds under `names`.

    Raises:
        ValidationFailed: It did not come from this list; `of` tells lists with the same names apart.
    """
    values = decode_cursor(cursor)
    found = tuple(values.get(name) for name in names)
    numbers = tuple(value for value in found if type(value) is int and 0 <= value <= MAX_INTEGER)
    if len(numbers) != len(names) or values.get("of", "") != of:
        raise ValidationFailed.of("cursor", "is not a cursor of this list; leave it out to start from the first page")
    return numbers
