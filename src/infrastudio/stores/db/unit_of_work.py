"""Reads in one snapshot, writes in one transaction: one actor, one moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, CursorResult, Executable, Insert, Row

from infrastudio.kernel.actor import Actor
from infrastudio.kernel.ids import IdSource
from infrastudio.stores.db.driver import conflict_told_as

Cached = TypeVar("Cached")

STREAM_ROWS: Final = 1000
MAX_REMEMBERED: Final = 1024

_REMEMBERED: Final = object()


@dataclass(frozen=True)
class PendingEvent:
    """A fact that waits for the end of its unit of work; JSON parts are canonical texts already."""

    id: str
    kind: str
    entity: str
    entity_id: str
    version: int
    project_id: str
    changes: str
    after: str | None
    full: bool
    links: str
    labels: str
    occurred_at: datetime | None = None
    cause: str | None = None


class Snapshot:
    """A consistent read of the database on behalf of one actor."""

    def __init__(self, connection: Connection, actor: Actor, cache: dict[Any, Any]) -> None:
        self.connection = connection
        self.actor = actor
        self._cache = cache

    @property
    def dialect(self) -> str:
        """`sqlite`, `postgresql` or `mysql`."""
        return self.connection.dialect.name

    def execute(
        self, statement: Executable, parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    ) -> CursorResult[Any]:
        """Run a statement."""
        return self.connection.execute(statement, parameters)

    def stream(self, statement: Executable) -> Iterator[Row[Any]]:
        """Yield the rows of a large result without holding all of them."""
        with self.connection.execute(statement, execution_options={"yield_per": STREAM_ROWS}) as rows:
            yield from rows

    def cached(self, key: object, load: Callable[[], Cached | None]) -> Cached | None:
        """Return what was once loaded for `key` in this process; only for facts that never change."""
        if key not in self._cache:
            value = load()
            if value is None:
                return None
            self._cache[key] = value
        found: Cached = self._cache[key]
        return found

    def remembered(self, key: object, load: Callable[[], Cached]) -> Cached:
        """Return what was lately loaded for `key` in this process; the key must name the ledger's end that it is for.

        A unit of work sees its own changes, which have no number yet: there it is always loaded.
        """
        if isinstance(self, UnitOfWork):
            return load()
        memory: dict[object, Cached] = self._cache.setdefault(_REMEMBERED, {})
        if key not in memory:
            value = load()
            if len(memory) >= MAX_REMEMBERED:
                memory.clear()
            memory[key] = value
            return value
        return memory[key]


class UnitOfWork(Snapshot):
    """One writing transaction. `now` is fixed; events wait in it and are written as its last statements."""

    def __init__(
        self, connection: Connection, actor: Actor, cache: dict[Any, Any], *, now: datetime, ids: IdSource
    ) -> None:
        super().__init__(connection, actor, cache)
        self.now = now
        self.ids = ids
        self.events: list[PendingEvent] = []

    def change(
        self,
        statement: Executable,
        parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
        *,
        on_conflict: Exception | None = None,
    ) -> CursorResult[Any]:
        """Run a statement that writes.

        Raises:
            on_conflict: In place of the database's IntegrityError.
        """
        with conflict_told_as(on_conflict):
            return self.connection.execute(statement, parameters)

    def insert(self, statement: Insert, *, on_conflict: Exception | None = None) -> int:
        """Insert one row into a table with a counted id and return that id.

        Raises:
            on_conflict: In place of the database's IntegrityError.
        """
        key = self.change(statement, on_conflict=on_conflict).inserted_primary_key
        if key is None:
            raise TypeError("only a single-row insert has an id to return")
        return int(key[0])
