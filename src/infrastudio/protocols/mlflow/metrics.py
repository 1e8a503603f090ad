"""Reading metrics back: histories as they are, of many runs, and thinned."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from infrastudio.contexts.tracking.queries import runs
from infrastudio.kernel.actor import Actor
from infrastudio.protocols.mlflow.errors import SEE_DOCS, invalid_parameter
from infrastudio.protocols.mlflow.messages import MICROSECONDS, number
from infrastudio.protocols.mlflow.pages import place_of, place_token
from infrastudio.protocols.mlflow.services import Services
from infrastudio.stores.db import Snapshot
from infrastudio.stores.telemetry import (
    HistoryPosition,
    PointColumns,
    SeriesKey,
    StreamKey,
    TelemetryReader,
)

MAX_RESULTS: Final = 25_000
MAX_RUNS: Final = 100
MAX_PER_RUN: Final = 2500
MAX_KEY: Final = 250

_encode: Final = msgspec.json.Encoder().encode


async def get_history(
    services: Services,
    actor: Actor,
    *,
    run_id: str,
    metric_key: str,
    page_token: str | None,
    max_results: int | None,
) -> bytes:
    """Return the points of a metric by time, step and value; nothing for a run or key that is not there."""
    limit = None if max_results is None else min(max_results, MAX_RESULTS)
    place = place_of(page_token)
    return await services.db.read(actor, _history_json, services.telemetry, run_id, metric_key, place, limit)


async def get_history_bulk(
    services: Services, actor: Actor, *, run_id: Sequence[str], metric_key: str | None, max_results: int
) -> bytes:
    """Return the points of a metric of many runs, by run."""
    if not run_id:
        raise invalid_parameter("GetMetricHistoryBulk request must specify at least one run_id.")
    if len(run_id) > MAX_RUNS:
        raise invalid_parameter(
            f"GetMetricHistoryBulk request cannot specify more than {MAX_RUNS} run_ids. Received {len(run_id)} run_ids."
        )
    if metric_key is None:
        raise invalid_parameter("GetMetricHistoryBulk request must specify a metric_key.")
    limit = max(0, min(max_results, MAX_RESULTS))
    return await services.db.read(actor, _bulk_json, services.telemetry, sorted(set(run_id)), metric_key, limit)


async def get_history_bulk_interval(
    services: Services,
    actor: Actor,
    *,
    run_ids: Sequence[str],
    metric_key: str,
    start_step: int | None,
    end_step: int | None,
    max_results: int,
) -> bytes:
    """Return at most so many points of each run, evenly thinned, by step."""
    if len(run_ids) > MAX_RUNS:
        raise invalid_parameter(
            f"GetMetricHistoryBulkInterval request must specify at most {MAX_RUNS} run_ids. Received {len(run_ids)} "
            f"run_ids. {SEE_DOCS}"
        )
    if not 1 <= max_results <= MAX_PER_RUN:
        raise invalid_parameter(f"max_results must be between 1 and {MAX_PER_RUN}. {SEE_DOCS}")
    if (start_step is None) != (end_step is None):
        raise invalid_parameter("If either start step or end step are specified, both must be specified.")
    if start_step is not None and end_step is not None and start_step > end_step:
        raise invalid_parameter(
            f"end_step must be greater than start_step. Found start_step={start_step} and end_step={end_step}."
        )
    steps = None if start_step is None or end_step is None else (start_step, end_step)
    ids = list(dict.fromkeys(run_ids))
    return await services.db.read(actor, _interval_json, services.telemetry, ids, metric_key, steps, max_results)


def thinned(count: int, wanted: int) -> NDArray[np.int64]:
    """Return which of `count` points stand for all: the first of each of `wanted` equal parts, of the last its last."""
    if count <= wanted:
        return np.arange(count)
    part, longer = divmod(count, wanted)
    places = np.arange(wanted) * part + np.minimum(np.arange(wanted), longer)
    places[-1] = count - 1
    return places


def _history_json(
    snapshot: Snapshot,
    telemetry: TelemetryReader,
    run_id: str,
    key: str,
    place: HistoryPosition | None,
    limit: int | None,
) -> bytes:
    if not _may_read(snapshot, run_id) or len(key) > MAX_KEY:
        return b"{}"
    page = telemetry.history(StreamKey("run", run_id), SeriesKey(key), after=place, limit=limit)
    if not len(page.points):
        return b"{}"
    token = b"" if page.next is None else b',"next_page_token":"%b"' % place_token(page.next).encode()
    return b'{"metrics":%b%b}' % (_points(page.points, _metric_class(key)), token)


def _bulk_json(snapshot: Snapshot, telemetry: TelemetryReader, run_ids: Sequence[str], key: str, limit: int) -> bytes:
    parts: list[bytes] = []
    left = limit
    for run_id in run_ids:
        points = _history(snapshot, telemetry, run_id, key, left) if left else None
        if points is not None:
            left -= len(points)
            parts.append(_points(points, _run_metric_class(key, run_id))[1:-1])
    return b'{"metrics":[%b]}' % b",".join(parts)


def _interval_json(
    snapshot: Snapshot,
    telemetry: TelemetryReader,
    run_ids: Sequence[str],
    key: str,
    steps: tuple[int, int] | None,
    wanted: int,
) -> bytes:
    parts = []
    for run_id in run_ids:
        points = _history(snapshot, telemetry, run_id, key, None)
        if points is None:
            continue
        by_step = points.take(np.lexsort((points.values, points.times, points.steps)))
        if steps is not None:
            by_step = by_step.take((by_step.steps >= steps[0]) & (by_step.steps <= steps[1]))
        chosen = by_step.take(thinned(len(by_step), wanted))
        if len(chosen):
            parts.append(_points(chosen, _run_metric_class(key, run_id))[1:-1])
    return b'{"metrics":[%b]}' % b",".join(parts) if parts else b"{}"


def _history(
    snapshot: Snapshot, telemetry: TelemetryReader, run_id: str, key: str, limit: int | None
) -> PointColumns | None:
    """Return the points of a run that the actor may read; None where there are none."""
    if len(key) > MAX_KEY or not _may_read(snapshot, run_id):
        return None
    points = telemetry.history(StreamKey("run", run_id), SeriesKey(key), limit=limit).points
    return points if len(points) else None


def _may_read(snapshot: Snapshot, run_id: str) -> bool:
    try:
        runs.row(snapshot, run_id)
    except runs.UnknownRun:
        return False
    return True


def _points(points: PointColumns, metric: Callable[[Any, int, int], object]) -> bytes:
    values: list[float | str] = points.values.tolist()
    if not np.isfinite(points.values).all():
        values = [value if math.isfinite(value) else number(value) for value in points.values.tolist()]
    times = (points.times // MICROSECONDS).tolist()
    return _encode(list(map(metric, values, times, points.steps.tolist())))


@lru_cache(maxsize=1024)
def _metric_class(key: str) -> Callable[[Any, int, int], object]:
    """Return the class of points of one metric: its key is written once, when the class is made."""
    return msgspec.defstruct("Metric", ["value", "timestamp", "step"], tag_field="key", tag=key, gc=False)


def _run_metric_class(key: str, run_id: str) -> Callable[[Any, int, int], object]:
    def metric(value: Any, timestamp: int, step: int) -> object:
        return {"key": key, "value": value, "timestamp": timestamp, "step": step, "run_id": run_id}

    return metric
