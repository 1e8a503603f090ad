"""Spreads long calls over the iterations of the event loop, so that short requests are answered in between."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

FREE_ITERATIONS: Final = 1
"""How many pass behind one in which somebody was let through before the next one is. A short request is read in one,
begun in the next, told of its commit and answered in later ones: half of them cost next to nothing this way."""


class LoopPacer:
    """Lets one caller through in some iterations of the event loop, in the order they came; the first at once.

    Large bodies that arrive together would else be decoded one after the other in one iteration. A short request needs
    several iterations and would wait for all of the bodies in each of them.
    """

    def __init__(self) -> None:
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._is_taken = False

    async def iteration(self) -> None:
        """Return in an iteration in which nobody else was let through."""
        loop = asyncio.get_running_loop()
        if not self._is_taken:
            self._is_taken = True
            loop.call_soon(self._pass, loop, FREE_ITERATIONS)
            return
        place = loop.create_future()
        self._waiting.append(place)
        await place

    def _pass(self, loop: asyncio.AbstractEventLoop, free: int) -> None:
        """Let some iterations pass, then the next caller through."""
        if free:
            loop.call_soon(self._pass, loop, free - 1)
        elif self._let_next():
            loop.call_soon(self._pass, loop, FREE_ITERATIONS)
        else:
            self._is_taken = False

    def _let_next(self) -> bool:
        while self._waiting:
            place = self._waiting.popleft()
            if not place.done():  # who waited may be gone
                place.set_result(None)
                return True
        return False
