"""The loop that follows the ledger and folds links into edges."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from infrastudio.contexts.identity.queries import controller
from infrastudio.contexts.timeline import service
from infrastudio.contexts.timeline.rules.edges import changes_edges
from infrastudio.stores.db import Database
from infrastudio.stores.ledger import Entry, Follower

PAUSE_S: Final = 0.05
"""Between batches: many small ones cost more than few larger ones."""
MAX_UNSAVED: Final = 5000
"""Events of which nothing follows, after which the checkpoint is written all the same."""


class TimelineFollower:
    """Keeps edges in step with the ledger. Killed at any point, it goes on where it was.

    It writes only when something follows from an event: the ledger lock is not taken once more for every commit.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._actor = controller("timeline")
        self._unsaved = 0

    async def run(self) -> None:
        """Follow the ledger for ever."""
        follower = Follower(self._db, since=await self._begin())
        async for entries in follower.batches():
            await self._fold(entries)
            await asyncio.sleep(PAUSE_S)  # not a wait for something: it gathers what comes meanwhile

    async def catch_up(self) -> None:
        """Fold what is in the ledger now."""
        follower = Follower(self._db, since=await self._begin())
        while entries := await follower.poll():
            await self._fold(entries)

    async def _begin(self) -> int:
        self._unsaved = 0
        return await self._db.write(self._actor, service.begin)

    async def _fold(self, entries: Sequence[Entry]) -> None:
        self._unsaved += len(entries)
        if self._unsaved < MAX_UNSAVED and not any(map(changes_edges, entries)):
            return
        await self._db.write(self._actor, service.fold, entries)
        self._unsaved = 0
