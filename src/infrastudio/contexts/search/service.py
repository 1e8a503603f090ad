"""Keeping what can be found in step with the ledger."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, delete, false, insert, or_, update

from infrastudio.contexts.search import queries
from infrastudio.contexts.search.rules import is_gone, names_of
from infrastudio.contexts.search.tables import SearchCheckpointRow, SearchEntryRow
from infrastudio.stores.db import UnitOfWork
from infrastudio.stores.ledger import Entry


class CheckpointLost(RuntimeError):
    """A server of another release began to make the entries anew; whoever follows begins again."""


def begin(uow: UnitOfWork) -> int:
    """Return the last event that the entries know; empties them when another release made them."""
    known = queries.checkpoint(uow)
    if known == 0:
        uow.change(delete(SearchEntryRow))
        uow.change(delete(SearchCheckpointRow))
        uow.change(insert(SearchCheckpointRow).values(id=1, seq=0, format=queries.FORMAT))
    return known


def fold(uow: UnitOfWork, entries: Sequence[Entry]) -> None:
    """Bring the search entries up to the last of `entries`; what is known already is skipped.

    The checkpoint is read and written under the ledger lock, in the transaction of the entries, so that several servers
    may follow the same ledger. The unit of work appends no event.

    Raises:
        CheckpointLost: The rows are no longer those of this release.
    """
    known = queries.checkpoint(uow)
    newest = {(entry.entity, entry.entity_id): entry for entry in entries if entry.seq > known}
    if not newest:
        return
    ids: dict[str, list[str]] = {}
    for entity, entity_id in newest:
        ids.setdefault(entity, []).append(entity_id)
    touched = (and_(SearchEntryRow.entity == e, SearchEntryRow.entity_id.in_(found)) for e, found in ids.items())
    uow.change(delete(SearchEntryRow).where(or_(false(), *touched)))
    rows = [_row(entry) for entry in newest.values() if not is_gone(entry)]
    if rows:
        uow.change(insert(SearchEntryRow), rows)
    saved = update(SearchCheckpointRow).where(SearchCheckpointRow.format == queries.FORMAT)
    if not uow.change(saved.values(seq=entries[-1].seq)).rowcount:
        raise CheckpointLost


def _row(entry: Entry) -> dict[str, object]:
    where = {"entity": entry.entity, "entity_id": entry.entity_id, "project_id": entry.project_id, "seq": entry.seq}
    return where | names_of(entry.after or {})._asdict()
