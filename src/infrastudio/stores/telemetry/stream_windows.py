"""Points of a stream by their number, from chunks and batches alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection, func, select

from infrastudio.stores.telemetry import tables
from infrastudio.stores.telemetry.point_chunks import StoredPoints, decode_chunk, decode_directory, join_points
from infrastudio.stores.telemetry.point_codec import decode_points, decode_series_ids
from infrastudio.stores.telemetry.values import IntArray

_batch, _chunk = tables.point_batch, tables.point_chunk


@dataclass(frozen=True, slots=True)
class Window:
    """Points of all series in the order they were appended."""

    points: StoredPoints
    series: IntArray
    attempts: IntArray


_Named = tuple[StoredPoints, IntArray, IntArray]


def read_window(connection: Connection, stream_id: int, offset: int, limit: int, head: int) -> Window:
    """Return the first points with `offset` points or more before them, at most `limit`, below number `head`.

    Where retention has taken points away a window may hold fewer, but it is empty only at the end.
    """
    begin: int | None = offset
    while begin is not None and begin < head and limit > 0:
        end = min(head, begin + limit)
        found = [*_sealed(connection, stream_id, begin, end), *_loose(connection, stream_id, begin, end)]
        if found:
            return _in_order(found)
        begin = _next_offset(connection, stream_id, end)
    empty = np.empty(0, dtype=np.int64)
    return Window(StoredPoints(empty, empty, np.empty(0, dtype=np.float64), empty, empty), empty, empty)


def _in_order(found: list[_Named]) -> Window:
    points = join_points([points for points, _, _ in found])
    series, attempts = (np.concatenate([named[place] for named in found]) for place in (1, 2))
    order = np.argsort(points.offsets, kind="stable")
    return Window(points.take(order), series[order], attempts[order])


def _sealed(connection: Connection, stream_id: int, begin: int, end: int) -> Iterable[_Named]:
    query = select(_chunk.c.series_id, _chunk.c.attempt, _chunk.c.directory, _chunk.c.data)
    query = query.where(_chunk.c.stream_id == stream_id, _chunk.c.last_offset >= begin, _chunk.c.first_offset < end)
    for series_id, attempt, directory, data in connection.execute(query):
        points = decode_chunk(data)
        inside = (points.offsets >= begin) & (points.offsets < end)
        if not inside.any():
            continue
        if directory is None:
            series, attempts = np.full(len(points), series_id), np.full(len(points), attempt)
        else:
            entries = decode_directory(directory)
            series, attempts = np.repeat(entries.series, entries.counts), np.repeat(entries.attempts, entries.counts)
        yield points.take(inside), series[inside], attempts[inside]


def _loose(connection: Connection, stream_id: int, begin: int, end: int) -> Iterable[_Named]:
    holding = select(func.max(_batch.c.first_offset))
    holding = holding.where(_batch.c.stream_id == stream_id, _batch.c.first_offset <= begin)
    query = select(_batch.c.first_offset, _batch.c.attempt, _batch.c.received_at, _batch.c.series, _batch.c.data).where(
        _batch.c.stream_id == stream_id,
        _batch.c.first_offset >= func.coalesce(holding.scalar_subquery(), 0),
        _batch.c.first_offset < end,
    )
    for first, attempt, received_at, series, data in connection.execute(query.order_by(_batch.c.first_offset)):
        ids, batch = decode_series_ids(series), decode_points(data)
        part = slice(max(0, begin - first), max(0, end - first))
        offsets = np.arange(first, first + len(batch.steps), dtype=np.int64)[part]
        if not len(offsets):
            continue
        received = np.full(len(offsets), received_at, dtype=np.int64)
        points = StoredPoints(batch.steps[part], batch.times[part], batch.values[part], offsets, received)
        yield points, ids[batch.index[part]], np.full(len(offsets), attempt, dtype=np.int64)


def _next_offset(connection: Connection, stream_id: int, begin: int) -> int | None:
    """Return where to look on when a window was empty: its end, or the first place behind it that holds anything."""
    chunk = select(func.min(_chunk.c.first_offset)).where(
        _chunk.c.stream_id == stream_id, _chunk.c.last_offset >= begin
    )
    batch = select(func.min(_batch.c.first_offset)).where(
        _batch.c.stream_id == stream_id, _batch.c.first_offset >= begin
    )
    found = [place for place in (connection.scalar(chunk), connection.scalar(batch)) if place is not None]
    return max(begin, min(found)) if found else None
