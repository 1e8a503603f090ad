"""Where something came from and what depends on it."""

from __future__ import annotations

import pytest

from contexts.timeline.things import Things, a_reader, an_id
from infrastudio.contexts.identity.queries import SINGLE_USER
from infrastudio.contexts.timeline import queries
from infrastudio.contexts.timeline.controller import TimelineFollower
from infrastudio.contexts.timeline.queries import Direction
from infrastudio.contexts.timeline.schemas import Lineage
from infrastudio.kernel.actor import Actor
from infrastudio.stores.db import Database


class Story:
    """A dataset trained a model, which a deployment serves, until the next version takes its place."""

    def __init__(self, db: Database) -> None:
        self.things = things = Things(db)
        self.project = project = things.project()
        self.dataset, self.run, self.old, self.new, self.deployment = (an_id() for _ in range(5))
        things.put("dataset", self.dataset, project_id=project.id, name="mix4")
        things.put("run", self.run, project_id=project.id, links=[("uses", f"dataset:{self.dataset}")])
        things.put("model", self.old, project_id=project.id, links=[("trained_from", f"run:{self.run}")], name="v7")
        self.before = things.put(
            "deployment", self.deployment, project_id=project.id, links=[("serves", f"model:{self.old}")], name="chat"
        )
        things.put("model", self.new, project_id=project.id, links=[("supersedes", f"model:{self.old}")], name="v8")
        self.after = things.put(
            "deployment", self.deployment, project_id=project.id, links=[("serves", f"model:{self.new}")]
        )


def lineage(
    db: Database, entity: str, id: str, direction: Direction, *, seq: int, actor: Actor = SINGLE_USER, depth: int = 20
) -> Lineage:
    with db.snapshot(actor) as snapshot:
        return queries.lineage_of(snapshot, entity, id, direction=direction, depth=depth, seq=seq)


def ids(found: Lineage) -> list[str]:
    return [node.entity_id for node in found.nodes]


@pytest.mark.parametrize("is_folded", [False, True])
async def test_the_blast_radius_of_a_dataset_is_what_learned_from_it_at_that_moment(
    db: Database, is_folded: bool
) -> None:
    story = Story(db)
    if is_folded:
        await TimelineFollower(db).catch_up()
    before = lineage(db, "dataset", story.dataset, "down", seq=story.before)
    after = lineage(db, "dataset", story.dataset, "down", seq=story.after)
    assert ids(before) == [story.dataset, story.run, story.old, story.deployment]
    assert ids(after) == [story.dataset, story.run, story.old]
    assert [node.depth for node in before.nodes] == [0, 1, 2, 3]
    assert before.nodes[0].name == "mix4"


def test_what_a_deployment_ever_depended_on_is_found_upwards(db: Database) -> None:
    story = Story(db)
    found = lineage(db, "deployment", story.deployment, "up", seq=story.before)
    assert ids(found) == [story.deployment, story.old, story.run, story.dataset]
    assert [edge.relation for edge in found.edges] == ["uses", "trained_from", "serves"]
    assert ids(lineage(db, "deployment", story.deployment, "up", seq=story.after)) == [story.deployment, story.new]


def test_what_an_entity_produced_depends_on_it(db: Database) -> None:
    things = Things(db)
    project, run, model = things.project(), an_id(), an_id()
    things.put("model", model, project_id=project.id)
    seq = things.put("run", run, project_id=project.id, links=[("produced", f"model:{model}")])
    assert ids(lineage(db, "run", run, "down", seq=seq)) == [run, model]
    assert ids(lineage(db, "model", model, "up", seq=seq)) == [model, run]
    assert ids(lineage(db, "model", model, "down", seq=seq)) == [model]


def test_a_deleted_run_still_ties_its_model_to_its_dataset(db: Database) -> None:
    things = Things(db)
    project, dataset, run, model = things.project(), an_id(), an_id(), an_id()
    things.put("dataset", dataset, project_id=project.id)
    things.put("run", run, project_id=project.id, links=[("uses", f"dataset:{dataset}")])
    things.put("model", model, project_id=project.id, links=[("trained_from", f"run:{run}")])
    seq = things.remove("run", run, project_id=project.id)
    found = lineage(db, "dataset", dataset, "down", seq=seq)
    assert [(node.entity_id, node.exists) for node in found.nodes] == [(dataset, True), (run, False), (model, True)]
    assert found.nodes[1].name == f"run {run}"


def test_what_nobody_recorded_is_unknown_and_not_left_out(db: Database) -> None:
    things = Things(db)
    project, model = things.project(), an_id()
    seq = things.put("model", model, project_id=project.id, links=[("trained_from", "dataset:elsewhere")])
    node = lineage(db, "model", model, "up", seq=seq).nodes[1]
    assert (node.entity_id, node.known, node.name, node.project) == ("elsewhere", False, None, None)


def test_another_project_is_unknown_upwards_and_does_not_exist_downwards(db: Database) -> None:
    things = Things(db)
    mine, other = things.project(), things.project()
    shared, my_run, their_run, secret = (an_id() for _ in range(4))
    things.put("dataset", secret, project_id=other.id)
    things.put("dataset", shared, project_id=other.id, name="shared", links=[("uses", f"dataset:{secret}")])
    things.put("run", my_run, project_id=mine.id, links=[("uses", f"dataset:{shared}")])
    seq = things.put("run", their_run, project_id=other.id, links=[("uses", f"run:{my_run}")])
    up = lineage(db, "run", my_run, "up", seq=seq, actor=a_reader(mine))
    down = lineage(db, "run", my_run, "down", seq=seq, actor=a_reader(mine))
    assert [(node.entity_id, node.known, node.name) for node in up.nodes[1:]] == [(shared, False, None)]
    assert ids(down) == [my_run]
    assert ids(lineage(db, "run", my_run, "down", seq=seq)) == [my_run, their_run]


def test_a_circle_and_a_limit_end_the_walk(db: Database) -> None:
    things = Things(db)
    project, first, second = things.project(), an_id(), an_id()
    things.put("config", first, project_id=project.id, links=[("uses", f"config:{second}")])
    seq = things.put("config", second, project_id=project.id, links=[("uses", f"config:{first}")])
    found = lineage(db, "config", first, "both", seq=seq)
    assert (sorted(ids(found)), len(found.edges), found.truncated) == (sorted([first, second]), 2, False)
    story = Story(db)
    short = lineage(db, "dataset", story.dataset, "down", seq=story.before, depth=1)
    assert (ids(short), short.truncated) == ([story.dataset, story.run], True)
