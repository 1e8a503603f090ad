"""Reads of assessments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Row, select

from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.tracing.schemas import Assessment
from infrastudio.contexts.tracing.tables import AssessmentRow
from infrastudio.kernel.batches import batches
from infrastudio.kernel.errors import NotFound
from infrastudio.stores.db import Snapshot

_table: Final = AssessmentRow.__table__.c


class UnknownAssessment(NotFound):
    """The trace has no such assessment."""

    def __init__(self, id: str) -> None:
        super().__init__(f"There is no assessment {id!r}.", field="assessment_id", value=id)
        self.id = id


def assessment(snapshot: Snapshot, trace_id: str, id: str) -> Assessment:
    """Return an assessment of a trace; the rights on the trace were checked before.

    Raises:
        UnknownAssessment: The trace has none of this id.
    """
    row = snapshot.execute(
        select(AssessmentRow.__table__).where(_table.id == id, _table.trace_id == trace_id)
    ).one_or_none()
    if row is None:
        raise UnknownAssessment(id)
    return _assessment(snapshot, row)


def assessments_of(snapshot: Snapshot, trace_ids: Sequence[str]) -> dict[str, list[Assessment]]:
    """Return the assessments of traces, the oldest first."""
    found: dict[str, list[Assessment]] = defaultdict(list)
    for part in batches(trace_ids):
        statement = (
            select(AssessmentRow.__table__)
            .where(_table.trace_id.in_(part))
            .order_by(_table.created_at.asc(), _table.id.asc())
        )
        for row in snapshot.execute(statement):
            found[row.trace_id].append(_assessment(snapshot, row))
    return found


def _assessment(snapshot: Snapshot, row: Row[Any]) -> Assessment:
    return Assessment.model_validate({**row._mapping, "project": projects.slug_of(snapshot, row.project_id)})
