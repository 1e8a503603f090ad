"""The one source of time, injected everywhere, and the ledger's microseconds."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final, Protocol

from typing_extensions import override

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Clock(Protocol):
    """Tells the time of day as an aware UTC datetime with microseconds."""

    def now(self) -> datetime:
        """Return the moment at which it is asked."""
        ...


class SystemClock(Clock):
    """The clock of the machine."""

    @override
    def now(self) -> datetime:
        return datetime.now(UTC)


class ManualClock(Clock):
    """A clock that stands still until it is moved; for tests and for recording a past."""

    def __init__(self, start: datetime) -> None:
        self._now = start
        self._lock = threading.Lock()

    @override
    def now(self) -> datetime:
        with self._lock:
            return self._now

    def advance(self, seconds: float) -> None:
        """Move the clock by `seconds`, which may be negative."""
        with self._lock:
            self._now += timedelta(seconds=seconds)

    def set(self, moment: datetime) -> None:
        """Move the clock to `moment`."""
        with self._lock:
            self._now = moment


def to_micros(moment: datetime) -> int:
    """Return `moment` as microseconds since 1970."""
    delta = moment - EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def from_micros(micros: int) -> datetime:
    """Return the UTC moment of `micros` microseconds since 1970."""
    return EPOCH + timedelta(microseconds=micros)


def from_millis(millis: int) -> datetime:
    """Return the UTC moment of `millis` milliseconds since 1970."""
    return EPOCH + timedelta(milliseconds=millis)


def format_time(moment: datetime) -> str:
    """Return `moment` as RFC 3339 in UTC with `Z`, trailing zeros of the fraction dropped."""
    in_utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    text = in_utc.isoformat().removesuffix("+00:00")
    return f"{text.rstrip('0') if moment.microsecond else text}Z"


def format_micros(micros: int) -> str:
    """Return `micros` microseconds since 1970 as `format_time` does; made for lists with many of them."""
    seconds, fraction = divmod(micros, 1_000_000)
    return f"{_second(seconds)}.{fraction:06d}".rstrip("0") + "Z" if fraction else f"{_second(seconds)}Z"


@lru_cache(maxsize=4096)
def _second(seconds: int) -> str:
    return (EPOCH + timedelta(seconds=seconds)).isoformat().removesuffix("+00:00")


def parse_time(text: str) -> datetime:
    """Return the UTC moment that `text` names in RFC 3339 or ISO 8601; without a zone it is UTC.

    Raises:
        ValueError: The text names no moment.
    """
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
