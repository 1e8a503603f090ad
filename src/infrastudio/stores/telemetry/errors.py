"""Failures of telemetry stores that were foreseen."""

from __future__ import annotations

from infrastudio.kernel.errors import Conflict, RateLimited, StudioError, Unavailable


class LineGap(Conflict):
    """A sender left lines out; it must go on with the line `expected`."""

    def __init__(self, *, attempt: int, source: str, expected: int, first: int) -> None:
        super().__init__(
            f"The sender (attempt {attempt}, source {source!r}) must go on with its line {expected}, not {first}.",
            field="first",
            expected=expected,
            value=first,
        )
        self.expected = expected


class IngestQueueFull(RateLimited):
    """More waits to be committed than the store takes into memory."""

    def __init__(self, *, retry_after_s: float) -> None:
        super().__init__("Too much telemetry waits to be stored. Send it again later.", retry_after_s=retry_after_s)


class TelemetryInUse(Conflict):
    """Another process writes to this telemetry file."""

    def __init__(self, path: str, owner: str) -> None:
        super().__init__(
            f"The telemetry file {path} is written by another process ({owner}). "
            "Stop it, or send telemetry to it over HTTP.",
            path=path,
            owner=owner,
        )


class TelemetryClosed(Unavailable):
    """The store was closed; nothing more is taken."""

    def __init__(self) -> None:
        super().__init__("The telemetry store is closed.")


class TelemetryTooNew(StudioError):
    """The stored schema is of a later release."""

    def __init__(self, found: int, known: int) -> None:
        super().__init__(
            f"The telemetry schema has version {found}, this release knows up to {known}. Use the newer release."
        )


class CorruptTelemetry(StudioError):
    """Stored bytes are not of a form that this release can read."""
