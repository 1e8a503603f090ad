"""Where the points of a series lie: in chunks of its own, in chunks of many series, and in batches.

What is sealed is told by its row and read only when its points are asked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Final

import numpy as np
from sqlalchemy import Connection, Select, select

from infrastudio.kernel.batches import batches
from infrastudio.stores.telemetry import tables
from infrastudio.stores.telemetry.loose_points import LoosePoints
from infrastudio.stores.telemetry.point_chunks import (
    StoredPoints,
    decode_chunk,
    decode_directory,
    rising_of,
)
from infrastudio.stores.telemetry.values import IntArray

_batch, _chunk = tables.point_batch, tables.point_chunk
_ROW: Final = tuple(
    _chunk.c[name]
    for name in (
        *("series_id", "attempt", "first_offset", "last_offset", "ordinal", "points", "rising"),
        *("step_min", "step_max", "time_min", "time_max", "chunk_id", "received_max"),
    )
)
"""Columns in the order of the fields of `Part`, and the moment by which all of a chunk was received."""


@dataclass(slots=True)
class Part:
    """Points of one series and attempt that follow each other; `chunk_id` is None where they are loose.

    What the row of a chunk tells stands here whether its points were read or not.
    """

    series_id: int
    attempt: int
    first_offset: int
    last_offset: int
    ordinal: int
    count: int
    rising: int
    """Bits of `tables.STEPS_RISE` and `TIMES_RISE`."""
    step_min: int
    step_max: int
    time_min: int
    time_max: int
    chunk_id: int | None
    points: StoredPoints | None = None

    @property
    def steps_rise(self) -> bool:
        """Is every step greater than the one before?"""
        return bool(self.rising & tables.STEPS_RISE)

    @property
    def times_rise(self) -> bool:
        """Is every time later than the one before?"""
        return bool(self.rising & tables.TIMES_RISE)


def read_parts(
    connection: Connection, stream_id: int, ids: Collection[int], received_by: int | None = None
) -> list[Part]:
    """Return where all points of some series of a stream lie, by series and attempt, each in appended order.

    Args:
        connection: Holds one snapshot.
        stream_id: The stream.
        ids: The series.
        received_by: Leaves out what was received later; a chunk that this moment cuts comes with its points.
    """
    wanted = np.fromiter(ids, dtype=np.int64)
    parts = [*_own(connection, stream_id, ids, received_by), *_many(connection, stream_id, wanted, received_by)]
    parts += _loose(connection, stream_id, wanted, received_by)
    parts.sort(key=lambda part: (part.series_id, part.attempt, part.first_offset))
    for before, part in pairwise(parts):
        if part.chunk_id is None and (part.series_id, part.attempt) == (before.series_id, before.attempt):
            part.ordinal = before.ordinal + before.count
    return parts


def load_points(connection: Connection, parts: Iterable[Part]) -> None:
    """Read the points of those parts that do not have them yet."""
    missing = {part.chunk_id: part for part in parts if part.points is None}
    for some in batches(missing, 64):
        query = select(_chunk.c.chunk_id, _chunk.c.data).where(_chunk.c.chunk_id.in_(some))
        for chunk_id, data in connection.execute(query):
            missing[chunk_id].points = decode_chunk(data)


def read_pyramids(connection: Connection, parts: Sequence[Part]) -> dict[int, bytes]:
    """Return the pyramids of those sealed parts that have one, by the number of the chunk."""
    found: dict[int, bytes] = {}
    numbers = [part.chunk_id for part in parts if part.chunk_id is not None]
    for some in batches(numbers):
        query = select(_chunk.c.chunk_id, _chunk.c.pyramid)
        query = query.where(_chunk.c.chunk_id.in_(some), _chunk.c.pyramid.is_not(None))
        found |= {row.chunk_id: row.pyramid for row in connection.execute(query)}
    return found


def _received(query: Select[Any], received_by: int | None) -> Select[Any]:
    return query if received_by is None else query.where(_chunk.c.received_min <= received_by)


def _own(connection: Connection, stream_id: int, ids: Collection[int], received_by: int | None) -> Iterable[Part]:
    cut: list[Part] = []
    for some in batches(sorted(ids)):
        query = select(*_ROW).where(_chunk.c.stream_id == stream_id, _chunk.c.series_id.in_(some))
        for *fields, received_max in connection.execute(_received(query, received_by)).all():
            part = Part(*fields)
            if received_by is not None and received_max > received_by:
                cut.append(part)
            else:
                yield part
    load_points(connection, cut)
    for part in cut:
        assert part.points is not None and received_by is not None  # noqa: S101, PT018 - loaded just now
        points = part.points.take(part.points.received <= received_by)
        yield replace(_summary(part.series_id, part.attempt, points), ordinal=part.ordinal)


def _summary(series_id: int, attempt: int, points: StoredPoints) -> Part:
    """Return loose points as a part."""
    return Part(
        series_id,
        attempt,
        int(points.offsets[0]),
        int(points.offsets[-1]),
        0,
        len(points),
        rising_of(points),
        int(points.steps.min()),
        int(points.steps.max()),
        int(points.times.min()),
        int(points.times.max()),
        None,
        points,
    )


def _many(connection: Connection, stream_id: int, wanted: IntArray, received_by: int | None) -> Iterable[Part]:
    query = select(_chunk.c.chunk_id, _chunk.c.directory)
    query = query.where(_chunk.c.stream_id == stream_id, _chunk.c.series_id == 0)
    for chunk_id, directory in connection.execute(_received(query, received_by)).all():
        entries = decode_directory(directory)
        is_wanted = np.isin(entries.series, wanted)
        if not is_wanted.any():
            continue
        points = decode_chunk(
            connection.execute(select(_chunk.c.data).where(_chunk.c.chunk_id == chunk_id)).scalar_one()
        )
        ends = np.cumsum(entries.counts)
        for place in np.flatnonzero(is_wanted).tolist():
            some = points.take(slice(int(ends[place] - entries.counts[place]), int(ends[place])))
            if received_by is not None:
                some = some.take(some.received <= received_by)
            if len(some):
                yield _summary(int(entries.series[place]), int(entries.attempts[place]), some)


def _loose(connection: Connection, stream_id: int, wanted: IntArray, received_by: int | None) -> Iterable[Part]:
    """Return what batches hold, one part for each series and attempt."""
    columns = (_batch.c.first_offset, _batch.c.attempt, _batch.c.received_at, _batch.c.series, _batch.c.data)
    query = select(*columns).where(_batch.c.stream_id == stream_id)
    if received_by is not None:
        query = query.where(_batch.c.received_at <= received_by)
    loose = LoosePoints(wanted)
    for row in connection.execute(query.order_by(_batch.c.first_offset)):
        loose.add(*row)
    return [_summary(*part, points) for part, points in loose.by_series()]


def by_attempt(parts: Iterable[Part]) -> dict[int, list[Part]]:
    """Return parts by attempt, ascending."""
    found: dict[int, list[Part]] = defaultdict(list)
    for part in parts:
        found[part.attempt].append(part)
    return dict(sorted(found.items()))
