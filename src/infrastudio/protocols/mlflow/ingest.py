"""Logging metrics: straight from JSON into columns, and by the slow path with exact texts where that fails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Final, NamedTuple

import msgspec

from infrastudio.contexts.tracking.service import run_data
from infrastudio.kernel.actor import Actor
from infrastudio.kernel.text import MAX_INTEGER
from infrastudio.protocols.mlflow.errors import MlflowError, invalid_parameter, invalid_value
from infrastudio.protocols.mlflow.messages import MICROSECONDS, Json, mapping
from infrastudio.protocols.mlflow.names import is_plain_key
from infrastudio.protocols.mlflow.services import Services
from infrastudio.stores.telemetry import PointBatch, SeriesKey, StreamOwner

MAX_METRICS: Final = 1000
MAX_PARAMS: Final = 100
MAX_TAGS: Final = 100
MAX_ENTITIES: Final = 1000
MAX_TIMESTAMP: Final = MAX_INTEGER // MICROSECONDS
EMPTY: Final = b"{}"
LARGE_BODY_BYTES: Final = 16_384
"""Bodies from which on only one is decoded in an iteration of the event loop: a millisecond for 1,000 points."""

Step = Annotated[int, msgspec.Meta(ge=-MAX_INTEGER - 1, le=MAX_INTEGER)]
Timestamp = Annotated[int, msgspec.Meta(ge=0, le=MAX_TIMESTAMP)]


class MetricEntry(msgspec.Struct, gc=False):
    """A metric of a batch, as well-behaved clients send it; timestamps are milliseconds."""

    key: str
    value: float
    timestamp: Timestamp
    step: Step = 0
    model_id: str = ""
    dataset_name: str = ""
    dataset_digest: str = ""

    @property
    def series(self) -> str | SeriesKey:
        """What it measures."""
        if self.model_id or self.dataset_name or self.dataset_digest:
            return SeriesKey(self.key, self.model_id, self.dataset_name, self.dataset_digest)
        return self.key


class ItemEntry(msgspec.Struct, gc=False):
    """A param or a tag."""

    key: str
    value: str = ""


class BatchRequest(msgspec.Struct):
    """The body of log-batch."""

    run_id: str
    metrics: list[MetricEntry] = []
    params: list[ItemEntry] = []
    tags: list[ItemEntry] = []


class MetricRequest(MetricEntry, gc=False):
    """The body of log-metric."""

    run_id: str = ""


class Batch(NamedTuple):
    """A batch whose every part is known to be good; `has_labels` tells whether metrics may name models or datasets."""

    run_id: str
    metrics: Sequence[MetricEntry]
    params: Mapping[str, str]
    tags: Mapping[str, str]
    has_labels: bool = True


_decode_batch: Final = msgspec.json.Decoder(BatchRequest).decode
_decode_metric: Final = msgspec.json.Decoder(MetricRequest).decode


async def log_metric_fast(services: Services, actor: Actor, body: bytes) -> bytes | None:
    """Log one metric; None when the body needs a closer look."""
    if b"\\" in body:
        return None  # an escape may stand for what no database keeps
    try:
        metric = _decode_metric(body)
    except (msgspec.MsgspecError, RecursionError):
        return None
    if not metric.run_id.isalnum() or not is_plain_key(metric.key):
        return None
    await _store_metric(services, actor, metric.run_id, metric)
    return EMPTY


async def log_metric(
    services: Services,
    actor: Actor,
    *,
    run_id: str,
    key: str,
    value: float,
    timestamp: int,
    step: int,
    model_id: str,
    dataset_name: str,
    dataset_digest: str,
) -> Json:
    """Log one metric."""
    metric = MetricEntry(key, value, timestamp, step, model_id, dataset_name, dataset_digest)
    _check_timestamp(metric, "timestamp")
    await _store_metric(services, actor, run_id, metric)
    return {}


async def log_batch_fast(services: Services, actor: Actor, body: bytes) -> bytes | None:
    """Log a batch; None when the body needs a closer look."""
    if len(body) > LARGE_BODY_BYTES:
        await services.pacer.iteration()
    try:
        request = _decode_batch(body)
    except (msgspec.MsgspecError, RecursionError):
        return None
    batch = Batch(
        request.run_id,
        request.metrics,
        {item.key: item.value for item in request.params},
        {item.key: item.value for item in request.tags},
        has_labels=b'"model_id"' in body or b'"dataset_' in body or b"\\" in body,
    )
    if not _is_good(batch, request):
        return None
    await _store(services, actor, batch)
    return EMPTY


async def log_batch(
    services: Services,
    actor: Actor,
    *,
    run_id: str,
    metrics: Sequence[Json],
    params: Sequence[Json],
    tags: Sequence[Json],
) -> Json:
    """Log a batch: all of it or nothing."""
    entries = [MetricEntry(**metric) for metric in metrics]
    for place, entry in enumerate(entries):
        _check_timestamp(entry, f"metrics[{place}].timestamp")
    for what, limit, count in (
        ("metrics", MAX_METRICS, len(metrics)),
        ("params", MAX_PARAMS, len(params)),
        ("tags", MAX_TAGS, len(tags)),
        ("metrics, params, and tags", MAX_ENTITIES, len(metrics) + len(params) + len(tags)),
    ):
        if count > limit:
            raise _too_many(what, limit, count)
    twice = _repeated([param["key"] for param in params])
    if twice:
        raise invalid_parameter(
            f"Duplicate parameter keys have been submitted: {twice}. Please ensure the request contains only one param "
            "value per param key."
        )
    await _store(services, actor, Batch(run_id, entries, mapping(params), mapping(tags)))
    return {}


async def _store_metric(services: Services, actor: Actor, run_id: str, metric: MetricEntry) -> None:
    access = await services.runs.find(actor, run_id)
    if metric.model_id:
        await _require_models(services, actor, access.project_id, {metric.model_id})
    await services.telemetry.append_point(
        StreamOwner(access.project_id, "run", run_id),
        metric.series,
        step=metric.step,
        time=metric.timestamp * MICROSECONDS,
        value=metric.value,
        attempt=access.attempt,
    )


async def _store(services: Services, actor: Actor, batch: Batch) -> None:
    """Store a batch: first what may be refused, then the points; acknowledged when both are durable."""
    access = await services.runs.find(actor, batch.run_id)
    metrics = batch.metrics
    points = None
    if metrics:
        series: list[str | SeriesKey] = [metric.key for metric in metrics]
        if batch.has_labels:
            models = {metric.model_id for metric in metrics if metric.model_id}
            await _require_models(services, actor, access.project_id, models)
            series = [metric.series for metric in metrics]
        points = PointBatch.from_columns(
            series,
            [metric.step for metric in metrics],
            [metric.timestamp * MICROSECONDS for metric in metrics],
            [metric.value for metric in metrics],
            attempt=access.attempt,
        )
    if batch.params or batch.tags:
        await services.db.write(actor, run_data.log_batch_state, batch.run_id, batch.params, batch.tags)
    if points is not None:
        await services.telemetry.append_points(StreamOwner(access.project_id, "run", batch.run_id), points)


async def _require_models(services: Services, actor: Actor, project_id: str, models: set[str]) -> None:
    """Refuse metrics of logged models that are not there, or belong to another project than the run."""
    for model in sorted(models):
        if await services.models.project_of(actor, model) != project_id:
            raise invalid_parameter(f"Logged model with ID '{model}' not found.")


def _is_good(batch: Batch, request: BatchRequest) -> bool:
    return (
        batch.run_id.isalnum()
        and len(batch.metrics) <= MAX_METRICS
        and len(request.params) <= MAX_PARAMS
        and len(request.tags) <= MAX_TAGS
        and len(batch.metrics) + len(request.params) + len(request.tags) <= MAX_ENTITIES
        and len(batch.params) == len(request.params)
        and all(map(is_plain_key, {metric.key for metric in batch.metrics}))
        and all(map(is_plain_key, batch.params))
        and all(map(is_plain_key, batch.tags))
    )


def _check_timestamp(metric: MetricEntry, path: str) -> None:
    if not 0 <= metric.timestamp <= MAX_TIMESTAMP:
        raise invalid_value(
            path,
            metric.timestamp,
            f"metric '{metric.key}' (value={metric.value}). Timestamp must be a nonnegative long (64-bit integer) ",
        )


def _repeated(keys: Sequence[str]) -> list[str]:
    """Return each key that stood before, as often as it comes again."""
    return [key for place, key in enumerate(keys) if key in keys[:place]]


def _too_many(what: str, limit: int, count: int) -> MlflowError:
    return invalid_parameter(
        f"A batch logging request can contain at most {limit} {what}. Got {count} {what}. Please split up {what} "
        "across multiple requests and try again."
    )
