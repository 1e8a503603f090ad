"""Pages of runs, written to JSON straight from what the search found."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import msgspec

from infrastudio.contexts.tracking.queries import artifacts, found_runs
from infrastudio.contexts.tracking.queries.found_runs import FoundRun, FoundRuns
from infrastudio.contexts.tracking.queries.runs import Item
from infrastudio.protocols.mlflow.messages import MICROSECONDS, STATUS_WORDS, dataset_message, message, number
from infrastudio.protocols.mlflow.run_messages import RunMessages
from infrastudio.stores.db import Snapshot
from infrastudio.stores.telemetry import LatestValue, TelemetryReader


class Pair(msgspec.Struct, gc=False):
    """A param or a tag."""

    key: str
    value: str


class Metric(msgspec.Struct, gc=False):
    """The latest point of a metric."""

    key: str
    value: float | str
    timestamp: int
    step: int


class Info(msgspec.Struct, gc=False, omit_defaults=True):
    """The fields of a run itself."""

    run_id: str
    run_uuid: str
    run_name: str
    experiment_id: str
    user_id: str
    status: str
    start_time: int
    artifact_uri: str
    lifecycle_stage: str
    end_time: int | None = None


class Data(msgspec.Struct, omit_defaults=True):
    """What was logged."""

    metrics: list[Metric] = []
    params: list[Pair] = []
    tags: list[Pair] = []


class RunMessage(msgspec.Struct):
    """A run as clients read it."""

    info: Info
    data: Data
    inputs: dict[str, Any]
    outputs: dict[str, Any]


class Page(msgspec.Struct, omit_defaults=True):
    """The answer to a search."""

    runs: list[msgspec.Raw] = []
    next_page_token: str | None = None


def page(
    snapshot: Snapshot, telemetry: TelemetryReader, known: RunMessages | None, ids: Sequence[str], token: str | None
) -> bytes:
    """Return a page of runs as JSON; rights were checked when the ids were found.

    `known` remembers the messages of runs; None where others may write unseen.
    """
    write = partial(_written, snapshot, telemetry)
    texts = write(ids) if known is None else known.of(found_runs.versions(snapshot, ids), write)
    return msgspec.json.encode(Page([msgspec.Raw(texts[id]) for id in ids], token))


def _written(snapshot: Snapshot, telemetry: TelemetryReader, ids: Sequence[str]) -> dict[str, bytes]:
    found = found_runs.found_runs(snapshot, ids)
    locations = artifacts.experiment_locations(snapshot, {str(run.experiment_id) for run in found.runs})
    latest = telemetry.latest("run", ids)
    params, tags = _pairs(found.params), _pairs(found.tags)
    return {
        run.id: msgspec.json.encode(
            RunMessage(
                _info(run, locations[str(run.experiment_id)]),
                Data(_metrics(latest.get(run.id, {})), params[run.id], tags[run.id]),
                *_models(found, run.id),
            )
        )
        for run in found.runs
    }


def _info(run: FoundRun, location: str) -> Info:
    started_us, ended_us = run.started_us, run.ended_us
    return Info(
        run_id=run.id,
        run_uuid=run.id,
        run_name=run.name,
        experiment_id=str(run.experiment_id),
        user_id=run.user,
        status=STATUS_WORDS[run.status],
        start_time=0 if started_us is None else started_us // MICROSECONDS,
        end_time=None if ended_us is None else ended_us // MICROSECONDS,
        artifact_uri=f"{location}/{run.id}/artifacts",
        lifecycle_stage=run.lifecycle,
    )


def _metrics(latest: Mapping[str, LatestValue]) -> list[Metric]:
    return [
        Metric(name, value if math.isfinite(value) else number(value), time // MICROSECONDS, step)
        for name, (step, time, value, _) in latest.items()
    ]


def _pairs(items: Iterable[Item]) -> Mapping[str, list[Pair]]:
    pairs: dict[str, list[Pair]] = defaultdict(list)
    for run_id, key, value in items:
        pairs[run_id].append(Pair(key, value))
    return pairs


def _models(found: FoundRuns, id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what a run used, and what it made."""
    inputs = message(
        dataset_inputs=[dataset_message(dataset) for dataset in found.datasets.get(id, ())],
        model_inputs=[{"model_id": model} for model in found.model_inputs.get(id, ())],
    )
    made = found.model_outputs.get(id, {})
    return inputs, message(model_outputs=[{"model_id": model, "step": step} for model, step in made.items()])
