"""The database: snapshots for reading, units of work for writing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Concatenate, ParamSpec, TypeVar

from infrastudio.kernel.actor import Actor
from infrastudio.kernel.clock import Clock, from_micros, to_micros
from infrastudio.kernel.ids import IdSource
from infrastudio.stores.db.change_probe import ChangeProbe
from infrastudio.stores.db.commit_watch import CommitWatch
from infrastudio.stores.db.engines import read_engine, write_engine
from infrastudio.stores.db.idempotency import Repeat
from infrastudio.stores.db.lock import LedgerLock
from infrastudio.stores.db.settings import ConnectionSettings, parse_url
from infrastudio.stores.db.turn import WriteTurn
from infrastudio.stores.db.unit_of_work import Snapshot, UnitOfWork
from infrastudio.stores.db.writer import Writer

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

READ_THREADS = 8


class Database:
    """One database as one process uses it. Threads may share it; close it at the end."""

    def __init__(self, settings: ConnectionSettings, *, lock: LedgerLock, clock: Clock, ids: IdSource) -> None:
        self.settings = settings
        self.clock = clock
        self.ids = ids
        self.lock = lock
        self.write_engine = write_engine(settings)
        self.read_engine = read_engine(settings)
        self._cache: dict[Any, Any] = {}
        self._turn = WriteTurn(parse_url(settings.url))
        self._probe = ChangeProbe(parse_url(settings.url))
        self._watch = CommitWatch(self.write_engine, lock.head, self.wake)
        self._listeners: list[Callable[[int], None]] = []
        self._readers = ThreadPoolExecutor(READ_THREADS, thread_name_prefix="db-read")
        self._writer = Writer(self)

    @property
    def dialect(self) -> str:
        """`sqlite`, `postgresql` or `mysql`."""
        return self.write_engine.dialect.name

    def close(self) -> None:
        """End the writer thread after what waits in it, and give all connections back."""
        self._watch.close()
        self._writer.close()
        self._readers.shutdown()
        self.write_engine.dispose()
        self.read_engine.dispose()
        self._turn.close()
        self._probe.close()

    @contextmanager
    def snapshot(self, actor: Actor) -> Iterator[Snapshot]:
        """Read everything in the block as of one moment."""
        with self.read_engine.connect() as connection, connection.begin():
            yield Snapshot(connection, actor, self._cache)

    @contextmanager
    def begin(self, actor: Actor) -> Iterator[UnitOfWork]:
        """Write in a transaction of its own that waits for the ledger lock first; commits at the end of the block."""
        with self._turn.hold(), self.write_engine.connect() as connection, connection.begin():
            start = self.lock.acquire(connection)
            now = from_micros(max(to_micros(self.clock.now()), start.at_us + 1))
            uow = UnitOfWork(connection, actor, self._cache, now=now, ids=self.ids)
            yield uow
            end = self.lock.record(uow, uow.events, start)
            if end != start:
                self.lock.advance(connection, end)
        if end != start:
            self.wake(end.seq)

    async def read(
        self,
        actor: Actor,
        query: Callable[Concatenate[Snapshot, Parameters], Result],
        *args: Parameters.args,
        **kwargs: Parameters.kwargs,
    ) -> Result:
        """Run a query in a thread, in a snapshot of its own."""

        def run() -> Result:
            with self.snapshot(actor) as snapshot:
                return query(snapshot, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._readers, run)

    async def write(
        self,
        actor: Actor,
        verb: Callable[Concatenate[UnitOfWork, Parameters], Result],
        *args: Parameters.args,
        **kwargs: Parameters.kwargs,
    ) -> Result:
        """Run a service function in the one writer thread; return when its commit is durable."""
        result: Result = await self._writer.submit(actor, verb, args, kwargs, None)
        return result

    async def write_once(
        self,
        actor: Actor,
        repeat: Repeat | None,
        verb: Callable[Concatenate[UnitOfWork, Parameters], Result],
        *args: Parameters.args,
        **kwargs: Parameters.kwargs,
    ) -> Result:
        """As `write`; a repeat of a keyed request returns the first answer and changes nothing."""
        result: Result = await self._writer.submit(actor, verb, args, kwargs, repeat)
        return result

    @contextmanager
    def hold_turn(self) -> Iterator[None]:
        """Wait for the turn to write and keep it for the block."""
        with self._turn.hold():
            yield

    def data_version(self) -> int | None:
        """Return a number that changes with every commit of any process; None where the database has none."""
        return self._probe.version()

    def subscribe(self, listener: Callable[[int], None]) -> Callable[[], None]:
        """Call `listener(seq)` from any thread after each commit of this process; return the way to end it.

        On a server, commits of other processes are told of too, some 30 ms later. A hint only: on SQLite others commit
        unseen, and a connection may break, so whoever listens also looks at the ledger clock by itself.
        """
        self._listeners.append(listener)
        if self.dialect != "sqlite":
            self._watch.start()
        return lambda: self._listeners.remove(listener)

    def wake(self, seq: int) -> None:
        """Tell all listeners that the ledger now ends at `seq`."""
        for listener in tuple(self._listeners):
            listener(seq)

    def new_unit(self, connection: Any, actor: Actor, after_us: int) -> UnitOfWork:
        """Return a unit of work whose moment lies behind `after_us`; for the writer."""
        now = from_micros(max(to_micros(self.clock.now()), after_us + 1))
        return UnitOfWork(connection, actor, self._cache, now=now, ids=self.ids)
