"""Spreads long calls over the iterations of the event loop, so that short requests are answered in between."""

from __future__ import annotations

import asyncio
from collections import deque


class LoopPacer:
    """Lets one caller through in each iteration of the event loop, in the order they came; the first at once.

    Large bodies that arrive together would else be decoded one after the other in one iteration. A short request needs
    several of them (to be read, to be written, to be answered) and would wait for all of the bodies each time.
    """

    def __init__(self) -> None:
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._is_taken = False

    async def iteration(self) -> None:
        """Return in an iteration in which nobody else was let through."""
        loop = asyncio.get_running_loop()
        if not self._is_taken:
            self._is_taken = True
            loop.call_soon(self._let_next, loop)
            return
        place = loop.create_future()
        self._waiting.append(place)
        await place

    def _let_next(self, loop: asyncio.AbstractEventLoop) -> None:
        while self._waiting:
            place = self._waiting.popleft()
            if not place.done():  # who waited may be gone
                place.set_result(None)
                loop.call_soon(self._let_next, loop)
                return
        self._is_taken = False
