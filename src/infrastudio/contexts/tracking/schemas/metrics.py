"""Metrics on the wire."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from infrastudio.contexts.tracking.schemas.runs import AttemptNumber, WireNumber
from infrastudio.kernel.text import Integer, Text
from infrastudio.kernel.versioned import Time, Value

XAxis = Literal["step", "time", "relative"]
"""`relative` counts from the beginning of the run."""
Attempts = Literal["last", "all"]

MAX_POINTS: Final = 10_000
_WORDS: Final = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}


def _number(value: Any) -> Any:
    """Take a JSON number or one of the three words; never text or a truth value."""
    if isinstance(value, str) and value in _WORDS:
        return _WORDS[value]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError('must be a number, "NaN", "Infinity" or "-Infinity"')
    return value


AnyNumber = Annotated[
    float, BeforeValidator(_number, json_schema_input_type=float | Literal["NaN", "Infinity", "-Infinity"])
]


class MetricName(Value):
    """A metric of a run, with its latest point."""

    name: str
    last: WireNumber
    step: int
    time: Time
    attempt: int


class MetricNames(Value):
    """Metrics of a run by name."""

    items: list[MetricName]
    next_cursor: str | None
    total: int


class MetricPoint(Value):
    """A point, or a bucket of points: then `value` is null and the other six say what is in it."""

    step: int
    time: Time
    value: WireNumber | None = None
    first: WireNumber | None = None
    last: WireNumber | None = None
    min: WireNumber | None = None
    max: WireNumber | None = None
    mean: WireNumber | None = None
    count: int | None = None


class MetricResolution(Value):
    """`raw`: every point; `bucket`: one row for all points within `width` steps or seconds."""

    kind: Literal["raw", "bucket"]
    width: float


class MetricSeries(Value):
    """One attempt of one metric."""

    name: str
    attempt: int
    resolution: MetricResolution
    points: list[MetricPoint]


class MetricAnswer(Value):
    """The asked-for series."""

    series: list[MetricSeries]


class MetricPointIn(Value):
    """A point to log."""

    name: Annotated[Text, StringConstraints(min_length=1, max_length=250)]
    value: AnyNumber
    step: Integer = 0
    time: Time | None = None
    """None: when the server received it."""


class MetricPointsIn(Value):
    """Points to log, all or none of them."""

    points: Annotated[list[MetricPointIn], Field(min_length=1, max_length=MAX_POINTS)]
    attempt: AttemptNumber | None = None
    """Which attempt of the run measured them; None: the one that it is at."""


class PointsLogged(Value):
    """How many points were stored."""

    count: int
