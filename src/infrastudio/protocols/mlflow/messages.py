"""Our entities as the protocol writes them: snake_case, times in milliseconds, nothing that has no value."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from infrastudio.contexts.registry.schemas import (
    LoggedModel,
    LoggedModelStatus,
    ModelState,
    ModelVersion,
    Stage,
    VersionStatus,
)
from infrastudio.contexts.tracking.schemas.experiments import Experiment
from infrastudio.contexts.tracking.schemas.runs import DatasetInput, Run, RunStatus
from infrastudio.kernel.clock import from_micros, to_micros
from infrastudio.protocols.mlflow.errors import invalid_value
from infrastudio.stores.telemetry import LatestValue, SeriesKey

Json = dict[str, Any]

MAX_TAG_VALUE: Final = 8000
LARGEST: Final = 1.7976931348623157e308
MICROSECONDS: Final = 1000
"""In a millisecond."""
MAX_MILLIS: Final = 253_402_300_799_999
"""The last millisecond of the year 9999."""

STATUS_WORDS: Final[Mapping[RunStatus, str]] = {
    "running": "RUNNING",
    "queued": "SCHEDULED",
    "succeeded": "FINISHED",
    "failed": "FAILED",
    "canceled": "KILLED",
}
RUN_STATUSES: Final[Mapping[str, RunStatus]] = {word: status for status, word in STATUS_WORDS.items()}
STATUS_NUMBERS: Final = {"RUNNING": 1, "SCHEDULED": 2, "FINISHED": 3, "FAILED": 4, "KILLED": 5}

STAGE_WORDS: Final[Mapping[Stage, str]] = {
    "draft": "None",
    "staging": "Staging",
    "production": "Production",
    "archived": "Archived",
}
VERSION_WORDS: Final[Mapping[VersionStatus, str]] = {
    "pending": "PENDING_REGISTRATION",
    "failed": "FAILED_REGISTRATION",
    "ready": "READY",
}
LOGGED_MODEL_WORDS: Final[Mapping[LoggedModelStatus, str]] = {
    "unspecified": "LOGGED_MODEL_STATUS_UNSPECIFIED",
    "pending": "LOGGED_MODEL_PENDING",
    "ready": "LOGGED_MODEL_READY",
    "upload_failed": "LOGGED_MODEL_UPLOAD_FAILED",
}
LOGGED_MODEL_STATUSES: Final[Mapping[str, LoggedModelStatus]] = {w: s for s, w in LOGGED_MODEL_WORDS.items()}
LOGGED_MODEL_NUMBERS: Final = {word: number for number, word in enumerate(LOGGED_MODEL_WORDS.values())}


def message(**fields: Any) -> Json:
    """Return the fields that have a value; empty lists have none, empty text has."""
    return {name: value for name, value in fields.items() if value is not None and value != []}


def number(value: float) -> float | str:
    """Return a float as JSON carries it: NaN is a word, infinities are the largest numbers."""
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else math.copysign(LARGEST, value)


def millis(moment: datetime) -> int:
    """Return a moment as milliseconds since 1970."""
    return to_micros(moment) // MICROSECONDS


def moment_of(value: int, path: str) -> datetime:
    """Return the moment that a client names in milliseconds.

    Raises:
        MlflowError: It lies beyond the calendar.
    """
    if not 0 <= value <= MAX_MILLIS:
        raise invalid_value(path, value, "Must be milliseconds since 1970, at most the year 9999.")
    return from_micros(value * MICROSECONDS)


def pairs(items: Mapping[str, str]) -> list[Json]:
    """Return tags or params as the list of objects that clients read."""
    return [{"key": key, "value": value} for key, value in items.items()]


def mapping(items: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return the mapping that a list of key and value means; the last one of a key counts."""
    return {item["key"]: item["value"] for item in items}


def cut_values(items: Mapping[str, str], length: int = MAX_TAG_VALUE) -> dict[str, str]:
    """Return tags with values of at most `length` characters."""
    return {key: value[:length] for key, value in items.items()}


def experiment_message(experiment: Experiment) -> Json:
    """Return an experiment."""
    return message(
        experiment_id=experiment.id,
        name=experiment.name,
        artifact_location=experiment.artifact_location,
        lifecycle_stage=experiment.lifecycle,
        last_update_time=millis(experiment.revised_at),
        creation_time=millis(experiment.created_at),
        tags=pairs(experiment.tags),
    )


def run_info(run: Run, location: str) -> Json:
    """Return the fields of a run itself; `location` is that of its experiment."""
    return message(
        run_id=run.id,
        run_uuid=run.id,
        run_name=run.name,
        experiment_id=run.experiment_id,
        user_id=run.user,
        status=STATUS_WORDS[run.status],
        start_time=0 if run.started_at is None else millis(run.started_at),
        end_time=None if run.ended_at is None else millis(run.ended_at),
        artifact_uri=f"{location}/{run.id}/artifacts",
        lifecycle_stage=run.lifecycle,
    )


def run_message(run: Run, location: str, latest: Mapping[str, LatestValue], datasets: Iterable[DatasetInput]) -> Json:
    """Return a run with its latest metrics, params, tags, inputs and outputs."""
    metrics = [
        {
            "key": name,
            "value": number(point.value),
            "timestamp": point.time // MICROSECONDS,
            "step": point.step,
        }
        for name, point in latest.items()
    ]
    return {
        "info": run_info(run, location),
        "data": message(metrics=metrics, params=pairs(run.params), tags=pairs(run.tags)),
        "inputs": message(
            dataset_inputs=[dataset_message(dataset) for dataset in datasets],
            model_inputs=[{"model_id": id} for id in run.model_inputs],
        ),
        "outputs": message(model_outputs=[{"model_id": id, "step": step} for id, step in run.model_outputs.items()]),
    }


def dataset_message(dataset: DatasetInput) -> Json:
    """Return a dataset that a run used."""
    return message(
        tags=pairs(dataset.tags),
        dataset=message(
            name=dataset.name,
            digest=dataset.digest,
            source_type=dataset.source_type,
            source=dataset.source,
            schema=dataset.schema_text,
            profile=dataset.profile_text,
        ),
    )


def model_message(model: ModelState, latest: Iterable[ModelVersion]) -> Json:
    """Return a registered model; `latest` are the newest versions by stage."""
    return message(
        name=model.name,
        creation_timestamp=millis(model.created_at),
        last_updated_timestamp=millis(model.revised_at),
        description=model.description or None,
        latest_versions=[version_message(version, with_aliases=False) for version in latest],
        tags=pairs(model.tags),
        aliases=[{"alias": alias, "version": str(number)} for alias, number in sorted(model.aliases.items())],
    )


def version_message(version: ModelVersion, *, with_aliases: bool = True) -> Json:
    """Return a version of a registered model."""
    return message(
        name=version.model,
        version=str(version.number),
        creation_timestamp=millis(version.created_at),
        last_updated_timestamp=millis(version.revised_at),
        current_stage=STAGE_WORDS[version.stage],
        description=version.description,
        source=version.source,
        run_id=version.run_id or "",
        status=VERSION_WORDS[version.status],
        status_message=version.status_message,
        run_link=version.run_link or "",
        tags=pairs(version.tags),
        aliases=list(version.aliases) if with_aliases else None,
    )


def logged_model_message(model: LoggedModel, metrics: Iterable[Json]) -> Json:
    """Return a logged model with the latest metrics that name it."""
    info = message(
        model_id=model.id,
        experiment_id=model.experiment_id,
        name=model.name,
        creation_timestamp_ms=millis(model.created_at),
        last_updated_timestamp_ms=millis(model.revised_at),
        artifact_uri=model.location,
        status=LOGGED_MODEL_WORDS[model.status],
        model_type=model.model_type or "",
        source_run_id=model.source_run_id or "",
        status_message=model.status_message,
        tags=pairs(model.tags),
    )
    return {"info": info, "data": message(params=pairs(model.params), metrics=list(metrics))}


def model_metric(run_id: str, series: SeriesKey, point: LatestValue) -> Json:
    """Return the latest point of a metric that names a logged model."""
    return message(
        key=series.name,
        value=number(point.value),
        timestamp=point.time // MICROSECONDS,
        step=point.step,
        dataset_name=series.dataset_name or None,
        dataset_digest=series.dataset_digest or None,
        model_id=series.model_id,
        run_id=run_id,
    )
