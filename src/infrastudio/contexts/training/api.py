"""The routes of jobs, and the one that starts a run."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from infrastudio.contexts.training import queries, rules, service
from infrastudio.contexts.training.ports import Executors
from infrastudio.contexts.training.queries import JobFilter
from infrastudio.contexts.training.schemas import (
    Job,
    JobClone,
    JobDetail,
    JobPage,
    JobStatus,
    RunPlan,
    RunRequest,
    StartedRun,
)
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
from infrastudio.kernel.errors import ValidationFailed
from infrastudio.kernel.text import Text
from infrastudio.stores.telemetry import TelemetryStore

router = APIRouter(tags=["training"])

Reader = Annotated[Access, Depends(reads(queries.READ))]
Writer = Annotated[WriteAccess, Depends(writes(queries.WRITE))]
Telemetry = Annotated[TelemetryStore, Depends(resource(TelemetryStore))]
Available = Annotated[Executors, Depends(resource(Executors))]
JobId = Annotated[Text, Path(max_length=64)]


@router.post("/api/runs", status_code=201, tags=["runs"])
async def start_run(
    body: RunRequest,
    request: Request,
    response: Response,
    writer: Writer,
    executors: Available,
    project: ProjectParameter = None,
) -> StartedRun:
    """Make a run and the job that drives it, from a config or from its parts; it starts by itself."""
    plan = await _plan(body, executors)
    run = await writer.write(service.create_run, plan, project=project)
    set_location(request, response, f"/api/runs/{run.id}")
    set_etag(response, run.version)
    return run


@router.post("/api/training/jobs", status_code=201)
async def create_job(
    body: RunRequest,
    request: Request,
    response: Response,
    writer: Writer,
    executors: Available,
    project: ProjectParameter = None,
) -> Job:
    """Make a job and its run, from a config or from its parts; it starts by itself."""
    plan = await _plan(body, executors)
    return _created(request, response, await writer.write(service.create, plan, project=project))


@router.get("/api/training/jobs")
async def list_jobs(
    reader: Reader,
    telemetry: Telemetry,
    page: PageParameters,
    at: AsOf,
    status: JobStatus | None = None,
    run_id: Annotated[Text | None, Query(max_length=32, description="Only the job of this run.")] = None,
    facets: Annotated[list[Literal["status"]] | None, Query(description="Counts to return.")] = None,
    project: ProjectParameter = None,
) -> JobPage:
    """Return jobs with their progress, the newest first; `filter` and `sort` know their fields."""
    return await reader.read(
        queries.job_page,
        telemetry,
        page,
        JobFilter(status, run_id),
        now=reader.db.clock.now(),
        project=project,
        facets=tuple(facets or ()),
        at=at,
    )


@router.get("/api/training/jobs/{id}")
async def get_job(id: JobId, response: Response, reader: Reader, telemetry: Telemetry, at: AsOf) -> JobDetail:
    """Return one job with its attempts, its progress and the latest metrics of its run."""
    job = await reader.read(queries.job_detail, telemetry, id, now=reader.db.clock.now(), at=at)
    set_etag(response, job.version)
    return job


@router.post("/api/training/jobs/{id}/stop")
async def stop_job(id: JobId, response: Response, writer: Writer, seen: IfMatch) -> Job:
    """Order the end of a job: its processes are asked to end, and killed after a grace."""
    job = await writer.write(service.stop, id, expected=seen)
    set_etag(response, job.version)
    return job


@router.post("/api/training/jobs/{id}/retry")
async def retry_job(id: JobId, response: Response, writer: Writer, seen: IfMatch) -> Job:
    """Order another attempt of a failed or cancelled job, for the same run."""
    job = await writer.write(service.retry, id, expected=seen)
    set_etag(response, job.version)
    return job


@router.post("/api/training/jobs/{id}/clone", status_code=201)
async def clone_job(
    id: JobId, request: Request, response: Response, writer: Writer, body: JobClone | None = None
) -> Job:
    """Make a new job with a new run from what this one was made from."""
    return _created(request, response, await writer.write(service.clone, id, body or JobClone()))


async def _plan(body: RunRequest, executors: Executors) -> RunPlan:
    """Return what a request means, in a thread: a config may be long."""
    plan = await asyncio.to_thread(rules.plan_run, body)
    name = plan.definition.executor
    if name not in executors:
        path = "executor" if body.content is None else "training.compute.executor"
        raise ValidationFailed.of(path, f"{name!r} is not set up on this server; known are {', '.join(executors)}")
    return plan


def _created(request: Request, response: Response, job: Job) -> Job:
    set_location(request, response, f"/api/training/jobs/{job.id}")
    set_etag(response, job.version)
    return job
