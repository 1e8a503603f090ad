"""The history of instances: a view over the events of the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, Row, Select, func, select, union_all
from sqlalchemy.orm import aliased

from infrastudio.contexts.instances.queries.columns import recorded
from infrastudio.contexts.instances.queries.instances import READ, UnknownInstance
from infrastudio.contexts.instances.schemas import (
    Comparison,
    HistoryFilter,
    HistoryItem,
    HistoryPage,
    Instance,
    OperationType,
    ValueChange,
)
from infrastudio.contexts.projects import queries as projects
from infrastudio.kernel.diff import diff
from infrastudio.kernel.errors import NotFound, ValidationFailed
from infrastudio.kernel.filters.errors import closest
from infrastudio.kernel.text import MAX_INTEGER
from infrastudio.stores import ledger
from infrastudio.stores.db import Snapshot, contains_folded, unindexed
from infrastudio.stores.ledger import EVENT_AT, EventRow, Moment

ENTITY: Final = "instance"
KINDS: Final[dict[OperationType, str]] = {
    "create": "instance.created",
    "update": "instance.updated",
    "delete": "instance.deleted",
}
FIELDS: Final = tuple(sorted(Instance.model_fields.keys() - {"version"}))
"""What a change can name."""
MAX_BETWEEN: Final = 200

_OPERATIONS: Final = {kind: operation for operation, kind in KINDS.items()}
_COLUMNS: Final = (
    EventRow.seq, EventRow.occurred_at, EventRow.kind, EventRow.entity_id, EventRow.version, EventRow.project_id,
    EventRow.actor, EventRow.reason, EventRow.changes, EventRow.after, EventRow.labels, EventRow.request_id,
)  # fmt: skip
_BEFORE: Final = aliased(EventRow, name="event_before")
_STATE: Final = func.coalesce(
    EventRow.after,
    select(_BEFORE.after)
    .where(
        _BEFORE.entity == EventRow.entity,
        _BEFORE.version == EventRow.version - 1,
        _BEFORE.entity_id == EventRow.entity_id,
    )
    .correlate(EventRow)
    .scalar_subquery(),
)
"""The state that a record shows: after the change, and before it for a deletion."""


class UnknownRecord(NotFound):
    """No such record exists for the actor in the history that was asked about."""

    def __init__(self, history_id: int, *, field: str = "history_id") -> None:
        super().__init__(f"There is no record {history_id} in this history.", field=field, value=history_id)


def history(
    snapshot: Snapshot,
    id: int,
    wanted: HistoryFilter,
    *,
    limit: int = 50,
    offset: int = 0,
    descending: bool = True,
    at: Moment | None = None,
) -> HistoryPage:
    """Return a part of the history of one instance, also of a deleted one; by default the newest first.

    Raises:
        UnknownInstance: There never was such an instance, or the actor may not read it.
    """
    last = last_entry(snapshot, id, at=at)
    if wanted == HistoryFilter():
        items = _unfiltered(snapshot, id, last, offset, limit, descending=descending)
        return HistoryPage(items=items, total=last.version, limit=limit, offset=offset)
    matching = [
        EventRow.entity == ENTITY,
        EventRow.entity_id == str(id),
        EventRow.seq <= _seq(at),
        *_conditions(wanted),
    ]
    total = int(snapshot.execute(select(func.count()).where(*matching)).scalar_one())
    order = EventRow.seq.desc() if descending else EventRow.seq.asc()
    found = select(*_COLUMNS).where(*matching).order_by(order).offset(offset).limit(limit)
    items = [_item(snapshot, row) for row in snapshot.execute(found)]
    return HistoryPage(items=items, total=total, limit=limit, offset=offset)


def fleet_history(
    snapshot: Snapshot,
    wanted: HistoryFilter,
    *,
    project: str | None = None,
    limit: int = 50,
    offset: int = 0,
    descending: bool = True,
    at: Moment | None = None,
) -> HistoryPage:
    """Return a part of the history of all instances, the deleted ones included; by default the newest first."""
    visible = projects.visible(snapshot, EventRow.project_id, project, READ)
    conditions = [visible, EventRow.seq <= _seq(at), *_conditions(wanted)]
    kinds = [KINDS[wanted.operation_type]] if wanted.operation_type else list(KINDS.values())
    page = _newest(kinds, conditions, offset + limit, descending=descending)
    seqs = snapshot.execute(page.offset(offset).limit(limit)).scalars().all()
    rows = {row.seq: row for row in snapshot.execute(select(*_COLUMNS).where(EventRow.seq.in_(seqs)))}
    if wanted == HistoryFilter():
        counted = ledger.select_last_events(ENTITY, _seq(at), func.sum(EVENT_AT.version)).where(
            projects.visible(snapshot, EVENT_AT.project_id, project, READ)
        )
    else:
        counted = select(func.count()).where(EventRow.kind.in_(kinds), *conditions)
    total = int(snapshot.execute(counted).scalar_one() or 0)
    return HistoryPage(items=[_item(snapshot, rows[seq]) for seq in seqs], total=total, limit=limit, offset=offset)


def stream(
    snapshot: Snapshot,
    id: int | None,
    wanted: HistoryFilter,
    *,
    project: str | None = None,
    descending: bool = True,
    at: Moment | None = None,
) -> Iterator[HistoryItem]:
    """Yield all records of one instance, or (`id` None) of all, without holding them; the snapshot stays open.

    Raises:
        UnknownInstance: There never was such an instance, or the actor may not read it.
    """
    if id is None:
        whose = [EventRow.entity == ENTITY, projects.visible(snapshot, EventRow.project_id, project, READ)]
    else:
        last_entry(snapshot, id, at=at)
        whose = [EventRow.entity == ENTITY, EventRow.entity_id == str(id)]
    found = select(*_COLUMNS).where(*whose, EventRow.seq <= _seq(at), *_conditions(wanted))
    for row in snapshot.stream(found.order_by(EventRow.seq.desc() if descending else EventRow.seq.asc())):
        yield _item(snapshot, row)


def record(snapshot: Snapshot, history_id: int, *, at: Moment | None = None) -> HistoryItem:
    """Return one record of any instance's history.

    Raises:
        UnknownRecord: The event is not one of an instance, or the actor may not read it.
    """
    row = _row(snapshot, EventRow.seq == history_id, EventRow.entity == ENTITY, EventRow.seq <= _seq(at))
    if row is None:
        raise UnknownRecord(history_id)
    projects.require_right(snapshot, row.project_id, READ, unknown=UnknownRecord(history_id))
    return _item(snapshot, row)


def compare(snapshot: Snapshot, id: int, a: int, b: int, *, at: Moment | None = None) -> Comparison:
    """Return how an instance differs between two records of its history, and what happened from one to the other.

    Raises:
        UnknownInstance: There never was such an instance, or the actor may not read it.
        UnknownRecord: `a` or `b` is no record of its history.
    """
    last_entry(snapshot, id, at=at)
    records = {}
    for field, history_id in {"a": a, "b": b}.items():
        row = _row(snapshot, *_own(id, history_id), EventRow.seq <= _seq(at))
        if row is None:
            raise UnknownRecord(history_id, field=field)
        records[field] = _item(snapshot, row)
    first, last = sorted(records.values(), key=lambda item: item.history_id)
    versions = range(first.version + 1, last.version + 1)[:MAX_BETWEEN]
    between = select(*_COLUMNS).where(
        EventRow.entity == ENTITY, EventRow.entity_id == str(id), EventRow.version.in_(versions)
    )
    return Comparison(
        a=records["a"],
        b=records["b"],
        changes={
            field: ValueChange(old=change.old, new=change.new)
            for field, change in diff(state_after(records["a"]), state_after(records["b"])).items()
        },
        between=[_item(snapshot, row) for row in snapshot.execute(between.order_by(EventRow.seq))],
        between_total=last.version - first.version,
    )


def entry(snapshot: Snapshot, id: int, history_id: int) -> HistoryItem:
    """Return one record of an instance's history, whoever asks.

    Raises:
        UnknownRecord: It is not of this instance.
    """
    row = _row(snapshot, *_own(id, history_id))
    if row is None:
        raise UnknownRecord(history_id)
    return _item(snapshot, row)


def last_entry(snapshot: Snapshot, id: int, *, right: str = READ, at: Moment | None = None) -> Row[Any]:
    """Return version, project and number of the last event of an instance on which the actor has `right`.

    Raises:
        UnknownInstance: There never was such an instance, or the actor may not read it.
        PermissionDenied: The actor may read it and lacks `right`.
    """
    found = snapshot.execute(
        select(EventRow.seq, EventRow.version, EventRow.project_id, EventRow.kind)
        .where(EventRow.entity == ENTITY, EventRow.entity_id == str(id), EventRow.seq <= _seq(at))
        .order_by(EventRow.seq.desc())
        .limit(1)
    ).one_or_none()
    if found is None:
        raise UnknownInstance(id)
    projects.require_right(snapshot, found.project_id, right, unknown=UnknownInstance(id))
    return found


def state_of(item: HistoryItem) -> Instance:
    """Return the instance that a record shows."""
    return Instance(**{field: getattr(item, field) for field in Instance.model_fields})


def state_after(item: HistoryItem) -> Instance | None:
    """Return what an instance was after a record; None after a deletion."""
    return None if item.operation_type == "delete" else state_of(item)


def _item(snapshot: Snapshot, row: Row[Any]) -> HistoryItem:
    changes = orjson.loads(row.changes) if row.changes else {}
    state = orjson.loads(row.after) if row.after else {field: change["old"] for field, change in changes.items()}
    told = {
        "version": row.version,
        "history_id": row.seq,
        "original_id": int(row.entity_id),
        "operation_type": _OPERATIONS[row.kind],
        "operation_timestamp": row.occurred_at,
        "changes": changes,
        "actor": row.actor,
        "reason": row.reason,
        "request_id": row.request_id,
        "labels": orjson.loads(row.labels),
    }
    return HistoryItem.model_validate(state | told)


def _row(snapshot: Snapshot, *conditions: ColumnElement[bool]) -> Row[Any] | None:
    return snapshot.execute(select(*_COLUMNS).where(*conditions)).one_or_none()


def _own(id: int, history_id: int) -> tuple[ColumnElement[bool], ...]:
    return EventRow.seq == history_id, EventRow.entity == ENTITY, EventRow.entity_id == str(id)


def _seq(at: Moment | None) -> int:
    return MAX_INTEGER if at is None else at.seq


def _unfiltered(
    snapshot: Snapshot, id: int, last: Row[Any], offset: int, limit: int, *, descending: bool
) -> list[HistoryItem]:
    """Return a page of an unfiltered history whose last record is `last`, found from the end that is nearer.

    Versions count without a hole, so there are as many records as the last one's version says.
    """
    count = max(min(limit, last.version - offset), 0)
    behind = last.version - offset - count
    is_turned = behind < offset
    order = EventRow.seq.desc() if descending != is_turned else EventRow.seq.asc()
    own = (EventRow.entity == ENTITY, EventRow.entity_id == str(id), EventRow.seq <= last.seq)
    page = select(*_COLUMNS).where(*own).order_by(order).offset(max(min(offset, behind), 0)).limit(count)
    rows = snapshot.execute(page).all()
    return [_item(snapshot, row) for row in (reversed(rows) if is_turned else rows)]


def _newest(
    kinds: list[str], conditions: list[ColumnElement[bool]], count: int, *, descending: bool
) -> Select[tuple[int]]:
    """Return the numbers of the first events of some kinds, each kind read in order from its own index."""
    parts = []
    for kind in kinds:
        found = select(EventRow.seq).where(EventRow.kind == kind, *conditions)
        ordered = found.order_by(EventRow.seq.desc() if descending else EventRow.seq.asc()).limit(count)
        parts.append(select(ordered.subquery().c.seq))
    seq = union_all(*parts).subquery().c.seq
    return select(seq).order_by(seq.desc() if descending else seq.asc())


def _conditions(wanted: HistoryFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.operation_type is not None:
        # not by the index of kinds: SQLite would look through all instances for the updates of one
        found.append(unindexed(EventRow.kind) == KINDS[wanted.operation_type])
    if wanted.start is not None:
        found.append(EventRow.occurred_at >= wanted.start)
    if wanted.end is not None:
        found.append(EventRow.occurred_at < wanted.end)
    if wanted.actor is not None:
        found.append(EventRow.actor == wanted.actor)
    if wanted.field is not None:
        if wanted.field not in FIELDS:
            suggestion = closest(wanted.field, FIELDS)
            raise ValidationFailed.of(
                "field", f"is not a field of an instance; known are {', '.join(FIELDS)}", suggestion
            )
        found.append(ledger.has_key(EventRow.changes, wanted.field))
    if wanted.name:
        found.append(contains_folded(recorded(_STATE, "name_folded"), wanted.name))
    if wanted.q:
        found.append(contains_folded(recorded(_STATE, "search_folded"), wanted.q))
    return found
