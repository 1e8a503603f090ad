"""The newest items of a numbered stream, bounded, for many readers at different places."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Wake = Callable[[], None]


class Listeners:
    """Who wants to be woken; in the event loop."""

    def __init__(self) -> None:
        self._wakes: list[Wake] = []

    def __len__(self) -> int:
        """How many listen."""
        return len(self._wakes)

    def subscribe(self, wake: Wake) -> Callable[[], None]:
        """Call `wake` when there is news; return the way to end it."""
        self._wakes.append(wake)
        return lambda: self._wakes.remove(wake)

    def wake(self) -> None:
        """Tell everybody that there is news."""
        for wake in tuple(self._wakes):
            wake()


class Ring(Listeners, Generic[Item]):
    """Items numbered without a gap from `floor + 1` to `head`; the oldest fall out."""

    def __init__(self, floor: int, *, size_of: Callable[[Item], int], most_items: int, most_bytes: int) -> None:
        super().__init__()
        self.floor = floor
        self._items: list[Item] = []
        self._start = 0
        self._size_of = size_of
        self._most_items = most_items
        self._most_bytes = most_bytes
        self._bytes = 0

    @property
    def head(self) -> int:
        """The number of the last item that has passed."""
        return self.floor + len(self._items) - self._start

    @property
    def bytes_held(self) -> int:
        """About how much memory the items take."""
        return self._bytes

    def extend(self, first: int, items: Sequence[Item]) -> None:
        """Add items, the first of them with number `first`; a gap before it empties the ring."""
        if first != self.head + 1:
            self.skip_to(first - 1)
        self._items.extend(items)
        self._bytes += sum(map(self._size_of, items))
        while len(self._items) - self._start > self._most_items or self._bytes > self._most_bytes:
            self._bytes -= self._size_of(self._items[self._start])
            self._start += 1
            self.floor += 1
        if self._start * 2 > len(self._items):
            del self._items[: self._start]
            self._start = 0
        self.wake()

    def skip_to(self, head: int) -> None:
        """Go on behind `head`, holding nothing."""
        self._items.clear()
        self._start = self._bytes = 0
        self.floor = head

    def after(self, number: int, *, most: int) -> list[Item] | None:
        """Return the items behind `number`, at most `most`; None when some of them are no longer held."""
        if number < self.floor:
            return None
        begin = self._start + number - self.floor
        return self._items[begin : begin + most]
