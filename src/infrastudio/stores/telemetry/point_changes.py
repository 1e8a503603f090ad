"""Which streams got points lately, for those who remember what they read of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from infrastudio.stores.telemetry.values import StreamKey

MOST_KEPT: Final = 20_000
"""Streams that are told apart; of all others it is only known that they are older."""


class PointChanges:
    """Counts commits, and remembers the last one of each stream. Asked from any thread, told by the one writer.

    A commit is told before it is acknowledged. Who reads points takes `last` first; what was read is the newest as long
    as `of` the stream is not greater.
    """

    def __init__(self) -> None:
        self.last = 0
        """The number of the last commit."""
        self._of: dict[StreamKey, int] = {}
        self._floor = 0

    def of(self, key: StreamKey) -> int:
        """Return the number of the last commit of points of a stream, or a later one where that was forgotten."""
        return self._of.get(key, self._floor)

    def tell(self, keys: Iterable[StreamKey]) -> None:
        """Note a commit of points of some streams."""
        number = self.last + 1
        for key in keys:
            self._of.pop(key, None)
            self._of[key] = number
        while len(self._of) > MOST_KEPT:
            oldest = next(iter(self._of))
            self._floor = self._of[oldest]
            del self._of[oldest]
        self.last = number
