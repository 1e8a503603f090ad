"""What reads of telemetry are asked and what they answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from infrastudio.stores.telemetry.values import FloatArray, IntArray, SeriesKey

XAxis = Literal["step", "time", "relative"]
"""`relative` is microseconds since the series' first point, or since an origin that the reader gives."""
Attempts = Literal["last", "all"]
"""`last` hides points that a later attempt overtook: those at or behind the first step of any later attempt."""
Direction = Literal["forward", "backward"]


class LatestValue(NamedTuple):
    """The latest point of a series; NaN is NaN again."""

    step: int
    time: int
    value: float
    attempt: int


@dataclass(frozen=True, slots=True)
class StreamSpace:
    """The stored bytes of a stream's points and lines, as they are compressed now, and how many of each are held."""

    point_bytes: int
    line_bytes: int
    points: int
    lines: int


@dataclass(frozen=True, slots=True)
class SeriesSummary:
    """A series of a stream with its latest point."""

    key: SeriesKey
    latest: LatestValue


@dataclass(frozen=True, slots=True)
class SeriesPage:
    """Series by name; `next_after` is the name to go on after, None at the end."""

    items: tuple[SeriesSummary, ...]
    next_after: str | None
    total: int


class HistoryPosition(NamedTuple):
    """A place in the order of a history: (time, step, value), NaN before every number."""

    time: int
    step: int
    is_number: bool
    value: float


@dataclass(frozen=True, slots=True)
class PointColumns:
    """Points as columns of equal length."""

    steps: IntArray
    times: IntArray
    values: FloatArray
    attempts: IntArray

    def __len__(self) -> int:
        """How many points there are."""
        return len(self.steps)

    def take(self, places: IntArray | np.ndarray[tuple[int], np.dtype[np.bool_]] | slice) -> PointColumns:
        """Return the points at the given places, in that order."""
        return PointColumns(self.steps[places], self.times[places], self.values[places], self.attempts[places])


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """A page of a series in the order of its history; `next` is where to go on, None at the end."""

    points: PointColumns
    next: HistoryPosition | None


class NumberedPoint(NamedTuple):
    """A point as it was appended; `number` counts 1, 2, … within its stream."""

    number: int
    series: SeriesKey
    attempt: int
    step: int
    time: int
    value: float


@dataclass(frozen=True, slots=True)
class PointsSince:
    """Points behind an offset, in the order they were appended; repeats are in it. `head` is the newest number."""

    points: tuple[NumberedPoint, ...]
    head: int


@dataclass(frozen=True, slots=True)
class NumberedColumns:
    """Points as of `PointsSince`, as columns of equal length; `index` says which of `series` a point belongs to."""

    numbers: IntArray
    series: tuple[SeriesKey, ...]
    index: IntArray
    attempts: IntArray
    steps: IntArray
    times: IntArray
    values: FloatArray
    head: int

    def __len__(self) -> int:
        """How many points there are."""
        return len(self.numbers)


@dataclass(frozen=True, slots=True)
class Resolution:
    """`raw`: every point; `bucket`: one row stands for all points within `width`, in the unit of the x axis."""

    kind: Literal["raw", "bucket"]
    width: int


@dataclass(frozen=True, slots=True)
class RawPoints:
    """Every point of the range, in the order of the x axis."""

    steps: IntArray
    times: IntArray
    values: FloatArray


@dataclass(frozen=True, slots=True)
class BucketPoints:
    """Buckets that hold points, in the order of the x axis.

    `steps` and `times` are those of a bucket's first point. `minima` and `maxima` leave NaN out (NaN: there is nothing
    else) and keep infinities; `means` are of the finite values (NaN: there is none), exact but for the last digits;
    `counts` count every point.
    """

    steps: IntArray
    times: IntArray
    first: FloatArray
    last: FloatArray
    minima: FloatArray
    maxima: FloatArray
    means: FloatArray
    counts: IntArray


@dataclass(frozen=True, slots=True)
class SeriesSlice:
    """One attempt of one series within the range that was asked for."""

    key: SeriesKey
    attempt: int
    resolution: Resolution
    points: RawPoints | BucketPoints


class Line(NamedTuple):
    """A stored log line; `level` is None where the line does not say, `stream` is stdout, stderr or event."""

    line: int
    time: int
    level: str | None
    stream: str
    source: str
    attempt: int
    text: str


@dataclass(frozen=True, slots=True)
class LineSearch:
    """What to look for in the texts; escape sequences are not looked at."""

    text: str
    regex: bool = False
    match_case: bool = False


@dataclass(frozen=True, slots=True)
class LineFilter:
    """Which lines a read is about; what is left out filters nothing.

    `levels` are names, and None for lines that state none. `start` and `end` are times in microseconds, the end
    excluded.
    """

    levels: frozenset[str | None] | None = None
    streams: frozenset[str] | None = None
    attempt: int | None = None
    source: str | None = None
    start: int | None = None
    end: int | None = None
    search: LineSearch | None = None


@dataclass(frozen=True, slots=True)
class LinePage:
    """Lines in ascending order, whichever way they were looked for.

    `next_line` and `previous_line` are where to go on forward and backward (None: nothing is there yet, or any more).
    `first_line` is the lowest number that is still held, 0 where there is none; `total` and `levels` count all lines
    of the stream, whatever the filter.
    """

    items: tuple[Line, ...]
    next_line: int | None
    previous_line: int | None
    first_line: int
    total: int
    levels: Mapping[str | None, int]


@dataclass(frozen=True, slots=True)
class LineHits:
    """Numbers of matching lines, ascending, out of the slice that was looked at.

    `scanned` counts the lines of the slice; `previous_line` is where the next older slice begins, None at the start.
    """

    lines: IntArray
    scanned: int
    previous_line: int | None


@dataclass(frozen=True, slots=True)
class LineHistogram:
    """Counts of lines over time: bucket i covers `[start + i * width, start + (i + 1) * width)` microseconds."""

    start: int
    width: int
    counts: Mapping[str | None, IntArray]
