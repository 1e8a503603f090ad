"""Lines that lie together in one row, whether a batch or a chunk, decoded as far as a read asks for."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from functools import cached_property
from typing import Any, Final, Protocol

import numpy as np
from sqlalchemy import Connection, Row, Select, func, or_, select
from typing_extensions import override

from infrastudio.stores.telemetry import tables
from infrastudio.stores.telemetry.compression import decompress
from infrastudio.stores.telemetry.line_chunks import (
    PREFIX_PATTERNS,
    ChunkColumns,
    Sender,
    decode_line_columns,
    with_prefixes,
)
from infrastudio.stores.telemetry.line_codec import LineColumns, decode_columns, decode_text
from infrastudio.stores.telemetry.line_search import LineMatcher
from infrastudio.stores.telemetry.values import BoolArray, IntArray

_batch, _chunk = tables.line_batch, tables.line_chunk
_ROWS_AT_ONCE: Final = 32
"""Rows that a scan fetches from the database at a time."""


class LineBlock(Protocol):
    """Lines that follow each other, from number `first_line` on."""

    first_line: int
    count: int

    @property
    def columns(self) -> LineColumns:
        """Times, levels and streams."""
        ...

    @property
    def received(self) -> IntArray:
        """When each line was received, microseconds since 1970."""
        ...

    @property
    def text(self) -> bytes:
        """The lines in UTF-8, joined by line breaks."""
        ...

    def searched_text(self, matcher: LineMatcher) -> bytes:
        """Return a text in which a search finds what it finds in the lines, in the same lines."""
        ...

    def sent_by(self, matcher: LineMatcher) -> BoolArray | None:
        """Tell for each line whether a wanted attempt and source sent it; None: all."""
        ...

    def senders(self, places: IntArray) -> Sequence[Sender]:
        """Return who sent the lines at these places."""
        ...


class BatchBlock(LineBlock):
    """A batch: all lines of one sender."""

    def __init__(self, row: Row[Any]) -> None:
        self.first_line: int = row.first_line
        self.count: int = row.lines
        self._row = row

    @cached_property
    @override
    def columns(self) -> LineColumns:
        return decode_columns(self._row.codes)

    @property
    @override
    def received(self) -> IntArray:
        return np.full(self.count, self._row.received_at, dtype=np.int64)

    @cached_property
    @override
    def text(self) -> bytes:
        return decode_text(self._row.data)

    @override
    def searched_text(self, matcher: LineMatcher) -> bytes:
        return self.text

    @override
    def sent_by(self, matcher: LineMatcher) -> BoolArray | None:
        return None

    @override
    def senders(self, places: IntArray) -> Sequence[Sender]:
        return [Sender(self._row.attempt, self._row.source)] * len(places)


class ChunkBlock(LineBlock):
    """A sealed chunk."""

    def __init__(self, row: Row[Any]) -> None:
        self.first_line: int = row.first_line
        self.count: int = row.lines
        self._row = row

    @cached_property
    def stored(self) -> ChunkColumns:
        """The columns as they are stored."""
        return decode_line_columns(self._row.codes)

    @cached_property
    @override
    def columns(self) -> LineColumns:
        return LineColumns(self.stored.times, self.stored.codes & 15, self.stored.codes >> 4)

    @property
    @override
    def received(self) -> IntArray:
        return self.stored.received

    @cached_property
    def _bare(self) -> bytes:
        return decompress(self._row.data)

    @cached_property
    @override
    def text(self) -> bytes:
        return with_prefixes(self.stored, self._bare)

    @override
    def searched_text(self, matcher: LineMatcher) -> bytes:
        if any(map(matcher.may_touch, PREFIX_PATTERNS)) and matcher.may_touch(self.stored.pattern or ""):
            return self.text
        return self._bare

    @override
    def sent_by(self, matcher: LineMatcher) -> BoolArray | None:
        if matcher.attempt is None and matcher.source is None:
            return None
        wanted = [
            matcher.attempt in (None, sender.attempt) and matcher.source in (None, sender.source)
            for sender in self.stored.senders
        ]
        return np.array(wanted, dtype=np.bool_)[self.stored.sender]

    @override
    def senders(self, places: IntArray) -> Sequence[Sender]:
        return [self.stored.senders[code] for code in self.stored.sender[places].tolist()]


def blocks(
    connection: Connection, stream_id: int, matcher: LineMatcher, low: int, high: int, *, is_forward: bool
) -> Generator[LineBlock]:
    """Yield the blocks that can hold a match in lines `low` … `high`, from the first on or from the last on.

    Close what is not read to its end.
    """
    order = (_chunks, _batches) if is_forward else (_batches, _chunks)
    for read in order:
        yield from read(connection, stream_id, matcher, low, high, is_forward=is_forward)


def _batches(
    connection: Connection, stream_id: int, matcher: LineMatcher, low: int, high: int, *, is_forward: bool
) -> Generator[LineBlock]:
    columns = (_batch.c.first_line, _batch.c.lines, _batch.c.attempt, _batch.c.source, _batch.c.received_at)
    query: Select[Any] = select(*columns, _batch.c.codes, _batch.c.data)
    if matcher.attempt is not None:
        query = query.where(_batch.c.attempt == matcher.attempt)
    if matcher.source is not None:
        query = query.where(_batch.c.source == matcher.source)
    query = _within(query, _batch.c, stream_id, matcher, low, high, is_forward=is_forward)
    with connection.execute(query) as rows:
        for row in rows:
            yield BatchBlock(row)


def _chunks(
    connection: Connection, stream_id: int, matcher: LineMatcher, low: int, high: int, *, is_forward: bool
) -> Generator[LineBlock]:
    query: Select[Any] = select(_chunk.c.first_line, _chunk.c.lines, _chunk.c.codes, _chunk.c.data)
    query = _within(query, _chunk.c, stream_id, matcher, low, high, is_forward=is_forward)
    with connection.execute(query) as rows:
        for row in rows:
            yield ChunkBlock(row)


def _within(
    query: Select[Any], columns: Any, stream_id: int, matcher: LineMatcher, low: int, high: int, *, is_forward: bool
) -> Select[Any]:
    """Order the rows from the one that holds line `low` to the one that holds `high`, or the other way round.

    Those whose row tells that no line of them matches are left out.
    """
    holding = select(func.max(columns.first_line)).where(columns.stream_id == stream_id, columns.first_line <= low)
    query = query.where(
        columns.stream_id == stream_id,
        columns.first_line >= func.coalesce(holding.scalar_subquery(), 0),
        columns.first_line <= high,
    )
    query = query.order_by(columns.first_line if is_forward else columns.first_line.desc())
    if matcher.level_codes is not None:
        query = query.where(or_(*(columns[tables.LEVEL_COLUMNS[code]] > 0 for code in matcher.level_codes)))
    if matcher.start is not None:
        query = query.where(columns.time_max >= matcher.start)
    if matcher.end is not None:
        query = query.where(columns.time_min < matcher.end)
    return query.execution_options(yield_per=_ROWS_AT_ONCE)
