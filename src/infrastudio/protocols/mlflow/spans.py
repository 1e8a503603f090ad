"""Spans of a trace: from the file that clients store to the form of OTLP that they read."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from infrastudio.contexts.tracing.queries import traces as queries
from infrastudio.contexts.tracing.schemas import Trace
from infrastudio.contexts.tracking.queries import artifacts
from infrastudio.contexts.tracking.queries.artifacts import UnknownArtifact
from infrastudio.contexts.tracking.schemas.artifacts import Artifact, join, location_of
from infrastudio.kernel.actor import Actor
from infrastudio.kernel.text import MAX_INTEGER
from infrastudio.protocols.mlflow.artifacts import send_file
from infrastudio.protocols.mlflow.errors import MlflowError, does_not_exist, invalid_parameter
from infrastudio.protocols.mlflow.exchange import Exchange
from infrastudio.protocols.mlflow.messages import Json, message
from infrastudio.protocols.mlflow.services import Services
from infrastudio.stores.db import Snapshot

FILE: Final = "traces.json"
MAX_BYTES: Final = 64 * 1024 * 1024
"""Of the files that one answer is made of; they are held in memory."""
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


async def stored_spans(services: Services, actor: Actor, traces: Sequence[Trace]) -> list[list[Json]]:
    """Return the spans of each trace as its program stored them; none where it stored none yet.

    Raises:
        MlflowError: What is stored are no spans, they are kept elsewhere, or there are too many for one answer.
    """
    files = await services.db.read(actor, _files, [_location(trace) for trace in traces])
    size = sum(file.size_bytes for file in files if file is not None)
    if size > MAX_BYTES:
        raise invalid_parameter(
            f"The spans of these traces have {size} bytes, and one answer holds at most {MAX_BYTES}. Ask for fewer "
            "traces at once, or for their files."
        )
    return [[] if file is None else await _read(services, file) for file in files]


async def download(services: Services, exchange: Exchange, *, request_id: str) -> None:
    """Send the spans of a trace as its program stored them."""
    trace = await services.db.read(exchange.actor, queries.trace, request_id)
    await send_file(services, exchange, _location(trace))


def spans_of(content: bytes) -> list[Json]:
    """Return the spans that a file holds.

    Raises:
        MlflowError: It holds none.
    """
    try:
        spans = orjson.loads(content)["spans"]
        return [_span(span) for span in spans]
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise MlflowError("INVALID_STATE", f"{FILE} of this trace holds no spans: {error}") from error


def _location(trace: Trace) -> str:
    location = location_of(trace.location)
    if location is None:
        raise does_not_exist(f"The spans are kept at {trace.location!r}, not by this server; read them there.")
    return join(location, FILE)


def _files(snapshot: Snapshot, locations: Sequence[str]) -> list[Artifact | None]:
    """Return the file at each location; None where there is none."""
    found: list[Artifact | None] = []
    for location in locations:
        try:
            found.append(artifacts.find(snapshot, location))
        except UnknownArtifact:
            found.append(None)
    return found


async def _read(services: Services, file: Artifact) -> list[Json]:
    content = b"".join([part async for part in services.blobs.read(file.sha256)])
    return await asyncio.to_thread(spans_of, content)


def _span(span: Mapping[str, Any]) -> Json:
    return message(
        **{name: span.get(name) for name in SAME},
        attributes=_attributes(span.get("attributes")),
        events=[
            message(
                name=event.get("name"),
                time_unix_nano=event.get("time_unix_nano"),
                attributes=[_pair(key, value) for key, value in (event.get("attributes") or {}).items()],
            )
            for event in span.get("events") or ()
        ],
    )


def _attributes(stored: Mapping[str, str] | None) -> list[Json]:
    """Return attributes, whose values are stored as JSON in text."""
    return [_pair(key, _decoded(value)) for key, value in (stored or {}).items()]


def _decoded(value: Any) -> Any:
    try:
        return orjson.loads(value)
    except (orjson.JSONDecodeError, TypeError):
        return value


def _pair(key: str, value: Any) -> Json:
    return {"key": key, "value": _any_value(value)}


def _any_value(value: Any) -> Json:
    match value:
        case bool():
            return {"bool_value": value}
        case int() if -MAX_INTEGER <= value <= MAX_INTEGER:
            return {"int_value": value}
        case float():
            return {"double_value": value}
        case list():
            return {"array_value": {"values": [_any_value(part) for part in value]}}
        case dict():
            return {"kvlist_value": {"values": [_pair(key, part) for key, part in value.items()]}}
        case None:
            return {}
    return {"string_value": str(value)}
