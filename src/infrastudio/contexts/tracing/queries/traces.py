"""Reads of traces."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, select, true

from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.tracing.queries.assessments import assessments_of
from infrastudio.contexts.tracing.queries.fields import CLIENT_TRACE_FIELDS, WIRE_PREFIX, trace_columns
from infrastudio.contexts.tracing.queries.span_fields import has_span, without_spans
from infrastudio.contexts.tracing.schemas import Trace
from infrastudio.contexts.tracing.tables import TraceMetadataRow, TraceRow, TraceRunRow, TraceTagRow
from infrastudio.kernel.batches import batches
from infrastudio.kernel.errors import NotFound
from infrastudio.kernel.filters import Expression, Ordering
from infrastudio.stores.db import Snapshot
from infrastudio.stores.db.filter_compiler import compile_filter, order_statement

READ: Final = "traces.read"
WRITE: Final = "traces.write"

_table: Final = TraceRow.__table__.c


class UnknownTrace(NotFound):
    """No such trace exists for the actor."""

    def __init__(self, id: str) -> None:
        super().__init__(f"There is no trace {id!r}.", field="trace_id", value=id)
        self.id = id


@dataclass(frozen=True)
class TraceSearch:
    """What is wanted: traces of some experiments, the latest first unless ordered otherwise."""

    experiment_ids: Collection[str]
    where: Expression | None
    order: Sequence[Ordering]
    limit: int
    offset: int = 0


def stored_id(id: str) -> str:
    """Return the id of a trace as it is kept, with or without its prefix on the wire."""
    return id.removeprefix(WIRE_PREFIX)


def trace_row(snapshot: Snapshot, id: str, *, right: str = READ) -> Row[Any]:
    """Return the row of a trace, if the actor has `right` on it.

    Raises:
        UnknownTrace: It does not exist, or the actor may not read it.
        PermissionDenied: The actor may read it and lacks `right`.
    """
    found = snapshot.execute(select(TraceRow.__table__).where(_table.id == stored_id(id))).one_or_none()
    if found is None:
        raise UnknownTrace(id)
    changes = None if right == READ else _owner_of(snapshot, found.id)
    projects.require_right(snapshot, found.project_id, right, unknown=UnknownTrace(id), changes=changes)
    return found


def _owner_of(snapshot: Snapshot, id: str) -> str:
    """Return what a trace belongs to, for those who may change one run only: its run, if it is of one, or itself."""
    runs = snapshot.execute(select(TraceRunRow.run_id).where(TraceRunRow.trace_id == id)).scalars().all()
    return f"run:{runs[0]}" if len(runs) == 1 else f"trace:{id}"


def trace(snapshot: Snapshot, id: str) -> Trace:
    """Return a trace that the actor may read."""
    return traces_of(snapshot, [trace_row(snapshot, id)])[0]


def known(snapshot: Snapshot, ids: Collection[str]) -> list[Trace]:
    """Return those of some traces that there are for the actor, in the order of `ids`."""
    found: dict[str, Row[Any]] = {}
    wanted = list(dict.fromkeys(stored_id(id) for id in ids))
    for part in batches(wanted):
        for row in snapshot.execute(select(TraceRow.__table__).where(_table.id.in_(part))):
            if snapshot.actor.may(READ, row.project_id):
                found[row.id] = row
    return traces_of(snapshot, [found[id] for id in wanted if id in found])


def search(snapshot: Snapshot, wanted: TraceSearch) -> list[Trace]:
    """Return traces that match; rights hold by the project of each."""
    columns = trace_columns()
    where, spans = without_spans(wanted.where)
    statement = select(TraceRow.__table__).where(
        projects.visible(snapshot, _table.project_id, projects.EVERY_PROJECT, READ),
        _table.experiment_id.in_(sorted(wanted.experiment_ids)),
        compile_filter(where, CLIENT_TRACE_FIELDS, columns),
        true() if spans is None else has_span(spans),
    )
    ordered = order_statement(statement, wanted.order, CLIENT_TRACE_FIELDS, columns)
    page = ordered.order_by(_table.started_at.desc(), _table.id.asc()).offset(wanted.offset).limit(wanted.limit)
    return traces_of(snapshot, snapshot.execute(page).all())


def oldest(snapshot: Snapshot, experiment_id: str, before: datetime, limit: int) -> list[str]:
    """Return the ids of traces of an experiment that began at or before a moment, the oldest first."""
    statement = (
        select(_table.id)
        .where(_table.experiment_id == experiment_id, _table.started_at <= before)
        .order_by(_table.started_at.asc(), _table.id.asc())
        .limit(limit)
    )
    return list(snapshot.execute(statement).scalars())


def traces_of(snapshot: Snapshot, rows: Sequence[Row[Any]]) -> list[Trace]:
    """Return the traces that rows hold, with tags, metadata and assessments."""
    ids = [row.id for row in rows]
    tags, metadata = _items(snapshot, TraceTagRow, ids), _items(snapshot, TraceMetadataRow, ids)
    said = assessments_of(snapshot, ids)
    return [
        Trace.model_validate(
            {
                **{name: getattr(row, name) for name in Trace.model_fields if hasattr(row, name)},
                "project": projects.slug_of(snapshot, row.project_id),
                "tags": tags[row.id],
                "metadata": metadata[row.id],
                "assessments": said[row.id],
            }
        )
        for row in rows
    ]


def _items(snapshot: Snapshot, row: Any, ids: Sequence[str]) -> dict[str, dict[str, str]]:
    table = row.__table__.c
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for part in batches(ids):
        statement = select(table.trace_id, table.key, table.value).where(table.trace_id.in_(part)).order_by(table.key)
        for item in snapshot.execute(statement):
            found[item.trace_id][item.key] = item.value
    return found
