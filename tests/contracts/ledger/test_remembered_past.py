"""What a process remembers of the past: the same as the database tells, never too much, never what may still change."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contexts.timeline.things import Things, an_id
from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.kernel.diff import State
from infrastudio.stores import ledger
from infrastudio.stores.db import Database, Snapshot
from infrastudio.stores.ledger import EVENT_AT, PastState, RememberedKind
from infrastudio.stores.ledger.orders import AROUND, Orders, remembered_order
from infrastudio.stores.ledger.past_states import MAX_PLACES, NEAR, RememberedStates

KIND = "memorial"
EDITS = st.lists(st.tuples(st.integers(0, 3), st.sampled_from(("put", "put", "remove"))), min_size=4, max_size=16)
MOVES = st.lists(st.floats(0, 1), min_size=2, max_size=8)


def size_of(state: State) -> Sequence[int]:
    return [state["size"]]


SIZES = RememberedKind(KIND, ("size",), size_of)


def remembered(known: RememberedStates, snapshot: Snapshot, seq: int) -> dict[str, PastState] | None:
    """Return what is remembered at a moment, each state by itself."""
    states = known.at(snapshot, seq)
    return None if states is None else states.by_id()


def by_process(snapshot: Snapshot, seq: int) -> dict[str, PastState] | None:
    """Return what the process remembers at a moment, each state by itself."""
    states = ledger.remembered_states(snapshot, SIZES, seq)
    return None if states is None else states.by_id()


def told(snapshot: Snapshot, seq: int) -> dict[str, PastState]:
    """Return the states as the database tells them, each by itself."""
    rows = snapshot.execute(ledger.select_states(KIND, seq)).all()
    found = {}
    for row in rows:
        state = ledger.state_at(snapshot, KIND, row.entity_id, seq)
        assert state is not None
        found[row.entity_id] = PastState(row.seq, row.project_id, (state["size"],))
    return found


def edited(db: Database, edits: Sequence[tuple[int, str]]) -> tuple[int, int]:
    """Make, change and remove things; return the first and the last moment."""
    things = Things(db)
    project, ids, first = things.project(), [an_id() for _ in range(4)], things.head()
    with things.in_one_transaction():
        for number, (which, verb) in enumerate(edits):
            if verb == "put" or (KIND, ids[which]) not in things.states:
                things.put(KIND, ids[which], project_id=project.id, size=number)
            else:
                things.remove(KIND, ids[which], project_id=project.id)
    return first, things.head()


@settings(max_examples=20)
@given(edits=EDITS, moves=MOVES)
def test_from_moment_to_moment_it_knows_what_the_database_tells(
    db: Database, edits: list[tuple[int, str]], moves: list[float]
) -> None:
    """Forwards and backwards, over births, deletions and what comes again."""
    first, last = edited(db, edits)
    known = RememberedStates(SIZES)
    with db.snapshot(SINGLE_USER) as snapshot:
        assert known.at(snapshot, first) is None
        for move in moves:
            seq = first + round(move * (last - first))
            assert remembered(known, snapshot, seq) == told(snapshot, seq)


def test_what_was_handed_out_does_not_change(db: Database) -> None:
    first, last = edited(db, [(0, "put"), (1, "put"), (0, "remove"), (1, "put")])
    known = RememberedStates(SIZES)
    with db.snapshot(SINGLE_USER) as snapshot:
        known.at(snapshot, first)
        states = known.at(snapshot, first + 2)
        assert states is not None
        known.at(snapshot, last)
        assert states.by_id() == told(snapshot, first + 2)


def test_the_first_question_somewhere_is_left_to_the_database(db: Database) -> None:
    first, last = edited(db, [(0, "put"), (1, "put")])
    with db.snapshot(SINGLE_USER) as shared:
        snapshot = Snapshot(shared.connection, SINGLE_USER, {})
        assert by_process(snapshot, first) is None
        assert by_process(snapshot, last) == told(snapshot, last)


def test_a_moment_behind_the_end_is_not_remembered(db: Database) -> None:
    """It may still change: what it tells now is not what it will have been."""
    _, head = edited(db, [(0, "put")])
    cache: dict[object, object] = {}
    with db.snapshot(SINGLE_USER) as shared:
        early = Snapshot(shared.connection, SINGLE_USER, cache)
        for _ in range(2):
            assert by_process(early, head + 1) is None
        assert remembered_order(early, "all", head + 1, lambda: [1]) == array("q", [1])
    edited(db, [(0, "put")])
    with db.snapshot(SINGLE_USER) as shared:
        late = Snapshot(shared.connection, SINGLE_USER, cache)
        assert remembered_order(late, "all", head + 1, lambda: [1, 2]) == array("q", [1, 2])
        by_process(late, head + 1)
        assert by_process(late, head + 1) == told(late, head + 1)


def test_a_unit_of_work_reads_for_itself(db: Database) -> None:
    _, head = edited(db, [(0, "put")])
    with db.snapshot(SINGLE_USER) as snapshot:
        assert remembered_order(snapshot, "own", head, lambda: [1]) == array("q", [1])
        assert remembered_order(snapshot, "own", head, lambda: [2]) == array("q", [1])
    with db.begin(SINGLE_USER) as uow:
        assert remembered_order(uow, "own", head, lambda: [2]) == array("q", [2])
        for _ in range(2):
            assert by_process(uow, head) is None
    with db.snapshot(SINGLE_USER) as snapshot:
        assert remembered_order(snapshot, "own", head, lambda: [2]) == array("q", [1])


def test_too_many_states_are_not_remembered(db: Database) -> None:
    first, last = edited(db, [(0, "put"), (1, "put"), (2, "put")])
    with db.snapshot(SINGLE_USER) as snapshot:
        characters = sum(len(row.after) for row in snapshot.execute(ledger.select_states(KIND, last, EVENT_AT.after)))
        for room, is_enough in ((characters, True), (characters - 1, False)):
            known = RememberedStates(SIZES, max_characters=room)
            known.at(snapshot, first)
            assert (known.at(snapshot, last) is not None) == is_enough


def test_only_so_many_places_are_remembered(db: Database) -> None:
    """Far from each other each costs as much as the first one."""
    things = Things(db)
    project, id = things.project(), an_id()
    with things.in_one_transaction():
        for number in range(NEAR * (MAX_PLACES + 1) + 10):
            things.put(KIND, id, project_id=project.id, size=number)
    known = RememberedStates(SIZES)
    with db.snapshot(SINGLE_USER) as snapshot:
        far = [things.head() - place * (NEAR + 2) for place in range(MAX_PLACES + 1)]
        for seq in far:
            assert known.at(snapshot, seq) is None
            assert remembered(known, snapshot, seq - 1) == told(snapshot, seq - 1)
        assert known.places() == [seq - 1 for seq in far[1:]]


def test_orders_hold_no_more_than_they_may() -> None:
    orders = Orders(max_numbers=3 * AROUND + 30)
    for name in ("a", "b", "c"):
        orders.put(name, array("q", range(10)))
    assert orders.get("a") is not None  # asked for lately: the next one to be forgotten is b
    orders.put("d", array("q", range(10)))
    assert [orders.get(name) is None for name in ("a", "b", "c", "d")] == [False, True, False, False]
    orders.put("too long", array("q", range(3 * AROUND)))
    assert orders.get("too long") is None
    assert [orders.get(name) is None for name in ("a", "c", "d")] == [False] * 3
    for number in range(10):
        orders.put(number, array("q"))
    assert sum(orders.get(number) is not None for number in range(10)) == 3


@pytest.mark.parametrize("again", [1, 5])
def test_an_order_that_is_put_again_counts_once(again: int) -> None:
    orders = Orders(max_numbers=2 * AROUND + 20)
    for _ in range(again):
        orders.put("a", array("q", range(10)))
    orders.put("b", array("q", range(10)))
    assert orders.get("a") is not None
    assert orders.get("b") is not None
