"""What existed at a moment: counts, lists and single states of any kind of entity."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, Row, func, select

from infrastudio.contexts.identity.permissions import may_read_events
from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.timeline.queries.cursors import integers_of
from infrastudio.contexts.timeline.queries.visibility import UnknownEntity, readable
from infrastudio.contexts.timeline.rules.edges import EntityName
from infrastudio.contexts.timeline.rules.items import name_in, name_of, public_state
from infrastudio.contexts.timeline.schemas import EntityState, StatePage, StateSummary
from infrastudio.kernel.diff import State
from infrastudio.kernel.pages import encode_cursor
from infrastudio.stores import ledger
from infrastudio.stores.db import Snapshot
from infrastudio.stores.ledger import BIRTH, EVENT_AT, Entry, EventRow, Moment
from infrastudio.stores.ledger.replay import PROJECTIONS

_COLUMNS: Final = (
    EVENT_AT.seq,
    EVENT_AT.at,
    EVENT_AT.entity_id,
    EVENT_AT.version,
    EVENT_AT.full,
    EVENT_AT.after,
    EVENT_AT.project_id,
    BIRTH.seq.label("birth"),
)


def summary(snapshot: Snapshot, moment: Moment, *, project: str | None) -> StateSummary:
    """Return how many entities of each kind existed at a moment, for kinds that the actor may read."""
    counts = {}
    for entity in _entities(snapshot):
        condition = readable(snapshot, EVENT_AT, project)
        statement = ledger.select_states(entity, moment.seq, func.count()).where(condition)
        if count := snapshot.execute(statement).scalar_one():
            counts[entity] = count
    links = {entity: f"/api/state?entity={entity}&as_of=seq:{moment.seq}" for entity in counts}
    return StateSummary(seq=moment.seq, at=moment.at, head=ledger.head(snapshot), counts=counts, links=links)


def read_states(
    snapshot: Snapshot, entity: str, seq: int, *, project: str | None, limit: int, offset: int, cursor: str | None
) -> StatePage:
    """Return a page of the entities of a kind that existed at event `seq`; the one born last first.

    A cursor goes on at the moment of its first page, whatever `seq` is.
    """
    birth: int | None = None
    if cursor is not None:
        seq, birth = integers_of(cursor, "seq", "birth", of=entity)
    matching = ledger.select_states(entity, seq, *_COLUMNS).where(readable(snapshot, EVENT_AT, project))
    total = snapshot.execute(select(func.count()).select_from(matching.subquery())).scalar_one()
    page = matching if birth is None else matching.where(BIRTH.seq < birth)
    rows = snapshot.execute(page.order_by(BIRTH.seq.desc()).offset(offset).limit(limit + 1)).all()
    more = None
    if len(rows) > limit:
        more = encode_cursor({"seq": seq, "birth": rows[limit - 1].birth, "of": entity})
    items = [_state_of(snapshot, entity, row) for row in rows[:limit]]
    return StatePage(items=items, next_cursor=more, total=total, as_of_seq=seq)


def read_state(snapshot: Snapshot, entity: str, entity_id: str, seq: int) -> EntityState:
    """Return the state of one entity at event `seq`.

    Raises:
        UnknownEntity: It did not exist then, or the actor may not read it.
    """
    row = snapshot.execute(
        ledger.select_entries(EventRow.entity == entity, EventRow.entity_id == entity_id, EventRow.seq <= seq)
        .order_by(EventRow.seq.desc())
        .limit(1)
    ).one_or_none()
    if row is None or row.after is None or not may_read_events(snapshot.actor, entity, row.project_id):
        raise UnknownEntity(entity, entity_id)
    return _state_of(snapshot, entity, row)


def last_entry(snapshot: Snapshot, name: EntityName, seq: int) -> Entry | None:
    """Return the last event of an entity up to event `seq`; None where there is none that the actor may read."""
    row = snapshot.execute(
        ledger.select_entries(EventRow.entity == name.entity, EventRow.entity_id == name.id, EventRow.seq <= seq)
        .order_by(EventRow.seq.desc())
        .limit(1)
    ).one_or_none()
    entry = None if row is None else ledger.entry_of(row)
    return entry if entry is not None and may_read_events(snapshot.actor, name.entity, entry.project_id) else None


def names_at(snapshot: Snapshot, names: Iterable[EntityName], seq: int) -> dict[EntityName, str]:
    """Return what people call some entities after event `seq`; one seek each, and no name where there is none."""
    found: dict[EntityName, str] = {}
    for name in names:
        entry = last_entry(snapshot, name, seq)
        if entry is not None and (called := name_in(entry)) is not None:
            found[name] = called
    return found


def collections_of(entity: str) -> tuple[str, ...]:
    """Return the fields of an entity that its partial events leave out."""
    projection = PROJECTIONS.get(entity)
    return projection.collections if projection else ()


def whole_state(snapshot: Snapshot, entity: str, row: Row[Any]) -> State:
    """Return the recorded state of a row with `seq`, `entity_id`, `full` and `after`, its collections folded in."""
    state: State = orjson.loads(row.after)
    collections = collections_of(entity)
    if not row.full and collections:
        state |= ledger.collections_at(snapshot, entity, row.entity_id, row.seq, collections)
    return public_state(state)


def _state_of(snapshot: Snapshot, entity: str, row: Row[Any]) -> EntityState:
    state = whole_state(snapshot, entity, row)
    return EntityState(
        entity=entity,
        entity_id=row.entity_id,
        name=name_of(state),
        project=projects.slug_or_none(snapshot, row.project_id),
        version=row.version,
        seq=row.seq,
        at=row.at,
        state=state,
    )


def _entities(snapshot: Snapshot) -> list[str]:
    """Return all kinds of entities that the ledger knows, by one seek in an index for each."""
    found: list[str] = []
    while True:
        behind: list[ColumnElement[bool]] = [EventRow.entity > found[-1]] if found else []
        entity = snapshot.execute(select(func.min(EventRow.entity)).where(*behind)).scalar_one()
        if entity is None:
            return found
        found.append(entity)
