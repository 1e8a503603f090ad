"""Traces and assessments as clients and the ledger see them."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, StringConstraints

from infrastudio.kernel.text import Text
from infrastudio.kernel.versioned import Time, Value, Versioned

TraceState = Literal["unspecified", "ok", "error", "in_progress"]
AssessmentKind = Literal["feedback", "expectation", "issue"]
SourceType = Literal["unspecified", "human", "llm_judge", "code", "ai_judge"]

MAX_KEY = 250
MAX_TAG_VALUE = 4096
MAX_METADATA_VALUE = 250
MAX_PREVIEW = 10_000
MAX_VALUE = 60_000
"""Characters of what an assessment says; more would not fit into its event."""

UNKNOWN_TYPE = "UNKNOWN"
"""The type of a span that says none."""
MAX_SPAN_NS = 2**63

Name = Annotated[Text, StringConstraints(min_length=1, max_length=MAX_KEY)]
Id = Annotated[Text, StringConstraints(max_length=250)]
TraceId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
SpanId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
SpanStatus = Literal["OK", "ERROR", "UNSET"]
Nanoseconds = Annotated[int, Field(ge=0, lt=MAX_SPAN_NS)]
"""Since 1970."""


class TraceIn(Value):
    """A trace as its program tells of it; its files lie where `location` says."""

    id: TraceId
    experiment_id: str
    client_request_id: Id | None = None
    request_preview: Text | None = None
    response_preview: Text | None = None
    started_at: Time
    duration_us: Annotated[int, Field(ge=0, lt=2**62)] | None = None
    state: TraceState = "unspecified"
    location: str
    metadata: dict[str, str] = Field(default_factory=dict)
    tags: dict[str, str] = Field(default_factory=dict)


class SpanIn(Value):
    """A span as its program tells of it.

    Attributes:
        type: What kind of step it is, such as `LLM`.
        status: `OK`, `ERROR` or `UNSET`.
        attributes: Any JSON values.
        content: The whole span in the form in which it is read; None where that lies in a file.
    """

    trace_id: TraceId
    id: SpanId
    parent_id: SpanId | None = None
    name: str
    type: str = UNKNOWN_TYPE
    status: SpanStatus = "UNSET"
    started_ns: Nanoseconds
    ended_ns: Nanoseconds | None = None
    attributes: dict[str, Any] = Field(default_factory=dict)
    content: dict[str, Any] | None = None


class Assessment(Versioned):
    """What somebody says about a trace or one of its spans: how good it is, what was expected, which issue it shows."""

    sortable_times: ClassVar[tuple[str, ...]] = ("created_at", "updated_at")

    id: str
    project: str
    trace_id: str
    name: str
    kind: AssessmentKind
    span_id: str | None
    source_type: SourceType
    source_id: str
    content: dict[str, Any]
    """Of feedback `value` and `error`; of an expectation `value` or `serialized_value`; of an issue its name."""
    value_text: str
    """The value as filters compare it: text as it is, anything else as JSON."""
    rationale: str | None
    metadata: dict[str, str]
    overrides: str | None
    """The assessment whose place this one takes."""
    valid: bool
    created_at: Time
    updated_at: Time


class AssessmentIn(Value):
    """A new assessment."""

    name: Name
    kind: AssessmentKind
    span_id: Id | None = None
    source_type: SourceType = "unspecified"
    source_id: Id = ""
    content: dict[str, Any] = Field(default_factory=dict)
    rationale: Annotated[Text, StringConstraints(max_length=MAX_VALUE)] | None = None
    metadata: dict[Name, Annotated[Text, StringConstraints(max_length=MAX_TAG_VALUE)]] = Field(default_factory=dict)
    overrides: Id | None = None
    valid: bool = True


class Trace(TraceIn):
    """A trace with what is said about it."""

    project: str
    assessments: tuple[Assessment, ...] = ()
