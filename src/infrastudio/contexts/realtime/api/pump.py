"""One subscription: from its source to the socket, at the reader's own pace."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

import orjson

from infrastudio.contexts.realtime.rules.messages import Batch, frames
from infrastudio.contexts.realtime.service import Source

Send = Callable[[str], Awaitable[None]]


@dataclass(frozen=True)
class Pace:
    """How a subscription is sent.

    Attributes:
        frame_pause_s: Seconds between two frames, at least.
        most_at_start: The most messages that a reader may have missed before it came; None: any number.
        most_behind: The most that a reader may fall behind once it has been up to date.
    """

    frame_pause_s: float
    most_at_start: int | None
    most_behind: int


class Pump:
    """Sends what comes. It holds a place in the stream and no messages: a slow reader costs no memory."""

    def __init__(
        self, topic: str, source: Source, since: int | None, *, send: Send, heartbeat: Callable[[], bytes], pace: Pace
    ) -> None:
        """Prepare a subscription.

        Args:
            topic: What the client calls it.
            source: Where messages come from.
            since: The last number that the client knows; None: it begins now.
            send: Sends a frame, and returns when the socket takes another.
            heartbeat: Makes the heartbeat that tells how far every subscription of the socket is.
            pace: How fast, and how far behind.
        """
        self.topic = topic
        self.source = source
        self.sent = self.upto = source.head if since is None else since
        self._is_at_start = since is not None
        self._send = send
        self._heartbeat = heartbeat
        self._pace = pace
        self._next_frame_at = 0.0
        self._news = asyncio.Event()

    async def run(self) -> None:
        """Send for ever."""
        unsubscribe = self.source.subscribe(self._news.set)
        try:
            if self._is_at_start and not await self.source.can_resume(self.upto, self._pace.most_at_start):
                await self._reset("too_old")
            while True:
                self._news.clear()
                batch = self.source.recent(self.upto)
                if batch is None:
                    batch = await self._catch_up()
                else:
                    self._is_at_start = False
                if batch is None or await self._deliver(batch):
                    continue
                await self._news.wait()
        finally:
            unsubscribe()

    async def _catch_up(self) -> Batch | None:
        """Return what memory no longer holds, or tell the reader to start again."""
        if not self._is_at_start and not await self.source.can_resume(self.upto, self._pace.most_behind):
            await self._reset("slow")
            return None
        return await self.source.stored(self.upto)

    async def _deliver(self, batch: Batch) -> bool:
        """Send a batch; False when it led no further."""
        before = self.upto
        for frame in frames(batch.messages, self.sent):
            await self._wait_for_turn()
            await self._send(frame.text)
            self.sent = self.upto = frame.last
        self.upto = max(self.upto, batch.upto)
        return self.upto > before

    async def _wait_for_turn(self) -> None:
        clock = asyncio.get_running_loop().time
        pause = self._next_frame_at - clock()
        if pause > 0:
            await asyncio.sleep(pause)  # the rate of frames is what is kept, nothing else could wake this
        self._next_frame_at = clock() + self._pace.frame_pause_s

    async def _reset(self, reason: Literal["too_old", "slow"]) -> None:
        """Tell the reader that messages were left out, and go on from here."""
        self.sent = self.upto = self.source.head
        self._is_at_start = False
        reset = orjson.dumps({"type": "reset", "topic": self.topic, "reason": reason})
        await self._send(f"[{reset.decode()},{self._heartbeat().decode()}]")
