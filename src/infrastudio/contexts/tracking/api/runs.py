"""The routes of runs."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from infrastudio.contexts.tracking import service
from infrastudio.contexts.tracking.api.experiments import Facets, LifecycleParameter, lifecycle_of
from infrastudio.contexts.tracking.queries import run_search, runs
from infrastudio.contexts.tracking.queries.run_search import RunScope
from infrastudio.contexts.tracking.schemas.runs import Run, RunDetail, RunPage, RunSummary, RunUpdate
from infrastudio.http import (
    AsOf,
    Db,
    IfMatch,
    PageParameters,
    ProjectParameter,
    RepeatKey,
    requires,
    resource,
    set_etag,
)
from infrastudio.kernel.actor import Actor
from infrastudio.kernel.text import Text
from infrastudio.stores.telemetry import TelemetryStore

router = APIRouter(prefix="/api/runs", tags=["runs"])

Reader = Annotated[Actor, Depends(requires("runs.read"))]
Writer = Annotated[Actor, Depends(requires("runs.write"))]
Telemetry = Annotated[TelemetryStore, Depends(resource(TelemetryStore))]
RunId = Annotated[Text, Path(max_length=64)]


@router.get("")
async def list_runs(
    reader: Reader,
    db: Db,
    telemetry: Telemetry,
    page: PageParameters,
    project: ProjectParameter,
    at: AsOf,
    lifecycle: LifecycleParameter = "active",
    facets: Facets = None,
) -> RunPage:
    """Return a page of a project's runs, by default the newest first, with the columns asked for."""
    scope = RunScope(project=project, lifecycle=lifecycle_of(lifecycle))
    return await db.read(reader, run_search.run_page, telemetry, page, scope, facets=facets or (), at=at)


@router.get("/{id}")
async def get_run(id: RunId, response: Response, reader: Reader, db: Db, telemetry: Telemetry, at: AsOf) -> RunDetail:
    """Return one run, also a deleted one, with its latest metrics."""
    run = await db.read(reader, runs.run_detail, telemetry, id, at=at)
    set_etag(response, run.version)
    return run


@router.patch("/{id}")
async def update_run(
    id: RunId,
    body: RunUpdate,
    response: Response,
    writer: Writer,
    db: Db,
    telemetry: Telemetry,
    seen: IfMatch,
    key: RepeatKey,
) -> RunSummary:
    """Change some fields of a run; of the tags only those that are named, null takes one away."""
    run = await db.write_once(writer, key, service.update_run, id, body, expected=seen, fill_times=True)
    return await _answer(response, telemetry, run)


@router.delete("/{id}", status_code=204)
async def delete_run(id: RunId, writer: Writer, db: Db, seen: IfMatch, key: RepeatKey) -> None:
    """Put a run aside; it is read-only and can be restored."""
    await db.write_once(writer, key, service.delete_run, id, expected=seen)


@router.post("/{id}/restore")
async def restore_run(
    id: RunId, response: Response, writer: Writer, db: Db, telemetry: Telemetry, seen: IfMatch, key: RepeatKey
) -> RunSummary:
    """Bring a deleted run back."""
    run = await db.write_once(writer, key, service.restore_run, id, expected=seen)
    return await _answer(response, telemetry, run)


async def _answer(response: Response, telemetry: TelemetryStore, run: Run) -> RunSummary:
    """Return a run that was just written, with its latest metrics."""
    latest = await asyncio.to_thread(telemetry.latest, "run", [run.id])
    set_etag(response, run.version)
    return run_search.summary(run, latest.get(run.id, {}))
