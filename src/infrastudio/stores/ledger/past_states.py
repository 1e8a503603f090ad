"""The states of all entities of a kind around a moment, kept so that questions about moments near by ask for little."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from typing import Any, Final

from sqlalchemy import Select, select

from infrastudio.stores.db import Snapshot, UnitOfWork, unindexed
from infrastudio.stores.ledger.as_of import BIRTH, EVENT_AT, select_last_events, select_states
from infrastudio.stores.ledger.entries import head
from infrastudio.stores.ledger.keyframes import states_by_keyframe
from infrastudio.stores.ledger.state_columns import PastState, PastStates, RememberedKind, no_states
from infrastudio.stores.ledger.tables import EventRow

NEAR: Final = 2000
"""Events between two moments that count as near to each other: what they touched is read anew."""
MAX_PLACES: Final = 3
"""Moments, far from each other, whose states are kept."""
MAX_CHARACTERS: Final = 12_000_000
"""Of recorded states at one moment; of more none are kept, and every question goes to the database."""

_COLUMNS: Final = (EVENT_AT.seq, EVENT_AT.entity_id, EVENT_AT.project_id, EVENT_AT.after)


class RememberedStates:
    """Moves what it knows from moment to moment; the first question somewhere is answered by a keyframe.

    Where there is none it is left to the database: most stay alone. Threads share it; what it returned never changes.
    """

    def __init__(self, kind: RememberedKind, *, max_characters: int = MAX_CHARACTERS) -> None:
        self._kind = kind
        self._max_characters = max_characters
        self._places: OrderedDict[int, PastStates] = OrderedDict()
        self._asked: deque[int] = deque(maxlen=16)
        self._lock = threading.Lock()

    def at(self, snapshot: Snapshot, seq: int) -> PastStates | None:
        """Return the states at event `seq`; None where to ask the database costs less, or memory is not enough."""
        with self._lock:
            nearest = min(self._places, key=lambda known: abs(known - seq), default=None)
            if nearest is not None and abs(nearest - seq) <= NEAR:
                states = self._moved(snapshot, nearest, seq)
                del self._places[nearest]
            elif (found := states_by_keyframe(snapshot, self._kind, seq)) is not None:
                states = found
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

    def _loaded(self, snapshot: Snapshot, seq: int) -> PastStates | None:
        states: dict[str, PastState | None] = {}
        shared: dict[Any, Any] = {}
        characters = 0
        for row in snapshot.stream(select_states(self._kind.entity, seq, *_COLUMNS)):
            characters += len(row.after)
            if characters > self._max_characters:
                return None
            states[row.entity_id] = self._kind.past_state(row.seq, row.project_id, row.after, shared)
        return PastStates(no_states(self._kind), states)

    def _moved(self, snapshot: Snapshot, start: int, end: int) -> PastStates:
        """Return the states at `end`, those at `start` being known: all that was touched in between is read."""
        known = self._places[start]
        if start == end:
            return known
        ids = list(snapshot.execute(_touched(self._kind.entity, *sorted((start, end)))).scalars())
        touched: dict[str, PastState | None] = dict.fromkeys(ids)
        last = select_last_events(self._kind.entity, end, *_COLUMNS).where(BIRTH.entity_id.in_(ids))
        for row in snapshot.execute(last):
            if row.after is not None:
                touched[row.entity_id] = self._kind.past_state(row.seq, row.project_id, row.after)
        return known.changed(touched)


def remembered_states(snapshot: Snapshot, kind: RememberedKind, seq: int) -> PastStates | None:
    """Return the states of all entities of a kind at event `seq` from what this process remembers, or by a keyframe.

    None where nobody asked about a moment near by before and no keyframe helps, where there are too many, where the
    moment lies behind the end of the ledger and may still change, and in a unit of work, whose own changes have no
    number yet.

    Args:
        snapshot: Sees the ledger at least up to `seq`.
        kind: The kind, and what is kept of each state.
        seq: The moment.
    """
    if isinstance(snapshot, UnitOfWork) or seq > head(snapshot):
        return None
    known = snapshot.cached((RememberedStates, kind.entity), lambda: RememberedStates(kind))
    return None if known is None else known.at(snapshot, seq)


def _touched(entity: str, behind: int, upto: int) -> Select[Any]:
    """Return the statement of the entities that changed behind one event up to another, found by numbers."""
    return (
        select(EventRow.entity_id)
        .where(EventRow.seq > behind, EventRow.seq <= upto, unindexed(EventRow.entity) == entity)
        .distinct()
    )
