"""One hash over all telemetry, to tell whether two stores hold the same."""

from __future__ import annotations

import hashlib
import struct
from typing import Final

import numpy as np
from sqlalchemy import Connection, select

from infrastudio.stores.telemetry import tables
from infrastudio.stores.telemetry.line_blocks import blocks
from infrastudio.stores.telemetry.line_search import LineMatcher
from infrastudio.stores.telemetry.point_reads import series_keys
from infrastudio.stores.telemetry.reads import LineFilter
from infrastudio.stores.telemetry.stream_windows import read_window

_POINTS_AT_ONCE: Final = 100_000


def digest(connection: Connection) -> str:
    """Return a sha256 over the points and lines of all streams, in the order of their owners.

    Ids of rows, compression, writers, and what is sealed are not in it; when each was received is.
    """
    streams = select(tables.stream).where(tables.stream.c.entity != tables.DELETED)
    total = hashlib.sha256()
    for row in connection.execute(streams.order_by(tables.stream.c.entity, tables.stream.c.owner_id)).all():
        _add(total, row.project_id, row.entity, row.owner_id, row.points, row.lines)
        _add_points(total, connection, row.stream_id, row.points)
        _add_lines(total, connection, row.stream_id)
    return total.hexdigest()


def _add(total: hashlib._Hash, *parts: str | int | bytes) -> None:
    for part in parts:
        text = part if isinstance(part, bytes) else str(part).encode()
        total.update(struct.pack("<I", len(text)) + text)


def _add_points(total: hashlib._Hash, connection: Connection, stream_id: int, head: int) -> None:
    place = 0
    while len((window := read_window(connection, stream_id, place, _POINTS_AT_ONCE, head)).series):
        ids = np.unique(window.series)
        keys = series_keys(connection, ids.tolist())
        order = sorted(ids.tolist(), key=keys.__getitem__)
        for number in order:
            _add(total, *keys[number])
        rank = {number: place for place, number in enumerate(order)}
        index = np.array([rank[number] for number in ids.tolist()])[np.searchsorted(ids, window.series)]
        points = window.points
        columns = (points.offsets, index, window.attempts, points.received, points.steps, points.times, points.values)
        _add(total, *(column.tobytes() for column in columns))
        place = int(points.offsets[-1]) + 1


def _add_lines(total: hashlib._Hash, connection: Connection, stream_id: int) -> None:
    for block in blocks(connection, stream_id, LineMatcher(LineFilter()), 0, 2**63 - 1, is_forward=True):
        texts, columns = block.text.split(b"\n"), block.columns
        codes = zip(columns.times.tolist(), columns.levels.tolist(), columns.streams.tolist(), strict=True)
        received = block.received.tolist()
        senders = block.senders(np.arange(block.count))
        for number, line in enumerate(zip(senders, received, codes, texts, strict=True), block.first_line):
            sender, moment, code, text = line
            _add(total, number, sender.attempt, sender.source, moment, *code, text)
