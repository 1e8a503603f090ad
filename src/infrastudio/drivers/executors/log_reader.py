"""Reads the log that a shim writes: whole lines from any offset, over all segments, before a torn frame it stops."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import orjson

from infrastudio.contexts.training.ports import LogLine, LogStream
from infrastudio.drivers.executors.frames import (
    CUT,
    EVENT,
    HEADER_BYTES,
    PARTIAL,
    SEGMENT_PREFIX,
    STDERR,
    STDOUT,
    STREAM_MASK,
    collapse,
    decode_frame,
    encode_frame,
    frame_bytes,
    segment_name,
)

MAX_FRAME_BYTES: Final = 16 << 20
"""Far more than a shim ever writes: a longer length is damage, not a frame."""
_STREAMS: Final[Mapping[int, LogStream]] = {STDOUT: "stdout", STDERR: "stderr", EVENT: "event"}


@dataclass
class Reading:
    """What one read brought; `next_offset` is where the next one begins."""

    next_offset: int
    lines: list[LogLine] = field(default_factory=list)
    unfinished: dict[LogStream, str] = field(default_factory=dict)


def read_lines(folder: Path, offset: int, max_bytes: int, *, end: int | None = None, time_ns: int = 0) -> Reading:
    """Read the log in `folder` from `offset` on.

    Args:
        folder: Where the segments are.
        offset: 0, or where an earlier reading ended.
        max_bytes: About how much to read; at least one frame is, whatever its size.
        end: Where the log ends, when nobody writes any more: what cannot be read up to there is told in a line of its
            own (`log.torn`) and skipped.
        time_ns: The time of that line.
    """
    reading = Reading(offset)
    while reading.next_offset - offset < max_bytes:
        at = reading.next_offset
        starts = segment_starts(folder)
        start = max((known for known in starts if known <= at), default=None)
        following = min((known for known in starts if known > at), default=end)
        if start is not None:
            _read_segment(folder / segment_name(start), start, max_bytes - (at - offset), reading)
        if reading.next_offset > at:
            continue
        if following is None or at >= following:
            break
        _skip(reading, following, time_ns)  # nobody writes before `following` any more, so this will never be whole
    return reading


def segment_starts(folder: Path) -> list[int]:
    """Return the offsets at which segments begin, in no order."""
    try:
        names = [path.name for path in folder.iterdir()]
    except FileNotFoundError:
        return []
    digits = (name.removeprefix(SEGMENT_PREFIX) for name in names if name.startswith(SEGMENT_PREFIX))
    return [int(text) for text in digits if text.isdigit()]


def log_size(folder: Path) -> int:
    """Return the offset after the last byte that stands in the log, whole frames or not."""
    start = max(segment_starts(folder), default=None)
    return 0 if start is None else start + (folder / segment_name(start)).stat().st_size


def delete_segments(folder: Path, before: int, *, end: int | None) -> None:
    """Delete the segments that lie wholly before offset `before`; the one that is written to stays.

    Args:
        folder: Where the segments are.
        before: What lies before it was read and stored.
        end: Where the log ends, when nobody writes any more.
    """
    starts = sorted(segment_starts(folder))
    for start, following in zip(starts, [*starts[1:], end][: len(starts)], strict=True):
        if following is not None and following <= before:
            (folder / segment_name(start)).unlink(missing_ok=True)


def _read_segment(path: Path, start: int, max_bytes: int, reading: Reading) -> None:
    """Read whole frames of one segment, about `max_bytes`, into `reading`."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        place = reading.next_offset - start
        buffer = os.pread(fd, max(max_bytes, HEADER_BYTES), place)
        needed = frame_bytes(buffer, 0)
        if needed is not None and len(buffer) < needed <= MAX_FRAME_BYTES:
            buffer = os.pread(fd, needed, place)
    finally:
        os.close(fd)
    at = 0
    while (frame := decode_frame(buffer, at)) is not None:
        kind, time_ns, data, at = frame
        _take(kind, time_ns, data, reading)
    reading.next_offset += at


def _take(kind: int, time_ns: int, data: bytes, reading: Reading) -> None:
    stream = _STREAMS.get(kind & STREAM_MASK)
    if stream is None:  # a kind of a later release: it is no line
        return
    if b"\r" in data:
        pieces = data.split(b"\n")
        data = b"\n".join(collapse(piece) for piece in pieces)
    text = data.decode("utf-8", "replace").replace("\0", "\ufffd")
    if kind & PARTIAL:
        reading.unfinished[stream] = text
        return
    cut = bool(kind & CUT)
    reading.unfinished[stream] = ""
    reading.lines += [LogLine(time_ns, stream, line, cut) for line in text.removesuffix("\n").split("\n")]


def _skip(reading: Reading, to: int, time_ns: int) -> None:
    """Go on at `to` and say so: what lies between cannot be read."""
    lost = to - reading.next_offset
    event = {"event": "log.torn", "message": f"{lost} bytes of the log are damaged or missing"}
    frame = encode_frame(EVENT, time_ns, orjson.dumps(event))
    _take(EVENT, time_ns, frame[HEADER_BYTES:], reading)
    reading.next_offset = to
