"""The routes of experiments."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from infrastudio.contexts.tracking import rules, service
from infrastudio.contexts.tracking.queries import experiments as queries
from infrastudio.contexts.tracking.queries import run_search
from infrastudio.contexts.tracking.queries.column_search import run_columns
from infrastudio.contexts.tracking.queries.run_groups import run_groups
from infrastudio.contexts.tracking.queries.run_search import RunScope
from infrastudio.contexts.tracking.schemas.experiments import (
    ExperimentIn,
    ExperimentPage,
    ExperimentUpdate,
    ExperimentView,
)
from infrastudio.contexts.tracking.schemas.run_lists import ColumnKind, RunColumnPage, RunGroupPage
from infrastudio.contexts.tracking.schemas.runs import RunCreate, RunIn, RunPage, RunSummary
from infrastudio.http import (
    Access,
    AsOf,
    IfMatch,
    PageParameters,
    ProjectParameter,
    WriteAccess,
    reads,
    resource,
    set_etag,
    set_location,
    writes,
)
from infrastudio.http.pagination import ListText
from infrastudio.kernel.pages import MAX_LIMIT
from infrastudio.kernel.text import Text
from infrastudio.stores.db import UnitOfWork
from infrastudio.stores.telemetry import TelemetryStore

router = APIRouter(prefix="/api/experiments", tags=["experiments"])

Reader = Annotated[Access, Depends(reads("experiments.read"))]
Writer = Annotated[WriteAccess, Depends(writes("experiments.write"))]
RunReader = Annotated[Access, Depends(reads("runs.read"))]
RunWriter = Annotated[WriteAccess, Depends(writes("runs.write"))]
Telemetry = Annotated[TelemetryStore, Depends(resource(TelemetryStore))]
ExperimentId = Annotated[Text, Path(max_length=20)]
LifecycleParameter = Annotated[
    Literal["active", "deleted", "all"], Query(description="Which ones are listed: by default those in use.")
]
Facets = Annotated[
    list[Literal["status"]] | None, Query(description="Fields whose values are counted over all that match.")
]


GroupedBy = Annotated[
    Text,
    Query(min_length=1, max_length=1000, description="One to three params, tags or attributes: `params.lr,status`."),
]
ColumnText = Annotated[Text, Query(max_length=250, description="A part of the name, whatever its case.")]
ColumnKinds = Annotated[list[ColumnKind] | None, Query(description="By default all of them.")]
ColumnLimit = Annotated[int, Query(ge=1, le=MAX_LIMIT)]


def lifecycle_of(parameter: Literal["active", "deleted", "all"]) -> str | None:
    """Return the lifecycle that a list is narrowed to; None: all."""
    return None if parameter == "all" else parameter


@router.get("")
async def list_experiments(
    reader: Reader,
    page: PageParameters,
    at: AsOf,
    lifecycle: LifecycleParameter = "active",
    project: ProjectParameter = None,
) -> ExperimentPage:
    """Return a page of experiments, by default the newest first."""
    return await reader.read(queries.experiments, page, project=project, lifecycle=lifecycle_of(lifecycle), at=at)


@router.post("", status_code=201)
async def create_experiment(
    body: ExperimentIn, request: Request, response: Response, writer: Writer, project: ProjectParameter = None
) -> ExperimentView:
    """Make an experiment."""
    experiment = await writer.write(_create, body, project)
    set_location(request, response, f"/api/experiments/{experiment.id}")
    set_etag(response, experiment.version)
    return experiment


@router.get("/{id}")
async def get_experiment(id: ExperimentId, response: Response, reader: Reader, at: AsOf) -> ExperimentView:
    """Return one experiment, also a deleted one."""
    experiment = await reader.read(queries.experiment, id, at=at)
    set_etag(response, experiment.version)
    return experiment


@router.patch("/{id}")
async def update_experiment(
    id: ExperimentId, body: ExperimentUpdate, response: Response, writer: Writer, seen: IfMatch
) -> ExperimentView:
    """Change some fields of an experiment; of the tags only those that are named, null takes one away."""
    experiment = await writer.write(_update, id, body, seen)
    set_etag(response, experiment.version)
    return experiment


@router.delete("/{id}", status_code=204)
async def delete_experiment(id: ExperimentId, writer: Writer, seen: IfMatch) -> None:
    """Put an experiment and its runs aside; both can be restored."""
    await writer.write(service.delete_experiment, id, expected=seen)


@router.post("/{id}/restore")
async def restore_experiment(id: ExperimentId, response: Response, writer: Writer, seen: IfMatch) -> ExperimentView:
    """Bring a deleted experiment and all its runs back."""
    experiment = await writer.write(_restore, id, seen)
    set_etag(response, experiment.version)
    return experiment


@router.get("/{id}/runs")
async def list_experiment_runs(
    id: ExperimentId,
    reader: RunReader,
    telemetry: Telemetry,
    page: PageParameters,
    at: AsOf,
    lifecycle: LifecycleParameter = "active",
    facets: Facets = None,
) -> RunPage:
    """Return a page of an experiment's runs, by default the newest first, with the columns asked for."""
    scope = RunScope(experiment_ids=(id,), lifecycle=lifecycle_of(lifecycle))
    return await reader.read(run_search.run_page, telemetry, page, scope, facets=facets or (), at=at)


@router.get("/{id}/run-groups")
async def list_experiment_run_groups(
    id: ExperimentId,
    reader: RunReader,
    page: PageParameters,
    at: AsOf,
    by: GroupedBy,
    lifecycle: LifecycleParameter = "active",
) -> RunGroupPage:
    """Return a page of an experiment's runs by what they have in common, with mean and deviation of metrics."""
    scope = RunScope(experiment_ids=(id,), lifecycle=lifecycle_of(lifecycle))
    return await reader.read(run_groups, page, scope, by, at=at)


@router.get("/{id}/run-columns")
async def list_experiment_run_columns(
    id: ExperimentId,
    reader: RunReader,
    q: ColumnText = "",
    kind: ColumnKinds = None,
    cursor: ListText = None,
    limit: ColumnLimit = 50,
    lifecycle: LifecycleParameter = "active",
) -> RunColumnPage:
    """Return the names of metrics, params and tags that an experiment's runs have, those that contain `q`."""
    scope = RunScope(experiment_ids=(id,), lifecycle=lifecycle_of(lifecycle))
    return await reader.read(run_columns, scope, q=q, kinds=kind or (), cursor=cursor, limit=limit)


@router.post("/{id}/runs", status_code=201)
async def create_experiment_run(
    id: ExperimentId, body: RunIn, response: Response, request: Request, writer: RunWriter
) -> RunSummary:
    """Make a bare run, without a job behind it."""
    run = await writer.write(_create_run, id, body)
    set_location(request, response, f"/api/runs/{run.id}")
    set_etag(response, run.version)
    return run


def _create(uow: UnitOfWork, body: ExperimentIn, project: str | None) -> ExperimentView:
    return queries.experiment(uow, service.create_experiment(uow, body, project=project).id)


def _update(uow: UnitOfWork, id: str, body: ExperimentUpdate, expected: int | None) -> ExperimentView:
    service.update_experiment(uow, id, body, expected=expected)
    return queries.experiment(uow, id)


def _restore(uow: UnitOfWork, id: str, expected: int | None) -> ExperimentView:
    service.restore_experiment(uow, id, expected=expected)
    return queries.experiment(uow, id)


def _create_run(uow: UnitOfWork, experiment_id: str, body: RunIn) -> RunSummary:
    parent = {} if body.parent_id is None else {rules.PARENT_TAG: body.parent_id}
    wanted = RunCreate(
        experiment_id=experiment_id,
        id=body.id,
        name=body.name,
        status=body.status,
        user=uow.actor.ref if body.user is None else body.user,
        started_at=body.started_at,
        params=body.params,
        tags={**body.tags, **parent},
    )
    return run_search.summary(service.create_run(uow, wanted, fill_times=True), {})
