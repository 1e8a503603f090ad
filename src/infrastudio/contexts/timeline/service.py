"""Keeping what is derived in step with the ledger."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, insert, update

from infrastudio.contexts.timeline import queries
from infrastudio.contexts.timeline.rules.edges import EdgeKey, EntityName, changes_edges, fold_links
from infrastudio.contexts.timeline.tables import EdgeRow, TimelineCheckpointRow
from infrastudio.stores.db import UnitOfWork
from infrastudio.stores.ledger import Entry


class CheckpointLost(RuntimeError):
    """A server of another release began to make the derived tables anew; whoever follows begins again."""


def begin(uow: UnitOfWork) -> int:
    """Return the last event that the derived tables know; empties them when another release made them."""
    known = queries.checkpoint(uow)
    if known == 0:
        for table in (EdgeRow, TimelineCheckpointRow):
            uow.change(delete(table))
        uow.change(insert(TimelineCheckpointRow).values(id=1, seq=0, format=queries.FORMAT))
    return known


def fold(uow: UnitOfWork, entries: Sequence[Entry]) -> None:
    """Bring the edges up to the last of `entries`; what is known already is skipped.

    Several servers may follow the same ledger: the checkpoint is read and written under the ledger lock, in the
    transaction of the rows, so that each event is folded once. The unit of work appends no event.

    Raises:
        CheckpointLost: The rows are no longer those of this release.
    """
    known = queries.checkpoint(uow)
    fresh = [entry for entry in entries if entry.seq > known]
    if not fresh:
        return
    _fold_edges(uow, [entry for entry in fresh if changes_edges(entry)])
    saved = update(TimelineCheckpointRow).where(TimelineCheckpointRow.format == queries.FORMAT)
    if not uow.change(saved.values(seq=fresh[-1].seq)).rowcount:
        raise CheckpointLost


def _fold_edges(uow: UnitOfWork, entries: Sequence[Entry]) -> None:
    if not entries:
        return
    held = queries.held_edges(uow, {EntityName(entry.entity, entry.entity_id) for entry in entries})
    changes = fold_links(held, entries)
    for key, seq in changes.ended.items():
        uow.change(update(EdgeRow).where(*_is(key), EdgeRow.to_seq.is_(None)).values(to_seq=seq))
    if changes.begun:
        uow.change(
            insert(EdgeRow),
            [
                {
                    "from_entity": edge.key.source.entity,
                    "from_id": edge.key.source.id,
                    "relation": edge.key.relation,
                    "to_entity": edge.key.target.entity,
                    "to_id": edge.key.target.id,
                    "from_seq": edge.from_seq,
                    "to_seq": edge.to_seq,
                    "project_id": edge.project_id,
                }
                for edge in changes.begun
            ],
        )


def _is(key: EdgeKey) -> list[ColumnElement[bool]]:
    return [
        EdgeRow.from_entity == key.source.entity,
        EdgeRow.from_id == key.source.id,
        EdgeRow.relation == key.relation,
        EdgeRow.to_entity == key.target.entity,
        EdgeRow.to_id == key.target.id,
    ]
