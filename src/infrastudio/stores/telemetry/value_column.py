"""Bytes of a column of floats, exact to the bit: NaN with its payload, infinities and -0.0 survive.

The first byte says how: 0 all equal (8 bytes follow), 1 decimals of at most six places as integers (a byte: how many
places), 2 floats of 32 bits, 3 floats of 64 bits. What follows in 1 to 3 is an integer column; in 2 and 3 of the
integers that stand in the same order as the floats, so that values close to each other have small differences.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from infrastudio.stores.telemetry.errors import CorruptTelemetry
from infrastudio.stores.telemetry.integer_columns import decode_integers, encode_integers
from infrastudio.stores.telemetry.values import FloatArray, IntArray

_EQUAL, _DECIMAL, _SINGLE, _DOUBLE = 0, 1, 2, 3
_MOST_PLACES: Final = 6
_EXACT: Final = 2.0**52
_SIGN32, _SIGN64 = np.uint32(1 << 31), np.uint64(1 << 63)


def encode_values(values: FloatArray) -> bytes:
    """Return the bytes of a column of one float or more."""
    bits = values.view(np.uint64)
    if not np.any(bits != bits[0]):
        return bytes([_EQUAL]) + values[:1].astype("<f8").tobytes()
    decimals = _as_decimals(values)
    if decimals is not None:
        places, numbers = decimals
        return bytes([_DECIMAL, places]) + encode_integers(numbers, thorough=True)
    with np.errstate(over="ignore", invalid="ignore"):
        narrow = values.astype(np.float32)
        is_narrow = not np.any(narrow.astype(np.float64).view(np.uint64) != bits)
    if is_narrow:
        return bytes([_SINGLE]) + encode_integers(_ordered32(narrow.view(np.uint32)), thorough=True)
    return bytes([_DOUBLE]) + encode_integers(_ordered64(bits), thorough=True)


def decode_values(data: bytes, start: int) -> tuple[FloatArray, int]:
    """Return the column that begins at `start`, and where it ends; a column of equal values has one row.

    Raises:
        CorruptTelemetry: The column is of a kind that this release does not know.
    """
    kind = data[start]
    if kind == _EQUAL:
        return np.frombuffer(data, dtype="<f8", count=1, offset=start + 1).astype(np.float64), start + 9
    if kind == _DECIMAL:
        numbers, end = decode_integers(data, start + 2)
        return numbers / 10.0 ** data[start + 1], end
    if kind == _SINGLE:
        numbers, end = decode_integers(data, start + 1)
        return _from_ordered32(numbers).view(np.float32).astype(np.float64), end
    if kind == _DOUBLE:
        numbers, end = decode_integers(data, start + 1)
        return _from_ordered64(numbers).view(np.float64), end
    raise CorruptTelemetry(f"A column of values of unknown kind {kind}.")


def _as_decimals(values: FloatArray) -> tuple[int, IntArray] | None:
    """Return how many decimal places give back every bit, and the integers; None where none do."""
    if not np.isfinite(values).all():
        return None
    bits = values.view(np.uint64)
    probe = slice(None, None, max(1, len(values) // 64))
    for places in range(_MOST_PLACES + 1):
        scale = 10.0**places
        with np.errstate(over="ignore", invalid="ignore"):
            some = (np.rint(values[probe] * scale) / scale).view(np.uint64)
            if np.any(some != bits[probe]):
                continue
            numbers = np.rint(values * scale)
            is_exact = bool(np.all(np.abs(numbers) < _EXACT)) and not np.any((numbers / scale).view(np.uint64) != bits)
        if is_exact and not np.any((numbers == 0) & np.signbit(values)):
            return places, numbers.astype(np.int64)
    return None


def _ordered32(bits: np.ndarray[tuple[int], np.dtype[np.uint32]]) -> IntArray:
    return np.where(bits & _SIGN32, ~bits, bits | _SIGN32).astype(np.int64)


def _from_ordered32(numbers: IntArray) -> np.ndarray[tuple[int], np.dtype[np.uint32]]:
    bits = numbers.astype(np.uint32)
    return np.where(bits & _SIGN32, bits ^ _SIGN32, ~bits)


def _ordered64(bits: np.ndarray[tuple[int], np.dtype[np.uint64]]) -> IntArray:
    return np.where(bits & _SIGN64, ~bits, bits | _SIGN64).view(np.int64)


def _from_ordered64(numbers: IntArray) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    bits = numbers.view(np.uint64)
    return np.where(bits & _SIGN64, bits ^ _SIGN64, ~bits)
