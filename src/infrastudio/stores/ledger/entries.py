"""Events as they are read back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, Select, bindparam, func, literal_column, select

from infrastudio.kernel.batches import batches
from infrastudio.kernel.diff import Change, State
from infrastudio.stores.db import PreparedSelect, Record, Snapshot, UnitOfWork
from infrastudio.stores.ledger.tables import EventRow, LedgerClockRow

_HEAD: Final = PreparedSelect(select(LedgerClockRow.seq).where(LedgerClockRow.id == literal_column("1")))


@dataclass(frozen=True)
class Entry:
    """One event of the ledger, its JSON parts decoded; `changes` is None when it was thinned."""

    seq: int
    id: str
    at: datetime
    occurred_at: datetime
    kind: str
    entity: str
    entity_id: str
    version: int
    project_id: str
    actor: str
    reason: str | None
    changes: Mapping[str, Change] | None
    after: State | None
    full: bool
    links: tuple[Mapping[str, str], ...]
    labels: Mapping[str, Any]
    cause: str | None
    request_id: str | None
    trace_id: str | None
    hash: str

    @property
    def is_deletion(self) -> bool:
        """Is the entity gone after this event?"""
        return self.full and self.after is None


def select_entries(*conditions: ColumnElement[bool]) -> Select[Any]:
    """Return the statement that reads whole events."""
    return select(EventRow.__table__).where(*conditions)


_MAKER: Final = PreparedSelect(
    select(EventRow.actor).where(
        EventRow.entity == bindparam("entity"), EventRow.version == 1, EventRow.entity_id == bindparam("id")
    )
)
_SINCE: Final = PreparedSelect(
    select_entries(EventRow.seq > bindparam("seq")).order_by(EventRow.seq).limit(bindparam("limit"))
)


def recorded_texts(snapshot: Snapshot, seqs: Sequence[int]) -> list[str]:
    """Return the states that some events recorded, as JSON texts in the order of `seqs`."""
    rows = snapshot.execute(select(EventRow.seq, EventRow.after).where(EventRow.seq.in_(seqs)))
    texts = {row.seq: row.after for row in rows}
    return [texts[seq] for seq in seqs]


def entry_of(row: Record) -> Entry:
    """Return the event that a row of `select_entries` holds."""
    values = row._asdict()
    del values["digests"]
    changes = values["changes"]
    values["changes"] = changes and {f: Change(c["old"], c["new"]) for f, c in orjson.loads(changes).items()}
    values["after"] = values["after"] and orjson.loads(values["after"])
    values["links"] = tuple(orjson.loads(values["links"]))
    values["labels"] = orjson.loads(values["labels"])
    return Entry(**values)


def head(snapshot: Snapshot) -> int:
    """Return the number of the last event; 0 for an empty ledger."""
    return int(_HEAD.rows(snapshot.connection, {})[0][0])


def next_seq(uow: UnitOfWork) -> int:
    """Return the number that the next event of a unit of work will have: it holds the turn, so nobody takes it."""
    last = uow.execute(select(func.max(EventRow.seq))).scalar_one()
    return (last or 0) + len(uow.events) + 1


def since(snapshot: Snapshot, seq: int, *, limit: int = 500) -> list[Entry]:
    """Return the events after number `seq`, in order, at most `limit`."""
    return [entry_of(row) for row in _SINCE.records(snapshot.connection, {"seq": seq, "limit": limit})]


def history(snapshot: Snapshot, entity: str, entity_id: str, *, after_version: int = 0) -> list[Entry]:
    """Return the events of one entity behind `after_version`, oldest first."""
    rows = snapshot.execute(
        select_entries(
            EventRow.entity == entity, EventRow.entity_id == entity_id, EventRow.version > after_version
        ).order_by(EventRow.seq)
    )
    return [entry_of(row) for row in rows]


def changes_since(snapshot: Snapshot, entity: str, entity_id: str, version: int) -> list[dict[str, Any]]:
    """Return what happened to an entity behind `version`, as a refused stale write tells it."""
    return [
        {"seq": e.seq, "at": e.at, "actor": e.actor, "changes": {f: c._asdict() for f, c in (e.changes or {}).items()}}
        for e in history(snapshot, entity, entity_id, after_version=version)
    ]


def maker(snapshot: Snapshot, entity: str, entity_id: str) -> str | None:
    """Return who made an entity, also in this unit of work; None when no event tells of its beginning."""
    return makers(snapshot, entity, [entity_id]).get(entity_id)


def makers(snapshot: Snapshot, entity: str, entity_ids: Iterable[str]) -> dict[str, str]:
    """Return who made some entities, also in this unit of work; none for those of whose beginning no event tells."""
    wanted = set(entity_ids)
    found: dict[str, str] = {}
    if len(wanted) == 1 and not isinstance(snapshot, UnitOfWork):
        (id,) = wanted
        actors = _MAKER.rows(snapshot.connection, {"entity": entity, "id": id})
        return {id: actors[0][0]} if actors else {}
    if isinstance(snapshot, UnitOfWork):
        born = {event.entity_id for event in snapshot.events if (event.entity, event.version) == (entity, 1)}
        found = dict.fromkeys(born & wanted, snapshot.actor.ref)
    for some in batches(sorted(wanted - found.keys())):
        first = select(EventRow.entity_id, EventRow.actor).where(
            EventRow.entity == entity, EventRow.version == 1, EventRow.entity_id.in_(some)
        )
        found |= {row.entity_id: row.actor for row in snapshot.execute(first)}
    return found


def last_version(snapshot: Snapshot, entity: str, entity_id: str) -> int:
    """Return the version of an entity's last event; 0 when there is none."""
    found = snapshot.execute(
        select(EventRow.version)
        .where(EventRow.entity == entity, EventRow.entity_id == entity_id)
        .order_by(EventRow.seq.desc())
        .limit(1)
    ).scalar_one_or_none()
    return found or 0
