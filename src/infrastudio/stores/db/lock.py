"""What a unit of work needs of the ledger, so that neither imports the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from sqlalchemy import Connection

if TYPE_CHECKING:
    from infrastudio.stores.db.unit_of_work import PendingEvent, UnitOfWork


class LedgerPosition(NamedTuple):
    """The end of the ledger: number, record time in microseconds and hash of the last event."""

    seq: int
    at_us: int
    hash: str


class LedgerLock(Protocol):
    """The one lock under which events are numbered, timed and chained."""

    def acquire(self, connection: Connection) -> LedgerPosition:
        """Wait for the turn, hold it until the transaction ends, and return the end of the ledger."""
        ...

    def record(self, uow: UnitOfWork, events: Sequence[PendingEvent], position: LedgerPosition) -> LedgerPosition:
        """Write the events of one unit of work behind `position` and return the new end."""
        ...

    def advance(self, connection: Connection, position: LedgerPosition) -> None:
        """Write the end of the ledger into the clock row, once before the commit."""
        ...

    def head(self, connection: Connection) -> int:
        """Return the number of the last event, without waiting for anybody."""
        ...
