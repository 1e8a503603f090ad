"""Facts about assessments. Traces themselves are telemetry: too many for the ledger."""

from __future__ import annotations

from infrastudio.contexts.tracing.schemas import Assessment
from infrastudio.stores.ledger import Event


class AssessmentCreated(Event, kind="assessment.created"):
    """Somebody said something about a trace."""

    after: Assessment


class AssessmentUpdated(Event, kind="assessment.updated"):
    """Somebody changed what was said, or another assessment took its place."""

    after: Assessment


class AssessmentDeleted(Event, kind="assessment.deleted"):
    """An assessment was removed, alone or with its trace."""
