r"""Bytes of a sealed chunk of lines: its columns, and its text without the moments that lines begin with.

The columns are `<u8 1, u16 senders>`, for each sender `<i32 attempt, u16 length>` and its source
in UTF-8, five integer columns (times, codes as in a batch, moments of receipt, sender of a line, and whether a line has
a prefix), one byte that says how a prefix looks, and the integer column of the prefixes' digits. The text is one zstd
frame with a checksum. `2026-01-31 12:00:00,123 ` is 24 bytes in every line of many programs and two in a column.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from infrastudio.stores.telemetry.compression import compress_checked
from infrastudio.stores.telemetry.errors import CorruptTelemetry
from infrastudio.stores.telemetry.integer_columns import decode_integers, encode_integers
from infrastudio.stores.telemetry.values import BoolArray, IntArray

ByteArray = NDArray[np.uint8]

_HEADER: Final = struct.Struct("<BH")
_SENDER: Final = struct.Struct("<iH")
_VERSION: Final = 1
_BREAK: Final = 0x0A
_ZERO: Final = 0x30

_FOUR_DIGITS: Final = np.frombuffer(b"".join(b"%04d" % number for number in range(10_000)), dtype=np.uint32)
"""The bytes of each number of four digits: a division by 10,000 and a look-up are a quarter of four divisions by 10."""

PREFIX_PATTERNS: Final = tuple(
    f"0000-00-00{between}00:00:00{fraction} " for between in " T" for fraction in (",000", ".000", "")
)
"""How the moments look that lines begin with; 0 is any digit. Their places in this list are stored."""


class Sender(NamedTuple):
    """Who sent a line."""

    attempt: int
    source: str


@dataclass(frozen=True, slots=True)
class ChunkLines:
    """Lines as they are sealed; `text` is all of them in UTF-8, joined by line breaks, the others one row per line."""

    text: bytes
    times: IntArray
    codes: IntArray
    """`level | stream << 4`."""
    received: IntArray
    sender: IntArray
    """Places in `senders`."""
    senders: Sequence[Sender]

    def __len__(self) -> int:
        """How many lines there are."""
        return len(self.times)


@dataclass(frozen=True, slots=True)
class ChunkColumns:
    """The columns of a chunk, with what is needed to give its lines their prefixes back."""

    times: IntArray
    codes: IntArray
    received: IntArray
    sender: IntArray
    senders: Sequence[Sender]
    has_prefix: BoolArray
    pattern: str | None
    digits: IntArray


def encode_line_chunk(lines: ChunkLines, *, level: int) -> tuple[bytes, bytes]:
    """Return the columns and the text of one line or more, the text compressed by zstd at `level`."""
    text, has_prefix, pattern, digits = _without_prefixes(lines.text)
    columns = (lines.times, lines.codes, lines.received, lines.sender, has_prefix.astype(np.int64))
    senders = b"".join(
        _SENDER.pack(sender.attempt, len(source)) + source
        for sender, source in ((sender, sender.source.encode()) for sender in lines.senders)
    )
    codes = b"".join(
        (
            _HEADER.pack(_VERSION, len(lines.senders)),
            senders,
            *(encode_integers(column, thorough=True) for column in columns),
            bytes([pattern]),
            encode_integers(digits, thorough=True),
        )
    )
    return codes, compress_checked(text, level)


def decode_line_columns(codes: bytes) -> ChunkColumns:
    """Return the columns of a chunk.

    Raises:
        CorruptTelemetry: They are of a version that this release does not know.
    """
    version, count = _HEADER.unpack_from(codes)
    if version != _VERSION:
        raise CorruptTelemetry(f"A chunk of lines of unknown version {version}.")
    place = _HEADER.size
    senders = []
    for _ in range(count):
        attempt, length = _SENDER.unpack_from(codes, place)
        place += _SENDER.size + length
        senders.append(Sender(attempt, codes[place - length : place].decode()))
    columns = []
    for _ in range(5):
        column, place = decode_integers(codes, place)
        columns.append(column)
    times, both, received, sender, has_prefix = columns
    pattern = codes[place]
    digits, _ = decode_integers(codes, place + 1)
    named = PREFIX_PATTERNS[pattern - 1] if pattern else None
    return ChunkColumns(times, both, received, sender, senders, has_prefix != 0, named, digits)


def with_prefixes(columns: ChunkColumns, text: bytes) -> bytes:
    """Return the lines as they were sent."""
    if columns.pattern is None:
        return text
    lines = text.split(b"\n")
    prefixes = _prefixes(columns.pattern, columns.digits)
    if len(prefixes) < len(lines):
        some, prefixes = prefixes, [b"\n"] * len(lines)
        for place, prefix in zip(np.flatnonzero(columns.has_prefix).tolist(), some, strict=True):
            prefixes[place] = prefix
    parts = [b""] * (2 * len(lines))
    parts[::2], parts[1::2] = prefixes, lines
    return b"".join(parts)[1:]


def prefixed_lines(text: ByteArray, starts: IntArray) -> tuple[BoolArray, int]:
    """Tell which lines begin with a moment that looks like that of the first line, and how long it is."""
    for pattern in PREFIX_PATTERNS:
        if _has_pattern(text, starts[:1], pattern)[0]:
            return _has_pattern(text, starts, pattern), len(pattern)
    return np.zeros(len(starts), dtype=np.bool_), 0


def _without_prefixes(text: bytes) -> tuple[bytes, BoolArray, int, IntArray]:
    """Return the text less its prefixes, which lines had one, how they look (0: there is none), and their digits."""
    whole = np.frombuffer(text, dtype=np.uint8)
    starts = line_starts(whole)
    best, mask = 0, np.zeros(len(starts), dtype=np.bool_)
    for number, pattern in enumerate(PREFIX_PATTERNS, 1):
        found = _has_pattern(whole, starts, pattern)
        if found.sum() > mask.sum():
            best, mask = number, found
    if not best:
        return text, mask, 0, np.empty(0, dtype=np.int64)
    pattern = PREFIX_PATTERNS[best - 1]
    places = starts[mask][:, None] + np.arange(len(pattern))
    is_bare = np.ones(len(whole), dtype=np.bool_)
    is_bare[places] = False
    digits = whole[places][:, _digit_places(pattern)].astype(np.int64) - _ZERO
    powers = 10 ** np.arange(digits.shape[1] - 1, -1, -1, dtype=np.int64)
    return whole[is_bare].tobytes(), mask, best, digits @ powers


def _has_pattern(whole: ByteArray, starts: IntArray, pattern: str) -> BoolArray:
    fits = starts + len(pattern) <= len(whole)
    matrix = whole[starts[fits][:, None] + np.arange(len(pattern))]
    wanted = np.frombuffer(pattern.encode(), dtype=np.uint8)
    is_digit = wanted == _ZERO
    found = np.zeros(len(starts), dtype=np.bool_)
    found[fits] = np.all(np.where(is_digit, (matrix >= _ZERO) & (matrix < _ZERO + 10), matrix == wanted), axis=1)
    return found


def _prefixes(pattern: str, digits: IntArray) -> list[bytes]:
    """Return the prefixes with these digits, each behind a line break."""
    places = _digit_places(pattern)
    matrix = np.tile(np.frombuffer(b"\n" + pattern.encode(), dtype=np.uint8), (len(digits), 1))
    matrix[:, np.array(places) + 1] = _decimal(digits, len(places))
    found: list[bytes] = matrix.view(f"S{matrix.shape[1]}").ravel().tolist()
    return found


def _decimal(numbers: IntArray, width: int) -> ByteArray:
    """Return the last `width` decimal digits of some numbers >= 0 in ASCII, shape (n, width)."""
    fours = np.empty((len(numbers), -(-width // 4)), dtype=np.uint32)
    for place in reversed(range(fours.shape[1])):
        rest = numbers // 10_000
        fours[:, place] = _FOUR_DIGITS[numbers - 10_000 * rest]
        numbers = rest
    return fours.view(np.uint8)[:, -width:]


def _digit_places(pattern: str) -> list[int]:
    return [place for place, letter in enumerate(pattern) if letter == "0"]


def line_starts(text: ByteArray) -> IntArray:
    """Return where lines begin."""
    return np.concatenate([np.zeros(1, dtype=np.int64), np.flatnonzero(text == _BREAK) + 1])
