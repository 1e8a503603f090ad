"""Making runs, changing their own fields, and following the job behind them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.tracking import rules
from infrastudio.contexts.tracking.events.runs import RunCreated, RunStatusChanged, RunTagged, RunUpdated
from infrastudio.contexts.tracking.queries import runs as queries
from infrastudio.contexts.tracking.queries.active_runs import touch_runs
from infrastudio.contexts.tracking.schemas.runs import Run, RunCreate, RunStatus, RunUpdate
from infrastudio.contexts.tracking.service import experiments
from infrastudio.contexts.tracking.service.run_data import write_tags
from infrastudio.contexts.tracking.service.run_writes import WRITE, active_row, insert_run
from infrastudio.contexts.tracking.service.versions import require_version
from infrastudio.kernel.diff import diff
from infrastudio.kernel.errors import Conflict, ValidationFailed
from infrastudio.stores import ledger
from infrastudio.stores.db import Record, UnitOfWork
from infrastudio.stores.ledger import Event


class RunExists(Conflict):
    """A run with this id exists already."""

    def __init__(self, id: str) -> None:
        super().__init__(f"A run with id {id} already exists.", field="id", value=id)


class HasJob(Conflict):
    """A job begins the attempts of this run."""

    def __init__(self, id: str, job_id: str) -> None:
        super().__init__(f"The run {id} belongs to the job {job_id}; retry that instead.", id=id, job_id=job_id)


class NamesDiffer(ValidationFailed):
    """The name of a new run and the tag that holds it say different things."""


def create_run(uow: UnitOfWork, body: RunCreate, *, fill_times: bool = False) -> Run:
    """Make a run.

    Args:
        uow: The transaction.
        body: What it is made from; without a name it takes that of the tag, or a made-up one.
        fill_times: Let a running run begin now if the body says no time.

    Raises:
        UnknownExperiment: There is no such experiment for the actor.
        ExperimentNotActive: It is deleted.
        NamesDiffer: `name` and the tag of the name are both given and differ.
        RunExists: The given id is in use.
    """
    experiment = experiments.require_active(uow, body.experiment_id, right=WRITE)
    tags = rules.cut(body.tags, rules.MAX_TAG_VALUE)
    name = _name(uow, body.name, tags)
    tags = {**tags, rules.NAME_TAG: name}
    params = rules.cut(body.params, rules.MAX_PARAM_VALUE)
    rules.require_items("tags", tags)
    rules.require_items("params", params)
    begins_now = fill_times and body.started_at is None and body.status != "queued"
    run = Run(
        id=body.id or uow.ids.hex32(),
        project=projects.slug_of(uow, experiment.project_id),
        experiment_id=str(experiment.id),
        name=name,
        status=body.status,
        status_reason=body.status_reason,
        user=body.user,
        started_at=uow.now if begins_now else body.started_at,
        ended_at=body.ended_at,
        parent_id=rules.parent_of(tags),
        job_id=body.job_id,
        lifecycle="active",
        attempts=body.attempts,
        created_at=uow.now,
        updated_at=uow.now,
        params=params,
        tags=tags,
        version=1,
    )
    insert_run(uow, run, project_id=experiment.project_id, on_conflict=RunExists(run.id))
    ledger.append(uow, RunCreated(after=run, changes=diff(None, run)), project_id=experiment.project_id)
    return run


def update_run(
    uow: UnitOfWork, id: str, body: RunUpdate, *, expected: int | None = None, fill_times: bool = False
) -> Run:
    """Change the given fields and tags of a run; those not sent stay as they are.

    Args:
        uow: The transaction.
        id: The run.
        body: The new values. A new name is also that of the tag that holds it.
        expected: The version that the client has seen.
        fill_times: Let a run that begins or ends by this do so now if the body says no time.

    Raises:
        RunNotActive: It is deleted.
        StaleVersion: It changed since `expected`, other than by its params and tags.
    """
    row = active_row(uow, id)
    before = queries.run_of(uow, row)
    require_version(uow, "run", id, before, expected, commuting=Run.collections)
    asked = body.provided()
    if fill_times:
        asked = _with_times(uow, before, asked)
    tags: dict[str, str | None] = dict(body.tags)
    if "name" in asked:
        tags[rules.NAME_TAG] = asked["name"]
    return _write(uow, row, before, asked, tags)


def resume_run(uow: UnitOfWork, id: str, *, expected: int | None = None) -> Run:
    """Let a run go on in a new attempt: it is running and has no end; what it logged before stays.

    Raises:
        RunNotActive: It is deleted.
        HasJob: A job drives it, and begins its attempts.
        StaleVersion: It changed since `expected`, other than by its params and tags.
    """
    row = active_row(uow, id)
    before = queries.run_of(uow, row)
    require_version(uow, "run", id, before, expected, commuting=Run.collections)
    if before.job_id is not None:
        raise HasJob(id, before.job_id)
    fields = {"status": "running", "status_reason": None, "ended_at": None, "attempts": before.attempts + 1}
    return _write(uow, row, before, fields, {})


def record_job_state(
    uow: UnitOfWork,
    id: str,
    status: RunStatus,
    *,
    reason: str | None = None,
    attempt: int = 1,
    at: datetime | None = None,
) -> Run:
    """Let a run follow the job that drives it; to say the same again changes nothing.

    A run that goes on again has no end; one that has begun keeps its beginning. Works on deleted runs too, for the
    program behind one may still be running.

    Args:
        uow: The transaction.
        id: The run.
        status: What the job's state means for its run.
        reason: Why it is so, in words.
        attempt: The attempt that the job is at.
        at: When it happened; None: now.
    """
    row = queries.row(uow, id, right=WRITE)
    before = queries.run_of(uow, row)
    moment = at or uow.now
    fields: dict[str, Any] = {"status": status, "status_reason": reason, "attempts": max(before.attempts, attempt)}
    if status == "running" and before.started_at is None:
        fields["started_at"] = moment
    if status in rules.TERMINAL:
        fields["ended_at"] = before.ended_at if before.ended_at and before.status == status else moment
    else:
        fields["ended_at"] = None
    return _write(uow, row, before, fields, {}, occurred_at=at)


def _write(
    uow: UnitOfWork,
    row: Record,
    before: Run,
    fields: Mapping[str, Any],
    tags: Mapping[str, str | None],
    *,
    occurred_at: datetime | None = None,
) -> Run:
    """Store what is new, if anything is, and tell of a new status as such; return the run with its collections."""
    touch_runs(uow, [before.id])
    if any(fields.get(field, getattr(before, field)) != getattr(before, field) for field in ("status", "attempts")):
        event: type[Event] = RunStatusChanged
    else:
        event = RunUpdated if fields else RunTagged
    after = write_tags(uow, row, before, tags, fields=fields, event=event, occurred_at=occurred_at)
    return queries.with_collections(uow, [after])[0]


def _with_times(uow: UnitOfWork, before: Run, asked: dict[str, Any]) -> dict[str, Any]:
    status = asked.get("status", before.status)
    if status == before.status:
        return asked
    filled = dict(asked)
    if status in rules.TERMINAL:
        filled.setdefault("ended_at", uow.now)
    elif before.ended_at is not None:
        filled.setdefault("ended_at", None)
    if status != "queued" and before.started_at is None:
        filled.setdefault("started_at", uow.now)
    return filled


def _name(uow: UnitOfWork, given: str | None, tags: Mapping[str, str]) -> str:
    tagged = tags.get(rules.NAME_TAG)
    if given and tagged and given != tagged:
        raise NamesDiffer.of(
            "name", f"{given!r} and the tag '{rules.NAME_TAG}' with {tagged!r} differ; give one of them, or the same"
        )
    name = given or tagged or rules.made_up_name(uow.ids.token_bytes(4))
    return name[: rules.MAX_TAG_VALUE]
