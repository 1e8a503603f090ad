"""How the command line writes statuses, ages and durations."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from rich.text import Text

from infrastudio.kernel.clock import parse_time

STATUS_STYLES: Final = {
    "active": "green",
    "error": "red",
    "succeeded": "green",
    "ready": "green",
    "running": "blue",
    "starting": "blue",
    "queued": "magenta",
    "pending": "magenta",
    "degraded": "yellow",
    "failed": "red",
    "unavailable": "red",
}


def status_text(status: str) -> Text:
    """Return a status in its colour."""
    return Text(f"● {status}", style=STATUS_STYLES.get(status, "dim"))


def age(moment: str | None) -> str:
    """Return how long ago a moment was."""
    return "—" if moment is None else f"{_span((datetime.now(UTC) - parse_time(moment)).total_seconds())} ago"


def duration(start: str | None, end: str | None) -> str:
    """Return the time between two moments; until now when it has not ended."""
    if start is None:
        return "—"
    last = parse_time(end) if end else datetime.now(UTC)
    return _span((last - parse_time(start)).total_seconds())


def _span(seconds: float) -> str:
    seconds = max(0.0, seconds)
    if seconds < 60:
        return f"{seconds:.1f} s"
    if seconds < 3600:
        return f"{int(seconds // 60)} m {int(seconds % 60):02d} s"
    if seconds < 86_400:
        return f"{int(seconds // 3600)} h {int(seconds % 3600 // 60):02d} m"
    return f"{int(seconds // 86_400)} d {int(seconds % 86_400 // 3600):02d} h"
