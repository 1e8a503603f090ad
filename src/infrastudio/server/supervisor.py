"""Keeps the loops of a process running: a loop that fails is logged and started again with growing pauses."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from infrastudio.kernel.retry import RetryPolicy

logger = logging.getLogger(__name__)

RESTART = RetryPolicy(max_attempts=100, base_delay_s=0.2, max_delay_s=30)
STEADY_S = 60.0
"""A loop that ran so long starts with the shortest pause again."""


class Supervisor:
    """Runs named loops as tasks until it is stopped."""

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def start(self, loops: Mapping[str, Callable[[], Awaitable[None]]]) -> None:
        """Start the loops; each is a function that runs for ever."""
        for name, loop in loops.items():
            self._tasks[name] = asyncio.create_task(self._keep(name, loop), name=name)

    async def stop(self) -> None:
        """End all loops and wait until they have ended."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        self._tasks.clear()

    async def _keep(self, name: str, loop: Callable[[], Awaitable[None]]) -> None:
        attempt, clock = 0, asyncio.get_running_loop().time
        while True:
            started = clock()
            try:
                await loop()
                return
            except Exception:
                attempt = 1 if clock() - started > STEADY_S else attempt + 1
                logger.exception("the loop %s failed; it starts again", name)
            await asyncio.sleep(RESTART.delay_s(attempt))
