"""What the followers of one database read of the ledger: each event once for all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from typing import Final
from weakref import WeakKeyDictionary

from infrastudio.kernel.actor import ALL_PROJECTS, Actor
from infrastudio.stores.db import Database
from infrastudio.stores.ledger.entries import Entry, since

BATCH: Final = 500
"""Events in one read."""
KEPT: Final = 500
"""Of the newest events, for followers that come a little later than others."""

_ACTOR: Final = Actor(ref="controller:follower", grants={ALL_PROJECTS: frozenset()})


class SharedReads:
    """The newest events of one database, as one event loop has read them."""

    def __init__(self) -> None:
        self._recent: list[Entry] = []
        self._upto: int | None = None
        """The last event of which is known that it is there."""
        self._known_at: int | None = None
        """The version of the database at which there was nothing behind it."""
        self._reading: tuple[Hashable, asyncio.Task[None]] | None = None

    async def read(self, db: Database, seq: int, version: int | None) -> list[Entry]:
        """Return the next events behind `seq`, at most `BATCH`.

        Args:
            db: Where the ledger lies.
            seq: The last event that the follower knows.
            version: What changes with every commit, asked for before; None where nothing tells.
        """
        if self._upto is None:
            self._upto = seq
        if not self._covers(seq):
            return await _read(db, seq)
        if version is None or version != self._known_at:
            await self._read_on(db, version)
            if not self._covers(seq):  # so much came that what lies between was not kept
                return await _read(db, seq)
        first = next((place for place, entry in enumerate(self._recent) if entry.seq > seq), len(self._recent))
        return self._recent[first : first + BATCH]

    def _covers(self, seq: int) -> bool:
        """Are all events behind `seq`, as far as they were read, kept?"""
        begin = self._recent[0].seq - 1 if self._recent else self._upto
        return begin is not None and self._upto is not None and begin <= seq <= self._upto

    async def _read_on(self, db: Database, version: int | None) -> None:
        """Read what came behind the last event, or wait for whoever reads the same already.

        What others began to read before this version of the database may lack something: then it is read on.
        """
        mine: Hashable = object() if version is None else version
        while version is None or version != self._known_at:
            if self._reading is None or self._reading[1].done():
                self._reading = mine, asyncio.create_task(self._add(db, version))
            begun, task = self._reading
            await asyncio.shield(task)
            if begun == mine:
                return

    async def _add(self, db: Database, version: int | None) -> None:
        found = await _read(db, self._upto or 0)
        if found:
            self._recent = [*self._recent, *found][-max(KEPT, len(found)) :]
            self._upto = found[-1].seq
        if len(found) < BATCH:
            self._known_at = version  # looked at before the read, which therefore saw all that belongs to it


def shared_reads(db: Database) -> SharedReads:
    """Return the reads that followers of a database share in the running event loop."""
    loop = asyncio.get_running_loop()
    by_loop = _by_database.setdefault(db, WeakKeyDictionary())
    found = by_loop.get(loop)
    if found is None:
        found = by_loop[loop] = SharedReads()
    return found


_by_database: WeakKeyDictionary[Database, WeakKeyDictionary[asyncio.AbstractEventLoop, SharedReads]] = (
    WeakKeyDictionary()
)


async def _read(db: Database, seq: int) -> list[Entry]:
    return await db.read(_ACTOR, since, seq, limit=BATCH)
