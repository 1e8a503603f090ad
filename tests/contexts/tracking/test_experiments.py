"""Experiments through their service."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from contexts.tracking.making import a_run, an_experiment, history_of, moment_of, read, run_now, write
from infrastudio.contexts.projects import service as projects
from infrastudio.contexts.projects.schemas import ProjectIn
from infrastudio.contexts.tracking import service
from infrastudio.contexts.tracking.queries import experiments as queries
from infrastudio.contexts.tracking.schemas import ExperimentIn, ExperimentUpdate
from infrastudio.stores import ledger
from infrastudio.stores.db import Database, UnitOfWork


def test_the_default_experiment_of_the_default_project_is_number_0_and_made_once(db: Database) -> None:
    first = write(db, service.ensure_default)
    again = write(db, service.ensure_default)
    assert (first.id, first.name, again) == ("0", "Default", first)
    assert read(db, queries.default_experiment_id) == "0"


def test_the_default_experiment_of_another_project_has_a_number_like_all_others(db: Database) -> None:
    write(db, projects.create, ProjectIn(slug="vision", name="Vision"))
    default = write(db, service.ensure_default, project="vision")
    assert default.name == "Default"
    assert int(default.id) > 0
    assert read(db, queries.default_experiment_id, project="vision") == default.id


def test_names_are_unique_per_project_and_a_deleted_experiment_keeps_its_own(db: Database) -> None:
    first = an_experiment(db, name="Straße")
    write(db, service.delete_experiment, first.id)
    with pytest.raises(service.NameTaken, match="already exists"):
        an_experiment(db, name="Straße")
    assert an_experiment(db, name="STRASSE").id != first.id
    assert read(db, queries.experiment_by_name, "Straße").lifecycle == "deleted"


def test_ids_never_come_back(db: Database) -> None:
    ids = [int(an_experiment(db).id) for _ in range(3)]
    assert ids == sorted(set(ids))


def test_an_id_that_is_chosen_is_taken_once_and_counting_goes_on_behind_it(db: Database) -> None:
    last = int(an_experiment(db).id)
    chosen = str(last + 7)
    made = an_experiment(db, id=chosen)
    assert (made.id, made.artifact_location) == (chosen, f"mlflow-artifacts:/{chosen}")
    with pytest.raises(service.IdTaken, match=f"An experiment with id {chosen} already exists"):
        an_experiment(db, id=chosen)
    assert an_experiment(db, id=str(last + 3)).id == str(last + 3)
    assert int(an_experiment(db).id) > last + 7


@pytest.mark.parametrize("id", ["0", "-1", "01", "1234567890", "x", "", "1 "])
def test_an_id_that_is_none_or_would_make_all_others_long_is_refused(id: str) -> None:
    with pytest.raises(ValidationError, match="id"):
        ExperimentIn(name="x", id=id)


@pytest.mark.parametrize("id", ["", "x", "-1", "01", "9223372036854775808", "99999", "1 ", "１"])
def test_text_that_is_no_id_names_no_experiment(db: Database, id: str) -> None:
    with pytest.raises(queries.UnknownExperiment, match=f"No Experiment with id={id} exists"):
        read(db, queries.experiment, id)


def test_deleting_and_restoring_takes_all_runs_along_with_an_event_each(db: Database) -> None:
    experiment = an_experiment(db)
    kept, gone = a_run(db, experiment), a_run(db, experiment)
    write(db, service.delete_run, gone.id)
    write(db, service.delete_experiment, experiment.id)
    assert run_now(db, kept.id).lifecycle == "deleted"
    write(db, service.restore_experiment, experiment.id)
    assert [run_now(db, run.id).lifecycle for run in (kept, gone)] == ["active", "active"]
    events = history_of(db, "run", kept.id)
    assert [event.kind for event in events] == ["run.created", "run.deleted", "run.restored"]
    assert events[1].links == ({"relation": "caused_by", "to": f"experiment:{experiment.id}"},)
    causes = history_of(db, "experiment", experiment.id)[1:]
    assert [event.cause for event in events[1:]] == [cause.id for cause in causes]
    assert [event.at for event in events[1:]] == [cause.at for cause in causes]
    assert [event.kind for event in history_of(db, "run", gone.id)] == ["run.created", "run.deleted", "run.restored"]


def test_a_deleted_experiment_is_read_only(db: Database) -> None:
    experiment = an_experiment(db)
    write(db, service.delete_experiment, experiment.id)
    text = f"The experiment {experiment.id} must be in the 'active' state. Current state is deleted."
    with pytest.raises(service.ExperimentNotActive, match=text):
        write(db, service.set_experiment_tags, experiment.id, {"a": "b"})
    with pytest.raises(service.ExperimentNotActive):
        write(db, service.update_experiment, experiment.id, ExperimentUpdate(name="new"))
    with pytest.raises(service.ExperimentNotActive):
        write(db, service.delete_experiment, experiment.id)
    with pytest.raises(service.ExperimentNotActive):
        a_run(db, experiment)
    write(db, service.restore_experiment, experiment.id)
    with pytest.raises(service.ExperimentNotDeleted):
        write(db, service.restore_experiment, experiment.id)


def test_tags_leave_the_revision_alone_and_a_new_name_does_not(db: Database) -> None:
    experiment = an_experiment(db)
    tagged = write(db, service.set_experiment_tags, experiment.id, {"team": "vision"})
    assert (tagged.revised_at, tagged.updated_at > experiment.updated_at) == (experiment.revised_at, True)
    renamed = write(db, service.update_experiment, experiment.id, ExperimentUpdate(name="renamed"))
    assert renamed.revised_at == renamed.updated_at > experiment.revised_at


def test_taking_an_unknown_tag_away_is_refused(db: Database) -> None:
    experiment = an_experiment(db, tags={"a": "1"})
    assert write(db, service.delete_experiment_tag, experiment.id, "a").tags == {}
    with pytest.raises(service.UnknownExperimentTag):
        write(db, service.delete_experiment_tag, experiment.id, "a")


def test_a_stale_update_is_refused_unless_only_tags_came_in_between(db: Database) -> None:
    seen = an_experiment(db)
    write(db, service.set_experiment_tags, seen.id, {"a": "1"})
    named = write(db, service.update_experiment, seen.id, ExperimentUpdate(name="mine"), expected=seen.version)
    assert (named.name, named.tags) == ("mine", {"a": "1"})
    with pytest.raises(service.StaleVersion) as refused:
        write(db, service.update_experiment, seen.id, ExperimentUpdate(name="other"), expected=seen.version)
    assert refused.value.details["current"]["name"] == "mine"
    assert [set(change["changes"]) for change in refused.value.details["changes_since"]] == [
        {"tags.a", "updated_at"},
        {"name", "updated_at", "revised_at"},
    ]


def test_an_update_that_changes_nothing_writes_no_event(db: Database) -> None:
    seen = an_experiment(db, description="x", tags={"a": "1"})
    body = ExperimentUpdate(description="x", tags={"a": "1", "absent": None})
    assert write(db, service.update_experiment, seen.id, body) == seen
    assert len(history_of(db, "experiment", seen.id)) == 1


def create_twice(uow: UnitOfWork) -> None:
    for _ in range(2):
        service.create_experiment(uow, ExperimentIn(name="twice"))


def test_a_failed_creation_leaves_no_trace(db: Database) -> None:
    before = read(db, ledger.head)
    with pytest.raises(service.NameTaken):
        write(db, create_twice)
    assert read(db, ledger.head) == before
    with pytest.raises(queries.UnknownExperimentName):
        read(db, queries.experiment_by_name, "twice")


edits = st.one_of(
    st.builds(lambda name: ("update", ExperimentUpdate(description=name)), st.sampled_from(["", "a", "é"])),
    st.builds(
        lambda tags: ("update", ExperimentUpdate(tags=tags)),
        st.dictionaries(st.sampled_from(["a", "b.c"]), st.none() | st.sampled_from(["1", "2"]), max_size=2),
    ),
    st.just(("delete", None)),
    st.just(("restore", None)),
)


@settings(max_examples=25)
@given(edits=st.lists(edits, max_size=8))
def test_history_tells_the_state(db: Database, edits: list[tuple[str, ExperimentUpdate | None]]) -> None:
    """Whatever is done, in any order: state = fold of events, now and at every past moment."""
    states = [an_experiment(db)]
    id = states[0].id
    for verb, body in edits:
        try:
            if body is not None:
                states.append(write(db, service.update_experiment, id, body))
            elif verb == "delete":
                states.append(write(db, service.delete_experiment, id))
            else:
                states.append(write(db, service.restore_experiment, id))
        except (service.ExperimentNotActive, service.ExperimentNotDeleted):
            continue
    moments = {entry.version: moment_of(entry) for entry in history_of(db, "experiment", id)}
    for state in states:
        past = read(db, queries.experiment, id, at=moments[state.version])
        assert past.model_dump(exclude={"runs", "last_run_at"}) == state.model_dump()
