"""The loop that ends what nobody decided in time."""

from __future__ import annotations

import asyncio
from typing import Final

from infrastudio.contexts.approvals import queries, service
from infrastudio.contexts.identity.queries import controller
from infrastudio.kernel.clock import Clock
from infrastudio.stores.db import Database

PAUSE_S: Final = 30.0


class ApprovalExpiry:
    """Ends requests that waited too long. Until it has, approving one is refused all the same."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._actor = controller("approvals")

    async def run(self) -> None:
        """Look again and again, for ever."""
        while True:
            await self.expire()
            await asyncio.sleep(PAUSE_S)  # between two looks: nothing tells that time has passed

    async def expire(self) -> None:
        """End what is due now; the ledger's turn is taken only where something is."""
        while await self._db.read(self._actor, queries.due, self._clock.now(), limit=1):
            await self._db.write(self._actor, service.expire)
