"""One hash over all telemetry, to tell whether two stores hold the same."""

from __future__ import annotations

import hashlib
import struct

from sqlalchemy import Connection, select

from infrastudio.stores.telemetry import tables
from infrastudio.stores.telemetry.line_codec import decode_columns, decode_text
from infrastudio.stores.telemetry.point_codec import decode_points, decode_series_ids
from infrastudio.stores.telemetry.point_reads import series_keys


def digest(connection: Connection) -> str:
    """Return a sha256 over the decoded batches of all streams, in the order of their owners.

    Ids of rows, compression and writers are not in it; the batches, their order and when they were received are.
    """
    streams = select(tables.stream).where(tables.stream.c.entity != tables.DELETED)
    total = hashlib.sha256()
    for row in connection.execute(streams.order_by(tables.stream.c.entity, tables.stream.c.owner_id)).all():
        _add(total, row.project_id, row.entity, row.owner_id, row.points, row.lines)
        _add_points(total, connection, row.stream_id)
        _add_lines(total, connection, row.stream_id)
    return total.hexdigest()


def _add(total: hashlib._Hash, *parts: str | int | bytes) -> None:
    for part in parts:
        text = part if isinstance(part, bytes) else str(part).encode()
        total.update(struct.pack("<I", len(text)) + text)


def _add_points(total: hashlib._Hash, connection: Connection, stream_id: int) -> None:
    batch = tables.point_batch
    query = select(batch).where(batch.c.stream_id == stream_id).order_by(batch.c.first_offset)
    for row in connection.execute(query).all():
        _add(total, row.first_offset, row.points, row.attempt, row.received_at)
        ids = decode_series_ids(row.series).tolist()
        keys = series_keys(connection, ids)
        for number in ids:
            _add(total, *keys[number])
        points = decode_points(row.data)
        _add(total, *(column.tobytes() for column in (points.index, points.steps, points.times, points.values)))


def _add_lines(total: hashlib._Hash, connection: Connection, stream_id: int) -> None:
    batch = tables.line_batch
    query = select(batch).where(batch.c.stream_id == stream_id).order_by(batch.c.first_line)
    for row in connection.execute(query).all():
        _add(total, row.first_line, row.lines, row.attempt, row.source, row.received_at)
        columns = decode_columns(row.codes)
        _add(total, columns.times.tobytes(), columns.levels.tobytes(), columns.streams.tobytes())
        _add(total, decode_text(row.data))
