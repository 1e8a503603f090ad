"""Many values, some at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final, TypeVar

Item = TypeVar("Item")

LISTED: Final = 500
"""How many values stand in one list of a statement; some databases take no thousands."""


def batches(values: Iterable[Item], size: int = LISTED) -> Iterator[list[Item]]:
    """Yield the values in order, `size` at a time; the last batch may be shorter, and none is empty."""
    remaining = iter(values)
    while batch := list(islice(remaining, size)):
        yield batch
