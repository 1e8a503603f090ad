"""What the sockets read of the ledger: what was missed, and where entities belong."""

from __future__ import annotations

from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select

from infrastudio.contexts.identity.permissions import EVENTS_READ, may_read_events
from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.realtime.rules.records import Record, record_of
from infrastudio.contexts.realtime.rules.selection import Selection
from infrastudio.kernel.canonical_json import canonical_json
from infrastudio.kernel.errors import NotFound
from infrastudio.stores import ledger
from infrastudio.stores.db import Snapshot, contains
from infrastudio.stores.ledger import EventRow

PAGE: Final = 500


class UnknownEntity(NotFound):
    """No such entity exists for the actor."""

    def __init__(self, entity: str, id: str) -> None:
        super().__init__(f"There is no {entity} {id!r}.", entity=entity, id=id)


class Missed(NamedTuple):
    """Events that a reader missed, and the number up to which everything was looked through."""

    records: list[Record]
    upto: int


def missed(snapshot: Snapshot, selection: Selection, after: int) -> Missed:
    """Return the next events of a selection behind number `after`, in order, some at a time."""
    head = ledger.head(snapshot)
    rows = snapshot.execute(
        ledger.select_entries(EventRow.seq > after, EventRow.seq <= head, *_narrowed(selection))
        .order_by(EventRow.seq)
        .limit(PAGE)
    ).all()
    upto = rows[-1].seq if len(rows) == PAGE else max(after, head)
    records = [record_of(ledger.entry_of(row)) for row in rows]
    return Missed([record for record in records if selection.takes(record)], upto)


def can_resume(snapshot: Snapshot, selection: Selection, after: int, most: int) -> bool:
    """Is `after` a number of this ledger, with at most `most` events of the selection behind it?"""
    if after > ledger.head(snapshot):
        return False
    behind = select(EventRow.seq).where(EventRow.seq > after, *_narrowed(selection)).limit(most + 1)
    return int(snapshot.execute(select(func.count()).select_from(behind.subquery())).scalar_one()) <= most


def project_of(snapshot: Snapshot, entity: str, id: str, right: str | None = None) -> str:
    """Return the id of the project of an entity that exists and that the actor may read.

    Args:
        snapshot: Carries the actor.
        entity: Its kind; a project is named by its slug.
        id: Its id.
        right: The right that suffices; by default that to read its events.

    Raises:
        UnknownEntity: There is none for the actor.
    """
    if entity == "project":
        found = projects.id_of(snapshot, id)
        if found is None or not may_read_events(snapshot.actor, entity, found):
            raise UnknownEntity(entity, id)
        return found
    row = snapshot.execute(
        select(EventRow.project_id, EventRow.after)
        .where(EventRow.entity == entity, EventRow.entity_id == id)
        .order_by(EventRow.seq.desc())
        .limit(1)
    ).one_or_none()
    if row is None or row.after is None:
        raise UnknownEntity(entity, id)
    project_id: str = row.project_id
    is_allowed = snapshot.actor.may(right, project_id) if right else may_read_events(snapshot.actor, entity, project_id)
    if not is_allowed:
        raise UnknownEntity(entity, id)
    return project_id


def wanted_projects(snapshot: Snapshot, slug: str | None) -> frozenset[str] | None:
    """Return the ids of the projects that a filter means; None: all that the actor may read.

    Raises:
        UnknownProject: It does not exist for the actor.
    """
    if slug == projects.EVERY_PROJECT:
        return None
    return frozenset({projects.require(snapshot, slug, EVENTS_READ)})


def _narrowed(selection: Selection) -> list[ColumnElement[bool]]:
    """Return conditions that every event of a selection meets; `takes` decides."""
    conditions: list[ColumnElement[bool]] = []
    allowed = selection.projects
    if allowed is None:
        allowed = selection.actor.projects_with(EVENTS_READ)
    if allowed is not None:
        conditions.append(EventRow.project_id.in_(sorted(allowed)))
    if selection.entities:
        conditions.append(EventRow.entity.in_(sorted(selection.entities)))
    if selection.ids:
        conditions.append(EventRow.entity_id.in_(sorted(selection.ids)))
    if selection.kinds:
        whole = sorted(kind.removesuffix(".*") for kind in selection.kinds if kind.endswith(".*"))
        conditions.append(or_(EventRow.kind.in_(sorted(selection.kinds)), EventRow.entity.in_(whole)))
    if selection.concerns is not None:
        entity, _, id = selection.concerns.partition(":")
        is_own = and_(EventRow.entity == entity, EventRow.entity_id == id)
        names = (contains(column, part) for column, part in _mentions(selection.concerns, id))
        conditions.append(or_(is_own, *names))
    return conditions


def _mentions(name: str, id: str) -> list[tuple[object, str]]:
    """Return where the canonical JSON of an event that concerns an entity holds which text."""
    quoted = canonical_json(id)
    return [(EventRow.links, canonical_json(name)), (EventRow.after, quoted), (EventRow.changes, quoted)]
