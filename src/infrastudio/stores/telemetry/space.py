"""How many bytes the points and lines of streams take."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Table, func, select

from infrastudio.stores.telemetry import tables
from infrastudio.stores.telemetry.reads import StreamSpace
from infrastudio.stores.telemetry.values import StreamKey

_POINTS, _LINES = 0, 1
_TABLES: Final = (
    (_POINTS, tables.point_batch, "points"),
    (_POINTS, tables.point_chunk, "points"),
    (_LINES, tables.line_batch, "lines"),
    (_LINES, tables.line_chunk, "lines"),
)


def space(connection: Connection, project_id: str) -> dict[StreamKey, StreamSpace]:
    """Answer `TelemetryReader.space`."""
    stream = tables.stream
    found: dict[StreamKey, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for kind, table, counted in _TABLES:
        query = select(stream.c.entity, stream.c.owner_id, func.sum(_row_bytes(table)), func.sum(table.c[counted]))
        query = query.join(table, table.c.stream_id == stream.c.stream_id)
        query = query.where(stream.c.project_id == project_id, stream.c.entity != tables.DELETED)
        for entity, owner_id, size, count in connection.execute(query.group_by(stream.c.entity, stream.c.owner_id)):
            sums = found[StreamKey(entity, owner_id)]
            sums[kind] += int(size)
            sums[2 + kind] += int(count)
    return {key: StreamSpace(*sums) for key, sums in found.items()}


def _row_bytes(table: Table) -> ColumnElement[Any]:
    """Return the bytes of a row's blobs, and 8 for each of its other columns."""
    names = {column for name, column in tables.BLOB_COLUMNS if name == table.name}
    if "series" in table.c:
        names.add("series")
    size: ColumnElement[Any] = func.coalesce(func.length(table.c.data), 0)
    for name in sorted(names - {"data"}):
        size = size + func.coalesce(func.length(table.c[name]), 0)
    return size + 8 * (len(table.c) - len(names))
