"""The loop that follows the ledger and keeps names to be found."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from infrastudio.contexts.identity.queries import controller
from infrastudio.contexts.search import service
from infrastudio.stores.db import Database
from infrastudio.stores.ledger import Entry, Follower

PAUSE_S: Final = 0.2
"""Between two portions, so that a busy ledger costs five commits a second and not one more for each."""


class SearchFollower:
    """Keeps search entries in step with the ledger. Killed at any point, it goes on where it was."""

    def __init__(self, db: Database, *, pause_s: float = PAUSE_S) -> None:
        self._db = db
        self._actor = controller("search")
        self._pause_s = pause_s

    async def run(self) -> None:
        """Follow the ledger for ever."""
        follower = Follower(self._db, since=await self._begin())
        async for entries in follower.batches():
            await self._fold(entries)
            await asyncio.sleep(self._pause_s)  # not a wait for something: it gathers what comes meanwhile

    async def catch_up(self) -> None:
        """Fold what is in the ledger now."""
        follower = Follower(self._db, since=await self._begin())
        while entries := await follower.poll():
            await self._fold(entries)

    async def _begin(self) -> int:
        return await self._db.write(self._actor, service.begin)

    async def _fold(self, entries: Sequence[Entry]) -> None:
        await self._db.write(self._actor, service.fold, entries)
