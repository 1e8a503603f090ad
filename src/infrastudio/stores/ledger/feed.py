"""One follower per process, and everybody who wants to hear of what is appended."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from infrastudio.stores.db import Database
from infrastudio.stores.ledger.entries import Entry
from infrastudio.stores.ledger.follower import POLL_S, Follower

Listener = Callable[[Sequence[Entry]], None]

logger = logging.getLogger(__name__)


class LedgerFeed:
    """Hands new events, in order and each once, to listeners in the event loop; they must not block."""

    def __init__(self, db: Database, *, since: int, poll_s: float = POLL_S) -> None:
        self._follower = Follower(db, since=since, poll_s=poll_s)
        self._listeners: list[Listener] = []

    @property
    def last(self) -> int:
        """The number of the last event that was handed out."""
        return self._follower.last

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Hand every batch to `listener` from now on; return the way to end it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def run(self) -> None:
        """Follow the ledger for ever."""
        async for entries in self._follower.batches():
            for listener in tuple(self._listeners):
                try:
                    listener(entries)
                except Exception:
                    logger.exception("a listener of the ledger failed on events up to %s", entries[-1].seq)
