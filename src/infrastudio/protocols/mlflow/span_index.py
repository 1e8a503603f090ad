"""What filters ask of the spans in a file, noted when a client has stored it."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Sequence
from typing import Final

from infrastudio.contexts.tracing.queries import traces as queries
from infrastudio.contexts.tracing.queries.fields import WIRE_PREFIX
from infrastudio.contexts.tracing.schemas import SpanIn
from infrastudio.contexts.tracing.service import spans as service
from infrastudio.contexts.tracking.schemas.artifacts import Artifact, join, location_of
from infrastudio.kernel.actor import Actor
from infrastudio.kernel.batches import batches
from infrastudio.protocols.mlflow.services import Services
from infrastudio.protocols.mlflow.span_files import FILE, NoSpans, kept_spans
from infrastudio.stores.db import UnitOfWork

logger = logging.getLogger(__name__)

MAX_BYTES: Final = 64 * 1024 * 1024
"""Of a file that is read; the spans of a larger one are found by no filter."""
INDEXED_AT_ONCE: Final = 500
"""Spans in one transaction."""
_PLACE: Final = re.compile(rf"(?:.*/)?traces/{WIRE_PREFIX}(?P<id>[0-9a-f]{{32}})/artifacts/{FILE}", re.DOTALL)


async def index_spans(services: Services, actor: Actor, file: Artifact) -> None:
    """Note what filters ask of the spans in a file, if it is that of a trace; any other file is left alone."""
    place = _PLACE.fullmatch(file.location)
    if place is None or file.size_bytes > MAX_BYTES:
        return
    content = b"".join([part async for part in services.blobs.read(file.sha256)])
    try:
        spans = await asyncio.to_thread(kept_spans, content)
    except NoSpans as error:
        logger.info("the spans of trace %s are found by no filter: %s", place["id"], error)
        return
    own = {span.id: span for span in spans if span.trace_id == place["id"]}
    for number, part in enumerate([*batches(own.values(), INDEXED_AT_ONCE)] or [[]]):
        await services.db.write(actor, _index, place["id"], file.location, part, is_first=number == 0)


def _index(uow: UnitOfWork, id: str, location: str, spans: Sequence[SpanIn], *, is_first: bool) -> None:
    """Note spans, if the file is where the trace says."""
    known = queries.known(uow, [id])
    if known and join(location_of(known[0].location) or "", FILE) == location:
        service.index(uow, id, spans, is_first=is_first)
