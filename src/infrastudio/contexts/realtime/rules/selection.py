"""Who gets which event."""

from __future__ import annotations

from dataclasses import dataclass

from infrastudio.contexts.identity.permissions import may_read_events
from infrastudio.contexts.realtime.rules.records import Record
from infrastudio.kernel.actor import Actor


@dataclass(slots=True)
class Selection:
    """Which events a reader wants and may have. The actor is replaced when their rights change.

    Attributes:
        actor: Who reads.
        projects: Ids of the projects that are wanted; None: all that the actor may read.
        entities, ids, kinds: Any of these words; empty: all. A kind `run.*` means all of an entity.
        concerns: An entity (`run:<id>`) that the event must be of, link to or name in its state.
        own: An entity (`run:<id>`) that the reader may see whole, for the right on it was checked already.
    """

    actor: Actor
    projects: frozenset[str] | None = None
    entities: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    concerns: str | None = None
    own: str | None = None

    def takes(self, record: Record) -> bool:
        """Is the event one for this reader?"""
        entry = record.entry
        if self.projects is not None and entry.project_id not in self.projects:
            return False
        if self.entities and entry.entity not in self.entities:
            return False
        if self.ids and entry.entity_id not in self.ids:
            return False
        if self.kinds and entry.kind not in self.kinds and f"{entry.entity}.*" not in self.kinds:
            return False
        if self.concerns is not None and self.concerns not in record.names:
            return False
        is_own = self.own is not None and self.own == f"{entry.entity}:{entry.entity_id}"
        return is_own or may_read_events(self.actor, entry.entity, entry.project_id)
