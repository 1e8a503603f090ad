"""Turns batches of lines into chunks of about 10,000 lines or one MiB of text; reads only, and writes nothing.

The last chunks of a stream are merged with what is new while they are not much larger and not full.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from sqlalchemy import Connection, Row, select

from infrastudio.stores.telemetry import tables
from infrastudio.stores.telemetry.compression import decompress
from infrastudio.stores.telemetry.line_chunks import (
    ChunkLines,
    Sender,
    decode_line_columns,
    encode_line_chunk,
    with_prefixes,
)
from infrastudio.stores.telemetry.line_codec import decode_columns, decode_text
from infrastudio.stores.telemetry.log_levels import LEVEL_NAMES
from infrastudio.stores.telemetry.seal_points import MERGE_RATIO, ROWS_AT_ONCE
from infrastudio.stores.telemetry.seal_rows import LineChunkRow, LineSeal
from infrastudio.stores.telemetry.values import IntArray

CHUNK_LINES: Final = 10_000
CHUNK_BYTES: Final = 1 << 20
"""Lines and text of a full chunk; a search holds the interpreter for as long as one takes."""
MERGED_LINES: Final = 8192
"""Lines from which on a chunk counts as full."""
STEP_BATCHES: Final = 512
STEP_LINES: Final = 40_000
STEP_BYTES: Final = 2 << 20
"""What a step takes at most, or one batch; bytes as they are stored."""
ZSTD_LEVEL: Final = 9

_batch, _chunk = tables.line_batch, tables.line_chunk


@dataclass(slots=True)
class _Lines:
    """Lines with their columns, of which several are joined and cut anew."""

    texts: list[bytes]
    times: IntArray
    codes: IntArray
    received: IntArray
    senders: list[Sender]
    """One for each line."""


def plan_lines(connection: Connection, stream_id: int) -> LineSeal | None:
    """Return the next step of sealing a stream; None where it has no batch."""
    rows = _batches(connection, stream_id)
    if not rows:
        return None
    first, last = rows[0].first_line, rows[-1].first_line + rows[-1].lines - 1
    found = [_of_batch(row) for row in rows]
    tail = _tail(connection, stream_id, first, last - first + 1)
    parts = [*(_of_chunk(row) for row in tail), *found]
    begin = tail[0].first_line if tail else first
    chunks = list(_cut(stream_id, begin, _join(parts)))
    return LineSeal(stream_id, len(rows), first, last, [row.first_line for row in tail], chunks)


def _batches(connection: Connection, stream_id: int) -> list[Row[Any]]:
    query = select(_batch).where(_batch.c.stream_id == stream_id).order_by(_batch.c.first_line).limit(STEP_BATCHES)
    taken: list[Row[Any]] = []
    lines = size = 0
    with connection.execute(query.execution_options(yield_per=ROWS_AT_ONCE)) as rows:
        for row in rows:
            if taken and (lines + row.lines > STEP_LINES or size + len(row.data) > STEP_BYTES):
                break
            taken.append(row)
            lines += row.lines
            size += len(row.data)
    return taken


def _tail(connection: Connection, stream_id: int, first_line: int, lines: int) -> list[Row[Any]]:
    """Return the chunks that are merged with `lines` lines from `first_line` on, in order."""
    query = select(_chunk).where(_chunk.c.stream_id == stream_id, _chunk.c.first_line < first_line)
    tail: list[Row[Any]] = []
    for row in connection.execute(query.order_by(_chunk.c.first_line.desc()).limit(16)).all():
        is_next = row.first_line + row.lines == first_line
        if not is_next or row.lines >= min(MERGED_LINES, MERGE_RATIO * lines) or len(row.data) >= CHUNK_BYTES // 8:
            break
        tail.insert(0, row)
        first_line, lines = row.first_line, lines + row.lines
    return tail


def _of_batch(row: Row[Any]) -> _Lines:
    columns = decode_columns(row.codes)
    texts = decode_text(row.data).split(b"\n")
    received = np.full(row.lines, row.received_at, dtype=np.int64)
    senders = [Sender(row.attempt, row.source)] * row.lines
    return _Lines(texts, columns.times, columns.levels | columns.streams << 4, received, senders)


def _of_chunk(row: Row[Any]) -> _Lines:
    columns = decode_line_columns(row.codes)
    texts = with_prefixes(columns, decompress(row.data)).split(b"\n")
    senders = [columns.senders[place] for place in columns.sender.tolist()]
    return _Lines(texts, columns.times, columns.codes, columns.received, senders)


def _join(parts: list[_Lines]) -> _Lines:
    return _Lines(
        [text for part in parts for text in part.texts],
        np.concatenate([part.times for part in parts]),
        np.concatenate([part.codes for part in parts]),
        np.concatenate([part.received for part in parts]),
        [sender for part in parts for sender in part.senders],
    )


def _cut(stream_id: int, first_line: int, lines: _Lines) -> Iterable[LineChunkRow]:
    ends = np.cumsum([len(text) + 1 for text in lines.texts])
    low = 0
    while low < len(lines.texts):
        begin = int(ends[low - 1]) if low else 0
        high = int(np.searchsorted(ends, begin + CHUNK_BYTES, side="right"))
        high = max(low + 1, min(high, low + CHUNK_LINES))
        yield _row(stream_id, first_line + low, lines, slice(low, high))
        low = high


def _row(stream_id: int, first_line: int, lines: _Lines, part: slice) -> LineChunkRow:
    senders = {sender: place for place, sender in enumerate(dict.fromkeys(lines.senders[part]))}
    chunk = ChunkLines(
        b"\n".join(lines.texts[part]),
        lines.times[part],
        lines.codes[part],
        lines.received[part],
        np.fromiter(map(senders.__getitem__, lines.senders[part]), dtype=np.int64),
        list(senders),
    )
    plain, debug, info, warning, error, critical = np.bincount(chunk.codes & 15, minlength=len(LEVEL_NAMES)).tolist()
    codes, data = encode_line_chunk(chunk, level=ZSTD_LEVEL)
    received, times = chunk.received, chunk.times
    return LineChunkRow(
        stream_id=stream_id,
        first_line=first_line,
        lines=len(chunk),
        received_min=int(received.min()),
        received_max=int(received.max()),
        time_min=int(times.min()),
        time_max=int(times.max()),
        lines_plain=plain,
        lines_debug=debug,
        lines_info=info,
        lines_warning=warning,
        lines_error=error,
        lines_critical=critical,
        codes=codes,
        data=data,
    )
