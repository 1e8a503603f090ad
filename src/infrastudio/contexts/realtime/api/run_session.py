"""A run's own socket: its status, points, lines and what happens around it."""

from __future__ import annotations

from fastapi import WebSocket
from typing_extensions import override

from infrastudio.contexts.realtime import queries
from infrastudio.contexts.realtime.api.pump import Pace
from infrastudio.contexts.realtime.api.session import Session
from infrastudio.contexts.realtime.rules.messages import Message
from infrastudio.contexts.realtime.rules.records import Record
from infrastudio.contexts.realtime.rules.run_messages import changes_status, status_message, timeline_message
from infrastudio.contexts.realtime.rules.selection import Selection
from infrastudio.contexts.realtime.rules.topics import parse_since
from infrastudio.contexts.realtime.service import Hub, LedgerSource, LineSource, PointSource
from infrastudio.kernel.errors import PermissionDenied, ValidationFailed
from infrastudio.kernel.text import is_storable

RUNS_READ = "runs.read"
MAX_ID = 64


class RunSession(Session):
    """Serves `/ws/runs/{id}`."""

    def __init__(self, socket: WebSocket, hub: Hub, run_id: str, since: str | None) -> None:
        super().__init__(socket, hub)
        self._run_id = run_id
        self._since = since
        self._selection: Selection | None = None
        self._is_watching = False

    @override
    async def admit(self) -> None:
        if not self.actor.may_anywhere(RUNS_READ):
            raise PermissionDenied(f"This needs the right {RUNS_READ!r}.", right=RUNS_READ)
        parse_since(self._since)
        if not is_storable(self._run_id) or len(self._run_id) > MAX_ID:
            raise queries.UnknownEntity("run", self._run_id[:MAX_ID].encode("ascii", "replace").decode())
        project_id = await self.hub.db.read(self.actor, queries.project_of, "run", self._run_id, RUNS_READ)
        if self._selection is None:
            name = f"run:{self._run_id}"
            self._selection = Selection(self.actor, frozenset({project_id}), concerns=name, own=name)
        self._selection.actor = self.actor

    @override
    async def begin(self) -> None:
        if self._selection is None:
            raise RuntimeError("nobody was admitted yet")
        since, limits = parse_since(self._since), self.hub.limits
        stream = await self.hub.runs.watch(self._run_id)
        self._is_watching = True
        events = LedgerSource(self.hub.db, self.hub.ledger, self._selection, self._render)
        pace = Pace(limits.frame_pause_s, limits.most_missed_events, limits.most_missed_events)
        await self.start_pump("ledger", events, since["ledger"], pace)
        pace = Pace(limits.frame_pause_s, None, limits.most_missed_messages)
        await self.start_pump("metric", PointSource(stream), since["metric"], pace)
        await self.start_pump("log", LineSource(stream), since["log"], pace)

    @override
    async def receive(self, text: str) -> None:
        await self.send_error(ValidationFailed.of("message", "this socket only sends; subscriptions belong on /ws"))

    @override
    async def end(self) -> None:
        if self._is_watching:
            self.hub.runs.leave(self._run_id)

    def _render(self, record: Record) -> Message:
        if changes_status(record.entry, self._run_id):
            return status_message(record.entry)
        return timeline_message(record.entry, self.hub.describe(record.entry))
