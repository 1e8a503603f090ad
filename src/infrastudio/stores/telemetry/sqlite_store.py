"""Telemetry in a SQLite file of its own, written by one process, in its event loop.

Every commit is short and waits for nobody: there is one writer, a thread of its own moves the write-ahead log into
the file, and readers never block a writer in WAL mode. What arrives in one turn of the loop shares a commit. The file
runs `synchronous=NORMAL`: what is acknowledged survives a killed process, not a power cut.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Literal

from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool
from typing_extensions import override

from infrastudio.kernel.clock import Clock, to_micros
from infrastudio.kernel.errors import NotFound
from infrastudio.stores.db.engines import read_engine
from infrastudio.stores.db.settings import ConnectionSettings
from infrastudio.stores.telemetry import series_reads, tables
from infrastudio.stores.telemetry.checkpoints import CheckpointThread
from infrastudio.stores.telemetry.errors import TelemetryClosed
from infrastudio.stores.telemetry.file_lock import WriterLock
from infrastudio.stores.telemetry.group_commit import Item, PointsItem, apply_group
from infrastudio.stores.telemetry.ingest_queue import (
    IngestLimits,
    IngestQueue,
    Listener,
    Listeners,
    fail,
    lines_item,
    point_item,
    points_item,
    settle,
)
from infrastudio.stores.telemetry.point_changes import PointChanges
from infrastudio.stores.telemetry.rankings import RankedMetric, Ranking, Rankings
from infrastudio.stores.telemetry.reader import DatabaseTelemetryReader
from infrastudio.stores.telemetry.retention import (
    CHUNKS_AT_ONCE,
    ExpiredChunk,
    TelemetryKind,
    delete_chunks_of_file,
    expired_chunks,
)
from infrastudio.stores.telemetry.schema import create_tables
from infrastudio.stores.telemetry.seal_rows import Seal, SealOutdated
from infrastudio.stores.telemetry.sealing import Due, SealPolicy, due, seal_streams, write_seal_to_file
from infrastudio.stores.telemetry.sqlite_transaction import KnownRows, SqliteTransaction
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

FILE_NAME: Final = "telemetry.db"
_CACHE_KIB: Final = 65_536
_CHECKPOINT_PAGES: Final = 8000
"""Pages after which the writer checkpoints by itself; the thread is there long before, and only bounds it else."""
_BATCHES_AT_ONCE: Final = 256
"""Batches that a deletion removes per commit."""
_PAGES_AT_ONCE: Final = 256
"""Pages that are given back to the disk per commit."""
_ROWS_OF_A_STREAM: Final = (
    ("point_batch", "first_offset", _BATCHES_AT_ONCE),
    ("line_batch", "first_line", _BATCHES_AT_ONCE),
    ("point_chunk", "chunk_id", CHUNKS_AT_ONCE),
    ("line_chunk", "first_line", CHUNKS_AT_ONCE),
)
"""Tables with many rows of a stream, what tells them apart, and how many of them go per commit; batches first, for they
become chunks."""


class SqliteTelemetryStore(DatabaseTelemetryReader, TelemetryStore):
    """The one writer of a telemetry file. Appends belong in the event loop, reads in any thread."""

    def __init__(
        self,
        path: Path,
        *,
        clock: Clock,
        writer: str,
        limits: IngestLimits | None = None,
        synchronous: Literal["FULL", "NORMAL", "OFF"] = "NORMAL",
    ) -> None:
        """Open the file, made with its tables where it is missing.

        Args:
            path: Where the file lies.
            clock: Gives `received_at`.
            writer: Who writes, kept with every batch.
            limits: How much may wait for a commit.
            synchronous: How durable a commit is; see the module.

        Raises:
            TelemetryInUse: Another process writes to it.
            TelemetryTooNew: It is of a later release.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = WriterLock(path)
        try:
            _create(path)
            self._connection = _open_writer(path, synchronous)
        except BaseException:
            self._lock.release()
            raise
        super().__init__(read_engine(ConnectionSettings(f"sqlite:///{path}", synchronous=synchronous)))
        self._path = path
        self._clock = clock
        self._writer = writer
        self._known = KnownRows()
        self._queue = IngestQueue(limits or IngestLimits())
        self._listeners = Listeners()
        self._rankings = Rankings(self._load_ranking)
        self._point_changes = PointChanges()
        self._is_closed = False
        self._sweep_deleted()
        self._checkpoints = CheckpointThread(path)
        self._checkpoints.start()

    @property
    def attach_path(self) -> Path:
        """The file that connections to the ledger's database attach as `telemetry`, for reading."""
        return self._path

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
    def ranking(self, entity: str, name: str) -> Ranking | None:
        return self._rankings.of(RankedMetric(entity, name))

    @property
    @override
    def point_changes(self) -> PointChanges | None:
        return self._point_changes

    @override
    async def delete_stream(self, key: StreamKey) -> None:
        if self._is_closed:
            raise TelemetryClosed
        self._commit_waiting()
        stream_id = self._hide(key)
        while self._delete_some(stream_id):  # noqa: ASYNC110 - nothing is waited for: each turn deletes
            await asyncio.sleep(0)  # lets the loop serve others between two commits

    @override
    async def seal(self, policy: SealPolicy | None = None) -> int:
        policy = policy or SealPolicy()
        entries = await asyncio.to_thread(self._due, policy)
        return await seal_streams(entries, self._seal_step, rest=policy.rest)

    @override
    async def expire(self, project_id: str, kind: TelemetryKind, *, received_before: int) -> int:
        deleted = 0
        while chunks := await asyncio.to_thread(self._expired, project_id, kind, received_before):
            deleted += self._delete_chunks(kind, chunks)
        while deleted and self._give_back_pages():  # noqa: ASYNC110 - nothing is waited for: each turn gives some back
            await asyncio.sleep(0)
        return deleted

    @override
    def subscribe(self, listener: Listener) -> Callable[[], None]:
        return self._listeners.add(listener)

    @override
    def close(self) -> None:
        if self._is_closed:
            return
        self._is_closed = True
        self._commit_waiting()
        self._checkpoints.stop()
        self.close_reads()
        self._connection.close()
        self._lock.release()

    def _put(self, item: Item) -> asyncio.Future[Any]:
        if self._is_closed:
            raise TelemetryClosed
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        is_first = not self._queue
        self._queue.add(item, future)
        if is_first:
            loop.call_soon(self._flush)
        return future

    def _flush(self) -> None:
        """Commit one group; what is left waits for the next turn, so that the loop can breathe."""
        self._commit_group()
        if self._queue:
            asyncio.get_running_loop().call_soon(self._flush)

    def _commit_waiting(self) -> None:
        while self._queue:
            self._commit_group()

    def _commit_group(self) -> None:
        group = self._queue.take_group()
        if not group:
            return
        items = [waiting.item for waiting in group]
        try:
            with SqliteTransaction(self._connection, self._known) as tx:
                now = to_micros(self._clock.now())
                outcomes = apply_group(tx, items, now=now, writer=self._writer)
        except BaseException as error:
            fail(group, error)
            if not isinstance(error, Exception):
                raise
            return
        points = [item for item in items if isinstance(item, PointsItem)]
        self._rankings.touch(name for item in points for name in item.names)
        self._point_changes.tell(item.owner.key for item in points)
        self._listeners.wake(settle(group, outcomes))

    def _load_ranking(self, metric: RankedMetric) -> Ranking:
        with self._reads.connect() as connection:
            return series_reads.ranking(connection, metric)

    def _due(self, policy: SealPolicy) -> list[Due]:
        with self._reads.connect() as connection:
            return due(connection, policy, to_micros(self._clock.now()))

    async def _seal_step(self, entry: Due) -> bool | None:
        seal = await asyncio.to_thread(self._plan_seal, entry)
        return None if seal is None else self._commit_seal(seal)

    def _plan_seal(self, entry: Due) -> Seal | None:
        with self._reads.connect() as connection:
            return entry.plan(connection, entry.stream_id)

    def _commit_seal(self, seal: Seal) -> bool:
        """Replace batches by chunks, in the event loop as every commit; were they all still there?"""
        if self._is_closed:
            raise TelemetryClosed
        try:
            with SqliteTransaction(self._connection, self._known):
                write_seal_to_file(self._connection, seal)
        except SealOutdated:
            return False
        return True

    def _expired(self, project_id: str, kind: TelemetryKind, received_before: int) -> list[ExpiredChunk]:
        with self._reads.connect() as connection:
            return expired_chunks(connection, project_id, kind, received_before)

    def _delete_chunks(self, kind: TelemetryKind, chunks: list[ExpiredChunk]) -> int:
        if self._is_closed:
            raise TelemetryClosed
        with SqliteTransaction(self._connection, self._known):
            return delete_chunks_of_file(self._connection, kind, chunks)

    def _give_back_pages(self) -> bool:
        """Make the file some pages shorter; are more of its pages free?"""
        if self._is_closed:
            raise TelemetryClosed
        # A step of this statement frees one page, and `execute` makes one step.
        self._connection.executescript(f"PRAGMA incremental_vacuum({_PAGES_AT_ONCE})")
        (free,) = self._connection.execute("PRAGMA freelist_count").fetchone()
        return bool(free)

    def _hide(self, key: StreamKey) -> int:
        """Take the stream's name away, so that readers find nothing and a new one may be made.

        Raises:
            NotFound: There is no such stream.
        """
        with SqliteTransaction(self._connection, self._known):
            row = self._connection.execute(
                "UPDATE stream SET entity = ?, owner_id = stream_id WHERE entity = ? AND owner_id = ? "
                "RETURNING stream_id",
                (tables.DELETED, *key),
            ).fetchone()
        self._known.forget_stream(key)
        self._rankings.clear()
        self._point_changes.tell([key])
        if row is None:
            raise NotFound(f"There is no telemetry of {key.entity} {key.id!r}.")
        return int(row[0])

    def _delete_some(self, stream_id: int) -> bool:
        """Remove some rows of a hidden stream; is there more?"""
        with SqliteTransaction(self._connection, self._known):
            for table, column, at_once in _ROWS_OF_A_STREAM:
                statement = (
                    f"DELETE FROM {table} WHERE stream_id = ? AND {column} IN "  # noqa: S608 - constants
                    f"(SELECT {column} FROM {table} WHERE stream_id = ? LIMIT ?)"
                )
                if self._connection.execute(statement, (stream_id, stream_id, at_once)).rowcount:
                    return True
            for table in ("latest", "sender", "stream"):
                self._connection.execute(f"DELETE FROM {table} WHERE stream_id = ?", (stream_id,))  # noqa: S608
        return False

    def _sweep_deleted(self) -> None:
        """Finish deletions that the end of a process cut short."""
        query = "SELECT stream_id FROM stream WHERE entity = ?"
        for (stream_id,) in self._connection.execute(query, (tables.DELETED,)).fetchall():
            while self._delete_some(stream_id):
                pass


def open_telemetry_file(path: Path) -> DatabaseTelemetryReader:
    """Return reads of a telemetry file that another process writes to; call `close_reads` at the end.

    Raises:
        NotFound: There is no such file.
    """
    if not path.exists():
        raise NotFound(f"There is no telemetry file at {path}.")
    return DatabaseTelemetryReader(read_engine(ConnectionSettings(f"sqlite:///{path}", synchronous="NORMAL")))


def _create(path: Path) -> None:
    """Make the file and its tables; what `auto_vacuum` and the page size are must be said before the first table."""
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA page_size = 4096")
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    with engine.begin() as tables_connection:
        create_tables(tables_connection)
    engine.dispose()


def _open_writer(path: Path, synchronous: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
    return connection
