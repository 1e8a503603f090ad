"""Counts of lines by level, from the rows where those tell enough, else from the columns of their lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from sqlalchemy import ColumnElement, Connection, Select, Table, func, select

from infrastudio.stores.telemetry import tables
from infrastudio.stores.telemetry.line_chunks import decode_line_columns
from infrastudio.stores.telemetry.line_codec import decode_columns
from infrastudio.stores.telemetry.log_levels import LEVEL_NAMES
from infrastudio.stores.telemetry.values import IntArray

_batch, _chunk = tables.line_batch, tables.line_chunk
_ROWS_AT_ONCE: Final = 256


def received_lines(connection: Connection, stream_id: int, received_by: int) -> tuple[int, tuple[int, ...]]:
    """Return the number of the last line that had been received at a moment, and how many of each level."""
    last = 0
    total = np.zeros(len(LEVEL_NAMES), dtype=np.int64)
    for table in (_chunk, _batch):
        whole = _whole(table, stream_id, received_by)
        sums = [func.coalesce(func.sum(table.c[name]), 0) for name in tables.LEVEL_COLUMNS]
        query: Select[Any] = select(func.coalesce(func.max(table.c.first_line + table.c.lines - 1), 0), *sums)
        row: Sequence[Any] = connection.execute(query.where(*whole)).one()
        numbers = [int(number) for number in row]
        last = max(last, numbers[0])
        total += np.array(numbers[1:])
    for first_line, codes in connection.execute(_cut_chunks(stream_id, received_by)):
        columns = decode_line_columns(codes)
        early = columns.received <= received_by
        last = max(last, first_line + int(early.sum()) - 1)
        total += np.bincount(columns.codes[early] & 15, minlength=len(LEVEL_NAMES))
    return last, tuple(total.tolist())


def time_span(connection: Connection, stream_id: int, received_by: int | None) -> tuple[int, int]:
    """Return the first and the last time of the lines of a stream; zeros where it has none."""
    lows: list[int] = []
    highs: list[int] = []
    for table in (_chunk, _batch):
        query: Select[Any] = select(func.min(table.c.time_min), func.max(table.c.time_max))
        ends: Sequence[Any] = connection.execute(query.where(*_whole(table, stream_id, received_by))).one()
        if ends[0] is not None:
            lows.append(ends[0])
            highs.append(ends[1])
    if received_by is None:
        return min(lows, default=0), max(highs, default=0)
    for _, codes in connection.execute(_cut_chunks(stream_id, received_by)):
        columns = decode_line_columns(codes)
        times = columns.times[columns.received <= received_by]
        lows.append(int(times.min()))
        highs.append(int(times.max()))
    return min(lows, default=0), max(highs, default=0)


def count_lines(
    connection: Connection,
    table: Table,
    stream_id: int,
    received_by: int | None,
    counts: IntArray,
    low: int,
    high: int,
    width: int,
) -> None:
    """Add the lines of a table with `low <= time < high` to counts by level and bucket of `width` microseconds."""
    levels = (table.c[name] for name in tables.LEVEL_COLUMNS)
    received_max = table.c.received_max if table is _chunk else table.c.received_at
    query = select(table.c.time_min, table.c.time_max, table.c.codes, received_max.label("received_max"), *levels)
    query = query.where(table.c.stream_id == stream_id, table.c.time_max >= low, table.c.time_min < high)
    if received_by is not None:
        query = query.where((table.c.received_min if table is _chunk else received_max) <= received_by)
    for row in connection.execute(query.execution_options(yield_per=_ROWS_AT_ONCE)):
        place, last = (row.time_min - low) // width, (row.time_max - low) // width
        is_received = received_by is None or row.received_max <= received_by
        if place == last and row.time_min >= low and row.time_max < high and is_received:
            counts[:, place] += np.array(row[4:], dtype=np.int64)
            continue
        times, level_codes = _columns(table, row.codes, received_by)
        shown = (times >= low) & (times < high)
        np.add.at(counts, (level_codes[shown], (times[shown] - low) // width), 1)


def _columns(table: Table, codes: bytes, received_by: int | None) -> tuple[IntArray, IntArray]:
    """Return times and levels of the lines of a row that had been received."""
    if table is _batch:
        batch = decode_columns(codes)
        return batch.times, batch.levels
    chunk = decode_line_columns(codes)
    times, levels = chunk.times, chunk.codes & 15
    if received_by is None:
        return times, levels
    early = chunk.received <= received_by
    return times[early], levels[early]


def _whole(table: Table, stream_id: int, received_by: int | None) -> list[ColumnElement[bool]]:
    conditions = [table.c.stream_id == stream_id]
    if received_by is not None:
        conditions.append((table.c.received_max if table is _chunk else table.c.received_at) <= received_by)
    return conditions


def _cut_chunks(stream_id: int, received_by: int) -> Select[int, bytes]:
    """Return chunks of which some lines had been received and others had not."""
    return select(_chunk.c.first_line, _chunk.c.codes).where(
        _chunk.c.stream_id == stream_id, _chunk.c.received_min <= received_by, _chunk.c.received_max > received_by
    )
