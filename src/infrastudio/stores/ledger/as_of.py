"""The past: from a moment to a sequence number, and the state of entities at it."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final, NamedTuple, TypeVar

import orjson
from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, func, inspect, literal_column, select
from sqlalchemy.orm import aliased

from infrastudio.kernel.actor import Actor
from infrastudio.kernel.clock import from_micros, parse_time, to_micros
from infrastudio.kernel.diff import Change, State, apply_changes
from infrastudio.kernel.errors import ValidationFailed
from infrastudio.kernel.versioned import Versioned
from infrastudio.stores.db import Database, Snapshot
from infrastudio.stores.ledger.lock import advance_clock
from infrastudio.stores.ledger.ordered_join import OrderedJoin, OrOnSqlite
from infrastudio.stores.ledger.tables import EventRow, LedgerClockRow

Recorded = TypeVar("Recorded", bound=Versioned)

_SEQ: Final = re.compile(r"seq:(\d{1,19})")

_EVENT_AT_NAME: Final = "state_event"
_INNER_NAME: Final = "last_event"
_INNER = aliased(EventRow, name=_INNER_NAME)

EVENT_AT = aliased(EventRow, name=_EVENT_AT_NAME)
"""The last event of each entity at a moment; its `after` carries filter and order of lists."""

BIRTH = aliased(EventRow, name="birth_event")
"""The first event of each entity; gives the order of creation."""


class Moment(NamedTuple):
    """A closed moment: every event with a number up to `seq` is in it, and none will ever come to it."""

    seq: int
    at: datetime


def resolve_as_of(db: Database, actor: Actor, text: str) -> Moment:
    """Turn `now`, an RFC 3339 time or `seq:<n>` into a closed moment; may wait for the ledger lock.

    Raises:
        ValidationFailed: The text names no moment, or one that lies in the future.
    """
    with db.snapshot(actor) as snapshot:
        clock = snapshot.execute(select(LedgerClockRow.seq, LedgerClockRow.at).where(LedgerClockRow.id == 1)).one()
        if (match := _SEQ.fullmatch(text)) is not None:
            return _moment_of_seq(snapshot, int(match[1]), clock.seq)
        at_us = to_micros(db.clock.now()) if text == "now" else _micros(text)
        if text != "now" and at_us > to_micros(db.clock.now()):
            raise ValidationFailed.of("as_of", "lies in the future")
        if clock.at >= at_us:
            return Moment(_last_seq(snapshot, at_us), from_micros(at_us))
    return _close(db, at_us)


def state_at(
    snapshot: Snapshot, entity: str, entity_id: str, seq: int, *, collections: tuple[str, ...] = ()
) -> State | None:
    """Return the recorded state of one entity at `seq`, its collections folded in; None when it did not exist."""
    last = snapshot.execute(
        select(EventRow.seq, EventRow.after, EventRow.full, EventRow.version)
        .where(EventRow.entity == entity, EventRow.entity_id == entity_id, EventRow.seq <= seq)
        .order_by(EventRow.seq.desc())
        .limit(1)
    ).one_or_none()
    if last is None or last.after is None:
        return None
    state: State = orjson.loads(last.after)
    if last.full or not collections:
        return state
    return state | collections_at(snapshot, entity, entity_id, last.seq, collections)


def collections_at(snapshot: Snapshot, entity: str, entity_id: str, seq: int, collections: tuple[str, ...]) -> State:
    """Return the collections of an entity at `seq`: those of its last full event, and the changes since."""
    full = snapshot.execute(
        select(EventRow.seq, EventRow.after)
        .where(
            EventRow.entity == entity,
            EventRow.entity_id == entity_id,
            EventRow.seq <= seq,
            EventRow.full.is_(True),
        )
        .order_by(EventRow.seq.desc())
        .limit(1)
    ).one()
    before: State = orjson.loads(full.after) if full.after else {}
    state: State = {name: before.get(name) or {} for name in collections}
    rows = snapshot.execute(
        select(EventRow.changes)
        .where(
            EventRow.entity == entity,
            EventRow.entity_id == entity_id,
            EventRow.seq > full.seq,
            EventRow.seq <= seq,
        )
        .order_by(EventRow.seq)
    )
    for (text,) in rows:
        changes = {
            field: Change(change["old"], change["new"])
            for field, change in orjson.loads(text).items()
            if field.partition(".")[0] in collections
        }
        state = apply_changes(state, changes, version=0, collections=collections)
    return {name: state[name] for name in collections}


def select_states(entity: str, seq: int, *columns: Any, born_as: str | None = None) -> Select[Any]:
    """Return the statement that lists the entities of a kind that existed at `seq`, one row each.

    Conditions and order may use `EVENT_AT` (by `json_value(EVENT_AT.after, …)`) and `BIRTH`. With `born_as`, the kind
    of the event that every such entity begins with, births come in the order of their numbers: a page by `BIRTH.seq`
    costs no more than itself. Without it all of them together cost less.
    """
    return select_last_events(entity, seq, *columns, born_as=born_as).where(EVENT_AT.after.is_not(None))


def birth_seq(entity: str, entity_id: str) -> ScalarSelect[int]:
    """Return the number of an entity's first event, as an expression."""
    first = aliased(EventRow)
    return (
        select(first.seq)
        .where(first.entity == entity, first.version == 1, first.entity_id == entity_id)
        .scalar_subquery()
    )


def select_last_events(entity: str, seq: int, *columns: Any, born_as: str | None = None) -> Select[Any]:
    """Return the statement that lists the last event up to `seq` of each entity of a kind, the deleted ones included.

    Each is found by a seek in the index; events are never scanned.
    """
    births = [BIRTH.entity == entity] if born_as is None else [BIRTH.kind == born_as, BIRTH.seq <= seq]
    return (
        select(*(columns or (EVENT_AT.seq, EVENT_AT.entity_id, EVENT_AT.full, EVENT_AT.after, EVENT_AT.project_id)))
        .select_from(OrderedJoin(inspect(BIRTH).selectable, inspect(EVENT_AT).selectable, _is_last(entity, seq)))
        .where(*births, BIRTH.version == 1)
    )


def _is_last(entity: str, seq: int) -> ColumnElement[bool]:
    """Return the condition that the event of `EVENT_AT` is the last one up to `seq` of the entity in `BIRTH`."""
    own = (_INNER.entity == entity, _INNER.entity_id == BIRTH.entity_id, _INNER.seq <= seq)
    last = select(func.max(_INNER.seq)).where(*own).correlate(BIRTH).scalar_subquery()
    rowid: Any = literal_column(f"{_INNER_NAME}.rowid")
    place = select(rowid).select_from(_INNER).where(*own).order_by(_INNER.seq.desc()).limit(1)
    at_rowid: Any = literal_column(f"{_EVENT_AT_NAME}.rowid")
    return OrOnSqlite(EVENT_AT.seq == last, at_rowid == place.correlate(BIRTH).scalar_subquery())


def state_of(snapshot: Snapshot, row: Row[Any], kind: type[Recorded], entity: str) -> Recorded:
    """Return the state in a row of `select_states`, its collections folded in where the event left them out."""
    state = kind.model_validate_json(row.after)
    if row.full or not kind.collections:
        return state
    return state.model_copy(update=collections_at(snapshot, entity, row.entity_id, row.seq, kind.collections))


def _moment_of_seq(snapshot: Snapshot, seq: int, head: int) -> Moment:
    if seq > head:
        raise ValidationFailed.of("as_of", f"lies behind the end of the ledger, which is seq:{head}")
    at = snapshot.execute(select(EventRow.at).where(EventRow.seq == seq)).scalar_one_or_none()
    return Moment(seq, at or from_micros(0))


def _last_seq(snapshot: Snapshot, at_us: int) -> int:
    found = snapshot.execute(
        select(EventRow.seq)
        .where(EventRow.at <= from_micros(at_us))
        .order_by(EventRow.at.desc(), EventRow.seq.desc())
        .limit(1)
    ).scalar_one_or_none()
    return found or 0


def _close(db: Database, at_us: int) -> Moment:
    """Close the moment: under the turn nothing is in flight, and the raised clock keeps later events behind it."""
    with db.hold_turn(), db.write_engine.connect() as connection, connection.begin():
        position = advance_clock(connection, to_us=at_us)
        if position.at_us <= at_us:
            return Moment(position.seq, from_micros(at_us))
        snapshot = Snapshot(connection, Actor(ref="controller:as_of"), {})
        return Moment(_last_seq(snapshot, at_us), from_micros(at_us))


def _micros(text: str) -> int:
    try:
        return to_micros(parse_time(text))
    except (ValueError, OverflowError) as error:
        raise ValidationFailed.of("as_of", "is no moment", "an RFC 3339 time, `now` or `seq:<number>`") from error
