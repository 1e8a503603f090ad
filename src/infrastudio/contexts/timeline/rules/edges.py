"""From the links of events to edges with a beginning and an end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from infrastudio.stores.ledger import Entry

RESTATED: Final = frozenset({"serves"})
"""Relations that hold until they are restated: an event that names one says all targets that it has from then on.

The others (`trained_from`, `produced`, `uses`, `caused_by`, `supersedes`) are facts that stay true, also when their
entity is deleted: what it led to still depends on what it came from. An event whose link names no target (`to=""`)
ends a restated relation; so does the deletion of its entity.
"""

REVERSED: Final = frozenset({"produced"})
"""Relations that lead from the cause to what depends on it; all others lead from the dependent to its cause."""

NOT_A_DEPENDENCY: Final = frozenset({"supersedes"})


MAX_ENTITY: Final = 32
MAX_ID: Final = 255
"""Characters of what a link may lead to; longer names are of no entity."""


class EntityName(NamedTuple):
    """An entity as links name it: `<entity>:<id>`."""

    entity: str
    id: str

    @classmethod
    def of(cls, text: str) -> EntityName:
        """Return the parts of `<entity>:<id>`; the id may itself contain colons."""
        entity, _, id = text.partition(":")
        return cls(entity, id)

    @property
    def text(self) -> str:
        """The name in one piece."""
        return f"{self.entity}:{self.id}"


class EdgeKey(NamedTuple):
    """What an edge says, whenever it holds."""

    source: EntityName
    relation: str
    target: EntityName


@dataclass(frozen=True)
class Edge:
    """An edge that holds from event `from_seq` on, and before event `to_seq`."""

    key: EdgeKey
    project_id: str
    from_seq: int
    to_seq: int | None = None

    def holds_at(self, seq: int) -> bool:
        """Does the edge hold after event `seq`?"""
        return self.from_seq <= seq and (self.to_seq is None or self.to_seq > seq)


class EdgeChanges(NamedTuple):
    """What events did to edges: those that began, and the ends of those that held before."""

    begun: list[Edge]
    ended: dict[EdgeKey, int]


def changes_edges(entry: Entry) -> bool:
    """Can the event begin or end an edge?"""
    return bool(entry.links) or entry.is_deletion


def fold_links(held: Iterable[EdgeKey], entries: Iterable[Entry]) -> EdgeChanges:
    """Return what `entries` do to the edges that `held` before them; only edges of their own entities matter."""
    open_before = set(held)
    begun: dict[EdgeKey, Edge] = {}
    done: list[Edge] = []
    ended: dict[EdgeKey, int] = {}

    def end(key: EdgeKey, seq: int) -> None:
        if key in begun:
            done.append(replace(begun.pop(key), to_seq=seq))
        else:
            open_before.discard(key)
            ended[key] = seq

    for entry in entries:
        source = EntityName(entry.entity, entry.entity_id)
        for relation, targets in _targets(entry).items():
            wanted = {EdgeKey(source, relation, target) for target in targets}
            for key in _to_end(source, relation, wanted, [*open_before, *begun]):
                end(key, entry.seq)
            for key in sorted(wanted - open_before - set(begun)):
                begun[key] = Edge(key, entry.project_id, entry.seq)
    return EdgeChanges([*done, *begun.values()], ended)


def _targets(entry: Entry) -> Mapping[str, set[EntityName]]:
    """Return the targets that an event names, by relation; a deletion names none of those that are restated."""
    targets: dict[str, set[EntityName]] = {relation: set() for relation in RESTATED if entry.is_deletion}
    for link in entry.links:
        named = targets.setdefault(link["relation"], set())
        target = EntityName.of(link["to"])
        if target.id and len(target.entity) <= MAX_ENTITY and len(target.id) <= MAX_ID:
            named.add(target)
    return targets


def _to_end(source: EntityName, relation: str, wanted: set[EdgeKey], held: Iterable[EdgeKey]) -> Iterator[EdgeKey]:
    if relation not in RESTATED:
        return
    for key in held:
        if key.source == source and key.relation == relation and key not in wanted:
            yield key
