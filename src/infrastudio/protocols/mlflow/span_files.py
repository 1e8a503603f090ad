"""The form in which clients store the spans of a trace, as a file; spans that come by OTLP are kept in it, too."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Mapping
from typing import Any, Final

import orjson

from infrastudio.contexts.tracing.queries.traces import stored_id
from infrastudio.contexts.tracing.rules import TYPE_ATTRIBUTE
from infrastudio.contexts.tracing.schemas import UNKNOWN_TYPE, SpanIn, SpanStatus
from infrastudio.kernel.text import MAX_INTEGER
from infrastudio.protocols.mlflow.errors import MlflowError
from infrastudio.protocols.mlflow.messages import Json, message

FILE: Final = "traces.json"


class NoSpans(Exception):
    """A file holds no spans."""


STATUSES: Final[Mapping[str, SpanStatus]] = {"STATUS_CODE_OK": "OK", "STATUS_CODE_ERROR": "ERROR"}
SAME: Final = (
    "trace_id",
    "span_id",
    "parent_span_id",
    "trace_state",
    "name",
    "start_time_unix_nano",
    "end_time_unix_nano",
    "status",
)
"""What a stored span has as OTLP has it: ids as base64, times in nanoseconds."""

_NOT_FINITE: Final = {math.inf: "Infinity", -math.inf: "-Infinity"}


def spans_of(content: bytes) -> list[Json]:
    """Return the spans that a file holds.

    Raises:
        MlflowError: It holds none.
    """
    try:
        return [span_message(span) for span in orjson.loads(content)["spans"]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise MlflowError("INVALID_STATE", f"{FILE} of this trace holds no spans: {error}") from error


def kept_spans(content: bytes) -> list[SpanIn]:
    """Return the spans that a file holds as filters find them.

    Raises:
        NoSpans: It holds none, or some that no filter could name.
    """
    try:
        return [kept_span(span, in_file=True) for span in orjson.loads(content)["spans"]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise NoSpans(str(error)) from error


def kept_span(span: Mapping[str, Any], *, in_file: bool) -> SpanIn:
    """Return a stored span as it is kept; its whole is not, where it lies in a file anyway."""
    attributes = {key: _decoded(value) for key, value in (span.get("attributes") or {}).items()}
    kind = attributes.get(TYPE_ATTRIBUTE)
    return SpanIn(
        trace_id=_hex(span["trace_id"]),
        id=_hex(span["span_id"]),
        parent_id=_hex(span["parent_span_id"]) if span.get("parent_span_id") else None,
        name=span["name"],
        type=kind if isinstance(kind, str) else UNKNOWN_TYPE,
        status=STATUSES.get((span.get("status") or {}).get("code", ""), "UNSET"),
        started_ns=span["start_time_unix_nano"],
        ended_ns=span.get("end_time_unix_nano"),
        attributes=attributes,
        content=None if in_file else dict(span),
    )


def span_message(span: Mapping[str, Any]) -> Json:
    """Return a stored span in the form of OTLP that clients read."""
    return message(
        **{name: span.get(name) for name in SAME},
        attributes=_attributes(span.get("attributes")),
        events=[
            message(
                name=event.get("name"),
                time_unix_nano=event.get("time_unix_nano"),
                attributes=_pairs(event.get("attributes")),
            )
            for event in span.get("events") or ()
        ],
        links=[
            message(
                trace_id=_base64(stored_id(link["trace_id"])),
                span_id=_base64(link["span_id"]),
                attributes=_pairs(link.get("attributes")),
            )
            for link in span.get("links") or ()
        ],
    )


def _attributes(stored: Mapping[str, str] | None) -> list[Json]:
    """Return attributes, whose values are stored as JSON in text."""
    return _pairs({key: _decoded(value) for key, value in (stored or {}).items()})


def _decoded(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(value)  # takes NaN and Infinity, as Python clients write them
    except ValueError:
        return value


def _pairs(values: Mapping[str, Any] | None) -> list[Json]:
    return [_pair(key, value) for key, value in (values or {}).items()]


def _hex(text: str) -> str:
    return base64.b64decode(text, validate=True).hex()


def _base64(digits: str) -> str:
    return base64.b64encode(bytes.fromhex(digits)).decode()


def _pair(key: str, value: Any) -> Json:
    return {"key": key, "value": _any_value(value)}


def _any_value(value: Any) -> Json:
    match value:
        case bool():
            return {"bool_value": value}
        case int() if -MAX_INTEGER <= value <= MAX_INTEGER:
            return {"int_value": value}
        case float():
            return {"double_value": value if math.isfinite(value) else _NOT_FINITE.get(value, "NaN")}
        case list():
            return {"array_value": {"values": [_any_value(part) for part in value]}}
        case dict():
            return {"kvlist_value": {"values": [_pair(key, part) for key, part in value.items()]}}
        case None:
            return {}
    return {"string_value": str(value)}
