"""OTLP over HTTP: bodies in two encodings, compressed or not, and the answers to them."""

from __future__ import annotations

import base64
import json
import math
import zlib
from collections.abc import Iterator
from typing import Any, Final

from google.protobuf import json_format
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from infrastudio.kernel.errors import Malformed, Problem, TooLarge
from infrastudio.kernel.text import MAX_INTEGER

PROTOBUF: Final = "application/x-protobuf"
JSON: Final = "application/json"
MAX_BYTES: Final = 64 * 1024 * 1024
"""Of a body when it is unpacked."""
ID_FIELDS: Final = ("traceId", "spanId", "parentSpanId")
"""Hexadecimal in OTLP's JSON, base64 in that of protobuf."""
TRACE_ID_BYTES: Final = 16
SPAN_ID_BYTES: Final = 8

_WINDOWS: Final = {"gzip": zlib.MAX_WBITS | 16, "deflate": zlib.MAX_WBITS}


def unpacked(body: bytes, encoding: str) -> bytes:
    """Return a body without its compression.

    Raises:
        Malformed: It is not compressed so, or in another way than gzip and deflate.
        TooLarge: It is too large when it is unpacked.
    """
    if encoding in ("", "identity"):
        return body
    if encoding not in _WINDOWS:
        raise _malformed(f"The Content-Encoding {encoding!r} is not known; use gzip or deflate.")
    unpacker = zlib.decompressobj(_WINDOWS[encoding])
    try:
        found = unpacker.decompress(body, MAX_BYTES + 1)
    except zlib.error as error:
        raise _malformed(f"The body is not {encoding}: {error}") from error
    if len(found) > MAX_BYTES:
        raise TooLarge(Problem("body", f"is larger than {MAX_BYTES} bytes when it is unpacked"))
    if not unpacker.eof or unpacker.unused_data:
        raise _malformed(f"The body is not one whole piece of {encoding}.")
    return found


def decoded(body: bytes, kind: str) -> ExportTraceServiceRequest:
    """Return the request that a body holds.

    Raises:
        Malformed: It holds none.
    """
    request = ExportTraceServiceRequest()
    try:
        if kind == JSON:
            json_format.ParseDict(_with_protobuf_ids(json.loads(body)), request, ignore_unknown_fields=True)
        else:
            request.ParseFromString(body)
    except (TypeError, AttributeError) as error:
        raise _malformed(
            "The body is no ExportTraceServiceRequest: resourceSpans, scopeSpans and spans are lists"
        ) from error
    except (DecodeError, json_format.ParseError, ValueError, RecursionError) as error:
        raise _malformed(f"The body is no ExportTraceServiceRequest: {error}") from error
    if not request.resource_spans:
        raise _malformed("The body holds no spans.")
    return request


def accepted(rejected: int, why: str, kind: str) -> bytes:
    """Return the answer to a request of which all was kept but `rejected` spans."""
    told = ExportTraceServiceResponse()
    if rejected:
        told.partial_success.CopyFrom(ExportTracePartialSuccess(rejected_spans=rejected, error_message=why))
    if kind != JSON:
        return told.SerializeToString()
    return json_format.MessageToJson(told, indent=None).encode()


def stored(span: Span) -> dict[str, Any]:
    """Return a span in the form in which it is kept: ids as base64, attributes as JSON in text.

    Raises:
        ValueError: It has no id, no trace, or times that no clock can tell.
    """
    if len(span.trace_id) != TRACE_ID_BYTES or not any(span.trace_id):
        raise ValueError("its trace id must have 16 bytes that are not all zero")
    if len(span.span_id) != SPAN_ID_BYTES or not any(span.span_id):
        raise ValueError("its id must have 8 bytes that are not all zero")
    if max(span.start_time_unix_nano, span.end_time_unix_nano) > MAX_INTEGER:
        raise ValueError("its times must be nanoseconds since 1970")
    return {
        "trace_id": _base64(span.trace_id),
        "span_id": _base64(span.span_id),
        "parent_span_id": _base64(span.parent_span_id) if any(span.parent_span_id) else None,
        "trace_state": span.trace_state or None,
        "name": span.name,
        "start_time_unix_nano": span.start_time_unix_nano,
        "end_time_unix_nano": span.end_time_unix_nano or None,
        "status": {"code": Status.StatusCode.Name(span.status.code), "message": span.status.message},
        "attributes": {key: json.dumps(value) for key, value in _values(span.attributes).items()},
        "events": [
            {"name": event.name, "time_unix_nano": event.time_unix_nano, "attributes": _finite(event.attributes)}
            for event in span.events
        ],
        "links": [
            {"trace_id": link.trace_id.hex(), "span_id": link.span_id.hex(), "attributes": _finite(link.attributes)}
            for link in span.links
        ],
    }


def spans_of(request: ExportTraceServiceRequest) -> Iterator[Span]:
    """Yield all spans of a request."""
    for resource in request.resource_spans:
        for scope in resource.scope_spans:
            yield from scope.spans


def status_message(code: int, text: str, kind: str) -> bytes:
    """Return a google.rpc.Status, of which OTLP's failures are made."""
    if kind == JSON:
        return json.dumps({"code": code, "message": text}).encode()
    raw = text.encode("utf-8", "replace")
    return b"\x08" + bytes([code]) + b"\x12" + _varint(len(raw)) + raw


def _varint(number: int) -> bytes:
    """Return a number as protobuf writes it: seven bits a byte, the lowest first."""
    head, rest = number & 0x7F, number >> 7
    return bytes([head | 0x80]) + _varint(rest) if rest else bytes([head])


def _values(attributes: Any) -> dict[str, Any]:
    return {each.key: _value(each.value) for each in attributes}


def _finite(attributes: Any) -> dict[str, Any]:
    """Return the values of attributes that are kept as JSON themselves, which has no word for NaN and infinities."""
    found = _values(attributes)
    return {
        key: str(value) if isinstance(value, float) and not math.isfinite(value) else value
        for key, value in found.items()
    }


def _value(value: AnyValue) -> Any:
    """Return a value as JSON has it; bytes as base64."""
    kind = value.WhichOneof("value")
    match kind:
        case None:
            return None
        case "array_value":
            return [_value(each) for each in value.array_value.values]
        case "kvlist_value":
            return _values(value.kvlist_value.values)
        case "bytes_value":
            return _base64(value.bytes_value)
    return getattr(value, kind)


def _with_protobuf_ids(request: dict[str, Any]) -> dict[str, Any]:
    for resource in request.get("resourceSpans", ()):
        for scope in resource.get("scopeSpans", ()):
            for span in scope.get("spans", ()):
                for each in (span, *span.get("links", ())):
                    for field in ID_FIELDS:
                        if each.get(field):
                            each[field] = _base64(bytes.fromhex(each[field]))
    return request


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _malformed(text: str) -> Malformed:
    return Malformed(Problem("body", text))
