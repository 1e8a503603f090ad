"""Telemetry in PostgreSQL, MariaDB or MySQL: a thread writes, one group at a time, while the next one gathers.

A commit waits for the network and the disk there, so it may not run in the event loop. Several servers may write to
one database: a batch's offset comes from its stream's head row, locked in the same transaction.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from sqlalchemy import delete, select, update
from typing_extensions import override

from infrastudio.kernel.clock import Clock, to_micros
from infrastudio.kernel.errors import NotFound
from infrastudio.stores.db.engines import is_retryable, read_engine, write_engine
from infrastudio.stores.db.settings import ConnectionSettings
from infrastudio.stores.telemetry import tables
from infrastudio.stores.telemetry.errors import TelemetryClosed
from infrastudio.stores.telemetry.group_commit import Item, Outcome, apply_group
from infrastudio.stores.telemetry.identifiers import KnownIds
from infrastudio.stores.telemetry.ingest_queue import (
    IngestLimits,
    IngestQueue,
    Listener,
    Listeners,
    Waiting,
    fail,
    lines_item,
    point_item,
    points_item,
    settle,
)
from infrastudio.stores.telemetry.reader import DatabaseTelemetryReader
from infrastudio.stores.telemetry.retention import TelemetryKind, delete_chunks, expired_chunks
from infrastudio.stores.telemetry.schema import create_schema
from infrastudio.stores.telemetry.seal_rows import SealOutdated
from infrastudio.stores.telemetry.sealing import Due, SealPolicy, due, seal_streams, write_seal
from infrastudio.stores.telemetry.sql_transaction import SqlTransaction, StreamsChanged
from infrastudio.stores.telemetry.store import TelemetryStore
from infrastudio.stores.telemetry.values import (
    LineBatch,
    LinesAppended,
    PointBatch,
    PointsAppended,
    SeriesKey,
    StreamKey,
    StreamOwner,
)

_TRIES: Final = 5
_DELETED_AT_ONCE: Final = 256
"""Batches or chunks that a deletion removes per commit."""


class SqlTelemetryStore(DatabaseTelemetryReader, TelemetryStore):
    """One of possibly several writers of a database. Appends belong in an event loop, reads in any thread."""

    def __init__(
        self, settings: ConnectionSettings, *, clock: Clock, writer: str, limits: IngestLimits | None = None
    ) -> None:
        """Connect, make the tables where they are missing, and start the writer thread.

        Args:
            settings: Which database.
            clock: Gives `received_at`.
            writer: Who writes, kept with every batch.
            limits: How much may wait for a commit.

        Raises:
            TelemetryTooNew: The tables are of a later release.
        """
        super().__init__(read_engine(settings))
        self._engine = write_engine(settings)
        try:
            create_schema(self._engine)
        except BaseException:
            self._engine.dispose()
            raise
        self._clock = clock
        self._writer = writer
        self._known = KnownIds()
        self._queue = IngestQueue(limits or IngestLimits())
        self._changed = threading.Condition()
        self._listeners = Listeners()
        self._is_closed = False
        self._sweep_deleted()
        self._thread = threading.Thread(target=self._run, name="telemetry-writer", daemon=True)
        self._thread.start()

    @override
    def append_points(self, owner: StreamOwner, batch: PointBatch) -> asyncio.Future[PointsAppended]:
        return self._put(points_item(owner, batch))

    @override
    def append_point(
        self, owner: StreamOwner, series: str | SeriesKey, *, step: int, time: int, value: float, attempt: int = 1
    ) -> asyncio.Future[PointsAppended]:
        return self._put(point_item(owner, series, step, time, value, attempt))

    @override
    def append_lines(self, owner: StreamOwner, batch: LineBatch) -> asyncio.Future[LinesAppended]:
        return self._put(lines_item(owner, batch))

    @override
    async def delete_stream(self, key: StreamKey) -> None:
        if self._is_closed:
            raise TelemetryClosed
        await asyncio.to_thread(self._delete_stream, key)

    @override
    async def seal(self, policy: SealPolicy | None = None) -> int:
        policy = policy or SealPolicy()
        entries = await asyncio.to_thread(self._due, policy)
        return await seal_streams(entries, lambda entry: asyncio.to_thread(self._seal_step, entry), rest=policy.rest)

    @override
    async def expire(self, project_id: str, kind: TelemetryKind, *, received_before: int) -> int:
        deleted = 0
        while (some := await asyncio.to_thread(self._expire_some, project_id, kind, received_before)) is not None:
            deleted += some
        return deleted

    @override
    def subscribe(self, listener: Listener) -> Callable[[], None]:
        return self._listeners.add(listener)

    @override
    def close(self) -> None:
        with self._changed:
            if self._is_closed:
                return
            self._is_closed = True
            self._changed.notify()
        self._thread.join()
        self.close_reads()
        self._engine.dispose()

    def _put(self, item: Item) -> asyncio.Future[Any]:
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        with self._changed:
            if self._is_closed:
                raise TelemetryClosed
            self._queue.add(item, future)
            self._changed.notify()
        return future

    def _run(self) -> None:
        while group := self._next_group():
            try:
                outcomes = self._commit(group)
            except Exception as error:
                _call_in_loops(group, partial(_fail, error))
            else:
                told = dict(zip((waiting.future for waiting in group), outcomes, strict=True))
                _call_in_loops(group, partial(self._settle, told))

    def _next_group(self) -> list[Waiting]:
        """Wait for something to write; an empty group is the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._is_closed)
            return self._queue.take_group()

    def _commit(self, group: Sequence[Waiting]) -> list[Outcome]:
        items = [waiting.item for waiting in group]
        for left in reversed(range(_TRIES)):
            try:
                with self._engine.begin() as connection:
                    tx = SqlTransaction(connection, self._engine, self._known)
                    return apply_group(tx, items, now=to_micros(self._clock.now()), writer=self._writer)
            except StreamsChanged:
                if not left:
                    raise
            except Exception as error:
                if not left or not is_retryable(error):
                    raise
        raise AssertionError("unreachable: the last try returns or raises")

    def _settle(self, told: dict[asyncio.Future[Any], Outcome], group: Sequence[Waiting]) -> None:
        self._listeners.wake(settle(group, [told[waiting.future] for waiting in group]))

    def _due(self, policy: SealPolicy) -> list[Due]:
        with self._reads.connect() as connection:
            return due(connection, policy, to_micros(self._clock.now()))

    def _seal_step(self, entry: Due) -> bool | None:
        """Replace batches by chunks; None: there were none, False: another server or a deletion was there first."""
        if self._is_closed:
            raise TelemetryClosed
        with self._reads.connect() as connection:
            seal = entry.plan(connection, entry.stream_id)
        if seal is None:
            return None
        try:
            with self._engine.begin() as connection:
                write_seal(connection, seal)
        except SealOutdated:
            return False
        except Exception as error:
            if not is_retryable(error):
                raise
            return False
        return True

    def _expire_some(self, project_id: str, kind: TelemetryKind, received_before: int) -> int | None:
        """Delete some chunks that are past their time and return how many; None: there are none."""
        if self._is_closed:
            raise TelemetryClosed
        with self._reads.connect() as connection:
            chunks = expired_chunks(connection, project_id, kind, received_before)
        if not chunks:
            return None
        try:
            with self._engine.begin() as connection:
                return delete_chunks(connection, kind, chunks)
        except Exception as error:
            if not is_retryable(error):
                raise
            return 0

    def _delete_stream(self, key: StreamKey) -> None:
        stream = tables.stream
        is_it = (stream.c.entity == key.entity, stream.c.owner_id == key.id)
        with self._engine.begin() as connection:
            number = connection.scalar(select(stream.c.stream_id).where(*is_it).with_for_update())
            if number is None:
                raise NotFound(f"There is no telemetry of {key.entity} {key.id!r}.")
            hidden = {"entity": tables.DELETED, "owner_id": str(number)}
            connection.execute(update(stream).where(stream.c.stream_id == number).values(hidden))
        self._delete_rows(number)

    def _delete_rows(self, number: int) -> None:
        for table, place in (
            (tables.point_batch, tables.point_batch.c.first_offset),
            (tables.line_batch, tables.line_batch.c.first_line),
            (tables.point_chunk, tables.point_chunk.c.chunk_id),
            (tables.line_chunk, tables.line_chunk.c.first_line),
        ):
            some = select(place).where(table.c.stream_id == number).order_by(place).limit(_DELETED_AT_ONCE)
            last: int | None = 0
            while last is not None:
                with self._engine.begin() as connection:
                    last = max(connection.scalars(some), default=None)
                    if last is not None:
                        connection.execute(delete(table).where(table.c.stream_id == number, place <= last))
        with self._engine.begin() as connection:
            for rest in (tables.latest, tables.sender, tables.stream):
                connection.execute(delete(rest).where(rest.c.stream_id == number))

    def _sweep_deleted(self) -> None:
        """Finish deletions that the end of a process cut short."""
        with self._engine.connect() as connection:
            query = select(tables.stream.c.stream_id).where(tables.stream.c.entity == tables.DELETED)
            numbers = list(connection.scalars(query))
        for number in numbers:
            self._delete_rows(number)


def _fail(error: Exception, group: Sequence[Waiting]) -> None:
    fail(group, error)


def _call_in_loops(group: Sequence[Waiting], tell: Callable[[Sequence[Waiting]], None]) -> None:
    """Call `tell` in the event loop of those who wait; a loop that is closed has nobody who waits."""
    by_loop: dict[asyncio.AbstractEventLoop, list[Waiting]] = {}
    for waiting in group:
        by_loop.setdefault(waiting.future.get_loop(), []).append(waiting)
    for loop, some in by_loop.items():
        try:
            loop.call_soon_threadsafe(tell, some)
        except RuntimeError:
            if not loop.is_closed():
                raise
