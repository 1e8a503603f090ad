"""Bytes of a sealed chunk of points, in the order they were appended.

`<u8 1, u32 crc32>` and five columns: steps, times, values, offsets, moments of receipt. A chunk of many series has a
directory in a column of its own, four integer columns (series, attempt, count, first offset), and its points stand one
entry of it after the other, each in the order they were appended.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import Final

import numpy as np

from infrastudio.stores.telemetry import tables
from infrastudio.stores.telemetry.errors import CorruptTelemetry
from infrastudio.stores.telemetry.integer_columns import decode_integers, encode_integers
from infrastudio.stores.telemetry.value_column import decode_values, encode_values
from infrastudio.stores.telemetry.values import FloatArray, IntArray

_HEADER: Final = struct.Struct("<BI")
_VERSION: Final = 1

Places = IntArray | np.ndarray[tuple[int], np.dtype[np.bool_]] | slice


@dataclass(frozen=True, slots=True)
class StoredPoints:
    """Points with their place in the stream: `offsets` count the points before each, `received` are microseconds."""

    steps: IntArray
    times: IntArray
    values: FloatArray
    offsets: IntArray
    received: IntArray

    def __len__(self) -> int:
        """How many points there are."""
        return len(self.steps)

    def take(self, places: Places) -> StoredPoints:
        """Return the points at the given places, in that order."""
        return StoredPoints(
            self.steps[places], self.times[places], self.values[places], self.offsets[places], self.received[places]
        )


def rising_of(points: StoredPoints) -> int:
    """Return whether steps and times rise from point to point, as bits of `point_chunk.rising`."""
    return tables.STEPS_RISE * _rises(points.steps) + tables.TIMES_RISE * _rises(points.times)


def _rises(numbers: IntArray) -> bool:
    return bool(np.all(numbers[1:] > numbers[:-1]))


def join_points(parts: list[StoredPoints]) -> StoredPoints:
    """Return the points of one part after the other."""
    if len(parts) == 1:
        return parts[0]
    return StoredPoints(
        np.concatenate([part.steps for part in parts]),
        np.concatenate([part.times for part in parts]),
        np.concatenate([part.values for part in parts]),
        np.concatenate([part.offsets for part in parts]),
        np.concatenate([part.received for part in parts]),
    )


@dataclass(frozen=True, slots=True)
class Directory:
    """Which series and attempts a chunk of many holds, and how many points of each."""

    series: IntArray
    attempts: IntArray
    counts: IntArray
    first_offsets: IntArray


def encode_chunk(points: StoredPoints) -> bytes:
    """Return the bytes of one point or more."""
    body = b"".join(
        (
            encode_integers(points.steps, thorough=True),
            encode_integers(points.times, thorough=True),
            encode_values(points.values),
            encode_integers(points.offsets, thorough=True),
            encode_integers(points.received, thorough=True),
        )
    )
    return _HEADER.pack(_VERSION, zlib.crc32(body)) + body


def decode_chunk(data: bytes) -> StoredPoints:
    """Return the points of a chunk.

    Raises:
        CorruptTelemetry: The bytes are damaged, or of a version that this release does not know.
    """
    version, checksum = _HEADER.unpack_from(data)
    if version != _VERSION:
        raise CorruptTelemetry(f"A chunk of points of unknown version {version}.")
    if zlib.crc32(memoryview(data)[_HEADER.size :]) != checksum:
        raise CorruptTelemetry("A chunk of points is damaged: its checksum differs.")
    steps, place = decode_integers(data, _HEADER.size)
    times, place = decode_integers(data, place)
    values, place = decode_values(data, place)
    offsets, place = decode_integers(data, place)
    received, _ = decode_integers(data, place)
    if len(values) < len(steps):
        values = np.repeat(values, len(steps))
    return StoredPoints(steps, times, values, offsets, received)


def encode_directory(directory: Directory) -> bytes:
    """Return the bytes of a directory."""
    columns = (directory.series, directory.attempts, directory.counts, directory.first_offsets)
    return bytes([_VERSION]) + b"".join(encode_integers(column, thorough=True) for column in columns)


def decode_directory(data: bytes) -> Directory:
    """Return a directory.

    Raises:
        CorruptTelemetry: It is of a version that this release does not know.
    """
    if data[0] != _VERSION:
        raise CorruptTelemetry(f"A directory of series of unknown version {data[0]}.")
    series, place = decode_integers(data, 1)
    attempts, place = decode_integers(data, place)
    counts, place = decode_integers(data, place)
    first_offsets, _ = decode_integers(data, place)
    return Directory(series, attempts, counts, first_offsets)
