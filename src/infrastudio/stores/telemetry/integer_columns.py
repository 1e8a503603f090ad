"""Bytes of integer columns: linear, zigzag deltas or distances as byte planes, each plane constant, raw or zstd.

A column is `<u8 kind, u8 width, u8 scale, u8 pad, u32 count, i64 base, i64 slope>` and `width` planes; plane i holds
byte i of every number, in units of 10^scale. A plane is a u32 and its bytes: `0x8000_0000 | byte` for a constant plane
(no bytes), `0x4000_0000 | length` for raw bytes, else the length of a zstd frame. Arithmetic is modulo 2^64.
"""

from __future__ import annotations

import struct
from typing import Final

import numpy as np
from numpy.typing import NDArray

from infrastudio.stores.telemetry.compression import compress, decompress
from infrastudio.stores.telemetry.errors import CorruptTelemetry
from infrastudio.stores.telemetry.values import IntArray

_HEADER: Final = struct.Struct("<BBBxIqq")
_PLANE: Final = struct.Struct("<I")
_CONSTANT: Final = 0x8000_0000
_RAW: Final = 0x4000_0000
_LINEAR, _DELTA, _DELTA_OF_DELTA, _DISTANCE = 0, 1, 2, 3
_FEW, _MANY = 4096, 16_384
"""With so many numbers a thorough column tries all ways, else only the one whose numbers have the fewest bits."""

UnsignedArray = NDArray[np.uint64]


def encode_integers(values: IntArray, *, thorough: bool = False) -> bytes:
    """Return the bytes of a column of 64-bit integers; `thorough` also tries distances from the smallest one."""
    scale = _scale(values) if thorough else 0
    if scale:
        values = values // 10**scale
    count = len(values)
    numbers = np.ascontiguousarray(values, dtype=np.int64).view(np.uint64)
    base = _signed(numbers[0]) if count else 0
    deltas = np.diff(numbers)
    slope = _signed(deltas[0]) if count > 1 else 0
    if count < 3 or not np.any(deltas != deltas[0]):
        return _HEADER.pack(_LINEAR, 0, scale, count, base, slope)
    lowest = values.min()
    ways = {
        _DELTA: (_zigzag(deltas), base, 0),
        _DELTA_OF_DELTA: (_zigzag(np.diff(deltas)), base, slope),
    }
    if thorough:
        ways[_DISTANCE] = (numbers - lowest.view(np.uint64), int(lowest), 0)
        if not _FEW <= count <= _MANY:
            likely = min(ways, key=lambda kind: float(np.log2(ways[kind][0].astype(np.float64) + 1.0).sum()))
            ways = {likely: ways[likely]}
    packed = {kind: _planes(unsigned) for kind, (unsigned, _, _) in ways.items()}
    kind = min(packed, key=lambda kind: len(packed[kind][1]))
    width, planes = packed[kind]
    return _HEADER.pack(kind, width, scale, count, *ways[kind][1:]) + planes


def decode_integers(data: bytes, start: int = 0) -> tuple[IntArray, int]:
    """Return the column that begins at `start`, and where it ends.

    Raises:
        CorruptTelemetry: The column is of a kind that this release does not know.
    """
    numbers, end, scale = _decode(data, start)
    return numbers * np.int64(10**scale) if scale else numbers, end


def _decode(data: bytes, start: int) -> tuple[IntArray, int, int]:
    kind, width, scale, count, base, slope = _HEADER.unpack_from(data, start)
    place = start + _HEADER.size
    numbers = np.empty(count, dtype=np.uint64)
    if kind == _LINEAR:
        numbers[:] = _unsigned(base) + np.arange(count, dtype=np.uint64) * _unsigned(slope)
        return numbers.view(np.int64), place, scale
    if kind == _DISTANCE:
        apart, place = _read_planes(data, place, width, count)
        return (apart + _unsigned(base)).view(np.int64), place, scale
    if kind not in (_DELTA, _DELTA_OF_DELTA):
        raise CorruptTelemetry(f"A column of unknown kind {kind}.")
    planes, place = _read_planes(data, place, width, count - kind)
    deltas = _unzigzag(planes)
    if kind == _DELTA_OF_DELTA:
        first = np.array([slope], dtype=np.int64).view(np.uint64)
        deltas = np.cumsum(np.concatenate([first, deltas]), dtype=np.uint64)
    numbers[0] = _unsigned(base)
    numbers[1:] = _unsigned(base) + np.cumsum(deltas, dtype=np.uint64)
    return numbers.view(np.int64), place, scale


def _scale(values: IntArray) -> int:
    """Return how many decimal zeros all numbers end with, of 0, 3 and 6: times that were taken in milliseconds do."""
    for scale in (6, 3):
        if len(values) and not np.any(values[:64] % 10**scale) and not np.any(values % 10**scale):
            return scale
    return 0


def _signed(number: np.uint64) -> int:
    return int(number) - 2**64 if int(number) >= 2**63 else int(number)


def _unsigned(number: int) -> np.uint64:
    return np.uint64(number % 2**64)


def _zigzag(numbers: UnsignedArray) -> UnsignedArray:
    signs = (numbers.view(np.int64) >> 63).view(np.uint64)
    return (numbers << np.uint64(1)) ^ signs


def _unzigzag(numbers: UnsignedArray) -> UnsignedArray:
    return (numbers >> np.uint64(1)) ^ (~(numbers & np.uint64(1)) + np.uint64(1))


def _planes(numbers: UnsignedArray) -> tuple[int, bytes]:
    largest = int(numbers.max()) if len(numbers) else 0
    width = max(1, (largest.bit_length() + 7) // 8)
    matrix = numbers.astype("<u8", copy=False).view(np.uint8).reshape(len(numbers), 8)
    return width, b"".join(_plane(np.ascontiguousarray(matrix[:, byte])) for byte in range(width))


def _plane(column: NDArray[np.uint8]) -> bytes:
    if not np.any(column != column[0]):
        return _PLANE.pack(_CONSTANT | int(column[0]))
    raw = column.tobytes()
    packed = compress(raw)
    if len(packed) >= len(raw):
        return _PLANE.pack(_RAW | len(raw)) + raw
    return _PLANE.pack(len(packed)) + packed


def _read_planes(data: bytes, place: int, width: int, count: int) -> tuple[UnsignedArray, int]:
    matrix = np.zeros((count, 8), dtype=np.uint8)
    for byte in range(width):
        (word,) = _PLANE.unpack_from(data, place)
        place += _PLANE.size
        if word & _CONSTANT:
            matrix[:, byte] = word & 0xFF
            continue
        length = word & ~_RAW
        body = data[place : place + length]
        place += length
        matrix[:, byte] = np.frombuffer(body if word & _RAW else decompress(body), dtype=np.uint8)
    return matrix.view("<u8").reshape(count).astype(np.uint64, copy=False), place
