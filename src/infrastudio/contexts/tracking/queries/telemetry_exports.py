"""All points and all log lines of a run as tables, some rows at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from infrastudio.kernel.tables import Column, ColumnBatch
from infrastudio.stores.telemetry import StreamKey, TelemetryReader

_POINTS: Final = 50_000
_LINES: Final = 10_000
"""Rows that are in memory at once."""

POINT_COLUMNS: Final = (
    Column("number", "integer"),
    Column("name"),
    Column("model_id"),
    Column("dataset_name"),
    Column("dataset_digest"),
    Column("attempt", "integer"),
    Column("step", "integer"),
    Column("time", "time"),
    Column("value", "number"),
)
LINE_COLUMNS: Final = (
    Column("line", "integer"),
    Column("time", "time"),
    Column("level"),
    Column("stream"),
    Column("source"),
    Column("attempt", "integer"),
    Column("text"),
)


def point_columns(telemetry: TelemetryReader, run_id: str) -> Iterator[ColumnBatch]:
    """Yield the points that a run has now, in the order they were logged, repeats included."""
    key = StreamKey("run", run_id)
    head = telemetry.head(key).points
    place = 0
    while place < head and len(found := telemetry.columns_since(key, place, limit=min(_POINTS, head - place))):
        names = [np.array(column, dtype=np.object_)[found.index] for column in zip(*found.series, strict=True)]
        yield dict(
            zip(
                (column.name for column in POINT_COLUMNS),
                (found.numbers, *names, found.attempts, found.steps, found.times, found.values),
                strict=True,
            )
        )
        place = int(found.numbers[-1])


def line_columns(telemetry: TelemetryReader, run_id: str) -> Iterator[ColumnBatch]:
    """Yield the log lines that a run has now, in order."""
    key = StreamKey("run", run_id)
    last = telemetry.head(key).lines
    place: int | None = 1
    while place is not None and place <= last:
        page = telemetry.lines(key, from_line=place, limit=min(_LINES, last - place + 1))
        if page.items:
            columns = zip(*page.items, strict=True)
            yield {column.name: list(values) for column, values in zip(LINE_COLUMNS, columns, strict=True)}
        place = page.next_line
