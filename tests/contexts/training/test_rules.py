"""The state machine of jobs, whatever is seen and ordered in whatever order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from infrastudio.contexts.training import rules
from infrastudio.contexts.training.schemas import Job, JobIn, Observed, Phase, StopCause
from infrastudio.kernel.retry import RetryPolicy

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def a_job(**values: object) -> Job:
    given = {"name": "train", "run_id": "0" * 32, "experiment_id": "1", "argv": ["train.py"], "id": "job_000000000001"}
    made = {"project": "default", "version": 1, "created_at": NOW, "updated_at": NOW}
    return Job.model_validate(given | made | values)


def exited(code: int | None = 0, **values: object) -> Observed:
    return Observed.model_validate({"phase": "exited", "exit_code": code} | values)


RUNNING = Observed(phase="running", started_at=NOW)

sightings = st.builds(
    Observed,
    phase=st.sampled_from(["absent", "starting", "running", "exited", "lost"]),
    exit_code=st.none() | st.integers(0, 255),
    signal=st.none() | st.integers(1, 15),
    stopped=st.booleans(),
)
orders = st.sampled_from(["requested", "timeout"])
jobs = st.builds(lambda attempts: a_job(retries=RetryPolicy(max_attempts=attempts)), st.integers(1, 3))


def history(job: Job, moves: list[Observed | StopCause]) -> list[Job]:
    """Return the states that a job goes through; orders that are refused change nothing."""
    states = [job]
    for at, move in enumerate(moves):
        now = NOW + timedelta(seconds=at)
        if isinstance(move, Observed):
            job = rules.record(job, move, now=now)
        elif not job.ended:
            job = rules.order_stop(job, move)
        states.append(job)
    return states


@given(job=jobs, moves=st.lists(sightings | orders, max_size=30))
def test_no_path_leads_out_of_the_diagram(job: Job, moves: list[Observed | StopCause]) -> None:
    allowed = {
        "pending": {"pending", "running", "completed", "failed", "cancelled"},
        "running": {"running", "pending", "completed", "failed", "cancelled"},
    }
    states = history(job, moves)
    for before, after in pairwise(states):
        if before.ended:
            assert after is before
        else:
            assert after.status in allowed[before.status]
        if before.status == "running" and after.status == "pending":
            assert after.attempt.number == before.attempt.number + 1
            assert before.stopping != "requested"


@given(job=jobs, moves=st.lists(sightings | orders, max_size=30))
def test_every_state_is_sound(job: Job, moves: list[Observed | StopCause]) -> None:
    for state in history(job, moves):
        assert Job.model_validate(state.model_dump()) == state
        assert [attempt.number for attempt in state.attempts] == list(range(1, len(state.attempts) + 1))
        assert len(state.attempts) <= state.retries.max_attempts
        assert state.ended == (state.completed_at is not None)
        assert (state.status == "failed") == (state.exit_reason is not None)
        assert all(attempt.ended_at is not None for attempt in state.attempts[:-1])
        assert not (state.ended and state.stopping)
        if state.status == "completed":
            assert state.attempt.exit_code == 0


@given(job=jobs, moves=st.lists(sightings | orders, max_size=10), phase=st.sampled_from(["absent", "exited", "lost"]))
def test_nothing_is_started_but_a_pending_job_whose_attempt_is_absent(
    job: Job, moves: list[Observed | StopCause], phase: Phase
) -> None:
    state = history(job, moves)[-1]
    if rules.next_step(state, phase, now=NOW + timedelta(days=9)) == "start":
        assert (state.status, state.stopping, phase) == ("pending", None, "absent")


@given(job=jobs, moves=st.lists(sightings | orders, max_size=10), seen=sightings)
def test_seeing_the_same_again_changes_nothing(job: Job, moves: list[Observed | StopCause], seen: Observed) -> None:
    once = rules.record(history(job, moves)[-1], seen, now=NOW)
    if once.ended or seen.phase in ("starting", "running"):
        assert rules.record(once, seen, now=NOW) == once


def test_a_job_runs_and_completes() -> None:
    running = rules.record(a_job(), RUNNING, now=NOW)
    assert (running.status, running.started_at, running.attempt.started_at) == ("running", NOW, NOW)
    done = rules.record(running, exited(0, ended_at=NOW, cpu_s=2.5), now=NOW)
    assert (done.status, done.completed_at, done.attempt.cpu_s) == ("completed", NOW, 2.5)
    assert rules.RUN_STATUS[done.status] == "succeeded"


def test_an_exit_code_other_than_0_fails_the_job_and_its_run() -> None:
    failed = rules.record(a_job(), exited(3), now=NOW, lines=["some output"])
    assert failed.exit_reason is not None
    assert (failed.status, failed.exit_reason.kind, failed.exit_reason.message) == (
        "failed",
        "nonzero_exit",
        "exit code 3",
    )
    assert failed.exit_reason.lines == ("some output",)
    assert rules.RUN_STATUS[failed.status] == "failed"


def test_a_job_that_is_stopped_before_it_starts_is_cancelled_and_never_started() -> None:
    job = rules.order_stop(a_job(), "requested")
    assert rules.next_step(job, "absent", now=NOW) == "wait"
    assert rules.record(job, Observed(phase="absent"), now=NOW).status == "cancelled"


def test_a_stopped_job_is_cancelled_whatever_its_exit_code() -> None:
    job = rules.order_stop(rules.record(a_job(), RUNNING, now=NOW), "requested")
    assert rules.next_step(job, "running", now=NOW) == "stop"
    for seen in (exited(0, stopped=True), exited(None, signal=9, stopped=True), Observed(phase="lost")):
        assert rules.record(job, seen, now=NOW).status == "cancelled"


def test_a_job_that_ended_by_itself_before_the_stop_reached_it_keeps_its_end() -> None:
    job = rules.order_stop(rules.record(a_job(retries=RetryPolicy(max_attempts=3)), RUNNING, now=NOW), "requested")
    assert rules.record(job, exited(0), now=NOW).status == "completed"
    assert rules.record(job, exited(1), now=NOW).status == "failed"


def test_a_job_whose_time_is_up_fails_by_timeout() -> None:
    job = rules.record(a_job(timeout_s=60), RUNNING, now=NOW)
    assert not rules.is_overdue(job, now=NOW + timedelta(seconds=60))
    assert rules.is_overdue(job, now=NOW + timedelta(seconds=61))
    failed = rules.record(rules.order_stop(job, "timeout"), exited(None, signal=15, stopped=True), now=NOW)
    assert failed.exit_reason is not None
    assert (failed.status, failed.exit_reason.kind) == ("failed", "timeout")


def test_a_persons_stop_outranks_a_timeout() -> None:
    job = rules.order_stop(rules.order_stop(a_job(), "timeout"), "requested")
    assert rules.order_stop(job, "timeout").stopping == "requested"


def test_a_failure_is_retried_after_its_delay_as_a_new_attempt() -> None:
    policy = RetryPolicy(max_attempts=2, base_delay_s=10, retryable_errors=("killed",))
    waiting = rules.record(a_job(retries=policy), exited(None, signal=9), now=NOW)
    assert (waiting.status, waiting.attempt.number) == ("pending", 2)
    assert waiting.status_reason == "attempt 2 of 2 after killed"
    assert waiting.attempts[0].exit_reason is not None
    assert rules.next_step(waiting, "absent", now=NOW + timedelta(seconds=9)) == "wait"
    assert rules.next_step(waiting, "absent", now=NOW + timedelta(seconds=10)) == "start"
    assert rules.record(waiting, exited(None, signal=9), now=NOW).status == "failed"
    assert rules.record(a_job(retries=policy), exited(1), now=NOW).status == "failed"


def test_a_running_job_that_its_executor_does_not_know_is_lost_and_not_started_again() -> None:
    job = rules.record(a_job(), RUNNING, now=NOW)
    assert rules.next_step(job, "absent", now=NOW) == "wait"
    failed = rules.record(job, Observed(phase="absent"), now=NOW)
    assert failed.exit_reason is not None
    assert failed.exit_reason.kind == "node_lost"


def test_what_still_runs_of_an_ended_job_is_stopped() -> None:
    assert rules.next_step(rules.record(a_job(), exited(1), now=NOW), "running", now=NOW) == "stop"


def test_only_a_person_leads_out_of_an_end() -> None:
    failed = rules.record(a_job(), exited(1), now=NOW)
    again = rules.order_retry(failed)
    assert (again.status, again.attempt.number, again.exit_reason, again.completed_at) == ("pending", 2, None, None)
    for job in (a_job(), rules.record(a_job(), exited(0), now=NOW)):
        with pytest.raises(rules.JobNotEnded):
            rules.order_retry(job)
    with pytest.raises(rules.JobEnded):
        rules.order_stop(failed, "requested")


@pytest.mark.parametrize(
    ("seen", "line", "kind"),
    [
        (exited(1), "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB", "out_of_memory"),
        (
            exited(1),
            "numpy._ArrayMemoryError: Unable to allocate 7.28 TiB for an array",
            "out_of_memory",
        ),
        (exited(134), "terminate called after throwing an instance of 'std::bad_alloc'", "out_of_memory"),
        (exited(1), "ModuleNotFoundError: No module named 'torch'", "import_error"),
        (exited(1), "RuntimeError: loss is NaN at step 120", "loss_diverged"),
        (exited(1), "step 9: loss=nan", "loss_diverged"),
        (exited(1), "ValueError: training diverged, loss became infinite", "loss_diverged"),
        (exited(1), "asyncio.exceptions.TimeoutError", "timeout"),
        (exited(1), "loss=0.31 saved to nano/inference", "nonzero_exit"),
        (exited(2), "usage: train.py [-h]", "nonzero_exit"),
        (exited(None, signal=9), "step 7: loss=0.5", "killed"),
        (exited(127, error="cannot start x: No such file"), "MemoryError", "not_started"),
        (Observed(phase="lost"), "MemoryError", "node_lost"),
    ],
)
def test_a_failure_gets_its_name_and_the_line_that_shows_it(seen: Observed, line: str, kind: str) -> None:
    reason = rules.classify_failure(seen, ["epoch 1", line])
    assert reason.kind == kind
    assert reason.lines[-1] == line


def test_the_last_telling_line_names_the_failure() -> None:
    lines = ["ImportError: optional speed-up is missing", *["ok"] * 50, "MemoryError", "cleaning up"]
    reason = rules.classify_failure(exited(1), lines)
    assert (reason.kind, reason.message, len(reason.lines)) == ("out_of_memory", "MemoryError", rules.EVIDENCE_LINES)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("argv", []),
        ("argv", ["a\0b"]),
        ("run_id", "7"),
        ("timeout_s", 0),
        ("priority", "3"),
        ("resources", {"gpus": -1}),
    ],
)
def test_a_job_that_makes_no_sense_is_refused_by_field(field: str, value: object) -> None:
    with pytest.raises(ValidationError) as refused:
        JobIn.model_validate(
            {"name": "train", "run_id": "0" * 32, "experiment_id": "1", "argv": ["true"]} | {field: value}
        )
    assert refused.value.errors()[0]["loc"][0] == field
