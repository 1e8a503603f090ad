"""Moves the log of an attempt from its executor into the telemetry store, each line exactly once."""

from __future__ import annotations

import asyncio
import re
from typing import Final

from infrastudio.contexts.identity.service import SECRET_PREFIX
from infrastudio.contexts.training.ports import AttemptId, Executor, LogChunk
from infrastudio.contexts.training.rules import EVIDENCE_LINES
from infrastudio.stores.telemetry import (
    STREAM_NAMES,
    IngestQueueFull,
    LineBatch,
    LineFilter,
    StreamOwner,
    TelemetryStore,
)

MAX_BYTES: Final = 1 << 20
"""About how much is read at once."""
DISCARD_BYTES: Final = 16 << 20
"""How much is read between two looks for storage of the executor that can be freed."""
SEARCHED_LINES: Final = 200
"""How many of the last lines of an attempt are searched for the name of a failure."""

_STREAM_CODES: Final = {name: code for code, name in enumerate(STREAM_NAMES)}
_SECRET: Final = re.compile(re.escape(SECRET_PREFIX) + "[0-9a-f]{32,}")


class LogTailer:
    """Reads behind the offset that was stored with the last lines, and stores lines and offset in one transaction.

    Whoever is killed in between and starts again goes on at that offset: no line is lost or doubled.

    Attributes:
        attempt: Whose log it is.
        offset: Where the executor's log is read on.
    """

    def __init__(
        self,
        executor: Executor,
        telemetry: TelemetryStore,
        owner: StreamOwner,
        attempt: AttemptId,
        *,
        received: int,
        offset: int,
    ) -> None:
        self.attempt = attempt
        self.offset = offset
        self._executor = executor
        self._telemetry = telemetry
        self._owner = owner
        self._received = received
        self._discarded = 0

    @classmethod
    async def open(
        cls, executor: Executor, telemetry: TelemetryStore, owner: StreamOwner, attempt: AttemptId
    ) -> LogTailer:
        """Return a tailer that goes on where the last one, of whatever process, has stored."""
        sender = await asyncio.to_thread(telemetry.sender, owner.key, attempt=attempt.number)
        return cls(executor, telemetry, owner, attempt, received=sender.received, offset=sender.position or 0)

    async def read(self) -> bool:
        """Store what is there now, about a mebibyte at most; tell whether the log has come to its end."""
        chunk = await self._executor.read_log(self.attempt, self.offset, MAX_BYTES)
        if chunk.next_offset != self.offset:
            await self._store(chunk)
        if self.offset - self._discarded >= (1 if chunk.ended else DISCARD_BYTES):
            await self._executor.discard_log(self.attempt, before=self.offset)
            self._discarded = self.offset
        return chunk.ended

    async def wait_for_change(self, timeout_s: float) -> bool:
        """Wait until there is more to read or the attempt has ended; False: neither came in `timeout_s`."""
        return await self._executor.wait_for_change(self.attempt, self.offset, timeout_s=timeout_s)

    async def evidence(self) -> tuple[tuple[str, ...], int]:
        """Return the last lines of the attempt, and the number of the first of them in the run's log."""
        page = await asyncio.to_thread(
            self._telemetry.lines,
            self._owner.key,
            limit=SEARCHED_LINES,
            direction="backward",
            where=LineFilter(attempt=self.attempt.number),
            scan_limit=SEARCHED_LINES * EVIDENCE_LINES,
        )
        return tuple(line.text for line in page.items), page.items[0].line if page.items else 1

    async def _store(self, chunk: LogChunk) -> None:
        batch = LineBatch(
            first=self._received + 1,
            texts=[_without_secrets(line.text) for line in chunk.lines],
            times=[line.time_ns // 1000 for line in chunk.lines],
            streams=[_STREAM_CODES[line.stream] for line in chunk.lines],
            attempt=self.attempt.number,
            position=chunk.next_offset,
        )
        while True:
            try:
                await self._telemetry.append_lines(self._owner, batch)
            except IngestQueueFull as full:
                await asyncio.sleep(full.retry_after_s)  # as the store asks its senders to
                continue
            break
        self._received += len(chunk.lines)
        self.offset = chunk.next_offset


def _without_secrets(text: str) -> str:
    """Return a line without tokens of ours: programs print their environment, and many may read their logs."""
    return _SECRET.sub(f"{SECRET_PREFIX}…", text) if SECRET_PREFIX in text else text
