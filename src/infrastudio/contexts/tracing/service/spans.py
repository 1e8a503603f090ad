"""What can be done with spans."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, Final

import orjson
from sqlalchemy import Row, delete, insert

from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.tracing import rules
from infrastudio.contexts.tracing.queries import spans as queries
from infrastudio.contexts.tracing.queries.traces import READ, WRITE, UnknownTrace
from infrastudio.contexts.tracing.schemas import MAX_KEY, SpanIn, TraceIn
from infrastudio.contexts.tracing.service import traces as service
from infrastudio.contexts.tracing.tables import SpanAttributeRow, SpanRow
from infrastudio.kernel.batches import batches
from infrastudio.kernel.clock import from_micros, to_micros
from infrastudio.kernel.text import casefold
from infrastudio.stores.db import UnitOfWork
from infrastudio.stores.db.item_rows import item_rows

NANOSECONDS: Final = 1000
"""In a microsecond."""
LOCATION_TAG: Final = "mlflow.artifactLocation"
SPANS_TAG: Final = "mlflow.trace.spansLocation"
KEPT_HERE: Final = "TRACKING_STORE"
"""What that tag says where spans are kept with their trace, and not in a file."""


def record(
    uow: UnitOfWork, project: str, experiment_id: str, spans: Sequence[SpanIn], location: Callable[[str], str]
) -> None:
    """Keep spans; traces of which nothing else is known are made from them.

    Whoever may write traces in the project may add spans to them; those that are kept stay as they are, so that a
    repeat changes nothing.

    Args:
        uow: The transaction.
        project: The slug of the experiment's project.
        experiment_id: Where traces that are not known yet belong.
        spans: Of any number of traces.
        location: Where the files of a trace lie, by its id.

    Raises:
        UnknownTrace: A trace of that id belongs to another project.
        PermissionDenied: The actor may not write traces here.
    """
    project_id = projects.require(uow, project, WRITE, read_right=READ)
    for id, own in groupby(sorted(spans, key=_trace_id), key=_trace_id):
        of_trace = list(own)
        row = queries.row(uow, id)
        if row is not None and row.project_id != project_id:
            raise UnknownTrace(id)
        if row is None or row.from_spans:
            body = _told(row, experiment_id, of_trace, location(id))
            service.store(uow, project_id, body, is_new=row is None, from_spans=True)
        else:
            service.put_tags(uow, id, {SPANS_TAG: KEPT_HERE})
        _add(uow, id, of_trace)


def index(uow: UnitOfWork, trace_id: str, spans: Sequence[SpanIn], *, is_first: bool) -> None:
    """Note what filters ask of spans that lie in a file; rights on that were checked before.

    `is_first`: those of a file that lay there before are forgotten.
    """
    if is_first:
        _forget(uow, trace_id, queries.ids_in_file(uow, trace_id))
    kept = queries.kept_ids(uow, trace_id)
    _insert(uow, [span for span in spans if span.id not in kept])


def _add(uow: UnitOfWork, trace_id: str, spans: Sequence[SpanIn]) -> None:
    kept = queries.kept_ids(uow, trace_id)
    added = {span.id: span for span in spans if span.id not in kept}
    _forget(uow, trace_id, added)  # what filters ask of the same spans in a file
    _insert(uow, list(added.values()))


def _forget(uow: UnitOfWork, trace_id: str, ids: Iterable[str]) -> None:
    for some in batches(ids):
        for part in (SpanAttributeRow, SpanRow):
            uow.change(delete(part).where(part.trace_id == trace_id, part.span_id.in_(some)))


def _insert(uow: UnitOfWork, spans: Sequence[SpanIn]) -> None:
    if spans:
        uow.change(insert(SpanRow), [_row(span) for span in spans])
    if attributes := [each for span in spans for each in _attribute_rows(span)]:
        uow.change(insert(SpanAttributeRow), attributes)


def _told(row: Row[Any] | None, experiment_id: str, spans: Sequence[SpanIn], location: str) -> TraceIn:
    """Return what spans say of their trace, those that came before included."""
    told = rules.told_by(spans)
    started, state = _moment(told.started_ns), told.state
    ended = None if told.ended_ns is None else _moment(told.ended_ns)
    if row is not None:
        started = min(started, row.started_at)
        ended = max((each for each in (ended, _end(row)) if each is not None), default=None)
        state = row.state if state == "in_progress" else state
    place = location if row is None else row.location
    return TraceIn(
        id=spans[0].trace_id,
        experiment_id=experiment_id if row is None else row.experiment_id,
        request_preview=told.request_preview or (row.request_preview if row else None),
        response_preview=told.response_preview or (row.response_preview if row else None),
        started_at=started,
        duration_us=None if ended is None else max(0, to_micros(ended) - to_micros(started)),
        state=state,
        location=place,
        metadata=told.metadata,
        tags={key[:MAX_KEY]: text for key, text in told.tags.items()} | {SPANS_TAG: KEPT_HERE, LOCATION_TAG: place},
    )


def _end(row: Row[Any]) -> datetime | None:
    return None if row.duration_us is None else from_micros(to_micros(row.started_at) + row.duration_us)


def _moment(nanoseconds: int) -> datetime:
    return from_micros(nanoseconds // NANOSECONDS)


def _trace_id(span: SpanIn) -> str:
    return span.trace_id


def _row(span: SpanIn) -> dict[str, Any]:
    name, type_ = rules.storable(span.name), rules.storable(span.type)
    return {
        "trace_id": span.trace_id,
        "span_id": span.id,
        "parent_id": span.parent_id,
        "name": name,
        "name_folded": _folded(name),
        "type": type_,
        "type_folded": _folded(type_),
        "status": span.status,
        "started_ns": span.started_ns,
        "content": None if span.content is None else orjson.dumps(span.content).decode(),
    }


def _attribute_rows(span: SpanIn) -> list[dict[str, Any]]:
    texts = {key[:MAX_KEY]: text for key, text in rules.texts(span).items() if key}
    return [{"trace_id": span.trace_id, **row} for row in item_rows("span_id", span.id, texts)]


def _folded(text: str) -> str | None:
    folded = casefold(text)
    return None if folded == text else folded
