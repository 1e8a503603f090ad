"""What can be done with assessments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import delete as sql_delete
from sqlalchemy import insert
from sqlalchemy import update as sql_update

from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.tracing.events import AssessmentCreated, AssessmentDeleted, AssessmentUpdated
from infrastudio.contexts.tracing.queries import assessments as queries
from infrastudio.contexts.tracing.queries import traces
from infrastudio.contexts.tracing.queries.traces import WRITE
from infrastudio.contexts.tracing.schemas import MAX_VALUE, Assessment, AssessmentIn
from infrastudio.contexts.tracing.tables import AssessmentRow
from infrastudio.kernel.canonical_json import canonical_json
from infrastudio.kernel.diff import diff
from infrastudio.kernel.errors import ValidationFailed
from infrastudio.stores import ledger
from infrastudio.stores.db import UnitOfWork


def create(uow: UnitOfWork, trace_id: str, body: AssessmentIn) -> Assessment:
    """Say something about a trace; what this overrides is valid no longer.

    Raises:
        UnknownTrace: There is no such trace for the actor.
        UnknownAssessment: The trace has no assessment that this could override.
    """
    trace = traces.trace_row(uow, trace_id, right=WRITE)
    if body.overrides:
        _store(uow, queries.assessment(uow, trace.id, body.overrides), {"valid": False}, trace.project_id)
    assessment = Assessment(
        id=f"a-{uow.ids.hex32()}",
        project=projects.slug_of(uow, trace.project_id),
        trace_id=trace.id,
        value_text=text_of(body.content),
        created_at=uow.now,
        updated_at=uow.now,
        version=1,
        **body.model_dump(),
    )
    stored = assessment.model_dump(exclude={"project"}) | {"project_id": trace.project_id}
    uow.change(insert(AssessmentRow).values(stored))
    ledger.append(uow, AssessmentCreated(after=assessment, changes=diff(None, assessment)), project_id=trace.project_id)
    return assessment


def update(uow: UnitOfWork, trace_id: str, id: str, changed: Mapping[str, Any]) -> Assessment:
    """Change fields of an assessment.

    Raises:
        UnknownTrace, UnknownAssessment: There is no such one for the actor.
        ValidationFailed: A new value does not fit.
    """
    trace = traces.trace_row(uow, trace_id, right=WRITE)
    before = queries.assessment(uow, trace.id, id)
    content = changed.get("content")
    more = {} if content is None else {"value_text": text_of(content)}
    return _store(uow, before, {**changed, **more}, trace.project_id)


def delete(uow: UnitOfWork, trace_id: str, id: str) -> None:
    """Remove an assessment, whether it is there or not; what it overrode is valid again."""
    trace = traces.trace_row(uow, trace_id, right=WRITE)
    try:
        found = queries.assessment(uow, trace.id, id)
    except queries.UnknownAssessment:
        return
    delete_all(uow, [found], project_id=trace.project_id)
    if found.overrides:
        overridden = [each for each in queries.assessments_of(uow, [trace.id])[trace.id] if each.id == found.overrides]
        for each in overridden:
            _store(uow, each, {"valid": True}, trace.project_id)


def delete_all(uow: UnitOfWork, found: Iterable[Assessment], *, project_id: str) -> None:
    """Remove assessments; rights were checked before."""
    for each in found:
        uow.change(sql_delete(AssessmentRow).where(AssessmentRow.id == each.id))
        event = AssessmentDeleted(after=None, changes=diff(each, None), entity_id=each.id, version=each.version + 1)
        ledger.append(uow, event, project_id=project_id)


def _store(uow: UnitOfWork, before: Assessment, changed: Mapping[str, Any], project_id: str) -> Assessment:
    after = before.model_copy(update={**changed, "updated_at": uow.now, "version": before.version + 1})
    columns = {name: getattr(after, name) for name in (*changed, "updated_at", "version")}
    uow.change(sql_update(AssessmentRow).where(AssessmentRow.id == after.id).values(columns))
    ledger.append(uow, AssessmentUpdated(after=after, changes=diff(before, after)), project_id=project_id)
    return after


def text_of(content: Mapping[str, Any]) -> str:
    """Return the value as filters compare it.

    Raises:
        ValidationFailed: It is too long for the ledger, or cannot stand in it.
    """
    try:
        whole = canonical_json(dict(content))
        value = content.get("value")
        text = value if isinstance(value, str) else canonical_json(value)
    except (TypeError, ValueError) as error:
        raise ValidationFailed.of("value", f"cannot be kept as JSON: {error}") from error
    if len(whole) > MAX_VALUE:
        raise ValidationFailed.of("value", f"must have at most {MAX_VALUE} characters as JSON")
    return text
