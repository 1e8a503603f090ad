"""The newest points and lines of runs that somebody watches, read once per run for all sockets."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from infrastudio.contexts.realtime.rules.messages import Message
from infrastudio.contexts.realtime.rules.run_messages import line_message, point_message
from infrastudio.contexts.realtime.service.ring import Ring
from infrastudio.stores.telemetry import StreamKey, TelemetryStore

logger = logging.getLogger(__name__)

POLL_S: Final = 1.0
"""A commit of this process wakes at once; those of other servers are seen by looking."""

PAGE: Final = 1000
MOST_MESSAGES: Final = 5000
MOST_BYTES: Final = 8 << 20


class StreamFailed(RuntimeError):
    """The telemetry of a run can no longer be read; its sockets end, and clients come again."""


class RunStream:
    """The newest points and lines of one run."""

    def __init__(self, store: TelemetryStore, key: StreamKey, *, points: int, lines: int) -> None:
        def ring(floor: int) -> Ring[Message]:
            return Ring(floor, size_of=lambda m: m.size, most_items=MOST_MESSAGES, most_bytes=MOST_BYTES)

        self.store = store
        self.key = key
        self.points = ring(points)
        self.lines = ring(lines)
        self.failure: StreamFailed | None = None
        self.woken = asyncio.Event()

    async def run(self) -> None:
        """Read what comes, for ever."""
        try:
            while True:
                self.woken.clear()
                await self._read()
                try:
                    async with asyncio.timeout(POLL_S):
                        await self.woken.wait()
                except TimeoutError:
                    continue
        except Exception as error:
            logger.exception("the telemetry of %s cannot be read", ":".join(self.key))
            self.failure = StreamFailed()
            self.failure.__cause__ = error
            self.points.wake()
            self.lines.wake()

    async def _read(self) -> None:
        head = await asyncio.to_thread(self.store.head, self.key)
        while self.points.head < head.points:
            found = await asyncio.to_thread(self.store.points_since, self.key, self.points.head, limit=PAGE)
            if not found.points:
                break
            self.points.extend(found.points[0].number, [point_message(point) for point in found.points])
        while self.lines.head < head.lines:
            page = await asyncio.to_thread(self.store.lines, self.key, from_line=self.lines.head + 1, limit=PAGE)
            if not page.items:
                break
            self.lines.extend(page.items[0].line, [line_message(line) for line in page.items])


class RunStreams:
    """Which runs are watched. A run is read as long as somebody watches it."""

    def __init__(self, store: TelemetryStore) -> None:
        self._store = store
        self._streams: dict[str, RunStream] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._watchers: dict[str, int] = {}
        self._unsubscribe: Callable[[], None] = store.subscribe(self._hear)

    async def watch(self, run_id: str) -> RunStream:
        """Return the stream of a run; give it back with `leave`."""
        key = StreamKey("run", run_id)
        if run_id not in self._streams:
            head = await asyncio.to_thread(self._store.head, key)
            if run_id not in self._streams:
                stream = RunStream(self._store, key, points=head.points, lines=head.lines)
                self._streams[run_id] = stream
                self._tasks[run_id] = asyncio.create_task(stream.run(), name=f"telemetry of run {run_id}")
        self._watchers[run_id] = self._watchers.get(run_id, 0) + 1
        return self._streams[run_id]

    def leave(self, run_id: str) -> None:
        """End a watch; the last one ends the reading."""
        self._watchers[run_id] -= 1
        if self._watchers[run_id] == 0:
            del self._watchers[run_id], self._streams[run_id]
            self._tasks.pop(run_id).cancel()

    def close(self) -> None:
        """Hear of no more commits."""
        self._unsubscribe()

    def _hear(self, keys: frozenset[StreamKey]) -> None:
        for key in keys:
            if key.entity == "run" and (stream := self._streams.get(key.id)) is not None:
                stream.woken.set()
