"""Runs through their service: what they are told, and what history keeps of it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contexts.tracking.making import a_run, an_experiment, history_of, moment_of, read, run_now, write
from infrastudio.contexts.tracking import rules, service
from infrastudio.contexts.tracking.queries import runs as queries
from infrastudio.contexts.tracking.schemas import DatasetInput, Run, RunUpdate
from infrastudio.kernel.clock import from_millis
from infrastudio.kernel.errors import ValidationFailed
from infrastudio.stores import ledger
from infrastudio.stores.db import Database


def kinds_of(db: Database, run: Run) -> list[str]:
    return [entry.kind for entry in history_of(db, "run", run.id)]


def test_a_run_without_a_name_gets_one_and_its_tag(db: Database) -> None:
    run = a_run(db)
    assert run.name.count("-") == 2
    assert run.tags == {rules.NAME_TAG: run.name}
    assert run_now(db, run.id) == run


def test_the_name_is_taken_from_the_tag_if_only_that_is_given(db: Database) -> None:
    assert a_run(db, tags={rules.NAME_TAG: "tagged"}).name == "tagged"
    assert a_run(db, name="same", tags={rules.NAME_TAG: "same"}).name == "same"
    with pytest.raises(service.NamesDiffer):
        a_run(db, name="one", tags={rules.NAME_TAG: "other"})


def test_name_and_tag_stay_one_thing_both_ways(db: Database) -> None:
    run = a_run(db, name="first")
    by_tag = write(db, service.set_tags, run.id, {rules.NAME_TAG: "second"})
    assert (by_tag.name, by_tag.tags) == ("second", {rules.NAME_TAG: "second"})
    by_name = write(db, service.update_run, run.id, RunUpdate(name="third"))
    assert (by_name.name, by_name.tags) == ("third", {rules.NAME_TAG: "third"})
    without = write(db, service.delete_tag, run.id, rules.NAME_TAG)
    assert (without.name, without.tags) == ("third", {})
    assert kinds_of(db, run) == ["run.created", "run.tagged", "run.updated", "run.tagged"]


def test_the_parent_follows_its_tag(db: Database) -> None:
    parent = a_run(db)
    child = a_run(db, tags={rules.PARENT_TAG: parent.id})
    assert child.parent_id == parent.id
    assert [each.id for each in read(db, queries.children, parent.id)] == [child.id]
    assert write(db, service.delete_tag, child.id, rules.PARENT_TAG).parent_id is None
    assert write(db, service.set_tags, child.id, {rules.PARENT_TAG: "x" * 65}).parent_id is None


def test_a_param_never_changes(db: Database) -> None:
    run = a_run(db, params={"lr": "0.1"})
    write(db, service.log_params, run.id, {"lr": "0.1", "depth": "3"})
    with pytest.raises(service.ParamChanged) as refused:
        write(db, service.log_params, run.id, {"new": "1", "lr": "0.2", "depth": "4"})
    assert refused.value.details["params"] == [
        {"key": "lr", "old_value": "0.1", "new_value": "0.2"},
        {"key": "depth", "old_value": "3", "new_value": "4"},
    ]
    assert run_now(db, run.id).params == {"lr": "0.1", "depth": "3"}
    assert kinds_of(db, run) == ["run.created", "run.params_logged"]


def test_long_values_are_cut_and_the_same_long_value_again_changes_nothing(db: Database) -> None:
    run = a_run(db, params={"p": "x" * 6001}, tags={"t": "y" * 8001})
    write(db, service.log_params, run.id, {"p": "x" * 7000})
    write(db, service.set_tags, run.id, {"t": "y" * 9000})
    stored = run_now(db, run.id)
    assert (len(stored.params["p"]), len(stored.tags["t"]), stored.version) == (6000, 8000, 1)


def test_a_batch_of_params_and_tags_is_stored_whole_or_not_at_all(db: Database) -> None:
    run = a_run(db, params={"lr": "0.1"})
    with pytest.raises(service.ParamChanged):
        write(db, service.log_batch_state, run.id, {"lr": "9"}, {"a": "b"})
    assert "a" not in run_now(db, run.id).tags
    write(db, service.log_batch_state, run.id, {"depth": "3"}, {"a": "b"})
    stored = run_now(db, run.id)
    assert (stored.params, stored.tags["a"]) == ({"lr": "0.1", "depth": "3"}, "b")
    first, second = history_of(db, "run", run.id)[1:]
    assert (first.kind, second.kind, first.at) == ("run.params_logged", "run.tagged", second.at)


@pytest.mark.parametrize("key", ["", "x" * 251, "a\0b", "bad?", "../a", "./a", "a//b", "/abs", "a/../b", "."])
def test_a_bad_key_is_refused_by_name(db: Database, key: str) -> None:
    run = a_run(db)
    for verb in (service.log_params, service.set_tags):
        with pytest.raises(ValidationFailed) as refused:
            write(db, verb, run.id, {"fine": "1", key: "1"})
        assert refused.value.problems[0].path.endswith(f".{key}")
    assert run_now(db, run.id) == run


def test_values_that_no_database_keeps_are_refused(db: Database) -> None:
    run = a_run(db)
    for value in ("a\0b", "\ud800"):
        with pytest.raises(ValidationFailed):
            write(db, service.set_tags, run.id, {"a": value})


def test_a_deleted_run_is_read_only_and_deleting_is_repeatable(db: Database) -> None:
    run = a_run(db)
    write(db, service.delete_run, run.id)
    assert write(db, service.delete_run, run.id).lifecycle == "deleted"
    text = f"The run {run.id} must be in the 'active' state. Current state is deleted."
    with pytest.raises(service.RunNotActive, match=text):
        write(db, service.log_params, run.id, {"a": "1"})
    with pytest.raises(service.RunNotActive):
        write(db, service.update_run, run.id, RunUpdate(name="x"))
    write(db, service.restore_run, run.id)
    assert write(db, service.restore_run, run.id).lifecycle == "active"
    assert kinds_of(db, run) == ["run.created", "run.deleted", "run.restored"]


def test_an_unknown_run_is_told_of_by_its_id(db: Database) -> None:
    with pytest.raises(queries.UnknownRun, match="Run with id=nope not found"):
        write(db, service.set_tags, "nope", {"a": "1"})


def test_a_given_id_is_kept_and_not_taken_twice(db: Database) -> None:
    id = "0123456789abcdef0123456789abcdef"
    assert a_run(db, id=id).id == id
    with pytest.raises(service.RunExists):
        a_run(db, id=id)


def test_an_update_touches_no_time_unless_asked(db: Database) -> None:
    run = a_run(db, started_at=from_millis(1000))
    ended = write(db, service.update_run, run.id, RunUpdate(status="succeeded"))
    assert (ended.status, ended.ended_at) == ("succeeded", None)
    filled = write(db, service.update_run, run.id, RunUpdate(status="failed"), fill_times=True)
    assert filled.ended_at == filled.updated_at
    again = write(db, service.update_run, run.id, RunUpdate(status="running"), fill_times=True)
    assert (again.ended_at, again.started_at) == (None, from_millis(1000))


def test_a_job_drives_its_run(db: Database) -> None:
    run = a_run(db, status="queued", job_id="job_1")
    begun = write(db, service.record_job_state, run.id, "running", at=from_millis(5000))
    assert (begun.status, begun.started_at) == ("running", from_millis(5000))
    write(db, service.update_run, run.id, RunUpdate(status="succeeded", ended_at=from_millis(7000)))
    failed = write(db, service.record_job_state, run.id, "failed", reason="exit code 1", at=from_millis(8000))
    assert (failed.status, failed.status_reason, failed.ended_at) == ("failed", "exit code 1", from_millis(8000))
    retried = write(db, service.record_job_state, run.id, "running", attempt=2)
    assert (retried.attempts, retried.ended_at, retried.started_at) == (2, None, from_millis(5000))
    done = write(db, service.record_job_state, run.id, "succeeded", attempt=2, at=from_millis(9000))
    assert write(db, service.record_job_state, run.id, "succeeded", attempt=2, at=from_millis(9999)) == done
    events = history_of(db, "run", run.id)
    assert [event.kind for event in events] == ["run.created", *["run.status_changed"] * 5]
    assert events[1].occurred_at == from_millis(5000)


def test_a_job_may_end_behind_a_deleted_run(db: Database) -> None:
    run = a_run(db)
    write(db, service.delete_run, run.id)
    assert write(db, service.record_job_state, run.id, "canceled").status == "canceled"


def test_a_dataset_logged_again_stays_as_it_was_logged_first(db: Database) -> None:
    run = a_run(db)
    first = DatasetInput(name="iris", digest="d1", source="s" * 60_000, schema_text="{}", tags={"a": "1"})
    write(db, service.log_inputs, run.id, [first, first], ["m-1"])
    write(db, service.log_inputs, run.id, [first.model_copy(update={"tags": {"a": "2"}})], ["m-1", "m-2"])
    assert read(db, queries.datasets_by_run, [run.id]) == {run.id: [first]}
    stored = run_now(db, run.id)
    assert stored.model_inputs == {"m-1": True, "m-2": True}
    assert stored.version == 3
    told = history_of(db, "run", run.id)[1:]
    assert max(len(entry.changes or ()) for entry in told) < 5
    used = [[(link["relation"], link["to"]) for link in entry.links] for entry in told]
    assert used == [[("uses", "logged_model:m-1")], [("uses", "logged_model:m-2")]]


def test_outputs_keep_the_newest_step_and_link_the_models(db: Database) -> None:
    run = a_run(db)
    write(db, service.log_outputs, run.id, {"m-1": 1})
    write(db, service.log_outputs, run.id, {"m-1": 1})
    assert write(db, service.log_outputs, run.id, {"m-1": 5, "m-2": 0}).model_outputs == {"m-1": 5, "m-2": 0}
    links = [entry.links for entry in history_of(db, "run", run.id)[1:]]
    assert links == [
        ({"relation": "produced", "to": "logged_model:m-1"},),
        ({"relation": "produced", "to": "logged_model:m-2"},),
    ]


def test_a_stale_update_is_refused_unless_only_params_and_tags_came_in_between(db: Database) -> None:
    seen = a_run(db)
    write(db, service.log_batch_state, seen.id, {"p": "1"}, {"t": "1"})
    named = write(db, service.update_run, seen.id, RunUpdate(name="mine"), expected=seen.version)
    assert named.name == "mine"
    with pytest.raises(service.StaleVersion):
        write(db, service.update_run, seen.id, RunUpdate(status="failed"), expected=seen.version)
    with pytest.raises(service.StaleVersion):
        write(db, service.delete_run, seen.id, expected=named.version + 1)


def test_events_after_the_first_leave_collections_out_but_for_every_64th(db: Database) -> None:
    """With whole states in each, a run with many tags would write all of them at each change."""
    run = a_run(db, params={"lr": "0.1"})
    for number in range(2, 66):
        write(db, service.set_tags, run.id, {"n": str(number)})
    entries = history_of(db, "run", run.id)
    assert [entry.version for entry in entries if entry.full] == [1, 64]
    for entry in entries:
        assert entry.after is not None
        assert ("params" in entry.after) == entry.full
    states = {v: read(db, queries.run, run.id, at=moment_of(entries[v - 1])) for v in (1, 62, 63, 64, 65)}
    assert {v: state.version for v, state in states.items()} == {v: v for v in states}
    assert {v: state.tags.get("n") for v, state in states.items()} == {1: None, 62: "62", 63: "63", 64: "64", 65: "65"}
    assert all(state.params == {"lr": "0.1"} for state in states.values())
    assert read(db, queries.run, run.id, at=moment_of(entries[-1])) == run_now(db, run.id)


def test_deleting_a_whole_experiment_tells_full_states_where_they_are_due(db: Database) -> None:
    experiment = an_experiment(db)
    run, other = a_run(db, experiment, params={"lr": "1"}), a_run(db, experiment)
    for number in range(2, 64):
        write(db, service.set_tags, run.id, {"n": str(number)})
    write(db, service.delete_experiment, experiment.id)
    last = history_of(db, "run", run.id)[-1]
    assert (last.version, last.full, last.kind) == (64, True, "run.deleted")
    assert last.after is not None
    assert (last.after["params"], last.after["tags"]["n"]) == ({"lr": "1"}, "63")
    assert history_of(db, "run", other.id)[-1].full is False


keys = st.sampled_from(["a", "b.c", "d e", rules.NAME_TAG, rules.PARENT_TAG])
tags = st.dictionaries(keys, st.sampled_from(["1", "2", "Ä"]), min_size=1, max_size=2)
params = st.dictionaries(st.sampled_from(["lr", "x.y"]), st.sampled_from(["1", "2"]), max_size=2)
steps = st.one_of(
    st.tuples(st.just("params"), params),
    st.tuples(st.just("tags"), tags),
    st.tuples(st.just("batch"), st.tuples(params, tags)),
    st.tuples(st.just("untag"), keys),
    st.tuples(st.just("name"), st.sampled_from(["n1", "n2"])),
    st.tuples(st.just("status"), st.sampled_from(["running", "failed", "succeeded"])),
    st.tuples(st.just("job"), st.sampled_from(["queued", "running", "failed"])),
    st.tuples(st.just("dataset"), st.sampled_from(["d1", "d2"])),
    st.tuples(st.just("output"), st.integers(0, 2)),
    st.tuples(st.just("delete"), st.none()),
    st.tuples(st.just("restore"), st.none()),
)


def take(db: Database, id: str, verb: str, value: object) -> None:
    """Do one thing to a run; what is refused changes nothing."""
    try:
        match verb, value:
            case "params", dict():
                write(db, service.log_params, id, value)
            case "tags", dict():
                write(db, service.set_tags, id, value)
            case "batch", (dict() as some, dict() as more):
                write(db, service.log_batch_state, id, some, more)
            case "untag", str():
                write(db, service.delete_tag, id, value)
            case "name", str():
                write(db, service.update_run, id, RunUpdate(name=value))
            case "status", ("running" | "failed" | "succeeded") as status:
                write(db, service.update_run, id, RunUpdate(status=status), fill_times=True)
            case "job", ("queued" | "running" | "failed") as status:
                write(db, service.record_job_state, id, status, reason="because", attempt=2)
            case "dataset", str():
                write(db, service.log_inputs, id, [DatasetInput(name=value, digest="1")], [f"m-{value}"])
            case "output", int():
                write(db, service.log_outputs, id, {"m-1": value})
            case "delete", _:
                write(db, service.delete_run, id)
            case "restore", _:
                write(db, service.restore_run, id)
            case other:
                raise AssertionError(other)
    except (service.ParamChanged, service.RunNotActive, service.UnknownRunTag):
        return


@settings(max_examples=30)
@given(steps=st.lists(steps, max_size=12))
def test_history_tells_the_state(db: Database, steps: list[tuple[str, object]]) -> None:
    """Whatever is done, in any order: state = fold of events, now and at every past moment."""
    run = a_run(db, params={"seed": "1"}, tags={"t": "0"})
    states = {1: run}
    for verb, value in steps:
        take(db, run.id, verb, value)
        state = run_now(db, run.id)
        states[state.version] = state
    entries = history_of(db, "run", run.id)
    assert [entry.version for entry in entries] == list(range(1, len(entries) + 1))
    for version, state in states.items():
        assert read(db, queries.run, run.id, at=moment_of(entries[version - 1])) == state
        assert state.tags.get(rules.NAME_TAG, state.name) == state.name


def test_the_ledger_rebuilds_every_table(db: Database) -> None:
    """Runs last: over all that the tests of this module did."""
    assert read(db, ledger.verify_tables) == []
    assert read(db, ledger.verify_chain) == []
