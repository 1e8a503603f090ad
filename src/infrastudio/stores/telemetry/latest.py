"""The latest point of each series: the greatest (step, time, value), NaN below every number."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from itertools import repeat
from typing import TypeVar

import numpy as np

from infrastudio.stores.telemetry.values import IntArray, PointBatch, SeriesKey

LatestPoint = tuple[int, int, bool, float, int]
"""(step, time, is a number, value or 0 for NaN, attempt): of two, the greater one is the later."""

K = TypeVar("K", bound=Hashable)


def latest_point(step: int, time: int, value: float, attempt: int) -> LatestPoint:
    """Return a point in the order of latest values."""
    return (step, time, False, 0.0, attempt) if math.isnan(value) else (step, time, True, value, attempt)


def stored_value(point: LatestPoint) -> float | None:
    """Return the value as the table has it: None for NaN, on every database."""
    return point[3] if point[2] else None


def latest_points(batch: PointBatch) -> dict[SeriesKey, LatestPoint]:
    """Return the latest point of each series; a point of a model or dataset counts for its plain name too."""
    is_nan = np.isnan(batch.values)
    numbers = np.where(is_nan, 0.0, batch.values)
    last = _last_of_each(batch)
    columns = (batch.steps[last], batch.times[last], ~is_nan[last], numbers[last])
    points = zip(*(column.tolist() for column in columns), repeat(batch.attempt))
    latest = dict(zip(map(batch.series.__getitem__, batch.index[last].tolist()), points, strict=False))
    labelled = [key for key in latest if key[1] or key[2] or key[3]]  # a thousand times `is_plain` would be felt
    for key in labelled:
        merge_latest(latest, {SeriesKey(key.name): latest[key]})
    return latest


def merge_latest(into: dict[K, LatestPoint], points: Mapping[K, LatestPoint]) -> None:
    """Put points into a dictionary where it has no later ones."""
    for key, point in points.items():
        known = into.get(key)
        if known is None or point > known:
            into[key] = point


def _last_of_each(batch: PointBatch) -> IntArray:
    """Return the places of the latest point of each series: without sorting where steps rise within every series."""
    order = np.argsort(batch.index, kind="stable")
    series = batch.index[order]
    is_last = np.empty(len(order), dtype=np.bool_)
    is_last[-1:] = True
    np.not_equal(series[1:], series[:-1], out=is_last[:-1])
    steps = batch.steps[order]
    if not np.all((steps[1:] > steps[:-1]) | is_last[:-1]):
        is_nan = np.isnan(batch.values)
        values = np.where(is_nan, 0.0, batch.values)
        order = np.lexsort((values, ~is_nan, batch.times, batch.steps, batch.index))
    return order[is_last]
