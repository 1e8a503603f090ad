"""Turns batches of points into chunks of one series each; reads only, and writes nothing.

A step takes the oldest batches of a stream. The points of a series that come to few stay together with those of other
such series in one open chunk, which every step takes in again until it is large; so the points of a series always
lie in its chunks in the order they were appended. The last chunks of a series are merged with what is new while they
are not much larger, so that a series has few small ones and a point is written a few times only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from sqlalchemy import Connection, func, select

from infrastudio.kernel.batches import batches
from infrastudio.stores.telemetry import tables
from infrastudio.stores.telemetry.loose_points import LoosePoints, SeriesPart
from infrastudio.stores.telemetry.point_chunks import (
    Directory,
    StoredPoints,
    decode_chunk,
    decode_directory,
    encode_chunk,
    encode_directory,
    join_points,
    rising_of,
)
from infrastudio.stores.telemetry.pyramid import CELL, cells_of, encode_cells
from infrastudio.stores.telemetry.seal_rows import PointChunkRow, PointSeal

CHUNK_POINTS: Final = 16_384
"""Points of a full chunk of one series."""
OPEN_POINTS: Final = 262_144
"""Points from which on a chunk of many series is left as it is."""
FEW_POINTS: Final = 256
"""Points of a series below which it gets no chunk of its own."""
OWN_CHUNKS: Final = 256
"""Series that get chunks of their own in one step at most, so that its commit is short; the others wait."""
PYRAMID_POINTS: Final = 4 * CELL
"""Points of a chunk below which its points are read as fast as its pyramid."""
STEP_BATCHES: Final = 2048
STEP_POINTS: Final = 131_072
"""What a step takes at most, or one batch."""
STEP_SERIES: Final = 1024
"""Series after which a step takes no further batch."""
ROWS_AT_ONCE: Final = 64
"""Batches that are fetched from the database at a time."""
MERGE_RATIO: Final = 2
"""A chunk is merged with what follows it while it is not so many times larger."""

_batch, _chunk = tables.point_batch, tables.point_chunk


@dataclass(slots=True)
class _Step:
    """What was read for one step."""

    stream_id: int
    batches: int
    first_offset: int
    last_offset: int
    points: dict[SeriesPart, list[StoredPoints]]
    replaced: list[int]


def plan_points(connection: Connection, stream_id: int) -> PointSeal | None:
    """Return the next step of sealing a stream; None where it has no batch."""
    step = _read_batches(connection, stream_id)
    if step is None:
        return None
    _take_open_chunk(connection, step)
    sizes = {part: sum(map(len, found)) for part, found in step.points.items()}
    largest = sorted((part for part, size in sizes.items() if size >= FEW_POINTS), key=lambda part: -sizes[part])
    own = {part: step.points[part] for part in largest[:OWN_CHUNKS]}
    few = {part: found for part, found in step.points.items() if part not in own}
    chunks = _own_chunks(connection, step, own)
    if few:
        chunks.append(_many_chunk(step.stream_id, few))
    return PointSeal(stream_id, step.batches, step.first_offset, step.last_offset, step.replaced, chunks)


def _read_batches(connection: Connection, stream_id: int) -> _Step | None:
    columns = (_batch.c.first_offset, _batch.c.attempt, _batch.c.received_at, _batch.c.series, _batch.c.data)
    query = select(_batch.c.points, *columns).where(_batch.c.stream_id == stream_id)
    query = query.order_by(_batch.c.first_offset).limit(STEP_BATCHES).execution_options(yield_per=ROWS_AT_ONCE)
    loose = LoosePoints()
    first: int | None = None
    taken = total = 0
    with connection.execute(query) as rows:
        for count, *batch in rows:
            if taken and (total + count > STEP_POINTS or loose.series_count > STEP_SERIES):
                break
            loose.add(*batch)
            first = batch[0] if first is None else first
            taken += 1
            total += count
    if first is None:
        return None
    points = defaultdict(list, {part: [found] for part, found in loose.by_series()})
    return _Step(stream_id, taken, first, first + total - 1, points, [])


def _take_open_chunk(connection: Connection, step: _Step) -> None:
    """Put the points of the chunk of many series that is still open before those that are new."""
    query = select(_chunk.c.chunk_id, _chunk.c.directory, _chunk.c.data)
    query = query.where(_chunk.c.stream_id == step.stream_id, _chunk.c.series_id == 0, _chunk.c.points < OPEN_POINTS)
    for row in connection.execute(query.order_by(_chunk.c.first_offset.desc()).limit(1)).all():
        step.replaced.append(row.chunk_id)
        for part, found in split_many(row.directory, row.data):
            step.points[part].insert(0, found)


def split_many(directory: bytes, data: bytes) -> Iterable[tuple[SeriesPart, StoredPoints]]:
    """Return the points of a chunk of many series, by series and attempt."""
    entries, points = decode_directory(directory), decode_chunk(data)
    ends = np.cumsum(entries.counts).tolist()
    names = zip(entries.series.tolist(), entries.attempts.tolist(), strict=True)
    for (series_id, attempt), low, high in zip(names, [0, *ends], ends, strict=False):
        yield SeriesPart(series_id, attempt), points.take(slice(low, high))


def _own_chunks(
    connection: Connection, step: _Step, own: Mapping[SeriesPart, list[StoredPoints]]
) -> list[PointChunkRow]:
    tails = _tails(connection, step.stream_id, own)
    before = _counts_before(connection, step.stream_id, own)
    rows: list[PointChunkRow] = []
    for part, found in sorted(own.items()):
        size = sum(map(len, found))
        ordinal = before.get(part, 0)
        merged: list[int] = []
        for tail in tails.get(part, ()):
            if tail.ordinal + tail.points != ordinal or tail.points >= MERGE_RATIO * size:
                break
            merged.append(tail.chunk_id)
            size += tail.points
            ordinal = tail.ordinal
        step.replaced += merged
        rows += _cut(step.stream_id, part, ordinal, join_points([*_load(connection, merged), *found]))
    return rows


class _Tail(NamedTuple):
    """A chunk of one series that is not full."""

    chunk_id: int
    ordinal: int
    points: int


def _tails(connection: Connection, stream_id: int, own: Iterable[SeriesPart]) -> dict[SeriesPart, list[_Tail]]:
    """Return the chunks of some series that do not end where a full one does, the newest first."""
    tails: dict[SeriesPart, list[_Tail]] = defaultdict(list)
    query = select(_chunk.c.series_id, _chunk.c.attempt, _chunk.c.chunk_id, _chunk.c.ordinal, _chunk.c.points)
    query = query.where(_chunk.c.stream_id == stream_id, (_chunk.c.ordinal + _chunk.c.points) % CHUNK_POINTS != 0)
    for some in batches(sorted({part.series_id for part in own})):
        newest_first = query.where(_chunk.c.series_id.in_(some)).order_by(_chunk.c.first_offset.desc())
        for series_id, attempt, *chunk in connection.execute(newest_first):
            tails[SeriesPart(series_id, attempt)].append(_Tail(*chunk))
    return tails


def _counts_before(connection: Connection, stream_id: int, own: Iterable[SeriesPart]) -> dict[SeriesPart, int]:
    """Return how many points of each series and attempt are sealed for good, in chunks of its own or of many."""
    counts: dict[SeriesPart, int] = defaultdict(int)
    ends: dict[SeriesPart, int] = {}
    query = select(
        _chunk.c.series_id,
        _chunk.c.attempt,
        func.max(_chunk.c.ordinal + _chunk.c.points),
        func.max(_chunk.c.last_offset),
    )
    query = query.where(_chunk.c.stream_id == stream_id).group_by(_chunk.c.series_id, _chunk.c.attempt)
    for some in batches(sorted({part.series_id for part in own})):
        for series_id, attempt, count, last_offset in connection.execute(query.where(_chunk.c.series_id.in_(some))):
            part = SeriesPart(series_id, attempt)
            counts[part], ends[part] = count, last_offset
    many = select(_chunk.c.directory)
    many = many.where(_chunk.c.stream_id == stream_id, _chunk.c.series_id == 0, _chunk.c.points >= OPEN_POINTS)
    wanted = set(own)
    for directory in connection.scalars(many):
        entries = decode_directory(directory)
        columns = (entries.series, entries.attempts, entries.counts, entries.first_offsets)
        for series_id, attempt, count, first_offset in zip(*(column.tolist() for column in columns), strict=True):
            part = SeriesPart(series_id, attempt)
            if part in wanted and first_offset > ends.get(part, -1):
                counts[part] += count
    return counts


def _load(connection: Connection, chunk_ids: list[int]) -> list[StoredPoints]:
    if not chunk_ids:
        return []
    query = select(_chunk.c.data).where(_chunk.c.chunk_id.in_(chunk_ids)).order_by(_chunk.c.first_offset)
    return [decode_chunk(data) for data in connection.scalars(query)]


def _cut(stream_id: int, part: SeriesPart, ordinal: int, points: StoredPoints) -> Iterable[PointChunkRow]:
    """Yield the chunks of a series, cut so that full ones end where cells do."""
    place = 0
    while place < len(points):
        end = place + CHUNK_POINTS - (ordinal + place) % CHUNK_POINTS
        yield _row(stream_id, part, ordinal + place, points.take(slice(place, end)))
        place = end


def _row(stream_id: int, part: SeriesPart, ordinal: int, points: StoredPoints) -> PointChunkRow:
    pyramid = None
    if len(points) >= PYRAMID_POINTS:
        ordinals = np.arange(ordinal, ordinal + len(points), dtype=np.int64)
        pyramid = encode_cells(cells_of(ordinals, points.steps, points.times, points.values))
    return PointChunkRow(
        stream_id, *part, *_places(points), ordinal, *_summary(points), None, pyramid, encode_chunk(points)
    )


def _many_chunk(stream_id: int, few: Mapping[SeriesPart, list[StoredPoints]]) -> PointChunkRow:
    parts = sorted(few)
    each = [join_points(few[part]) for part in parts]
    points = join_points(each)
    directory = Directory(
        np.array([part.series_id for part in parts], dtype=np.int64),
        np.array([part.attempt for part in parts], dtype=np.int64),
        np.array([len(some) for some in each], dtype=np.int64),
        np.array([some.offsets[0] for some in each], dtype=np.int64),
    )
    return PointChunkRow(
        stream_id,
        0,
        0,
        *_places(points),
        0,
        *_summary(points),
        encode_directory(directory),
        None,
        encode_chunk(points),
    )


def _places(points: StoredPoints) -> tuple[int, int]:
    return int(points.offsets.min()), int(points.offsets.max())


def _summary(points: StoredPoints) -> tuple[int, int, int, int, int, int, int, int]:
    """Return the columns from `points` to `received_max`."""
    steps, times, received = points.steps, points.times, points.received
    ends = (int(steps.min()), int(steps.max()), int(times.min()), int(times.max()))
    return len(points), rising_of(points), *ends, int(received.min()), int(received.max())
