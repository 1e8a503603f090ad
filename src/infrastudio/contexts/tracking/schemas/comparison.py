"""Runs beside each other, on the wire."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from infrastudio.contexts.tracking.schemas.metrics import Attempts, MetricPoint, MetricResolution, XAxis
from infrastudio.contexts.tracking.schemas.runs import RunSummary, WireNumber
from infrastudio.kernel.text import Integer, Text
from infrastudio.kernel.versioned import Value

MIN_RUNS: Final = 2
MAX_RUNS: Final = 50
MAX_CURVES: Final = 20
MAX_CURVE_ROWS: Final = 200_000

Part = Literal["params", "metrics", "config"]


def _unique(ids: list[str]) -> list[str]:
    twice = sorted({id for id in ids if ids.count(id) > 1})
    if twice:
        raise ValueError(f"names {', '.join(twice)} twice; a run is compared with others only")
    return ids


MetricKey = Annotated[Text, Field(min_length=1, max_length=250)]


class CurvesIn(Value):
    """Which metrics are wanted as curves, and over which range."""

    metrics: Annotated[list[MetricKey], Field(min_length=1, max_length=MAX_CURVES)]
    x: XAxis = "step"
    from_: Annotated[Text | None, Field(alias="from", max_length=64)] = None
    """In the unit of `x`: a step, an RFC 3339 time, or seconds since each run's beginning."""
    to: Annotated[Text | None, Field(max_length=64)] = None
    buckets: Annotated[Integer, Field(ge=1, le=2000)] = 200
    """Rows per curve at most; minima and maxima are kept."""
    attempts: Attempts = "last"


class RunComparisonIn(Value):
    """Which runs are put beside each other, and what of them."""

    run_ids: Annotated[
        list[Annotated[Text, Field(max_length=64)]],
        Field(min_length=MIN_RUNS, max_length=MAX_RUNS),
        AfterValidator(_unique),
    ]
    reference: Annotated[Text, Field(max_length=64)] | None = None
    """The run that metrics are compared with; null: the first one."""
    include: Annotated[tuple[Part, ...], Field(max_length=3)] = ("params", "metrics", "config")
    metrics: Annotated[list[MetricKey], Field(max_length=1000)] | None = None
    """Which metrics; null: all, as many as an answer may hold."""
    curves: CurvesIn | None = None


class ComparedParam(Value):
    """A param of several runs; values in the order of the runs, null where a run has none."""

    key: str
    values: list[str | None]
    differs: bool


class ComparedParams(Value):
    """Params: those that differ first, then by key; `total` counts also those that the answer leaves out."""

    items: list[ComparedParam]
    differing: int
    total: int


class ComparedMetric(Value):
    """The latest values of a metric of several runs, and how far each is from the reference.

    A delta is null where one of the two values is missing or no finite number.
    """

    name: str
    values: list[WireNumber | None]
    deltas: list[WireNumber | None]
    differs: bool


class ComparedMetrics(Value):
    """Metrics by name; `total` counts also those that the answer leaves out."""

    items: list[ComparedMetric]
    differing: int
    total: int


class ConfigDifference(Value):
    """A place in the configs that is not the same in all of them.

    `values` are JSON texts, so that the text "1" and the number 1 stay apart; null where a config has no such place.
    """

    path: str
    values: list[str | None]


class ComparedConfigs(Value):
    """What the runs were started from; runs without a job, and jobs without a config, have none."""

    texts: list[str | None]
    """As YAML, keys in order."""
    differences: list[ConfigDifference]
    total: int
    """Also counts the differences that the answer leaves out."""


class Curve(Value):
    """One attempt of a metric of one run."""

    run_id: str
    attempt: int
    resolution: MetricResolution
    points: list[MetricPoint]


class ComparedCurves(Value):
    """A metric of several runs over the same axis."""

    name: str
    series: list[Curve]


class RunComparison(Value):
    """Runs beside each other; what was not asked for is null."""

    runs: list[RunSummary]
    """In the order asked for, without params, tags and metrics."""
    reference: str
    params: ComparedParams | None
    metrics: ComparedMetrics | None
    config: ComparedConfigs | None
    curves: list[ComparedCurves] | None
