"""The one writer thread of a process: verbs that wait together share a commit, a savepoint each."""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final, NamedTuple, Protocol

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError

from infrastudio.kernel.actor import Actor
from infrastudio.kernel.errors import RateLimited, Unavailable
from infrastudio.stores.db.engines import is_retryable
from infrastudio.stores.db.idempotency import Repeat, run_once
from infrastudio.stores.db.lock import LedgerLock, LedgerPosition
from infrastudio.stores.db.savepoint import Savepoint
from infrastudio.stores.db.unit_of_work import UnitOfWork

MAX_VERBS: Final = 64
MAX_GROUP_S: Final = 0.02
MAX_WAITING: Final = 10_000
BEGIN_ATTEMPTS: Final = 3


class WritableDatabase(Protocol):
    """What the writer needs of the database that it writes to."""

    lock: LedgerLock
    write_engine: Engine

    def hold_turn(self) -> AbstractContextManager[None]:
        """Wait for the turn to write and keep it for the block."""
        ...

    def new_unit(self, connection: Connection, actor: Actor, after_us: int) -> UnitOfWork:
        """Return a unit of work whose moment lies behind `after_us`."""
        ...

    def wake(self, seq: int) -> None:
        """Tell all listeners that the ledger now ends at `seq`."""
        ...


class Call(NamedTuple):
    """A verb that waits for its turn."""

    actor: Actor
    verb: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    repeat: Repeat | None
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]


class Outcome(NamedTuple):
    """What became of a verb: its value, or what it failed with."""

    call: Call
    value: Any
    failure: BaseException | None


class Writer:
    """Runs verbs one after the other and commits those that wait together."""

    def __init__(self, db: WritableDatabase) -> None:
        self._db = db
        self._calls: queue.SimpleQueue[Call | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._closed = False

    def submit(
        self,
        actor: Actor,
        verb: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        repeat: Repeat | None,
    ) -> asyncio.Future[Any]:
        """Queue a verb; the future, one of the running event loop, is done after its commit.

        Raises:
            RateLimited: Too many wait already.
        """
        if self._closed:
            raise Unavailable("The server is stopping; try again when it is back.")
        if self._calls.qsize() >= MAX_WAITING:
            raise RateLimited("Too many writes are waiting; try again shortly.", retry_after_s=1)
        if self._thread is None:
            self._start()
        loop = asyncio.get_running_loop()
        call = Call(actor, verb, args, kwargs, repeat, loop, loop.create_future())
        self._calls.put(call)
        return call.future

    def close(self) -> None:
        """Finish what waits, then end the thread."""
        self._closed = True
        if self._thread is not None:
            self._calls.put(None)
            self._thread.join()

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="db-write", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while (first := self._calls.get()) is not None:
            with self._db.hold_turn():
                again = self._commit_group(first)
            if not again:
                return

    def _commit_group(self, first: Call) -> bool:
        """Run `first` and what waits behind it in one transaction; False when the end was met."""
        done: list[Outcome] = []
        again = True
        try:
            with self._begin() as connection:
                start = position = self._db.lock.acquire(connection)
                until = time.monotonic() + MAX_GROUP_S
                call: Call | None = first
                while call is not None:
                    position = self._run_call(connection, call, position, done)
                    if len(done) >= MAX_VERBS or time.monotonic() >= until:
                        break
                    try:
                        call = self._calls.get_nowait()
                    except queue.Empty:
                        break
                    again = call is not None
                if position != start:
                    self._db.lock.advance(connection, position)
                connection.commit()
        except BaseException as error:
            self._fail_all(first, done, error)
            return again
        if position.seq != start.seq:
            self._db.wake(position.seq)
        _tell(done)
        return again

    def _run_call(
        self,
        connection: Connection,
        call: Call,
        position: LedgerPosition,
        done: list[Outcome],
    ) -> LedgerPosition:
        """Run one verb in its savepoint; a failure undoes this verb alone, unless the connection is gone."""
        if call.future.cancelled():
            return position
        savepoint = Savepoint(connection)
        try:
            uow = self._db.new_unit(connection, call.actor, position.at_us)

            def run() -> Any:
                return call.verb(uow, *call.args, **call.kwargs)

            value = run() if call.repeat is None else run_once(uow, call.repeat, call.verb, run)
            behind = self._db.lock.record(uow, uow.events, position)
            savepoint.keep()
        except BaseException as error:
            done.append(Outcome(call, None, error))
            if isinstance(error, DBAPIError) and error.connection_invalidated:
                raise
            savepoint.undo()
            return position
        done.append(Outcome(call, value, None))
        return behind

    def _begin(self) -> Connection:
        """Return a connection with an open writing transaction; a busy database is asked a few times."""
        for attempt in range(1, BEGIN_ATTEMPTS + 1):
            connection = self._db.write_engine.connect()
            try:
                connection.begin()
                return connection
            except OperationalError as error:
                connection.close()
                if attempt == BEGIN_ATTEMPTS or not is_retryable(error):
                    raise
        raise AssertionError("unreachable")

    def _fail_all(self, first: Call, done: list[Outcome], error: BaseException) -> None:
        failure = error
        if isinstance(error, OperationalError):
            failure = Unavailable(
                "The database did not take the change; nothing was changed, or its outcome is unknown."
            )
            failure.__cause__ = error
        told = [Outcome(call, None, failure if own is None or own is error else own) for call, _value, own in done]
        if not any(outcome.call is first for outcome in done):
            told.append(Outcome(first, None, failure))
        _tell(told)


def _tell(outcomes: Sequence[Outcome]) -> None:
    """Tell all who wait in one step for each event loop, for each step wakes it from its sleep."""
    by_loop: dict[asyncio.AbstractEventLoop, list[Outcome]] = {}
    for outcome in outcomes:
        by_loop.setdefault(outcome.call.loop, []).append(outcome)
    for loop, own in by_loop.items():
        try:
            loop.call_soon_threadsafe(_settle, own)
        except RuntimeError:
            if not loop.is_closed():  # in a loop that ended nobody waits any more
                raise


def _settle(outcomes: Sequence[Outcome]) -> None:
    for call, value, failure in outcomes:
        if call.future.done():
            continue
        if failure is not None:
            call.future.set_exception(failure)
        else:
            call.future.set_result(value)
