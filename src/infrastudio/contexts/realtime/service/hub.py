"""What all sockets of a process have in common."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from infrastudio.contexts.realtime.ports import EventDescriber, SocketAuthenticator
from infrastudio.contexts.realtime.service.ledger_tail import MOST_EVENTS, LedgerTail
from infrastudio.contexts.realtime.service.operations import Operations
from infrastudio.contexts.realtime.service.presence import PresenceBoard
from infrastudio.contexts.realtime.service.ring import Listeners
from infrastudio.contexts.realtime.service.run_streams import RunStreams
from infrastudio.kernel.clock import Clock
from infrastudio.kernel.ids import IdSource
from infrastudio.stores.db import Database
from infrastudio.stores.ledger import Entry, LedgerFeed
from infrastudio.stores.telemetry import TelemetryStore

EXPIRY_S: Final = 1.0

CREDENTIALS: Final = frozenset({"grant", "member", "role", "session", "team", "token", "user"})
"""Entities whose changes may give or take rights."""


@dataclass(frozen=True)
class Limits:
    """How sockets behave.

    Attributes:
        heartbeat_s: Seconds between two heartbeats.
        frame_pause_s: Seconds between two frames of a topic, at least.
        send_timeout_s: A reader that takes nothing for so long is cut off.
        most_missed_events: A reader of the ledger that is further behind is told to start again.
        most_missed_messages: The same for a run's points and lines, once the reader has been up to date.
        held_events: Events that are kept in memory.
        cut_after_s: Cut each socket after a random time between these; for rehearsals of bad networks.
    """

    heartbeat_s: float = 15
    frame_pause_s: float = 0.05
    send_timeout_s: float = 30.0
    most_missed_events: int = 10_000
    most_missed_messages: int = 50_000
    held_events: int = MOST_EVENTS
    cut_after_s: tuple[float, float] | None = None


CHAOS_CUT_S: Final = (5.0, 15.0)


class Hub:
    """Feeds every socket of the process from one follower of the ledger and one reader per watched run."""

    def __init__(
        self,
        db: Database,
        feed: LedgerFeed,
        telemetry: TelemetryStore,
        *,
        authenticate: SocketAuthenticator,
        describe: EventDescriber,
        clock: Clock,
        ids: IdSource,
        limits: Limits | None = None,
    ) -> None:
        self.db = db
        self.authenticate = authenticate
        self.describe = describe
        self.clock = clock
        self.ids = ids
        self.limits = limits or Limits()
        self.ledger = LedgerTail(feed.last, most_events=self.limits.held_events)
        self.runs = RunStreams(telemetry)
        self.operations = Operations(clock, ids)
        self.presence = PresenceBoard(clock)
        self.credentials = Listeners()
        """Woken when a credential changed: every socket asks anew who it speaks for."""
        feed.subscribe(self.ledger.hear)
        feed.subscribe(self._hear_of_rights)

    async def run(self) -> None:
        """Forget who has left without a word, for ever."""
        while True:
            self.presence.expire()
            await asyncio.sleep(EXPIRY_S)  # the time itself is what is waited for

    def _hear_of_rights(self, entries: Sequence[Entry]) -> None:
        if any(entry.entity in CREDENTIALS for entry in entries):
            self.credentials.wake()
