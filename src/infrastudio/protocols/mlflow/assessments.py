"""Operations on assessments of traces."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, get_args

from infrastudio.contexts.tracing.queries import assessments as queries
from infrastudio.contexts.tracing.queries import traces
from infrastudio.contexts.tracing.schemas import Assessment, AssessmentIn, AssessmentKind
from infrastudio.contexts.tracing.service import assessments as service
from infrastudio.kernel.actor import Actor
from infrastudio.protocols.mlflow.errors import invalid_parameter, missing_value
from infrastudio.protocols.mlflow.messages import Json
from infrastudio.protocols.mlflow.services import Services
from infrastudio.protocols.mlflow.trace_messages import SOURCES, assessment_message, content_of
from infrastudio.stores.db import Snapshot

KINDS: Final[tuple[AssessmentKind, ...]] = get_args(AssessmentKind)

_HUMP: Final = re.compile(r"(?<!^)(?=[A-Z])")


async def create(services: Services, actor: Actor, *, trace_id: str, assessment: Json) -> Json:
    """Say something about a trace."""
    made = await services.db.write(actor, service.create, trace_id, assessment_in(assessment))
    return {"assessment": assessment_message(made)}


async def get(services: Services, actor: Actor, *, trace_id: str, assessment_id: str) -> Json:
    """Return an assessment."""
    return {"assessment": assessment_message(await services.db.read(actor, _assessment, trace_id, assessment_id))}


async def update(
    services: Services, actor: Actor, *, trace_id: str, assessment_id: str, assessment: Json, update_mask: str
) -> Json:
    """Change the fields of an assessment that the mask names."""
    changed = _changed(assessment, update_mask)
    found = await services.db.write(actor, service.update, trace_id, assessment_id, changed)
    return {"assessment": assessment_message(found)}


async def delete(services: Services, actor: Actor, *, trace_id: str, assessment_id: str) -> Json:
    """Remove an assessment, whether it is there or not."""
    await services.db.write(actor, service.delete, trace_id, assessment_id)
    return {}


def assessment_in(given: Mapping[str, Any]) -> AssessmentIn:
    """Return a new assessment of a request.

    Raises:
        MlflowError: It has no name, or does not say exactly one thing.
    """
    if not given["assessment_name"]:
        raise missing_value("assessment.assessment_name")
    said = [kind for kind in KINDS if given[kind] is not None]
    if len(said) != 1:
        raise invalid_parameter("Exactly one of 'feedback', 'expectation' and 'issue' must be set on an assessment.")
    source = given["source"] or {}
    return AssessmentIn(
        name=given["assessment_name"],
        kind=said[0],
        span_id=given["span_id"],
        source_type=SOURCES[source.get("source_type") or "SOURCE_TYPE_UNSPECIFIED"],
        source_id=source.get("source_id") or "",
        content=content_of(given[said[0]]),
        rationale=given["rationale"],
        metadata=given["metadata"],
        overrides=given["overrides"] or None,
        valid=given["valid"],
    )


def _changed(given: Mapping[str, Any], mask: str) -> dict[str, Any]:
    """Return the new values of the fields that a mask names, validated as those of a new assessment."""
    names = [_HUMP.sub("_", part.strip()).lower() for part in mask.split(",") if part.strip()]
    allowed = ("assessment_name", "rationale", "metadata", "valid", *KINDS)
    if unknown := [name for name in names if name not in allowed]:
        raise invalid_parameter(f"Invalid update_mask: {unknown}. An assessment can change {', '.join(allowed)}.")
    kinds = [kind for kind in KINDS if kind in names and given[kind] is not None]
    kind = kinds[0] if kinds else KINDS[0]
    body = AssessmentIn(
        name=given["assessment_name"] or "unchanged",
        kind=kind,
        content=content_of(given[kind] or {}),
        rationale=given["rationale"],
        metadata=given["metadata"],
        valid=given["valid"],
    )
    found: dict[str, Any] = {name: getattr(body, name) for name in names if name in ("rationale", "metadata", "valid")}
    if "assessment_name" in names and given["assessment_name"]:
        found["name"] = body.name
    return found | ({"content": body.content, "kind": kind} if kinds else {})


def _assessment(snapshot: Snapshot, trace_id: str, id: str) -> Assessment:
    return queries.assessment(snapshot, traces.trace_row(snapshot, trace_id).id, id)
