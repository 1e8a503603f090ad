"""What can be done with traces."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlalchemy import delete, insert, select, update

from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.tracing.queries import traces as queries
from infrastudio.contexts.tracing.queries.traces import READ, WRITE
from infrastudio.contexts.tracing.schemas import (
    MAX_KEY,
    MAX_METADATA_VALUE,
    MAX_PREVIEW,
    MAX_TAG_VALUE,
    Trace,
    TraceIn,
)
from infrastudio.contexts.tracing.service.assessments import delete_all
from infrastudio.contexts.tracing.tables import (
    SpanAttributeRow,
    SpanRow,
    TraceMetadataRow,
    TraceRow,
    TraceRunRow,
    TraceTagRow,
)
from infrastudio.kernel.errors import NotFound, ValidationFailed
from infrastudio.kernel.text import casefold
from infrastudio.stores.db import UnitOfWork
from infrastudio.stores.db.item_rows import item_rows

RUN_METADATA: Final = "mlflow.sourceRun"
"""Under which programs name the run that a trace belongs to."""


class UnknownTag(NotFound):
    """The trace has no such tag."""

    def __init__(self, id: str, key: str) -> None:
        super().__init__(f"No trace tag with key '{key}' for trace with ID '{id}'", id=id, key=key)


def record(uow: UnitOfWork, project: str, body: TraceIn) -> Trace:
    """Keep a trace, or what its program now says of one that is kept.

    Args:
        uow: The transaction.
        project: The slug of the experiment's project.
        body: The trace; over-long values are cut. Tags and metadata are added to those that are known.

    Raises:
        ValidationFailed: A key is too long, or a trace of this id belongs to another project.
        PermissionDenied: The actor may not write traces here.
    """
    project_id = projects.require(uow, project, WRITE, read_right=READ)
    is_new = uow.execute(select(TraceRow.id).where(TraceRow.id == body.id)).one_or_none() is None
    if not is_new and queries.trace_row(uow, body.id, right=WRITE).project_id != project_id:
        raise ValidationFailed.of("trace_id", "this trace belongs to another project")
    store(uow, project_id, body, is_new=is_new, from_spans=False)
    return queries.trace(uow, body.id)


def store(uow: UnitOfWork, project_id: str, body: TraceIn, *, is_new: bool, from_spans: bool) -> None:
    """Keep what is said of a trace; rights were checked before. `from_spans`: its spans say it, and more may come."""
    columns = _columns(body) | {"from_spans": from_spans}
    if is_new:
        uow.change(insert(TraceRow).values(columns | {"id": body.id, "project_id": project_id}))
    else:
        uow.change(update(TraceRow).where(TraceRow.id == body.id).values(columns))
    put_tags(uow, body.id, body.tags)
    _put(uow, TraceMetadataRow, body.id, _cut(body.metadata, MAX_METADATA_VALUE))
    if run_id := body.metadata.get(RUN_METADATA):
        _link(uow, body.id, run_id[:64])


def put_tags(uow: UnitOfWork, id: str, tags: Mapping[str, str]) -> None:
    """Set tags of a trace, over-long values cut; rights were checked before."""
    _put(uow, TraceTagRow, id, _cut(tags, MAX_TAG_VALUE))


def set_tags(uow: UnitOfWork, id: str, tags: Mapping[str, str]) -> None:
    """Set tags of a trace; over-long values are cut."""
    put_tags(uow, queries.trace_row(uow, id, right=WRITE).id, tags)


def delete_tag(uow: UnitOfWork, id: str, key: str) -> None:
    """Remove a tag of a trace.

    Raises:
        UnknownTag: There is none.
    """
    row = queries.trace_row(uow, id, right=WRITE)
    if key not in queries.traces_of(uow, [row])[0].tags:
        raise UnknownTag(id, key)
    uow.change(delete(TraceTagRow).where(TraceTagRow.trace_id == row.id, TraceTagRow.key == key))


def link_to_run(uow: UnitOfWork, ids: Collection[str], run_id: str) -> None:
    """Let traces belong to a run too."""
    for id in ids:
        _link(uow, queries.trace_row(uow, id, right=WRITE).id, run_id)


def delete_traces(uow: UnitOfWork, experiment_id: str, ids: Collection[str]) -> list[Trace]:
    """Remove those of some traces that are in an experiment, with what was said about them; return what they were."""
    found = [each for each in queries.known(uow, ids) if each.experiment_id == experiment_id]
    for each in found:
        row = queries.trace_row(uow, each.id, right=WRITE)
        delete_all(uow, each.assessments, project_id=row.project_id)
        for part in (TraceTagRow, TraceMetadataRow, TraceRunRow, SpanAttributeRow, SpanRow):
            uow.change(delete(part).where(part.trace_id == each.id))
        uow.change(delete(TraceRow).where(TraceRow.id == each.id))
    return found


def _columns(body: TraceIn) -> dict[str, Any]:
    columns = body.model_dump(exclude={"id", "metadata", "tags"})
    return columns | {
        "request_preview": body.request_preview and body.request_preview[:MAX_PREVIEW],
        "response_preview": body.response_preview and body.response_preview[:MAX_PREVIEW],
        "client_request_id_folded": body.client_request_id and casefold(body.client_request_id),
    }


def _cut(items: Mapping[str, str], length: int) -> dict[str, str]:
    for key in items:
        if not 0 < len(key) <= MAX_KEY:
            raise ValidationFailed.of("key", f"must have between 1 and {MAX_KEY} characters")
    return {key: value[:length] for key, value in items.items()}


def _put(uow: UnitOfWork, row: Any, id: str, items: Mapping[str, str]) -> None:
    if items:
        uow.change(delete(row).where(row.trace_id == id, row.key.in_(items)))
        uow.change(insert(row), item_rows("trace_id", id, items))


def _link(uow: UnitOfWork, id: str, run_id: str) -> None:
    known = select(TraceRunRow.run_id).where(TraceRunRow.trace_id == id, TraceRunRow.run_id == run_id)
    if uow.execute(known).one_or_none() is None:
        uow.change(insert(TraceRunRow).values(trace_id=id, run_id=run_id))
