"""Reads of log lines, each on a connection that holds one snapshot."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from sqlalchemy import Connection, func, select

from infrastudio.stores.telemetry import tables
from infrastudio.stores.telemetry.line_blocks import LineBlock, blocks
from infrastudio.stores.telemetry.line_counts import count_lines, received_lines, time_span
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

_stream, _batch, _chunk, _sender = tables.stream, tables.line_batch, tables.line_chunk, tables.sender


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
    first = _first_line(connection, found.stream_id)
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
    with closing(blocks(connection, found.stream_id, matcher, low, high, is_forward=False)) as found_blocks:
        hits += [_places(block, matcher, low, high) + block.first_line for block in found_blocks]
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
    low, high = time_span(connection, found.stream_id, received_by)
    low, high = low if start is None else start, high + 1 if end is None else end
    width = max(1, -(-(high - low) // buckets))
    counts = np.zeros((len(LEVEL_NAMES), buckets), dtype=np.int64)
    for table in (_batch, _chunk):
        count_lines(connection, table, found.stream_id, received_by, counts, low, high, width)
    return LineHistogram(low, width, _by_name(counts))


def _collect(
    connection: Connection, stream_id: int, matcher: LineMatcher, low: int, high: int, limit: int, *, is_forward: bool
) -> list[Line]:
    """Return at most `limit` matching lines from low to high, in the direction of the scan."""
    items: list[Line] = []
    with closing(blocks(connection, stream_id, matcher, low, high, is_forward=is_forward)) as found:
        for block in found:
            if len(items) >= limit:
                break
            places = _places(block, matcher, low, high)
            items += _read_lines(block, (places if is_forward else places[::-1])[: limit - len(items)])
    return items


def _places(block: LineBlock, matcher: LineMatcher, low: int, high: int) -> IntArray:
    """Return the places of matching lines within a block, of those numbered low to high."""
    mask: BoolArray | None = block.sent_by(matcher)
    if block.first_line < low or block.first_line + block.count - 1 > high:
        numbers = np.arange(block.first_line, block.first_line + block.count)
        inside = (numbers >= low) & (numbers <= high)
        mask = inside if mask is None else mask & inside
    if matcher.asks_columns:
        fits = matcher.fits(block.columns)
        mask = fits if mask is None else mask & fits
    if mask is not None and not mask.any():
        return np.empty(0, dtype=np.int64)
    if not matcher.searches:
        return np.arange(block.count) if mask is None else np.flatnonzero(mask)
    places = matcher.find(block.searched_text(matcher))
    return places if mask is None else places[mask[places]]


def _read_lines(block: LineBlock, places: IntArray) -> Iterable[Line]:
    if not len(places):
        return
    texts = block.text.decode().split("\n")
    columns, senders = block.columns, block.senders(places)
    times, levels, streams = columns.times, columns.levels, columns.streams
    for place, sender in zip(places.tolist(), senders, strict=True):
        yield Line(
            block.first_line + place,
            int(times[place]),
            LEVEL_NAMES[levels[place]],
            STREAM_NAMES[streams[place]],
            sender.source,
            sender.attempt,
            texts[place],
        )


def _first_line(connection: Connection, stream_id: int) -> int:
    """Return the lowest number that is still held, 0 where there is none."""
    firsts = (
        connection.scalar(select(func.min(table.c.first_line)).where(table.c.stream_id == stream_id))
        for table in (_chunk, _batch)
    )
    return min((first for first in firsts if first is not None), default=0)


def _head(connection: Connection, key: StreamKey, received_by: int | None) -> _Head | None:
    """Return a stream's head, as it is or as it was when everything received by then was in it."""
    columns = (_stream.c[name] for name in tables.LEVEL_COLUMNS)
    query = select(_stream.c.stream_id, _stream.c.points, _stream.c.lines, _stream.c.received_at, *columns)
    row = connection.execute(query.where(_stream.c.entity == key.entity, _stream.c.owner_id == key.id)).one_or_none()
    if row is None:
        return None
    if received_by is None or row.received_at <= received_by:
        return _Head(row.stream_id, StreamHead(row.points, row.lines, tuple(row[4:]), row.received_at))
    lines, levels = received_lines(connection, row.stream_id, received_by)
    return _Head(row.stream_id, StreamHead(row.points, lines, levels, received_by))


def _by_name(counts: Iterable[_Counted]) -> dict[str | None, _Counted]:
    return dict(zip(LEVEL_NAMES, counts, strict=True))
