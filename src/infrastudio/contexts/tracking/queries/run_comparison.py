"""Runs beside each other: params, metrics against a reference, configs, curves."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from typing import Any, Final

import orjson

from infrastudio.contexts.tracking.queries import metrics, runs
from infrastudio.contexts.tracking.queries.run_configs import compared_configs
from infrastudio.contexts.tracking.queries.run_search import summary
from infrastudio.contexts.tracking.schemas.comparison import (
    MAX_CURVE_ROWS,
    ComparedMetric,
    ComparedMetrics,
    ComparedParam,
    ComparedParams,
    CurvesIn,
    RunComparison,
    RunComparisonIn,
)
from infrastudio.contexts.tracking.schemas.runs import Run, wire_number
from infrastudio.kernel.clock import to_micros
from infrastudio.kernel.errors import ValidationFailed
from infrastudio.stores import ledger
from infrastudio.stores.db import Snapshot
from infrastudio.stores.ledger import Moment
from infrastudio.stores.telemetry import TelemetryReader

MAX_ROWS: Final = 1000
"""Params, and metrics, of one answer."""
MAX_CHARACTERS: Final = 16_000_000
"""Of all params of the compared runs together."""
MAX_VALUES: Final = 250_000
"""Latest values of metrics that are held at once."""


def comparison_json(
    snapshot: Snapshot, telemetry: TelemetryReader, asked: RunComparisonIn, *, at: Moment | None = None
) -> bytes:
    """Return the JSON of a `RunComparison`, live or as of a moment.

    Raises:
        UnknownRun: One of the runs does not exist for the actor.
        ValidationFailed: The reference is none of the runs, or they have too much to be compared at once.
    """
    reference = asked.reference or asked.run_ids[0]
    if reference not in asked.run_ids:
        raise ValidationFailed.of("reference", "must be one of run_ids")
    compared = [_plain_run(snapshot, id, at) for id in asked.run_ids]
    place = asked.run_ids.index(reference)
    told = RunComparison(
        runs=[summary(run, {}) for run in compared],
        reference=reference,
        params=_params(snapshot, compared, at) if "params" in asked.include else None,
        metrics=_metrics(telemetry, compared, asked.metrics, place, at) if "metrics" in asked.include else None,
        config=compared_configs(snapshot, compared, _seq(snapshot, at)) if "config" in asked.include else None,
        curves=None,
    )
    if asked.curves is None:
        return orjson.dumps(told.model_dump(mode="json"))
    curves = _curves(telemetry, compared, asked.curves, at)
    return orjson.dumps(told.model_dump(mode="json") | {"curves": curves})


def _plain_run(snapshot: Snapshot, id: str, at: Moment | None) -> Run:
    """Return a run without its collections."""
    if at is None:
        return runs.run_of(snapshot, runs.row(snapshot, id))
    return runs.run(snapshot, id, at=at).model_copy(update={name: {} for name in Run.collections})


def _seq(snapshot: Snapshot, at: Moment | None) -> int:
    return ledger.head(snapshot) if at is None else at.seq


def _params(snapshot: Snapshot, compared: Sequence[Run], at: Moment | None) -> ComparedParams:
    each = []
    characters = 0
    for run in compared:
        own = runs.params_of(snapshot, [run.id])[run.id] if at is None else runs.run(snapshot, run.id, at=at).params
        characters += sum(len(key) + len(value) for key, value in own.items())
        if characters > MAX_CHARACTERS:
            raise ValidationFailed.of("run_ids", "have too many params to be compared at once; name fewer runs")
        each.append(own)
    keys = {key for own in each for key in own}
    differing = {key for key in keys if len({own.get(key) for own in each}) > 1}
    shown = [*sorted(differing), *sorted(keys - differing)][:MAX_ROWS]
    rows = [ComparedParam(key=key, values=[own.get(key) for own in each], differs=key in differing) for key in shown]
    return ComparedParams(items=rows, differing=len(differing), total=len(keys))


def _metrics(
    telemetry: TelemetryReader,
    compared: Sequence[Run],
    names: Sequence[str] | None,
    reference: int,
    at: Moment | None,
) -> ComparedMetrics:
    each: list[dict[str, float]] = []
    for run in compared:
        received_by = None if at is None else to_micros(at.at)
        latest = telemetry.latest("run", [run.id], names, received_by=received_by).get(run.id, {})
        each.append({name: last.value for name, last in latest.items()})
        if sum(map(len, each)) > MAX_VALUES:
            raise ValidationFailed.of("metrics", "the runs have too many to be compared at once; name those you want")
    values = {name: [own.get(name) for own in each] for name in sorted({name for own in each for name in own})}
    differing = {
        name
        for name, own in values.items()
        if len({value if value is None else wire_number(value) for value in own}) > 1
    }
    rows = [
        ComparedMetric(
            name=name,
            values=own,
            deltas=[_delta(value, own[reference]) for value in own],
            differs=name in differing,
        )
        for name, own in itertools.islice(values.items(), MAX_ROWS)
    ]
    return ComparedMetrics(items=rows, differing=len(differing), total=len(values))


def _delta(value: float | None, reference: float | None) -> float | None:
    if value is None or reference is None or not math.isfinite(value) or not math.isfinite(reference):
        return None
    return value - reference


def _curves(
    telemetry: TelemetryReader, compared: Sequence[Run], asked: CurvesIn, at: Moment | None
) -> list[dict[str, Any]]:
    names = list(dict.fromkeys(asked.metrics))
    rows = len(compared) * len(names) * asked.buckets
    if rows > MAX_CURVE_ROWS:
        fitting = MAX_CURVE_ROWS // (len(compared) * len(names))
        raise ValidationFailed.of(
            "curves.buckets",
            f"{len(compared)} runs × {len(names)} metrics × {asked.buckets} buckets are {rows} rows, at most "
            f"{MAX_CURVE_ROWS} are answered",
            str(fitting),
        )
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    for run in compared:
        for one in _curves_of(telemetry, run, names, asked, at):
            found[one.pop("name")].append({"run_id": run.id, **one})
    return [{"name": name, "series": series} for name, series in found.items()]


def _curves_of(
    telemetry: TelemetryReader, run: Run, names: Sequence[str], asked: CurvesIn, at: Moment | None
) -> Iterable[dict[str, Any]]:
    window = metrics.Window(
        x=asked.x, start=asked.from_, end=asked.to, buckets=asked.buckets, attempts=asked.attempts, path="curves."
    )
    return metrics.series_of(telemetry, run, names, window, at=at)
