"""What the suites of telemetry share."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import pytest
from sqlalchemy import create_engine, text
from typing_extensions import override

from infrastudio.kernel.clock import ManualClock
from infrastudio.stores.db import ConnectionSettings
from infrastudio.stores.telemetry import (
    IngestLimits,
    SealPolicy,
    SqliteTelemetryStore,
    SqlTelemetryStore,
    StreamOwner,
    TelemetryStore,
    seal_lines,
    seal_points,
)

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ALWAYS = SealPolicy(batches=0, quiet_s=0)
_numbers = count(1)


def a_run(project: str = "default") -> StreamOwner:
    """A run that nothing was logged to."""
    return StreamOwner(project, "run", f"{next(_numbers):032x}")


class Backend(Protocol):
    """A place where telemetry lies, and where a test can look past the store."""

    target: str
    """A path or a URL."""

    def open(self, clock: ManualClock, limits: IngestLimits | None = None) -> TelemetryStore:
        """Open a store."""
        ...

    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        """Run SQL on a connection of its own."""
        ...


class SqliteBackend(Backend):
    """A telemetry file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.target = str(path)

    @override
    def open(self, clock: ManualClock, limits: IngestLimits | None = None) -> TelemetryStore:
        return SqliteTelemetryStore(self.path, clock=clock, writer="test", limits=limits)

    @override
    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.path)) as connection, connection:
            return connection.execute(statement).fetchall()


class ServerBackend(Backend):
    """A database of a PostgreSQL or MariaDB server."""

    def __init__(self, url: str) -> None:
        self.target = url

    @override
    def open(self, clock: ManualClock, limits: IngestLimits | None = None) -> TelemetryStore:
        return SqlTelemetryStore(ConnectionSettings(self.target), clock=clock, writer="test", limits=limits)

    @override
    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        engine = create_engine(self.target)
        with engine.begin() as connection:
            result = connection.execute(text(statement))
            rows = [tuple(row) for row in result] if result.returns_rows else []
        engine.dispose()
        return rows


class Telemetry:
    """A store, the clock it reads, and a loop in which appends run, so that tests stay plain functions."""

    def __init__(self, store: TelemetryStore, clock: ManualClock, loop: asyncio.AbstractEventLoop) -> None:
        self.store = store
        self.clock = clock
        self.loop = loop

    def run(self, act: Callable[[], Any]) -> Any:
        """Call `act` in the event loop and return what its awaitable comes to."""

        async def in_loop() -> Any:
            return await act()

        return self.loop.run_until_complete(in_loop())

    def together(self, *acts: Callable[[], Any]) -> list[Any]:
        """Call all in one turn of the loop, so that they may share a commit; failures are returned."""

        async def settled(act: Callable[[], Any]) -> Any:
            return await act()

        async def in_loop() -> list[Any]:
            return await asyncio.gather(*(settled(act) for act in acts), return_exceptions=True)

        return self.loop.run_until_complete(in_loop())


@contextmanager
def opened(backend: Backend, *, limits: IngestLimits | None = None) -> Iterator[Telemetry]:
    """Open a store and close it at the end."""
    clock = ManualClock(NOON)
    store = backend.open(clock, limits)
    loop = asyncio.new_event_loop()
    try:
        yield Telemetry(store, clock, loop)
    finally:
        store.close()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


def seal(telemetry: Telemetry) -> int:
    """Seal all that a store holds and return how many steps that took."""
    steps: int = telemetry.run(partial(telemetry.store.seal, ALWAYS))
    return steps


@contextmanager
def small_chunks() -> Iterator[None]:
    """Let a handful of points and lines fill chunks, steps and open chunks, so that all kinds of them come about."""
    small: dict[Any, dict[str, int]] = {
        seal_points: {
            "PYRAMID_POINTS": 300,
            "CHUNK_POINTS": 512,
            "OPEN_POINTS": 24,
            "OWN_CHUNKS": 2,
            "FEW_POINTS": 4,
            "STEP_POINTS": 300,
            "STEP_BATCHES": 4,
        },
        seal_lines: {"CHUNK_LINES": 7, "MERGED_LINES": 5, "STEP_LINES": 12, "STEP_BATCHES": 3},
    }
    with pytest.MonkeyPatch.context() as patch:
        for module, numbers in small.items():
            for name, number in numbers.items():
                patch.setattr(module, name, number)
        yield
