"""Where a version came from and what uses it."""

from __future__ import annotations

from infrastudio.contexts.registry.queries import versions
from infrastudio.contexts.timeline.queries.lineage import MAX_DEPTH, Direction, lineage_of
from infrastudio.contexts.timeline.schemas import Lineage
from infrastudio.stores.db import Snapshot
from infrastudio.stores.ledger import Moment


def version_lineage(
    snapshot: Snapshot,
    model: str,
    number: int,
    *,
    direction: Direction = "both",
    depth: int = MAX_DEPTH,
    project: str | None = None,
    at: Moment | None = None,
) -> Lineage:
    """Return the graph around a version, live or as of a moment; what it leads to and nobody knows stays in it."""
    version = versions.version(snapshot, model, number, project=project, at=at)
    seq = None if at is None else at.seq
    return lineage_of(snapshot, "model_version", version.id, direction=direction, depth=depth, seq=seq)
