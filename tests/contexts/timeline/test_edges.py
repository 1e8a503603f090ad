"""Edges: what links of events begin and end, in whatever portions the follower meets them."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from contexts.timeline.things import Things, an_id
from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.timeline import queries, service
from infrastudio.contexts.timeline.controller import TimelineFollower
from infrastudio.contexts.timeline.queries.edges import EdgesAt
from infrastudio.contexts.timeline.rules.edges import EntityName
from infrastudio.stores import ledger
from infrastudio.stores.db import Database

RELATIONS = ("serves", "uses", "produced", "trained_from")
LINK = st.tuples(st.sampled_from(RELATIONS), st.sampled_from(("model:a", "model:b", "dataset:c", "")))
STEP = st.one_of(st.lists(LINK, max_size=3), st.just("remove"))


def expected_edges(steps: Sequence[list[tuple[str, str]] | str], upto: int) -> set[tuple[str, str]]:
    """Return what holds after the first `upto` steps, by the plain reading of the rules."""
    held: set[tuple[str, str]] = set()
    for step in steps[:upto]:
        if isinstance(step, str):
            held = {(relation, to) for relation, to in held if relation != "serves"}
            continue
        restated = {relation for relation, _ in step} & {"serves"}
        held = {(relation, to) for relation, to in held if relation not in restated}
        held |= {(relation, to) for relation, to in step if to}
    return held


def edges_at(db: Database, name: EntityName, seq: int) -> set[tuple[str, str]]:
    with db.snapshot(SINGLE_USER) as snapshot:
        found = EdgesAt(snapshot, seq).touching({name})
    assert len({edge.key for edge in found}) == len(found)
    return {(edge.key.relation, edge.key.target.text) for edge in found}


@settings(max_examples=40)
@given(steps=st.lists(STEP, min_size=1, max_size=8), cuts=st.sets(st.integers(1, 8)))
def test_edges_are_those_of_the_links_at_every_moment(
    db: Database, steps: list[list[tuple[str, str]] | str], cuts: set[int]
) -> None:
    """However the follower's portions fall, and also where it lags behind or meets an event twice."""
    things, project = Things(db), Things(db).project()
    name, seqs = EntityName("deployment", an_id()), []
    for number, step in enumerate(steps, 1):
        if step == "remove" and ("deployment", name.id) not in things.states:
            step = []
        if isinstance(step, str):
            seqs.append(things.remove("deployment", name.id, project_id=project.id))
        else:
            seqs.append(things.put("deployment", name.id, project_id=project.id, links=step, size=number))
        if number in cuts:
            fold_again(db)
    states = [edges_at(db, name, seq) for seq in seqs]
    assert states == [expected_edges(steps, upto) for upto in range(1, len(steps) + 1)]
    fold_again(db)
    assert [edges_at(db, name, seq) for seq in seqs] == states


def fold_again(db: Database) -> None:
    """Fold all that is new, and once more what is known: as after a kill before the checkpoint was remembered."""
    with db.begin(SINGLE_USER) as uow:
        known = service.begin(uow)
    with db.snapshot(SINGLE_USER) as snapshot:
        entries = ledger.since(snapshot, known, limit=100_000)
    for portion in (entries, entries[-3:]):
        with db.begin(SINGLE_USER) as uow:
            service.fold(uow, portion)


async def test_the_follower_folds_without_appending_an_event(db: Database) -> None:
    things, project = Things(db), Things(db).project()
    id = an_id()
    head = things.put("deployment", id, project_id=project.id, links=[("serves", "model:a")])
    await TimelineFollower(db).catch_up()
    with db.snapshot(SINGLE_USER) as snapshot:
        assert ledger.head(snapshot) == head
        assert queries.checkpoint(snapshot) == head
        assert [key.target.text for key in queries.held_edges(snapshot, [EntityName("deployment", id)])] == ["model:a"]


async def test_the_checkpoint_stands_still_while_nothing_follows_from_events(db: Database) -> None:
    """Else every commit would be followed by another one."""
    things, project = Things(db), Things(db).project()
    await TimelineFollower(db).catch_up()
    with db.snapshot(SINGLE_USER) as snapshot:
        before = queries.checkpoint(snapshot)
    things.put("instance", an_id(), project_id=project.id)
    await TimelineFollower(db).catch_up()
    with db.snapshot(SINGLE_USER) as snapshot:
        assert queries.checkpoint(snapshot) == before < ledger.head(snapshot)


async def test_rows_of_another_release_are_made_anew(db: Database) -> None:
    things, project = Things(db), Things(db).project()
    id = an_id()
    things.put("deployment", id, project_id=project.id, links=[("serves", "model:a")])
    await TimelineFollower(db).catch_up()
    with db.begin(SINGLE_USER) as uow:
        uow.change(text("update timeline_checkpoint set format = 0"))
        uow.change(text("update timeline_edge set to_seq = 1"))
    await TimelineFollower(db).catch_up()
    assert edges_at(db, EntityName("deployment", id), things.head()) == {("serves", "model:a")}


def test_a_link_to_a_name_that_no_entity_can_have_is_no_edge(db: Database) -> None:
    things, project = Things(db), Things(db).project()
    name = EntityName("deployment", an_id())
    seq = things.put(
        "deployment", name.id, project_id=project.id, links=[("uses", "model:" + "x" * 300), ("uses", "?")]
    )
    fold_again(db)
    assert edges_at(db, name, seq) == set()
