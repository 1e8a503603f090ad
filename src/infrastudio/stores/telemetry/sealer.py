"""The loop that seals what the streams of a store have gathered."""

from __future__ import annotations

import asyncio
from typing import Final

from infrastudio.stores.telemetry.sealing import SealPolicy
from infrastudio.stores.telemetry.store import TelemetryStore

PACE_S: Final = 5.0
"""Seconds between two looks for streams that are due, at most."""
REST: Final = 3
"""How many times as long as a step took the loop rests after it, so that a quarter of a processor is its share."""


class Sealer:
    """Seals for ever; may be stopped at any moment, and run by several servers at once."""

    def __init__(self, store: TelemetryStore, policy: SealPolicy | None = None) -> None:
        self._store = store
        self._policy = policy or SealPolicy(rest=REST)

    async def run(self) -> None:
        """Look every few seconds and seal what is due, one small step after the other."""
        while True:
            if not await self._store.seal(self._policy):
                await asyncio.sleep(PACE_S)
