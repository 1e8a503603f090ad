"""The states of all entities of a kind around a moment, kept so that questions about moments near by ask for little."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import Row, Select, select

from infrastudio.kernel.diff import State
from infrastudio.stores.db import Snapshot, UnitOfWork, unindexed
from infrastudio.stores.ledger.as_of import BIRTH, EVENT_AT, select_last_events, select_states
from infrastudio.stores.ledger.entries import head
from infrastudio.stores.ledger.tables import EventRow

NEAR: Final = 2000
"""Events between two moments that count as near to each other: what they touched is read anew."""
MAX_PLACES: Final = 3
"""Moments, far from each other, whose states are kept."""
MAX_CHARACTERS: Final = 12_000_000
"""Of recorded states at one moment; of more none are kept, and every question goes to the database."""

Read = Callable[[State], Sequence[Any]]
"""What questions need of a recorded state."""


class PastState(NamedTuple):
    """The last event of an entity up to a moment, and what was read of the state that it led to."""

    seq: int
    project_id: str
    values: tuple[Any, ...]


States = Mapping[str, PastState]
"""By entity id: all entities of a kind that existed at a moment."""

_COLUMNS: Final = (EVENT_AT.seq, EVENT_AT.entity_id, EVENT_AT.project_id, EVENT_AT.after)


class PastStates:
    """Moves what it knows from moment to moment. The first question somewhere is left to the database: most stay alone.

    Threads share it; what it returned is never changed.
    """

    def __init__(self, entity: str, read: Read, *, max_characters: int = MAX_CHARACTERS) -> None:
        self._entity = entity
        self._read = read
        self._max_characters = max_characters
        self._places: OrderedDict[int, States] = OrderedDict()
        self._asked: deque[int] = deque(maxlen=16)
        self._lock = threading.Lock()

    def at(self, snapshot: Snapshot, seq: int) -> States | None:
        """Return the states at event `seq`; None where to ask the database costs less, or memory is not enough."""
        with self._lock:
            nearest = min(self._places, key=lambda known: abs(known - seq), default=None)
            if nearest is not None and abs(nearest - seq) <= NEAR:
                states = self._moved(snapshot, nearest, seq)
                del self._places[nearest]
            elif any(abs(asked - seq) <= NEAR for asked in self._asked):
                loaded = self._loaded(snapshot, seq)
                if loaded is None:
                    return None
                states = loaded
            else:
                self._asked.append(seq)
                return None
            self._places[seq] = states
            while len(self._places) > MAX_PLACES:
                self._places.popitem(last=False)
            return states

    def places(self) -> list[int]:
        """Return the moments whose states are kept, that of the earliest question first."""
        with self._lock:
            return list(self._places)

    def _loaded(self, snapshot: Snapshot, seq: int) -> States | None:
        states: dict[str, PastState] = {}
        shared: dict[Any, Any] = {}
        characters = 0
        for row in snapshot.stream(select_states(self._entity, seq, *_COLUMNS)):
            characters += len(row.after)
            if characters > self._max_characters:
                return None
            states[row.entity_id] = self._state_of(row, shared)
        return states

    def _moved(self, snapshot: Snapshot, start: int, end: int) -> States:
        """Return the states at `end`, those at `start` being known: all that was touched in between is read."""
        known = self._places[start]
        if start == end:
            return known
        states = dict(known)
        touched = list(snapshot.execute(_touched(self._entity, *sorted((start, end)))).scalars())
        for id in touched:
            states.pop(id, None)
        last = select_last_events(self._entity, end, *_COLUMNS).where(BIRTH.entity_id.in_(touched))
        for row in snapshot.execute(last):
            if row.after is not None:
                states[row.entity_id] = self._state_of(row, {})
        return states

    def _state_of(self, row: Row[Any], shared: dict[Any, Any]) -> PastState:
        """Return what is kept of a row; equal values are `shared`, since most states have many in common."""
        values = self._read(orjson.loads(row.after))
        project_id = shared.setdefault(row.project_id, row.project_id)
        return PastState(row.seq, project_id, tuple(map(shared.setdefault, values, values)))


def remembered_states(snapshot: Snapshot, entity: str, seq: int, read: Read) -> States | None:
    """Return the states of all entities of a kind at event `seq` from what this process remembers near by.

    None where nobody asked about a moment near by before, where there are too many, where the moment lies behind the
    end of the ledger and may still change, and in a unit of work, whose own changes have no number yet.

    Args:
        snapshot: Sees the ledger at least up to `seq`.
        entity: The kind.
        seq: The moment.
        read: What is kept of each state; always the same for a kind.
    """
    if isinstance(snapshot, UnitOfWork) or seq > head(snapshot):
        return None
    known = snapshot.cached((PastStates, entity), lambda: PastStates(entity, read))
    return None if known is None else known.at(snapshot, seq)


def _touched(entity: str, behind: int, upto: int) -> Select[Any]:
    """Return the statement of the entities that changed behind one event up to another, found by numbers."""
    return (
        select(EventRow.entity_id)
        .where(EventRow.seq > behind, EventRow.seq <= upto, unindexed(EventRow.entity) == entity)
        .distinct()
    )
