"""Facts as classes: what an event says, and how it is handed to a unit of work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Final

from typing_extensions import override

from infrastudio.kernel.canonical_json import canonical_json
from infrastudio.kernel.clock import to_micros
from infrastudio.kernel.diff import Change, State, state_json
from infrastudio.kernel.text import casefold, folded_together
from infrastudio.kernel.versioned import Versioned
from infrastudio.stores.db import PendingEvent, UnitOfWork

FULL_EVERY: Final = 64
"""At least one event in so many of an entity carries its whole state."""

SEARCH_FOLDED: Final = "search_folded"
"""Where recorded states and rows keep the text that free text looks into."""

EVENT_KINDS: dict[str, type[Event]] = {}


@dataclass(frozen=True, kw_only=True)
class Link:
    """`relation` leads from the event's entity to `to`, written `<entity>:<id>`."""

    relation: str
    to: str


@dataclass(frozen=True, kw_only=True)
class Event:
    """A fact in the past tense. Subclasses name their kind: `class InstanceUpdated(Event, kind="instance.updated")`.

    Fields are added, never renamed; a new meaning is a new kind. A `partial` event may leave collections out of its
    recorded state, so that a run with a thousand tags does not write them all at each change.

    Attributes:
        after: The state that the change led to; None when the entity is gone.
        changes: Old and new value of all that changed.
        entity_id, version: Only needed when `after` is None.
    """

    kind: ClassVar[str]
    entity: ClassVar[str]
    partial: ClassVar[bool]

    after: Versioned | None
    changes: Mapping[str, Change]
    links: tuple[Link, ...] = ()
    entity_id: str | None = None
    version: int | None = None
    labels: Mapping[str, Any] = field(default_factory=dict)

    @override
    def __init_subclass__(cls, *, kind: str, partial: bool = False) -> None:
        if kind in EVENT_KINDS:
            raise TypeError(f"two events are called {kind!r}")
        cls.kind, cls.entity, cls.partial = kind, kind.partition(".")[0], partial
        EVENT_KINDS[kind] = cls


def is_full_version(version: int) -> bool:
    """Must the event of this version carry the whole state, collections included?"""
    return version == 1 or version % FULL_EVERY == 0


def recorded_state(state: Versioned, *, full: bool) -> State:
    """Return what the ledger keeps of a state: its JSON, folded text and sortable times, for lists as of a moment."""
    values = state_json(state)
    derived: State = {f"{name}_folded": casefold(values[name] or "") for name in state.folded}
    if state.searched:
        derived[SEARCH_FOLDED] = folded_together(values[name] or "" for name in state.searched)
    derived |= {f"{name}_us": _micros(getattr(state, name)) for name in state.sortable_times}
    kept = values if full else {name: value for name, value in values.items() if name not in state.collections}
    return kept | derived


def append(
    uow: UnitOfWork, event: Event, *, project_id: str, occurred_at: datetime | None = None, cause: str | None = None
) -> str:
    """Hand a fact to the unit of work, which writes it at its end, and return the id that it will have.

    Args:
        uow: The transaction that also changes the rows.
        event: The fact; where `is_full_version(version)` its `after` must hold the collections too.
        project_id: The project of the entity.
        occurred_at: When it happened in the world, if not now.
        cause: The id of the event that made it happen; by default that of all that the actor does.
    """
    after = event.after
    entity_id = event.entity_id if after is None else event.entity_id or str(getattr(after, "id"))  # noqa: B009
    version = event.version if after is None else after.version
    if entity_id is None or version is None:
        raise TypeError(f"{event.kind}: an event without a state must name entity_id and version")
    full = not event.partial or is_full_version(version)
    id = uow.ids.prefixed("evt")
    uow.events.append(
        PendingEvent(
            id=id,
            kind=event.kind,
            entity=event.entity,
            entity_id=entity_id,
            version=version,
            project_id=project_id,
            changes=canonical_json({name: {"old": c.old, "new": c.new} for name, c in event.changes.items()}),
            after=None if after is None else canonical_json(recorded_state(after, full=full)),
            full=full,
            links=canonical_json([{"relation": link.relation, "to": link.to} for link in event.links]),
            labels=canonical_json({**uow.actor.labels, **event.labels}),
            occurred_at=occurred_at,
            cause=cause or uow.actor.cause,
        )
    )
    return id


def _micros(moment: datetime | None) -> int | None:
    return None if moment is None else to_micros(moment)
