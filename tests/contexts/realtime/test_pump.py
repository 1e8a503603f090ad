"""One subscription, its source and its socket held in hand."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from typing_extensions import override

from infrastudio.contexts.realtime.api.pump import Pace, Pump
from infrastudio.contexts.realtime.rules.messages import Batch, Message
from infrastudio.contexts.realtime.service import Source
from infrastudio.contexts.realtime.service.ring import Ring, Wake

PACE = Pace(frame_pause_s=0, most_at_start=None, most_behind=5)


class Numbers(Source):
    """A stream of numbers: memory holds the last three, the store all."""

    def __init__(self) -> None:
        self.all: list[Message] = []
        self._ring: Ring[Message] = Ring(0, size_of=lambda _: 1, most_items=3, most_bytes=100)
        self.stored_reads = 0

    @property
    @override
    def head(self) -> int:
        return len(self.all)

    def add(self, count: int) -> None:
        """Let the stream grow."""
        messages = [Message(len(self.all) + place, b'"type":"event"', b"{}") for place in range(1, count + 1)]
        self.all += messages
        self._ring.extend(messages[0].seq, messages)

    @override
    def subscribe(self, wake: Wake, /) -> Callable[[], None]:
        return self._ring.subscribe(wake)

    @override
    def recent(self, after: int) -> Batch | None:
        found = self._ring.after(after, most=10)
        return None if found is None else Batch(found, found[-1].seq if found else after)

    @override
    async def stored(self, after: int) -> Batch:
        self.stored_reads += 1
        return Batch(self.all[after : after + 2], min(after + 2, self.head))

    @override
    async def can_resume(self, after: int, most: int | None) -> bool:
        return after <= self.head and (most is None or self.head - after <= most)


class Wire:
    """A socket that takes a frame only when it is told to."""

    def __init__(self) -> None:
        self.offered: list[Any] = []
        self._turns = asyncio.Semaphore(0)
        self._offer = asyncio.Event()

    async def send(self, text: str) -> None:
        """Offer a frame, and wait until it is taken."""
        self.offered.append(json.loads(text))
        self._offer.set()
        await self._turns.acquire()

    async def frame(self) -> Any:
        """Return the next frame that is offered; it is not yet taken."""
        async with asyncio.timeout(5):
            while not self.offered:
                self._offer.clear()
                await self._offer.wait()
        return self.offered.pop(0)

    def take(self) -> None:
        """Take the frame that is offered."""
        self._turns.release()


@asynccontextmanager
async def pumping(source: Numbers, since: int | None, pace: Pace = PACE) -> AsyncIterator[tuple[Pump, Wire]]:
    """Run a subscription."""
    wire = Wire()
    pump = Pump("ledger", source, since, send=wire.send, heartbeat=lambda: b'{"type":"heartbeat"}', pace=pace)
    task = asyncio.create_task(pump.run())
    try:
        yield pump, wire
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def seqs(frame: Any) -> list[int]:
    return [message["seq"] for message in (frame if isinstance(frame, list) else [frame])]


async def test_a_heartbeat_never_counts_what_is_not_sent_yet() -> None:
    """Else a reader that is cut just then would go on behind messages that it never got."""
    source = Numbers()
    async with pumping(source, None) as (pump, wire):
        source.add(2)
        assert seqs(await wire.frame()) == [1, 2]
        assert (pump.upto, pump.sent) == (0, 0)
        source.add(1)
        wire.take()
        assert seqs(await wire.frame()) == [3]
        assert (pump.upto, pump.sent) == (2, 2)


async def test_what_comes_while_a_frame_is_on_its_way_shares_the_next_one() -> None:
    source = Numbers()
    async with pumping(source, None) as (_, wire):
        source.add(1)
        assert seqs(await wire.frame()) == [1]
        source.add(1)
        source.add(2)
        wire.take()
        assert seqs(await wire.frame()) == [2, 3, 4]


async def test_the_past_is_read_from_the_store_and_the_rest_from_memory() -> None:
    source = Numbers()
    source.add(9)
    async with pumping(source, 1) as (pump, wire):
        found = []
        for _ in range(4):
            found.append(seqs(await wire.frame()))
            wire.take()
        source.add(1)
        found.append(seqs(await wire.frame()))
    assert found == [[2, 3], [4, 5], [6, 7], [8, 9], [10]]
    assert source.stored_reads == 3
    assert pump.upto == 9


async def test_who_asks_for_the_past_is_never_too_slow_but_who_was_live_is() -> None:
    source = Numbers()
    source.add(20)
    async with pumping(source, 0) as (_, wire):
        for expected in range(1, 17, 2):
            assert seqs(await wire.frame()) == [expected, expected + 1]
            wire.take()
        assert seqs(await wire.frame()) == [17, 18]
        source.add(1)
        wire.take()
        assert seqs(await wire.frame()) == [19, 20, 21]
        source.add(6)
        wire.take()
        reset, heartbeat = await wire.frame()
        assert (reset, heartbeat["type"]) == ({"type": "reset", "topic": "ledger", "reason": "slow"}, "heartbeat")
        wire.take()
        source.add(1)
        (message,) = [await wire.frame()]
        assert (message["seq"], message["prev"]) == (28, 27)


async def test_who_missed_too_much_is_told_at_once() -> None:
    source = Numbers()
    source.add(9)
    async with pumping(source, 3, Pace(0, most_at_start=5, most_behind=5)) as (_, wire):
        assert (await wire.frame())[0]["reason"] == "too_old"
    async with pumping(source, 4, Pace(0, most_at_start=5, most_behind=5)) as (_, wire):
        assert seqs(await wire.frame()) == [5, 6]
    async with pumping(source, 10) as (_, wire):
        assert (await wire.frame())[0]["reason"] == "too_old"
