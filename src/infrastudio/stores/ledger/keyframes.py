"""Keyframes: all states of a kind as of some events, kept so that a moment costs the events since the last one only.

They are derived: whoever deletes them loses time, not facts. `KeyframeFollower` makes them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import bindparam, delete, func, insert, literal, select, tuple_

from infrastudio.stores.db import PreparedSelect, Snapshot, UnitOfWork
from infrastudio.stores.ledger.entries import head
from infrastudio.stores.ledger.keyframe_codec import FORMAT, TooManyStates, decode, encode
from infrastudio.stores.ledger.replay import Finding
from infrastudio.stores.ledger.state_columns import Columns, PastState, PastStates, RememberedKind, no_states
from infrastudio.stores.ledger.tables import EventRow, KeyframeRow

ENTITIES_AN_EVENT: Final = 8
"""Among many entities there is an event between keyframes for so many of them, so that each event costs alike."""


@dataclass(frozen=True)
class KeyframeLimits:
    """What keyframes may take.

    Attributes:
        min_spacing: Events of a kind between two of its keyframes, at least.
        max_characters: Of recorded states that are read at once.
        max_bytes: Of a keyframe before it is compressed. A kind that would take more has none.
    """

    min_spacing: int = 500
    max_characters: int = 12_000_000
    max_bytes: int = 8_000_000


LIMITS: Final = KeyframeLimits()

_PORTION: Final = 500
_STALE_AT_ONCE: Final = 4

Touched = dict[str, PastState | None]
"""What entities became, by id; None: it went."""


class Keyframe(NamedTuple):
    """A keyframe that was made and not yet saved.

    Attributes:
        behind: The number of the one that it was made from; 0: of none.
        seq: The event as of which its states are.
    """

    kind: RememberedKind
    behind: int
    seq: int
    entities: int
    body: bytes


_OWN: Final = (KeyframeRow.entity == bindparam("entity"), KeyframeRow.format == bindparam("format"))
_LAST: Final = PreparedSelect(
    select(KeyframeRow.seq, KeyframeRow.entities)
    .where(*_OWN, KeyframeRow.seq <= bindparam("seq"))
    .order_by(KeyframeRow.seq.desc())
    .limit(1)
)
_BODY: Final = PreparedSelect(select(KeyframeRow.body).where(*_OWN, KeyframeRow.seq == bindparam("seq")))
_NEXT_KIND: Final = PreparedSelect(
    select(func.min(EventRow.kind).label("kind")).where(
        EventRow.kind > bindparam("last"), EventRow.kind < bindparam("end")
    )
)
_WITHIN: Final = (
    EventRow.kind == bindparam("kind"),
    EventRow.seq > bindparam("behind"),
    EventRow.seq <= bindparam("upto"),
)
_COUNT: Final = PreparedSelect(
    select(func.count().label("count")).select_from(
        select(literal(1)).where(*_WITHIN).limit(bindparam("limit")).subquery()
    )
)
_NUMBERS: Final = PreparedSelect(select(EventRow.seq).where(*_WITHIN).order_by(EventRow.seq).limit(bindparam("limit")))
_EVENTS: Final = PreparedSelect(
    select(EventRow.seq, EventRow.entity_id, EventRow.project_id, EventRow.after)
    .where(*_WITHIN)
    .order_by(EventRow.seq)
    .limit(bindparam("limit"))
)


def states_by_keyframe(snapshot: Snapshot, kind: RememberedKind, seq: int) -> PastStates | None:
    """Return the states at event `seq` by the last keyframe up to it.

    None where there is none, or where so much happened since that to ask the database for each entity costs less.
    """
    behind, count = _last(snapshot, kind, seq)
    enough = count // 2
    if not enough or _count(snapshot, kind, behind, seq, limit=enough + 1) > enough:
        return None
    try:
        touched = _touched(snapshot, kind, behind, seq, max_characters=LIMITS.max_characters)
    except TooManyStates:
        return None
    return PastStates(_columns(snapshot, kind, behind), touched)


def next_keyframe(snapshot: Snapshot, kind: RememberedKind, limits: KeyframeLimits = LIMITS) -> Keyframe | None:
    """Return the keyframe behind the last one; None where too little happened since.

    Raises:
        TooManyStates: The kind is too large to have keyframes.
    """
    end = head(snapshot)
    behind, count = _last(snapshot, kind, end)
    wanted = max(limits.min_spacing, count // ENTITIES_AN_EVENT)
    if end - behind < wanted or _count(snapshot, kind, behind, end, limit=wanted) < wanted:
        return None
    within = {"behind": behind, "upto": end, "limit": wanted}
    numbers = [
        seq for name in _kinds(snapshot, kind) for (seq,) in _NUMBERS.rows(snapshot.connection, within | {"kind": name})
    ]
    seq = sorted(numbers)[wanted - 1]
    touched = _touched(snapshot, kind, behind, seq, max_characters=limits.max_characters)
    states = PastStates(_columns(snapshot, kind, behind), touched)
    return Keyframe(kind, behind, seq, len(states), encode(states, max_bytes=limits.max_bytes))


def save_keyframe(uow: UnitOfWork, made: Keyframe) -> None:
    """Keep a keyframe, unless another process was faster; some of other formats make room for it."""
    if _last(uow, made.kind, head(uow))[0] != made.behind:
        return
    entity, format = made.kind.entity, format_of(made.kind)
    key = (KeyframeRow.format, KeyframeRow.seq)
    stale = select(*key).where(KeyframeRow.entity == entity, KeyframeRow.format != format, KeyframeRow.seq <= made.seq)
    found = [tuple(row) for row in uow.execute(stale.order_by(KeyframeRow.seq).limit(_STALE_AT_ONCE))]
    if found:
        uow.change(delete(KeyframeRow).where(KeyframeRow.entity == entity, tuple_(*key).in_(found)))
    uow.change(
        insert(KeyframeRow).values(entity=entity, format=format, seq=made.seq, entities=made.entities, body=made.body)
    )


def keyframe_numbers(snapshot: Snapshot, kind: RememberedKind) -> list[int]:
    """Return the events as of which there are keyframes of a kind."""
    own = (KeyframeRow.entity == kind.entity, KeyframeRow.format == format_of(kind))
    return list(snapshot.execute(select(KeyframeRow.seq).where(*own).order_by(KeyframeRow.seq)).scalars())


def verify_keyframes(snapshot: Snapshot, kind: RememberedKind) -> list[Finding]:
    """Make the states of each keyframe from the ledger alone and compare."""
    findings: list[Finding] = []
    states, behind = PastStates(no_states(kind), {}), 0
    for seq in keyframe_numbers(snapshot, kind):
        states, behind = states.changed(_touched(snapshot, kind, behind, seq)), seq
        if (message := _difference(snapshot, kind, seq, states)) is not None:
            findings.append(Finding(f"keyframe of {kind.entity}", message, seq))
    return findings


def _difference(snapshot: Snapshot, kind: RememberedKind, seq: int, states: PastStates) -> str | None:
    try:
        kept = PastStates(_columns(snapshot, kind, seq), {}).by_id()
    except Exception as error:  # whatever altered bytes lead to
        return f"cannot be read: {error!r}"
    known = states.by_id()
    wrong = [id for id in kept | known if kept.get(id) != known.get(id)]
    if wrong:
        return f"the states of {len(wrong)} entities are not what the ledger tells, first that of {wrong[0]}"
    return None if _last(snapshot, kind, seq)[1] == len(known) else "the number of entities is wrong"


def format_of(kind: RememberedKind) -> str:
    """Return how keyframes of a kind are written now, and of what."""
    return f"{FORMAT}-{kind.digest}"


def _last(snapshot: Snapshot, kind: RememberedKind, seq: int) -> tuple[int, int]:
    """Return the number of the last keyframe up to an event and how many entities it has; 0 and 0 before the first."""
    found = _LAST.rows(snapshot.connection, {"entity": kind.entity, "format": format_of(kind), "seq": seq})
    return (found[0][0], found[0][1]) if found else (0, 0)


def _columns(snapshot: Snapshot, kind: RememberedKind, seq: int) -> Columns:
    if seq == 0:
        return no_states(kind)
    ((body,),) = _BODY.rows(snapshot.connection, {"entity": kind.entity, "format": format_of(kind), "seq": seq})
    return decode(bytes(body))


def _kinds(snapshot: Snapshot, kind: RememberedKind) -> Iterator[str]:
    """Yield the kinds of events of an entity, whatever release wrote them: each is found by a seek."""
    last, end = f"{kind.entity}.", f"{kind.entity}/"  # the character behind the dot
    while True:
        ((name,),) = _NEXT_KIND.rows(snapshot.connection, {"last": last, "end": end})
        if name is None:
            return
        yield name
        last = name


def _count(snapshot: Snapshot, kind: RememberedKind, behind: int, upto: int, *, limit: int) -> int:
    """Return how many events there are behind one up to another; where they are more than `limit`, that or more."""
    within = {"behind": behind, "upto": upto, "limit": limit}
    return sum(_COUNT.rows(snapshot.connection, within | {"kind": name})[0][0] for name in _kinds(snapshot, kind))


def _touched(
    snapshot: Snapshot, kind: RememberedKind, behind: int, upto: int, *, max_characters: int | None = None
) -> Touched:
    """Return what entities became by the events behind one up to another.

    Raises:
        TooManyStates: The recorded states have more than `max_characters`.
    """
    last: dict[str, tuple[Any, ...]] = {}
    characters = 0
    for name in _kinds(snapshot, kind):
        for row in _events(snapshot, name, behind, upto):
            _, id, _, after = row
            characters += len(after or "")
            if max_characters is not None and characters > max_characters:
                raise TooManyStates
            if id not in last or last[id][0] < row[0]:
                last[id] = row
    return {
        id: None if after is None else kind.past_state(seq, project_id, after)
        for seq, id, project_id, after in last.values()
    }


def _events(snapshot: Snapshot, name: str, behind: int, upto: int) -> Iterator[tuple[Any, ...]]:
    within = {"kind": name, "behind": behind, "upto": upto, "limit": _PORTION}
    while rows := _EVENTS.rows(snapshot.connection, within):
        yield from rows
        within["behind"] = rows[-1][0]
