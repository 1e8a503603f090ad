"""The latest states of a few things that live in memory, numbered by their changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from infrastudio.contexts.realtime.service.ring import Listeners
from infrastudio.kernel.clock import Clock, to_micros


class Posted(NamedTuple):
    """The latest state of a thing, as JSON, and the number of the change that led to it."""

    seq: int
    project_id: str
    data: bytes


class Board(Listeners):
    """Things by key. Numbers begin at the time of the start, so that they rise over restarts too."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.head = to_micros(clock.now())
        self._posted: dict[str, Posted] = {}

    def post(self, key: str, project_id: str, data: bytes) -> None:
        """Put the new state of a thing in place of the one before."""
        self.head += 1
        self._posted.pop(key, None)
        self._posted[key] = Posted(self.head, project_id, data)
        self.wake()

    def take_down(self, key: str) -> None:
        """Forget a thing."""
        self._posted.pop(key, None)

    def after(self, number: int, is_wanted: Callable[[str, Posted], bool]) -> list[Posted]:
        """Return the wanted things that changed behind `number`, in the order of their changes."""
        return [p for key, p in self._posted.items() if p.seq > number and is_wanted(key, p)]
