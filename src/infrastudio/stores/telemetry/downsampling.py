"""Orders points, drops repeats, and brings a series down to buckets without hiding a spike. Pure numpy."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from infrastudio.stores.telemetry.reads import (
    BucketPoints,
    HistoryPosition,
    PointColumns,
    RawPoints,
    Resolution,
    XAxis,
)
from infrastudio.stores.telemetry.values import BoolArray, FloatArray, IntArray

UnsignedArray = NDArray[np.uint64]

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


@dataclass(frozen=True, slots=True)
class Range:
    """What of a series is asked for: `start <= x <= end` in at most `buckets` rows.

    `origin` is the time in microseconds that x=relative counts from; `start` and `end` may be left open.
    """

    x: XAxis
    start: int | None
    end: int | None
    buckets: int
    origin: int

    @property
    def low(self) -> int:
        """The first x, as a 64-bit integer."""
        return _clamp(self.start, _LOWEST)

    @property
    def high(self) -> int:
        """The last x, as a 64-bit integer."""
        return _clamp(self.end, _HIGHEST)

    def along(self, steps: IntArray, times: IntArray) -> IntArray:
        """Return the x of points."""
        if self.x == "step":
            return steps
        return times if self.x == "time" else times - np.int64(_clamp(self.origin, _LOWEST))

    def numbered(self, along: IntArray, last: int) -> tuple[int, UnsignedArray]:
        """Return the width of a bucket, and the bucket of each of some ascending x of which `last` is the last."""
        low = int(along[0]) if self.start is None else self.low
        high = last if self.end is None else self.high
        width = -(-(high - low + 1) // self.buckets)
        offsets = along.view(np.uint64) - np.uint64(low % 2**64)
        return width, offsets // np.uint64(width) if width < 2**64 else np.zeros_like(offsets)


Sliced = tuple[Resolution, RawPoints | BucketPoints]


def slice_by_points(points: PointColumns, wanted: Range) -> Sliced:
    """Return the points of a range, as they are or as at most so many buckets of equal width.

    Args:
        points: Points of one attempt, repeats dropped, in any order.
        wanted: The range.
    """
    along = wanted.along(points.steps, points.times)
    inside = (along >= wanted.low) & (along <= wanted.high)
    points, along = points.take(inside), along[inside]
    if not np.all(along[1:] > along[:-1]):
        other = points.times if wanted.x == "step" else points.steps
        is_nan = np.isnan(points.values)
        order = np.lexsort((np.where(is_nan, 0.0, points.values), ~is_nan, other, along))
        points, along = points.take(order), along[order]
    if len(points) <= wanted.buckets:
        return Resolution("raw", 0), RawPoints(points.steps, points.times, points.values)
    width, numbers = wanted.numbered(along, int(along[-1]))
    return Resolution("bucket", width), _buckets(points, numbers)


def _clamp(number: int | None, default: int) -> int:
    return default if number is None else max(_LOWEST, min(_HIGHEST, number))


def _buckets(points: PointColumns, numbers: UnsignedArray) -> BucketPoints:
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
        means_of(values, starts, ends - starts),
        (ends - starts).astype(np.int64),
    )


def means_of(values: FloatArray, starts: IntArray, counts: IntArray) -> FloatArray:
    """Return the means of the finite values of runs of `counts` values that begin at `starts`; NaN: there are none."""
    is_finite = np.isfinite(values)
    finite = np.where(is_finite, values, 0.0)
    terms = np.add.reduceat(is_finite.astype(np.float64), starts)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        means: FloatArray = np.add.reduceat(finite, starts) / terms
    overflowed = ~np.isfinite(means) & (terms > 0)
    if overflowed.any():
        shares = finite / np.repeat(np.maximum(terms, 1.0), counts)
        means = np.where(overflowed, np.add.reduceat(shares, starts), means)
    return means
