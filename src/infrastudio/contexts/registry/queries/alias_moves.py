"""What aliases meant when: read from the events of their model."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from infrastudio.contexts.registry.queries.models import model
from infrastudio.contexts.registry.queries.versions import UnknownAlias, version
from infrastudio.contexts.registry.schemas import AliasMove, AliasMovePage, ModelVersion
from infrastudio.kernel.diff import Change
from infrastudio.kernel.pages import decode_cursor, encode_cursor
from infrastudio.stores import ledger
from infrastudio.stores.db import Snapshot, contains_folded
from infrastudio.stores.ledger import Entry, EventRow, Moment

_PREFIX: Final = "aliases."
"""How the changes of an event name an alias: when somebody moves it, and when the version that it means is removed."""


def by_alias_at(
    snapshot: Snapshot, name: str, alias: str, *, project: str | None = None, at: Moment | None = None
) -> ModelVersion:
    """Return the version that an alias means, or meant at a moment.

    Raises:
        UnknownModel, UnknownAlias: There is none, or there was none then.
    """
    owner = model(snapshot, name, project=project, at=at)
    number = owner.aliases.get(alias)
    if number is None:
        raise UnknownAlias(owner.name, alias)
    return version(snapshot, owner.id, number, at=at)


def page(
    snapshot: Snapshot,
    name: str,
    *,
    alias: str | None = None,
    limit: int,
    offset: int = 0,
    cursor: str | None = None,
    project: str | None = None,
    at: Moment | None = None,
) -> AliasMovePage:
    """Return a page of the moves of a model's aliases, or of one of them, the last first; up to a moment if asked.

    A cursor goes on behind the last move that was shown, at the moment of the first page.
    """
    owner = model(snapshot, name, project=project, at=at)
    head = ledger.head(snapshot) if at is None else at.seq
    if cursor is not None:
        values = decode_cursor(cursor)
        head, offset = int(values.get("s", head)), int(values.get("o", offset))
    moves = [move for move in _moves(snapshot, owner.id, head) if alias in (None, move.alias)]
    shown = moves[offset : offset + limit]
    behind = offset + len(shown)
    return AliasMovePage(
        items=shown,
        total=len(moves),
        next_cursor=encode_cursor({"s": head, "o": behind}) if shown and behind < len(moves) else None,
    )


def _moves(snapshot: Snapshot, model_id: str, head: int) -> list[AliasMove]:
    """Return all moves of a model's aliases, the last first.

    Only events that speak of aliases are read: a model has an event for each of its versions too.
    """
    rows = snapshot.execute(
        ledger.select_entries(
            EventRow.entity == "model",
            EventRow.entity_id == model_id,
            EventRow.seq <= head,
            contains_folded(EventRow.changes, f'"{_PREFIX}'),
        ).order_by(EventRow.seq.desc())
    )
    found: list[AliasMove] = []
    ended: dict[str, datetime] = {}
    for entry in map(ledger.entry_of, rows):
        for alias, change in _changed(entry):
            found.append(_move(entry, alias, change, ended.get(alias)))
            ended[alias] = entry.at
    return found


def _changed(entry: Entry) -> Iterator[tuple[str, Change]]:
    for field, change in sorted((entry.changes or {}).items()):
        if field.startswith(_PREFIX):
            yield field.removeprefix(_PREFIX), change


def _move(entry: Entry, alias: str, change: Change, until: datetime | None) -> AliasMove:
    return AliasMove(
        alias=alias,
        before=change.old,
        after=change.new,
        seq=entry.seq,
        at=entry.at,
        until=until,
        actor=entry.actor,
        reason=entry.reason,
    )
