"""Orders points, drops repeats, and brings a series down to buckets without hiding a spike. Pure numpy."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from infrastudio.stores.telemetry.reads import (
    BucketPoints,
    HistoryPosition,
    PointColumns,
    RawPoints,
    Resolution,
    XAxis,
)
from infrastudio.stores.telemetry.values import BoolArray, FloatArray, IntArray

_LOWEST: Final = -(2**63)
_HIGHEST: Final = 2**63 - 1


def in_history_order(points: PointColumns) -> PointColumns:
    """Return points by (time, step, value), NaN first, without those that are equal in all three.

    Of equal points the one that stood first stays.
    """
    if len(points) < 2 or bool(np.all(points.times[1:] > points.times[:-1])):
        return points
    is_nan = np.isnan(points.values)
    numbers = np.where(is_nan, 0.0, points.values)
    order = np.lexsort((numbers, ~is_nan, points.steps, points.times))
    points, numbers, is_nan = points.take(order), numbers[order], is_nan[order]
    is_repeat = (
        (points.times[1:] == points.times[:-1])
        & (points.steps[1:] == points.steps[:-1])
        & (is_nan[1:] == is_nan[:-1])
        & (numbers[1:] == numbers[:-1])
    )
    return points.take(np.concatenate([[True], ~is_repeat])) if is_repeat.any() else points


def is_after(points: PointColumns, position: HistoryPosition) -> BoolArray:
    """Tell for each point whether it stands behind a position of the history."""
    is_number = ~np.isnan(points.values)
    numbers = np.where(is_number, points.values, 0.0)
    same_number = is_number == position.is_number
    later_value = (is_number & (not position.is_number)) | (same_number & (numbers > position.value))
    later_step = (points.steps > position.step) | ((points.steps == position.step) & later_value)
    later: BoolArray = (points.times > position.time) | ((points.times == position.time) & later_step)
    return later


def position_of(points: PointColumns, place: int) -> HistoryPosition:
    """Return the position of one point in the order of a history."""
    value = float(points.values[place])
    is_number = not math.isnan(value)
    return HistoryPosition(int(points.times[place]), int(points.steps[place]), is_number, value if is_number else 0.0)


def overtaken(points: PointColumns) -> BoolArray:
    """Tell for each point whether a later attempt began at or before its step, so that it was trained away."""
    hidden = np.zeros(len(points), dtype=np.bool_)
    attempts = np.unique(points.attempts)
    lowest = _HIGHEST
    seen = False
    for attempt in attempts[::-1]:
        mine = points.attempts == attempt
        if seen:
            hidden |= mine & (points.steps >= lowest)
        lowest = min(lowest, int(points.steps[mine].min()))
        seen = True
    return hidden


def cut_and_downsample(
    points: PointColumns,
    *,
    x: XAxis,
    start: int | None,
    end: int | None,
    buckets: int,
    origin: int,
) -> tuple[Resolution, RawPoints | BucketPoints]:
    """Return the points with `start <= x <= end`, as they are or as at most `buckets` buckets of equal width.

    Args:
        points: Points of one attempt, repeats dropped, in any order.
        x: Which axis; `relative` is the time less `origin`.
        start: First x, or None.
        end: Last x, included, or None.
        buckets: The most rows that come back, >= 1.
        origin: Microseconds that `relative` counts from.
    """
    along = _axis(points, x, origin)
    inside = (along >= _clamp(start, _LOWEST)) & (along <= _clamp(end, _HIGHEST))
    points, along = points.take(inside), along[inside]
    other = points.times if x == "step" else points.steps
    is_nan = np.isnan(points.values)
    order = np.lexsort((np.where(is_nan, 0.0, points.values), ~is_nan, other, along))
    points, along = points.take(order), along[order]
    if len(points) <= buckets:
        return Resolution("raw", 0), RawPoints(points.steps, points.times, points.values)
    low = int(along[0]) if start is None else _clamp(start, _LOWEST)
    high = int(along[-1]) if end is None else _clamp(end, _HIGHEST)
    width = -(-(high - low + 1) // buckets)
    offsets = along.view(np.uint64) - np.uint64(low % 2**64)
    numbers = offsets // np.uint64(width) if width < 2**64 else np.zeros_like(offsets)
    return Resolution("bucket", width), _buckets(points, numbers)


def _axis(points: PointColumns, x: XAxis, origin: int) -> IntArray:
    if x == "step":
        return points.steps
    if x == "time":
        return points.times
    return points.times - np.int64(_clamp(origin, _LOWEST))


def _clamp(number: int | None, default: int) -> int:
    return default if number is None else max(_LOWEST, min(_HIGHEST, number))


def _buckets(points: PointColumns, numbers: np.ndarray[tuple[int], np.dtype[np.uint64]]) -> BucketPoints:
    starts = np.concatenate([[0], np.flatnonzero(numbers[1:] != numbers[:-1]) + 1])
    ends = np.concatenate([starts[1:], [len(numbers)]])
    values = points.values
    return BucketPoints(
        points.steps[starts],
        points.times[starts],
        values[starts],
        values[ends - 1],
        np.fmin.reduceat(values, starts),
        np.fmax.reduceat(values, starts),
        _means(values, starts, ends - starts),
        (ends - starts).astype(np.int64),
    )


def _means(values: FloatArray, starts: IntArray, counts: IntArray) -> FloatArray:
    is_finite = np.isfinite(values)
    finite = np.where(is_finite, values, 0.0)
    terms = np.add.reduceat(is_finite.astype(np.float64), starts)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        means: FloatArray = np.add.reduceat(finite, starts) / terms
    if np.isinf(means).any():
        shares = finite / np.repeat(np.maximum(terms, 1.0), counts)
        means = np.where(np.isinf(means), np.add.reduceat(shares, starts), means)
    return means
