"""Reads of points and series, each on a connection that holds one snapshot."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np
from sqlalchemy import Connection, select

from infrastudio.kernel.batches import batches
from infrastudio.stores.telemetry import tables
from infrastudio.stores.telemetry.downsampling import (
    Range,
    Sliced,
    in_history_order,
    is_after,
    position_of,
    slice_by_points,
)
from infrastudio.stores.telemetry.point_chunks import join_points
from infrastudio.stores.telemetry.pyramid_reads import slice_by_cells
from infrastudio.stores.telemetry.reads import (
    Attempts,
    HistoryPage,
    HistoryPosition,
    NumberedColumns,
    NumberedPoint,
    PointColumns,
    PointsSince,
    SeriesSlice,
    XAxis,
)
from infrastudio.stores.telemetry.series_parts import Part, by_attempt, load_points, read_parts
from infrastudio.stores.telemetry.stream_windows import read_window
from infrastudio.stores.telemetry.values import SeriesKey, StreamKey

_stream, _series, _latest = tables.stream, tables.series, tables.latest


def stream_id_of(connection: Connection, key: StreamKey) -> int | None:
    """Return the number of a stream, None if nothing was ever written to it."""
    query = select(_stream.c.stream_id).where(_stream.c.entity == key.entity, _stream.c.owner_id == key.id)
    return connection.scalar(query)


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


def points_of(connection: Connection, parts: Sequence[Part]) -> PointColumns:
    """Return the points of some parts in the order they were appended, repeats included."""
    if not parts:
        empty = np.empty(0, dtype=np.int64)
        return PointColumns(empty, empty, np.empty(0, dtype=np.float64), empty)
    load_points(connection, parts)
    parts = sorted(parts, key=lambda part: part.first_offset)
    points = join_points([part.points for part in parts if part.points is not None])
    attempts = np.repeat([part.attempt for part in parts], [part.count for part in parts])
    columns = PointColumns(points.steps, points.times, points.values, attempts.astype(np.int64, copy=False))
    if all(before.last_offset < part.first_offset for before, part in pairwise(parts)):
        return columns
    return columns.take(np.argsort(points.offsets, kind="stable"))


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
        return points_of(connection, ())
    ids = matching_series(connection, stream_id, [series])[series]
    return points_of(connection, read_parts(connection, stream_id, ids, received_by))


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
    parts = read_parts(connection, stream_id, frozenset().union(*ids.values()), received_by)
    found: list[SeriesSlice] = []
    for name in series:
        mine = [part for part in parts if part.series_id in ids[name]]
        if not mine:
            continue
        zero = min(part.time_min for part in mine) if origin is None else origin
        wanted = Range(x, start, end, buckets, zero)
        for attempt, (resolution, rows) in _attempts(connection, mine, wanted, hides=attempts == "last"):
            if len(rows.steps):
                found.append(SeriesSlice(name, attempt, resolution, rows))
    return found


def _attempts(
    connection: Connection, parts: Sequence[Part], wanted: Range, *, hides: bool
) -> Iterable[tuple[int, Sliced]]:
    """Return what is shown of each attempt: by its pyramid where it has one that says enough, else by its points."""
    by_number = by_attempt(parts)
    for attempt, mine in by_number.items():
        later = [part.step_min for other, some in by_number.items() if other > attempt for part in some]
        last_step = min(later) - 1 if later and hides else None
        sliced = slice_by_cells(connection, mine, wanted, last_step=last_step)
        if sliced is None:
            points = points_of(connection, mine)
            if last_step is not None:
                points = points.take(points.steps <= last_step)
            sliced = slice_by_points(in_history_order(points), wanted)
        yield attempt, sliced


def points_since(connection: Connection, key: StreamKey, offset: int, limit: int) -> PointsSince:
    """Answer `TelemetryReader.points_since`."""
    found = columns_since(connection, key, offset, limit)
    columns = (found.numbers, found.index, found.attempts, found.steps, found.times, found.values)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return PointsSince(tuple(NumberedPoint(n, found.series[place], *rest) for n, place, *rest in rows), found.head)


def columns_since(connection: Connection, key: StreamKey, offset: int, limit: int) -> NumberedColumns:
    """Answer `TelemetryReader.columns_since`."""
    query = select(_stream.c.stream_id, _stream.c.points)
    row = connection.execute(query.where(_stream.c.entity == key.entity, _stream.c.owner_id == key.id)).one_or_none()
    stream_id, head = (0, 0) if row is None else row
    window = read_window(connection, stream_id, max(offset, 0), limit, head)
    ids, index = np.unique(window.series, return_inverse=True)
    keys = series_keys(connection, ids.tolist())
    points = window.points
    return NumberedColumns(
        points.offsets + 1,
        tuple(keys[number] for number in ids.tolist()),
        index,
        window.attempts,
        points.steps,
        points.times,
        points.values,
        head,
    )


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
