"""What goes into a telemetry store: streams and their owners, series, batches of points and of lines."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from infrastudio.kernel.errors import ValidationFailed
from infrastudio.kernel.text import is_storable

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
IndexArray = NDArray[np.uint32]
BoolArray = NDArray[np.bool_]

MAX_NAME: Final = 250
"""Characters of a series name; the tracking protocol has the same limit."""
MAX_ATTEMPT: Final = 2**31 - 1

STREAM_NAMES: Final = ("stdout", "stderr", "event")
"""Where a line came from, by its code."""


class StreamKey(NamedTuple):
    """Names a stream from outside: the entity (`run`, `replica`, `deployment`) and the id of its owner."""

    entity: str
    id: str


class StreamOwner(NamedTuple):
    """A stream's key with the project that it is created in."""

    project_id: str
    entity: str
    id: str

    @property
    def key(self) -> StreamKey:
        """The name that reads use."""
        return StreamKey(self.entity, self.id)


class SeriesKey(NamedTuple):
    """What a point measures; empty text where it belongs to no model and no dataset.

    Asked for in a read, a plain key (name only) stands for all points of that name, those that name a model or a
    dataset included; any other key for exactly its own points.
    """

    name: str
    model_id: str = ""
    dataset_name: str = ""
    dataset_digest: str = ""

    @property
    def is_plain(self) -> bool:
        """Is this a name only?"""
        return not (self.model_id or self.dataset_name or self.dataset_digest)


class Point(NamedTuple):
    """One measured value; `time` is the client's, in microseconds since 1970."""

    series: str | SeriesKey
    step: int
    time: int
    value: float


@lru_cache(maxsize=1 << 16)
def series_key(series: str | SeriesKey) -> SeriesKey:
    """Return the key of a series that is named by text or by a key.

    Raises:
        ValidationFailed: It cannot be stored; names the part that is wrong.
    """
    key = SeriesKey(series) if isinstance(series, str) else series
    if not key.name:
        raise ValidationFailed.of("name", "must not be empty")
    require_text("name", key.name, MAX_NAME)
    require_text("model_id", key.model_id, 64)
    require_text("dataset_name", key.dataset_name, 500)
    require_text("dataset_digest", key.dataset_digest, 100)
    return key


def _integers(path: str, values: Sequence[int] | IntArray) -> IntArray:
    if isinstance(values, np.ndarray):
        return values
    try:
        return np.frombuffer(array("q", values), dtype=np.int64)
    except (OverflowError, TypeError) as error:
        raise ValidationFailed.of(path, "must be integers that fit into 64 bits") from error


def _numbers(path: str, values: Sequence[float]) -> FloatArray:
    try:
        return np.frombuffer(array("d", values), dtype=np.float64)
    except TypeError as error:
        raise ValidationFailed.of(path, "must be numbers") from error


@dataclass(frozen=True, slots=True)
class PointBatch:
    """Points of one attempt, as columns of equal length; `index` says which of `series` a point belongs to."""

    series: tuple[SeriesKey, ...]
    index: IndexArray
    steps: IntArray
    times: IntArray
    values: FloatArray
    attempt: int = 1

    @property
    def count(self) -> int:
        """How many points there are."""
        return len(self.steps)

    @classmethod
    def from_columns(
        cls,
        series: Sequence[str | SeriesKey],
        steps: Sequence[int] | IntArray,
        times: Sequence[int] | IntArray,
        values: Sequence[float],
        *,
        attempt: int = 1,
    ) -> PointBatch:
        """Return the batch of points whose parts stand in four sequences of equal length.

        Args:
            series: For each point its series; text is a plain name.
            steps: Any 64-bit integers.
            times: The client's times, microseconds since 1970.
            values: Any floats, NaN and infinities included.
            attempt: The attempt of the owner that measured them, from 1 on.

        Raises:
            ValidationFailed: A column has the wrong length or holds something that is no number.
        """
        if not len(series) == len(steps) == len(times) == len(values):
            raise ValidationFailed.of("points", "the columns must have equal lengths")
        codes = {name: code for code, name in enumerate(dict.fromkeys(series))}
        index = array("I", map(codes.__getitem__, series))
        keys = tuple(map(series_key, codes))
        require_attempt(attempt)
        return cls(
            keys,
            np.frombuffer(index, dtype=np.uint32),
            _integers("steps", steps),
            _integers("times", times),
            _numbers("values", values),
            attempt,
        )

    @classmethod
    def of(cls, points: Iterable[Point], *, attempt: int = 1) -> PointBatch:
        """Return the batch of the given points."""
        rows = list(points)
        return cls.from_columns(
            [row.series for row in rows],
            [row.step for row in rows],
            [row.time for row in rows],
            [row.value for row in rows],
            attempt=attempt,
        )


@dataclass(frozen=True, slots=True)
class LineBatch:
    """Log lines of one sender, in order.

    `first` is the sender's own number of the first line: a sender is an (attempt, source) and counts 1, 2, …, so a
    repeat can be told and a gap be refused. `position` is an opaque place in what the sender reads from (a file
    offset); it is kept in the same transaction as the lines. A batch without lines moves the position only.
    """

    first: int
    texts: Sequence[str]
    times: Sequence[int]
    """Microseconds since 1970, one per line."""
    streams: Sequence[int] | int = 0
    """Codes into STREAM_NAMES: one per line, or one for all."""
    levels: Sequence[int] | None = None
    """Codes into LEVEL_NAMES, one per line; None: found in the texts."""
    attempt: int = 1
    source: str = ""
    position: int | None = None

    def __post_init__(self) -> None:
        """Refuse what could not be stored, before it shares a commit with others."""
        count = len(self.texts)
        if self.first < 1:
            raise ValidationFailed.of("first", "must be 1 or more: senders count their lines from 1")
        if len(self.times) != count or (self.levels is not None and len(self.levels) != count):
            raise ValidationFailed.of("lines", "times and levels must be as many as the texts")
        if not isinstance(self.streams, int) and len(self.streams) != count:
            raise ValidationFailed.of("streams", "must be one for all lines, or one for each")
        if any("\n" in text for text in self.texts):
            raise ValidationFailed.of("texts", "a line must not contain a line break; send it as several lines")
        require_attempt(self.attempt)
        require_text("source", self.source, 100)

    def without_first(self, count: int) -> LineBatch:
        """Return the batch less its first `count` lines."""
        return LineBatch(
            self.first + count,
            self.texts[count:],
            self.times[count:],
            self.streams if isinstance(self.streams, int) else self.streams[count:],
            None if self.levels is None else self.levels[count:],
            self.attempt,
            self.source,
            self.position,
        )


@dataclass(frozen=True, slots=True)
class PointsAppended:
    """An acknowledged batch of points: they are numbered `first` … `first + count - 1` in their stream."""

    first: int
    count: int


@dataclass(frozen=True, slots=True)
class LinesAppended:
    """An acknowledged batch of lines: `accepted` of them were new, and got the numbers from `first_line` on."""

    first_line: int
    accepted: int


@dataclass(frozen=True, slots=True)
class StreamHead:
    """How far a stream has come: counts of points and lines ever appended, and lines by level code."""

    points: int = 0
    lines: int = 0
    levels: tuple[int, ...] = field(default=(0, 0, 0, 0, 0, 0))
    received_at: int = 0
    """When its newest batch was received, microseconds since 1970."""


@dataclass(frozen=True, slots=True)
class SenderState:
    """What is known of a sender of lines: how many of its lines are stored, and its last position."""

    received: int = 0
    position: int | None = None


def require_text(path: str, text: str, limit: int) -> None:
    """Refuse text that is too long or that not every database can keep."""
    if len(text) > limit or not is_storable(text):
        raise ValidationFailed.of(path, f"must be at most {limit} characters, without NUL and lone surrogates")


def require_attempt(attempt: int) -> None:
    """Refuse attempts outside 1 … 2^31 - 1."""
    if not 1 <= attempt <= MAX_ATTEMPT:
        raise ValidationFailed.of("attempt", f"must be between 1 and {MAX_ATTEMPT}")


@lru_cache(maxsize=1 << 14)
def require_owner(owner: StreamOwner) -> None:
    """Refuse owners that cannot be stored, naming the part that is wrong."""
    require_text("project_id", owner.project_id, 64)
    require_text("entity", owner.entity, 32)
    require_text("id", owner.id, 64)
