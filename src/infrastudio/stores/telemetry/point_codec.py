"""Bytes of a batch of points, as it is appended: one row per request.

Kind 1 is a single point, `<u8 1, i64 step, i64 time, f64 value>`. Kind 2 is `<u8 2, u8 index width, u16 0, u32 count>`
and one zstd frame of byte planes: the index into the batch's series, deltas of steps, deltas of times, the bits of
the values. The ids of the series stand in a column of their own, so that a reader can skip a batch undecoded.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from infrastudio.stores.telemetry.compression import compress, decompress
from infrastudio.stores.telemetry.errors import CorruptTelemetry
from infrastudio.stores.telemetry.values import FloatArray, IndexArray, IntArray, PointBatch

_SINGLE: Final = struct.Struct("<Bqqd")
_MANY: Final = struct.Struct("<BBHI")
_RANGE: Final = struct.Struct("<BqI")
_SINGLE_KIND, _MANY_KIND = 1, 2
_RANGE_KIND, _LIST_KIND = 0, 1

SINGLE_POINT: Final = np.dtype([("kind", "u1"), ("step", "<i8"), ("time", "<i8"), ("value", "<f8")])
"""The bytes of kind 1 as a numpy record, to decode many of them at once."""


@dataclass(frozen=True, slots=True)
class DecodedPoints:
    """Columns of a batch; `index` points into the batch's list of series."""

    index: IndexArray
    steps: IntArray
    times: IntArray
    values: FloatArray


def encode_point(step: int, time: int, value: float) -> bytes:
    """Return the bytes of a batch of one point."""
    return _SINGLE.pack(_SINGLE_KIND, step, time, value)


def is_single(data: bytes) -> bool:
    """Are these the bytes of a batch of one point?"""
    return data[0] == _SINGLE_KIND


def encode_points(batch: PointBatch) -> bytes:
    """Return the bytes of a batch of points."""
    count = batch.count
    if count == 1:
        return encode_point(int(batch.steps[0]), int(batch.times[0]), float(batch.values[0]))
    width = _index_width(len(batch.series))
    planes = np.empty((24 + width, count), dtype=np.uint8)
    if width:
        planes[:width] = _bytes_of(batch.index, 4).T[:width]
    planes[width : width + 8] = _bytes_of(_deltas(batch.steps), 8).T
    planes[width + 8 : width + 16] = _bytes_of(_deltas(batch.times), 8).T
    planes[width + 16 :] = _bytes_of(batch.values, 8).T
    return _MANY.pack(_MANY_KIND, width, 0, count) + compress(planes.data)


def decode_points(data: bytes) -> DecodedPoints:
    """Return the columns of a batch.

    Raises:
        CorruptTelemetry: The batch is of a kind that this release does not know.
    """
    if data[0] == _SINGLE_KIND:
        _, step, time, value = _SINGLE.unpack(data)
        return DecodedPoints(
            np.zeros(1, dtype=np.uint32),
            np.array([step], dtype=np.int64),
            np.array([time], dtype=np.int64),
            np.array([value], dtype=np.float64),
        )
    kind, width, _, count = _MANY.unpack_from(data)
    if kind != _MANY_KIND:
        raise CorruptTelemetry(f"A batch of points of unknown kind {kind}.")
    planes = np.frombuffer(decompress(data[_MANY.size :]), dtype=np.uint8).reshape(24 + width, count)
    index = np.zeros((count, 4), dtype=np.uint8)
    index[:, :width] = planes[:width].T
    return DecodedPoints(
        index.view("<u4").reshape(count),
        np.cumsum(_numbers(planes[width : width + 8]), dtype=np.uint64).view(np.int64),
        np.cumsum(_numbers(planes[width + 8 : width + 16]), dtype=np.uint64).view(np.int64),
        _numbers(planes[width + 16 :]).view(np.float64),
    )


def encode_series_ids(ids: Sequence[int]) -> bytes:
    """Return the bytes of a batch's series ids, in the order of its index."""
    count = len(ids)
    if count == 1 or all(later - earlier == 1 for earlier, later in pairwise(ids)):
        return _RANGE.pack(_RANGE_KIND, ids[0], count)
    return bytes([_LIST_KIND]) + np.array(ids, dtype="<u4").tobytes()


def decode_series_ids(data: bytes) -> IntArray:
    """Return the series ids of a batch."""
    if data[0] == _RANGE_KIND:
        _, first, count = _RANGE.unpack(data)
        return np.arange(first, first + count, dtype=np.int64)
    if data[0] != _LIST_KIND:
        raise CorruptTelemetry(f"A list of series of unknown kind {data[0]}.")
    return np.frombuffer(data, dtype="<u4", offset=1).astype(np.int64)


def _index_width(series: int) -> int:
    return (max(series - 1, 0).bit_length() + 7) // 8


def _deltas(numbers: IntArray) -> IntArray:
    deltas = numbers.copy()
    deltas[1:] -= numbers[:-1]
    return deltas


def _bytes_of(numbers: IntArray | IndexArray | FloatArray, width: int) -> NDArray[np.uint8]:
    return numbers.view(np.uint8).reshape(len(numbers), width)


def _numbers(planes: NDArray[np.uint8]) -> NDArray[np.uint64]:
    return np.ascontiguousarray(planes.T).view("<u8").reshape(planes.shape[1])
