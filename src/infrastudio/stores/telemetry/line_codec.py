"""Bytes of a batch of log lines: one column of times, one of codes, and the texts joined by line breaks.

The columns are `<u8 1>` and two integer columns; a code is `level | stream << 4`. The text is `<u8 0>` and UTF-8, or
`<u8 1>` and one zstd frame of it. Escape sequences stay in the text.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import Final

import numpy as np

from infrastudio.kernel.errors import ValidationFailed
from infrastudio.stores.telemetry.compression import compress, decompress
from infrastudio.stores.telemetry.errors import CorruptTelemetry
from infrastudio.stores.telemetry.integer_columns import decode_integers, encode_integers
from infrastudio.stores.telemetry.level_scan import detect_levels
from infrastudio.stores.telemetry.log_levels import LEVEL_NAMES
from infrastudio.stores.telemetry.values import STREAM_NAMES, IntArray, LineBatch

_VERSION: Final = 1
_PLAIN, _ZSTD = b"\0", b"\1"
_SMALL: Final = 200
"""Bytes of text below which zstd gains nothing."""


@dataclass(frozen=True, slots=True)
class EncodedLines:
    """What is stored of a batch of lines, with what its row says about it."""

    count: int
    time_min: int
    time_max: int
    levels: tuple[int, ...]
    """Lines by level code."""
    codes: bytes
    text: bytes
    text_bytes: int
    """Size of the text before it was compressed."""


@dataclass(frozen=True, slots=True)
class LineColumns:
    """Times and codes of the lines of a batch."""

    times: IntArray
    levels: IntArray
    streams: IntArray


def encode_lines(batch: LineBatch) -> EncodedLines:
    """Return the stored form of a batch of one line or more.

    Raises:
        ValidationFailed: A text holds lone surrogates, or a number is outside of its range.
    """
    count = len(batch.texts)
    streams = [batch.streams] if isinstance(batch.streams, int) else batch.streams
    try:
        text = "\n".join(batch.texts).encode()
        times = np.frombuffer(array("q", batch.times), dtype=np.int64)
    except UnicodeEncodeError as error:
        raise ValidationFailed.of("texts", "must not contain lone surrogates") from error
    except (OverflowError, TypeError) as error:
        raise ValidationFailed.of("times", "must be integers that fit into 64 bits") from error
    levels = detect_levels(batch.texts, text) if batch.levels is None else np.array(batch.levels, dtype=np.int64)
    if levels.min() < 0 or levels.max() >= len(LEVEL_NAMES):
        raise ValidationFailed.of("levels", f"must be between 0 and {len(LEVEL_NAMES) - 1}")
    if min(streams) < 0 or max(streams) >= len(STREAM_NAMES):
        raise ValidationFailed.of("streams", f"must be between 0 and {len(STREAM_NAMES) - 1}")
    both = levels | np.array(streams, dtype=np.int64) << 4
    counts = np.bincount(levels, minlength=len(LEVEL_NAMES))
    return EncodedLines(
        count,
        int(times.min()),
        int(times.max()),
        tuple(int(n) for n in counts),
        bytes([_VERSION]) + encode_integers(times) + encode_integers(both),
        _PLAIN + text if len(text) < _SMALL else _ZSTD + compress(text),
        len(text),
    )


def decode_columns(codes: bytes) -> LineColumns:
    """Return times, levels and streams of a batch.

    Raises:
        CorruptTelemetry: The columns are of a version that this release does not know.
    """
    if codes[0] != _VERSION:
        raise CorruptTelemetry(f"Columns of log lines of unknown version {codes[0]}.")
    times, place = decode_integers(codes, 1)
    both, _ = decode_integers(codes, place)
    return LineColumns(times, both & 15, both >> 4)


def decode_text(data: bytes) -> bytes:
    """Return the lines of a batch as UTF-8, joined by line breaks.

    Raises:
        CorruptTelemetry: The text is of a kind that this release does not know.
    """
    kind = data[:1]
    if kind == _PLAIN:
        return data[1:]
    if kind != _ZSTD:
        raise CorruptTelemetry(f"Texts of log lines of unknown kind {data[0]}.")
    return decompress(data[1:])
