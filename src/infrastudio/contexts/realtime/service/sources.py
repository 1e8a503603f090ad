"""Where a subscription reads from: memory first, the store for what memory no longer holds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

from typing_extensions import override

from infrastudio.contexts.realtime import queries
from infrastudio.contexts.realtime.rules.messages import MAX_MESSAGES, Batch, Message
from infrastudio.contexts.realtime.rules.records import Record
from infrastudio.contexts.realtime.rules.run_messages import line_message, point_message
from infrastudio.contexts.realtime.rules.selection import Selection
from infrastudio.contexts.realtime.service.board import Board, Posted
from infrastudio.contexts.realtime.service.ledger_tail import LedgerTail
from infrastudio.contexts.realtime.service.ring import Ring, Wake
from infrastudio.contexts.realtime.service.run_streams import RunStream
from infrastudio.stores.db import Database

SCANNED: Final = 2000
"""Events of the ledger that are looked at before others get their turn."""


class Source(Protocol):
    """A numbered stream of messages for one reader."""

    @property
    def head(self) -> int:
        """The last number there is, as far as this process knows."""
        ...

    def subscribe(self, wake: Wake, /) -> Callable[[], None]:
        """Call `wake` when there is news; return the way to end it."""
        ...

    def recent(self, after: int) -> Batch | None:
        """Return the next messages behind `after` from memory; None when it no longer holds them all."""
        ...

    async def stored(self, after: int) -> Batch:
        """Return the next messages behind `after` from the store."""
        ...

    async def can_resume(self, after: int, most: int | None) -> bool:
        """Is `after` a number of this stream, with at most `most` messages behind it?"""
        ...


class LedgerSource(Source):
    """Events of the ledger that a selection takes."""

    def __init__(
        self, db: Database, tail: LedgerTail, selection: Selection, render: Callable[[Record], Message]
    ) -> None:
        self._db = db
        self._tail = tail
        self.selection = selection
        self._render = render

    @property
    @override
    def head(self) -> int:
        return self._tail.head

    @override
    def subscribe(self, wake: Wake, /) -> Callable[[], None]:
        return self._tail.subscribe(wake)

    @override
    def recent(self, after: int) -> Batch | None:
        records = self._tail.after(after, most=SCANNED)
        if records is None:
            return None
        messages: list[Message] = []
        for record in records:
            if self.selection.takes(record):
                messages.append(self._render(record))
                if len(messages) == MAX_MESSAGES:
                    return Batch(messages, record.seq)
        return Batch(messages, records[-1].seq if records else after)

    @override
    async def stored(self, after: int) -> Batch:
        missed = await self._db.read(self.selection.actor, queries.missed, self.selection, after)
        return Batch([self._render(record) for record in missed.records], missed.upto)

    @override
    async def can_resume(self, after: int, most: int | None) -> bool:
        if self._tail.floor <= after <= self._tail.head:
            return True
        limit = most if most is not None else MAX_MESSAGES
        return await self._db.read(self.selection.actor, queries.can_resume, self.selection, after, limit)


class _TelemetrySource(Source):
    """A stream of a run; its numbers have no gap."""

    def __init__(self, stream: RunStream, ring: Ring[Message]) -> None:
        self._stream = stream
        self._ring = ring

    @property
    @override
    def head(self) -> int:
        return self._ring.head

    @override
    def subscribe(self, wake: Wake, /) -> Callable[[], None]:
        return self._ring.subscribe(wake)

    @override
    def recent(self, after: int) -> Batch | None:
        if self._stream.failure is not None:
            raise self._stream.failure
        messages = self._ring.after(after, most=MAX_MESSAGES)
        return None if messages is None else _batch(messages, after)

    @override
    async def can_resume(self, after: int, most: int | None) -> bool:
        head = self._ring.head
        if after > head:
            head = await self._stored_head()
        return after <= head and (most is None or head - after <= most)

    async def _stored_head(self) -> int:
        raise NotImplementedError


class PointSource(_TelemetrySource):
    """Metric points of a run, numbered as they were appended."""

    def __init__(self, stream: RunStream) -> None:
        super().__init__(stream, stream.points)

    @override
    async def stored(self, after: int) -> Batch:
        read = self._stream.store.points_since
        found = await asyncio.to_thread(read, self._stream.key, after, limit=MAX_MESSAGES)
        return _batch([point_message(point) for point in found.points], after)

    @override
    async def _stored_head(self) -> int:
        return (await asyncio.to_thread(self._stream.store.head, self._stream.key)).points


class LineSource(_TelemetrySource):
    """Log lines of a run, by their numbers."""

    def __init__(self, stream: RunStream) -> None:
        super().__init__(stream, stream.lines)

    @override
    async def stored(self, after: int) -> Batch:
        read = self._stream.store.lines
        page = await asyncio.to_thread(read, self._stream.key, from_line=after + 1, limit=MAX_MESSAGES)
        return _batch([line_message(line) for line in page.items], after)

    @override
    async def _stored_head(self) -> int:
        return (await asyncio.to_thread(self._stream.store.head, self._stream.key)).lines


class BoardSource(Source):
    """The latest states of things in memory that a reader wants and may see."""

    def __init__(self, board: Board, topic: bytes, is_wanted: Callable[[str, Posted], bool]) -> None:
        self._board = board
        self._head = b'"type":"event","topic":%b' % topic
        self._is_wanted = is_wanted

    @property
    @override
    def head(self) -> int:
        return self._board.head

    @override
    def subscribe(self, wake: Wake, /) -> Callable[[], None]:
        return self._board.subscribe(wake)

    @override
    def recent(self, after: int) -> Batch | None:
        found = self._board.after(after, self._is_wanted)[:MAX_MESSAGES]
        messages = [Message(posted.seq, self._head, posted.data) for posted in found]
        return Batch(messages, messages[-1].seq if len(messages) == MAX_MESSAGES else max(after, self._board.head))

    @override
    async def stored(self, after: int) -> Batch:
        return Batch([], after)

    @override
    async def can_resume(self, after: int, most: int | None) -> bool:
        return after <= self._board.head


def _batch(messages: list[Message], after: int) -> Batch:
    return Batch(messages, messages[-1].seq if messages else after)
