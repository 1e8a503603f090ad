"""In which order the entities of a list stood at a moment: remembered, since the past never changes."""

from __future__ import annotations

import threading
from array import array
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from typing import Final

from infrastudio.stores.db import Snapshot, UnitOfWork
from infrastudio.stores.ledger.entries import head

MAX_NUMBERS: Final = 1_000_000
"""Of all remembered lists together, eight bytes each; the list that was asked for least lately is forgotten first."""

AROUND: Final = 100
"""What the key of a list takes, in numbers."""


class Orders:
    """Lists of the past by what was asked: the numbers of the events that tell them, in order. Threads share it."""

    def __init__(self, max_numbers: int = MAX_NUMBERS) -> None:
        self._max = max_numbers
        self._known: OrderedDict[Hashable, array[int]] = OrderedDict()
        self._held = 0
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> array[int] | None:
        """Return the list that was remembered for `key`."""
        with self._lock:
            found = self._known.get(key)
            if found is not None:
                self._known.move_to_end(key)
            return found

    def put(self, key: Hashable, order: array[int]) -> None:
        """Remember a list, in place of as many others as it takes; one that alone is too long is not remembered."""
        if _weight(order) > self._max:
            return
        with self._lock:
            self._held += _weight(order) - _weight(self._known.pop(key, None))
            self._known[key] = order
            while self._held > self._max:
                _, forgotten = self._known.popitem(last=False)
                self._held -= _weight(forgotten)


def _weight(order: array[int] | None) -> int:
    """Return how much a list counts; what stands around it counts too, or empty ones could be remembered for ever."""
    return 0 if order is None else len(order) + AROUND


def remembered_order(snapshot: Snapshot, key: Hashable, seq: int, load: Callable[[], Iterable[int]]) -> array[int]:
    """Return which events tell a list as of event `seq`, in its order, from memory where it was asked for before.

    Args:
        snapshot: Where it is read if need be. A unit of work always reads: what it does itself has no number yet.
        key: All that the list depends on beside the moment: filter, order, the projects that it shows.
        seq: The moment. One that lies behind the end of the ledger can still change and is not remembered.
        load: Reads the list.
    """
    orders = snapshot.cached(Orders, Orders)
    if orders is None or isinstance(snapshot, UnitOfWork):
        return array("q", load())
    known = orders.get((key, seq))
    if known is None:
        known = array("q", load())
        if seq <= head(snapshot):
            orders.put((key, seq), known)
    return known
