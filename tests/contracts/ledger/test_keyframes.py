"""Keyframes: a moment is what the ledger tells, by whatever keyframes there are; none is needed."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from contexts.timeline.things import Things, an_id
from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.stores import ledger
from infrastudio.stores.db import Database, Snapshot
from infrastudio.stores.ledger import (
    KeyframeFollower,
    KeyframeLimits,
    KeyframeRow,
    PastState,
    PastStates,
    RememberedKind,
)
from infrastudio.stores.ledger.keyframe_codec import TooManyStates, decode, encode
from infrastudio.stores.ledger.keyframe_follower import MANY
from infrastudio.stores.ledger.keyframes import keyframe_numbers, next_keyframe, save_keyframe, states_by_keyframe
from infrastudio.stores.ledger.past_states import RememberedStates
from infrastudio.stores.ledger.state_columns import no_states

_numbers = itertools.count()
OFTEN = KeyframeLimits(min_spacing=3)
VERBS = st.sampled_from(("put", "put", "put", "move", "remove", "other", "catch up"))
EDITS = st.lists(st.tuples(st.integers(0, 5), VERBS), min_size=20, max_size=50)


def a_film(names: tuple[str, ...] = ("size", "name")) -> RememberedKind:
    """Return a kind that no test had before."""
    return RememberedKind(f"film{next(_numbers)}", names, lambda state: [state[name] for name in names])


def told(snapshot: Snapshot, kind: RememberedKind, seq: int) -> dict[str, PastState]:
    """Return the states as the database tells them, each by itself."""
    found = {}
    for row in snapshot.execute(ledger.select_states(kind.entity, seq)).all():
        state = ledger.state_at(snapshot, kind.entity, row.entity_id, seq)
        assert state is not None
        found[row.entity_id] = PastState(row.seq, row.project_id, tuple(kind.read(state)))
    return found


def catch_up(db: Database, kind: RememberedKind) -> list[int]:
    """Let the follower make all keyframes; return as of which events there are some."""
    asyncio.run(KeyframeFollower(db, kind, limits=OFTEN).catch_up())
    return numbers(db, kind)


def numbers(db: Database, kind: RememberedKind) -> list[int]:
    with db.snapshot(SINGLE_USER) as snapshot:
        return keyframe_numbers(snapshot, kind)


def edit(db: Database, film: RememberedKind, edits: Sequence[tuple[int, str]]) -> tuple[int, int]:
    """Make, change, move and remove things of two kinds, in two projects; return the first and the last moment."""
    things = Things(db)
    homes, ids, first = [things.project().id, things.project().id], [an_id() for _ in range(6)], things.head()
    for id in ids:
        things.put(film.entity, id, project_id=homes[0])
    for number, (which, verb) in enumerate(edits):
        id, home = ids[which], homes[number % 2 if verb == "move" else 0]
        if verb == "catch up":
            catch_up(db, film)
        elif verb == "other":
            things.put(f"{film.entity}_otherwise", id, project_id=home, size=number)
        elif verb == "remove" and (film.entity, id) in things.states:
            things.remove(film.entity, id, project_id=home)
        else:
            things.put(film.entity, id, project_id=home, size=number)
    return first, things.head()


def some_edits(count: int) -> list[tuple[int, str]]:
    """Return edits that are always the same."""
    return [(number % 6, "put" if number % 7 else "remove") for number in range(count)]


@settings(max_examples=10)
@given(edits=EDITS, moves=st.lists(st.floats(0, 1), min_size=4, max_size=8))
def test_a_moment_is_what_the_ledger_tells(db: Database, edits: list[tuple[int, str]], moves: list[float]) -> None:
    """Over births, deletions, what comes again and moves between projects, wherever the follower lagged behind."""
    film = a_film()
    first, last = edit(db, film, edits)
    catch_up(db, film)
    with db.snapshot(SINGLE_USER) as snapshot:
        for seq in range(first, last + 1):
            states = states_by_keyframe(snapshot, film, seq)
            assert states is None or states.by_id() == told(snapshot, film, seq)
        known = RememberedStates(film)
        for move in moves:
            seq = first + round(move * (last - first))
            states = known.at(snapshot, seq)
            assert states is None or states.by_id() == told(snapshot, film, seq)
        assert ledger.verify_keyframes(snapshot, film) == []


def test_the_first_question_somewhere_is_answered_by_a_keyframe(db: Database) -> None:
    film = a_film()
    edit(db, film, some_edits(30))
    kept = catch_up(db, film)
    with db.snapshot(SINGLE_USER) as snapshot:
        for seq in kept[-3:-1]:
            fresh = Snapshot(snapshot.connection, SINGLE_USER, {})
            states = ledger.remembered_states(fresh, film, seq + 1)
            assert states is not None
            assert states.by_id() == told(snapshot, film, seq + 1)
            moved = ledger.remembered_states(fresh, film, seq - 5)
            assert moved is not None
            assert moved.by_id() == told(snapshot, film, seq - 5)


def test_a_follower_that_lags_leaves_the_question_to_the_database(db: Database) -> None:
    film = a_film()
    edit(db, film, some_edits(6))
    kept = catch_up(db, film)
    _, last = edit(db, film, some_edits(60))
    with db.snapshot(SINGLE_USER) as snapshot:
        assert states_by_keyframe(snapshot, film, kept[-1]) is not None
        assert states_by_keyframe(snapshot, film, last) is None


def test_events_of_other_kinds_do_not_matter(db: Database) -> None:
    """Long behind the last event of a kind its keyframe is as near as right behind it, and none is made anew."""
    film = a_film()
    _, last = edit(db, film, some_edits(30))
    kept = catch_up(db, film)
    edit_others = Things(db)
    project = edit_others.project()
    with edit_others.in_one_transaction():
        for number in range(700):
            edit_others.put("unfilmed", f"{number % 3}-of-{kept[-1]}", project_id=project.id, size=number)
    assert catch_up(db, film) == kept
    with db.snapshot(SINGLE_USER) as snapshot:
        states = states_by_keyframe(snapshot, film, ledger.head(snapshot))
        assert states is not None
        assert states.by_id() == told(snapshot, film, last)


def test_a_kind_that_reads_otherwise_gets_its_own(db: Database) -> None:
    """What was kept of other values is never read, and goes little by little."""
    film = a_film()
    _, last = edit(db, film, some_edits(40))
    old = catch_up(db, film)
    renamed = RememberedKind(film.entity, ("name",), lambda state: [state["name"].upper()])
    with db.snapshot(SINGLE_USER) as snapshot:
        assert states_by_keyframe(snapshot, renamed, last) is None
    assert catch_up(db, renamed) == old
    assert numbers(db, film) == []
    with db.snapshot(SINGLE_USER) as snapshot:
        states = states_by_keyframe(snapshot, renamed, last)
        assert states is not None
        assert states.by_id() == told(snapshot, renamed, last)


def test_of_two_processes_that_make_the_same_one_is_kept(db: Database) -> None:
    film = a_film()
    edit(db, film, some_edits(10))
    with db.snapshot(SINGLE_USER) as snapshot:
        made = next_keyframe(snapshot, film, OFTEN)
    assert made is not None
    for _ in range(2):
        with db.begin(SINGLE_USER) as uow:
            save_keyframe(uow, made)
    assert numbers(db, film) == [made.seq]
    assert len(catch_up(db, film)) > 1
    with db.begin(SINGLE_USER) as uow:
        save_keyframe(uow, made)
    with db.snapshot(SINGLE_USER) as snapshot:
        assert ledger.verify_keyframes(snapshot, film) == []


async def test_the_loop_goes_through_an_old_ledger_and_then_follows(db: Database) -> None:
    film = a_film()
    edit(db, film, some_edits(80))
    loop = asyncio.create_task(KeyframeFollower(db, film, limits=OFTEN, look_s=0.01).run())
    try:
        await are_made(db, film, MANY + 2)
        edit(db, film, some_edits(60))
        await are_made(db, film, MANY + 10)
    finally:
        loop.cancel()
        await asyncio.wait([loop])
    with db.snapshot(SINGLE_USER) as snapshot:
        assert ledger.verify_keyframes(snapshot, film) == []


async def are_made(db: Database, film: RememberedKind, count: int) -> None:
    """Wait until there are so many keyframes."""
    async with asyncio.timeout(30):
        while len(numbers(db, film)) < count:  # noqa: ASYNC110  the loop does not tell what it made
            await asyncio.sleep(0.01)


async def test_the_loop_of_a_kind_with_too_many_states_ends(db: Database) -> None:
    film = a_film()
    edit(db, film, some_edits(10))
    async with asyncio.timeout(30):
        await KeyframeFollower(db, film, limits=KeyframeLimits(3, max_bytes=100), look_s=0.01).run()
    assert numbers(db, film) == []


def test_keyframes_are_no_events(db: Database) -> None:
    film = a_film()
    _, last = edit(db, film, some_edits(10))
    assert catch_up(db, film)
    with db.snapshot(SINGLE_USER) as snapshot:
        assert ledger.head(snapshot) == last


@pytest.mark.parametrize("limits", [KeyframeLimits(3, max_characters=100), KeyframeLimits(3, max_bytes=100)])
def test_a_kind_with_too_many_states_has_none(db: Database, limits: KeyframeLimits) -> None:
    film = a_film()
    edit(db, film, some_edits(10))
    with pytest.raises(TooManyStates):
        asyncio.run(KeyframeFollower(db, film, limits=limits).catch_up())
    assert numbers(db, film) == []


@pytest.mark.parametrize("altered", ["states", "bytes", "number"])
def test_the_proof_finds_an_altered_keyframe(db: Database, altered: str) -> None:
    film = a_film()
    edit(db, film, some_edits(20))
    kept = catch_up(db, film)
    with db.snapshot(SINGLE_USER) as snapshot:
        body = snapshot.execute(select(KeyframeRow.body).where(KeyframeRow.seq == kept[0])).scalar_one()
    values: dict[str, Any] = {"states": {"body": body}, "bytes": {"body": b"\x02\0\0\0[]"}, "number": {"entities": 1}}
    with db.begin(SINGLE_USER) as uow:
        uow.change(update(KeyframeRow).where(KeyframeRow.seq == kept[-1]).values(**values[altered]))
    with db.snapshot(SINGLE_USER) as snapshot:
        assert [finding.seq for finding in ledger.verify_keyframes(snapshot, film)] == [kept[-1]]


VALUES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text("aß😀\0\n")
)


@given(rows=st.lists(st.tuples(VALUES, VALUES), max_size=400), repeated=st.integers(1, 3))
def test_columns_are_read_back(rows: list[tuple[Any, Any]], repeated: int) -> None:
    """Also where they have more different values than a byte has, and when some of them changed since."""
    kind = RememberedKind("any", ("one", "other"), lambda state: [state["one"], state["other"]])
    states = {str(n): PastState(n, "prj", values) for n, values in enumerate(rows * repeated)}
    body = encode(PastStates(no_states(kind), states), max_bytes=10**9)
    assert PastStates(decode(body), {}).by_id() == states
    changed = {id: PastState(state.seq + 7, "prj", (state.values[0], "changed")) for id, state in states.items()}
    half = dict(list(changed.items())[::2])
    again = encode(PastStates(decode(body), {**half, "new": None}), max_bytes=10**9)
    assert PastStates(decode(again), {}).by_id() == {**states, **half}


def test_many_different_values_are_read_back() -> None:
    kind = RememberedKind("any", ("number",), lambda state: [state["number"]])
    for count in (255, 256, 257, 3000):
        states = {str(n): PastState(n, "prj", (f"value {n}",)) for n in range(count)}
        body = encode(PastStates(no_states(kind), states), max_bytes=10**9)
        assert PastStates(decode(body), {}).by_id() == states
