"""The lock of the ledger: its turn is taken first, and under it events are numbered, timed and chained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, cast

from sqlalchemy import Connection, Table, literal_column, select, text, update
from typing_extensions import override

from infrastudio.kernel.clock import to_micros
from infrastudio.stores.db import (
    LedgerLock,
    LedgerPosition,
    PendingEvent,
    PreparedInsert,
    PreparedSelect,
    PreparedUpdate,
    UnitOfWork,
)
from infrastudio.stores.ledger.chain import chain_hash, digests_of
from infrastudio.stores.ledger.tables import EventRow, LedgerClockRow

ADVISORY_KEY: Final = 0x5354_5544_494F
"""The key of the advisory lock on PostgreSQL: the letters STUDIO."""

NOTIFY_CHANNEL: Final = "studio_ledger"

_ONLY_ROW: Final = LedgerClockRow.id == literal_column("1")
_CLOCK: Final = select(LedgerClockRow.seq, LedgerClockRow.at, LedgerClockRow.hash).where(_ONLY_ROW)
_READ_HEAD: Final = select(LedgerClockRow.seq).where(_ONLY_ROW)
_READ_CLOCK: Final = PreparedSelect(_CLOCK)
_READ_CLOCK_LOCKED: Final = PreparedSelect(_CLOCK.with_for_update())
_SET_CLOCK: Final = PreparedUpdate(update(LedgerClockRow).where(_ONLY_ROW), ["seq", "at", "hash"])
_INSERT: Final = PreparedInsert(cast("Table", EventRow.__table__), as_stored=True)


class TableLedgerLock(LedgerLock):
    """Holds the one row of the ledger clock.

    SQLite: the transaction began IMMEDIATE. PostgreSQL: an advisory lock in a statement of its own (a snapshot taken
    before the lock was granted would be stale), then the row. MariaDB/MySQL: the row FOR UPDATE.
    """

    @override
    def acquire(self, connection: Connection) -> LedgerPosition:
        if connection.dialect.name == "postgresql":
            connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": ADVISORY_KEY})
        clock = _READ_CLOCK_LOCKED if connection.dialect.name == "mysql" else _READ_CLOCK
        (row,) = clock.rows(connection, {})
        return LedgerPosition(*row)

    @override
    def record(self, uow: UnitOfWork, events: Sequence[PendingEvent], position: LedgerPosition) -> LedgerPosition:
        if not events:
            return position
        rows, last_hash = [], position.hash
        for seq, event in enumerate(events, position.seq + 1):
            row = _row(uow, event, seq)
            last_hash = row["hash"] = chain_hash(last_hash, row)
            rows.append(row)
        _INSERT.run(uow.connection, rows)
        return LedgerPosition(position.seq + len(rows), to_micros(uow.now), last_hash)

    @override
    def advance(self, connection: Connection, position: LedgerPosition) -> None:
        _SET_CLOCK.run(connection, {"seq": position.seq, "at": position.at_us, "hash": position.hash})
        if connection.dialect.name == "postgresql":
            connection.execute(
                text("select pg_notify(:channel, :seq)"), {"channel": NOTIFY_CHANNEL, "seq": str(position.seq)}
            )

    @override
    def head(self, connection: Connection) -> int:
        return int(connection.execute(_READ_HEAD).scalar_one())


def advance_clock(connection: Connection, *, to_us: int) -> LedgerPosition:
    """Take the turn and make sure that no later event gets a record time at or before `to_us`."""
    position = TableLedgerLock().acquire(connection)
    if position.at_us < to_us:
        connection.execute(update(LedgerClockRow).where(LedgerClockRow.id == 1).values(at=to_us))
    return position


def _row(uow: UnitOfWork, event: PendingEvent, seq: int) -> dict[str, Any]:
    """Return the row of an event as the chain sees it: times are microseconds."""
    actor = uow.actor
    now = to_micros(uow.now)
    row: dict[str, Any] = {
        "seq": seq,
        "id": event.id,
        "at": now,
        "occurred_at": now if event.occurred_at is None else to_micros(event.occurred_at),
        "kind": event.kind,
        "entity": event.entity,
        "entity_id": event.entity_id,
        "version": event.version,
        "project_id": event.project_id,
        "actor": actor.ref,
        "reason": actor.reason,
        "changes": event.changes,
        "after": event.after,
        "full": event.full,
        "links": event.links,
        "labels": event.labels,
        "cause": event.cause,
        "request_id": actor.request_id,
        "trace_id": actor.trace_id,
    }
    row["digests"] = digests_of(row)
    return row
