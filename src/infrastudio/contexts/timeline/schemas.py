"""What the five views of the ledger answer."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from infrastudio.kernel.pages import Page
from infrastudio.kernel.versioned import Time, Value


class FieldChange(Value):
    """What a field was and what it is now."""

    old: Any
    new: Any


class LinkOut(Value):
    """`relation` leads from the event's entity to `to`, written `<entity>:<id>`."""

    relation: str
    to: str


class LedgerEvent(Value):
    """One event as the ledger keeps it; `changes` is null where it was thinned, `after` where the entity is gone."""

    seq: int
    id: str
    at: Time
    occurred_at: Time
    kind: str
    entity: str
    entity_id: str
    version: int
    project: str | None
    actor: str
    reason: str | None
    changes: dict[str, FieldChange] | None
    after: dict[str, Any] | None
    full: bool
    links: list[LinkOut]
    labels: dict[str, Any]
    cause: str | None
    request_id: str | None
    trace_id: str | None
    hash: str


class EventPage(Value):
    """Events in order. A reader goes on with `since=<upto>`: up to there everything was looked through."""

    items: list[LedgerEvent]
    upto: int
    head: int


class TimelineItem(Value):
    """Something that happened, as it is drawn on a lane; `end_time` is null for a point in time."""

    id: str
    seq: int
    kind: str
    lane: str
    time: Time
    end_time: Time | None
    title: str
    entity: str
    entity_id: str
    name: str | None
    project: str | None
    actor: str
    reason: str | None


class LaneTotal(Value):
    """How many items a lane has in the whole window, and in each of the equal parts of it that were asked for.

    The parts are `bins`, oldest first; null where none were asked for.
    """

    lane: str
    total: int
    bins: list[int] | None = None


class Timeline(Value):
    """The newest items of a window, newest first, and how many each lane has in all."""

    start: Time = Field(serialization_alias="from")
    end: Time = Field(serialization_alias="to")
    lanes: list[LaneTotal]
    items: list[TimelineItem]
    next_cursor: str | None
    total: int


class NetChange(Value):
    """How a field differs between two moments, and the last event that changed it."""

    old: Any
    new: Any
    seq: int | None


class LastEvent(Value):
    """The last event of an entity in a window."""

    seq: int
    at: Time
    kind: str
    actor: str
    reason: str | None


class EntityChange(Value):
    """The net differences of one entity between two moments."""

    entity: str
    entity_id: str
    name: str | None
    project: str | None
    change: Literal["created", "updated", "deleted"]
    changes: dict[str, NetChange]
    events: int
    last: LastEvent


class MomentOut(Value):
    """A moment of the ledger."""

    seq: int
    at: Time


class ChangePage(Page[EntityChange]):
    """Entities that differ between two moments, the one that changed last first."""

    start: MomentOut = Field(serialization_alias="from")
    end: MomentOut = Field(serialization_alias="to")


class EntityState(Value):
    """The state of one entity at a moment."""

    entity: str
    entity_id: str
    name: str | None
    project: str | None
    version: int
    seq: int
    at: Time
    state: dict[str, Any]


class StatePage(Page[EntityState]):
    """The states of the entities of a kind at a moment, newest entity first."""

    as_of_seq: int


class StateSummary(Value):
    """What existed at a moment: the last event, counts by entity, where to read more."""

    seq: int
    at: Time
    head: int
    counts: dict[str, int]
    links: dict[str, str]


class LineageNode(Value):
    """An entity in a lineage.

    `known` is false where the ledger has none that the reader may see; `exists` is false where it was deleted, and null
    where it is not known. `standing` is the word for how it stands, such as the stage of a version.
    """

    entity: str
    entity_id: str
    name: str | None
    project: str | None
    known: bool
    exists: bool | None
    standing: str | None
    depth: int


class LineageEdge(Value):
    """A link between two entities, written `<entity>:<id>`, and the event that made it.

    `from_seq` is null where no event links them: the entity's own state tells of it, or nobody recorded where it
    leads.
    """

    source: str
    relation: str
    target: str
    from_seq: int | None


class Lineage(Value):
    """What an entity came from (`up`) and what came from it (`down`), at a moment."""

    seq: int
    nodes: list[LineageNode]
    edges: list[LineageEdge]
    truncated: bool
