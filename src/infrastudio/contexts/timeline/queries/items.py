"""Items on lanes: the events of a window of time, drawn where they happened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, and_, func, or_, select, type_coerce

from infrastudio.contexts.identity.permissions import may_read_events
from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.timeline.queries.cursors import integers_of
from infrastudio.contexts.timeline.queries.edges import EdgesAt, any_of
from infrastudio.contexts.timeline.queries.series import (
    Place,
    Times,
    bin_width_us,
    count_in_bins,
    newest_places,
    readable_series,
)
from infrastudio.contexts.timeline.queries.visibility import UnknownEntity, readable
from infrastudio.contexts.timeline.rules.edges import EntityName
from infrastudio.contexts.timeline.rules.items import lane_of, name_in, title_of
from infrastudio.contexts.timeline.schemas import LaneTotal, Timeline, TimelineItem
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


def read_timeline(
    snapshot: Snapshot, window: Window, *, limit: int, cursor: str | None, bins: int | None = None
) -> Timeline:
    """Return the newest items of a window and the totals of its lanes; a cursor goes on at older items.

    Args:
        snapshot: Carries the actor.
        window: Which events.
        limit: How many items at most.
        cursor: Where the page before ended.
        bins: Into how many equal parts of the window the events of each lane are counted; None: into none.

    Raises:
        UnknownEntity: The entity that it is about does not exist for the actor.
    """
    start = window.start or from_micros(0)
    if window.about is not None:
        start = window.start or _birth_of(snapshot, window.about)
    times = Times(to_micros(start), to_micros(window.end), window.until)
    found = _Everything(snapshot, window, times) if window.about is None else _Around(snapshot, window, times)
    lanes: dict[str, list[int]] = {}
    for kind, counts in found.counts(bins or 1):
        known = lanes.setdefault(lane_of(kind), [0] * len(counts))
        lanes[lane_of(kind)] = [a + b for a, b in zip(known, counts, strict=True)]
    before = None if cursor is None else Place(*integers_of(cursor, "at", "seq", of="timeline"))
    places = found.newest(before, limit + 1)
    more = None
    if len(places) > limit:
        last = places[limit - 1]
        more = encode_cursor({"at": last.at_us, "seq": last.seq, "of": "timeline"})
    return Timeline(
        start=start,
        end=window.end,
        lanes=[
            LaneTotal(lane=lane, total=sum(counts), bins=None if bins is None else counts)
            for lane, counts in sorted(lanes.items())
        ],
        items=_items(snapshot, [place.seq for place in places[:limit]]),
        next_cursor=more,
        total=sum(map(sum, lanes.values())),
    )


class _Everything:
    """What happened in a window to all that the actor may read: one series after the other."""

    def __init__(self, snapshot: Snapshot, window: Window, times: Times) -> None:
        self._snapshot = snapshot
        self._times = times
        self._series = [
            series
            for series in readable_series(snapshot, window.project)
            if not window.lanes or lane_of(series.kind) in window.lanes
        ]

    def counts(self, bins: int) -> Iterator[tuple[str, list[int]]]:
        """Yield kinds and how many of theirs fall into each part, but for those with none."""
        busy = []
        for series in self._series:
            counts = count_in_bins(self._snapshot, series, self._times, bins)
            if any(counts):
                busy.append(series)
                yield series.kind, counts
        self._series = busy

    def newest(self, before: Place | None, limit: int) -> list[Place]:
        """Return the last places, the newest first."""
        return newest_places(self._snapshot, self._series, self._times, before=before, limit=limit)


class _Around:
    """What happened in a window to one entity and those next to it."""

    def __init__(self, snapshot: Snapshot, window: Window, times: Times) -> None:
        self._snapshot = snapshot
        self._times = times
        self._lanes = window.lanes
        self._wanted: list[str] = []
        about = window.about or EntityName("", "")
        self._conditions = [
            _related_events(snapshot, about, window.until),
            EventRow.occurred_at.between(from_micros(times.start_us), from_micros(times.end_us)),
            EventRow.seq <= times.until,
            readable(snapshot, _EVENT, projects.EVERY_PROJECT),
        ]

    def counts(self, bins: int) -> Iterator[tuple[str, list[int]]]:
        """Yield kinds and how many of theirs fall into each part, but for those with none."""
        since_start: Any = type_coerce(EventRow.occurred_at, BigInteger) - self._times.start_us
        width = bin_width_us(self._times, bins)
        # MySQL keeps four decimals of a quotient and rounds, so that only one without a rest is sure to be whole
        part = ((since_start - since_start % width) // width).label("part")
        counted: Any = select(EventRow.kind, part, func.count().label("total")).where(*self._conditions)
        by_kind: dict[str, list[int]] = {}
        for row in self._snapshot.execute(counted.group_by(EventRow.kind, part)):
            if not self._lanes or lane_of(row.kind) in self._lanes:
                by_kind.setdefault(row.kind, [0] * bins)[int(row.part)] = row.total
        self._wanted = sorted(by_kind)
        yield from by_kind.items()

    def newest(self, before: Place | None, limit: int) -> list[Place]:
        """Return the last places, the newest first."""
        conditions = [*self._conditions]
        if self._lanes:
            conditions.append(EventRow.kind.in_(self._wanted))
        happened = EventRow.occurred_at
        if before is not None:
            at = from_micros(before.at_us)
            conditions.append(or_(happened < at, and_(happened == at, EventRow.seq < before.seq)))
        places = select(happened, EventRow.seq).where(*conditions).order_by(happened.desc(), EventRow.seq.desc())
        return [Place(to_micros(row.occurred_at), row.seq) for row in self._snapshot.execute(places.limit(limit))]


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


def _items(snapshot: Snapshot, seqs: list[int]) -> list[TimelineItem]:
    rows: Any = snapshot.execute(ledger.select_entries(EventRow.seq.in_(seqs)))
    entries = {entry.seq: entry for entry in map(ledger.entry_of, rows)}
    return [item_of(snapshot, entries[seq]) for seq in seqs]
