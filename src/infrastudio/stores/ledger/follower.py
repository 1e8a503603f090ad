"""Following the ledger: every event once and in order, for a reader that remembers only the last number."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Hashable
from typing import Final
from weakref import WeakKeyDictionary

from infrastudio.kernel.actor import ALL_PROJECTS, Actor
from infrastudio.stores.db import Database
from infrastudio.stores.ledger.entries import Entry, since

POLL_S: Final = 0.2
BATCH: Final = 500

_ACTOR: Final = Actor(ref="controller:follower", grants={ALL_PROJECTS: frozenset()})


class GapInLedger(RuntimeError):
    """Sequence numbers are given without a gap; a hole means that the ledger was tampered with."""


class _SharedReads:
    """Followers of one database are mostly in step: what one of them reads, the others get too."""

    def __init__(self) -> None:
        self._key: Hashable = None
        self._entries: asyncio.Task[list[Entry]] | None = None

    async def read(self, db: Database, seq: int, version: int) -> list[Entry]:
        """Return the events behind `seq` as they were when the database had this version."""
        key = (asyncio.get_running_loop(), seq, version)
        if self._entries is None or self._key != key or _has_failed(self._entries):
            self._key, self._entries = key, asyncio.create_task(_read(db, seq))
        return list(await asyncio.shield(self._entries))


def _has_failed(task: asyncio.Task[list[Entry]]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)


_shared: WeakKeyDictionary[Database, _SharedReads] = WeakKeyDictionary()


class Follower:
    """Reads what is appended behind `since`, by this process or any other.

    A commit of this process wakes it at once; because a signal is a hint only, it looks every `poll_s` seconds anyway.
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
        if version is None:
            entries = await _read(self._db, self.last)
        elif version == self._version:
            return []
        else:
            entries = await _shared.setdefault(self._db, _SharedReads()).read(self._db, self.last, version)
        if len(entries) < BATCH:
            self._version = version  # looked at before the read, which therefore saw all that belongs to it
        for entry in entries:
            if entry.seq != self.last + 1:
                raise GapInLedger(f"event {self.last + 1} is missing before {entry.seq}")
            self.last = entry.seq
        return entries


async def _read(db: Database, seq: int) -> list[Entry]:
    return await db.read(_ACTOR, since, seq, limit=BATCH)
