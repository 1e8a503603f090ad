"""Who is where: beats of open windows, forgotten half a minute after the last one; in memory."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import orjson

from infrastudio.contexts.realtime.schemas import Present
from infrastudio.contexts.realtime.service.board import Board
from infrastudio.kernel.clock import Clock

FORGOTTEN_AFTER: Final = timedelta(seconds=30)


@dataclass
class _Beat:
    present: Present
    at: datetime


class PresenceBoard:
    """The people at each place; called in the event loop."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._places: dict[str, dict[str, _Beat]] = {}
        self._projects: dict[str, str] = {}
        self._emptied: dict[str, datetime] = {}
        self.board = Board(clock)

    def beat(self, place: str, project_id: str, *, connection: str, actor: str, detail: str | None) -> None:
        """Say that a connection is at a place; whoever watches hears of it only when something changed."""
        now = self._clock.now()
        beats = self._places.setdefault(place, {})
        self._projects[place] = project_id
        before = beats.get(connection)
        since = now if before is None else before.present.since
        present = Present(connection=connection, actor=actor, detail=detail, since=since)
        beats[connection] = _Beat(present, now)
        if before is None or before.present != present:
            self._post(place)

    def leave(self, connection: str, place: str | None = None) -> None:
        """Take a connection away from a place, or from all."""
        for each in [place] if place is not None else list(self._places):
            if self._places.get(each, {}).pop(connection, None) is not None:
                self._post(each)

    def expire(self) -> None:
        """Forget who has not been heard of for too long."""
        limit = self._clock.now() - FORGOTTEN_AFTER
        for place, beats in list(self._places.items()):
            silent = [connection for connection, beat in beats.items() if beat.at <= limit]
            for connection in silent:
                del beats[connection]
            if silent:
                self._post(place)
        for place in [place for place, at in self._emptied.items() if at <= limit]:
            del self._places[place], self._projects[place], self._emptied[place]
            self.board.take_down(place)

    def _post(self, place: str) -> None:
        beats = self._places[place]
        people = [beat.present.model_dump(mode="json") for beat in beats.values()]
        self.board.post(place, self._projects[place], orjson.dumps({"place": place, "present": people}))
        if beats:
            self._emptied.pop(place, None)
        else:
            self._emptied[place] = self._clock.now()
