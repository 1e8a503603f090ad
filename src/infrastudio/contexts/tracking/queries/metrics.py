"""Reads of metrics of a run. Points go straight to JSON: a model for each would take longer than reading them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import orjson

from infrastudio.contexts.tracking.queries import runs
from infrastudio.contexts.tracking.schemas.metrics import Attempts, MetricName, MetricNames, XAxis
from infrastudio.contexts.tracking.schemas.runs import Run, wire_number
from infrastudio.kernel.clock import format_time, from_micros, parse_time, to_micros
from infrastudio.kernel.errors import ValidationFailed
from infrastudio.kernel.pages import decode_cursor, encode_cursor
from infrastudio.kernel.text import casefold
from infrastudio.stores.db import Snapshot
from infrastudio.stores.ledger import Moment
from infrastudio.stores.telemetry import BucketPoints, RawPoints, SeriesKey, SeriesSlice, StreamKey, TelemetryReader

MICROSECONDS: Final = 1_000_000


def names(
    snapshot: Snapshot,
    telemetry: TelemetryReader,
    id: str,
    *,
    q: str = "",
    cursor: str | None = None,
    limit: int = 100,
    at: Moment | None = None,
) -> MetricNames:
    """Return the metrics of a run by name, those that contain `q`, with their latest points, live or as of a moment."""
    after = "" if cursor is None else str(decode_cursor(cursor).get("after", ""))
    if at is None:
        runs.row(snapshot, id)
        page = telemetry.series(StreamKey("run", id), q=q, after=after, limit=limit)
        found = [(item.key.name, item.latest) for item in page.items]
        next_after, total = page.next_after, page.total
    else:
        runs.run(snapshot, id, at=at)
        latest = telemetry.latest("run", [id], received_by=to_micros(at.at)).get(id, {})
        matching = sorted(name for name in latest if casefold(q) in casefold(name))
        behind = [name for name in matching if name > after]
        found = [(name, latest[name]) for name in behind[:limit]]
        next_after, total = behind[limit - 1] if len(behind) > limit else None, len(matching)
    return MetricNames(
        items=[
            MetricName(name=name, last=last.value, step=last.step, time=from_micros(last.time), attempt=last.attempt)
            for name, last in found
        ],
        next_cursor=None if next_after is None else encode_cursor({"after": next_after}),
        total=total,
    )


class Window(NamedTuple):
    """Which part of a series is wanted, and how finely.

    Attributes:
        x: The axis of range and buckets; `relative` counts seconds from the run's beginning.
        start: First x of the range as text: a step, seconds, or a moment.
        end: Last x of the range, included.
        buckets: At most so many rows per series.
        attempts: Whether points that a later attempt overtook are left out.
        path: What stands before the names of parameters that are wrong.
    """

    x: XAxis = "time"
    start: str | None = None
    end: str | None = None
    buckets: int = 1000
    attempts: Attempts = "last"
    path: str = ""


def series_json(
    snapshot: Snapshot,
    telemetry: TelemetryReader,
    id: str,
    names: Sequence[str],
    window: Window,
    *,
    at: Moment | None = None,
) -> bytes:
    """Return the JSON of a `MetricAnswer`, live or as of a moment.

    Raises:
        ValidationFailed: An end of the range is not in the unit of the axis.
    """
    run = runs.run(snapshot, id, at=at) if at is not None else runs.run_of(snapshot, runs.row(snapshot, id))
    return orjson.dumps({"series": series_of(telemetry, run, names, window, at=at)})


def series_of(
    telemetry: TelemetryReader, run: Run, names: Sequence[str], window: Window, *, at: Moment | None = None
) -> list[dict[str, Any]]:
    """Return the JSON values of `MetricSeries`, one for each attempt of each metric.

    Raises:
        ValidationFailed: An end of the range is not in the unit of the axis.
    """
    slices = telemetry.slices(
        StreamKey("run", run.id),
        [SeriesKey(name) for name in dict.fromkeys(names)],
        x=window.x,
        start=_place(f"{window.path}from", window.x, window.start),
        end=_place(f"{window.path}to", window.x, window.end),
        buckets=window.buckets,
        attempts=window.attempts,
        origin=to_micros(run.started_at or run.created_at) if window.x == "relative" else None,
        received_by=None if at is None else to_micros(at.at),
    )
    return [_slice(each, window.x) for each in slices]


def _place(parameter: str, x: XAxis, text: str | None) -> int | None:
    """Return a place on an axis as telemetry counts: a step, or microseconds."""
    if text is None:
        return None
    try:
        if x == "step":
            return int(text)
        if x == "relative":
            return round(float(text) * MICROSECONDS)
        return to_micros(parse_time(text))
    except (ValueError, OverflowError) as error:
        unit = {"step": "a whole number", "relative": "seconds", "time": "an RFC 3339 time"}[x]
        raise ValidationFailed.of(parameter, f"must be {unit}, for x={x}") from error


def _slice(found: SeriesSlice, x: XAxis) -> dict[str, Any]:
    width = found.resolution.width if x == "step" else found.resolution.width / MICROSECONDS
    points = _raw(found.points) if isinstance(found.points, RawPoints) else _buckets(found.points)
    resolution = {"kind": found.resolution.kind, "width": width}
    return {"name": found.key.name, "attempt": found.attempt, "resolution": resolution, "points": points}


def _raw(points: RawPoints) -> list[dict[str, Any]]:
    columns = (points.steps.tolist(), _times(points.times), _numbers(points.values))
    return [{"step": step, "time": time, "value": value} for step, time, value in zip(*columns, strict=True)]


def _buckets(points: BucketPoints) -> list[dict[str, Any]]:
    names = ("step", "time", "first", "last", "min", "max", "mean", "count")
    columns = (
        points.steps.tolist(),
        _times(points.times),
        *(_numbers(values) for values in (points.first, points.last, points.minima, points.maxima, points.means)),
        points.counts.tolist(),
    )
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _times(times: Any) -> list[str]:
    return [format_time(from_micros(time)) for time in times.tolist()]


def _numbers(values: Any) -> list[Any]:
    numbers: list[Any] = values.tolist()
    return numbers if np.isfinite(values).all() else [wire_number(number) for number in numbers]
