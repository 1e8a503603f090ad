"""Reads of spans."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select

from infrastudio.contexts.tracing.tables import SpanRow, TraceRow
from infrastudio.kernel.batches import batches
from infrastudio.stores.db import Snapshot

_span = SpanRow.__table__.c


def contents_of(snapshot: Snapshot, trace_ids: Sequence[str]) -> dict[str, list[str]]:
    """Return the spans that are kept of traces, as JSON, the root first, then by start; rights were checked before."""
    found: dict[str, list[str]] = defaultdict(list)
    order = (_span.parent_id.is_(None).desc(), _span.started_ns, _span.span_id)
    for part in batches(trace_ids):
        kept = select(_span.trace_id, _span.content).where(_span.trace_id.in_(part), _span.content.is_not(None))
        for row in snapshot.execute(kept.order_by(*order)):
            found[row.trace_id].append(row.content)
    return found


def row(snapshot: Snapshot, id: str) -> Row[Any] | None:
    """Return the row of a trace, whoever asks; None: there is none."""
    return snapshot.execute(select(TraceRow.__table__).where(TraceRow.id == id)).one_or_none()


def kept_ids(snapshot: Snapshot, trace_id: str) -> set[str]:
    """Return the ids of the spans that are kept with a trace; rights were checked before."""
    kept = select(_span.span_id).where(_span.trace_id == trace_id, _span.content.is_not(None))
    return set(snapshot.execute(kept).scalars())


def ids_in_file(snapshot: Snapshot, trace_id: str) -> list[str]:
    """Return the ids of the spans of a trace that lie in a file, as far as filters find them."""
    noted = select(_span.span_id).where(_span.trace_id == trace_id, _span.content.is_(None))
    return list(snapshot.execute(noted).scalars())
