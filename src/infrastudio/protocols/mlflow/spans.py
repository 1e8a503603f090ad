"""Spans of a trace: where they are kept, in a file of their program or with the trace."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

import orjson

from infrastudio.contexts.tracing.queries import spans as span_queries
from infrastudio.contexts.tracing.queries import traces as queries
from infrastudio.contexts.tracing.schemas import Trace
from infrastudio.contexts.tracking.queries import artifacts
from infrastudio.contexts.tracking.queries.artifacts import UnknownArtifact
from infrastudio.contexts.tracking.schemas.artifacts import Artifact, join, location_of
from infrastudio.http.asgi import respond
from infrastudio.kernel.actor import Actor
from infrastudio.protocols.mlflow.artifacts import send_file
from infrastudio.protocols.mlflow.errors import does_not_exist, invalid_parameter
from infrastudio.protocols.mlflow.exchange import Exchange
from infrastudio.protocols.mlflow.messages import Json
from infrastudio.protocols.mlflow.services import Services
from infrastudio.protocols.mlflow.span_files import FILE, span_message, spans_of
from infrastudio.stores.db import Snapshot

MAX_BYTES: Final = 64 * 1024 * 1024
"""Of the files that one answer is made of; they are held in memory."""


async def stored_spans(services: Services, actor: Actor, traces: Sequence[Trace]) -> list[list[Json]]:
    """Return the spans of each trace as its program stored them; none where it stored none yet.

    Raises:
        MlflowError: What is stored are no spans, they are kept elsewhere, or there are too many for one answer.
    """
    kept, files = await services.db.read(actor, _kept, traces)
    size = sum(file.size_bytes for file in files if file is not None)
    size += sum(len(span) for spans in kept.values() for span in spans)
    if size > MAX_BYTES:
        raise invalid_parameter(
            f"The spans of these traces have {size} bytes, and one answer holds at most {MAX_BYTES}. Ask for fewer "
            "traces at once, or for their files."
        )
    found: list[list[Json]] = []
    for trace, file in zip(traces, files, strict=True):
        own = [span_message(orjson.loads(span)) for span in kept.get(trace.id, ())]
        ids = {span["span_id"] for span in own}
        in_file = [] if file is None else await _read(services, file)
        found.append([*own, *(span for span in in_file if span.get("span_id") not in ids)])
    return found


async def download(services: Services, exchange: Exchange, *, request_id: str) -> None:
    """Send the spans of a trace as its program stored them, or would have stored them in a file."""
    trace = await services.db.read(exchange.actor, queries.trace, request_id)
    kept = await services.db.read(exchange.actor, span_queries.contents_of, [trace.id])
    if trace.id in kept:
        await respond(exchange.send, 200, b'{"spans": [' + b", ".join(map(str.encode, kept[trace.id])) + b"]}")
        return
    await send_file(services, exchange, _location(trace))


def _location(trace: Trace) -> str:
    location = location_of(trace.location)
    if location is None:
        raise does_not_exist(f"The spans are kept at {trace.location!r}, not by this server; read them there.")
    return join(location, FILE)


def _kept(snapshot: Snapshot, traces: Sequence[Trace]) -> tuple[dict[str, list[str]], list[Artifact | None]]:
    """Return the spans that are kept with their traces, and the file of each; None where there is none."""
    kept = span_queries.contents_of(snapshot, [trace.id for trace in traces])
    return kept, [None if _is_elsewhere(trace, kept) else _file(snapshot, _location(trace)) for trace in traces]


def _is_elsewhere(trace: Trace, kept: Mapping[str, Sequence[str]]) -> bool:
    """Are there spans here, while files of the trace would lie with others?"""
    return trace.id in kept and location_of(trace.location) is None


def _file(snapshot: Snapshot, location: str) -> Artifact | None:
    try:
        return artifacts.find(snapshot, location)
    except UnknownArtifact:
        return None


async def _read(services: Services, file: Artifact) -> list[Json]:
    content = b"".join([part async for part in services.blobs.read(file.sha256)])
    return await asyncio.to_thread(spans_of, content)
