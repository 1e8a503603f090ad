"""Where something came from and what depends on it, both ways and as of any moment."""

from __future__ import annotations

from typing import Final, Literal

from infrastudio.contexts.identity.permissions import may_read_events
from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.timeline.queries.edges import EdgesAt
from infrastudio.contexts.timeline.queries.states import last_entry
from infrastudio.contexts.timeline.rules.edges import NOT_A_DEPENDENCY, REVERSED, Edge, EntityName
from infrastudio.contexts.timeline.rules.items import name_in, standing_of
from infrastudio.contexts.timeline.schemas import Lineage, LineageEdge, LineageNode
from infrastudio.stores import ledger
from infrastudio.stores.db import Snapshot

Direction = Literal["up", "down", "both"]
"""`up`: what it came from and depends on; `down`: what came from it and depends on it, its blast radius."""

MAX_DEPTH: Final = 20
MAX_NODES: Final = 1000


def lineage_of(
    snapshot: Snapshot,
    entity: str,
    entity_id: str,
    *,
    direction: Direction = "both",
    depth: int = MAX_DEPTH,
    seq: int | None = None,
) -> Lineage:
    """Return the graph around an entity as it was after event `seq`, by default as it is now.

    An edge is shown where the actor may read the event that made it. What it leads to and the actor may not read, or
    nobody ever recorded, is a node that is not `known`: the walk ends there. The caller checks the right on the entity
    itself.

    Args:
        snapshot: Carries the actor.
        entity: Its kind.
        entity_id: Its id.
        direction: Which way to walk.
        depth: How many edges away at most.
        seq: The moment.
    """
    seq = ledger.head(snapshot) if seq is None else seq
    start = EntityName(entity, entity_id)
    walk = _Walk(snapshot, seq)
    if direction in ("up", "both"):
        walk.go(start, is_up=True, depth=depth)
    if direction in ("down", "both"):
        walk.go(start, is_up=False, depth=depth)
    return Lineage(seq=seq, nodes=list(walk.nodes.values()), edges=walk.shown_edges(), truncated=walk.is_truncated)


class _Walk:
    """A search in breadth, one query per level."""

    def __init__(self, snapshot: Snapshot, seq: int) -> None:
        self._snapshot = snapshot
        self._seq = seq
        self._edges_at = EdgesAt(snapshot, seq)
        self._edges: dict[tuple[str, str, str], Edge] = {}
        self.nodes: dict[EntityName, LineageNode] = {}
        self.is_truncated = False

    def go(self, start: EntityName, *, is_up: bool, depth: int) -> None:
        """Add everything that lies on one side of `start`."""
        self._add(start, 0)
        seen, level = {start}, {start}
        for distance in range(1, depth + 2):
            following: set[EntityName] = set()
            for edge in self._edges_at.touching(level):
                near, far = _ends(edge, is_up=is_up)
                if near not in level or edge.key.relation in NOT_A_DEPENDENCY or not self._is_visible(edge):
                    continue
                if far not in self.nodes and (distance > depth or len(self.nodes) >= MAX_NODES):
                    self.is_truncated = True
                    continue
                self._edges[edge.key.source.text, edge.key.relation, edge.key.target.text] = edge
                if self._add(far, distance).known and far not in seen:
                    following.add(far)
            seen |= following
            level = following

    def shown_edges(self) -> list[LineageEdge]:
        """Return the edges that were walked, oldest first."""
        edges = sorted(self._edges.items(), key=lambda item: (item[1].from_seq, item[0]))
        return [
            LineageEdge(source=source, relation=relation, target=target, from_seq=edge.from_seq)
            for (source, relation, target), edge in edges
        ]

    def _is_visible(self, edge: Edge) -> bool:
        return may_read_events(self._snapshot.actor, edge.key.source.entity, edge.project_id)

    def _add(self, name: EntityName, depth: int) -> LineageNode:
        if name not in self.nodes:
            self.nodes[name] = self._node(name, depth)
        return self.nodes[name]

    def _node(self, name: EntityName, depth: int) -> LineageNode:
        snapshot = self._snapshot
        entry = last_entry(snapshot, name, self._seq)
        return LineageNode(
            entity=name.entity,
            entity_id=name.id,
            name=None if entry is None else name_in(entry),
            project=None if entry is None else projects.slug_or_none(snapshot, entry.project_id),
            known=entry is not None,
            exists=None if entry is None else entry.after is not None,
            standing=None if entry is None else standing_of(entry.after),
            depth=depth,
        )


def _ends(edge: Edge, *, is_up: bool) -> tuple[EntityName, EntityName]:
    """Return the end where a walk comes from and the one where it goes."""
    key = edge.key
    dependent, cause = (key.target, key.source) if key.relation in REVERSED else (key.source, key.target)
    return (dependent, cause) if is_up else (cause, dependent)
