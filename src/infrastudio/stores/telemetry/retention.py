"""Finds sealed chunks that are past their time, and says how they are deleted; the same on every database.

A chunk goes as a whole, once all of it was received before a moment: a younger point or line is never taken along.
Heads, latest values and offsets stay as they are.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any, Final, Literal, NamedTuple

from sqlalchemy import Connection, bindparam, delete, select

from infrastudio.stores.telemetry import tables

TelemetryKind = Literal["points", "lines"]

CHUNKS_AT_ONCE: Final = 256
"""Chunks that one commit deletes."""

_stream = tables.stream
_TABLES: Final = {
    "points": (tables.point_chunk, tables.point_chunk.c.chunk_id),
    "lines": (tables.line_chunk, tables.line_chunk.c.first_line),
}
"""Where the chunks of a kind are, and what tells those of a stream apart."""


class ExpiredChunk(NamedTuple):
    """A chunk that was past its time when it was looked for; a number may since be that of a younger one."""

    stream_id: int
    number: int
    received_before: int


def expired_chunks(
    connection: Connection, project_id: str, kind: TelemetryKind, received_before: int
) -> list[ExpiredChunk]:
    """Return some sealed chunks of a project all of which was received before a moment (microseconds since 1970)."""
    table, number = _TABLES[kind]
    query = select(table.c.stream_id, number).join(_stream, _stream.c.stream_id == table.c.stream_id)
    query = query.where(_stream.c.project_id == project_id, table.c.received_max < received_before)
    return [ExpiredChunk(*row, received_before) for row in connection.execute(query.limit(CHUNKS_AT_ONCE))]


def delete_chunks(connection: Connection, kind: TelemetryKind, chunks: Sequence[ExpiredChunk]) -> int:
    """Delete chunks in an open transaction of SQLAlchemy and return how many there were; the caller commits."""
    table, number = _TABLES[kind]
    statement = delete(table).where(
        table.c.stream_id == bindparam("stream"),
        number == bindparam("chunk"),
        table.c.received_max < bindparam("before"),
    )
    rows: list[dict[str, Any]] = [
        {"stream": chunk.stream_id, "chunk": chunk.number, "before": chunk.received_before} for chunk in chunks
    ]
    return connection.execute(statement, rows).rowcount


def delete_chunks_of_file(connection: sqlite3.Connection, kind: TelemetryKind, chunks: Sequence[ExpiredChunk]) -> int:
    """Delete chunks in an open transaction of the telemetry file's writer; the caller commits."""
    table, number = (each.name for each in _TABLES[kind])
    statement = f"DELETE FROM {table} WHERE stream_id = ? AND {number} = ? AND received_max < ?"  # noqa: S608 - names
    return connection.executemany(statement, chunks).rowcount
