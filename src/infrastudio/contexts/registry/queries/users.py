"""Who serves the versions of a model, live and as of a moment."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from infrastudio.contexts.identity.permissions import may_read_events
from infrastudio.contexts.timeline.queries.edges import EdgesAt
from infrastudio.contexts.timeline.queries.states import names_at
from infrastudio.contexts.timeline.rules.edges import Edge, EntityName
from infrastudio.stores import ledger
from infrastudio.stores.db import Snapshot

SERVES: Final = "serves"
VERSION: Final = "model_version"


class ServedBy(NamedTuple):
    """A deployment that serves versions."""

    id: str
    name: str
    versions: tuple[str, ...]
    is_visible: bool


def serving(snapshot: Snapshot, version_ids: Collection[str], *, seq: int | None = None) -> list[ServedBy]:
    """Return the deployments that serve some versions, by id, those too that the actor may not see."""
    if not version_ids:
        return []
    seq = ledger.head(snapshot) if seq is None else seq
    edges = EdgesAt(snapshot, seq).touching({EntityName(VERSION, id) for id in version_ids})
    wanted = set(version_ids)
    found = [e for e in edges if e.key.relation == SERVES and e.key.target.id in wanted]
    return _by_deployment(snapshot, found, seq)


def counts_by_model(snapshot: Snapshot, model_ids: Sequence[str], *, seq: int | None = None) -> dict[str, int]:
    """Return how many deployments serve versions of each model, of those that the actor may see."""
    seq = ledger.head(snapshot) if seq is None else seq
    edges = EdgesAt(snapshot, seq).leading_below(SERVES, VERSION, [f"{id}/" for id in model_ids])
    users: dict[str, set[str]] = {id: set() for id in model_ids}
    for edge in edges:
        model_id = edge.key.target.id.rpartition("/")[0]
        if model_id in users and _is_visible(snapshot, edge):
            users[model_id].add(edge.key.source.id)
    return {id: len(found) for id, found in users.items()}


def _by_deployment(snapshot: Snapshot, edges: Sequence[Edge], seq: int) -> list[ServedBy]:
    served: dict[EntityName, list[str]] = {}
    visible: dict[EntityName, bool] = {}
    for edge in edges:
        served.setdefault(edge.key.source, []).append(edge.key.target.id)
        visible[edge.key.source] = _is_visible(snapshot, edge)
    names = names_at(snapshot, served, seq)
    return [
        ServedBy(source.id, names.get(source) or source.id, tuple(ids), visible[source])
        for source, ids in sorted(served.items())
    ]


def _is_visible(snapshot: Snapshot, edge: Edge) -> bool:
    return may_read_events(snapshot.actor, edge.key.source.entity, edge.project_id)
