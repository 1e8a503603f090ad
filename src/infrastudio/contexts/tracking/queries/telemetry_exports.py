"""All points and all log lines of a run, row by row, as tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from infrastudio.kernel.clock import from_micros
from infrastudio.kernel.tables import Column, Row
from infrastudio.stores.telemetry import StreamKey, TelemetryReader

_POINTS_AT_ONCE: Final = 50_000
_LINES_AT_ONCE: Final = 10_000

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


def point_rows(telemetry: TelemetryReader, run_id: str) -> Iterator[Row]:
    """Yield the points that a run has now, in the order they were logged, repeats included."""
    key = StreamKey("run", run_id)
    head = telemetry.head(key).points
    place = 0
    while place < head:
        points = telemetry.points_since(key, place, limit=_POINTS_AT_ONCE).points
        for point in points:
            if point.number <= head:
                yield {
                    "number": point.number,
                    **point.series._asdict(),
                    "attempt": point.attempt,
                    "step": point.step,
                    "time": from_micros(point.time),
                    "value": point.value,
                }
        place = points[-1].number if points else head


def line_rows(telemetry: TelemetryReader, run_id: str) -> Iterator[Row]:
    """Yield the log lines that a run has now, in order."""
    key = StreamKey("run", run_id)
    last = telemetry.head(key).lines
    place = 1
    while place <= last:
        page = telemetry.lines(key, from_line=place, limit=_LINES_AT_ONCE).items
        for line in page:
            if line.line <= last:
                yield line._asdict() | {"time": from_micros(line.time)}
        place = page[-1].line + 1 if page else last + 1
