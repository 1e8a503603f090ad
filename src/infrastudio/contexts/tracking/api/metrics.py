"""The routes of a run's metrics."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from infrastudio.contexts.tracking.api.runs import Appender, Reader, RunId, Telemetry
from infrastudio.contexts.tracking.queries import metrics
from infrastudio.contexts.tracking.queries.active_runs import ActiveRuns
from infrastudio.contexts.tracking.schemas.metrics import (
    Attempts,
    MetricAnswer,
    MetricNames,
    MetricPointsIn,
    PointsLogged,
    XAxis,
)
from infrastudio.contexts.tracking.service import telemetry as ingest
from infrastudio.http import AsOf, resource
from infrastudio.kernel.text import Text

router = APIRouter(prefix="/api/runs/{id}/metrics", tags=["runs"])

Active = Annotated[ActiveRuns, Depends(resource(ActiveRuns))]
Names = Annotated[list[Annotated[Text, Query(max_length=250)]], Query(min_length=1, max_length=100)]
Place = Annotated[
    Text | None, Query(max_length=64, description="In the unit of `x`: a step, an RFC 3339 time, or seconds.")
]


@router.get("", response_model=MetricAnswer)
async def get_metrics(
    id: RunId,
    name: Names,
    reader: Reader,
    telemetry: Telemetry,
    at: AsOf,
    from_: Annotated[Place, Query(alias="from")] = None,
    to: Place = None,
    x: XAxis = "time",
    buckets: Annotated[int, Query(ge=1, le=10_000)] = 1000,
    attempts: Attempts = "last",
) -> Response:
    """Return series of a run, cut to a range and then brought down to at most `buckets` rows each."""
    window = metrics.Window(x=x, start=from_, end=to, buckets=buckets, attempts=attempts)
    body = await reader.read(metrics.series_json, telemetry, id, name, window, at=at)
    return Response(body, media_type="application/json")


@router.get("/names")
async def list_metric_names(
    id: RunId,
    reader: Reader,
    telemetry: Telemetry,
    at: AsOf,
    q: Annotated[Text, Query(max_length=250)] = "",
    cursor: Annotated[Text | None, Query(max_length=4000)] = None,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
) -> MetricNames:
    """Return the names of a run's metrics that contain `q`, with their latest points."""
    return await reader.read(metrics.names, telemetry, id, q=q, cursor=cursor, limit=limit, at=at)


@router.post("", status_code=201)
async def log_metrics(
    id: RunId, body: MetricPointsIn, appender: Appender, telemetry: Telemetry, active: Active
) -> PointsLogged:
    """Log points of a run; to send the same points again changes nothing."""
    return await ingest.log_points(telemetry, active, appender.db.clock, appender.actor, id, body)
