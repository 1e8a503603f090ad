"""Reads of points and series, each on a connection that holds one snapshot."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from sqlalchemy import Connection, func, select

from infrastudio.kernel.batches import batches
from infrastudio.stores.telemetry import tables
from infrastudio.stores.telemetry.downsampling import (
    cut_and_downsample,
    in_history_order,
    is_after,
    overtaken,
    position_of,
)
from infrastudio.stores.telemetry.point_codec import SINGLE_POINT, decode_points, decode_series_ids, is_single
from infrastudio.stores.telemetry.reads import (
    Attempts,
    HistoryPage,
    HistoryPosition,
    NumberedPoint,
    PointColumns,
    PointsSince,
    SeriesSlice,
    XAxis,
)
from infrastudio.stores.telemetry.values import BoolArray, IntArray, SeriesKey, StreamKey

T = TypeVar("T")

_stream, _series, _latest, _batch = tables.stream, tables.series, tables.latest, tables.point_batch


def stream_id_of(connection: Connection, key: StreamKey) -> int | None:
    """Return the number of a stream, None if nothing was ever written to it."""
    query = select(_stream.c.stream_id).where(_stream.c.entity == key.entity, _stream.c.owner_id == key.id)
    return connection.scalar(query)


@dataclass(frozen=True, slots=True)
class SeriesColumns:
    """Points of several series; `series` holds the id of each point's series."""

    points: PointColumns
    series: IntArray

    def of(self, ids: Collection[int]) -> PointColumns:
        """Return the points of the given series."""
        return self.points.take(np.isin(self.series, np.fromiter(ids, dtype=np.int64)))


def matching_series(
    connection: Connection, stream_id: int, wanted: Iterable[SeriesKey]
) -> dict[SeriesKey, frozenset[int]]:
    """Return the ids that each asked-for key stands for in a stream: all of its name for a plain one."""
    wanted = tuple(wanted)
    columns = (
        _series.c.series_id,
        _series.c.name,
        _series.c.model_id,
        _series.c.dataset_name,
        _series.c.dataset_digest,
    )
    query = (
        select(*columns)
        .join(_latest, _latest.c.series_id == _series.c.series_id)
        .where(_latest.c.stream_id == stream_id)
    )
    by_name: dict[str, list[tuple[int, SeriesKey]]] = {key.name: [] for key in wanted}
    for some in batches(sorted(by_name)):
        for row in connection.execute(query.where(_series.c.name.in_(some))):
            by_name[row.name].append((row.series_id, SeriesKey(*row[1:])))
    return {
        key: frozenset(number for number, other in by_name[key.name] if key.is_plain or other == key) for key in wanted
    }


def read_series(connection: Connection, stream_id: int, ids: Collection[int], received_by: int | None) -> SeriesColumns:
    """Return all points of some series of a stream, in the order they were appended, repeats included."""
    query = select(_batch.c.attempt, _batch.c.series, _batch.c.data).where(_batch.c.stream_id == stream_id)
    if received_by is not None:
        query = query.where(_batch.c.received_at <= received_by)
    collected = _Collected(frozenset(ids))
    for attempt, series, data in connection.execute(query.order_by(_batch.c.first_offset)):
        collected.add(attempt, series, data)
    return collected.columns()


class _Collected:
    """Columns of batches that hold wanted series; batches of one point are decoded many at a time."""

    def __init__(self, wanted: frozenset[int]) -> None:
        self._wanted = np.fromiter(wanted, dtype=np.int64)
        self._known: dict[bytes, tuple[IntArray, BoolArray, bool]] = {}
        self._parts: list[tuple[IntArray, ...]] = []
        self._values: list[np.ndarray[tuple[int], np.dtype[np.float64]]] = []
        self._singles: list[bytes] = []
        self._single_of: list[tuple[int, int]] = []

    def add(self, attempt: int, series: bytes, data: bytes) -> None:
        """Take what is wanted out of a batch."""
        ids, is_wanted, any_wanted = self._known.get(series) or self._look_up(series)
        if not any_wanted:
            return
        if is_single(data):
            self._singles.append(data)
            self._single_of.append((int(ids[0]), attempt))
            return
        self._flush_singles()
        batch = decode_points(data)
        inside: BoolArray | slice = slice(None) if is_wanted.all() else is_wanted[batch.index]
        index = batch.index[inside]
        attempts = np.full(len(index), attempt, dtype=np.int64)
        self._parts.append((ids[index], batch.steps[inside], batch.times[inside], attempts))
        self._values.append(batch.values[inside])

    def columns(self) -> SeriesColumns:
        """Return all that was taken."""
        self._flush_singles()
        empty = np.empty(0, dtype=np.int64)
        series, steps, times, attempts = (
            np.concatenate([empty, *(part[place] for part in self._parts)]) for place in range(4)
        )
        values = np.concatenate([np.empty(0, dtype=np.float64), *self._values])
        return SeriesColumns(PointColumns(steps, times, values, attempts), series)

    def _look_up(self, series: bytes) -> tuple[IntArray, BoolArray, bool]:
        ids = decode_series_ids(series)
        is_wanted = np.isin(ids, self._wanted)
        known = self._known[series] = (ids, is_wanted, bool(is_wanted.any()))
        return known

    def _flush_singles(self) -> None:
        if not self._singles:
            return
        points = np.frombuffer(b"".join(self._singles), dtype=SINGLE_POINT)
        of = np.array(self._single_of, dtype=np.int64)
        self._parts.append((of[:, 0], points["step"].copy(), points["time"].copy(), of[:, 1]))
        self._values.append(points["value"].copy())
        self._singles, self._single_of = [], []


def history(
    connection: Connection,
    key: StreamKey,
    series: SeriesKey,
    *,
    attempt: int | None,
    after: HistoryPosition | None,
    limit: int | None,
    received_by: int | None,
) -> HistoryPage:
    """Answer `TelemetryReader.history`."""
    points = _one_series(connection, key, series, received_by)
    if attempt is not None:
        points = points.take(points.attempts == attempt)
    points = in_history_order(points)
    if after is not None:
        points = points.take(is_after(points, after))
    if limit is None or len(points) <= limit:
        return HistoryPage(points, None)
    page = points.take(slice(limit))
    return HistoryPage(page, position_of(page, -1) if limit else after)


def _one_series(connection: Connection, key: StreamKey, series: SeriesKey, received_by: int | None) -> PointColumns:
    stream_id = stream_id_of(connection, key)
    if stream_id is None:
        return _Collected(frozenset()).columns().points
    ids = matching_series(connection, stream_id, [series])[series]
    return read_series(connection, stream_id, ids, received_by).points


def slices(
    connection: Connection,
    key: StreamKey,
    series: Sequence[SeriesKey],
    *,
    x: XAxis,
    start: int | None,
    end: int | None,
    buckets: int,
    attempts: Attempts,
    origin: int | None,
    received_by: int | None,
) -> list[SeriesSlice]:
    """Answer `TelemetryReader.slices`."""
    stream_id = stream_id_of(connection, key)
    if stream_id is None:
        return []
    ids = matching_series(connection, stream_id, series)
    columns = read_series(connection, stream_id, frozenset().union(*ids.values()), received_by)
    found = []
    for name in series:
        points = columns.of(ids[name])
        if not len(points):
            continue
        zero = int(points.times.min()) if origin is None else origin
        hidden = overtaken(points) if attempts == "last" else np.zeros(len(points), dtype=np.bool_)
        for attempt in np.unique(points.attempts).tolist():
            mine = in_history_order(points.take((points.attempts == attempt) & ~hidden))
            resolution, rows = cut_and_downsample(mine, x=x, start=start, end=end, buckets=buckets, origin=zero)
            if len(rows.steps):
                found.append(SeriesSlice(name, attempt, resolution, rows))
    return found


def points_since(connection: Connection, key: StreamKey, offset: int, limit: int) -> PointsSince:
    """Answer `TelemetryReader.points_since`."""
    head = connection.execute(
        select(_stream.c.stream_id, _stream.c.points).where(
            _stream.c.entity == key.entity, _stream.c.owner_id == key.id
        )
    ).one_or_none()
    if head is None or offset >= head.points or limit < 1:
        return PointsSince((), 0 if head is None else head.points)
    begin = (
        select(func.max(_batch.c.first_offset))
        .where(_batch.c.stream_id == head.stream_id, _batch.c.first_offset <= offset)
        .scalar_subquery()
    )
    query = (
        select(_batch.c.first_offset, _batch.c.attempt, _batch.c.series, _batch.c.data)
        .where(_batch.c.stream_id == head.stream_id, _batch.c.first_offset >= func.coalesce(begin, 0))
        .order_by(_batch.c.first_offset)
        .limit(limit + 1)
    )
    rows: list[tuple[int, int, int, int, int, float]] = []
    for first, attempt, series, data in connection.execute(query):
        if len(rows) >= limit:
            break
        ids, batch = decode_series_ids(series), decode_points(data)
        begin_at = max(0, offset - first)
        part = slice(begin_at, begin_at + limit - len(rows))
        columns = (ids[batch.index[part]], batch.steps[part], batch.times[part], batch.values[part])
        numbers = range(first + begin_at + 1, first + len(batch.steps) + 1)
        for number, point in zip(numbers, zip(*(c.tolist() for c in columns), strict=True), strict=False):
            rows.append((number, point[0], attempt, *point[1:]))
    keys = series_keys(connection, {row[1] for row in rows})
    points = tuple(NumberedPoint(row[0], keys[row[1]], *row[2:]) for row in rows)
    return PointsSince(points, head.points)


def series_keys(connection: Connection, ids: Collection[int]) -> Mapping[int, SeriesKey]:
    """Return the keys of series by their ids."""
    keys: dict[int, SeriesKey] = {}
    columns = (
        _series.c.series_id,
        _series.c.name,
        _series.c.model_id,
        _series.c.dataset_name,
        _series.c.dataset_digest,
    )
    for some in batches(sorted(ids)):
        for row in connection.execute(select(*columns).where(_series.c.series_id.in_(some))):
            keys[row.series_id] = SeriesKey(*row[1:])
    return keys
