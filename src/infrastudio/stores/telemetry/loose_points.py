"""Points of batches, collected batch by batch and told apart by series at the end, all at once."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from infrastudio.stores.telemetry.errors import CorruptTelemetry
from infrastudio.stores.telemetry.point_chunks import StoredPoints, join_points
from infrastudio.stores.telemetry.point_codec import SINGLE_POINT, decode_points, decode_series_ids, is_single
from infrastudio.stores.telemetry.values import BoolArray, IntArray


class SeriesPart(NamedTuple):
    """A series and an attempt."""

    series_id: int
    attempt: int


class _Wanted(NamedTuple):
    """The series of a batch, which of them are wanted, and whether any is."""

    ids: IntArray
    is_wanted: BoolArray
    any_wanted: bool


class LoosePoints:
    """Columns of batches that hold wanted series; batches of one point are decoded many at a time."""

    def __init__(self, wanted: IntArray | None = None) -> None:
        """Collect the points of some series; None: of all."""
        self._wanted = wanted
        self._known: dict[bytes, _Wanted] = {}
        self._series: set[int] = set()
        self._points: list[StoredPoints] = []
        self._names: list[IntArray] = []
        """For each of `_points` the series and attempts, shape (2, n)."""
        self._singles: list[bytes] = []
        self._single_of: list[tuple[int, int, int, int]] = []

    @property
    def series_count(self) -> int:
        """How many series the batches have points of, wanted or not."""
        return len(self._series)

    def add(self, first_offset: int, attempt: int, received_at: int, series: bytes, data: bytes) -> None:
        """Take what is wanted out of a batch.

        Raises:
            CorruptTelemetry: It cannot be read.
        """
        ids, is_wanted, any_wanted = self._known.get(series) or self._look_up(series)
        if not any_wanted:
            return
        if is_single(data):
            if len(data) != SINGLE_POINT.itemsize:
                raise CorruptTelemetry(f"A point of {len(data)} bytes.")
            self._singles.append(data)
            self._single_of.append((int(ids[0]), attempt, first_offset, received_at))
            return
        self._flush_singles()
        batch = decode_points(data)
        offsets = np.arange(first_offset, first_offset + len(batch.steps), dtype=np.int64)
        received = np.full(len(offsets), received_at, dtype=np.int64)
        points = StoredPoints(batch.steps, batch.times, batch.values, offsets, received)
        names = np.stack([ids[batch.index], np.full(len(offsets), attempt, dtype=np.int64)])
        if not is_wanted.all():
            inside = is_wanted[batch.index]
            points, names = points.take(inside), names[:, inside]
        self._points.append(points)
        self._names.append(names)

    def by_series(self) -> Iterable[tuple[SeriesPart, StoredPoints]]:
        """Yield all that was taken: the points of a series and attempt in the order they were appended."""
        self._flush_singles()
        if not self._points:
            return
        points, names = join_points(self._points), np.concatenate(self._names, axis=1)
        if np.any(names != names[:, :1]):
            order = _order(names)
            names, points = names[:, order], points.take(order)
        is_new = np.any(names[:, 1:] != names[:, :-1], axis=0)
        starts = [0, *(np.flatnonzero(is_new) + 1).tolist(), len(points)]
        for low, high in pairwise(starts):
            yield SeriesPart(int(names[0, low]), int(names[1, low])), points.take(slice(low, high))

    def _look_up(self, series: bytes) -> _Wanted:
        ids = decode_series_ids(series)
        is_wanted = np.ones(len(ids), dtype=np.bool_) if self._wanted is None else np.isin(ids, self._wanted)
        known = self._known[series] = _Wanted(ids, is_wanted, bool(is_wanted.any()))
        self._series.update(ids.tolist())
        return known

    def _flush_singles(self) -> None:
        if not self._singles:
            return
        found = np.frombuffer(b"".join(self._singles), dtype=SINGLE_POINT)
        series, attempts, offsets, received = np.array(self._single_of, dtype=np.int64).T.copy()
        columns = (found["step"].copy(), found["time"].copy(), found["value"].copy())
        self._points.append(StoredPoints(*columns, offsets, received))
        self._names.append(np.stack([series, attempts]))
        self._singles, self._single_of = [], []


def _order(names: IntArray) -> IntArray:
    """Return the order by series and attempt, in which equal ones stay as they are."""
    series, attempts = names - names.min(axis=1, keepdims=True)
    if attempts.any() or series.max() >= 1 << 16:
        return np.lexsort((attempts, series))
    return np.argsort(series.astype(np.uint16), kind="stable")  # numpy sorts two bytes without comparing
