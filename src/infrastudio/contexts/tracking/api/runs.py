"""The routes of runs."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from infrastudio.contexts.tracking import service
from infrastudio.contexts.tracking.api.experiments import (
    ColumnKinds,
    ColumnLimit,
    ColumnText,
    Facets,
    GroupedBy,
    LifecycleParameter,
    lifecycle_of,
)
from infrastudio.contexts.tracking.queries import run_comparison, run_search, runs
from infrastudio.contexts.tracking.queries.column_search import run_columns
from infrastudio.contexts.tracking.queries.run_groups import run_groups
from infrastudio.contexts.tracking.queries.run_search import RunScope
from infrastudio.contexts.tracking.schemas.comparison import RunComparison, RunComparisonIn
from infrastudio.contexts.tracking.schemas.run_lists import RunColumnPage, RunGroupPage
from infrastudio.contexts.tracking.schemas.runs import Run, RunDetail, RunPage, RunSummary, RunUpdate
from infrastudio.http import (
    Access,
    AsOf,
    IfMatch,
    PageParameters,
    ProjectParameter,
    WriteAccess,
    appends,
    reads,
    resource,
    set_etag,
    writes,
)
from infrastudio.http.pagination import ListText
from infrastudio.kernel.text import Text
from infrastudio.stores.telemetry import TelemetryStore

router = APIRouter(prefix="/api/runs", tags=["runs"])

Reader = Annotated[Access, Depends(reads("runs.read"))]
Writer = Annotated[WriteAccess, Depends(writes("runs.write"))]
Appender = Annotated[Access, Depends(appends("runs.write"))]
Telemetry = Annotated[TelemetryStore, Depends(resource(TelemetryStore))]
RunId = Annotated[Text, Path(max_length=64)]


@router.get("")
async def list_runs(
    reader: Reader,
    telemetry: Telemetry,
    page: PageParameters,
    at: AsOf,
    lifecycle: LifecycleParameter = "active",
    facets: Facets = None,
    project: ProjectParameter = None,
) -> RunPage:
    """Return a page of a project's runs, by default the newest first, with the columns asked for."""
    scope = RunScope(project=project, lifecycle=lifecycle_of(lifecycle))
    return await reader.read(run_search.run_page, telemetry, page, scope, facets=facets or (), at=at)


@router.get("/groups")
async def list_run_groups(
    reader: Reader,
    page: PageParameters,
    at: AsOf,
    by: GroupedBy,
    lifecycle: LifecycleParameter = "active",
    project: ProjectParameter = None,
) -> RunGroupPage:
    """Return a page of a project's runs by what they have in common, with mean and deviation of metrics."""
    scope = RunScope(project=project, lifecycle=lifecycle_of(lifecycle))
    return await reader.read(run_groups, page, scope, by, at=at)


@router.get("/columns")
async def list_run_columns(
    reader: Reader,
    q: ColumnText = "",
    kind: ColumnKinds = None,
    cursor: ListText = None,
    limit: ColumnLimit = 50,
    lifecycle: LifecycleParameter = "active",
    project: ProjectParameter = None,
) -> RunColumnPage:
    """Return the names of metrics, params and tags that a project's runs have, those that contain `q`."""
    scope = RunScope(project=project, lifecycle=lifecycle_of(lifecycle))
    return await reader.read(run_columns, scope, q=q, kinds=kind or (), cursor=cursor, limit=limit)


@router.post("/compare", response_model=RunComparison)
async def compare_runs(body: RunComparisonIn, reader: Reader, telemetry: Telemetry, at: AsOf) -> Response:
    """Put 2 to 50 runs beside each other; only reads, and what is not asked for is null."""
    answer = await reader.read(run_comparison.comparison_json, telemetry, body, at=at)
    return Response(answer, media_type="application/json")


@router.get("/{id}")
async def get_run(id: RunId, response: Response, reader: Reader, telemetry: Telemetry, at: AsOf) -> RunDetail:
    """Return one run, also a deleted one, with its latest metrics."""
    run = await reader.read(runs.run_detail, telemetry, id, at=at)
    set_etag(response, run.version)
    return run


@router.patch("/{id}")
async def update_run(
    id: RunId, body: RunUpdate, response: Response, writer: Writer, telemetry: Telemetry, seen: IfMatch
) -> RunSummary:
    """Change some fields of a run; of the tags only those that are named, null takes one away."""
    run = await writer.write(service.update_run, id, body, expected=seen, fill_times=True)
    return await _answer(response, telemetry, run)


@router.delete("/{id}", status_code=204)
async def delete_run(id: RunId, writer: Writer, seen: IfMatch) -> None:
    """Put a run aside; it is read-only and can be restored."""
    await writer.write(service.delete_run, id, expected=seen)


@router.post("/{id}/restore")
async def restore_run(id: RunId, response: Response, writer: Writer, telemetry: Telemetry, seen: IfMatch) -> RunSummary:
    """Bring a deleted run back."""
    run = await writer.write(service.restore_run, id, expected=seen)
    return await _answer(response, telemetry, run)


@router.post("/{id}/resume")
async def resume_run(id: RunId, response: Response, writer: Writer, telemetry: Telemetry, seen: IfMatch) -> RunSummary:
    """Let a run go on in a new attempt, for instance after its program was killed."""
    run = await writer.write(service.resume_run, id, expected=seen)
    return await _answer(response, telemetry, run)


async def _answer(response: Response, telemetry: TelemetryStore, run: Run) -> RunSummary:
    """Return a run that was just written, with its latest metrics."""
    latest = await asyncio.to_thread(telemetry.latest, "run", [run.id])
    set_etag(response, run.version)
    return run_search.summary(run, latest.get(run.id, {}))
