"""What spans say of their trace."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from infrastudio.contexts.tracing.schemas import SpanIn, TraceState

TYPE_ATTRIBUTE: Final = "mlflow.spanType"
INPUTS: Final = "mlflow.spanInputs"
OUTPUTS: Final = "mlflow.spanOutputs"
NAME_TAG: Final = "mlflow.traceName"
TAG_PREFIX: Final = "mlflow.traceTag."
"""Stands before the attributes of a root that are tags of its trace."""
METADATA_OF: Final = {
    "session.id": "mlflow.trace.session",
    "gen_ai.conversation.id": "mlflow.trace.session",
    "user.id": "mlflow.trace.user",
}
"""Metadata of a trace, by the attributes of its spans that tell them (OpenTelemetry semantic conventions)."""
_NUL: Final = "\0"


class Told(NamedTuple):
    """What some spans of a trace say of it; None and empty: they say nothing."""

    started_ns: int
    ended_ns: int | None
    state: TraceState
    request_preview: str | None
    response_preview: str | None
    tags: dict[str, str]
    metadata: dict[str, str]


def told_by(spans: Sequence[SpanIn]) -> Told:
    """Return what at least one span of a trace says of it; it is under way until its root has come."""
    root = next((span for span in spans if span.parent_id is None), None)
    ends = [span.ended_ns for span in spans if span.ended_ns is not None]
    metadata = {METADATA_OF[key]: text for span in spans for key, text in texts(span).items() if key in METADATA_OF}
    said = {} if root is None else texts(root)
    tags = {key.removeprefix(TAG_PREFIX): text for key, text in said.items() if key.startswith(TAG_PREFIX)}
    named = {} if root is None else {NAME_TAG: storable(root.name)}
    return Told(
        started_ns=min(span.started_ns for span in spans),
        ended_ns=max(ends, default=None),
        state="in_progress" if root is None else "error" if root.status == "ERROR" else "ok",
        request_preview=said.get(INPUTS),
        response_preview=said.get(OUTPUTS),
        tags={key: text for key, text in (named | tags).items() if key},
        metadata=metadata,
    )


def texts(span: SpanIn) -> Mapping[str, str]:
    """Return the attributes of a span as filters compare them: text as it is, anything else as JSON."""
    return {storable(key): storable(text_of(value)) for key, value in span.attributes.items()}


def text_of(value: Any) -> str:
    """Return a value as text: itself, or its JSON as clients write it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def storable(text: str) -> str:
    """Return text as every database can keep it."""
    return text.replace(_NUL, "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()
