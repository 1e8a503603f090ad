"""Raw events, in order, for readers that replay."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_

from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.timeline.queries.visibility import readable
from infrastudio.contexts.timeline.rules.items import public_state
from infrastudio.contexts.timeline.schemas import EventPage, FieldChange, LedgerEvent, LinkOut
from infrastudio.stores import ledger
from infrastudio.stores.db import Snapshot
from infrastudio.stores.ledger import Entry, EventRow


@dataclass(frozen=True)
class EventQuery:
    """Which events are wanted; what is left out narrows nothing.

    Attributes:
        project: See `readable`.
        kinds: Kinds such as `run.created`, or `run.*` for all of an entity.
        entity: `run`.
        entity_id: One entity of that kind.
    """

    project: str | None = None
    kinds: tuple[str, ...] = ()
    entity: str | None = None
    entity_id: str | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return the conditions on EventRow, but for what the actor may read."""
        found: list[ColumnElement[bool]] = []
        if self.entity is not None:
            found.append(EventRow.entity == self.entity)
        if self.entity_id is not None:
            found.append(EventRow.entity_id == self.entity_id)
        if self.kinds:
            whole = [kind.removesuffix(".*") for kind in self.kinds if kind.endswith(".*")]
            exact = [kind for kind in self.kinds if not kind.endswith(".*")]
            found.append(or_(EventRow.kind.in_(exact), EventRow.entity.in_(whole)))
        return found


def read_events(
    snapshot: Snapshot, query: EventQuery, *, since: int, limit: int, until: int | None = None
) -> EventPage:
    """Return the readable events behind number `since`, in order, up to event `until`."""
    head = ledger.head(snapshot)
    end = head if until is None else min(until, head)
    rows = snapshot.execute(
        ledger.select_entries(
            EventRow.seq > since, EventRow.seq <= end, readable(snapshot, EventRow, query.project), *query.conditions()
        )
        .order_by(EventRow.seq)
        .limit(limit)
    )
    items = [event_of(snapshot, ledger.entry_of(row)) for row in rows]
    upto = items[-1].seq if len(items) == limit else max(since, end)
    return EventPage(items=items, upto=upto, head=head)


def event_of(snapshot: Snapshot, entry: Entry) -> LedgerEvent:
    """Return an event as clients see it."""
    changes = entry.changes
    return LedgerEvent(
        seq=entry.seq,
        id=entry.id,
        at=entry.at,
        occurred_at=entry.occurred_at,
        kind=entry.kind,
        entity=entry.entity,
        entity_id=entry.entity_id,
        version=entry.version,
        project=projects.slug_or_none(snapshot, entry.project_id),
        actor=entry.actor,
        reason=entry.reason,
        changes=None if changes is None else {f: FieldChange(old=c.old, new=c.new) for f, c in changes.items()},
        after=None if entry.after is None else public_state(entry.after),
        full=entry.full,
        links=[LinkOut(relation=link["relation"], to=link["to"]) for link in entry.links],
        labels=dict(entry.labels),
        cause=entry.cause,
        request_id=entry.request_id,
        trace_id=entry.trace_id,
        hash=entry.hash,
    )
