"""The messages of a run's own socket."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from infrastudio.contexts.realtime.rules.messages import Message
from infrastudio.kernel.clock import format_time, from_micros
from infrastudio.stores.ledger import Entry
from infrastudio.stores.telemetry import Line, NumberedPoint

MAX_TEXT: Final = 40_000
"""Characters of a line that surely fit into a frame, however they are escaped."""

_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def changes_status(entry: Entry, run_id: str) -> bool:
    """Does the event tell that the run has another status, or that there is a run?"""
    return (
        entry.entity == "run"
        and entry.entity_id == run_id
        and entry.after is not None
        and (entry.version == 1 or entry.changes is None or "status" in entry.changes)
    )


def status_message(entry: Entry) -> Message:
    """Return the message that tells a run's status after an event that changed it."""
    state: Mapping[str, Any] = entry.after or {}
    data = {
        "status": state.get("status"),
        "reason": state.get("status_reason") or entry.reason,
        "started_at": state.get("started_at"),
        "ended_at": state.get("ended_at"),
    }
    return Message(entry.seq, b'"type":"status"', orjson.dumps(data))


def timeline_message(entry: Entry, item: Mapping[str, Any]) -> Message:
    """Return the message that tells an event as an item of the run's timeline."""
    return Message(entry.seq, b'"type":"timeline_event"', orjson.dumps(item))


def point_message(point: NumberedPoint) -> Message:
    """Return the message of a metric point, numbered in its run's stream of points."""
    data = {
        "name": point.series.name,
        "value": wire_number(point.value),
        "step": point.step,
        "time": wire_time(point.time),
        "attempt": point.attempt,
    }
    return Message(point.number, b'"type":"metric_point"', orjson.dumps(data))


def line_message(line: Line) -> Message:
    """Return the message of a log line; a text that no frame holds is cut, and `truncated` says so."""
    data = {
        "line": line.line,
        "time": wire_time(line.time),
        "level": line.level,
        "stream": line.stream,
        "text": line.text[:MAX_TEXT],
        "truncated": len(line.text) > MAX_TEXT,
        "attempt": line.attempt,
        "source": line.source,
    }
    return Message(line.line, b'"type":"log_line"', orjson.dumps(data))


def wire_number(value: float) -> float | str:
    """Return a number as our JSON carries it: NaN and infinities travel as words."""
    if math.isfinite(value):
        return value
    if math.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"


def wire_time(micros: int) -> str:
    """Return a client's time; one that no calendar has becomes the nearest that it has."""
    try:
        return format_time(from_micros(micros))
    except OverflowError:
        return format_time(_LAST if micros > 0 else _FIRST)
