"""Where a version came from and what uses it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from infrastudio.contexts.registry.queries import versions
from infrastudio.contexts.registry.schemas import ModelVersion
from infrastudio.contexts.timeline.queries.lineage import MAX_DEPTH, Direction, lineage_of
from infrastudio.contexts.timeline.queries.states import names_at
from infrastudio.contexts.timeline.rules.edges import EntityName
from infrastudio.contexts.timeline.schemas import Lineage, LineageEdge, LineageNode
from infrastudio.contexts.tracking.queries.runs import UnknownRun, run
from infrastudio.stores.db import Snapshot
from infrastudio.stores.ledger import Moment

UNKNOWN: Final = "unknown"
"""What the ids of nodes begin with that stand for what nobody recorded."""


class _Origin(NamedTuple):
    """A node that no event links, and the edge to it."""

    node: LineageNode
    edge: LineageEdge


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
    """Return the graph around a version, live or as of a moment; what it leads to and nobody knows stays in it.

    Datasets are told by the runs that used them. A version whose run nobody recorded, and a run whose data nobody
    recorded, lead to a node that is not known.
    """
    version = versions.version(snapshot, model, number, project=project, at=at)
    seq = None if at is None else at.seq
    found = lineage_of(snapshot, "model_version", version.id, direction=direction, depth=depth, seq=seq)
    origins = list(_origins(snapshot, version, found, depth, at)) if direction != "down" else []
    nodes = [*_named(snapshot, found), *(origin.node for origin in origins)]
    return found.model_copy(
        update={
            "nodes": list({(node.entity, node.entity_id): node for node in nodes}.values()),
            "edges": [*found.edges, *(origin.edge for origin in origins)],
        }
    )


def _named(snapshot: Snapshot, found: Lineage) -> Iterator[LineageNode]:
    """Yield the nodes, versions with the name of their model."""
    owners = {EntityName("model", _model_of(node)) for node in found.nodes if node.entity == "model_version"}
    names = names_at(snapshot, owners, found.seq)
    for node in found.nodes:
        name = names.get(EntityName("model", _model_of(node))) if node.entity == "model_version" else None
        if name is not None and node.known:
            yield node.model_copy(update={"name": f"{name} version {node.entity_id.rpartition('/')[2]}"})
        else:
            yield node


def _origins(
    snapshot: Snapshot, version: ModelVersion, found: Lineage, depth: int, at: Moment | None
) -> Iterator[_Origin]:
    if version.run_id is None and version.logged_model_id is None:
        yield _unknown(f"model_version:{version.id}", "trained_from", "run", 1)
    for node in found.nodes:
        if node.entity == "run" and node.known and node.depth < depth:
            yield from _datasets(snapshot, node, at)


def _datasets(snapshot: Snapshot, node: LineageNode, at: Moment | None) -> Iterator[_Origin]:
    """Yield the datasets of a run, or that nobody recorded any."""
    source = f"run:{node.entity_id}"
    try:
        datasets = run(snapshot, node.entity_id, at=at).datasets.values()
    except UnknownRun:
        return
    for dataset in datasets:
        id = f"{dataset.name}@{dataset.digest}"
        told = LineageNode(
            entity="dataset",
            entity_id=id,
            name=dataset.name,
            project=node.project,
            known=True,
            exists=None,
            standing=None,
            depth=node.depth + 1,
        )
        yield _Origin(told, LineageEdge(source=source, relation="uses", target=f"dataset:{id}", from_seq=None))
    if not datasets:
        yield _unknown(source, "uses", "dataset", node.depth + 1)


def _unknown(source: str, relation: str, entity: str, depth: int) -> _Origin:
    id = f"{UNKNOWN}:{source}"
    node = LineageNode(
        entity=entity,
        entity_id=id,
        name=None,
        project=None,
        known=False,
        exists=None,
        standing=None,
        depth=depth,
    )
    return _Origin(node, LineageEdge(source=source, relation=relation, target=f"{entity}:{id}", from_seq=None))


def _model_of(node: LineageNode) -> str:
    return node.entity_id.rpartition("/")[0]
