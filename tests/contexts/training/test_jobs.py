"""Jobs through their service and queries."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from infrastudio.contexts.identity.permissions import JOB_RIGHTS, rights_of
from infrastudio.contexts.identity.queries import SINGLE_USER, controller, credential_of
from infrastudio.contexts.projects import service as projects
from infrastudio.contexts.projects.queries import UnknownProject, id_of
from infrastudio.contexts.projects.schemas import ProjectIn
from infrastudio.contexts.tracking import service as tracking
from infrastudio.contexts.tracking.queries import runs
from infrastudio.contexts.tracking.schemas import Run, RunUpdate
from infrastudio.contexts.training import queries, rules, service
from infrastudio.contexts.training.schemas import Job, JobClone, Observed
from infrastudio.kernel.actor import Actor
from infrastudio.kernel.clock import ManualClock
from infrastudio.kernel.errors import PermissionDenied, ValidationFailed
from infrastudio.kernel.pages import PageRequest
from infrastudio.kernel.retry import RetryPolicy
from infrastudio.stores import ledger
from infrastudio.stores.db import Database
from infrastudio.stores.telemetry import PointBatch, SqliteTelemetryStore, StreamOwner
from make import a_run_plan

CONTROLLER = controller("jobs")
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def create(db: Database, actor: Actor = SINGLE_USER, *, project: str | None = None, **fields: Any) -> Job:
    with db.begin(actor) as uow:
        return service.create(uow, a_run_plan(**fields), project=project)


def record(db: Database, job: Job, phase: str, **values: Any) -> Job:
    seen = Observed.model_validate({"phase": phase, "started_at": NOW} | values)
    with db.begin(CONTROLLER) as uow:
        return service.record(uow, job.id, job.version, seen)


def ended(db: Database, job: Job, code: int = 0, **values: Any) -> Job:
    return record(db, job, "exited", exit_code=code, ended_at=NOW, **values)


def run_of(db: Database, job: Job) -> Run:
    with db.snapshot(SINGLE_USER) as snapshot:
        return runs.run(snapshot, job.run_id)


def kinds(db: Database, entity: str, id: str) -> list[str]:
    with db.snapshot(SINGLE_USER) as snapshot:
        return [entry.kind for entry in ledger.history(snapshot, entity, id)]


def test_a_job_and_its_run_are_made_in_one_unit_of_work(db: Database) -> None:
    job = create(db, params={"lr": "0.1"}, tags={"team": "vision"}, name="first")
    run = run_of(db, job)
    assert (run.job_id, run.status, run.name, run.params) == (job.id, "queued", "first", {"lr": "0.1"})
    assert run.tags["team"] == "vision"
    with db.snapshot(SINGLE_USER) as snapshot:
        told = [ledger.history(snapshot, "run", run.id)[0], ledger.history(snapshot, "job", job.id)[0]]
    assert told[0].at == told[1].at
    assert told[1].links == ({"relation": "produced", "to": f"run:{run.id}"},)


@pytest.mark.parametrize(
    ("error", "fields"), [(ValidationFailed, {"experiment": "999999"}), (ValidationFailed, {"params": {"bad\0": "x"}})]
)
def test_a_job_that_cannot_be_made_leaves_nothing(db: Database, error: type[Exception], fields: dict[str, Any]) -> None:
    with db.snapshot(SINGLE_USER) as snapshot:
        before = ledger.head(snapshot)
    with pytest.raises(error):
        create(db, **fields)
    with db.snapshot(SINGLE_USER) as snapshot:
        assert ledger.head(snapshot) == before


def test_the_experiment_is_the_default_one_or_named_by_name_or_id(db: Database) -> None:
    assert create(db).experiment_id == create(db, experiment="0").experiment_id
    named = create(db, experiment="tuning")
    assert create(db, experiment="tuning").experiment_id == named.experiment_id
    assert create(db, experiment=named.experiment_id).experiment_id == named.experiment_id
    assert named.experiment_id != create(db).experiment_id


def test_only_who_may_write_training_in_the_project_starts_anything(db: Database) -> None:
    with db.snapshot(SINGLE_USER) as snapshot:
        project_id = id_of(snapshot, "default") or ""
    stranger = Actor(ref="user:stranger", grants={"prj_other": rights_of("admin")})
    with pytest.raises(UnknownProject):
        create(db, stranger)
    job = create(db)
    program = Actor(ref=f"job:{job.id}", grants={project_id: JOB_RIGHTS})
    viewer = Actor(ref="user:viewer", grants={project_id: rights_of("viewer")})
    for actor in (program, viewer):
        with pytest.raises(PermissionDenied):
            create(db, actor)
        for order in (service.stop, service.retry, service.issue_token):
            with pytest.raises(PermissionDenied), db.begin(actor) as uow:
                order(uow, job.id)
    with pytest.raises(queries.UnknownJob), db.begin(stranger) as uow:
        service.stop(uow, job.id)


def test_the_run_follows_its_job_to_success(db: Database) -> None:
    job = record(db, create(db), "running")
    assert (job.status, run_of(db, job).status, run_of(db, job).started_at) == ("running", "running", NOW)
    job = ended(db, job)
    assert (job.status, run_of(db, job).status, run_of(db, job).ended_at) == ("completed", "succeeded", NOW)
    assert kinds(db, "job", job.id) == ["job.created", "job.started", "job.completed"]


def test_a_program_that_was_never_seen_running_still_began_before_it_ended(db: Database) -> None:
    job = ended(db, create(db), 3)
    assert kinds(db, "job", job.id) == ["job.created", "job.started", "job.failed"]
    run = run_of(db, job)
    assert (run.status, run.started_at, run.status_reason) == ("failed", NOW, "exit code 3")


def test_an_exit_code_outranks_what_the_client_said(db: Database) -> None:
    job = record(db, create(db), "running")
    with db.begin(SINGLE_USER) as uow:
        tracking.update_run(uow, job.run_id, RunUpdate(status="succeeded", ended_at=NOW))
    assert run_of(db, ended(db, job, 1)).status == "failed"


def test_what_was_seen_of_an_older_version_is_not_recorded(db: Database) -> None:
    job = record(db, create(db), "running")
    with db.begin(SINGLE_USER) as uow:
        stopping = service.stop(uow, job.id)
    assert ended(db, job) == stopping
    assert ended(db, stopping, 0, stopped=True).status == "cancelled"
    assert run_of(db, job).status == "canceled"


def test_a_stop_is_ordered_once(db: Database) -> None:
    job = create(db)
    with db.begin(SINGLE_USER) as uow:
        first = service.stop(uow, job.id)
        assert service.stop(uow, job.id) == first
    assert kinds(db, "job", job.id) == ["job.created", "job.stop_ordered"]
    with pytest.raises(service.StaleVersion), db.begin(SINGLE_USER) as uow:
        service.stop(uow, job.id, expected=job.version)


def test_a_retry_is_a_new_attempt_of_the_same_run(db: Database) -> None:
    failed = ended(db, create(db), 1)
    with db.begin(SINGLE_USER) as uow:
        job = service.retry(uow, failed.id)
    run = run_of(db, job)
    assert (job.status, job.attempt.number, job.run_id) == ("pending", 2, failed.run_id)
    assert (run.status, run.attempts, run.ended_at) == ("queued", 2, None)
    assert run_of(db, ended(db, job)).status == "succeeded"


def test_a_policy_retries_by_itself(db: Database) -> None:
    job = ended(db, create(db, retries=RetryPolicy(max_attempts=2)), 1)
    assert (job.status, job.attempt.number, run_of(db, job).status) == ("pending", 2, "queued")
    job = ended(db, job, 1)
    assert (job.status, run_of(db, job).status) == ("failed", "failed")
    assert kinds(db, "job", job.id)[1:] == ["job.started", "job.retry_scheduled", "job.started", "job.failed"]


def test_a_clone_begins_with_what_the_original_began_with(db: Database) -> None:
    original = create(db, params={"lr": "0.1"}, tags={"team": "vision"}, experiment="tuning", config={"a": 1})
    with db.begin(SINGLE_USER) as uow:
        tracking.log_params(uow, original.run_id, {"found": "7"})
        clone = service.clone(uow, original.id, JobClone(name="again"))
    run = run_of(db, clone)
    assert clone.id != original.id
    assert (clone.argv, clone.config, clone.experiment_id) == (original.argv, {"a": 1}, original.experiment_id)
    assert (run.name, run.params, run.tags["team"]) == ("again", {"lr": "0.1"}, "vision")


def test_a_token_lasts_as_long_as_its_attempt(db: Database) -> None:
    def is_valid(secret: str) -> bool:
        with db.snapshot(SINGLE_USER) as snapshot:
            return credential_of(snapshot, secret) is not None

    job = create(db, retries=RetryPolicy(max_attempts=2))
    with db.begin(CONTROLLER) as uow:
        lost = service.issue_token(uow, job.id)
        secret = service.issue_token(uow, job.id)
    assert (is_valid(lost), is_valid(secret)) == (False, True)
    job = record(db, job, "running")
    assert is_valid(secret)
    job = ended(db, job, 1)
    assert not is_valid(secret)
    with db.begin(CONTROLLER) as uow:
        second = service.issue_token(uow, job.id)
    ended(db, job)
    assert not is_valid(second)
    with db.snapshot(SINGLE_USER) as snapshot:
        texts = [str(entry) for entry in ledger.since(snapshot, 0, limit=10_000)]
    assert not any(each in text for each in (lost, secret, second) for text in texts)


def test_a_token_is_for_the_run_of_its_job(db: Database) -> None:
    job = create(db)
    with db.begin(CONTROLLER) as uow:
        secret = service.issue_token(uow, job.id)
    with db.snapshot(SINGLE_USER) as snapshot:
        credential = credential_of(snapshot, secret)
    assert credential is not None
    assert (credential.actor.ref, credential.actor.scope) == (f"job:{job.id}", f"run:{job.run_id}")


@pytest.fixture
def telemetry(tmp_path: Path) -> Any:
    store = SqliteTelemetryStore(tmp_path / "telemetry.db", clock=ManualClock(NOW), writer="test")
    yield store
    store.close()


def page(db: Database, telemetry: SqliteTelemetryStore, project: str, at: int | None = None, **fields: Any) -> Any:
    moment = None if at is None else ledger.Moment(at, NOW)
    with db.snapshot(SINGLE_USER) as snapshot:
        request = PageRequest.model_validate(fields)
        return queries.job_page(snapshot, telemetry, request, now=NOW, project=project, facets=["status"], at=moment)


def names(found: Any) -> list[str]:
    return [job.name for job in found.items]


def test_lists_are_filtered_ordered_and_cut_live_and_as_of_a_moment(
    db: Database, telemetry: SqliteTelemetryStore
) -> None:
    with db.begin(SINGLE_USER) as uow:
        projects.create(uow, ProjectIn(slug="lists", name="Lists"))
    made = [create(db, name=f"Job {n}", priority=n, project="lists") for n in range(5)]
    ended(db, made[0])
    ended(db, made[1], 1)
    with db.snapshot(SINGLE_USER) as snapshot:
        then = ledger.head(snapshot)
    live = page(db, telemetry, "lists")
    assert names(live) == [f"Job {n}" for n in (4, 3, 2, 1, 0)]
    assert (live.total, live.facets["status"]["pending"], live.facets["status"]["failed"]) == (5, 3, 1)
    assert page(db, telemetry, "lists", at=then).model_dump() == live.model_dump()
    assert names(page(db, telemetry, "lists", filter="status = 'pending' and priority > 2")) == ["Job 4", "Job 3"]
    assert names(page(db, telemetry, "lists", q="jOB 3")) == ["Job 3"]
    assert names(page(db, telemetry, "lists", sort=("priority",), descending=False, limit=2)) == ["Job 0", "Job 1"]
    first = page(db, telemetry, "lists", limit=2)
    ended(db, made[2])
    create(db, name="later", project="lists")
    second = page(db, telemetry, "lists", limit=2, cursor=first.next_cursor)
    assert names(second) == ["Job 2", "Job 1"]
    assert second.items[0].status == "pending"
    past = page(db, telemetry, "lists", at=then, filter="status = 'pending'")
    assert names(past) == ["Job 4", "Job 3", "Job 2"]


@pytest.mark.parametrize("fields", [{"filter": "colour = 'red'"}, {"sort": ("colour",)}, {"columns": ("colour",)}])
def test_a_list_by_what_jobs_do_not_have_is_refused(
    db: Database, telemetry: SqliteTelemetryStore, fields: dict[str, Any]
) -> None:
    with pytest.raises(ValidationFailed):
        page(db, telemetry, "default", **fields)


async def test_progress_follows_the_metrics_of_the_last_attempt(db: Database, telemetry: SqliteTelemetryStore) -> None:
    job = record(db, create(db, config={"training": {"hyperparams": {"epochs": 50}}}), "running")
    with db.snapshot(SINGLE_USER) as snapshot:
        owner = StreamOwner(queries.owned_job(snapshot, job.id).project_id, "run", job.run_id)
    batch = PointBatch.from_columns(["loss", "acc"], [10, 9], [0, 0], [0.5, 0.9])
    await telemetry.append_points(owner, batch)

    def detail() -> Any:
        with db.snapshot(SINGLE_USER) as snapshot:
            return queries.job_detail(snapshot, telemetry, job.id, now=NOW.replace(minute=1))

    assert detail().progress.model_dump() == {"step": 10, "total": 50, "percent": 20.0, "eta_s": 240.0}
    assert detail().metrics == {"acc": 0.9, "loss": 0.5}
    failed = ended(db, job, 1)
    with db.begin(SINGLE_USER) as uow:
        service.retry(uow, failed.id)
    assert detail().progress.step is None


def test_a_job_can_be_read_as_it_was(db: Database) -> None:
    job = create(db, config={"a": {"b": [1]}}, params={"x": "1"})
    done = ended(db, job)
    with db.snapshot(SINGLE_USER) as snapshot:
        seqs = {entry.version: entry.seq for entry in ledger.history(snapshot, "job", job.id)}
        past = [queries.job(snapshot, job.id, at=ledger.Moment(seqs[version], NOW)) for version in (1, done.version)]
    assert past == [job, done]


def test_the_tables_are_what_the_ledger_tells(db: Database) -> None:
    job = create(db, timeout_s=5, retries=RetryPolicy(max_attempts=3), environment={"variables": {"A": "ü"}})
    ended(db, job, 1, cpu_s=1.5)
    with db.snapshot(SINGLE_USER) as snapshot:
        assert [finding for finding in ledger.verify_tables(snapshot) if "job" in finding.where] == []


def test_every_status_of_a_job_has_one_for_its_run() -> None:
    assert set(rules.RUN_STATUS) == set(queries.STATUSES)
