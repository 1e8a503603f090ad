"""Logging metrics: straight from JSON into columns, and by the slow path with exact texts where that fails."""

from __future__ import annotations

from asyncio import Future
from collections.abc import Mapping, Sequence
from typing import Annotated, Final, NamedTuple

import msgspec
import numpy as np
from typing_extensions import override

from infrastudio.contexts.tracking.queries.runs import RunAccess
from infrastudio.contexts.tracking.service import run_data
from infrastudio.kernel.actor import Actor
from infrastudio.kernel.text import MAX_INTEGER
from infrastudio.protocols.mlflow.errors import MlflowError, invalid_parameter, invalid_value
from infrastudio.protocols.mlflow.messages import MICROSECONDS, Json, mapping
from infrastudio.protocols.mlflow.names import is_plain_key
from infrastudio.protocols.mlflow.services import Services
from infrastudio.stores.telemetry import PointBatch, PointsAppended, SeriesKey, StreamOwner

MAX_METRICS: Final = 1000
MAX_PARAMS: Final = 100
MAX_TAGS: Final = 100
MAX_ENTITIES: Final = 1000
MAX_TIMESTAMP: Final = MAX_INTEGER // MICROSECONDS
LARGE_BODY_BYTES: Final = 16_384
"""Bodies from which on only one is decoded in an iteration of the event loop: a millisecond for 1,000 points."""
EMPTY: Final = b"{}"

Step = Annotated[int, msgspec.Meta(ge=-MAX_INTEGER - 1, le=MAX_INTEGER)]
Timestamp = Annotated[int, msgspec.Meta(ge=0, le=MAX_TIMESTAMP)]


class PlainEntry(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    """A metric of a batch, as well-behaved clients send it; timestamps are milliseconds."""

    key: str
    value: float
    timestamp: Timestamp
    step: Step = 0

    @property
    def series(self) -> str | SeriesKey:
        """What it measures."""
        return self.key


class MetricEntry(PlainEntry, gc=False, forbid_unknown_fields=False):
    """A metric that may say of which model and on which dataset."""

    model_id: str = ""
    dataset_name: str = ""
    dataset_digest: str = ""

    @property
    @override
    def series(self) -> str | SeriesKey:
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


class PlainBatchRequest(msgspec.Struct):
    """The body of log-batch as most clients send it: its metrics have no labels."""

    run_id: str
    metrics: list[PlainEntry] = []
    params: list[ItemEntry] = []
    tags: list[ItemEntry] = []


class MetricRequest(MetricEntry, gc=False):
    """The body of log-metric."""

    run_id: str = ""


class Batch(NamedTuple):
    """A batch whose every part is known to be good."""

    run_id: str
    metrics: Sequence[PlainEntry] | Sequence[MetricEntry]
    params: Mapping[str, str]
    tags: Mapping[str, str]

    @property
    def may_have_labels(self) -> bool:
        """May a metric say of which model and on which dataset? All are of one class."""
        return bool(self.metrics) and isinstance(self.metrics[0], MetricEntry)

    def models(self) -> set[str]:
        """Return the logged models that its metrics name."""
        if not self.may_have_labels:
            return set()
        return {metric.model_id for metric in self.metrics if isinstance(metric, MetricEntry) and metric.model_id}


_decode_plain_batch: Final = msgspec.json.Decoder(PlainBatchRequest).decode
_decode_batch: Final = msgspec.json.Decoder(BatchRequest).decode
_decode_metric: Final = msgspec.json.Decoder(MetricRequest).decode


async def log_metric_fast(services: Services, actor: Actor, body: bytes) -> bytes | None:
    """Log one metric; None when the body needs a closer look."""
    metric = _plain_metric(body)
    if metric is None:
        return None
    await _store_metric(services, actor, metric.run_id, metric)
    return EMPTY


def log_metric_at_once(services: Services, actor: Actor, body: bytes) -> Future[PointsAppended] | None:
    """Log one metric of a run that memory knows; None when the body or the run needs a closer look."""
    metric = _plain_metric(body)
    access = None if metric is None or metric.model_id else services.runs.known(actor, metric.run_id)
    if metric is None or access is None or not access.is_active:
        return None
    return _append_metric(services, access, metric.run_id, metric)


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
    batch = _plain_batch(body)
    if batch is None:
        return None
    await _store(services, actor, batch)
    return EMPTY


def log_batch_at_once(services: Services, actor: Actor, body: bytes) -> Future[PointsAppended] | None:
    """Log the metrics of a run that memory knows; None when there is more in the body, or it needs a closer look."""
    batch = _plain_batch(body)
    if batch is None or not batch.metrics or batch.params or batch.tags or batch.models():
        return None
    access = services.runs.known(actor, batch.run_id)
    if access is None or not access.is_active:
        return None
    return services.telemetry.append_points(_owner(access, batch.run_id), _points(batch, access.attempt))


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


def _plain_metric(body: bytes) -> MetricRequest | None:
    if b"\\" in body:
        return None  # an escape may stand for what no database keeps
    try:
        metric = _decode_metric(body)
    except (msgspec.MsgspecError, RecursionError):
        return None
    return metric if metric.run_id.isalnum() and is_plain_key(metric.key) else None


def _plain_batch(body: bytes) -> Batch | None:
    request: PlainBatchRequest | BatchRequest
    try:
        request = _decode_plain_batch(body)
    except (msgspec.MsgspecError, RecursionError):
        try:
            request = _decode_batch(body)
        except (msgspec.MsgspecError, RecursionError):
            return None
    params = {item.key: item.value for item in request.params}
    batch = Batch(request.run_id, request.metrics, params, {item.key: item.value for item in request.tags})
    return batch if _is_good(batch, request) else None


def _owner(access: RunAccess, run_id: str) -> StreamOwner:
    return StreamOwner(access.project_id, "run", run_id)


async def _store_metric(services: Services, actor: Actor, run_id: str, metric: MetricEntry) -> None:
    access = await services.runs.find(actor, run_id)
    if metric.model_id:
        await _require_models(services, actor, access.project_id, {metric.model_id})
    await _append_metric(services, access, run_id, metric)


def _append_metric(services: Services, access: RunAccess, run_id: str, metric: MetricEntry) -> Future[PointsAppended]:
    return services.telemetry.append_point(
        _owner(access, run_id),
        metric.series,
        step=metric.step,
        time=metric.timestamp * MICROSECONDS,
        value=metric.value,
        attempt=access.attempt,
    )


async def _store(services: Services, actor: Actor, batch: Batch) -> None:
    """Store a batch: first what may be refused, then the points; acknowledged when both are durable."""
    access = await services.runs.find(actor, batch.run_id)
    await _require_models(services, actor, access.project_id, batch.models())
    points = _points(batch, access.attempt) if batch.metrics else None
    if batch.params or batch.tags:
        await services.db.write(actor, run_data.log_batch_state, batch.run_id, batch.params, batch.tags)
    if points is not None:
        await services.telemetry.append_points(_owner(access, batch.run_id), points)


def _points(batch: Batch, attempt: int) -> PointBatch:
    metrics = batch.metrics
    return PointBatch.from_columns(
        [metric.series for metric in metrics] if batch.may_have_labels else [metric.key for metric in metrics],
        [metric.step for metric in metrics],
        np.array([metric.timestamp for metric in metrics], dtype=np.int64) * MICROSECONDS,
        [metric.value for metric in metrics],
        attempt=attempt,
    )


async def _require_models(services: Services, actor: Actor, project_id: str, models: set[str]) -> None:
    """Refuse metrics of logged models that are not there, or belong to another project than the run."""
    for model in sorted(models):
        if await services.models.project_of(actor, model) != project_id:
            raise invalid_parameter(f"Logged model with ID '{model}' not found.")


def _is_good(batch: Batch, request: PlainBatchRequest | BatchRequest) -> bool:
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
