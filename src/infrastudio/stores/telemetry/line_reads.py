"""Reads of log lines, each on a connection that holds one snapshot."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import numpy as np
from sqlalchemy import Connection, CursorResult, Row, Select, func, or_, select

from infrastudio.stores.telemetry import tables
from infrastudio.stores.telemetry.line_codec import LineColumns, decode_columns, decode_text
from infrastudio.stores.telemetry.line_search import LineMatcher
from infrastudio.stores.telemetry.log_levels import LEVEL_NAMES
from infrastudio.stores.telemetry.reads import Direction, Line, LineFilter, LineHistogram, LineHits, LinePage
from infrastudio.stores.telemetry.values import (
    STREAM_NAMES,
    BoolArray,
    IntArray,
    SenderState,
    StreamHead,
    StreamKey,
)

_Counted = TypeVar("_Counted")

_stream, _batch, _sender = tables.stream, tables.line_batch, tables.sender
_LEVELS: Final = tuple(_batch.c[name] for name in tables.LEVEL_COLUMNS)
_ROWS_AT_ONCE: Final = 32
"""Rows that a scan fetches from the database at a time."""


@dataclass(frozen=True, slots=True)
class _Head:
    stream_id: int
    state: StreamHead


def head(connection: Connection, key: StreamKey) -> StreamHead:
    """Answer `TelemetryReader.head`."""
    found = _head(connection, key, None)
    return StreamHead() if found is None else found.state


def sender(connection: Connection, key: StreamKey, attempt: int, source: str) -> SenderState:
    """Answer `TelemetryReader.sender`."""
    query = (
        select(_sender.c.received, _sender.c.position)
        .join(_stream, _stream.c.stream_id == _sender.c.stream_id)
        .where(_stream.c.entity == key.entity, _stream.c.owner_id == key.id)
        .where(_sender.c.attempt == attempt, _sender.c.source == source)
    )
    row = connection.execute(query).one_or_none()
    return SenderState() if row is None else SenderState(row.received, row.position)


def lines(
    connection: Connection,
    key: StreamKey,
    *,
    from_line: int | None,
    limit: int,
    direction: Direction,
    where: LineFilter,
    scan_limit: int,
    received_by: int | None,
) -> LinePage:
    """Answer `TelemetryReader.lines`."""
    matcher = LineMatcher(where)
    found = _head(connection, key, received_by)
    if found is None or not found.state.lines:
        return LinePage((), max(from_line or 1, 1), None, 0, 0, _by_name((0,) * len(LEVEL_NAMES)))
    total = found.state.lines
    first = connection.scalar(select(func.min(_batch.c.first_line)).where(_batch.c.stream_id == found.stream_id)) or 0
    if direction == "forward":
        low = max(from_line or 1, 1)
        high = min(total, low + scan_limit - 1)
        items = _collect(connection, found.stream_id, matcher, low, high, limit, is_forward=True)
        following = items[-1].line + 1 if len(items) >= limit > 0 else max(low, high + 1)
        previous = min(low - 1, total)
    else:
        high = total if from_line is None else min(from_line, total)
        low = max(first, high - scan_limit + 1)
        items = _collect(connection, found.stream_id, matcher, low, high, limit, is_forward=False)[::-1]
        following = max(high, 0) + 1
        previous = items[0].line - 1 if len(items) >= limit > 0 else low - 1
    levels = _by_name(found.state.levels)
    return LinePage(tuple(items), following, previous if previous >= first else None, first, total, levels)


def find_lines(
    connection: Connection,
    key: StreamKey,
    where: LineFilter,
    *,
    from_line: int | None,
    scan_limit: int,
    received_by: int | None,
) -> LineHits:
    """Answer `TelemetryReader.find_lines`."""
    matcher = LineMatcher(where)
    found = _head(connection, key, received_by)
    if found is None or not found.state.lines:
        return LineHits(np.empty(0, dtype=np.int64), 0, None)
    high = found.state.lines if from_line is None else min(from_line, found.state.lines)
    low = max(high - scan_limit + 1, 1)
    hits = [np.empty(0, dtype=np.int64)]
    with _batches(connection, found.stream_id, matcher, high, is_forward=False) as rows:
        for row in rows:
            if row.first_line + row.lines <= low:
                break
            hits.append(_places(row, decode_columns(row.codes), matcher, low, high) + row.first_line)
    return LineHits(np.sort(np.concatenate(hits)), max(high - low + 1, 0), low - 1 or None)


def line_histogram(
    connection: Connection,
    key: StreamKey,
    *,
    start: int | None,
    end: int | None,
    buckets: int,
    received_by: int | None,
) -> LineHistogram:
    """Answer `TelemetryReader.line_histogram`."""
    found = _head(connection, key, received_by)
    if found is None:
        return LineHistogram(start or 0, 1, _by_name(np.zeros((len(LEVEL_NAMES), buckets), dtype=np.int64)))
    is_inside = [_batch.c.stream_id == found.stream_id]
    if received_by is not None:
        is_inside.append(_batch.c.received_at <= received_by)
    span = connection.execute(select(func.min(_batch.c.time_min), func.max(_batch.c.time_max)).where(*is_inside)).one()
    low = start if start is not None else (span[0] or 0)
    high = end if end is not None else (span[1] or 0) + 1
    width = max(1, -(-(high - low) // buckets))
    counts = np.zeros((len(LEVEL_NAMES), buckets), dtype=np.int64)
    rows = select(_batch.c.time_min, _batch.c.time_max, _batch.c.codes, *_LEVELS)
    rows = rows.where(*is_inside, _batch.c.time_max >= low, _batch.c.time_min < high)
    for row in connection.execute(rows.execution_options(yield_per=_ROWS_AT_ONCE)):
        place, last = (row.time_min - low) // width, (row.time_max - low) // width
        if place == last and row.time_min >= low and row.time_max < high:
            counts[:, place] += np.array(row[3:], dtype=np.int64)
        else:
            columns = decode_columns(row.codes)
            shown = (columns.times >= low) & (columns.times < high)
            np.add.at(counts, (columns.levels[shown], (columns.times[shown] - low) // width), 1)
    return LineHistogram(low, width, _by_name(counts))


def _collect(
    connection: Connection, stream_id: int, matcher: LineMatcher, low: int, high: int, limit: int, *, is_forward: bool
) -> list[Line]:
    """Return at most `limit` matching lines from low to high, in the direction of the scan."""
    items: list[Line] = []
    with _batches(connection, stream_id, matcher, low if is_forward else high, is_forward=is_forward) as rows:
        for row in rows:
            is_behind = row.first_line > high if is_forward else row.first_line + row.lines <= low
            if is_behind or len(items) >= limit:
                break
            columns = decode_columns(row.codes)
            places = _places(row, columns, matcher, low, high)
            chosen = (places if is_forward else places[::-1])[: limit - len(items)]
            items += _read_lines(row, columns, chosen)
    return items


def _batches(
    connection: Connection, stream_id: int, matcher: LineMatcher, begin: int, *, is_forward: bool
) -> CursorResult[Any]:
    """Return the rows from the one that holds line `begin` on that can hold a match; close what is returned."""
    query = select(
        _batch.c.first_line, _batch.c.lines, _batch.c.attempt, _batch.c.source, _batch.c.codes, _batch.c.data
    ).where(_batch.c.stream_id == stream_id)
    if is_forward:
        holding = select(func.max(_batch.c.first_line)).where(
            _batch.c.stream_id == stream_id, _batch.c.first_line <= begin
        )
        query = query.where(_batch.c.first_line >= func.coalesce(holding.scalar_subquery(), 0))
        query = query.order_by(_batch.c.first_line)
    else:
        query = query.where(_batch.c.first_line <= begin).order_by(_batch.c.first_line.desc())
    query = _only_possible(query, matcher).execution_options(yield_per=_ROWS_AT_ONCE)
    return connection.execute(query)


def _only_possible(query: Select[Any], matcher: LineMatcher) -> Select[Any]:
    """Leave out batches whose row tells that no line of theirs matches."""
    if matcher.level_codes is not None:
        query = query.where(or_(*(_LEVELS[code] > 0 for code in matcher.level_codes)))
    if matcher.start is not None:
        query = query.where(_batch.c.time_max >= matcher.start)
    if matcher.end is not None:
        query = query.where(_batch.c.time_min < matcher.end)
    if matcher.attempt is not None:
        query = query.where(_batch.c.attempt == matcher.attempt)
    if matcher.source is not None:
        query = query.where(_batch.c.source == matcher.source)
    return query


def _places(row: Row[Any], columns: LineColumns, matcher: LineMatcher, low: int, high: int) -> IntArray:
    """Return the places of matching lines within a row, of those numbered low to high."""
    numbers = np.arange(row.first_line, row.first_line + row.lines)
    mask: BoolArray = (numbers >= low) & (numbers <= high)
    return matcher.matches(columns, row.data, mask)


def _read_lines(row: Row[Any], columns: LineColumns, places: IntArray) -> Iterable[Line]:
    if not len(places):
        return
    texts = decode_text(row.data).decode().split("\n")
    times, levels, streams = columns.times, columns.levels, columns.streams
    for place in places.tolist():
        yield Line(
            row.first_line + place,
            int(times[place]),
            LEVEL_NAMES[levels[place]],
            STREAM_NAMES[streams[place]],
            row.source,
            row.attempt,
            texts[place],
        )


def _head(connection: Connection, key: StreamKey, received_by: int | None) -> _Head | None:
    """Return a stream's head, as it is or as it was when everything received by then was in it."""
    columns = (_stream.c[name] for name in tables.LEVEL_COLUMNS)
    query = select(_stream.c.stream_id, _stream.c.points, _stream.c.lines, _stream.c.received_at, *columns)
    row = connection.execute(query.where(_stream.c.entity == key.entity, _stream.c.owner_id == key.id)).one_or_none()
    if row is None:
        return None
    if received_by is None or row.received_at <= received_by:
        return _Head(row.stream_id, StreamHead(row.points, row.lines, tuple(row[4:]), row.received_at))
    sums = (func.coalesce(func.sum(column), 0) for column in _LEVELS)
    then = select(func.coalesce(func.max(_batch.c.first_line + _batch.c.lines - 1), 0), *sums).where(
        _batch.c.stream_id == row.stream_id, _batch.c.received_at <= received_by
    )
    lines, *levels = (int(number) for number in connection.execute(then).one())
    return _Head(row.stream_id, StreamHead(row.points, lines, tuple(levels), received_by))


def _by_name(counts: Iterable[_Counted]) -> dict[str | None, _Counted]:
    return dict(zip(LEVEL_NAMES, counts, strict=True))
