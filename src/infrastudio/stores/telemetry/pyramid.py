"""The pyramid of a series: what every cell of 256 points comes to, so that a long series is drawn without its points.

Cells are counted over all points of one attempt of a series, in the order they were appended: cell n holds the points
numbered 256 n … 256 n + 255. So they are the same wherever a series was cut into chunks, and the same before it was
sealed; a cell that two chunks share is put together when it is read.

In a chunk's row they are a header and one record per cell, uncompressed: to make a decompressor for each of the many
rows of a long series would take longer than all the rest. Floats take 4 bytes where that is exact, steps and times are
distances from those of the first cell.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Final

import numpy as np

from infrastudio.stores.telemetry.downsampling import UnsignedArray, means_of
from infrastudio.stores.telemetry.errors import CorruptTelemetry
from infrastudio.stores.telemetry.reads import BucketPoints
from infrastudio.stores.telemetry.values import FloatArray, IntArray

CELL: Final = 256
_FLOATS: Final = ("first", "last", "minima", "maxima")
_HEADER: Final = struct.Struct("<BBBxIQqq")
"""Version, bytes of a float, bytes of a distance, cells, number, step and time of the first cell."""
_VERSION: Final = 1


@lru_cache
def _record(float_width: int, distance_width: int) -> np.dtype[np.void]:
    """Return how a cell is stored."""
    floats, distances = f"<f{float_width}", f"<u{distance_width}"
    return np.dtype(
        [
            ("steps", distances),
            ("times", distances),
            ("counts", "<u2"),
            ("finite", "<u2"),
            ("means", "<f8"),
            *((name, floats) for name in _FLOATS),
        ]
    )


@dataclass(frozen=True, slots=True)
class Cells:
    """Cells as columns, ascending by number.

    `steps` and `times` are those of a cell's first point; extremes leave NaN out (NaN: there is nothing else), `means`
    are of the finite values, of which there are `finite`.
    """

    numbers: IntArray
    steps: IntArray
    times: IntArray
    counts: IntArray
    finite: IntArray
    first: FloatArray
    last: FloatArray
    minima: FloatArray
    maxima: FloatArray
    means: FloatArray

    def __len__(self) -> int:
        """How many cells there are."""
        return len(self.numbers)


def cells_of(ordinals: IntArray, steps: IntArray, times: IntArray, values: FloatArray) -> Cells:
    """Return the cells of some points.

    Args:
        ordinals: Ascending; how many points of the series and attempt stand before each.
        steps: Shape (n,), n >= 1, as all of these.
        times: Microseconds.
        values: Any floats.
    """
    numbers = ordinals // CELL
    starts = np.concatenate([[0], np.flatnonzero(numbers[1:] != numbers[:-1]) + 1])
    counts = np.diff(np.append(starts, len(values)))
    return Cells(
        numbers[starts],
        steps[starts],
        times[starts],
        counts,
        np.add.reduceat(np.isfinite(values).astype(np.int64), starts),
        values[starts],
        values[starts + counts - 1],
        np.fmin.reduceat(values, starts),
        np.fmax.reduceat(values, starts),
        means_of(values, starts, counts),
    )


def join_cells(parts: Sequence[Cells]) -> Cells:
    """Return the cells of parts that follow each other; what is in two of them becomes one."""
    columns = [np.concatenate([getattr(part, name) for part in parts]) for name in Cells.__slots__]
    cells = Cells(*columns)
    is_new = np.concatenate([[True], cells.numbers[1:] != cells.numbers[:-1]])
    return cells if is_new.all() else _grouped(cells, np.flatnonzero(is_new))


def buckets_of(cells: Cells, numbers: UnsignedArray) -> BucketPoints:
    """Return one row for all cells that have the same of the ascending `numbers`."""
    starts = np.concatenate([[0], np.flatnonzero(numbers[1:] != numbers[:-1]) + 1])
    found = _grouped(cells, starts)
    return BucketPoints(
        found.steps, found.times, found.first, found.last, found.minima, found.maxima, found.means, found.counts
    )


def encode_cells(cells: Cells) -> bytes:
    """Return the bytes of cells that follow each other without a gap."""
    steps, times = (_distances(column) for column in (cells.steps, cells.times))
    float_width = 4 if all(_is_narrow(getattr(cells, name)) for name in _FLOATS) else 8
    distance_width = 4 if max(int(steps.max()), int(times.max())) < 2**32 else 8
    records = np.empty(len(cells), dtype=_record(float_width, distance_width))
    records["steps"], records["times"] = steps, times
    with np.errstate(over="ignore"):
        for name in ("counts", "finite", "means", *_FLOATS):
            records[name] = getattr(cells, name)
    firsts = (int(column[0]) for column in (cells.numbers, cells.steps, cells.times))
    return _HEADER.pack(_VERSION, float_width, distance_width, len(cells), *firsts) + records.tobytes()


def decode_cells(rows: Sequence[bytes]) -> Cells:
    """Return the cells of one row of one chunk or more, those of rows of equal form at once.

    Raises:
        CorruptTelemetry: A row is of a version that this release does not know.
    """
    headers = [_HEADER.unpack_from(row) for row in rows]
    if any(header[0] != _VERSION for header in headers):
        raise CorruptTelemetry("A pyramid of unknown version.")
    parts = []
    for (_, *form), some in groupby(zip(headers, rows, strict=True), key=lambda each: each[0][:4]):
        same = list(some)
        firsts = np.array([header[4:] for header, _ in same], dtype=np.int64)
        parts.append(_decode_equal([row for _, row in same], form, firsts))
    return join_cells(parts)


def _decode_equal(rows: Sequence[bytes], form: Sequence[int], firsts: IntArray) -> Cells:
    float_width, distance_width, count = form
    joined = b"".join([row[_HEADER.size :] for row in rows])
    records = np.frombuffer(joined, dtype=_record(float_width, distance_width))
    numbers, steps, times = (np.repeat(column, count) for column in firsts.T)
    floats = {name: records[name].astype(np.float64) for name in (*_FLOATS, "means")}
    return Cells(
        numbers=numbers + np.tile(np.arange(count), len(rows)),
        steps=steps + records["steps"].astype(np.uint64).view(np.int64),
        times=times + records["times"].astype(np.uint64).view(np.int64),
        counts=records["counts"].astype(np.int64),
        finite=records["finite"].astype(np.int64),
        **floats,
    )


def _distances(column: IntArray) -> UnsignedArray:
    """Return distances from the first number, modulo 2^64."""
    numbers = column.view(np.uint64)
    distances: UnsignedArray = numbers - numbers[0]
    return distances


def _is_narrow(column: FloatArray) -> bool:
    """Does every bit survive in 32?"""
    with np.errstate(over="ignore", invalid="ignore"):
        back = column.astype(np.float32).astype(np.float64)
    return not np.any(back.view(np.uint64) != column.view(np.uint64))


def _grouped(cells: Cells, starts: IntArray) -> Cells:
    """Return one cell for each run of cells that begins at one of `starts`."""
    ends = np.append(starts[1:], len(cells)) - 1
    finite = np.add.reduceat(cells.finite, starts)
    shares = cells.finite / np.repeat(np.maximum(finite, 1), np.diff(np.append(starts, len(cells))))
    parts = np.where(cells.finite > 0, cells.means, 0.0) * shares
    means = np.where(finite > 0, np.add.reduceat(parts, starts), np.nan)
    return Cells(
        cells.numbers[starts],
        cells.steps[starts],
        cells.times[starts],
        np.add.reduceat(cells.counts, starts),
        finite,
        cells.first[starts],
        cells.last[ends],
        np.fmin.reduceat(cells.minima, starts),
        np.fmax.reduceat(cells.maxima, starts),
        means,
    )
