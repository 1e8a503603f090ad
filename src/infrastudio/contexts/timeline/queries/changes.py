"""Net field differences between two moments, grouped by entity."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from types import SimpleNamespace
from typing import Any, Final, Literal

import orjson
from sqlalchemy import Row, Subquery, func, literal_column, select

from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.timeline.queries.cursors import integers_of
from infrastudio.contexts.timeline.queries.states import collections_of
from infrastudio.contexts.timeline.queries.visibility import readable
from infrastudio.contexts.timeline.rules.differences import net_changes
from infrastudio.contexts.timeline.rules.items import name_of
from infrastudio.contexts.timeline.schemas import ChangePage, EntityChange, LastEvent, MomentOut, NetChange
from infrastudio.kernel.clock import from_micros
from infrastudio.kernel.pages import encode_cursor
from infrastudio.stores import ledger
from infrastudio.stores.db import Snapshot, unindexed
from infrastudio.stores.ledger import EventRow, Moment

_EVENT: Final = SimpleNamespace(entity=EventRow.entity, project_id=unindexed(EventRow.project_id))
"""What the right to read depends on: not what the events of a span are found by."""

LONG: Final = 16
"""A span is long that holds more than one in so many of all events."""

_TOLD: Final = (
    EventRow.seq, EventRow.at, EventRow.kind, EventRow.actor, EventRow.reason, EventRow.project_id, EventRow.changes,
)  # fmt: skip

LOOKED_AT: Final = 64
"""The newest events of an entity that are searched for who changed a field."""


def changes_between(
    snapshot: Snapshot,
    start: Moment,
    end: Moment,
    *,
    entity: str | None,
    entity_id: str | None,
    project: str | None,
    limit: int,
    cursor: str | None,
) -> ChangePage:
    """Return the entities whose states differ between two moments, the one that changed last first.

    Entities that were changed and are again as they were do not differ, so `total`, which counts those with events in
    between, is exact only where the page holds them all.
    """
    before: int | None = None
    if cursor is not None:
        first, last, before = integers_of(cursor, "start", "end", "last")
        start, end = _moment(snapshot, first), _moment(snapshot, last)
    touched = _touched(snapshot, start.seq, end.seq, entity, entity_id, project)
    counted = select(touched, func.count().over().label("total")).subquery()
    page = select(counted) if before is None else select(counted).where(counted.c.last < before)
    rows = snapshot.execute(page.order_by(counted.c.last.desc()).limit(limit + 1)).all()
    total = rows[0].total if rows else snapshot.execute(select(func.count()).select_from(touched)).scalar_one()
    items = [item for row in rows[:limit] if (item := _change_of(snapshot, row, start.seq, end.seq)) is not None]
    is_whole = cursor is None and len(rows) <= limit
    more = None
    if len(rows) > limit:
        more = encode_cursor({"start": start.seq, "end": end.seq, "last": rows[limit - 1].last})
    return ChangePage(
        items=items,
        next_cursor=more,
        total=len(items) if is_whole else total,
        total_exact=is_whole,
        start=MomentOut(seq=start.seq, at=start.at),
        end=MomentOut(seq=end.seq, at=end.at),
    )


def _touched(
    snapshot: Snapshot, start: int, end: int, entity: str | None, entity_id: str | None, project: str | None
) -> Subquery:
    """Return the entities with readable events behind `start` up to `end`, with the last one's number and the count.

    A short span is read by its numbers. For a long one the index of entities is walked, where all of it stands: one
    look at it costs less than a seek for each event that lies in the span.
    """
    is_long = (end - start) * LONG > ledger.head(snapshot)
    seq = EventRow.seq + literal_column("0") if is_long else EventRow.seq
    conditions = [seq > start, seq <= end, readable(snapshot, _EVENT, project)]
    if entity is not None:
        conditions.append(EventRow.entity == entity)
    if entity_id is not None:
        conditions.append(EventRow.entity_id == entity_id)
    return (
        select(EventRow.entity, EventRow.entity_id, func.max(EventRow.seq).label("last"), func.count().label("events"))
        .where(*conditions)
        .group_by(EventRow.entity, EventRow.entity_id)
        .subquery()
    )


def _change_of(snapshot: Snapshot, row: Row[Any], start: int, end: int) -> EntityChange | None:
    collections = collections_of(row.entity)
    old = ledger.state_at(snapshot, row.entity, row.entity_id, start, collections=collections)
    new = ledger.state_at(snapshot, row.entity, row.entity_id, end, collections=collections)
    changes = net_changes(old, new, collections)
    if (old is None and new is None) or not changes:
        return None
    events = _newest(snapshot, row, start, end)
    changed_by = _changed_by(events, changes)
    change: Literal["created", "updated", "deleted"] = "updated"
    if old is None or new is None:
        change = "created" if old is None else "deleted"
    last = events[0]
    return EntityChange(
        entity=row.entity,
        entity_id=row.entity_id,
        name=name_of(new if new is not None else old),
        project=projects.slug_or_none(snapshot, last.project_id),
        change=change,
        changes={f: NetChange(old=c.old, new=c.new, seq=changed_by.get(f)) for f, c in changes.items()},
        events=row.events,
        last=LastEvent(seq=last.seq, at=last.at, kind=last.kind, actor=last.actor, reason=last.reason),
    )


def _newest(snapshot: Snapshot, row: Row[Any], start: int, end: int) -> Sequence[Row[Any]]:
    newest = (
        select(*_TOLD)
        .where(
            EventRow.entity == row.entity,
            EventRow.entity_id == row.entity_id,
            EventRow.seq > start,
            EventRow.seq <= end,
        )
        .order_by(EventRow.seq.desc())
        .limit(LOOKED_AT)
    )
    return snapshot.execute(newest).all()


def _changed_by(newest_first: Sequence[Row[Any]], fields: Collection[str]) -> dict[str, int]:
    """Return the last event that changed each field; those are left out whose last change lies too far back."""
    found: dict[str, int] = {}
    for event in newest_first:
        if len(found) == len(fields):
            break
        changed = orjson.loads(event.changes) if event.changes else {}
        for field in fields:
            if field not in found and (field in changed or field.partition(".")[0] in changed):
                found[field] = event.seq
    return found


def _moment(snapshot: Snapshot, seq: int) -> Moment:
    at = snapshot.execute(select(EventRow.at).where(EventRow.seq == seq)).scalar_one_or_none()
    return Moment(seq, at or from_micros(0))
