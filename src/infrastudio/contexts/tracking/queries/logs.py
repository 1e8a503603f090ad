"""Reads of the log of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import orjson

from infrastudio.contexts.tracking.queries import runs
from infrastudio.contexts.tracking.schemas.logs import Direction, LevelWord, LogHistogram, LogHits, LogStream
from infrastudio.kernel.clock import format_time, from_micros, to_micros
from infrastudio.kernel.errors import ValidationFailed
from infrastudio.kernel.pages import decode_cursor, encode_cursor
from infrastudio.stores.db import Snapshot
from infrastudio.stores.ledger import Moment
from infrastudio.stores.telemetry import Line, LineFilter, LineSearch, StreamKey, TelemetryReader

NO_LEVEL: Final = "none"
_LEVELS: Final[Mapping[str, str | None]] = {NO_LEVEL: None, "warn": "warning"}


class LogQuestion(NamedTuple):
    """Which lines are wanted."""

    levels: Sequence[LevelWord] = ()
    streams: Sequence[LogStream] = ()
    attempt: int | None = None
    source: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    q: str | None = None
    regex: bool = False
    match_case: bool = False

    def as_filter(self) -> LineFilter:
        """Return the filter as telemetry takes it."""
        return LineFilter(
            levels=frozenset(_LEVELS.get(level, level) for level in self.levels) if self.levels else None,
            streams=frozenset(self.streams) if self.streams else None,
            attempt=self.attempt,
            source=self.source,
            start=None if self.start is None else to_micros(self.start),
            end=None if self.end is None else to_micros(self.end),
            search=LineSearch(self.q, self.regex, self.match_case) if self.q else None,
        )


def page_json(
    snapshot: Snapshot,
    telemetry: TelemetryReader,
    id: str,
    wanted: LogQuestion,
    *,
    cursor: str | None = None,
    from_line: int | None = None,
    direction: Direction = "forward",
    limit: int = 200,
    at: Moment | None = None,
) -> bytes:
    """Return the JSON of a `LogPage`; a cursor carries place and direction.

    Raises:
        ValidationFailed: The cursor is foreign, or the pattern no regular expression.
    """
    _require_run(snapshot, id, at)
    if cursor is not None:
        from_line, direction = _read_cursor(cursor)
    page = telemetry.lines(
        StreamKey("run", id),
        from_line=from_line,
        limit=limit,
        direction=direction,
        where=wanted.as_filter(),
        received_by=_received_by(at),
    )
    forward, backward = _cursor(page.next_line, "forward"), _cursor(page.previous_line, "backward")
    return orjson.dumps(
        {
            "items": [_line(line) for line in page.items],
            "next_cursor": forward if direction == "forward" else backward,
            "prev_cursor": backward if direction == "forward" else forward,
            "first_line": page.first_line or None,
            "total": page.total,
            "levels": {level or NO_LEVEL: count for level, count in page.levels.items()},
        }
    )


def hits(
    snapshot: Snapshot,
    telemetry: TelemetryReader,
    id: str,
    wanted: LogQuestion,
    *,
    from_line: int | None = None,
    at: Moment | None = None,
) -> LogHits:
    """Return the numbers of matching lines in one slice of the log, the newest first."""
    _require_run(snapshot, id, at)
    found = telemetry.find_lines(
        StreamKey("run", id), wanted.as_filter(), from_line=from_line, received_by=_received_by(at)
    )
    return LogHits(lines=found.lines.tolist(), scanned=found.scanned, next_from_line=found.previous_line)


def histogram(
    snapshot: Snapshot,
    telemetry: TelemetryReader,
    id: str,
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    buckets: int = 100,
    at: Moment | None = None,
) -> LogHistogram:
    """Count the lines of a run over time, by level."""
    _require_run(snapshot, id, at)
    found = telemetry.line_histogram(
        StreamKey("run", id),
        start=None if start is None else to_micros(start),
        end=None if end is None else to_micros(end),
        buckets=buckets,
        received_by=_received_by(at),
    )
    levels = {level or NO_LEVEL: counts.tolist() for level, counts in found.counts.items()}
    has_lines = any(any(counts) for counts in levels.values())
    return LogHistogram(
        start=from_micros(found.start) if has_lines or start is not None else None,
        width_s=found.width / 1_000_000,
        levels=levels,
    )


def _require_run(snapshot: Snapshot, id: str, at: Moment | None) -> None:
    if at is None:
        runs.row(snapshot, id)
    else:
        runs.run(snapshot, id, at=at)


def _received_by(at: Moment | None) -> int | None:
    return None if at is None else to_micros(at.at)


def _line(line: Line) -> dict[str, Any]:
    return {
        "line": line.line,
        "time": format_time(from_micros(line.time)),
        "level": line.level,
        "stream": line.stream,
        "source": line.source,
        "attempt": line.attempt,
        "text": line.text,
        "fields": _fields(line.text),
    }


def _fields(text: str) -> dict[str, Any] | None:
    """Return the fields of a line that is a JSON object."""
    if not text.startswith("{"):
        return None
    try:
        fields = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return fields if isinstance(fields, dict) else None


def _cursor(line: int | None, direction: Direction) -> str | None:
    return None if line is None else encode_cursor({"l": line, "d": direction})


def _read_cursor(cursor: str) -> tuple[int, Direction]:
    values = decode_cursor(cursor)
    line, direction = values.get("l"), values.get("d")
    if isinstance(line, int) and line >= 0:
        if direction == "forward":
            return line, "forward"
        if direction == "backward":
            return line, "backward"
    raise ValidationFailed.of("cursor", "is not a cursor of this log; leave it out to start from its first line")
