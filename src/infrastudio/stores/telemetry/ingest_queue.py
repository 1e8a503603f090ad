"""What waits for its commit, bounded in number and bytes, and those who want to know of commits."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from infrastudio.kernel.errors import StudioError, ValidationFailed
from infrastudio.stores.telemetry.errors import IngestQueueFull
from infrastudio.stores.telemetry.group_commit import Item, LinesItem, Outcome, PointsItem
from infrastudio.stores.telemetry.latest import latest_point, latest_points
from infrastudio.stores.telemetry.line_codec import encode_lines
from infrastudio.stores.telemetry.point_codec import encode_point, encode_points
from infrastudio.stores.telemetry.values import (
    LineBatch,
    PointBatch,
    SeriesKey,
    StreamKey,
    StreamOwner,
    require_attempt,
    require_owner,
    series_key,
)

logger = logging.getLogger(__name__)

GROUP_ITEMS: Final = 64
GROUP_BYTES: Final = 8 << 20
"""What one commit takes at most, so that a full queue does not hold the event loop."""

_INTEGERS: Final = range(-(2**63), 2**63)

Listener = Callable[[frozenset[StreamKey]], None]


@dataclass(frozen=True, slots=True)
class IngestLimits:
    """How much may wait; beyond it senders are told to come again."""

    items: int = 4096
    size_bytes: int = 64 << 20
    retry_after_s: float = 1.0


class Waiting(NamedTuple):
    """An item and the future that tells its sender."""

    item: Item
    future: asyncio.Future[Any]


class IngestQueue:
    """First in, first out. Not thread-safe: the owner guards it or keeps to one thread."""

    def __init__(self, limits: IngestLimits) -> None:
        self._limits = limits
        self._waiting: deque[Waiting] = deque()
        self._size_bytes = 0

    def __len__(self) -> int:
        """How many items wait."""
        return len(self._waiting)

    def add(self, item: Item, future: asyncio.Future[Any]) -> None:
        """Put an item at the end.

        Raises:
            IngestQueueFull: As many items or bytes wait as are allowed.
        """
        size_bytes = item.size_bytes
        if len(self._waiting) >= self._limits.items or (
            self._waiting and self._size_bytes + size_bytes > self._limits.size_bytes
        ):
            raise IngestQueueFull(retry_after_s=self._limits.retry_after_s)
        self._waiting.append(Waiting(item, future))
        self._size_bytes += size_bytes

    def take_group(self) -> list[Waiting]:
        """Remove and return what the next commit writes."""
        group: list[Waiting] = []
        size_bytes = 0
        while self._waiting and len(group) < GROUP_ITEMS and size_bytes < GROUP_BYTES:
            group.append(self._waiting.popleft())
            size_bytes += group[-1].item.size_bytes
        self._size_bytes -= size_bytes
        return group


class Listeners:
    """Callbacks that hear, in the event loop, which streams grew."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def add(self, listener: Listener) -> Callable[[], None]:
        """Register a callback; call what is returned to remove it again."""
        self._listeners.append(listener)

        def remove() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return remove

    def wake(self, streams: frozenset[StreamKey]) -> None:
        """Tell all; one that fails is logged and does not keep the others from hearing."""
        for listener in tuple(self._listeners) if streams else ():
            try:
                listener(streams)
            except Exception:
                logger.exception("A listener of the telemetry store failed.")


def settle(group: Sequence[Waiting], outcomes: Sequence[Outcome]) -> frozenset[StreamKey]:
    """Tell the senders of a committed group; return the streams that were written to."""
    grown = set()
    for (item, future), outcome in zip(group, outcomes, strict=True):
        if isinstance(outcome, StudioError):
            if not future.done():
                future.set_exception(outcome)
            continue
        grown.add(item.owner.key)
        if not future.done():
            future.set_result(outcome)
    return frozenset(grown)


def fail(group: Sequence[Waiting], error: BaseException) -> None:
    """Tell the senders of a group that nothing of it was kept."""
    for _, future in group:
        if not future.done():
            future.set_exception(error)


def points_item(owner: StreamOwner, batch: PointBatch) -> PointsItem:
    """Return a batch of points as it waits for its commit.

    Raises:
        ValidationFailed: It has no points, or the owner cannot be stored.
    """
    require_owner(owner)
    if not batch.count:
        raise ValidationFailed.of("points", "must not be empty")
    return PointsItem(owner, batch.attempt, batch.count, batch.series, encode_points(batch), latest_points(batch))


def point_item(
    owner: StreamOwner, series: str | SeriesKey, step: int, time: int, value: float, attempt: int
) -> PointsItem:
    """Return a single point as it waits for its commit, without the cost of columns.

    Raises:
        ValidationFailed: A part of it cannot be stored.
    """
    require_owner(owner)
    require_attempt(attempt)
    key = series_key(series)
    if step not in _INTEGERS or time not in _INTEGERS:
        raise ValidationFailed.of("time" if step in _INTEGERS else "step", "must fit into 64 bits")
    point = latest_point(step, time, value, attempt)
    latest = {key: point} if key.is_plain else {key: point, SeriesKey(key.name): point}
    return PointsItem(owner, attempt, 1, (key,), encode_point(step, time, value), latest)


def lines_item(owner: StreamOwner, batch: LineBatch) -> LinesItem:
    """Return a batch of lines as it waits for its commit.

    Raises:
        ValidationFailed: A part of it cannot be stored.
    """
    require_owner(owner)
    return LinesItem(owner, batch, encode_lines(batch) if batch.texts else None)
