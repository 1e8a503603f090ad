"""The newest events of the ledger, kept once per process for all sockets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from infrastudio.contexts.realtime.rules.records import Record, record_of
from infrastudio.contexts.realtime.service.ring import Ring
from infrastudio.stores.ledger import Entry

MOST_EVENTS: Final = 2000
MOST_BYTES: Final = 32 << 20


class LedgerTail(Ring[Record]):
    """A listener of the ledger feed."""

    def __init__(self, head: int, *, most_events: int = MOST_EVENTS) -> None:
        super().__init__(head, size_of=lambda record: record.size, most_items=most_events, most_bytes=MOST_BYTES)

    def hear(self, entries: Sequence[Entry]) -> None:
        """Take new events, in order; while nobody watches, only where they end: who comes later reads the ledger."""
        if len(self) > 0:
            self.extend(entries[0].seq, [record_of(entry) for entry in entries])
        else:
            self.skip_to(entries[-1].seq)
