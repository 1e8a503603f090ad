"""The pyramid of a series: what every cell of 256 points comes to, so that a long series is drawn without its points.

Cells are counted over all points of one attempt of a series, in the order they were appended: cell n holds the points
numbered 256 n … 256 n + 255. So they are the same wherever a series was cut into chunks, and the same before it was
sealed; a cell that two chunks share is put together when it is read. In a chunk's row they are
`<u8 1, u32 cells, u64 first cell>` and one zstd frame of the byte planes of their columns.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from infrastudio.stores.telemetry.compression import compress, decompress
from infrastudio.stores.telemetry.downsampling import UnsignedArray, means_of
from infrastudio.stores.telemetry.errors import CorruptTelemetry
from infrastudio.stores.telemetry.reads import BucketPoints
from infrastudio.stores.telemetry.values import FloatArray, IntArray

CELL: Final = 256
_HEADER: Final = struct.Struct("<BIQ")
_VERSION: Final = 1
_COLUMNS: Final = 9
_INTEGERS: Final = 4
"""The first columns are integers, kept as differences: steps, times, counts, finite counts."""


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
    count = len(cells)
    integers = (cells.steps, cells.times, cells.counts, cells.finite)
    floats = (cells.first, cells.last, cells.minima, cells.maxima, cells.means)
    matrix = np.empty((_COLUMNS, count), dtype=np.uint64)
    for row, column in enumerate(integers):
        matrix[row] = np.diff(column.astype(np.int64, copy=False).view(np.uint64), prepend=np.uint64(0))
    for row, numbers in enumerate(floats, _INTEGERS):
        matrix[row] = numbers.view(np.uint64)
    planes = np.ascontiguousarray(matrix.view(np.uint8).reshape(_COLUMNS, count, 8).transpose(0, 2, 1))
    return _HEADER.pack(_VERSION, count, int(cells.numbers[0])) + compress(planes.data)


def decode_cells(rows: Sequence[bytes]) -> Cells:
    """Return the cells of one row of one chunk or more, those of rows of equal length at once.

    Raises:
        CorruptTelemetry: A row is of a version that this release does not know.
    """
    headers = [_HEADER.unpack_from(row) for row in rows]
    if any(version != _VERSION for version, _, _ in headers):
        raise CorruptTelemetry("A pyramid of unknown version.")
    parts = []
    begin = 0
    while begin < len(rows):
        count = headers[begin][1]
        end = begin + 1
        while end < len(rows) and headers[end][1] == count:
            end += 1
        parts.append(_decode_equal(rows[begin:end], count, [first for _, _, first in headers[begin:end]]))
        begin = end
    return join_cells(parts)


def _decode_equal(rows: Sequence[bytes], count: int, first_numbers: Sequence[int]) -> Cells:
    planes = np.frombuffer(b"".join(decompress(row[_HEADER.size :]) for row in rows), dtype=np.uint8)
    planes = planes.reshape(len(rows), _COLUMNS, 8, count)
    matrix = np.ascontiguousarray(planes.transpose(1, 0, 3, 2)).view("<u8")[..., 0]
    integers = np.cumsum(matrix[:_INTEGERS], axis=2, dtype=np.uint64).view(np.int64).reshape(_INTEGERS, -1)
    floats = matrix[_INTEGERS:].reshape(_COLUMNS - _INTEGERS, -1).view(np.float64)
    numbers = (np.array(first_numbers, dtype=np.int64)[:, None] + np.arange(count)).reshape(-1)
    return Cells(numbers, *integers, *floats)


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
