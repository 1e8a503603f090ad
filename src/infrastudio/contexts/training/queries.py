"""Reads of jobs, live and as of a moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, func, or_, select

from infrastudio.contexts.projects import queries as projects
from infrastudio.contexts.training import rules
from infrastudio.contexts.training.schemas import Job, JobDetail, JobPage, JobSummary, Progress
from infrastudio.contexts.training.tables import JobRow
from infrastudio.kernel.clock import to_micros
from infrastudio.kernel.errors import NotFound, ValidationFailed
from infrastudio.kernel.filters import EQUALITY, MEMBERSHIP, PRESENCE, Field, FilterFields, Identifier, Kind, Ordering
from infrastudio.kernel.pages import PageRequest
from infrastudio.stores import ledger
from infrastudio.stores.db import Snapshot, contains_folded
from infrastudio.stores.db.filter_compiler import (
    FieldColumn,
    FilterColumns,
    compile_filter,
    moment_column,
    order_statement,
)
from infrastudio.stores.ledger import BIRTH, EVENT_AT, Moment, lists
from infrastudio.stores.ledger.filter_columns import columns_at
from infrastudio.stores.telemetry import LatestValue, TelemetryReader

READ: Final = "training.read"
WRITE: Final = "training.write"
STATUSES: Final = ("pending", "running", "completed", "failed", "cancelled")
NEWEST_FIRST: Final = (Ordering(Identifier(None, "created_at"), descending=True),)

_IDENTIFIERS: Final = EQUALITY | MEMBERSHIP | PRESENCE

JOB_FIELDS: Final = FilterFields(
    {
        "id": Field("id"),
        "name": Field("name"),
        "status": Field("status", Kind.CHOICE, choices={status: status for status in STATUSES}),
        "recipe": Field("recipe"),
        "executor": Field("executor"),
        "run_id": Field("run_id", operators=_IDENTIFIERS),
        "experiment_id": Field("experiment_id", operators=_IDENTIFIERS),
        "priority": Field("priority", Kind.NUMBER),
        "created_at": Field("created_at", Kind.TIME),
        "updated_at": Field("updated_at", Kind.TIME),
        "started_at": Field("started_at", Kind.TIME),
        "completed_at": Field("completed_at", Kind.TIME),
    },
    attribute_entities=("attribute", "attributes", "attr", "job"),
)
"""What jobs can be filtered and ordered by."""

_job = JobRow.__table__.c
_LIVE: Final = FilterColumns(
    {
        "id": FieldColumn(_job.id, _job.id),
        "name": FieldColumn(_job.name, _job.name_folded),
        "status": FieldColumn(_job.status),
        "recipe": FieldColumn(_job.recipe, _job.recipe, nullable=True),
        "executor": FieldColumn(_job.executor, _job.executor),
        "run_id": FieldColumn(_job.run_id),
        "experiment_id": FieldColumn(_job.experiment_id),
        "priority": FieldColumn(_job.priority),
        "created_at": moment_column(_job.created_at),
        "updated_at": moment_column(_job.updated_at),
        "started_at": moment_column(_job.started_at, nullable=True),
        "completed_at": moment_column(_job.completed_at, nullable=True),
    }
)


class UnknownJob(NotFound):
    """No such job exists for the actor."""

    def __init__(self, id: str) -> None:
        super().__init__(f"There is no job {id!r}.", id=id)


class JobFilter(NamedTuple):
    """What a list is narrowed to beside its filter."""

    status: str | None = None
    run_id: str | None = None


class OpenJob(NamedTuple):
    """A job that has not come to its end."""

    id: str
    status: str


class OwnedJob(NamedTuple):
    """A job, and the id of its project."""

    job: Job
    project_id: str


def row(snapshot: Snapshot, id: str, *, right: str = READ) -> Row[Any]:
    """Return the row of a job on which the actor has `right`.

    Raises:
        UnknownJob: It does not exist, or the actor may not read it.
        PermissionDenied: The actor may read it and lacks `right`.
    """
    found = snapshot.execute(select(JobRow.__table__).where(JobRow.id == id)).one_or_none()
    if found is None:
        raise UnknownJob(id)
    projects.require_right(snapshot, found.project_id, right, unknown=UnknownJob(id))
    return found


def job_of(snapshot: Snapshot, row: Row[Any]) -> Job:
    """Return the job that a row holds."""
    return Job.model_validate({**row._mapping, "project": projects.slug_of(snapshot, row.project_id)})


def job(snapshot: Snapshot, id: str, *, at: Moment | None = None) -> Job:
    """Return one job, live or as of a moment."""
    if at is None:
        return job_of(snapshot, row(snapshot, id))
    state = ledger.state_at(snapshot, "job", id, at.seq, collections=Job.collections)
    if state is None:
        raise UnknownJob(id)
    project_id = projects.id_of(snapshot, state["project"]) or ""
    projects.require_right(snapshot, project_id, READ, unknown=UnknownJob(id))
    return Job.model_validate(state)


def owned_job(snapshot: Snapshot, id: str) -> OwnedJob:
    """Return a job and the id of its project, for the controller."""
    found = row(snapshot, id)
    return OwnedJob(job_of(snapshot, found), found.project_id)


def open_jobs(snapshot: Snapshot) -> list[OpenJob]:
    """Return all jobs that have not come to their end, those of higher priority first, then the oldest."""
    statement = select(JobRow.id, JobRow.status).where(JobRow.status.in_(("pending", "running")))
    rows = snapshot.execute(statement.order_by(JobRow.priority.desc(), JobRow.created_at))
    return [OpenJob(found.id, found.status) for found in rows]


def job_detail(
    snapshot: Snapshot, telemetry: TelemetryReader, id: str, *, now: datetime, at: Moment | None = None
) -> JobDetail:
    """Return one job with its progress and latest metrics, live or as of a moment."""
    found = job(snapshot, id, at=at)
    latest = _latest(telemetry, [found.run_id], at).get(found.run_id, {})
    progress = _progress(found, found.config, latest, now if at is None else at.at)
    metrics = {name: latest[name].value for name in sorted(latest)}
    return JobDetail.model_validate(found.model_dump() | {"progress": progress, "metrics": metrics})


def job_page(
    snapshot: Snapshot,
    telemetry: TelemetryReader,
    request: PageRequest,
    wanted: JobFilter = JobFilter(),
    *,
    now: datetime,
    project: str | None = None,
    facets: Sequence[str] = (),
    at: Moment | None = None,
) -> JobPage:
    """Return a page of jobs, live or as of a moment; by default the newest first.

    Raises:
        ValidationFailed: Filter, order, cursor or facets are not understood.
    """
    lists.require_columns(request, JobSummary)
    asked = lists.understand(snapshot, request, JOB_FIELDS, at=at, live_only=frozenset())
    is_live = asked.seq is None
    source = _LIVE if is_live else columns_at(Job, JOB_FIELDS)
    base = select(JobRow.__table__) if asked.seq is None else ledger.select_states("job", asked.seq)
    column = JobRow.project_id if is_live else EVENT_AT.project_id
    statement = base.where(
        projects.visible(snapshot, column, project, READ),
        compile_filter(asked.expression, JOB_FIELDS, source),
        *_conditions(source, wanted, request.q),
    )
    total = int(snapshot.execute(select(func.count()).select_from(statement.subquery())).scalar_one())
    ordered = order_statement(statement, asked.orderings or NEWEST_FIRST, JOB_FIELDS, source, parameter="sort")
    tie_break = _job.id if is_live else BIRTH.entity_id
    rows = snapshot.execute(ordered.order_by(tie_break.desc()).offset(asked.offset).limit(asked.limit)).all()
    jobs = [job_of(snapshot, found) if is_live else ledger.state_of(snapshot, found, Job, "job") for found in rows]
    latest = _latest(telemetry, [found.run_id for found in jobs], at)
    moment = now if at is None else at.at
    return JobPage(
        items=[_summary(found, latest.get(found.run_id, {}), moment) for found in jobs],
        total=total,
        next_cursor=asked.next_cursor(len(rows), total),
        facets={facet: _facet(snapshot, statement, source, facet) for facet in facets} if facets else None,
    )


def _conditions(source: FilterColumns, wanted: JobFilter, q: str | None) -> list[ColumnElement[bool]]:
    conditions = [
        source.attributes[name].value == value for name, value in wanted._asdict().items() if value is not None
    ]
    if q:
        name = contains_folded(source.attributes["name"].folded, q)
        conditions.append(or_(name, source.attributes["id"].value == q))
    return conditions


def _facet(snapshot: Snapshot, statement: Select[Any], source: FilterColumns, facet: str) -> dict[str, int]:
    if facet != "status":
        raise ValidationFailed.of("facets", f"{facet!r} cannot be counted; use status")
    values = statement.with_only_columns(source.attributes["status"].value.label("facet")).subquery()
    counted = snapshot.execute(select(values.c.facet, func.count().label("jobs")).group_by(values.c.facet))
    counts = {found.facet: found.jobs for found in counted}
    return {status: counts.get(status, 0) for status in STATUSES}


def _latest(
    telemetry: TelemetryReader, run_ids: Sequence[str], at: Moment | None
) -> Mapping[str, Mapping[str, LatestValue]]:
    if not run_ids:
        return {}
    return telemetry.latest("run", run_ids, received_by=None if at is None else to_micros(at.at))


def _progress(job: Job, config: Mapping[str, Any], latest: Mapping[str, LatestValue], now: datetime) -> Progress:
    steps = [value.step for value in latest.values() if value.attempt == job.attempt.number]
    return rules.progress_of(config, job.status, job.attempt.started_at, steps, now=now)


def _summary(job: Job, latest: Mapping[str, LatestValue], now: datetime) -> JobSummary:
    values = {name: getattr(job, name) for name in JobSummary.model_fields if name not in ("attempt", "progress")}
    progress = _progress(job, job.config, latest, now)
    return JobSummary.model_validate(values | {"attempt": job.attempt.number, "progress": progress})
