"""Following the ledger: every event once and in order, for a reader that remembers only the last number."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from infrastudio.stores.db import Database
from infrastudio.stores.ledger.entries import Entry
from infrastudio.stores.ledger.shared_reads import BATCH, shared_reads

POLL_S: Final = 0.2
PACE_S: Final = 0.02
"""Between two looks that found something: under hundreds of commits a second, looking at each costs more than it."""


class GapInLedger(RuntimeError):
    """Sequence numbers are given without a gap; a hole means that the ledger was tampered with."""


class Follower:
    """Reads what is appended behind `since`, by this process or any other.

    A commit of this process wakes it at once if the last one was a while ago; because a signal is a hint only, it looks
    every `poll_s` seconds anyway.
    """

    def __init__(self, db: Database, *, since: int, poll_s: float = POLL_S) -> None:
        self._db = db
        self.last = since
        self._poll_s = poll_s
        self._version: int | None = None

    async def batches(self) -> AsyncIterator[list[Entry]]:
        """Yield what is new, in order, for ever."""
        loop, woken = asyncio.get_running_loop(), asyncio.Event()

        def wake(_seq: int) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(woken.set)

        unsubscribe = self._db.subscribe(wake)
        try:
            while True:
                woken.clear()
                if entries := await self.poll():
                    yield entries
                    if len(entries) < BATCH:
                        await asyncio.sleep(PACE_S)
                    continue
                try:
                    async with asyncio.timeout(self._poll_s):
                        await woken.wait()
                except TimeoutError:
                    continue
        finally:
            unsubscribe()

    async def poll(self) -> list[Entry]:
        """Return what came since the last call, at most 500 events."""
        version = self._db.data_version()
        if version is not None and version == self._version:
            return []
        entries = await shared_reads(self._db).read(self._db, self.last, version)
        if len(entries) < BATCH:
            self._version = version  # looked at before the read, which therefore saw all that belongs to it
        for entry in entries:
            if entry.seq != self.last + 1:
                raise GapInLedger(f"event {self.last + 1} is missing before {entry.seq}")
            self.last = entry.seq
        return entries
