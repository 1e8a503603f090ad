"""Traces and assessments as the protocol writes them: RFC 3339 times, durations in seconds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from infrastudio.contexts.tracing.queries.fields import WIRE_PREFIX
from infrastudio.contexts.tracing.schemas import Assessment, SourceType, Trace, TraceState
from infrastudio.kernel.clock import format_time, parse_time
from infrastudio.protocols.mlflow.errors import invalid_value
from infrastudio.protocols.mlflow.messages import MICROSECONDS, Json, message, millis, pairs

_KNOWN_STATES: Final[Mapping[str, TraceState]] = {"OK": "ok", "ERROR": "error", "IN_PROGRESS": "in_progress"}
STATES: Final[Mapping[str, TraceState]] = {"STATE_UNSPECIFIED": "unspecified", **_KNOWN_STATES}
STATE_WORDS: Final[Mapping[TraceState, str]] = {state: word for word, state in STATES.items()}
STATE_NUMBERS: Final = {word: number for number, word in enumerate(STATES)}
OLD_STATES: Final[Mapping[str, TraceState]] = {"TRACE_STATUS_UNSPECIFIED": "unspecified", **_KNOWN_STATES}
OLD_STATE_WORDS: Final[Mapping[TraceState, str]] = {state: word for word, state in OLD_STATES.items()}
OLD_STATE_NUMBERS: Final = {word: number for number, word in enumerate(OLD_STATES)}
SOURCES: Final[Mapping[str, SourceType]] = {
    "SOURCE_TYPE_UNSPECIFIED": "unspecified",
    "HUMAN": "human",
    "LLM_JUDGE": "llm_judge",
    "CODE": "code",
    "AI_JUDGE": "ai_judge",
}
SOURCE_WORDS: Final[Mapping[SourceType, str]] = {source: word for word, source in SOURCES.items()}
SOURCE_NUMBERS: Final = {word: number for number, word in enumerate(SOURCES)}
IN_EXPERIMENT: Final = "MLFLOW_EXPERIMENT"

_DURATION: Final = re.compile(r"(\d{1,12})(?:\.(\d{1,9}))?s", re.ASCII)
_FRACTION: Final = re.compile(r"(\.\d{6})\d+")


def trace_message(trace: Trace) -> Json:
    """Return a trace without its spans."""
    return message(
        trace_id=f"{WIRE_PREFIX}{trace.id}",
        client_request_id=trace.client_request_id,
        trace_location={"type": IN_EXPERIMENT, "mlflow_experiment": {"experiment_id": trace.experiment_id}},
        request_preview=trace.request_preview,
        response_preview=trace.response_preview,
        request_time=format_time(trace.started_at),
        execution_duration=None if trace.duration_us is None else duration_text(trace.duration_us),
        state=STATE_WORDS[trace.state],
        trace_metadata=trace.metadata or None,
        tags=trace.tags or None,
        assessments=[assessment_message(each) for each in trace.assessments],
    )


def old_trace_message(trace: Trace) -> Json:
    """Return a trace as clients before 3.0 read it."""
    return message(
        request_id=f"{WIRE_PREFIX}{trace.id}",
        experiment_id=trace.experiment_id,
        timestamp_ms=millis(trace.started_at),
        execution_time_ms=None if trace.duration_us is None else trace.duration_us // MICROSECONDS,
        status=OLD_STATE_WORDS[trace.state],
        request_metadata=pairs(trace.metadata),
        tags=pairs(trace.tags),
    )


def assessment_message(assessment: Assessment) -> Json:
    """Return what somebody says about a trace."""
    return message(
        assessment_id=assessment.id,
        assessment_name=assessment.name,
        trace_id=f"{WIRE_PREFIX}{assessment.trace_id}",
        span_id=assessment.span_id,
        source={"source_type": SOURCE_WORDS[assessment.source_type], "source_id": assessment.source_id},
        create_time=format_time(assessment.created_at),
        last_update_time=format_time(assessment.updated_at),
        rationale=assessment.rationale,
        metadata=assessment.metadata or None,
        overrides=assessment.overrides,
        valid=assessment.valid,
        **{assessment.kind: assessment.content},
    )


def duration_text(micros: int) -> str:
    """Return a duration as protobuf writes it."""
    seconds, fraction = divmod(micros, 1_000_000)
    return f"{seconds}.{fraction:06d}s" if fraction else f"{seconds}s"


def duration_of(text: str, path: str) -> int:
    """Return the microseconds of a duration.

    Raises:
        MlflowError: It is none.
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        raise invalid_value(path, text, "Must be a number of seconds, such as '1.5s'.")
    return int(match[1]) * 1_000_000 + int((match[2] or "").ljust(9, "0")[:6])


def time_of(text: str, path: str) -> datetime:
    """Return the moment that a client names; what is finer than microseconds is cut.

    Raises:
        MlflowError: It is none.
    """
    try:
        return parse_time(_FRACTION.sub(r"\1", text))
    except (ValueError, OverflowError) as error:
        raise invalid_value(path, text, "Must be a time of RFC 3339, such as '2026-01-02T03:04:05.678Z'.") from error


def content_of(given: Mapping[str, Any]) -> Json:
    """Return what an assessment says, without what has no value."""
    return {name: part for name, part in given.items() if part is not None}
