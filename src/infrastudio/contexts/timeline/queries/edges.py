"""Edges that follow from links: those in the table, and those of events that the follower has not met yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, and_, false, or_, select

from infrastudio.contexts.timeline.rules.edges import Edge, EdgeKey, EntityName, fold_links
from infrastudio.contexts.timeline.tables import EdgeRow, TimelineCheckpointRow
from infrastudio.kernel.batches import batches
from infrastudio.stores import ledger
from infrastudio.stores.db import Snapshot
from infrastudio.stores.ledger import Entry, EventRow

FORMAT: Final = 1
"""The way in which this release derives rows; rows of another one are made anew from the first event."""

MAX_RANGES: Final = 100
"""Ranges of ids in one statement."""


def checkpoint(snapshot: Snapshot) -> int:
    """Return the last event that the derived tables know; 0 where they are to be made anew."""
    row = snapshot.execute(select(TimelineCheckpointRow.seq, TimelineCheckpointRow.format)).one_or_none()
    return row.seq if row is not None and row.format == FORMAT else 0


def held_edges(snapshot: Snapshot, sources: Iterable[EntityName]) -> list[EdgeKey]:
    """Return the edges from these entities that no known event has ended."""
    condition = any_of(EdgeRow.from_entity, EdgeRow.from_id, sources)
    rows = snapshot.execute(select(EdgeRow.__table__).where(condition, EdgeRow.to_seq.is_(None)))
    return [_edge_of(row).key for row in rows]


def any_of(entity: Any, id: Any, names: Iterable[EntityName]) -> ColumnElement[bool]:
    """Return the condition that two columns name one of some entities."""
    ids: dict[str, list[str]] = {}
    for name in names:
        ids.setdefault(name.entity, []).append(name.id)
    return or_(false(), *(and_(entity == kind, id.in_(sorted(found))) for kind, found in sorted(ids.items())))


class EdgesAt:
    """All edges that hold at a moment, however far the follower has come."""

    def __init__(self, snapshot: Snapshot, seq: int) -> None:
        self._snapshot = snapshot
        self._seq = seq
        entries = _unfolded(snapshot, checkpoint(snapshot), seq)
        held = held_edges(snapshot, {EntityName(entry.entity, entry.entity_id) for entry in entries})
        changes = fold_links(held, entries)
        self._begun = [edge for edge in changes.begun if edge.holds_at(seq)]
        self._ended = changes.ended

    def touching(self, names: set[EntityName]) -> list[Edge]:
        """Return the edges that lead from or to one of these entities, oldest first."""
        if not names:
            return []
        rows = self._snapshot.execute(
            select(EdgeRow.__table__).where(
                or_(
                    any_of(EdgeRow.from_entity, EdgeRow.from_id, names),
                    any_of(EdgeRow.to_entity, EdgeRow.to_id, names),
                ),
                EdgeRow.from_seq <= self._seq,
                or_(EdgeRow.to_seq.is_(None), EdgeRow.to_seq > self._seq),
            )
        )
        begun = [edge for edge in self._begun if edge.key.source in names or edge.key.target in names]
        return self._holding(rows, begun)

    def leading_below(self, relation: str, entity: str, prefixes: Sequence[str]) -> list[Edge]:
        """Return the edges of a relation to entities of a kind whose ids begin with one of these texts, oldest first.

        The last character of each prefix ends a part of the id, as the slash of `mdl_…/3` does.
        """
        found: list[Edge] = []
        for some in batches(prefixes, MAX_RANGES):
            inside = [and_(EdgeRow.to_id >= prefix, EdgeRow.to_id < _behind(prefix)) for prefix in some]
            rows = self._snapshot.execute(
                select(EdgeRow.__table__).where(
                    EdgeRow.relation == relation,
                    EdgeRow.to_entity == entity,
                    or_(*inside),
                    EdgeRow.from_seq <= self._seq,
                    or_(EdgeRow.to_seq.is_(None), EdgeRow.to_seq > self._seq),
                )
            )
            begun = [
                edge
                for edge in self._begun
                if (edge.key.relation, edge.key.target.entity) == (relation, entity)
                and edge.key.target.id.startswith(tuple(some))
            ]
            found += self._holding(rows, begun)
        return found

    def _holding(self, rows: Iterable[Row[Any]], begun: Sequence[Edge]) -> list[Edge]:
        """Return the edges of rows that no later event has ended, and those that the follower has not met yet."""
        known = [edge for row in rows if (edge := _edge_of(row)).to_seq is not None or edge.key not in self._ended]
        return sorted([*known, *begun], key=lambda edge: (edge.from_seq, edge.key))


def _behind(prefix: str) -> str:
    """Return the first text behind all that begin with `prefix`."""
    return prefix[:-1] + chr(ord(prefix[-1]) + 1)


def _unfolded(snapshot: Snapshot, since: int, until: int) -> Sequence[Entry]:
    """Return the events that may begin or end edges and that the follower has not met yet; mostly none."""
    if since >= until:
        return []
    is_deletion = and_(EventRow.full.is_(True), EventRow.after.is_(None))
    rows = snapshot.execute(
        ledger.select_entries(
            EventRow.seq > since, EventRow.seq <= until, or_(EventRow.links != "[]", is_deletion)
        ).order_by(EventRow.seq)
    )
    return [ledger.entry_of(row) for row in rows]


def _edge_of(row: Row[Any]) -> Edge:
    key = EdgeKey(EntityName(row.from_entity, row.from_id), row.relation, EntityName(row.to_entity, row.to_id))
    return Edge(key, row.project_id, row.from_seq, row.to_seq)
