"""Items on lanes: the events of a window of time, drawn where they happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, func, or_, select

from infrastudio.contexts.identity.permissions import may_read_events
from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.timeline.queries.cursors import integers_of
from infrastudio.contexts.timeline.queries.edges import EdgesAt, any_of
from infrastudio.contexts.timeline.queries.visibility import UnknownEntity, readable
from infrastudio.contexts.timeline.rules.edges import EntityName
from infrastudio.contexts.timeline.rules.items import lane_of, name_in, title_of
from infrastudio.contexts.timeline.schemas import LaneTotal, Timeline, TimelineItem
from infrastudio.contexts.timeline.tables import LateEventRow
from infrastudio.kernel.clock import from_micros, to_micros
from infrastudio.kernel.pages import encode_cursor
from infrastudio.stores import ledger
from infrastudio.stores.db import Snapshot, unindexed
from infrastudio.stores.ledger import Entry, EventRow

_EVENT: Final = SimpleNamespace(entity=EventRow.entity, project_id=unindexed(EventRow.project_id))
"""What the right to read depends on: not what the events of a window are found by."""

MAX_NEIGHBOURS: Final = 200
"""Entities next to one whose events are shown on its timeline."""


@dataclass(frozen=True)
class Window:
    """Which events are drawn: from `start` to `end`, both included, by the time at which they happened.

    Attributes:
        start: The first moment; None: when the entity in `about` came to be.
        end: The last moment.
        until: The last event that is known at the moment that is asked about.
        project: See `readable`; an entity in `about` is found in every project.
        lanes: Only these lanes; empty: all.
        about: Only what concerns this entity: its events, those of entities next to it, those that tied them together.
    """

    start: datetime | None
    end: datetime
    until: int
    project: str | None = None
    lanes: frozenset[str] = frozenset()
    about: EntityName | None = None


def read_timeline(snapshot: Snapshot, window: Window, *, limit: int, cursor: str | None) -> Timeline:
    """Return the newest items of a window and the totals of its lanes; a cursor goes on at older items.

    Raises:
        UnknownEntity: The entity that it is about does not exist for the actor.
    """
    start, project = window.start or from_micros(0), window.project
    conditions: list[ColumnElement[bool]] = []
    if window.about is not None:
        born, project = _birth_of(snapshot, window.about), projects.EVERY_PROJECT
        start = window.start or born
        conditions.append(_related_events(snapshot, window.about, window.until))
    conditions += [*_inside(snapshot, start, window.end, window.until), readable(snapshot, _EVENT, project)]
    totals: dict[str, int] = {}
    wanted: list[str] = []
    counts = select(EventRow.kind, func.count().label("total")).where(*conditions).group_by(EventRow.kind)
    for row in snapshot.execute(counts):
        lane = lane_of(row.kind)
        if not window.lanes or lane in window.lanes:
            totals[lane] = totals.get(lane, 0) + row.total
            wanted.append(row.kind)
    if window.lanes:
        conditions.append(EventRow.kind.in_(sorted(wanted)))
    if cursor is not None:
        at_us, seq = integers_of(cursor, "at", "seq", of="timeline")
        at = from_micros(at_us)
        conditions.append(or_(EventRow.occurred_at < at, and_(EventRow.occurred_at == at, EventRow.seq < seq)))
    places = snapshot.execute(
        select(EventRow.seq, EventRow.occurred_at)
        .where(*conditions)
        .order_by(EventRow.occurred_at.desc(), EventRow.seq.desc())
        .limit(limit + 1)
    ).all()
    more = None
    if len(places) > limit:
        last = places[limit - 1]
        more = encode_cursor({"at": to_micros(last.occurred_at), "seq": last.seq, "of": "timeline"})
    return Timeline(
        start=start,
        end=window.end,
        lanes=[LaneTotal(lane=lane, total=total) for lane, total in sorted(totals.items())],
        items=_items(snapshot, [place.seq for place in places[:limit]]),
        next_cursor=more,
        total=sum(totals.values()),
    )


def item_of(snapshot: Snapshot, entry: Entry) -> TimelineItem:
    """Return an event as it is drawn."""
    return TimelineItem(
        id=entry.id,
        seq=entry.seq,
        kind=entry.kind,
        lane=lane_of(entry.kind),
        time=entry.occurred_at,
        end_time=None,
        title=title_of(entry),
        entity=entry.entity,
        entity_id=entry.entity_id,
        name=name_in(entry),
        project=projects.slug_or_none(snapshot, entry.project_id),
        actor=entry.actor,
        reason=entry.reason,
    )


def _birth_of(snapshot: Snapshot, name: EntityName) -> datetime:
    """Return when the first thing happened to an entity that the actor may read.

    Raises:
        UnknownEntity: There is none.
    """
    row = snapshot.execute(
        select(EventRow.project_id, EventRow.occurred_at)
        .where(EventRow.entity == name.entity, EventRow.entity_id == name.id)
        .order_by(EventRow.seq)
        .limit(1)
    ).one_or_none()
    if row is None or not may_read_events(snapshot.actor, name.entity, row.project_id):
        raise UnknownEntity(name.entity, name.id)
    born: datetime = row.occurred_at
    return born


def _related_events(snapshot: Snapshot, name: EntityName, seq: int) -> ColumnElement[bool]:
    """Return the condition for events of an entity, of those next to it, and for those that tied them together."""
    edges = EdgesAt(snapshot, seq).touching({name})
    ends = dict.fromkeys(end for edge in reversed(edges) for end in (edge.key.source, edge.key.target))
    near = [end for end in ends if end != name][:MAX_NEIGHBOURS]
    tying = sorted({edge.from_seq for edge in edges})[-MAX_NEIGHBOURS:]
    return or_(any_of(EventRow.entity, EventRow.entity_id, [name, *near]), EventRow.seq.in_(tying))


def _inside(snapshot: Snapshot, start: datetime, end: datetime, until: int) -> list[ColumnElement[bool]]:
    """Return the conditions for events that happened inside a window.

    Nearly all are recorded as they happen: those are found by their numbers. The others stand in an index of their own.
    """

    def last_seq(condition: ColumnElement[bool]) -> int:
        newest = select(EventRow.seq).where(condition).order_by(EventRow.at.desc(), EventRow.seq.desc()).limit(1)
        return snapshot.execute(newest).scalar_one_or_none() or 0

    first, last = last_seq(EventRow.at < start), last_seq(EventRow.at <= end)
    late = select(LateEventRow.seq).where(LateEventRow.occurred_at >= start, LateEventRow.occurred_at <= end)
    on_time = and_(EventRow.seq > first, EventRow.seq <= last, EventRow.occurred_at == EventRow.at)
    return [EventRow.seq <= until, or_(on_time, EventRow.seq.in_(late))]


def _items(snapshot: Snapshot, seqs: list[int]) -> list[TimelineItem]:
    rows: Any = snapshot.execute(ledger.select_entries(EventRow.seq.in_(seqs)))
    entries = {entry.seq: entry for entry in map(ledger.entry_of, rows)}
    return [item_of(snapshot, entries[seq]) for seq in seqs]
