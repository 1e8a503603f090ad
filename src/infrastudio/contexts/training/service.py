"""What can be done with jobs."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, insert, update

from infrastudio.contexts.identity import service as identity
from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.tracking import service as tracking
from infrastudio.contexts.tracking.queries import experiments
from infrastudio.contexts.tracking.schemas import ExperimentIn, Run, RunCreate
from infrastudio.contexts.training import queries, rules
from infrastudio.contexts.training.events import (
    JobCancelled,
    JobCompleted,
    JobCreated,
    JobDelayed,
    JobFailed,
    JobRetryOrdered,
    JobRetryScheduled,
    JobStarted,
    JobStopOrdered,
)
from infrastudio.contexts.training.schemas import (
    Job,
    JobClone,
    JobDefinition,
    Observed,
    RunPlan,
    StartedRun,
)
from infrastudio.contexts.training.tables import JobRow
from infrastudio.kernel.diff import diff, state_json
from infrastudio.kernel.errors import PreconditionFailed, ValidationFailed
from infrastudio.kernel.text import casefold
from infrastudio.stores import ledger
from infrastudio.stores.db import CanonicalJson, UnitOfWork
from infrastudio.stores.ledger import Event, Link

_JSON_COLUMNS: Final = frozenset(
    column.name for column in JobRow.__table__.columns if isinstance(column.type, CanonicalJson)
)
_ENDS: Final[dict[str, type[Event]]] = {"completed": JobCompleted, "failed": JobFailed, "cancelled": JobCancelled}


class StaleVersion(PreconditionFailed):
    """The job changed since the client read it; carries what it is now and what happened since."""

    def __init__(self, expected: int, current: Job, changes_since: list[dict[str, Any]]) -> None:
        super().__init__(
            f"Job {current.id} is at version {current.version}, not {expected}.",
            expected_version=expected,
            current_version=current.version,
            current=state_json(current),
            changes_since=changes_since,
        )


def create(uow: UnitOfWork, plan: RunPlan, *, project: str | None = None) -> Job:
    """Make a job and its run; the controller starts it.

    Raises:
        ValidationFailed: The plan names an experiment by an id that does not exist in the project.
        ExperimentNotActive: The experiment is deleted.
    """
    return _create(uow, plan, project)[1]


def create_run(uow: UnitOfWork, plan: RunPlan, *, project: str | None = None) -> StartedRun:
    """Make a run and its job, as `create` does, and return the run."""
    run, job = _create(uow, plan, project)
    values = {name: getattr(run, name) for name in StartedRun.model_fields if name not in ("metrics", "job")}
    return StartedRun.model_validate(values | {"metrics": {}, "job": job})


def stop(uow: UnitOfWork, id: str, *, expected: int | None = None) -> Job:
    """Order the end of a job; the controller brings it about. To order it again changes nothing.

    Raises:
        JobEnded: There is nothing left to stop.
        StaleVersion: It changed since `expected`.
    """
    row, before = _read(uow, id, expected)
    after = rules.order_stop(before, "requested")
    return before if after is before else _store(uow, row, before, after, JobStopOrdered)


def order_timeout(uow: UnitOfWork, id: str, version: int) -> Job:
    """Order the end of a job whose time is up, if it is still at `version`."""
    row, before = _read(uow, id, None)
    if before.version != version:
        return before
    after = rules.order_stop(before, "timeout")
    return before if after is before else _store(uow, row, before, after, JobStopOrdered)


def retry(uow: UnitOfWork, id: str, *, expected: int | None = None) -> Job:
    """Order another attempt of a failed or cancelled job, for the same run.

    Raises:
        JobNotEnded: It waits, runs, or was completed.
        StaleVersion: It changed since `expected`.
    """
    row, before = _read(uow, id, expected)
    after = rules.order_retry(before)
    tracking.record_job_state(uow, before.run_id, rules.RUN_STATUS[after.status], attempt=after.attempt.number)
    return _store(uow, row, before, after, JobRetryOrdered)


def clone(uow: UnitOfWork, id: str, body: JobClone) -> Job:
    """Make a new job with a new run from what another one was made from, in the same experiment.

    Raises:
        ExperimentNotActive: The experiment is deleted.
    """
    row, original = _read(uow, id, None)
    fields = {name: getattr(original, name) for name in JobDefinition.model_fields}
    definition = JobDefinition.model_validate(fields | ({"name": body.name} if body.name else {}))
    links = (Link(relation="caused_by", to=f"job:{id}"),)
    return _store_new(uow, definition, original.experiment_id, row.project_id, links)[1]


def record(
    uow: UnitOfWork, id: str, version: int, seen: Observed, *, lines: tuple[str, ...] = (), first_line: int = 1
) -> Job:
    """Record what an executor tells of the job's last attempt, and let the run follow.

    Only if the job is still at `version`: who saw it looked at an older state otherwise, and must look again.

    Args:
        uow: The transaction.
        id: The job.
        version: The version that the observation belongs to.
        seen: How the attempt is.
        lines: The last lines of its log, oldest first, for the name of a failure.
        first_line: The number of the first of them in the run's log.
    """
    row, job = _read(uow, id, None)
    if job.version != version:
        return job
    jitter = int.from_bytes(uow.ids.token_bytes(2), "big") / 65_535 if job.retries.max_attempts > 1 else 0.0
    for step in _steps(job, seen):
        before = job
        job = rules.record(before, step, now=uow.now, lines=lines, first_line=first_line, jitter=jitter)
        if job is not before:
            job = _record(uow, row, before, job)
    return job


def explain_wait(uow: UnitOfWork, id: str, version: int, reason: str) -> Job:
    """Say why a job that waits is not further on, if it is still at `version` and it was not said before."""
    row, before = _read(uow, id, None)
    after = rules.explain_wait(before, reason)
    if before.version != version or after is before:
        return before
    return _store(uow, row, before, after, JobDelayed)


def issue_token(uow: UnitOfWork, id: str) -> str:
    """Make the token by which the program of a job acts, and return its secret; older ones are revoked."""
    row, job = _read(uow, id, None)
    identity.revoke_tokens(uow, subject=f"job:{id}", project=job.project)
    made = identity.issue_token(
        uow,
        project_id=row.project_id,
        project=job.project,
        name=f"job {job.name}"[:255],
        kind="job",
        subject=f"job:{id}",
        scope=f"run:{job.run_id}",
    )
    return made.secret


def _create(uow: UnitOfWork, plan: RunPlan, project: str | None) -> tuple[Run, Job]:
    project_id = projects.require(uow, project, queries.WRITE)
    experiment_id = _experiment(uow, plan.experiment, projects.slug_of(uow, project_id), project_id)
    return _store_new(uow, plan.definition, experiment_id, project_id)


def _experiment(uow: UnitOfWork, reference: str | None, project: str, project_id: str) -> str:
    """Return the id of the experiment that is meant; a name that is new makes one."""
    if reference is None or reference == "0":
        return tracking.ensure_default(uow, project=project).id
    if experiments.number_of(reference) >= 0:
        try:
            row = experiments.row(uow, reference)
        except experiments.UnknownExperiment as error:
            raise ValidationFailed.of("experiment", f"there is no experiment {reference}") from error
        if row.project_id != project_id:
            raise ValidationFailed.of("experiment", f"the experiment {reference} belongs to another project")
        return reference
    try:
        return experiments.experiment_by_name(uow, reference, project=project).id
    except experiments.UnknownExperimentName:
        return tracking.create_experiment(uow, ExperimentIn(name=reference), project=project).id


def _store_new(
    uow: UnitOfWork, definition: JobDefinition, experiment_id: str, project_id: str, links: tuple[Link, ...] = ()
) -> tuple[Run, Job]:
    id = uow.ids.prefixed("job")
    run = tracking.create_run(
        uow,
        RunCreate(
            experiment_id=experiment_id,
            name=definition.name,
            status="queued",
            user=definition.owner or "",
            params=definition.params,
            tags=definition.tags,
            job_id=id,
        ),
    )
    job = Job(
        **{name: getattr(definition, name) for name in JobDefinition.model_fields},
        id=id,
        project=run.project,
        run_id=run.id,
        experiment_id=run.experiment_id,
        created_at=uow.now,
        updated_at=uow.now,
        version=1,
    )
    stored = _columns(job) | {"project_id": project_id, "name_folded": casefold(job.name)}
    uow.change(insert(JobRow).values(stored))
    told = JobCreated(after=job, changes=diff(None, job), links=(Link(relation="produced", to=f"run:{run.id}"), *links))
    ledger.append(uow, told, project_id=project_id)
    return run, job


def _read(uow: UnitOfWork, id: str, expected: int | None) -> tuple[Row[Any], Job]:
    row = queries.row(uow, id, right=queries.WRITE)
    job = queries.job_of(uow, row)
    if expected is not None and expected != job.version:
        raise StaleVersion(expected, job, ledger.changes_since(uow, "job", id, expected))
    return row, job


def _steps(job: Job, seen: Observed) -> list[Observed]:
    """Return an observation as what happened one after the other: who was never seen running began before its end."""
    if job.status == "pending" and seen.phase == "exited" and seen.started_at is not None:
        return [seen.model_copy(update={"phase": "running"}), seen]
    return [seen]


def _record(uow: UnitOfWork, row: Row[Any], before: Job, after: Job) -> Job:
    """Store what was observed; the run follows, and a token is worth nothing once its attempt is over."""
    event, at = _happened(before, after)
    tracking.record_job_state(
        uow,
        after.run_id,
        rules.RUN_STATUS[after.status],
        reason=after.status_reason,
        attempt=after.attempt.number,
        at=at,
    )
    if after.ended or after.attempt.number != before.attempt.number:
        identity.revoke_tokens(uow, subject=f"job:{after.id}", project=after.project)
    return _store(uow, row, before, after, event, occurred_at=at)


def _happened(before: Job, after: Job) -> tuple[type[Event], datetime | None]:
    """Return what the change from one state to the other is called, and when it happened in the world."""
    if after.ended:
        return _ENDS[after.status], after.completed_at
    if after.attempt.number != before.attempt.number:
        return JobRetryScheduled, after.attempts[-2].ended_at
    return JobStarted, after.attempt.started_at


def _store(
    uow: UnitOfWork,
    row: Row[Any],
    before: Job,
    changed: Job,
    event: type[Event],
    *,
    occurred_at: datetime | None = None,
) -> Job:
    """Store a new state of a job and tell of it."""
    after = changed.model_copy(update={"version": before.version + 1, "updated_at": uow.now})
    changes = diff(before, after)
    values = {name: value for name, value in _columns(after).items() if name in changes or name == "version"}
    uow.change(update(JobRow).where(JobRow.id == after.id).values(values))
    ledger.append(uow, event(after=after, changes=changes), project_id=row.project_id, occurred_at=occurred_at)
    return after


def _columns(job: Job) -> dict[str, Any]:
    """Return the values of a job's columns: what is kept as JSON in its JSON form."""
    kept = job.model_dump(mode="json", include=set(_JSON_COLUMNS))
    return job.model_dump(exclude={"project", *_JSON_COLUMNS}) | kept
